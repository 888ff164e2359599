"""Which files a run reads: those that are named, and under each folder all that nothing excludes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sleeplint.errors import PathError
from sleeplint.finding import Problem
from sleeplint.landscape import kind
from sleeplint.records import dataclass, field
from sleeplint.regexes import regex
from sleeplint.settings.files import NAMES
from sleeplint.settings.resolver import Resolved, Resolver
from sleeplint.source import UNSURE, Stamp, language_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NEVER = frozenset({"node_modules", "__pycache__", "__pypackages__", "site-packages"})
"""Folders that hold no code of the project's own. So do all whose name begins with a dot."""
_NAMED = regex(r"\(\?P<\w+>")
_DECIDERS = (*NAMES, ".gitignore")
_EXCLUDE = os.path.join(".git", "info", "exclude")
_MARKS = frozenset({"CACHEDIR.TAG", "pyvenv.cfg"})
"""A folder with such a file is a tool's: cargo's target, a virtual environment."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read."""

    path: str
    """As the user gave it, with `/`."""
    absolute: str
    size: int
    stamp: Stamp = UNSURE


@dataclass(slots=True)
class Discovery:
    """All that a walk came upon."""

    files: list[Found] = field(default_factory=list)
    """Sorted by path, each once."""
    problems: list[Problem] = field(default_factory=list)
    """What kept others from being found."""
    folders: dict[str, dict[str, str]] = field(default_factory=dict)
    """Those that were gone through, and the names in each with what kind of thing stands there."""
    deciders: list[str] = field(default_factory=list)
    """Files that decide over others, or would if they existed."""


def _found(path: str, absolute: str, status: os.stat_result) -> Found:
    stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return Found(path, absolute, status.st_size, stamp)


@dataclass(frozen=True, slots=True)
class _Ignored:
    """The git-ignore patterns of one folder."""

    folder: str
    spec: GitIgnoreSpec
    any: re.Pattern[str] | None
    """All patterns in one: of what it does not match none speaks."""

    def says(self, path: str) -> bool | None:
        """Whether an absolute path is ignored; None if no pattern speaks of it."""
        inside = path[len(self.folder) :]
        if self.any is not None and not self.any.search(inside):
            return None
        return self.spec.check_file(inside).include


def discover(paths: Iterable[str], resolver: Resolver, *, force_exclude: bool = False) -> Discovery:
    """The files under `paths`, and what kept others from being found.

    A file that is named is read even if the settings exclude it, unless `force_exclude`. Raises
    PathError if a named path does not exist, SettingsError if settings on the way cannot be used.
    """
    all_of_it = Discovery()
    found: dict[str, Found] = {}
    for path in paths:
        absolute = Path(os.path.abspath(path))
        all_of_it.deciders += _above(absolute)
        if absolute.is_dir():
            walk = _Walk(resolver, all_of_it)
            if not (force_exclude and resolver.folder(absolute).excludes(absolute, folder=True)):
                for file in walk.folder(_shown(path), os.fspath(absolute)):
                    found.setdefault(file.absolute, file)
        elif absolute.exists():
            if not os.access(absolute, os.R_OK):
                raise PathError(f"{path}: cannot be read: permission denied")
            if not (force_exclude and resolver.folder(absolute.parent).excludes(absolute)):
                file = _found(_shown(path), os.fspath(absolute), absolute.stat())
                found.setdefault(file.absolute, file)
        else:
            raise PathError(f"{path}: no such file or folder")
    all_of_it.files = sorted(found.values(), key=lambda file: file.path)
    return all_of_it


def _above(path: Path) -> Iterator[str]:
    """What decides, or would, from the folders above a named path."""
    for folder in path.parents:
        yield from (os.path.join(folder, name) for name in (*_DECIDERS, ".git", _EXCLUDE))


def root_of(path: str | Path, seen: dict[str, str] | None = None) -> Path:
    """The folder of the repository or workspace in which an absolute path lies.

    The closest with a `.git`; without one the outermost Cargo workspace, else the outermost folder
    of a project, else the current folder if the path lies in it, else the path's own folder. `seen`
    remembers what was found in folders, for the next path.
    """
    marks = {} if seen is None else seen
    workspace = project = None
    folder = os.path.dirname(path)
    while True:
        mark = marks.get(folder)
        if mark is None:
            mark = marks[folder] = _mark(folder)
        if mark == "repository":
            return Path(folder)
        if mark:
            project = folder
        if mark == "workspace":
            workspace = folder
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    if workspace or project:
        return Path(workspace or project or "")
    here = Path.cwd()
    return here if Path(path).is_relative_to(here) else Path(path).parent


def _mark(folder: str) -> str:
    """What a folder is: a repository, a Cargo workspace, a project, or nothing of the sort."""
    if os.path.exists(os.path.join(folder, ".git")):
        return "repository"
    manifest = os.path.join(folder, "Cargo.toml")
    if os.path.isfile(manifest):
        try:
            with open(manifest, "rb") as file:
                return "workspace" if b"[workspace" in file.read() else "project"
        except OSError:  # then it is a folder like others
            return "project"
    return "project" if os.path.isfile(os.path.join(folder, "pyproject.toml")) else ""


