"""Why Rust waits are there that stand in peers, workers, watchdogs, macros and measured blocks."""

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


def in_test(body: str, name: str = "works") -> list[Wait]:
    return waits(f"#[tokio::test]\nasync fn {name}() {{\n{indent(dedent(body), '    ')}\n}}\n")


def told(body: str, name: str = "works") -> list[tuple[str, str]]:
    return [(wait.role, wait.role_confidence) for wait in in_test(body, name)]


PEER = """
    let client = tokio::spawn(async move {
        let mut stream = dial().await;
        stream.set_write_timeout(Some(Duration::from_millis(100)));
        assert!(stream.write(b"a").await.is_err());
    });
    let server = tokio::spawn(async move {
        for (i, frame) in frames.into_iter().enumerate() {
            if i == 3 {
                sleep(Duration::from_millis(MS)).await;
            }
            peer.send(frame).await;
        }
    });
    server.await.unwrap();
"""


@pytest.mark.parametrize(
    ("ms", "name", "role"),
    [
        (200, "write_timeout", "expiry"),
        (200, "writes", "pacing"),
        (50, "write_timeout", "pacing"),
        (5000, "write_timeout", "pacing"),
    ],
)
def test_a_peer_that_outlasts_the_other_sides_limit(ms: int, name: str, role: str) -> None:
    (wait,) = in_test(PEER.replace("MS", str(ms)), name)
    assert (wait.role, wait.cost_ms) == (role, ms)  # in one of the rounds


@pytest.mark.parametrize(
    ("condition", "cost"), [("i == 3", 20), ("i > 3", None), ("ready == 3", None), ("i == 3 && ready", None)]
)
def test_a_condition_that_holds_in_one_round(condition: str, cost: int | None) -> None:
    body = f"for i in 0..10 {{ if {condition} {{ sleep(Duration::from_millis(20)).await; }} step(i).await; }}"
    assert [wait.cost_ms for wait in in_test(body)] == [cost]


STOPPING = """
    let mut servers = SERVERS;
    while !servers.is_empty() {
        client.publish("a").await;
        assert!(inbox.next().await.is_some());
        REMOVAL;
        sleep(Duration::from_secs(3)).await;
    }
"""


@pytest.mark.parametrize(
    ("servers", "removal", "cost"),
    [
        ("vec![serve(1), serve(2), serve(3)]", "drop(servers.remove(0))", 9000),
        ("vec![serve([1, 2]),\n        serve([2, 3]),\n    ]", "drop(servers.pop())", 6000),
        ("vec![serve(1); COUNT]", "drop(servers.remove(0))", None),
        ("start_all()", "drop(servers.remove(0))", None),
        ("vec![serve(1), serve(2)]", "if client.is_sure() { drop(servers.remove(0)); }", None),
    ],
)
def test_what_follows_the_end_of_something_in_each_round_settles(servers: str, removal: str, cost: int | None) -> None:
    (wait,) = in_test(STOPPING.replace("SERVERS", servers).replace("REMOVAL", removal))
    assert wait.cost_ms == cost
    if removal.startswith("drop"):
        assert wait.role == "settle"


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("busy.fetch_add(1, Ordering::SeqCst);", "busy.fetch_sub(1, Ordering::SeqCst);"),
        ("let permit = lock.take().await;", "lock.release(permit);"),
    ],
)
def test_between_the_beginning_and_the_end_of_a_workers_part_it_plays_work(begin: str, end: str) -> None:
    body = f"""
        let task = tokio::spawn(async move {{
            {begin}
            sleep(Duration::from_millis(5)).await;
            {end}
        }});
        task.await.unwrap();
    """
    assert told(body) == [("workload", "low")]


@pytest.mark.parametrize(
    "guard", ["let _timer = timer!(LOG, name);", "let _entered = span.enter();", "let _watch = Stopwatch::start();"]
)
def test_what_is_measured_plays_work(guard: str) -> None:
    assert told(f"{guard}\nsleep(Duration::from_millis(5)).await;") == [("workload", "low")]


def test_what_is_measured_and_then_asserted_is_told_by_the_assertion() -> None:
    body = """
        let _entered = span.enter();
        sleep(Duration::from_millis(5)).await;
        assert_eq!(seen.len(), 1);
    """
    assert told(body)[0][0] == "settle"


def test_a_process_that_lives_until_it_exits() -> None:
    body = """
        if let Fork::Child = fork() {
            std::thread::sleep(Duration::from_secs(3));
            std::process::exit(0);
        }
    """
    assert told(body) == [("hold", "low")]


