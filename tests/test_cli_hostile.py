"""Files that nobody would write: a finding, a note or a skip, never a traceback."""

import codecs
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sleeplint.cli import main
from sleeplint.source import Source

PYTHON = "import time\n\n\ndef test_waits():\n    é = '😀'; time.sleep(5)\n"
RUST = "#[test]\nfn waits() {\n    let é = '😀'; std::thread::sleep(std::time::Duration::from_secs(5));\n}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").mkdir()
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[tuple[str, int, int]], list[str]]:
    """The exit code, the long sleeps (rule, line, column), and what was complained of."""
    code = main(["check", *words, "--output-format", "json", "--jobs", "1"])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    said = json.loads(out)
    return code, [(f["rule"], f["line"], f["column"]) for f in said["findings"]], [e["message"] for e in said["errors"]]


@pytest.mark.parametrize("name", ["tests/test_a.py", "tests/a.rs"])
@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    ],
    ids=["utf-8", "bom", "crlf", "cr", "utf-16-le", "utf-16-be"],
)
def test_a_sleep_is_found_where_it_stands_whatever_the_bytes(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, encode: object
) -> None:
    text = PYTHON if name.endswith(".py") else RUST
    (here / name).write_bytes(encode(text))  # type: ignore[operator]
    line, column = (5, 14) if name.endswith(".py") else (3, 18)
    code, findings, errors = told(capsys)
    assert errors == []
    assert (code, [(row[0], row[1]) for row in findings]) == (1, [("sleep-over-budget", line)])
    assert abs(findings[0][2] - column) <= len("std::thread::")


def test_a_latin_1_file_says_so_in_its_cookie(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "# -*- coding: latin-1 -*-\n" + PYTHON.replace("😀", "ü")
    (here / "tests" / "test_a.py").write_bytes(text.encode("latin-1"))
    assert told(capsys)[1:] == ([("sleep-over-budget", 6, 14)], [])


@pytest.mark.parametrize("name", ["tests/test_a.py", "tests/a.rs"])
@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"\n" * 1000,
        b"\x00" * 100,
        b"\xff\xfe\xfa" * 40,
        b"sleep(" * 300,
        b"sleep(5); " + b"{[(" * 2000,
        b'"""sleep(5)',
        b'r#"sleep(5)',
        b"fn test_a() { sleep(5)",
        b"def test_a(:\n  sleep(5",
        b"sleeplint: ignore[",
        b"# sleeplint: ignore[sleep-over-budget\n// sleeplint: file-ignore[]\n",
        codecs.BOM_UTF16_LE + b"s\x00l",
        b"# coding: rot13\nsleep(5)\n",
        b"# coding: undefined\nsleep(5)\n",
    ],
    ids=lambda noise: repr(noise[:16]),
)
def test_noise_is_read_without_complaint_of_ours(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, noise: bytes
) -> None:
    (here / name).write_bytes(noise)
    (here / "tests" / "test_good.py").write_text(PYTHON)
    code, findings, _ = told(capsys)
    assert code == 1
    assert ("sleep-over-budget", 5, 14) in findings


