"""The parameters by which the code under test bounds its own waiting."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.catalogue import Call, Unit
from sleeplint.languages.python.calls import CALLED_NAMES, Found, argument_of, is_mock, looks_once, match_call
from sleeplint.languages.python.durations import fold, reads_clock
from sleeplint.languages.python.meanings import Meaning
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.parameters import TRANSPARENT, UNIT_MS, factor_of, outcomes_of, parameters_of, scaled
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.spelling import spelled
from sleeplint.languages.python.suggestions import BOUND, suggesting
from sleeplint.languages.python.tree import Chain, arguments_of, bare, called_name, descend
from sleeplint.languages.python.wrappers import through, wrapper_of
from sleeplint.records import dataclass
from sleeplint.regexes import regex

MAX_STEPS = 5
_MAKES = regex(r"_*[A-Z]|\w+_(class|cls|factory)$")
"""Classes, and names under which one is kept: `self.consumer_class(..)`."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A parameter that bounds how long its function may wait."""

    parameter: str
    position: int
    ms: float


def bounds_of(meaning: Meaning, steps: int = 0) -> tuple[Bound, ...]:
    """The parameters by which a function of the project bounds its own waiting."""
    if meaning.kind != "function" or meaning.node is None or meaning.module is None or steps > MAX_STEPS:
        return ()
    key = ("bounds", meaning.node.start_byte)
    memory = meaning.module.memory
    if key not in memory:
        memory[key] = ()
        memory[key] = tuple(_read_bounds(meaning.module, meaning.node, steps))
    known = memory[key]
    return known if isinstance(known, tuple) else ()


def _read_bounds(module: Module, function: Node, steps: int) -> list[Bound]:
    found = []
    body = function.child_by_field_name("body")
    for parameter, position, _ in parameters_of(module, function):
        if body is None or not BOUND.search(parameter.encode()):
            continue
        ms = _bounded_by(module, body, parameter, steps)
        if ms is not None:
            found.append(Bound(parameter, position, ms))
    return found


def _bounded_by(module: Module, body: Node, parameter: str, steps: int) -> float | None:
    """Milliseconds of one unit of a parameter that flows into a wait; None if it flows into none."""
    names = names_of(module)
    word = parameter.encode()
    scale = 1.0
    for start in occurrences(module.code, word, body.start_byte, body.end_byte):
        node = module.root.descendant_for_byte_range(start, start + len(word))
        if module.code[start - 1 : start] == b"." or node is None or node.type != "identifier":
            continue
        chain = module.chain(node)
        changed = _rescaled(node, chain, parameter, names)
        if changed == 0:
            return None
        scale *= changed
        ms = _flows(node, chain, parameter, names, steps)
        if ms is not None:
            return ms * scale
    return None


def _rescaled(node: Node, chain: Chain, parameter: str, names: Names) -> float:
    """By what `timeout = timeout / 1000`, at its left side, multiplies a parameter; 0 if nobody knows."""
    holder = chain[-1] if chain else None
    if holder is None or holder.type not in ("assignment", "augmented_assignment"):
        return 1
    left, right = holder.child_by_field_name("left"), holder.child_by_field_name("right")
    if left != node or right is None:
        return 1
    if holder.type == "augmented_assignment":
        operator, number = holder.child_by_field_name("operator"), fold(right, names)
        if operator is None or number is None or not number.number or operator.type not in ("*=", "/=", "//="):
            return 1
        return float(number.number if operator.type == "*=" else 1 / number.number)
    pattern = rb"(?<![\w.])" + re.escape(parameter.encode()) + rb"(?!\w)"
    if re.search(pattern, names.module.code[right.start_byte : right.end_byte]) is None:
        return 1  # it had none
    factor = factor_of(right, parameter, names)
    return factor if factor is not None else 0 if bare(right).type == "call" else 1


