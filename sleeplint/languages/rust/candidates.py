"""Where a byte search says that a file may wait; a file without a hit is never parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from sleeplint.languages.catalogue import Call
from sleeplint.languages.needles import Needle, Needles
from sleeplint.languages.rust.catalogue import FUNCTIONS, METHODS
from sleeplint.languages.rust.timing import timed
from sleeplint.languages.rust.words import places
from sleeplint.regexes import regex

STEMS = (b"sleep", b"timeout", b"delay", b"interval", b"deadline", b"wait", b"pause")
"""What a wrapper's name holds, so that its calls are found in other files than its own."""
_WORDS = (b"nap", b"doze", b"snooze", b"within", b"settle")
"""Whole names that wrappers have."""
# Every wait is told how long, so that an argument follows.
_AFTER = rb"(?=\s*+(?:::\s*<[^()]{0,200}>\s*)?\(\s*+[^\s)])"
_OR_AS = rb"(?:%s|(?= as ))" % _AFTER
# Most functions whose name holds `wait` wait for a condition.
_WAITS = rb"(?:_for|_until|_timeout\w*|(?:_\w*)?_?(?:ms|millis|sec|secs|seconds|while_for))?(?!\w)"
_SHAPES = {b"wait": _WAITS + _AFTER, b"sleep": rb"\w*+" + _OR_AS + rb"|(?=\s*+[,)])"}
"""What follows a stem that has a shape of its own; a sleep may also be passed on as a value."""
_GIVEN = regex(_AFTER)
# Casts, too, are written so.
_ALIAS = regex(rb" as (?!(?:[iu](?:8|16|32|64|128|size)|f32|f64|_)(?!\w))(\w+)")
# Its line may also open within a string or a block comment; neither ends here.
_COMMENTED = regex(rb'^[ \t]*+//[^"*\n]*+\Z', re.MULTILINE)
_LAST_WORD = regex(rb"\w+\Z")
_DEFINING = regex(rb"\bfn\s+\Z")
_KEPT = 1_000_000
"""Bytes of a text up to which all hits are looked for at once, because they are wanted next."""
_LONGEST = 80
"""Bytes that are looked at before a stem for the rest of its name, or before a name for what opens a comment."""


@cache
def _without_stem() -> tuple[dict[bytes, set[bytes]], dict[bytes, set[bytes]]]:
    """Names in the catalogue without a stem: of functions, by their type; of others, each with its crates."""
    types: dict[bytes, set[bytes]] = {}
    crates: dict[bytes, set[bytes]] = {b"default": {b"crossbeam"}}
    for calls in (FUNCTIONS, METHODS):
        for *modules, name in (call.call.encode().split(b"::") for call in calls):
            if any(stem in name for stem in STEMS):
                continue
            if modules[-1][:1].isupper() and calls is FUNCTIONS:
                types.setdefault(modules[-1], set()).add(name)
            else:
                crates.setdefault(name, set()).add(modules[0])
    return types, crates


@cache
def _by_crate() -> dict[bytes, tuple[bytes, ...]]:
    """Crates, each with its names of one word."""
    found: dict[bytes, set[bytes]] = {}
    for name, crates in _without_stem()[1].items():
        for crate in crates if b"_" not in name else ():
            short = min((other for other in crates if crate.startswith(other)), key=len)
            found.setdefault(short, set()).add(name)
    return {crate: tuple(sorted(names)) for crate, names in sorted(found.items())}


@cache
def _renamable() -> frozenset[bytes]:
    """Functions and types in the catalogue that an import may rename, so that no word of a call tells them."""
    paths = [call.call.encode().split(b"::") for call in FUNCTIONS]
    return frozenset(name for *_, owner, name in paths if owner.islower()).union(_without_stem()[0])


def _members() -> bytes:
    """What follows `Timer` in `Timer::after(..)`."""
    names = sorted({name for names in _without_stem()[0].values() for name in names})
    return rb"\s*+(?:::\s*<[^()]{0,200}>\s*+)?::\s*+(?:%s)(?!\w)" % b"|".join(names) + _AFTER


@lru_cache(maxsize=64)
def _called_by(alias: bytes) -> re.Pattern[bytes]:
    """What finds functions of a type that an import renames."""
    return re.compile(re.escape(alias) + _members())


