"""Rust's repairs where types, callers or the author's words stand against them; and how what is written fits in."""

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest

from sleeplint import engine
from sleeplint.cli import main
from sleeplint.engine import Report
from sleeplint.finding import Applicability, Finding
from sleeplint.fixing import mend
from sleeplint.languages import Surroundings
from sleeplint.registry import load
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source

UNSAFE, DISPLAY = Applicability.UNSAFE, Applicability.DISPLAY_ONLY


def lint(source: Source) -> Report:
    settings = Settings(profile="strict")
    return engine.lint(source, enable(load(strangers=False), settings), settings, Surroundings(), repairs=True)


def source_of(code: str) -> Source:
    return Source("tests/a.rs", dedent(code).encode())


def mended(code: str) -> str:
    done = mend(source_of(code), lint, UNSAFE)
    assert not mend(done.source, lint, UNSAFE).changed
    return done.source.code.decode()


def found(code: str, rule: str) -> Finding:
    (finding,) = [finding for finding in lint(source_of(code)).findings if finding.rule == rule]
    return finding


def level(finding: Finding) -> Applicability | None:
    return finding.fix.applicability if finding.fix is not None else None


SETTLES = """\
    use std::sync::atomic::{AtomicBool, Ordering};
    IMPORTS

    #[tokio::test]
    async fn settles() {
        let seen = AtomicBool::new(false);
        act(&seen);
        SLEEP
        assert!(seen.load(Ordering::SeqCst));
    }
    """


@pytest.mark.parametrize(
    ("imports", "sleep", "nap"),
    [
        ("use std::time::Duration;", "tokio::time::sleep(Duration::from_secs(1)).await;", "Duration::from_millis(10)"),
        ("use super::*;", "tokio::time::sleep(Duration::from_secs(1)).await;", "Duration::from_millis(10)"),
        (
            "use std::time;",
            "tokio::time::sleep(time::Duration::from_secs(1)).await;",
            "time::Duration::from_millis(10)",
        ),
        (
            "use futures_time::{task::sleep, time::Duration};",
            "sleep(Duration::from_secs(1)).await;",
            None,
        ),
        ("use std::time::Duration;", "futures_time::task::sleep(Duration::from_secs(1).into()).await;", None),
        ("", "embassy_time::Timer::after(embassy_time::Duration::from_secs(1)).await;", None),
    ],
    ids=["by its import", "by a glob", "by a part of its path", "of its own kind", "that is made into one", "in ticks"],
)
def test_a_poll_naps_as_the_sleep_did_if_that_takes_a_duration(imports: str, sleep: str, nap: str | None) -> None:
    after = mended(SETTLES.replace("IMPORTS", imports).replace("SLEEP", sleep))
    naps = re.findall(r"sleep\((.*)\)\.await;", after)
    assert naps == ([nap] if nap is not None else re.findall(r"sleep\((.*)\)\.await;", sleep))


def test_each_poll_of_a_function_has_the_same_deadline() -> None:
    code = """\
        use std::time::Duration;

        #[tokio::test]
        async fn changes() {
            let pool = pool();
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert_eq!(pool.len(), 1);
            pool.add(2);
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert_eq!(pool.len(), 2);
            pool.add(3);
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert_eq!(pool.len(), 3);
        }
        """
    after = mended(code)
    assert after.count("let deadline = ") == 2
    assert "deadline2" not in after


POLLS = """\
    IMPORTS

    #[tokio::test]
    async fn becomes_ready() {
        let cluster = start();
        BEGIN
        while !cluster.ready() {
            SLEEP
        }
        END
        assert_eq!(cluster.size(), 3);
    }
    """
IMPORTED = "use std::time::Duration;\n    use tokio::time::sleep;"
SLEEP = "sleep(Duration::from_millis(10)).await;"


@pytest.mark.parametrize(
    ("imports", "begin", "sleep", "end", "expected"),
    [
        (IMPORTED, "", SLEEP, "", UNSAFE),
        (IMPORTED, "let task = tokio::spawn(async move {", SLEEP, "}); task.await.unwrap();", DISPLAY),
        (
            IMPORTED,
            "let mut tasks = tokio::task::JoinSet::new(); tasks.spawn(async move {",
            SLEEP,
            "}); tasks.join_next().await;",
            DISPLAY,
        ),
        (IMPORTED, "tokio::runtime::Handle::current().block_on(async {", SLEEP, "});", UNSAFE),
    ],
    ids=["of the test", "of a task", "of one of many tasks", "that the test blocks on"],
)
def test_only_a_poll_that_the_test_runs_itself_gets_a_limit(
    imports: str, begin: str, sleep: str, end: str, expected: Applicability
) -> None:
    code = POLLS
    for word, text in {"IMPORTS": imports, "BEGIN": begin, "SLEEP": sleep, "END": end}.items():
        code = code.replace(word, text)
    assert level(found(code, "poll-without-deadline")) == expected


