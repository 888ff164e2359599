"""Idioms of Rust tests that are easily misread, each as a test would have it."""

from pathlib import Path
from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import Surroundings, read
from sleeplint.source import Project, Source

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
    ("code", "expected"),
    [
        # What is asserted of the answer is no sign that there should be none.
        ("if let Ok(Some(told)) = ANSWER.await { assert_eq!(told, 5); } else { panic!(); }", ("guard", "high")),
        ("if let Ok(told) = ANSWER.await { assert_eq!(told, 5); } else { late += 1; }", ("guard", "low")),
        ("if let Ok(told) = ANSWER.await { if told.is_bad() { panic!(); } }", ("guard", "low")),
        ("if let Ok(told) = ANSWER.await { let told = told.more(); panic!(); }", ("burned", "high")),
        ("match ANSWER.await { Ok(told) => { if told.is_bad() { panic!(); } } Err(_) => {} }", ("guard", "low")),
        # A helper is told what ran out only where it is given the result.
        ("assert_no_error(ANSWER).await;", ("guard", "low")),
        ("let answer = ANSWER;\nassert_source_error(TAGS, answer).await;", ("guard", "low")),
        ("assert_err(ANSWER.await);", ("burned", "high")),
        ("let answer = ANSWER.await;\nassert_is_timeout(answer);", ("burned", "high")),
        ("let answer = ANSWER.await;\nassert_overridden(answer);", ("guard", "low")),
        ("let answer = ANSWER.await;\nassert_no_error(answer);", ("guard", "low")),
        ("let answer = ANSWER.await;\nassert_errands_done(answer);", ("guard", "low")),
    ],
)
def test_what_becomes_of_an_answer(code: str, expected: tuple[str, str]) -> None:
    (wait,) = in_test(code.replace("ANSWER", "timeout(LIMIT, inbox.next())"))
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
    # A worker that is told to stop may say so with an error.
    (
        """
        tokio::select! {
            _ = sleep(Duration::from_secs(100)) => {}
            _ = job.cancelled() => return Err(Stopped::early()),
        }
        Ok(())
        """,
        ("race-arm", "low", None),
    ),
    (
        """
        tokio::select! {
            _ = sleep(Duration::from_millis(90)) => {}
            _ = job.cancelled() => panic!("nobody stops it"),
        }
        """,
        ("burned", "high", 90),
    ),
    # A timer that only brings a worker's next round bounds nothing.
    (
        """
        tokio::spawn(async move {
            loop {
                deliver();
                tokio::select! { _ = wake.notified() => {}, _ = sleep(Duration::from_secs(60)) => {} }
            }
        });
        """,
        ("pacing", "low", None),
    ),
    (
        """
        tokio::spawn(async move {
            loop {
                tokio::select! { _ = wake.notified() => break, _ = sleep(Duration::from_secs(60)) => {} }
            }
        });
        """,
        ("race-arm", "low", None),
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
    # The pause of a worker that goes on until it is told to stop is no arm of that race.
    (
        """
        let feed = async move {
            loop {
                publish(next()).await;
                sleep(Duration::from_millis(90)).await;
            }
        };
        tokio::spawn(async move { future::select(stopped, Box::pin(feed)).await });
        """,
        ("pacing", "low", None),
    ),
]


@pytest.mark.parametrize(("body", "expected"), RACES)
def test_what_a_race_is_for(body: str, expected: tuple[str, str, float | None]) -> None:
    (wait,) = in_test(body, HEAD + "use embassy_time::Timer;\n")
    assert (wait.role, wait.role_confidence, wait.cost_ms) == expected


@pytest.mark.parametrize(
    ("imports", "simulation", "virtual"),
    [
        ("use turmoil::Builder;", "Builder::new().build()", True),
        ("use turmoil::{Builder as Simulation, Result};\nuse other::Builder;", "Builder::new().build()", False),
        ("", "turmoil::Builder::new().build()", True),
        ("use testcontainers::Builder;", "Builder::new().build()", False),
    ],
)
def test_a_simulation_keeps_its_own_time(imports: str, simulation: str, virtual: bool) -> None:
    code = f"""
    #[test]
    fn in_a_simulation() {{
        let mut simulation = {simulation};
        simulation.client("client", async {{
            sleep(Duration::from_secs(2)).await;
            Ok(())
        }});
        simulation.run().unwrap();
    }}
    """
    (wait,) = waits(code, f"{HEAD}{imports}\n")
    assert wait.virtual_time is virtual


