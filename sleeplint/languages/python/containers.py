"""The elements of lists that start empty, by what is appended to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.meanings import UNKNOWN, Meaning, several_of
from sleeplint.languages.python.tree import Chain, first_of

if TYPE_CHECKING:
    from sleeplint.languages.python.modules import Module
    from sleeplint.languages.python.names import Names


def appended(names: Names, container: Node, steps: int) -> Meaning:
    """An element of a container that is a name, by what is appended to it."""
    if container.type != "identifier":
        return UNKNOWN
    name = names.module.text(container)
    return appended_to(names, name, names.module.chain(container), container.start_byte, steps, single=True)


def appended_to(names: Names, name: str, chain: Chain, at: int, steps: int, single: bool = False) -> Meaning:
    """The elements of a list that starts empty, by what is appended to it in the same function."""
    scope = next((n for n in reversed(chain) if n.type in ("function_definition", "module")), None)
    if scope is None:
        return UNKNOWN
    needle = name.encode() + b".append("
    where = names.module.code.find(needle, scope.start_byte, scope.end_byte)
    if where < 0:
        return UNKNOWN
    inside = names.module.root.descendant_for_byte_range(where + len(needle) - 1, where + len(needle))
    if inside is None or (inside.type != "argument_list" and (inside := _parent_list(names.module, inside)) is None):
        return UNKNOWN
    value = first_of(inside)
    found = names.meaning(value, steps) if value is not None else UNKNOWN
    return found if single or not found.is_known else several_of(found)


def _parent_list(module: Module, node: Node) -> Node | None:
    return next((n for n in reversed(module.chain(node)) if n.type == "argument_list"), None)