def _flows(node: Node, chain: Chain, parameter: str, names: Names, steps: int) -> float | None:
    """Where one mention of a parameter goes, up through its expression."""
    top = node
    for position in range(len(chain) - 1, -1, -1):
        holder = chain[position]
        if holder.type in ("boolean_operator", "conditional_expression") and top not in outcomes_of(holder):
            return None
        if holder.type in ("parenthesized_expression", "boolean_operator", "conditional_expression"):
            top = holder
            continue
        if holder.type == "binary_operator":
            deadline = _deadline(holder, parameter, names)
            if deadline is not None:
                return deadline
            top = holder
            continue
        if holder.type == "comparison_operator":
            return _compared(holder, parameter, names)
        if holder.type == "keyword_argument":
            label = holder.child_by_field_name("name")
            if label == node:
                return None
            continue
        if holder.type == "argument_list" and position > 0 and chain[position - 1].type == "call":
            call = chain[position - 1]
            function = call.child_by_field_name("function")
            if function is not None and names.module.text(function) in TRANSPARENT:
                top = call
                continue
            factor = factor_of(top, parameter, names)
            return _into(call, chain[: position - 1], top, factor, names, steps) if factor is not None else None
        if holder.type == "call":
            continue
        if holder.type == "assignment":
            return _renamed(holder, top, chain[:position], parameter, names, steps)
        return None
    return None


def _renamed(assignment: Node, value: Node, chain: Chain, parameter: str, names: Names, steps: int) -> float | None:
    """Where a parameter goes under the name that it is given."""
    left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    function = next((n for n in reversed(chain) if n.type == "function_definition"), None)
    if left is None or left.type != "identifier" or right != value or function is None or steps >= MAX_STEPS:
        return None
    name, factor = names.module.text(left), factor_of(value, parameter, names)
    if name == parameter or factor is None:
        return None
    body = function.child_by_field_name("body")
    ms = _bounded_by(names.module, body, name, steps + 1) if body is not None else None
    return ms * factor if ms is not None else None


def _deadline(operation: Node, parameter: str, names: Names) -> float | None:
    operator = operation.child_by_field_name("operator")
    left, right = operation.child_by_field_name("left"), operation.child_by_field_name("right")
    if operator is None or operator.type != "+" or left is None or right is None:
        return None
    for clock, value in ((left, right), (right, left)):
        factor = factor_of(value, parameter, names)
        if factor is not None and reads_clock(clock, names):
            return 1000 * factor
    return None


def _compared(comparison: Node, parameter: str, names: Names) -> float | None:
    """`time.time() - start > timeout`."""
    sides = comparison.named_children
    factor = next((f for side in sides if (f := factor_of(side, parameter, names)) is not None), None)
    if factor is None:
        return None
    for side in sides:
        if any(part.type == "call" and reads_clock(part, names) for part in (side, *descend(side))):
            return 1000 * factor
    return None


def _into(call: Node, chain: Chain, value: Node, factor: float, names: Names, steps: int) -> float | None:
    """Milliseconds of a unit when a value is given to a call."""
    function, name = call.child_by_field_name("function"), called_name(call)
    if function is None or name is None:
        return None
    arguments = arguments_of(call, names.module.code)
    if names.module.text(name) in CALLED_NAMES:
        found = match_call(call, chain, function, name, names, {})
        if found is not None and found.entry.seconds is not None:
            given = argument_of(found.entry, arguments)
            if given is not None and given.start_byte <= value.start_byte and value.end_byte <= given.end_byte:
                return UNIT_MS[found.entry.seconds.unit] * factor
    meaning = names.meaning(function)
    if meaning.kind == "function":
        for bound in bounds_of(meaning, steps + 1):
            given = arguments.at(bound.position, bound.parameter)
            if given is not None and given.start_byte <= value.start_byte and value.end_byte <= given.end_byte:
                return bound.ms * factor
    return None


