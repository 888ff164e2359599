"""What each library calls the things that a test waits on, and how it waits on them."""

from __future__ import annotations

from dataclasses import dataclass

from sleeplint.repairs.python.draft import PATIENCE_SECS
from sleeplint.repairs.python.place import Place


@dataclass(frozen=True, slots=True)
class Primitives:
    """The words of one library. `{name}` stands for the event's name."""

    event: str
    """Makes an event."""
    park: str
    """Waits on an event, without a bound."""
    wait: str
    """Waits on an event, and fails when it does not come."""
    now: str
    """The time by its clock."""
    nap: str
    """A short sleep between two looks."""
    forever: str
    """Waits for ever."""


_THREADS = Primitives(
    event="threading.Event()",
    park="{name}.wait()",
    wait=f"assert {{name}}.wait(timeout={PATIENCE_SECS})",
    now="time.monotonic()",
    nap="time.sleep(0.01)",
    forever="threading.Event().wait()",
)
_PROCESSES = Primitives(
    event="multiprocessing.Event()",
    park="{name}.wait()",
    wait=f"assert {{name}}.wait(timeout={PATIENCE_SECS})",
    now="time.monotonic()",
    nap="time.sleep(0.01)",
    forever="threading.Event().wait()",
)
_GREENLETS = Primitives(
    event="gevent.event.Event()",
    park="{name}.wait()",
    wait=f"assert {{name}}.wait(timeout={PATIENCE_SECS})",
    now="time.monotonic()",
    nap="gevent.sleep(0.01)",
    forever="gevent.event.Event().wait()",
)
_ASYNCIO = Primitives(
    event="asyncio.Event()",
    park="await {name}.wait()",
    wait=f"await asyncio.wait_for({{name}}.wait(), timeout={PATIENCE_SECS})",
    now="time.monotonic()",
    nap="await asyncio.sleep(0.01)",
    forever="await asyncio.Event().wait()",
)


def _structured(library: str) -> Primitives:
    return Primitives(
        event=f"{library}.Event()",
        park="await {name}.wait()",
        wait=f"with {library}.fail_after({PATIENCE_SECS}): await {{name}}.wait()",
        now=f"{library}.current_time()",
        nap=f"await {library}.sleep(0.01)",
        forever=f"await {library}.sleep_forever()",
    )


_LOOPS = {"asyncio": _ASYNCIO, "trio": _structured("trio"), "anyio": _structured("anyio")}


def primitives_of(place: Place) -> Primitives | None:
    """The words of the library in which a place waits; None for one that we have no words for."""
    wait = place.wait
    root = wait.api.split(".")[0]
    if root in _LOOPS:
        return _LOOPS[root]
    if root == "gevent":
        return _GREENLETS
    if root != "time":
        return None
    if wait.in_async:
        return _LOOPS.get(place.runtime or "")
    if wait.task is not None and wait.task.spawner.startswith("multiprocessing"):
        return _PROCESSES
    return _THREADS


def process_primitives() -> Primitives:
    """The words between processes."""
    return _PROCESSES
