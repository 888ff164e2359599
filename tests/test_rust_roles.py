"""Why a Rust wait is there: for each role what shows it, and what is nearly so."""

import textwrap

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
"""


def waits(body: str, head: str = HEAD) -> list[Wait]:
    """The waits of a test file that ends with `body`."""
    return list(read(Source("tests/a.rs", (head + textwrap.dedent(body)).encode())).waits)


def in_test(body: str) -> list[Wait]:
    """The waits of an asynchronous test with this body."""
    return waits(f"#[tokio::test]\nasync fn holds() {{\n{textwrap.indent(textwrap.dedent(body), '    ')}\n}}\n")


def roles(body: str) -> list[tuple[str, str]]:
    """Role and confidence of the waits in a test's body."""
    return [(wait.role, wait.role_confidence) for wait in in_test(body)]


ACCEPTED = """\
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
"""
ONE = {
    "yield": [
        ("sleep(Duration::ZERO).await;", ("yield", "high")),
        ("sleep(Duration::from_millis(0)).await;", ("yield", "high")),
    ],
    "hold": [
        (
            ACCEPTED
            + """
            tokio::spawn(async move {
                let (_stream, _) = listener.accept().await.unwrap();
                sleep(Duration::from_secs(5)).await;
            });
            """,
            ("hold", "high"),
        ),
        (
            """
            let task = tokio::spawn(async move {
                let guard = lock.lock().await;
                sleep(Duration::from_secs(5)).await;
                drop(guard);
                Ok::<(), Error>(())
            });
            task.abort();
            """,
            ("hold", "high"),
        ),
        ("std::thread::spawn(move || loop { std::thread::sleep(Duration::from_secs(60)); });", ("hold", "high")),
        ("tokio::spawn(sleep(Duration::from_secs(5)));", ("hold", "high")),
        (
            """
            let stuck = async { sleep(Duration::from_secs(30)).await; unreachable!() };
            run(stuck).await;
            """,
            ("hold", "high"),
        ),
    ],
    "startup": [
        (
            """
            tokio::spawn(async move { serve("127.0.0.1:4000").await });
            sleep(Duration::from_millis(100)).await;
            let stream = TcpStream::connect("127.0.0.1:4000").await.unwrap();
            """,
            ("startup", "high"),
        ),
        (
            """
            let server = std::process::Command::new("server").spawn().unwrap();
            sleep(Duration::from_secs(1)).await;
            let answer = client.get("/health").await;
            """,
            ("startup", "high"),
        ),
    ],
    "settle": [
        (
            """
            queue.publish("a").await;
            sleep(Duration::from_millis(100)).await;
            assert_eq!(seen.load(Ordering::SeqCst), 1);
            """,
            ("settle", "high"),
        ),
        (
            """
            queue.publish("a").await;
            sleep(Duration::from_millis(100)).await;
            let info = queue.info().await;
            assert_eq!(info.messages, 1);
            """,
            ("settle", "high"),
        ),
        (
            """
            client.close().await;
            sleep(Duration::from_millis(100)).await;
            assert!(!server.is_connected());
            """,
            ("settle", "high"),
        ),
    ],
    "absence": [
        (
            """
            queue.publish("other").await;
            sleep(Duration::from_millis(100)).await;
            assert!(receiver.try_recv().is_err());
            """,
            ("absence", "high"),
        ),
        (
            """
            let waiting = start(lock.clone());
            sleep(Duration::from_millis(100)).await;
            assert!(!waiting.is_finished());
            """,
            ("absence", "high"),
        ),
        (
            """
            queue.publish("other").await;
            sleep(Duration::from_millis(100)).await;
            assert_eq!(seen.load(Ordering::SeqCst), 0);
            """,
            ("absence", "low"),
        ),
    ],
    "expiry": [
        (
            """
            let cache = Cache::builder().ttl(Duration::from_millis(50)).build();
            cache.insert(1, 2);
            sleep(Duration::from_millis(80)).await;
            assert!(cache.get(&1).is_none());
            """,
            ("expiry", "high"),
        ),
        (
            """
            cache.insert(1, 2);
            sleep(LEASE_TTL + Duration::from_millis(10)).await;
            assert!(cache.get(&1).is_none());
            """,
            ("expiry", "high"),
        ),
    ],
    "poll": [
        (
            "while !ready.load(Ordering::SeqCst) { sleep(Duration::from_millis(10)).await; }",
            ("poll", "high"),
        ),
        (
            "loop { if client.is_connected() { break; } sleep(Duration::from_millis(10)).await; }",
            ("poll", "high"),
        ),
        (
            "for _ in 0..50 { if probe().await { return; } sleep(Duration::from_millis(10)).await; }",
            ("poll", "high"),
        ),
    ],
    "pacing": [
        (
            "for i in 0..10 { client.send(i).await; sleep(Duration::from_millis(10)).await; }",
            ("pacing", "high"),
        ),
        (
            """
            tokio::spawn(async move {
                sleep(Duration::from_millis(50)).await;
                sender.send(1).await.unwrap();
            });
            """,
            ("pacing", "high"),
        ),
    ],
    "workload": [
        (
            """
            let slow = service_fn(|_request: Request| async move {
                sleep(Duration::from_secs(1)).await;
                Ok::<_, Error>(Response::new(Body::empty()))
            });
            """,
            ("workload", "high"),
        ),
        (
            "let items = stream::unfold(0, |n| async move { sleep(Duration::from_millis(5)).await; Some((n, n)) });",
            ("workload", "high"),
        ),
        (
            "let value = tokio::spawn(async { sleep(Duration::from_millis(5)).await; 42 }).await.unwrap();",
            ("workload", "high"),
        ),
    ],
    "race-arm": [
        (
            """
            tokio::select! {
                _ = done.notified() => {}
                _ = sleep(Duration::from_secs(5)) => panic!("not done"),
            }
            """,
            ("race-arm", "high"),
        ),
        (
            """
            let late = sleep(Duration::from_secs(5));
            tokio::pin!(late);
            loop {
                tokio::select! {
                    item = stream.next() => take(item),
                    _ = &mut late => { panic!("not done") }
                }
            }
            """,
            ("race-arm", "high"),
        ),
    ],
    "burned": [
        (
            """
            tokio::select! {
                biased;
                _ = sleep(Duration::from_millis(5)) => {}
                _ = receiver.recv() => panic!("something came"),
            }
            """,
            ("burned", "high"),
        ),
    ],
    "sync": [("sleep(Duration::from_millis(5)).await;", ("sync", "low"))],
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [pytest.param(*case, id=f"{role}-{n}") for role, cases in ONE.items() for n, case in enumerate(cases)],
)
def test_a_role_is_told_by_the_code_around_the_wait(body: str, expected: tuple[str, str]) -> None:
    assert roles(body) == [expected]


