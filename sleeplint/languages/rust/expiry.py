"""Durations that elapse by themselves, near a wait that lets them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain, islice
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.flow import NEAR, Way
from sleeplint.languages.rust.words import places
from sleeplint.records import dataclass, replace
from sleeplint.regexes import regex

Strength = Literal["strong", "named", "unnamed"]

_MILLISECONDS = {
    b"secs": 1000.0,
    b"millis": 1.0,
    b"micros": 1e-3,
    b"nanos": 1e-6,
    b"mins": 60_000.0,
    b"hours": 3_600_000.0,
}
_SPAN = (
    rb"\s*+::\s*+(?:from_|try_)?(secs|millis|micros|nanos|mins|hours|seconds|milliseconds|minutes)(?:_f(?:32|64))?"
    rb"\(\s*+(\d[\d_]*(?:\.\d*)?)(?:_?[uif](?:\d+|size))?\s*+\)"
)
# They open with a literal, which the engine looks for as fast as memory is read.
_DURATIONS = tuple(regex(rb"%s(?<!\w%s)%s" % (kind, kind, _SPAN)) for kind in (b"Duration", b"TimeDelta"))
_ALIASES = {b"seconds": b"secs", b"milliseconds": b"millis", b"minutes": b"mins"}
_NAMED_NUMBER = regex(
    rb"\b(\w*(?:_ms|_millis|_secs|_seconds|_s)?)\s*+(?::\s*+\w+\s*+)?[=:(,]\s*+(?:(?:\w+::)*(?:Some|NonZero\w*::new)\(\s*+)?"
    rb"(\d[\d_]*(?:\.\d+)?)\s*+[,;)}]"
)
_WAITS = regex(
    rb"\b(?:sleep|delay_for|timeout|interval|recv_timeout|advance|wait_timeout|Timer::after)\w*\s*+\([^;]*$"
    rb"|\b\w*timeout\w*!\s*+\([^;]*$"
)
_MOST = 100
"""Durations before a wait that are looked at."""
# It opens with a literal, which the engine looks for as fast as memory is read.
_ASSIGNED = regex(rb"Duration\s*+=")
_CONSTANT = regex(rb"\b(?:const|static)\s+(\w+)\s*+:\s*+Duration\s*+=\s*+")


@dataclass(frozen=True, slots=True)
class _Given:
    """A duration given to something other than a wait."""

    place: int
    words: str
    ms: tuple[float, ...]
    """Its length, in each of the units that a bare number can be in."""
    strength: Strength


@lru_cache(maxsize=8)
def _elapsing(text: bytes, start: int, end: int) -> tuple[_Given, ...]:
    """Durations given to something other than a wait in a stretch of text, in order."""
    return tuple([replace(one, place=start + one.place) for one in _given_in(text[start:end])])


@lru_cache(maxsize=256)
def _given_in(text: bytes) -> tuple[_Given, ...]:
    """The same, counted from the beginning; most functions of a file that is being edited stay as they are."""
    found: list[_Given] = []
    for match in chain.from_iterable(pattern.finditer(text) for pattern in _DURATIONS):
        head = text[max(0, match.start() - 120) : match.start()]
        head = head[max(head.rfind(b";"), head.rfind(b"}"), head.rfind(b"{"), head.rfind(b"\n\n")) + 1 :]
        if _WAITS.search(head) or (b"delay" in head and not vocabulary.EXPIRING.search(head)):
            continue
        unit = _ALIASES.get(match.group(1), match.group(1))
        ms = float(match.group(2).replace(b"_", b"")) * _MILLISECONDS[unit]
        strength: Strength = "unnamed"
        if vocabulary.STRONG_EXPIRING.search(head):
            strength = "strong"
        elif vocabulary.EXPIRING.search(head):
            strength = "named"
        elif _OWN_LENGTH.search(head):
            continue
        found.append(_Given(match.start(), _words(head, match.group()), (ms,), strength))
    lower = text.lower()
    for match in _NAMED_NUMBER.finditer(text) if any(core in lower for core in _cores()) else ():
        name = match.group(1)
        if vocabulary.STRONG_EXPIRING.search(name) or _NUMERIC_LIMIT.search(name):
            value = float(match.group(2).replace(b"_", b""))
            words = f"{name.decode('utf-8', 'replace')} = {match.group(2).decode()}"
            found.append(_Given(match.start(), words, _scaled(name, value), "strong"))
    for match in _LAST_NUMBER.finditer(text):
        name, value = match.group(1), float(match.group(2).replace(b"_", b""))
        words = f"{name.decode('utf-8', 'replace')} = {match.group(2).decode()}"
        lengths = (value,) if name.startswith(b"p") else (value * 1000,)
        found.append(_Given(match.start(), words, lengths, "strong"))
    return tuple(sorted(found, key=lambda one: one.place))


_OWN_LENGTH = regex(rb"\bconst\s+\w+\s*+:[^=;]*=\s*+\Z")
"""A length to which the test has given a name: what it is for, the name does not say."""
_LAST_NUMBER = regex(rb"\b(p?(?:set_?ex|expire)|psetex)\s*+\([^;{}()]*,\s*+(\d[\d_]*)\s*+\)")
"""A store is told so: seconds, or milliseconds where a `p` says so."""
_NUMERIC_LIMIT = regex(rb"timeout_ms|timeout_secs|timeout_millis|interval_ms|interval_secs")


@cache
def _cores() -> tuple[bytes, ...]:
    """What each word that tells of a number holds in any case: a text without them all holds no such word."""
    patterns = (vocabulary.STRONG_EXPIRING.pattern, _NUMERIC_LIMIT.pattern)
    if any(b"(?:" in pattern or b"(?P" in pattern for pattern in patterns):
        return (b"",)
    words = [word for pattern in patterns for word in pattern.split(b"|")]
    return tuple(max(re.split(rb"\(\?[^)]*\)|.\?|[^a-z_]", word), key=len) for word in words)


def _scaled(name: bytes, value: float) -> tuple[float, ...]:
    """The milliseconds that a number under a name can mean: what names no unit is in seconds or in milliseconds."""
    if re.search(rb"_ms$|_millis$", name):
        return (value,)
    if re.search(rb"_s$|_secs$|_seconds$", name) or value < _FEW:
        return (value * 1000,)
    return (value, value * 1000)


_FEW = 10
"""Fewer milliseconds than that are no test's time to live."""


