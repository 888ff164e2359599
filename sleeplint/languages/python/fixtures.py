"""What pytest hands to a parameter that is named for a fixture."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.bindings import Binding, Table
from sleeplint.languages.python.decorators import is_fixture
from sleeplint.languages.python.imports import above
from sleeplint.languages.python.library import ASYNC_FIXTURES, FIXTURES
from sleeplint.languages.python.meanings import UNKNOWN, Meaning
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.resolvers import names_of
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from sleeplint.languages.python.names import Names

_PLUGINS = regex(rb"^pytest_plugins\b[^=\n]*=\s*([\[(][^\])]*[\])]|[^\n]*)", re.MULTILINE)
_SOURCES = "files of fixtures"
"""Key under which a module remembers whose fixtures it may use."""
_PATH = regex(rb"[\"']([\w.]+)[\"']")


def fixture(names: Names, name: str, user: Node, steps: int) -> Meaning:
    """What the fixture gives that a parameter of a test or of another fixture names."""
    label = user.child_by_field_name("name")
    own_name = names.module.text(label) if label is not None else ""
    outer = holders[-1] if (holders := names.module.chain(user)) else None
    decorated = outer is not None and outer.type == "decorated_definition"
    if not own_name.startswith("test") and not (decorated and outer and is_fixture(outer, names.module)):
        return UNKNOWN
    return fixture_named(names, name, user, steps)


def fixture_named(names: Names, name: str, user: Node, steps: int) -> Meaning:
    """What the fixture of a name gives to a function, or to what stands in one."""
    for module, table in _tables(names.module, user):
        for given in (*table.names.get(name, ()), *_named(name, module, table)):
            made = names_of(module).bound(name, given, (table.scope,), steps) if given.node != user else UNKNOWN
            if made.kind != "function" or made.node is None or made.module is None:
                continue
            holder = made.module.chain(made.node)
            if holder and holder[-1].type == "decorated_definition" and is_fixture(holder[-1], made.module):
                return names_of(made.module).returned(made.node, steps)
    path = (ASYNC_FIXTURES.get(name) if _is_async(user) else None) or FIXTURES.get(name)
    return Meaning("instance", path) if path is not None else UNKNOWN


def _is_async(function: Node) -> bool:
    return any(child.type == "async" for child in function.children[:1])


def _tables(module: Module, user: Node) -> Iterator[tuple[Module, Table]]:
    """Where fixtures may stand, the nearest first: in a test's class, in its file, in the `conftest.py`s above."""
    owner = next((node for node in reversed(module.chain(user)) if node.type == "class_definition"), None)
    if owner is not None:
        yield module, module.table(owner)
    yield from ((module, module.globals) for module in fixture_modules(module))


def _named(name: str, module: Module, table: Table) -> Iterator[Binding]:
    """Fixtures that go by another name than their function's: `@pytest.fixture(name="client")`."""
    quoted = name.encode()
    if b'"%s"' % quoted not in module.code and b"'%s'" % quoted not in module.code:
        return
    pattern = re.compile(rb"fixture\([^()]*\bname\s*=\s*[\"']%s[\"']" % re.escape(quoted))
    if pattern.search(module.code) is None:
        return
    for bindings in table.names.values():
        for binding in bindings:
            holder = module.chain(binding.node)[-1] if binding.kind == "function" else None
            if holder is not None and pattern.search(module.code, holder.start_byte, binding.node.start_byte):
                yield binding


def fixture_modules(module: Module) -> list[Module]:
    """The files whose fixtures a file may use: itself, and the `conftest.py`s above it."""
    known = module.memory.get(_SOURCES)
    if not isinstance(known, list):
        known = module.memory[_SOURCES] = _fixture_modules(module)
    return known


def _fixture_modules(module: Module) -> list[Module]:
    found = [module]
    place, project = module.place, module.project
    if place is None or project is None:
        return found
    for folder in above(project, os.path.dirname(place)):
        conftest = f"{folder}/conftest.py"
        other = module.sibling(conftest) if conftest != place else None
        if other is not None:
            found.append(other)
    return found + [plugin for other in found for plugin in _plugins(other)]


def _plugins(module: Module) -> list[Module]:
    """The project's modules that a file names as plugins of pytest."""
    declared = _PLUGINS.search(module.code) if b"pytest_plugins" in module.code else None
    if declared is None:
        return []
    paths = [path.decode("utf-8", "replace") for path in _PATH.findall(declared[1])]
    return [plugin for path in paths if (plugin := module.module_at(path)) is not None]
