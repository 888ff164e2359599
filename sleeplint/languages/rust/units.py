"""Numbers that are given in another unit than their name says."""

from __future__ import annotations

import re

from sleeplint.languages.rust.calls import Called
from sleeplint.languages.rust.macros import Grove
from sleeplint.regexes import regex

_GIVEN = regex(
    r"\bfrom_(?P<unit>secs|millis|micros)(?:_f32|_f64)?\s*\(\s*(?:self\s*\.\s*)?(?P<name>(?:\w+(?:::|\.))*\w+)\s*"
    r"(?:as\s+\w+|\.\s*into\(\))?\s*\)"
)
_SAID = (
    ("seconds", regex(r"(?:^|_)(?:s|secs?|seconds?)\Z", re.IGNORECASE)),
    ("milliseconds", regex(r"(?:^|_)(?:ms|millis|msecs?|milliseconds?)\Z", re.IGNORECASE)),
    ("microseconds", regex(r"(?:^|_)(?:us|micros|usecs?|microseconds?)\Z", re.IGNORECASE)),
)
_UNITS = {
    "secs": "seconds",
    "millis": "milliseconds",
    "micros": "microseconds",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
}


def unit_clash(called: Called, grove: Grove) -> str | None:
    """Why a duration looks to be in another unit, in words; None if nothing says so."""
    if called.duration is None:
        return None
    text = grove.text(called.duration)
    match = _GIVEN.search(text)
    if match is not None:
        return _clash(match["name"], _UNITS[match["unit"]])
    unit = called.entry.seconds.unit if called.entry.seconds is not None else "duration"
    if called.wrapper is None and unit in _UNITS and re.fullmatch(r"(?:\w+(?:::|\.))*\w+", text):
        return _clash(text, _UNITS[unit])
    return None


def _clash(path: str, given: str) -> str | None:
    name = re.split(r"::|\.", path)[-1]
    for unit, suffix in _SAID:
        # One letter alone, such as the `s` of a loop, is no unit.
        if unit != given and suffix.search(name) and len(name) > 2:
            return f"`{name}` is given in {given}"
    return None
