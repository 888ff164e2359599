"""How often a Rust test's loop goes round, and what equal sleeps in a row are."""

from textwrap import dedent, indent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
use std::time::{Duration, Instant};
use tokio::time::sleep;

const NAMES: [&str; 4] = ["a", "b, c", "d", "]"];
const TIMES: usize = 3;
"""


def in_test(body: str) -> list[Wait]:
    code = f"{HEAD}\n#[tokio::test]\nasync fn works() {{\n{indent(dedent(body), '    ')}\n}}\n"
    return list(read(Source("tests/a.rs", code.encode())).waits)


@pytest.mark.parametrize(
    ("before", "over", "rounds"),
    [
        ("", '["a", "b", "c"]', 3),
        ("", '["a", "b", "c",]', 3),
        ("", "[first(1, 2), second([3, 4])]", 2),
        ("", "[1; 3]", 3),
        ("", "[1; TIMES]", 3),
        ("", "vec![1, 2]", 2),
        ("", "&vec![1, 2]", 2),
        ("", "NAMES", 4),
        ("", "NAMES.iter().enumerate()", 4),
        ("", "1..=TIMES", 3),
        ("", "(0..10).rev()", 10),
        ("", "(0..10).step_by(3)", 4),
        ("", "(0..9).step_by(3)", 3),
        ("", "std::iter::repeat_n((), 5)", 5),
        ("let names = [1, 2];", "&names", 2),
        ("let names = vec![1, 2, 3];", "names.into_iter()", 3),
        ("let mut names = vec![1, 2]; names.push(3);", "names", None),
        ("let names = all();", "names", None),
        ("", "all()", None),
        ("", "vec![1; count()]", None),
        ("", "0..count", None),
        ("", "(0..10).filter(is_odd)", None),
    ],
)
def test_the_rounds_of_a_loop_over_what_is_written_out(before: str, over: str, rounds: int | None) -> None:
    body = f"{before}\nfor one in {over} {{ publish(one).await; sleep(Duration::from_millis(10)).await; }}"
    (wait,) = in_test(body)
    assert (wait.repeats, wait.cost_ms) == (rounds, None if rounds is None else 10 * rounds)


SPACED = """
    bus.publish("a").await;
    sleep(Duration::from_millis(10)).await;
    bus.publish("b").await;
    sleep(Duration::from_millis(10)).await;
    bus.publish("c").await;
    sleep(Duration::from_millis(LAST)).await;
"""


@pytest.mark.parametrize(
    ("last", "after", "role"),
    [
        (10, "bus.close().await;", "pacing"),
        (10, "", "pacing"),
        (30, "bus.close().await;", "settle"),
        (10, "assert_eq!(bus.seen().await, 3);", "settle"),
    ],
)
def test_the_last_of_equal_sleeps(last: int, after: str, role: str) -> None:
    roles = [wait.role for wait in in_test(SPACED.replace("LAST", str(last)) + after)]
    assert roles[:2] == ["pacing", "pacing"]
    if after or last == 10:
        assert roles[2] == role


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("let late = start.elapsed() > Duration::from_secs(1); assert!(!late);", ("upper", 1000)),
        ('let in_time = start.elapsed() < Duration::from_secs(1); assert!(in_time, "late");', ("upper", 1000)),
        ("let took = start.elapsed(); let late = took >= Duration::from_secs(1); assert!(late);", ("lower", 1000)),
        ("let other = count > 1; assert!(!other);", None),
        # So much in a second is no time, half a time is one.
        ("let took = start.elapsed().as_secs_f64(); assert!(sent / took < 3.5);", None),
        ("let took = start.elapsed().as_secs_f64(); assert!(took / 2.0 < 3.5);", ("upper", None)),
        ("let took = start.elapsed(); assert!(took < Duration::from_secs(1) / 2);", ("upper", 500)),
    ],
)
def test_a_comparison_with_elapsed_time_that_has_a_name(check: str, told: tuple[str, int | None] | None) -> None:
    found = in_test(f"let start = Instant::now();\nwork();\n{check}")
    assert [(wait.bound, wait.duration_ms) for wait in found] == ([] if told is None else [told])


@pytest.mark.parametrize(
    ("loop", "role"),
    [
        ("while start.elapsed() < limit { assert!(inbox.is_empty()); WAIT }", "absence"),
        ("while Instant::now() < limit { bus.send(1).await; WAIT }", "poll"),
        ("while inbox.is_empty() && start.elapsed() < limit { WAIT }", "poll"),
        ("while start.elapsed() < limit { if inbox.len() > 0 { break; } WAIT }", "poll"),
        ("for _ in 0..10 { assert!(inbox.is_empty()); WAIT }", "absence"),
        ("for round in 0..10 { assert_eq!(inbox.len(), round); WAIT }", "pacing"),
        ("for _ in 0..10 { bus.send(1).await; assert!(inbox.is_empty()); WAIT }", "pacing"),
    ],
)
def test_a_loop_that_only_the_clock_ends_polls_nothing(loop: str, role: str) -> None:
    code = loop.replace("WAIT", "tokio::time::sleep(Duration::from_millis(10)).await;")
    text = f"use std::time::{{Duration, Instant}};\n#[tokio::test]\nasync fn works() {{\n{code}\n}}\n"
    (wait,) = read(Source("tests/a.rs", text.encode())).waits
    assert wait.role == role
    assert wait.loop is None or wait.loop.falls_through is ("inbox" in loop)
