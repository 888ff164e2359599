"""A loop that does nothing but look whether an event is set: the event can be waited for, with a bound."""

from __future__ import annotations

import libcst as cst

from sleeplint.finding import Applicability
from sleeplint.repairs.python.assertions import asserted, patience
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.event_pacing import event_of, sleeps_by_the_clock
from sleeplint.repairs.python.place import Place, statements_of


def repair(place: Place) -> Repair | None:
    """`while not event.is_set(): time.sleep(x)` becomes `assert event.wait(timeout=..)`."""
    loop = place.loop
    if (
        place.function is None
        or not isinstance(loop, cst.While)
        or loop.orelse is not None
        or isinstance(loop.test, cst.BooleanOperation)
        or not sleeps_by_the_clock(place)
        or len(statements_of(loop)) != 1
        or statements_of(loop)[0] is not place.statement
        or place.file.has_comment(place.file.span(loop))
    ):
        return None
    event = event_of(place, loop.test)
    if event is None:
        return None
    draft = Draft(place)
    waited = f"{place.file.text(event)}.wait(timeout={patience(place)})"
    draft.replace(loop, asserted(place, waited))
    return draft.repair("Wait for the event, and fail when it does not come", Applicability.UNSAFE)
