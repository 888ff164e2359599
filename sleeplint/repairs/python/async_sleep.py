"""A blocking sleep in async code: the runtime has its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from sleeplint.finding import Applicability
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.event_pacing import sleeps_by_the_clock
from sleeplint.repairs.python.place import Place

_HARMLESS = re.compile(
    r"(pytest\.(raises|warns|deprecated_call)|(unittest\.)?mock\.patch(\.\w+)?|contextlib\.suppress|tempfile\.\w+|open|"
    r"warnings\.catch_warnings|(self|cls)\.(assert\w+|subTest)|(anyio|trio)\.\w+)$"
)
"""Context managers whose body others may run in between."""
_MEANS_TO_BLOCK = re.compile(r"(?i)block|starv|stall|hog|freez|busy")
_RUNNERS = {"asyncio": "asyncio.run", "trio": "trio.run", "anyio": "anyio.run"}
_IDLE_CALLS = frozenset({"time.time", "time.monotonic", "time.perf_counter", "print", "len", "str", "int", "float"})


def repair(place: Place) -> Repair | None:
    """`time.sleep(x)` becomes `await asyncio.sleep(x)`."""
    function = place.function
    runtime = place.runtime
    if (
        place.call is None
        or function is None
        or function.asynchronous is None
        or runtime is None
        or not sleeps_by_the_clock(place)
        or next(place.within(cst.FunctionDef), None) is not function  # a lambda or class body stands between
    ):
        return None
    draft = Draft(place)
    sleep = draft.name(f"{runtime}.sleep")
    if sleep is None:
        return None
    draft.replace(place.call.func, f"await {sleep}")
    return draft.repair(f"Use the runtime's own sleep (`{sleep}`)", _level(place, function, runtime))


def _level(place: Place, function: cst.FunctionDef, runtime: str) -> Applicability:
    if _may_hold_a_lock(place, function) or _means_to_block(place):
        return Applicability.DISPLAY_ONLY
    return Applicability.SAFE if _runs_alone(place, function, runtime) else Applicability.UNSAFE


def _may_hold_a_lock(place: Place, function: cst.FunctionDef) -> bool:
    """Whether something may be held that another task waits for with the whole thread: then `await` deadlocks."""
    for block in place.within(cst.With):
        if block.asynchronous is None:
            for item in block.items:
                called = item.item.func if isinstance(item.item, cst.Call) else None
                path = (place.names.path(called) or place.file.text(called)) if called is not None else ""
                if not _HARMLESS.match(path):
                    return True
    return any(
        isinstance(call.func, cst.Attribute) and call.func.attr.value == "acquire"
        for call in place.file.every(cst.Call, place.file.span(function))
    )


def _means_to_block(place: Place) -> bool:
    """Whether names or comments around it say that the loop is to be blocked, or the loop's watchdog is at work."""
    if any(_MEANS_TO_BLOCK.search(function.name.value) for function in place.functions):
        return True
    outermost = place.functions[-1]
    written = place.file.text(outermost)
    if "slow_callback_duration" in written or "set_debug" in written:
        return True
    lines = place.file.source.lines
    line = lines.line(place.file.span(place.statement).start)
    near = [lines.line_text(line).partition("#")[2], lines.line_text(line - 1).partition("#")[2] if line > 1 else ""]
    return any(_MEANS_TO_BLOCK.search(comment) for comment in near)


def _runs_alone(place: Place, function: cst.FunctionDef, runtime: str) -> bool:
    """Whether its loop surely runs nothing else: the file only hands it to a fresh loop, and it started nothing."""
    file, names = place.file, place.names
    if function.params.params or function.decorators or place.loop is not None:
        return False
    found = names.bindings(function.name.value, file.span(function))
    uses = [use for use in names.uses(function.name.value) if use != file.span(function.name)]
    if len(found) != 1 or found[0].node is not function or not uses:
        return False
    runs = [call for call in file.every(cst.Call) if names.path(call.func) == _RUNNERS[runtime] and len(call.args) == 1]
    handed = []
    for call in runs:
        given = call.args[0].value
        handed.append(file.span(given.func if runtime == "asyncio" and isinstance(given, cst.Call) else given))
    if any(use not in handed for use in uses):
        return False
    return all(path in _IDLE_CALLS for path in _called_before(place, function))


def _called_before(place: Place, function: cst.FunctionDef) -> Iterator[str | None]:
    """What the function calls before the sleep."""
    start = place.file.span(place.statement).start
    for call in place.file.every(cst.Call, place.file.span(function)):
        if place.file.span(call).start < start:
            yield place.names.path(call.func) or place.file.text(call.func)
