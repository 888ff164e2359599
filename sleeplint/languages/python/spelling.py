"""Under which path a function or method of the project is spoken of: that by which its package offers it."""

from __future__ import annotations

from sleeplint.languages.python.meanings import Meaning
from sleeplint.languages.python.members import imported
from sleeplint.languages.python.names import Names

_PATHS = "spelled"


def spelled(meaning: Meaning, names: Names) -> str:
    """Its path without the modules that are the package's own affair: `shop.core.cart.Cart.add` is `shop.Cart.add`."""
    if meaning.kind != "function" or meaning.node is None or meaning.path.count(".") < 2:
        return meaning.path
    owner, _, name = meaning.path.rpartition(".")
    whole = _public(meaning.path, names)
    return whole if whole != meaning.path else f"{_public(owner, names)}.{name}"


def _public(path: str, names: Names) -> str:
    """The shortest path by which a package around it offers the class or function of a path."""
    key = (_PATHS, path)
    known = names.module.memory.get(key)
    if not isinstance(known, str):
        known = names.module.memory[key] = _shortest(path, names)
    return known


def _shortest(path: str, names: Names) -> str:
    own = imported(names.module, path)
    if own.kind not in ("class", "function") or own.module is None or own.node is None:
        return path
    label = path.rpartition(".")[2]
    packages = own.module.prefix
    for length in range(1, len(packages)):
        offered = f"{'.'.join(packages[:length])}.{label}"
        found = imported(names.module, offered)
        if (found.kind, found.node) == (own.kind, own.node):
            return offered
    return path