def test_a_read_slice_of_a_serving_loop_is_a_poll() -> None:
    code = """
        use std::net::TcpListener;

        fn serve(listener: TcpListener) {
            loop {
                if let Ok((stream, _)) = listener.accept() {
                    stream.set_read_timeout(Some(Duration::from_millis(MS))).unwrap();
                    clients.push(stream);
                }
            }
        }
    """
    assert [(wait.role, wait.cost_ms) for wait in waits(code.replace("MS", "1"))] == [("poll", None)]
    assert [(wait.role, wait.cost_ms) for wait in waits(code.replace("MS", "500"))] == [("guard", 0)]


@pytest.mark.parametrize(
    ("remark", "role"),
    [
        ("// the clock does not run, sleep until the lease has expired", "expiry"),
        ("// the lease must not have expired yet", "absence"),
    ],
)
def test_a_remark_that_denies_one_thing_and_names_another(remark: str, role: str) -> None:
    body = f"""
        let clock = Clock::new();
        assert!(clock.begin());
        {remark}
        std::thread::sleep(Duration::from_secs(3));
        assert!(clock.state().is_err());
    """
    assert told(body)[0][0] == role


def test_a_macros_body_is_a_story_of_its_own() -> None:
    code = """
        macro_rules! renames {
            ($server:ident, $name:tt) => {
                let index = $server.index("a");
                $server.finish(index.update($name)).await;
                // a small delay between calls
                sleep(Duration::from_millis(100)).await;
                $server.finish(index.update(stringify!($name))).await;
            };
        }
    """
    assert [(wait.role, wait.role_confidence, wait.cost_ms) for wait in waits(code)] == [("pacing", "low", None)]


def test_a_poll_that_is_left_with_what_came_does_not_fall_through() -> None:
    code = """
        async fn retry<T>(mut ask: impl FnMut(u32) -> Option<T>, most: Duration) -> Result<T, Late> {
            let start = std::time::Instant::now();
            let mut attempt = 1;
            loop {
                if let Some(answer) = ask(attempt) {
                    return Ok(answer);
                }
                if start.elapsed() > most {
                    return Err(Late);
                }
                sleep(Duration::from_millis(125)).await;
                attempt += 1;
            }
        }
    """
    (wait,) = waits(code)
    assert wait.loop is not None
    assert (wait.loop.bounded, wait.loop.falls_through) == (True, False)


@pytest.mark.parametrize(
    ("following", "role"), [("service.stop().await;", "settle"), ("other.stop().await;", "startup")]
)
def test_what_is_started_and_stopped_again_does_something_meanwhile(following: str, role: str) -> None:
    body = f"""
        service.start().await;
        sleep(Duration::from_millis(150)).await;
        {following}
        assert_eq!(server.requests().len(), 1);
    """
    assert told(body)[0][0] == role


def test_a_worker_that_asks_whether_to_stop_does_nothing_else() -> None:
    code = """
        async fn long_task(cancel: CancellationToken) -> i32 {
            let mut done = 0;
            for i in 0..10 {
                done = i;
                if cancel.is_cancelled() {
                    break;
                }
                sleep(Duration::from_millis(5)).await;
            }
            done
        }
    """
    assert [(wait.role, wait.role_confidence) for wait in waits(code)] == [("workload", "low")]


def test_a_remark_that_names_what_runs_and_what_is_to_arrive() -> None:
    body = """
        room.send("a").await;
        // Give the sync loop time to run, so that the event is received
        sleep(Duration::from_millis(100)).await;
    """
    assert told(body)[0][0] == "settle"


def test_a_remark_that_names_what_is_to_come_up() -> None:
    body = """
        let origin = connect().await;
        // Port is open; give the workers time to boot before real requests are sent.
        sleep(Duration::from_millis(100)).await;
        origin.ask("a").await;
    """
    assert told(body)[0][0] == "startup"


@pytest.mark.parametrize(
    "run",
    [
        "let late = async { WAIT }; tokio::join!(paginate(), late);",
        "let late = async { WAIT }; timeout(LIMIT, join3(paginate(), observe(), late)).await.unwrap();",
        "tokio::join!(paginate(), async { WAIT });",
        "futures::future::join(paginate(), async { WAIT }).await;",
    ],
)
def test_a_future_that_begins_a_little_later_than_others(run: str) -> None:
    body = run.replace("WAIT", "sleep(Duration::from_millis(100)).await; client.sync().await;")
    assert told(body)[0] == ("pacing", "low")


def test_what_is_checked_first_decides() -> None:
    positive = """
        room.join().await;
        sleep(Duration::from_secs(2)).await;
        assert_eq!(room.state(), State::Joined);
        assert_pending!(rooms);
    """
    assert told(positive)[0][0] == "settle"
    fetched = """
        room.join().await;
        sleep(Duration::from_secs(2)).await;
        let change = rooms.next().now_or_never();
        assert_no_change!(change);
    """
    assert told(fetched)[0][0] == "absence"


