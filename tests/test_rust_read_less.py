"""What is left out of a Rust file changes nothing that is said about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent, indent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sleeplint.facts import TestFile, Wait
from sleeplint.languages import Surroundings, may_wait, read
from sleeplint.languages.rust import attributes, layout, macros
from sleeplint.languages.rust.layout import functions
from sleeplint.languages.rust.macros import Grove
from sleeplint.languages.rust.names import Finder
from sleeplint.languages.rust.parsing import Budget
from sleeplint.languages.rust.reach import InTests
from sleeplint.languages.rust.timing import timed
from sleeplint.languages.rust.words import holds, places
from sleeplint.registry import load
from sleeplint.source import Project, Source

HEAD = """\
use std::thread;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

const LIMIT: Duration = Duration::from_millis(250);

"""
STATEMENTS = st.sampled_from(
    [
        "thread::sleep(Duration::from_millis(50));",
        "thread::sleep(d);",
        "sleep(LIMIT).await;",
        "let found = timeout(limit(), work()).await.unwrap();",
        "brief(20);",
        "longer(20);",
        "self.brief(20);",
        "let start = Instant::now();",
        "let took = start.elapsed();",
        "assert!(start.elapsed() < LIMIT);",
        'assert!(took.as_millis() < 300, "{}", took.as_millis());',
        "assert!(Instant::now() - start < LIMIT);",
        'let text = "}";',
        "let sign = '}';",
        'let text = r#"\nfn inner() {\n}\n"#;',
        "// fn brief(n: u64) {",
        "/// brief(20)\n// thread::sleep(LIMIT);",
        'let text = "\n// brief(20)"; thread::sleep(LIMIT);',
        "/* } */",
        "let inner = || {\n    thread::sleep(LIMIT);\n};",
        "fn nested(n: u64) {\n    thread::sleep(Duration::from_millis(n));\n}",
        "nested(5);",
        "while !ready() {\n    thread::sleep(Duration::from_millis(10));\n}",
        "tokio::select! {\n    _ = sleep(LIMIT) => panic!(),\n    _ = work() => {}\n}",
        "tokio::time::pause();",
        "helper().await;",
        "assert_eq!(work(), 5);",
        "for _ in 0..3 {\n    work();\n}",
        'fail::cfg("before", "sleep(200)").unwrap();',
        "#[cfg(test)]\nthread::sleep(LIMIT);",
        "#[cfg(test)]\nif ready() {\n    work();\n} else {\n    thread::sleep(LIMIT);\n}",
    ]
)
HEADS = st.sampled_from(
    [
        "fn brief(n: u64) {",
        "fn longer(n: u64) {",
        "pub(crate) async fn helper() {",
        "fn limit() -> Duration {",
        "#[test]\nfn waits() {",
        "#[tokio::test(start_paused = true)]\nasync fn is_paused() {",
        '#[rstest]\n#[timeout(Duration::from_secs(2))]\n#[case("]")]\nfn is_limited() {',
        '#[cfg(all(test, feature = "a]b"))]\nfn stands_in_tests(d: Duration) {',
        "fn brief<T>(\n    n: T,\n) -> bool\nwhere\n    T: Into<u64>,\n{",
        "#[cfg(test)]\nuse crate::{helpers, others};\n\nfn plain() {",
        "#[cfg(test)]\npub(crate) mod helpers;\n#[cfg(test)]\nfn stands_in_tests_too() {",
        "#[cfg(test)]\nconst SHORT: u64 = 5;\n\nfn follows() {",
    ]
)
HOLDERS = st.sampled_from(
    [
        "",
        "impl Server {",
        "mod inner {",
        "#[cfg(test)]\nmod tests {\n    use super::*;",
        "rt! {",
        "#[cfg(test)]\nimpl Server {",
        "mod inner {\n    #![cfg(test)]",
    ]
)


@st.composite
def function(draw: st.DrawFn) -> str:
    body = "\n".join(draw(st.lists(STATEMENTS, min_size=1, max_size=5)))
    return f"{draw(HEADS)}\n{indent(body, '    ')}\n}}\n"


@st.composite
def text(draw: st.DrawFn) -> str:
    parts = [HEAD]
    for holder in draw(st.lists(HOLDERS, min_size=1, max_size=3)):
        inner = "\n".join(draw(st.lists(function(), min_size=1, max_size=4)))
        parts.append(f"{holder}\n{indent(inner, '    ')}\n}}\n" if holder else inner)
    return "\n".join(parts)


def examples() -> Iterator[str]:
    for rule in load().rules:
        for example in rule.examples:
            if example.language == "rust":
                yield dedent(example.code)


def said(code: str, path: Path, production: bool = True) -> TestFile:
    source = Source(str(path / "src/lib.rs"), code.encode())
    around = Surroundings(Project(path), production=production)
    return read(source, around)


def in_tests(file: TestFile) -> list[Wait]:
    return [wait for wait in file.waits if wait.in_test]


def same_as_whole(code: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(layout, "_SHORT", 0)
        patch.setattr(layout, "_PAYS", 0)
        less = said(code, path)
        patch.setattr(macros, "holes", lambda _: ())
        whole = said(code, path)
    assert replace(less, broken=()) == replace(whole, broken=())


def same_without_production(code: str, path: Path) -> None:
    whole, less = said(code, path), said(code, path, production=False)
    assert in_tests(less) == in_tests(whole)
    paid = {wait.test for wait in in_tests(whole)}
    assert [test for test in less.tests if test.name in paid] == [test for test in whole.tests if test.name in paid]
    assert may_wait(Source("src/lib.rs", code.encode())) or not whole.waits


ANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY
@given(text())
def test_functions_are_read_alike_when_they_are_parsed_on_demand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    same_as_whole(code, tmp_path, monkeypatch)


@ANY
@given(text())
def test_production_code_that_is_not_read_says_nothing_about_tests(tmp_path: Path, code: str) -> None:
    same_without_production(code, tmp_path)


@pytest.mark.parametrize("code", list(examples()))
def test_examples_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    same_as_whole(code, tmp_path, monkeypatch)
    same_without_production(code, tmp_path)


FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").rglob("*.rs"))


@pytest.mark.parametrize("file", FIXTURES, ids=[file.stem for file in FIXTURES])
def test_fixtures_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    code = file.read_text(encoding="utf-8", errors="replace")
    same_as_whole(code, tmp_path, monkeypatch)
    same_without_production(code, tmp_path)


def test_a_body_is_left_out_from_its_first_line_to_its_last() -> None:
    code = b"impl A {\n    pub fn a(&self) {\n        b();\n\n        c();\n    }\n}\nfn d() { e(); }\n"
    (found,) = functions(code)
    assert (found.name, code[found.start : found.end]) == (b"a", b"        b();\n\n        c();\n")


def test_a_raw_string_ends_no_body() -> None:
    body = b'    b(r#"\n}\n\n}\n"#, r##"\n}\n"##);\n'
    assert [(one.start, one.end) for one in functions(b"fn a() {\n" + body + b"}\n")] == [(9, 9 + len(body))]
    assert functions(b'fn a() {\n    b(r#"\n}\n') == ()


def test_short_files_and_short_bodies_are_parsed_at_once() -> None:
    long = "fn a() {\n" + "    work();\n" * 300 + "}\n"
    assert len(layout.holes((long + "fn b() {\n    work();\n}\n").encode())) == 1
    assert layout.holes(b"fn b() {\n" + b"    work();\n" * 20 + b"}\n") == ()


def test_a_layout_that_deceives_is_not_believed(tmp_path: Path) -> None:
    body = "    work();\n" * 300
    code = (
        f'fn shows() {{\n{body}    let code = "\n}}\n";\n}}\n'
        "#[test]\nfn waits() {\n    std::thread::sleep(std::time::Duration::from_millis(5));\n}\n"
    )
    assert layout.holes(code.encode())
    assert [wait.duration_ms for wait in in_tests(said(code, tmp_path))] == [5]


def test_places_behind_what_is_left_out_are_told_right() -> None:
    code = ("fn a() {\n" + "    work();\n" * 300 + "}\n\nfn b() { wait(); }\n").encode()
    at = code.index(b"wait")
    less, whole = Grove(code, Budget()), Grove.whole(code, Budget())
    assert layout.holes(code)
    for start in (at, code.index(b"work();\n}")):
        assert less.chain(start, start + 4)[-1].start_point == whole.chain(start, start + 4)[-1].start_point
        assert [node.type for node in less.chain(start, start + 4)] == [
            node.type for node in whole.chain(start, start + 4)
        ]


def test_a_production_function_that_tests_call_is_looked_into(tmp_path: Path) -> None:
    code = """\
    fn doze_off(n: u64) {
        std::thread::sleep(std::time::Duration::from_millis(n));
    }

    fn through(n: u64) {
        doze_off(n);
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn waits() {
            super::through(30);
        }
    }
    """
    (wait,) = in_tests(said(dedent(code), tmp_path, production=False))
    assert wait.duration_ms == 30


def test_only_items_that_hold_tests_are_looked_at() -> None:
    code = b"""
