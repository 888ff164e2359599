"""A pause right before a bounded wait for the same effect: the wait alone is enough."""

from __future__ import annotations

import libcst as cst

from sleeplint.facts import Wait
from sleeplint.finding import Applicability
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.place import Place, Statement, sole_expression, statements_of

_WAITS = frozenset(
    {
        "concurrent.futures.Future.result",
        "concurrent.futures.wait",
        "gevent.Greenlet.get",
        "gevent.Greenlet.join",
        "gevent.event.Event.wait",
        "gevent.joinall",
        "multiprocessing.Event.wait",
        "multiprocessing.Process.join",
        "multiprocessing.Queue.get",
        "multiprocessing.connection.Connection.poll",
        "multiprocessing.pool.AsyncResult.get",
        "multiprocessing.pool.AsyncResult.wait",
        "queue.Queue.get",
        "subprocess.Popen.wait",
        "threading.Event.wait",
        "threading.Thread.join",
    }
)
"""They do nothing but wait for what somebody else does."""
_LIMITED = frozenset({"asyncio.wait_for"})
_BLOCKS = frozenset({"asyncio.timeout", "anyio.fail_after", "trio.fail_after", "async_timeout.timeout"})
_ASSERTIONS = frozenset({"assertTrue", "assertEqual"})
_PASSIVE = frozenset({"wait", "get", "join", "receive"})


def repair(place: Place) -> Repair | None:
    """The sleep goes; what follows waits at least as long."""
    wait = place.wait
    if not place.stands_alone or not place.after or place.loop is not None or wait.duration_ms is None:
        return None
    bound = _bounded_wait(place, place.after[0])
    if bound is None or bound.duration_ms is None or bound.duration_ms < wait.duration_ms:
        return None
    draft = Draft(place)
    if not draft.delete(place.statement):
        return None
    return draft.repair("Drop the sleep: the next line waits for the same thing", Applicability.UNSAFE)


def _bounded_wait(place: Place, statement: Statement) -> Wait | None:
    """The wait that is all that a statement does."""
    if isinstance(statement, cst.With):
        return _in_block(place, statement)
    call = _waiting_call(statement)
    wait = _wait_of(place, call) if call is not None else None
    if wait is None or call is None or wait.role == "burned":
        return None
    if wait.api in _WAITS:
        return wait
    return wait if wait.api in _LIMITED and call.args and _is_passive(call.args[0].value) else None


def _waiting_call(statement: Statement) -> cst.Call | None:
    """The call of a statement that waits and at most keeps, or asserts, what comes of it."""
    value = sole_expression(statement)
    if value is None and isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        small = statement.body[0]
        if isinstance(small, cst.Assert):
            value = small.test
        elif isinstance(small, cst.Assign):
            value = small.value
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and value.func.attr.value in _ASSERTIONS:
        value = value.args[0].value if value.args else None
    if isinstance(value, cst.Comparison) and isinstance(value.comparisons[0].operator, cst.Equal):
        value = value.left
    if isinstance(value, cst.Await):
        value = value.expression
    return value if isinstance(value, cst.Call) else None


def _wait_of(place: Place, call: cst.Call) -> Wait | None:
    end = place.file.span(call).end
    return next((w for w in place.facts.waits if w.span.end == end and w.kind == "timeout"), None)


def _in_block(place: Place, block: cst.With) -> Wait | None:
    """`with fail_after(..): await event.wait()`."""
    inner = statements_of(block)
    call = block.items[0].item
    if len(block.items) != 1 or len(inner) != 1 or not isinstance(call, cst.Call):
        return None
    awaited = _waiting_call(inner[0])
    if place.names.path(call.func) not in _BLOCKS or awaited is None or not _is_passive(awaited):
        return None
    wait = _wait_of(place, call)
    return wait if wait is not None and wait.role != "burned" else None


def _is_passive(awaited: cst.BaseExpression) -> bool:
    """Whether an awaitable only waits: a task or future by name, or a method such as `.wait()`."""
    if isinstance(awaited, cst.Name | cst.Attribute):
        return True
    return (
        isinstance(awaited, cst.Call)
        and not awaited.args
        and isinstance(awaited.func, cst.Attribute)
        and awaited.func.attr.value in _PASSIVE
    )
