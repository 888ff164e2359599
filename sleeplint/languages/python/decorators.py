"""What the decorators of a function say about it."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.tree import arguments_of, decorators_of
from sleeplint.regexes import regex


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


def is_classmethod(holder: Node, module: Module) -> bool:
    """Whether a definition, given what holds it, takes its class."""
    if holder.type != "decorated_definition":
        return False
    return any(module.text(decorator) == "classmethod" for decorator in decorators_of(holder))


_PATCH = regex(r"(?:\w+\.)*patch(\.object)?$")


def mocks_given(holder: Node, module: Module) -> int:
    """How many mocks the `patch` decorators of a definition give it, as its first arguments."""
    if holder.type != "decorated_definition":
        return 0
    given = 0
    for decorator in decorators_of(holder):
        function = decorator.child_by_field_name("function") if decorator.type == "call" else None
        match = _PATCH.match(module.text(function)) if function is not None else None
        if match is None:
            continue
        arguments = arguments_of(decorator, module.code)
        targets = 2 if match[1] else 1
        given += len(arguments.positional) == targets and "new" not in arguments.keywords
    return given
