"""What to write instead of a wait, spelled for the library at hand."""

from __future__ import annotations

from typing import Final

from sleeplint.rule import TestFile, Wait, dataclass, replace
from sleeplint_rules._judgement import is_certain, test_of
from sleeplint_rules._tools import tool_of


@dataclass(frozen=True, slots=True)
class Library:
    """The names that a library has for what replaces a fixed wait. Each is a phrase of a sentence."""

    ready: str
    """How what is started says that it is ready."""
    signal: str
    """What the effect of an action can be awaited by."""
    gate: str
    """What somebody can be kept waiting on until the test lets go."""
    barrier: str
    """What brings two of them into an order."""
    park: str
    """How to wait until the test lets go or ends."""
    forever: str
    """How to wait for ever."""
    sleep: str
    """Its own sleep."""
    limit: str
    """How to bound a piece of code so that it fails."""
    clock: str
    """How a test moves the time that an expiry is measured by."""


_INJECTED_CLOCK: Final = "Give what expires a clock that the test can move"

_TOKIO: Final = Library(
    ready="bind the listener before the spawn, or send on a `tokio::sync::oneshot` once it is up",
    signal="a `tokio::sync::Notify`, a channel or the task's handle",
    gate="a `tokio::sync::Notify` or `tokio::sync::oneshot`",
    barrier="a `tokio::sync::Barrier` or `tokio::sync::oneshot`",
    park="await a `tokio::sync::oneshot` receiver, and drop its sender at the end of the test, or before the test "
    "waits for this to end (`std::future::pending::<()>()` where no test can own it and nothing waits for that)",
    forever="`std::future::pending::<()>().await`",
    sleep="`tokio::time::sleep`",
    limit="`tokio::time::timeout(.., ..).await.expect(..)`",
    clock="Run it on tokio's paused clock (`#[tokio::test(start_paused = true)]`) if no socket, file, process or "
    "`std::time` clock takes part; else give what expires a clock that the test can move",
)
_STD: Final = Library(
    ready="bind the listener before the thread starts, or send on a `std::sync::mpsc` channel once it is up",
    signal="a `std::sync::mpsc` channel with `recv_timeout`, or the thread's `join`",
    gate="a `std::sync::mpsc` channel",
    barrier="a `std::sync::Barrier` or `std::sync::mpsc` channel",
    park="block on `recv()` of a `std::sync::mpsc` channel, and drop its sender at the end of the test, "
    "or before the test waits for this to end",
    forever="`loop { std::thread::park(); }`",
    sleep="`std::thread::sleep`",
    limit="a `std::time::Instant` deadline that panics with the last value",
    clock=_INJECTED_CLOCK,
)
_FUTURES: Final = replace(
    _TOKIO,
    ready="bind the listener before the spawn, or send on a `futures::channel::oneshot` once it is up",
    signal="a `futures::channel` or the task's handle",
    gate="a `futures::channel::oneshot`",
    barrier="a `futures::channel::oneshot`",
    park="await a `futures::channel::oneshot` receiver, and drop its sender at the end of the test, "
    "or before the test waits for this to end",
    sleep="`futures_timer::Delay`",
    limit="a timeout of its runtime that panics",
    clock=_INJECTED_CLOCK,
)
_ASYNC_STD: Final = replace(
    _FUTURES,
    ready="bind the listener before the spawn, or send on an `async_std::channel` once it is up",
    signal="an `async_std::channel` or the task's handle",
    gate="an `async_std::channel`",
    barrier="an `async_std::sync::Barrier`",
    park="await `recv()` of an `async_std::channel`, and drop its sender at the end of the test, "
    "or before the test waits for this to end",
    sleep="`async_std::task::sleep`",
    limit="`async_std::future::timeout(.., ..).await.expect(..)`",
)
_SMOL: Final = replace(
    _FUTURES,
    ready="bind the listener before the spawn, or send on a `smol::channel` once it is up",
    signal="a `smol::channel` or the task itself",
    gate="a `smol::channel`",
    barrier="a `smol::lock::Barrier`",
    park="await `recv()` of a `smol::channel`, and drop its sender at the end of the test, "
    "or before the test waits for this to end",
    sleep="`smol::Timer`",
    limit="`smol::future::or` with a `smol::Timer` that panics",
)
_THREADING: Final = Library(
    ready="set a `threading.Event` once it is up",
    signal="`threading.Event.wait(timeout=..)`, a `queue.Queue` or the thread's `join`",
    gate="a `threading.Event`",
    barrier="a `threading.Barrier` or `threading.Event`",
    park="wait on a `threading.Event` that the test sets at its end",
    forever="`threading.Event().wait()`",
    sleep="`time.sleep`",
    limit="a `time.monotonic()` deadline that fails with the last value",
    clock=_INJECTED_CLOCK,
)
_MULTIPROCESSING: Final = replace(
    _THREADING,
    ready="set a `multiprocessing.Event` once it is up",
    signal="`multiprocessing.Event.wait(timeout=..)`, a `multiprocessing.Queue` or the process's `join`",
    gate="a `multiprocessing.Event`",
    barrier="a `multiprocessing.Barrier` or `multiprocessing.Event`",
    park="wait on a `multiprocessing.Event` that the test sets at its end",
    forever="`multiprocessing.Event().wait()`",
)
_ASYNCIO: Final = Library(
    ready="set an `asyncio.Event` once it is up",
    signal="an `asyncio.Event`, an `asyncio.Queue` or the task itself",
    gate="an `asyncio.Event`",
    barrier="an `asyncio.Barrier` or `asyncio.Event`",
    park="wait on an `asyncio.Event` that the test sets at its end",
    forever="`await asyncio.Event().wait()`",
    sleep="`asyncio.sleep`",
    limit="`async with asyncio.timeout(..)`",
    clock=_INJECTED_CLOCK,
)
_TRIO: Final = Library(
    ready="start it with `await nursery.start(..)`, and call `task_status.started()` once it is up",
    signal="`trio.testing.wait_all_tasks_blocked()` or a `trio.Event`",
    gate="a `trio.Event`",
    barrier="`trio.testing.Sequencer` or a `trio.Event`",
    park="`await trio.sleep_forever()` in a nursery that the test cancels",
    forever="`await trio.sleep_forever()`",
    sleep="`trio.sleep`",
    limit="`with trio.fail_after(..)`",
    clock="Run it on `trio.testing.MockClock` (the `autojump_clock` fixture) if no socket, file or process takes part",
)
_ANYIO: Final = Library(
    ready="start it with `await task_group.start(..)`, and call `task_status.started()` once it is up",
    signal="`anyio.wait_all_tasks_blocked()` or an `anyio.Event`",
    gate="an `anyio.Event`",
    barrier="an `anyio.Event`",
    park="`await anyio.sleep_forever()` in a task group that the test cancels",
    forever="`await anyio.sleep_forever()`",
    sleep="`anyio.sleep`",
    limit="`with anyio.fail_after(..)`",
    clock=_INJECTED_CLOCK,
)
_CURIO: Final = replace(
    _ASYNCIO,
    ready="set a `curio.Event` once it is up",
    signal="a `curio.Event` or the task's `join`",
    gate="a `curio.Event`",
    barrier="a `curio.Event`",
    park="wait on a `curio.Event` that the test sets at its end",
    forever="`await curio.Event().wait()`",
    sleep="`curio.sleep`",
    limit="`async with curio.timeout_after(..)`",
)
_GEVENT: Final = replace(
    _THREADING,
    ready="set a `gevent.event.Event` once it is up",
    signal="`gevent.event.Event.wait(timeout=..)` or the greenlet's `join`",
    gate="a `gevent.event.Event`",
    barrier="a `gevent.event.Event`",
    park="wait on a `gevent.event.Event` that the test sets at its end",
    forever="`gevent.event.Event().wait()`",
    sleep="`gevent.sleep`",
    limit="`with gevent.Timeout(..)`",
)
_EVENTLET: Final = replace(
    _GEVENT,
    ready="send on an `eventlet.event.Event` once it is up",
    signal="an `eventlet.event.Event` or the green thread's `wait`",
    gate="an `eventlet.event.Event`",
    barrier="an `eventlet.event.Event`",
    park="wait on an `eventlet.event.Event` that the test sends at its end",
    forever="`eventlet.event.Event().wait()`",
    sleep="`eventlet.sleep`",
    limit="`with eventlet.Timeout(..)`",
)
_TWISTED: Final = replace(
    _ASYNCIO,
    ready="fire a `Deferred` once it is up",
    signal="the `Deferred` that the effect fires",
    gate="a `Deferred` that the test fires",
    barrier="a `twisted.internet.defer.DeferredLock` or a `Deferred`",
    park="wait on a `Deferred` that the test fires at its end",
    forever="a `Deferred` that nobody fires",
    sleep="`twisted.internet.task.deferLater`",
    limit="`Deferred.addTimeout`",
    clock="Give what expires a `twisted.internet.task.Clock`, and `advance` it",
)
_TORNADO: Final = replace(
    _ASYNCIO,
    ready="set a `tornado.locks.Event` once it is up",
    signal="a `tornado.locks.Event`",
    gate="a `tornado.locks.Event`",
    barrier="a `tornado.locks.Event`",
    park="wait on a `tornado.locks.Event` that the test sets at its end",
    forever="`await tornado.locks.Event().wait()`",
    sleep="`tornado.gen.sleep`",
    limit="`tornado.gen.with_timeout`",
)

