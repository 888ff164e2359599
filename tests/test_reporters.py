"""What each format writes, byte for byte, from reports built by hand."""

import io
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint import __version__
from sleeplint.engine import Report
from sleeplint.facts import Related, Wait
from sleeplint.finding import Applicability, Finding, Fix, Problem, Severity, TestCost
from sleeplint.registry import load
from sleeplint.reporters import FORMATS, STATISTICS, View, create, inventory
from sleeplint.reporters.excerpt import Mark, frame, plain
from sleeplint.reporters.tally import Tally
from sleeplint.source import Source
from sleeplint.text import Edit, Location, Span

RULES = load(strangers=False)
SCHEMAS = Path(__file__).parent.parent / "sleeplint" / "schemas"
CODE = b"""\
import time


def test_greets():
    server = start()
\ttime.sleep(2)  # \xe2\x8f\xb0
    assert get() == "hello"
"""
SOURCE = Source("tests/test_a.py", CODE)
SLEEP = Span(CODE.index(b"time.sleep"), CODE.index(b"time.sleep") + len(b"time.sleep(2)"))
START = Span(CODE.index(b"start()"), CODE.index(b"start()") + 7)
FINDING = Finding(
    rule="startup-sleep",
    code="SLP103",
    severity=Severity.WARNING,
    path="tests/test_a.py",
    span=SLEEP,
    message="This sleep of 2 s gives what was just started time to become ready; the test pays 2 s for it.",
    advice="Wait until it says that it is ready: a `threading.Event`, or connect until a deadline.",
    test="test_greets",
    duration_ms=2000.0,
    cost_ms=2000,
    role="startup",
    related=(Related(START, "started here"),),
    location=SOURCE.lines.location(SLEEP),
    related_locations=(SOURCE.lines.location(START),),
    fingerprint="0123456789abcdef",
)
FIXED = replace(
    FINDING,
    severity=Severity.ERROR,
    rule="sleep-over-budget",
    code="SLP101",
    related=(),
    related_locations=(),
    advice=None,
    fix=Fix("Wait for readiness", Applicability.UNSAFE, (Edit(SLEEP, "server.ready.wait(2)"),)),
    fix_locations=(SOURCE.lines.location(SLEEP),),
)
WAIT = Wait(SLEEP, SLEEP, "python", "sleep", "time.sleep", 2000.0, True, "startup", "high", 2000.0, test="test_greets")
ELSEWHERE = replace(
    WAIT, in_test=False, test=None, role="pacing", role_confidence="low", cost_ms=None, duration_ms=None
)
REPORT = Report(
    "tests/test_a.py",
    "python",
    findings=(FINDING, FIXED),
    silenced=(replace(FINDING, suppressed_by="known"),),
    waits=(WAIT, ELSEWHERE),
    wait_locations=(FINDING.location, FINDING.location),
    costs=(TestCost("tests/test_a.py", "test_greets", Location(4, 5, 4, 16), 2000),),
)
CLEAN = Report("b.rs", "rust", problems=(Problem("b.rs", "cannot be read: Permission denied"),))


def written(name: str, reports: Sequence[Report] = (REPORT, CLEAN), **view: object) -> str:
    out = io.StringIO()
    tally = Tally(files=len(reports))
    reporter = create(name, out, View(RULES, lambda path: SOURCE, **view))  # type: ignore[arg-type]
    for report in reports:
        tally.add(report)
        reporter.report(report)
    reporter.finish(tally)
    return out.getvalue()


def test_full() -> None:
    assert (
        written("full")
        == """\
warning[startup-sleep]: This sleep of 2 s gives what was just started time to
  become ready; the test pays 2 s for it.
 --> tests/test_a.py:6:2 in test_greets
  |
5 |     server = start()
  |              ------- started here
6 |     time.sleep(2)  # ⏰
  |     ^^^^^^^^^^^^^
  |
help: Wait until it says that it is ready: a `threading.Event`, or connect until
      a deadline.
why:  sleeplint rule startup-sleep

error[sleep-over-budget]: This sleep of 2 s gives what was just started time to
  become ready; the test pays 2 s for it.
 --> tests/test_a.py:6:2 in test_greets
  |
6 |     time.sleep(2)  # ⏰
  |     ^^^^^^^^^^^^^
  |
fix:  Wait for readiness (--fix --unsafe-fixes)
  -     time.sleep(2)  # ⏰
  +     server.ready.wait(2)  # ⏰
why:  sleeplint rule sleep-over-budget

2 findings: 1 error, 1 warning (1 silenced by comments)
  1  sleep-over-budget (SLP101)
  1  startup-sleep (SLP103)
Can be fixed: 1 with --fix --unsafe-fixes; --diff shows how.

2 files, 1 wait in tests, known to cost 2 s a run.
The tests that pay most:
  2 s  tests/test_a.py:4  test_greets
"""
    )


