"""The condition that an assertion asks for, where it can be asked again and again until it holds."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from sleeplint.repairs.python.place import Place, Statement, sole_expression

_OPPOSITES: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "!=",
    cst.GreaterThan: "<=",
    cst.GreaterThanEqual: "<",
    cst.In: "not in",
    cst.Is: "is not",
}
"""Of the others, what is asserted holds before anything happens."""
_OPPOSITES_OF_METHODS = {
    "assertEqual": "!=",
    "assertEquals": "!=",
    "assertGreater": "<=",
    "assertGreaterEqual": "<",
    "assertIn": "not in",
    "assertIs": "is not",
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
_TAKING = frozenset(
    {"get", "get_nowait", "pop", "popleft", "recv", "read", "readline", "receive", "next", "communicate"}
)
"""Methods that take what they give."""
_EMPTY = frozenset({"0", "None", "False", "[]", "()", "{}", '""', "''", 'b""', "b''", "set()"})
_LONGEST = 90


def missing_condition(place: Place, statement: Statement) -> str | None:
    """What holds as long as an assertion would fail; None if it may pass from the start, or cannot be read twice."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    if _was_asserted(place, statement):
        return None
    small = statement.body[0]
    value = sole_expression(statement)
    found: str | None = None
    if isinstance(small, cst.Assert):
        found = _negated(place, small.test)
    elif isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute):
        found = _method(place, value, value.func)
    return found if found is not None and len(found) <= _LONGEST and found.isprintable() else None


def _was_asserted(place: Place, statement: cst.SimpleStatementLine) -> bool:
    """Whether the same was asserted, or waited for, before: then it may hold from the start, and has to go on."""
    function = place.function
    if function is None:
        return False
    start, within = place.file.span(place.statement).start, place.file.span(function)
    asked = set(_operands(place, statement.body[0]))
    nodes = (*place.file.every(cst.Assert, within), *place.file.every(cst.Call, within))
    earlier = [node for node in nodes if place.file.span(node).start < start and asked & set(_operands(place, node))]
    last = max(earlier, key=lambda node: place.file.span(node).start, default=None)
    if last is not None and _words(place, last) == _words(place, statement):
        return True
    loops = [loop for loop in place.file.every(cst.While, within) if place.file.span(loop).start < start]
    compared = place.file.every(cst.Comparison, place.file.span(statement))
    reads = [_words(place, comparison.left) for comparison in compared]
    return any(read in _words(place, loop.test) for read in reads for loop in loops)


def _operands(place: Place, node: cst.CSTNode) -> Iterator[str]:
    """What an assertion asks, as written: not what it wants to see."""
    if isinstance(node, cst.Expr):
        node = node.value
    asked: list[cst.BaseExpression] = []
    if isinstance(node, cst.Assert):
        test = node.test
        asked = [test.left, test.comparisons[0].comparator] if isinstance(test, cst.Comparison) else [test]
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and "assert" in node.func.attr.value:
        asked = [node.func.value, *(argument.value for argument in node.args[:2])]
    for expression in asked:
        if not isinstance(expression, cst.Name | cst.BaseNumber | cst.BaseString):
            yield _words(place, expression)


def _words(place: Place, node: cst.CSTNode) -> str:
    return "".join(place.file.text(node).split())


def _method(place: Place, call: cst.Call, function: cst.Attribute) -> str | None:
    name = function.attr.value
    if name in _CALLED:
        return f"not {place.file.text(function.value)}.{_CALLED[name]}"
    if place.file.text(function.value) != "self" or any(argument.star or argument.keyword for argument in call.args):
        return None
    if name == "assertTrue" and call.args:
        return _negated(place, call.args[0].value)
    if name in _OPPOSITES_OF_METHODS and len(call.args) >= 2:
        left, right = (call.args[n].value for n in range(2))
        written = [place.file.text(side) for side in (left, right)]
        if any(side in _EMPTY for side in written) or not (_is_steady(place, left) and _is_steady(place, right)):
            return None
        return f" {_OPPOSITES_OF_METHODS[name]} ".join(written)
    return None


def _negated(place: Place, condition: cst.BaseExpression) -> str | None:
    if not _is_steady(place, condition):
        return None
    written = place.file.text(condition)
    if isinstance(condition, cst.Name | cst.Attribute | cst.Call | cst.Subscript):
        return f"not {written}"
    if not isinstance(condition, cst.Comparison) or len(condition.comparisons) != 1:
        return f"not ({written})" if isinstance(condition, cst.BooleanOperation) else None
    comparison = condition.comparisons[0]
    opposite = _OPPOSITES.get(type(comparison.operator))
    sides = [place.file.text(side) for side in (condition.left, comparison.comparator)]
    return f" {opposite} ".join(sides) if opposite is not None and not any(side in _EMPTY for side in sides) else None


def _is_steady(place: Place, expression: cst.BaseExpression) -> bool:
    """Whether reading it again is as good as reading it once: it takes nothing away and awaits nothing."""
    span = place.file.span(expression)
    if any(next(place.file.every(kind, span), None) is not None for kind in (cst.Await, cst.NamedExpr, cst.Lambda)):
        return False
    return not any(
        isinstance(call.func, cst.Attribute) and call.func.attr.value in _TAKING
        for call in place.file.every(cst.Call, span)
    )