NEAR_MISSES = [
    pytest.param(
        "tokio::spawn(async move { sleep(Duration::from_secs(5)).await; stream.shutdown().await; });",
        "pacing",
        id="an action after it: no hold",
    ),
    pytest.param(
        "let handle = tokio::spawn(run()); sleep(Duration::from_millis(5)).await; assert_eq!(count.get(), 1);",
        "settle",
        id="an assertion, not a client, after a spawn: no startup",
    ),
    pytest.param(
        "queue.publish(1).await; sleep(Duration::from_millis(5)).await; tokio::spawn(async move { assert!(ok); });",
        "settle",
        id="the assertion stands in a task: a guess",
    ),
    pytest.param(
        """
        let cache = Cache::builder().ttl(Duration::from_secs(60)).build();
        cache.insert(1, 2).await;
        sleep(Duration::from_millis(80)).await;
        assert_eq!(cache.len(), 1);
        """,
        "settle",
        id="the ttl is longer than the sleep: no expiry",
    ),
    pytest.param(
        "loop { tick().await; sleep(Duration::from_millis(5)).await; }",
        "pacing",
        id="nothing ends the loop: no poll",
    ),
    pytest.param(
        "loop { tokio::spawn(go()); for x in xs { if x { break; } } sleep(Duration::from_millis(5)).await; }",
        "pacing",
        id="the inner loop's exit: no poll",
    ),
    pytest.param(
        "while !servers.is_empty() { check().await; servers.remove(0); sleep(Duration::from_secs(3)).await; }",
        "pacing",
        id="the loop empties what it looks at: no poll",
    ),
    pytest.param(
        "while let Some(item) = stream.next().await { sleep(Duration::from_millis(5)).await; keep(item); }",
        "workload",
        id="a slow consumer: no poll",
    ),
    pytest.param(
        "tokio::select! { _ = async { sleep(Duration::from_millis(5)).await; go().await } => {}, _ = other() => {} }",
        "race-arm",
        id="in a future that is raced",
    ),
    pytest.param(
        "tokio::select! { _ = ready() => { sleep(Duration::from_millis(5)).await; } _ = other() => panic!() }",
        "sync",
        id="in the body of an arm: no race arm",
    ),
]


