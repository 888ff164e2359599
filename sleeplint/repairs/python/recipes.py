"""The recipes in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

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
from sleeplint.repairs.python.draft import Repair
from sleeplint.repairs.python.place import Place

Recipe = Callable[[Place], Repair | None]

_CLOCK: tuple[Recipe, ...] = (interval_clock.repair,)
_BLOCKING: tuple[Recipe, ...] = (async_sleep.repair,)
_SLEEP: tuple[Recipe, ...] = (
    event_poll.repair,
    event_pacing.repair,
    poll_deadline.repair,
    parked_task.repair,
    race_arm.repair,
    async_hold.repair,
    covered_settle.repair,
)


def repair(place: Place) -> Repair | None:
    """The first recipe that holds at a place; where none does, code to show."""
    wait = place.wait
    if wait.kind == "clock-assert":
        recipes = _CLOCK
    elif wait.kind != "sleep" or not wait.in_test or not place.is_real or wait.wrapper is not None:
        recipes = ()
    elif place.finding.rule == "blocking-sleep":
        recipes = _BLOCKING
    else:
        recipes = _SLEEP
    if _is_asserted_text(place):
        return None
    for recipe in recipes:
        found = recipe(place)
        if found is not None:
            return found
    return sketches.repair(place)


def _is_asserted_text(place: Place) -> bool:
    """Whether a string of this file quotes the wait: then its text is somebody's data."""
    if place.call is None:
        return False
    written = place.file.text(place.call)
    return any(written in string.value for string in place.file.every(cst.SimpleString))
