"""What a Rust test lets elapse: leases, times to live and timeouts, in one sleep or in several."""

from textwrap import dedent, indent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
use std::time::Duration;
use tokio::time::{sleep, timeout};
"""


def waits(code: str) -> list[Wait]:
    return list(read(Source("tests/a.rs", (HEAD + dedent(code)).encode())).waits)


def sleeps(body: str, name: str = "works") -> list[str]:
    """The roles of the sleeps of a test."""
    code = f"#[tokio::test]\nasync fn {name}() {{\n{indent(dedent(body), '    ')}\n}}\n"
    return [wait.role for wait in waits(code) if wait.kind == "sleep"]


@pytest.mark.parametrize("taken", ["try_lease(200, {who})", "take({who}, Duration::from_millis(200))"])
def test_a_lease_holds_for_a_while_and_then_is_over(taken: str) -> None:
    body = f"""
        let lease_of_ann = store.{taken.format(who='"ann"')}.await;
        assert!(lease_of_ann.is_some());
        sleep(Duration::from_millis(50)).await;
        let lease_of_bob = store.{taken.format(who='"bob"')}.await;
        assert!(lease_of_bob.is_none());
        sleep(Duration::from_millis(150)).await;
        let lease_of_bob = store.{taken.format(who='"bob"')}.await;
        assert_eq!(lease_of_bob, Some(2));
    """
    if "Duration" in taken:
        body = body.replace("store.take", "store.take_lease")
    assert sleeps(body, "a_lease_expires") == ["absence", "expiry"]


def test_what_outlasts_the_sleeps_does_not_expire() -> None:
    body = """
        store.try_lease(2000, "ann").await.unwrap();
        sleep(Duration::from_millis(50)).await;
        store.publish("a").await;
        sleep(Duration::from_millis(60)).await;
        assert_eq!(store.count().await, 1);
    """
    assert "expiry" not in sleeps(body)


@pytest.mark.parametrize(("number", "ms"), [("1", 1100), ("2", 2500), ("1000", 1200), ("150", 200)])
def test_a_bare_number_is_in_the_unit_that_fits_the_sleep(number: str, ms: int) -> None:
    body = f"""
        let cache = Cache::with_ttl({number});
        cache.insert("a");
        sleep(Duration::from_millis({ms})).await;
        assert_eq!(cache.get("a"), None);
    """
    assert sleeps(body) == ["expiry"]


def test_a_number_with_a_unit_is_in_that_unit() -> None:
    body = """
        let cache = Cache { ttl_secs: 300, ..Cache::default() };
        cache.insert("a").await;
        sleep(Duration::from_millis(400)).await;
        assert_eq!(cache.get("a"), Some(1));
    """
    assert sleeps(body) == ["settle"]


def test_a_lease_of_nothing_is_over_at_once() -> None:
    body = """
        store.try_lease(0, "ann").await.unwrap();
        sleep(Duration::from_millis(1)).await;
        assert!(store.try_lease(10_000, "bob").await.unwrap());
    """
    assert sleeps(body) == ["expiry"]


def test_a_delay_that_passes_in_two_steps() -> None:
    body = """
        let reports = Reports::new().with_max_delay(Duration::from_secs(2));
        reports.add("a").await;
        sleep(Duration::from_secs(1)).await;
        assert!(reports.told().is_empty());
        sleep(Duration::from_millis(1500)).await;
        assert_eq!(reports.told(), ["a"]);
    """
    assert sleeps(body) == ["absence", "expiry"]


def test_the_bound_of_a_macro_that_waits_does_not_elapse() -> None:
    body = """
        assert_next_timeout!(Duration::from_secs(3), Some(room) = rooms.next());
        sleep(Duration::from_secs(2)).await;
        rooms.join("a").await;
        sleep(Duration::from_secs(2)).await;
        assert_eq!(rooms.count().await, 1);
    """
    assert sleeps(body) == ["settle", "settle"]


def test_what_is_far_shorter_than_the_sleep_is_not_what_it_waits_for() -> None:
    body = """
        let inbox = bus.subscribe(Options { idle_heartbeat: Duration::from_millis(100) }).await;
        sleep(Duration::from_secs(1)).await;
        bus.publish("a").await;
        assert_eq!(inbox.next().await, "a");
    """
    assert sleeps(body) == ["settle"]


def test_a_timeout_of_calls_does_not_elapse_between_them() -> None:
    body = """
        let client = Client::builder().network_timeout(Duration::from_secs(2)).build();
        client.create("a").await;
        sleep(Duration::from_secs(1)).await;
        client.rename("a", "b").await;
        sleep(Duration::from_secs(1)).await;
        assert_eq!(client.avatar(), None);
    """
    assert sleeps(body) == ["settle", "absence"]


@pytest.mark.parametrize(
    ("stored", "role"),
    [
        ('store.set_ex("a", "b", 1).await;', "expiry"),
        ('store.expire("a", 1).await;', "expiry"),
        ('store.pexpire("a", 1_000).await;', "expiry"),
        ('store.set("a", "b", 1).await;', "settle"),
        ('store.set_ex("a", "b", 60).await;', "settle"),
    ],
)
def test_a_store_is_told_how_long_it_keeps_what_it_is_given(stored: str, role: str) -> None:
    body = f"""
        {stored}
        sleep(Duration::from_millis(1500)).await;
        assert_eq!(store.len().await, 4);
    """
    assert sleeps(body) == [role]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assert!(lim.check().is_err());", "assert!(lim.check().is_ok());"),
        ('assert!(lim.check().is_err(), "empty"); lim.until_ready().await;', "assert!(lim.check().is_ok());"),
        ("assert!(!bucket.try_take(1));", "assert!(bucket.try_take(1));"),
        ("assert!(pool.try_acquire(2).is_none());", "assert!(pool.try_acquire(2).is_some());"),
        ('assert_eq!(get("/").await.status(), 429);', 'assert_eq!(get("/").await.status(), 200);'),
    ],
)
def test_what_was_refused_and_is_granted_later_is_refilled_by_time(before: str, after: str) -> None:
    body = f"let lim = spawn_limited();\nlim.go().await;\n{before}\nsleep(Duration::from_secs(1)).await;\n{after}"
    assert sleeps(body) == ["expiry"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assert!(server.ping().is_err()); server.start();", "assert!(server.ping().is_ok());"),
        ("assert!(!server.is_up());", "assert!(server.is_up());"),
        ('assert_eq!(get("/").await.status(), 503);', 'assert_eq!(get("/").await.status(), 200);'),
        ("assert!(lim.check().is_err());", "assert!(lim.other().is_ok());"),
        ("assert!(rx.try_recv().is_err());", "assert!(rx.try_recv().is_ok());"),
        ("tokio::spawn(hold(pool)); assert!(pool.try_acquire(2).is_err());", "assert!(pool.try_acquire(2).is_ok());"),
        ("assert!(slot.take().is_none());", "assert!(slot.take().is_some());"),
        ("assert!(lim.check().is_err()); lim.reset();", "assert!(lim.check().is_ok());"),
    ],
)
def test_a_state_that_comes_about_is_not_refilled(before: str, after: str) -> None:
    body = f"let lim = spawn_limited();\nlim.go().await;\n{before}\nsleep(Duration::from_secs(1)).await;\n{after}"
    assert sleeps(body) != ["expiry"]


@pytest.mark.parametrize("pattern", ["idle_timeout: _", "ttl_ms: _, keep_alive: _"])
def test_what_a_pattern_leaves_out_is_no_number(pattern: str) -> None:
    body = f"""
        let Settings {{ name, {pattern}, .. }} = settings();
        open(name).await;
        sleep(Duration::from_millis(50)).await;
        assert!(is_open());
    """
    assert sleeps(body) == ["settle"]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ("TIMEOUT + Duration::from_millis(15)", ("expiry", "TIMEOUT")),
        ("2 * WINDOW", ("expiry", "WINDOW")),
        ("settings.debounce_window * 2", ("expiry", "settings.debounce_window")),
        ("MARGIN + Duration::from_millis(15)", ("settle", None)),
        ("TIMEOUT", ("settle", None)),
    ],
)
def test_what_a_sleep_is_longer_than_runs_out(length: str, expected: tuple[str, str | None]) -> None:
    body = f"""
        let client = dial().await;
        client.knock().await;
        sleep({length}).await;
        assert_eq!(metrics.get("late"), 1);
    """
    (wait,) = waits(f"#[tokio::test]\nasync fn counts() {{{body}}}\n")
    assert (wait.role, wait.expires) == expected


def test_a_number_that_is_not_zero_is_a_number() -> None:
    body = """
        let channels = Channels::new(Settings { max_idle_time: NonZeroU64::new(1).unwrap(), ..Settings::default() });
        channels.open("a").await;
        sleep(Duration::from_millis(1500)).await;
        assert!(channels.open("b").await.is_ok());
    """
    assert sleeps(body) == ["expiry"]


@pytest.mark.parametrize(
    ("length", "role"),
    [("const TICK: Duration", "settle"), ("const TTL: Duration", "expiry"), ("let client = dial", "expiry")],
)
def test_a_length_that_the_test_names_runs_out_where_the_name_says_so(length: str, role: str) -> None:
    given = "(Duration::from_millis(50))" if "dial" in length else " = Duration::from_millis(50)"
    body = f"""
        {length}{given};
        sender.send(1).await;
        sleep(Duration::from_millis(80)).await;
        assert_eq!(inbox.count(), 1);
    """
    assert sleeps(body) == [role]