@pytest.mark.parametrize(("body", "role"), NEAR_MISSES)
def test_a_near_miss_is_something_else(body: str, role: str) -> None:
    assert [told for told, _ in roles(body)] == [role]


@pytest.mark.parametrize(
    ("remark", "role"),
    [
        ("// Give the background task time to finish.", "settle"),
        ("// let the entry expire", "expiry"),
        ("// wait for the server to start", "startup"),
        ("/ 2", "sync"),
    ],
)
def test_a_comment_is_evidence_of_the_low_kind(remark: str, role: str) -> None:
    assert roles(
        f"{'let x = 1 ' + remark + ';' if remark[1] != '/' else remark}\nsleep(Duration::from_millis(5)).await;"
    ) == [(role, "low")]


def test_what_may_have_been_started_is_not_pointed_at() -> None:
    body = (
        "run_and_check(sink, events).await;\nsleep(Duration::from_secs(5)).await;\nlet all = client.get(stream).await;"
    )
    (wait,) = in_test(body)
    assert (wait.role, wait.role_confidence, wait.related) == ("startup", "low", ())


@pytest.mark.parametrize(
    ("remark", "confidence"),
    [("", "low"), ("// wait for the server to start", "high"), ("// give it time", "low")],
)
def test_a_start_is_sure_by_structure_and_comment_together(remark: str, confidence: str) -> None:
    body = f"suite.start_endpoint(1);\n{remark}\nsleep(Duration::from_secs(1)).await;\nsuite.go_on(1);"
    assert roles(body) == [("startup", confidence)]


@pytest.mark.parametrize(
    ("remark", "confidence"),
    [
        ("", "low"),
        ("// Wait for the entry to expire.", "high"),
        ("// get before expiry must find it", "low"),
        ("// remove the expired ones: none", "low"),
    ],
)
def test_an_expiry_is_sure_by_structure_and_comment_together(remark: str, confidence: str) -> None:
    store = 'store.set_with("key", 7, Expiry::Seconds(1));'
    (wait,) = waits(
        f"""
        #[test]
        fn keeps() {{
            let store = Store::open();
            {store}
            {remark}
            std::thread::sleep(Duration::from_millis(1100));
            assert_eq!(store.len(), 1);
        }}
        """
    )
    assert (wait.role, wait.role_confidence) == ("expiry", confidence)


@pytest.mark.parametrize(
    ("remark", "role"),
    [
        ("// The count does not increase when it ends (we give it some time).", "absence"),
        ("// We do not have a better way to wait.", "settle"),
    ],
)
def test_a_comment_says_that_nothing_happens(remark: str, role: str) -> None:
    body = (
        f"peer.leave().await;\n{remark}\nsleep(Duration::from_millis(90)).await;\nassert_eq!(1, count.load(Relaxed));"
    )
    assert roles(body)[0][0] == role


