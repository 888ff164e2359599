"""The measuring scripts still run, and their tables say who took part."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent


def measured(folder: Path, program: str | Path, *options: str) -> subprocess.CompletedProcess[str]:
    """One run of the script, without any of the other programs."""
    return subprocess.run(
        [sys.executable, HERE / "benchmarks/peers.py", folder, "--program", program, "--runs", "1", *options],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": ""},
        timeout=60,
    )


def test_peers_measures_whole_processes(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "test_it.py").write_text("import time\n\n\ndef test_it():\n    time.sleep(5)\n")
    (folder / "clean.py").write_text("x = 1\n")
    done = measured(folder, Path(sys.executable).with_name("sleeplint"), "--no-growth")
    titles = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("| ")]
    ours = ["sleeplint, cold", "sleeplint, warm"]
    assert titles == [
        "the whole folder",
        *ours,
        "sleeplint, one file changed",
        "sleeplint, cold, with fixes",
        "20 files",
        *ours,
        "python -I -c pass",
        "5 files without waits",
        *ours,
        "python -I -c pass",
    ]


def test_a_contender_that_fails_is_no_figure() -> None:
    done = measured(HERE / "fixtures/python", shutil.which("false") or "false")
    assert done.returncode == 1
    assert "returned non-zero exit status 1" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
def test_a_search_that_finds_no_file_hands_none_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, does in (("rg", "exit 1"), ("ast-grep", "echo scans the working directory")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.syspath_prepend(HERE / "benchmarks")
    from contenders import peers

    (piped,) = (one for one in peers(["clean.py"], slow=False) if one.name == "ripgrep's files to ast-grep")
    assert subprocess.run(piped.command, capture_output=True, check=False).stdout == b""
