"""What the decorators of a function say about it."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.tree import decorators_of


def is_fixture(decorated: Node, module: Module) -> bool:
    """Whether a decorated definition is a pytest fixture."""
    return any("fixture" in module.text(decorator).partition("(")[0] for decorator in decorators_of(decorated))


def _decorators(function: Node, module: Module) -> list[str]:
    chain = module.chain(function)
    if not chain or chain[-1].type != "decorated_definition":
        return []
    return [module.text(decorator) for decorator in decorators_of(chain[-1])]


def is_property(function: Node, module: Module) -> bool:
    """Whether a method is read like an attribute."""
    return any(name.endswith("property") for name in _decorators(function, module))


def is_static(holder: Node, module: Module) -> bool:
    """Whether a definition, given what holds it, takes no receiver."""
    if holder.type != "decorated_definition":
        return False
    return any(module.text(decorator) == "staticmethod" for decorator in decorators_of(holder))
