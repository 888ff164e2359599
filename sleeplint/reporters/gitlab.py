"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/."""

from __future__ import annotations

import json
from typing import Any, TextIO

from sleeplint.engine import Report
from sleeplint.finding import Finding, Severity
from sleeplint.reporters import View
from sleeplint.reporters.repository import Repository
from sleeplint.reporters.tally import Tally

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


class Reporter:
    """Gathers the findings and writes one JSON array at the end."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`."""
        self._out = out
        self._repository = Repository.here()
        self._issues: list[dict[str, Any]] = []

    def report(self, report: Report) -> None:
        """Keep the findings."""
        self._issues += (self._issue(finding) for finding in report.findings)

    def finish(self, tally: Tally) -> None:
        """Write the array."""
        json.dump(self._issues, self._out, indent=2, ensure_ascii=False)
        self._out.write("\n")

    def _issue(self, finding: Finding) -> dict[str, Any]:
        return {
            "description": f"{finding.message} {finding.advice}" if finding.advice else finding.message,
            "check_name": finding.rule,
            "fingerprint": finding.fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": self._repository.path(finding.path),
                "lines": {"begin": finding.location.line, "end": finding.location.end_line},
            },
        }
