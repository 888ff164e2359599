"""Which files there are to read and what holds for each, remembered as long as no folder has changed.

A walk of a large tree with its ignore patterns and settings takes longer than all that follows it when
nothing has changed. What it rests on are the folders that it went through (a name that comes or goes
changes a folder's time) and the files in them, and above them, that decide over others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import chain
from stat import S_ISDIR, S_ISREG

from sleeplint.cache import sealed
from sleeplint.cache.columns import Column, Met, Stamps, numbers, of_numbers, of_words, words
from sleeplint.cache.lookout import Lookout
from sleeplint.cache.states import FOLDER, folder_stamp, here, near, of_status, settled, stamp
from sleeplint.digests import digest
from sleeplint.landscape import Landscape, Situation, kind
from sleeplint.packing import pack, unpack
from sleeplint.records import dataclass
from sleeplint.settings import Settings
from sleeplint.source import UNSURE, Stamp

FORMAT = "sleeplint landscape 4"
MOST_FILES = 200_000
PAYS = 100
"""Files from which the walk is worth remembering."""
LOOKOUT_PAYS = 2_000
"""Files from which it pays to have them looked at by another process: 3 µs for each, and 5 ms for the process."""

_COME_AND_GO = frozenset({FOLDER, "__pycache__"})


class Remembered:
    """A landscape as an earlier run saw it; how it is now is being looked at while others go on."""

    def __init__(self, file: str) -> None:
        """The landscape in a file. Raises one of MISFITS."""
        self._file = file
        self._index, self._columns = sealed.read(file, FORMAT)
        self._ground = _Ground.of(self._columns)
        self.paths = words(self._columns["paths"])
        """The files that there were."""
        self._lookout = Lookout(self._look, pays=len(self.paths) >= LOOKOUT_PAYS)

    def _look(self) -> bytes:
        """The stamps of now: the folders', the deciders', the files'; none at all if a folder or a file has gone."""
        folders, files = self._ground.folders, self.paths
        try:
            found = [of_status(status) for status in map(os.stat, folders) if S_ISDIR(status.st_mode)]
            found += map(stamp, self._ground.deciders)
            found += [of_status(status) for status in map(os.stat, files) if S_ISREG(status.st_mode)]
        except (OSError, ValueError):
            return b""
        whole = len(folders) + len(self._ground.deciders) + len(files)
        return Stamps(found).column() if len(found) == whole else b""

    def leave(self) -> None:
        """Look no more; to be called at the end, whatever came of it."""
        self._lookout.leave()

    def as_it_is(self, began: int) -> tuple[Landscape | None, Met]:
        """The landscape as a run begun at `began` sees it, if nothing has changed that decides over it; what it met."""
        ground = self._ground
        try:
            now = Stamps.of(self._lookout.result())
            inner, outer = len(ground.folders), len(ground.folders) + len(ground.deciders)
            if not now or not ground.holds(now[:inner], now[inner:outer], began):
                return None, Met()
            situations, settings = self._index
            held = numbers(self._columns["held"])
            if len(held) != len(self.paths) or max(held) >= len(situations):
                raise ValueError("columns that do not fit each other")
            landscape = Landscape(
                self.paths,
                now[outer:],
                held,
                [Situation(*one) for one in situations],
                [unpack(Settings, one) for one in settings],
            )
        except sealed.MISFITS:
            return None, Met()
        if ground.changed:
            sealed.write(self._file, FORMAT, self._index, {**self._columns, **ground.columns()})
        return landscape, Met(chain(ground.folders, ground.deciders, self.paths), now)


def write(
    file: str, landscape: Landscape, folders: Mapping[str, Mapping[str, str]], deciders: Iterable[str], began: int
) -> None:
    """Remember a landscape that was seen by a walk begun at `began`.

    `folders` are those gone through with the kind of each name in them. `deciders` are files that have a say in it;
    unless one was changing meanwhile.
    """
    deciders = list(dict.fromkeys(deciders))
    if not PAYS <= len(landscape.paths) <= MOST_FILES:
        return
    decided = Stamps(map(stamp, deciders))
    if not all(settled(path, began) for path in deciders):  # asked last: one may be changing at this moment
        return
    where = here()
    ground = _Ground(
        [near(path, where) for path in folders],
        Stamps(_sure(path, folder_stamp(path), began) for path in folders),
        [_listing(kinds) for kinds in folders.values()],
        [near(path, where) for path in deciders],
        decided,
    )
    index = [[pack(one) for one in kind] for kind in (landscape.situations, landscape.settings)]
    try:
        columns = {"paths": of_words(landscape.paths), "held": of_numbers(landscape.held)}
        sealed.write(file, FORMAT, index, columns | ground.columns())
    except TypeError:  # a rule's option of a kind that JSON lacks
        return


@dataclass(slots=True)
class _Ground:
    """What a landscape rests on."""

    folders: list[str]
    stamps: Stamps
    listings: list[str]
    """What was in each of the folders."""
    deciders: list[str]
    decided: Stamps
    """The stamps of the deciders."""
    changed: bool = False
    """The stamp of a folder was, that holds the same."""

    @classmethod
    def of(cls, columns: Mapping[str, Column]) -> _Ground:
        """What `columns` gave."""
        return cls(
            words(columns["folders"]),
            Stamps.of(columns["stamps"]),
            words(columns["listings"]),
            words(columns["deciders"]),
            Stamps.of(columns["decided"]),
        )

    def columns(self) -> dict[str, bytes]:
        """All of it as bytes."""
        return {
            "folders": of_words(self.folders),
            "stamps": self.stamps.column(),
            "listings": of_words(self.listings),
            "deciders": of_words(self.deciders),
            "decided": self.decided.column(),
        }

    def holds(self, folders: Stamps, deciders: Stamps, began: int) -> bool:
        """Whether nothing has changed, by the stamps of now; a folder that holds the same at another time is noted.

        Raises OSError if a folder has gone.
        """
        if deciders != self.decided:
            return False
        moved = folders.moved(self.stamps)
        if any(_listing(_kinds(self.folders[number])) != self.listings[number] for number in moved):
            return False
        for number in moved:
            self.stamps.put(number, _sure(self.folders[number], folders[number], began))
        self.changed = bool(moved)
        return True


def _sure(folder: str, stamp: Stamp, began: int) -> Stamp:
    return stamp if settled(folder, began) else UNSURE


def _kinds(folder: str) -> dict[str, str]:
    with os.scandir(folder) as entries:
        return {entry.name: kind(entry) for entry in entries}


def _listing(kinds: Mapping[str, str]) -> str:
    said = sorted(f"{name}\0{kind}\0" for name, kind in kinds.items() if name not in _COME_AND_GO)
    return digest("".join(said).encode("utf-8", "surrogateescape"))[:16]
