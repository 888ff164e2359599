"""Assertions about elapsed wall time, found by data flow from a clock and not by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.python.attributes import assigned_to_self
from sleeplint.languages.python.durations import as_milliseconds, clock_of, fold, from_now
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.tree import Chain, arguments_of, bare, chain_to, first_of
from sleeplint.records import dataclass, replace

MAX_STEPS = 12
MEASURED = "measured"
"""Under which a module remembers its assertions about elapsed time."""
_METHODS: dict[str, Literal["upper", "lower"]] = {
    "assertLess": "upper",
    "assertLessEqual": "upper",
    "assertGreater": "lower",
    "assertGreaterEqual": "lower",
}
_PASSED = frozenset({"round", "int", "float", "abs"})
Side = Literal["upper", "lower"]


@dataclass(frozen=True, slots=True)
class Elapsed:
    """An expression that is time elapsed on a wall clock."""

    clock: str
    ms: float
    """Milliseconds of its unit."""
    sign: int = 1
    shifted: bool = False
    """A constant is added to it or taken from it."""
    expected_ms: float = 0
    """The constant, where only the distance from it counts (`folded`)."""
    folded: bool = False
    """Its sign is lost in `abs`: a bound above is one on both sides."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that bounds elapsed wall time."""

    node: Node
    chain: Chain
    name: Node
    clock: str
    bound: Side
    duration_ms: Milliseconds | None
    written: str
    slack_ms: Milliseconds | None = None
    """How much longer than expected it may be, where it says what it expects."""


def find_assertions(names: Names, places: Iterable[re.Match[bytes]]) -> Iterator[Assertion]:
    """Such assertions of a file among those at `places`, in order."""
    module = names.module
    for match in places:
        node = module.root.descendant_for_byte_range(match.start(), match.end())
        chain = chain_to(module.root, node) if node is not None else None
        if node is None or not chain:
            continue
        if node.type == "assert" and chain[-1].type == "assert_statement":
            condition = first_of(chain[-1])
            if condition is not None:
                yield from _judged(condition, chain[-1], chain[:-1], node, names)[:1]
        elif node.type == "identifier" and len(chain) >= 2 and chain[-1].type == "attribute":
            call = chain[-2]
            if call.type != "call":
                continue
            yield from _method(call, chain[:-2], node, names)[:1]


def _method(call: Node, chain: Chain, name: Node, names: Names) -> list[Assertion]:
    arguments = arguments_of(call, names.module.code).positional
    word = names.module.text(name)
    if word in _METHODS and len(arguments) >= 2:
        side = _METHODS[word]
        return _compared(arguments[0], side, arguments[1], call, chain, name, names)
    if word == "assertTrue" and arguments:
        return _judged(arguments[0], call, chain, name, names)
    if word == "assertAlmostEqual" and len(arguments) >= 2:
        for one, other in ((arguments[0], arguments[1]), (arguments[1], arguments[0])):
            found = elapsed(one, names)
            if found is not None and elapsed(other, names) is None:
                slack = _slack(call, found, names)
                return [Assertion(call, chain, name, found.clock, "upper", _sum(_number(other, found, names), slack),
                                  names.module.text(other), slack)]  # fmt: skip
        for one, other in ((arguments[0], arguments[1]), (arguments[1], arguments[0])):
            clock, later = _reading(one, names), _beside_clock(other, names)
            if clock is not None and later is not None:  # `assertAlmostEqual(end, start + 0.5, delta=0.1)`
                measured = Elapsed(clock, _unit_of(clock))
                slack = _slack(call, measured, names)
                duration = _sum(_number(later, measured, names), slack)
                return [Assertion(call, chain, name, clock, "upper", duration, names.module.text(later), slack)]
    return []


