"""Functions of the files around that may be the project's own way to wait, by a byte search."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sleeplint.languages.rust.candidates import hits, hits_of, renamed, with_aliases
from sleeplint.languages.rust.uses import Path, use_paths
from sleeplint.languages.rust.workspace import Workspace, told
from sleeplint.regexes import regex
from sleeplint.source import Project

SUGGESTED = "rust functions that may wait in"
"""Key, with a path, under which a project remembers what the file there suggests, and what it declares."""
_LIBRARY = "rust library of"
"""Key, with a crate's name, under which a project remembers the crate's root file, and what that rests on."""
_DEFINED = regex(rb"\bfn\s+(?:r#)?(\w+)\s*(?:<[^()]*>)?\(\s*(?:&?\s*(?:'\w+\s+)?(?:mut\s+)?self\s*,?\s*)?([^)\s])")
"""A function with a parameter of its own."""
_BRANCHES = regex(rb"\b(?:for|while|loop|if|match)\b|\}\s*+\n")
_NEAR = 400
"""How many bytes behind its name a thin wrapper has its wait."""
# Patterns open with a literal, which the engine looks for as fast as memory is read.
_MODULE = regex(rb"mod(?<!\wmod)\s++(?:r#)?(\w++)\s*+;")
_USE = regex(rb"use(?<!\wuse)\s++(?:::)?\s*+(\w++)[^;]*;")
_BEFORE_USE = regex(rb"[ \t]*(?:pub(?:\([^()\n]*\))?[ \t]+)?")
_CRATE_FOLDERS = frozenset({"src", "tests", "benches", "examples"})
_ROOTS = ("mod", "lib", "main")
_STEPS = 3
"""How far modules are followed that helpers declare in turn."""
_TELLING = b"test"
_RELATIVE = frozenset({"crate", "super", "self"})
_OUTSIDE = frozenset({"std", "core", "alloc", "tokio", "futures", "serde", "anyhow"})


def suggested(code: bytes) -> frozenset[bytes]:
    """Functions whose definition a wait follows closely, and other names that imports give to waits."""
    found = set(renamed(code))
    places = [start for start, _ in hits(code)]
    while places:
        names = {name for start in places if (name := _definition(code, start)) is not None} - found
        found |= names
        places = [start for start, _ in hits_of(code, names)]  # a wrapper of a wrapper
    return frozenset(found)


def _definition(code: bytes, offset: int) -> bytes | None:
    """The name of the thin function around a wait: it takes something, and does little else."""
    at = code.rfind(b"fn ", max(0, offset - _NEAR), offset)
    defined = _DEFINED.match(code, at) if at >= 0 else None
    if defined is None or defined.end() > offset:
        return None
    opened, closed = code.find(b"{", defined.end(), offset), code.find(b"}", offset)
    thin = (
        opened >= 0
        and closed - offset < _NEAR
        and code.count(b";", offset, closed) < 2
        and not _BRANCHES.search(code, opened + 1, offset)
    )
    return defined[1] if thin else None


def hits_around(code: bytes, project: Project, place: str, consulted: set[str]) -> Iterator[tuple[int, int]]:
    """The ranges of names in a file, which lies at `place`, that the files around it suggest."""
    return hits_of(code, with_aliases(code, _suggested_around(code, project, place, consulted)))


def _suggested_around(code: bytes, project: Project, place: str, consulted: set[str]) -> frozenset[bytes]:
    """What the files suggest whose modules a file declares or imports.

    The paths that were looked for are added to `consulted`.
    """
    found: set[bytes] = set()
    seen = {place}
    pending = [(file, 1) for file in _imported(project, place, code, consulted)]
    while pending:
        file, steps = pending.pop()
        if file in seen:
            continue
        seen.add(file)
        names, declared = _known(project, file)
        found |= names
        if steps < _STEPS:
            for name in declared:
                pending += ((inner, steps + 1) for inner in _walked(project, _own(file), (name,), consulted))
    return frozenset(found)


def _known(project: Project, file: str) -> tuple[frozenset[bytes], tuple[str, ...]]:
    """What a file suggests, and the modules that it declares, looked for once."""
    known = project.memory.get((SUGGESTED, file))
    if not isinstance(known, tuple):
        source = project.source(file)
        code = source.code if source is not None else b""
        known = project.memory[SUGGESTED, file] = (suggested(code), _modules(code))
    return known


def _modules(code: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.decode() for name in _MODULE.findall(code)))


def _imported(project: Project, place: str, code: bytes, consulted: set[str]) -> Iterator[str]:
    """The files of the modules that a file declares or imports, as far as they are helpers of tests by their names."""
    tested = _is_telling(project, place)
    among_tests = tested and _is_telling(project, _crate_folder(os.path.dirname(place)))
    declared = _modules(code) if tested else ()
    for name in declared:
        yield from _walked(project, _own(place), (name,), consulted)
    for use in _USE.finditer(code) if tested or _TELLING in code else ():
        text = use[0]
        telling = _TELLING in text
        if not (telling or tested):
            continue
        head = use[1].decode("utf-8", "replace")
        foreign = not (telling or (among_tests and head in _RELATIVE) or head in declared)
        if foreign and head in _OUTSIDE:
            continue
        line = code.rfind(b"\n", 0, use.start()) + 1
        if not _BEFORE_USE.fullmatch(code, line, use.start()):
            continue
        library = _library(project, head, consulted) if foreign else None
        if foreign and library is None:
            continue
        for alias, path in use_paths(text.decode("utf-8", "replace")):
            module = alias is None or (path[-1].islower() and f"{alias}::".encode() in code)
            for file in _meant(project, place, path if module else path[:-1], consulted):
                if library is not None or _is_telling(project, file):
                    yield file


def _is_telling(project: Project, place: str) -> bool:
    """Whether a file stands among tests, by its path within the project."""
    return _TELLING in place.removeprefix(project.folder).encode()


def _meant(project: Project, place: str, path: Path, consulted: set[str]) -> Iterator[str]:
    """The files of the modules along a path that the file at `place` imports."""
    head, rest = path[0] if path else "", path[1:]
    folder = os.path.dirname(place)
    match head:
        case "":
            return
        case "crate":
            yield from _walked(project, (_crate_folder(folder),), rest, consulted)
        case "self":
            yield from _walked(project, _own(place), rest, consulted)
        case "super":
            rest = tuple(segment for segment in rest if segment != "super")
            if not rest:
                yield from _there(project, (*_roots(folder), f"{folder}.rs"), consulted)
            yield from _walked(project, (folder, os.path.dirname(folder)), rest, consulted)
        case _:
            local = [*_walked(project, _own(place), path, consulted)]
            library = None if local else _library(project, head, consulted)
            if library is not None:
                local = [library, *_walked(project, (os.path.dirname(library),), rest, consulted)]
            yield from local


def _own(place: str) -> tuple[str, ...]:
    """The folders that may hold the modules which a file declares."""
    folder, name = os.path.split(place)
    stem = name.removesuffix(".rs")
    return (folder,) if stem in _ROOTS else (folder, f"{folder}{os.sep}{stem}")


def _roots(folder: str) -> Iterator[str]:
    return (f"{folder}{os.sep}{root}.rs" for root in _ROOTS)


def _crate_folder(folder: str) -> str:
    """The folder of the root file of the crate whose module lies in a folder, by the usual layout."""
    parts = folder.split(os.sep)
    for index in range(len(parts) - 1, -1, -1):
        if parts[index] in _CRATE_FOLDERS:
            return os.sep.join(parts[: index + 1])
    return folder


def _walked(project: Project, bases: tuple[str, ...], path: Path, consulted: set[str]) -> Iterator[str]:
    """The files of modules along a path, from wherever its first is found."""
    for base in bases:
        here = base
        for segment in path:
            if not segment.islower():
                break
            files = [
                *_there(project, (f"{here}{os.sep}{segment}.rs", f"{here}{os.sep}{segment}{os.sep}mod.rs"), consulted)
            ]
            if not files:
                break
            yield from files
            here = f"{here}{os.sep}{segment}"


def _there(project: Project, files: tuple[str, ...], consulted: set[str]) -> Iterator[str]:
    for file in files:
        consulted.add(told(file))
        if project.source(file) is not None:
            yield file


def _library(project: Project, name: str, consulted: set[str]) -> str | None:
    """The root file of the workspace's library of that name, if it helps tests."""
    known = project.memory.get((_LIBRARY, name))
    if not isinstance(known, tuple):
        workspace, seen = Workspace.of(project), set[str]()
        others, workspace.seen = workspace.seen, seen
        crate = workspace.member(name)
        file = crate.library if crate is not None and workspace.is_test_crate(crate) else None
        workspace.seen = others
        known = project.memory[_LIBRARY, name] = (file, frozenset(seen))
    file, rests_on = known
    consulted.update(rests_on)
    if file is not None:
        consulted.add(told(file))
    return file if file is not None and project.source(file) is not None else None
