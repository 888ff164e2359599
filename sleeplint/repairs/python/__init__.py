"""Repairs of Python waits: each recipe a module, tried in order, the first that holds is offered."""

from __future__ import annotations

from collections.abc import Sequence

from sleeplint.facts import TestFile
from sleeplint.finding import Finding, Fix
from sleeplint.source import Source

# What these see has no recipe: they speak of a unit, of the linter's own comments, or of many waits at once.
_BEYOND_REPAIR = frozenset(
    {
        "burned-timeout",
        "duration-unit",
        "frozen-clock-async-sleep",
        "nested-timeout",
        "repeated-timeout",
        "sleep-ordering",
        "suite-sleep-budget",
        "syntax-error",
        "test-sleep-budget",
        "unknown-rule",
        "unused-suppression",
    }
)


def offer(source: Source, file: TestFile, findings: Sequence[Finding]) -> tuple[Fix | None, ...]:
    """For each finding the one repair that holds there; None where nothing honest can be offered."""
    if not any(_is_repairable(finding) for finding in findings):
        return (None,) * len(findings)  # libcst is slow to import and to parse
    from sleeplint.repairs.python.draft import kept_apart
    from sleeplint.repairs.python.names import Names
    from sleeplint.repairs.python.parsed import parse
    from sleeplint.repairs.python.place import placed
    from sleeplint.repairs.python.recipes import repair

    parsed = parse(source)
    if parsed is None:
        return (None,) * len(findings)
    names = Names(parsed)
    places = [placed(parsed, names, file, f) if _is_repairable(f) else None for f in findings]
    return kept_apart(places, [repair(place) if place is not None else None for place in places])


def _is_repairable(finding: Finding) -> bool:
    return len(finding.covers) == 1 and finding.rule not in _BEYOND_REPAIR
