"""Rust's repairs on small files: what is offered, how sure, and where nothing is."""

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint import engine, languages
from sleeplint.engine import Report
from sleeplint.finding import Applicability, Finding
from sleeplint.fixing import mend
from sleeplint.fixing.choosing import apply
from sleeplint.languages import Surroundings
from sleeplint.registry import load
from sleeplint.repairs.rust.editing import only_gives_time
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY_ONLY
PROOF = Path(__file__).parent / "proof" / "rust"
HEAD = """\
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

"""


def lint(source: Source) -> Report:
    settings = Settings(profile="strict")
    return engine.lint(source, enable(load(strangers=False), settings), settings, Surroundings(), repairs=True)


def source_of(code: str) -> Source:
    return Source("tests/a.rs", dedent(code).encode())


def findings(code: str) -> tuple[Finding, ...]:
    report = lint(source_of(code))
    assert report.problems == ()
    return report.findings


def mended(code: str, level: Applicability = UNSAFE) -> str:
    """The code after all fixes, which are checked to come to rest and to parse."""
    source = source_of(code)
    done = mend(source, lint, level)
    assert not mend(done.source, lint, level).changed
    assert len(languages.read(done.source).broken) <= len(languages.read(source).broken)
    return done.source.code.decode()


def offers(code: str) -> list[tuple[str, Applicability | None]]:
    return [(finding.rule, finding.fix.applicability if finding.fix else None) for finding in findings(code)]


HELD = (
    HEAD
    + """\
#[tokio::test]
async fn holds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    SPAWN
        let (_stream, _) = listener.accept().await.unwrap();
        sleep(Duration::from_secs(5)).await;
    });
    CLIENT
}
"""
)
LIMITED = "timeout(Duration::from_secs(1), TcpStream::connect(addr)).await.unwrap().unwrap();"


def held(spawn: str = "tokio::spawn(async move {", client: str = LIMITED) -> str:
    return HELD.replace("SPAWN", spawn).replace("CLIENT", client)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        (held(), SAFE),
        (held(client="TcpStream::connect(addr).await.unwrap();"), UNSAFE),
        (held("let _server = tokio::spawn(async move {"), SAFE),
        (held("let server = tokio::spawn(async move {", LIMITED + "\n    server.abort();"), SAFE),
        (held("let server = tokio::spawn(async move {", LIMITED + "\n    server.await.unwrap();"), SAFE),
        (held(client=LIMITED + "\n    client.close().await;"), UNSAFE),
        (held(client="client(addr).await.read_to_end(&mut all).await.unwrap();"), DISPLAY),
        (held("handles.push(tokio::spawn(async move {").replace("    });\n", "    }));\n"), DISPLAY),
        (held("let server = tokio::spawn(async move {", "let (a, b) = tokio::join!(server, client(addr));"), DISPLAY),
        (held("for _ in 0..2 { tokio::spawn(async move {").replace("    });\n", "    }); }\n"), DISPLAY),
    ],
    ids=[
        "detached, limited",
        "detached, no limit",
        "bound to a name that is not used",
        "aborted",
        "joined",
        "the client may wait for the close",
        "the client needs the close",
        "the handle is kept elsewhere",
        "joined beside the client",
        "in a loop",
    ],
)
def test_a_hold_is_graded_by_what_is_proven(code: str, level: Applicability) -> None:
    assert offers(code)[0] == ("connection-hold", level)


def test_a_released_task_has_its_own_names() -> None:
    code = held(
        "let hold_tx = 1;\n    let server = tokio::spawn(async move {", LIMITED + "\n    server.await.unwrap();"
    )
    after = mended(code, SAFE)
    assert "let (hold_tx2, hold_rx2) = tokio::sync::oneshot::channel::<()>();" in after
    assert "let _ = hold_rx2.await;" in after
    assert "    drop(hold_tx2);\n    server.await.unwrap();" in after


