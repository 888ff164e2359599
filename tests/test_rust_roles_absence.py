"""Rust waits that show that nothing happens, or only space what is done, and what tells them from others."""

import textwrap

import pytest

from sleeplint.languages import read
from sleeplint.source import Source

HEAD = "use std::time::Duration;\nuse tokio::time::sleep;\n"
WAIT = "sleep(Duration::from_millis(50)).await;"


def told(body: str, test: str = "counts", doc: str = "") -> list[tuple[str, str]]:
    """Role and confidence of the sleeps in a test of that name."""
    inside = textwrap.indent(textwrap.dedent(body).replace("WAIT", WAIT), "    ")
    text = f"{HEAD}{doc}#[tokio::test]\nasync fn {test}() {{\n{inside}\n}}\n"
    return [(wait.role, wait.role_confidence) for wait in read(Source("tests/a.rs", text.encode())).waits]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            """
            queue.push("a").await;
            assert_eq!(queue.len(), 1);
            WAIT
            assert_eq!(queue.len(), 1, "it grew");
            """,
            ("absence", "high"),
            id="nothing is done in between",
        ),
        pytest.param(
            """
            assert_eq!(seen.get(), 1);
            bus.send("b").await;
            WAIT
            assert_eq!(seen.get(), 1);
            """,
            ("absence", "low"),
            id="something is done in between",
        ),
        pytest.param(
            """
            assert_eq!(seen.get(), 1);
            bus.send("b").await;
            WAIT
            assert_eq!(seen.get(), 2);
            """,
            ("settle", "high"),
            id="it is another number afterwards",
        ),
        pytest.param(
            """
            assert!(client.is_connected());
            server.restart().await;
            WAIT
            assert!(client.is_connected());
            """,
            ("settle", "high"),
            id="it goes and comes again",
        ),
        pytest.param(
            """
            assert_eq!(seen.len(), 1);
            seen.clear();
            bus.send("b").await;
            WAIT
            assert_eq!(seen.len(), 1);
            """,
            ("settle", "high"),
            id="it is emptied in between",
        ),
        pytest.param(
            """
            assert_eq!(events.next().await, Some(1));
            bus.send("b").await;
            WAIT
            assert_eq!(events.next().await, Some(1));
            """,
            ("settle", "high"),
            id="what is taken is another one each time",
        ),
        pytest.param(
            """
            assert!(gate.is_open("a"));
            gate.close("a").await;
            assert!(!gate.is_open("a"));
            WAIT
            assert!(gate.is_open("a"));
            """,
            ("settle", "low"),
            id="it was otherwise in between",
        ),
        pytest.param(
            """
            assert!(gate.check("a"));
            WAIT
            assert!(gate.check("a"));
            """,
            ("settle", "low"),
            id="to ask is to use it up",
        ),
        pytest.param(
            """
            let answer = client.get("/").await;
            assert_eq!(answer.status(), 200);
            client.publish("b").await;
            WAIT
            let answer = client.get("/").await;
            assert_eq!(answer.status(), 200);
            """,
            ("settle", "high"),
            id="what is fetched comes from what was used in between",
        ),
        pytest.param(
            """
            worker.stop().await;
            let before = worker.rounds();
            WAIT
            assert_eq!(worker.rounds(), before);
            """,
            ("absence", "high"),
            id="compared with what was observed before",
        ),
        pytest.param(
            """
            worker.stop().await;
            let before = worker.rounds();
            WAIT
            let after = worker.rounds();
            assert!(before == after, "it went on");
            """,
            ("absence", "high"),
            id="both observations have names",
        ),
        pytest.param(
            """
            let before = count_threads();
            pool.run(jobs).await;
            WAIT
            assert_eq!(count_threads(), before);
            """,
            ("settle", "high"),
            id="what was used comes back",
        ),
        pytest.param(
            """
            worker.poke().await;
            let expected = 3;
            WAIT
            assert_eq!(worker.rounds(), expected);
            """,
            ("settle", "high"),
            id="what is expected was not observed",
        ),
        pytest.param(
            """
            for _ in 0..3 {
                WAIT
                let info = consumer.info().await;
                assert_eq!(info.pending, 0);
            }
            """,
            ("absence", "low"),
            id="watched for some rounds",
        ),
        pytest.param(
            """
            peer.wait_for_calls(2).await;
            other.wait_for_calls(1).await;
            WAIT
            assert_eq!(peer.calls.load(SeqCst), 2);
            """,
            ("absence", "low"),
            id="so many were awaited",
        ),
        pytest.param(
            """
            peer.wait_for_calls(2).await;
            WAIT
            assert_eq!(peer.calls.load(SeqCst), 3);
            """,
            ("settle", "high"),
            id="one more is awaited",
        ),
        pytest.param(
            """
            peer.wait_for_calls(2).await;
            WAIT
            assert_eq!(other.calls.load(SeqCst), 2);
            """,
            ("settle", "high"),
            id="so many were awaited elsewhere",
        ),
        pytest.param(
            """
            peer.wait_for_calls(2).await;
            peer.forget().await;
            WAIT
            assert_eq!(peer.calls.load(SeqCst), 2);
            """,
            ("settle", "high"),
            id="so many were awaited, and more was done",
        ),
        pytest.param(
            """
            gate.close().await;
            WAIT
            assert_matches!(inbox.try_recv(), Err(_));
            """,
            ("absence", "high"),
            id="nothing came, as a pattern",
        ),
    ],
)
def test_what_held_before_the_wait_holds_after_it(body: str, expected: tuple[str, str]) -> None:
    assert told(body)[0] == expected


