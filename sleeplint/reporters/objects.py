"""Findings and waits as the JSON objects that other programs rely on, field for field."""

from __future__ import annotations

from typing import Any

from sleeplint import __version__
from sleeplint.engine import Report
from sleeplint.facts import Milliseconds, Wait
from sleeplint.finding import Finding, Problem
from sleeplint.reporters.tally import Tally
from sleeplint.text import Location


def finding_object(finding: Finding) -> dict[str, Any]:
    """A finding as `check` writes it."""
    location = finding.location
    return {
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity.value,
        "path": finding.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
        "message": finding.message,
        "advice": finding.advice,
        "test": finding.test,
        "duration_ms": whole(finding.duration_ms),
        "cost_ms": whole(finding.cost_ms),
        "role": finding.role,
        "fingerprint": finding.fingerprint,
        "fix": _fix_object(finding),
        "related": [
            {
                "line": place.line,
                "column": place.column,
                "end_line": place.end_line,
                "end_column": place.end_column,
                "message": related.text,
            }
            for related, place in zip(finding.related, finding.related_locations, strict=True)
        ],
    }


def _fix_object(finding: Finding) -> dict[str, Any] | None:
    if finding.fix is None:
        return None
    return {
        "title": finding.fix.title,
        "applicability": finding.fix.applicability.value,
        "edits": [
            {
                "path": finding.path,
                "start": {"line": place.line, "column": place.column},
                "end": {"line": place.end_line, "column": place.end_column},
                "text": edit.text,
            }
            for edit, place in zip(finding.fix.edits, finding.fix_locations, strict=True)
        ],
    }


def document(findings: list[Finding], tally: Tally) -> dict[str, Any]:
    """The whole of a run, as `check --output-format json` writes it."""
    ordered = sorted(findings, key=lambda finding: (finding.path, finding.location, finding.code))
    return {
        "version": 1,
        "tool": {"name": "sleeplint", "version": __version__},
        "findings": [finding_object(finding) for finding in ordered],
        "errors": [_problem_object(problem) for problem in tally.problems],
        "summary": {
            "files": tally.files,
            "waits": tally.waits,
            "findings": tally.findings,
            "cost_ms": whole(tally.cost_ms),
        },
    }


def wait_objects(report: Report, everything: bool = False) -> list[dict[str, Any]]:
    """The waits of one file in order of position; production code's too if `everything`."""
    return [
        wait_object(report.path, wait, location)
        for wait, location in zip(report.waits, report.wait_locations, strict=True)
        if wait.in_test or everything
    ]


def wait_object(path: str, wait: Wait, location: Location) -> dict[str, Any]:
    """A wait as `waits` writes it."""
    return {
        "path": path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
        "language": wait.language,
        "kind": wait.kind,
        "api": wait.api,
        "duration_ms": whole(wait.duration_ms),
        "in_test": wait.in_test,
        "test": wait.test,
        "virtual_time": wait.virtual_time,
        "macro": wait.macro,
        "role": wait.role,
        "role_confidence": wait.role_confidence,
        "cost_ms": whole(wait.cost_ms),
    }


def whole(ms: Milliseconds | None) -> Milliseconds | None:
    """A duration that JSON can say: an int where it is whole; null if it is no finite number."""
    if isinstance(ms, float):
        if ms != ms or ms in (float("inf"), float("-inf")):
            return None
        return int(ms) if ms.is_integer() else ms
    return ms


def _problem_object(problem: Problem) -> dict[str, Any]:
    return {"path": problem.path, "message": problem.message}