@pytest.mark.parametrize(
    ("imported", "limited"), [("tokio::time::sleep", True), ("crate::runtime::sleep", False)], ids=["tokio", "own"]
)
def test_a_crate_s_own_layer_over_runtimes_has_its_own_timeout(imported: str, limited: bool, tmp_path: Path) -> None:
    code = POLLS.replace("IMPORTS", f"use std::time::Duration;\n    use {imported};").replace("SLEEP", SLEEP)
    for name, text in {
        "Cargo.toml": '[package]\nname = "it"\n',
        "src/lib.rs": "mod runtime;\n#[cfg(test)]\nmod tests;\n",
        "src/runtime.rs": "pub use tokio::time::sleep;\n",
        "src/tests.rs": dedent(code.replace("BEGIN", "").replace("END", "")),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    out = tmp_path / "out.json"
    main(["check", str(tmp_path / "src"), "--isolated", "--no-cache", "--output-format=json", f"--output-file={out}"])
    (finding,) = json.loads(out.read_text())["findings"]
    assert finding["rule"] == "poll-without-deadline"
    assert finding["fix"]["applicability"] == ("unsafe" if limited else "display-only")


def test_a_poll_that_looks_seldom_may_look_often() -> None:
    code = POLLS.replace("IMPORTS", IMPORTED).replace("SLEEP", "sleep(Duration::from_secs(1)).await;")
    after = mended(code.replace("BEGIN", "").replace("END", ""))
    assert "tokio::time::timeout(Duration::from_secs(30), async {" in after
    assert "was not true within 30 s" in after


GUARDED = """\
    use std::time::Duration;
    use tokio::time::timeout;

    async fn try_get(permit: Permit) -> Result<u8, Error> {
        REMARK
        let value = timeout(Duration::from_millis(20), permit)GIVEN;
        value
    }

    #[tokio::test]
    async fn gets() {
        assert!(try_get(permit()).await.is_err());
    }
    """


@pytest.mark.parametrize(
    ("remark", "given", "expected"),
    [
        ("", ".await.unwrap()", UNSAFE),
        ("", '.await.expect("no permit")', UNSAFE),
        ("", ".await?", None),
        ("// a timeout shows whether it blocks", ".await.unwrap()", UNSAFE),
        ("// a short timeout, which should do", ".await.unwrap()", DISPLAY),
        ("// 20ms are enough", ".await.unwrap()", DISPLAY),
    ],
)
def test_a_guard_is_raised_if_neither_callers_nor_remarks_rest_on_it(
    remark: str, given: str, expected: Applicability | None
) -> None:
    findings = lint(source_of(GUARDED.replace("REMARK", remark).replace("GIVEN", given))).findings
    assert [level(f) for f in findings if f.rule == "timeout-too-short"][:1] == ([expected])


REPEATED = """\
    use std::time::Duration;
    use tokio::time::timeout;

    CONSTANT

    #[tokio::test]
    async fn reads() {
        GUARDS
    }
    """
GUARD = "timeout(Duration::from_secs(3), read()).await.unwrap();\n        "
BURNED = "let late = timeout(Duration::from_secs(3), read()).await;\n        assert!(late.is_err());\n        "


@pytest.mark.parametrize(
    ("constant", "guards", "expected"),
    [
        ("", GUARD * 6, Applicability.SAFE),
        ("const TIMEOUT: u8 = 1;", GUARD * 6, Applicability.SAFE),
        ("const TIMEOUT: Duration = Duration::from_secs(9);", GUARD * 6, DISPLAY),
        ("", GUARD * 5 + BURNED, DISPLAY),
    ],
    ids=["alike", "beside a number", "beside another limit", "one runs out on purpose"],
)
def test_one_constant_is_for_one_purpose(constant: str, guards: str, expected: Applicability) -> None:
    code = REPEATED.replace("CONSTANT", constant).replace("GUARDS", guards)
    assert level(found(code, "repeated-timeout")) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("", "", Applicability.SAFE),
        ('#[cfg(feature = "net")]', "", Applicability.SAFE),
        ('#[cfg(feature = "net")]', '#[cfg(feature = "net")]', DISPLAY),
    ],
)
def test_a_constant_is_used_whatever_is_compiled(first: str, second: str, expected: Applicability) -> None:
    test = "TEST\n    #[tokio::test]\n    async fn NAME() {\n        " + GUARD * 3 + "}\n\n    "
    tests = test.replace("TEST", first).replace("NAME", "a") + test.replace("TEST", second).replace("NAME", "b")
    code = f"    use std::time::Duration;\n    use tokio::time::timeout;\n\n    {tests}"
    assert level(found(code, "repeated-timeout")) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("counts", UNSAFE),
        ("counts_only_what_is_new", DISPLAY),
        ("does_not_retry", DISPLAY),
        ("debounces", DISPLAY),
        ("announces_notes", UNSAFE),
    ],
)
def test_a_test_that_is_named_for_an_end_keeps_its_sleep(name: str, expected: Applicability) -> None:
    code = SETTLES.replace("IMPORTS", "use std::time::Duration;").replace("async fn settles", f"async fn {name}")
    code = code.replace("SLEEP", "tokio::time::sleep(Duration::from_secs(1)).await;")
    assert level(found(code, "settle-sleep")) == expected


