"""Assertions that wall time stayed on one side of a bound, by data flow from the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.rust.durations import Durations
from sleeplint.languages.rust.macros import Grove, macro_name
from sleeplint.languages.rust.names import FileNames
from sleeplint.languages.rust.receivers import binding, origin
from sleeplint.languages.rust.timing import timed
from sleeplint.languages.rust.values import over, whole
from sleeplint.records import dataclass, replace
from sleeplint.regexes import regex

_NOW = regex(r"(?:^|::)(Instant|SystemTime)(?:::now)?\Z")
_EPOCH = regex(r"\bUNIX_EPOCH\s*,?\s*\)\Z")
_NANOSECONDS = {"as_secs": 10**9, "as_millis": 10**6, "as_micros": 10**3, "as_nanos": 1}
_SAME = frozenset({"unwrap", "expect", "clone", "abs", "unwrap_or_default", "into", "try_into", "to_owned"})
_STEPS = 24
_BOOLEAN = frozenset({"binary_expression", "unary_expression", "parenthesized_expression", "call_expression"})

Bound = Literal["upper", "lower"]
_SIDES: dict[str, Bound] = {
    "<": "upper",
    "<=": "upper",
    "lt": "upper",
    "le": "upper",
    "assert_lt": "upper",
    "assert_le": "upper",
    "==": "upper",
    "assert_eq": "upper",
    ">": "lower",
    ">=": "lower",
    "gt": "lower",
    "ge": "lower",
    "assert_gt": "lower",
    "assert_ge": "lower",
}
_OTHER: dict[Bound, Bound] = {"upper": "lower", "lower": "upper"}


@dataclass(frozen=True, slots=True)
class Elapsed:
    """One assertion on elapsed time."""

    node: Node
    """The assertion."""
    chain: tuple[Node, ...]
    api: str
    bound: Bound
    limit: Node
    """What the time is compared with."""
    limit_ms: Milliseconds | None
    slack_ms: Milliseconds | None = None
    """How much longer than expected it may be, where it is to be equal in whole units."""


@dataclass(frozen=True, slots=True)
class _Time:
    """An expression that holds elapsed time."""

    api: str
    unit: int | None
    """Nanoseconds of its numbers; 0 of a `Duration`; None of what was computed further."""
    whole: bool = False
    """Parts of a unit are cut off: to be equal, it may be as much as a unit longer."""
    of_day: bool = False
    """It is reckoned from the epoch: a moment, that only another one taken from it makes a length."""


def elapsed_assertions(names: FileNames, durations: Durations, asked: Callable[[int], bool]) -> Iterator[Elapsed]:
    """Every assertion of a file, of those at offsets that are asked for, that compares elapsed time with a bound."""
    grove = names.reading.grove
    for start, end in timed(grove.code):
        if not asked(start):
            continue
        chain = grove.chain(start, end)
        index = next((i for i in range(len(chain) - 1, -1, -1) if chain[i].type == "macro_invocation"), None)
        if index is None or chain[index].start_byte > start:
            continue
        found = _Assertion(chain[index], chain[:index], names, durations).judge()
        if found is not None:
            yield found


class _Assertion:
    def __init__(self, node: Node, chain: tuple[Node, ...], names: FileNames, durations: Durations) -> None:
        self._node = node
        self._chain = chain
        self._names = names
        self._durations = durations
        self._grove: Grove = names.reading.grove
        self._inner = (*chain, node)

    def judge(self) -> Elapsed | None:
        """An upper bound is what a slow machine breaks: it goes before a lower one."""
        found = list(self._comparisons())
        return next((one for one in found if one.bound == "upper"), found[0] if found else None)

    def _comparisons(self) -> Iterator[Elapsed]:
        body = self._grove.body(self._node)
        if body is None:
            return
        self._inner = (*self._chain, self._node, body)
        parts = [part for child in body.named_children if (part := _expression(child)) is not None]
        name = macro_name(self._node, self._grove.code).decode("utf-8", "replace")
        name = name.removeprefix("debug_").removeprefix("prop_")
        if name in _SIDES and len(parts) >= 2:
            found = self._compare(_SIDES[name], parts[0], parts[1], equal=name == "assert_eq")
            if found is not None:
                yield found
        elif name in {"assert", "ensure"} and parts:
            yield from self._condition(parts[0])

    def _condition(self, node: Node) -> Iterator[Elapsed]:
        pending = [(node, False)]
        while pending:
            part, denied = pending.pop()
            found = None
            if part.type == "parenthesized_expression" and part.named_children:
                pending.append((part.named_children[0], denied))
            elif part.type == "unary_expression" and part.children[0].type == "!":
                pending.append((part.named_children[0], not denied))
            elif part.type == "binary_expression":
                left, right, sign = (part.child_by_field_name(name) for name in ("left", "right", "operator"))
                if left is None or right is None or sign is None:
                    continue
                if sign.type in {"&&", "||"}:
                    pending += [(right, denied), (left, denied)]
                elif sign.type in _SIDES:
                    found = self._compare(_SIDES[sign.type], left, right, equal=sign.type == "==")
            elif part.type == "call_expression":
                found = self._called(part)
            elif part.type == "identifier":  # `let late = start.elapsed() > limit; assert!(!late)`
                named = binding(self._grove.text(part), part, self._inner, self._grove)
                value = named.value if named is not None else None
                if value is not None and value.type in _BOOLEAN and value.end_byte <= part.start_byte:
                    pending.append((value, denied))
            if found is not None:
                bound = _OTHER[found.bound] if denied else found.bound
                yield replace(found, bound=bound)

    def _called(self, call: Node) -> Elapsed | None:
        """`elapsed.lt(&limit)`, `(low..high).contains(&elapsed)`."""
        function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if function is None or function.type != "field_expression" or arguments is None:
            return None
        receiver, field = function.child_by_field_name("value"), function.child_by_field_name("field")
        inner = arguments.named_children
        if receiver is None or field is None or len(inner) != 1:
            return None
        method = self._grove.text(field)
        if method in {"lt", "le", "gt", "ge", "eq"}:
            return self._compare(_SIDES["==" if method == "eq" else method], receiver, inner[0], equal=method == "eq")
        if method == "contains":
            time = self._time(inner[0])
            span = receiver.named_children[0] if receiver.type == "parenthesized_expression" else receiver
            if time is not None and not time.of_day and span.type == "range_expression" and span.named_children:
                high = span.named_children[-1]
                return Elapsed(self._node, self._chain, time.api, "upper", high, self._limit(high, time))
        return None

    def _compare(self, bound: Bound, left: Node, right: Node, *, equal: bool) -> Elapsed | None:
        time, limit = self._time(left), right
        if time is None:
            time, limit = self._time(right), left
            bound = bound if equal else _OTHER[bound]
        elif self._time(right) is not None:
            return None  # two measured times against each other
        if time is None or time.of_day:
            return None
        if time.unit is None and self._durations.value(limit, self._inner, self._names) is None:
            return None  # two moments, reckoned from one start
        more = time.unit if equal and time.whole and time.unit else 0
        slack = whole(over(more, 10**6)) if more else None
        return Elapsed(self._node, self._chain, time.api, bound, limit, self._limit(limit, time), slack)

    def _limit(self, limit: Node, time: _Time) -> Milliseconds | None:
        """What the time is compared with."""
        value = self._durations.value(limit, self._inner, self._names)
        if value is None or time.unit is None:
            return None
        if value.shape == "duration" and time.unit == 0:
            return whole(over(value.amount, 10**6))
        if value.shape == "number" and time.unit:
            return whole(over(value.amount * time.unit, 10**6))
        return None

    def _time(self, node: Node, fuel: int = _STEPS) -> _Time | None:
        if fuel <= 0:
            return None
        match node.type:
            case "parenthesized_expression" | "reference_expression" | "type_cast_expression" | "unary_expression":
                inner = node.child_by_field_name("value") or (node.named_children[0] if node.named_children else None)
                return self._time(inner, fuel - 1) if inner is not None else None
            case "try_expression":
                return self._time(node.named_children[0], fuel - 1)
            case "block":
                return self._result(node, fuel)
            case "identifier":
                found = binding(self._grove.text(node), node, self._inner, self._grove)
                value = found.value if found is not None else None
                return self._time(value, fuel - 1) if value is not None and value.end_byte <= node.start_byte else None
            case "binary_expression":
                return self._computed(node, fuel)
            case "call_expression":
                return self._method(node, fuel)
        return None

    def _result(self, block: Node, fuel: int) -> _Time | None:
        """What `{ let start = Instant::now(); work(); start.elapsed() }` gives."""
        last = block.named_children[-1] if block.named_children else None
        if last is None or last.type.endswith(("_statement", "_declaration", "comment")):
            return None
        outer = self._inner
        self._inner = self._grove.chain(last.start_byte, last.end_byte)
        try:
            return self._time(last, fuel - 1)
        finally:
            self._inner = outer

    def _computed(self, node: Node, fuel: int) -> _Time | None:
        left, right, sign = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
        if left is None or right is None or sign is None or sign.type not in {"+", "-", "*", "/"}:
            return None
        if sign.type == "-" and (clock := self._clock(left)) is not None and self._clock(right) is not None:
            return _Time(f"{clock}::duration_since", 0)
        one, other = self._time(left, fuel - 1), self._time(right, fuel - 1)
        if one is not None and other is not None and one.of_day and other.of_day and sign.type == "-":
            return replace(one, of_day=False)
        if sign.type == "/" and other is not None:
            return None  # so much in a second, or two measured times against each other
        time = one or other
        return _Time(time.api, None, of_day=time.of_day) if time is not None else None

    def _method(self, node: Node, fuel: int) -> _Time | None:
        function = node.child_by_field_name("function")
        if function is None or function.type != "field_expression":
            return None
        receiver, field = function.child_by_field_name("value"), function.child_by_field_name("field")
        if receiver is None or field is None:
            return None
        name = self._grove.text(field)
        if name in {"elapsed", "duration_since", "saturating_duration_since"}:
            clock, arguments = self._clock(receiver), node.child_by_field_name("arguments")
            of_day = arguments is not None and _EPOCH.search(self._grove.text(arguments)) is not None
            return _Time(f"{clock}::{name}", 0, of_day=of_day) if clock is not None else None
        time = self._time(receiver, fuel - 1)
        if time is None:
            return None
        base = name.removesuffix("_f64").removesuffix("_f32")
        if base in _NANOSECONDS and time.unit == 0:
            return _Time(time.api, _NANOSECONDS[base], whole=base == name, of_day=time.of_day)
        return time if name in _SAME else _Time(time.api, None, of_day=time.of_day)

    def _clock(self, receiver: Node) -> str | None:
        """The canonical path of the clock type, if a receiver is a moment of one."""
        found = origin(receiver, self._inner, self._names)
        match = _NOW.search(found.path) if found is not None and found.external else None
        return found.path.removesuffix("::now") if match and found is not None else None


def _expression(statement: Node) -> Node | None:
    if statement.type == "expression_statement":
        return statement.named_children[0] if statement.named_children else None
    return None if statement.type in {"empty_statement", "line_comment", "block_comment"} else statement
