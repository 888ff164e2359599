"""pre-commit and prek run our hooks from a clone, in environments that they build themselves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.external, pytest.mark.timeout(600)]

ROOT = Path(__file__).parent.parent.parent
CLEAN = "def test_nothing():\n    assert True\n"
SLEEPS = "import time\n\n\ndef test_sleeps():\n    time.sleep(5)\n    assert is_done()\n"
POLLS = """\
import threading
import time


def test_polls():
    stop = threading.Event()
    while not stop.is_set():
        step()
        time.sleep(0.1)
"""


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this project, as a consumer's `repo:` points at."""
    clone = tmp_path_factory.mktemp("hooks") / "sleeplint"
    clone.mkdir()
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    if not files:  # a tree without its history: then what is there
        files = "\0".join(
            str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts
        ).encode()
    subprocess.run(["tar", "-cf", clone / ".tar", "--null", "-T", "-"], cwd=ROOT, input=files, check=True)
    subprocess.run(["tar", "-xf", ".tar"], cwd=clone, check=True)
    (clone / ".tar").unlink()
    git(clone, "init", "-q")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "all")
    git(clone, "tag", "v0.1.0")
    return clone


@pytest.fixture
def consumer(hooks: Path, tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    entry = f"repos:\n  - repo: {hooks}\n    rev: v0.1.0\n    hooks:\n      - id: %s\n"
    (tmp_path / ".pre-commit-config.yaml").write_text(entry % "sleeplint")
    (tmp_path / "fix.yaml").write_text(entry % "sleeplint-fix")
    (tmp_path / "test_clean.py").write_text(CLEAN)
    git(tmp_path, "add", "-A")
    return tmp_path


@pytest.fixture(params=["pre-commit", "prek"])
def run(request: pytest.FixtureRequest, consumer: Path, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    home = tmp_path_factory.getbasetemp() / f"{request.param}-home"  # one for all: its environments are slow to build
    environment = os.environ | {"PRE_COMMIT_HOME": str(home), "PREK_HOME": str(home), "GIT_ALLOW_PROTOCOL": "file"}
    program = Path(sys.executable).with_name(request.param)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(program), "run", *words]
        return subprocess.run(command, cwd=consumer, env=environment, capture_output=True, text=True, check=False)

    return run


def test_clean_files_pass(run, consumer: Path) -> None:  # type: ignore[no-untyped-def]
    done = run("--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_findings_fail_and_only_staged_files_are_read(run, consumer: Path) -> None:  # type: ignore[no-untyped-def]
    (consumer / "test_unstaged.py").write_text(SLEEPS)
    assert run().returncode == 0
    git(consumer, "add", "test_unstaged.py")
    done = run()
    assert done.returncode == 1
    assert "test_unstaged.py:5" in done.stdout.replace(" ", "").replace("-->", "") or "test_unstaged.py" in done.stdout


def test_many_files_go_to_one_process(run, consumer: Path) -> None:  # type: ignore[no-untyped-def]
    for number in range(20):
        (consumer / f"test_{number}.py").write_text(SLEEPS)
    git(consumer, "add", "-A")
    done = run("--all-files")
    assert done.returncode == 1
    assert done.stdout.count("files,") <= 1


def test_the_fixing_hook_fixes_and_fails(run, consumer: Path) -> None:  # type: ignore[no-untyped-def]
    (consumer / "test_polls.py").write_text(POLLS)
    git(consumer, "add", "-A")
    done = run("--config", "fix.yaml", "--all-files")
    assert done.returncode == 1, done.stdout
    assert "stop.wait(0.1)" in (consumer / "test_polls.py").read_text()


def test_excluded_files_stay_out_though_they_are_named(run, consumer: Path) -> None:  # type: ignore[no-untyped-def]
    (consumer / "test_sleeps.py").write_text(SLEEPS)
    (consumer / "sleeplint.toml").write_text('exclude = ["test_sleeps.py"]\n')
    git(consumer, "add", "-A")
    assert run("--all-files").returncode == 0
