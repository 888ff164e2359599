"""The project's own functions that wait for as long as they are told: thin wrappers, and bounds by parameter."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tree_sitter import Node

from sleeplint.languages.catalogue import Call, Unit
from sleeplint.languages.python.calls import CALLED_NAMES, SLEEP_NAMES, Found, also_known_as, argument_of, match_call
from sleeplint.languages.python.durations import fold, reads_clock
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Meaning, Names, names_of
from sleeplint.languages.python.scopes import is_test_path
from sleeplint.languages.python.tree import (
    Chain,
    arguments_of,
    bare,
    called_name,
    decorators_of,
    descend,
    first_of,
    owner_of,
)

MAX_STEPS = 5
_BOUND = re.compile(r"timeout|time_?limit|max_wait|deadline", re.IGNORECASE)
_TRANSPARENT = frozenset({"int", "float", "min", "max", "round", "abs"})
_KEEPERS = frozenset({"staticmethod", "classmethod"})
_UNIT_MS: dict[Unit, float] = {"s": 1000, "ms": 1, "us": 0.001, "ns": 0.000001, "duration": 1000, "deadline": 1000}


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A function whose body is one wait on its own parameter."""

    entry: Call
    api: str
    parameter: str
    position: int
    """Of the parameter; a method's receiver does not count."""
    ms: float
    """Milliseconds of one of the parameter's units."""
    default: Node | None
    wait: Node
    """The call in its body."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A parameter that bounds how long its function may wait."""

    parameter: str
    position: int
    ms: float


def wrapper_of(meaning: Meaning, steps: int = 0) -> Wrapper | None:
    """The thin wrapper that a function of the project is; None if it does anything else."""
    if meaning.kind != "function" or meaning.node is None or meaning.module is None or steps > MAX_STEPS:
        return None
    key = ("wrapper", meaning.node.start_byte)
    memory = meaning.module.memory
    if key not in memory:
        memory[key] = None  # it may call itself
        memory[key] = _read_wrapper(meaning.module, meaning.node, steps)
    known = memory[key]
    return known if isinstance(known, Wrapper) else None


def _read_wrapper(module: Module, function: Node, steps: int) -> Wrapper | None:
    chain = module.chain(function)
    if chain and chain[-1].type == "decorated_definition":
        for decorator in decorators_of(chain[-1]):
            if module.text(decorator) not in _KEEPERS:
                return None
    statement = _only_statement(function)
    call = _core(statement) if statement is not None else None
    if call is None or call.type != "call":
        return None
    target, name = call.child_by_field_name("function"), called_name(call)
    if target is None or name is None:
        return None
    names = names_of(module)
    inner = (*chain, function)
    for parameter, position, default in parameters_of(module, function):
        found = match_call(call, module.chain(call), target, name, names, {})
        if found is not None and found.entry.seconds is not None and found.entry.kind in ("sleep", "timeout"):
            value = argument_of(found.entry, arguments_of(call, module.code))
            factor = _factor(value, parameter, names) if value is not None else None
            if factor is not None:
                ms = _UNIT_MS[found.entry.seconds.unit] * factor
                return Wrapper(found.entry, found.api, parameter, position, ms, default, call)
        deeper = wrapper_of(names.meaning(target), steps + 1) if inner else None
        if deeper is not None:
            value = arguments_of(call, module.code).at(deeper.position, deeper.parameter)
            factor = _factor(value, parameter, names) if value is not None else None
            if factor is not None:
                return replace(deeper, parameter=parameter, position=position, ms=deeper.ms * factor, default=default,
                               wait=call)  # fmt: skip
    return None


def _only_statement(function: Node) -> Node | None:
    """The sole statement of a body, docstring, imports and comments aside."""
    body = function.child_by_field_name("body")
    if body is None:
        return None
    statements = [
        child
        for child in body.named_children
        if child.type not in ("comment", "import_statement", "import_from_statement")
    ]
    if statements and statements[0].type == "expression_statement":
        first = first_of(statements[0])
        if first is not None and first.type in ("string", "concatenated_string"):
            statements = statements[1:]
    if len(statements) != 1:
        return None
    only = statements[0]
    if only.type == "if_statement" and only.child_by_field_name("alternative") is None:
        consequence = only.child_by_field_name("consequence")
        inner = [child for child in consequence.named_children if child.type != "comment"] if consequence else []
        return inner[0] if len(inner) == 1 else None
    return only


