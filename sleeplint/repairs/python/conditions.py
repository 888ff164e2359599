"""The condition that an assertion asks for, where it can be asked again and again until it holds."""

from __future__ import annotations

import libcst as cst

from sleeplint.repairs.python.place import Place, Statement, sole_expression

_COMPARISONS = {
    "assertEqual": "==",
    "assertEquals": "==",
    "assertGreater": ">",
    "assertGreaterEqual": ">=",
    "assertIn": "in",
    "assertIs": "is",
}
_CALLED = {
    "assert_called": "called",
    "assert_called_once": "called",
    "assert_called_once_with": "called",
    "assert_called_with": "called",
    "assert_any_call": "called",
    "assert_awaited": "await_count",
    "assert_awaited_once": "await_count",
    "assert_awaited_once_with": "await_count",
}
_EMPTY = frozenset({"0", "None", "False", "[]", "()", "{}", '""', "''", 'b""', "b''", "set()"})
_LONGEST = 90


def awaited_condition(place: Place, statement: Statement) -> str | None:
    """What must come true, as an expression; None if it may hold from the start, or cannot be read twice."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    small = statement.body[0]
    value = sole_expression(statement)
    found: str | None = None
    if isinstance(small, cst.Assert):
        found = _read(place, small.test)
    elif isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute):
        found = _method(place, value, value.func)
    return found if found is not None and len(found) <= _LONGEST and found.isprintable() else None


def _method(place: Place, call: cst.Call, function: cst.Attribute) -> str | None:
    name = function.attr.value
    if name in _CALLED:
        return f"{place.file.text(function.value)}.{_CALLED[name]}"
    if place.file.text(function.value) != "self" or any(argument.star or argument.keyword for argument in call.args):
        return None
    if name == "assertTrue" and call.args:
        return _read(place, call.args[0].value)
    if name in _COMPARISONS and len(call.args) >= 2:
        left, right = (call.args[n].value for n in range(2))
        written = [place.file.text(side) for side in (left, right)]
        if any(side in _EMPTY for side in written) or not (_is_steady(place, left) and _is_steady(place, right)):
            return None
        return f" {_COMPARISONS[name]} ".join(written)
    return None


def _read(place: Place, condition: cst.BaseExpression) -> str | None:
    if isinstance(condition, cst.UnaryOperation):
        return None  # a negation holds before anything happens
    if isinstance(condition, cst.Comparison):
        for target in condition.comparisons:
            if isinstance(target.operator, cst.NotEqual | cst.NotIn | cst.IsNot | cst.LessThan | cst.LessThanEqual):
                return None
            if place.file.text(target.comparator) in _EMPTY:
                return None
    return place.file.text(condition) if _is_steady(place, condition) else None


def _is_steady(place: Place, expression: cst.BaseExpression) -> bool:
    """Whether reading it again is as good as reading it once: it takes nothing away and awaits nothing."""
    span = place.file.span(expression)
    if any(next(place.file.every(kind, span), None) is not None for kind in (cst.Await, cst.NamedExpr, cst.Lambda)):
        return False
    return not any(
        isinstance(call.func, cst.Attribute) and call.func.attr.value in _TAKING
        for call in place.file.every(cst.Call, span)
    )


_TAKING = frozenset(
    {"get", "get_nowait", "pop", "popleft", "recv", "read", "readline", "receive", "next", "communicate"}
)
"""Methods that take what they give."""
