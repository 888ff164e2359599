"""A Rust file that is passed over unread because of where it stands holds no test code."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sleeplint.languages import Surroundings, may_wait, read
from sleeplint.languages.rust.declarations import Declarations, modules_for_tests
from sleeplint.source import Project, Source

SLEEPS = "pub fn wait() {\n    std::thread::sleep(std::time::Duration::from_millis(5));\n}\n"
NAMES = ("a", "b", "a_tests", "inner")
PLACES = tuple(
    f"{folder}{name}.rs"
    for folder in ("", "a/", "b/", "a/inner/", "tests/", "benches/")
    for name in (*NAMES, "mod", "lib", "main")
)
LINES = st.sampled_from(
    [
        *(f"{visibility}mod {name};" for name in NAMES for visibility in ("", "pub(crate) ")),
        *(f"#[cfg(test)]\nmod {name};" for name in NAMES),
        *(f"#[cfg(all(test, unix))] // mod old\n/// Says what.\nmod {name};" for name in NAMES),
        *(f'#[cfg(test)]\n#[path = "{path}"]\nmod {name};' for path in ("b.rs", "a/b.rs") for name in NAMES),
        *(f"#[cfg(test)]\nmod {outer} {{\n    mod {name};\n}}" for outer in NAMES for name in NAMES),
        *(f"mod {outer} {{\nmod {name};\n}}" for outer in NAMES for name in NAMES),
        "#[test]\nfn holds() {}",
        "fn works() {}",
        "#![cfg(test)]",
    ]
)
TREES = st.dictionaries(st.sampled_from(PLACES), st.lists(LINES, max_size=4).map("\n".join), min_size=1, max_size=8)


def project(folder: Path, files: dict[str, str], manifest: str = '[package]\nname = "app"\n') -> Project:
    (folder / "Cargo.toml").parent.mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(manifest)
    for place, text in files.items():
        file = folder / "src" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n{SLEEPS}")
    return Project(folder)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES)
def test_no_test_code_is_passed_over(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("tree")
    around = Surroundings(project(folder, files), production=False)
    for place in files:
        source = Source.read(str(folder / "src" / place))
        if not may_wait(source, around):
            whole = read(source, Surroundings(Project(folder)))
            assert whole.waits
            assert not any(wait.in_test for wait in whole.waits)


def passed_over(folder: Path, files: dict[str, str], place: str) -> set[str] | None:
    """What it rests on that a file is passed over; None if it is not."""
    around = Surroundings(project(folder, files), production=False)
    consulted: set[str] = set()
    found = may_wait(Source.read(str(folder / "src" / place)), around, consulted)
    return None if found else consulted


def test_production_code_is_passed_over_and_what_that_rests_on_is_told(tmp_path: Path) -> None:
    consulted = passed_over(tmp_path, {"lib.rs": "mod a;", "a.rs": ""}, "a.rs")
    assert consulted is not None
    assert {str(tmp_path / name) for name in ("Cargo.toml", "src/lib.rs", "src/mod.rs")} <= consulted


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"lib.rs": "#[cfg(test)]\nmod a;", "a.rs": ""}, "a.rs"),
        ({"lib.rs": "#[cfg(test)]\nmod a;", "a.rs": "mod b;", "a/b.rs": ""}, "a/b.rs"),
        ({"lib.rs": "#[cfg(test)]\nmod a {\n    mod b;\n}", "a/b.rs": ""}, "a/b.rs"),
        ({"a.rs": '#[cfg(test)]\n#[path = "a_tests.rs"]\nmod tests;', "a_tests.rs": ""}, "a_tests.rs"),
        ({"lib.rs": "mod a;", "a.rs": "", "tests/a.rs": ""}, "tests/a.rs"),
    ],
    ids=range(5),
)
def test_what_may_be_declared_for_tests_is_read(tmp_path: Path, files: dict[str, str], place: str) -> None:
    assert passed_over(tmp_path, files, place) is None


def test_the_files_of_a_test_crate_are_read(tmp_path: Path) -> None:
    around = Surroundings(project(tmp_path, {"a.rs": ""}, '[package]\nname = "app-test-utils"\n'), production=False)
    assert may_wait(Source.read(str(tmp_path / "src/a.rs")), around)


def test_benches_are_passed_over(tmp_path: Path) -> None:
    around = project(tmp_path, {})
    assert Declarations.of(around).exclude(str(tmp_path / "benches/a.rs"), set())


def test_modules_for_tests_are_told_from_others() -> None:
    code = """\
    mod before;
    #[cfg(test)]
    mod inside;
    mod between;
    #[cfg(test)]
    pub mod nest {
        mod within;
    }
    mod after;
    """
    assert modules_for_tests(dedent(code).encode()) == {"inside", "nest", "within"}
    assert modules_for_tests(b"mod a;\nmod b;\n") == frozenset()
