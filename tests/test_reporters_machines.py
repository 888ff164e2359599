"""Reports that other programs take: SARIF, GitLab's Code Quality, JUnit."""

import gzip
import io
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sleeplint.cli import main
from sleeplint.engine import Report
from sleeplint.finding import Finding, Problem, Severity
from sleeplint.registry import load
from sleeplint.reporters import View, create, sarif
from sleeplint.reporters.repository import Repository, web_address
from sleeplint.reporters.tally import Tally
from sleeplint.text import Location, Span

SLEEPS = """\
import time


def test_first():
    start()
    time.sleep(2)
    assert is_done()


def test_second():
    start()
    time.sleep(2)
    time.sleep(2)
    assert is_done()
"""


def said(folder: Path, text: str, output: str, *more: str) -> Any:
    """The report on one file, as JSON."""
    (folder / "test_it.py").write_text(text)
    main(["check", str(folder / "test_it.py"), "--isolated", "--output-format", output, "--output-file", "out", *more])
    return json.loads((Path.cwd() / "out").read_text())


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    return lambda text, output="sarif", *more: said(tmp_path, text, output, *more)


def fingerprints(log: Any) -> list[str]:
    return [result["partialFingerprints"]["sleeplint/v1"] for result in log["runs"][0]["results"]]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "# a line\n" * 50 + text,
        lambda text: text + "\n\ndef test_third():\n    pass\n",
        lambda text: text.replace("time.sleep(2)", "time.sleep(\n        2\n    )"),
        lambda text: text.replace("    start()\n", "    start()\n    log()\n"),
    ],
    ids=["lines above", "another test", "reformatted", "lines between"],
)
def test_a_fingerprint_survives(run: Callable[..., Any], change: Callable[[str], str]) -> None:
    before = fingerprints(run(SLEEPS))
    assert len(set(before)) == len(before) == 3
    assert fingerprints(run(change(SLEEPS))) == before


def test_renaming_another_test_changes_only_its_own_fingerprints(run: Callable[..., Any]) -> None:
    before = fingerprints(run(SLEEPS))
    after = fingerprints(run(SLEEPS.replace("test_first", "test_renamed")))
    assert after[0] != before[0]
    assert after[1:] == before[1:]


def test_a_wait_that_moves_to_another_test_is_another(run: Callable[..., Any]) -> None:
    before = fingerprints(run(SLEEPS))
    moved = SLEEPS.replace("    time.sleep(2)\n    assert", "    assert", 1)
    assert fingerprints(run(moved)) == before[1:]


