"""What each repair of Rust takes for granted is proven, or it is not sure of itself."""

from textwrap import dedent

import pytest

from sleeplint import engine
from sleeplint.finding import Applicability, Finding
from sleeplint.languages import Surroundings
from sleeplint.registry import load
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY_ONLY
DELETE = "Delete the sleep: the listener is bound before the task starts"


def found(code: str, rule: str) -> Finding:
    settings = Settings(profile="strict")
    rules = enable(load(strangers=False), settings)
    report = engine.lint(Source("tests/a.rs", dedent(code).encode()), rules, settings, Surroundings(), repairs=True)
    assert report.problems == ()
    return next(finding for finding in report.findings if finding.rule == rule)


def offered(finding: Finding) -> tuple[Applicability, str] | None:
    return (finding.fix.applicability, finding.fix.title) if finding.fix is not None else None


STARTS = """\
    use std::time::Duration;
    use tokio::net::{{TcpListener, TcpStream}};
    use tokio::time::sleep;

    async fn greet(listener: TcpListener) {{
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"hello").await.unwrap();
    }}

    async fn count(listener: TcpListener) {{
        STARTED.fetch_add(1, SeqCst);
        let _ = listener.accept().await;
    }}

    async fn relay(listener: TcpListener) {{
        let upstream = TcpStream::connect(UPSTREAM).await.unwrap();
        let _ = listener.accept().await;
    }}

    #[tokio::test]
    async fn starts() {{
        {before}
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn({task});
        sleep(Duration::from_millis(100)).await;
        let client = TcpStream::connect(addr).await.unwrap();
        assert!(client.peer_addr().is_ok());
    }}
"""


@pytest.mark.parametrize(
    ("task", "before", "level"),
    [
        ("async move { let _ = listener.accept().await; }", "", SAFE),
        ("greet(listener)", "", SAFE),
        ("async move { greet(listener).await }", "", SAFE),
        ("serve(listener)", "", SAFE),
        ("axum::serve(listener, app)", "let app = Router::new();", SAFE),
        ("serve(listener, hits.clone())", "let hits = Hits::new();", UNSAFE),
        ("count(listener)", "", UNSAFE),
        ("relay(listener)", "", UNSAFE),
        ("async move { let _ = listener.accept().await; hits.add(1); }", "let hits = Hits::new();", UNSAFE),
        ("greet(listener)", "tokio::spawn(other());", UNSAFE),
        ("async move { hits.add(1); let _ = listener.accept().await; }", "let hits = Hits::new();", None),
        ("async move { let mut rx = tx.subscribe(); greet(listener).await; }", "let tx = news();", UNSAFE),
        ("async move { let rx = tx.subscribe(); listener.accept().await; }", "let tx = news();", None),
        ("async move { drop(listener); serve(addr).await }", "", UNSAFE),
    ],
)
def test_a_startup_sleep_is_deleted_for_sure_only_if_nobody_can_see_what_the_task_does_first(
    task: str, before: str, level: Applicability | None
) -> None:
    offer = offered(found(STARTS.format(task=task, before=before), "startup-sleep"))
    assert (offer[0] if offer and offer[1].startswith(DELETE) else None) == level


ENDLESS = """\
    use std::time::Duration;
    use tokio::time::sleep;

    #[tokio::test]
    async fn waits() {{
        {start} async move {{
            {first}
            loop {{
                sleep(Duration::from_secs(36_000)).await
            }}
        }});
        {rest}
    }}
"""


@pytest.mark.parametrize(
    ("start", "first", "rest", "parked"),
    [
        ("tokio::spawn(", "", "", True),
        ("let task = tokio::spawn(", "", "task.abort();", True),
        ("let task = tokio::spawn(", "", "task.abort();\nassert!(task.await.unwrap_err().is_cancelled());", True),
        ("let task = tokio::spawn(", "if failed() { return Ok::<u8, Error>(3); }", "task.abort();", False),
        ("let task = tokio::spawn(", "bind().await?;", "task.abort();", False),
        ("let task: JoinHandle<u8> = tokio::spawn(", "", "task.abort();", False),
        ("let task = tokio::spawn(", "", "watch(task);", False),
        ("tasks.push(tokio::spawn(", "", ");", False),
    ],
)
def test_an_endless_loop_is_parked_where_nothing_needs_it_to_be_of_a_type(
    start: str, first: str, rest: str, parked: bool
) -> None:
    offer = offered(found(ENDLESS.format(start=start, first=first, rest=rest), "endless-sleep"))
    assert (offer is not None and offer[0] is SAFE) == parked


