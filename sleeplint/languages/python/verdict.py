"""What a signal says when it fires: of a wait, and of a timeout alone."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from sleeplint.facts import Loop, Related, Role
from sleeplint.records import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a wait is there, and what was seen on the way to it."""

    role: Role
    sure: bool
    """Structure decides it."""
    loop: Loop | None = None
    checked: bool | None = None
    expires: str | None = None
    readiness: str | None = None
    related: tuple[Related, ...] = ()
    keeps: str | None = None
    """Of a hold: what it keeps alive."""
    ends_early: bool = False
    """Something cuts it short, so that it never runs its time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a timeout is there for."""

    role: Literal["guard", "burned", "sleep"]
    """`sleep`: nothing releases it and nobody looks, so that it is a sleep by another name."""
    sure: bool
    checked: bool | None
    asserted: Node | None = None
    """Where its outcome is looked at."""