#[cfg(test)]
use crate::helpers::{pause, rest};
fn first() { out(); }
#[cfg(test)]
mod tests {
    #[test]
    fn a() {
        within("}");
    }
    fn b() { within(); }
}
impl Server {
    fn second(&self) { out(); }
    #[cfg(test)]
    fn c() {
        within();
    }
    fn third(&self) { within(); }
}
fn fourth() {
    #[cfg(test)]
    within();
    within();
}
fn fifth() { out(); }
#[cfg(test)]
mod unformatted {
fn c() {
}
fn d() { within(); }
}
mod last {
    #![cfg(test)]
    fn d() {
    }
    fn e() { within(); }
}
"""
    tests = InTests(code)
    found = (
        {tests.hold(place) for place in places(code, b"within")},
        {tests.hold(place) for place in places(code, b"out")},
    )
    assert found == ({True}, {False})
    assert not InTests(b"#[cfg(test)]\nmod tests;\nfn a() {\n}\n").hold(32)
    assert InTests(b"#[test]\nfn a() { within(); ").hold(20)


@pytest.mark.parametrize("head", ["", "#[cfg(test)]\nuse a;\n"])
@pytest.mark.parametrize("name", sorted({*attributes.TEST_NAMES, attributes.TEMPLATED, "my::own_test"}))
def test_whatever_makes_a_test_is_looked_at(name: str, head: str) -> None:
    code = f"{head}#[{name}(case)]\nfn a(p: u8) {{\n    within();\n}}\n".encode()
    assert InTests(code).hold(code.index(b"within"))


def test_assertions_are_looked_at_where_time_is_taken() -> None:
    clock = "use std::time::Instant;\n"
    assert not timed(b"fn a() {\n    assert!(x.elapsed() < y);\n}\n")
    assert not timed(f"{clock}fn a() {{\n    assert!(x < y);\n}}\n".encode())
    assert len(timed(f"{clock}fn a() {{\n    let t = x.elapsed();\n    debug_assert!(t < y);\n}}\n".encode())) == 1
    assert len(timed(f"{clock}fn a() {{\n    assert!(now - then < y);\n}}\n".encode())) == 1


@given(
    st.text(alphabet="ab_ .\n", max_size=40),
    st.text(alphabet="ab_", min_size=1, max_size=3),
    st.integers(0, 40),
    st.integers(0, 45),
)
def test_whole_words_are_those_that_a_pattern_finds(text: str, word: str, start: int, end: int) -> None:
    code, name = text.encode(), word.encode()
    pattern = re.compile(rb"\b%s\b" % re.escape(name))
    assert [*places(code, name, start, end)] == [found.start() for found in pattern.finditer(code, start, end)]
    assert holds(code, name, start, end) == bool(pattern.search(code, start, end))


LINES = st.sampled_from(
    [
        "pub fn sleep_ms(n: u64) {\n    std::thread::sleep(Duration::from_millis(n));\n}",
        "pub(crate) fn sleep_ms(n: u64) { sleep(Duration::from_millis(n)); }",
        "fn c() { sleep_ms(2); }",
        "// fn sleep_ms(",
        "mod inner {\n    use super::*;\n}",
        "use super::*;",
        "pub use super::b::*;",
        "pub use crate::b::*;",
        "pub use crate::b::sleep_ms;",
        "pub use crate::b::{long as sleep_ms, c};",
        "#[cfg(test)] pub use crate::{b::{*}};",
        "pub use std::thread::*;",
        "pub use std::time::*;",
        "pub use tokio::time::*;",
        "pub use rt::time::*;",
        "pub use kv::*;",
        "pub use near::*;",
        "pub use near::a::*;",
        "mod kv {\n    pub use crate::b::*;\n}",
        "pub mod std {\n    pub mod thread {\n        pub use crate::b::sleep_ms as sleep;\n    }\n}",
    ]
)
FILES = st.lists(LINES, max_size=4).map("\n".join)
PACKAGE = """\
[package]
name = "{name}"
[dependencies]
tokio = "1"
rt = {{ package = "tokio", version = "1" }}
kv = "1"
near = {{ path = "../near" }}
"""


@ANY
@given(FILES, FILES, FILES, st.sampled_from(["a::*", "self::a::*", "crate::a::*", "crate::{a::*, b::*}"]))
def test_modules_that_need_not_be_parsed_change_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, a: str, b: str, near: str, brought: str
) -> None:
    place = tmp_path / "app" / "tests" / "it.rs"
    texts = {
        "Cargo.toml": '[workspace]\nmembers = ["app", "near"]\n',
        "app/Cargo.toml": PACKAGE.format(name="app"),
        "app/src/lib.rs": f"mod a;\nmod b;\npub use {brought};\npub use std::time::Duration;\n",
        "app/src/a.rs": a,
        "app/src/b.rs": b,
        "near/Cargo.toml": PACKAGE.format(name="near"),
        "near/src/lib.rs": near + "\npub mod a;\n",
        "near/src/a.rs": b,
        "app/tests/it.rs": "use app::*;\n#[test]\nfn it() {\n    sleep_ms(20);\n    sleep(Duration::MAX);\n}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    source = Source.read(str(place))
    found = read(source, Surroundings(Project(tmp_path))).waits
    with monkeypatch.context() as context:
        context.setattr(Finder, "_brings_nothing", lambda *_: False)
        assert found == read(source, Surroundings(Project(tmp_path))).waits
