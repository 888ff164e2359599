"""How long: folds what the code says about a duration into a number, or says that it does not say."""

from __future__ import annotations

import math
import re

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.catalogue import Unit
from sleeplint.languages.python.attributes import assigned_to_self
from sleeplint.languages.python.catalogue import CLOCKS
from sleeplint.languages.python.literals import element_of
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.tree import arguments_of, bare, bases_of, string_of
from sleeplint.records import dataclass
from sleeplint.regexes import regex

MAX_STEPS = 16
_TO_MS: dict[Unit, float] = {"s": 1000, "ms": 1, "us": 0.001, "ns": 0.000001, "duration": 1000, "deadline": 1000}
_TIMEDELTA: dict[str, float] = {
    "weeks": 604_800,
    "days": 86_400,
    "hours": 3600,
    "minutes": 60,
    "seconds": 1,
    "milliseconds": 0.001,
    "microseconds": 0.000001,
}
_TIMEDELTA_ORDER = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A folded number. `carries_unit` says that it is a `timedelta`, in seconds."""

    number: int | float
    carries_unit: bool = False


def milliseconds(node: Node, unit: Unit, names: Names) -> Milliseconds | None:
    """The duration that an argument gives; None if the source does not say."""
    found = _until(node, names) if unit == "deadline" else fold(node, names)
    if found is None:
        return None
    return as_milliseconds(found, unit)


def as_milliseconds(quantity: Quantity, unit: Unit) -> Milliseconds | None:
    """A folded number in milliseconds, whole where it is."""
    try:
        ms = quantity.number * (1000 if quantity.carries_unit else _TO_MS[unit])
        ms = float(f"{ms:.12g}")
    except OverflowError:
        return None
    if not math.isfinite(ms) or ms < 0:
        return None
    return int(ms) if ms == int(ms) else ms


def _until(node: Node, names: Names) -> Quantity | None:
    """How far off a deadline is; the clock's own reading and the beginning of time have passed."""
    found = from_now(node, names)
    if found is None and reads_clock(node, names):
        return Quantity(0)
    moment = fold(node, names) if found is None else None
    return Quantity(0) if moment is not None and moment.number <= 0 else found


def from_now(node: Node, names: Names, steps: int = 0) -> Quantity | None:
    """A moment as a distance from now: the part of a sum that is not the clock."""
    node = bare(node)
    if steps > MAX_STEPS:
        return None
    if node.type == "binary_operator":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None or operator.type != "+":
            return None
        if reads_clock(left, names):
            return fold(right, names)
        if reads_clock(right, names):
            return fold(left, names)
    if node.type == "identifier":
        value = value_of(node, names)
        return from_now(value, names, steps + 1) if value is not None else None
    found = fold(node, names)
    # `IOLoop.add_timeout` and `with_timeout` take a timedelta as well.
    return found if found is not None and found.carries_unit else None


def reads_clock(node: Node, names: Names) -> bool:
    """Whether an expression is a reading of a clock, here or by the name it was given."""
    node = bare(node)
    if node.type == "identifier":
        value = value_of(node, names)
        return value is not None and value.type == "call" and reads_clock(value, names)
    if node.type != "call":
        return False
    function = node.child_by_field_name("function")
    return function is not None and (clock_of(function, names) is not None)


def clock_of(function: Node, names: Names) -> str | None:
    """The path of the clock that a called expression is; None if it is none."""
    path = names.resolve(function)
    if path in CLOCKS:
        return path
    if path is not None and path.endswith("loop.time"):
        return "asyncio.loop.time"
    return None


def value_of(node: Node, names: Names) -> Node | None:
    """The expression that a name surely stands for."""
    candidates, sure = names.module.bindings(names.module.text(node), names.module.chain(node), node.start_byte)
    if not candidates or candidates[0].kind != "value" or candidates[0].index is not None:
        return None
    return candidates[0].node if sure else None