SETTLES = """\
    use std::time::Duration;
    use tokio::time::sleep;

    #[tokio::test]
    async fn settles() {{
        {start}
        sleep(Duration::from_millis(100)).await;
        assert_eq!(COUNT.get(), 1);
        {rest}
    }}
"""


@pytest.mark.parametrize(
    ("start", "rest", "told"),
    [
        ("let h = tokio::spawn(async move { act().await; COUNT.set(1); });", "", True),
        ("let h = tokio::spawn(async move { act().await; COUNT.set(1); });", "h.await.unwrap();", True),
        ("let h = tokio::spawn(worker(rx));", "drop(tx);\n    h.await.unwrap();", False),
        ("let h = tokio::spawn(worker(rx));", "", False),
        ("let h = tokio::spawn(async move { act().await });\n    h.await.unwrap();", "", False),
        ("let h = tokio::spawn(async move { act().await });\n    h.abort();", "", False),
        ("let h = tokio::spawn(async move { up(); gate.notified().await; });", "open.notify_one();", False),
        ("let h = tokio::spawn(async move { for m in rx { COUNT.add(m); } });", "", False),
        ("let h = tokio::spawn(async move { act().await });", "stop.cancel();\n    h.await.unwrap();", False),
        ("let h = tokio::spawn(async move { act().await });", "drop(client);\n    h.await.unwrap();", False),
    ],
)
def test_a_handle_is_named_only_if_its_task_ends_without_what_comes_after(start: str, rest: str, told: bool) -> None:
    finding = found(SETTLES.format(start=start, rest=rest), "settle-sleep")
    assert finding.advice is not None
    assert ("the handle `h` can be awaited" in finding.advice) == told
    assert (offered(finding) is not None and "to end" in str(offered(finding))) is False


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("let gate = Arc::new(Barrier::new(2));\n    run(gate.clone());", True),
        ("let gate = Arc::new(Barrier::new(2));\n    run(gate.clone());\n    gate.wait();", False),
        ("let gate = Arc::new(Notify::new());\n    run(gate.clone());\n    gate.notify_one();", False),
    ],
    ids=["given", "already passed", "given by the test"],
)
def test_a_signal_that_is_used_up_or_the_tests_own_is_not_named(start: str, told: bool) -> None:
    finding = found(SETTLES.format(start=start, rest=""), "settle-sleep")
    assert finding.advice is not None
    assert ("`gate` is a" in finding.advice) == told


JOINS = """\
    use std::thread;
    use std::time::Duration;

    fn add() {{
        COUNT.fetch_add(1, SeqCst);
    }}

    fn add_for_ever() {{
        loop {{
            add();
        }}
    }}

    #[test]
    fn settles() {{
        let _adder = thread::spawn(move || {body});
        thread::sleep(Duration::from_millis(100));
        {following}
    }}
"""


@pytest.mark.parametrize(
    ("body", "following", "joined"),
    [
        ("add()", "assert_eq!(COUNT.load(SeqCst), 1);", True),
        ("{ add(); COUNT.fetch_add(1, SeqCst); }", "assert_eq!(COUNT.load(SeqCst), 1);", True),
        ("add_for_ever()", "assert_eq!(COUNT.load(SeqCst), 1);", False),
        ("out_of_sight(1)", "assert_eq!(COUNT.load(SeqCst), 1);", False),
        ("client.run()", "assert_eq!(COUNT.load(SeqCst), 1);", False),
    ],
)
def test_a_thread_is_joined_only_if_it_is_seen_to_end(body: str, following: str, joined: bool) -> None:
    offer = offered(found(JOINS.format(body=body, following=following), "settle-sleep"))
    assert (offer == (UNSAFE, "Wait for the thread to end")) == joined


