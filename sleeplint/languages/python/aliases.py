"""More names under which a file calls what waits: `sleep as nap`, `nap = time.sleep`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from sleeplint.regexes import regex

_LONGEST = 80
"""Bytes of a name and the blanks after it that are looked back at."""
_WORD = bytes(byte for byte in range(256) if re.match(rb"\w", bytes([byte])))
# Both begin at a byte that is rare, because every file is searched.
_RENAMED = regex(rb"as(?<=[ \t]as)[ \t]+(\w+)")
_GIVEN = regex(rb"=[ \t]*+(staticmethod\()?([\w.]++)[ \t]*+(?(1)\)[ \t]*+)(?=[\n#\r;]|\Z)")
_DOTTED = regex(rb"(?:\w+\.)*[^\W\d]\w*")


def also_known_as(code: bytes, names: Container[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Other names that a file gives to any of `names`, each with that name."""
    for match in _RENAMED.finditer(code):
        original = word_before(code, match.start())
        if original in names:
            yield match[1], original
    for match in _GIVEN.finditer(code):
        name = match[2].rpartition(b".")[2]
        if name in names and _DOTTED.fullmatch(match[2]):
            given = word_before(code, match.start())
            if given:
                yield given, name


def word_before(code: bytes, place: int) -> bytes:
    """The word that stands before a place and the blanks there; empty if none does."""
    before = code[max(place - _LONGEST, 0) : place].rstrip(b" \t")
    return before[len(before.rstrip(_WORD)) :]
