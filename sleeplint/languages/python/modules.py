"""One Python file as a tree with its scopes, and the way from an import to the file that it means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tree_sitter import Node, Tree

from sleeplint.languages.python.bindings import SCOPES, Binding, Table, table_of
from sleeplint.languages.python.branches import is_dead, is_fallback
from sleeplint.languages.python.imports import IMPORT, above, inside_of, locate, place_of
from sleeplint.languages.python.parsing import parse, parse_edited
from sleeplint.languages.python.paths import is_test_path
from sleeplint.languages.python.search import LAST
from sleeplint.languages.python.suggestions import SUGGESTED
from sleeplint.languages.python.tree import Chain, chain_to, text_of
from sleeplint.source import Project, Source

AT = "python module at"
"""Key, with a path, under which a project remembers its parsed files."""
_TREE = "python tree of"
"""Key, with a path, under which a project remembers the tree of a file that was read, until somebody imports it."""
_TREE_SHARE = 25
"""How many times the memory of a text its tree takes."""
MAX_SECONDS_ELSEWHERE = 1.0
"""A file that is only followed to is not worth more."""


class Module:
    """A parsed file. What it works out is kept by place in the file."""

    def __init__(self, path: str, code: bytes, tree: Tree, project: Project | None) -> None:
        self.path = path
        self.code = code
        self.tree = tree
        self.root: Node = tree.root_node
        self.project = project
        self.place = place_of(path, project)
        """Where it lies in the project, if it does."""
        self.inside = inside_of(path, self.place, project)
        """Its path within the project, with `/`; without one, as it was given."""
        self.memory: dict[object, object] = {}
        self.prefix: tuple[str, ...] = ()
        """By what the names of its own top level are called elsewhere; nothing for the file that is read."""
        self.met: set[Module] = set()
        """The modules that were followed to from here."""
        self.consulted: set[str] = set()
        """Files looked for on behalf of this one, found or not."""
        self._tables: dict[int, Table] = {}

    def let_go(self) -> None:
        """Forget what was worked out: most of it holds this module."""
        self.memory.clear()
        self.met.clear()
        self._tables.clear()

    @property
    def is_test_code(self) -> bool:
        """Whether it is test code by its place."""
        return is_test_path(self.inside)

    def text(self, node: Node) -> str:
        """What the code says there."""
        return text_of(node, self.code)

    def chain(self, node: Node) -> Chain:
        """The ancestors of `node` from the root down; shorter than the truth where it is nested too deep."""
        return chain_to(self.root, node) or (self.root,)

    def table(self, scope: Node) -> Table:
        """What a scope binds."""
        known = self._tables.get(scope.id)
        if known is None:
            known = self._tables[scope.id] = table_of(scope, self.code)
        return known

    @property
    def globals(self) -> Table:
        """What the module itself binds."""
        return self.table(self.root)

    def bindings(self, name: str, chain: Chain, at: int) -> tuple[list[Binding], bool]:
        """The bindings that may hold for `name` at a place, likeliest first, and whether the first surely does."""
        passed_function = False
        outermost_only = False
        for position in range(len(chain) - 1, -1, -1):
            scope = chain[position]
            if scope.type not in SCOPES:
                continue
            if scope.type == "class_definition" and passed_function:
                continue
            if outermost_only and scope.type != "module":
                continue
            if scope.type in ("function_definition", "lambda", "class_definition"):
                inside = chain[position + 1] if position + 1 < len(chain) else None
                if not _is_inside(scope, inside, at):
                    continue
            table = self.table(scope)
            if name in table.outer and name not in table.names:
                outermost_only = True
                passed_function = True
                continue
            found = self.bound_in(table, name)
            if found:
                return _ranked(found, at, own=not passed_function, chain=chain)
            passed_function = passed_function or scope.type in ("function_definition", "lambda")
        return [], False

    def bound_in(self, table: Table, name: str) -> list[Binding]:
        """What a scope binds a name to, in order, without what is never run; what only stands in comes first."""
        found = table.names.get(name, [])
        if len(found) < 2:
            return found
        key = ("bound", table.scope.start_byte, table.scope.end_byte, name)
        known = self.memory.get(key)
        if not isinstance(known, list):
            alive = [binding for binding in found if not is_dead(self, binding.node)] or found
            if table.scope.type == "module":
                alive = sorted(alive, key=lambda binding: not is_fallback(self.chain(binding.node)))
            known = self.memory[key] = alive
        return known

    def module_at(self, dotted: str) -> Module | None:
        """The project's module that an import's dotted path means here; None if it is none of the project's."""
        key = ("module", dotted)
        if key not in self.memory:
            self.memory[key] = self._find(dotted)
        found = self.memory[key]
        return found if isinstance(found, Module) else None

    def absolute(self, dotted: str) -> str:
        """A relative path spelled out as far as the folders' names tell; others as they are."""
        if not dotted.startswith("."):
            return dotted
        rest = dotted.lstrip(".")
        package = self.package
        up = len(dotted) - len(rest) - 1
        parts = package[: len(package) - up] if up <= len(package) else []
        return ".".join([*parts, rest] if rest else parts) or dotted

    @property
    def package(self) -> list[str]:
        """The names of the packages in which the file lies, outermost first."""
        known = self.memory.get("package")
        if isinstance(known, list):
            return known
        names: list[str] = []
        if self.place is not None and self.project is not None:
            for folder in above(self.project, os.path.dirname(self.place)):
                if folder == self.project.folder or (names and not self.exists(f"{folder}/__init__.py")):
                    break
                names.insert(0, os.path.basename(folder))
        self.memory["package"] = names
        return names

    def _find(self, dotted: str) -> Module | None:
        if self.project is None or self.place is None:
            return None
        place = locate(self.project, self.place, dotted, self.consulted)
        return self.sibling(place) if place is not None else None

    def exists(self, place: str) -> bool:
        """Whether the project has a file there."""
        if self.project is None:
            return False
        self.consulted.add(place)
        return self.project.source(place) is not None

    def sibling(self, place: str) -> Module | None:
        """The project's file at an absolute path, such as a `conftest.py`."""
        if self.project is None:
            return None
        self.consulted.add(place)
        key = (AT, place)
        memory = self.project.memory
        if key not in memory:
            source = self.project.source(place)
            memory[key] = load(place, source, self.project) if source is not None else None
        known = memory[key]
        if not isinstance(known, Module):
            return None
        self.met.add(known)
        return known