def test_full_shows_a_sketch_what_is_silenced_and_a_place_without_text() -> None:
    sketched = replace(
        FIXED, fix=Fix("Pause the clock", Applicability.DISPLAY_ONLY, sketch="a\n\tb\n"), fix_locations=()
    )
    said = written("full", [replace(REPORT, findings=(sketched,))], show_suppressed=True, quiet=True)
    assert "fix:  Pause the clock (for you to finish)\n  + a\n  +     b\n" in said
    assert "warning[startup-sleep] (suppressed): This sleep" in said
    assert said.endswith("\n\n")
    out = io.StringIO()
    create("full", out, View(RULES, lambda path: None)).report(replace(REPORT, findings=(FIXED,)))
    assert (
        " --> tests/test_a.py:6:2 in test_greets\nfix:  Wait for readiness (--fix --unsafe-fixes)\nwhy:"
        in out.getvalue()
    )


def test_full_is_one_line_when_there_is_nothing_to_say_and_leaves_rich_alone() -> None:
    before = {name for name in sys.modules if name.startswith("rich")}
    assert written("full", [CLEAN]) == "Nothing to report. 1 file, 0 waits in tests.\n"
    assert {name for name in sys.modules if name.startswith("rich")} == before
    assert written("full", [CLEAN], quiet=True) == ""


