"""What a Rust test pays for a wait."""

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
PARK = "let _g = guard(); sleep(Duration::from_secs(2)).await;"


@pytest.mark.parametrize(
    ("code", "cost", "repeats"),
    [
        ("NAP", 10, 1),
        ("for i in 0..5 { send(i).await; NAP }", 50, 5),
        ("for i in 1..=5 { send(i).await; NAP }", 50, 5),
        ('for name in ["a", "b"] { send(name).await; NAP }', 20, 2),
        ("const ROUNDS: usize = 4; for i in 0..ROUNDS { send(i).await; NAP }", 40, 4),
        ("for i in 0..3 { for j in 0..4 { send(j).await; NAP } }", 120, 12),
        ("for i in 0..n { send(i).await; NAP }", None, None),
        ("for item in items { send(item).await; NAP }", None, None),
        ("for i in 0..5 { if i % 2 == 0 { NAP } send(i).await; }", None, None),
        ("while !ready() { NAP }", None, None),
        # A story that is told within a helper is the test's own.
        ("check_source(TAGS, async move { send(1).await; NAP assert_eq!(count(), 1); }).await;", 10, 1),
        ("check_source(TAGS, async move { NAP Answer::Late }).await;", None, None),
        ("by_timeout!(async { send(1).await; NAP take(1).await; });", 10, 1),
        ("client.drive(async move { NAP assert!(asked()); Answer::Late }).await;", None, None),
        ("let work = later(async move { NAP assert!(asked()); }); keep(work);", None, None),
        ("if cfg!(windows) { NAP }", None, 1),
        ('#[cfg(target_os = "macos")]\nNAP', None, 1),
        ('if std::env::var("SLOW").is_ok() { NAP }', None, 1),
        ("if !cfg!(miri) { NAP }", 10, 1),
        ('let slow = std::env::var("SLOW").is_ok(); NAP', 10, 1),
        ("sleep(Duration::ZERO).await;", 0, 1),
        ("let task = tokio::spawn(async { PARK }); task.await.unwrap();", 2000, 1),
        ("tokio::spawn(async { PARK });", 0, 1),
        ("let task = tokio::spawn(sleep(Duration::from_secs(2))); go().await; task.abort();", 0, 1),
        ("tokio::spawn(sleep(Duration::from_secs(2))); go().await;", 0, 1),
        ("let task = tokio::spawn(sleep(Duration::from_secs(2))); task.await.unwrap();", 2000, 1),
        ("let task = tokio::spawn(sleep(Duration::from_secs(2))); keep(task);", None, 1),
        ("let task = tokio::spawn(async { PARK }); go().await; task.abort();", 0, 1),
        ("let task = tokio::spawn(async { PARK }); keep(task);", None, 1),
        ("let task = tokio::spawn(async { NAP send(1).await; }); task.await.unwrap();", 10, 1),
        ("let task = tokio::spawn(async { NAP send(1).await; }); go().await; task.abort();", 0, 1),
        ("tokio::spawn(async { NAP send(1).await; });", None, 1),
        ("tokio::select! { _ = done() => {} _ = sleep(Duration::from_secs(5)) => panic!() }", 0, 1),
        ("tokio::select! { _ = sleep(Duration::from_millis(5)) => {} _ = done() => panic!() }", 5, 1),
        ("std::thread::spawn(|| loop { std::thread::sleep(Duration::from_secs(60)); });", 0, None),
        ("let f = async { NAP 1 }; assert_eq!(timeout(Duration::from_secs(1), f).await.unwrap(), 1);", 10, 1),
        ("let f = async { NAP 1 }; timeout(Duration::from_millis(5), f).await.unwrap_err();", 0, 1),
    ],
)
def test_cost(code: str, cost: int | None, repeats: int | None) -> None:
    wait = in_test(code.replace("NAP", NAP).replace("PARK", PARK))[0]
    assert (wait.cost_ms, wait.repeats) == (cost, repeats)


def test_tasks_side_by_side_are_paid_once() -> None:
    (wait,) = in_test(
        """
        let mut tasks = vec![];
        for i in 0..8 {
            tasks.push(tokio::spawn(async move { sleep(Duration::from_millis(10)).await; send(i).await; }));
        }
        for task in tasks { task.await.unwrap(); }
        """
    )
    assert (wait.cost_ms, wait.repeats) == (10, 8)


def test_tasks_one_after_another_are_paid_each() -> None:
    (wait,) = in_test(
        """
        for i in 0..8 {
            let task = tokio::spawn(async move { sleep(Duration::from_millis(10)).await; send(i).await; });
            task.await.unwrap();
        }
        """
    )
    assert wait.cost_ms == 80


def test_parametrised_cases_multiply() -> None:
    (wait,) = waits(
        """
        #[rstest]
        #[case(1)]
        #[case(2)]
        #[case(3)]
        #[tokio::test]
        async fn waits_in_each_case(#[case] n: u8) { sleep(Duration::from_millis(10)).await; send(n).await; }
        """
    )
    assert wait.cost_ms == 30


def test_a_sleep_of_some_of_the_cases_has_no_cost_that_is_known() -> None:
    (wait,) = waits(
        f"""
        #[rstest]
        #[case(true)]
        #[case(false)]
        #[tokio::test]
        async fn evicts(#[case] later: bool) {{
            evict().await;
            if later {{ {NAP} }}
            assert_eq!(count(), 0);
        }}
        """
    )
    assert wait.cost_ms is None


def test_a_paused_clock_costs_nothing() -> None:
    (wait,) = waits(
        "#[tokio::test(start_paused = true)]\nasync fn paused() { sleep(Duration::from_secs(9)).await; over(); }"
    )
    assert (wait.virtual_time, wait.cost_ms) == (True, 0)


def test_a_helper_costs_what_one_call_of_it_costs() -> None:
    (wait,) = waits(
        "async fn restart(server: &Server) { server.stop().await; sleep(Duration::from_millis(10)).await; }"
    )
    assert (wait.test, wait.cost_ms) == (None, 10)
