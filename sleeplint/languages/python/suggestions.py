"""Names of functions that may be the project's own way to wait, by a byte search."""

from __future__ import annotations

import re

from sleeplint.languages.python.calls import SLEEP_NAMES, also_known_as
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.paths import is_test_path

_DEFINITION = re.compile(rb"\bdef[ \t]+(\w+)[ \t]*\(([^)]*)\)?")


_NEAR = 400
"""How many bytes behind its parameters a thin wrapper has its wait."""


_WAITS = re.compile(rb"[sS]leep|[wW]ait|[tT]imeout|[dD]elay|join")


def suggested(code: bytes) -> frozenset[str]:
    """Names of functions that may be wrappers or bound a wait by a parameter, by a byte search."""
    found = set()
    others = []
    for match in _DEFINITION.finditer(code):
        name, parameters = match[1], match[2]
        if name.startswith(b"__") or not parameters.strip() or parameters.strip() in (b"self", b"cls"):
            continue
        if b"timeout" in parameters.lower() or _WAITS.search(code, match.end(), match.end() + _NEAR):
            found.add(name)
        else:
            others.append((name, code[match.end() : match.end() + _NEAR]))
    # A wrapper of a wrapper.
    more = {name for name, body in others if any(known + b"(" in body for known in found)}
    return frozenset(name.decode() for name in found | more) | also_known_as(code, SLEEP_NAMES)


def suggested_around(module: Module) -> frozenset[str]:
    """Such names of a file, of the project's modules that it imports, and of those that these re-export."""
    found = set(suggested(module.code))
    for first in imported_modules(module):
        found |= suggested_once(first)
        if first.path.endswith("__init__.py"):
            for second in imported_modules(first):
                found |= suggested_once(second)
    return frozenset(found)


def suggested_once(module: Module) -> frozenset[str]:
    """The names that one module suggests, looked for once."""
    known = module.memory.get("suggested")
    if not isinstance(known, frozenset):
        known = suggested(module.code)
        module.memory["suggested"] = known
    return known


def imported_modules(module: Module) -> list[Module]:
    """The project's modules that a file imports at its top level."""
    dotted: dict[str, None] = {}
    for bindings in module.globals.names.values():
        for binding in bindings:
            if binding.kind == "import":
                dotted[binding.path] = None
            elif binding.kind == "from":
                owner = binding.path.rpartition(".")[0] or "."
                dotted[owner if owner.strip(".") else "." * (len(owner) + 1 if owner != "." else 1)] = None
                dotted[binding.path] = None
    for star in module.globals.stars:
        dotted[star.path] = None
    return [found for path in dotted if (found := module.module_at(path)) is not None]


def reexported(module: Module) -> list[Module]:
    """The modules whose names a package passes on."""
    return imported_modules(module) if module.path.endswith("__init__.py") else []


def is_test_code(module: Module) -> bool:
    """Whether a module is test code by its place."""
    return is_test_path(module.inside)
