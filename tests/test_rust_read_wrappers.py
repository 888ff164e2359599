"""A Rust project's own functions that are a wait on their parameter."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import Surroundings, read
from sleeplint.source import Project, Source


def waits(code: str, path: str = "tests/a.rs") -> tuple[Wait, ...]:
    return read(Source(path, dedent(code).encode()), Surroundings()).waits


def told(found: tuple[Wait, ...]) -> list[tuple[str, float | None, str | None]]:
    return [(wait.api, wait.duration_ms, wait.wrapper) for wait in found]


@pytest.mark.parametrize(
    ("definition", "call", "duration"),
    [
        ("async fn sleep_ms(n: u64) { tokio::time::sleep(Duration::from_millis(n)).await }", "sleep_ms(20).await", 20),
        ("async fn sleep_ms(n: u64) { tokio::time::sleep(Duration::from_millis(n)).await; }", "sleep_ms(20).await", 20),
        (
            "async fn calm(n: u64) { let d = Duration::from_secs(n); tokio::time::sleep(d).await }",
            "calm(2).await",
            2000,
        ),
        ("fn rest(d: Duration) -> Sleep { tokio::time::sleep(d * 2) }", "rest(Duration::from_secs(1)).await", 2000),
        (
            'async fn doze(n: u64) { tracing::info!(n, "dozing"); tokio::time::sleep(Duration::from_secs(n)).await }',
            "doze(1).await",
            1000,
        ),
        (
            "async fn pause_for(_why: &str, n: u64) { tokio::time::sleep(Duration::from_secs(n)).await }",
            'pause_for("x", 3).await',
            3000,
        ),
        (
            "async fn a(n: u64) { tokio::time::sleep(Duration::from_secs(n)).await }\n"
            "async fn b(m: u64) { a(m * 60).await }",
            "b(2).await",
            120_000,
        ),
        ("async fn sleep_ms(n: u64) { tokio::time::sleep(Duration::from_millis(n)).await }", "sleep_ms(x).await", None),
    ],
)
def test_a_wrapper_waits_where_it_is_called(definition: str, call: str, duration: float | None) -> None:
    found = waits(f"use std::time::Duration;\n{definition}\n#[tokio::test]\nasync fn f() {{ {call}; }}\n")
    name = call.partition("(")[0]
    assert told(found) == [("tokio::time::sleep", duration, name)]
    assert found[0].test == "f"


def test_a_timeout_may_be_wrapped() -> None:
    code = """
    use std::time::Duration;
    async fn within<F: Future>(seconds: u64, f: F) -> F::Output {
        tokio::time::timeout(Duration::from_secs(seconds), f).await.expect("in time")
    }
    #[tokio::test]
    async fn f() { within(5, g()).await; }
    """
    (wait,) = waits(code)
    assert (wait.kind, wait.duration_ms, wait.wrapper, wait.written) == ("timeout", 5000, "within", "5")


@pytest.mark.parametrize(
    "definition",
    [
        "async fn settle(n: u64) { poke(); tokio::time::sleep(Duration::from_millis(n)).await }",
        "async fn settle(n: u64) { tokio::time::sleep(Duration::from_millis(n)).await; poke() }",
        "async fn settle(n: u64) { tokio::time::sleep(Duration::from_millis(20)).await }",
        "async fn settle(n: u64) { for _ in 0..n { tokio::time::sleep(Duration::from_millis(20)).await } }",
        "async fn settle(n: u64) { tokio::time::sleep(self.n).await }",
    ],
)
def test_a_helper_that_does_more_keeps_its_wait(definition: str) -> None:
    found = waits(f"use std::time::Duration;\n{definition}\n#[tokio::test]\nasync fn f() {{ settle(5).await; }}\n")
    assert [(wait.wrapper, wait.test) for wait in found] == [(None, None)]


def test_functions_that_call_each_other_wrap_nothing() -> None:
    assert waits("fn sleep_a(n: u64) { sleep_b(n) }\nfn sleep_b(n: u64) { sleep_a(n) }\nfn f() { sleep_a(1); }") == ()


def test_a_wrapper_in_production_code_keeps_its_own_wait() -> None:
    code = """
    use std::time::Duration;
    pub fn sleep_ms(n: u64) { std::thread::sleep(Duration::from_millis(n)) }
    #[cfg(test)]
    mod tests { use super::*; #[test] fn f() { sleep_ms(5); } }
    """
    assert [(w.in_test, w.wrapper, w.duration_ms) for w in waits(code, "src/lib.rs")] == [
        (False, None, None),
        (True, "sleep_ms", 5),
    ]


def test_methods_wrap_too() -> None:
    code = """
    use std::time::Duration;
    struct Harness;
    impl Harness {
        fn new() -> Self { Harness }
        async fn pause(&self, n: u64) { tokio::time::sleep(Duration::from_secs(n)).await }
        async fn twice(&self) { self.pause(1).await; }
    }
    #[tokio::test]
    async fn f() { let harness = Harness::new(); harness.pause(2).await; Harness::pause(&harness, 3).await; }
    """
    assert told(waits(code)) == [("tokio::time::sleep", ms, "Harness::pause") for ms in (1000, 2000, 3000)]


def test_a_namesake_hands_its_duration_on() -> None:
    code = """
    use std::time::{Duration, Instant};
    struct Cell { bell: parking_lot::Condvar }
    impl Cell {
        fn wait_for(&self, check: impl Fn() -> bool, timeout: Duration) -> bool {
            let deadline = Instant::now() + timeout;
            loop {
                let remaining = deadline.saturating_duration_since(Instant::now());
                if check() { return true; }
                self.bell.wait_for(&mut self.lock(), remaining);
            }
        }
    }
    #[test]
    fn f() { let cell = Cell::default(); assert!(cell.wait_for(|| true, Duration::from_secs(2))); }
    """
    assert told(waits(code)) == [("parking_lot::Condvar::wait_for", 2000, "Cell::wait_for")]


def test_wrappers_are_followed_into_other_files_and_crates(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["app", "support"]\n',
        "app/Cargo.toml": '[package]\nname = "app"\ndescription = "x"\n',
        "app/src/lib.rs": "",
        "app/tests/a.rs": "mod common;\nuse common::*;\nuse support::time::sleep;\n"
        "#[tokio::test]\nasync fn f() { sleep_ms(UNIT * 2).await; sleep(9).await; support::wait_secs(1); }\n"
        "const UNIT: u64 = 10;\n",
        "app/tests/common/mod.rs": "pub async fn sleep_ms(n: u64) { support::time::sleep(n / 1000).await }\n",
        "support/Cargo.toml": '[package]\nname = "support"\n',
        "support/src/lib.rs": "pub mod time;\n"
        "pub fn wait_secs(n: u64) { std::thread::sleep(std::time::Duration::from_secs(n)) }\n",
        "support/src/time.rs": "use std::time::Duration;\n"
        'pub async fn sleep(n: u64) {\n    #[cfg(not(target_family = "wasm"))]\n'
        '    tokio::time::sleep(Duration::from_secs(n)).await;\n    #[cfg(target_family = "wasm")]\n'
        "    gloo_timers::future::sleep(Duration::from_secs(n)).await;\n}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    project = Project(tmp_path)
    for _ in range(2):  # from memory too
        file = read(Source.read(str(tmp_path / "app/tests/a.rs")), Surroundings(project))
        assert {str(tmp_path / name) for name in ("support/src/time.rs", "support/src/lib.rs")} <= set(file.consulted)
        assert told(file.waits) == [
            ("tokio::time::sleep", 0, "common::sleep_ms"),
            ("tokio::time::sleep", 9000, "support::time::sleep"),
            ("std::thread::sleep", 1000, "support::wait_secs"),
        ]


def test_what_was_looked_into_is_consulted_from_memory_too(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "app"\n',
        "src/lib.rs": "pub mod a;\npub mod b;\nmod user;\n",
        "src/a.rs": "pub fn sleep_long(n: u64) { crate::b::sleep_less(n) }\n",
        "src/b.rs": "pub fn sleep_less(n: u64) { count(n) }\n",
        "src/user.rs": "fn f() { crate::a::sleep_long(1); }\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    project, source = Project(tmp_path), Source.read(str(tmp_path / "src/user.rs"))
    first, second = (read(source, Surroundings(project)) for _ in range(2))
    assert first == second
    assert str(tmp_path / "src/b.rs") in second.consulted
