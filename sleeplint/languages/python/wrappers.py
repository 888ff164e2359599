"""The project's own functions whose body is one wait on their own parameter."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.catalogue import Call
from sleeplint.languages.python.calls import Found, argument_of, match_call
from sleeplint.languages.python.durations import fold
from sleeplint.languages.python.meanings import Meaning
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.parameters import UNIT_MS, factor_of, parameters_of, scaled
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.tree import FUNCTIONS, Chain, arguments_of, bare, called_name, decorators_of, first_of
from sleeplint.records import dataclass, replace

MAX_STEPS = 5
_KEEPERS = frozenset({"staticmethod", "classmethod"})
_PLAIN = frozenset({"identifier", "none"})


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
            factor = factor_of(value, parameter, names) if value is not None else None
            if factor is not None:
                ms = UNIT_MS[found.entry.seconds.unit] * factor
                return Wrapper(found.entry, found.api, parameter, position, ms, default, call)
        deeper = wrapper_of(names.meaning(target), steps + 1) if inner else None
        if deeper is not None:
            value = arguments_of(call, module.code).at(deeper.position, deeper.parameter)
            factor = factor_of(value, parameter, names) if value is not None else None
            if factor is not None:
                return replace(deeper, parameter=parameter, position=position, ms=deeper.ms * factor, default=default,
                               wait=call)  # fmt: skip
    return None


def _only_statement(function: Node) -> Node | None:
    """The sole statement of a body, docstring, imports, comments and a plain value at the end aside."""
    body = function.child_by_field_name("body")
    if body is None or function.type == "lambda":
        return body
    statements = [
        child
        for child in body.named_children
        if child.type not in ("comment", "import_statement", "import_from_statement")
    ]
    if statements and statements[0].type == "expression_statement":
        first = first_of(statements[0])
        if first is not None and first.type in ("string", "concatenated_string"):
            statements = statements[1:]
    if len(statements) == 2 and _gives_a_plain_value(statements[1]):
        statements = statements[:1]
    if len(statements) != 1:
        return None
    only = statements[0]
    if only.type == "if_statement" and only.child_by_field_name("alternative") is None:
        consequence = only.child_by_field_name("consequence")
        inner = [child for child in consequence.named_children if child.type != "comment"] if consequence else []
        return inner[0] if len(inner) == 1 else None
    return only


def _gives_a_plain_value(statement: Node) -> bool:
    """Whether a statement gives back what is there already: `return`, `return n`, `return None`."""
    if statement.type != "return_statement":
        return False
    value = first_of(statement)
    return value is None or value.type in _PLAIN


def _core(statement: Node) -> Node | None:
    node: Node | None = statement
    while node is not None and node.type in ("expression_statement", "return_statement", "await", "yield"):
        node = next((child for child in node.named_children if child.type != "comment"), None)
    return bare(node) if node is not None else None


def through(
    wrapper: Wrapper, meaning: Meaning, call: Node, chain: Chain, function: Node, name: Node, names: Names
) -> Found | None:
    """The wait that a call of a wrapper is."""
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
    duration = scaled(quantity.number, wrapper.ms) if quantity is not None else None
    written = names.module.text(value) if value is not None else None
    return Found(call, chain, name, function, wrapper.entry, wrapper.api, duration, written, meaning.path)


def _name_of(module: Module, function: Node) -> Node | None:
    """The name under which a function is known: a definition's, or the one that a lambda is given to."""
    if function.type != "lambda":
        return function.child_by_field_name("name")
    chain = module.chain(function)
    left = chain[-1].child_by_field_name("left") if chain and chain[-1].type == "assignment" else None
    return left if left is not None and left.type == "identifier" else None


def is_reported_at_its_calls(module: Module, found: Found) -> bool:
    """Whether a wait is the body of a wrapper, which is reported where it is called."""
    function = next((n for n in reversed(found.chain) if n.type in FUNCTIONS), None)
    if function is None:
        return False
    wrapper = wrapper_of(Meaning("function", "", module, function))
    if wrapper is None or wrapper.wait != found.call:
        return False
    label = _name_of(module, function)
    if label is None:
        return False
    name = module.text(label).encode()
    if re.search(rb"(?<!def )(?<!\w)" + re.escape(name) + rb"[ \t]*[(,]", module.code):
        return True
    nested = function.type == "lambda" or any(
        ancestor.type == "function_definition" for ancestor in module.chain(function)
    )
    file_name = module.path.rpartition("/")[2]
    # Nobody imports from a test file: a function that it never calls is run by somebody else.
    return not nested and not file_name.startswith("test_")
