"""A page of Markdown for a job's summary or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from sleeplint.engine import Report
from sleeplint.finding import Finding
from sleeplint.regexes import regex
from sleeplint.reporters import View
from sleeplint.reporters.excerpt import plain
from sleeplint.reporters.summary import MOST_EXPENSIVE, by_rule, counted, inventory
from sleeplint.reporters.tally import Tally
from sleeplint.rule import seconds

MOST_FINDINGS = 500
"""A job's summary holds 1 MiB; the worst findings are listed and the others counted."""

_MEANINGFUL = regex(r"([\\`*_{}\[\]<>#|~&])")


class Reporter:
    """Gathers all findings and writes the page at the end."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`."""
        self._out = out
        self._findings: list[Finding] = []

    def report(self, report: Report) -> None:
        """Keep the findings."""
        self._findings.extend(report.findings)

    def finish(self, tally: Tally) -> None:
        """Write the page."""
        self._out.writelines(f"{line}\n" for line in self._page(tally))

    def _page(self, tally: Tally) -> Iterator[str]:
        yield f"## sleeplint: {counted(tally.findings, 'finding') if tally.findings else 'nothing to report'}"
        yield ""
        yield f"{inventory(tally)}."
        if tally.findings:
            yield from ("", "| rule | findings |", "|---|--:|")
            yield from (f"| `{name}` ({code}) | {count:,} |" for code, name, count in by_rule(tally))
            yield from self._list(tally)
        expensive = tally.most_expensive(MOST_EXPENSIVE)
        if expensive:
            yield from (
                "",
                "### The tests that pay most for their waits",
                "",
                "| a run | test | place |",
                "|--:|---|---|",
            )
            for cost in expensive:
                where = f"{cost.path}:{cost.location.line}"
                yield f"| {seconds(cost.cost_ms)} | {_code(cost.test)} | {_code(where)} |"
        if tally.problems:
            yield from ("", "### Not judged", "")
            yield from (f"- {_code(problem.path)}: {_text(problem.message)}" for problem in tally.problems)

    def _list(self, tally: Tally) -> Iterator[str]:
        ordered = sorted(self._findings, key=lambda f: (-f.severity.rank, f.path, f.location, f.code))
        yield from ("", "| | place | rule | |", "|---|---|---|---|")
        for finding in ordered[:MOST_FINDINGS]:
            where = _code(f"{finding.path}:{finding.location.line}")
            advice = f" {_text(finding.advice)}" if finding.advice else ""
            yield f"| {finding.severity.value} | {where} | `{finding.rule}` | {_text(finding.message)}{advice} |"
        if len(ordered) > MOST_FINDINGS:
            yield f"| | | | … and {len(ordered) - MOST_FINDINGS:,} more |"


def _text(words: str) -> str:
    """Words that mean themselves in Markdown; what stands in backquotes stays code."""
    pieces = re.split(r"`([^`]*)`", plain(" ".join(words.split())))
    return "".join(_code(piece) if i % 2 else _MEANINGFUL.sub(r"\\\1", piece) for i, piece in enumerate(pieces))


def _code(words: str) -> str:
    """Code in a table's cell."""
    shown = plain(words).replace("|", "\\|")
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"