def _slack(call: Node, measured: Elapsed, names: Names) -> Milliseconds | None:
    """How far off `assertAlmostEqual`, `approx` and `isclose` let the time be; None if the source does not say."""
    arguments = arguments_of(call, names.module.code)
    word = names.module.text(call.child_by_field_name("function") or call)
    if word.endswith("AlmostEqual"):
        if "delta" in arguments.keywords:
            return _number(arguments.keywords["delta"], measured, names)
        places = arguments.at(2, "places")
        found = fold(places, names) if places is not None else None
        if places is not None and found is None:
            return None
        return measured.ms * 0.5 / 10 ** (float(found.number) if found else 7)
    if word.endswith("isclose"):
        wanted = arguments.at(1, "b")
        share, margin = arguments.at(None, "rel_tol"), arguments.at(None, "abs_tol")
    else:
        wanted = arguments.at(0, "expected")
        share, margin = arguments.at(1, "rel"), arguments.at(2, "abs")
    margins: list[Milliseconds | None] = []
    if share is not None and share.type != "none":
        part = fold(share, names)
        expected = _number(wanted, measured, names) if wanted is not None else None
        margins.append(part.number * expected if part is not None and expected is not None else None)
    if margin is not None and margin.type != "none":
        margins.append(_number(margin, measured, names))
    known = [one for one in margins if one is not None]
    return _sum(max(known, default=0), 0) if len(known) == len(margins) else None


def _sum(one: Milliseconds | None, other: Milliseconds | None) -> Milliseconds | None:
    """To the microsecond, an int where it is whole; None if either is unknown."""
    if one is None or other is None:
        return None
    total = round(one + other, 3)
    return int(total) if total == int(total) else total


def _judged(condition: Node, statement: Node, chain: Chain, name: Node, names: Names) -> list[Assertion]:
    """The bounds in a condition; an upper one first, because it is the one that flakes."""
    found: list[Assertion] = []
    stack = [bare(condition)]
    while stack:
        node = bare(stack.pop())
        if node.type == "boolean_operator":
            stack.extend(reversed(node.named_children))
        elif node.type == "not_operator":
            inner = first_of(node)
            for assertion in _judged(inner, statement, chain, name, names) if inner is not None else ():
                other: Side = "lower" if assertion.bound == "upper" else "upper"
                found.append(
                    Assertion(statement, chain, name, assertion.clock, other, assertion.duration_ms, assertion.written)
                )
        elif node.type == "comparison_operator":
            found += _comparison(node, statement, chain, name, names)
        elif node.type == "call":
            found += _approximate(node, statement, chain, name, names)
    return sorted(found, key=lambda assertion: assertion.bound != "upper")


def _comparison(node: Node, statement: Node, chain: Chain, name: Node, names: Names) -> list[Assertion]:
    operands = [child for child in node.named_children if child.type != "comment"]
    operators = [
        child.type for child in node.children if not child.is_named and child.type in ("<", "<=", ">", ">=", "==")
    ]
    found: list[Assertion] = []
    for index, operator in enumerate(operators[: len(operands) - 1]):
        left, right = operands[index], operands[index + 1]
        if operator in ("<", "<="):
            found += _compared(left, "upper", right, statement, chain, name, names)
        elif operator in (">", ">="):
            found += _compared(left, "lower", right, statement, chain, name, names)
        elif operator == "==" and (measured := elapsed(left, names)) is not None:
            written = names.module.text(right)
            if right.type == "call" and written.partition("(")[0].endswith("approx"):
                inner = arguments_of(right, names.module.code).at(0, "expected")
                duration = _number(inner, measured, names) if inner is not None else None
                slack = _slack(right, measured, names)
                duration = _sum(duration, slack)
                found.append(Assertion(statement, chain, name, measured.clock, "upper", duration, written, slack))
    return found


