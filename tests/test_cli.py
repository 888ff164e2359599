"""The command line as people and hooks use it: what it prints, where, and with which exit code."""

import io
import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest

from sleeplint import runner
from sleeplint.cli import main
from sleeplint.engine import Report
from sleeplint.planning import Task

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "sleeplint" / "schemas"
LONG = "import time\n\n\ndef test_waits():\n    time.sleep(5)\n    assert True\n"
CALM = "import time\n\n\ndef test_waits():\n    time.sleep(0)\n"
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join((os.fspath(ROOT), os.fspath(ROOT / "rules")))}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SLEEPLINT_")] + ["NO_COLOR", "FORCE_COLOR"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_a.py").write_text(LONG)
    (tmp_path / "calm").mkdir()
    (tmp_path / "calm" / "test_b.py").write_text(CALM)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


def codes(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """The code of each finding."""
    _, out, _ = told(capsys, "check", *words, "--output-format", "jsonl")
    return [json.loads(line)["code"] for line in out.splitlines()]


def test_findings_are_printed_and_exit_with_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = told(capsys, "check", "--output-format", "concise")
    assert (code, err) == (1, "")
    assert out.startswith("test_a.py:5:5: SLP101 sleep-over-budget ")
    assert out.count("\n") == 1


def test_nothing_found_exits_with_0(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "check", "calm") == (0, "Nothing to report. 1 file, 1 wait in tests.\n", "")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 1),
        (("--exit-zero",), 0),
        (("--ignore", "sleep-over-budget"), 0),
        (("--ignore", "SLP101,SLP104", "--ignore", "startup-sleep"), 0),
        (("--select", "SLP103"), 0),
        (("--set", "budget.max_sleep_secs=9"), 0),
        (("--fail-on", "error"), 1),
        (("--set", "fail_on=error"), 1),
        (("--profile", "strict"), 1),
    ],
)
def test_what_decides_the_exit_code(
    here: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    assert told(capsys, "check", *words)[0] == code


def test_a_warning_passes_when_only_errors_fail(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "test_a.py").write_text("import time\n\n\nasync def test_waits():\n    time.sleep(0.1)\n")
    assert codes(capsys) == ["SLP112"]
    assert [told(capsys, "check", "--fail-on", level)[0] for level in ("info", "warning", "error")] == [1, 1, 0]
    (here / "sleeplint.toml").write_text("fail_on = 'error'")
    assert told(capsys, "check")[0] == 0


def test_settings_decide_and_options_decide_over_them(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "sleeplint.toml").write_text("budget.max_sleep_secs = 9")
    (here / "own.toml").write_text("budget.MAX_SLEEP_SECS = 3")
    assert codes(capsys) == []
    assert codes(capsys, "--isolated") == ["SLP101"]
    assert codes(capsys, "--config", "own.toml") == ["SLP101"]
    assert codes(capsys, "--set", "budget.MAX_SLEEP_SECS=4") == ["SLP101"]
    monkeypatch.setenv("SLEEPLINT_BUDGET__MAX_SLEEP_SECS", "2")
    assert codes(capsys) == ["SLP101"]
    assert codes(capsys, "--set", "budget.max_sleep_secs=5") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chek",), "no command `chek`; did you mean `check`?"),
        (("calm",), "no command `calm`; did you mean `sleeplint check calm`?"),
        (("qqq",), "no command `qqq`; there are check, waits, rule, config, server"),
        ((), "the following arguments are required: COMMAND; see `sleeplint --help`"),
        (("check", "--outpt-format", "json"), "unknown option `--outpt-format`; did you mean `--output-format`?"),
        (("check", "--zzz"), "unknown option `--zzz`; see `sleeplint check --help`"),
        (("check", "--output-format", "jsn"), "argument --output-format: unknown value `jsn`; did you mean `json`?"),
        (("check", "--profile", "strct"), "argument --profile: unknown value `strct`; did you mean `strict`?"),
        (("check", "--jobs", "0"), "argument --jobs: must be a whole number from 1, not `0`"),
        (
            ("check", "--select", "startp-sleep"),
            "--select: `select` names an unknown rule `startp-sleep`; did you mean",
        ),
        (("check", "nowhere"), "nowhere: no such file or folder"),
        (("check", "--config", "nowhere.toml"), "--config nowhere.toml: no such file"),
        (("check", "--config", "test_a.py", "--isolated"), "--config and --isolated contradict each other"),
        (("check", "--set", "budget"), "--set budget: write KEY=VALUE"),
        (("check", "--unsafe-fixes"), "--unsafe-fixes says which fixes to apply; add --fix, or --diff"),
        (("check", "--stdin-filename", "a.py"), "--stdin-filename names standard input; give `-` as the path"),
        (("check", "-", "calm"), "`-` is standard input and stands alone"),
        (
            ("check", "--output-format", "json", "--output-format", "full"),
            "standard output cannot be both json and full",
        ),
        (("check", "--output-file", "no/such/folder.txt"), "--output-file no/such/folder.txt: cannot be written:"),
        (("rule", "startup-slep"), "no rule `startup-slep`; did you mean `startup-sleep`?"),
        (("rule", "startup-sleep", "more"), "one argument too many: `more`; see `sleeplint rule --help`"),
        (("config", "nowhere"), "nowhere: no such file or folder"),
        (("waits", "--output-format", "github"), "argument --output-format: unknown value `github`"),
    ],
)
def test_a_mistake_of_the_user_is_one_line_and_exits_with_2(
    here: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    code, out, err = told(capsys, *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"sleeplint: {said}")


def test_our_own_mistake_exits_with_3_and_names_file_and_rule(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sleeplint_rules.startup_sleep import StartupSleep

    def stumble(*_: object) -> object:
        raise ZeroDivisionError("of its own")

    monkeypatch.setattr(StartupSleep, "judge", stumble)
    code, out, err = told(capsys, "check", "--output-format", "concise")
    assert code == 3
    assert out.startswith("test_a.py:5:5: SLP101")
    assert err == (
        "sleeplint: calm/test_b.py (and 1 more files): rule `startup-sleep` failed: ZeroDivisionError: of its own\n"
    )


def test_a_crash_is_told_in_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> object:
        raise ZeroDivisionError("some\nwhere")

    monkeypatch.setattr(runner, "run", stumble)
    assert told(capsys, "check") == (
        3,
        "",
        "sleeplint: internal error: ZeroDivisionError: some where; this is a bug: run again with -v and report it\n",
    )
    assert "Traceback" in told(capsys, "check", "-v")[2]


def test_an_interrupted_run_ends_quietly(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run", interrupted)
    assert told(capsys, "check") == (130, "", "sleeplint: interrupted\n")


def test_a_run_that_is_interrupted_as_it_begins_ends_quietly(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupts:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "sleeplint.cli.arguments":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "sleeplint.cli.arguments")
    monkeypatch.setattr(sys, "meta_path", [Interrupts(), *sys.meta_path])
    assert told(capsys, "check") == (130, "", "sleeplint: interrupted\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of the POSIX kind")
def test_a_reader_that_leaves_early_is_no_error(here: Path) -> None:
    (here / "test_a.py").write_text(
        LONG.splitlines()[0] + "\n" + "".join(f"def test_{n}():\n    time.sleep(5)\n" for n in range(400))
    )
    command = [sys.executable, "-m", "sleeplint", "check", "--output-format", "jsonl"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()
    assert (running.stderr.read(), running.wait()) == (b"", 141)
    running.stderr.close()


def hears_ctrl_c() -> None:
    """Whatever started the tests: a shell lets what it starts in the background ignore the signal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of the POSIX kind")
def test_ctrl_c_leaves_no_traceback(here: Path) -> None:
    os.mkfifo(here / "test_pipe.py")  # opening it blocks until somebody writes: the run is surely under way
    command = [sys.executable, "-m", "sleeplint", "check", "test_a.py", "test_pipe.py", "--output-format", "jsonl"]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT, preexec_fn=hears_ctrl_c
    )
    assert running.stdout is not None
    running.stdout.readline()
    err = b""
    for _ in range(30):  # a signal that comes right before a call that blocks is seen only after that
        running.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            _, err = running.communicate(timeout=2)
            break
    assert (err, running.returncode) == (b"sleeplint: interrupted\n", 130)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of the POSIX kind")
def test_a_second_ctrl_c_ends_at_once() -> None:
    program = """
import os, signal
import sleeplint.__main__

def main():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        os.write(1, b"ending\\n")
        os.kill(os.getpid(), signal.SIGINT)

sleeplint.__main__.main = main
sleeplint.__main__.run()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=ENVIRONMENT, preexec_fn=hears_ctrl_c, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == (b"ending\n", b"", -signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of the POSIX kind")
def test_processes_end_with_the_one_that_started_them(here: Path) -> None:
    os.mkfifo(here / "test_pipe.py")
    program = (
        "from sleeplint import runner; from sleeplint.cli import main; runner.SCAN_PAYS = -1\n"
        "main(['check', '--no-cache', '--jobs', '2', 'test_a.py', 'test_pipe.py'])"
    )
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    with (here / "test_pipe.py").open("wb") as pipe:  # which blocks until one of them reads
        running.kill()
        running.wait()
        poll = select.poll()
        poll.register(pipe, select.POLLERR)
        assert poll.poll(15_000)  # nobody reads any more


def test_standard_input_has_the_name_and_the_settings_it_is_given(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    (here / "sleeplint.toml").write_text(
        "exclude = ['vendor/**']\n[[overrides]]\npaths = ['slow/**']\nbudget.max_sleep_secs = 9"
    )
    typed(LONG)
    code, out, _ = told(capsys, "check", "-", "--stdin-filename", "tests/test_new.py")
    assert code == 1
    assert " --> tests/test_new.py:5:5 in test_waits\n" in out
    assert "5 |     time.sleep(5)\n" in out
    typed(LONG)
    assert codes(capsys, "-", "--stdin-filename", "slow/test_new.py") == []
    typed(LONG)
    assert codes(capsys, "-", "--stdin-filename", "vendor/test_new.py") == ["SLP101"]
    typed(LONG)
    assert codes(capsys, "-", "--stdin-filename", "vendor/test_new.py", "--force-exclude") == []
    typed(LONG)
    assert told(capsys, "check", "-", "--stdin-filename", "notes.txt")[0] == 2


def test_several_outputs_of_one_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = (
        "--output-format",
        "json",
        "--output-file",
        "a.json",
        "--output-file",
        "a.md",
        "--output-format",
        "markdown",
    )
    code, out, _ = told(capsys, "check", "--output-format", "concise", *pairs)
    assert code == 1
    assert out.startswith("test_a.py:5:5: SLP101")
    jsonschema.validate(json.loads((here / "a.json").read_text()), json.loads((SCHEMAS / "check.json").read_text()))
    assert (here / "a.md").read_text().startswith("## sleeplint: 1 finding\n")
    assert told(capsys, "check", *pairs)[1].startswith("error[sleep-over-budget]: ")


def test_the_same_input_gives_the_same_bytes_however_many_work(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        (here / f"test_{number}.py").write_text(LONG)
    alone = [told(capsys, "check", "--jobs", "1", "--output-format", name) for name in ("full", "json", "jsonl")]
    monkeypatch.setattr(runner, "SCAN_PAYS", 0)
    assert [
        told(capsys, "check", "--jobs", "3", "--output-format", name) for name in ("full", "json", "jsonl")
    ] == alone


def test_findings_stream_as_they_are_found(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    really = runner.Linter.report
    before: list[str] = []

    def look(self: runner.Linter, task: Task, source: object = None) -> Report:
        before.append(capsys.readouterr().out)
        return really(self, task)

    (here / "test_c.py").write_text(LONG)
    monkeypatch.setattr(runner.Linter, "report", look)
    main(["check", "--output-format", "jsonl", "--jobs", "1"])
    assert [out.count("SLP101") for out in before] == [0, 0, 1]


def test_colour_only_where_it_is_wanted(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def coloured(*words: str) -> bool:
        return "\x1b[" in told(capsys, "check", *words)[1]

    assert [coloured(), coloured("--color", "always"), coloured("--color", "never")] == [False, True, False]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert [coloured(), coloured("--color", "never")] == [True, False]
    monkeypatch.setenv("NO_COLOR", "1")
    assert [coloured(), coloured("--color", "always")] == [False, True]


def test_quiet_verbose_statistics_and_suppressed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "test_a.py").write_text(LONG.replace("(5)", "(5)  # sleeplint: ignore[SLP101] slow by nature"))
    assert told(capsys, "check", "-q") == (0, "", "")
    assert told(capsys, "check")[1].startswith("Nothing to report (1 silenced by comments). 2 files, ")
    assert "error[sleep-over-budget] (suppressed): " in told(capsys, "check", "--show-suppressed")[1]
    assert told(capsys, "check", "-v")[2] == "sleeplint: 2 files; settings: no settings file; projects: .\n"
    (here / "test_a.py").write_text(LONG)
    assert "       1       1        " in told(capsys, "check", "--statistics")[1]


def test_an_ignore_comment_that_does_nothing_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "calm" / "test_b.py").write_text(
        "x = 1  # sleeplint: ignore[SLP101]\ny = 2  # sleeplint: ignore[startup-slep]\n"
    )
    _, out, _ = told(capsys, "check", "calm", "--output-format", "concise")
    assert [line.split()[1:3] for line in out.splitlines()] == [
        ["SLP901", "unused-suppression"],
        ["SLP902", "unknown-rule"],
    ]
    assert "`startup-sleep`" in told(capsys, "check", "calm")[1]


POLL = """\
import threading
import time


def test_waits():
    done = threading.Event()
    start(done)
    while not done.is_set():
        poke()
        time.sleep(0.5)
"""


def test_fixes_are_shown_applied_and_then_done(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "test_a.py").write_text(POLL)
    code, out, err = told(capsys, "check", "--diff")
    assert (code, err) == (1, "sleeplint: would fix 1 finding in 1 file\n")
    assert out.startswith("--- a/test_a.py\n+++ b/test_a.py\n@@ ")
    assert "\n-        time.sleep(0.5)\n+        done.wait(0.5)\n" in out
    assert (here / "test_a.py").read_text() == POLL
    code, _, err = told(capsys, "check", "--fix")
    assert err == "sleeplint: fixed 1 finding in 1 file\n"
    assert "        done.wait(0.5)\n" in (here / "test_a.py").read_text()
    assert told(capsys, "check", "--fix")[2] == "sleeplint: nothing to fix\n"
    assert told(capsys, "check", "--diff")[1] == ""


def test_standard_input_is_fixed_to_standard_output(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(POLL.encode())))
    _, out, err = told(capsys, "check", "-", "--stdin-filename", "test_new.py", "--fix")
    assert "        done.wait(0.5)\n" in out
    assert err == "sleeplint: fixed 1 finding in 1 file\n"


def test_waits_are_listed_by_the_contract(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "app.py").write_text("import time\n\n\ndef poll():\n    time.sleep(3)\n")
    code, out, err = told(capsys, "waits", "--output-format", "jsonl")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [(line["path"], line["line"], line["duration_ms"]) for line in lines] == [
        ("calm/test_b.py", 5, 0),
        ("test_a.py", 5, 5000),
    ]
    for line in lines:
        jsonschema.validate(line, json.loads((SCHEMAS / "waits.json").read_text()))
    _, out, _ = told(capsys, "waits", "--all", "--output-format", "jsonl")
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["app.py", "calm/test_b.py", "test_a.py"]
    assert "\n2 waits in 3 files.\n" in told(capsys, "waits")[1]
    assert json.loads(told(capsys, "waits", "--output-format", "json")[1])["summary"]["waits"] == 2


def test_rules_are_listed_and_explained(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "SLP103  startup-sleep " in told(capsys, "rule")[1]
    by_name, by_code = (told(capsys, "rule", key) for key in ("startup-sleep", "SLP103"))
    assert by_name == by_code
    assert by_name[1].startswith("# `startup-sleep` (SLP103)\n")
    listed = json.loads(told(capsys, "rule", "--output-format", "json")[1])
    assert json.loads(told(capsys, "rule", "SLP103", "--output-format", "json")[1]) in listed


def test_the_resolved_settings_and_their_origins(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "pyproject.toml").write_text(
        """
        [tool.sleeplint]
        profile = "strict"
        budget.MAX_SLEEP_SECS = 2
        [[tool.sleeplint.overrides]]
        paths = ["calm/**"]
        profile = "default"
        """
    )
    _, out, _ = told(capsys, "config", "--set", "budget.max_hold_secs=1")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[:2] == ["# pyproject.toml", 'profile = "strict" # pyproject.toml [tool.sleeplint]']
    assert "budget.max_sleep_secs = 2.0 # pyproject.toml [tool.sleeplint]" in lines
    assert "budget.max_hold_secs = 1 # --set budget.max_hold_secs=1" in lines
    assert "budget.max_timeout_secs = 15 # default" in lines
    _, out, _ = told(capsys, "config", "calm/test_b.py", "--output-format", "json")
    assert json.loads(out)["settings"]["profile"] == {
        "value": "default",
        "origin": "an override for calm/test_b.py",
    }
    assert json.loads(told(capsys, "config", "--schema")[1])["title"] == "sleeplint"


def test_the_server_says_what_it_lacks(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygls", None)
    assert told(capsys, "server") == (
        2,
        "",
        "sleeplint: the language server needs its extra: pip install 'sleeplint[lsp]'\n",
    )


def test_the_process_ends_when_all_is_written(here: Path) -> None:
    many = "".join(f"def test_{number}():\n    time.sleep(5)\n    assert True\n\n" for number in range(2_000))
    (here / "test_many.py").write_text(f"import time\n\n{many}")
    command = [sys.executable, "-m", "sleeplint", "check", "test_many.py", "--isolated", "--no-cache", "-q"]
    done = subprocess.run(
        [*command, "--output-format", "concise", "--output-format", "sarif", "--output-file", "out.sarif"],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1].startswith("test_many.py:8000:")
    assert len(json.loads((here / "out.sarif").read_text())["runs"][0]["results"]) == len(done.stdout.splitlines())


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are closed by a shell")
@pytest.mark.parametrize(("closed", "path", "code"), [(">&-", "calm", 0), ("2>&-", "calm", 0), (">&- 2>&-", "none", 2)])
def test_a_stream_that_is_closed_is_no_failure(here: Path, closed: str, path: str, code: int) -> None:
    command = f'"{sys.executable}" -m sleeplint check {path} --no-cache --isolated {closed}'
    assert subprocess.run(command, shell=True, env=ENVIRONMENT, check=False).returncode == code


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are closed by a shell")
def test_standard_input_that_is_closed_is_told(here: Path) -> None:
    command = f'"{sys.executable}" -m sleeplint check - <&-'
    done = subprocess.run(command, shell=True, env=ENVIRONMENT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "sleeplint: `-` is standard input, and that is closed\n")


def test_a_run_with_nothing_to_say_imports_nothing_heavy(here: Path) -> None:
    program = (
        "import sys; from sleeplint.cli import main; code = main(['check', 'calm/test_b.py'])\n"
        "heavy = {'pydantic', 'rich', 'libcst', 'pygls', 'pathspec', 'multiprocessing', '_hashlib'}\n"
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert done.stdout == "Nothing to report. 1 file, 1 wait in tests.\n0 []\n"


def test_a_file_without_waits_is_put_away_before_anybody_asks_where_it_stands(here: Path) -> None:
    (here / "Cargo.toml").write_text('[package]\nname = "app"\n')
    (here / "src").mkdir()
    (here / "src" / "lib.rs").write_text("pub fn one() -> u8 {\n    1\n}\n")
    program = (
        "import sys; from sleeplint.cli import main; main(['check', '-q', '--no-cache', 'src/lib.rs'])\n"
        "print({'tomllib', 'tree_sitter', 'sleeplint.languages.rust.declarations'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert done.stdout == "set()\n"


def test_a_run_that_finds_something_loads_what_it_needs(here: Path) -> None:
    (here / "Cargo.toml").write_text('[package]\nname = "app"\n\n[dev-dependencies]\ntokio = { version = "1" }\n')
    (here / "pyproject.toml").write_text("[tool.pytest.ini_options]\nmarkers = ['timeout']\n")
    (here / "setup.cfg").write_text("[tool:pytest]\naddopts = -v\n")
    (here / "tests").mkdir()
    (here / "tests" / "a.rs").write_text(
        "#[tokio::test]\nasync fn it() {\n    tokio::time::sleep(std::time::Duration::from_secs(5)).await;\n}\n"
    )
    program = (
        "import sys; from sleeplint.cli import main; main(['check', '--output-format', 'concise', '--no-cache', '.'])\n"
        "heavy = {'pydantic', 'rich', 'libcst', 'configparser', 'fractions', 'decimal', '_hashlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    *findings, loaded = done.stdout.splitlines()
    assert [finding.partition(":")[0] for finding in findings] == ["test_a.py", "tests/a.rs"]
    assert loaded == "[]"


def test_a_mistake_is_told_even_where_there_is_nothing_to_lint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--select", "setle-sleep"]) == 2
    assert "did you mean `settle-sleep`" in capsys.readouterr().err
