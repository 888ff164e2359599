"""Whose method a Rust test waits with: receivers typed by what other calls, fields and functions give."""

from pathlib import Path
from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import Surroundings, read
from sleeplint.source import Project, Source

LIBRARY = """
use crossbeam_channel as channel;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub mod slow;

struct Inner { items: channel::Receiver<u8> }

pub struct Inbox(Arc<Inner>);

impl Inbox {
    pub fn receiver(&self) -> &channel::Receiver<u8> { &self.0.items }

    pub fn next_timeout(&self, timeout: Duration) -> std::io::Result<u8> {
        match self.0.items.recv_timeout(timeout) {
            Ok(item) => Ok(item),
            Err(late) => Err(std::io::Error::other(late)),
        }
    }

    pub fn fitting_timeout(&self, mut left: Duration) -> Option<u8> {
        loop {
            let start = Instant::now();
            return match self.0.items.recv_timeout(left) {
                Ok(0) => { left = left.saturating_sub(start.elapsed()); continue }
                other => other.ok(),
            };
        }
    }

    pub fn set_timeout(&self, timeout: Duration) { self.0.limit.store(timeout) }
}

pub struct Bus;

impl Bus {
    pub fn subscribe(&self, _name: &str) -> std::io::Result<Inbox> { todo!() }
    pub fn named(self, _name: &str) -> Self { self }
}

pub fn connect() -> std::io::Result<Bus> { todo!() }
pub fn connected() -> (Server, Bus) { todo!() }
"""


def waits(folder: Path, body: str, manifest: str = '[package]\nname = "bus"\n') -> list[Wait]:
    """The waits of an integration test of the library."""
    (folder / "src").mkdir()
    (folder / "tests").mkdir()
    (folder / "Cargo.toml").write_text(manifest)
    (folder / "src" / "lib.rs").write_text(LIBRARY)
    test = folder / "tests" / "a.rs"
    test.write_text(f"use std::time::Duration;\n#[test]\nfn f() {{\n{dedent(body)}\n}}\n")
    return list(read(Source(str(test), test.read_bytes()), Surroundings(project=Project(folder))).waits)


@pytest.mark.parametrize(
    "body",
    [
        "let bus = bus::connect().unwrap(); let inbox = bus.subscribe(NAME).unwrap(); inbox.CALL.unwrap();",
        "let inbox = bus::connect().unwrap().named(NAME).subscribe(NAME).unwrap(); inbox.CALL.unwrap();",
        "let (_server, bus) = bus::connected(); bus.subscribe(NAME).unwrap().CALL.unwrap();",
        "let (_server, mut bus) = bus::connected(); let inbox = bus.subscribe(NAME)?; inbox.CALL.unwrap();",
    ],
)
@pytest.mark.parametrize("method", ["next_timeout", "fitting_timeout"])
def test_a_method_that_gives_up_waits_where_it_is_called(tmp_path: Path, body: str, method: str) -> None:
    found = waits(tmp_path, body.replace("CALL", f"{method}(Duration::from_millis(300))"))
    assert [(wait.api, wait.wrapper, wait.duration_ms, wait.role) for wait in found] == [
        ("crossbeam_channel::Receiver::recv_timeout", f"bus::Inbox::{method}", 300, "guard")
    ]


def test_what_a_method_gives_is_waited_for_as_what_it_is(tmp_path: Path) -> None:
    body = "bus::connect().unwrap().subscribe(NAME).unwrap().receiver().recv_timeout(Duration::from_secs(1)).unwrap();"
    assert [wait.api for wait in waits(tmp_path, body)] == ["crossbeam_channel::Receiver::recv_timeout"]


def test_a_setter_is_no_wait(tmp_path: Path) -> None:
    body = "bus::connect().unwrap().subscribe(NAME).unwrap().set_timeout(Duration::from_secs(1));"
    assert waits(tmp_path, body) == []


def test_a_package_outside_the_workspace_is_found_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text('[workspace]\nmembers = []\nexclude = ["bus", "tools"]\n')
    (tmp_path / "bus").mkdir()
    waits(tmp_path / "bus", "")
    (tmp_path / "tools" / "tests").mkdir(parents=True)
    (tmp_path / "tools" / "Cargo.toml").write_text(
        '[package]\nname = "tools"\n[dependencies]\nbus = { path = "../bus" }\n'
    )
    test = tmp_path / "tools" / "tests" / "b.rs"
    test.write_text(
        "use std::time::Duration;\n#[test]\nfn f() {\n"
        "    bus::connect().unwrap().subscribe(NAME).unwrap().next_timeout(Duration::from_secs(1)).unwrap();\n}\n"
    )
    found = read(Source(str(test), test.read_bytes()), Surroundings(project=Project(tmp_path))).waits
    assert [wait.wrapper for wait in found] == ["bus::Inbox::next_timeout"]
    test.write_text(test.read_text().replace("bus::connect", "cars::connect"))
    assert read(Source(str(test), test.read_bytes()), Surroundings(project=Project(tmp_path))).waits == ()


STEADY = """
use std::time::Duration;

pub async fn steady_sleep(duration: Duration) { CLOCK.register(duration).await }

pub fn steady_timeout<T>(duration: Duration, future: T) -> Timeout<T> { Timeout::of(future, duration) }

pub fn steady_pace(duration: Duration) -> Pace { Pace(duration) }

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleeps() {
        steady_sleep(Duration::from_secs(1)).await;
        let late = steady_timeout(Duration::from_secs(2), work());
        assert!(late.await.is_err());
        steady_pace(Duration::from_secs(3));
    }
}
"""


@pytest.mark.parametrize("handed_on", [True, False])
def test_a_timer_is_known_by_the_name_under_which_its_crate_hands_it_on(tmp_path: Path, handed_on: bool) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "clocks"\n')
    uses = "pub use steady::steady_sleep as sleep;\npub use steady::steady_timeout as timeout;\n" if handed_on else ""
    (tmp_path / "src" / "lib.rs").write_text(f"pub mod steady;\n{uses}")
    file = tmp_path / "src" / "steady.rs"
    file.write_text(STEADY)
    found = read(Source(str(file), file.read_bytes()), Surroundings(project=Project(tmp_path))).waits
    told = [(wait.api, wait.duration_ms, wait.role) for wait in found]
    assert told == ([("clocks::sleep", 1000, told[0][2]), ("clocks::timeout", 2000, "burned")] if handed_on else [])
