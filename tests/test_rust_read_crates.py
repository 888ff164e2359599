"""What Rust's crates call their waits: each as its documentation shows it."""

import pytest

from sleeplint.facts import Milliseconds
from sleeplint.languages import read
from sleeplint.source import Source

FIVE = "Duration::from_secs(5)"
THEN = "Instant::now() + Duration::from_secs(5)"


def told(code: str) -> list[tuple[str, str, Milliseconds | None]]:
    """Callee, kind and length of the waits in a test of which this is the text."""
    text = f"use std::time::{{Duration, Instant}};\n{code}"
    return [(wait.api, wait.kind, wait.duration_ms) for wait in read(Source("tests/a.rs", text.encode())).waits]


def body(imports: str, statements: str) -> str:
    return f"{imports}\n#[test]\nfn waits() {{\n    {statements}\n}}\n"


FUNCTIONS = [
    ("use actix::clock::sleep;", f"sleep({FIVE}).await;", "actix::clock::sleep", "sleep", 5000),
    ("use ntex::time;", f"time::sleep({FIVE}).await;", "ntex::time::sleep", "sleep", 5000),
    ("", f"ntex::time::timeout({FIVE}, answer()).await;", "ntex::time::timeout", "timeout", 5000),
    ("", f"may::coroutine::sleep({FIVE});", "may::coroutine::sleep", "sleep", 5000),
    ("", f"lunatic::sleep({FIVE});", "lunatic::sleep", "sleep", 5000),
    ("", f"wasm_timer::Delay::new({FIVE}).await;", "wasm_timer::Delay::new", "sleep", 5000),
    (
        "use gloo::timers::future::TimeoutFuture;",
        "TimeoutFuture::new(250).await;",
        "gloo::timers::future::TimeoutFuture::new",
        "sleep",
        250,
    ),
    ("", "unsafe { libc::usleep(1500); }", "libc::usleep", "sleep", 1.5),
    ("use nix::unistd::sleep;", "sleep(2);", "nix::unistd::sleep", "sleep", 2000),
    ("", 'let mut shell = rexpect::spawn("sh", Some(2_000)).unwrap();', "rexpect::spawn", "timeout", 2000),
    (
        "use rexpect::spawn_bash;",
        "let mut shell = spawn_bash(Some(2000)).unwrap();",
        "rexpect::spawn_bash",
        "timeout",
        2000,
    ),
    ("", f"awaitility::at_most({FIVE}).until(|| is_up());", "awaitility::at_most", "timeout", 5000),
    ("", f"tokio::timer::Delay::new({THEN}).await;", "tokio::timer::Delay::new", "sleep", 5000),
]
METHODS = [
    (
        "use crossbeam_channel::{unbounded, Sender};",
        f"let (tx, rx) = unbounded(); tx.send_deadline(1, {THEN});",
        "crossbeam_channel::Sender::send_deadline",
        "timeout",
        5000,
    ),
    (
        "use crossbeam_channel::Select;",
        f"let mut all = Select::new(); all.select_deadline({THEN});",
        "crossbeam_channel::Select::select_deadline",
        "timeout",
        5000,
    ),
    (
        "use flume::Selector;",
        f"Selector::new().recv(&rx, |one| one).wait_timeout({FIVE});",
        "flume::Selector::wait_timeout",
        "timeout",
        5000,
    ),
    (
        "use kanal::Sender;",
        f"let tx: Sender<u8> = make(); tx.send_timeout(1, {FIVE});",
        "kanal::Sender::send_timeout",
        "timeout",
        5000,
    ),
    (
        "use parking_lot::Mutex;",
        f"let lock = Mutex::new(1); lock.try_lock_until({THEN});",
        "parking_lot::Mutex::try_lock_until",
        "timeout",
        5000,
    ),
    (
        "use mio::{Events, Poll};",
        f"let mut poll = Poll::new().unwrap(); poll.poll(&mut events, Some({FIVE})).unwrap();",
        "mio::Poll::poll",
        "timeout",
        5000,
    ),
    (
        "use polling::Poller;",
        f"let poller = Poller::new().unwrap(); poller.wait(&mut events, Some({FIVE})).unwrap();",
        "polling::Poller::wait",
        "timeout",
        5000,
    ),
    (
        "use wait_timeout::ChildExt;",
        "child.wait_timeout_ms(300).unwrap();",
        "wait_timeout::ChildExt::wait_timeout_ms",
        "timeout",
        300,
    ),
    (
        "use shared_child::SharedChild;",
        f"let child = SharedChild::spawn(&mut command).unwrap(); child.wait_timeout({FIVE}).unwrap();",
        "shared_child::SharedChild::wait_timeout",
        "timeout",
        5000,
    ),
    (
        "use tokio::runtime::Runtime;",
        f"let runtime = Runtime::new().unwrap(); runtime.shutdown_timeout({FIVE});",
        "tokio::runtime::Runtime::shutdown_timeout",
        "timeout",
        5000,
    ),
    (
        "use snapbox::cmd::Command;",
        f'Command::new("x").timeout({FIVE}).assert().success();',
        "snapbox::cmd::Command::timeout",
        "timeout",
        5000,
    ),
    (
        "",
        f'let mut shell = expectrl::spawn("sh").unwrap(); shell.set_expect_timeout(Some({FIVE}));',
        "expectrl::Session::set_expect_timeout",
        "timeout",
        5000,
    ),
    (
        "use fantoccini::Client;",
        f"async fn find(client: &Client) {{ client.wait().at_most({FIVE}).for_element(button()).await; }}",
        "fantoccini::wait::Wait::at_most",
        "timeout",
        5000,
    ),
    (
        "use thirtyfour::WebDriver;",
        f"async fn find(driver: &WebDriver) {{ driver.query(by()).wait({FIVE}, step()).first().await; }}",
        "thirtyfour::extensions::query::ElementQuery::wait",
        "timeout",
        5000,
    ),
    (
        "use headless_chrome::Tab;",
        f'fn find(tab: &Tab) {{ tab.wait_for_element_with_custom_timeout("a", {FIVE}); }}',
        "headless_chrome::Tab::wait_for_element_with_custom_timeout",
        "timeout",
        5000,
    ),
    (
        "use tokio_stream::StreamExt;",
        f"items.chunks_timeout(10, {FIVE});",
        "tokio_stream::StreamExt::chunks_timeout",
        "timeout",
        5000,
    ),
    (
        "use hyper_util::rt::TokioTimer;",
        f"TokioTimer::new().sleep({FIVE}).await;",
        "hyper_util::rt::TokioTimer::sleep",
        "sleep",
        5000,
    ),
    (
        "use tokio_postgres::Config;",
        f"let mut config = Config::new(); config.connect_timeout({FIVE});",
        "tokio_postgres::Config::connect_timeout",
        "timeout",
        5000,
    ),
    (
        "use quinn::TransportConfig;",
        f"let mut config = TransportConfig::default(); config.keep_alive_interval(Some({FIVE}));",
        "quinn::TransportConfig::keep_alive_interval",
        "timeout",
        5000,
    ),
]