def test_making_two_things_is_not_doing_one_thing_twice() -> None:
    body = """
        for index in 0..25 {
            let mut request = Request::new();
            request.name = name(index);
            rooms.create(request).await;
        }
        sleep(Duration::from_secs(1)).await;
        let search = Search::new(rooms);
        search.start("a", 10).await;
    """
    assert told(body)[0][0] == "settle"


def test_a_round_that_begins_with_a_check_awaits_what_the_last_one_did() -> None:
    body = """
        for _ in 0..3 {
            sleep(Duration::from_secs(1)).await;
            assert_eq!(room.avatar(), Some(uri));
            room.send("a").await;
        }
    """
    assert told(body)[0][0] == "settle"


def test_a_clock_that_is_started_after_the_sleep_does_not_need_it() -> None:
    body = """
        inbox.flush().await;
        sleep(Duration::from_secs(5)).await;
        let start = std::time::Instant::now();
        inbox.drain().await;
        inbox.next().await;
    """
    assert told(body)[0][0] == "settle"


def test_what_a_loop_says_of_the_items_that_came_shows_no_absence() -> None:
    body = """
        for _ in 0..10 {
            bus.publish("a").await;
        }
        sleep(Duration::from_millis(500)).await;
        let mut items = bus.items().await;
        while let Some(item) = items.next().await {
            assert_eq!(item.error, None);
        }
    """
    assert told(body)[0] == ("settle", "low")


def test_a_remark_on_what_cleans_up_is_not_on_what_comes_up() -> None:
    body = """
        let items = bus.items().await;
        drop(items);
        // Give the background task a moment to clean up
        sleep(Duration::from_millis(50)).await;
        bus.delete("a").await;
    """
    assert told(body)[0][0] == "settle"


def test_a_remark_that_something_must_not_run_out_yet() -> None:
    body = """
        writer.send(data, Some(Duration::from_millis(50)));
        // Wait a bit but don't let it time out yet
        sleep(Duration::from_millis(30)).await;
        writer.send(more, Some(Duration::from_millis(500)));
        assert_eq!(writer.sent(), 2);
    """
    assert told(body)[0][0] != "expiry"


def test_a_remark_that_it_is_not_there_without_the_sleep() -> None:
    body = """
        assert!(matches!(phase.recv().await, Phase::Running));
        // Need to wait for startup, otherwise the handler is not installed yet
        sleep(Duration::from_millis(500)).await;
        raise(SIGNAL);
        assert!(matches!(phase.recv().await, Phase::Stopped));
    """
    assert told(body)[0][0] == "startup"


def test_a_joined_task_that_only_sleeps_plays_work() -> None:
    body = """
        let job = runtime.spawn(async {
            sleep(Duration::from_secs(1)).await;
        });
        job.await.unwrap();
    """
    assert [(wait.role, wait.cost_ms) for wait in in_test(body)] == [("workload", 1000)]


CROWD = """
    let mut tasks = Vec::new();
    START
    for task in tasks { task.await.unwrap(); }
"""
MAPPED = """
    let tasks: Vec<_> = gates.iter().map(|gate| START).collect();
    for task in tasks { task.await.unwrap(); }
"""
PERMIT = "tokio::spawn(async move { let _permit = gate.acquire().await; sleep(Duration::from_millis(10)).await; })"


@pytest.mark.parametrize(
    ("body", "role"),
    [
        (CROWD.replace("START", f"for gate in gates {{ tasks.push({PERMIT}); }}"), "workload"),
        (MAPPED.replace("START", PERMIT), "workload"),
        (CROWD.replace("START", f"tasks.push({PERMIT});"), "hold"),
    ],
)
def test_one_task_of_many_that_are_waited_for_works(body: str, role: str) -> None:
    assert told(body)[0][0] == role


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("let errors = crowd.unwrap_err();\nassert_eq!(errors.len(), 2);", ("pacing", 500)),
        ("crowd.unwrap();", ("hold", 0)),
    ],
)
def test_a_failure_that_is_taken_out_of_a_thread_is_what_comes_after_the_wait(
    end: str, expected: tuple[str, int]
) -> None:
    (wait,) = in_test(
        f"""
        let crowd = crossbeam_utils::thread::scope(|scope| {{
            scope.spawn(|_| {{
                std::thread::sleep(Duration::from_millis(500));
                panic!("the first");
            }});
            scope.spawn(|_| panic!("the second"));
        }});
        {end}
        """,
        "both_fail",
    )
    assert (wait.role, wait.cost_ms) == expected
