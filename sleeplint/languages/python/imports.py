"""From the imports of a file, by a search of its bytes, to the project's files that they mean."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

from sleeplint.source import Project

IMPORT = "python import"
"""Key, with the importing folder and the dotted path, under which a project remembers what an import means."""
# It begins at a byte that is rare, because every file is searched.
_STATEMENT = re.compile(
    rb"[\n;:][ \t]*(?:from[ \t]+([.\w][.\w \t]*?)[ \t]*(?<=[.\s])import\b[ \t]*"
    rb"(\((?:[^)#]|#[^\n]*)*|(?:[^\n;#\\]|\\\r?\n|\\)*)"
    rb"|import[ \t]+((?:[^\n;#\\]|\\\r?\n|\\)*))"
)
_COMMENT = re.compile(rb"#[^\n]*")
_NAME = re.compile(rb"([\w.]+|\*)(?:\s+as\s+(\w+))?")


def imports_of(code: bytes) -> tuple[str, ...]:
    """The dotted paths that a file imports anywhere, and of whole names also what holds them, in order."""
    found: dict[str, None] = {}
    for match in _STATEMENT.finditer(b"\n" + code):
        owner, names, modules = match[1], match[2], match[3]
        for name, alias in _names(modules if owner is None else names):
            if owner is not None:
                base = "".join(owner.decode("utf-8", "replace").split())
                found[base] = None
                if name != "*":
                    found[base + name if base.endswith(".") else f"{base}.{name}"] = None
            else:
                if not alias:
                    found[name.partition(".")[0]] = None
                found[name] = None
    return tuple(found)


def _names(listed: bytes) -> Iterator[tuple[str, str]]:
    for match in _NAME.finditer(_COMMENT.sub(b"", listed).replace(b"\\", b" ")):
        yield match[1].decode("utf-8", "replace"), (match[2] or b"").decode("utf-8", "replace")


def locate(project: Project, place: str, dotted: str, consulted: set[str]) -> str | None:
    """The project's file that an import's dotted path means in the file at `place`; None if it is none of them.

    The paths that were looked for, found or not, are added to `consulted`.
    """
    folder = os.path.dirname(place)
    key = (IMPORT, folder, dotted)
    known = project.memory.get(key)
    if not isinstance(known, tuple):
        tried: set[str] = set()
        first = next(_files(project, folder, dotted, tried), None)
        known = project.memory[key] = (first, frozenset(tried))
    if known[0] == place:  # nobody imports himself
        return next((file for file in _files(project, folder, dotted, consulted) if file != place), None)
    consulted.update(known[1])
    return known[0] if isinstance(known[0], str) else None


def _files(project: Project, folder: str, dotted: str, tried: set[str]) -> Iterator[str]:
    rest = dotted.lstrip(".")
    dots = len(dotted) - len(rest)
    parts = rest.split(".") if rest else []
    if dots:
        for _ in range(dots - 1):
            folder = os.path.dirname(folder)
        yield from _in_folder(project, folder, parts, tried)
    elif parts and parts[0] not in sys.stdlib_module_names:
        for base in bases(project, folder):
            yield from _in_folder(project, base, parts, tried)


def _in_folder(project: Project, folder: str, parts: list[str], tried: set[str]) -> Iterator[str]:
    place = "/".join([folder, *parts])
    for file in (*([f"{place}.py"] if parts else ()), f"{place}/__init__.py"):
        tried.add(file)
        if project.source(file) is not None:
            yield file


def bases(project: Project, folder: str) -> Iterator[str]:
    """Folders from which absolute imports may start: those above a file, the root and its `src`."""
    yield from above(project, folder)
    yield os.path.join(project.folder, "src")


def above(project: Project, folder: str) -> Iterator[str]:
    """A folder and those above it, up to the project's root."""
    while project.holds(folder):
        yield folder
        outer = os.path.dirname(folder)
        if outer == folder:
            return
        folder = outer
