"""A function's parameters, and what an expression makes of one."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.languages.catalogue import Unit
from sleeplint.languages.python.durations import fold
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.tree import arguments_of, bare, decorators_of, first_of, owner_of

TRANSPARENT = frozenset({"int", "float", "min", "max", "round", "abs"})


UNIT_MS: dict[Unit, float] = {"s": 1000, "ms": 1, "us": 0.001, "ns": 0.000001, "duration": 1000, "deadline": 1000}


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


def factor_of(value: Node, parameter: str, names: Names) -> float | None:
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
            factor, number = factor_of(one, parameter, names), fold(other, names)
            if factor is None or number is None or not number.number:
                continue
            if operator.type == "*":
                return factor * number.number
            if operator.type in ("/", "//") and one is left:
                return factor / number.number
        return None
    if value.type == "call":
        function = value.child_by_field_name("function")
        if function is not None and module.text(function) in TRANSPARENT:
            arguments = arguments_of(value, module.code).positional
            return next((f for a in arguments if (f := factor_of(a, parameter, names)) is not None), None)
    if value.type in ("boolean_operator", "conditional_expression"):
        parts = outcomes_of(value)
        return next((f for a in parts if (f := factor_of(a, parameter, names)) is not None), None)
    return None


def outcomes_of(choice: Node) -> list[Node]:
    """What a choice may come to, without what it only looks at."""
    parts = [part for part in choice.named_children if part.type != "comment"]
    if choice.type == "conditional_expression":
        return [part for index, part in enumerate(parts) if index != 1]
    operator = choice.child_by_field_name("operator")
    return parts[1:] if operator is not None and operator.type == "and" else parts


def scaled(number: float, ms: float) -> int | float | None:
    """A number of units of so many milliseconds; None if it is no duration."""
    value = round(number * ms, 9)
    if value < 0 or value == float("inf"):
        return None
    return int(value) if value == int(value) else value
