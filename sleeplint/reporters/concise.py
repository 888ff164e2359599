"""One line for each finding: `path:line:column: CODE name message`."""

from __future__ import annotations

from typing import TextIO

from sleeplint.engine import Report
from sleeplint.reporters import View
from sleeplint.reporters.excerpt import plain
from sleeplint.reporters.tally import Tally


class Reporter:
    """Writes each finding as it comes."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`."""
        self._out = out
        self._view = view

    def report(self, report: Report) -> None:
        """Write a line for each finding."""
        findings = report.findings
        if self._view.show_suppressed:
            findings = tuple(sorted((*findings, *report.silenced), key=lambda finding: (finding.span, finding.code)))
        for finding in findings:
            where = f"{plain(finding.path)}:{finding.location.line}:{finding.location.column}"
            mark = " (suppressed)" if finding.suppressed_by is not None else ""
            self._out.write(f"{where}: {finding.code} {finding.rule} {plain(finding.message)}{mark}\n")

    def finish(self, tally: Tally) -> None:
        """Nothing follows the findings."""
