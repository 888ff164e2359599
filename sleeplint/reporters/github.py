"""Annotations for GitHub Actions: workflow commands that the runner shows beside the changed lines."""

from __future__ import annotations

from typing import TextIO

from sleeplint.engine import Report
from sleeplint.finding import Finding, Severity
from sleeplint.reporters import View
from sleeplint.reporters.excerpt import plain
from sleeplint.reporters.tally import Tally

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


class Reporter:
    """Writes a command for each finding as it comes, and for what could not be judged at the end."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`."""
        self._out = out

    def report(self, report: Report) -> None:
        """Write the findings."""
        self._out.writelines(_command(finding) for finding in report.findings)

    def finish(self, tally: Tally) -> None:
        """Write the problems."""
        for problem in tally.problems:
            command = "error" if problem.internal else "notice"
            self._out.write(f"::{command} file={_property(problem.path)},title=sleeplint::{_data(problem.message)}\n")


def _command(finding: Finding) -> str:
    place = finding.location
    properties = {"file": _property(finding.path), "line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:  # GitHub refuses columns on more than one line
        properties |= {"col": place.column, "endColumn": place.end_column}
    properties["title"] = _property(f"{finding.rule} ({finding.code})")
    words = ",".join(f"{key}={value}" for key, value in properties.items())
    text = f"{finding.message}\n{finding.advice}" if finding.advice else finding.message
    return f"::{_COMMANDS[finding.severity]} {words}::{_data(text)}\n"


def _data(text: str) -> str:
    """As the runner's toolkit escapes a command's message."""
    return plain(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    """As the runner's toolkit escapes a command's property."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
