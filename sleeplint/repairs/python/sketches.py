"""Repairs that only the author can make, as code with the names of the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import libcst as cst

from sleeplint.finding import Applicability, Fix
from sleeplint.regexes import regex
from sleeplint.repairs.python.assertions import asserted_less, is_assertion, is_unittest, patience
from sleeplint.repairs.python.conditions import missing_condition
from sleeplint.repairs.python.draft import PATIENCE_SECS, Repair
from sleeplint.repairs.python.place import Place
from sleeplint.repairs.python.poll_deadline import fails_the_test, free_deadline, tells_the_time
from sleeplint.repairs.python.primitives import primitives_of
from sleeplint.repairs.python.prospects import IDLE_LIBRARIES
from sleeplint.repairs.python.startup import startup

_LONGEST_LINE = 100
_GOES_OUT = regex(r"(?i)socket|connect|server|listen|\bport\b|process|thread|run_sync|open_file")
"""What speaks of others than the loop's own tasks, which may be under way while all of these wait."""


def shown(title: str, *lines: str) -> Repair:
    """A repair that is only shown."""
    return Repair(Fix(title, Applicability.DISPLAY_ONLY, sketch="\n".join(lines)))


def _startup(place: Place) -> Repair | None:
    found = startup(place)
    return shown(*found) if found is not None else None


def _settle(place: Place) -> Repair | None:
    words = primitives_of(place)
    if words is None or not place.stands_alone or not place.after:
        return None
    quiet = _quiet(place)
    if quiet is not None:
        return quiet
    condition = missing_condition(place, place.after[0])
    name = free_deadline(place)
    if condition is None or name is None:
        return None
    check = asserted_less(place, words.now, name, f"gave up after {PATIENCE_SECS} s")
    return shown(
        "Wait for what is asserted, and fail when it does not come",
        f"{name} = {words.now} + {PATIENCE_SECS}",
        f"while {condition}:",
        f"    {check}",
        f"    {words.nap}",
    )


def _quiet(place: Place) -> Repair | None:
    """Trio and anyio know when every task waits for something."""
    library = place.wait.api.split(".")[0]
    if library not in IDLE_LIBRARIES or (place.functions and _GOES_OUT.search(place.file.text(place.functions[-1]))):
        return None
    call = "trio.testing.wait_all_tasks_blocked" if library == "trio" else "anyio.wait_all_tasks_blocked"
    return shown(
        "Let every task run until it waits for something",
        f"await {call}()  # if all of it happens on this loop, without sockets, threads or processes",
    )


def _hold(place: Place) -> Repair | None:
    """An event that the test sets, in the function that stays."""
    words = primitives_of(place)
    function = place.function
    if words is None or not place.stands_alone:
        return None
    if place.wait.duration_ms is not None and place.wait.duration_ms >= 3_600_000:
        return shown("Say that it waits for ever", words.forever)
    name = next(
        (n for n in ("release", "let_go", "released") if place.names.is_fresh(n, place.file.span(place.statement))),
        None,
    )
    if function is None or name is None or len(place.functions) < 2:  # no test's event reaches it
        return None
    if place.loop is not None:  # it is over after a round
        return None
    where = function.name.value
    # What the test itself calls cannot wait for what the test does next.
    when = "once it has seen what it wants to see" if place.wait.task is not None else "which has to go on meanwhile"
    return shown(
        "Stay until the test lets go",
        f"{name} = {words.event}  # where both the test and `{where}` see it",
        f"{words.park.format(name=name)}  # in `{where}`, instead of the sleep",
        f"{name}.set()  # in the test, {when}",
    )


def _expiry(place: Place) -> Repair | None:
    """A clock that the test moves."""
    if place.wait.api == "trio.sleep" and place.test is not None and len(place.functions) == 1 and place.function:
        function = place.function
        names = [parameter.name.value for parameter in function.params.params]
        parameters = ", ".join([*names, "autojump_clock"])
        return shown(
            "Run the test on trio's own clock",
            f"async def {function.name.value}({parameters}):  # pytest-trio: the sleep takes no real time",
        )
    if place.wait.api != "time.sleep" or not place.stands_alone or not place.after:
        return None
    if not is_assertion(place, place.after[0]):
        return None  # what goes on in the background has a clock of its own
    following = place.file.text(place.after[0])
    seconds = place.file.text(place.arguments[0].value) if place.arguments else ""
    if not following.isprintable() or len(following) > _LONGEST_LINE:
        return None
    return shown(
        "Move the clock that it reads",
        f'with mock.patch("time.monotonic", return_value=time.monotonic() + {seconds}):  # or the clock that it reads',
        f"    {following}",
    )


def _deadline(place: Place) -> Repair | None:
    """A deadline in a poll that does more than look."""
    words = primitives_of(place)
    name = free_deadline(place)
    if words is None or name is None or not isinstance(place.loop, cst.While):
        return None
    if tells_the_time(place, place.loop) or not fails_the_test(place):
        return None
    condition, bound = place.file.text(place.loop.test), patience(place)
    if not condition.isprintable() or len(condition) > _LONGEST_LINE:
        return None
    return shown(
        "Give the poll a deadline that fails the test",
        f"{name} = {words.now} + {bound}",
        f"while {condition}:",
        f"    {asserted_less(place, words.now, name, f'gave up after {bound} s')}",
        "    ...",
    )


def _failing_end(place: Place) -> Repair | None:
    """`else` of a loop that was left by no `break`."""
    loop = place.loop
    if not isinstance(loop, cst.For) or loop.orelse is not None:
        return None
    breaks = next(place.file.every(cst.Break, place.file.span(loop)), None)
    if breaks is None:
        return None
    head = f"for {place.file.text(loop.target)} in {place.file.text(loop.iter)}:"
    if not head.isprintable() or len(head) > _LONGEST_LINE:
        return None
    return shown(
        "Fail when the tries run out",
        f"{'async ' if loop.asynchronous is not None else ''}{head}",
        "    ...",
        "else:",
        f'    {"self" if is_unittest(place) else "pytest"}.fail("the tries ran out")',
    )


def _guard(place: Place) -> Repair | None:
    """A bound that only a hang reaches, around the one thing that is measured."""
    function = place.function
    if function is None or function.asynchronous is None or place.block is None or not place.before:
        return None
    measured = place.before[-1]
    written = place.file.text(measured)
    if not isinstance(measured, cst.SimpleStatementLine) or not isinstance(measured.body[0], cst.Expr | cst.Assign):
        return None
    if next(place.file.every(cst.Await, place.file.span(measured)), None) is None or not written.isprintable():
        return None
    block = {
        "asyncio": f"async with asyncio.timeout({PATIENCE_SECS}):",
        "trio": f"with trio.fail_after({PATIENCE_SECS}):",
        "anyio": f"with anyio.fail_after({PATIENCE_SECS}):",
    }.get(place.runtime or "")
    if block is None or len(written) > _LONGEST_LINE:
        return None
    return shown("Bound it so that only a hang fails", block, f"    {written}")


SKETCHES: Mapping[str, Callable[[Place], Repair | None]] = {
    "absence": _quiet,
    "deadline": _deadline,
    "expiry": _expiry,
    "failing_end": _failing_end,
    "guard": _guard,
    "hold": _hold,
    "settle": _settle,
    "startup": _startup,
    "workload": _hold,
}
"""By the role of the wait, or by what they add."""
