"""Durations that elapse by themselves, near a wait that lets them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.flow import Way

Strength = Literal["strong", "named", "unnamed"]

_MILLISECONDS = {
    b"secs": 1000.0,
    b"millis": 1.0,
    b"micros": 1e-3,
    b"nanos": 1e-6,
    b"mins": 60_000.0,
    b"hours": 3_600_000.0,
}
_DURATION = re.compile(
    rb"\b(?:Duration|TimeDelta)\s*+::\s*+(?:from_|try_)?(secs|millis|micros|nanos|mins|hours|seconds|milliseconds|minutes)(?:_f(?:32|64))?"
    rb"\(\s*+([\d_]+(?:\.\d*)?)(?:_?[uif](?:\d+|size))?\s*+\)"
)
_ALIASES = {b"seconds": b"secs", b"milliseconds": b"millis", b"minutes": b"mins"}
_NAMED_NUMBER = re.compile(
    rb"\b(\w*(?:_ms|_millis|_secs|_seconds|_s)?)\s*+(?::\s*+\w+\s*+)?[=:(,]\s*+(?:Some\(\s*+)?([\d_]+(?:\.\d+)?)\s*+[,;)}]"
)
_WAITS = re.compile(
    rb"\b(?:sleep|delay_for|timeout|interval|recv_timeout|advance|wait_timeout|Timer::after)\w*\s*+\([^;]*$"
)
_MOST = 100
"""Durations before a wait that are looked at."""
_CONSTANT = re.compile(rb"\b(?:const|static)\s+(\w+)\s*+:\s*+Duration\s*+=\s*+")


@lru_cache(maxsize=8)
def _elapsing(text: bytes, start: int, end: int) -> tuple[tuple[int, str, float, Strength], ...]:
    """Durations given to something other than a wait in a stretch of text: place, words, milliseconds, by name."""
    found: list[tuple[int, str, float, Strength]] = []
    for match in _DURATION.finditer(text, start, end):
        head = text[max(start, match.start() - 120) : match.start()]
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
        found.append((match.start(), _words(head, match.group()), ms, strength))
    for match in _NAMED_NUMBER.finditer(text, start, end):
        name = match.group(1)
        if vocabulary.STRONG_EXPIRING.search(name) or re.search(
            rb"timeout_(?:ms|secs|millis)|interval_(?:ms|secs)", name
        ):
            scale = 1.0 if re.search(rb"_ms$|_millis$", name) else 1000.0
            value = float(match.group(2).replace(b"_", b""))
            found.append(
                (
                    match.start(),
                    f"{name.decode('utf-8', 'replace')} = {match.group(2).decode()}",
                    value * scale,
                    "strong",
                )
            )
    return tuple(sorted(found))


def _words(head: bytes, value: bytes) -> str:
    names = re.findall(rb"[A-Za-z_]\w*", head)
    name = next(
        (word for word in reversed(names) if vocabulary.EXPIRING.search(word)), names[-1] if names else b"duration"
    )
    return f"{name.decode('utf-8', 'replace')} = {value.decode('utf-8', 'replace')}"


@lru_cache(maxsize=4)
def _constants(text: bytes) -> tuple[tuple[bytes, str, float], ...]:
    """The file's constants that are durations named for what elapses: name, words, milliseconds."""
    found = []
    for match in _CONSTANT.finditer(text):
        value = _DURATION.match(text, match.end())
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


def expiring(way: Way, function: Node, ms: float | None) -> Elapsing | None:
    """What elapses during a wait of `ms` in a function."""
    site = way.site
    arguments = site.call.child_by_field_name("arguments")
    if arguments is not None and (match := _NAMED.search(way.text(arguments))):
        return Elapsing(match.group().decode("utf-8", "replace"), "strong")
    if ms is None:
        return None
    best: Elapsing | None = None
    known = _elapsing(way.bare, function.start_byte, function.end_byte)
    before = bisect_left(known, site.call.start_byte, key=lambda one: one[0])
    for _, words, length, strength in known[max(0, before - _MOST) : before]:
        if length > ms or length * _FAR[strength] < ms:
            continue
        if best is None or _ORDER.index(strength) <= _ORDER.index(best.strength):
            best = Elapsing(words, strength)
    if best is None or best.strength != "strong":
        ahead = way.before(function.start_byte, site.call.start_byte)
        for name, words, length in _constants(way.bare):
            if length <= ms <= length * _FAR["named"] and name in ahead and re.search(rb"\b" + name + rb"\b", ahead):
                return Elapsing(words, "strong" if vocabulary.STRONG_EXPIRING.search(name) else "named")
    return best


_ORDER: tuple[Strength, ...] = ("strong", "named", "unnamed")
_FAR: dict[Strength, float] = {"strong": 6, "named": 4, "unnamed": 2.5}
"""How many times longer than what elapses a wait for it can be."""
_NAMED = re.compile(rb"\b[\w.]*(?:%s)\w*" % vocabulary.STRONG_EXPIRING.pattern, re.IGNORECASE)
