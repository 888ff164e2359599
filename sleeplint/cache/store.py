"""One file of remembered reports: an index that is read whole, and behind it texts that are read where needed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import chain
from typing import Any
from zlib import crc32

from sleeplint.cache import sealed
from sleeplint.cache.states import Stamp
from sleeplint.records import dataclass, field

FORMAT = "sleeplint cache 3"
MOST_FILES = 200_000
MOST_BYTES = 64_000_000
"""Of the texts of one store."""
_SPARE_BYTES = 200_000
_SPARE_OTHERS = 1_000
"""So much of what nobody asks for any more is kept along, beside as much again as is asked for."""
_OF_QUIET = 4
"""Cells in the row of a file in which there was nothing to read: plan, size, time, inode."""
MISFITS = (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError, RecursionError)
"""What comes of looking at a row that is none of ours."""


@dataclass(slots=True)
class Entry:
    """What is remembered of one file."""

    plan: str
    """What decided over it: settings, rules, project."""
    stamp: Stamp
    content: str = ""
    """Digest of what was read; empty where a byte search said that there is nothing to read."""
    texts: tuple[bytes, ...] = ()
    """Its report, packed."""
    waits: int = 0
    cost_ms: int | float = 0
    rests_on: tuple[int, ...] = ()
    """Numbers of other files, in `Store.others`."""


@dataclass
class Store:
    """All that is remembered."""

    rows: dict[str, list[Any]] = field(default_factory=dict)
    """Of each path: plan, size, time, inode; then content, waits, cost, files it rests on, texts."""
    others: list[tuple[str, Stamp, str]] = field(default_factory=list)
    """The other files on which reports rest, as they were."""
    plans: list[str] = field(default_factory=list)
    groups: list[tuple[int, ...]] = field(default_factory=list)
    """Numbers of other files on which a report rests: neighbours often rest on the same."""
    texts: bytes = b""
    """The texts of `rows`, one after the other."""
    fresh: list[bytes] = field(default_factory=list)
    """Those that came later."""

    def plan(self, said: str) -> int:
        """The number of a plan, in `plans`."""
        number = self._plans.setdefault(said, len(self.plans))
        if number == len(self.plans):
            self.plans.append(said)
        return number

    def is_quiet(self, path: str, plan: int, stamp: Stamp) -> bool | None:
        """Whether it is known that a file in this state has nothing to read; None if there is more to be known.

        Raises one of MISFITS if nothing is known of it.
        """
        row = self.rows[path]
        return None if len(row) > _OF_QUIET else row == [plan, *stamp]

    def entry(self, path: str) -> Entry:
        """What is remembered of a file. Raises one of MISFITS if that is nothing, or does not fit."""
        plan, size, time, inode, *more = self.rows[path]
        entry = Entry(self.plans[plan], (size, time, inode))
        if more:
            entry.content, entry.waits, entry.cost_ms, group, texts = more
            entry.rests_on = self.groups[group]
            entry.texts = tuple(self._text(*text) for text in texts)
        return entry

    def put(self, path: str, entry: Entry) -> None:
        """Remember a file, in place of what was."""
        row: list[Any] = [self.plan(entry.plan), *entry.stamp]
        if entry.content:
            group = self._groups.setdefault(entry.rests_on, len(self.groups))
            if group == len(self.groups):
                self.groups.append(entry.rests_on)
            places = [self._place(text) for text in entry.texts]
            row += [entry.content, entry.waits, entry.cost_ms, group, places]
        self.rows[path] = row

    def restamp(self, path: str, stamp: Stamp) -> None:
        """Take note that a file has the same content at another time."""
        self.rows[path][1:_OF_QUIET] = stamp

    @cached_property
    def _plans(self) -> dict[str, int]:
        return {said: number for number, said in enumerate(self.plans)}

    @cached_property
    def _groups(self) -> dict[tuple[int, ...], int]:
        return {group: number for number, group in enumerate(self.groups)}

    @cached_property
    def _length(self) -> list[int]:
        return [len(self.texts)]

    def _place(self, text: bytes) -> list[int]:
        start = self._length[0]
        self._length[0] += len(text)
        self.fresh.append(text)
        return [start, start + len(text), crc32(text)]

    def _text(self, start: int, end: int, check: int) -> bytes:
        text = self.texts[start:end]
        if len(text) != end - start or crc32(text) != check:
            raise ValueError("a text of the store is damaged")
        return text


def read(file: str) -> Store:
    """The store in a file; an empty one if there is none, or none that fits."""
    try:
        (others, groups, plans, rows), texts = sealed.read(file, FORMAT)
        states = [(path, tuple(then), said) for path, then, said in others]
        return Store(dict(rows), states, plans, [tuple(group) for group in groups], texts)
    except sealed.MISFITS:
        return Store()


def write(file: str, store: Store, first: Iterable[str] = ()) -> bool:
    """Put a store in a file's place at once, so that a reader finds the old one or the new one; False if it cannot.

    Of too many files those stay that come `first`.
    """
    if _is_wasteful(store):
        store = _compacted(store, first)
    index = [store.others, store.groups, store.plans, store.rows]
    return sealed.write(file, FORMAT, index, [store.texts, *store.fresh])


def _is_wasteful(store: Store) -> bool:
    """Whether it holds much that nobody asks for, or more than it may."""
    length = len(store.texts) + sum(map(len, store.fresh))
    if len(store.rows) > MOST_FILES or length > MOST_BYTES:
        return True
    try:
        read = [row for row in store.rows.values() if len(row) > _OF_QUIET]
        wanted = sum(end - start for row in read for start, end, _ in row[-1])
        others = set(chain.from_iterable(store.groups[number] for number in {row[-2] for row in read}))
    except MISFITS:  # a row that is none of ours
        return True
    return length > 2 * wanted + _SPARE_BYTES or len(store.others) > 2 * len(others) + _SPARE_OTHERS


def _compacted(store: Store, first: Iterable[str]) -> Store:
    """Only what can be asked for, and no more than it may be."""
    whole = Store(store.rows, store.others, store.plans, store.groups, store.texts + b"".join(store.fresh))
    small = Store()
    numbers: dict[int, int] = {}
    length = 0
    for path in dict.fromkeys(chain(first, whole.rows)):
        try:
            entry = whole.entry(path)
            used = [whole.others[number] for number in entry.rests_on]
        except MISFITS:
            continue
        length += sum(map(len, entry.texts))
        if len(small.rows) >= MOST_FILES or length > MOST_BYTES:
            break
        for number, state in zip(entry.rests_on, used, strict=True):
            if numbers.setdefault(number, len(small.others)) == len(small.others):
                small.others.append(state)
        entry.rests_on = tuple(numbers[number] for number in entry.rests_on)
        small.put(path, entry)
    return small
