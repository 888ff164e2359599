"""Calls inside the token trees of Rust's macros."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.languages import Surroundings, read
from sleeplint.languages.rust.macros import Grove
from sleeplint.languages.rust.parsing import Budget
from sleeplint.source import Source


def found(code: str) -> list[tuple[str, float | None, str | None]]:
    waits = read(Source("tests/a.rs", dedent(code).encode()), Surroundings()).waits
    return [(wait.api.rpartition("::")[2], wait.duration_ms, wait.macro) for wait in waits]


HEAD = "use std::time::Duration;\nuse tokio::time::{interval, sleep, timeout};\n#[tokio::test]\nasync fn waits() {\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "tokio::select! { biased; _ = sleep(Duration::from_secs(1)), if ready => { panic!() }"
            " Some(x) = rx.recv() => {}, else => { sleep(Duration::from_secs(2)).await } }",
            [("sleep", 1000, "select"), ("sleep", 2000, "select")],
        ),
        (
            'assert!(timeout(Duration::from_millis(5), f(a, b)).await.is_err(), "{}: late", n);',
            [("timeout", 5, "assert")],
        ),
        ("assert_eq!(timeout(Duration::from_millis(5), f()).await, Ok(1));", [("timeout", 5, "assert_eq")]),
        ("let (a, b) = tokio::join!(g(), sleep(Duration::from_secs(1)));", [("sleep", 1000, "join")]),
        ("assert!(matches!(timeout(Duration::from_secs(1), f()).await, Err(_)));", [("timeout", 1000, "matches")]),
        ("let v = vec![interval(Duration::from_secs(1)), g()];", [("interval", 1000, "vec")]),
        ("tokio::pin! { let s = sleep(Duration::from_secs(1)); }", [("sleep", 1000, "pin")]),
        ("let s = pin!(sleep(Duration::from_secs(1)));", [("sleep", 1000, "pin")]),
        (
            'project_macro!(context => { if x { sleep(Duration::from_secs(1)).await; } else { y() } }, "text");',
            [("sleep", 1000, "project_macro")],
        ),
        ("select! { x = a => select! { _ = sleep(Duration::from_secs(3)) => {} }, }", [("sleep", 3000, "select")]),
        ("let d = 7; join!(async { let d = Duration::from_secs(d); sleep(d).await });", [("sleep", 7000, "join")]),
        ("type_of!(sleep<Duration>); stringify!(sleep); quote!(#sleep);", []),
        (
            "select! { x = a => {} _ = sleep(Duration::from_secs(1)) => { /* sleep(Duration::from_secs(2)) */ } }",
            [("sleep", 1000, "select")],
        ),
    ],
)
def test_a_body_is_read_in_place(body: str, expected: list[tuple[str, float | None, str | None]]) -> None:
    assert found(HEAD + body + "\n}") == expected


def test_the_arms_of_a_select_parse() -> None:
    code = b"fn f() { tokio::select! { biased; x = a(), if b => { c() } Some(y) = d() => e(y), else => f(), } }"
    grove = Grove(code, Budget())
    body = grove.chain(code.index(b"c()"), code.index(b"c()") + 1)[4]
    assert (body.type, body.has_error) == ("source_file", False)


def test_the_default_arm_of_a_crossbeam_select() -> None:
    code = """
    use crossbeam_channel::select;
    use std::time::Duration;
    #[test]
    fn waits() { select! { recv(rx) -> m => go(m), default(Duration::from_secs(1)) => panic!() } }
    fn not() { let x = default(Duration::from_secs(1)); }
    """
    assert found(code) == [("default", 1000, "select")]


def test_an_item_macro_may_wrap_whole_tests() -> None:
    code = """
    use tokio::time::sleep;
    rt_test! {
        #[test]
        async fn wrapped() {
            use std::time::Duration;
            sleep(Duration::from_secs(1)).await;
        }

        #[cfg(test)]
        mod inner {
            #[tokio::test(start_paused = true)]
            async fn paused() { tokio::time::sleep(std::time::Duration::from_secs(2)).await; }
        }
    }
    """
    file = read(Source("src/a.rs", dedent(code).encode()), Surroundings())
    assert [(w.test, w.duration_ms, w.in_test, w.virtual_time) for w in file.waits] == [
        ("wrapped", 1000, True, False),
        ("inner::paused", 2000, True, True),
    ]
    assert [test.name for test in file.tests] == ["wrapped", "inner::paused"]


def test_a_macro_rule_that_waits() -> None:
    code = """
    macro_rules! settle {
        ($n:expr) => { tokio::time::sleep(std::time::Duration::from_millis($n)).await };
        () => { tokio::time::sleep(std::time::Duration::from_millis(10)).await };
    }
    """
    assert found(code) == [("sleep", None, None), ("sleep", 10, None)]


def test_a_macro_rule_that_writes_whole_tests() -> None:
    code = """
    macro_rules! suite {
        () => {
            mod timed {
                use std::time::Duration;
                use tokio::time::sleep;
                #[async_test]
                async fn elapses() { sleep(Duration::from_millis(50)).await; }
            }
        };
    }
    """
    (wait,) = read(Source("src/a.rs", dedent(code).encode()), Surroundings()).waits
    assert (wait.api, wait.duration_ms, wait.in_test, wait.test) == ("tokio::time::sleep", 50, True, "timed::elapses")


def test_positions_inside_macros_are_the_files() -> None:
    code = HEAD + "select! { a = b => {}, \u00e4 = sleep(Duration::from_secs(1)) => {} }\n}"
    (wait,) = read(Source("tests/a.rs", code.encode()), Surroundings()).waits
    data = code.encode()
    assert data[wait.span.start : wait.span.end] == b"sleep(Duration::from_secs(1))"
    assert data[wait.statement.start : wait.statement.end] == "\u00e4 = sleep(Duration::from_secs(1))".encode()


def test_the_statement_of_an_asserted_timeout_is_the_assertion() -> None:
    code = HEAD + 'assert!(\n    timeout(Duration::from_secs(1), f())\n    .await\n    .is_err(),\n    "late"\n);\n}'
    (wait,) = read(Source("tests/a.rs", code.encode()), Surroundings()).waits
    assert code[wait.statement.start : wait.statement.end].startswith("assert!(")
    assert code[wait.statement.start : wait.statement.end].rstrip(";").endswith(")")