@pytest.mark.parametrize(
    ("assertion", "confidence"),
    [
        ("assert_eq!(received, VALUE);", "low"),
        ('assert!(received == 5, "too few");', "low"),
        ("assert_eq!(*received, VALUE);", "high"),
        ("assert_eq!(received.get(), 5);", "high"),
        ("let said = inbox.recv().await; assert_eq!(said, VALUE);", "low"),
        ("assert!(received.is_ok());", "low"),
        ("assert!(received.is_ok()); assert_eq!(received, VALUE);", "low"),
        ("assert!(received.is_ok()); assert_eq!(calls.load(SeqCst), 1);", "high"),
        ("let received = inbox.recv().await; assert!(received.is_ok());", "high"),
        ("assert!(received.is_ready());", "high"),
    ],
)
def test_nothing_settles_in_a_value_that_is_at_hand(assertion: str, confidence: str) -> None:
    code = f"let received = inbox.recv().await;\nack(1).await;\nsleep(Duration::from_millis(90)).await;\n{assertion}"
    assert roles(code) == [("settle", confidence)]


@pytest.mark.parametrize(
    ("task", "confidence"),
    [
        ("async move { s.send(7).await; sleep(Duration::from_millis(60)).await; s.send(8).await; }", "low"),
        ("async move { s.send(7).await; s.send(8).await; }", "high"),
    ],
)
def test_a_task_with_sleeps_of_its_own_orders_those_of_the_test(task: str, confidence: str) -> None:
    body = "sleep(Duration::from_millis(90)).await;\nassert_eq!(r.recv().await.unwrap(), 7);"
    code = f"let (s, r) = channel(1);\ntokio::spawn({task});\n{body}"
    assert roles(code)[-1] == ("settle", confidence)


def test_a_comment_does_not_overrule_what_structure_decides() -> None:
    assert roles(
        """
        // wait for the server to start
        while !ready.load(Ordering::SeqCst) { sleep(Duration::from_millis(10)).await; }
        """
    ) == [("poll", "high")]


def test_words_in_strings_and_comments_are_not_code() -> None:
    assert roles(
        """
        note("spawn(serve(), bind(); assert!(x)");
        sleep(Duration::from_millis(5)).await; // assert!(true)
        """
    ) == [("sync", "low")]


def test_a_method_of_a_mock_works() -> None:
    spoken = waits(
        """
        struct Slow;
        impl Store for Slow {
            async fn get(&self) -> u8 { sleep(Duration::from_millis(5)).await; self.inner.get().await }
        }
        impl Drop for Slow {
            fn drop(&mut self) { std::thread::sleep(Duration::from_millis(5)); }
        }
        """
    )
    assert [wait.role for wait in spoken] == ["workload", "sync"]


def test_so_does_a_trait_that_answers_by_itself() -> None:
    spoken = waits(
        """
        trait Rpc {
            fn slow(&self) -> Result<u32, Error> {
                std::thread::sleep(Duration::from_millis(50));
                Ok(42)
            }
            fn settle(&self) {
                self.flush();
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        """
    )
    assert [(wait.role, wait.cost_ms) for wait in spoken] == [("workload", None), ("sync", 50)]


def test_a_helper_that_starts_something_waits_for_its_startup() -> None:
    spoken = waits(
        """
        async fn start_server() -> u16 {
            tokio::spawn(serve(4000));
            sleep(Duration::from_millis(100)).await;
            4000
        }
        """
    )
    assert [(wait.role, wait.role_confidence) for wait in spoken] == [("startup", "high")]


def test_a_function_that_is_only_ever_spawned_is_a_task() -> None:
    code = """
        async fn origin(mut stream: TcpStream) {
            stream.write_all(b"x").await.unwrap();
            sleep(Duration::from_secs(5)).await;
        }
        #[tokio::test]
        async fn holds() {
            tokio::spawn(origin(stream));
        }
        """
    (wait,) = waits(code)
    assert (wait.role, wait.role_confidence) == ("hold", "high")
    assert wait.task is not None
    assert wait.task.keeps == "connection"
    (called,) = waits(
        code.replace("tokio::spawn(origin(stream));", "tokio::spawn(origin(stream)); origin(other).await;")
    )
    assert called.role != "hold"


