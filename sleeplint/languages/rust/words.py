"""Whole words in a text, found without making a pattern of each."""

from __future__ import annotations

from collections.abc import Iterator

_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def places(text: bytes, word: bytes, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Where a word stands in a stretch of a text, none of it as a part of a longer one."""
    last = len(text) if end is None else min(end, len(text))
    at = text.find(word, start, last) if word else -1
    while at >= 0:
        behind = at + len(word)
        if (at == 0 or text[at - 1] not in _LETTERS) and (behind == last or text[behind] not in _LETTERS):
            yield at
        at = text.find(word, behind, last)


def holds(text: bytes, word: bytes, start: int = 0, end: int | None = None) -> bool:
    """Whether a word stands in a stretch of a text."""
    return next(places(text, word, start, end), None) is not None