BLOCKS = """\
    use std::time::Duration;

    #[tokio::test]
    async fn answers() {
        let server = start().await;
        BESIDE
        std::thread::sleep(Duration::from_millis(100));
        server.ask().await;
    }
    """


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("", UNSAFE),
        ("tokio::time::sleep(Duration::from_millis(1)).await;", DISPLAY),
        ("// std::thread::sleep keeps the worker from answering", DISPLAY),
    ],
    ids=["alone", "beside the runtime's own", "with a remark"],
)
def test_a_sleep_that_is_to_block_is_only_shown_the_other(beside: str, expected: Applicability) -> None:
    assert level(found(BLOCKS.replace("BESIDE", beside), "blocking-sleep")) == expected


@pytest.mark.parametrize(
    ("more", "told"), [("", True), ("timeout(Duration::from_secs(5), ask()).await.unwrap();", False)]
)
def test_a_crate_that_shows_no_clock_of_tokio_s_is_told_of_the_feature(more: str, told: bool) -> None:
    code = BLOCKS.replace("BESIDE", more).replace(
        "use std::time::Duration;",
        "use std::time::Duration;\n    use tokio::time::timeout;" if more else "use std::time::Duration;",
    )
    fix = found(code, "blocking-sleep").fix
    assert fix is not None
    assert ("feature `time`" in fix.title) == told


HANDLED = """\
    use std::time::Duration;

    #[tokio::test]
    async fn gives_up() {
        let server = serve(|CLOSURE| async move {
            tokio::time::sleep(LENGTH).await;
            answer()
        });
        assert!(ask(&server).await.is_err());
    }
    """


@pytest.mark.parametrize(
    ("closure", "length", "shown"),
    [("_request", "Duration::from_secs(5)", True), ("(name, length)", "length", False)],
    ids=["by its own measure", "by the test's"],
)
def test_a_closure_that_is_told_how_long_is_shown_no_gate(closure: str, length: str, shown: bool) -> None:
    code = HANDLED.replace("CLOSURE", closure).replace("LENGTH", length)
    fix = found(code, "workload-sleep").fix
    assert (fix is not None) == shown
    if fix is not None and fix.sketch is not None:
        # Whoever comes later goes through as well: a server may ask its handler more than once.
        assert fix.sketch.endswith("gate.close();")


def test_a_task_that_runs_until_a_flag_is_set_holds_no_connection() -> None:
    code = """\
        use std::time::Duration;

        async fn serve(socket: Socket, go_on: Arc<AtomicBool>) {
            let mut server = Server::new();
            server.register(socket);
            while go_on.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            server.stop().await.unwrap();
        }

        #[tokio::test]
        async fn answers() {
            let go_on = Arc::new(AtomicBool::new(true));
            let server = tokio::spawn(serve(bind().await, go_on.clone()));
            ask().await.unwrap();
            go_on.store(false, Ordering::Relaxed);
            server.await.unwrap();
        }
        """
    assert [f.fix for f in lint(source_of(code)).findings] == [None] * len(lint(source_of(code)).findings)


def test_a_limit_that_is_set_on_something_is_not_raised() -> None:
    code = """\
        use std::time::Duration;

        #[test]
        fn asks() {
            let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
            let mut buffer = [0; 9];
            let read = socket.recv(&mut buffer).unwrap();
            assert_eq!(read, 9);
        }
        """
    assert found(code, "timeout-too-short").fix is None
