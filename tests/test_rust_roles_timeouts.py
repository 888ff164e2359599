"""What a Rust test does with a timeout's result: whether it expects the time to run out."""

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


AWAITED = "timeout(Duration::from_millis(50), work())"


@pytest.mark.parametrize(
    "code",
    [
        "assert!(TIMEOUT.await.is_err());",
        "assert!(!TIMEOUT.await.is_ok());",
        "assert!(matches!(TIMEOUT.await, Err(_)));",
        "assert!(!matches!(TIMEOUT.await, Ok(_)));",
        "assert_matches!(TIMEOUT.await, Err(_));",
        "TIMEOUT.await.unwrap_err();",
        'TIMEOUT.await.expect_err("should not come");',
        "let result = TIMEOUT.await; assert!(result.is_err());",
        "let result = TIMEOUT; assert!(result.await.is_err());",
        "let result = TIMEOUT.await; other(); assert!(matches!(result, Err(_)));",
        "let result = TIMEOUT.await; result.unwrap_err();",
        'if let Ok(item) = TIMEOUT.await { panic!("unexpected {item}"); }',
        'if TIMEOUT.await.is_ok() { panic!("unexpected"); }',
        'match TIMEOUT.await { Ok(_) => panic!("unexpected"), Err(_) => {} }',
        "let result = TIMEOUT.await; match result { Ok(_) => panic!(), Err(_) => {} }",
        "let Err(_) = TIMEOUT.await else { panic!() };",
        "let _ = timeout(Duration::from_millis(50), std::future::pending::<()>()).await;",
        "let _ = timeout(Duration::from_millis(50), async { loop { step().await; } }).await;",
    ],
)
def test_burned(code: str) -> None:
    (wait,) = in_test(code.replace("TIMEOUT", AWAITED))
    assert (wait.role, wait.role_confidence, wait.checked, wait.cost_ms) == ("burned", "high", True, 50)


@pytest.mark.parametrize(
    "code",
    [
        "TIMEOUT.await.unwrap();",
        'TIMEOUT.await.expect("in time").unwrap_err();',
        "TIMEOUT.await??;",
        "assert!(TIMEOUT.await.is_ok());",
        "assert!(!TIMEOUT.await.is_err());",
        "assert_matches!(TIMEOUT.await, Ok(_));",
        "let result = TIMEOUT.await; assert!(result.is_ok());",
        "let result = TIMEOUT.await; let item = result.unwrap();",
        'if TIMEOUT.await.is_err() { panic!("too slow"); }',
        'if let Err(late) = TIMEOUT.await { panic!("{late}"); }',
        'match TIMEOUT.await { Ok(item) => take(item), Err(_) => panic!("too slow") }',
        'let Ok(item) = TIMEOUT.await else { panic!("too slow") };',
    ],
)
def test_guard(code: str) -> None:
    (wait,) = in_test(code.replace("TIMEOUT", AWAITED))
    assert (wait.role, wait.role_confidence, wait.checked, wait.cost_ms) == ("guard", "high", True, 0)


@pytest.mark.parametrize(
    ("code", "checked"),
    [
        ("let _ = TIMEOUT.await;", False),
        ("TIMEOUT.await;", False),
        ("let _ = timeout(Duration::from_millis(50), async { loop { if step().await { break; } } }).await;", False),
        ("while let Ok(item) = TIMEOUT.await { if last(item) { break; } }", True),
    ],
)
def test_a_guard_is_a_guess_where_nobody_looks(code: str, checked: bool) -> None:
    (wait,) = in_test(code.replace("TIMEOUT", AWAITED))
    assert (wait.role, wait.role_confidence, wait.checked) == ("guard", "low", checked)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("for _ in 0..9 { if gone() { return; } PAUSE } panic!();", ("poll", None)),
        ("for _ in 0..9 { step(); PAUSE }", ("burned", 450)),
        ("PAUSE assert!(gone());", ("burned", 50)),
    ],
)
def test_a_timeout_around_nothing_is_a_sleep_in_a_poll_too(code: str, told: tuple[str, float | None]) -> None:
    pause = "assert!(timeout(Duration::from_millis(50), pending::<()>()).await.is_err());"
    (wait,) = in_test(code.replace("PAUSE", pause))
    assert (wait.role, wait.cost_ms) == told


def test_draining_until_quiet_burns_the_time_once() -> None:
    (wait,) = in_test(f"while let Ok(item) = {AWAITED}.await {{ items.push(item); }}")
    assert (wait.role, wait.role_confidence, wait.cost_ms) == ("burned", "low", 50)


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("let r = rx.recv_timeout(Duration::from_millis(50)); assert!(r.is_err());", "burned"),
        (
            "let r = rx.recv_timeout(Duration::from_millis(50)); assert_eq!(r, Err(RecvTimeoutError::Timeout));",
            "burned",
        ),
        ("assert_eq!(rx.recv_timeout(Duration::from_millis(50)), Ok(1));", "guard"),
        ("assert_eq!(rx.recv_timeout(Duration::from_millis(50)), Err(RecvTimeoutError::Timeout));", "burned"),
        ("let (g, r) = pair.wait_timeout(g, Duration::from_millis(50)).unwrap(); assert!(r.timed_out());", "burned"),
        ("let (g, r) = pair.wait_timeout(g, Duration::from_millis(50)).unwrap(); assert!(!r.timed_out());", "guard"),
    ],
)
def test_blocking_waits_go_by_the_fate_of_their_result(code: str, role: str) -> None:
    (wait,) = in_test(f"let (tx, rx) = std::sync::mpsc::channel::<u8>(); let pair = std::sync::Condvar::new(); {code}")
    assert (wait.role, wait.role_confidence, wait.checked) == (role, "high", True)


