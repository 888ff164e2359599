"""What a signal says when it fires."""

from __future__ import annotations

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