@pytest.mark.parametrize(
    ("bindings", "keeps"),
    [
        ("let (stream, _) = listener.accept().await.unwrap();", "connection"),
        ("let stream = TcpStream::connect(address).await.unwrap();", "connection"),
        ("let (stream, _) = listener.accept().await.unwrap(); drop(stream);", "task"),
        ("let _ = listener.accept().await.unwrap();", "task"),
        ("let listener = TcpListener::bind(address).await.unwrap();", "listener"),
        ("let _broker = Broker::new(1883).await;", "_broker"),
        ("", "task"),
    ],
)
def test_what_a_hold_keeps(bindings: str, keeps: str) -> None:
    (wait,) = in_test(f"tokio::spawn(async move {{ {bindings} sleep(Duration::from_secs(5)).await; }});")
    assert wait.task is not None
    assert (wait.role, wait.task.keeps, wait.task.spawner) == ("hold", keeps, "tokio::spawn")
    assert [place.text for place in wait.related] == ["spawned here"]


@pytest.mark.parametrize(
    ("code", "joined"),
    [
        ("tokio::spawn(async { S }).await.unwrap();", True),
        ("let task = tokio::spawn(async { S }); task.await.unwrap();", True),
        ("let task = tokio::spawn(async { S }); eventually(|| task.is_finished()).await;", True),
        ("let task = std::thread::spawn(move || { T }); while !task.is_finished() { turn(); }", True),
        ("let task = tokio::spawn(async { S }); assert!(!task.is_finished());", False),
        ("let task = std::thread::spawn(move || { T }); task.join().unwrap();", True),
        ("let task = tokio::spawn(async { S }); other(1); tokio::join!(task, other(2));", True),
        (
            "let mut all = vec![]; for _ in 0..3 { all.push(tokio::spawn(async { S })); } for t in all { t.await; }",
            True,
        ),
        ("let mut set = JoinSet::new(); set.spawn(async { S }); while set.join_next().await.is_some() {}", True),
        ("std::thread::scope(|scope| { scope.spawn(|| { T }); });", True),
        ("let tasks: Vec<_> = (0..3).map(|_| tokio::spawn(async { S })).collect(); join_all(tasks).await;", True),
        (
            "let all = (0..3).map(|_| { tokio::spawn(async { S }) }).collect::<Vec<_>>(); for t in all { t.await; }",
            True,
        ),
        ("tokio::spawn(async { S });", False),
        ("let _task = tokio::spawn(async { S }); go().await;", False),
        ("let task = tokio::spawn(async { S }); go().await; task.abort();", False),
        ("let task = tokio::spawn(async { S }); drop(task);", False),
        ("let task = tokio::spawn(async { S }); keep(task);", None),
    ],
)
def test_the_fate_of_a_handle(code: str, joined: bool | None) -> None:
    inside = {
        "S": "let _g = Guard::new(); sleep(Duration::from_secs(1)).await;",
        "T": "std::thread::sleep(Duration::from_secs(1));",
    }
    for mark, text in inside.items():
        code = code.replace(f"{{ {mark} }}", f"{{ {text} }}")
    (wait,) = in_test(code)
    assert wait.task is not None
    assert wait.task.joined is joined


def test_readiness_of_a_startup() -> None:
    bound = """
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        tokio::spawn(async move { serve(listener).await });
        sleep(Duration::from_millis(5)).await;
        let stream = TcpStream::connect(address).await.unwrap();
        """
    (wait,) = in_test(bound)
    assert wait.role == "startup"
    assert wait.readiness == "`listener` is bound before the spawn"
    assert [place.text for place in wait.related] == ["started here", "first used here"]
    (inside,) = in_test(
        """
        tokio::spawn(async move { let listener = TcpListener::bind(address).await.unwrap(); serve(listener).await });
        sleep(Duration::from_millis(5)).await;
        let stream = TcpStream::connect(address).await.unwrap();
        """
    )
    assert (inside.role, inside.readiness) == ("startup", None)


