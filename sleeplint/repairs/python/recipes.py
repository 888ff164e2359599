"""The recipes by name, and what comes of trying them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import libcst as cst

from sleeplint.facts import TestFile
from sleeplint.finding import Finding, Fix
from sleeplint.repairs.python import (
    async_hold,
    async_sleep,
    covered_settle,
    event_pacing,
    event_poll,
    interval_clock,
    parked_task,
    poll_deadline,
    race_arm,
    sketches,
)
from sleeplint.repairs.python.draft import Repair, kept_apart
from sleeplint.repairs.python.names import Names
from sleeplint.repairs.python.parsed import parse
from sleeplint.repairs.python.place import Place, placed
from sleeplint.source import Source

_RECIPES: Mapping[str, Callable[[Place], Repair | None]] = {
    "async_hold": async_hold.repair,
    "async_sleep": async_sleep.repair,
    "covered_settle": covered_settle.repair,
    "event_pacing": event_pacing.repair,
    "event_poll": event_poll.repair,
    "interval_clock": interval_clock.repair,
    "parked_task": parked_task.repair,
    "poll_deadline": poll_deadline.repair,
    "race_arm": race_arm.repair,
    **sketches.SKETCHES,
}
"""By the names that `prospects` gives them."""


def tried(
    recipes: Sequence[Sequence[str]], source: Source, file: TestFile, findings: Sequence[Finding]
) -> tuple[Fix | None, ...]:
    """For each finding what the first recipe makes that holds, of those that are named for it."""
    edits = any(name not in sketches.SKETCHES for hopes in recipes for name in hopes)
    hoped = [finding.covers[0] for finding, hopes in zip(findings, recipes, strict=True) if hopes]
    parsed = parse(source, () if edits else hoped)
    if parsed is None:
        return (None,) * len(findings)
    names = Names(parsed)
    places = [
        placed(parsed, names, file, finding) if hopes else None
        for finding, hopes in zip(findings, recipes, strict=True)
    ]
    repairs = [_repair(place, hopes) if place else None for place, hopes in zip(places, recipes, strict=True)]
    return kept_apart(places, repairs)


def _repair(place: Place, names: Iterable[str]) -> Repair | None:
    """The first of the recipes that holds at a place."""
    if _is_asserted_text(place):
        return None
    return next((found for name in names if (found := _RECIPES[name](place)) is not None), None)


def _is_asserted_text(place: Place) -> bool:
    """Whether a string of this file quotes the wait: then its text is somebody's data."""
    if place.call is None:
        return False
    written = place.file.text(place.call)
    return any(written in string.value for string in place.file.every(cst.SimpleString))