ABSENT = """\
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn nothing_comes() {{
        let (tx, rx) = mpsc::channel::<u8>();
        {start}
        assert!(rx.recv_timeout(Duration::from_millis(100)).is_err());
    }}
"""


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ("act(&tx);", True),
        ("act(tx.clone());", True),
        ("thread::spawn(move || tx.send(1));", False),
        ("act(tx);", False),
    ],
)
def test_a_marker_is_sent_only_on_a_sender_that_is_still_there(start: str, shown: bool) -> None:
    offer = offered(found(ABSENT.format(start=start), "burned-timeout"))
    assert (offer == (DISPLAY, "Send a marker on `tx`, and see it come first")) == shown


def test_a_file_without_tokio_is_shown_nothing_of_it() -> None:
    code = """\
        use std::time::Duration;

        #[test]
        fn holds() {
            smol::block_on(async {
                for _ in 0..2 {
                    smol::spawn(async move {
                        let (_stream, _) = listener.accept().await.unwrap();
                        smol::Timer::after(Duration::from_secs(5)).await;
                    }).detach();
                }
                client().await;
            });
        }
        """
    finding = found(code, "connection-hold")
    assert finding.advice is not None
    assert "smol" in finding.advice
    assert "tokio" not in str(finding.fix)


@pytest.mark.parametrize(
    ("outer_secs", "attribute", "raised"),
    [(1, "", False), (5, "", False), (60, "", True), (60, "#[ntest::timeout(3000)]", False)],
)
def test_a_guard_is_not_raised_above_what_is_around_it(outer_secs: int, attribute: str, raised: bool) -> None:
    code = f"""\
        use std::time::Duration;
        use tokio::time::timeout;

        #[tokio::test]
        {attribute}
        async fn reads() {{
            timeout(Duration::from_secs({outer_secs}), async {{
                timeout(Duration::from_millis(20), read()).await.unwrap()
            }}).await.unwrap();
        }}
        """
    offer = offered(found(code, "timeout-too-short"))
    assert (offer == (UNSAFE, "Raise the guard to 5 s")) == raised


@pytest.mark.parametrize(
    ("nap", "rest", "gone"),
    [
        ("sleep(Duration::from_secs(9))", "", True),
        ("sleep(next_delay())", "", False),
        ("sleep(Duration::from_secs(9))", "assert_eq!(Handle::current().metrics().num_alive_tasks(), 1);", False),
    ],
)
def test_a_task_that_only_sleeps_goes_if_nobody_counts_it(nap: str, rest: str, gone: bool) -> None:
    code = f"""\
        use std::time::Duration;
        use tokio::time::sleep;

        #[tokio::test]
        async fn adds() {{
            tokio::spawn(async {{ {nap}.await; }});
            {rest}
            assert_eq!(1 + 1, 2);
        }}
        """
    settings = Settings(profile="strict")
    rules = enable(load(strangers=False), settings)
    report = engine.lint(Source("tests/a.rs", dedent(code).encode()), rules, settings, Surroundings(), repairs=True)
    offers = [offered(finding) for finding in report.findings]
    assert ((SAFE, "Delete the task that only sleeps") in offers) == gone


@pytest.mark.parametrize(("then", "received"), [("", True), ("assert_eq!(rx.try_recv().unwrap(), 2);", False)])
def test_a_message_is_awaited_only_if_no_second_look_follows(then: str, received: bool) -> None:
    code = f"""\
        use std::time::Duration;
        use tokio::sync::mpsc;
        use tokio::time::sleep;

        #[tokio::test]
        async fn receives() {{
            let (tx, mut rx) = mpsc::channel::<u8>(8);
            act(tx);
            sleep(Duration::from_millis(100)).await;
            let first = rx.try_recv().unwrap();
            assert_eq!(first, 1);
            {then}
        }}
        """
    offer = offered(found(code, "settle-sleep"))
    assert (offer == (UNSAFE, "Wait for the message on `rx`, bounded")) == received