def test_a_task_is_not_released_while_another_is_at_work() -> None:
    task = """\
    let {0} = tokio::spawn(async move {{
        let (_stream, _) = listener_{0}.accept().await.unwrap();
        sleep(Duration::from_secs(5)).await;
    }});
"""
    code = (
        HEAD
        + "#[tokio::test]\nasync fn holds() {\n"
        + task.format("one")
        + task.format("two")
        + "    client().await;\n    one.await.unwrap();\n    client().await;\n    two.await.unwrap();\n}\n"
    )
    assert [level for _, level in offers(code)] == [DISPLAY, UNSAFE]
    assert "    drop(hold_tx);\n    two.await.unwrap();" in mended(code)


@pytest.mark.parametrize(
    "statement",
    [
        "std::thread::sleep(Duration::from_secs(5));",
        "let done = sleep(Duration::from_secs(5)).await;",
        "tokio::select! { _ = sleep(Duration::from_secs(5)) => {} _ = stop() => {} }",
        "assert_eq!(sleep(Duration::from_secs(5)).await, ());",
    ],
    ids=["blocking", "a value", "an arm", "in a macro"],
)
def test_what_is_no_plain_sleep_is_not_parked(statement: str) -> None:
    code = held().replace("sleep(Duration::from_secs(5)).await;", statement)
    assert statement in mended(code, SAFE)


STARTUP = (
    HEAD
    + """\
#[tokio::test]
async fn starts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(TASK);
    // wait for the server to start
    sleep(Duration::from_millis(100)).await;
    NEXT
}
"""
)
CONNECT = "let client = TcpStream::connect(addr).await.unwrap();\n    assert!(client.peer_addr().is_ok());"


@pytest.mark.parametrize(
    ("task", "following", "gone"),
    [
        ("serve(listener)", CONNECT, True),
        ("async move { serve(listener).await }", CONNECT, True),
        ("serve(addr)", CONNECT, False),
        ("async move { drop(listener); let l = TcpListener::bind(addr).await; serve(l).await }", CONNECT, False),
        ("serve(listener)", "assert!(is_started());", False),
        ("serve(listener)", "let text = std::fs::read_to_string(log).unwrap();", False),
    ],
    ids=["given", "moved in", "not given", "bound again", "a look at the server", "a file"],
)
def test_a_startup_sleep_goes_only_with_a_bound_listener(task: str, following: str, gone: bool) -> None:
    after = mended(STARTUP.replace("TASK", task).replace("NEXT", following))
    assert ("from_millis(100)" not in after) == gone
    assert ("// wait for the server to start" not in after) == gone


def test_the_listener_of_a_helper_elsewhere_is_less_sure() -> None:
    code = STARTUP.replace("TASK", "serve(listener)").replace("NEXT", CONNECT)
    bound = code.partition("starts() {\n")[2].partition("    tokio::spawn")[0]
    assert offers(code) == [("startup-sleep", SAFE)]
    assert offers(code.replace(bound, "    let (listener, addr) = common::bind().await;\n")) == [
        ("startup-sleep", UNSAFE)
    ]


def test_the_author_is_shown_the_names_of_the_place() -> None:
    code = STARTUP.replace("tokio::spawn(TASK);", "let api = tokio::spawn(run_api(addr));").replace("NEXT", CONNECT)
    (finding,) = findings(code)
    assert finding.fix is not None
    assert finding.fix.applicability is DISPLAY
    assert finding.fix.edits == ()
    assert finding.fix.sketch == dedent(
        """\
        let (ready_tx, ready_rx) = tokio::sync::oneshot::channel::<()>();
        let api = tokio::spawn(async move {
            run_api(.., ready_tx).await // sends on `ready_tx` once it is up
        });
        ready_rx.await.expect("it ended before it was up"); // instead of the sleep"""
    )


