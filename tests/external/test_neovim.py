"""Headless Neovim attaches, shows what the command line says, and a fix applied there is the one `--fix` writes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.external,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not shutil.which("nvim"), reason="needs neovim"),
]

PROBE = Path(__file__).parent / "neovim" / "probe.lua"
SLEEPLINT = [sys.executable, "-m", "sleeplint"]
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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "hold.rs").write_text(RUST)
    (tmp_path / "test_polls.py").write_text(PYTHON)
    return tmp_path


def neovim(project: Path, *files: str) -> list[dict[str, object]]:
    """The diagnostics that Neovim shows before it applies and writes the preferred fix of each file."""
    home = project.parent / "home"
    home.mkdir()
    environment = os.environ | {
        "PROBE_SERVER": json.dumps([*SLEEPLINT, "server"]),
        "PROBE_FILES": json.dumps(files),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_DATA_HOME": str(home),
        "XDG_STATE_HOME": str(home),
        "XDG_CACHE_HOME": str(home),
    }
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {PROBE}"]
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=150
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_rust_and_a_python_file_in_neovim(project: Path) -> None:
    files = ("tests/hold.rs", "test_polls.py")
    said = subprocess.run(
        [*SLEEPLINT, "check", *files, "--output-format", "json"], cwd=project, capture_output=True, check=False
    )
    fixed = project.parent / "fixed"
    shutil.copytree(project, fixed)
    subprocess.run(
        [*SLEEPLINT, "check", "--fix", "--exit-zero", "-q", *files], cwd=fixed, check=True, capture_output=True
    )

    shown = neovim(project, *files)

    assert {(one["path"], one["line"], one["code"]) for one in shown} == {
        (finding["path"], finding["line"], finding["rule"]) for finding in json.loads(said.stdout)["findings"]
    }
    assert {one["source"] for one in shown} == {"sleeplint"}
    assert [one["column"] for one in shown] == [len("        /* é */ ".encode()), len("        ")]
    for name in files:
        assert (project / name).read_bytes() == (fixed / name).read_bytes()
    assert (fixed / "tests/hold.rs").read_text() != RUST
    assert (fixed / "test_polls.py").read_text() != PYTHON
