"""What is decided about one sleep."""

from __future__ import annotations

from sleeplint.facts import Confidence, Loop, Related, Role
from sleeplint.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Verdict:
    """A role, and the facts that go with it."""

    role: Role
    confidence: Confidence
    loop: Loop | None = None
    expires: str | None = None
    readiness: str | None = None
    related: tuple[Related, ...] = field(default=())
    elapses: bool | None = True
    """It really runs to its end; None if the source does not say."""
