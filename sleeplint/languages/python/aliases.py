"""More names under which a file calls what waits: `sleep as nap`, `nap = time.sleep`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

_LONGEST = 80
"""Bytes of a name and the blanks after it that are looked back at."""
# Both begin at a byte that is rare, because every file is searched.
_RENAMED = re.compile(rb"as[ \t]+(\w+)")
_BEFORE_AS = re.compile(rb"(\w+)[ \t]+$")
_GIVEN = re.compile(rb"=[ \t]*(?:staticmethod\()?(?:\w+\.)*([^\W\d]\w*)[ \t]*\)?[ \t]*(?=[\n#\r;]|\Z)")
_BEFORE_EQUALS = re.compile(rb"(\w+)[ \t]*$")


def also_known_as(code: bytes, names: Container[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Other names that a file gives to any of `names`, each with that name."""
    for match in _RENAMED.finditer(code):
        if code[match.start() - 1 : match.start()] not in b" \t":
            continue
        original = _BEFORE_AS.search(code, max(match.start() - _LONGEST, 0), match.start())
        if original is not None and original[1] in names:
            yield match[1], original[1]
    for match in _GIVEN.finditer(code):
        if match[1] in names:
            given = _BEFORE_EQUALS.search(code, max(match.start() - _LONGEST, 0), match.start())
            if given is not None:
                yield given[1], match[1]