def _core(statement: Node) -> Node | None:
    node: Node | None = statement
    while node is not None and node.type in ("expression_statement", "return_statement", "await", "yield"):
        node = next((child for child in node.named_children if child.type != "comment"), None)
    return bare(node) if node is not None else None


def parameters_of(module: Module, function: Node) -> list[tuple[str, int, Node | None]]:
    """The parameters of a function, each with its position for a caller and its default."""
    holder = function.child_by_field_name("parameters")
    chain = module.chain(function)
    owner = owner_of(chain)
    static = bool(chain) and chain[-1].type == "decorated_definition" and any(
        module.text(decorator) == "staticmethod" for decorator in decorators_of(chain[-1])
    )  # fmt: skip
    method = owner is not None and owner.type == "class_definition" and not static
    found: list[tuple[str, int, Node | None]] = []
    position = -1 if method else 0
    keyword_only = False
    for parameter in holder.named_children if holder is not None else ():
        if parameter.type in ("keyword_separator", "list_splat_pattern"):
            keyword_only = True
            continue
        if parameter.type in ("comment", "positional_separator", "dictionary_splat_pattern"):
            continue
        name: Node | None = parameter
        if parameter.type in ("default_parameter", "typed_default_parameter"):
            name = parameter.child_by_field_name("name")
        elif parameter.type == "typed_parameter":
            name = first_of(parameter)
            if name is not None and name.type != "identifier":
                keyword_only = keyword_only or name.type == "list_splat_pattern"
                continue
        if name is not None and position >= 0:
            place = 1_000 if keyword_only else position
            found.append((module.text(name), place, parameter.child_by_field_name("value")))
        position += 1
    return found


def _factor(value: Node, parameter: str, names: Names) -> float | None:
    """By what an expression multiplies a parameter; None if it is no multiple of it."""
    value = bare(value)
    module = names.module
    if value.type == "identifier":
        return 1.0 if module.text(value) == parameter else None
    if value.type == "binary_operator":
        left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
        operator = value.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return None
        for one, other in ((left, right), (right, left)):
            factor, number = _factor(one, parameter, names), fold(other, names)
            if factor is None or number is None or not number.number:
                continue
            if operator.type == "*":
                return factor * number.number
            if operator.type in ("/", "//") and one is left:
                return factor / number.number
        return None
    if value.type == "call":
        function = value.child_by_field_name("function")
        if function is not None and module.text(function) in _TRANSPARENT:
            arguments = arguments_of(value, module.code).positional
            return next((f for a in arguments if (f := _factor(a, parameter, names)) is not None), None)
    if value.type in ("boolean_operator", "conditional_expression"):
        parts = _outcomes(value)
        return next((f for a in parts if (f := _factor(a, parameter, names)) is not None), None)
    return None


def _outcomes(choice: Node) -> list[Node]:
    """What a choice may come to, without what it only looks at."""
    parts = [part for part in choice.named_children if part.type != "comment"]
    if choice.type == "conditional_expression":
        return [part for index, part in enumerate(parts) if index != 1]
    operator = choice.child_by_field_name("operator")
    return parts[1:] if operator is not None and operator.type == "and" else parts


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
        if body is None or not _BOUND.search(parameter):
            continue
        ms = _bounded_by(module, body, parameter, steps)
        if ms is not None:
            found.append(Bound(parameter, position, ms))
    return found


def _bounded_by(module: Module, body: Node, parameter: str, steps: int) -> float | None:
    """Milliseconds of one unit of a parameter that flows into a wait; None if it flows into none."""
    names = names_of(module)
    pattern = re.compile(rb"(?<![\w.])" + re.escape(parameter.encode()) + rb"(?!\w)")
    for match in pattern.finditer(module.code, body.start_byte, body.end_byte):
        node = module.root.descendant_for_byte_range(match.start(), match.end())
        if node is None or node.type != "identifier":
            continue
        ms = _flows(node, module.chain(node), parameter, names, steps)
        if ms is not None:
            return ms
    return None