@pytest.mark.parametrize(
    ("ahead", "following"),
    [
        ("", "assert_eq!(delivered(), 1);"),
        ("send(addr).await;\n    ", CONNECT),
    ],
)
def test_what_a_task_does_once_it_is_up_is_not_its_start(ahead: str, following: str) -> None:
    code = STARTUP.replace("tokio::spawn(TASK);", f"let api = tokio::spawn(run_api(addr));\n    {ahead}")
    for finding in findings(code.replace("NEXT", following).replace("// wait for the server to start", "")):
        assert finding.fix is None or "ready_tx" not in (finding.fix.sketch or "")


def test_what_starts_out_of_sight_is_asked_until_it_is_up() -> None:
    started = STARTUP.partition("    let listener")[0] + "    let cluster = start_cluster();\n"
    nap = "    sleep(Duration::from_secs(2)).await;\n"
    code = started + nap + "    let peer = connect(cluster.url()).await.unwrap();\n    peer.ping();\n}\n"
    (finding,) = findings(code)
    assert finding.fix is not None
    assert finding.fix.sketch == dedent(
        """\
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let peer = loop {
            match connect(cluster.url()).await {
                Ok(peer) => break peer,
                Err(error) => assert!(std::time::Instant::now() < deadline, "not up after 10 s: {error}"),
            }
            sleep(std::time::Duration::from_millis(20)).await;
        };"""
    )


ASSERTED = """\
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn settles() {
    let FIRST;
    act(&seen);
    tokio::time::sleep(Duration::from_millis(100)).await;
    ASSERTION
}
"""


@pytest.mark.parametrize(
    ("first", "assertion", "polled"),
    [
        ("seen = Arc::new(AtomicUsize::new(0))", "assert_eq!(seen.load(Ordering::SeqCst), 2);", True),
        ("seen = Arc::new(AtomicUsize::new(0))", "assert_eq!(2, seen.load(Ordering::SeqCst));", True),
        ("seen = Arc::new(AtomicBool::new(false))", "assert!(seen.load(Ordering::SeqCst));", True),
        ("seen = Arc::new(AtomicBool::new(true))", "assert!(seen.load(Ordering::SeqCst));", False),
        ("seen = Arc::new(AtomicBool::new(true))", "assert!(!seen.load(Ordering::SeqCst));", False),
        ("seen = Arc::new(AtomicUsize::new(0))", "assert_eq!(seen.load(Ordering::SeqCst), 0);", False),
        ("seen = Arc::new(AtomicUsize::new(2))", "assert_eq!(seen.load(Ordering::SeqCst), 2);", False),
        ("seen = make()", "assert_eq!(seen.load(Ordering::SeqCst), 2);", False),
        ("seen = Arc::new(AtomicUsize::new(0))", "assert_eq!(seen.swap(0, Ordering::SeqCst), 2);", False),
        ("seen = Arc::new(AtomicUsize::new(0))", 'assert_eq!(seen.load(Ordering::SeqCst), 2, "more than two");', False),
        ("seen = Arc::new(AtomicUsize::new(0))", "assert_ne!(seen.load(Ordering::SeqCst), 2);", False),
    ],
)
def test_only_what_cannot_hold_before_is_polled(first: str, assertion: str, polled: bool) -> None:
    code = ASSERTED.replace("FIRST", first).replace("ASSERTION", assertion)
    after = mended(code)
    assert ("while " in after) == polled
    assert assertion in after
    assert ("from_millis(100)" in after) != polled


def test_assertions_in_a_row_are_polled_together() -> None:
    code = ASSERTED.replace("FIRST", "(seen, kept) = counters()")
    code = code.replace(
        "let (seen, kept) = counters();", "let seen = AtomicUsize::new(0);\n    let kept = AtomicUsize::new(0);"
    )
    code = code.replace(
        "ASSERTION", "assert_eq!(seen.load(Ordering::SeqCst), 2);\n    assert_eq!(kept.load(Ordering::SeqCst), 1);"
    )
    wanted = "while (seen.load(Ordering::SeqCst) != 2 || kept.load(Ordering::SeqCst) != 1)"
    assert wanted in mended(code)


