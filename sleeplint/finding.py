"""What a rule says about one or more waits, as plain data that pickles."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from sleeplint.facts import Milliseconds, Related, Role
from sleeplint.records import dataclass
from sleeplint.text import Edit, Location, Span

NOWHERE = Location(1, 1, 1, 1)


class Severity(StrEnum):
    """How much a finding matters. `rank` orders them: error 3, warning 2, info 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Higher is worse."""
        return {"error": 3, "warning": 2, "info": 1}[self.value]


class Applicability(StrEnum):
    """How sure a fix is, in ruff's words."""

    SAFE = "safe"
    """Keeps the meaning; `--fix` applies it."""
    UNSAFE = "unsafe"
    """May change what the test proves; `--unsafe-fixes` applies it."""
    DISPLAY_ONLY = "display-only"
    """Needs the author; it is shown, never applied."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair of one finding. All edits belong together: all or none are applied."""

    title: str
    """What it does, in the imperative, for a menu: "Park on a oneshot receiver"."""
    applicability: Applicability
    edits: tuple[Edit, ...] = ()
    """Not overlapping, in order. Empty only for display-only."""
    sketch: str | None = None
    """Code to show where edits cannot say it, spelled with the names of this place."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark of a rule. `location` and `fingerprint` are filled in by the engine."""

    rule: str
    code: str
    severity: Severity
    path: str
    span: Span
    message: str
    """One sentence: what was found and, where it is known, what it costs. Ends with a period."""
    advice: str | None = None
    """The one best replacement, spelled for the code at hand."""
    statement: Span | None = None
    """The statement that holds it; None means `span`."""
    test: str | None = None
    duration_ms: Milliseconds | None = None
    cost_ms: Milliseconds | None = None
    role: Role | None = None
    identity: str = ""
    """What of the place survives reformatting (api and duration as written): the fingerprint's core."""
    covers: tuple[Span, ...] = ()
    """Every wait it speaks of, the first one's span included; empty for findings about no wait."""
    related: tuple[Related, ...] = ()
    location: Location = NOWHERE
    related_locations: tuple[Location, ...] = ()
    """One for each of `related`."""
    fingerprint: str = ""
    fix: Fix | None = None
    fix_locations: tuple[Location, ...] = ()
    """One for each of `fix.edits`."""
    suppressed_by: str | None = None
    """The justification (may be empty) of the comment that silences it; None if it speaks."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that kept a file, or a rule on a file, from being judged."""

    path: str
    message: str
    internal: bool = False
    """Ours (exit 3), not the file's."""


@dataclass(frozen=True, slots=True)
class TestCost:
    """What one test pays for its waits."""

    __test__: ClassVar[bool] = False  # for pytest: not a test class

    path: str
    test: str
    location: Location
    cost_ms: Milliseconds


@dataclass(frozen=True, slots=True)
class Silencing:
    """What an ignore comment asked for, and what came of it."""

    span: Span
    rules: tuple[str, ...]
    """The rules it names, by name, as far as they exist; all of them enabled or not."""
    unused: tuple[str, ...]
    """Those of `rules` that are enabled and silenced nothing, as the comment spells them."""
    unknown: tuple[tuple[str, str | None], ...]
    """Keys that are no rule's, each with the nearest one that is."""
    reason: str
    """What stands behind the brackets; may be empty."""
    reason_required: bool = False
    trouble: str | None = None
    """Why the comment cannot be understood at all."""
