"""Rust's repairs: which recipe holds for a finding, in the tree of this very file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sleeplint.facts import TestFile, Wait
from sleeplint.finding import Finding, Fix
from sleeplint.languages.rust.parsing import GivenUp
from sleeplint.repairs.rust import (
    awaited,
    blocking,
    condition,
    durations,
    effectless,
    fetched,
    holds,
    joined,
    orphans,
    park,
    paused,
    polls,
    readiness,
    received,
    shapes,
    startup,
)
from sleeplint.repairs.rust.ground import Ground
from sleeplint.repairs.rust.place import place
from sleeplint.repairs.rust.recipe import Recipe
from sleeplint.source import Source

__all__ = ["offer"]

_HOLD = (*effectless.RECIPES, *park.RECIPES, *joined.RECIPES, *holds.RECIPES)
# A reader tells startup from settling by names; the recipes look at the structure.
_BETWEEN = (
    *startup.RECIPES,
    *received.RECIPES,
    *awaited.RECIPES,
    *condition.RECIPES,
    *readiness.RECIPES,
    *fetched.RECIPES,
)
_BY_ROLE: Mapping[str, tuple[Recipe, ...]] = {
    "hold": _HOLD,
    "startup": _BETWEEN,
    "settle": _BETWEEN,
    "absence": shapes.FENCE,
    "expiry": paused.RECIPES,
    "workload": shapes.GATE,
    "pacing": shapes.GATE,
}
_BY_RULE: Mapping[str, tuple[Recipe, ...]] = {
    "connection-hold": _HOLD,
    "endless-sleep": (*effectless.RECIPES, *park.RECIPES, *joined.RECIPES),
    "startup-sleep": _BETWEEN,
    "settle-sleep": _BETWEEN,
    "absence-sleep": shapes.FENCE,
    "expiry-sleep": paused.RECIPES,
    "workload-sleep": shapes.GATE,
    "pacing-sleep": shapes.GATE,
    "sleep-ordering": shapes.GATE,
    "poll-without-deadline": polls.RECIPES,
    "blocking-sleep": blocking.RECIPES,
    "timeout-too-short": durations.TIGHT,
    "repeated-timeout": durations.CONSTANT,
    "elapsed-upper-bound": shapes.MEASURED,
    "burned-timeout": shapes.FENCE,
}


def offer(source: Source, file: TestFile, findings: Sequence[Finding]) -> tuple[Fix | None, ...]:
    """For each finding the first recipe that holds; all None if the file cannot be parsed within bounds."""
    waits = {wait.span: wait for wait in file.waits}
    if not any((wait := waits.get(finding.span)) and _recipes(finding, wait) for finding in findings):
        return (None,) * len(findings)
    try:
        ground = Ground(source, file)
        fixes = [_offer(ground, finding, waits.get(finding.span)) for finding in findings]
        return orphans.orphaned_together(ground, fixes)
    except GivenUp:
        return (None,) * len(findings)


def _offer(ground: Ground, finding: Finding, wait: Wait | None) -> Fix | None:
    if wait is None or wait.virtual_time:
        return None
    here = place(ground, finding, wait)
    if here is None:
        return None
    for recipe in _recipes(finding, wait):
        fix = recipe(here)
        if fix is not None:
            return fix if _speaks_of_what_is_there(ground, wait, fix) else None
    return None


def _speaks_of_what_is_there(ground: Ground, wait: Wait, fix: Fix) -> bool:
    """Whether a repair names tokio only where the file or the wait does."""
    if wait.api.startswith("tokio") or not re.search(r"\btokio\b", fix.sketch or ""):
        return True
    return re.search(rb"\btokio\b", ground.bare) is not None


def _recipes(finding: Finding, wait: Wait) -> tuple[Recipe, ...]:
    if finding.rule == "sleep-over-budget":
        return _BY_ROLE.get(wait.role, ()) if wait.role_confidence == "high" else ()
    return _BY_RULE.get(finding.rule, ())
