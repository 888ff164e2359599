"""Timeouts that are to run out, where what says so stands apart from the call: each with its near misses."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = "import asyncio, time\nimport pytest\nfrom bus import Consumer, Stream\n\n"


def here(code: str) -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


DRAINS = {
    "until none came": (
        "burned",
        """
        while True:
            batch = await consumer.getmany(timeout_ms=500)  # <-
            if not batch:
                break
            seen.extend(batch)
        """,
    ),
    "until it gives None": (
        "burned",
        """
        while True:
            record = consumer.poll(timeout=0.5)  # <-
            if record is None:
                return seen
            seen.append(record)
        """,
    ),
    "by its condition": (
        "burned",
        """
        while batch := await consumer.getmany(timeout_ms=500):  # <-
            seen.extend(batch)
        """,
    ),
    "as long as it gives no None": (
        "burned",
        """
        while (record := consumer.poll(timeout=0.5)) is not None:  # <-
            seen.append(record)
        """,
    ),
    "or until enough came": (
        "guard",
        """
        while True:
            batch = await consumer.getmany(timeout_ms=500)  # <-
            if not batch:
                break
            seen.extend(batch)
            if len(seen) == 10:
                break
        """,
    ),
    "until something came": (
        "guard",
        """
        while True:
            batch = await consumer.getmany(timeout_ms=500)  # <-
            if batch:
                break
        """,
    ),
    "until something else is nothing": (
        "guard",
        """
        while True:
            batch = await consumer.getmany(timeout_ms=500)  # <-
            if not expected:
                break
        """,
    ),
    "and goes on when none came": (
        "guard",
        """
        while True:
            batch = await consumer.getmany(timeout_ms=500)  # <-
            if not batch:
                continue
            break
        """,
    ),
    "to the end of a stream": (
        "guard",
        """
        while True:
            data = await stream.read_chunk(timeout=0.5)  # <-
            if not data:
                break
        """,
    ),
}


@pytest.mark.parametrize("case", DRAINS)
def test_what_takes_until_none_comes_runs_out_once(case: str) -> None:
    role, code = DRAINS[case]
    indented = "".join("    " + line + "\n" for line in dedent(code).strip().split("\n"))
    spoken = here("async def test():\n    consumer, stream, seen = Consumer(), Stream(), []\n" + indented)
    assert spoken.role == role
    assert spoken.cost_ms == (500 if role == "burned" else 0)


@pytest.mark.parametrize(
    ("assertion", "role"),
    [
        ("assert await consumer.getmany(timeout_ms=500) == {}", "burned"),
        ("assert not await consumer.getmany(timeout_ms=500)", "burned"),
        ("assert await consumer.getmany(timeout_ms=500) == {1: 2}", "guard"),
        ("assert await consumer.fetchrow('select', timeout=0.5) == []", "guard"),
        ("assert await stream.read(timeout=0.5) == b''", "guard"),
    ],
)
def test_nothing_came_from_what_others_fill(assertion: str, role: str) -> None:
    assert here(f"async def test():\n    consumer, stream = Consumer(), Stream()\n    {assertion}  # <-\n").role == role


COPY = "async def test():\n    consumer = Consumer()\n    job = consumer.fetch_all(timeout=0.2)  # <-\n{}"
LATER = {
    "awaited there": ("burned", "    with pytest.raises(TimeoutError):\n        await job\n"),
    "by another name": (
        "burned",
        "    task = asyncio.create_task(job)\n    with pytest.raises(asyncio.TimeoutError):\n        await task\n",
    ),
    "another error": ("guard", "    with pytest.raises(ValueError):\n        await job\n"),
    "another job": ("guard", "    other = act()\n    with pytest.raises(TimeoutError):\n        await other\n"),
    "awaited before": (
        "guard",
        "    result = await job\n    with pytest.raises(TimeoutError):\n        await act(job)\n",
    ),
    "not awaited": ("guard", "    with pytest.raises(TimeoutError):\n        act(job)\n"),
    "run by its loop": ("burned", "    with pytest.raises(TimeoutError):\n        loop.run_until_complete(job)\n"),
    "asked for its result": ("burned", "    case.assertRaises(TimeoutError, job.result)\n"),
    "asked for another's": ("guard", "    case.assertRaises(TimeoutError, other.result)\n"),
    "asked for its result, of another error": ("guard", "    case.assertRaises(ValueError, job.result)\n"),
    "a misuse": ("guard", "    with pytest.raises(TimeoutStateError):\n        await job\n"),
}


@pytest.mark.parametrize("case", LATER)
def test_an_error_expected_where_the_job_is_awaited(case: str) -> None:
    role, rest = LATER[case]
    assert here(COPY.format(rest)).role == role


MANY = {
    "each asked for its result": (
        "burned",
        "    for one in jobs[1:]:\n        case.assertRaises(TimeoutError, one.result)\n",
    ),
    "each awaited": (
        "burned",
        "    for one in jobs:\n        with pytest.raises(TimeoutError):\n            await one\n",
    ),
    "each of others": ("guard", "    for one in others:\n        case.assertRaises(TimeoutError, one.result)\n"),
    "each handed on": (
        "guard",
        "    for one in jobs:\n        watch(one)\n    with pytest.raises(TimeoutError):\n        await one\n",
    ),
}


@pytest.mark.parametrize("case", MANY)
def test_an_error_expected_of_each_of_several_jobs(case: str) -> None:
    role, rest = MANY[case]
    jobs = "jobs = [consumer.fetch_all(n, timeout=0.2) for n in range(4)]  # <-"
    assert here(f"async def test():\n    consumer = Consumer()\n    {jobs}\n{rest}").role == role


BEGUN = {
    "a generator of tornado": (
        "burned",
        """
        class LockTest(AsyncTestCase):
            @gen_test
            def test(self):
                late = self.lock.acquire(timedelta(seconds=0.2))  # <-
                yield gen.sleep(1)
                with self.assertRaises(gen.TimeoutError):
                    yield late
        """,
    ),
    "that yields it before": (
        "guard",
        """
        class LockTest(AsyncTestCase):
            @gen_test
            def test(self):
                with_lock = yield self.lock.acquire(timedelta(seconds=0.2))  # <-
                with self.assertRaises(gen.TimeoutError):
                    yield self.again(with_lock)
        """,
    ),
    "a task of a loop, in plain code": (
        "burned",
        """
        def test(loop, box):
            pull = loop.create_task(asyncio.wait_for(box.get(), timeout=0.2))  # <-
            with pytest.raises(asyncio.TimeoutError):
                loop.run_until_complete(pull)
        """,
    ),
    "a call, in plain code": (
        "guard",
        """
        def test(loop, box):
            got = box.fetch_one(timeout=0.2)  # <-
            with pytest.raises(TimeoutError):
                loop.run_until_complete(got)
        """,
    ),
    "a client whose head takes three lines": (
        "burned",
        """
        def test(address):
            limit = Timeout(read=0.001)  # <-
            with HTTPConnectionPool(
                *address, timeout=limit
            ) as pool:
                with pytest.raises(ReadTimeoutError):
                    pool.request("GET", "/")
        """,
    ),
}


@pytest.mark.parametrize(("role", "code"), BEGUN.values(), ids=BEGUN)
def test_an_error_expected_of_what_was_begun_before(role: str, code: str) -> None:
    head = (
        "import asyncio, pytest\nfrom datetime import timedelta\nfrom tornado import gen, locks\n"
        "from tornado.testing import AsyncTestCase, gen_test\nfrom urllib3 import HTTPConnectionPool\n"
        "from urllib3.util.timeout import Timeout\n"
    )
    body = dedent(code).replace("self.lock.", "locks.Lock().")
    lines = (head + body).split("\n")
    marked = next(number for number, line in enumerate(lines, 1) if line.endswith("# <-"))
    source = Source("tests/test_it.py", (head + body).encode())
    roles = [wait.role for wait in read(source).waits if source.lines.line(wait.span.start) == marked]
    assert roles == [role]


TIMED = """
def test():
    consumer = Consumer()
    {}
    assert consumer.fetch_one(timeout=1) is None  # <-
    {}took = time.monotonic() - started
    {}
