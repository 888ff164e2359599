"""How a repair lets a test fail: in the words of the test's framework, after a patience that fits it."""

from __future__ import annotations

import libcst as cst

from sleeplint.repairs.python.draft import PATIENCE_SECS
from sleeplint.repairs.python.place import Place, Statement, sole_expression

LOOKS = 30
"""A poll that looks once a second expects to look more than a few times."""


def is_unittest(place: Place) -> bool:
    """Whether `self` is a `unittest.TestCase` here, as far as the bases' names tell."""
    owner = next(
        (scope for scope in place.file.scopes_at(place.file.span(place.statement)) if isinstance(scope, cst.ClassDef)),
        None,
    )
    method = place.functions[-1] if place.functions else None
    if owner is None or method is None or not method.params.params or method.params.params[0].name.value != "self":
        return False
    return any(place.file.text(base.value).endswith("TestCase") for base in owner.bases)


def is_assertion(place: Place, statement: Statement) -> bool:
    """Whether a statement is an `assert`, or a method of `unittest` that asserts."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    value = sole_expression(statement)
    named = isinstance(value, cst.Call) and place.file.text(value.func).startswith("self.assert")
    return named or isinstance(statement.body[0], cst.Assert)


def asserted(place: Place, condition: str) -> str:
    """A statement that fails unless a condition holds."""
    return f"self.assertTrue({condition})" if is_unittest(place) else f"assert {condition}"


def asserted_less(place: Place, smaller: str, greater: str, message: str) -> str:
    """A statement that fails, with a message, unless one number is below another."""
    if is_unittest(place):
        return f"self.assertLess({smaller}, {greater}, {quoted(message)})"
    return f"assert {smaller} < {greater}, {quoted(message)}"


def asserted_less_on_lines(place: Place, smaller: str, greater: str, message: str, room: int) -> tuple[str, ...]:
    """The same, on several lines where one has no `room` for it."""
    whole = asserted_less(place, smaller, greater, message)
    if len(whole) <= room:
        return (whole,)
    step = place.file.module.default_indent
    if is_unittest(place):
        return ("self.assertLess(", *(f"{step}{part}," for part in (smaller, greater, quoted(message))), ")")
    return (f"assert {smaller} < {greater}, (", f"{step}{quoted(message)}", ")")


def quoted(message: str) -> str:
    """A message as a string literal."""
    quote = "'" if '"' in message and "'" not in message else '"'
    escaped = message.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{escaped}{quote}"


def patience(place: Place) -> str:
    """Seconds to wait before failing: many times what is slept between two looks.

    But less than the limit on the whole test, which would hide the reason.
    """
    seconds = float(PATIENCE_SECS)
    if place.wait.duration_ms is not None:
        seconds = max(seconds, LOOKS * place.wait.duration_ms / 1000)
    if place.limit_ms is not None and place.limit_ms <= seconds * 1000:
        seconds = place.limit_ms / 2000
    return f"{seconds:g}"
