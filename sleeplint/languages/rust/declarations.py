"""Which files nothing around them can make test code, as a byte search of what may declare them tells."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, cast

from sleeplint.languages.rust import DECLARATIONS
from sleeplint.languages.rust.reach import first_test
from sleeplint.languages.rust.workspace import Workspace, bare_name
from sleeplint.records import dataclass
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from sleeplint.languages import Surroundings
    from sleeplint.source import Project, Source

_MODULE = regex(rb"mod(?<!\wmod)\s++(?:r#)?(\w+)")
_PATH = regex(rb'path\s*=\s*"([^"]+)"')
_UNTESTED = frozenset({"benches", "examples"})


@dataclass(frozen=True, slots=True)
class _Folder:
    """What can be said of the files in one folder."""

    unsure: bool
    """They may all be test code."""
    sure: bool
    """None of them is, whatever declares it."""
    tested: frozenset[str]
    """Modules that may be declared for tests where those of this folder are declared."""
    rests_on: frozenset[str]
    """Other files, or their absence."""


def is_production(source: Source, around: Surroundings, consulted: set[str]) -> bool:
    """Whether nobody asks for a file because surely none of it is test code; `consulted` takes what that rests on."""
    project = around.project
    if around.production or around.in_test or project is None or project.edited:
        return False
    if source.speaks_to_us or first_test(source.code) < len(source.code):
        return False
    file = project.absolute(source.path)
    return project.holds(file) and Declarations.of(project).exclude(file, consulted)


class Declarations:
    """What the files of a project may declare for tests, looked up folder by folder."""

    def __init__(self, project: Project) -> None:
        """Look at nothing yet."""
        self._project = project
        self._workspace = Workspace.of(project)
        self._folders: dict[str, _Folder] = {}
        self._tested: dict[str, frozenset[str]] = {}
        self._declared: dict[str, tuple[frozenset[str], list[str]]] = {}

    @classmethod
    def of(cls, project: Project) -> Declarations:
        """The one of a project."""
        found = project.memory.get(DECLARATIONS)
        if found is None:
            found = project.memory[DECLARATIONS] = cls(project)
        return cast("Declarations", found)

    def __contains__(self, folder: str) -> bool:
        """Whether the files of a folder, an absolute path, were asked about before."""
        return folder in self._folders

    def exclude(self, file: str, consulted: set[str]) -> bool:
        """Whether a file, at an absolute path, is surely no test code by its place and by what declares it."""
        folder, name = os.path.split(file)
        around = self._folders.get(folder) or self._look_around(folder)
        stem = name.removesuffix(".rs")
        above = os.path.join(os.path.dirname(folder), name)
        consulted.update(around.rests_on)
        if around.sure:
            return True
        if around.unsure or stem in around.tested or _is_telling(stem):
            return False
        consulted.add(above)  # which might declare it by its path
        return self._project.source(above) is None

    def _look_around(self, folder: str) -> _Folder:
        seen: set[str] = set()
        others, self._workspace.seen = self._workspace.seen, seen
        crate = self._workspace.crate_of(os.path.join(folder, "any.rs"))
        unsure = not self._project.holds(folder) or (crate is not None and self._workspace.is_test_crate(crate))
        unsure = unsure or (crate is not None and any(_is_beside(root, folder) for root in crate.tested))
        self._workspace.seen = others
        root = crate.folder if crate is not None else self._project.folder
        inside = os.path.relpath(folder, root)
        places = () if inside == os.curdir else tuple(inside.split(os.sep))
        sure = not unsure and bool(places) and places[0] in _UNTESTED
        here = root
        for place in places:
            known = self._tested_in(here, seen)
            here = os.path.join(here, place)
            unsure = unsure or place == "tests" or _is_telling(place) or place in known | self._tested_in(here, seen)
        found = _Folder(unsure, sure, self._tested_in(folder, seen) | {os.path.basename(folder)}, frozenset(seen))
        self._folders[folder] = found
        return found

    def _tested_in(self, folder: str, seen: set[str]) -> frozenset[str]:
        """The modules that may be declared for tests by the files that declare those of a folder."""
        if folder not in self._declared:
            files = _declaring(folder)
            self._declared[folder] = frozenset[str]().union(*map(self._tested_by, files)), files
        tested, files = self._declared[folder]
        seen.update(files)
        return tested

    def _tested_by(self, file: str) -> frozenset[str]:
        if file not in self._tested:
            source = self._project.source(file)
            self._tested[file] = modules_for_tests(source.code) if source is not None else frozenset()
        return self._tested[file]


def _is_beside(root: str, folder: str) -> bool:
    """Whether a folder is that of a file, or lies in it."""
    own = os.path.dirname(root)
    return folder == own or folder.startswith(os.path.join(own, ""))


def _declaring(folder: str) -> list[str]:
    """The files that may declare the modules of a folder, also by their path."""
    above = os.path.dirname(folder)
    name, higher = os.path.basename(folder), os.path.basename(above)
    names = ("mod.rs", "lib.rs", "main.rs", f"{name}.rs")
    files = [f"{place}{os.sep}{file}" for place in (folder, above) for file in names]
    return [*files, os.path.join(above, f"{higher}.rs"), os.path.join(os.path.dirname(above), f"{higher}.rs")]


def modules_for_tests(code: bytes) -> frozenset[str]:
    """The names of all modules that a text may declare for tests."""
    first = first_test(code)
    if first == len(code):
        return frozenset()
    found: set[bytes] = set()
    behind = first
    for match in _MODULE.finditer(code, first):
        start = match.start()
        line = code.rfind(b"\n", 0, start) + 1
        nested = code[line : line + 1].isspace() or code.count(b"{", 0, start) != code.count(b"}", 0, start)
        if nested or b"test" in code[behind:start]:
            found.add(match[1])
        behind = match.end()
    for path in _PATH.findall(code):
        found.update(re.findall(rb"\w+", path))
    return frozenset(name.decode() for name in found)


def _is_telling(name: str) -> bool:
    """Whether a file so named may be declared by the path, from the file that it tests."""
    return bare_name(name) != name
