"""Under which path a method of the project is spoken of in a file."""

from __future__ import annotations

from sleeplint.languages.python.meanings import Meaning
from sleeplint.languages.python.members import imported
from sleeplint.languages.python.names import Names

_PATHS = "spelled"


def spelled(meaning: Meaning, names: Names) -> str:
    """A method's path as the file itself would write it: `import shop` makes `shop.cart.Cart.add` `shop.Cart.add`."""
    if meaning.kind != "function" or meaning.node is None or meaning.path.count(".") < 3:
        return meaning.path
    owner, _, method = meaning.path.rpartition(".")
    key = (_PATHS, owner)
    known = names.module.memory.get(key)
    if not isinstance(known, str):
        known = names.module.memory[key] = _of_class(owner, names)
    return f"{known}.{method}"


def _of_class(owner: str, names: Names) -> str:
    module = names.module
    package, label = owner.partition(".")[0], owner.rpartition(".")[2]
    bindings = module.globals.names.get(package, ())
    if not any(binding.kind == "import" and binding.path == package for binding in bindings):
        return owner
    offered, own = imported(module, f"{package}.{label}"), imported(module, owner)
    return f"{package}.{label}" if offered.kind == "class" and offered.node == own.node else owner
