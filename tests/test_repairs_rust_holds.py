"""Rust's holds: what is parked only if nothing in the test can wait for the end of the hold."""

from textwrap import dedent, indent

import pytest

from sleeplint import engine
from sleeplint.finding import Applicability, Finding
from sleeplint.languages import Surroundings
from sleeplint.registry import load
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY_ONLY

TOKIO = """\
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{{AsyncReadExt, AsyncWriteExt}};
use tokio::net::{{TcpListener, TcpStream}};
use tokio::sync::{{mpsc, oneshot, watch, Mutex, Semaphore}};
use tokio::time::{{sleep, timeout}};

async fn all_of(client: &mut TcpStream) -> Vec<u8> {{
    let mut all = Vec::new();
    client.read_to_end(&mut all).await.unwrap();
    all
}}

#[tokio::test]{attribute}
async fn holds() {{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
{before}
    let server = tokio::spawn(async move {{
{task}
        sleep(Duration::from_secs(5)).await;
    }});
{client}
    server.await.unwrap();
}}
"""
ACCEPT = "let (mut stream, _) = listener.accept().await.unwrap();"
GREET = f'{ACCEPT}\nstream.write_all(b"hello").await.unwrap();'
READ = "\nlet mut b = [0; 9];\nlet n = client.read(&mut b).await.unwrap();"
CONNECT = "let mut client = TcpStream::connect(addr).await.unwrap();"


def finding(client: str, task: str = ACCEPT, before: str = "", attribute: str = "", joined: bool = True) -> Finding:
    code = TOKIO.format(
        attribute=attribute,
        before=indent(dedent(before), "    "),
        task=indent(dedent(task), "        "),
        client=indent(dedent(client), "    "),
    )
    if client.count("server.await"):
        code = code.replace("\n    server.await.unwrap();\n}", "\n}")
    if not joined:
        code = code.replace("    let server = tokio", "    tokio").replace("    server.await.unwrap();\n", "")
    settings = Settings(profile="strict")
    rules = enable(load(strangers=False), settings)
    report = engine.lint(Source("tests/a.rs", code.encode()), rules, settings, Surroundings(), repairs=True)
    assert report.problems == ()
    return next(one for one in report.findings if one.rule == "connection-hold")


def level(found: Finding) -> Applicability | None:
    return found.fix.applicability if found.fix is not None else None


@pytest.mark.parametrize(
    ("client", "task"),
    [
        (CONNECT, ACCEPT),
        (f"{CONNECT}\nlet mut greeting = [0; 5];\nclient.read_exact(&mut greeting).await.unwrap();", GREET),
        (f"{CONNECT}{READ}\nassert_eq!(n, 5);", GREET),
        (f'{CONNECT}{READ}\nassert_eq!(&b[..n], b"hello");', GREET),
        (f"{CONNECT}\nlet mut b = [0; 9];\nassert_eq!(client.read(&mut b).await.unwrap(), 5);", GREET),
        (f"{CONNECT}\nassert_eq!(client.read_u8().await.unwrap(), b'h');", GREET),
        ("timeout(Duration::from_secs(1), Client::open(addr)).await.unwrap().unwrap();", ACCEPT),
        ("assert!(timeout(Duration::from_secs(1), Client::open(addr)).await.is_err());", ACCEPT),
        ("let idle = timeout(Duration::from_secs(1), Client::open(addr)).await;\nassert!(idle.is_err());", ACCEPT),
        (f"{CONNECT}\nlet idle = timeout(Duration::from_secs(1), client.read_u8()).await;\nidle.unwrap_err();", ACCEPT),
        (f"{CONNECT}\nfor _ in 0..3 {{\n    client.write_all(b\"x\").await.unwrap();\n}}", ACCEPT),
        (f"{CONNECT}\nsleep(Duration::from_millis(100)).await;\nclient.write_all(b\"x\").await.unwrap();", ACCEPT),
        (
            "let client = TcpStream::connect(addr);\ntimeout(Duration::from_secs(1), client).await.unwrap().unwrap();",
            ACCEPT,
        ),
        (CONNECT, "let Ok((_stream, _)) = listener.accept().await else { return };"),
    ],
)  # fmt: skip
def test_a_hold_is_safe_to_park_if_every_statement_is_known_not_to_wait_for_its_end(client: str, task: str) -> None:
    found = finding(client, task)
    assert level(found) is SAFE
    assert found.fix is not None
    assert found.fix.title == "Hold the task until `hold_tx` is dropped before the join"