def _words(head: bytes, value: bytes) -> str:
    names = re.findall(rb"[A-Za-z_]\w*", head)
    name = next((word for word in reversed(names) if vocabulary.EXPIRING.search(word)), None)
    if name is None and (own := _OWN_NAME.search(head)):
        name = own.group(1)
    said = value.decode("utf-8", "replace")
    return said if name is None else f"{name.decode('utf-8', 'replace')} = {said}"


_OWN_NAME = regex(rb"\b([a-z_]\w*)\s*+[=:(]\s*+(?:(?:\w+::)*Some\(\s*+)?(?:std::time::|time::)?\Z")
"""Of what nothing else stands between."""


@lru_cache(maxsize=4)
def _constants(text: bytes) -> tuple[tuple[bytes, str, float], ...]:
    """The file's constants that are durations named for what elapses: name, words, milliseconds."""
    found = []
    if not _ASSIGNED.search(text):
        return ()
    for match in _CONSTANT.finditer(text):
        value = next((value for pattern in _DURATIONS if (value := pattern.match(text, match.end()))), None)
        if value and vocabulary.EXPIRING.search(match.group(1)):
            unit = _ALIASES.get(value.group(1), value.group(1))
            ms = float(value.group(2).replace(b"_", b"")) * _MILLISECONDS[unit]
            found.append((match.group(1), f"{match.group(1).decode()} = {value.group().decode()}", ms))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Elapsing:
    """Something that elapses by itself."""

    words: str
    """Such as `ttl = Duration::from_secs(1)`."""
    strength: Strength
    """Its name can mean nothing else; its name fits; it is a duration given to the code under test."""
    holds: bool = False
    """It is not over yet when the wait is."""