@given(st.binary(max_size=60), st.sampled_from(["test_x.py", "x.rs"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_around_a_sleep_do_no_harm(
    here: Path, capsys: pytest.CaptureFixture[str], noise: bytes, name: str
) -> None:
    text = PYTHON if name.endswith(".py") else RUST
    (here / "tests" / name).write_bytes(noise + b"\n" + text.encode() + noise)
    assert told(capsys)[0] in (0, 1)


@pytest.mark.parametrize("name", ["tests/test_a.py", "tests/a.rs"])
def test_a_line_of_two_megabytes_is_read_or_given_up_with_a_word(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (here / name).write_text("x = [" + "'time.sleep(5)', " * 100 + "'y', " * 400_000 + "]\n")
    (here / "tests" / "test_good.py").write_text(PYTHON)
    code, findings, errors = told(capsys)
    assert code == 1
    assert ("sleep-over-budget", 5, 14) in findings
    assert all("failed" not in words for words in errors)


def test_findings_on_a_line_of_two_megabytes_are_quoted_briefly(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (here / "tests" / "test_a.py").write_text(
        "import time\ndef test_a(): time.sleep(5); x = '" + "y" * 2_000_000 + "'\n"
    )
    assert main(["check", "--jobs", "1"]) in (0, 1)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_names_that_no_terminal_shows_are_told_all_the_same(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = ["line\nbreak", "esc\x1b[31m", "a:b,c%", "quote'\"", "späße 界"]
    for name in odd:
        (here / "tests" / f"test_{name}.py").write_text(PYTHON)
    (here / "tests" / os.fsdecode(b"test_\xff.py")).write_text(PYTHON)
    for form in ("full", "concise", "json", "jsonl", "github", "markdown"):
        assert main(["check", "--output-format", form, "--jobs", "1"]) == 1
        out, err = capsys.readouterr()
        assert err == ""
        assert "\x1b" not in out
        if form in ("concise", "github"):
            assert len(out.splitlines()) == len(odd) + 1


def test_a_circle_of_folders_and_links_that_lead_nowhere(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "tests" / "test_good.py").write_text(PYTHON)
    (here / "tests" / "again").symlink_to(here)
    (here / "tests" / "itself.py").symlink_to(here / "tests" / "itself.py")
    assert told(capsys) == (1, [("sleep-over-budget", 5, 14)], [])
    assert main(["check", "tests/itself.py"]) == 2
    assert capsys.readouterr().err == "sleeplint: tests/itself.py: no such file or folder\n"


def test_a_file_that_vanishes_or_cannot_be_read_is_an_entry_among_errors(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("test_gone.py", "test_good.py", "test_locked.py"):
        (here / "tests" / name).write_text(PYTHON)
    really = Source.read

    def refuse(path: str) -> Source:
        if path.endswith("gone.py"):
            raise FileNotFoundError(2, "No such file or directory")
        if path.endswith("locked.py"):
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(Source, "read", refuse)
    assert told(capsys) == (
        1,
        [("sleep-over-budget", 5, 14)],
        ["vanished before it could be read", "cannot be read: Permission denied"],
    )


def test_a_folder_that_is_called_like_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "tests" / "test_dir.py").mkdir()
    (here / "pyproject.toml").mkdir()
    (here / "sleeplint.toml").mkdir()
    (here / "tests" / "test_good.py").write_text(PYTHON)
    assert told(capsys)[1] == [("sleep-over-budget", 5, 14)]


DEEP = "import time\n\n\ndef test_deep():\n    " + "(" * 500 + "time.sleep(5)" + ")" * 500 + "\n"
LEFT_OUT = "read in part: what is nested more than 400 levels deep is left out"


def test_what_was_not_read_is_a_finding(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "tests" / "test_deep.py").write_text(DEEP)
    (here / "tests" / "large.rs").write_text(RUST + "//" + "x" * 1_500_000 + "\n")
    code, findings, errors = told(capsys)
    assert (code, findings, errors) == (0, [("unread-code", 1, 1), ("unread-code", 1, 1)], [])
    assert main(["check", "--output-format", "concise", "-q"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split(" ", 3)[3] for line in out.splitlines()] == [
        "This file is not read: larger than 1.5 MB.",
        f"This file is {LEFT_OUT}.",
    ]


def test_what_was_not_read_is_told_where_no_rule_speaks_of_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "tests" / "test_deep.py").write_text(DEEP)
    for _ in range(2):  # and it is not remembered as a clean file
        assert told(capsys, "--ignore", "unread-code") == (0, [], [LEFT_OUT])
    assert told(capsys) == (0, [("unread-code", 1, 1)], [])


def test_the_inventory_tells_once_what_was_not_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "tests" / "test_deep.py").write_text(DEEP)
    (here / "sleeplint.toml").write_text('ignore = ["unread-code"]\n')
    for _ in range(2):
        assert main(["waits"]) == 0
        assert capsys.readouterr().err == f"sleeplint: tests/test_deep.py: {LEFT_OUT}\n"
        (here / "sleeplint.toml").write_text("")
