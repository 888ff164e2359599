"""Where a byte search says that a file may wait; a file without a hit is never parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from sleeplint.languages.catalogue import Call
from sleeplint.languages.rust.catalogue import FUNCTIONS, METHODS

STEMS = (b"sleep", b"timeout", b"delay", b"interval", b"deadline", b"wait", b"pause")
"""What a wrapper's name holds, so that its calls are found in other files than its own."""
_WORDS = frozenset({b"nap", b"doze", b"snooze", b"within", b"settle"})
"""Whole names that wrappers have."""
# Most functions whose name holds `wait` wait for a condition.
_WAITS = re.compile(rb"wait(?:_for|_until|_timeout\w*|(?:_\w*)?_?(?:ms|millis|sec|secs|seconds|while_for))?\Z")
_TYPED = frozenset({"new", "after", "at", "every", "after_secs", "after_millis", "after_micros"})
"""Names that say something only behind their type: `Timer::after`."""
# Every wait is told how long, so that an argument follows.
_AFTER = re.compile(rb"\s*(?:::\s*<[^()]{0,200}>\s*)?\(\s*[^\s)]")
_PASSED = re.compile(rb"\s*[,)]")
_WORD = re.compile(rb"\w+")
_LAST_WORD = re.compile(rb"\w+\Z")
_DEFINING = re.compile(rb"\bfn\s+\Z")


@cache
def _gated() -> dict[bytes, tuple[bytes, ...]]:
    """Names without a stem, each with the crates of which one must be named in the file."""
    found: dict[bytes, set[bytes]] = {b"default": {b"crossbeam"}}
    for call in (*FUNCTIONS, *METHODS):
        segments = call.call.encode().split(b"::")
        if not any(stem in segments[-1] for stem in STEMS):
            crate = segments[-2] if segments[-2][:1].isupper() and call in FUNCTIONS else segments[0]
            found.setdefault(segments[-1], set()).add(crate)
    return {name: tuple(sorted(crates)) for name, crates in sorted(found.items())}


@cache
def _known() -> frozenset[bytes]:
    """What an import may rename."""
    names = {segment for call in FUNCTIONS for segment in call.call.encode().split(b"::")[-2:]}
    return frozenset(names)


def hits(code: bytes, calls: tuple[Call, ...] = ()) -> Iterator[tuple[int, int]]:
    """The ranges of names that may be called names of waits, in order."""
    yield from sorted(set(_unordered(code, calls)))


def _unordered(code: bytes, calls: tuple[Call, ...]) -> Iterator[tuple[int, int]]:
    """The same ranges as they are found, some of them twice."""
    for stem in STEMS:
        at = code.find(stem)
        while at >= 0:
            start, end = _word(code, at)
            if _may_be(code, start, end):
                yield start, end
            at = code.find(stem, end)
    names = {call.call.rpartition("::")[2].rpartition(".")[2].encode() for call in calls}
    names |= {name for name, crates in _gated().items() if any(crate in code for crate in crates)}
    yield from hits_of(code, names | _WORDS | _aliases(code, names))


def hits_of(code: bytes, names: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """The ranges of calls of these names."""
    for name in sorted(names):
        at = code.find(name) if name else -1
        while at >= 0:
            start, end = _word(code, at)
            if end - start == len(name) and _AFTER.match(code, end):
                yield start, end
            at = code.find(name, end)


def may_wait(code: bytes, calls: tuple[Call, ...]) -> bool:
    """Whether there is a hit; False is certain."""
    return (
        b"sleeplint:" in code
        or next(_unordered(code, calls), None) is not None
        or (b"Instant" in code and b"assert" in code)
    )


def _word(code: bytes, at: int) -> tuple[int, int]:
    """The word around an offset."""
    word = _WORD.match(code, at)
    before = _LAST_WORD.search(code[max(0, at - 80) : at])
    return at - len(before[0]) if before else at, word.end() if word else at + 1


def _may_be(code: bytes, start: int, end: int) -> bool:
    word = code[start:end]
    if b"wait" in word and not any(stem in word for stem in STEMS if stem != b"wait") and not _WAITS.search(word):
        return False
    if _AFTER.match(code, end):
        return not _DEFINING.search(code[max(0, start - 20) : start])
    return word == b"sleep" and _PASSED.match(code, end) is not None


def _aliases(code: bytes, own: set[bytes]) -> set[bytes]:
    """Other names that imports of the file give to what may wait."""
    found: set[bytes] = set()
    at = code.find(b" as ")
    while at >= 0:
        word = _LAST_WORD.search(code[max(0, at - 80) : at])
        if word and (word[0] in own or word[0] in _known()):
            alias = _WORD.match(code, at + 4)
            if alias:
                found.add(alias[0])
            if word[0][:1].isupper():
                found.update(name.encode() for name in _TYPED)
        at = code.find(b" as ", at + 4)
    return found
