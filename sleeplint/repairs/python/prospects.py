"""Which recipes may hold for a finding, as far as facts and bytes tell.

libcst takes two milliseconds for a kilobyte, and as long again to import as a small run takes: it is asked only where
there is hope. What a recipe asks of facts stands here; it asks the rest of the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sleeplint.facts import Role, TestFile, Wait
from sleeplint.finding import Finding
from sleeplint.records import dataclass
from sleeplint.regexes import regex

WALL_CLOCK = "time.time"
PARKS = frozenset({"asyncio.sleep", "anyio.sleep", "trio.sleep"})
"""Sleeps that something else may cancel."""
IDLE_LIBRARIES = ("trio", "anyio")
"""They know when every task waits for something."""
_POLLS = frozenset({"time.sleep", *PARKS})
MIN_STAY_SECS = 1
"""A shorter sleep is no way to stay."""
_BEFORE_BOUND = frozenset[Role]({"settle", "startup", "sync"})
_CANCELLING = (b"cancel", b"wait_for", b"timeout", b"_after", b"start_soon")
"""One of these stands in a file in which something surely cancels a sleep."""
_STARTING = (b"Popen", b"create_task", b"ensure_future", b"gevent", b"start")
_SKETCHED = frozenset(
    {
        "absence-sleep",
        "blocking-sleep",
        "connection-hold",
        "endless-sleep",
        "expiry-sleep",
        "settle-sleep",
        "sleep-over-budget",
        "startup-sleep",
        "workload-sleep",
    }
)
_BEYOND_REPAIR = frozenset(
    {
        "burned-timeout",
        "duration-unit",
        "frozen-clock-async-sleep",
        "nested-timeout",
        "repeated-timeout",
        "sleep-ordering",
    }
)
"""They speak of a unit, or of several waits at once."""
_ASKED_WITHIN = 200
"""Bytes of a statement in which its assertion stands, if it is short enough to be asked again and again."""
_BOUND_WITHIN = 400
"""Bytes of a statement in which a wait begins that is all that the statement does."""
_LOOP_WITHIN = 4_000
"""Bytes before a wait in which the loop begins that it ends."""
_UNTIL_SET = regex(rb"\bwhile\b(?s:.){1,200}?\bis_?[sS]et\b")
_LEADING = regex(rb"[\s(]*(?:await\b)?[\s(\\\w.]*")
_NEXT = regex(rb"[^\r\n]*(?:\s|#[^\r\n]*)*")


@dataclass(frozen=True, slots=True)
class _Prospect:
    finding: Finding
    wait: Wait
    file: TestFile
    code: bytes

    def says(self, *words: bytes) -> bool:
        """Whether the file holds one of the words."""
        return any(word in self.code for word in words)

    @property
    def stands_alone(self) -> bool:
        """Whether the statement looks to be the wait, or its `await`, and nothing else."""
        span, statement = self.wait.span, self.wait.statement
        behind = self.code[span.end : statement.end].strip(b") \t\r\n\\")
        return not behind and _LEADING.fullmatch(self.code, statement.start, span.start) is not None

    @property
    def next_start(self) -> int:
        """Where the statement that follows begins."""
        following = _NEXT.match(self.code, self.wait.statement.end)
        return following.end() if following is not None else self.wait.statement.end

    @property
    def is_asserted(self) -> bool:
        """Whether the next statement looks to be an assertion."""
        start = self.next_start
        return b"assert" in self.code[start : start + _ASKED_WITHIN]

    @property
    def waits_for_event(self) -> bool:
        """Whether a loop before it looks to run until an event is set."""
        start = self.wait.span.start
        return _UNTIL_SET.search(self.code, max(0, start - _LOOP_WITHIN), start) is not None


def prospects(finding: Finding, file: TestFile, code: bytes) -> Sequence[str]:
    """The names of the recipes that may hold, in the order in which they are to be tried."""
    if len(finding.covers) != 1 or finding.rule in _BEYOND_REPAIR:
        return ()
    wait = next((wait for wait in file.waits if wait.span == finding.covers[0]), None)
    if wait is None or not wait.in_test or wait.wrapper is not None:
        return ()
    if wait.virtual_time or wait.paused_clock or wait.frozen_clock:  # it passes no real time
        return ()
    match wait.kind:
        case "clock-assert":
            clock = ("interval_clock",) if wait.api == WALL_CLOCK else ()
            return (*clock, "guard") if wait.in_async else clock
        case "sleep":
            return tuple(_of_sleep(_Prospect(finding, wait, file, code)))
        case _:
            return ()


def _of_sleep(here: _Prospect) -> Iterator[str]:
    rule, wait = here.finding.rule, here.wait
    if rule == "blocking-sleep":
        if wait.api == "time.sleep":
            yield "async_sleep"
    else:
        yield from _edits(here)
    if rule == "poll-without-deadline":
        if wait.task is None:  # an assertion in the background is seen by nobody
            yield "deadline"
    elif rule == "poll-falls-through":
        if here.says(b"break"):
            yield "failing_end"
    elif rule in _SKETCHED and wait.role_confidence == "high" and _is_sketched(here):
        yield wait.role


def _edits(here: _Prospect) -> Iterator[str]:
    wait = here.wait
    polls = here.finding.rule == "poll-without-deadline" and wait.task is None
    stays = wait.api in PARKS and wait.duration_ms is not None and wait.duration_ms >= MIN_STAY_SECS * 1000
    before_bound = wait.role in _BEFORE_BOUND and here.stands_alone
    if wait.api == "time.sleep" and here.waits_for_event:
        if polls:
            yield "event_poll"
        yield "event_pacing"
    if polls and wait.api in _POLLS:
        yield "poll_deadline"
    if stays and wait.api != "asyncio.sleep" and here.says(b"start_soon"):
        yield "parked_task"
    if wait.api == "asyncio.sleep" and here.says(b"FIRST_COMPLETED"):
        yield "race_arm"
    if stays and here.says(*_CANCELLING):
        yield "async_hold"
    if before_bound and any(_outlasts(other, wait, here.next_start) for other in here.file.waits):
        yield "covered_settle"


def _outlasts(other: Wait, wait: Wait, start: int) -> bool:
    """Whether one in the statement that begins at `start` waits at least as long, and no longer than it must."""
    if wait.duration_ms is None or other.duration_ms is None or other.duration_ms < wait.duration_ms:
        return False
    return other.kind == "timeout" and start <= other.span.start < start + _BOUND_WITHIN


def _is_sketched(here: _Prospect) -> bool:
    """Whether code to show may be found for the wait's role."""
    wait = here.wait
    match wait.role:
        case "absence":
            return here.stands_alone and wait.api.split(".")[0] in IDLE_LIBRARIES
        case "expiry":
            if wait.api == "trio.sleep":
                return True
            return wait.api == "time.sleep" and wait.expires is not None and here.stands_alone and here.is_asserted
        case "hold" | "workload":
            return here.stands_alone
        case "settle":
            return here.stands_alone and (wait.api.split(".")[0] in IDLE_LIBRARIES or here.is_asserted)
        case "startup":
            return here.says(*_STARTING)
        case _:
            return False