class _Walk:
    def __init__(self, resolver: Resolver, seen: Discovery) -> None:
        self._resolver = resolver
        self._seen = seen
        self._entered: set[tuple[int, int]] = set()
        self._found: list[Found] = []

    def folder(self, shown: str, absolute: str) -> list[Found]:
        """The files under a named folder, which is walked even where it is itself ignored."""
        above = [i for i in _ignored_above(absolute) if not i.says(absolute + "/")]
        self._enter(shown, absolute, above, None)
        return self._found

    def _enter(self, shown: str, absolute: str, ignored: list[_Ignored], above: Resolved | None) -> None:
        try:
            status = os.stat(absolute)
            with os.scandir(absolute) as scan:
                entries = {entry.name: entry for entry in scan}
        except OSError as error:
            self._seen.problems.append(Problem(shown or ".", f"the folder cannot be read: {error.strerror or error}"))
            return
        names = set(entries)
        kinds = self._seen.folders[absolute] = {entry.name: kind(entry) for entry in entries.values()}
        if (status.st_dev, status.st_ino) in self._entered or not names.isdisjoint(_MARKS):
            return
        self._entered.add((status.st_dev, status.st_ino))
        self._seen.deciders += [os.path.join(absolute, name) for name in _DECIDERS if name in names]
        if ".git" in names:
            self._seen.deciders.append(os.path.join(absolute, _EXCLUDE))
        prefix = f"{shown}/" if shown and not shown.endswith("/") else shown
        ignored = [*ignored, *_ignored_in(absolute, names)]
        inner = []
        resolved = above
        if resolved is None or not names.isdisjoint(NAMES):
            resolved = self._resolver.folder(Path(absolute), names)
        for name in sorted(entries):
            entry = entries[name]
            if kinds[name] == "folder":
                built = name == "target" and "Cargo.toml" in names
                if not (name in NEVER or name.startswith(".") or built):
                    inner.append(entry)
            elif language_of(name) and kinds[name] == "file":
                if ignored and _ignores(ignored, entry.path):
                    continue
                if not (resolved.exclude and resolved.excludes(Path(entry.path))):
                    self._take(prefix + name, entry)
        for entry in inner:
            if ignored and _ignores(ignored, entry.path + "/"):
                continue
            if not (resolved.exclude and resolved.excludes(Path(entry.path), True)):
                self._enter(prefix + entry.name, entry.path, ignored, resolved)

    def _take(self, shown: str, entry: os.DirEntry[str]) -> None:
        try:
            self._found.append(_found(shown, entry.path, entry.stat(follow_symlinks=False)))
        except OSError as error:
            self._seen.problems.append(Problem(shown, f"cannot be read: {error.strerror or error}"))


def _shown(path: str) -> str:
    """A path as the user gave it, with `/`, without a leading `./`."""
    text = path.replace("\\", "/") if os.sep == "\\" else path
    text = os.path.normpath(text).replace(os.sep, "/")
    return "" if text == "." else text


def _ignores(ignored: list[_Ignored], path: str) -> bool:
    """Git's rule: of the folders above a path the deepest that speaks of it decides."""
    return next((said for one in reversed(ignored) if (said := one.says(path)) is not None), False)


def _ignored_above(folder: str) -> list[_Ignored]:
    """The patterns of the folders above, from the repository's root down; none outside a repository."""
    if os.path.exists(os.path.join(folder, ".git")):
        return []
    above = []
    for parent in Path(folder).parents:
        is_root = (parent / ".git").exists()
        names = {".gitignore", ".git"} if is_root else {".gitignore"}
        above.extend([*_ignored_in(os.fspath(parent), names)][::-1])
        if is_root:
            return above[::-1]
    return []


def _ignored_in(folder: str, names: Iterable[str]) -> Iterator[_Ignored]:
    for name, file in ((".git", "info/exclude"), (".gitignore", "")):
        if name not in names:
            continue
        try:
            with open(os.path.join(folder, name, file) if file else os.path.join(folder, name), "rb") as lines:
                patterns = lines.read().decode("utf-8-sig", "replace").splitlines()
        except OSError:  # git, too, goes on without a file that it cannot read
            continue
        spoken = [pattern for pattern in patterns if pattern.strip() and not pattern.startswith("#")]
        if spoken:
            spec = _spec(spoken)
            yield _Ignored(folder.rstrip("/") + "/", spec, _together(spec))


def _together(spec: GitIgnoreSpec) -> re.Pattern[str] | None:
    """One pattern that matches what any of them does; None where that cannot be had."""
    written = [str(getattr(pattern.regex, "pattern", "")) for pattern in spec.patterns if pattern.include is not None]
    if not all(written):
        return None
    try:
        return re.compile("|".join(f"(?:{_NAMED.sub('(?:', text)})" for text in written))
    except re.error:  # one that does not stand beside others
        return None


def _spec(patterns: list[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore import GitIgnorePatternError

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except GitIgnorePatternError:  # git passes over a pattern that means nothing: find which, and do so too
        if len(patterns) == 1:
            return GitIgnoreSpec([])
        return GitIgnoreSpec([one for pattern in patterns for one in _spec([pattern]).patterns])
