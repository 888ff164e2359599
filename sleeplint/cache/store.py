"""One file of remembered reports: an index that is read whole, and behind it texts that are read where needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from zlib import crc32

from sleeplint.cache import sealed
from sleeplint.cache.states import Stamp

FORMAT = "sleeplint cache 2"
MOST_FILES = 200_000
MOST_BYTES = 64_000_000
"""Of the texts of one store."""


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


@dataclass(slots=True)
class Store:
    """All that is remembered."""

    entries: dict[str, list[Any]] = field(default_factory=dict)
    """Of each path: plan, size, time, inode; then content, waits, cost, files it rests on, texts."""
    others: list[tuple[str, Stamp, str]] = field(default_factory=list)
    """The other files on which reports rest, as they were."""
    plans: list[str] = field(default_factory=list)
    groups: list[tuple[int, ...]] = field(default_factory=list)
    """Numbers of other files on which a report rests: neighbours often rest on the same."""
    texts: bytes = b""
    """The texts of `entries`, one after the other."""

    def entry(self, path: str) -> Entry | None:
        """What is remembered of a file. Raises ValueError, TypeError, IndexError, KeyError if it does not fit."""
        row = self.entries.get(path)
        if row is None:
            return None
        plan, size, time, inode, *more = row
        entry = Entry(self.plans[plan], (size, time, inode))
        if more:
            entry.content, entry.waits, entry.cost_ms, group, texts = more
            entry.rests_on = self.groups[group]
            entry.texts = tuple(self._text(*text) for text in texts)
        return entry

    def _text(self, start: int, end: int, check: int) -> bytes:
        text = self.texts[start:end]
        if len(text) != end - start or crc32(text) != check:
            raise ValueError("a text of the store is damaged")
        return text


def read(file: str) -> Store:
    """The store in a file; an empty one if there is none, or none that fits."""
    try:
        (others, groups, plans, entries), texts = sealed.read(file, FORMAT)
        states = [(path, tuple(then), said) for path, then, said in others]
        return Store(dict(entries), states, plans, [tuple(group) for group in groups], texts)
    except sealed.MISFITS:
        return Store()


def write(file: str, entries: Mapping[str, Entry], others: Sequence[tuple[str, Stamp, str]]) -> bool:
    """Put a store in a file's place at once, so that a reader finds the old one or the new one; False if it cannot.

    Later entries are the ones that are left out when there are too many.
    """
    plans: dict[str, int] = {}
    groups: dict[tuple[int, ...], int] = {}
    rows: dict[str, list[Any]] = {}
    texts: list[bytes] = []
    length = 0
    for path, entry in entries.items():
        if len(rows) >= MOST_FILES or length + sum(map(len, entry.texts)) > MOST_BYTES:
            break
        row: list[Any] = [plans.setdefault(entry.plan, len(plans)), *entry.stamp]
        if entry.content:
            places = []
            for text in entry.texts:
                places.append((length, length + len(text), crc32(text)))
                texts.append(text)
                length += len(text)
            row += [entry.content, entry.waits, entry.cost_ms, groups.setdefault(entry.rests_on, len(groups)), places]
        rows[path] = row
    used = {number: place for place, number in enumerate(dict.fromkeys(chain.from_iterable(groups)))}
    renumbered = [[used[number] for number in group] for group in groups]
    index = [[others[number] for number in used], renumbered, list(plans), rows]
    return sealed.write(file, FORMAT, index, texts)
