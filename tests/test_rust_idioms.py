"""Idioms of Rust tests that are easily misread, each as a test would have it."""

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
use std::time::Duration;
use tokio::time::{sleep, timeout};
"""


def waits(code: str, head: str = HEAD) -> list[Wait]:
    """The waits of a test file that ends with `code`."""
    return list(read(Source("tests/a.rs", (head + dedent(code)).encode())).waits)


def in_test(body: str, head: str = HEAD) -> list[Wait]:
    """The waits of an asynchronous test with this body."""
    return waits(f"#[tokio::test]\nasync fn holds() {{\n{dedent(body)}\n}}\n", head)


OUTCOMES = [
    # An arm that asserts something of what it is given does not fail by itself.
    (
        """
        let answer = timeout(LIMIT, socket.read(&mut bytes)).await;
        match answer {
            Ok(_) => panic!("read something"),
            Err(late) => assert_eq!(late.to_string(), "deadline has elapsed"),
        }
        """,
        ("burned", "high"),
    ),
    (
        """
        match timeout(LIMIT, socket.read(&mut bytes)).await {
            Ok(read) => assert_eq!(read.unwrap(), 5),
            Err(_) => panic!("nothing came"),
        }
        """,
        ("guard", "high"),
    ),
    (
        """
        match timeout(LIMIT, socket.read(&mut bytes)).await {
            Ok(_) => assert!(open),
            Err(_) => assert!(closed),
        }
        """,
        ("guard", "low"),
    ),
    (
        'match timeout(LIMIT, ask()).await { Ok(_) => Err("answered"), Err(_) => Ok(()) }',
        ("burned", "high"),
    ),
]


@pytest.mark.parametrize(("body", "expected"), OUTCOMES)
def test_the_arms_of_a_match_on_a_timeout(body: str, expected: tuple[str, str]) -> None:
    (wait,) = in_test(body)
    assert (wait.role, wait.role_confidence) == expected


@pytest.mark.parametrize(
    ("assertion", "expected"),
    [
        ("assert_eq!({}, Err(RecvTimeoutError::Disconnected));", "guard"),
        ("assert_eq!({}, Err(RecvTimeoutError::Timeout));", "burned"),
        ("assert!(matches!({}, Err(RecvTimeoutError::Disconnected)));", "guard"),
        ('match {} {{ Err(RecvTimeoutError::Timeout) => {{}}, other => panic!("{{other:?}}") }}', "burned"),
    ],
)
def test_a_channel_whose_other_end_is_gone_does_not_wait(assertion: str, expected: str) -> None:
    code = f"""
    use std::sync::mpsc::{{channel, RecvTimeoutError}};
    #[test]
    fn hangs_up() {{
        let (sender, receiver) = channel::<u8>();
        {assertion.format("receiver.recv_timeout(Duration::from_millis(90))")}
    }}
    """
    (wait,) = waits(code)
    assert (wait.role, wait.role_confidence) == (expected, "high")


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        ('recv(receiver) -> message => panic!("{message:?}"), default(PATIENCE) => {}', ("burned", "high")),
        ('recv(receiver) -> message => seen.push(message), default(PATIENCE) => panic!("late")', ("guard", "high")),
        ("recv(receiver) -> message => seen.push(message), default(PATIENCE) => {}", ("guard", "low")),
    ],
)
def test_the_default_of_a_select(arms: str, expected: tuple[str, str]) -> None:
    code = f"""
    const PATIENCE: Duration = Duration::from_millis(100);
    #[test]
    fn selects() {{
        crossbeam_channel::select! {{ {arms} }}
    }}
    """
    (wait,) = waits(code)
    assert (wait.api, wait.duration_ms) == ("crossbeam_channel::select::default", 100)
    assert (wait.role, wait.role_confidence) == expected


@pytest.mark.parametrize(
    ("arms", "bounded"),
    [
        ('Ok(None) if start.elapsed() > LIMIT => panic!("still alive"), _ => {},', True),
        ("Err(error) if attempts == 5 => return Err(error), _ => attempts += 1,", True),
        ("Some(_) if state.is_ready() => return, _ => {},", False),
    ],
)
def test_the_guard_of_an_arm_bounds_a_poll(arms: str, bounded: bool) -> None:
    code = f"""
    fn stop(&mut self) {{
        loop {{
            match self.child.try_wait() {{ Ok(Some(_)) => return, {arms} }}
            std::thread::sleep(Duration::from_millis(50));
        }}
    }}
    """
    (wait,) = waits(code)
    assert wait.role == "poll"
    assert wait.loop is not None
    assert wait.loop.bounded is bounded


@pytest.mark.parametrize(
    ("code", "milliseconds"),
    [
        ("std::cmp::max(Duration::from_millis(3), Duration::from_millis(6))", 6),
        ("std::cmp::min(LIMIT, Duration::from_millis(6))", None),
        ("chrono::Duration::seconds(1).to_std().unwrap()", 1000),
        ("chrono::TimeDelta::milliseconds(250).to_std().unwrap()", 250),
        ("*PATIENCE", 7000),
        ("*FROM_ENVIRONMENT", None),
        ("*IN_STEPS", None),
    ],
)
def test_how_long(code: str, milliseconds: int | None) -> None:
    head = f"""{HEAD}
    use std::sync::LazyLock;
    static PATIENCE: LazyLock<Duration> = LazyLock::new(|| Duration::from_secs(7));
    static FROM_ENVIRONMENT: LazyLock<Duration> = LazyLock::new(|| {{
        std::env::var("PATIENCE").map(|text| parse(&text)).unwrap_or(Duration::from_secs(9))
    }});
    static IN_STEPS: LazyLock<Duration> = LazyLock::new(|| {{ let base = base(); base + Duration::from_secs(1) }});
    """
    (wait,) = in_test(f"sleep({code}).await;", head)
    assert wait.duration_ms == milliseconds


@pytest.mark.parametrize(
    ("code", "api"),
    [
        ("ureq::get(url).timeout(D).call()", "ureq::Request::timeout"),
        ("std::net::UdpSocket::bind(any).unwrap().set_read_timeout(Some(D))", "std::net::UdpSocket::set_read_timeout"),
        (
            "std::os::unix::net::UnixStream::connect(path).unwrap().set_write_timeout(Some(D))",
            "std::os::unix::net::UnixStream::set_write_timeout",
        ),
        (
            "std::net::TcpStream::connect(any).unwrap().set_read_timeout(Some(D))",
            "std::net::TcpStream::set_read_timeout",
        ),
    ],
)
def test_whose_method(code: str, api: str) -> None:
    (wait,) = waits(f"#[test]\nfn sets() {{ {code}; }}", "use std::time::Duration as Span;\n")
    assert wait.api == api


def test_a_lock_that_is_taken_is_an_effect() -> None:
    (wait,) = in_test("take(&lock).await;\nsleep(SHORT).await;\nassert!(lock.try_lock().is_err());")
    assert (wait.role, wait.role_confidence) != ("absence", "high")


def test_a_request_by_a_function_is_a_first_use() -> None:
    (wait,) = in_test(
        """
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        sleep(Duration::from_millis(100)).await;
        let body = reqwest::get(url).await.unwrap();
        assert!(body.status().is_success());
        """
    )
    assert (wait.role, wait.role_confidence) == ("startup", "high")


RACES = [
    # Either arm's value will do: who can tell which is meant to win?
    (
        """
        let worker = tokio::spawn(async move {
            tokio::select! {
                _ = token.cancelled() => "cancelled",
                _ = sleep(Duration::from_secs(9)) => "finished",
            }
        });
        """,
        ("race-arm", "low", None),
    ),
    (
        """
        tokio::spawn(async move {
            tokio::select! { _ = stopped => {}, _ = sleep(Duration::from_secs(9)) => {} }
        });
        """,
        ("race-arm", "low", None),
    ),
    (
        "tokio::select! { _ = inbox.recv() => panic!(), _ = sleep(Duration::from_millis(90)) => {} }",
        ("burned", "high", 90),
    ),
    (
        "tokio::select! { _ = inbox.recv() => {}, _ = sleep(Duration::from_millis(90)) => panic!() }",
        ("race-arm", "high", 0),
    ),
    # What is asserted when it fires does not say that it must not fire.
    (
        "tokio::select! { _ = inbox.recv() => panic!(), _ = sleep(Duration::from_millis(90)) => assert!(quiet) }",
        ("burned", "high", 90),
    ),
    (
        """
        let slow = futures_timer::Delay::new(Duration::from_secs(5));
        match future::select(Box::pin(work()), slow).await {
            Either::Left((value, _)) => assert_eq!(value, 1),
            Either::Right(_) => panic!("the timer won"),
        }
        """,
        ("race-arm", "high", 0),
    ),
    (
        """
        match select(inbox.recv(), Timer::after(Duration::from_millis(90))).await {
            Either::First(message) => panic!("{message:?}"),
            Either::Second(()) => {}
        }
        """,
        ("burned", "high", 90),
    ),
    (
        """
        let over = crossbeam_channel::after(Duration::from_secs(2));
        for _ in 0..3 {
            crossbeam_channel::select! { recv(ticks) -> _ => {}, recv(over) -> _ => panic!("too slow") }
        }
        """,
        ("race-arm", "high", 0),
    ),
]


@pytest.mark.parametrize(("body", "expected"), RACES)
def test_what_a_race_is_for(body: str, expected: tuple[str, str, float | None]) -> None:
    (wait,) = in_test(body, HEAD + "use embassy_time::Timer;\n")
    assert (wait.role, wait.role_confidence, wait.cost_ms) == expected
