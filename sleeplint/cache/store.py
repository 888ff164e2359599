"""One file of remembered reports: what tells whether they still hold, column by column, and their texts."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain, islice
from typing import TypeVar

from sleeplint.cache import sealed
from sleeplint.cache.columns import Column, Numbers, Stamps, numbers, of_numbers, of_words, whole, words
from sleeplint.records import dataclass, field, replace
from sleeplint.source import Stamp

FORMAT = "sleeplint cache 5"
MOST_FILES = 200_000
MOST_BYTES = 64_000_000
"""Of the texts of one store."""
_SPARE_OTHERS = 1_000
"""So many other files on which nothing rests any more are kept along, beside as many again as are needed."""
NOBODY = -1
"""The number of no row, and of no group."""

State = tuple[int, Stamp]
"""The number of the plan by which a file was judged, and its stamp."""
Other = tuple[str, Stamp, str]
"""Another file on which reports rest: its path, and its stamp and content as they were."""
_T = TypeVar("_T")
_C = TypeVar("_C", Column, Numbers)


@dataclass(frozen=True, slots=True)
class Entry:
    """A report that says something."""

    waits: int
    cost_ms: int | float
    texts: tuple[bytes, ...]
    """What it says, packed."""


@dataclass
class Others:
    """Other files as they were when reports came to rest on them, a column for each thing that is known of them."""

    paths: list[str] = field(default_factory=list)
    stamps: Stamps = field(default_factory=Stamps)
    contents: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[Other]:
        return zip(self.paths, self.stamps, self.contents, strict=True)

    def __getitem__(self, number: int) -> Other:
        return self.paths[number], self.stamps[number], self.contents[number]

    def __setitem__(self, number: int, other: Other) -> None:
        path, stamp, content = other
        self.paths[number : number + 1] = (path,)
        self.stamps.put(number, stamp)
        self.contents[number : number + 1] = (content,)

    def at(self, numbers: Sequence[int]) -> Others:
        """Those with these numbers."""
        paths, contents = ([column[number] for number in numbers] for column in (self.paths, self.contents))
        return Others(paths, self.stamps.at(numbers), contents)


@dataclass
class Store:
    """All that is remembered, a row for each file. Of most that is their state, for they have nothing to say."""

    paths: list[str] = field(default_factory=list)
    judged: Numbers = field(default_factory=whole)
    """The numbers of the plans by which they were judged."""
    stamps: Stamps = field(default_factory=Stamps)
    contents: list[str] = field(default_factory=list)
    """The digests of those that were read. Of all others a byte search said that there is nothing to read."""
    rests: Numbers = field(default_factory=whole)
    """The numbers of the groups on which the reports of those that were read rest."""
    entries: dict[int, Entry] = field(default_factory=dict)
    """By row."""
    groups: list[Numbers] = field(default_factory=list)
    """Numbers of other files: neighbours often rest on the same."""
    others: Others = field(default_factory=Others)
    plans: list[str] = field(default_factory=list)
    most_others: int = 0
    """With more than so many other files, those are looked for on which nothing rests."""

    def plan(self, said: str) -> int:
        """The number of a plan, in `plans`."""
        return _number(said, self.plans, self._plans)

    def other(self, other: Other) -> int:
        """The number of another file's state, in `others`."""
        number = self._others.setdefault(other, len(self.others))
        if number == len(self.others):
            self.others[number] = other
        return number

    def rows(self, paths: Sequence[str]) -> Sequence[int]:
        """The rows of these files; NOBODY's where nothing is known of one."""
        if self.paths[: len(paths)] == paths:
            return range(len(paths))
        return [self._rows.get(path, NOBODY) for path in paths]

    def moved(self, rows: Sequence[int], judged: Numbers, stamps: Stamps) -> set[int]:
        """The numbers of those in these rows that are not in the states that are told."""
        if not self.paths:
            return set(range(len(rows)))
        moved = self.stamps.at(rows).moved(stamps)
        then = whole(map(self.judged.__getitem__, rows))
        if then != judged or NOBODY in rows:
            pairs = enumerate(zip(rows, then, judged, strict=True))
            moved.update(number for number, (row, old, new) in pairs if row == NOBODY or old != new)
        return moved

    def put(
        self, path: str, state: State, content: str = "", rests_on: Iterable[int] = (), entry: Entry | None = None
    ) -> None:
        """Remember a file, in place of what was; one with a `content` was read."""
        row = _number(path, self.paths, self._rows)
        group = self._group(whole(rests_on)) if content else NOBODY
        plan, stamp = state
        self.stamps.put(row, stamp)
        self.judged[row : row + 1] = whole((plan,))
        self.rests[row : row + 1] = whole((group,))
        self.contents[row : row + 1] = (content,)
        self.entries.pop(row, None)
        if entry is not None:
            self.entries[row] = entry

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {path: row for row, path in enumerate(self.paths)}

    @cached_property
    def _plans(self) -> dict[str, int]:
        return {said: number for number, said in enumerate(self.plans)}

    @cached_property
    def _others(self) -> dict[Other, int]:
        return {other: number for number, other in enumerate(self.others)}

    def _group(self, members: Numbers) -> int:
        number = self._groups.setdefault(members.tobytes(), len(self.groups))
        if number == len(self.groups):
            self.groups.append(members)
        return number

    @cached_property
    def _groups(self) -> dict[bytes, int]:
        return {group.tobytes(): number for number, group in enumerate(self.groups)}


