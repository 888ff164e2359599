"""Whose call is it? Imports, scopes and receivers of Rust."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import Surroundings, may_wait, read
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.languages.rust.uses import globs, may_name
from sleeplint.source import Project, Source

Tree = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(dedent(text))
        return tmp_path

    return write


def waits(code: str, path: str = "tests/a.rs", calls: tuple[Call, ...] = ()) -> tuple[Wait, ...]:
    source = Source(path, dedent(code).encode())
    found = read(source, Surroundings(calls=calls)).waits
    assert may_wait(source, Surroundings(calls=calls)) or not found
    return found


def apis(code: str) -> list[str]:
    return [wait.api for wait in waits(code)]


def in_project(root: Path, path: str) -> tuple[Wait, ...]:
    return read(Source.read(str(root / path)), Surroundings(Project(root))).waits


BODY = "#[tokio::test]\nasync fn waits() {{ {} }}\n"


@pytest.mark.parametrize(
    ("imports", "call", "api"),
    [
        ("", "tokio::time::sleep(Duration::from_secs(1)).await", "tokio::time::sleep"),
        ("", "::std::thread::sleep(D)", "std::thread::sleep"),
        ("use tokio::time;", "time::sleep(D).await", "tokio::time::sleep"),
        ("use actix_rt::time;", "time::sleep(D).await", "actix_rt::time::sleep"),
        ("use n0_future::time;", "time::sleep(D).await", "n0_future::time::sleep"),
        ("use tokio::time::sleep;", "sleep(D).await", "tokio::time::sleep"),
        ("use tokio::{net::TcpListener, time::{self, sleep as nap}};", "nap(D).await", "tokio::time::sleep"),
        ("use tokio::{net::TcpListener, time::{self, sleep as nap}};", "time::interval(D)", "tokio::time::interval"),
        ("use std::{thread, time::Duration};", "thread::sleep(D)", "std::thread::sleep"),
        ("use std::thread as native;", "native::sleep(D)", "std::thread::sleep"),
        ("use tokio::time::*;", "sleep(D).await", "tokio::time::sleep"),
        ("use tokio::*;", "time::sleep(D).await", "tokio::time::sleep"),
        ("extern crate tokio as rt;", "rt::time::sleep(D).await", "tokio::time::sleep"),
        ("use rocket::tokio::time;", "time::sleep(D).await", "tokio::time::sleep"),
        ("use r#async::tokio as t;", "t::time::sleep(D).await", "tokio::time::sleep"),
        ("use futures_timer::Delay;", "Delay::new(D).await", "futures_timer::Delay::new"),
        ("use smol::Timer;", "Timer::after(D).await", "smol::Timer::after"),
        ("use async_io::Timer as Clock;", "Clock::after(D).await", "async_io::Timer::after"),
        ("use crossbeam_channel::{after, tick};", "tick(D)", "crossbeam_channel::tick"),
        ("use tokio::time::timeout;", "timeout::<_>(D, f()).await", "tokio::time::timeout"),
        ("", "std::thread::park_timeout(D)", "std::thread::park_timeout"),
        ("use std::net::TcpStream;", "TcpStream::connect_timeout(&a, D)", "std::net::TcpStream::connect_timeout"),
        ("use elsewhere::time::sleep;", "sleep(Duration::from_secs(1)).await", "elsewhere::time::sleep"),
    ],
)
def test_an_import_says_whose_call_it_is(imports: str, call: str, api: str) -> None:
    assert apis(f"{imports}\n{BODY.format(call + ';')}") == [api]


@pytest.mark.parametrize(
    "code",
    [
        "fn sleep(d: Duration) { spin(); }\n" + BODY.format("sleep(Duration::from_secs(1));"),
        "struct Pacer;\n" + BODY.format("Pacer.delay(Duration::from_secs(1)); pacer.sleep(D);"),
        BODY.format("let e = TestError::timeout(Duration::from_secs(1));"),
        BODY.format("let d = client.timeout();"),
        BODY.format("let s = Server::builder().timeout(Duration::from_secs(1)).build();"),
        "struct Delay; impl Delay { fn new(d: Duration) -> Self { Delay } }\n"
        + BODY.format("Delay::new(Duration::from_secs(1));"),
        BODY.format("// sleep(Duration::from_secs(1))"),
        BODY.format('let text = "tokio::time::sleep(Duration::from_secs(1))";'),
        "/// std::thread::sleep(Duration::from_secs(1))\nfn documented() {}",
        "use tokio::time::sleep;\ntrait Sleeper { fn sleep(&self); }",
        BODY.format("stream.set_read_timeout(None);") + "use std::net::TcpStream;",
        BODY.format("session.set_write_timeout(Some(Duration::from_millis(50)));"),
        BODY.format("queue.recv_timeout(100);"),
        BODY.format("let sleep: Sleep = later; sleep.await;"),
        "use tokio::time::*;\nfn sleep(d: Duration) -> Duration { d }\n" + BODY.format("assert_eq!(sleep(D), D);"),
        "use tokio::time::timeout;\n" + BODY.format("let timeout = |d: Duration| d.as_secs(); timeout(D, f());"),
        "use tokio::time::sleep;\nfn after(sleep: impl Fn(Duration)) { sleep(D); }",
        "mod ours { pub async fn timeout<F: Future>(_d: Duration, f: F) -> Result<F::Output, ()> { Ok(f.await) } }\n"
        + BODY.format("ours::timeout(Duration::from_secs(1), f()).await.unwrap();"),
    ],
)
def test_what_only_looks_like_a_wait_is_none(code: str) -> None:
    assert waits(code) == ()


def test_a_local_item_shadows_a_glob() -> None:
    code = "use tokio::time::*;\nfn sleep(d: Duration) { count(); }\n" + BODY.format("sleep(D); timeout(D, f()).await;")
    assert apis(code) == ["tokio::time::timeout"]


@pytest.mark.parametrize(
    "code",
    [
        "use tokio::time::sleep;\n" + BODY.format("{ let sleep = |d: Duration| d; } sleep(D).await;"),
        "use tokio::time::sleep;\n" + BODY.format("let sleep = sleep(D); sleep.await;"),
        "use tokio::time::sleep;\nfn around(sleep: bool) { async fn within() { sleep(D).await } }",
        "fn sleep(d: Duration) -> Sleep { Sleep { d } }\n" + BODY.format("sleep(Duration::from_secs(1)).await;"),
        "async fn sleep(d: Duration) { CLOCK.register(d).await }\n"
        + BODY.format("sleep(Duration::from_secs(1)).await;"),
    ],
)
def test_what_is_not_shadowed_and_may_wait_is_one(code: str) -> None:
    assert [api.rpartition("::")[2] for api in apis(code)] == ["sleep"]


def test_one_bare_name_is_resolved_per_scope() -> None:
    code = """
    use std::thread::sleep;
    #[test]
    fn plain() { sleep(D); }
    #[tokio::test]
    async fn within() { use tokio::time::sleep; sleep(D).await; { use async_std::task::sleep; sleep(D).await; } }
    mod inner {
        use smol::Timer;
        fn helper() { Timer::after(D); }
        mod deeper { use super::*; fn also() { Timer::after(D); super::super::sleep(D); } }
    }
    """
    assert apis(code) == [
        "std::thread::sleep",
        "tokio::time::sleep",
        "async_std::task::sleep",
        "smol::Timer::after",
        "smol::Timer::after",
        "std::thread::sleep",
    ]


def test_the_imports_of_the_parent_module_come_through_super() -> None:
    code = """
    use tokio::time::{sleep, timeout as bound};
    #[cfg(test)]
    mod tests {
        use super::*;
        #[tokio::test]
        async fn holds() { sleep(D).await; bound(D, f()).await; self::helper(); }
    }
    """
    assert apis(code) == ["tokio::time::sleep", "tokio::time::timeout"]


def test_imports_for_other_platforms_give_way() -> None:
    code = """
    #[cfg(target_arch = "wasm32")]
    use gloo_timers::future::sleep;
    #[cfg(not(target_arch = "wasm32"))]
    use tokio::time::sleep;
    """
    assert apis(dedent(code) + BODY.format("sleep(D).await;")) == ["tokio::time::sleep"]


@pytest.mark.parametrize(
    ("before", "call", "api"),
    [
        ("let (tx, rx) = std::sync::mpsc::channel();", "rx.recv_timeout(D)", "std::sync::mpsc::Receiver::recv_timeout"),
        ("let (tx, rx) = flume::unbounded();", "rx.recv_timeout(D)", "flume::Receiver::recv_timeout"),
        (
            "let (tx, rx) = crossbeam_channel::bounded::<u8>(1);",
            "rx.recv_timeout(D).unwrap()",
            "crossbeam_channel::Receiver::recv_timeout",
        ),
        ("", "anything.recv_timeout(D)", "std::sync::mpsc::Receiver::recv_timeout"),
        ("let pair = parking_lot::Condvar::new();", "pair.wait_for(&mut g, D)", "parking_lot::Condvar::wait_for"),
        ("let c = std::sync::Condvar::new();", "c.wait_timeout(g, D)", "std::sync::Condvar::wait_timeout"),
        ("let s = std::net::TcpStream::connect(a)?;", "s.set_read_timeout(D)", "std::net::TcpStream::set_read_timeout"),
        ("", "reqwest::Client::builder().timeout(D)", "reqwest::ClientBuilder::timeout"),
        ("let c = reqwest::Client::new();", "c.get(u).timeout(D)", "reqwest::RequestBuilder::timeout"),
        ("", "tonic::transport::Endpoint::from_static(u).timeout(D)", "tonic::transport::Endpoint::timeout"),
        ("use event_listener::Listener;", "bell.wait_timeout(D)", "event_listener::Listener::wait_timeout"),
        ("", "closing.wait_timeout(Duration::from_secs(5))", "wait_timeout"),
        ("use tokio_stream::StreamExt;", "events.timeout(D)", "tokio_stream::StreamExt::timeout"),
    ],
)
def test_a_method_belongs_to_what_it_is_called_on(before: str, call: str, api: str) -> None:
    found = waits("use std::net::TcpStream;\n" + BODY.format(f"{before} {call};"))
    assert [(wait.api, wait.kind) for wait in found] == [(api, "timeout")]


def test_a_parameter_and_a_field_say_their_type() -> None:
    code = """
    use flume::Receiver;
    struct Client { events: Receiver<u8> }
    impl Client {
        fn next(&self) { self.events.recv_timeout(Duration::from_secs(1)); }
    }
    fn drain(rx: &crossbeam_channel::Receiver<u8>) { rx.recv_timeout(Duration::from_secs(1)); }
    """
    assert apis(code) == ["flume::Receiver::recv_timeout", "crossbeam_channel::Receiver::recv_timeout"]


@pytest.mark.parametrize(
    ("call", "purpose"),
    [
        ("reqwest::Client::builder().pool_idle_timeout(D)", "idle"),
        ("reqwest::Client::builder().connect_timeout(D)", "connect"),
        ("tonic::transport::Server::builder().http2_keepalive_interval(Some(D))", "idle"),
        ("tokio::time::timeout(D, f()).await", "operation"),
    ],
)
def test_a_timeout_says_what_it_bounds(call: str, purpose: str) -> None:
    assert [wait.purpose for wait in waits(BODY.format(call + ";"))] == [purpose]


def test_the_span_starts_at_the_name_of_a_method_and_at_a_path_on_its_line() -> None:
    code = """
    async fn f() {
        std::thread::sleep(D);
        reqwest::Client::builder()
            .timeout(D);
        let r = std::
            thread::sleep(D);
    }
    """
    text = dedent(code)
    spans = [text[wait.span.start : wait.span.end] for wait in waits(code)]
    assert spans == ["std::thread::sleep(D)", "timeout(D)", "sleep(D)"]


def test_a_sleep_passed_as_a_value_is_not_awaited_here() -> None:
    (wait,) = waits("use tokio::time::sleep;\n" + BODY.format("retry.sleep_with(sleep).run().await;"))
    assert (wait.api, wait.duration_ms, wait.awaited) == ("tokio::time::sleep", None, None)


def test_fail_points_that_sleep() -> None:
    code = BODY.format('fail::cfg("commit", "1*off->sleep(2000)").unwrap(); other::cfg("x", "sleep(5)");')
    assert [(w.api, w.kind, w.duration_ms, w.blocking) for w in waits(code)] == [("fail::cfg", "sleep", 2000, True)]


def test_users_teach_their_own_calls() -> None:
    calls = (
        Call("my_project::testing::pause", "sleep", Argument(0, "ms")),
        Call(".settle", "sleep", Argument(0, "s")),
    )
    code = "use my_project::testing::pause as p;\n" + BODY.format("p(20).await; world.settle(2).await;")
    assert [(w.api, w.duration_ms) for w in waits(code, calls=calls)] == [
        ("my_project::testing::pause", 20),
        (".settle", 2000),
    ]


def test_re_exports_are_followed_through_files_and_crates(tree: Tree) -> None:
    root = tree(
        {
            "Cargo.toml": '[workspace]\nmembers = ["app", "my-*"]\n',
            "app/Cargo.toml": '[package]\nname = "app"\ndescription = "x"\n[dependencies]\ntok = {package = "tokio"}\n',
            "app/src/lib.rs": "pub mod clock;\npub mod prelude;\nmod deep { pub mod er; }\n",
            "app/src/clock.rs": "pub use tokio::time::*;\npub use std::thread::sleep as block_sleep;\n",
            "app/src/prelude.rs": "pub use crate::clock;\npub use my_time::*;\n",
            "app/src/deep/er.rs": "use super::super::prelude::clock::sleep;\nasync fn f() { sleep(D).await }\n",
            "app/src/use.rs": "use crate::prelude::*;\nasync fn f() { clock::block_sleep(D);"
            " nap_delay(D).await; tok::time::sleep(D); }",
            "app/tests/it.rs": "mod common;\nuse common::sleep;\n"
            "async fn f() { sleep(D).await; app::clock::block_sleep(D); }",
            "app/tests/common/mod.rs": "pub use async_std::task::sleep;\n",
            "my-time/Cargo.toml": '[package]\nname = "my-time"\ndescription = "x"\n',
            "my-time/src/lib.rs": "pub use smol_like::nothing;\npub use async_std::task::sleep as nap_delay;\n",
        }
    )
    assert [wait.api for wait in in_project(root, "app/src/deep/er.rs")] == ["tokio::time::sleep"]
    assert [wait.api for wait in in_project(root, "app/src/use.rs")] == [
        "std::thread::sleep",
        "async_std::task::sleep",
        "tokio::time::sleep",
    ]
    assert [wait.api for wait in in_project(root, "app/tests/it.rs")] == [
        "async_std::task::sleep",
        "std::thread::sleep",
    ]


def test_what_was_followed_is_consulted(tree: Tree) -> None:
    root = tree(
        {
            "Cargo.toml": '[package]\nname = "app"\n',
            "src/lib.rs": "mod clock;\nmod user;\n",
            "src/clock.rs": "pub use tokio::time::sleep;\n",
            "src/user.rs": "use crate::clock::sleep;\nasync fn f() { sleep(D).await }\n",
        }
    )
    project = Project(root)
    source = Source.read(str(root / "src/user.rs"))
    first, second = (read(source, Surroundings(project)).consulted for _ in range(2))
    assert first == second
    assert {str(root / "src/lib.rs"), str(root / "src/clock.rs"), str(root / "Cargo.toml")} <= set(first)


def test_globs_that_import_each_other_end(tree: Tree) -> None:
    root = tree(
        {
            "Cargo.toml": '[package]\nname = "app"\n',
            "src/lib.rs": "pub mod a;\npub mod b;\npub use a::*;\n",
            "src/a.rs": "pub use crate::b::*;\npub use super::*;\nuse sleep::sleep;\n",
            "src/b.rs": "pub use crate::a::*;\nasync fn f() { sleep(1).await; tick(D); }\n",
        }
    )
    assert in_project(root, "src/b.rs") == ()


def test_a_timer_of_the_projects_own_is_a_wait(tree: Tree) -> None:
    root = tree(
        {
            "Cargo.toml": '[package]\nname = "my-timer"\ndescription = "x"\n',
            "src/lib.rs": "mod wheel;\npub use wheel::fast_timeout as timeout;\n",
            "src/wheel.rs": "pub fn fast_timeout<F>(d: Duration, f: F) -> Timeout<F> { Timeout { d, f } }\n",
            "tests/a.rs": "use my_timer::timeout;\nasync fn f() { timeout(Duration::from_secs(1), g()).await; }\n",
        }
    )
    (wait,) = in_project(root, "tests/a.rs")
    assert (wait.api, wait.kind, wait.duration_ms) == ("my_timer::timeout", "timeout", 1000)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"pub fn nap() {}", True),
        (b"pub fn r#nap() {}", True),
        (b"pub fn /* here */ nap() {}", True),
        (b"macro_rules! nap { () => {} }", True),
        (b"pub use a::{b::c, d as nap};", True),
        (b"use nap::{self, brief};", True),
        (b"extern crate nap;", True),
        (b"static mut nap: u8 = 1;", True),
        (b"fn a() { nap(1); b::nap(); } // a nap", False),
        (b"fn naps() { catnap(); }", False),
    ],
)
def test_a_byte_search_tells_what_a_file_cannot_name(code: bytes, expected: bool) -> None:
    assert may_name(code, b"nap") == expected


def test_all_globs_of_a_file_are_found() -> None:
    code = b"use super::*;\n#[cfg(a)] pub(crate) use a::{b::*, c, d::{self, *}};\n// use e::*;\nmod f { use g::*; }\n"
    assert set(globs(code)) == {("super",), ("a", "b"), ("a", "d"), ("g",)}


def test_an_import_names_the_crate_that_the_manifest_knows_and_no_globs_module(tree: Tree) -> None:
    root = tree(
        {
            "Cargo.toml": '[package]\nname = "app"\n[dependencies]\ntokio = "1"\n',
            "src/lib.rs": "mod own;\nuse own::*;\nuse tokio::time::sleep;\nasync fn f() { sleep(D).await }\n",
            "src/own.rs": "pub mod tokio {\n    pub mod time {\n        pub fn sleep(d: D) {}\n    }\n}\n",
        }
    )
    assert [wait.api for wait in in_project(root, "src/lib.rs")] == ["tokio::time::sleep"]