def _flows(node: Node, chain: Chain, parameter: str, names: Names, steps: int) -> float | None:
    """Where one mention of a parameter goes, up through its expression."""
    top = node
    for position in range(len(chain) - 1, -1, -1):
        holder = chain[position]
        if holder.type in ("boolean_operator", "conditional_expression") and top not in _outcomes(holder):
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
            if function is not None and names.module.text(function) in _TRANSPARENT:
                top = call
                continue
            factor = _factor(top, parameter, names)
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
    name, factor = names.module.text(left), _factor(value, parameter, names)
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
        factor = _factor(value, parameter, names)
        if factor is not None and reads_clock(clock, names):
            return 1000 * factor
    return None


def _compared(comparison: Node, parameter: str, names: Names) -> float | None:
    """`time.time() - start > timeout`."""
    sides = comparison.named_children
    factor = next((f for side in sides if (f := _factor(side, parameter, names)) is not None), None)
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
                return _UNIT_MS[found.entry.seconds.unit] * factor
    meaning = names.meaning(function)
    if meaning.kind == "function":
        for bound in bounds_of(meaning, steps + 1):
            given = arguments.at(bound.position, bound.parameter)
            if given is not None and given.start_byte <= value.start_byte and value.end_byte <= given.end_byte:
                return bound.ms * factor
    return None


_DEFINITION = re.compile(rb"\bdef[ \t]+(\w+)[ \t]*\(([^)]*)\)?")
_NEAR = 400
"""How many bytes behind its parameters a thin wrapper has its wait."""
_WAITS = re.compile(rb"sleep|wait|timeout|delay|join", re.IGNORECASE)


def suggested(code: bytes) -> frozenset[str]:
    """Names of functions that may be wrappers or bound a wait by a parameter, by a byte search."""
    found = set()
    others = []
    for match in _DEFINITION.finditer(code):
        name, parameters = match[1], match[2]
        if name.startswith(b"__") or not parameters.strip() or parameters.strip() in (b"self", b"cls"):
            continue
        if b"timeout" in parameters.lower() or _WAITS.search(code, match.end(), match.end() + _NEAR):
            found.add(name)
        else:
            others.append((name, code[match.end() : match.end() + _NEAR]))
    # A wrapper of a wrapper.
    more = {name for name, body in others if any(known + b"(" in body for known in found)}
    return frozenset(name.decode() for name in found | more) | also_known_as(code, SLEEP_NAMES)


def suggested_around(module: Module) -> frozenset[str]:
    """Such names of a file, of the project's modules that it imports, and of those that these re-export."""
    found = set(suggested(module.code))
    for first in _imported_modules(module):
        found |= _suggested_once(first)
        if first.path.endswith("__init__.py"):
            for second in _imported_modules(first):
                found |= _suggested_once(second)
    return frozenset(found)


def _suggested_once(module: Module) -> frozenset[str]:
    known = module.memory.get("suggested")
    if not isinstance(known, frozenset):
        known = suggested(module.code)
        module.memory["suggested"] = known
    return known


def _imported_modules(module: Module) -> list[Module]:
    dotted: dict[str, None] = {}
    for bindings in module.globals.names.values():
        for binding in bindings:
            if binding.kind == "import":
                dotted[binding.path] = None
            elif binding.kind == "from":
                owner = binding.path.rpartition(".")[0] or "."
                dotted[owner if owner.strip(".") else "." * (len(owner) + 1 if owner != "." else 1)] = None
                dotted[binding.path] = None
    for star in module.globals.stars:
        dotted[star.path] = None
    return [found for path in dotted if (found := module.module_at(path)) is not None]


def own_call(call: Node, chain: Chain, function: Node, name: Node, names: Names) -> Found | None:
    """What a call of one of the project's own functions waits for, when it passes the length on."""
    meaning = names.meaning(function)
    if meaning.kind != "function" or meaning.node is None or meaning.module is None:
        return None
    arguments = arguments_of(call, names.module.code)
    wrapper = wrapper_of(meaning)
    if wrapper is not None:
        return _through(wrapper, meaning, call, chain, function, name, names)
    if meaning.module is names.module or _is_test_code(meaning.module) or not len(arguments):
        return None  # of test code's own helpers, the waits are in their bodies
    for bound in bounds_of(meaning):
        value = arguments.at(bound.position, bound.parameter)
        if value is None or value.type in ("none", "true", "false"):
            continue
        quantity = fold(value, names)
        if quantity is not None and quantity.number <= 0:
            continue
        duration = _scaled(quantity.number, bound.ms) if quantity is not None else None
        entry = Call(meaning.path, "timeout")
        return Found(call, chain, name, function, entry, meaning.path, duration, names.module.text(value))
    return None


