"""The bodies of functions, as a formatter lays them out: what need not be parsed until somebody looks into it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from sleeplint.records import dataclass
from sleeplint.regexes import regex

Hole = tuple[int, int]
"""What stands between the braces of a function, from its first line to its last."""

# A function's head, lines that are empty or indented deeper, and its closing brace under its first letter.
_NAMED = regex(rb"fn (\w+)")
_FRONT = regex(
    rb"([ \t]*+)(?:(?:pub(?:\([^()\n]*\))?|async|const|unsafe|default|extern(?: \"[^\"\n]*\")?) )*+",
)
_OPENED = regex(rb"[^;{}]*+\{\n")
_SHORT = 100
"""Bytes of a body that is parsed at once: it may be one expression, such as a constant's."""
_PAYS = 2_000
"""Bytes from which leaving bodies out is less work than parsing them."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function with a body of its own lines."""

    name: bytes
    head: int
    """Where it starts, behind its attributes."""
    start: int
    """Where its body does."""
    end: int


@lru_cache(maxsize=2)
def functions(code: bytes) -> tuple[Function, ...]:
    """The functions that their layout gives away, in order, none within another.

    Layout can deceive, as where a string holds code: a text without such a body then does not parse.
    """
    found: list[Function] = []
    behind = 0
    raw = b'#"' in code
    while named := _NAMED.search(code, behind):
        behind = named.end()
        head = code.rfind(b"\n", 0, named.start()) + 1
        front = _FRONT.fullmatch(code, head, named.start())
        opened = _OPENED.match(code, behind) if front is not None else None
        if front is None or opened is None:
            continue
        end = _end(code, front[1], opened.end(), raw)
        closed = end + len(front[1]) + 1
        if code[end:closed] == front[1] + b"}" and code[closed : closed + 1] in (b"\n", b""):
            found.append(Function(named[1], head, opened.end(), end))
            behind = closed
    return tuple(found)


def _end(code: bytes, indent: bytes, start: int, raw: bool) -> int:
    """Where the first line starts that is neither empty nor indented deeper; a `raw` string's lines are none."""
    end = start - 1
    while deeper := _no_deeper(indent).search(code, end):
        end = deeper.end()
        if not raw or code.rfind(b'#"', start, end) <= code.rfind(b'"#', start, end):
            return end
        end = code.find(b'"#', end)
        if end < 0:
            break
    return len(code)


@lru_cache(maxsize=64)
def _no_deeper(indent: bytes) -> re.Pattern[bytes]:
    """What finds the line break before a line that is neither empty nor indented deeper."""
    return re.compile(rb"\n(?!%s[ \t]++[^\n]|\n)" % indent)


def around(found: Sequence[Function], offset: int) -> Function | None:
    """The function in whose body an offset lies."""
    at = bisect_right(found, offset, key=lambda function: function.start) - 1
    return found[at] if at >= 0 and offset < found[at].end else None


def holes(code: bytes) -> tuple[Hole, ...]:
    """The bodies that are left out at first; none if that does not pay."""
    found = tuple((one.start, one.end) for one in functions(code) if one.end - one.start > _SHORT)
    return found if sum(end - start for start, end in found) > _PAYS else ()