ACTED = "feed.close().await;\n{remark}\nWAIT\n{above}\nassert_eq!(calls.get(), 1{message});\n"


@pytest.mark.parametrize(
    ("remark", "above", "message", "expected"),
    [
        ("", "", "", ("settle", "high")),
        ("", "", ', "the handler must not be called again"', ("absence", "low")),
        ("", "// It should still be the one call.", "", ("absence", "low")),
        ("// Make sure that no further call is made.", "", "", ("absence", "low")),
        ("", "", ', "called more than once, unexpectedly"', ("settle", "low")),
        ("", "", ', "the call was not made"', ("settle", "high")),
        ("", "", ', "the call never came"', ("settle", "high")),
        ("// The call is not made at once.", "", "", ("settle", "high")),
        ("// A busy worker may not have made the call yet.", "", "", ("settle", "high")),
    ],
)
def test_words_say_that_nothing_is_to_happen(remark: str, above: str, message: str, expected: tuple[str, str]) -> None:
    assert told(ACTED.format(remark=remark, above=above, message=message))[0] == expected


@pytest.mark.parametrize(
    ("test", "assertion", "expected"),
    [
        ("a_closed_feed_does_not_call_back", "assert_eq!(calls.get(), 1);", ("settle", "low")),
        ("never_calls_twice", "assert_eq!(calls.get(), 1);", ("settle", "low")),
        ("ignores_what_comes_late", "assert_eq!(calls.get(), 1);", ("settle", "low")),
        ("no_retry_after_close", "assert_eq!(calls.get(), 1);", ("settle", "low")),
        ("the_session_stays_open", "assert!(session.is_open());", ("absence", "low")),
        ("a_purge_keeps_what_is_used", "assert!(cache.contains(1));", ("absence", "low")),
        ("a_purge_keeps_what_is_used", "assert_eq!(cache.len(), 1);", ("settle", "high")),
        ("no_duplicates", "assert_eq!(calls.get(), 1);", ("settle", "low")),
        ("notes_are_kept", "assert_eq!(calls.get(), 1);", ("settle", "high")),
        ("nobody_is_notified", "assert_eq!(calls.get(), 1);", ("settle", "high")),
        ("does_not_start_when_disabled", "assert!(!worker.is_running());", ("absence", "low")),
        ("stops_when_told", "assert!(!worker.is_running());", ("settle", "high")),
        ("a_silent_peer_times_out", "assert!(session.is_closed());", ("expiry", "low")),
        ("timeout_closes_the_session", "assert!(session.is_closed());", ("expiry", "low")),
    ],
)
def test_the_name_of_the_test_is_evidence_of_the_low_kind(test: str, assertion: str, expected: tuple[str, str]) -> None:
    assert told(f"feed.push(1).await;\nWAIT\n{assertion}\n", test)[0] == expected


def test_so_is_what_documents_it() -> None:
    body = ACTED.format(remark="", above="", message="")
    assert told(body, doc="/// Once closed, a feed must not call back.\n")[0] == ("settle", "low")
    assert told(body, doc="/// A feed calls back when it closes.\n")[0] == ("settle", "high")


@pytest.mark.parametrize(
    ("body", "role"),
    [
        ('notes.add("a").await;\nassert_eq!(notes.len(), 1);\nWAIT\nnotes.add("b").await;\n', "pacing"),
        ("let first = Id::new();\nWAIT\nlet second = Id::new();\nassert!(first < second);\n", "pacing"),
        ("let first = Id::new();\nbus.open().await;\nWAIT\nlet all = Vec::new();\nbus.fill(all).await;\n", "settle"),
        ('notes.add("a").await;\nassert_eq!(notes.len(), 1);\nWAIT\nnotes.remove("a").await;\n', "settle"),
    ],
)
def test_what_is_done_twice_is_spaced(body: str, role: str) -> None:
    assert told(body)[0][0] == role


MOCKED = """
server.mock("/subscribe").expect({calls}).mount().await;
client.sync(events).await;
WAIT
{rest}
"""


