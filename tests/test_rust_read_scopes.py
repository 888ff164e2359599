"""Is it test code, and in which test? Rust."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from sleeplint.facts import TestFile
from sleeplint.languages import Surroundings, may_wait, read
from sleeplint.source import Project, Source

SLEEP = "std::thread::sleep(std::time::Duration::from_secs(1));"
HELPER = f"fn helper() {{ {SLEEP} }}\n"


def read_text(code: str, path: str = "src/a.rs") -> TestFile:
    return read(Source(path, dedent(code).encode()), Surroundings())


def where(code: str, path: str = "src/a.rs") -> list[tuple[bool, str | None]]:
    return [(wait.in_test, wait.test) for wait in read_text(code, path).waits]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        (HELPER, "tests/a.rs"),
        (HELPER, "crates/x/tests/it/a.rs"),
        (f"#[cfg(test)] mod tests {{ {HELPER} }}", "src/a.rs"),
        (f'#[cfg(all(test, feature = "net"))] mod tests {{ {HELPER} }}', "src/a.rs"),
        (f'#[cfg(any(test, feature = "test-util"))] mod tests {{ {HELPER} }}', "src/a.rs"),
        (f'#[cfg(test)]\n// why\n#[path = "x.rs"]\nmod tests {{ mod deep {{ {HELPER} }} }}', "src/a.rs"),
        (f"mod tests {{ #![cfg(test)] {HELPER} }}", "src/a.rs"),
        (f"#![cfg(test)]\n{HELPER}", "src/a.rs"),
        (f"#[cfg(test)] impl Drop for Guard {{ fn drop(&mut self) {{ {SLEEP} }} }}", "src/a.rs"),
        (f"#[cfg(test)] {HELPER}", "src/a.rs"),
    ],
)
def test_helpers_in_test_code_count(code: str, path: str) -> None:
    assert where(code, path) == [(True, None)]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        (HELPER, "src/a.rs"),
        (HELPER, "src/list/test_list.rs"),
        (HELPER, "benches/b.rs"),
        (HELPER, "examples/e.rs"),
        (f"#[cfg(not(test))] mod real {{ {HELPER} }}", "src/a.rs"),
        (f"#[cfg(any(test, debug_assertions))] mod real {{ {HELPER} }}", "src/a.rs"),
        (f'#[cfg(feature = "test")] mod real {{ {HELPER} }}', "src/a.rs"),
        (f"mod tests {{ {HELPER} }}", "src/a.rs"),
    ],
)
def test_what_is_built_without_tests_does_not(code: str, path: str) -> None:
    assert where(code, path) == [(False, None)]


@pytest.mark.parametrize(
    "attribute",
    [
        "test",
        "tokio::test",
        'tokio::test(flavor = "multi_thread")',
        "rstest",
        "rstest::rstest",
        "test_case(1)",
        'test_case::test_case(1 ; "one")',
        "quickcheck",
        "wasm_bindgen_test",
        "async_std::test",
        "traced_test",
        "my_crate::async_test",
        'ignore = "slow"] #[test',
    ],
)
def test_an_attribute_makes_a_test(attribute: str) -> None:
    assert where(f"#[{attribute}]\nfn waits() {{ {SLEEP} }}") == [(True, "waits")]


def test_a_test_is_named_through_its_modules_and_holds_what_is_nested() -> None:
    code = f"""
    mod tests {{
        mod deep {{
            #[test]
            fn holds() {{ fn inner() {{ {SLEEP} }} std::thread::spawn(|| {{ {SLEEP} }}); }}
        }}
        impl Suite {{ #[test] fn method() {{ {SLEEP} }} }}
    }}
    """
    assert where(code) == [(True, "tests::deep::holds"), (True, "tests::deep::holds"), (True, "tests::Suite::method")]


def test_what_is_known_of_a_test() -> None:
    code = """
    #[tokio::test]
    async fn plain() {}
    #[test]
    fn sync_one() {}
    #[rstest]
    #[case(1)]
    #[case::named(2)]
    #[tokio::test]
    async fn cased(#[case] n: u8, #[values(1, (2, 3), "a,b")] m: u8) {}
    #[test_case(1)]
    #[test_case(2)]
    #[async_std::test]
    async fn twice(n: u8) {}
    #[quickcheck]
    fn many(n: u8) {}
    #[rstest]
    #[timeout(Duration::from_secs(30))]
    #[tokio::test(start_paused = true)]
    async fn limited() {}
    #[test]
    #[ntest::timeout(250)]
    fn short() {}
    fn no_test() {}
    """
    file = read_text(code, "tests/a.rs")
    assert [(t.name, t.is_async, t.runtime, t.paused_clock, t.cases, t.limit_ms) for t in file.tests] == [
        ("plain", True, "tokio", False, 1, None),
        ("sync_one", False, None, False, 1, None),
        ("cased", True, "tokio", False, 6, None),
        ("twice", True, "async_std", False, 2, None),
        ("many", False, None, False, None, None),
        ("limited", True, "tokio", True, 1, 30_000),
        ("short", False, None, False, 1, 250),
    ]


def test_a_limit_on_a_test_is_a_timeout_of_its_own() -> None:
    code = """
    use ntest::timeout;
    #[test]
    #[timeout(1000)]
    fn bounded() {}
    #[rstest]
    #[timeout(LIMIT)]
    fn other() {}
    const LIMIT: std::time::Duration = std::time::Duration::from_secs(2);
    """
    waits = read_text(code, "tests/a.rs").waits
    assert [(w.api, w.duration_ms, w.purpose, w.test, w.role, w.cost_ms) for w in waits] == [
        ("ntest::timeout", 1000, "test-limit", "bounded", "guard", 0),
        ("ntest::timeout", 2000, "test-limit", "other", "guard", 0),
    ]


def test_settings_may_declare_test_code() -> None:
    source = Source("checks/a.rs", HELPER.encode())
    assert read(source, Surroundings(in_test=True)).in_test
    assert not read(source, Surroundings()).in_test


@pytest.mark.parametrize(
    ("call", "in_async"),
    [
        (f"async fn f() {{ {SLEEP} }}", True),
        (f"fn f() {{ {SLEEP} }}", False),
        (f"fn f() {{ rt.block_on(async {{ {SLEEP} }}) }}", True),
        (f"fn f() {{ tokio::spawn(async move {{ {SLEEP} }}); }}", True),
        (f"async fn f() {{ compute(Kind::Slow, |_| {{ {SLEEP} }}).await; }}", False),
        (f"async fn f() {{ let _ = catch_unwind(|| {{ {SLEEP} }}); }}", True),
        (f"fn f() {{ impl Sink for Slow {{ async fn put(&self) {{ {SLEEP} }} }} start(Slow); }}", False),
        (f"fn f() {{ impl Sink for Slow {{ async fn put(&self) {{ {SLEEP} }} }} rt.block_on(Slow.put()); }}", True),
        (f"async fn f() {{ impl Sink for Slow {{ async fn put(&self) {{ {SLEEP} }} }} start(Slow); }}", True),
        (f"async fn f() {{ tokio::task::spawn_blocking(|| {{ {SLEEP} }}).await; }}", False),
        (f"async fn f() {{ std::thread::spawn(move || {{ {SLEEP} }}); }}", False),
        (f"async fn f() {{ scope.spawn(|| {{ {SLEEP} }}); }}", False),
        (f"async fn f() {{ once.call_once(|| {{ {SLEEP} }}); }}", True),
        (f"fn f() {{ run(async || {{ {SLEEP} }}); }}", True),
        (f"async fn f() {{ fn g() {{ {SLEEP} }} }}", False),
        (f"async fn f() {{ tokio::join!(async {{ {SLEEP} }}, g()); }}", True),
    ],
)
def test_who_runs_on_the_event_loop(call: str, in_async: bool) -> None:
    (wait,) = read_text(call).waits
    assert (wait.in_async, wait.blocking) == (in_async, True)


CARGO = '[package]\nname = "{}"\nversion = "0.1.0"\n{}'


@pytest.mark.parametrize(
    ("path", "in_test"),
    [
        ("app/src/lib.rs", False),
        ("app/src/mocks.rs", True),
        ("app/src/mocks/clock.rs", True),
        ("app/src/net/tests.rs", True),
        ("app/src/net/tests/slow.rs", True),
        ("app/src/real/tests/mod.rs", False),
        ("app/src/inline/checks.rs", True),
        ("app/tests/a.rs", True),
        ("app/tests/common/mod.rs", True),
        ("app/benches/b.rs", False),
        ("harness/src/lib.rs", True),
        ("app-testing/src/lib.rs", True),
        ("latest/src/lib.rs", False),
        ("product/src/lib.rs", False),
        ("broken/src/lib.rs", False),
    ],
)
def test_the_crate_and_the_parent_file_say_what_a_file_is(tmp_path: Path, path: str, in_test: bool) -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["app", "harness", "app-*", "latest", "product", "broken"]\n',
        "app/Cargo.toml": CARGO.format(
            "app", 'description = "x"\n[dev-dependencies]\nharness = {path = "../harness"}\nproduct = "1"\n'
        ),
        "app/src/lib.rs": "#[cfg(test)]\npub(crate) mod mocks;\nmod net;\nmod real;\n"
        "#[cfg(test)]\nmod inline { mod checks; }\n" + HELPER,
        "app/src/mocks.rs": "mod clock;\n" + HELPER,
        "app/src/mocks/clock.rs": HELPER,
        "app/src/net/mod.rs": "#[cfg(test)]\n// slow ones too\nmod tests;\n",
        "app/src/net/tests.rs": "mod slow;\n" + HELPER,
        "app/src/net/tests/slow.rs": HELPER,
        "app/src/real/mod.rs": "pub mod tests;\n",
        "app/src/real/tests/mod.rs": HELPER,
        "app/src/inline/checks.rs": HELPER,
        "app/tests/a.rs": HELPER,
        "app/tests/common/mod.rs": HELPER,
        "app/benches/b.rs": HELPER,
        "harness/Cargo.toml": CARGO.format("harness", ""),
        "harness/src/lib.rs": HELPER,
        "app-testing/Cargo.toml": CARGO.format("app-testing", 'description = "x"\n'),
        "app-testing/src/lib.rs": HELPER,
        "latest/Cargo.toml": CARGO.format("latest", ""),
        "latest/src/lib.rs": HELPER,
        "product/Cargo.toml": CARGO.format("product", 'description = "what people install"\n'),
        "product/src/lib.rs": HELPER,
        "broken/Cargo.toml": "[package\nname = ",
        "broken/src/lib.rs": HELPER,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    file = read(Source.read(str(tmp_path / path)), Surroundings(Project(tmp_path)))
    assert [wait.in_test for wait in file.waits] == [in_test]
    assert file.in_test == in_test or path == "app/src/lib.rs"


@pytest.mark.parametrize(
    ("path", "in_test"),
    [
        ("check/it.rs", True),
        ("check/common/mod.rs", True),
        ("smoke.rs", True),
        ("build.rs", False),
        ("src/specs.rs", True),
        ("src/product.rs", False),
        ("benches/b.rs", False),
    ],
)
def test_the_manifest_says_where_else_tests_stand(tmp_path: Path, path: str, in_test: bool) -> None:
    paths = ("check/it.rs", "./smoke.rs", "src/specs.rs", "tests/usual.rs")
    manifest = '[package]\nname = "app"\n' + "".join(f'[[test]]\nname = "t"\npath = "{one}"\n' for one in paths)
    (tmp_path / "Cargo.toml").write_text(manifest)
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(HELPER)
    (tmp_path / "src").mkdir(exist_ok=True)
    (tmp_path / "src" / "lib.rs").write_text("mod product;\n")
    source, around = Source.read(str(tmp_path / path)), Surroundings(Project(tmp_path))
    assert [wait.in_test for wait in read(source, around).waits] == [in_test]
    if in_test:
        assert may_wait(source, Surroundings(Project(tmp_path), production=False))
