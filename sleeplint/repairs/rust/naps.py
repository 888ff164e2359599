"""A short sleep between two looks, by the name that the sleep which it replaces has."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.regexes import regex
from sleeplint.repairs.rust.place import Place

_TAKE_A_DURATION = frozenset(
    {
        "async_std::task::sleep",
        "monoio::time::sleep",
        "spin_sleep::sleep",
        "std::thread::sleep",
        "tokio::time::sleep",
        "tokio_uring::time::sleep",
    }
)
"""Sleeps that take a `std::time::Duration`, and not one of their own."""
_MADE = regex(r"((?:\w+\s*::\s*)*Duration)\s*::\s*from_\w+")


def nap(place: Place) -> tuple[str, str] | None:
    """How to sleep for a moment at a place, and how a `Duration` is written there; None if that is not sure."""
    if place.wait.wrapper is not None or place.wait.api not in _TAKE_A_DURATION:
        return None
    if place.wait.blocking and place.is_async:
        return None
    function = place.call.child_by_field_name("function")
    if function is None:
        return None
    duration = duration_as_written(place)
    pause = f"{place.ground.text(function)}({duration}::from_millis(10))"
    return pause + ("" if place.wait.blocking else ".await"), duration


def duration_as_written(place: Place) -> str:
    """How a place writes `std::time::Duration`: as its own sleep does, which takes nothing else."""
    arguments = place.call.child_by_field_name("arguments")
    given = arguments.named_children[:1] if arguments is not None else []
    made = _maker(place, given[0]) if given else None
    return made if made is not None else place.ground.spell("std::time::Duration", place.call)


def _maker(place: Place, argument: Node) -> str | None:
    function = argument.child_by_field_name("function") if argument.type == "call_expression" else None
    match = _MADE.fullmatch(place.ground.text(function)) if function is not None else None
    return re.sub(r"\s", "", match.group(1)) if match is not None else None