def parsed(source: Source, project: Project | None) -> Tree | str:
    """The tree of the file that is read, or in words why there is none. No file is parsed a second time."""
    place = place_of(source.path, project)
    if project is None or project.edited or place is None:
        return parse_edited(source, project)
    known = project.memory.get((AT, place))
    if isinstance(known, Module) and known.code == source.code:
        return known.tree
    tree = parse(source.code)
    if isinstance(tree, Tree) and not os.path.basename(place).startswith("test_"):  # nobody imports from a test file
        project.memory[_TREE, place] = (source.code, tree)
    return tree


def load(place: str, source: Source, project: Project) -> Module | None:
    """The module at `place`; None if it cannot be parsed in time."""
    known = project.memory.pop((_TREE, place), None)
    if isinstance(known, tuple) and known[0] == source.code:
        tree = known[1]
    else:
        tree = parse(source.code, MAX_SECONDS_ELSEWHERE)
    if not isinstance(tree, Tree):
        return None
    project.weight += _TREE_SHARE * len(source.code)
    module = Module(place, source.code, tree, project)
    name = place.rpartition("/")[2].removesuffix(".py")
    module.prefix = (*module.package, *(() if name == "__init__" else (name,)))
    return module


def forget(project: Project, path: Path) -> None:
    """Another text stands at `path` now: forget every module that rests on it, through however many imports."""
    stale = {str(path)}
    modules = {place: found for place, found in _remembered(project) if isinstance(found, Module)}
    fresh = set(stale)
    while fresh:
        fresh = {place for place, module in modules.items() if place not in stale and module.consulted & fresh}
        stale |= fresh
    project.memory.pop((SUGGESTED, str(path)), None)
    project.memory.pop(LAST, None)
    for place in stale:
        project.memory.pop((AT, place), None)
    for key, value in list(project.memory.items()):
        if isinstance(key, tuple) and key[0] == IMPORT and isinstance(value, tuple) and not stale.isdisjoint(value[1]):
            del project.memory[key]


def _remembered(project: Project) -> Iterator[tuple[str, object]]:
    for key, value in project.memory.items():
        if isinstance(key, tuple) and key[0] == AT:
            yield key[1], value


def _is_inside(scope: Node, inside: Node | None, at: int) -> bool:
    """Whether a place in a definition is within its scope: its decorators, defaults and bases are not."""
    if scope.type == "class_definition":
        body = scope.child_by_field_name("body")
        return body is not None and body.start_byte <= at < body.end_byte
    if inside is None:
        body = scope.child_by_field_name("body")
        return body is not None and body.start_byte <= at
    return inside.type not in ("parameters", "lambda_parameters", "type")


def _ranked(found: list[Binding], at: int, own: bool, chain: Chain) -> tuple[list[Binding], bool]:
    if len(found) == 1:
        return found, not own or found[0].surely_holds(at)
    if not own:
        return found[::-1], False
    before = [binding for binding in found if binding.start <= at]
    sure = [binding for binding in before if binding.surely_holds(at)]
    if not sure:
        return before[::-1] or found, False
    chosen = sure[-1]
    rivals = [binding for binding in before if binding.start > chosen.start]
    loop = next((node for node in reversed(chain) if node.type in ("for_statement", "while_statement")), None)
    if loop is not None and not loop.start_byte <= chosen.start < loop.end_byte:
        rivals += [binding for binding in found if at < binding.start <= loop.end_byte]
    return [chosen, *(b for b in reversed(found) if b is not chosen)], not rivals
