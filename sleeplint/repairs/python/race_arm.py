"""A sleep that races something in `asyncio.wait`: a timeout says what it is for, and fails."""

from __future__ import annotations

import re

import libcst as cst

from sleeplint.finding import Applicability
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.place import Place, sole_expression

_MAKERS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


def repair(place: Place) -> Repair | None:
    """`await asyncio.wait([x, create_task(asyncio.sleep(N))], return_when=FIRST_COMPLETED)` as `wait_for(x, N)`."""
    race = _race(place)
    if race is None or len(place.arguments) != 1 or place.arguments[0].star:
        return None
    other = _other_runner(place, race)
    if other is None or place.file.has_comment(place.file.span(race)):
        return None
    draft = Draft(place)
    wait_for = draft.name("asyncio.wait_for")
    if wait_for is None:
        return None
    seconds = place.file.text(place.arguments[0].value)
    draft.replace(race, f"{wait_for}({place.file.text(other)}, timeout={seconds})")
    return draft.repair("Bound it with `asyncio.wait_for`, which fails when time runs out", Applicability.UNSAFE)


def _race(place: Place) -> cst.Call | None:
    """The `asyncio.wait(.., return_when=FIRST_COMPLETED)` that is the whole statement, its result unused."""
    value = sole_expression(place.statement)
    call = value.expression if isinstance(value, cst.Await) else None
    if not isinstance(call, cst.Call) or place.names.path(call.func) != "asyncio.wait" or len(call.args) != 2:
        return None
    mode = call.args[1]
    if mode.keyword is None or mode.keyword.value != "return_when":
        return None
    first = place.names.path(mode.value) == "asyncio.FIRST_COMPLETED"
    return call if first or place.file.text(mode.value).strip("'\"") == "FIRST_COMPLETED" else None


def _other_runner(place: Place, race: cst.Call) -> cst.BaseExpression | None:
    """The one thing that the sleep races against."""
    runners = race.args[0].value
    if not isinstance(runners, cst.List | cst.Set | cst.Tuple) or len(runners.elements) != 2:
        return None
    one, two = (element.value for element in runners.elements)
    for clock, other in ((one, two), (two, one)):
        if _is_the_sleep(place, clock) and not _may_lose(place, other, race):
            return other
    return None


def _is_the_sleep(place: Place, runner: cst.BaseExpression) -> bool:
    if runner is place.call:
        return True
    return (
        isinstance(runner, cst.Call)
        and place.names.path(runner.func) in _MAKERS
        and len(runner.args) == 1
        and runner.args[0].value is place.call
    )


def _may_lose(place: Place, runner: cst.BaseExpression, race: cst.Call) -> bool:
    """Whether the test is prepared for the clock to win: it looks afterwards, or cancels the loser."""
    if not isinstance(runner, cst.Name | cst.Call):
        return True
    if isinstance(runner, cst.Call):
        return False
    end = place.file.span(race).end
    asked = re.compile(rb"\.(done|cancel|cancelled|exception)\(")
    later = [use for use in place.names.uses(runner.value) if use.start > end]
    return any(asked.match(place.file.code, use.end) for use in later)
