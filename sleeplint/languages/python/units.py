"""Numbers that look to be in another unit than the call takes."""

from __future__ import annotations

import re

from sleeplint.facts import Milliseconds
from sleeplint.languages.python.calls import Found
from sleeplint.regexes import regex

_MILLISECONDS = regex(r"(?:^|_)(?:ms|msecs?|millis(?:econds)?)$", re.IGNORECASE)
_CAMEL = regex(r"[a-z](?:Ms|MS|Millis|Milliseconds)$")
_SECONDS = regex(r"(?:^|_)(?:s|secs?|seconds)$", re.IGNORECASE)
_NAME = regex(r"[A-Za-z_][\w.]*")
_WHOLE = regex(r"\d[\d_]*")
_ENDLESS = frozenset({1000, 10_000, 100_000, 1_000_000})


def clash_of(found: Found) -> str | None:
    """Why a duration looks to be in another unit; None if nothing says so."""
    seconds = found.entry.seconds
    written = found.written
    if seconds is None or written is None or found.wrapper is not None or found.api.startswith("."):
        return None
    if _NAME.fullmatch(written):
        name = written.rpartition(".")[2]
        if name == "MS":
            return None  # so is called what stands for one millisecond
        if seconds.unit in ("s", "deadline") and (_MILLISECONDS.search(name) or _CAMEL.search(name)):
            return f"`{name}` is given in seconds"
        if seconds.unit == "ms" and _SECONDS.search(name) and not _MILLISECONDS.search(name):
            return f"`{name}` is given in milliseconds"
        return None
    if seconds.unit == "s" and _WHOLE.fullmatch(written):
        return _literal(int(written.replace("_", "")), found)
    return None


def _literal(number: int, found: Found) -> str | None:
    """Thousands of seconds that are no whole minutes: people mean milliseconds.

    A power of ten is how they write "for ever".
    """
    if number < 1000 or number % 500 or number % 60 == 0 or number in _ENDLESS:
        return None
    return f"{number} seconds are {_hours(number * 1000)}"


def _hours(ms: Milliseconds) -> str:
    minutes = ms / 60_000
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
