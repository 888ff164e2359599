"""How much of one file is read: a bound on places and on time, and what was given up because of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import thread_time
from typing import TypeVar

from sleeplint.languages.python.modules import Module

MOST = 5000
"""Places of one kind that are looked at in one file; suites of 8,000 lines hold 2,000."""
MAX_SECONDS = 1.2
"""Processor time that may be spent on one file once it is parsed."""
_BETWEEN = 8
"""Places from one look at the clock to the next: a look costs as much as a place that is no wait."""

_END = "when reading ends"
_REACHED = "bounds that were reached"
_T = TypeVar("_T")


def in_time(items: Iterable[_T], module: Module) -> Iterator[_T]:
    """The items, as long as there are not too many and the file's time lasts."""
    end = module.memory.setdefault(_END, thread_time() + MAX_SECONDS)
    assert isinstance(end, float)
    for number, item in enumerate(items):
        if number == MOST:
            _reach(module, f"read in part: it holds more than {MOST:,} calls that may wait")
            return
        if number % _BETWEEN == 0 and thread_time() > end:
            _reach(module, f"read in part: not read to its end within {MAX_SECONDS:g} s")
            return
        yield item


def bounds_reached(module: Module) -> tuple[str, ...]:
    """What was given up, in words."""
    found = module.memory.get(_REACHED, ())
    assert isinstance(found, tuple)
    return found


def _reach(module: Module, words: str) -> None:
    known = bounds_reached(module)
    if words not in known:
        module.memory[_REACHED] = (*known, words)
