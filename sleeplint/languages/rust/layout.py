"""The bodies of functions, as a formatter lays them out: what need not be parsed until somebody looks into it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

Hole = tuple[int, int]
"""What stands between the braces of a function, from its first line to its last."""

# A function's head, lines that are empty or indented deeper, and its closing brace under its first letter.
_BODY = re.compile(
    rb"^([ \t]*+)(?:(?:pub(?:\([^()\n]*\))?|async|const|unsafe|default|extern(?: \"[^\"\n]*\")?) )*+"
    rb"fn (\w+)[^;{}]*?\{\n((?:\1[ \t]++[^\n]++\n|\n)*+)\1\}$",
    re.MULTILINE,
)
_SHORT = 100
"""Bytes of a body that is parsed at once: it may be one expression, such as a constant's."""
_PAYS = 2_000
"""Bytes from which leaving bodies out is less work than parsing them."""


class Function(NamedTuple):
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
    return tuple(Function(match[2], match.start(), *match.span(3)) for match in _BODY.finditer(code))


def around(found: Sequence[Function], offset: int) -> Function | None:
    """The function in whose body an offset lies."""
    at = bisect_right(found, offset, key=lambda function: function.start) - 1
    return found[at] if at >= 0 and offset < found[at].end else None


def holes(code: bytes) -> tuple[Hole, ...]:
    """The bodies that are left out at first; none if that does not pay."""
    found = tuple((one.start, one.end) for one in functions(code) if one.end - one.start > _SHORT)
    return found if sum(end - start for start, end in found) > _PAYS else ()
