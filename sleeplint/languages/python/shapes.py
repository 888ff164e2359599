"""How a call looks that can wait, by its bytes: which names are called, and with what between the parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from sleeplint.languages.catalogue import Call
from sleeplint.languages.python.catalogue import CALLS

# The parenthesis is the rare byte, so the text is searched from its end: that is eight times as fast.
_CALLED = re.compile(rb"\([ \t]*(\w+)")
_FIRST = re.compile(rb"(?:\s|#[^\n]*\n|\\\r?\n)*")
_KEYWORD = re.compile(rb"(\w+)\s*=(?!=)")
_TEXT = re.compile(rb"[rbuRBU]{0,2}(?:\"[^\"\\\n]*\"|'[^'\\\n]*')\s*[,)]")
_PART = re.compile(
    rb"[rbufRBUF]{0,2}(?:\"\"\"(?:[^\\\"]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^\\']|\\.|'(?!''))*'''"
    rb"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|#[^\n]*|[][(){},\"']|(?<![\w.])\w+(?=\s*=(?!=))",
    re.DOTALL,
)
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
SOME = Shape()
"""One argument suffices."""


def called(code: bytes, names: Mapping[bytes, object]) -> Iterator[tuple[int, int]]:
    """Where one of `names`, given with their letters turned around, is called, and its end; from the last to the first."""
    length = len(code)
    for match in _CALLED.finditer(code[::-1]):
        if match[1] in names:
            yield length - match.end(), length - match.start(1)


def names_called(code: bytes) -> set[bytes]:
    """All names that a file calls, with their letters turned around."""
    return set(_CALLED.findall(code[::-1]))


@cache
def shapes_of(calls: tuple[Call, ...] = ()) -> dict[bytes, Shape]:
    """By the last segment of its name, how a call of the catalogue or of `calls` looks."""
    found: dict[bytes, Shape] = {}
    for call in (*CALLS, *calls):
        name = call.call.rpartition(".")[2].rpartition("::")[2].encode()
        shape = _shape(call)
        found[name] = found[name] | shape if name in found else shape
    return found


def _shape(call: Call) -> Shape:
    if call.seconds is None:
        return ANY
    where, keyword = call.seconds.argument, call.seconds.keyword
    if isinstance(where, str):
        return Shape(KEYWORD_ONLY, frozenset({where.encode()}))
    return Shape(where, frozenset({keyword.encode()} if keyword else ()))


def turned(names: Iterable[bytes]) -> dict[bytes, bytes]:
    """Names by their letters turned around, as `called` wants them."""
    return {name[::-1]: name for name in names}


def fits(code: bytes, end: int, shape: Shape) -> bool:
    """Whether the call whose name ends at `end` may have a shape; False is certain."""
    if shape.anything:
        return True
    opened = code.find(b"(", end)
    start = _after_blanks(code, opened + 1)
    first = code[start : start + 1]
    if first == b")":
        return False
    if shape.position == 0 and first not in b"\"'rbuRBU" and not _KEYWORD.match(code, start):
        return True
    return _looks_through(code, start, shape)


def _after_blanks(code: bytes, start: int) -> int:
    blanks = _FIRST.match(code, start)
    return blanks.end() if blanks is not None else start


def _looks_through(code: bytes, start: int, shape: Shape) -> bool:
    """Goes from argument to argument up to the closing parenthesis."""
    depth = position = 0
    fresh = True
    end = start + _LONGEST
    at = start
    while True:
        if fresh:
            at = _after_blanks(code, at)
            fresh = False
            first = code[at : at + 1]
            if first == b"*":
                return True
            if first != b")":
                keyword = _KEYWORD.match(code, at)
                if keyword is not None:
                    if keyword[1] in shape.keywords:
                        return True
                elif position >= shape.position and not _TEXT.match(code, at):
                    return True
                position += 1
        part = _PART.search(code, at, end)
        if part is None:
            return True
        at = part.end()
        match part[0]:
            case b"(" | b"[" | b"{":
                depth += 1
            case b")" | b"]" | b"}":
                if depth == 0:
                    return False
                depth -= 1
            case b",":
                fresh = depth == 0
            case b'"' | b"'":  # an odd one: who knows where the text ends
                return True
