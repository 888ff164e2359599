"""The measuring scripts still run, and their tables say who took part."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent.parent


def test_peers_measures_whole_processes(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(HERE / "fixtures/python", folder)
    program = Path(sys.executable).with_name("sleeplint")
    done = subprocess.run(
        [sys.executable, HERE / "benchmarks/peers.py", folder, "--program", program, "--runs", "1"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    titles = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("| ")]
    ours = ["sleeplint, cold", "sleeplint, warm", "sleeplint, one file changed"]
    assert titles[:4] == ["the whole folder", *ours]
    assert titles[-4:] == ["sleeplint", "1x", "2x", "4x"]
    assert "python -I -c pass" in titles


def test_a_contender_that_fails_is_no_figure(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, HERE / "benchmarks/peers.py", HERE / "fixtures/python", "--program", "false", "--runs", "1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "returned non-zero exit status" in done.stderr