"""


@pytest.mark.parametrize(
    ("before", "between", "assertion", "role"),
    [
        ("started = time.monotonic()", "", "assert took >= 1", "burned"),
        ("started = time.monotonic()", "", "assert took > 0.9", "burned"),
        ("started = time.monotonic()", "", "assert took < 1", "guard"),
        ("started = time.monotonic()", "", "assert took >= 0.1", "guard"),
        ("started = time.monotonic()", "", "assert took >= 3", "guard"),
        ("started = time.monotonic()", "time.sleep(1); ", "assert took >= 1", "guard"),
        ("started = time.monotonic(); time.sleep(1)", "", "assert took >= 1", "guard"),
    ],
)
def test_a_time_that_must_have_passed_is_that_of_the_timeout(
    before: str, between: str, assertion: str, role: str
) -> None:
    assert here(TIMED.format(before, between, assertion)).role == role


@pytest.mark.parametrize(
    ("elsewhere", "confidence"),
    [("self.interrupted.set()", "low"), ("self.interrupted.clear()", "high"), ("self.other.set()", "high")],
)
def test_what_another_method_may_release_does_not_surely_run_out(elsewhere: str, confidence: str) -> None:
    spoken = here(
        f"""
        class SlowSink:
            def write(self, data):
                interrupted = self.interrupted.wait(0.5)  # <-
                if interrupted:
                    raise OSError("not written")

            def close(self):
                {elsewhere}
        """
    )
    assert (spoken.role, spoken.role_confidence) == ("burned", confidence)


def test_one_of_several_gathered_is_to_run_out() -> None:
    code = """
    async def test():
        {names} = await asyncio.gather(
            asyncio.wait_for(one(), 0.3),{first}
            asyncio.wait_for(two(), 0.3),{second}
            return_exceptions=True,
        )
        assert isinstance({asked}, asyncio.TimeoutError)
    """
    marks = {"first": "  # <-", "second": ""}
    assert here(code.format(names="found", asked="found[0]", **marks)).role == "burned"
    assert here(code.format(names="found", asked="found[1]", **marks)).role == "guard"
    assert here(code.format(names="one, two", asked="one", **marks)).role == "burned"
    assert here(code.format(names="one, two", asked="two", **marks)).role == "guard"


def test_what_is_gathered_and_not_asked_about_timeouts_is_a_guard() -> None:
    code = """
    async def test():
        found = await asyncio.gather(
            asyncio.wait_for(one(), 0.3),  # <-
            return_exceptions=True,
        )
        assert found == [1]
    """
    assert here(code).role == "guard"


def test_an_alarm_that_is_to_ring() -> None:
    code = """
    import signal

    def ring(number, frame):
        raise Interrupted

    def test():
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.2)  # <-
        with pytest.raises({}):
            read()
    """
    assert here(code.format("Interrupted")).role == "burned"
    assert here(code.format("OSError")).role == "guard"


@pytest.mark.parametrize(
    ("before", "after", "role"),
    [
        ("late = consumer.fetch_all(timeout=0.2)", "with pytest.raises(TimeoutError):\n        await late", "expiry"),
        ("late = consumer.fetch_all(timeout=5)", "with pytest.raises(TimeoutError):\n        await late", "absence"),
        ("late = consumer.fetch_all(timeout=0.2)", "assert await late == 1", "settle"),
    ],
)
def test_a_sleep_that_outlasts_a_bound_waits_for_that(before: str, after: str, role: str) -> None:
    code = (
        f"async def test():\n    consumer = Consumer()\n    {before}\n    await asyncio.sleep(1)  # <-\n    {after}\n"
    )
    assert here(code).role == role
