"""Words that are looked for in a text together, each by its rarest letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sleeplint.records import dataclass
from sleeplint.regexes import regex

_SHARES = {
    **dict.fromkeys(b"ABCDEFGHIJKLMNOPQRSTUVWXYZjkqxz", 3),
    **dict.fromkeys(b"bgvwy", 7),
    **dict.fromkeys(b"fhmp", 13),
    **dict.fromkeys(b"_cdlu", 20),
}
"""How often programs write a letter, of a thousand; all others forty times."""
_PASS = 35
"""What a pass through a text costs, where a look at one letter of a thousand costs one, and somewhat more for each word
that it may be part of."""


@dataclass(frozen=True, slots=True)
class Needle:
    """A word, and what may follow it."""

    kind: str
    word: bytes
    follows: bytes = b""
    """A pattern without groups."""


class Needles:
    """Looks for words by patterns that each open with one letter, to which the engine leaps.

    A pattern that opens with a whole word is as fast; one for each of twenty words is not.
    """

    def __init__(self, needles: Iterable[Needle]) -> None:
        """Sort them by their letters."""
        left = list(needles)
        self._groups: list[_Group] = []
        while left:
            letter = _cheapest([needle.word for needle in left])
            group = [needle for needle in left if letter in needle.word]
            left = [needle for needle in left if letter not in needle.word]
            self._groups.append(_Group(letter, group))

    def found(self, text: bytes) -> Iterator[tuple[Needle, int, int]]:
        """What is found where: from the word's start to the end of what follows. In no order."""
        for group in self._groups:
            if group.may_be_in(text):
                yield from group.found(text)


class _Group:
    """Words that are looked for by one letter."""

    def __init__(self, letter: int, needles: Sequence[Needle]) -> None:
        self._places = [(needle, needle.word.index(letter)) for needle in needles]
        self._pattern = regex(_together(letter, needles))
        self._met = False

    def may_be_in(self, text: bytes) -> bool:
        """Whether a text may hold any of them: until one does the pattern need not be compiled."""
        self._met = self._met or any(needle.word in text for needle, _ in self._places)
        return self._met

    def found(self, text: bytes) -> Iterator[tuple[Needle, int, int]]:
        """What is found where."""
        for match in self._pattern.finditer(text):
            assert match.lastindex is not None
            needle, before = self._places[match.lastindex - 1]
            yield needle, match.start() - before, match.end()


def _cheapest(words: Sequence[bytes]) -> int:
    """The letter by which to look for those of the words that hold it, for the least work a word."""

    def work(letter: int) -> tuple[float, int]:
        own = sum(letter in word for word in words)
        return (_PASS + _SHARES.get(letter, 40) * (1.4 + 0.4 * own)) / own, letter

    return min({letter for word in words for letter in word}, key=work)


def _together(letter: int, group: Iterable[Needle]) -> bytes:
    """One pattern for the words that are looked for by a letter; an empty group tells which was found."""
    return re.escape(bytes([letter])) + b"(?:%s)" % b"|".join(_rest(letter, needle) for needle in group)


def _rest(letter: int, needle: Needle) -> bytes:
    """What stands behind a word's letter, and that the letter is this word's."""
    at = needle.word.index(letter) + 1
    more = min(at + 1, len(needle.word)) if at > 1 else at  # a letter more is sooner told than what stands before
    before = rb"(?<=%s)" % re.escape(needle.word[:more]) if at > 1 else b""
    return b"".join(
        (re.escape(needle.word[at:more]), before, re.escape(needle.word[more:]), b"(?:%s)()" % needle.follows)
    )