@pytest.mark.parametrize(
    ("calls", "rest", "role"),
    [
        ("0", "", "absence"),
        ("0", "server.verify().await;", "absence"),
        ("1", "server.verify().await;", "settle"),
        ("0", "client.stop().await;", "settle"),
    ],
)
def test_a_mock_that_is_not_to_be_called(calls: str, rest: str, role: str) -> None:
    assert told(MOCKED.format(calls=calls, rest=rest))[0][0] == role


@pytest.mark.parametrize(
    ("other", "role"), [("assert!(result.is_ok()); break;", "race-arm"), ("rounds += 1;", "burned")]
)
def test_a_timer_that_brings_a_loop_around_need_not_fire(other: str, role: str) -> None:
    body = """
        loop {
            tokio::select! {
                _ = sleep(Duration::from_millis(5)) => {}
                result = writer.finish(&mut io) => { OTHER }
            }
            if rounds > 3 { return; }
        }
    """
    assert told(body.replace("OTHER", other))[0] == (role, "low")


@pytest.mark.parametrize(
    ("test", "body", "expected"),
    [
        pytest.param(
            "a_paused_worker_does_not_work",
            "queue.push(1).await;\nWAIT\nassert_eq!(queue.len(), 1);\nassert_eq!(done.get(), 0);\n",
            ("absence", "low"),
            id="denied a little later",
        ),
        pytest.param(
            "a_paused_worker_works_off_what_came",
            "queue.push(1).await;\nWAIT\nassert_eq!(done.get(), 1);\nassert_eq!(queue.len(), 0);\n",
            ("settle", "high"),
            id="its end is denied",
        ),
        pytest.param(
            "a_second_taker_waits",
            "let second = tokio::spawn(take(lock));\nWAIT\nassert!(lock.is_held());\nassert!(!second.is_finished());\n",
            ("absence", "high"),
            id="not over, in the second assertion",
        ),
        pytest.param(
            "aborts",
            "task.abort();\nWAIT\nassert!(!fired.load(Ordering::SeqCst));\n",
            ("absence", "low"),
            id="a flag that nobody sets any more",
        ),
        pytest.param(
            "aborts",
            "task.abort();\nWAIT\nassert_eq!(fired.load(Ordering::SeqCst), false);\n",
            ("absence", "low"),
            id="the same, compared",
        ),
        pytest.param(
            "closes",
            "feed.close().await;\nWAIT\nassert!(!connected.load(Ordering::SeqCst));\n",
            ("settle", "low"),
            id="a flag that is reset",
        ),
        pytest.param(
            "closes",
            "feed.close().await;\nWAIT\nassert_eq!(server.connections(), 0);\n",
            ("settle", "low"),
            id="what ends leaves nothing",
        ),
        pytest.param(
            "a_silent_reader_is_disconnected",
            "server.flood().await;\nWAIT\nassert_eq!(server.readers(), 0);\n",
            ("settle", "low"),
            id="the name says that it ends",
        ),
        pytest.param(
            "floods",
            "server.flood().await;\nWAIT\n// The reader is no longer there.\nassert_eq!(server.readers(), 0);\n",
            ("settle", "low"),
            id="a remark says so",
        ),
        pytest.param(
            "floods",
            "server.flood().await;\nWAIT\nassert_eq!(server.errors(), 0);\n",
            ("absence", "low"),
            id="nobody says so",
        ),
        pytest.param(
            "hangs",
            "let done = Arc::new(AtomicBool::new(false));\nlet theirs = done.clone();\n"
            "thread::spawn(move || { work(); theirs.store(true, Relaxed); });\nWAIT\nassert!(!done.load(Relaxed));\n",
            ("absence", "high"),
            id="a flag that is as it began",
        ),
        pytest.param(
            "counts",
            "let hits = Arc::new(AtomicUsize::new(0));\nserve(hits.clone()).await;\nWAIT\n"
            "assert_eq!(hits.load(Ordering::SeqCst), 0);\n",
            ("absence", "high"),
            id="a counter that is as it began",
        ),
        pytest.param(
            "counts",
            "let hits = Arc::new(AtomicUsize::new(0));\nserve(hits.clone()).await;\nhits.store(0, Relaxed);\nWAIT\n"
            "assert_eq!(hits.load(Ordering::SeqCst), 0);\n",
            ("absence", "low"),
            id="a counter that is set back",
        ),
        pytest.param(
            "asks_in_vain",
            "serve(told_to).await;\nWAIT\nassert_eq!(answer.try_recv().unwrap(), None);\n",
            ("absence", "high"),
            id="there is nothing to take yet",
        ),
        pytest.param(
            "stays_connected",
            "let feed = open().await;\nWAIT\nassert_eq!(feed.state(), State::Connected);\n",
            ("absence", "low"),
            id="a state that goes on",
        ),
    ],
)
def test_what_is_shown_besides(test: str, body: str, expected: tuple[str, str]) -> None:
    assert told(body, test)[0] == expected
