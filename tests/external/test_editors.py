"""Emacs' eglot and headless Neovim show what the command line says; a fix applied there is the one `--fix` writes."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.external, pytest.mark.timeout(180)]

HERE = Path(__file__).parent
EMACS = ["emacs", "--batch", "--no-init-file"]
NEOVIM = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n"]
SLEEPLINT = [sys.executable, "-m", "sleeplint"]
TEXTS = {
    "tests/hold.rs": """\
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
""",
    "test_polls.py": """\
import threading
import time


def test_polls():
    stop = threading.Event()
    while not stop.is_set():
        step("😀")
        time.sleep(0.1)
""",
}


@dataclass(frozen=True)
class Trial:
    """One wait in a Rust and one in a Python file, each with a fix."""

    root: Path
    home: Path
    findings: list[dict[str, Any]]
    """What `sleeplint check` says, in the order of `names`."""
    fixed: dict[str, str]
    """What `sleeplint check --fix` makes of the files."""
    server: tuple[str, ...] = (*SLEEPLINT, "server")
    names: tuple[str, ...] = tuple(TEXTS)

    def texts(self) -> dict[str, str]:
        """What the files hold now."""
        return {name: (self.root / name).read_text() for name in self.names}


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """The project before any editor saw it."""
    root, fixed, home = tmp_path / "project", tmp_path / "fixed", tmp_path / "home"
    home.mkdir()
    for name, text in TEXTS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    shutil.copytree(root, fixed)
    check = [*SLEEPLINT, "check", "--exit-zero", *TEXTS]
    said = subprocess.run([*check, "--output-format", "json"], cwd=root, capture_output=True, check=True)
    subprocess.run([*check, "--fix", "-q"], cwd=fixed, capture_output=True, check=True)
    findings = json.loads(said.stdout)["findings"]
    after = {name: (fixed / name).read_text() for name in TEXTS}
    assert all(after[name] != text for name, text in TEXTS.items())
    return Trial(root, home, sorted(findings, key=lambda one: list(TEXTS).index(one["path"])), after)


def speaks_to_servers() -> bool:
    """Whether there is an Emacs with eglot and a mode for Rust."""
    if not shutil.which("emacs"):
        return False
    needs = "(progn (require 'package) (package-initialize) (require 'eglot) (require 'rust-mode))"
    asked = subprocess.run([*EMACS, "--eval", needs], capture_output=True, check=False, timeout=60)
    return asked.returncode == 0


def emacs(trial: Trial, name: str) -> list[dict[str, Any]]:
    """The diagnostics of a file that Emacs shows before it applies the first fix and saves."""
    environment = os.environ | {
        "PROBE_SERVER": json.dumps(trial.server),
        "PROBE_FILE": name,
        "HOME": str(trial.home),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [*EMACS, "-l", str(HERE / "emacs" / "probe.el")],
        cwd=trial.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.skipif(not speaks_to_servers(), reason="needs emacs with eglot and rust-mode")
def test_a_rust_and_a_python_file_in_emacs(trial: Trial) -> None:
    shown = [one for name in trial.names for one in emacs(trial, name)]

    assert [(one["path"], one["line"], one["column"] + 1) for one in shown] == [
        (finding["path"], finding["line"], finding["column"]) for finding in trial.findings
    ]
    assert {one["type"] for one in shown} == {"eglot-warning"}
    assert "[connection-hold]" in shown[0]["text"]
    assert "[poll-without-deadline]" in shown[1]["text"]
    assert trial.texts() == trial.fixed


def neovim(trial: Trial) -> list[dict[str, Any]]:
    """The diagnostics that Neovim shows before it applies and writes the preferred fix of each file."""
    environment = os.environ | {
        "PROBE_SERVER": json.dumps(trial.server),
        "PROBE_FILES": json.dumps(trial.names),
        "HOME": str(trial.home),
        "XDG_CONFIG_HOME": str(trial.home),
        "XDG_DATA_HOME": str(trial.home),
        "XDG_STATE_HOME": str(trial.home),
        "XDG_CACHE_HOME": str(trial.home),
    }
    command = [*NEOVIM, "-c", f"luafile {HERE / 'neovim' / 'probe.lua'}"]
    done = subprocess.run(
        command, cwd=trial.root, env=environment, capture_output=True, text=True, check=False, timeout=150
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(not shutil.which("nvim"), reason="needs neovim")
def test_a_rust_and_a_python_file_in_neovim(trial: Trial) -> None:
    shown = neovim(trial)

    assert {(one["path"], one["line"], one["code"]) for one in shown} == {
        (finding["path"], finding["line"], finding["rule"]) for finding in trial.findings
    }
    assert {one["source"] for one in shown} == {"sleeplint"}
    assert [one["column"] for one in shown] == [len("        /* é */ ".encode()), len("        ")]
    assert trial.texts() == trial.fixed
