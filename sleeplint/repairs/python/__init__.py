"""Repairs of Python waits: each recipe a module, tried in order, the first that holds is offered."""

from __future__ import annotations

from collections.abc import Sequence

from sleeplint.facts import TestFile
from sleeplint.finding import Finding, Fix
from sleeplint.source import Source


def offer(source: Source, file: TestFile, findings: Sequence[Finding]) -> tuple[Fix | None, ...]:
    """For each finding the one repair that holds there; None where nothing honest can be offered."""
    from sleeplint.repairs.python.prospects import prospects

    recipes = [prospects(finding, file, source.code) for finding in findings]
    if not any(recipes):
        return (None,) * len(findings)  # libcst is slow to import and to parse
    from sleeplint.repairs.python.recipes import tried

    return tried(recipes, source, file, findings)
