"""Many like things as a few bytes: rows of a file take longer to read than the disk takes to be looked at."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from operator import ne
from typing import TypeAlias, overload

from sleeplint.source import UNSURE, Stamp

Column: TypeAlias = "bytes | memoryview"
Numbers: TypeAlias = "array[int]"
"""Whole numbers of at most 32 bits."""

_KINDS = "qqqQ"
"""Of a stamp's numbers; an inode's may have all 64 bits."""


def of_words(words: Iterable[str]) -> bytes:
    """Words without NUL; names of files may be no proper text."""
    return "\0".join([*words, ""]).encode("utf-8", "surrogatepass")


def words(column: Column) -> list[str]:
    """What `of_words` took."""
    return str(column, "utf-8", "surrogatepass").split("\0")[:-1]


def of_numbers(numbers: Iterable[int]) -> bytes:
    """Whole numbers. Raises OverflowError if one is too large."""
    return whole(numbers).tobytes()


def numbers(column: Column) -> Numbers:
    """What `of_numbers` took."""
    return _filled("i", column)


def whole(numbers: Iterable[int] = ()) -> Numbers:
    """Numbers to be kept. Raises OverflowError if one is too large."""
    return array("i", numbers)


class Stamps(Sequence[Stamp]):
    """The stamps of many files, a column for each of a stamp's numbers: so all of them are compared at once."""

    def __init__(self, stamps: Iterable[Stamp] = ()) -> None:
        """Hold these."""
        parts = list(zip(*stamps, strict=True)) or [()] * len(_KINDS)
        self._columns = [_fitting(kind, part) for kind, part in zip(_KINDS, parts, strict=True)]

    @classmethod
    def of(cls, column: Column) -> Stamps:
        """Those that gave this column."""
        part = len(column) // len(_KINDS)
        pieces = [column[number * part : (number + 1) * part] for number in range(len(_KINDS))]
        return cls._of([_filled(kind, piece) for kind, piece in zip(_KINDS, pieces, strict=True)])

    @classmethod
    def _of(cls, columns: list[array[int]]) -> Stamps:
        stamps = cls()
        stamps._columns = columns
        return stamps

    def column(self) -> bytes:
        """All of them as bytes."""
        return b"".join(column.tobytes() for column in self._columns)

    def at(self, rows: Sequence[int]) -> Stamps:
        """Those with these numbers."""
        if isinstance(rows, range):
            return self[rows.start : rows.stop]
        taken = [array(column.typecode, map(column.__getitem__, rows)) for column in self._columns]
        return self._of(taken)

    def put(self, number: int, stamp: Stamp) -> None:
        """Let another stamp stand in one's place, or behind all."""
        for kind, column, part in zip(_KINDS, self._columns, stamp, strict=True):
            column[number : number + 1] = _fitting(kind, (part,))

    def moved(self, others: Stamps) -> set[int]:
        """The numbers of those that are not the same in as many others."""
        moved = set[int]()
        for ours, theirs in zip(self._columns, others._columns, strict=True):
            if ours != theirs:
                moved.update(number for number, differs in enumerate(map(ne, ours, theirs)) if differs)
        return moved

    def unsure(self) -> set[int]:
        """The numbers of those that are equal to none."""
        return {number for number, size in enumerate(self._columns[0]) if size == UNSURE[0]}

    def __len__(self) -> int:
        return len(self._columns[0])

    def __iter__(self) -> Iterator[Stamp]:
        sizes, changed, touched, inodes = self._columns
        return zip(sizes, changed, touched, inodes, strict=True)

    @overload
    def __getitem__(self, number: int) -> Stamp: ...

    @overload
    def __getitem__(self, number: slice) -> Stamps: ...

    def __getitem__(self, number: int | slice) -> Stamp | Stamps:
        if isinstance(number, slice):
            return self._of([column[number] for column in self._columns])
        size, changed, touched, inode = (column[number] for column in self._columns)
        return size, changed, touched, inode

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stamps) and self._columns == other._columns

    __hash__ = None  # type: ignore[assignment]


class Met:
    """The stamps of files that this run has looked at, by their paths."""

    def __init__(self, paths: Iterable[str] = (), stamps: Stamps | None = None) -> None:
        """Hold the stamps of as many paths."""
        self._numbers = {path: number for number, path in enumerate(paths)}
        self._stamps = stamps if stamps is not None else Stamps()

    def moved(self, paths: Sequence[str], then: Stamps) -> set[int]:
        """The numbers of those paths whose stamp is not known, or not surely what it was `then`."""
        places = [self._numbers.get(path, -1) for path in paths]
        if not self._numbers:
            return set(range(len(places)))
        unknown = {number for number, place in enumerate(places) if place < 0}
        return self._stamps.at(places).moved(then) | then.unsure() | unknown


def _filled(kind: str, column: Column) -> array[int]:
    found = array(kind)
    found.frombytes(column)
    return found


def _fitting(kind: str, numbers: Sequence[int]) -> array[int]:
    """Numbers as such; of one that is longer than the others may be, as a far year's time is, the last 64 bits."""
    try:
        return array(kind, numbers)
    except OverflowError:
        low = -(2**63) if kind == "q" else 0
        return array(kind, [(number - low) % 2**64 + low for number in numbers])
