"""How a call looks that can wait, by its bytes: which names are called, and with what between the parentheses."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache

from sleeplint.languages.catalogue import Call
from sleeplint.languages.python.catalogue import ALSO, CALLS
from sleeplint.records import dataclass
from sleeplint.regexes import regex

# The parenthesis is the rare byte, so the text is searched from its end: that is eight times as fast.
_CALLED = regex(rb"\([ \t]*(\w+)")
_BLANKS = regex(rb"(?:\s|#[^\n]*\n|\\\r?\n)*")
_KEYWORD = regex(rb"(\w+)\s*=(?!=)")
_NO_LENGTH = regex(
    rb"(?:None|True|False|\[\s*\]|\{\s*\}|[rbuRBU]{0,2}(?:\"[^\"\\\n]*\"|'[^'\\\n]*')"
    rb"|[fF](?:\"(?:[^\"\\\n{}]|\{[^\"'{}\n]*\})*\"|'(?:[^'\\\n{}]|\{[^\"'{}\n]*\})*'))\s*[,)]"
)
"""An argument that says at a glance that nobody waits so long: a text, nothing, an empty container."""
QUOTED = (
    rb"(?:\"\"\"(?:[^\\\"]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^\\']|\\.|'(?!''))*'''"
    rb"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
)
"""A string's literal without its prefix, of whichever quotes; to be read with `DOTALL`."""
_PART = regex(rb"[rbufRBUF]{0,2}%s|#[^\n]*|[][(){},\"']" % QUOTED, re.DOTALL)
_LONGEST = 4000
"""Bytes between two parentheses that are looked through; what is longer may be anything."""
KEYWORD_ONLY = 1000
"""The position of what is only given by keyword."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What must stand in a call's parentheses for it to wait."""

    position: int = 0
    """The first place among the positional arguments at which its length can stand."""
    keywords: frozenset[bytes] = frozenset()
    """Or the keywords under which."""
    anything: bool = False
    """Whatever stands there, or nothing."""

    def __or__(self, other: Shape) -> Shape:
        return Shape(
            min(self.position, other.position), self.keywords | other.keywords, self.anything or other.anything
        )


ANY = Shape(anything=True)
"""A call of this may have no arguments at all."""


def called(backwards: bytes, names: Container[bytes]) -> Iterator[tuple[int, int]]:
    """Where names are called, from the last to the first; `names` and the text are given turned around."""
    length = len(backwards)
    for match in _CALLED.finditer(backwards):
        if match[1] in names:
            yield length - match.end(), length - match.start(1)


def names_called(backwards: bytes) -> frozenset[bytes]:
    """All names that a file calls, with their letters turned around, as the text is."""
    return frozenset(_CALLED.findall(backwards))


@cache
def shapes_of(calls: tuple[Call, ...] = ()) -> dict[bytes, Shape]:
    """How a call of the catalogue or of `calls` looks, by its last segment with its letters turned around."""
    found: dict[bytes, Shape] = {}
    for call in (*CALLS, *calls):
        name = last_of(call)[::-1]
        shape = _shape(call)
        found[name] = found[name] | shape if name in found else shape
    return found


@cache
def sleeps_named(calls: tuple[Call, ...] = CALLS) -> frozenset[bytes]:
    """The last segments of what sleeps, and may so be handed over as a value."""
    return frozenset(last_of(call) for call in calls if call.kind == "sleep" and not call.call.startswith("threading"))


def last_of(call: Call) -> bytes:
    """The last segment of a call's path."""
    return call.call.rpartition(".")[2].rpartition("::")[2].encode()


def _shape(call: Call) -> Shape:
    if call.seconds is None:
        return ANY
    places = (call.seconds, *ALSO.get(call.call, ()))
    words = [word for place in places for word in (place.argument, place.keyword)]
    keywords = frozenset(word.encode() for word in words if isinstance(word, str))
    return Shape(min([KEYWORD_ONLY, *(word for word in words if isinstance(word, int))]), keywords)


def fits(code: bytes, end: int, shape: Shape) -> bool:
    """Whether the call whose name ends at `end` may have a shape; False is certain."""
    if shape.anything:
        return True
    start = after_blanks(code, code.find(b"(", end) + 1)
    first = code[start : start + 1]
    if first == b")":
        return False
    if shape.position == 0 and first not in b"\"'rbufRBUFNT[{" and not _KEYWORD.match(code, start):
        return True
    between = parts(code, start)
    if between is None:
        return True
    for position, place in enumerate(between[0]):
        if code[place] == 42:  # `*`
            return True
        keyword = _KEYWORD.match(code, place)
        if keyword is not None:
            if keyword[1] in shape.keywords:
                return True
        elif position >= shape.position and not _NO_LENGTH.match(code, place):
            return True
    return False


def after_blanks(code: bytes, start: int) -> int:
    """The next byte that is neither blank nor of a comment."""
    blanks = _BLANKS.match(code, start)
    return blanks.end() if blanks is not None else start


def parts(code: bytes, start: int) -> tuple[list[int], int] | None:
    """Where each part begins of what stands between two parentheses, and where they close.

    `start` is behind the first parenthesis. None if it is not clear at a glance.
    """
    found: list[int] = []
    at = after_blanks(code, start)
    if code[at : at + 1] != b")":
        found.append(at)
    depth = 0
    end = start + _LONGEST
    while True:
        part = _PART.search(code, at, end)
        if part is None:
            return None
        at = part.end()
        text = part[0]
        if text == b",":
            if depth == 0:
                at = after_blanks(code, at)
                if code[at : at + 1] != b")":
                    found.append(at)
        elif text in b"([{":
            depth += 1
        elif text in b")]}":
            if depth == 0:
                return found, part.start()
            depth -= 1
        elif len(text) == 1 or (text[0] != 35 and text.count(b"{") != text.count(b"}")):
            return None  # an odd quote, or an interpolation that may hold quotes of its own