def test_a_new_action_is_no_wait_for_the_old_one() -> None:
    code = (
        HEAD
        + """\
#[tokio::test]
async fn second_after_first() {
    let first = tokio::spawn(async move { shard.update(1).await });
    sleep(Duration::from_millis(200)).await;
    timeout(Duration::from_secs(5), shard.update(2)).await.unwrap();
    first.abort();
}
"""
    )
    assert "from_millis(200)" in mended(code)


POLL = """\
use std::time::Duration;

use tokio::time::sleep;

#[tokio::test]
async fn polls() {
    let cluster = start().await;
    LOOP
    assert_eq!(cluster.size(), 3);
}
"""


NAP = "        sleep(Duration::from_millis(10)).await;\n    }"


@pytest.mark.parametrize(
    ("loop", "limited"),
    [
        ("while !cluster.ready() {\n" + NAP, True),
        ("loop {\n        if cluster.ready() {\n            break;\n        }\n" + NAP, True),
        ("while cluster.ready()? {\n" + NAP, False),
        ("while !cluster.ready() {\n        if bad() { return; }\n" + NAP, False),
    ],
    ids=["while", "loop", "question mark", "return"],
)
def test_a_loop_that_means_the_same_in_a_block_gets_a_limit(loop: str, limited: bool) -> None:
    after = mended(POLL.replace("LOOP", loop))
    assert ("tokio::time::timeout(Duration::from_secs(10), async {" in after) == limited
    assert ("`cluster.ready()`" in after) == limited


def test_a_poll_of_a_thread_is_shown_its_deadline() -> None:
    loop = "while !cluster.ready() {\n        std::thread::sleep(Duration::from_millis(10));\n    }"
    code = POLL.replace("LOOP", loop).replace("#[tokio::test]\nasync fn", "#[test]\nfn").replace(".await", "")
    (finding,) = findings(code)
    assert finding.fix is not None
    assert finding.fix.sketch == dedent(
        """\
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !cluster.ready() {
            assert!(std::time::Instant::now() < deadline, "`cluster.ready()` was not true within 10 s");
            .."""
    )


def test_a_constant_takes_a_free_name() -> None:
    guard = "    timeout(Duration::from_secs(3), read()).await.unwrap();\n"
    body = f"async fn reads() {{\n{guard * 6}    assert_eq!(TIMEOUT, 1);\n}}\n"
    code = f"{HEAD}const TIMEOUT: u8 = 1;\n\n#[tokio::test]\n{body}"
    after = mended(code, SAFE)
    assert "\nconst TEST_TIMEOUT: Duration = Duration::from_secs(3);\n" in after
    assert after.count("timeout(TEST_TIMEOUT, read())") == 6


def test_equal_guards_of_different_modules_share_no_constant() -> None:
    guard = "        timeout(Duration::from_secs(3), read()).await.unwrap();\n"
    module = "mod {} {{\n    use super::*;\n\n    #[tokio::test]\n    async fn reads() {{\n{}    }}\n}}\n"
    code = HEAD + module.format("a", guard * 3) + module.format("b", guard * 3)
    assert offers(code) == [("repeated-timeout", DISPLAY)]


@pytest.mark.parametrize(
    ("imported", "left"),
    [
        ("use tokio::time::{sleep, timeout};", "use tokio::time::timeout;"),
        ("use tokio::time::{self, sleep};", "use tokio::time;"),
        ("use tokio::{spawn, time::{sleep, timeout}};", "use tokio::{spawn, time::timeout};"),
        ("use tokio::time::sleep;", ""),
        ("use tokio::time::{\n    sleep,\n    timeout,\n};", "use tokio::time::timeout;"),
        ("pub use tokio::time::sleep;", "pub use tokio::time::sleep;"),
    ],
)
def test_what_a_repair_orphans_leaves_its_group(imported: str, left: str) -> None:
    nap = "    tokio::spawn(async { sleep(Duration::from_secs(1)).await });\n"
    body = f"async fn adds() {{\n{nap}    assert_eq!(1 + 1, 2);\n}}\n"
    code = f"{imported}\nuse std::time::Duration;\n\n#[tokio::test]\n{body}"
    head, _, body = mended(code, SAFE).partition("#[tokio::test]")
    assert head.strip() == left
    assert body == "\nasync fn adds() {\n    assert_eq!(1 + 1, 2);\n}\n"