@pytest.mark.parametrize(
    ("client", "doubt"),
    [
        ("let client = Client::open(addr).await.unwrap();", "`Client::open(addr).await.unwrap()`"),
        ("timeout(Duration::from_secs(9), Client::open(addr)).await.unwrap().unwrap();", "`timeout("),
        ("timeout(Duration::from_secs(3), first(addr)).await.unwrap();\n" * 2, "`timeout("),
        (f"{CONNECT}{READ}\nprint(n);", "`print(n)`"),
        (f"{CONNECT}{READ}", "the `n` bytes that are read are none"),
        (f"{CONNECT}\nlet mut b = [0; 9];\nlet _ = client.read(&mut b).await.unwrap();", "`client.read(&mut b)"),
        (f"{CONNECT}\nlet _ = client.write_all(&BIG).await;", "`client.write_all(&BIG)"),
        (f"{CONNECT}{READ}\nlet n = n + 1;\nassert_eq!(n, 5);", "`n + 1`"),
        (f"{CONNECT}{READ}\nif 1 == 1 {{ assert_eq!(n, 5); }}", "the `n` bytes that are read are none"),
        (f"{CONNECT}\nsleep(Duration::from_millis(4500)).await;", "`sleep("),
        (f"{CONNECT}\nlet other = tokio::spawn(run(client));\nother.await.unwrap();", "`other.await.unwrap()`"),
        (f"{CONNECT}\nloop {{ if client.peer_addr().is_err() {{ break; }} }}", "`loop {"),
    ],
)
def test_what_is_not_understood_is_named_in_an_unsafe_repair(client: str, doubt: str) -> None:
    found = finding(client)
    assert level(found) is UNSAFE
    assert found.fix is not None
    assert f"join, unless {doubt}" in found.fix.title


def test_a_strangers_answer_may_need_the_end_of_the_hold() -> None:
    found = finding(f"{CONNECT}\nclient.read_u8().await.unwrap();", before="let proxy = Proxy::new(addr);")
    assert level(found) is UNSAFE


def test_who_measures_the_hold_is_not_repaired() -> None:
    before = "let begun = std::time::Instant::now();"
    assert level(finding(CONNECT, before=before)) is SAFE
    quick = f'{CONNECT}\nlet elapsed = begun.elapsed();\nassert!(elapsed < LIMIT, "{{elapsed:?}}");'
    assert level(finding(quick, before=f"{before}\nconst LIMIT: Duration = Duration::from_secs(1);")) is SAFE
    slow = f"{CONNECT}\nlet elapsed = begun.elapsed();\nassert!(elapsed >= LIMIT);"
    assert level(finding(slow, before=before)) is DISPLAY
    lease = "let lease = std::time::Instant::now() + LEASE;"
    assert level(finding(CONNECT, before=lease)) is DISPLAY


@pytest.mark.parametrize(
    ("then", "sure"),
    [
        ("drop(client);", True),
        ("assert_eq!(1 + 1, 2);", True),
        ("assert!(cache.get(1).is_none());", False),
        ("client.read_to_end(&mut all).await.unwrap();", False),
    ],
)
def test_what_comes_after_the_join_comes_earlier(then: str, sure: bool) -> None:
    found = finding(f"{CONNECT}\nserver.await.unwrap();\n{then}")
    assert level(found) is (SAFE if sure else UNSAFE)


def test_an_expected_panic_may_come_of_the_end() -> None:
    assert level(finding(CONNECT, attribute="\n#[should_panic]")) is DISPLAY


