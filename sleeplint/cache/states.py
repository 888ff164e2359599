"""In which state a file is: when it can be told without reading it that it is still the same, and when it cannot."""

from __future__ import annotations

import os
import stat
from time import time_ns

from sleeplint.digests import digest
from sleeplint.source import UNSURE, Stamp

FOLDER = ".sleeplint_cache"
"""Where things are remembered, unless somebody says otherwise."""
GRANULARITY = 2_000_000_000
"""Nanoseconds. What was written this shortly before it was looked at may have been written again since, with the
same time: file systems round, FAT to two seconds."""

LACKS = "lacks "
"""What is said of a folder that lacks names which somebody looked for; they follow, with `/` between them."""

NEVER: Stamp = (-1, 0, 0, 0)
"""That of a file which does not exist, or cannot be looked at."""


def here() -> str:
    """The folder in which one stands, with a separator at its end."""
    return os.path.join(os.getcwd(), "")


def near(path: str, here: str) -> str:
    """An absolute path as one says it `here`: shorter if it leads to something below."""
    return path[len(here) :] if path.startswith(here) else path


def of_status(found: os.stat_result) -> Stamp:
    """The stamp of what the disk says about a file."""
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def stamp(path: str) -> Stamp:
    """The stamp of a file as it is now."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return NEVER
    return of_status(found) if stat.S_ISREG(found.st_mode) else UNSURE


def folder_stamp(path: str) -> Stamp:
    """The stamp of a folder as it is now: another one once a name in it has come or gone."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return NEVER
    return of_status(found) if stat.S_ISDIR(found.st_mode) else NEVER


def settled(path: str, since: int) -> bool:
    """Whether a file was last changed clearly before the moment `since`, whatever clock time it was given."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return True
    return max(found.st_mtime_ns, found.st_ctime_ns) + GRANULARITY < since


def content(path: str) -> str:
    """The digest of a file's content, or of a folder's names; empty if there is none."""
    try:
        with open(path, "rb") as file:
            return digest(file.read())
    except IsADirectoryError:
        try:
            return digest("\0".join(sorted(os.listdir(path))).encode("utf-8", "surrogateescape"))
        except OSError:
            return ""
    except (OSError, ValueError):
        return ""


def _lacks(folder: str, names: list[str]) -> bool:
    return not any(os.path.lexists(os.path.join(folder, name)) for name in names)


class States:
    """The states of the files on which reports rest, as an earlier run met them and as they are now."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.began = time_ns()
        self._now: dict[str, tuple[Stamp, str]] = {}
        self._folders: dict[str, bool] = {}
        self._same: dict[tuple[str, Stamp, str], Stamp | None] = {}

    def unmoved(self, path: str, then: Stamp, said: str) -> bool:
        """Whether a file, or a folder that lacked names, has the stamp that it had: then it need not be looked into."""
        now = folder_stamp(path) if said.startswith(LACKS) else stamp(path)
        return now == then and then != UNSURE

    def same(self, path: str, then: Stamp, said: str) -> bool:
        """Whether a file is as it was when it had this stamp and this content."""
        return self.renewed(path, then, said) is not None

    def renewed(self, path: str, then: Stamp, said: str) -> Stamp | None:
        """The stamp that a file has now, if it is as it was when it had this stamp and this content."""
        key = (path, then, said)
        if key not in self._same:
            if said.startswith(LACKS):
                now = folder_stamp(path)
                same = now == then or _lacks(path, said.removeprefix(LACKS).split("/"))
            else:
                now = stamp(path)
                same = (now == then and then != UNSURE) or content(path) == said
            self._same[key] = now if same else None
        return self._same[key]

    def settled(self, stamp: Stamp) -> bool:
        """Whether a file with this stamp was last changed clearly before this run began."""
        return max(stamp[1], stamp[2]) + GRANULARITY < self.began

    def now(self, path: str) -> tuple[Stamp, str] | None:
        """The stamp and content of a file, read once; None if it may have changed during this run."""
        if path not in self._now:
            found = stamp(path)
            said = content(path) if found != NEVER else ""
            if found != NEVER and not settled(path, self.began):  # asked last: it may be changing at this moment
                return None
            self._now[path] = (found, said)
        return self._now[path]

    def lack(self, path: str) -> tuple[str, str] | None:
        """Why nothing is at a path: the closest folder above that exists, and the name which that one lacks.

        None if that is a link: what it leads to may come without a change in its own folder.
        """
        folder, name = os.path.split(path)
        while name and not self._is_folder(folder):
            folder, name = os.path.split(folder)
        return None if os.path.islink(os.path.join(folder, name)) else (folder, name)

    def _is_folder(self, path: str) -> bool:
        if path not in self._folders:
            self._folders[path] = os.path.isdir(path)
        return self._folders[path]
