"""How many findings each rule has, and what they cost, instead of the findings."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from sleeplint.engine import Report
from sleeplint.facts import Milliseconds
from sleeplint.reporters import View
from sleeplint.reporters.summary import by_rule, inventory
from sleeplint.reporters.tally import Tally
from sleeplint.rule import seconds


class Reporter:
    """Counts, and writes the table at the end."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`."""
        self._out = out
        self._view = view
        self._files: Counter[str] = Counter()
        self._costs: dict[str, Milliseconds] = {}

    def report(self, report: Report) -> None:
        """Count a file's findings."""
        for rule in {finding.rule for finding in report.findings}:
            self._files[rule] += 1
        for finding in report.findings:
            self._costs[finding.rule] = self._costs.get(finding.rule, 0) + (finding.cost_ms or 0)

    def finish(self, tally: Tally) -> None:
        """Write a line for each rule, the most frequent first."""
        rows = [("findings", "files", "cost", "rule")] if tally.findings else []
        for code, name, count in by_rule(tally):
            paid = self._costs.get(name, 0)
            rows.append((f"{count:,}", f"{self._files[name]:,}", seconds(paid) if paid else "-", f"{name} ({code})"))
        for findings, files, cost, rule in rows:
            self._out.write(f"{findings:>8}  {files:>6}  {cost:>9}  {rule}\n")
        if not self._view.quiet:
            self._out.write("\n" * bool(rows) + inventory(tally) + ".\n")