LOCKS = """
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
#[test]
fn is_contended() {
    let lock = Mutex::new(());
    let held = lock.lock();
    assert!(lock.try_lock_for(Duration::from_millis(25)).is_none());
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let (ready, changed) = &*pair;
    let mut guard = ready.lock();
    assert!(changed.wait_for(&mut guard, Duration::from_millis(50)).timed_out());
    assert!(!changed.wait_while_for(&mut guard, |ready| !*ready, Duration::from_millis(500)).timed_out());
}
"""


def test_the_waits_of_a_lock() -> None:
    assert [(wait.api, wait.duration_ms, wait.role, wait.cost_ms) for wait in waits(LOCKS)] == [
        ("parking_lot::Mutex::try_lock_for", 25, "burned", 25),
        ("parking_lot::Condvar::wait_for", 50, "burned", 50),
        ("parking_lot::Condvar::wait_while_for", 500, "guard", 0),
    ]


def test_the_condition_of_another_crate() -> None:
    code = LOCKS.replace("parking_lot::{Condvar, Mutex}", "parking_lot::Mutex;\nuse my::Condvar")
    assert [wait.api for wait in waits(code)] == ["parking_lot::Mutex::try_lock_for"]


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("async fn breathe()", "sync"),
        ("pub async fn let_it_settle()", "sync"),
        ("async fn handler()", "workload"),
    ],
)
def test_a_function_that_only_sleeps(head: str, role: str) -> None:
    (wait,) = waits(f"{head} {{ sleep(Duration::from_millis(150)).await; }}")
    assert (wait.role, wait.role_confidence) == (role, "low")


@pytest.mark.parametrize(("name", "role"), [("old_ones_are_evicted", "expiry"), ("ignores_strangers", "absence")])
def test_the_name_of_a_test_tells_what_runs_out(name: str, role: str) -> None:
    code = f"""
    #[tokio::test]
    async fn {name}() {{
        let cache = small();
        cache.insert("key", 1);
        sleep(Duration::from_millis(60)).await;
        assert_eq!(cache.count(), 0);
    }}
    """
    (wait,) = waits(code)
    assert (wait.role, wait.role_confidence) == (role, "low")


def test_an_executor_runs_its_future_at_once() -> None:
    code = """
    #[test]
    fn runs() {
        glommio::LocalExecutor::default().run(async { glommio::timer::sleep(Duration::from_millis(60)).await; });
        pool.run(async { glommio::timer::sleep(Duration::from_millis(70)).await; });
    }
    """
    assert [wait.cost_ms for wait in waits(code)] == [60, None]


