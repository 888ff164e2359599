"""The resolver of each module, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
