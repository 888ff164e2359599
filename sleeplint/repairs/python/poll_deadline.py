"""A poll that nothing ends: a deadline lets it fail and say what never came."""

from __future__ import annotations

import libcst as cst

from sleeplint.finding import Applicability
from sleeplint.repairs.python.assertions import asserted_less, patience
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.place import Place, Statement, statements_of

_CLOCKS = {"trio.sleep": "trio.current_time", "anyio.sleep": "anyio.current_time"}
_NAMES = ("deadline", "give_up_at", "poll_deadline")
_LONGEST_CONDITION = 60


def repair(place: Place) -> Repair | None:
    """A loop of a condition and a sleep gets a deadline and an assertion that it is not over."""
    loop = place.loop
    if place.function is None or not place.stands_alone or not isinstance(loop, cst.While):
        return None
    bound = patience(place)
    reason = _reason(place, loop, bound)
    name = free_deadline(place)
    if reason is None or name is None:
        return None
    draft = Draft(place)
    now = draft.name(_CLOCKS.get(place.wait.api, "time.monotonic"))
    if now is None:
        return None
    check = asserted_less(place, f"{now}()", name, reason)
    if draft.insert_before(loop, [f"{name} = {now}() + {bound}"]) and draft.insert_before(place.statement, [check]):
        return draft.repair("Give the poll a deadline that fails the test", Applicability.UNSAFE)
    return None


def free_deadline(place: Place) -> str | None:
    """A name for a deadline that nothing in or around the function knows."""
    return next((name for name in _NAMES if place.names.is_fresh(name, place.file.span(place.statement))), None)


def _reason(place: Place, loop: cst.While, bound: str) -> str | None:
    """What to say when the loop does not end; None if its body is more than the condition and the sleep."""
    body = [statement for statement in statements_of(loop) if statement is not place.statement]
    if not _is_always(loop.test):
        return None if body or loop.orelse is not None else _said(place, loop.test, True, bound)
    if len(body) == 1 and isinstance(body[0], cst.If) and body[0].orelse is None and _leaves(body[0]):
        return _said(place, body[0].test, False, bound)
    return None


def _said(place: Place, condition: cst.BaseExpression, holds: bool, bound: str) -> str:
    if isinstance(condition, cst.UnaryOperation) and isinstance(condition.operator, cst.Not):
        condition, holds = condition.expression, not holds
    written = place.file.text(condition)
    if len(written) > _LONGEST_CONDITION or not written.isprintable():
        return f"gave up after {bound} s"
    return f"still `{written}` after {bound} s" if holds else f"`{written}` did not come in {bound} s"


def _is_always(condition: cst.BaseExpression) -> bool:
    return (isinstance(condition, cst.Name) and condition.value == "True") or (
        isinstance(condition, cst.Integer) and condition.value == "1"
    )


def _leaves(branch: cst.If) -> bool:
    """Whether a branch only leaves the loop."""
    if isinstance(branch.body, cst.SimpleStatementSuite):
        statements: list[cst.BaseSmallStatement] = list(branch.body.body)
    else:
        inner: list[Statement] = list(statements_of(branch))
        if len(inner) != 1 or not isinstance(inner[0], cst.SimpleStatementLine):
            return False
        statements = list(inner[0].body)
    return len(statements) == 1 and isinstance(statements[0], cst.Break | cst.Return)