def test_wrappers_of_another_crate_by_plain_words(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["app", "test-support"]\n',
        "app/Cargo.toml": '[package]\nname = "app"\n[dev-dependencies]\ntest-support = { path = "../test-support" }\n',
        "test-support/Cargo.toml": '[package]\nname = "test-support"\n',
        "test-support/src/lib.rs": """
            use std::{future::Future, time::Duration};
            pub async fn within<F: Future>(limit: Duration, future: F) -> F::Output {
                tokio::time::timeout(limit, future).await.expect("took too long")
            }
            pub fn nap(length: impl Into<Duration>) {
                std::thread::sleep(length.into());
            }
            """,
        "app/tests/naps.rs": """
            use std::time::Duration;
            use test_support::{nap, within};
            #[tokio::test]
            async fn naps() {
                let answer = within(Duration::from_secs(3), ask()).await;
                nap(Duration::from_millis(350));
                assert_eq!(snapshot(Duration::from_secs(1)), answer);
            }
            """,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    source = Source.read(str(tmp_path / "app/tests/naps.rs"))
    found = read(source, Surroundings(Project(tmp_path))).waits
    assert [(wait.wrapper, wait.api, wait.duration_ms) for wait in found] == [
        ("test_support::within", "tokio::time::timeout", 3000),
        ("test_support::nap", "std::thread::sleep", 350),
    ]


@pytest.mark.parametrize("macro", ["quote", "parse_quote", "quote_spanned", "stringify"])
def test_quoted_code_is_not_run(macro: str) -> None:
    assert waits(f"#[test]\nfn makes() {{ let made = {macro}! {{ sleep(Duration::from_secs(1)).await; }}; }}") == []


def test_elapsed_time_out_of_a_block() -> None:
    (wait,) = in_test(
        """
        let elapsed = {
            let start = std::time::Instant::now();
            work();
            start.elapsed()
        };
        assert!(elapsed.as_millis() >= 10 && elapsed.as_millis() < 250, "{elapsed:?}");
        """
    )
    assert (wait.kind, wait.bound, wait.duration_ms) == ("clock-assert", "upper", 250)


@pytest.mark.parametrize(
    ("receive", "expected"),
    [
        ("match inbox.recv().await {{ Ok(_) => {}, Err(_) => break }}", ("workload", "low")),
        ("let Some(item) = inbox.next().await else {{ break }}; {};", ("workload", "low")),
        ("match inbox.try_recv() {{ Ok(_) => break, Err(_) => {} }}", ("poll", "high")),
        ("match timeout(LIMIT, inbox.recv()).await {{ Ok(_) => break, Err(_) => {} }}", ("poll", "high")),
    ],
)
def test_a_loop_that_waits_for_items_does_not_poll(receive: str, expected: tuple[str, str]) -> None:
    sleeping = receive.format("sleep(Duration::from_millis(30)).await")
    wait = in_test(f"tokio::spawn(async move {{ loop {{ {sleeping} }} }});")[-1]
    assert (wait.api, wait.role, wait.role_confidence) == ("tokio::time::sleep", *expected)


@pytest.mark.parametrize(
    ("name", "role"),
    [("settle", "sync"), ("throttle", "sync"), ("release_delay", "sync"), ("ttl", "expiry"), ("lease", "expiry")],
)
def test_words_within_words_say_nothing(name: str, role: str) -> None:
    (wait,) = waits(f"impl Harness {{ async fn until(&self) {{ sleep(self.{name}).await; }} }}")
    assert wait.role == role


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("while {}.is_ok() {{}}", ("burned", "low", 50)),
        ("while let Ok(Some(_)) = {} {{}}", ("burned", "low", 50)),
        ("while {}.is_err() {{ ask_again(); }}", ("guard", "low", 0)),
        ("while {}.is_ok() {{ if enough() {{ break; }} }}", ("guard", "low", 0)),
        ("loop {{ match {} {{ Ok(Some(_)) => seen += 1, Ok(None) | Err(_) => break }} }}", ("burned", "low", 50)),
        (
            "loop {{ match {} {{ Ok(Some(true)) => continue, Ok(_) => panic!(), Err(_) => break }} }}",
            ("burned", "low", 50),
        ),
        ("loop {{ match {} {{ Ok(Some(_)) => break, _ => ask_again() }} }}", ("guard", "low", 0)),
        ("let late = matches!({}, Err(_)); assert!(late);", ("burned", "high", 50)),
        ("let in_time = matches!({}, Ok(_)); assert!(in_time);", ("guard", "high", 0)),
    ],
)
def test_what_is_drained_until_nothing_comes(body: str, expected: tuple[str, str, float | None]) -> None:
    (wait,) = in_test(body.format("timeout(Duration::from_millis(50), inbox.recv()).await"))
    assert (wait.role, wait.role_confidence, wait.cost_ms) == expected


def test_a_peer_that_reads_before_it_sleeps_does_not_poll() -> None:
    code = """
    fn echo(mut stream: TcpStream) {
        loop {
            let count = stream.read(&mut buffer).unwrap();
            if count == 0 { break; }
            std::thread::sleep(Duration::from_millis(50));
            stream.write_all(&buffer[..count]).unwrap();
        }
    }
    """
    (wait,) = waits(code)
    assert (wait.role, wait.role_confidence) == ("workload", "low")


@pytest.mark.parametrize(
    ("before", "after", "role"),
    [
        ("server.kill().await.unwrap();", "assert!(ping().await.is_err());", "settle"),
        ("server.send(1).await.unwrap();", "assert!(ping().await.is_err());", "absence"),
        ('let log = Log::new(Duration::from_millis(100)); log.write(b"a");', 'log.write(b"b");', "expiry"),
        ('let log = Log::new(); log.write(b"a");', 'log.write(b"b");', "pacing"),
    ],
)
def test_what_stands_around_a_sleep(before: str, after: str, role: str) -> None:
    (wait,) = in_test(f"{before}\nsleep(Duration::from_millis(120)).await;\n{after}\nassert_eq!(count(), 2);")
    assert (wait.role, wait.role_confidence) == (role, "low")


