"""What a reader says about a file: the vocabulary that rules speak.

Facts, not judgements: plain frozen values that pickle. Offsets are bytes of `Source.code`,
durations milliseconds. None always means that the source does not say.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from sleeplint.records import dataclass
from sleeplint.source import Language
from sleeplint.text import Span

Kind = Literal["sleep", "timeout", "interval", "clock-assert"]
Role = Literal[
    "hold",
    "startup",
    "settle",
    "absence",
    "expiry",
    "poll",
    "pacing",
    "workload",
    "race-arm",
    "yield",
    "guard",
    "burned",
    "sync",
]
Confidence = Literal["high", "low"]
Milliseconds = int | float
"""A duration; an int where it is whole."""


TOOL_OF_PACKAGE = {
    "PyQt5": "qt",
    "PyQt6": "qt",
    "PySide2": "qt",
    "PySide6": "qt",
    "qtpy": "qt",
    "pytestqt": "qt",
    "playwright": "playwright",
    "selenium": "selenium",
    "seleniumwire": "selenium",
    "seleniumbase": "selenium",
    "celery": "celery",
}
"""Test tools that have waits of their own, by the packages of Python that are or come with them."""


@dataclass(frozen=True, slots=True)
class Related:
    """A place that explains a wait: the spawn that is held, the assertion that is waited for."""

    span: Span
    text: str
    """A few words that stand beside the place, such as "spawned here"."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The condition loop of a poll."""

    span: Span
    bounded: bool
    """A deadline, a count or an enclosing timeout ends it."""
    falls_through: bool
    """It is bounded, and when the bound is reached the test goes on as if nothing were wrong."""
    noticed: bool = False
    """It falls through in a helper, and whatever calls the helper fails right behind it."""


@dataclass(frozen=True, slots=True)
class Task:
    """The background work (task, thread, nested function) in which a wait stands."""

    span: Span
    """The whole expression or statement that starts it."""
    spawner: str
    """Canonical path of what starts it, such as `tokio::spawn` or `threading.Thread`."""
    joined: bool | None
    """The test waits for its end, so that its waits are paid; None if the source does not say."""
    keeps: str | None
    """What stays alive as long as it waits: "connection", "listener", "task", "the call" that it is
    part of and that is interrupted first, or a resource's name."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that bounds a wait from outside."""

    ms: Milliseconds
    by: str
    """What bounds it, as the code says it, such as `tokio::time::timeout` or `pytest.mark.timeout`."""
    span: Span


@dataclass(frozen=True, slots=True)
class Wait:
    """One place where time passes on purpose."""

    span: Span
    """From the called name (its whole path, if that stands on the name's line) to the call's end."""
    statement: Span
    """The statement that holds it: a trailing comment on any line of it speaks of this wait."""
    language: Language
    kind: Kind
    api: str
    """Canonical path after import resolution."""
    duration_ms: Milliseconds | None
    in_test: bool
    role: Role
    role_confidence: Confidence
    cost_ms: Milliseconds | None
    """What the test really pays, repetitions included; 0 if it never elapses."""
    written: str | None = None
    """The duration as the code writes it, such as `Duration::from_secs(5)`."""
    wrapper: str | None = None
    """Path of the project's own function called here, when the api is reached through one."""
    test: str | None = None
    """Qualified name of the enclosing test, as in `Test.name`."""
    virtual_time: bool = False
    macro: str | None = None
    """Name of the innermost macro around it."""
    blocking: bool = False
    """It blocks its thread."""
    in_async: bool = False
    """It runs on an event loop or async task (not under spawn_blocking, to_thread and the like)."""
    program: bool = False
    """It is the sleep of a child program, in that program's words."""
    awaited: bool | None = True
    """Waited for right here; False if only created; None if passed on."""
    repeats: int | None = 1
    """How often one run of the test waits here; None if the source does not say."""
    checked: bool | None = None
    """Of a timeout: whether the code looks at its outcome."""
    excused: bool = False
    """A comment at it says why a timeout is as long as it is, or that a sleep blocks its thread on purpose."""
    purpose: Literal["operation", "connect", "idle", "test-limit"] = "operation"
    """Of a timeout, what it bounds. `idle`: a pool or keep-alive idle timeout given to the code
    under test. `test-limit`: a limit on the whole test."""
    bound: Literal["upper", "lower"] | None = None
    """Of a clock-assert: the side on which elapsed wall time is bounded."""
    slack_ms: Milliseconds | None = None
    """Of a clock-assert that says what length it expects: how much longer the time may be."""
    loop: Loop | None = None
    task: Task | None = None
    limit: Limit | None = None
    """The tightest bound around it: a timeout block, a decorator, a runner's limit."""
    paused_clock: bool = False
    """The test's clock is paused or simulated (whether or not this wait obeys it)."""
    frozen_clock: bool = False
    """A wall-clock freezer (freezegun, time-machine) is in force that the runtime's sleeps do not know."""
    unit_clash: str | None = None
    """Why the number looks to be in another unit, such as "`TIMEOUT_MS` is given in seconds"."""
    order: tuple[Span, ...] = ()
    """Sleeps of other tasks against which this one's length orders them."""
    expires: str | None = None
    """Of an expiry: what must elapse, such as `ttl = 1s`."""
    readiness: str | None = None
    """Of startup and settle: a readiness proof that the code already has at hand, in words."""
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """A test function."""

    __test__: ClassVar[bool] = False  # for pytest: not a test class

    name: str
    """Qualified within the file: `tests::holds`, `TestServer.test_start`."""
    span: Span
    name_span: Span
    is_async: bool = False
    runtime: str | None = None
    """`tokio`, `asyncio`, `trio`, ...; None for a plain test."""
    paused_clock: bool = False
    cases: int | None = 1
    """How often it is run by its parameters, not at all if it is skipped; None if the source does not say."""
    limit_ms: Milliseconds | None = None
    """A time limit on the whole test."""
    limited_by: str | None = None
    """What sets that limit, as `Limit.by`; None if the source does not name it."""


@dataclass(frozen=True, slots=True)
class Pragma:
    """A comment that speaks to sleeplint, as it stands; `sleeplint.suppress` reads it."""

    span: Span
    text: str
    """The comment without its leader, beginning at `sleeplint:`."""
    covers: Span
    """What it speaks of: the lines of its statement when trailing, the next statement or function
    when alone on a line."""
    in_head: bool
    """It stands in the file's head comment, before any code."""


@dataclass(frozen=True, slots=True)
class TestFile:
    """All that a reader says about one file."""

    __test__: ClassVar[bool] = False  # for pytest: not a test class

    path: str
    language: Language
    in_test: bool
    """The whole file is test code."""
    waits: tuple[Wait, ...] = ()
    """In order of position; production code's too, with `in_test` False."""
    tests: tuple[Test, ...] = ()
    pragmas: tuple[Pragma, ...] = ()
    tools: tuple[str, ...] = ()
    """The test tools with waits of their own that it imports or asks for: `qt`, `playwright`, `selenium`, `celery`."""
    broken: tuple[Span, ...] = ()
    """Where the text does not parse; the rest was read all the same."""
    unread: tuple[str, ...] = ()
    """What was given up, and why, in words: a size, time or depth bound was reached."""
    consulted: frozenset[str] = frozenset()
    """Other files whose content this reading rests on (or whose absence)."""
