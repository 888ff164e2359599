"""A coroutine that only stays until it is cancelled: it can say so instead of sleeping for a guessed time."""

from __future__ import annotations

import libcst as cst

from sleeplint.finding import Applicability
from sleeplint.repairs.python.cancellation import (
    group_is_cancelled,
    is_failure,
    is_limited,
    task_is_cancelled,
)
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.place import Place, number
from sleeplint.repairs.python.prospects import MIN_STAY_SECS

_SPAWNERS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


def repair(place: Place) -> Repair | None:
    """`await asyncio.sleep(N)` that something surely cancels becomes a wait for ever."""
    arguments = place.arguments
    seconds = number(arguments[0].value) if len(arguments) == 1 and not arguments[0].star else None
    if place.call is None or seconds is None or seconds < MIN_STAY_SECS:
        return None
    level = _level(place, seconds)
    if level is None:
        return None
    draft = Draft(place)
    api = place.wait.api
    path, form = ("asyncio.Event", "{}().wait()") if api == "asyncio.sleep" else (f"{api}_forever", "{}()")
    name = draft.name(path)
    if name is None:
        return None
    park = form.format(name)
    draft.replace(place.call, park)
    return draft.repair(f"Wait for ever (`{park}`): it is cancelled", level)


def _level(place: Place, seconds: float) -> Applicability | None:
    """How sure it is that something cancels the place; None if nothing shows it."""
    file, names = place.file, place.names
    if not place.stands_alone:
        if _gives_up(place, seconds):
            return Applicability.SAFE
        return _task_level(place, place.call) if place.call is not None else None
    if place.loop is not None or next(place.within(cst.Await), None) is None:
        return None
    if is_limited(file, names, place.around, seconds) and _nothing_follows_in_block(place):
        return Applicability.SAFE
    if place.function is None or place.function.asynchronous is None or not _nothing_follows(place):
        return None
    spawn = _only_use(place, place.function)
    if spawn is None:
        return None
    call, takes_function = spawn
    if takes_function and group_is_cancelled(file, names, call):
        return Applicability.SAFE
    return None if takes_function else _task_level(place, call)


def _gives_up(place: Place, seconds: float) -> bool:
    """Whether it is what `asyncio.wait_for` gives up on, before it would end by itself."""
    for call in place.within(cst.Call):
        if call is not place.call:
            limit = number(call.args[1].value) if len(call.args) == 2 and not call.args[1].star else None
            given_up = place.names.path(call.func) == "asyncio.wait_for" and call.args[0].value is place.call
            return given_up and limit is not None and limit < seconds
    return False


def _task_level(place: Place, coroutine: cst.Call) -> Applicability | None:
    """A task made of `coroutine` that the same function cancels: a limit on the test makes a mistake cheap."""
    chain = place.file.chain(place.file.span(coroutine))
    spawn = next((node for node in reversed(chain) if isinstance(node, cst.Call) and node is not coroutine), None)
    if spawn is None or len(spawn.args) != 1 or spawn.args[0].value is not coroutine:
        return None
    if place.names.path(spawn.func) not in _SPAWNERS or not task_is_cancelled(place.file, place.names, spawn):
        return None
    return Applicability.UNSAFE if place.limit_ms is not None else Applicability.DISPLAY_ONLY


def _only_use(place: Place, function: cst.FunctionDef) -> tuple[cst.Call, bool] | None:
    """The one call that makes a coroutine of `function`, or the one that takes it as a value (True)."""
    file, names = place.file, place.names
    name = function.name.value
    if any(isinstance(scope, cst.ClassDef) for scope in file.scopes_at(file.span(function))[:1]) or function.decorators:
        return None
    found = names.bindings(name, file.span(function))
    uses = [use for use in names.uses(name) if use != file.span(function.name)]
    if len(found) != 1 or found[0].node is not function or len(uses) != 1:
        return None
    chain = file.chain(uses[0])
    call = next((node for node in reversed(chain) if isinstance(node, cst.Call)), None)
    if call is None:
        return None
    if file.span(call.func) == uses[0]:
        return call, False
    first = call.args[0].value if call.args else None
    return (call, True) if first is not None and file.span(first) == uses[0] else None


def _nothing_follows_in_block(place: Place) -> bool:
    return all(is_failure(place.file, place.names, statement) for statement in place.after)


def _nothing_follows(place: Place) -> bool:
    """Whether nothing comes after it in its function but what says that it must not be reached."""
    inner: cst.CSTNode = place.statement
    for outer in reversed(place.around):
        if isinstance(outer, cst.FunctionDef):
            return True
        if isinstance(outer, cst.While | cst.For):
            return False
        if isinstance(outer, cst.Try) and (inner is not outer.body or outer.orelse is not None):
            return False
        if isinstance(outer, cst.IndentedBlock):
            statements = list(outer.body)
            position = next(n for n, statement in enumerate(statements) if statement is inner)
            if not all(is_failure(place.file, place.names, s) for s in statements[position + 1 :]):
                return False
        inner = outer
    return False