@cache
def _needles() -> Needles:
    """All that is looked for in every text."""
    types, names = _without_stem()
    beginnings = [kind for kind in types if not any(kind != other and kind.startswith(other) for other in types)]
    tails = {name[name.rindex(b"_") :] for name in names if b"_" in name}
    return Needles(
        (
            *(Needle("stem", stem, _SHAPES.get(stem, rb"\w*+" + _OR_AS)) for stem in STEMS),
            *(Needle("type", kind, rb"\w*+(?:%s|(?= as ))" % _members()) for kind in beginnings),
            *(Needle("end", end, rb"(?!\w)" + _OR_AS) for end in (*_WORDS, *sorted(tails))),
            *(Needle("crate", crate) for crate in _by_crate()),
        )
    )


@lru_cache(maxsize=2)
def hits(code: bytes, calls: tuple[Call, ...] = ()) -> tuple[tuple[int, int], ...]:
    """The ranges of names that may be called names of waits, in order."""
    return tuple(sorted(set(_unordered(code, calls))))


def _unordered(code: bytes, calls: tuple[Call, ...]) -> Iterator[tuple[int, int]]:
    """The same ranges as they are found, some of them twice; none that stands in a line of comment."""
    for start, end in _found(code, calls):
        if not _COMMENTED.search(code, max(0, start - _LONGEST), start):
            yield start, end


def _found(code: bytes, calls: tuple[Call, ...]) -> Iterator[tuple[int, int]]:
    """The same ranges, those in comments among them."""
    types, crates = _without_stem()
    own = {call.call.rpartition("::")[2].rpartition(".")[2].encode() for call in calls}
    other: set[bytes] = set()
    for needle, at, end in _needles().found(code):
        if needle.kind == "crate":
            own.update(_by_crate()[needle.word])
            continue
        start = _start(code, at)
        if code.startswith(b" as ", end):
            if code[start:end] in _renamable() and (alias := _ALIAS.match(code, end)):
                if code[start:end] in types:
                    yield from (_last(code, match.end()) for match in _called_by(alias[1]).finditer(code))
                else:
                    other.add(alias[1])
        elif needle.kind == "type":
            yield _last(code, end)
        elif needle.kind == "stem":
            given = _GIVEN.match(code, end) is not None
            if not _DEFINING.search(code, max(0, start - 20), start) if given else start == at:
                yield start, end  # without an argument it is `sleep` itself, passed on
        elif code[start:end] in _WORDS or any(crate in code for crate in crates.get(code[start:end], ())):
            yield start, end
    yield from hits_of(code, with_aliases(code, own) | other)


def with_aliases(code: bytes, names: Iterable[bytes]) -> set[bytes]:
    """Names, and those that imports of the file give to them."""
    found = set(names)
    for name in tuple(found):
        aliases = (_ALIAS.match(code, at + len(name)) for at in places(code, name))
        found.update(alias[1] for alias in aliases if alias is not None)
    return found


def hits_of(code: bytes, names: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """The ranges of calls of these names."""
    for name in sorted(names):
        for at in places(code, name):
            if _GIVEN.match(code, at + len(name)):
                yield at, at + len(name)


def renamed(code: bytes) -> Iterator[bytes]:
    """Other names that imports give to functions that wait, such as `pause` in `sleep as pause`."""
    for match in _ALIAS.finditer(code):
        word = code[_start(code, match.start()) : match.start()]
        if word in _renamable() and word.islower():
            yield match[1]


def any_hit(code: bytes, calls: tuple[Call, ...]) -> bool:
    """Whether there is a hit; the others are not looked for."""
    return next(_unordered(code, calls), None) is not None


def may_wait(code: bytes, calls: tuple[Call, ...]) -> bool:
    """Whether there is a hit; False is certain."""
    found = any_hit(code, calls) if len(code) > _KEPT else bool(hits(code, calls))
    return found or (b"Instant" in code and bool(timed(code)))


def _start(code: bytes, at: int) -> int:
    """Where the word around an offset begins."""
    before = _LAST_WORD.search(code[max(0, at - _LONGEST) : at])
    return at - len(before[0]) if before else at


def _last(code: bytes, end: int) -> tuple[int, int]:
    """The word that ends at an offset."""
    return _start(code, end), end
