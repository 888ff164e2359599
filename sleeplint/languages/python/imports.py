"""From the imports of a file, by a search of its bytes, to the project's files that they mean."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from sleeplint.regexes import regex
from sleeplint.source import Project

IMPORT = "python import"
"""Key, with the importing folder and the dotted path, under which a project remembers what an import means, and
with a package's file, what it passes on; beside the answer stand the paths that were looked for."""
_FROM = regex(rb"from\b[ \t]*([.\w][.\w \t\\\r\n]*)")
_WORD = regex(rb"\bimport\b")
_LISTED = regex(rb"[ \t]*(?:\((?:[^)#]|#[^\n]*)*|(?:[^\n;#\\]|\\\r?\n|\\)*)")
_COMMENT = regex(rb"#[^\n]*")
_NAME = regex(rb"([\w.]+|\*)(?:\s+as\s+(\w+))?")


def imports_of(code: bytes) -> tuple[str, ...]:
    """The dotted paths that a file imports anywhere, and of whole names also what holds them, in order."""
    found: dict[str, None] = {}
    at = code.find(b"import")
    while at >= 0:
        owner = _owner(code, at)
        listed = _LISTED.match(code, at + len(b"import")) if owner is not None else None
        for name, alias in _names(listed[0]) if listed is not None else ():
            if owner:
                found[owner] = None
                if name != "*":
                    found[owner + name if owner.endswith(".") else f"{owner}.{name}"] = None
            else:
                if not alias:
                    found[name.partition(".")[0]] = None
                found[name] = None
        at = code.find(b"import", at + 1)
    return tuple(found)


def _owner(code: bytes, at: int) -> str | None:
    """What stands between `from` and an `import`; empty without a `from`, None if it is no statement."""
    if not _WORD.match(code, at):
        return None
    start = code.rfind(b"\n", 0, at) + 1
    while code.endswith((b"\\\n", b"\\\r\n"), 0, start):
        start = code.rfind(b"\n", 0, start - 1) + 1
    head = code[start:at].replace(b"\\", b" ")
    head = head[max(head.rfind(b";"), head.rfind(b":")) + 1 :].strip()
    if not head:
        return ""
    match = _FROM.fullmatch(head)
    return b"".join(match[1].split()).decode("utf-8", "replace") if match is not None else None


def _names(listed: bytes) -> Iterator[tuple[str, str]]:
    if b"#" in listed:
        listed = _COMMENT.sub(b"", listed)
    for match in _NAME.finditer(listed.replace(b"\\", b" ")):
        yield match[1].decode("utf-8", "replace"), (match[2] or b"").decode("utf-8", "replace")


def locate(project: Project, place: str, dotted: str, consulted: set[str]) -> str | None:
    """The project's file that an import's dotted path means in the file at `place`; None if it is none of them.

    The paths that were looked for, found or not, are added to `consulted`.
    """
    return next(imported(project, place, (dotted,), consulted), None)


def imported(project: Project, place: str, paths: Iterable[str], consulted: set[str]) -> Iterator[str]:
    """The project's files that dotted paths mean in the file at `place`."""
    folder = os.path.dirname(place)
    memory = project.memory
    for dotted in paths:
        known = memory.get((IMPORT, folder, dotted))
        if not isinstance(known, tuple):
            tried: set[str] = set()
            first = next(_files(project, folder, dotted, tried), None)
            known = memory[IMPORT, folder, dotted] = (first, frozenset(tried))
        file = known[0]
        if file == place:  # nobody imports himself
            file = next((other for other in _files(project, folder, dotted, consulted) if other != place), None)
        consulted.update(known[1])
        if isinstance(file, str):
            yield file


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
    package = f"{place}/__init__.py"
    tried.add(package)
    if parts:
        module = f"{place}.py"
        tried.add(module)
        if not project.may_hold(folder, parts[0]) and (
            len(parts) > 1 or not project.may_hold(folder, f"{parts[0]}.py")
        ):
            return
        if project.source(module) is not None:
            yield module
    if project.source(package) is not None:
        yield package


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


def place_of(path: str, project: Project | None) -> str | None:
    """Where a path given by the user lies within the project; None if it does not."""
    if project is None:
        return None
    place = path
    if not os.path.isabs(path):
        below_here = os.path.join(os.getcwd(), path)
        place = below_here if project.holds(below_here) else os.path.join(project.folder, path)
    place = os.path.normpath(place)
    return place if project.holds(place) else None


def inside_of(path: str, place: str | None, project: Project | None) -> str:
    """A file's path within the project, with `/`; of one outside, the path that was given."""
    if place is None or project is None:
        return path
    return place.removeprefix(project.folder).lstrip(os.sep).replace(os.sep, "/")
