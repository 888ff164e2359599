"""The bodies of functions, as a formatter lays them out: what need not be parsed until somebody looks into it."""

from __future__ import annotations

import re
from functools import lru_cache

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


@lru_cache(maxsize=2)
def functions(code: bytes) -> tuple[tuple[bytes, Hole], ...]:
    """The functions that their layout gives away, in order, none within another: each one's name and body.

    Layout can deceive, as where a string holds code: a text without such a body then does not parse.
    """
    return tuple((match[2], match.span(3)) for match in _BODY.finditer(code))


def bodies(code: bytes) -> tuple[Hole, ...]:
    """Their bodies."""
    return tuple(body for _, body in functions(code))


def holes(code: bytes) -> tuple[Hole, ...]:
    """The bodies that are left out at first; none if that does not pay."""
    found = tuple(hole for hole in bodies(code) if hole[1] - hole[0] > _SHORT)
    return found if sum(end - start for start, end in found) > _PAYS else ()
