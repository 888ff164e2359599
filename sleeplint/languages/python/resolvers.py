"""The resolver of each module, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.meanings import Meaning
from sleeplint.languages.python.modules import Module

if TYPE_CHECKING:
    from sleeplint.languages.python.names import Names

_NAMES = "names"


def names_of(module: Module) -> Names:
    """The resolver of a module, one for each."""
    from sleeplint.languages.python.names import Names  # which asks those of other modules

    known = module.memory.get(_NAMES)
    if isinstance(known, Names):
        return known
    names = module.memory[_NAMES] = Names(module)
    return names


def names_as(module: Module, owner: Node, receiver: Meaning | None) -> Names:
    """The resolver of a module in which `self`, in the methods of a class, is of a class derived from it."""
    if receiver is None or receiver.node == owner or receiver.module is None or receiver.node is None:
        return names_of(module)
    from sleeplint.languages.python.names import Names

    key = (_NAMES, owner.start_byte, receiver.module.path, receiver.node.start_byte)
    known = module.memory.get(key)
    if isinstance(known, Names):
        return known
    names = module.memory[key] = Names(module, (owner, receiver))
    return names
