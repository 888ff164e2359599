"""The parsed files of a project, opened as imports lead to them."""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from tree_sitter import Tree

from sleeplint.languages.growth import KEY, Trees
from sleeplint.languages.rust.macros import Grove
from sleeplint.languages.rust.outline import Scope, outline
from sleeplint.languages.rust.parsing import Budget, GivenUp, parse
from sleeplint.languages.rust.workspace import (
    Crate,
    Workspace,
    crate_root,
    is_root,
    module_files,
    module_path,
    parent_files,
)
from sleeplint.source import Project, Source

_KEPT = 24
"""Trees of other files that are kept; their memory is a hundred times the text's."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One parsed file."""

    path: Path | None
    grove: Grove
    outline: Scope


@dataclass(frozen=True, slots=True)
class Place:
    """A module: where a path is resolved."""

    reading: Reading
    scope: Scope

    @property
    def name(self) -> tuple[str, ...]:
        """What tells it from other modules."""
        return (str(self.reading.path), *self.scope.path)


class Library:
    """Other files, and what is remembered of them."""

    def __init__(self, project: Project | None) -> None:
        """Open nothing yet."""
        self.project = project
        self.workspace = Workspace(project) if project is not None else None
        self.seen: set[str] = set()
        self._readings: OrderedDict[Path, Reading | None] = OrderedDict()
        self._remembered: dict[tuple[tuple[str, ...], object], tuple[object, frozenset[str]]] = {}

    @classmethod
    def of(cls, project: Project | None) -> Library:
        """The one library of a project."""
        if project is None:
            return cls(None)
        return cast("Library", project.memory.setdefault("rust library", cls(project)))

    @contextmanager
    def reading_on_behalf(self, path: Path | None, reading: Reading) -> Iterator[set[str]]:
        """While a file is read: it is known by its path, and the files that are consulted are collected."""
        self.seen = set()
        if self.workspace is not None:
            self.workspace.seen = self.seen
        known = self._readings.pop(path, None) if path is not None else None
        if path is not None:
            self._readings[path] = reading
        try:
            yield self.seen
        finally:
            if path is not None:
                self._readings.pop(path, None)
                if known is not None:
                    self._readings[path] = known

    def remember(self, place: Place, what: object, work: Callable[[], _T]) -> _T:
        """What `work` finds out about a place, done once; the files it rests on are consulted each time."""
        key = (place.name, what)
        if key not in self._remembered:
            before, self.seen = self.seen, set()
            self._follow()
            try:
                result = work()
            finally:
                before, self.seen = self.seen, before
                self._follow()
            self._remembered[key] = (result, frozenset(before))
        found, consulted = self._remembered[key]
        self.seen.update(consulted)
        return cast("_T", found)

    def forget(self, path: Path) -> None:
        """Another text stands at `path` now: what was found out about it, and by way of it, holds no more."""
        name = path.as_posix()
        self._readings.pop(path, None)
        stale = [key for key, (_, consulted) in self._remembered.items() if key[0][0] == str(path) or name in consulted]
        for key in stale:
            del self._remembered[key]

    def tree(self, path: Path | None, code: bytes, budget: Budget) -> Tree:
        """The tree of the file that is read, grown from its last one while it is edited. Raises GivenUp."""
        if self.project is None or path is None or not self.project.edited:
            return parse(code, budget)
        trees = cast("Trees", self.project.memory.setdefault(("rust", KEY), Trees()))
        return cast("Tree", trees.grown(str(path), code, lambda before: parse(code, budget, before=before)))

    def _follow(self) -> None:
        if self.workspace is not None:
            self.workspace.seen = self.seen

    def source(self, path: Path) -> Source | None:
        """Another file's text, which is thereby consulted."""
        if self.project is None:
            return None
        self.seen.add(path.as_posix())
        return self.project.source(path)

    def reading(self, path: Path) -> Reading | None:
        """Another file, parsed; None if it cannot be."""
        if path in self._readings:
            self._readings.move_to_end(path)
            self.seen.add(path.as_posix())
            kept = self._readings[path]
            if kept is not None:
                kept.grove.budget = Budget()  # what other files took of it is no matter of this one
            return kept
        source = self.source(path)
        reading = None
        if source is not None:
            try:
                grove = Grove(source.code, Budget())
            except GivenUp:
                reading = None
            else:
                reading = Reading(path, grove, outline(grove))
        self._readings[path] = reading
        if len(self._readings) > _KEPT:
            self._readings.popitem(last=False)
        return reading

    def crate(self, reading: Reading) -> Crate | None:
        """The package of a file."""
        if self.workspace is None or reading.path is None:
            return None
        return self.workspace.crate_of(reading.path)

    def full_path(self, place: Place, *names: str) -> str:
        """The path of something in a module, its crate first; of a lone file, from the file on."""
        file, crate = place.reading.path, self.crate(place.reading)
        start = module_path(file, crate) if file is not None and crate is not None else ()
        return "::".join((*start, *place.scope.path, *names))

    def member(self, name: str) -> Place | None:
        """The root module of the workspace's library that is called `name`."""
        crate = self.workspace.member(name) if self.workspace is not None else None
        reading = self.reading(crate.library) if crate is not None else None
        return Place(reading, reading.outline) if reading is not None else None

    def root(self, place: Place) -> Place:
        """The root module of a place's crate; the file's own top if no other is known."""
        file = place.reading.path
        if self.project is not None and file is not None:
            found = crate_root(file, self.crate(place.reading), self.exists)
            reading = self.reading(found) if found is not None else None
            if reading is not None:
                return Place(reading, reading.outline)
        return Place(place.reading, place.reading.outline)

    def parent(self, place: Place) -> Place | None:
        """The module around a module."""
        if place.scope.parent is not None:
            return Place(place.reading, place.scope.parent)
        file = place.reading.path
        if self.project is None or file is None or is_root(file, self.crate(place.reading)):
            return None
        for candidate, (*inline, name) in parent_files(file):
            source = self.source(candidate)
            if source is None or not re.search(rb"\bmod\s+%s\b" % re.escape(name.encode()), source.code):
                continue
            reading = self.reading(candidate)
            scope = reading.outline if reading is not None else None
            for inner in inline:
                scope = scope.modules.get(inner) if scope is not None else None
            if reading is not None and scope is not None and name in scope.files:
                return Place(reading, scope)
        return None

    def child(self, place: Place, name: str) -> Place | None:
        """The module `name` in a file of its own, declared in `place`."""
        file = place.reading.path
        if self.project is None or file is None:
            return None
        root = is_root(file, self.crate(place.reading))
        for candidate in module_files(file, place.scope.path, name, place.scope.files.get(name), root):
            reading = self.reading(candidate)
            if reading is not None:
                return Place(reading, reading.outline)
        return None

    def exists(self, path: Path) -> bool:
        """Whether a file is there; consulted all the same."""
        return self.source(path) is not None


def path_in(project: Project | None, path: str) -> Path | None:
    """A source's path as its project knows it; None if it lies outside."""
    if project is None or path == "-":
        return None
    here = Path(os.path.abspath(path)) if project.root.is_absolute() else Path(os.path.normpath(path))
    return here if here.is_relative_to(project.root) else None
