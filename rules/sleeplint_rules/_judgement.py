"""What several rules ask of a wait, and how they speak of its length and price."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from sleeplint.rule import Budget, Milliseconds, Test, TestFile, Wait, seconds

# Specificity: of several findings on one wait the higher speaks.
BUDGET: Final = 10
ROLE: Final = 20
SHAPE: Final = 30
CLOCK: Final = 40
MISTAKE: Final = 50

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
FOREVER_MS: Final = 100 * 365 * DAY_MS
"""From here on a timeout is no limit: `Duration::MAX`, `threading.TIMEOUT_MAX`."""
_TURN_MS: Final = 0.1
"""A shorter sleep is a turn of the scheduler, as `sleep(0)` is."""

# What of a duration as written is only its dress: constructors, keywords, the suffixes of numbers.
_DRESS: Final = r"(?:\w+(?:::|\.))*(?:Duration(?:::|\.)\w+|timedelta)|\bSome\b|\b[a-z_]+\s*=(?!=)|\b\d[\w.]*"
_BY_LOT: Final = r"\b(?:random|rand|randint|randrange|uniform|gen_range|random_range|jitter|rng)\b"
_NAME: Final = r"[A-Za-z_]"
_PAUSES: Final = frozenset({"hold", "startup", "settle", "absence", "expiry", "pacing", "workload", "sync"})
_CLAIMS: Final = {
    "hold": "keeps something alive",
    "startup": "gives what was just started time to become ready",
    "settle": "gives the effect of an earlier action time to happen",
    "absence": "waits to show that something does not happen",
    "pacing": "spaces or orders actions",
    "workload": "simulates work or a slow peer",
    "burned": "runs out on purpose",
}


def is_pause(wait: Wait) -> bool:
    """Whether a test passes real time here for the time's own sake: a sleep, or a timeout used as one.

    Guards, polls, `sleep(0)`, virtual time, production code and what never elapses are not; nor is a timeout
    of which nobody knows whether it is one.
    """
    used_as_sleep = wait.kind == "sleep" or wait.role != "sync" or bool(wait.cost_ms)
    return wait.role in _PAUSES and used_as_sleep and is_real(wait) and wait.cost_ms != 0


def is_real(wait: Wait) -> bool:
    """Whether it is a sleep or timeout of some length in a test, on a real clock."""
    length = wait.duration_ms
    passes = length is None or length >= _TURN_MS or (length > 0 and (wait.kind == "timeout" or _adds_up(wait)))
    return wait.in_test and wait.kind in ("sleep", "timeout") and not wait.virtual_time and passes


def _adds_up(wait: Wait) -> bool:
    """Whether a thread sleeps so shortly again and again: the system never wakes it as soon as that."""
    return wait.kind == "sleep" and wait.blocking and wait.repeats != 1


def is_random(wait: Wait) -> bool:
    """Whether its length is drawn by lot, so that what runs at once mixes in other ways each time."""
    return wait.duration_ms is None and wait.written is not None and re.search(_BY_LOT, wait.written) is not None


def is_guard(wait: Wait) -> bool:
    """Whether it bounds, in real time, something in a test that normally finishes first."""
    return wait.in_test and wait.role in ("guard", "race-arm") and not wait.virtual_time


def is_waited_out(wait: Wait) -> bool:
    """Whether the source shows that somebody waits until a pause is over.

    A cost says so by itself. Without one, only the test's own flow does: work in the background, or in
    a handler, may be dropped long before.
    """
    if wait.cost_ms is not None:
        return wait.cost_ms > 0
    if wait.duration_ms is not None and wait.duration_ms >= DAY_MS:
        return False
    return wait.awaited is True and wait.task is None and wait.role not in ("workload", "hold")


def is_certain(wait: Wait) -> bool:
    """Whether the structure of the code, not a guess, says why the wait is there."""
    return wait.role_confidence == "high"


def is_forever(wait: Wait) -> bool:
    """Whether it is so long that nobody means to see its end."""
    return wait.duration_ms is not None and wait.duration_ms >= HOUR_MS


def by_decision(waits: Iterable[Wait], together: bool) -> Iterator[tuple[Wait, tuple[Wait, ...]]]:
    """Each wait, and with it the others of its file whose length is the same name: it is decided in one place.

    Unless they are to be spoken of `together`, each stands alone.
    """
    if not together:
        yield from ((wait, ()) for wait in waits)
        return
    groups: dict[object, list[Wait]] = {}
    for wait in waits:
        named = wait.written is not None and not is_literal(wait.written)
        groups.setdefault((wait.written, wait.duration_ms) if named else wait.span, []).append(wait)
    for first, *others in groups.values():
        yield first, tuple(others)


def is_limited(wait: Wait) -> bool:
    """Whether what bounds it from outside ends first.

    The runner's limit on every test bounds no helper: a test that calls it may have another. Of two limits
    that begin together, on a connection and on the whole exchange, equal ones are a draw.
    """
    limit = wait.limit
    if limit is None or wait.duration_ms is None or limit.span == wait.span:
        return False
    return limit.ms < wait.duration_ms or (limit.ms == wait.duration_ms and wait.purpose != "connect")


def is_literal(written: str | None) -> bool:
    """Whether a duration is written in numbers alone: `Duration::from_secs(3)`, `5 * 60`; no name's value."""
    if written is None or not any(letter.isdigit() for letter in written):
        return False
    return not re.search(_NAME, re.sub(_DRESS, "", written))


def test_of(file: TestFile, wait: Wait) -> Test | None:
    """The test in which it stands; None for a helper or a fixture."""
    return next((test for test in file.tests if test.name == wait.test), None)


def length(wait: Wait, beside: Milliseconds | None = None) -> str:
    """Such as ` of 5 s`; nothing when the source does not say."""
    return "" if wait.duration_ms is None else f" of {apart(wait.duration_ms, beside)}"


def apart(ms: Milliseconds, beside: Milliseconds | None) -> str:
    """A duration in so many digits that it is not taken for the one `beside` it in a sentence."""
    text = seconds(ms)
    return text if beside is None or ms == beside or text != seconds(beside) else f"{ms:.15g} ms"


def this_sleep(wait: Wait, budget: Budget) -> str:
    """The subject of a sentence about a pause, such as `This sleep of 5 s (over the budget of 1 s)`."""
    noun = "sleep" if wait.kind == "sleep" else "wait"
    most = budget.max_sleep_secs * 1000
    over = wait.duration_ms is not None and wait.duration_ms > most
    excess = f" (over the budget of {apart(most, wait.duration_ms)})" if over else ""
    return f"This {noun}{length(wait, most if over else None)}{excess}"


def claim(wait: Wait) -> str:
    """The predicate: why it is there, if the structure says so; else only what any fixed sleep does."""
    if is_certain(wait) and wait.role == "expiry":
        what = f"`{wait.expires.strip('`')}`" if wait.expires else "a limit"
        return f"lets {what} elapse in real time"
    if is_certain(wait) and wait.role in _CLAIMS:
        return _CLAIMS[wait.role]
    return "makes the outcome depend on how fast the machine is"


def price(wait: Wait) -> str:
    """The end of the sentence: what it costs, when that is known, and the period."""
    if not wait.cost_ms:
        return "."
    payer = "this test pays" if wait.test else "each test that runs it pays"
    rounds = f" in {wait.repeats} rounds" if wait.repeats and wait.repeats > 1 else ""
    return f"; {payer} {seconds(wait.cost_ms)} for it{rounds}."