def _approximate(call: Node, statement: Node, chain: Chain, name: Node, names: Names) -> list[Assertion]:
    """`math.isclose(elapsed, 1.0, ...)`."""
    function = call.child_by_field_name("function")
    if function is None or b"isclose" not in names.module.code or names.resolve(function) != "math.isclose":
        return []
    arguments = arguments_of(call, names.module.code).positional
    if len(arguments) < 2:
        return []
    measured = elapsed(arguments[0], names)
    if measured is None:
        return []
    slack = _slack(call, measured, names)
    duration = _sum(_number(arguments[1], measured, names), slack)
    written = names.module.text(arguments[1])
    return [Assertion(statement, chain, name, measured.clock, "upper", duration, written, slack)]


def _compared(
    left: Node, side: Side, right: Node, statement: Node, chain: Chain, name: Node, names: Names
) -> list[Assertion]:
    """`left < right` (side upper) or `left > right` (lower)."""
    first, second = elapsed(left, names), elapsed(right, names)
    if (first is None) == (second is None):
        return _deadline(left, side, right, statement, chain, name, names) if first is None else []
    other: Side = "lower" if side == "upper" else "upper"
    if first is not None:
        bound = side if first.sign > 0 or first.folded else other
        distance = first.folded and first.shifted
        duration, written = (
            _number(right, replace(first, expected_ms=0) if distance else first, names),
            names.module.text(right),
        )
        slack = duration if distance else None
        return [Assertion(statement, chain, name, first.clock, bound, duration, written, slack)]
    assert second is not None
    bound = other if second.sign > 0 else side
    return [
        Assertion(statement, chain, name, second.clock, bound, _number(left, second, names), names.module.text(left))
    ]


def _deadline(
    left: Node, side: Side, right: Node, statement: Node, chain: Chain, name: Node, names: Names
) -> list[Assertion]:
    """`time.time() < deadline`, and `time.time() < start + 5`."""
    other: Side = "lower" if side == "upper" else "upper"
    for clock, moment, bound in ((left, right, side), (right, left, other)):
        path = _reading(clock, names)
        if path is None:
            continue
        quantity = from_now(moment, names)
        if (quantity is not None and not quantity.carries_unit) or _beside_clock(moment, names) is not None:
            duration = as_milliseconds(quantity, "s") if quantity is not None else None
            return [Assertion(statement, chain, name, path, bound, duration, names.module.text(moment))]
    return []


def _unit_of(clock: str) -> float:
    """Milliseconds of the unit of a clock."""
    return 0.000001 if clock.endswith("_ns") else 1000


def _beside_clock(node: Node, names: Names) -> Node | None:
    """What is added to a reading of a clock."""
    node = bare(node)
    if node.type == "identifier" and (value := _value(node, names)) is not None:
        node = bare(value)
    operator = node.child_by_field_name("operator")
    if node.type != "binary_operator" or operator is None or operator.type != "+":
        return None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is not None and right is not None:
        return right if _reading(left, names) else left if _reading(right, names) else None
    return None


def _number(node: Node, measured: Elapsed, names: Names) -> Milliseconds | None:
    found = fold(node, names)
    if found is None or (measured.shifted and not measured.folded):
        return None
    if found.carries_unit:
        return _sum(as_milliseconds(found, "s"), measured.expected_ms)
    ms = found.number * measured.ms
    return _sum(as_milliseconds(type(found)(ms / 1000), "s"), measured.expected_ms)


def elapsed(node: Node, names: Names, steps: int = 0) -> Elapsed | None:
    """What an expression says about elapsed time; None if it is not elapsed time."""
    node = bare(node)
    if steps > MAX_STEPS:
        return None
    match node.type:
        case "binary_operator":
            return _difference(node, names, steps)
        case "identifier":
            value = _value(node, names)
            return elapsed(value, names, steps + 1) if value is not None else None
        case "attribute":
            label = node.child_by_field_name("attribute")
            owner = node.child_by_field_name("object")
            if label is None or owner is None:
                return None
            if names.module.text(label) in ("seconds",):
                return elapsed(owner, names, steps + 1)
            value = _attribute(owner, names.module.text(label), names)
            return elapsed(value, names, steps + 1) if value is not None else None
        case "call":
            return _called(node, names, steps)
    return None