@pytest.mark.parametrize(("imports", "call", "api", "kind", "length"), [*FUNCTIONS, *METHODS])
def test_a_wait_of_a_crate(imports: str, call: str, api: str, kind: str, length: Milliseconds) -> None:
    assert told(body(imports, call)) == [(api, kind, length)]


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("use mio::Poll;", "let mut poll = Poll::new().unwrap(); poll.poll(&mut events, None).unwrap();"),
        ("use crate::gate::Poll;", f"let mut poll = Poll::new(); poll.poll(&mut events, Some({FIVE}));"),
        ("use crate::shell::spawn;", 'let mut shell = spawn("sh", Some(2000)).unwrap();'),
        ("use rexpect::session;", 'let mut shell = rexpect::spawn("sh", None).unwrap();'),
        ("use thirtyfour::WebDriver;", "async fn find(driver: &WebDriver) { driver.wait().await; }"),
    ],
)
def test_what_bounds_nothing_or_is_another_s_is_no_wait_of_a_length(imports: str, call: str) -> None:
    assert [length for *_, length in told(body(imports, call)) if length is not None] == []


@pytest.mark.parametrize(
    "attribute",
    [
        'tokio::test(flavor = "multi_thread")',
        "async_std::test",
        "smol_potat::test",
        "actix_rt::test",
        "test_log::test(tokio::test)",
        "sqlx::test",
        "gtest",
        "googletest::gtest",
        "apply(test!)",
        "apply(cases)",
        "parameterized(one = { 1 })",
        "test_casing(2, [1, 2])",
    ],
)
def test_an_attribute_makes_a_test(attribute: str) -> None:
    code = f"#[{attribute}]\nasync fn waits() {{ tokio::time::sleep(D).await; }}\n"
    (wait,) = read(Source("src/lib.rs", code.encode())).waits
    assert (wait.in_test, wait.test) == (True, "waits")


def test_an_attribute_that_applies_something_else_makes_none() -> None:
    code = "#[apply(traced!)]\nasync fn waits() { tokio::time::sleep(D).await; }\n"
    (wait,) = read(Source("src/lib.rs", code.encode())).waits
    assert (wait.in_test, wait.test) == (False, None)
