"""The Python reader: one source in, its facts out."""

from __future__ import annotations

from pathlib import Path

from sleeplint.facts import TestFile
from sleeplint.languages import Surroundings
from sleeplint.source import Project, Source


def read(source: Source, around: Surroundings) -> TestFile:
    """Read the facts of one Python file. Never raises for what the file contains."""
    from sleeplint.languages.python.modules import Module, parsed
    from sleeplint.languages.python.reading import read_module

    tree = parsed(source, around.project)
    if isinstance(tree, str):
        return TestFile(source.path, "python", around.in_test, unread=(tree,))
    module = Module(source.path, source.code, tree, around.project)
    try:
        return read_module(module, around)
    finally:
        module.let_go()


def forget(project: Project, path: Path) -> None:
    """Another text stands at `path` now: nothing is remembered that rests on it."""
    from sleeplint.languages.python.modules import forget as forget_module

    forget_module(project, path)


def may_wait(source: Source, around: Surroundings, consulted: set[str] | None = None) -> bool:
    """Whether a byte search says that reading `source` can yield anything; False is certain."""
    from sleeplint.languages.python.imports import inside_of, place_of
    from sleeplint.languages.python.paths import is_test_path
    from sleeplint.languages.python.search import Search

    place = place_of(source.path, around.project)
    in_test = around.in_test or is_test_path(inside_of(source.path, place, around.project))
    search = Search.of(source.code, around.calls, around.project, place, in_test)
    found = search.finds_any()
    if consulted is not None:
        consulted |= search.consulted
    return found


def may_test(path: str, code: bytes) -> bool:
    """Whether anything in a file, given relative to its project, looks to be test code, by a byte search."""
    from sleeplint.languages.python.paths import may_test

    return may_test(path, code)