def test_what_only_all_repairs_together_orphan_goes_too() -> None:
    nap = "    tokio::spawn(async { sleep(PAUSE).await });\n    assert_eq!(1 + 1, 2);\n"
    head = "use std::time::Duration;\nuse tokio::time::sleep;\n\nconst PAUSE: Duration = Duration::from_secs(1);\n\n"
    code = f"{head}#[tokio::test]\nasync fn adds() {{\n{nap * 4}}}\n"
    added = "    assert_eq!(1 + 1, 2);\n" * 4
    assert mended(code, SAFE) == f"#[tokio::test]\nasync fn adds() {{\n{added}}}\n"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("Give the server time to start.", True),
        ("wait for server", True),
        ("Wait a bit", True),
        ("small delay", True),
        ("let it settle", True),
        ("sleep 100ms so the listener is up", True),
        ("Keep the connection open.", False),
        ("wait for the server because it binds twice, see #42", False),
        ("TODO: wait for a signal instead", False),
        ("the second request must come after the first", False),
        ("", False),
    ],
)
def test_a_comment_that_only_gives_time(comment: str, expected: bool) -> None:
    assert only_gives_time(comment) == expected


@pytest.mark.parametrize("name", sorted(path.stem for path in (PROOF / "before").glob("*.rs")))
@given(crlf=st.booleans(), bom=st.booleans(), tabs=st.booleans(), final=st.booleans())
def test_bytes_outside_the_edits_stay(name: str, crlf: bool, bom: bool, tabs: bool, final: bool) -> None:
    data = (PROOF / "before" / f"{name}.rs").read_bytes()
    data = data.replace(b"    ", b"\t") if tabs else data
    data = data if final else data.rstrip(b"\n")
    data = data.replace(b"\n", b"\r\n") if crlf else data
    source = Source("tests/a.rs", (b"\xef\xbb\xbf" if bom else b"") + data)
    report = lint(source)
    edited = [finding for finding in report.findings if finding.fix and finding.fix.edits]
    assert edited
    for finding in edited:
        assert finding.fix is not None
        edits = finding.fix.edits
        after = apply(source.code, edits)
        kept = [(edits[i - 1].span.end if i else 0, edit.span.start) for i, edit in enumerate(edits)]
        kept.append((edits[-1].span.end, len(source.code)))
        position = 0
        for (start, end), text in zip(kept, [*(edit.text for edit in edits), ""], strict=True):
            assert after[position : position + end - start] == source.code[start:end]
            position += end - start + len(text.encode())
        assert position == len(after)
        new = b"".join(edit.text.encode() for edit in edits)
        assert (b"\n" in new.replace(b"\r\n", b"")) <= (not crlf), "a line end of another kind"
        assert not (tabs and b"    " in new), "an indentation of another kind"
        assert len(languages.read(Source("tests/a.rs", after)).broken) <= len(languages.read(source).broken)


@pytest.mark.parametrize("folder", ["before", "counter"])
@given(data=st.data())
def test_a_file_cut_anywhere_is_repaired_without_a_mishap(folder: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted((PROOF / folder).glob("*.rs"))))
    code = path.read_bytes()
    start = data.draw(st.integers(0, len(code)))
    end = data.draw(st.integers(start, len(code)))
    source = Source("tests/a.rs", code[:start] + code[end:])
    report = lint(source)
    assert [problem for problem in report.problems if problem.internal] == []
    done = mend(source, lint, UNSAFE)
    assert not mend(done.source, lint, UNSAFE).changed