@pytest.mark.parametrize(
    ("ahead", "readiness"),
    [
        ("let worker = tokio::spawn(async { work().await });", "the handle `worker` can be awaited"),
        ("let (tx, mut rx) = mpsc::channel(1);", "the channel's receiver `rx` is at hand"),
        ("let done = Arc::new(Notify::new());", "`done` is a `Notify`"),
        ("", None),
    ],
)
def test_readiness_of_a_settle(ahead: str, readiness: str | None) -> None:
    (wait,) = in_test(
        f"{ahead} queue.publish(1).await; sleep(Duration::from_millis(5)).await; assert_eq!(count.get(), 1); rx.recv();"
    )
    assert (wait.role, wait.readiness) == ("settle", readiness)
    assert [place.text for place in wait.related] == ["checked here"]


def test_what_expires_is_told() -> None:
    (wait,) = in_test(
        """
        let cache = Cache::builder().idle_timeout(Duration::from_millis(50)).build();
        sleep(Duration::from_millis(80)).await;
        assert_eq!(cache.len(), 0);
        """
    )
    assert (wait.role, wait.expires) == ("expiry", "idle_timeout = Duration::from_millis(50)")


@pytest.mark.parametrize(
    ("made", "expires"),
    [
        ("Reflector::new(inbox, Duration::from_millis(50))", "Duration::from_millis(50)"),
        ("Reflector::keeping(Duration::from_millis(50))", "keeping = Duration::from_millis(50)"),
        ("Reflector { keep: Some(Duration::from_millis(50)) }", "keep = Duration::from_millis(50)"),
        (
            "Reflector { connection_age: limit(Duration::from_millis(50)) }",
            "connection_age = Duration::from_millis(50)",
        ),
    ],
)
def test_what_expires_is_named_as_it_is(made: str, expires: str) -> None:
    (wait,) = in_test(
        f"""
        let reflector = {made};
        // Once that has elapsed it is gone.
        sleep(Duration::from_millis(80)).await;
        assert_eq!(reflector.len(), 0);
        """
    )
    assert (wait.role, wait.expires) == ("expiry", expires)


def test_tasks_ordered_by_different_sleeps() -> None:
    first, second = in_test(
        """
        let one = tokio::spawn(async move { sleep(Duration::from_millis(10)).await; log.push(1); });
        let two = tokio::spawn(async move { sleep(Duration::from_millis(30)).await; log.push(2); });
        one.await; two.await;
        """
    )
    assert first.order == (second.span,)
    assert second.order == (first.span,)


def test_a_task_that_another_starts_after_its_sleep_is_ordered_by_that() -> None:
    spoken = in_test(
        """
        pool.spawn(async move {
            sleep(Duration::from_millis(90)).await;
            other.spawn(async move { sleep(Duration::from_millis(10)).await; sender.send(()).unwrap(); });
        });
        receiver.recv().await.unwrap();
        """
    )
    assert [wait.order for wait in spoken] == [(), ()]


def test_equal_sleeps_and_sleeps_of_one_task_order_nothing() -> None:
    spoken = in_test(
        """
        let one = tokio::spawn(async move { sleep(Duration::from_millis(10)).await; log.push(1); });
        let two = tokio::spawn(async move { sleep(Duration::from_millis(10)).await; log.push(2); });
        let three = tokio::spawn(async move { log.push(3); sleep(Duration::from_millis(20)).await; log.push(4); });
        """
    )
    assert [wait.order for wait in spoken] == [(), (), ()]


@pytest.mark.parametrize(
    ("name", "role"), [("a_panic_is_survived", "workload"), ("is_panic_free", "hold"), ("is_aborted", "hold")]
)
def test_a_panic_that_a_test_is_about_is_to_come(name: str, role: str) -> None:
    job = 'cache.fill(1, async move { started(); sleep(Duration::from_millis(50)).await; panic!("lost"); }).await'
    (wait,) = waits(f"#[tokio::test]\nasync fn {name}() {{ tokio::spawn(async move {{ let _ = {job}; }}); go(); }}\n")
    assert wait.role == role