_UNKNOWN: Final = replace(
    _THREADING,
    ready="go by what its library offers to say so",
    signal="what its library offers to wait for it",
    gate="something that the test lets go of",
    barrier="what its library offers to wait for each",
    park="wait for something that the test does at its end",
)
"""Of a library that we have no words for."""
_QT: Final = replace(
    _UNKNOWN,
    gate="a `QSemaphore`",
    barrier="`qtbot.waitSignal`",
    park="wait on a `QSemaphore` that the test releases at its end",
    forever="`QEventLoop().exec()`",
    sleep="`qtbot.wait`",
    limit="`qtbot.waitUntil(.., timeout=..)`",
)
"""Of an event loop that is the thread's own: to block the thread keeps all from happening."""

_BY_ROOT: Final = {
    "rust": {
        "tokio": _TOKIO,
        "tokio_test": _TOKIO,
        "actix_rt": _TOKIO,
        "async_std": _ASYNC_STD,
        "smol": _SMOL,
        "async_io": _SMOL,
        "futures": _FUTURES,
        "futures_timer": _FUTURES,
        "std": _STD,
    },
    "python": {
        "time": _THREADING,
        "threading": _THREADING,
        "asyncio": _ASYNCIO,
        "trio": _TRIO,
        "anyio": _ANYIO,
        "curio": _CURIO,
        "gevent": _GEVENT,
        "eventlet": _EVENTLET,
        "twisted": _TWISTED,
        "tornado": _TORNADO,
        "multiprocessing": _MULTIPROCESSING,
    },
}
_OF_THE_SYSTEM: Final = frozenset({"os", "subprocess", "signal", "select", "queue", "concurrent", "socket"})
"""Modules of Python without words of their own: their waits are ended by other threads."""
_OF_A_START: Final = ("takes connections already", "bound before the spawn", "that it is ready")
"""How a proof of readiness ends that tells nothing of what happens later."""
_PROCESSES: Final = ("Popen", "Command", "subprocess", "create_subprocess")


