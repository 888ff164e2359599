"""Where a byte search says that a file may wait; a file without a hit is never parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from sleeplint.languages.catalogue import Call
from sleeplint.languages.rust.catalogue import FUNCTIONS, METHODS

_TYPED = frozenset({"new", "after", "at", "every", "after_secs", "after_millis", "after_micros"})
"""Names that say something only behind their type: `Timer::after`."""
STEMS = ("sleep", "timeout", "delay", "interval", "wait", "pause")
"""What a wrapper's name holds, so that its calls are found in other files than its own."""
_AFTER = rb"(?=\s*(?:\(|::\s*<))"


@cache
def _plain_names() -> frozenset[str]:
    names = {call.call.rpartition("::")[2] for call in (*FUNCTIONS, *METHODS)} | {"default"}
    return frozenset(names - _TYPED) | {"after", "at"}


@cache
def _typed_names() -> frozenset[tuple[str, str]]:
    pairs = (tuple(call.call.split("::")[-2:]) for call in FUNCTIONS)
    return frozenset((pair[0], pair[1]) for pair in pairs if pair[1] in _TYPED and pair[0][:1].isupper())


@cache
def _pattern() -> re.Pattern[bytes]:
    plain = "|".join(sorted(name for name in _plain_names() if not any(stem in name for stem in STEMS)))
    stems = "|".join(STEMS)
    typed = "|".join(sorted({rf"{owner}\s*::\s*{name}" for owner, name in _typed_names()}))
    text = rf"(?<![\w])(?:(?:{typed})|(?:{plain}|(?:[a-z]\w*?)?(?:{stems})\w*))\b"
    return re.compile(text.encode() + _AFTER)


def hits(code: bytes, calls: tuple[Call, ...] = ()) -> Iterator[tuple[int, int]]:
    """The ranges of names that may be called names of waits, in order."""
    found = {_last_word(code, match.start(), match.end()) for match in _pattern().finditer(code)}
    own = {call.call.rpartition("::")[2].rpartition(".")[2] for call in calls}
    found.update(hits_of(code, own | _aliases(code, own)))
    found.update(_references(code))
    yield from sorted(found)


def hits_of(code: bytes, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The ranges of calls of these names."""
    words = "|".join(sorted(re.escape(name) for name in names if name))
    if words:
        for match in re.finditer(rf"\b(?:{words})\b".encode() + _AFTER, code):
            yield match.span()


def may_wait(code: bytes, calls: tuple[Call, ...]) -> bool:
    """Whether there is a hit; False is certain."""
    return next(hits(code, calls), None) is not None or b"sleeplint:" in code


def _last_word(code: bytes, start: int, end: int) -> tuple[int, int]:
    word = re.search(rb"\w+\Z", code[start:end])
    return (start + word.start(), end) if word else (start, end)


def _aliases(code: bytes, own: set[str]) -> set[str]:
    """Other names that imports of the file give to what may wait."""
    known = _plain_names() | {owner for owner, _ in _typed_names()} | own
    found = set()
    for match in re.finditer(rb"\b(\w+)\s+as\s+(\w+)", code):
        if match[1].decode("ascii", "replace") in known:
            alias = match[2].decode("ascii", "replace")
            found.add(alias)
            found.update(name for owner, name in _typed_names() if owner == match[1].decode("ascii", "replace"))
    return found


def _references(code: bytes) -> Iterator[tuple[int, int]]:
    """Sleeps passed as values: `.map(tokio::time::sleep)`."""
    for match in re.finditer(rb"[(,]\s*(?:\w+\s*::\s*)*(sleep)\s*[,)]", code):
        yield match.span(1)
