"""What a whole run comes to: counts, costs, and what went wrong."""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest

from sleeplint.engine import Report
from sleeplint.facts import Milliseconds
from sleeplint.finding import Applicability, Finding, Problem, Severity, TestCost
from sleeplint.records import dataclass, field


@dataclass(slots=True)
class Tally:
    """Adds reports up."""

    files: int = 0
    """Those that were asked for; of most there is nothing to add."""
    waits: int = 0
    """In test code."""
    cost_ms: Milliseconds = 0
    """What test code is known to pay for its waits."""
    findings: int = 0
    silenced: int = 0
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Findings by code and name."""
    severities: Counter[Severity] = field(default_factory=Counter)
    fixable: Counter[Applicability] = field(default_factory=Counter)
    """Findings whose fix can be applied, by how sure it is."""
    costs: list[TestCost] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    exit_code: int = 0
    """With which the run ends; known when the reporters finish."""

    def add(self, report: Report) -> None:
        """Count what is said about one file."""
        self.add_findings(report.findings)
        self.silenced += len(report.silenced)
        self.costs.extend(report.costs)
        self.problems.extend(report.problems)
        waits, cost_ms = report.totals
        self.waits += waits
        self.cost_ms += cost_ms

    def add_findings(self, findings: tuple[Finding, ...]) -> None:
        """Count findings that belong to the run rather than to a file."""
        self.findings += len(findings)
        for finding in findings:
            self.rules[finding.code, finding.rule] += 1
            self.severities[finding.severity] += 1
            if finding.fix is not None and finding.fix.applicability is not Applicability.DISPLAY_ONLY:
                self.fixable[finding.fix.applicability] += 1

    def most_expensive(self, number: int) -> list[TestCost]:
        """The tests that pay most, the worst first."""
        return nsmallest(number, self.costs, key=lambda cost: (-cost.cost_ms, cost.path, cost.location, cost.test))

    def worst(self) -> int:
        """The rank of the worst severity found; 0 if nothing was."""
        return max((severity.rank for severity in self.severities), default=0)
