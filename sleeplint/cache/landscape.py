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
from sleeplint.cache.columns import numbers, of_numbers, of_stamps, of_words, stamps, words
from sleeplint.cache.states import FOLDER, folder_stamp, here, near, of_status, settled, stamp
from sleeplint.digests import digest
from sleeplint.landscape import Landscape, Situation
from sleeplint.packing import pack, unpack
from sleeplint.records import dataclass
from sleeplint.settings import Settings
from sleeplint.source import UNSURE, Stamp

FORMAT = "sleeplint landscape 2"
MOST_FILES = 200_000
PAYS = 100
"""Files from which the walk is worth remembering."""

_COME_AND_GO = frozenset({FOLDER, "__pycache__"})


def read(file: str, began: int) -> Landscape | None:
    """The landscape in a file, if nothing has changed on which it rests, as a run begun at `began` sees it."""
    try:
        (situations, settings), columns = sealed.read(file, FORMAT)
        ground, paths, held = _Ground.of(columns), words(columns["paths"]), numbers(columns["held"])
        then = ground.stamps
        met = ground.still(began)
        stamps = [of_status(found) for found in map(os.stat, paths) if S_ISREG(found.st_mode)]
        if met is None or len(stamps) != len(paths):
            return None
        met.update(zip(paths, stamps, strict=True))
        known = [Situation(*one) for one in situations]
        landscape = Landscape(paths, stamps, held, known, [unpack(Settings, one) for one in settings], met)
    except sealed.MISFITS:
        return None
    if ground.stamps != then:
        sealed.write(file, FORMAT, [situations, settings], columns | ground.columns())
    return landscape


def write(
    file: str, landscape: Landscape, folders: Mapping[str, Iterable[str]], deciders: Iterable[str], began: int
) -> None:
    """Remember a landscape that was seen by a walk begun at `began`.

    `folders` are those gone through with the names in them. `deciders` are files that have a say in it;
    unless one was changing meanwhile.
    """
    deciders = list(dict.fromkeys(deciders))
    if not PAYS <= len(landscape.paths) <= MOST_FILES or not all(settled(path, began) for path in deciders):
        return
    where = here()
    ground = _Ground(
        [near(path, where) for path in folders],
        [_sure(path, folder_stamp(path), began) for path in folders],
        [_listing(names) for names in folders.values()],
        [near(path, where) for path in deciders],
        [stamp(path) for path in deciders],
    )
    index = [landscape.situations, [pack(one) for one in landscape.settings]]
    try:
        columns = {"paths": of_words(landscape.paths), "held": of_numbers(landscape.held)}
        sealed.write(file, FORMAT, index, columns | ground.columns())
    except (TypeError, OverflowError):  # a rule's option of a kind that JSON lacks, too long an inode
        return


@dataclass(slots=True)
class _Ground:
    """What a landscape rests on."""

    folders: list[str]
    stamps: list[Stamp]
    listings: list[str]
    """What was in each of the folders."""
    deciders: list[str]
    decided: list[Stamp]
    """Of the deciders."""

    @classmethod
    def of(cls, columns: Mapping[str, bytes]) -> _Ground:
        """What `columns` gave."""
        return cls(
            words(columns["folders"]),
            stamps(columns["stamps"]),
            words(columns["listings"]),
            words(columns["deciders"]),
            stamps(columns["decided"]),
        )

    def columns(self) -> dict[str, bytes]:
        """All of it as bytes."""
        return {
            "folders": of_words(self.folders),
            "stamps": of_stamps(self.stamps),
            "listings": of_words(self.listings),
            "deciders": of_words(self.deciders),
            "decided": of_stamps(self.decided),
        }

    def still(self, began: int) -> dict[str, Stamp] | None:
        """The stamps of now, by path, if nothing has changed; a folder that holds the same at another time is noted.

        Raises OSError if a folder has gone.
        """
        now = [of_status(found) for found in map(os.stat, self.folders) if S_ISDIR(found.st_mode)]
        if now != self.stamps:
            moved = [number for number, (new, then) in enumerate(zip(now, self.stamps, strict=True)) if new != then]
            if any(_listing(os.listdir(self.folders[number])) != self.listings[number] for number in moved):
                return None
            self.stamps = [*self.stamps]
            for number in moved:
                self.stamps[number] = _sure(self.folders[number], now[number], began)
        if list(map(stamp, self.deciders)) != self.decided:
            return None
        return dict(zip(chain(self.deciders, self.folders), chain(self.decided, now), strict=True))


def _sure(folder: str, stamp: Stamp, began: int) -> Stamp:
    return stamp if settled(folder, began) else UNSURE


def _listing(names: Iterable[str]) -> str:
    return digest("\0".join(sorted(set(names) - _COME_AND_GO)).encode("utf-8", "surrogateescape"))[:16]