def test_a_builders_timeout_is_a_guard() -> None:
    (wait,) = in_test("let client = reqwest::ClientBuilder::new().timeout(Duration::from_secs(5)).build().unwrap();")
    assert (wait.role, wait.role_confidence, wait.cost_ms) == ("guard", "high", 0)


def test_the_tightest_timeout_around_a_wait() -> None:
    outer, middle, inner = in_test(
        """
        timeout(Duration::from_secs(5), async {
            timeout(Duration::from_secs(2), async { sleep(Duration::from_secs(3)).await; go().await }).await.unwrap();
        }).await.unwrap();
        """
    )
    assert outer.limit is None
    assert middle.limit is not None
    assert inner.limit is not None
    assert (middle.limit.ms, middle.limit.by) == (5000, "tokio::time::timeout")
    assert inner.limit.ms == 2000


def test_a_timeout_does_not_bound_what_is_spawned_in_it() -> None:
    _, inner = in_test(
        """
        timeout(Duration::from_secs(5), async {
            tokio::spawn(async { sleep(Duration::from_secs(9)).await; });
        }).await.unwrap();
        """
    )
    assert inner.limit is None


@pytest.mark.parametrize(
    ("following", "role"),
    [
        ("assert!(events.is_empty());", "burned"),
        ("assert_eq!(events.iter().count(), 0);", "burned"),
        ("assert_eq!(events.iter().count(), 1);", "guard"),
        ("assert!(others.is_empty());", "guard"),
    ],
)
def test_the_list_of_events_says_whether_time_ran_out(following: str, role: str) -> None:
    code = f"""
        #[test]
        fn polls() {{
            let mut poll = mio::Poll::new().unwrap();
            poll.poll(&mut events, Some(std::time::Duration::from_millis(100))).unwrap();
            {following}
        }}
    """
    (wait,) = read(Source("tests/a.rs", code.encode())).waits
    assert wait.role == role


@pytest.mark.parametrize(
    ("attribute", "roles"),
    [
        ('#[should_panic(expected = "deadline has elapsed")]', ["guard", "burned"]),
        ('#[should_panic(expected = "Elapsed")]', ["guard", "burned"]),
        ('#[should_panic = "timed out"]', ["guard", "burned"]),
        ('#[should_panic(expected = "boom")]', ["guard", "guard"]),
        ("#[should_panic]", ["guard", "guard"]),
    ],
)
def test_the_panic_that_is_expected_is_that_of_the_last_timeout(attribute: str, roles: list[str]) -> None:
    code = f"""
        use std::time::Duration;
        use tokio::time::timeout;
        #[tokio::test]
        {attribute}
        async fn panics() {{
            timeout(Duration::from_secs(2), start()).await.unwrap();
            timeout(Duration::from_secs(1), go()).await.unwrap();
        }}
        """
    assert [wait.role for wait in read(Source("tests/a.rs", code.encode())).waits] == roles


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("assert_eq!(rx.recv_timeout(D).unwrap_err(), RecvTimeoutError::Disconnected);", "guard"),
        ("assert!(rx.recv_timeout(D).unwrap_err().is_disconnected());", "guard"),
        ("let e = rx.recv_timeout(D).unwrap_err(); assert_eq!(e, RecvTimeoutError::Disconnected);", "guard"),
        ("let r = rx.recv_timeout(D); let e = r.unwrap_err(); assert!(e.is_disconnected());", "guard"),
        ("let r = rx.recv_timeout(D); { let e = r.unwrap_err(); assert_eq!(e, RecvTimeoutError::Timeout); }", "burned"),
        ("let e = rx.recv_timeout(D).unwrap_err(); assert_ne!(e, RecvTimeoutError::Disconnected);", "burned"),
        ("assert_eq!(rx.recv_timeout(D).unwrap_err(), RecvTimeoutError::Timeout);", "burned"),
        ("rx.recv_timeout(D).unwrap_err(); assert_eq!(other, RecvTimeoutError::Disconnected);", "burned"),
    ],
)
def test_a_peer_that_is_gone_is_no_time_that_ran_out(code: str, role: str) -> None:
    code = code.replace("D)", "Duration::from_millis(50))")
    (wait,) = in_test(f"let (tx, rx) = std::sync::mpsc::channel::<u8>(); {code}")
    assert wait.role == role


@pytest.mark.parametrize(
    ("following", "roles"),
    [
        ("assert!(e.is_timeout());", ["guard", "burned"]),
        ('assert!(e.is_timeout(), "{e}");', ["guard", "burned"]),
        ("assert_eq!(e.is_timeout(), true);", ["guard", "burned"]),
        ("assert!(!e.is_timeout());", ["guard", "guard"]),
        ("assert_eq!(e.is_timeout(), false);", ["guard", "guard"]),
        ("assert!(e.is_connect());", ["guard", "guard"]),
    ],
)
def test_a_clients_timeout_that_is_asserted_to_have_passed(following: str, roles: list[str]) -> None:
    found = in_test(
        f"""
        let patient = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
        patient.get("/").send().await.unwrap();
        let client = reqwest::Client::builder().timeout(Duration::from_millis(500)).build().unwrap();
        let e = client.get("/").send().await.unwrap_err();
        {following}
        """
    )
    assert [wait.role for wait in found] == roles
    assert [wait.cost_ms for wait in found] == [0 if role == "guard" else 500 for role in roles]
