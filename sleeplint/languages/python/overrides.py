"""Methods of a project's subclass that hand all they are given on to the library's method of that name."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.python.catalogue import BY_PATH
from sleeplint.languages.python.library import PARENTS, canonical
from sleeplint.languages.python.meanings import Meaning
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.tree import bases_of, owner_of
from sleeplint.regexes import regex

MAX_BASES = 5
_PASSED_ON = regex(rb"\*\*[ \t]*(\w+)[ \t]*[,)]")


def overridden(meaning: Meaning) -> str | None:
    """The catalogued method of a library's class that a project's method overrides without taking its timeout."""
    if meaning.kind != "function" or meaning.node is None or meaning.module is None:
        return None
    module = meaning.module
    label = meaning.node.child_by_field_name("name")
    if label is None or not _passes_on(module, meaning.node):
        return None
    owner = owner_of(module.chain(meaning.node))
    if owner is None or owner.type != "class_definition":
        return None
    return _inherited(module, owner, module.text(label), 0)


def _passes_on(module: Module, function: Node) -> bool:
    """Whether a method takes any keywords and hands them to a call."""
    parameters, body = function.child_by_field_name("parameters"), function.child_by_field_name("body")
    if parameters is None or body is None:
        return False
    taken = {match[1] for match in _PASSED_ON.finditer(module.code, body.start_byte, body.end_byte)}
    last = module.code[parameters.start_byte : parameters.end_byte]
    return any(re.search(rb"\*\*[ \t]*" + word + rb"\b", last) for word in taken)


def _inherited(module: Module, owner: Node, method: str, steps: int) -> str | None:
    for base in bases_of(owner) if steps < MAX_BASES else ():
        meaning = names_of(module).meaning(base)
        found = None
        if meaning.kind == "class" and meaning.node is not None and meaning.module is not None:
            found = _inherited(meaning.module, meaning.node, method, steps + 1)
        elif meaning.kind == "external":
            path = canonical(meaning.path)
            while f"{path}.{method}" not in BY_PATH and path in PARENTS:
                path = PARENTS[path]
            found = f"{path}.{method}" if f"{path}.{method}" in BY_PATH else None
        if found is not None:
            return found
    return None