def test_full_is_coloured_only_when_asked() -> None:
    assert "\x1b[" not in written("full")
    assert "\x1b[1;33mwarning[startup-sleep]: \x1b[0mThis sleep" in written("full", color=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", written("full", color=True)) == written("full")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_full_keeps_within_its_width(width: int) -> None:
    source = Source("a.py", b"x = 'much " + b"more " * 60 + b"'\n")
    place = Location(1, 30, 1, 40)
    out = io.StringIO()
    finding = replace(FINDING, location=place, related=(), related_locations=(), path="a.py", test=None)
    create("full", out, View(RULES, lambda path: source, width=width)).report(Report("a.py", "python", (finding,)))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert any("…" in line for line in lines)


def test_concise() -> None:
    assert written("concise", show_suppressed=True) == "".join(
        f"tests/test_a.py:6:2: {rule} This sleep of 2 s gives what was just started time to become ready; "
        f"the test pays 2 s for it.{mark}\n"
        for rule, mark in (
            ("SLP101 sleep-over-budget", ""),
            ("SLP103 startup-sleep", ""),
            ("SLP103 startup-sleep", " (suppressed)"),
        )
    )


def test_json_is_as_its_schema_says_field_for_field() -> None:
    said = json.loads(written("json"))
    jsonschema.validate(said, json.loads((SCHEMAS / "check.json").read_text()))
    assert said == {
        "version": 1,
        "tool": {"name": "sleeplint", "version": __version__},
        "findings": [json.loads(line) for line in written("jsonl").splitlines()][::-1],
        "errors": [{"path": "b.rs", "message": "cannot be read: Permission denied"}],
        "summary": {"files": 2, "waits": 1, "findings": 2, "cost_ms": 2000},
    }
    assert said["findings"][0] == {
        "rule": "sleep-over-budget",
        "code": "SLP101",
        "severity": "error",
        "path": "tests/test_a.py",
        "line": 6,
        "column": 2,
        "end_line": 6,
        "end_column": 15,
        "message": FIXED.message,
        "advice": None,
        "test": "test_greets",
        "duration_ms": 2000,
        "cost_ms": 2000,
        "role": "startup",
        "fingerprint": "0123456789abcdef",
        "fix": {
            "title": "Wait for readiness",
            "applicability": "unsafe",
            "edits": [
                {
                    "path": "tests/test_a.py",
                    "start": {"line": 6, "column": 2},
                    "end": {"line": 6, "column": 15},
                    "text": "server.ready.wait(2)",
                }
            ],
        },
        "related": [],
    }
    assert said["findings"][1]["related"] == [
        {"line": 5, "column": 14, "end_line": 5, "end_column": 21, "message": "started here"}
    ]


def test_whole_numbers_are_written_as_such_and_what_is_no_number_is_null() -> None:
    assert '"duration_ms": 2000,' in written("jsonl")
    endless = replace(REPORT, findings=(replace(FINDING, duration_ms=float("inf"), cost_ms=0.5),))
    assert '"duration_ms": null, "cost_ms": 0.5,' in written("jsonl", [endless])


def test_github_commands_are_escaped_as_its_runner_wants() -> None:
    odd = replace(FINDING, path="a:b,c%.py", message="100 % of\r\nit.", advice=None)
    many = replace(odd, location=Location(1, 2, 3, 4), severity=Severity.INFO)
    assert written("github", [Report("x", "python", (odd, many)), CLEAN]) == (
        "::warning file=a%3Ab%2Cc%25.py,line=6,endLine=6,col=2,endColumn=15,title=startup-sleep (SLP103)"
        "::100 %25 of%0D%0Ait.\n"
        "::notice file=a%3Ab%2Cc%25.py,line=1,endLine=3,title=startup-sleep (SLP103)::100 %25 of%0D%0Ait.\n"
        "::notice file=b.rs,title=sleeplint::cannot be read: Permission denied\n"
    )


def test_markdown() -> None:
    odd = replace(FINDING, message="A <b> | `x|y` *here*.", advice=None)
    assert (
        written("markdown", [replace(REPORT, findings=(odd, FIXED)), CLEAN])
        == """\
## sleeplint: 2 findings

2 files, 1 wait in tests, known to cost 2 s a run.

| rule | findings |
|---|--:|
| `sleep-over-budget` (SLP101) | 1 |
| `startup-sleep` (SLP103) | 1 |

| | place | rule | |
|---|---|---|---|
| error | `tests/test_a.py:6` | `sleep-over-budget` | This sleep of 2 s gives what was just started time to become \
ready; the test pays 2 s for it. |
| warning | `tests/test_a.py:6` | `startup-sleep` | A \\<b\\> \\| `x\\|y` \\*here\\*. |

### The tests that pay most for their waits

| a run | test | place |
|--:|---|---|
| 2 s | `test_greets` | `tests/test_a.py:4` |

### Not judged

- `b.rs`: cannot be read: Permission denied
"""
    )


def test_statistics() -> None:
    assert (
        written(STATISTICS)
        == """\
findings   files       cost  rule
       1       1        2 s  sleep-over-budget (SLP101)
       1       1        2 s  startup-sleep (SLP103)

2 files, 1 wait in tests, known to cost 2 s a run.
"""
    )


@pytest.mark.parametrize("name", [*FORMATS, STATISTICS])
def test_every_format_says_the_same_twice_and_takes_an_empty_run(name: str) -> None:
    assert written(name) == written(name)
    assert isinstance(written(name, []), str)


def test_a_long_mark_makes_room_for_its_label() -> None:
    source = Source("a.py", b"x = " + b"y" * 100)
    mark = Mark(Location(1, 5, 1, 105), "a label")
    [_, _, (_, (line, _)), _] = frame(source, [mark], 44)
    assert line == "    " + "-" * 28 + " a label"


def listed(name: str, everything: bool = False) -> str:
    out = io.StringIO()
    writer = inventory.create(name, out, everything=everything)
    for report in (REPORT, CLEAN):
        writer.report(report)
    writer.finish(2)
    return out.getvalue()


def test_an_inventory_line_is_the_contract_field_for_field() -> None:
    lines = [json.loads(line) for line in listed("jsonl", everything=True).splitlines()]
    for line in lines:
        jsonschema.validate(line, json.loads((SCHEMAS / "waits.json").read_text()))
    assert lines[0] == {
        "path": "tests/test_a.py",
        "line": 6,
        "column": 2,
        "end_line": 6,
        "end_column": 15,
        "language": "python",
        "kind": "sleep",
        "api": "time.sleep",
        "duration_ms": 2000,
        "in_test": True,
        "test": "test_greets",
        "virtual_time": False,
        "macro": None,
        "role": "startup",
        "role_confidence": "high",
        "cost_ms": 2000,
    }
    assert [line["in_test"] for line in lines] == [True, False]
    assert len(listed("jsonl").splitlines()) == 1


def test_an_inventory_as_a_document_and_as_a_table() -> None:
    document = json.loads(listed("json", everything=True))
    assert [document["summary"], len(document["waits"])] == [
        {"files": 2, "waits": 2, "cost_ms": 2000, "by_kind": {"sleep": 2}, "by_role": {"pacing": 1, "startup": 1}},
        2,
    ]
    assert (
        listed("full", everything=True)
        == """\
tests/test_a.py
       6:2  sleep         2 s  startup   cost 2 s  time.sleep  test_greets
       6:2  sleep           ?  pacing?     cost ?  time.sleep

2 waits in 2 files.

  by kind          waits      cost
  sleep                2       2 s

  by role          waits      cost
  pacing               1         -
  startup              1       2 s
"""
    )


TEXTS = st.text(alphabet=st.sampled_from("ab \té😀\u0301\u2028\x1b\x00界\n"), max_size=80)


@given(TEXTS, st.integers(1, 90), st.integers(1, 90), st.integers(20, 100))
def test_any_text_is_quoted_within_the_width_without_control_characters(
    text: str, start: int, end: int, width: int
) -> None:
    source = Source("a.py", text.encode())
    last = source.lines.lines
    mark = Mark(Location(1, start, min(2, last), end), "a label", primary=True)
    for pieces in frame(source, [mark, Mark(Location(last, 1, last, 2))], width):
        line = "".join(piece for piece, _ in pieces)
        assert plain(line) == line
        assert len(line) <= max(width, 26)
