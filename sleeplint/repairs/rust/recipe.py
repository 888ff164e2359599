"""How a recipe words what it offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sleeplint.finding import Applicability, Fix
from sleeplint.repairs.rust.editing import Pen
from sleeplint.repairs.rust.orphans import orphaned
from sleeplint.repairs.rust.place import Place
from sleeplint.text import Edit, Span

SAFE, UNSAFE, DISPLAY_ONLY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY_ONLY

PATIENCE_SECS = 5
"""How long what a repair writes waits for a thing that normally happens at once, before it fails."""

_CHAIN_WIDTH = 60
"""rustfmt's `chain_width`."""

Recipe = Callable[[Place], Fix | None]
"""Looks at a place and offers its repair; None if it does not hold there."""


def repaired(place: Place, title: str, level: Applicability, edits: Iterable[Edit]) -> Fix:
    """A repair by edits, and by what takes away what they orphan."""
    own = tuple(edits)
    return Fix(title, level, _joined(sorted((*own, *orphaned(place.ground, own)))))


def _joined(edits: list[Edit]) -> tuple[Edit, ...]:
    """The edits, those merged that take away the same blank line."""
    done: list[Edit] = []
    for edit in edits:
        if done and edit.span.start < done[-1].span.end:
            last = done.pop()
            span = Span(last.span.start, max(last.span.end, edit.span.end))
            edit = Edit(span, last.text + edit.text)
        done.append(edit)
    return tuple(done)


def shown(title: str, *lines: str) -> Fix:
    """A repair that only the author can make, as code with the names of this place."""
    return Fix(title, DISPLAY_ONLY, sketch="\n".join(lines))


def pen(place: Place) -> Pen:
    """Writes edits on the place's file."""
    return Pen(place.ground.code)


def chain(place: Place, head: str, *links: str) -> tuple[str, ...]:
    """A chain of calls as rustfmt breaks it, ended as a statement: one line if it is short."""
    line = head + "".join(links) + ";"
    if len(line) <= _CHAIN_WIDTH:
        return (line,)
    step = pen(place).step(place.statement.start_byte)
    return (head, *(step + link for link in links[:-1]), f"{step}{links[-1]};")


def end(place: Place) -> str:
    """What ends the place's statement: nothing, if it is its block's value."""
    return ";" if place.ground.text(place.statement).endswith(";") else ""
