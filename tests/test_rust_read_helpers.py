"""Helpers of a Rust project's tests that wait, in other files than their callers', whatever their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from sleeplint.languages import Surroundings, forget, may_wait, read
from sleeplint.source import Project, Source

NAP = "use std::time::Duration;\nuse tokio::time::sleep;\n"
MEMBERS = {
    "Cargo.toml": '[workspace]\nmembers = ["app", "kit"]\n',
    "app/Cargo.toml": '[package]\nname = "app"\ndescription = "x"\n[dev-dependencies]\nkit = { path = "../kit" }\n',
    "kit/Cargo.toml": '[package]\nname = "kit"\npublish = false\n',
}


def laid(folder: Path, files: dict[str, str]) -> Project:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return Project(folder)


def heard(project: Project, name: str) -> list[float | None]:
    """The durations of the waits in a file, which a byte search must not miss."""
    source = Source.read(str(project.root / name))
    waits = read(source, Surroundings(project)).waits
    assert may_wait(source, Surroundings(project)) == bool(waits)
    return [wait.duration_ms for wait in waits]


@pytest.mark.parametrize(
    ("helper", "uses", "call"),
    [
        ("pub async fn breathe(ms: u64) { sleep(Duration::from_millis(ms)).await; }", "", "common::breathe(70)"),
        ("pub async fn rest(d: Duration) {\n    sleep(d).await;\n}", "use common::rest;", "rest(MS * 70)"),
        ("pub async fn rest(d: Duration) {\n    sleep(d).await;\n}", "use common::{rest as r};", "r(MS * 70)"),
        ("pub use tokio::time::sleep as rest;", "use common::*;", "rest(MS * 70)"),
        (
            "pub async fn a(d: Duration) { sleep(d).await }\npub async fn tick(n: u32) { a(MS * n).await }",
            "use crate::common::tick;",
            "tick(70)",
        ),
        (
            "pub struct Node;\nimpl Node {\n    pub async fn linger(&self, d: Duration) { sleep(d).await }\n}",
            "use common::Node;",
            "Node.linger(MS * 70)",
        ),
    ],
)
def test_of_a_module_beside_the_tests(helper: str, uses: str, call: str, tmp_path: Path) -> None:
    constant = "pub const MS: Duration = Duration::from_millis(1);\n"
    files = {
        "Cargo.toml": '[package]\nname = "app"\n',
        "tests/common/mod.rs": NAP + constant + helper,
        "tests/a.rs": f"mod common;\n{uses}\nuse common::MS;\n#[tokio::test]\nasync fn f() {{ {call}.await; }}\n",
    }
    assert heard(laid(tmp_path, files), "tests/a.rs") == [70]


def test_of_a_module_that_a_helper_declares(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "app"\n',
        "tests/common/mod.rs": "pub mod pace;\npub use pace::*;\n",
        "tests/common/pace.rs": NAP + "pub async fn step(n: u64) { sleep(Duration::from_secs(n)).await }\n",
        "tests/a.rs": "mod common;\n#[tokio::test]\nasync fn f() { common::step(3).await; }\n",
    }
    assert heard(laid(tmp_path, files), "tests/a.rs") == [3000]


def test_of_a_crate_for_tests(tmp_path: Path) -> None:
    files = MEMBERS | {
        "app/tests/a.rs": "use kit::linger;\n#[tokio::test]\nasync fn f() { linger(2).await; }\n",
        "kit/src/lib.rs": "mod pace;\npub use pace::linger;\n",
        "kit/src/pace.rs": NAP + "pub async fn linger(n: u64) { sleep(Duration::from_secs(n)).await }\n",
    }
    assert heard(laid(tmp_path, files), "app/tests/a.rs") == [2000]


def test_of_the_crate_that_is_tested(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "app"\n',
        "src/lib.rs": "#[cfg(test)]\nmod test_kit;\nmod a;\n",
        "src/test_kit.rs": NAP + "pub async fn rest(n: u64) { sleep(Duration::from_secs(n)).await }\n",
        "src/a.rs": "#[cfg(test)]\nmod tests {\n    use crate::test_kit::rest;\n\n    #[tokio::test]\n"
        "    async fn f() {\n        rest(4).await;\n    }\n}\n",
    }
    assert heard(laid(tmp_path, files), "src/a.rs") == [4000]


def test_a_helper_that_does_more_waits_where_it_stands(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "app"\n',
        "tests/common/mod.rs": NAP
        + "pub async fn until(n: u64) {\n    while !up() {\n        sleep(Duration::from_millis(5)).await;\n    }\n}\n",
        "tests/a.rs": "mod common;\n#[tokio::test]\nasync fn f() { common::until(3).await; }\n",
    }
    project = laid(tmp_path, files)
    assert heard(project, "tests/a.rs") == []
    assert heard(project, "tests/common/mod.rs") == [5]


def test_a_helper_that_changes_is_looked_at_anew(tmp_path: Path) -> None:
    helper = tmp_path / "tests/common/mod.rs"
    files = {
        "Cargo.toml": '[package]\nname = "app"\n',
        "tests/common/mod.rs": "pub async fn rest(n: u64) { count(n) }\n",
        "tests/a.rs": "mod common;\n#[tokio::test]\nasync fn f() { common::rest(3).await; }\n",
    }
    project = laid(tmp_path, files)
    consulted: set[str] = set()
    assert not may_wait(Source.read(str(tmp_path / "tests/a.rs")), Surroundings(project), consulted)
    assert {str(helper), str(tmp_path / "tests/common.rs")} <= consulted
    helper.write_text(NAP + "pub async fn rest(n: u64) { sleep(Duration::from_secs(n)).await }\n")
    forget(project, helper)
    assert heard(project, "tests/a.rs") == [3000]
