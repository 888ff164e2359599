"""Where a byte search says that a file may assert how long something took."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sleeplint.languages.rust.layout import Function, around, functions
from sleeplint.regexes import regex

# Each opens with a literal, which the engine looks for as fast as memory is read.
_ASSERTION = regex(rb"assert(?:_eq|_lt|_le|_gt|_ge)?(?=\s*!)")
_ENSURED = regex(rb"ensure(?<!\wensure)(?=\s*!)")
_FAMILY = regex(rb"(?<!\w)(?:debug_|prop_)?\Z")
# Of two moments, what is taken from the other is no number.
_LESS = regex(rb"-(?<=[\w)\]?}/\s]-)(?![>=\d])")
_TAKES = (b"elapsed", b"duration_since")
_MOMENT = (b"Instant", b"SystemTime", b"now", b"self")
"""What makes a moment, or keeps it."""


@lru_cache(maxsize=2)
def timed(code: bytes) -> tuple[tuple[int, int], ...]:
    """The ranges of assertions' names in functions in which a time may be taken, in order."""
    if b"Instant" not in code and b"SystemTime" not in code:
        return ()
    names = sorted(_assertions(code))
    known = functions(code) if names else ()
    told: dict[int, bool] = {}
    found = []
    for start, end in names:
        function = around(known, start)
        if function is not None:
            if function.start not in told:
                told[function.start] = _takes_time(code, function)
            if not told[function.start]:
                continue
        found.append((start, end))
    return tuple(found)


def _takes_time(code: bytes, function: Function) -> bool:
    """Whether a function may ask how long something took."""
    if any(code.find(word, function.start, function.end) >= 0 for word in _TAKES):
        return True
    made = any(code.find(word, function.head, function.end) >= 0 for word in _MOMENT)
    return made and _LESS.search(code, function.start, function.end) is not None


def _assertions(code: bytes) -> Iterator[tuple[int, int]]:
    for match in _ASSERTION.finditer(code):
        family = _FAMILY.search(code, max(0, match.start() - 8), match.start())
        if family:
            yield family.start(), match.end()
    yield from (match.span() for match in _ENSURED.finditer(code))
