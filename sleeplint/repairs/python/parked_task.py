"""A task group's child that is a bare sleep: the library has a word for a child that only stays."""

from __future__ import annotations

from sleeplint.finding import Applicability
from sleeplint.repairs.python.cancellation import group_is_cancelled
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.place import Place, number
from sleeplint.text import Span


def repair(place: Place) -> Repair | None:
    """`start_soon(anyio.sleep, N)` becomes `start_soon(anyio.sleep_forever)`."""
    arguments = place.arguments
    if (
        place.call is None
        or len(arguments) < 2
        or any(argument.star for argument in arguments)
        or place.names.path(arguments[0].value) != place.wait.api
        or arguments[1].keyword is not None
    ):
        return None
    seconds = number(arguments[1].value)
    if seconds is None or seconds < 1 or not group_is_cancelled(place.file, place.names, place.call):
        return None
    draft = Draft(place)
    forever = draft.name(f"{place.wait.api}_forever")
    if forever is None:
        return None
    start, end = place.file.span(arguments[0].value).start, place.file.span(arguments[1].value).end
    draft.replace(Span(start, end), forever)
    return draft.repair(f"Say `{forever}`: the scope is cancelled", Applicability.SAFE)