def _called(node: Node, names: Names, steps: int) -> Elapsed | None:
    function = node.child_by_field_name("function")
    if function is None:
        return None
    if function.type == "attribute":
        label, owner = function.child_by_field_name("attribute"), function.child_by_field_name("object")
        if label is not None and owner is not None and names.module.text(label) == "total_seconds":
            return elapsed(owner, names, steps + 1)
    word = names.module.text(function)
    if word in _PASSED:
        arguments = arguments_of(node, names.module.code).positional
        found = elapsed(arguments[0], names, steps + 1) if arguments else None
        if found is not None and word == "abs":
            return Elapsed(found.clock, found.ms, 1, found.shifted, found.expected_ms, folded=True)
        return found
    return None


def _difference(node: Node, names: Names, steps: int) -> Elapsed | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return None
    if operator.type == "-":
        end, start = _reading(left, names), _reading(right, names)
        if end is not None and start is not None:
            return Elapsed(end, _unit_of(end))
        for one, other, sign in ((left, right, 1), (right, left, -1)):
            found = elapsed(one, names, steps + 1)
            constant = fold(other, names)
            if found is not None and constant is not None:
                ms = constant.number * (1000 if constant.carries_unit else found.ms)
                return Elapsed(found.clock, found.ms, found.sign * sign, shifted=True, expected_ms=float(ms))
        return None
    if operator.type in ("*", "/", "//"):
        found = elapsed(left, names, steps + 1)
        number = fold(right, names)
        if found is None and operator.type == "*":
            found, number = elapsed(right, names, steps + 1), fold(left, names)
        if found is None or number is None or not number.number:
            return None
        ms = found.ms / number.number if operator.type == "*" else found.ms * number.number
        return Elapsed(found.clock, ms, found.sign)
    return None


def _reading(node: Node, names: Names, steps: int = 0) -> str | None:
    """The clock that an expression is a reading of."""
    node = bare(node)
    if steps > MAX_STEPS:
        return None
    if node.type == "call":
        function = node.child_by_field_name("function")
        return clock_of(function, names) if function is not None else None
    if node.type == "identifier":
        value = _value(node, names)
        return _reading(value, names, steps + 1) if value is not None else None
    if node.type == "subscript":
        value = _noted(node, names)
        return _reading(value, names, steps + 1) if value is not None else None
    if node.type == "attribute":
        label, owner = node.child_by_field_name("attribute"), node.child_by_field_name("object")
        if label is not None and owner is not None:
            value = _attribute(owner, names.module.text(label), names)
            return _reading(value, names, steps + 1) if value is not None else None
    return None


def _value(node: Node, names: Names) -> Node | None:
    """The expression last given to a name; of several, whichever comes first in rank."""
    candidates, _ = names.module.bindings(names.module.text(node), names.module.chain(node), node.start_byte)
    for binding in candidates:
        if binding.kind == "value" and binding.index is None:
            return binding.node
    return None


def _noted(node: Node, names: Names) -> Node | None:
    """What is appended, in the function around it, to the list of which `times[0]` is an element."""
    module = names.module
    container = node.child_by_field_name("value")
    scope = next((n for n in reversed(module.chain(node)) if n.type in ("function_definition", "module")), None)
    if container is None or container.type != "identifier" or scope is None:
        return None
    needle = module.text(container).encode() + b".append("
    where = module.code.find(needle, scope.start_byte, scope.end_byte)
    if where < 0:
        return None
    call = module.root.descendant_for_byte_range(where, where + len(needle))
    if call is None or call.type != "call":
        return None
    given = arguments_of(call, module.code).positional
    return given[0] if len(given) == 1 else None


def _attribute(owner: Node, name: str, names: Names) -> Node | None:
    meaning = names.meaning(owner)
    if meaning.kind == "instance" and meaning.module is names.module and meaning.node is not None:
        values = assigned_to_self(names.module, meaning.node, name)
        return values[-1] if values else None
    return None
