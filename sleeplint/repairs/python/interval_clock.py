"""An interval measured on the wall clock, which can be set: the monotonic clock cannot."""

from __future__ import annotations

import libcst as cst

from sleeplint.finding import Applicability
from sleeplint.regexes import regex
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.place import Place
from sleeplint.repairs.python.prospects import WALL_CLOCK

_REPLACED = ("time.time", "freeze_time", "time_machine", "freezegun")
_SETS_THE_CLOCK = regex(
    r"\b(?:time_machine|freez\w*|frozen\w*|travel\w*|\w*clock)\b|\.(?:shift|move_to|tick|advance\w*|set_time)\("
    r"|(?:^|[^\w.])time\.time\s*=(?!=)"
)
"""What moves the wall clock, and leaves the monotonic one alone."""


def repair(place: Place) -> Repair | None:
    """`time.time()` at both ends of an asserted interval becomes `time.monotonic()`."""
    if place.function is None or _is_clock_replaced(place):
        return None
    subtraction = _subtraction(place)
    if subtraction is None:
        return None
    ends = [_reading(place, side) for side in (subtraction.left, subtraction.right)]
    if any(end is None for end in ends):
        return None
    draft = Draft(place)
    monotonic = draft.name("time.monotonic")
    if monotonic is None:
        return None
    for end in ends:
        if end is not None:
            draft.replace(end.func, monotonic)
    return draft.repair("Measure the interval with `time.monotonic()`", Applicability.SAFE)


def _is_clock_replaced(place: Place) -> bool:
    """Whether the file speaks of `time.time` in a string (a patch), or freezes the clock."""
    if _SETS_THE_CLOCK.search(place.file.text(place.functions[-1])):
        return True
    strings = (string.value for string in place.file.every(cst.SimpleString))
    if any("time.time" in string or string.strip("'\"") == "time" for string in strings):
        return True
    return any(
        word in path for _, binding in place.names.imports() for path in (binding.path,) for word in _REPLACED[1:]
    )


def _subtraction(place: Place) -> cst.BinaryOperation | None:
    """The one difference of two readings that the assertion bounds, in it or in the name that it asks."""
    within = place.file.span(place.statement)
    found = [node for node in place.file.every(cst.BinaryOperation, within) if _is_difference(place, node)]
    if len(found) == 1:
        return found[0]
    for name in place.file.every(cst.Name, within):
        value = place.names.value(name.value, place.file.span(name))
        if isinstance(value, cst.BinaryOperation) and _is_difference(place, value):
            return value
    return None


def _is_difference(place: Place, node: cst.BinaryOperation) -> bool:
    return isinstance(node.operator, cst.Subtract) and all(
        _reading(place, side) is not None for side in (node.left, node.right)
    )


def _reading(place: Place, side: cst.BaseExpression) -> cst.Call | None:
    """The `time.time()` from which one end comes: itself, or by a local name that is used only there."""
    names, file = place.names, place.file
    if isinstance(side, cst.Call):
        return side if names.path(side.func) == WALL_CLOCK and not side.args else None
    if not isinstance(side, cst.Name):
        return None
    at = file.span(side)
    found = names.bindings(side.value, at)
    value = names.value(side.value, at)
    if not isinstance(value, cst.Call) or value.args or names.path(value.func) != WALL_CLOCK:
        return None
    scope = names.scope_of(found[0])
    uses = [u for u in names.uses(side.value) if u != found[0].span and found[0] in names.bindings(side.value, u)]
    return value if scope is place.function and uses == [at] else None