def test_a_log_names_rules_places_and_fixes(run: Callable[..., Any]) -> None:
    test = "def test_it():\n    stop = threading.Event()\n    while not stop.is_set():\n        step()\n"
    (run_,) = run(f"import threading\nimport time\n\n\n{test}        time.sleep(0.1)\n")["runs"]
    rules = run_["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in load().rules]
    (result,) = run_["results"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "test_it.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"]["snippet"]["text"].startswith("time.sleep(")
    assert place["region"]["startLine"] == 9
    assert result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert result["properties"]["role"] == "poll"
    assert run_["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]
    assert "automationDetails" not in run_


def test_a_category_only_when_asked(run: Callable[..., Any]) -> None:
    (run_,) = run(SLEEPS, "sarif", "--sarif-category", "unit")["runs"]
    assert run_["automationDetails"] == {"id": "unit/"}


def test_what_comments_silence_is_left_out_unless_asked_for(run: Callable[..., Any]) -> None:
    silent = "time.sleep(2)  # sleeplint: ignore[settle-sleep] the driver has no event\n"
    text = SLEEPS.partition("\n\n\ndef test_second")[0].replace("time.sleep(2)\n", silent) + "\n"
    assert run(text)["runs"][0]["results"] == []
    results = run(text, "sarif", "--show-suppressed")["runs"][0]["results"]
    justification = {"kind": "inSource", "justification": "the driver has no event"}
    assert [result["suppressions"] for result in results] == [[justification]]


def test_related_places_are_linked_from_the_message(run: Callable[..., Any]) -> None:
    (result, *_) = run(SLEEPS)["runs"][0]["results"]
    assert [related["id"] for related in result["relatedLocations"]] == [1]
    assert "](1)" in result["message"]["text"]


def test_a_file_that_cannot_be_read_is_a_notification(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    main(["check", "notes.txt", "--isolated", "--output-format", "sarif", "--output-file", "out"])
    (run_,) = json.loads((tmp_path / "out").read_text())["runs"]
    (notification,) = run_["invocations"][0]["toolExecutionNotifications"]
    assert notification["level"] == "warning"
    assert "notes.txt" in notification["message"]["text"]


def finding(number: int, severity: Severity, cost: int) -> Finding:
    place = Location(number + 1, 1, number + 1, 2)
    rule = load().rules[0]
    return Finding(
        rule.name, rule.code, severity, "a.py", Span(number, number + 1), f"It is number {number}.", cost_ms=cost,
        location=place, fingerprint=f"{number:032x}",
    )  # fmt: skip


def log_of(findings: list[Finding], problems: list[Problem]) -> Any:
    out = io.StringIO()
    reporter = create("sarif", out, View(load(), lambda path: None))
    report = Report("a.py", "python", tuple(findings))
    tally = Tally(problems=problems)
    tally.add(report)
    reporter.report(report)
    reporter.finish(tally)
    return json.loads(out.getvalue())["runs"][0]


def test_over_the_limit_the_worst_and_dearest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    severities = [Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.WARNING, Severity.WARNING]
    costs = [9000, 10, 0, 5000, 20]
    run_ = log_of([finding(n, *pair) for n, pair in enumerate(zip(severities, costs, strict=True))], [])
    assert [result["message"]["text"] for result in run_["results"]] == [f"It is number {n}." for n in (2, 3, 4)]
    (notification,) = run_["invocations"][0]["toolExecutionNotifications"]
    assert "2 results are left out" in notification["message"]["text"]


def test_a_log_too_large_for_code_scanning_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = log_of([finding(n, Severity.WARNING, n) for n in range(200)], [])
    size = len(gzip.compress(json.dumps(whole, separators=(",", ":")).encode(), 6))
    monkeypatch.setattr(sarif, "MOST_BYTES", size - 500)
    run_ = log_of([finding(n, Severity.WARNING, n) for n in range(200)], [])
    assert 0 < len(run_["results"]) < 200
    assert "left out" in run_["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_our_own_mistakes_are_not_a_successful_execution() -> None:
    run_ = log_of([], [Problem("a.py", "rule `x` failed: ValueError: y", internal=True)])
    assert run_["invocations"][0]["executionSuccessful"] is False
    assert run_["invocations"][0]["toolExecutionNotifications"][0]["level"] == "error"


def test_paths_are_the_repositorys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q", tmp_path / "repo"], check=True)
    inner = tmp_path / "repo" / "tests" / "a b#é"
    inner.mkdir(parents=True)
    (tmp_path / "link").symlink_to(inner)
    monkeypatch.chdir(inner)
    repository = Repository.here()
    assert repository.path("test_x.py") == "tests/a b#é/test_x.py"
    assert repository.uri("test_x.py") == "tests/a%20b%23%C3%A9/test_x.py"
    assert repository.uri(str(tmp_path / "link" / "test_x.py")) == "tests/a%20b%23%C3%A9/test_x.py"
    assert repository.uri(str(tmp_path / "out.py")).startswith("file:///")
    assert repository.provenance() is None


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:acme/thing.git", "https://github.com/acme/thing"),
        ("https://token:secret@github.com/acme/thing.git", "https://github.com/acme/thing"),
        ("ssh://git@example.org:2222/acme/thing", "https://example.org/acme/thing"),
        ("/srv/git/thing.git", None),
        ("file:///srv/git/thing", None),
    ],
)
def test_a_remote_is_told_without_its_secrets(remote: str, address: str | None) -> None:
    assert web_address(remote) == address


def test_gitlab(run: Callable[..., Any]) -> None:
    issues = run(SLEEPS, "gitlab")
    assert [issue["location"] for issue in issues] == [
        {"path": "test_it.py", "lines": {"begin": line, "end": line}} for line in (6, 12, 13)
    ]
    assert {issue["severity"] for issue in issues} <= {"major", "minor", "info"}
    assert len({issue["fingerprint"] for issue in issues}) == 3


def test_junit(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SLEEPS)
    main(["check", "test_it.py", "--isolated", "--output-format", "junit", "--output-file", "out"])
    root = ElementTree.parse(tmp_path / "out").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "3", "0")
    assert [case.get("line") for case in root.iter("testcase")] == ["6", "12", "13"]


def test_junit_of_nothing_is_one_passed_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    main(["check", ".", "--isolated", "--output-format", "junit", "--output-file", "out"])
    root = ElementTree.parse(tmp_path / "out").getroot()
    assert (root.get("tests"), root.get("failures")) == ("1", "0")


def test_junit_takes_no_character_that_xml_lacks() -> None:
    out = io.StringIO()
    reporter = create("junit", out, View(load(), lambda path: None))
    report = Report("a.py", "python", (replace(finding(0, Severity.ERROR, 1), message="a\x00b\x1b."),))
    reporter.report(report)
    reporter.finish(Tally())
    assert ElementTree.fromstring(out.getvalue().split("\n", 1)[1]).find(".//failure") is not None
