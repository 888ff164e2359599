"""One JSON document for the whole run."""

from __future__ import annotations

import json
from typing import TextIO

from sleeplint.engine import Report
from sleeplint.finding import Finding
from sleeplint.reporters import View
from sleeplint.reporters.objects import document
from sleeplint.reporters.tally import Tally


class Reporter:
    """Gathers all findings and writes the document at the end."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`."""
        self._out = out
        self._findings: list[Finding] = []

    def report(self, report: Report) -> None:
        """Keep the findings."""
        self._findings.extend(report.findings)

    def finish(self, tally: Tally) -> None:
        """Write the document."""
        json.dump(document(self._findings, tally), self._out, indent=2, ensure_ascii=False)
        self._out.write("\n")
