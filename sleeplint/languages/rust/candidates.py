"""Where a byte search says that a file may wait; a file without a hit is never parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from sleeplint.languages.catalogue import Call
from sleeplint.languages.rust.catalogue import FUNCTIONS, METHODS
from sleeplint.languages.rust.timing import timed
from sleeplint.languages.rust.words import places

STEMS = (b"sleep", b"timeout", b"delay", b"interval", b"deadline", b"wait", b"pause")
"""What a wrapper's name holds, so that its calls are found in other files than its own."""
_WORDS = (b"nap", b"doze", b"snooze", b"within", b"settle")
"""Whole names that wrappers have."""
# Every wait is told how long, so that an argument follows.
_AFTER = rb"(?=\s*+(?:::\s*<[^()]{0,200}>\s*)?\(\s*+[^\s)])"
# Most functions whose name holds `wait` wait for a condition.
_WAITS = rb"wait(?:_for|_until|_timeout\w*|(?:_\w*)?_?(?:ms|millis|sec|secs|seconds|while_for))?(?!\w)"
# Patterns open with a literal, which the engine looks for as fast as memory is read.
_SHAPES = {b"wait": _WAITS + _AFTER, b"sleep": rb"sleep(?:\w*+" + _AFTER + rb"|(?=\s*+[,)]))"}
"""Of stems with a shape of their own; a sleep may also be passed on as a value."""
_CALLED = tuple(re.compile(_SHAPES.get(stem, stem + rb"\w*+" + _AFTER)) for stem in STEMS)
_GIVEN = re.compile(_AFTER)
# Casts, too, are written so.
_ALIAS = re.compile(rb" as (?!(?:[iu](?:8|16|32|64|128|size)|f32|f64|_)(?!\w))(\w+)")
_LAST_WORD = re.compile(rb"\w+\Z")
_DEFINING = re.compile(rb"\bfn\s+\Z")
_LONGEST = 80
"""Bytes of a name that are looked at before a stem in it."""


@cache
def _without_stem() -> tuple[dict[bytes, set[bytes]], dict[bytes, set[bytes]]]:
    """Names in the catalogue without a stem: of functions, by their type; of others, each with its crates."""
    types: dict[bytes, set[bytes]] = {}
    crates: dict[bytes, set[bytes]] = {b"default": {b"crossbeam"}}
    for call in (*FUNCTIONS, *METHODS):
        *modules, name = call.call.encode().split(b"::")
        if any(stem in name for stem in STEMS):
            continue
        if modules[-1][:1].isupper() and call in FUNCTIONS:
            types.setdefault(modules[-1], set()).add(name)
        else:
            crates.setdefault(name, set()).add(modules[0])
    return types, crates


@cache
def _by_type() -> tuple[re.Pattern[bytes], ...]:
    """What finds `Timer::after(..)`, also where a longer name holds the type's."""
    types, _ = _without_stem()
    ends: dict[bytes, list[bytes]] = {}
    for kind in sorted(types):
        ends.setdefault(kind[:3], []).append(kind[3:])
    return tuple(_called_by(start + rb"(?:%s)\w*+" % b"|".join(rest)) for start, rest in ends.items())


@lru_cache(maxsize=256)
def _called_by(kind: bytes) -> re.Pattern[bytes]:
    names = sorted({name for names in _without_stem()[0].values() for name in names})
    return re.compile(kind + rb"\s*+(?:::\s*<[^()]{0,200}>\s*+)?::\s*+(%s)(?!\w)" % b"|".join(names) + _AFTER)


@cache
def _by_tail() -> tuple[re.Pattern[bytes], ...]:
    """What finds names of several words by their last."""
    tails = {name[name.rindex(b"_") :] for name in _without_stem()[1] if b"_" in name}
    return tuple(_calls_of(tail) for tail in sorted(tails))


@cache
def _by_crate() -> tuple[tuple[bytes, tuple[bytes, ...]], ...]:
    """Crates, each with its names of one word."""
    found: dict[bytes, set[bytes]] = {}
    for name, crates in _without_stem()[1].items():
        for crate in crates if b"_" not in name else ():
            short = min((other for other in crates if crate.startswith(other)), key=len)
            found.setdefault(short, set()).add(name)
    return tuple((crate, tuple(sorted(names))) for crate, names in sorted(found.items()))


@cache
def _known() -> frozenset[bytes]:
    """What an import may rename."""
    names = {segment for call in FUNCTIONS for segment in call.call.encode().split(b"::")[-2:]}
    return frozenset(names)


def hits(code: bytes, calls: tuple[Call, ...] = ()) -> tuple[tuple[int, int], ...]:
    """The ranges of names that may be called names of waits, in order."""
    return tuple(sorted(set(_unordered(code, calls))))


def _unordered(code: bytes, calls: tuple[Call, ...]) -> Iterator[tuple[int, int]]:
    """The same ranges as they are found, some of them twice."""
    for pattern in _CALLED:
        for match in pattern.finditer(code):
            start, end = _start(code, match.start()), match.end()
            if _GIVEN.match(code, end) is None:
                if start == match.start():  # `sleep` itself, passed on
                    yield start, end
            elif not _DEFINING.search(code, max(0, start - 20), start):
                yield start, end
    for pattern in _by_type():
        yield from (match.span(1) for match in pattern.finditer(code))
    _, crates = _without_stem()
    for pattern in _by_tail():
        for match in pattern.finditer(code):
            start = _start(code, match.start())
            if any(crate in code for crate in crates.get(code[start : match.end()], ())):
                yield start, match.end()
    names = {call.call.rpartition("::")[2].rpartition(".")[2].encode() for call in calls}
    for crate, short in _by_crate():
        if crate in code:
            names.update(short)
    aliases = _aliases(code, names)
    for alias in sorted(alias for alias, word in aliases.items() if word[:1].isupper()):
        yield from (match.span(1) for match in _called_by(re.escape(alias)).finditer(code))
    for name in _WORDS:
        for match in _calls_of(name).finditer(code):
            if _start(code, match.start()) == match.start():
                yield match.span()
    yield from hits_of(code, names.union(aliases))


def hits_of(code: bytes, names: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """The ranges of calls of these names."""
    for name in sorted(names):
        for at in places(code, name):
            if _GIVEN.match(code, at + len(name)):
                yield at, at + len(name)


@cache
def _calls_of(name: bytes) -> re.Pattern[bytes]:
    """A name that is called with an argument; it may be the end of a longer one."""
    return re.compile(re.escape(name) + rb"(?!\w)" + _AFTER)


def may_wait(code: bytes, calls: tuple[Call, ...]) -> bool:
    """Whether there is a hit; False is certain."""
    return (
        b"sleeplint:" in code
        or next(_unordered(code, calls), None) is not None
        or (b"Instant" in code and bool(timed(code)))
    )


def _start(code: bytes, at: int) -> int:
    """Where the word around an offset begins."""
    before = _LAST_WORD.search(code[max(0, at - _LONGEST) : at])
    return at - len(before[0]) if before else at


def _aliases(code: bytes, own: set[bytes]) -> dict[bytes, bytes]:
    """Other names that imports of the file give to what may wait, each with the one that it stands for."""
    found: dict[bytes, bytes] = {}
    for match in _ALIAS.finditer(code):
        word = _LAST_WORD.search(code[max(0, match.start() - _LONGEST) : match.start()])
        if word and (word[0] in own or word[0] in _known()):
            found[match[1]] = max(word[0], found.get(match[1], b""), key=lambda name: name[:1].isupper())
    return found
