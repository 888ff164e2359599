"""Work that a copy of this process does meanwhile."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sleeplint.cache.lookout import Lookout

HERE = os.getpid()
copies = pytest.mark.skipif(sys.platform != "linux", reason="no copies of processes here")


def works() -> bytes:
    """More than a pipe holds."""
    return b"seen" * 100_000


def dies() -> bytes:
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return b"seen here"


def fails() -> bytes:
    if os.getpid() != HERE:
        raise ValueError("not in a copy")
    return b"seen here"


def leaves() -> bytes:
    if os.getpid() != HERE:
        raise SystemExit(3)
    return b"seen here"


@pytest.mark.parametrize("pays", [True, False])
@pytest.mark.parametrize(
    ("work", "seen"),
    [(works, works()), (lambda: b"", b""), (dies, b"seen here"), (fails, b"seen here"), (leaves, b"seen here")],
)
def test_what_was_seen_is_told_whoever_looked(pays: bool, work: Callable[[], bytes], seen: bytes) -> None:
    lookout = Lookout(work, pays)
    assert lookout.result() == seen
    assert lookout.result() == seen


@copies
def test_the_copy_does_the_work(tmp_path: Path) -> None:
    lookout = Lookout(lambda: str(os.getpid()).encode(), pays=True)
    assert int(lookout.result()) != HERE
    with pytest.raises(ChildProcessError):  # nobody is left behind
        os.waitpid(-1, os.WNOHANG)


def test_without_another_process_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", refuses, raising=False)
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    lookout = Lookout(lambda: str(os.getpid()).encode(), pays=True)
    assert int(lookout.result()) == HERE
    assert (len(os.listdir("/proc/self/fd")) if before else 0) == before


@copies
def test_a_copy_that_is_interrupted_as_it_begins_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    fork = os.fork

    def interrupted() -> int:
        copy = fork()
        if not copy:
            raise KeyboardInterrupt
        return copy

    monkeypatch.setattr(os, "fork", interrupted)
    lookout = Lookout(lambda: str(os.getpid()).encode(), pays=True)
    assert os.getpid() == HERE
    assert int(lookout.result()) == HERE


@copies
def test_where_ended_processes_are_not_waited_for_the_copy_is_heard() -> None:
    then = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert int(Lookout(lambda: str(os.getpid()).encode(), pays=True).result()) != HERE
    finally:
        signal.signal(signal.SIGCHLD, then)


@copies
def test_who_leaves_early_leaves_no_copy_behind() -> None:
    before = len(os.listdir("/proc/self/fd"))
    lookout = Lookout(works, pays=True)
    lookout.leave()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert len(os.listdir("/proc/self/fd")) == before
    assert lookout.result() == works()


def test_what_goes_wrong_here_is_told() -> None:
    def wrong() -> bytes:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        Lookout(wrong, pays=True).result()
