"""The measuring scripts still run, and their tables say who took part."""

import shutil
import subprocess
import sys
from pathlib import Path

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
