"""Which files there are to read and what holds for each, remembered as long as no folder has changed.

A walk of a large tree with its ignore patterns and settings takes longer than all that follows it when
nothing has changed. What it rests on are the folders that it went through (a name that comes or goes
changes a folder's time) and the files in them, and above them, that decide over others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from stat import S_ISREG
from typing import NamedTuple

from sleeplint.cache import sealed
from sleeplint.cache.states import FOLDER, UNSURE, Stamp, digest, folder_stamp, settled, stamp
from sleeplint.packing import pack, unpack
from sleeplint.records import dataclass
from sleeplint.settings import Settings

FORMAT = "sleeplint landscape 1"
MOST_FILES = 200_000
PAYS = 100
"""Files from which the walk is worth remembering."""

_COME_AND_GO = frozenset({FOLDER, "__pycache__"})


class Sight(NamedTuple):
    """One file to read."""

    path: str
    """As the user gave it."""
    absolute: str
    root: int
    """Number of its project's folder in `Landscape.roots`."""
    settings: int
    """Number of what holds for it in `Landscape.settings`."""
    in_test: bool
    """The settings say that it is test code."""
    size: int
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Landscape:
    """All files that a run reads, sorted by path."""

    sights: Sequence[Sight]
    roots: Sequence[str]
    settings: Sequence[Settings]


def read(file: str) -> Landscape | None:
    """The landscape in a file, if nothing has changed on which it rests."""
    try:
        (folders, deciders, roots, settings, places), _ = sealed.read(file, FORMAT)
        if not all(folder_stamp(path) == tuple(then) or _listed(path) == names for path, then, names in folders):
            return None
        if not all(stamp(path) == tuple(then) for path, then in deciders):
            return None
        sights = list(_seen(places, os.getcwd()))
        return Landscape(sights, roots, [unpack(Settings, one) for one in settings])
    except (*sealed.MISFITS, IndexError, KeyError, AttributeError):
        return None


def write(
    file: str, landscape: Landscape, folders: Mapping[str, Iterable[str]], deciders: Iterable[str], began: int
) -> None:
    """Remember a landscape that was seen by a walk begun at `began`.

    `folders` are those gone through with the names in them. `deciders` are files that have a say in it;
    unless one was changing meanwhile.
    """
    if not PAYS <= len(landscape.sights) <= MOST_FILES or not all(settled(path, began) for path in deciders):
        return
    here = os.getcwd()
    places = [
        (sight.path, "" if sight.absolute == _absolute(here, sight.path) else sight.absolute, *sight[2:5])
        for sight in landscape.sights
    ]
    index = [
        [
            (path, folder_stamp(path) if settled(path, began) else UNSURE, _listing(names))
            for path, names in folders.items()
        ],
        [(path, stamp(path)) for path in deciders],
        landscape.roots,
        [pack(one) for one in landscape.settings],
        places,
    ]
    try:
        sealed.write(file, FORMAT, index, [])
    except (TypeError, UnicodeError):  # a rule's option of a kind that JSON lacks, a name that is no text
        return


def _seen(places: Sequence[tuple[str, str, int, int, bool]], here: str) -> Iterator[Sight]:
    """The files as they are now. Raises OSError if one has gone."""
    for path, absolute, root, settings, in_test in places:
        where = absolute or _absolute(here, path)
        status = os.stat(where)
        if not S_ISREG(status.st_mode):
            raise ValueError(f"{where}: no file any more")
        now = (status.st_size, status.st_mtime_ns, status.st_ino)
        yield Sight(path, where, root, settings, in_test, status.st_size, now)


def _listed(folder: str) -> str:
    return _listing(os.listdir(folder))


def _listing(names: Iterable[str]) -> str:
    return digest("\0".join(sorted(set(names) - _COME_AND_GO)).encode("utf-8", "surrogateescape"))[:16]


def _absolute(here: str, path: str) -> str:
    return f"{here}{os.sep}{path}"