def expiring(way: Way, function: Node, ms: float | None, earlier: Sequence[tuple[int, float]] = ()) -> Elapsing | None:
    """What elapses during a wait of `ms` in a function, or, if nothing does, what nearly does.

    `earlier` are the place and the length of the sleeps before it in the same function: what outlasts one
    of them may be over after several.
    """
    site = way.site
    arguments = site.call.child_by_field_name("arguments")
    if arguments is not None and (match := _NAMED.search(way.text(arguments))):
        return Elapsing(match.group().decode("utf-8", "replace"), "strong")
    if arguments is not None and (match := _OUTLASTED.search(way.text(arguments))):
        return Elapsing((match.group(1) or match.group(2)).decode("utf-8", "replace"), "named")
    if ms is None:
        return None
    best: Elapsing | None = None
    known = _elapsing(way.bare, function.start_byte, function.end_byte)
    count = bisect_left(known, site.call.start_byte, key=lambda one: one.place)
    before = known[max(0, count - _MOST) : count]
    for one in before:
        if not any(length <= ms <= length * _FAR[one.strength] for length in one.ms):
            continue
        if best is None or _ORDER.index(one.strength) <= _ORDER.index(best.strength):
            best = Elapsing(one.words, one.strength)
    if best is None or best.strength == "unnamed":
        best = _in_steps(before, ms, earlier) or best
    if best is None or best.strength != "strong":
        ahead = way.before(function.start_byte, site.call.start_byte)
        for name, words, length in _constants(way.bare):
            if length <= ms <= length * _FAR["named"] and name in ahead and re.search(rb"\b" + name + rb"\b", ahead):
                return Elapsing(words, "strong" if vocabulary.STRONG_EXPIRING.search(name) else "named")
    return best


def cutting(way: Way, function: Node) -> float | None:
    """The one time limit that a test gives to the code under test, which cuts off what takes longer."""
    return _limit(way.bare, function.start_byte, function.end_byte)


def limits_of_users(way: Way, name: bytes) -> list[float | None]:
    """Such limits in the functions of the file in which a function of that name is given away."""
    found = []
    bare = way.bare
    given = (at for at in places(bare, name) if bare[max(0, at - 1) : at] not in (b".", b":"))
    for at in islice((at for at in given if _GIVEN.match(bare, at + len(name))), _MOST):
        ahead = way.before(0, at)
        start = at - len(ahead) + max((head.start() for head in _FUNCTION.finditer(ahead)), default=0)
        rest = _FUNCTION.search(bare, at + len(name), at + len(name) + NEAR)
        end = rest.start() if rest else min(len(bare), at + len(name) + NEAR)
        found.append(_limit(way.bare, start, end))
    return found


_GIVEN = regex(rb"\s*+[,)]")
_FUNCTION = regex(rb"fn(?<!\wfn)\s")


def _limit(bare: bytes, start: int, end: int) -> float | None:
    known = _elapsing(bare, start, end)
    found = {one.ms for one in known if _CUTS.search(one.words)}
    (lengths,) = found if len(found) == 1 else ((),)
    return lengths[0] if len(lengths) == 1 else None


_CUTS = regex(r"^\w*(?:time_?out|deadline)", re.IGNORECASE)


def _in_steps(before: Sequence[_Given], ms: float, earlier: Sequence[tuple[int, float]]) -> Elapsing | None:
    """What several short sleeps let elapse together, or what is not over after them."""
    # What nobody calls for meanwhile does not time out.
    named = [
        one for one in before if one.strength == "strong" or (one.strength == "named" and not _CALLED.search(one.words))
    ]
    for one in reversed(named):
        slept = sum(length for place, length in earlier if place > one.place)
        if slept and any(slept < length <= slept + ms and length <= ms * _STEPS for length in one.ms):
            return Elapsing(one.words, one.strength)
    last = named[-1] if named else None
    if last is None or last.strength != "strong":
        return None
    if last.ms[0] == 0:
        return Elapsing(last.words, "strong") if ms <= _AT_ONCE_MS else None
    if any(ms < length <= ms * _STEPS for length in last.ms):
        return Elapsing(last.words, "strong", holds=True)
    return None


_CALLED = regex(r"^\w*time_?out", re.IGNORECASE)
_STEPS = 10
"""How many times longer what elapses can be than one of the sleeps that lead up to its end."""
_AT_ONCE_MS = 50
"""A sleep that lets pass what is over at once."""
_ORDER: tuple[Strength, ...] = ("strong", "named", "unnamed")
_FAR: dict[Strength, float] = {"strong": 6, "named": 4, "unnamed": 2.5}
"""How many times longer than what elapses a wait for it can be."""
_OUTLASTED = regex(
    rb"\b([\w.]*(?:%s)\w*)\s*+[+*]|[+*]\s*+([\w.]*(?:%s)\w*)\s*+[,)]"
    % ((rb"time_?out|window|debounce|cool_?down|grace|backoff|validity",) * 2),
    re.IGNORECASE,
)
"""`TIMEOUT + MARGIN`, `2 * window`: what it is longer than runs out meanwhile."""
_NAMED = regex(rb"\b[\w.]*(?:%s)\w*" % vocabulary.STRONG_EXPIRING.pattern, re.IGNORECASE)
