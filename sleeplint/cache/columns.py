"""Many like things as a few bytes: rows of a file take longer to read than the disk takes to be looked at."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from sleeplint.source import Stamp


def of_words(words: Iterable[str]) -> bytes:
    """Words without NUL; names of files may be no proper text."""
    return "\0".join([*words, ""]).encode("utf-8", "surrogatepass")


def words(column: bytes) -> list[str]:
    """What `of_words` took."""
    return column.decode("utf-8", "surrogatepass").split("\0")[:-1]


def of_numbers(numbers: Iterable[int]) -> bytes:
    """Whole numbers. Raises OverflowError if one is too large."""
    return array("q", numbers).tobytes()


def numbers(column: bytes) -> Sequence[int]:
    """What `of_numbers` took."""
    found = array("q")
    found.frombytes(column)
    return found


def of_stamps(stamps: Iterable[Stamp]) -> bytes:
    """A stamp's four numbers one after the other; an inode's may have all 64 bits. Raises OverflowError beyond."""
    sizes, changed, touched, inodes = zip(*stamps, strict=True) if (stamps := list(stamps)) else ((), (), (), ())
    return b"".join(map(of_numbers, (sizes, changed, touched))) + array("Q", inodes).tobytes()


def stamps(column: bytes) -> list[Stamp]:
    """What `of_stamps` took."""
    part = len(column) // 4
    sizes, changed, touched = (numbers(column[start : start + part]) for start in (0, part, 2 * part))
    inodes = array("Q")
    inodes.frombytes(column[3 * part :])
    return list(zip(sizes, changed, touched, inodes, strict=True))