@pytest.mark.parametrize(
    ("ahead", "role"),
    [
        ("let link = dial().await;", "hold"),
        ("let link = dial().await; drop(link);", "settle"),
        ("while inbox.recv().await.is_some() {}", "workload"),
    ],
)
def test_what_is_over_or_was_told_to_end_is_not_held(ahead: str, role: str) -> None:
    task = f"tokio::spawn(async move {{ {ahead} sleep(Duration::from_millis(50)).await; }})"
    (wait,) = in_test(f"{task}.await.unwrap();\nassert!(stopped());")
    assert wait.role == role


@pytest.mark.parametrize(
    ("length", "role"), [("interval * 2", "expiry"), ("2 * poll_period", "expiry"), ("interval", "settle")]
)
def test_rounds_that_the_code_goes_by_itself_run_out(length: str, role: str) -> None:
    (wait,) = in_test(f"watch(&hosts).await;\nsleep({length}).await;\nassert_eq!(hosts.all(), names);")
    assert wait.role == role


@pytest.mark.parametrize(
    ("ahead", "role"),
    [
        ("db.run_command(ping).await.unwrap();", "settle"),
        ("worker.run_until_done().await;", "settle"),
        ("let server = run_server(address).await;", "startup"),
        ("server.run(address);", "startup"),
    ],
)
def test_what_was_run_to_its_end_does_not_start(ahead: str, role: str) -> None:
    (wait,) = in_test(f"{ahead}\nsleep(Duration::from_millis(50)).await;\nlet link = connect(address).await.unwrap();")
    assert wait.role == role


def test_a_sleep_that_is_only_made() -> None:
    made, stored = in_test(
        """
        let _ = sleep(Duration::from_secs(1));
        let body = Body { delay: sleep(Duration::from_secs(1)) };
        """
    )
    assert (made.awaited, stored.awaited) == (False, None)
    assert (made.cost_ms, stored.cost_ms) == (0, None)


@pytest.mark.parametrize(
    "following",
    [
        "client.first()" + ".then(1)" * 400 + ".await",
        "Reply::builder()" + ".part(1)" * 400 + ";",
        "assert!(" + "a && " * 2000 + "b);",
        "tokio::spawn(" + " " * 20_000 + "other);",
        "/* " + "spawn( " * 4000 + "*/",
        'note("' + "(" * 20_000 + '");',
    ],
    ids=["chain", "builder", "condition", "blanks", "comment", "string"],
)
@pytest.mark.timeout(10)
def test_long_code_around_a_wait_is_no_trouble(following: str) -> None:
    (wait,) = in_test(f"tokio::spawn(async move {{ sleep(Duration::from_millis(5)).await; {following} }});")
    assert wait.task is not None


@pytest.mark.parametrize("spawner", ["spawn_local", "spawn_blocking", "spawn_named", "try_spawn"])
def test_spawners_by_any_name(spawner: str) -> None:
    (wait,) = in_test(f"pool.{spawner}(async move {{ let _g = guard(); sleep(Duration::from_secs(5)).await; }});")
    assert wait.role == "hold"
    assert wait.task is not None
    assert wait.task.spawner == spawner


def test_two_branches_of_one_task_order_nothing() -> None:
    spoken = in_test(
        """
        tokio::spawn(async move {
            if late { sleep(Duration::from_millis(30)).await; } else { sleep(Duration::from_millis(10)).await; }
            log.push(1);
        });
        """
    )
    assert [wait.order for wait in spoken] == [(), ()]


def test_a_watchdog_is_a_guard() -> None:
    (wait,) = in_test(
        "std::thread::spawn(|| { std::thread::sleep(Duration::from_secs(900)); std::process::exit(1); });"
    )
    assert (wait.role, wait.cost_ms) == ("guard", 0)
