"""One file of remembered reports: what tells whether they still hold, column by column, and their texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import TypeVar

from sleeplint.cache import sealed
from sleeplint.cache.columns import numbers, of_numbers, of_stamps, of_words, stamps, words
from sleeplint.records import dataclass, field
from sleeplint.source import Stamp

FORMAT = "sleeplint cache 4"
MOST_FILES = 200_000
MOST_BYTES = 64_000_000
"""Of the texts of one store."""
_SPARE_OTHERS = 1_000
"""So many other files on which nothing rests any more are kept along, beside as many again as are needed."""

State = tuple[int, Stamp]
"""The number of the plan by which a file was judged, and its stamp."""
Other = tuple[str, Stamp, str]
"""Another file on which reports rest: its path, and its stamp and content as they were."""
_T = TypeVar("_T")
_S = TypeVar("_S", bytes, Sequence[int])


@dataclass(frozen=True, slots=True)
class Entry:
    """A report that says something."""

    waits: int
    cost_ms: int | float
    texts: tuple[bytes, ...]
    """What it says, packed."""


@dataclass
class Store:
    """All that is remembered. Of most files that is their state, for they have nothing to say."""

    states: dict[str, State] = field(default_factory=dict)
    read: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Of files that were read their content's digest, and the number of the group on which their reports rest.
    Of all others a byte search said that there is nothing to read."""
    entries: dict[str, Entry] = field(default_factory=dict)
    groups: list[Sequence[int]] = field(default_factory=list)
    """Numbers of other files: neighbours often rest on the same."""
    others: list[Other] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)

    def plan(self, said: str) -> int:
        """The number of a plan, in `plans`."""
        return _number(said, self.plans, self._plans)

    def other(self, other: Other) -> int:
        """The number of another file's state, in `others`."""
        return _number(other, self.others, self._others)

    def put(
        self, path: str, state: State, content: str = "", rests_on: Iterable[int] = (), entry: Entry | None = None
    ) -> None:
        """Remember a file, in place of what was; one with a `content` was read."""
        for column in (self.states, self.read, self.entries):
            column.pop(path, None)
        self.states[path] = state
        if content:
            self.read[path] = content, _number(tuple(rests_on), self.groups, self._groups)
        if entry is not None:
            self.entries[path] = entry

    @cached_property
    def _plans(self) -> dict[str, int]:
        return {said: number for number, said in enumerate(self.plans)}

    @cached_property
    def _others(self) -> dict[Other, int]:
        return {other: number for number, other in enumerate(self.others)}

    @cached_property
    def _groups(self) -> dict[Sequence[int], int]:
        return {tuple(group): number for number, group in enumerate(self.groups)}


def read(file: str) -> Store:
    """The store in a file; an empty one if there is none, or none that fits."""
    try:
        (plans, told), columns = sealed.read(file, FORMAT)
        paths = words(columns["paths"])
        states = zip(numbers(columns["plans"]), stamps(columns["stamps"]), strict=True)
        files = zip(words(columns["contents"]), numbers(columns["rests"]), strict=True)
        texts = _cut(columns["texts"], numbers(columns["lengths"]))
        entries = [Entry(waits, cost_ms, tuple(islice(texts, count))) for waits, cost_ms, count in told]
        others = zip(words(columns["others"]), stamps(columns["then"]), words(columns["said"]), strict=True)
        return Store(
            dict(zip(paths, states, strict=True)),
            dict(zip(paths, files, strict=False)),  # those that were read come first
            dict(zip(words(columns["told"]), entries, strict=True)),
            list(_cut(numbers(columns["members"]), numbers(columns["groups"]))),
            list(others),
            plans,
        )
    except sealed.MISFITS:
        return Store()


def write(file: str, store: Store, first: Iterable[str] = ()) -> bool:
    """Put a store in a file's place at once, so that a reader finds the old one or the new one; False if it cannot.

    Of too many files those stay that come `first`.
    """
    if _is_wasteful(store):
        store = _compacted(store, first)
    paths = list(dict.fromkeys(chain(store.read, store.states)))
    states = list(map(store.states.__getitem__, paths))
    texts = [text for entry in store.entries.values() for text in entry.texts]
    try:
        columns = {
            "paths": of_words(paths),
            "plans": of_numbers(plan for plan, _ in states),
            "stamps": of_stamps(stamp for _, stamp in states),
            "contents": of_words(content for content, _ in store.read.values()),
            "rests": of_numbers(group for _, group in store.read.values()),
            "groups": of_numbers(map(len, store.groups)),
            "members": of_numbers(chain.from_iterable(store.groups)),
            "others": of_words(path for path, _, _ in store.others),
            "then": of_stamps(stamp for _, stamp, _ in store.others),
            "said": of_words(said for _, _, said in store.others),
            "told": of_words(store.entries),
            "lengths": of_numbers(map(len, texts)),
            "texts": b"".join(texts),
        }
    except OverflowError:  # an inode whose number is longer than elsewhere
        return False
    told = [(entry.waits, entry.cost_ms, len(entry.texts)) for entry in store.entries.values()]
    return sealed.write(file, FORMAT, [store.plans, told], columns)


def _is_wasteful(store: Store) -> bool:
    """Whether it holds much that nobody asks for, or more than it may."""
    if len(store.states) > MOST_FILES or sum(map(_size, store.entries.values())) > MOST_BYTES:
        return True
    used = {number for _, number in store.read.values()}
    wanted = set().union(*(store.groups[number] for number in used))
    return len(store.others) > 2 * len(wanted) + _SPARE_OTHERS


def _compacted(store: Store, first: Iterable[str]) -> Store:
    """Only what can be asked for, and no more than it may be."""
    small = Store(plans=store.plans)
    length = 0
    for path in dict.fromkeys(chain(first, store.states)):
        content, group = store.read.get(path, ("", -1))
        entry = store.entries.get(path)
        length += _size(entry) if entry else 0
        if len(small.states) >= MOST_FILES or length > MOST_BYTES:
            break
        rests_on = [small.other(store.others[number]) for number in (store.groups[group] if content else ())]
        small.put(path, store.states[path], content, rests_on, entry)
    return small


def _size(entry: Entry) -> int:
    return sum(map(len, entry.texts))


def _cut(whole: _S, lengths: Iterable[int]) -> Iterator[_S]:
    """A whole in pieces of these lengths."""
    at = 0
    for length in lengths:
        yield whole[at : at + length]
        at += length


def _number(thing: _T, things: list[_T], known: dict[_T, int]) -> int:
    number = known.setdefault(thing, len(things))
    if number == len(things):
        things.append(thing)
    return number