def read(file: str) -> Store:
    """The store in a file; an empty one if there is none, or none that fits."""
    try:
        (plans, most_others, told), columns = sealed.read(file, FORMAT)
        if type(most_others) is not int:
            raise TypeError("no number of other files")
        texts = map(bytes, _cut(columns["texts"], numbers(columns["lengths"])))
        entries = [Entry(waits, cost_ms, tuple(islice(texts, count))) for waits, cost_ms, count in told]
        others = Others(words(columns["others"]), Stamps.of(columns["then"]), words(columns["said"]))
        store = Store(
            words(columns["paths"]),
            numbers(columns["judged"]),
            Stamps.of(columns["stamps"]),
            words(columns["contents"]),
            numbers(columns["rests"]),
            dict(zip(numbers(columns["told"]), entries, strict=True)),
            list(_cut(numbers(columns["members"]), numbers(columns["groups"]))),
            others,
            plans,
            most_others,
        )
        rows = (store.judged, store.stamps, store.contents, store.rests)
        if {*map(len, rows)} != {len(store.paths)} or not len(others) == len(others.stamps) == len(others.contents):
            raise ValueError("columns that do not fit each other")
    except sealed.MISFITS:
        return Store()
    return store


def write(file: str, store: Store, first: Iterable[str] = ()) -> bool:
    """Put a store in a file's place at once, so that a reader finds the old one or the new one; False if it cannot.

    The rows of `first` come first: whoever asks for the same again finds them in order. Of too many those stay.
    """
    rows = _ordered(store, list(first))
    if rows != range(len(store.paths)):
        store = _taken(store, rows)
    if len(store.others) > store.most_others:
        store = _compacted(store)
    texts = [text for entry in store.entries.values() for text in entry.texts]
    columns = {
        "paths": of_words(store.paths),
        "judged": store.judged.tobytes(),
        "stamps": store.stamps.column(),
        "contents": of_words(store.contents),
        "rests": store.rests.tobytes(),
        "groups": of_numbers(map(len, store.groups)),
        "members": b"".join(group.tobytes() for group in store.groups),
        "others": of_words(store.others.paths),
        "then": store.others.stamps.column(),
        "said": of_words(store.others.contents),
        "told": of_numbers(store.entries),
        "lengths": of_numbers(map(len, texts)),
        "texts": b"".join(texts),
    }
    told = [(entry.waits, entry.cost_ms, len(entry.texts)) for entry in store.entries.values()]
    return sealed.write(file, FORMAT, [store.plans, store.most_others, told], columns)


def _ordered(store: Store, first: Sequence[str]) -> Sequence[int]:
    """The rows that may stay, those of `first` before all others."""
    known, every = store.rows(first), range(len(store.paths))
    rows = every if isinstance(known, range) else list(dict.fromkeys(chain(filter(NOBODY.__ne__, known), every)))
    if sum(map(_size, store.entries.values())) > MOST_BYTES:
        length = list(accumulate(_size(store.entries[row]) if row in store.entries else 0 for row in rows))
        rows = rows[: bisect(length, MOST_BYTES)]
    return rows[:MOST_FILES]


def _size(entry: Entry) -> int:
    return sum(map(len, entry.texts))


def _taken(store: Store, rows: Sequence[int]) -> Store:
    """Only these rows, in this order."""
    return Store(
        [store.paths[row] for row in rows],
        whole(map(store.judged.__getitem__, rows)),
        store.stamps.at(rows),
        [store.contents[row] for row in rows],
        whole(map(store.rests.__getitem__, rows)),
        {number: store.entries[row] for number, row in enumerate(rows) if row in store.entries},
        store.groups,
        store.others,
        store.plans,
        store.most_others,
    )


def _compacted(store: Store) -> Store:
    """Without the groups and the other files on which nothing rests, if those are many."""
    used = sorted(set(store.rests) - {NOBODY})
    wanted = sorted(set[int]().union(*map(store.groups.__getitem__, used)))
    most = 2 * len(wanted) + _SPARE_OTHERS
    if len(store.others) <= most:
        return replace(store, most_others=most)
    group_of = {group: number for number, group in enumerate(used)} | {NOBODY: NOBODY}
    other_of = {other: number for number, other in enumerate(wanted)}
    return replace(
        store,
        rests=whole(map(group_of.__getitem__, store.rests)),
        groups=[whole(map(other_of.__getitem__, store.groups[group])) for group in used],
        others=store.others.at(wanted),
        most_others=most,
    )


def _cut(wholes: _C, lengths: Iterable[int]) -> Iterator[_C]:
    """A whole in pieces of these lengths."""
    at = 0
    for length in lengths:
        yield wholes[at : at + length]
        at += length


def _number(thing: _T, things: list[_T], known: dict[_T, int]) -> int:
    number = known.setdefault(thing, len(things))
    if number == len(things):
        things.append(thing)
    return number
