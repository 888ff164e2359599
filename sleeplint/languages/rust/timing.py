"""Where a byte search says that a file may assert how long something took."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from sleeplint.languages.rust.layout import bodies

# Each opens with a literal, which the engine looks for as fast as memory is read.
_ASSERTION = re.compile(rb"assert(?:_eq|_lt|_le|_gt|_ge)?(?=\s*!)")
_ENSURED = re.compile(rb"ensure(?<!\wensure)(?=\s*!)")
_FAMILY = re.compile(rb"(?<!\w)(?:debug_|prop_)?\Z")
# Of two moments, what is taken from the other is no number.
_TIMED = re.compile(rb"\.\s*(?:elapsed|duration_since|saturating_duration_since)\b|[\w)\]?}/]\s*+-(?![>=\d])")


@lru_cache(maxsize=2)
def timed(code: bytes) -> tuple[tuple[int, int], ...]:
    """The ranges of assertions' names in functions in which a time may be taken, in order."""
    if b"Instant" not in code and b"SystemTime" not in code:
        return ()
    names = sorted(_assertions(code))
    holes = bodies(code) if names else ()
    starts = [start for start, _ in holes]
    told: dict[int, bool] = {}
    found = []
    for start, end in names:
        at = bisect_right(starts, start) - 1
        if at >= 0 and start < holes[at][1]:
            if at not in told:
                told[at] = _TIMED.search(code, *holes[at]) is not None
            if not told[at]:
                continue
        found.append((start, end))
    return tuple(found)


def _assertions(code: bytes) -> Iterator[tuple[int, int]]:
    for match in _ASSERTION.finditer(code):
        family = _FAMILY.search(code, max(0, match.start() - 8), match.start())
        if family:
            yield family.start(), match.end()
    yield from (match.span() for match in _ENSURED.finditer(code))