def library(file: TestFile, wait: Wait) -> Library:
    """The library in whose words to speak: a tool's, else the wait's own, but on an event loop never a blocking one."""
    spoken = _language(file, wait)
    tool = tool_of(file, wait)
    if tool is None:
        return spoken
    return replace(_QT if tool.owns_the_loop else spoken, ready=tool.ready, signal=tool.signal)


def _language(file: TestFile, wait: Wait) -> Library:
    known = _BY_ROOT[wait.language]
    test = test_of(file, wait)
    if wait.in_async and test and test.runtime in known:
        loop = known[test.runtime]
    else:
        loop = _TOKIO if wait.language == "rust" else _ASYNCIO
    if wait.task and wait.task.spawner.startswith("multiprocessing"):
        return _MULTIPROCESSING
    root = wait.api.replace("::", ".").partition(".")[0].lstrip(".")
    own = known.get(root)
    blocks = own is None or own in (_STD, _THREADING)
    if wait.in_async and blocks:
        return loop
    if own is None and root in _OF_THE_SYSTEM:
        return _THREADING
    return own or (_STD if wait.language == "rust" else _UNKNOWN)


def instead(file: TestFile, wait: Wait) -> str:
    """The best replacement for a pause, by its role where the structure shows it."""
    role = wait.role if is_certain(wait) else "sync"
    words = library(file, wait)
    match role:
        case "hold":
            return hold(file, wait)
        case "startup":
            return startup(file, wait)
        case "settle":
            return settle(file, wait)
        case "absence":
            return (
                "Let something happen that must come after it (a fence, such as a second message on the same "
                f"channel), wait for that by {words.signal}, and then assert; keep the pause where there is no fence."
            )
        case "expiry":
            return f"{words.clock}."
        case "workload":
            return f"Keep it waiting on {words.gate}, and let go when the test has seen what it wants to see."
        case "pacing":
            return (
                f"Order the actions by {words.barrier}; where the distance itself matters, give them explicit "
                f"timestamps ({'`os.utime`' if wait.language == 'python' else '`std::fs::File::set_times`'} for files)."
            )
        case _:
            # What a tool offers is the poll that fails; one of one's own may keep its loop from running.
            poll = "" if tool_of(file, wait) else ", or a poll that fails at a deadline"
            return f"If it waits for something, wait for that: {words.signal}{poll}."


def startup(file: TestFile, wait: Wait) -> str:
    """How to wait until something is ready."""
    if wait.readiness:
        return f"The code already has a proof of readiness to go by: {wait.readiness}."
    words = library(file, wait)
    if tool_of(file, wait):
        return f"Wait until it is ready: {words.ready}."
    if wait.task and any(name in wait.task.spawner for name in _PROCESSES):
        return "Read the line with which the child says that it is ready, or retry the connection until a deadline."
    return (
        f"Wait until it says that it is ready ({words.ready}), under {words.limit}; where it cannot say so, retry "
        "its first use until a deadline that fails."
    )


def settle(file: TestFile, wait: Wait) -> str:
    """How to wait for an effect."""
    if wait.readiness and not wait.readiness.endswith(_OF_A_START):
        return f"The code already has something to wait for: {wait.readiness}."
    words = library(file, wait)
    poll = "" if tool_of(file, wait) else "; for one in another process, a poll that fails at a deadline"
    return f"Wait for the effect itself: {words.signal}{poll}."


def hold(file: TestFile, wait: Wait) -> str:
    """How to keep something alive for just as long as the test needs it."""
    return f"Park it instead: {library(file, wait).park}."


def burned(file: TestFile, wait: Wait) -> str:
    """What to write instead of a timeout that always runs out."""
    clock = library(file, wait).clock
    return (
        "If it shows that something does not happen, await a fence: an event that must come after it. "
        f"If the limit itself is tested: {clock[0].lower()}{clock[1:]}."
    )
