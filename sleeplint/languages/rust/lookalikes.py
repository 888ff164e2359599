"""What is named like a wait and is none: closures that shadow it, functions that are seen not to wait."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from sleeplint.languages.rust.bindings import binds, last_let, parameter_names
from sleeplint.languages.rust.words import holds

_BLOCKS = frozenset({"block", "source_file", "declaration_list"})
_ACTS = frozenset(
    {"call_expression", "macro_invocation", "await_expression", "struct_expression", "loop_expression"}
    | {"while_expression", "for_expression"}
)
"""What a body must hold to wait, or to make something that does."""


def is_shadowed(name: str, chain: Sequence[Node], before: int, code: bytes) -> bool:
    """Whether a bare name that is called at `before` is a closure bound there, or a parameter."""
    for node in reversed(chain):
        if node.type in _BLOCKS:
            let = last_let(node, name, before, code)
            if let is not None:
                value = let.child_by_field_name("value")
                return value is not None and value.type == "closure_expression"
        elif node.type in {"closure_expression", "function_item"}:
            parameters = node.child_by_field_name("parameters")
            if parameters is not None and any(
                part.type != "self_parameter" and binds(part.child_by_field_name("pattern") or part, name, code)
                for part in parameters.named_children
            ):
                return True
            if node.type == "function_item":
                return False
    return False


def waits_nowhere(function: Node, code: bytes) -> bool:
    """Whether a function's body is in sight, and does nothing, or nothing with its first parameter."""
    parameters, body = function.child_by_field_name("parameters"), function.child_by_field_name("body")
    if parameters is None or body is None:
        return False
    names = parameter_names(parameters)
    if names and names[0].type == "identifier":
        word = code[names[0].start_byte : names[0].end_byte]
        if not holds(code, word, body.start_byte, body.end_byte):
            return True
    elif names and names[0].type == "_":
        return True
    pending = [body]
    while pending:
        node = pending.pop()
        if node.type in _ACTS:
            return False
        pending += node.named_children
    return True