def _through(
    wrapper: Wrapper, meaning: Meaning, call: Node, chain: Chain, function: Node, name: Node, names: Names
) -> Found | None:
    arguments = arguments_of(call, names.module.code)
    value = arguments.at(wrapper.position, wrapper.parameter)
    quantity = None
    if value is not None and value.type not in ("none", "list_splat"):
        quantity = fold(value, names)
    elif value is None and not arguments.open and wrapper.default is not None and meaning.module is not None:
        quantity = fold(wrapper.default, names_of(meaning.module))
    if wrapper.entry.kind == "timeout" and (
        value is None or value.type == "none" or (quantity is not None and quantity.number <= 0)
    ):
        return None
    duration = _scaled(quantity.number, wrapper.ms) if quantity is not None else None
    written = names.module.text(value) if value is not None else None
    return Found(call, chain, name, function, wrapper.entry, wrapper.api, duration, written, meaning.path)


def _scaled(number: float, ms: float) -> int | float | None:
    value = round(number * ms, 9)
    if value < 0 or value == float("inf"):
        return None
    return int(value) if value == int(value) else value


def _is_test_code(module: Module) -> bool:
    if module.place is None or module.project is None:
        return is_test_path(module.path)
    return is_test_path(module.place.relative_to(module.project.root).as_posix())


def is_reported_at_its_calls(module: Module, found: Found) -> bool:
    """Whether a wait is the body of a wrapper, which is reported where it is called."""
    function = next((n for n in reversed(found.chain) if n.type == "function_definition"), None)
    if function is None:
        return False
    wrapper = wrapper_of(Meaning("function", "", module, function))
    if wrapper is None or wrapper.wait != found.call:
        return False
    label = function.child_by_field_name("name")
    if label is None:
        return False
    name = module.text(label).encode()
    if re.search(rb"(?<!def )(?<!\w)" + re.escape(name) + rb"[ \t]*\(", module.code):
        return True
    nested = any(ancestor.type == "function_definition" for ancestor in module.chain(function))
    file_name = module.path.rpartition("/")[2]
    # Nobody imports from a test file: a function that it never calls is run by somebody else.
    return not nested and not file_name.startswith("test_")


def namesakes(module: Module, word: str) -> list[Meaning]:
    """The methods of that name in the project's classes around a file, for receivers nobody can see."""
    found = []
    around = [(first, second) for first in _imported_modules(module) for second in (first, *_reexported(first))]
    seen: set[str] = set()
    for _, other in around:
        if other.path in seen or _is_test_code(other):
            continue
        seen.add(other.path)
        if word not in _suggested_once(other):
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


def _reexported(module: Module) -> list[Module]:
    return _imported_modules(module) if module.path.endswith("__init__.py") else []


def documented_unit(meaning: Meaning, keyword: str) -> Unit | None:
    """The unit that a function's docstring gives for a parameter."""
    if meaning.node is None or meaning.module is None:
        return None
    code = meaning.module.code[meaning.node.start_byte : meaning.node.end_byte]
    entry = re.search(rb"\b" + re.escape(keyword.encode()) + rb"\b[^\n]*:[^:]*", code[code.find(b'"""') :])
    if entry is None:
        return None
    if re.search(rb"\bmilli-?seconds\b|\bms\b", entry[0]):
        return "ms"
    return "s" if re.search(rb"\bseconds\b", entry[0]) else None


def forwards(meaning: Meaning, keyword: str) -> bool:
    """Whether one of the project's functions passes a parameter on to another call."""
    if meaning.node is None or meaning.module is None or _is_test_code(meaning.module):
        return False
    body = meaning.node.child_by_field_name("body")
    if body is None or all(name != keyword for name, _, _ in parameters_of(meaning.module, meaning.node)):
        return False
    word = re.escape(keyword.encode())
    pattern = re.compile(rb"(?:[(,]|(?<![=!<>])=)\s*" + word + rb"\s*(?:[,)]|[*/])")
    return pattern.search(meaning.module.code, body.start_byte, body.end_byte) is not None