def fold(node: Node, names: Names, steps: int = 0) -> Quantity | None:
    """The number that an expression surely is."""
    if steps > MAX_STEPS:
        return None
    node = bare(node)
    match node.type:
        case "integer" | "float":
            return _literal(names.module.text(node))
        case "unary_operator":
            inner = node.child_by_field_name("argument")
            found = fold(inner, names, steps + 1) if inner is not None else None
            if found is None:
                return None
            return Quantity(-found.number, found.carries_unit) if names.module.text(node)[0] == "-" else found
        case "binary_operator":
            return _operation(node, names, steps)
        case "identifier":
            return _named(node, names, steps)
        case "attribute":
            return _attribute(node, names, steps)
        case "call":
            return _call(node, names, steps)
        case "subscript":
            literal = element_of(node, names)
            return fold(*literal, steps + 1) if literal is not None else None
        case "conditional_expression":
            parts = node.named_children
            if len(parts) == 3:
                first, last = fold(parts[0], names, steps + 1), fold(parts[2], names, steps + 1)
                return first if first == last else None
    return None


def _literal(text: str) -> Quantity | None:
    text = text.replace("_", "").lower()
    try:
        if text.startswith(("0x", "0o", "0b")):
            return Quantity(int(text, 0))
        if re.fullmatch(r"\d{1,400}", text):
            return Quantity(int(text))
        return Quantity(float(text))
    except ValueError:  # a complex number, or Python 2's `1L`
        return None


