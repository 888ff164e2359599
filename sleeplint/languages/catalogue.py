"""The words in which calls that wait are written down, for our catalogues and for users' settings."""

from __future__ import annotations

from typing import Literal

from sleeplint.facts import Kind
from sleeplint.records import dataclass

Unit = Literal["s", "ms", "us", "ns", "duration", "deadline"]
"""`duration`: a value that carries its own unit (`Duration`, `timedelta`); `deadline`: a moment,
measured from now. In Python `s` also takes a `timedelta`."""


@dataclass(frozen=True, slots=True)
class Argument:
    """Where a call's duration stands."""

    argument: int | str
    """Position from 0 (a method's receiver does not count), or a keyword."""
    unit: Unit = "s"
    keyword: str | None = None
    """The keyword by which a positional argument can also be given."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that waits."""

    call: str
    """Canonical path: `tokio::time::sleep`, `threading.Event.wait`. A leading dot (`.recv_timeout`)
    is a method known by its name alone."""
    kind: Kind
    seconds: Argument | None = None
    """None: it waits, but no argument says how long."""
    blocking: bool = False
    """It blocks the thread."""
    purpose: Literal["operation", "connect", "idle", "test-limit"] = "operation"
    """Of a timeout, what it bounds."""