def own_call(call: Node, chain: Chain, function: Node, name: Node, names: Names) -> Found | None:
    """What a call of one of the project's own functions waits for, when it passes the length on."""
    meaning = names.meaning(function)
    if meaning.kind != "function" or meaning.node is None or meaning.module is None:
        return None
    arguments = arguments_of(call, names.module.code)
    wrapper = wrapper_of(meaning)
    if wrapper is not None:
        return through(wrapper, meaning, call, chain, function, name, names)
    if meaning.module is names.module or meaning.module.is_test_code or not len(arguments):
        return None  # of test code's own helpers, the waits are in their bodies
    bounds = bounds_of(meaning)
    if bounds and any(is_mock(names.meaning(argument)) for argument in arguments.positional):
        return None  # nothing waits in a mock
    if looks_once(name, arguments, names):
        return None
    for bound in bounds:
        value = arguments.at(bound.position, bound.parameter)
        if value is None or value.type in ("none", "true", "false"):
            continue
        quantity = fold(value, names)
        if quantity is not None and quantity.number <= 0:
            continue
        duration = scaled(quantity.number, bound.ms) if quantity is not None else None
        path = spelled(meaning, names)
        return Found(call, chain, name, function, Call(path, "timeout"), path, duration, names.module.text(value))
    return None


def namesakes(module: Module, word: str) -> list[Meaning]:
    """The methods of that name in the project's classes around a file, for receivers nobody can see."""
    if module.project is None or module.place is None:
        return []
    found = []
    for place in suggesting(word, module.code, module.project, module.place, module.consulted):
        other = module.sibling(place)
        if other is None or other.is_test_code:
            continue
        for name, bindings in other.globals.names.items():
            for owner in bindings:
                methods = other.table(owner.node).names.get(word, ()) if owner.kind == "class" else ()
                found += [
                    Meaning("function", f"{name}.{word}", other, method.node)
                    for method in methods
                    if method.kind == "function"
                ]
    return found


def documented_unit(meaning: Meaning, keyword: str) -> Unit | None:
    """The unit that a function's docstring gives for a parameter."""
    if meaning.node is None or meaning.module is None:
        return None
    code = meaning.module.code[meaning.node.start_byte : meaning.node.end_byte]
    if keyword.encode() not in code:
        return None
    entry = re.search(rb"\b" + re.escape(keyword.encode()) + rb"\b[^\n]*:[^:]*", code[code.find(b'"""') :])
    if entry is None:
        return None
    if re.search(rb"\bmilli-?seconds\b|\bms\b", entry[0]):
        return "ms"
    return "s" if re.search(rb"\bseconds\b", entry[0]) else None


def forwards(meaning: Meaning, keyword: str, begun: bool) -> bool:
    """Whether one of the project's functions passes a parameter on to another call.

    To one that makes an object, only if that object is `begun` where the function is called.
    """
    if meaning.node is None or meaning.module is None or meaning.module.is_test_code:
        return False
    body = meaning.node.child_by_field_name("body")
    if body is None or all(name != keyword for name, _, _ in parameters_of(meaning.module, meaning.node)):
        return False
    word = re.escape(keyword.encode())
    pattern = re.compile(rb"(?:[(,]|(?<![=!<>])=)\s*(" + word + rb")\s*(?:[,)]|[*/])")
    module = meaning.module
    return any(
        begun or not _is_kept(module, match.start(1), match.end(1))
        for match in pattern.finditer(module.code, body.start_byte, body.end_byte)
    )


def _is_kept(module: Module, start: int, end: int) -> bool:
    """Whether an argument goes to an object that is made of it: `return Consumer(queue, timeout)`."""
    node = module.root.descendant_for_byte_range(start, end)
    call = next((n for n in reversed(module.chain(node)) if n.type == "call"), None) if node is not None else None
    label = called_name(call) if call is not None else None
    return label is not None and _MAKES.match(module.text(label)) is not None
