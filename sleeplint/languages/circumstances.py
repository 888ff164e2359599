"""Why a wait is there and what it costs: what the role side of a reader finds out about one site."""

from __future__ import annotations

from sleeplint.facts import Confidence, Limit, Loop, Milliseconds, Related, Role, Task
from sleeplint.records import dataclass
from sleeplint.text import Span


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The part of a `Wait` that the code around the call decides; the fields are `Wait`'s."""

    role: Role
    role_confidence: Confidence
    cost_ms: Milliseconds | None
    repeats: int | None = 1
    awaited: bool | None = True
    checked: bool | None = None
    excused: bool = False
    loop: Loop | None = None
    task: Task | None = None
    limit: Limit | None = None
    order: tuple[Span, ...] = ()
    expires: str | None = None
    readiness: str | None = None
    related: tuple[Related, ...] = ()
