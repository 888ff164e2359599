"""The parsed files of a project, opened as imports lead to them."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar, cast

from sleeplint.languages.growth import KEY, TYPED, Trees
from sleeplint.languages.rust.macros import Grove
from sleeplint.languages.rust.outline import Scope, outline
from sleeplint.languages.rust.parsing import Budget, GivenUp, parse
from sleeplint.languages.rust.words import places
from sleeplint.languages.rust.workspace import (
    Crate,
    Workspace,
    attribute_files,
    crate_root,
    is_root,
    module_files,
    module_path,
    parent_files,
    told,
)
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.source import Project, Source

_KEPT = 24
"""Trees of other files that are kept; their memory is a hundred times the text's."""
_T = TypeVar("_T")


class Reading:
    """One file: its items, and its tree, which is parsed when somebody asks for it, and again if it was let go."""

    __slots__ = ("_grove", "_outline", "code", "path")

    def __init__(self, path: str | None, code: bytes, plant: Callable[[], Grove]) -> None:
        """Hold a text; `plant` parses it."""
        self.path = path
        self.code = code
        self._outline: Scope | None = None
        self._grove: Grove | Callable[[], Grove] = plant

    def parse(self) -> Scope:
        """Find the items. Raises GivenUp if the text cannot be parsed within the bounds."""
        if self._outline is None:
            self._outline = outline(self.grove)
        return self._outline

    @property
    def outline(self) -> Scope:
        """The items."""
        return self.parse()

    @property
    def grove(self) -> Grove:
        """The tree. Raises GivenUp if it cannot be parsed within the bounds."""
        grove = self._grove
        return grove if isinstance(grove, Grove) else grove()

    @property
    def held(self) -> Grove | None:
        """The tree, if it is kept here."""
        return self._grove if isinstance(self._grove, Grove) else None

    def let_go(self, plant: Callable[[], Grove]) -> None:
        """Keep the tree no longer; `plant` makes it anew."""
        self._grove = plant

    def hold(self, grove: Grove) -> None:
        """Keep this tree, whoever else forgets it."""
        self._grove = grove


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
        self.workspace = Workspace.of(project) if project is not None else None
        self.seen: set[str] = set()
        self.answers: dict[tuple[object, ...], tuple[Any, frozenset[str], int]] = {}
        """What the names of modules stand for, with the files on which that rests: `Finder`'s own."""
        self._readings: dict[str, Reading | None] = {}
        self._groves: OrderedDict[str, Grove] = OrderedDict()
        self._fresh: set[str] = set()
        self._places: dict[tuple[object, ...], tuple[Place | None, frozenset[str]]] = {}
        self._remembered: dict[tuple[object, ...], tuple[object, frozenset[str]]] = {}

    @classmethod
    def of(cls, project: Project | None) -> Library:
        """The one library of a project."""
        if project is None:
            return cls(None)
        library = project.memory.get("rust library")
        if library is None:
            library = project.memory["rust library"] = cls(project)
        return cast("Library", library)

    def open(self, path: str | None, code: bytes) -> Reading:
        """A file that is to be read for itself, and parsed if that is called for."""
        budget = Budget()
        known = self._readings.get(path) if path is not None else None
        reading = known if known is not None and known.code == code else None

        def plant() -> Grove:
            grove = self._groves.get(path) if reading is known and path is not None else None
            grove = grove or self._planted(path, code, budget)
            grove.budget = budget
            opened.hold(grove)
            return grove

        opened = reading or Reading(path, code, plant)
        opened.let_go(plant)
        return opened

    def _planted(self, path: str | None, code: bytes, budget: Budget) -> Grove:
        """The trees of the file that is read; what is edited grows from its last sound tree."""
        if self.project is None or path is None or not self.project.edited:
            return Grove(code, budget)
        trees = cast("Trees", self.project.memory.setdefault(("rust", KEY), Trees()))
        tree = trees.grown(str(path), code, lambda before: parse(code, budget, before=before, quick=TYPED))
        return Grove(code, budget, tree)

    @contextmanager
    def reading_on_behalf(self, path: str | None, reading: Reading) -> Iterator[set[str]]:
        """While a file is read: it is known by its path, and the files that are consulted are collected."""
        self.seen = set()
        self._follow()
        self._fresh = set()
        if path is None or self.project is None:
            yield self.seen
            return
        source = self.project.source(path)
        if source is not None and source.code == reading.code:
            self._readings[path] = reading
            try:
                yield self.seen
            finally:
                if reading.held is None:  # nobody looked into it, or it cannot be parsed
                    del self._readings[path]
                else:
                    self._keep(path, reading.held)
                reading.let_go(partial(self._grove, path, reading.code))
            return
        # Not what is on disk: what is found out meanwhile holds for it alone.
        kept = self._readings, self._places, self.answers, self._remembered
        self._readings, self._places, self.answers = {**self._readings, path: reading}, {}, {}
        self._remembered = {}
        try:
            yield self.seen
        finally:
            self._readings, self._places, self.answers, self._remembered = kept

    def remember(self, place: Place, what: object, work: Callable[[], _T]) -> _T:
        """What `work` finds out about a place, done once; the files it rests on are consulted each time."""
        return self._noted(self._remembered, (place.reading, place.scope.path, what), work)

    def forget(self, path: str) -> None:
        """Another text stands at `path` now: what was found out about it, and by way of it, holds no more."""
        gone = self._readings.pop(path, None)
        self._groves.pop(path, None)
        name = told(path)
        notes: dict[Any, Any]
        for notes in (self.answers, self._places, self._remembered):
            for key in [key for key, note in notes.items() if name in note[1] or gone in key]:
                del notes[key]

    def _noted(
        self,
        notes: dict[tuple[object, ...], tuple[Any, frozenset[str]]],
        key: tuple[object, ...],
        work: Callable[[], _T],
    ) -> _T:
        if key not in notes:
            result, consulted = self.consulting(work)
            notes[key] = (result, frozenset(consulted))
        found, rests_on = notes[key]
        self.seen.update(rests_on)
        return cast("_T", found)

    def consulting(self, work: Callable[[], _T]) -> tuple[_T, set[str]]:
        """What `work` finds out, and the files it rests on, which are not yet noted as consulted."""
        before, self.seen = self.seen, set()
        self._follow()
        try:
            result = work()
        finally:
            before, self.seen = self.seen, before
            self._follow()
        return result, before

    def _follow(self) -> None:
        if self.workspace is not None:
            self.workspace.seen = self.seen

    def source(self, path: str) -> Source | None:
        """Another file's text, which is thereby consulted."""
        if self.project is None:
            return None
        self.seen.add(told(path))
        return self.project.source(path)

    def reading(self, path: str) -> Reading | None:
        """Another file, parsed; None if it cannot be."""
        if path in self._readings:
            self.seen.add(told(path))
            return self._readings[path]
        source = self.source(path)
        reading = None
        if source is not None:
            try:
                reading = Reading(path, source.code, lambda: self._grove(path, source.code))
                reading.parse()
            except GivenUp:
                reading = None
        self._readings[path] = reading
        return reading

    def _grove(self, path: str, code: bytes) -> Grove:
        grove = self._groves.get(path)
        if grove is None:
            grove = Grove(code, Budget())
        elif path not in self._fresh:
            grove.budget = Budget()  # what other files took of it is no matter of this one
        self._keep(path, grove)
        return grove

    def _keep(self, path: str, grove: Grove) -> None:
        self._fresh.add(path)
        self._groves[path] = grove
        self._groves.move_to_end(path)
        if len(self._groves) > _KEPT:
            self._groves.popitem(last=False)

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

    def member(self, name: str, near: Crate | None = None) -> Place | None:
        """The root module of the library that is called `name`: the workspace's, or one beside the crate `near`."""
        if self.workspace is None:
            return None
        if near is not None and self.workspace.knows(name):
            near = None
        return self._noted(
            self._places, ("member", name, near.folder if near is not None else None), lambda: self._member(name, near)
        )

    def has_member(self, name: str, near: Crate) -> bool:
        """Whether `member` may find anything."""
        return self.workspace is not None and (self.workspace.knows(name) or name in near.beside)

    def _member(self, name: str, near: Crate | None) -> Place | None:
        crate = self.workspace.member(name, near) if self.workspace is not None else None
        reading = self.reading(crate.library) if crate is not None else None
        return Place(reading, reading.outline) if reading is not None else None

    def root(self, place: Place) -> Place:
        """The root module of a place's crate; the file's own top if no other is known."""
        return self._noted(self._places, ("root", place.reading), lambda: self._root(place))

    def _root(self, place: Place) -> Place:
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
        return self._noted(self._places, ("parent", place.reading), lambda: self._parent(place))

    def _parent(self, place: Place) -> Place | None:
        file = place.reading.path
        if self.project is None or file is None or is_root(file, self.crate(place.reading)):
            return None
        for candidate, (*inline, name) in parent_files(file):
            source = self.source(candidate)
            if source is None or not declares(source.code, name.encode()):
                continue
            reading = self.reading(candidate)
            scope = reading.outline if reading is not None else None
            for inner in inline:
                scope = scope.modules.get(inner) if scope is not None else None
            if reading is not None and scope is not None and name in scope.files:
                return Place(reading, scope)
        return self._parent_by_attribute(file)

    def _parent_by_attribute(self, file: str) -> Place | None:
        """The module that declares a file by `#[path = ".."] mod tests;`."""
        for candidate in attribute_files(file):
            source = self.source(candidate)
            if source is None or os.path.basename(file).encode() not in source.code:
                continue
            reading = self.reading(candidate)
            pending = [reading.outline] if reading is not None else []
            root = is_root(candidate, self.crate(reading)) if reading is not None else False
            while reading is not None and pending:
                scope = pending.pop()
                pending += scope.modules.values()
                for name, path in scope.files.items():
                    if path is not None and file in module_files(candidate, scope.path, name, path, root):
                        return Place(reading, scope)
        return None

    def child(self, place: Place, name: str) -> Place | None:
        """The module `name` in a file of its own, declared in `place`."""
        key = ("child", place.reading, place.scope.path, name)
        return self._noted(self._places, key, lambda: self._child(place, name))

    def _child(self, place: Place, name: str) -> Place | None:
        file = place.reading.path
        if self.project is None or file is None:
            return None
        root = is_root(file, self.crate(place.reading))
        for candidate in module_files(file, place.scope.path, name, place.scope.files.get(name), root):
            reading = self.reading(candidate)
            if reading is not None:
                return Place(reading, reading.outline)
        return None

    def unread(self, place: Place, name: str) -> bytes | None:
        """The text of the module `name`, declared in `place`, in a file that nobody needed to parse so far."""
        file = place.reading.path
        if self.project is None or file is None:
            return None
        root = is_root(file, self.crate(place.reading))
        for candidate in module_files(file, place.scope.path, name, place.scope.files.get(name), root):
            if candidate in self._readings:
                return None
            source = self.source(candidate)
            if source is not None:
                return source.code
        return None

    def exists(self, path: str) -> bool:
        """Whether a file is there; consulted all the same."""
        return self.source(path) is not None


_MODULE = regex(rb"\bmod\s+\Z")


def declares(code: bytes, name: bytes) -> bool:
    """Whether a text may declare a module of that name."""
    return any(_MODULE.search(code, max(0, at - 80), at) for at in places(code, name))
