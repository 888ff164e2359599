"""Emacs' eglot shows what the command line says, and a fix applied there is the one `--fix` writes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EMACS = ["emacs", "--batch", "--no-init-file"]
PROBE = Path(__file__).parent / "emacs" / "probe.el"
SLEEPLINT = [sys.executable, "-m", "sleeplint"]
FILES = ("tests/hold.rs", "test_polls.py")
PYTHON = """\
import threading
import time


def test_polls():
    stop = threading.Event()
    while not stop.is_set():
        step("😀")
        time.sleep(0.1)
"""
RUST = """\
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

#[tokio::test]
async fn holds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (_stream, _) = listener.accept().await.unwrap();
        /* é */ sleep(Duration::from_secs(5)).await;
    });
    timeout(Duration::from_secs(1), TcpStream::connect(addr)).await.unwrap().unwrap();
}
"""


def speaks_to_servers() -> bool:
    """Whether there is an Emacs with eglot and a mode for Rust."""
    if not shutil.which("emacs"):
        return False
    needs = "(progn (require 'package) (package-initialize) (require 'eglot) (require 'rust-mode))"
    asked = subprocess.run([*EMACS, "--eval", needs], capture_output=True, check=False, timeout=60)
    return asked.returncode == 0


pytestmark = [
    pytest.mark.external,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not speaks_to_servers(), reason="needs emacs with eglot and rust-mode"),
]


def emacs(project: Path, home: Path, name: str) -> list[dict[str, Any]]:
    """The diagnostics of a file that Emacs shows before it applies the first fix and saves."""
    environment = os.environ | {
        "PROBE_SERVER": json.dumps([*SLEEPLINT, "server"]),
        "PROBE_FILE": name,
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [*EMACS, "-l", str(PROBE)], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_a_rust_and_a_python_file_in_emacs(tmp_path: Path) -> None:
    project, fixed, home = tmp_path / "project", tmp_path / "fixed", tmp_path / "home"
    (project / "tests").mkdir(parents=True)
    home.mkdir()
    (project / FILES[0]).write_text(RUST)
    (project / FILES[1]).write_text(PYTHON)
    shutil.copytree(project, fixed)
    said = subprocess.run(
        [*SLEEPLINT, "check", *FILES, "--output-format", "json"], cwd=project, capture_output=True, check=False
    )
    subprocess.run(
        [*SLEEPLINT, "check", "--fix", "--exit-zero", "-q", *FILES], cwd=fixed, check=True, capture_output=True
    )

    shown = [one for name in FILES for one in emacs(project, home, name)]

    assert [(one["path"], one["line"], one["column"] + 1) for one in shown] == [
        (finding["path"], finding["line"], finding["column"])
        for path in FILES
        for finding in json.loads(said.stdout)["findings"]
        if finding["path"] == path
    ]
    assert {one["type"] for one in shown} == {"eglot-warning"}
    assert "[connection-hold]" in shown[0]["text"]
    assert "[poll-without-deadline]" in shown[1]["text"]
    for name in FILES:
        assert (project / name).read_bytes() == (fixed / name).read_bytes()
    assert (fixed / FILES[0]).read_text() != RUST
