"""Condition loops of Rust tests: what bounds them, and what happens when the bound is reached."""

import textwrap

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
use std::time::Duration;
use tokio::time::{sleep, timeout};
"""


def waits(body: str) -> list[Wait]:
    """The waits of a test file that ends with `body`."""
    return list(read(Source("tests/a.rs", (HEAD + textwrap.dedent(body)).encode())).waits)


def in_test(body: str) -> list[Wait]:
    """The waits of an asynchronous test with this body."""
    return waits(f"#[tokio::test]\nasync fn holds() {{\n{textwrap.dedent(body)}\n}}\n")


NAP = "sleep(Duration::from_millis(10)).await;"


@pytest.mark.parametrize(
    ("code", "bounded", "falls_through"),
    [
        ("while !ready() { NAP }", False, False),
        ("loop { if ready() { break; } NAP }", False, False),
        ("let mut seen = 0; loop { if come() { seen += 1; } if seen == 3 { break; } NAP }", False, False),
        ("while counter.load(Ordering::SeqCst) < 5 { NAP }", False, False),
        ("for _ in 0.. { if ready() { break; } NAP }", False, False),
        ("for _ in 0..50 { if ready() { break; } NAP } go();", True, True),
        ("for _ in 0..50 { if ready() { break; } NAP } assert!(ready());", True, False),
        ('for _ in 0..50 { if ready() { return; } NAP } panic!("never ready");', True, False),
        ("let start = Instant::now(); while !ready() && start.elapsed() < LIMIT { NAP } go();", True, True),
        (
            "let start = Instant::now(); while !ready() && start.elapsed() < LIMIT { NAP } assert!(ready());",
            True,
            False,
        ),
        ("loop { if ready() { break; } if start.elapsed() > LIMIT { panic!(); } NAP } go();", True, False),
        ("loop { if ready() { break; } if start.elapsed() > LIMIT { break; } NAP } go();", True, True),
        ("loop { if ready() { break; } assert!(start.elapsed() < LIMIT); NAP } go();", True, False),
        ("let mut tries = 0; while !ready() { tries += 1; if tries > 9 { panic!(); } NAP }", True, False),
        ("timeout(Duration::from_secs(1), async { while !ready() { NAP } }).await.unwrap();", True, False),
        ("while !child.exited() { NAP }", False, False),
        ("loop { if server.stopped() { break; } NAP }", False, False),
        ("while server.running() > 0 { tries += 1; assert!(tries < 9); NAP }", True, False),
        ("while server.is_running() { server.tick(); NAP }", False, False),
        ("for _ in 0..99 { if !server.is_running() { return; } NAP } panic!();", True, False),
        ("timeout(Duration::from_secs(1), async { while server.alive() { NAP } }).await.unwrap();", True, False),
        (
            "while missed < 9 && !ready() { if come() { take(); } else { missed += 1; NAP } } assert!(ready());",
            True,
            False,
        ),
        ("while seen < 9 && !ready() { if come() { seen += 1; } NAP }", False, False),
        # Where no tries are left, it fails instead of waiting.
        (
            "for n in 0..9 { match ask() { Ok(_) => break, Err(_) if n < 8 => { NAP } e => return Err(e) } } go();",
            True,
            False,
        ),
        ("for n in 0..9 { if ready() { break; } if n < 8 { NAP } else { panic!(); } } go();", True, False),
        ("for n in 0..9 { if ready() { break; } if n == 8 { panic!(); } NAP } go();", True, False),
        ("for n in 0..9 { if ready() { break; } if n < 8 { NAP continue; } panic!(); } go();", True, False),
        ("for n in 0..9 { if ready() { break; } if n > 2 { NAP } } go();", True, True),
        ("for n in 0..9 { if ready() { break; } if broken() { panic!(); } NAP } go();", True, True),
        (
            "loop { return match ask() { Err(_) if n < 3 => { n += 1; NAP continue; } told => told }; }",
            True,
            False,
        ),
        ("loop { match ask() { Err(_) if n < 3 => { n += 1; NAP } other => break } } go();", True, False),
        ("loop { match ask() { Err(_) if n < 3 => { NAP } _ => break } }", False, False),
        ("loop { match ask() { Err(_) if n < 3 => { n += 1; NAP } _ => {} } if ready() { break; } }", False, False),
        # Where no time is left, it fails instead of waiting.
        (
            "loop { match ask() { Ok(it) => return it, Err(_) if Instant::now() < end => { NAP } e => panic!() } }",
            True,
            False,
        ),
        ("loop { if ready() { break; } else if Instant::now() < end { NAP } else { panic!(); } }", True, False),
        ("loop { if ready() { break; } else if Instant::now() < end { NAP } else { log(); } }", False, False),
        # A bound of a length that the source does not say is a bound.
        ("if timeout(given, async { while !ready() { n += 1; NAP } }).await.is_ok() { go(); }", True, False),
        ("let until = async { while !ready() { NAP } }; ours::timeout(given, until).await.unwrap();", True, False),
        ("let until = async { while !ready() { NAP } }; until.await; ours::timeout(given, other).await;", False, False),
        ("ours::with_deadline(given, async { while !ready() { NAP } }).await.unwrap();", True, False),
        ("ours::with_metrics(given, async { while !ready() { NAP } }).await.unwrap();", False, False),
        # A task ends in silence, and what comes behind its start notices.
        ("spawn(async { for _ in 0..9 { if ready() { return; } NAP } }); go(); assert!(heard());", True, False),
        ("spawn(async { for _ in 0..9 { if ready() { return; } NAP } }); go();", True, True),
        # A macro may say by its name that it sets a limit.
        ("within_timeout!(async { while !ready() { NAP } });", True, False),
        ("limited_to_three!(async { while !ready() { NAP } });", False, False),
        (
            "while now().signed_duration_since(start) < LIMIT { if ready() { return; } NAP } assert!(false);",
            True,
            False,
        ),
        # Who calls it is told what was found.
        ("let mut found = false; for _ in 0..9 { found = ready(); if found { break; } NAP } found", True, False),
        (
            "let mut all = vec![]; for _ in 0..9 { all.push(take()); if done() { break; } NAP } return Ok(all);",
            True,
            False,
        ),
        (
            "loop { let all = take().await; if all.len() == 3 || Instant::now() >= end { return all; } NAP }",
            True,
            False,
        ),
        ("loop { if ready() || Instant::now() >= end { return other; } NAP }", True, True),
        (
            "let mut up = false; for _ in 0..9 { if ok() { up = true; break; } NAP } a(); b(); c(); d(); assert!(up);",
            True,
            False,
        ),
        (
            "let mut up = false; for _ in 0..9 { if ok() { up = true; break; } NAP } a(); b(); c(); d(); assert!(on);",
            True,
            True,
        ),
        ("let found = 5; for _ in 0..9 { if ready(found) { break; } NAP } found", True, True),
        # What follows a block in which it is the last is behind it as well.
        ("run(async { for _ in 0..9 { if ready() { break; } NAP } }).await; assert!(ready());", True, False),
        ("run(async { for _ in 0..9 { if ready() { break; } NAP } }).await; go();", True, True),
        (
            "while !ready() { tokio::select! { _ = sleep(Duration::from_millis(5)) => {} _ = gone() => panic!() } }",
            True,
            False,
        ),
    ],
)
def test_what_bounds_a_poll(code: str, bounded: bool, falls_through: bool) -> None:
    wait = next(wait for wait in reversed(in_test(code.replace("NAP", NAP))) if wait.kind == "sleep")
    assert wait.role == "poll"
    assert wait.loop is not None
    assert (wait.loop.bounded, wait.loop.falls_through) == (bounded, falls_through)


def test_a_helper_that_gives_up_with_none_or_false_does_not_fall_through() -> None:
    for value in ("None", "false", "Err(Late)"):
        (wait,) = waits(f"async fn ready() -> T {{ for _ in 0..9 {{ if probe() {{ return now(); }} {NAP} }} {value} }}")
        assert wait.loop is not None
        assert (wait.loop.bounded, wait.loop.falls_through) == (True, False)


def test_a_helper_that_just_ends_falls_through() -> None:
    (wait,) = waits(f"async fn ready() {{ for _ in 0..9 {{ if probe() {{ return; }} {NAP} }} }}")
    assert wait.loop is not None
    assert wait.loop.falls_through


@pytest.mark.parametrize(
    ("uses", "noticed"),
    [
        (["ready().await; let link = dial().await.unwrap();"], True),
        (["ready().await; let link = dial().await; assert!(link.is_ok());"], True),
        (["ready().await; dial().await;"], False),
        (["ready().await; dial().await.unwrap();", "ready().await; dial().await;"], False),
        (["ready().await; }\n\n#[test]\nfn other() { one().unwrap();"], False),
    ],
)
def test_what_follows_a_helper_where_it_is_called_notices(uses: list[str], noticed: bool) -> None:
    helper = f"async fn ready() {{ for _ in 0..9 {{ if probe() {{ break; }} {NAP} }} }}\n"
    tests = "".join(f"#[tokio::test]\nasync fn test_{index}() {{ {use} }}\n" for index, use in enumerate(uses))
    (wait,) = waits(helper + tests)
    assert wait.loop is not None
    assert (wait.loop.falls_through, wait.loop.noticed) == (True, noticed)


@pytest.mark.parametrize(
    "code",
    [
        "loop { if done() { break; } tokio::spawn(async move { NAP act().await; }); }",
        "while !done() { run(|| async { NAP act().await }); }",
    ],
)
def test_tasks_and_closures_are_borders_for_loops(code: str) -> None:
    (wait,) = in_test(code.replace("NAP", NAP))
    assert wait.role != "poll"
    assert wait.loop is None


@pytest.mark.parametrize(
    "code",
    [
        "loop { if *done.read() { break; } work().await; NAP }",
        "tokio::spawn(async move { loop { if *count.read() == 3 { break; } work().await; NAP } });",
        "tokio::spawn(async move { loop { if queue.read() { break; } if gone() { break; } NAP } });",
    ],
)
def test_who_looks_for_more_than_a_flag_polls(code: str) -> None:
    assert in_test(code.replace("NAP", NAP))[-1].role == "poll"


def test_a_helper_that_goes_on_until_a_flag_is_set_polls() -> None:
    (wait,) = waits(f"async fn comes_up() {{ loop {{ if *up.read() {{ break; }} ask().await; {NAP} }} }}")
    assert wait.role == "poll"


def test_a_timeout_by_another_name_bounds_a_poll() -> None:
    body = f"within_reason(given, async {{ while !ready() {{ {NAP} }} }}).await.unwrap();"
    named = f"use tokio::time::timeout as at_most;\n#[tokio::test]\nasync fn holds() {{ {body} }}\n"
    loops = [wait.loop for wait in waits(named.replace("within_reason", "at_most")) if wait.kind == "sleep"]
    assert [loop.bounded for loop in loops if loop is not None] == [True]


@pytest.mark.parametrize(
    ("otherwise", "bounded"), [("else { panic!(); }", True), ("else if broken() { panic!(); }", False), ("", False)]
)
def test_a_loop_that_begins_with_the_wait_goes_round_while_tries_are_left(otherwise: str, bounded: bool) -> None:
    again = f"if attempts < 9 {{ again(); continue; }} {otherwise}"
    (wait,) = in_test(f"loop {{ {NAP} if !ready() {{ {again} }} check(); break; }}")
    assert wait.role == "poll"
    assert wait.loop is not None
    assert wait.loop.bounded is bounded


def test_a_loop_left_without_condition_after_the_wait_is_no_poll() -> None:
    (wait,) = in_test(f"loop {{ if open().await {{ {NAP} close().await; break; }} }}")
    assert wait.role != "poll"


def test_the_step_of_a_worker_that_is_told_to_stop_is_no_poll() -> None:
    (wait,) = in_test(
        "std::thread::spawn(|| while !stop.load(Relaxed) { count(); std::thread::sleep(Duration::from_millis(5)); });"
    )
    assert wait.role in ("workload", "pacing")


@pytest.mark.parametrize(
    "code",
    [
        "tokio::spawn(async move { while running.load(Relaxed) { work().await; NAP } });",
        "tokio::spawn(async move { loop { if stop.is_set() { break; } work().await; NAP } });",
        "tokio::spawn(async move { loop { if *done.read() { return Ok(()); } work().await?; NAP } });",
        "tokio::spawn(async move { loop { if done.load(SeqCst) { break; } work().await; NAP } });",
    ],
)
def test_who_is_stopped_does_not_poll(code: str) -> None:
    assert in_test(code.replace("NAP", NAP))[-1].role == "pacing"


def test_a_count_of_rounds_in_which_nothing_is_to_happen_is_no_poll() -> None:
    code = f"for _ in 0..9 {{ {NAP} if !valid() {{ return Err(Gone); }} }} Ok(())"
    assert [wait.role for wait in in_test(code)] == ["absence"]


@pytest.mark.parametrize(
    ("calls", "bounded"), [("timeout!(comes_up()).unwrap();", True), ("spawn!(comes_up());", False)]
)
def test_a_helper_whose_callers_set_the_limit_by_a_macro(calls: str, bounded: bool) -> None:
    helper = f"async fn comes_up() {{ while !is_up() {{ {NAP} }} }}\n"
    (wait,) = waits(f"{helper}#[tokio::test]\nasync fn works() {{ {calls} }}\n")
    assert wait.loop is not None
    assert wait.loop.bounded is bounded


def test_a_poll_by_a_name_is_bounded_by_what_bounds_the_name() -> None:
    code = f"let up = async {{ while !is_up() {{ {NAP} }} }};\ntimeout(Duration::from_secs(1), up).await.unwrap();"
    wait = in_test(code)[0]
    assert wait.loop is not None
    assert (wait.role, wait.loop.bounded) == ("poll", True)
