"""What a rule is: the only module that a rule pack imports.

A rule is a frozen dataclass: its class variables say who it is, its fields are its options, its
docstring is its page, its examples are its tests. It judges facts and never sees text or trees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from sleeplint.facts import (
    TOOL_OF_PACKAGE,
    Confidence,
    Kind,
    Limit,
    Loop,
    Milliseconds,
    Pragma,
    Related,
    Role,
    Task,
    Test,
    TestFile,
    Wait,
)
from sleeplint.finding import Applicability, Finding, Fix, Severity, Silencing, TestCost
from sleeplint.records import dataclass, replace
from sleeplint.text import Span

__all__ = [
    "TOOL_OF_PACKAGE",
    "Applicability",
    "Budget",
    "Confidence",
    "Example",
    "Finding",
    "Fix",
    "Kind",
    "Limit",
    "Loop",
    "Milliseconds",
    "Pragma",
    "Related",
    "Role",
    "Rule",
    "Severity",
    "Silencing",
    "Span",
    "Task",
    "Test",
    "TestCost",
    "TestFile",
    "Wait",
    "dataclass",
    "replace",
    "seconds",
]


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a wait of some kind may cost. Seconds, unless the name says otherwise."""

    max_sleep_secs: float = 1
    """One awaited sleep."""
    max_timeout_secs: float = 15
    """One guard."""
    max_hold_secs: float = 0
    """A connection or resource kept alive by a sleep."""
    max_idle_timeout_secs: float = 1
    """Pool and keep-alive idle timeouts given to the code under test."""
    min_timeout_ms: float = 50
    """The shortest real-time guard of a success path."""
    max_test_sleep_secs: float | None = None
    """The sum of what one test pays; None is no limit."""
    max_suite_sleep_secs: float | None = None
    """The sum of what the whole run pays; None is no limit."""


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of code that shows a rule at work, and is a test of it.

    Lines on which the rule must speak end with a comment `error: rule-name`; on all others it must
    be silent.
    """

    language: Literal["rust", "python"]
    code: str
    title: str = ""
    path: str = ""
    """Where it pretends to stand; by default a test file of the language."""
    profile: Literal["default", "strict"] = "strict"
    budget: Budget = Budget()
    """What the waits may cost."""

    @property
    def text(self) -> str:
        """The code without the indentation and the empty lines that the rule's file gives it."""
        from textwrap import dedent

        return dedent(self.code).strip() + "\n"


@dataclass(frozen=True)
class Rule:
    """Base of all rules. Subclass it as a frozen dataclass and implement `judge`."""

    code: ClassVar[str]
    """Stable and never reused: `SLP102`."""
    name: ClassVar[str]
    """For people, named for the bad thing it sees: `connection-hold`."""
    summary: ClassVar[str]
    """One sentence, ending with a period; by default the first of the docstring."""
    default: ClassVar[Severity | None] = None
    """Severity in the default profile; None is off."""
    strict: ClassVar[Severity | None] = None
    """Severity in the strict profile; None is off."""
    strict_options: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """The options whose defaults are others in the strict profile."""
    specificity: ClassVar[int] = 0
    """Of several findings on one wait the most specific speaks; an info never hides a warning."""
    tells_unread: ClassVar[bool] = False
    """It says what of a file was not read; where no rule does that is an error of the run."""
    examples: ClassVar[tuple[Example, ...]] = ()

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if "summary" not in vars(cls):
            cls.summary = " ".join((vars(cls).get("__doc__") or "").partition("\n\n")[0].split())

    @classmethod
    def severity_in(cls, profile: Literal["default", "strict"]) -> Severity | None:
        """How loud it speaks in a profile; None if it is off there."""
        return cls.strict if profile == "strict" else cls.default

    @classmethod
    def configured(cls, profile: Literal["default", "strict"], options: Mapping[str, Any] | None = None) -> Rule:
        """The rule as it judges in a profile; the user's `options` win over the profile's."""
        of_profile = cls.strict_options if profile == "strict" else {}
        return cls(**{**of_profile, **(options or {})})

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield what there is to say about one file."""
        return iter(())

    def judge_silencing(self, file: TestFile, silencings: Iterable[Silencing]) -> Iterator[Finding]:
        """Yield what there is to say about a file's ignore comments, after they were applied."""
        return iter(())

    def judge_run(self, costs: Iterable[TestCost], budget: Budget) -> Iterator[Finding]:
        """Yield what there is to say about the whole run, from what each of its tests pays."""
        return iter(())

    def finding(self, file: TestFile, wait: Wait, message: str, advice: str | None = None, **more: Any) -> Finding:
        """A finding of this rule about `wait`; `more` overrides any of its fields."""
        fields: dict[str, Any] = {
            "rule": self.name,
            "code": self.code,
            "severity": self.strict or self.default or Severity.WARNING,
            "path": file.path,
            "span": wait.span,
            "statement": wait.statement,
            "message": message,
            "advice": advice,
            "test": wait.test,
            "duration_ms": wait.duration_ms,
            "cost_ms": wait.cost_ms,
            "role": wait.role,
            "identity": f"{wait.api} {wait.written or ''}",
            "covers": (wait.span,),
            "related": wait.related,
        }
        return Finding(**(fields | more))


def seconds(ms: Milliseconds) -> str:
    """A duration for people: `5 s`, `1.1 s`, `250 ms`, `2 min`, `3 h`, `11.6 days`, `317 years`."""
    if 0 < ms < 0.001:
        return "less than 1 µs"
    if ms < 1000:
        return f"{ms:.4g} ms"
    if ms < 120_000:
        return f"{ms / 1000:.3g} s"
    if ms < 7_200_000 and ms != 3_600_000:
        return f"{ms / 60_000:.3g} min"
    if ms < 172_800_000:
        return f"{ms / 3_600_000:.3g} h"
    days = ms / 86_400_000
    if days < 1000:
        return f"{days:.3g} days"
    years = days / 365.25
    return f"{years:.3g} years" if years < 1000 else "more than 1000 years"