@pytest.mark.parametrize(
    ("declared", "in_test"),
    [
        ('#[cfg(test)]\n#[path = "client_tests.rs"]\nmod tests;', True),
        ('#[path = "client_tests.rs"]\nmod tests;', False),
        ('#[cfg(test)]\n#[path = "other_tests.rs"]\nmod tests;', False),
    ],
)
def test_a_module_declared_with_a_path(tmp_path: Path, declared: str, in_test: bool) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "app"\n')
    (tmp_path / "src/lib.rs").write_text("mod client;\n")
    (tmp_path / "src/client.rs").write_text(declared)
    (tmp_path / "src/client_tests.rs").write_text("fn nap() { std::thread::sleep(PAUSE); }\n")
    (wait,) = read(Source.read(str(tmp_path / "src/client_tests.rs")), Surroundings(Project(tmp_path))).waits
    assert wait.in_test is in_test


@pytest.mark.parametrize(
    ("calls", "bounded"),
    [
        ('timeout(LIMIT, until_ready("a")).await.unwrap();', True),
        ('timeout(LIMIT, until_ready("a")).await.unwrap(); until_ready("b").await;', False),
        ("", False),
    ],
)
def test_a_helper_whose_callers_set_the_deadline(calls: str, bounded: bool) -> None:
    helper = """
    async fn until_ready(address: &str) {
        loop {
            if connect(address).await.is_ok() { break; }
            sleep(Duration::from_millis(20)).await;
        }
    }
    """
    found = waits(f"{dedent(helper)}\n#[tokio::test]\nasync fn is_ready() {{ {calls} }}\n")
    assert [wait.loop.bounded for wait in found if wait.loop is not None] == [bounded]


def test_a_future_of_a_name_is_cut_off_with_it() -> None:
    found = in_test(
        """
        let future = async {
            state.push(1).await;
            sleep(Duration::from_secs(10)).await;
            state.push(2).await;
        };
        assert!(timeout(Duration::from_millis(20), future).await.is_err());
        let future = async {
            state.push(1).await;
            sleep(Duration::from_millis(10)).await;
            state.push(2).await;
        };
        assert!(timeout(Duration::from_secs(1), future).await.is_ok());
        """
    )
    assert [wait.cost_ms for wait in found] == [0, 20, 10, 0]


@pytest.mark.parametrize(
    ("one", "other", "ordered"),
    [
        ("log.push(1);", "log.push(2);", True),
        ("1", "2", False),
    ],
)
def test_only_what_is_done_can_be_ordered(one: str, other: str, ordered: bool) -> None:
    found = in_test(
        f"""
        let first = tokio::spawn(async move {{ sleep(Duration::from_millis(10)).await; {one} }});
        let second = tokio::spawn(async move {{ sleep(Duration::from_millis(30)).await; {other} }});
        tokio::join!(first, second);
        """
    )
    assert [bool(wait.order) for wait in found] == [ordered, ordered]


def test_a_thread_that_is_joined_at_once_is_ordered_by_the_join() -> None:
    found = in_test(
        """
        std::thread::spawn(|| { std::thread::sleep(Duration::from_millis(10)); log(1); }).join().unwrap();
        std::thread::spawn(|| { std::thread::sleep(Duration::from_millis(30)); log(2); }).join().unwrap();
        """
    )
    assert [wait.order for wait in found] == [(), ()]


@pytest.mark.parametrize("code", ["drop(sleep(D));", "let _unused = sleep(D);", "sleep(D);"])
def test_a_sleep_that_nobody_awaits_costs_nothing(code: str) -> None:
    (wait,) = in_test(code, HEAD + "const D: Duration = Duration::from_secs(1);\n")
    assert (wait.duration_ms, wait.cost_ms) == (1000, 0)


def test_what_is_cut_off_is_waited_for_by_nobody() -> None:
    found = in_test(
        "assert!(timeout(LIMIT, async { one().await; sleep(Duration::from_secs(10)).await; two().await; })"
        ".await.is_err());",
        HEAD + "const LIMIT: Duration = Duration::from_millis(20);\n",
    )
    assert [(wait.role, wait.cost_ms) for wait in found] == [("burned", 20), ("workload", 0)]
