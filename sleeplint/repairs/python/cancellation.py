"""Proofs that what is parked does not stay parked: a scope that surely ends, a task that is surely cancelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from sleeplint.repairs.python.names import Names
from sleeplint.repairs.python.parsed import Parsed
from sleeplint.repairs.python.place import Statement, number, sole_expression, statements_of
from sleeplint.text import Span

_GROUPS = frozenset({"anyio.create_task_group", "trio.open_nursery"})
SCOPES = frozenset({"anyio.CancelScope", "asyncio.timeout_at", "trio.CancelScope", "trio.fail_at", "trio.move_on_at"})
LIMITS = frozenset(
    {
        "anyio.fail_after",
        "anyio.move_on_after",
        "asyncio.timeout",
        "async_timeout.timeout",
        "trio.fail_after",
        "trio.move_on_after",
    }
)
_LEAVING = (cst.Return, cst.Break, cst.Continue)
_FAILURES = frozenset({"pytest.fail", "self.fail"})


def group_is_cancelled(file: Parsed, names: Names, spawn: cst.Call) -> bool:
    """Whether the task group on which `spawn` is a `start_soon` is surely cancelled, or left by an exception.

    The cancel must stand on the group's own level, with no way out before it.
    """
    if not isinstance(spawn.func, cst.Attribute) or spawn.func.attr.value != "start_soon":
        return False
    group = file.text(spawn.func.value)
    chain = file.chain(file.span(spawn))
    endings = [f"{group}.cancel_scope.cancel"]
    owner: cst.With | None = None
    for node in reversed(chain):
        if isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            break
        if isinstance(node, cst.While | cst.For) and owner is None:
            return False
        if isinstance(node, cst.With):
            for item in node.items:
                path = names.path(item.item.func) if isinstance(item.item, cst.Call) else None
                alias = file.text(item.asname.name) if item.asname is not None else None
                if path in _GROUPS and alias == group and owner is None:
                    owner = node
                elif path in SCOPES and alias is not None and owner is not None:
                    endings.append(f"{alias}.cancel")
    if owner is None:
        return False
    return _ends(file, names, owner, chain, endings)


def _ends(file: Parsed, names: Names, owner: cst.With, chain: Sequence[cst.CSTNode], endings: Sequence[str]) -> bool:
    statements = statements_of(owner)
    here = next((n for n, statement in enumerate(statements) if statement in chain), None)
    if here is None or _leaves(file, file.span(statements[here])):
        return False
    for statement in statements[here + 1 :]:
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[-1], cst.Raise):
            return True
        value = sole_expression(statement)
        if isinstance(value, cst.Call):
            if file.text(value.func) in endings and not value.args:
                return True
            if is_failure(file, names, statement):
                return True
        if _leaves(file, file.span(statement)):
            return False
    return False


def _leaves(file: Parsed, within: Span) -> bool:
    """Whether a `return` or the like stands there, also where it is only a loop's own: then it is not sure."""
    return any(next(file.every(kind, within), None) is not None for kind in _LEAVING)


def is_limited(file: Parsed, names: Names, around: Sequence[cst.CSTNode], seconds: float) -> bool:
    """Whether a timeout block around a place in its function ends it earlier than it would end by itself."""
    for node in reversed(around):
        if isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            return False
        if isinstance(node, cst.With):
            for item in node.items:
                call = item.item
                if isinstance(call, cst.Call) and names.path(call.func) in LIMITS and call.args:
                    limit = number(call.args[0].value)
                    if limit is not None and limit < seconds:
                        return True
    return False


def is_failure(file: Parsed, names: Names, statement: cst.CSTNode) -> bool:
    """Whether a statement only says that the place must never be reached."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    small = statement.body[0]
    if isinstance(small, cst.Assert):
        return isinstance(small.test, cst.Name) and small.test.value == "False"
    if isinstance(small, cst.Raise) and small.exc is not None:
        raised = small.exc.func if isinstance(small.exc, cst.Call) else small.exc
        return file.text(raised) == "AssertionError"
    value = sole_expression(statement)
    return isinstance(value, cst.Call) and (names.path(value.func) in _FAILURES or file.text(value.func) in _FAILURES)


def task_is_cancelled(file: Parsed, names: Names, spawn: cst.Call) -> bool:
    """Whether the task that `spawn` makes has a name, is cancelled on the same level, and not waited for before."""
    chain = file.chain(file.span(spawn))
    line = next((node for node in reversed(chain) if isinstance(node, cst.SimpleStatementLine)), None)
    if line is None or len(line.body) != 1 or not isinstance(line.body[0], cst.Assign):
        return False
    assignment = line.body[0]
    target = assignment.targets[0].target
    if assignment.value is not spawn or len(assignment.targets) != 1 or not isinstance(target, cst.Name):
        return False
    if names.value(target.value, file.span(target)) is not spawn:
        return False
    holder = chain[chain.index(line) - 1]
    cancel = _cancel_after(file, holder, line, target.value)
    if cancel is None:
        return False
    start = file.span(target).end
    uses = [use for use in names.uses(target.value) if start <= use.start < cancel.start]
    return all(_only_looks(file, use) for use in uses) and not _leaves(file, Span(start, cancel.start))


def _cancel_after(file: Parsed, holder: cst.CSTNode, line: cst.CSTNode, name: str) -> Span | None:
    """The place of `name.cancel()` in the statements after `line`, or first in the `finally` of the next `try`."""
    if not isinstance(holder, cst.Module | cst.IndentedBlock):
        return None
    following: list[Statement] = [
        s for s in holder.body if isinstance(s, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    ]
    following = following[following.index(next(s for s in following if s is line)) + 1 :]
    for statement in _sure(following):
        value = sole_expression(statement)
        if isinstance(value, cst.Call) and file.text(value.func) == f"{name}.cancel":
            return file.span(value)
    return None


def _sure(statements: Sequence[Statement]) -> Iterator[Statement]:
    """The statements that surely run: those of the level, and those of a `finally` on it."""
    for statement in statements:
        if isinstance(statement, cst.Try) and statement.finalbody is not None:
            yield from statements_of(statement.finalbody)
        yield statement


def _only_looks(file: Parsed, use: Span) -> bool:
    behind = file.code[use.end : use.end + 20]
    return behind.startswith((b".done()", b".cancelled()", b".get_name()", b".add_done_callback("))
