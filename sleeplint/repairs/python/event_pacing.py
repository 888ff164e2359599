"""A loop that runs until an event is set, paced by a sleep: waiting on the event ends it at once."""

from __future__ import annotations

import libcst as cst

from sleeplint.finding import Applicability
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.place import Place, statements_of


def repair(place: Place) -> Repair | None:
    """`time.sleep(x)` at the end of `while not event.is_set():` becomes `event.wait(x)`."""
    loop = place.loop
    if not isinstance(loop, cst.While) or not sleeps_by_the_clock(place):
        return None
    event = event_of(place, loop.test)
    statements = statements_of(loop)
    if event is None or not statements or statements[-1] is not place.statement or place.call is None:
        return None
    draft = Draft(place)
    draft.replace(place.call.func, f"{place.file.text(event)}.wait")
    return draft.repair("Wait on the event, which ends the pause when it is set", Applicability.SAFE)


def sleeps_by_the_clock(place: Place) -> bool:
    """Whether the statement is `time.sleep(x)` and nothing else."""
    arguments = place.arguments
    return (
        place.wait.api == "time.sleep"
        and place.stands_alone
        and len(arguments) == 1
        and arguments[0].keyword is None
        and not arguments[0].star
    )


def event_of(place: Place, condition: cst.BaseExpression) -> cst.BaseExpression | None:
    """The `threading.Event` that a loop's condition needs to be unset."""
    if isinstance(condition, cst.BooleanOperation) and isinstance(condition.operator, cst.And):
        return event_of(place, condition.left) or event_of(place, condition.right)
    if isinstance(condition, cst.UnaryOperation) and isinstance(condition.operator, cst.Not):
        asked = condition.expression
        if (
            isinstance(asked, cst.Call)
            and not asked.args
            and isinstance(asked.func, cst.Attribute)
            and asked.func.attr.value in ("is_set", "isSet")
            and place.names.is_instance(asked.func.value, "threading.Event")
        ):
            return asked.func.value
    return None
