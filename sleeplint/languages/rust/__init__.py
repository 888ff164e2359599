"""The reader of Rust."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sleeplint.facts import TestFile
    from sleeplint.languages import Surroundings
    from sleeplint.source import Project, Source


def read(source: Source, around: Surroundings) -> TestFile:
    """Read the facts of one Rust file. Never raises for what the file contains."""
    from sleeplint.languages.rust.reader import read as read_file

    return read_file(source, around)


def forget(project: Project, path: Path) -> None:
    """Another text stands at `path` now: nothing is remembered that rests on it."""
    from sleeplint.languages.rust.library import Library

    Library.of(project).forget(os.fspath(path))


def may_wait(source: Source, around: Surroundings, consulted: set[str] | None = None) -> bool:
    """Whether a byte search says that reading a file can yield anything; False is certain.

    `consulted` takes the other files on which the answer rests, or on whose absence.
    """
    from sleeplint.languages.rust.candidates import may_wait as search
    from sleeplint.languages.rust.declarations import is_production

    rests_on: set[str] = set()
    if is_production(source, around, rests_on):
        if consulted is not None:
            consulted |= rests_on
        return False
    return source.speaks_to_us or search(source.code, around.calls)