def _operation(node: Node, names: Names, steps: int) -> Quantity | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return None
    first, second = fold(left, names, steps + 1), fold(right, names, steps + 1)
    if first is None or second is None:
        return None
    unit = first.carries_unit or second.carries_unit
    a, b = first.number, second.number
    try:
        match operator.type:
            case "+":
                return Quantity(a + b, unit)
            case "-":
                return Quantity(a - b, unit)
            case "*":
                return Quantity(a * b, unit)
            case "/":
                return Quantity(a / b, first.carries_unit and not second.carries_unit)
            case "//":
                return Quantity(a // b, first.carries_unit and not second.carries_unit)
            case "%":
                return Quantity(a % b, unit)
            case "**" if abs(b) <= 64 and abs(a) <= 1_000_000:
                power = a**b
                return Quantity(power) if isinstance(power, int | float) else None
    except (ArithmeticError, ValueError):
        return None
    return None


def _named(node: Node, names: Names, steps: int) -> Quantity | None:
    module = names.module
    name = module.text(node)
    candidates, sure = module.bindings(name, module.chain(node), node.start_byte)
    if not candidates:
        for star in module.globals.stars:
            target = module.module_at(star.path)
            if target is not None and name in target.globals.names:
                return _constant(target, name, steps)
        return None
    binding = candidates[0]
    if not sure:
        return None
    if binding.kind == "from":
        return _imported_constant(module, binding.path, steps)
    if binding.kind != "value" or binding.index is not None or _is_redeclared(module, name):
        return None
    return fold(binding.node, names, steps + 1)


_GLOBAL = regex(rb"global(?<!\wglobal)\b([^\n#]*)")
_NONLOCAL = regex(rb"nonlocal(?<!\wnonlocal)\b([^\n#]*)")


def _is_redeclared(module: Module, name: str) -> bool:
    """Whether a function changes it through `global` or `nonlocal`."""
    known = module.memory.get("redeclared")
    if not isinstance(known, frozenset):
        names = b" ".join([*_GLOBAL.findall(module.code), *_NONLOCAL.findall(module.code)])
        known = frozenset(re.findall(rb"\w+", names))
        module.memory["redeclared"] = known
    return name.encode() in known


def _imported_constant(module: Module, dotted: str, steps: int) -> Quantity | None:
    owner, _, name = dotted.rpartition(".")
    if dotted.startswith(".") and not owner.strip("."):
        owner = "." * (len(dotted) - len(dotted.lstrip(".")))
    target = module.module_at(owner) if owner else None
    return _constant(target, name, steps) if target is not None else None


def _constant(module: Module, name: str, steps: int) -> Quantity | None:
    """A constant of a module's top level."""
    bindings = module.bound_in(module.globals, name)
    if not bindings:
        for star in module.globals.stars:
            target = module.module_at(star.path)
            if target is not None and name in target.globals.names and steps < MAX_STEPS:
                return _constant(target, name, steps + 1)
        return None
    if len(bindings) != 1:
        return None
    binding = bindings[0]
    if binding.kind == "from":
        return _imported_constant(module, binding.path, steps + 1) if steps < MAX_STEPS else None
    if binding.kind != "value" or binding.index is not None or _is_redeclared(module, name):
        return None
    return fold(binding.node, names_of(module), steps + 1)


def _attribute(node: Node, names: Names, steps: int) -> Quantity | None:
    owner, label = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    if owner is None or label is None:
        return None
    name = names.module.text(label)
    if name == "value" and owner.type == "attribute":  # of an enumeration's member
        return fold(owner, names, steps + 1)
    meaning = names.meaning(owner)
    if meaning.kind == "external" and meaning.module is not None:
        target = meaning.module.module_at(meaning.path)
        if target is None or _is_set_here(names.module, name):
            return None
        return _constant(target, name, steps + 1)
    if meaning.kind in ("instance", "class") and meaning.node is not None and meaning.module is not None:
        made = owner if owner.type == "call" else value_of(owner, names) if owner.type == "identifier" else None
        if made is not None and made.type == "call":
            given = arguments_of(made, names.module.code)
            if name in given.keywords:
                return fold(given.keywords[name], names, steps + 1)
            if (given.positional or given.open) and _is_field(meaning.module, meaning.node, name):
                return None  # it may be among them
        return _class_constant(meaning.module, meaning.node, name, steps)
    return None


def _is_field(module: Module, owner: Node, name: str) -> bool:
    """Whether a class declares an attribute that may be given when it is made, as dataclasses do."""
    return any(binding.annotation is not None for binding in module.table(owner).names.get(name, ()))


def _is_set_here(module: Module, name: str) -> bool:
    """Whether a file sets another module's constant: by name, by a patch, or by a keyword of a knob for it."""
    word = re.escape(name.encode())
    return bool(re.search(rb"(?i)\b" + word + rb"\s*=(?!=)|[\"'.]" + word + rb"[\"']", module.code))


def _class_constant(module: Module, owner: Node, name: str, steps: int) -> Quantity | None:
    names = names_of(module)
    inside = [binding.node for binding in module.table(owner).names.get(name, ()) if binding.kind == "value"]
    found = {fold(value, names, steps + 1) for value in (*inside, *assigned_to_self(module, owner, name))}
    if len(found) == 1:
        return found.pop()
    if found:
        return None
    for base in bases_of(owner):
        meaning = names.meaning(base)
        if meaning.kind == "class" and meaning.node is not None and meaning.module is not None:
            inherited = _class_constant(meaning.module, meaning.node, name, steps + 1) if steps < MAX_STEPS else None
            if inherited is not None:
                return inherited
    return None


def _call(node: Node, names: Names, steps: int) -> Quantity | None:
    function = node.child_by_field_name("function")
    if function is None:
        return None
    arguments = arguments_of(node, names.module.code)
    if arguments.open:
        return None
    if function.type == "attribute":
        owner, label = function.child_by_field_name("object"), function.child_by_field_name("attribute")
        if owner is not None and label is not None and names.module.text(label) == "total_seconds":
            found = fold(owner, names, steps + 1)
            return Quantity(found.number) if found is not None and found.carries_unit else None
    name = names.module.text(function)
    if name in ("int", "float") and len(arguments) == 1 and arguments.positional:
        text = string_of(arguments.positional[0], names.module.code)
        if text is not None:
            return _literal(text.decode("utf-8", "replace"))
    if name in ("int", "float", "min", "max", "abs", "round") and not names.meaning(function).is_known:
        folded = [fold(argument, names, steps + 1) for argument in arguments.positional]
        return _builtin(name, [part for part in folded if part is not None]) if folded and all(folded) else None
    if names.resolve(function) in ("datetime.timedelta", "timedelta"):
        total = 0.0
        parts = {**dict(zip(_TIMEDELTA_ORDER, arguments.positional, strict=False)), **arguments.keywords}
        for unit, value in parts.items():
            part = fold(value, names, steps + 1)
            if part is None or unit not in _TIMEDELTA:
                return None
            total += part.number * _TIMEDELTA[unit]
        return Quantity(round(total, 9), carries_unit=True)
    return None


def _builtin(name: str, parts: list[Quantity]) -> Quantity | None:
    first = parts[0]
    unit = first.carries_unit
    if name == "min":
        return Quantity(min(part.number for part in parts), unit)
    if name == "max":
        return Quantity(max(part.number for part in parts), unit)
    if len(parts) != 1:
        return None
    try:
        match name:
            case "int":
                return Quantity(int(first.number))
            case "float":
                return Quantity(float(first.number))
            case "abs":
                return Quantity(abs(first.number), unit)
            case "round":
                return Quantity(round(first.number))
    except (ValueError, OverflowError):
        return None
    return None
