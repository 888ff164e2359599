"""Whether a file can hold a wait at all, by a byte search that needs no grammar."""

from __future__ import annotations

import re
from functools import cache

from sleeplint.languages.catalogue import Call
from sleeplint.languages.python.catalogue import CALLS

# A project's own names for waiting, which only other files explain.
_OWN_WORDS = ("sleep", "wait", "delay", "pause", "timeout", "nap", "poll", "tick")
_PRAGMA = "sleeplint:"


@cache
def _stems(calls: tuple[Call, ...]) -> tuple[bytes, ...]:
    """The fewest substrings of which every catalogued name holds one."""
    names = {call.call.rpartition(".")[2].rpartition("::")[2] for call in (*CALLS, *calls)}
    chosen: list[str] = []
    for name in sorted((*names, *_OWN_WORDS), key=len):
        if not any(stem in name for stem in chosen):
            chosen.append(name)
    return tuple(stem.encode() for stem in chosen)


@cache
def _pattern(calls: tuple[Call, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(map(re.escape, _stems(calls))))


def may_wait(code: bytes, calls: tuple[Call, ...] = ()) -> bool:
    """Whether a byte search says that reading `code` can yield anything; False is certain."""
    return any(stem in code for stem in _stems(calls)) or _PRAGMA.encode() in code
