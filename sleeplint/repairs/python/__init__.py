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
    from sleeplint.repairs.python.draft import kept_apart
    from sleeplint.repairs.python.names import Names
    from sleeplint.repairs.python.parsed import parse
    from sleeplint.repairs.python.place import placed
    from sleeplint.repairs.python.recipes import repair
    from sleeplint.repairs.python.sketches import SKETCHES

    edits = any(name not in SKETCHES for hopes in recipes for name in hopes)
    hoped = [finding.covers[0] for finding, hopes in zip(findings, recipes, strict=True) if hopes]
    parsed = parse(source, () if edits else hoped)
    if parsed is None:
        return (None,) * len(findings)
    names = Names(parsed)
    places = [
        placed(parsed, names, file, finding) if hopes else None
        for finding, hopes in zip(findings, recipes, strict=True)
    ]
    repairs = [repair(place, hopes) if place else None for place, hopes in zip(places, recipes, strict=True)]
    return kept_apart(places, repairs)
