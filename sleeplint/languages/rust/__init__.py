"""The reader of Rust."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pathlib import Path

    from sleeplint.facts import TestFile
    from sleeplint.languages import Surroundings
    from sleeplint.languages.rust.declarations import Declarations
    from sleeplint.source import Project, Source

DECLARATIONS = "rust declarations"
"""Key under which a project remembers what is declared for tests."""


def read(source: Source, around: Surroundings) -> TestFile:
    """Read the facts of one Rust file. Never raises for what the file contains."""
    from sleeplint.languages.rust.reader import read as read_file

    return read_file(source, around)


def forget(project: Project, path: Path) -> None:
    """Another text stands at `path` now: nothing is remembered that rests on it."""
    from sleeplint.languages.rust.library import Library
    from sleeplint.languages.rust.suggestions import SUGGESTED

    Library.of(project).forget(os.fspath(path))
    project.memory.pop((SUGGESTED, os.fspath(path)), None)


def may_wait(source: Source, around: Surroundings, consulted: set[str] | None = None) -> bool:
    """Whether a byte search says that reading a file can yield anything; False is certain.

    `consulted` takes the other files on which the answer rests, or on whose absence.
    """
    rests_on: set[str] = set()
    if not _is_placed(source, around) and not _finds(source, around, rests_on):
        if consulted is not None:  # what its folder is has not to be found out: that takes manifests to be parsed
            consulted |= rests_on
        return False
    from sleeplint.languages.rust.declarations import is_production

    rests_on.clear()
    if is_production(source, around, rests_on):
        if consulted is not None:
            consulted |= rests_on
        return False
    return _finds(source, around, consulted)


def _is_placed(source: Source, around: Surroundings) -> bool:
    """Whether it is known already what kind of code stands in a file's folder, or nobody asks."""
    project = around.project
    if project is None or around.production or around.in_test or project.edited:
        return True
    known = project.memory.get(DECLARATIONS)
    return known is not None and os.path.dirname(project.absolute(source.path)) in cast("Declarations", known)


def _finds(source: Source, around: Surroundings, consulted: set[str] | None) -> bool:
    """Whether a byte search finds anything in a file, of whatever kind it is."""
    from sleeplint.languages.rust.candidates import may_wait as search

    return source.speaks_to_us or search(source.code, around.calls) or _calls_helpers(source, around, consulted)


def _calls_helpers(source: Source, around: Surroundings, consulted: set[str] | None) -> bool:
    """Whether a file calls what a file around it suggests to be the project's own way to wait."""
    from sleeplint.languages.rust.suggestions import hits_around
    from sleeplint.languages.rust.workspace import path_in

    place = path_in(around.project, source.path)
    if around.project is None or place is None:
        return False
    rests_on: set[str] = set()
    found = next(hits_around(source.code, around.project, place, rests_on), None)
    if consulted is not None:
        consulted |= rests_on
    return found is not None
