"""How what was just started can say that it is up, in the words of what started it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from sleeplint.repairs.python.place import Place
from sleeplint.repairs.python.primitives import Primitives, primitives_of, process_primitives

_NEARBY = 6
"""How many statements back the start may stand."""
_CLASSES = {
    "threading.Thread": "thread",
    "multiprocessing.Process": "process",
    "multiprocessing.context.Process": "process",
}
_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "gevent.spawn"})
_EVENT_NAMES = ("ready", "is_up", "up")


def startup(place: Place) -> tuple[str, ...] | None:
    """A title, and the lines of code; None if the start is of no kind that we know."""
    words = primitives_of(place)
    name = next((n for n in _EVENT_NAMES if place.names.is_fresh(n, place.file.span(place.statement))), None)
    if words is None or name is None:
        return None
    for call in _calls_before(place):
        found = _by_call(place, call, words, name)
        if found is not None:
            return found
    return None


def _calls_before(place: Place) -> Iterator[cst.Call]:
    """The calls of the statements right before it, the last first."""
    for statement in reversed(place.before[-_NEARBY:]):
        span = place.file.span(statement)
        calls = sorted(place.file.every(cst.Call, span), key=lambda call: place.file.span(call).start)
        if calls and not isinstance(statement, cst.While | cst.For):  # many of them would share one event
            yield from (call for call in calls if not _is_one_of_many(place, call))


def _is_one_of_many(place: Place, call: cst.Call) -> bool:
    """Whether a call stands in a comprehension."""
    within = place.file.chain(place.file.span(call))
    return any(isinstance(node, cst.BaseComp) for node in within)


def _by_call(place: Place, call: cst.Call, words: Primitives, name: str) -> tuple[str, ...] | None:
    file, names = place.file, place.names
    path = names.path(call.func)
    if path == "subprocess.Popen":
        return _child(place, call)
    if path in _TASKS and call.args:
        started = call.args[0].value
        if isinstance(started, cst.Lambda):
            started = started.body
        worker = file.text(started.func if isinstance(started, cst.Call) else started)
        return _by_event(file.text(call), worker, words, name)
    if not isinstance(call.func, cst.Attribute):
        return None
    if call.func.attr.value == "start_soon" and call.args:
        return _by_status(place, call)
    if call.func.attr.value == "start" and isinstance(call.func.value, cst.Name):
        made = names.value(call.func.value.value, file.span(call))
        kind = _CLASSES.get(names.path(made.func) or "") if isinstance(made, cst.Call) else None
        target = _keyword(made, "target") if isinstance(made, cst.Call) else None
        if kind is None or target is None:
            return None
        known = process_primitives() if kind == "process" else words
        return _by_event(file.text(call), file.text(target), known, name)
    return None


def _by_event(start: str, worker: str, words: Primitives, name: str) -> tuple[str, ...] | None:
    if not start.isprintable() or not worker.isprintable():
        return None
    return (
        "Let it say that it is up",
        f"{name} = {words.event}  # `{worker}` sets it once it is up",
        start,
        words.wait.format(name=name),
    )


def _by_status(place: Place, call: cst.Call) -> tuple[str, ...] | None:
    assert isinstance(call.func, cst.Attribute)
    group = place.file.text(call.func.value)
    worker = place.file.text(call.args[0].value)
    arguments = ", ".join(place.file.text(argument) for argument in call.args)
    if not arguments.isprintable() or place.wait.api.split(".")[0] not in ("trio", "anyio"):
        return None
    return (
        "Start it with `start`, which returns when it is up",
        f"await {group}.start({arguments})  # `{worker}` calls `task_status.started()` once it is up",
    )


def _child(place: Place, call: cst.Call) -> tuple[str, ...] | None:
    """The line with which a child process says that it is ready."""
    chain = place.file.chain(place.file.span(call))
    assignment = next((node for node in reversed(chain) if isinstance(node, cst.Assign)), None)
    if assignment is None or assignment.value is not call:
        return None
    process = place.file.text(assignment.targets[0].target)
    lines = [f"line = {process}.stdout.readline()  # the line with which it says that it is ready", "assert line"]
    if _keyword(call, "stdout") is None:
        lines[0] += "; needs stdout=subprocess.PIPE"
    return ("Read the line with which it says that it is ready", *lines)


def _keyword(call: cst.Call, name: str) -> cst.BaseExpression | None:
    return next((a.value for a in call.args if a.keyword is not None and a.keyword.value == name), None)