AWAITED = {
    "lock": (
        "let lock = Arc::new(Mutex::new(0));\nlet held = lock.clone();",
        "let _g = held.lock().await;",
        "*lock.lock().await += 1;",
    ),
    "reader": (
        "let lock = Arc::new(std::sync::RwLock::new(0));\nlet held = lock.clone();",
        "let _g = held.read().unwrap();",
        "*lock.write().unwrap() = 1;",
    ),
    "permit": (
        "let permits = Arc::new(Semaphore::new(1));\nlet permit = permits.clone().acquire_owned().await.unwrap();",
        "let _p = permit;",
        "permits.acquire().await.unwrap();",
    ),
    "permit, timed": (
        "let permits = Arc::new(Semaphore::new(1));\nlet held = permits.clone();",
        "let _p = held.acquire().await.unwrap();",
        "timeout(Duration::from_secs(9), permits.acquire()).await.unwrap().unwrap();",
    ),
    "drained": (
        "let (tx, mut rx) = mpsc::channel::<u8>(1);",
        "tx.send(1).await.unwrap();",
        "while let Some(_) = rx.recv().await {}",
    ),
    "closed": (
        "let (tx, mut rx) = mpsc::channel::<u8>(1);",
        "tx.send(1).await.unwrap();",
        "rx.recv().await;\nassert_eq!(rx.recv().await, None);",
    ),
    "collected": (
        "let (tx, rx) = std::sync::mpsc::channel();",
        "tx.send(1).unwrap();",
        "assert_eq!(rx.iter().collect::<Vec<_>>(), [1]);",
    ),
    "dropped": ("let (tx, rx) = oneshot::channel::<u8>();", "let _tx = tx;", "assert!(rx.await.is_err());"),
    "no more changes": (
        "let (tx, mut rx) = watch::channel(0);",
        "tx.send(1).unwrap();",
        "rx.changed().await.unwrap();\nassert!(rx.changed().await.is_err());",
    ),
    "end read": (
        "",
        ACCEPT,
        f"{CONNECT}\nlet mut b = [0; 4];\nlet n = client.read(&mut b).await.unwrap();\nassert_eq!(n, 0);",
    ),
    "end read by a helper": ("", ACCEPT, f"{CONNECT}\nassert!(all_of(&mut client).await.is_empty());"),
    "refused": ("", ACCEPT, f'{CONNECT}\nwhile client.write_all(b"x").await.is_ok() {{}}'),
    "no longer there": ("", ACCEPT, "assert!(TcpStream::connect(addr).await.is_err());"),
    "lines": ("", ACCEPT, f"{CONNECT}\nfor line in client.lines() {{ print(line); }}"),
    "nothing more": ("", ACCEPT, f"{CONNECT}\nwhile client.read_buf(&mut all).await.unwrap() > 0 {{}}"),
    "until nothing": (
        "",
        ACCEPT,
        f"{CONNECT}\nloop {{\n    let n = next(&client).await;\n    if n == 0 {{ break; }}\n}}",
    ),
    "not taken": ("", ACCEPT, "tx.send(2).await.unwrap_err();"),
    "outlasted": ("", ACCEPT, "sleep(Duration::from_secs(6)).await;\nTcpListener::bind(addr).await.unwrap();"),
    "sent at the end": (
        "",
        f"{ACCEPT}\nlet mut writer = BufWriter::new(stream);",
        f"{CONNECT}{READ}\nassert_eq!(n, 5);",
    ),
    "weak": (
        "let kept = Arc::new(1);\nlet weak = Arc::downgrade(&kept);",
        "let _kept = kept;",
        "while weak.upgrade().is_some() { tokio::task::yield_now().await; }",
    ),
    "counted": (
        "let shared = Arc::new(1);\nlet other = shared.clone();",
        "let _other = other;",
        "while Arc::strong_count(&shared) > 1 { tokio::task::yield_now().await; }",
    ),
    "told on drop": (
        "let bell = Arc::new(tokio::sync::Notify::new());\nlet ringer = Ringer(bell.clone());",
        "let _ringer = ringer;",
        "bell.notified().await;",
    ),
}


@pytest.mark.parametrize(("before", "task", "client"), AWAITED.values(), ids=AWAITED)
@pytest.mark.parametrize("joined", [True, False], ids=["joined", "detached"])
@pytest.mark.parametrize("attribute", ["", "\n#[ntest::timeout(4000)]"], ids=["", "limited"])
def test_a_hold_whose_end_is_awaited_is_shown_how_to_end_before(
    before: str, task: str, client: str, joined: bool, attribute: str
) -> None:
    found = finding(client, task, before, attribute, joined)
    assert level(found) is DISPLAY
    assert found.fix is not None
    assert found.fix.title == "Let the test end the hold before it waits for that"
    assert found.advice is not None
    assert "before the test waits for this to end" in found.advice


@pytest.mark.parametrize(
    ("joining", "sure"),
    [
        ("server.await.unwrap();", True),
        ("assert!(server.await.is_ok());", True),
        ("timeout(Duration::from_secs(3), server).await.unwrap().unwrap();", True),
        ("match server.await {\n        Ok(()) => {}\n        Err(_) => panic!(),\n    }", True),
        ("assert!(timeout(Duration::from_millis(9), server).await.is_err());", False),
        ("let ended = timeout(Duration::from_millis(9), server).await;\n    assert!(ended.is_err());", False),
        ("client.finish(server.await.unwrap()).await;", False),
    ],
)
def test_only_a_join_that_does_nothing_else_is_sure(joining: str, sure: bool) -> None:
    code = TOKIO.format(attribute="", before="", task=f"        {ACCEPT}", client=f"    {CONNECT}")
    code = code.replace("server.await.unwrap();", joining)
    settings = Settings(profile="strict")
    rules = enable(load(strangers=False), settings)
    report = engine.lint(Source("tests/a.rs", code.encode()), rules, settings, Surroundings(), repairs=True)
    found = next(one for one in report.findings if one.rule == "connection-hold")
    assert (level(found) is SAFE) == sure


@pytest.mark.parametrize(
    "task",
    [
        "let broker = Broker::new(addr).await;",
        "match listener.accept().await {\n    Ok(_) => {}\n    Err(_) => return,\n}\nlet table = TABLE.get();",
        "let (stream, _) = listener.accept().await.unwrap();\nlet stream = Tls::accept(stream).await.unwrap();",
    ],
)
def test_what_a_task_owns_must_be_known(task: str) -> None:
    client = "timeout(Duration::from_secs(1), TcpStream::connect(addr)).await.unwrap().unwrap();"
    assert level(finding(client, task)) is UNSAFE
