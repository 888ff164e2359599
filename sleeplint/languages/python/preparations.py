"""What runs before a test: the fixtures it asks for or gets unasked, the `setUp` of its class and of its bases."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from sleeplint.languages.python.decorators import is_fixture
from sleeplint.languages.python.fixtures import fixture_modules
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.tree import Chain, arguments_of, bases_of, decorators_of, string_of
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_SETTERS_UP = ("setUp", "asyncSetUp", "setUpClass", "setup_method", "setup_class")
_CALLS_BASE = regex(rb"\bsuper\(|\.(setUp|asyncSetUp|setUpClass|setup_method|setup_class)\(")
_MAX_BASES = 12

Definition = tuple[Module, Node]
"""A class or function, and the file in which it stands."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What runs before the code at a place."""

    fixtures: frozenset[str]
    """The names that are asked for, whether or not a fixture of that name was found."""
    functions: tuple[Definition, ...]
    """The fixtures and `setUp`s that were found."""


class Preparations:
    """What runs before the tests of one file."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.modules = fixture_modules(module)
        self._known: dict[tuple[int, ...], Preparation] = {}
        self._lineages: dict[int, list[Definition]] = {}
        self._unasked: list[Definition] | None = None

    def of(self, chain: Chain) -> Preparation:
        """What runs before the code at the end of a chain."""
        holders = [node for node in chain if node.type in ("function_definition", "class_definition")]
        key = tuple(node.start_byte for node in holders)
        if key not in self._known:
            self._known[key] = self._find(chain, holders)
        return self._known[key]

    def classes(self, chain: Chain) -> list[Definition]:
        """The classes around a place and the project's classes that they derive from, the nearest first."""
        return [found for node in reversed(chain) if node.type == "class_definition" for found in self._lineage(node)]

    def _lineage(self, owner: Node) -> list[Definition]:
        known = self._lineages.get(owner.start_byte)
        if known is not None:
            return known
        found: list[Definition] = []
        waiting: list[Definition] = [(self.module, owner)]
        while waiting and len(found) < _MAX_BASES:
            module, node = waiting.pop(0)
            if (module, node) in found:
                continue
            found.append((module, node))
            for base in bases_of(node):
                meaning = names_of(module).meaning(base)
                if meaning.kind == "class" and meaning.module is not None and meaning.node is not None:
                    waiting.append((meaning.module, meaning.node))
        self._lineages[owner.start_byte] = found
        return found

    def _find(self, chain: Chain, holders: list[Node]) -> Preparation:
        classes = self.classes(chain)
        functions = [*self._unasked_of_files(), *_setters_up(classes)]
        functions += [one for owner in classes for one in _fixtures_in(owner) if _is_unasked(*one)]
        asked: set[str] = set()
        for node in holders:
            if node.type == "function_definition":
                asked |= _parameters(self.module, node)
        asked |= self._marks(chain)
        waiting = list(asked)
        for module, node in functions:
            waiting += _parameters(module, node)
        asked.update(waiting)
        while waiting:
            for module, node in self._named(waiting.pop(), classes):
                if (module, node) not in functions:
                    functions.append((module, node))
                    more = _parameters(module, node) - asked
                    asked |= more
                    waiting.extend(more)
        for module, node in functions:
            label = node.child_by_field_name("name")
            asked |= {module.text(label)} if label is not None else set()
        return Preparation(frozenset(asked), tuple(functions))

    def _unasked_of_files(self) -> list[Definition]:
        if self._unasked is None:
            self._unasked = [
                (module, binding.node)
                for module in self.modules
                if b"autouse" in module.code
                for bound in module.globals.names.values()
                for binding in bound
                if binding.kind == "function" and _is_unasked(module, binding.node)
            ]
        return self._unasked

    def _named(self, name: str, classes: list[Definition]) -> Iterator[Definition]:
        """The fixture of a name: the nearest, in the classes, the file, the `conftest.py`s above."""
        tables = [(module, module.table(node)) for module, node in classes]
        tables += [(module, module.globals) for module in self.modules]
        for module, table in tables:
            found = False
            for binding in table.names.get(name, ()):
                if binding.kind == "function":
                    holder, node = module, binding.node
                elif binding.kind == "import":
                    meaning = names_of(module).bound(name, binding, (table.scope,), 0)
                    if meaning.kind != "function" or meaning.module is None or meaning.node is None:
                        continue
                    holder, node = meaning.module, meaning.node
                else:
                    continue
                if _is_fixture(holder, node):
                    found = True
                    yield holder, node
            if found:
                return

    def _marks(self, chain: Chain) -> set[str]:
        """The fixtures that marks ask for: decorators, `pytestmark`."""
        module = self.module
        calls = [d for node in chain if node.type == "decorated_definition" for d in decorators_of(node)]
        tables = [module.globals, *(module.table(node) for node in chain if node.type == "class_definition")]
        for table in tables:
            for binding in table.names.get("pytestmark", ()):
                calls += [binding.node, *binding.node.named_children]
        asked: set[str] = set()
        for call in calls:
            if call.type == "call" and "usefixtures" in module.text(call):
                values = (string_of(value, module.code) for value in arguments_of(call, module.code).positional)
                asked |= {value.decode("utf-8", "replace") for value in values if value is not None}
        return asked


def _setters_up(classes: list[Definition]) -> Iterator[Definition]:
    """The `setUp`s of classes, without those that a derived class replaces and does not call."""
    replaced: set[str] = set()
    for module, owner in classes:
        names = module.table(owner).names
        for name in _SETTERS_UP:
            for binding in names.get(name, ()):
                if binding.kind != "function" or name in replaced:
                    continue
                yield module, binding.node
                if _CALLS_BASE.search(module.code, binding.node.start_byte + 1, binding.node.end_byte) is None:
                    replaced.add(name)


def _fixtures_in(owner: Definition) -> Iterator[Definition]:
    module, node = owner
    for bound in module.table(node).names.values():
        for binding in bound:
            if binding.kind == "function" and _is_fixture(module, binding.node):
                yield module, binding.node


def _parameters(module: Module, function: Node) -> set[str]:
    names = module.table(function).names
    return {name for name, bound in names.items() if any(one.kind == "parameter" for one in bound)}


def _is_fixture(module: Module, function: Node) -> bool:
    chain = module.chain(function)
    return chain[-1].type == "decorated_definition" and is_fixture(chain[-1], module)


def _is_unasked(module: Module, function: Node) -> bool:
    chain = module.chain(function)
    return chain[-1].type == "decorated_definition" and any(
        "autouse=True" in module.text(one).replace(" ", "") for one in decorators_of(chain[-1])
    )
