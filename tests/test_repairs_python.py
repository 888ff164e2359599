"""Python repairs: each recipe where it holds, each counter-example where it must not, and not a byte besides."""

import ast
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sleeplint.engine import Report, lint
from sleeplint.finding import Applicability, Fix
from sleeplint.fixing import Mended, mend
from sleeplint.languages import ALONE
from sleeplint.registry import load
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY_ONLY
STRICT = Settings(profile="strict")
RULES = enable(load(strangers=False), STRICT)


def report_of(source: Source) -> Report:
    report = lint(source, RULES, STRICT, ALONE, repairs=True)
    assert report.problems == ()
    return report


def mended_bytes(data: bytes, level: Applicability = UNSAFE) -> Mended:
    return mend(Source("tests/test_it.py", data), report_of, level)


def mended(code: str, level: Applicability = UNSAFE) -> str:
    """The code after all repairs of a level, which leave nothing more to repair and a file that parses."""
    done = mended_bytes(dedent(code).encode(), level)
    ast.parse(done.source.code)
    again = mend(done.source, report_of, level)
    assert again.source.data == done.source.data
    return done.source.code.decode()


def offered(code: str) -> list[Fix]:
    """The repairs offered, in order."""
    report = report_of(Source("tests/test_it.py", dedent(code).encode()))
    return [finding.fix for finding in report.findings if finding.fix is not None]


def levels(code: str) -> list[Applicability]:
    return [fix.applicability for fix in offered(code)]


def shown(code: str) -> list[str]:
    """The sketches of the repairs that are only shown."""
    return [fix.sketch for fix in offered(code) if fix.sketch is not None]


REPAIRS = {
    "a loop until an event is set waits on the event": (
        SAFE,
        """
        import threading
        import time


        def test_samples():
            stop = threading.Event()
            seen = []

            def sample():
                while not stop.is_set():
                    seen.append(read())
                    time.sleep(0.5)  # twice a second

            thread = threading.Thread(target=sample)
            thread.start()
            stop.set()
            thread.join()
        """,
        """
        import threading


        def test_samples():
            stop = threading.Event()
            seen = []

            def sample():
                while not stop.is_set():
                    seen.append(read())
                    stop.wait(0.5)  # twice a second

            thread = threading.Thread(target=sample)
            thread.start()
            stop.set()
            thread.join()
        """,
    ),
    "an event that is an attribute": (
        SAFE,
        """
        from threading import Event, Thread
        from time import sleep, time


        class Worker(Thread):
            def __init__(self):
                super().__init__()
                self.stopped = Event()
                self.started_at = time()

            def run(self):
                while self.is_busy() and not self.stopped.is_set():
                    self.step()
                    sleep(self.pause)
        """,
        """
        from threading import Event, Thread
        from time import time


        class Worker(Thread):
            def __init__(self):
                super().__init__()
                self.stopped = Event()
                self.started_at = time()

            def run(self):
                while self.is_busy() and not self.stopped.is_set():
                    self.step()
                    self.stopped.wait(self.pause)
        """,
    ),
    "a child of a task group that is cancelled stays for ever": (
        SAFE,
        """
        import anyio


        async def test_cancels():
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 3600, name="sleeper")
                await anyio.wait_all_tasks_blocked()
                group.cancel_scope.cancel()
        """,
        """
        import anyio


        async def test_cancels():
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep_forever, name="sleeper")
                await anyio.wait_all_tasks_blocked()
                group.cancel_scope.cancel()
        """,
    ),
    "a nursery that an exception leaves": (
        SAFE,
        """
        import pytest
        from trio import open_nursery, sleep


        async def test_fails():
            with pytest.raises(ExceptionGroup):
                async with open_nursery() as nursery:
                    nursery.start_soon(sleep, 3600)
                    raise ValueError("enough")
        """,
        """
        import pytest
        from trio import open_nursery, sleep_forever


        async def test_fails():
            with pytest.raises(ExceptionGroup):
                async with open_nursery() as nursery:
                    nursery.start_soon(sleep_forever)
                    raise ValueError("enough")
        """,
    ),
    "an interval is measured on the monotonic clock": (
        SAFE,
        """
        import time


        def test_is_quick():
            started = time.time()
            work()
            elapsed = time.time() - started
            assert elapsed < 5
        """,
        """
        import time


        def test_is_quick():
            started = time.monotonic()
            work()
            elapsed = time.monotonic() - started
            assert elapsed < 5
        """,
    ),
    "a bare import of the wall clock gives way to the monotonic one": (
        SAFE,
        """
        from time import time


        def test_is_quick():
            started = time()
            work()
            assert time() - started < 5
        """,
        """
        from time import monotonic


        def test_is_quick():
            started = monotonic()
            work()
            assert monotonic() - started < 5
        """,
    ),
    "a task that is cancelled waits for ever": (
        UNSAFE,
        """
        import asyncio

        import pytest


        @pytest.mark.timeout(20)
        async def test_cancels():
            async def stay(connection):
                await connection.ping()
                await asyncio.sleep(3600)
                pytest.fail("it was not cancelled")

            task = asyncio.create_task(stay(connect()))
            await asyncio.sleep(0)
            assert not task.done()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        """,
        """
        import asyncio

        import pytest


        @pytest.mark.timeout(20)
        async def test_cancels():
            async def stay(connection):
                await connection.ping()
                await asyncio.Event().wait()
                pytest.fail("it was not cancelled")

            task = asyncio.create_task(stay(connect()))
            await asyncio.sleep(0)
            assert not task.done()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        """,
    ),
    "a task made of nothing but a sleep": (
        UNSAFE,
        """
        import asyncio

        import pytest


        @pytest.mark.timeout(20)
        async def test_cancels():
            task = asyncio.create_task(asyncio.sleep(7200))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        """,
        """
        import asyncio

        import pytest


        @pytest.mark.timeout(20)
        async def test_cancels():
            task = asyncio.create_task(asyncio.Event().wait())
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        """,
    ),
    "a hold in a cancelled task group is safe to park": (
        SAFE,
        """
        import trio


        async def test_serves():
            async def serve(stream):
                await stream.send_all(b"hello")
                await trio.sleep(7200)

            async with trio.open_nursery() as nursery:
                nursery.start_soon(serve, stream_of(1))
                assert await greeting() == b"hello"
                nursery.cancel_scope.cancel()
        """,
        """
        import trio


        async def test_serves():
            async def serve(stream):
                await stream.send_all(b"hello")
                await trio.sleep_forever()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(serve, stream_of(1))
                assert await greeting() == b"hello"
                nursery.cancel_scope.cancel()
        """,
    ),
    "a sleep that is given up": (
        SAFE,
        """
        import asyncio

        import anyio
        import pytest


        async def test_gives_up():
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.sleep(3600), timeout=0.01)
            with anyio.move_on_after(0.01) as scope:
                await anyio.sleep(7200)
            assert scope.cancelled_caught
        """,
        """
        import asyncio

        import anyio
        import pytest


        async def test_gives_up():
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), timeout=0.01)
            with anyio.move_on_after(0.01) as scope:
                await anyio.sleep_forever()
            assert scope.cancelled_caught
        """,
    ),
    "a pause before a bounded wait for the same thing": (
        UNSAFE,
        """
        import threading
        import time


        def test_finishes():
            done = threading.Event()
            work(done)
            # give it some time
            time.sleep(0.5)
            assert done.wait(timeout=5)
        """,
        """
        import threading


        def test_finishes():
            done = threading.Event()
            work(done)
            assert done.wait(timeout=5)
        """,
    ),
    "a pause before an awaited future": (
        UNSAFE,
        """
        import asyncio


        async def test_finishes():
            task = asyncio.create_task(work())
            await asyncio.sleep(0.5)
            assert await asyncio.wait_for(task, timeout=5) == 1
        """,
        """
        import asyncio


        async def test_finishes():
            task = asyncio.create_task(work())
            assert await asyncio.wait_for(task, timeout=5) == 1
        """,
    ),
    "a blocking sleep in async code": (
        UNSAFE,
        '''
        """Tests of a bus."""

        import json
        import os
        import time


        async def test_delivers(bus):
            await bus.publish(json.dumps(os.environ))
            time.sleep(0.1)
            assert bus.delivered == 1
        ''',
        '''
        """Tests of a bus."""

        import asyncio
        import json
        import os


        async def test_delivers(bus):
            await bus.publish(json.dumps(os.environ))
            await asyncio.sleep(0.1)
            assert bus.delivered == 1
        ''',
    ),
    "a blocking sleep on a loop that runs nothing else": (
        SAFE,
        """
        import asyncio
        import time


        def test_takes_its_time():
            async def main():
                time.sleep(0.2)
                return 1

            assert asyncio.run(main()) == 1
        """,
        """
        import asyncio


        def test_takes_its_time():
            async def main():
                await asyncio.sleep(0.2)
                return 1

            assert asyncio.run(main()) == 1
        """,
    ),
    "a blocking sleep among the tasks of one of two libraries": (
        UNSAFE,
        """
        import time

        import anyio
        import pytest
        import trio


        async def test_delivers(bus):
            async with anyio.create_task_group() as group:
                group.start_soon(bus.deliver)
                time.sleep(0.1)
            assert bus.delivered == 1


        async def test_closes(bus):
            await trio.lowlevel.checkpoint()
            time.sleep(0.1)
            assert bus.closed


        @pytest.mark.anyio
        async def test_opens(bus):
            time.sleep(0.1)
            assert bus.opened
        """,
        """
        import anyio
        import pytest
        import trio


        async def test_delivers(bus):
            async with anyio.create_task_group() as group:
                group.start_soon(bus.deliver)
                await anyio.sleep(0.1)
            assert bus.delivered == 1


        async def test_closes(bus):
            await trio.lowlevel.checkpoint()
            await trio.sleep(0.1)
            assert bus.closed


        @pytest.mark.anyio
        async def test_opens(bus):
            await anyio.sleep(0.1)
            assert bus.opened
        """,
    ),
    "a blocking sleep beside a test in which the loop's is replaced": (
        UNSAFE,
        """
        import asyncio
        import time
        from unittest import mock


        @mock.patch("asyncio.sleep")
        async def test_waits(sleep, bus):
            await bus.retry()
            assert sleep.called


        async def test_delivers(bus):
            await bus.publish("hello")
            time.sleep(0.1)
            assert bus.delivered == 1
        """,
        """
        import asyncio
        from unittest import mock


        @mock.patch("asyncio.sleep")
        async def test_waits(sleep, bus):
            await bus.retry()
            assert sleep.called


        async def test_delivers(bus):
            await bus.publish("hello")
            await asyncio.sleep(0.1)
            assert bus.delivered == 1
        """,
    ),
    "a poll of an event": (
        UNSAFE,
        """
        import threading
        import time


        def test_starts():
            up = threading.Event()
            start(on_start=up.set)
            while not up.is_set():
                time.sleep(0.01)
            stop()
        """,
        """
        import threading


        def test_starts():
            up = threading.Event()
            start(on_start=up.set)
            assert up.wait(timeout=10)
            stop()
        """,
    ),
    "a poll of an event in unittest": (
        UNSAFE,
        """
        import threading
        import time
        import unittest


        class StartTest(unittest.TestCase):
            def test_starts(self):
                up = threading.Event()
                start(on_start=up.set)
                while not up.is_set():
                    time.sleep(0.01)
                stop()
        """,
        """
        import threading
        import unittest


        class StartTest(unittest.TestCase):
            def test_starts(self):
                up = threading.Event()
                start(on_start=up.set)
                self.assertTrue(up.wait(timeout=10))
                stop()
        """,
    ),
    "a race against the clock": (
        UNSAFE,
        """
        import asyncio


        async def test_answers():
            answer = asyncio.create_task(ask())
            await asyncio.wait(
                [answer, asyncio.create_task(asyncio.sleep(20))],
                return_when=asyncio.FIRST_COMPLETED,
            )
            assert answer.result() == 42
        """,
        """
        import asyncio


        async def test_answers():
            answer = asyncio.create_task(ask())
            await asyncio.wait_for(answer, timeout=20)
            assert answer.result() == 42
        """,
    ),
    "a poll that can hang": (
        UNSAFE,
        """
        import time


        def test_elects(cluster):
            while cluster.leader is None:
                time.sleep(0.01)
            assert cluster.size == 3
        """,
        """
        import time


        def test_elects(cluster):
            deadline = time.monotonic() + 10
            while cluster.leader is None:
                assert time.monotonic() < deadline, "still `cluster.leader is None` after 10 s"
                time.sleep(0.01)
            assert cluster.size == 3
        """,
    ),
    "a poll whose condition stands in its body": (
        UNSAFE,
        """
        import trio


        async def test_elects(cluster, deadline):
            while True:
                if cluster.leader == "a":
                    break
                await trio.sleep(0.01)
            assert cluster.size == 3
        """,
        """
        import trio


        async def test_elects(cluster, deadline):
            give_up_at = trio.current_time() + 10
            while True:
                if cluster.leader == "a":
                    break
                assert trio.current_time() < give_up_at, (
                    '`cluster.leader == "a"` did not come in 10 s'
                )
                await trio.sleep(0.01)
            assert cluster.size == 3
        """,
    ),
}


@pytest.mark.parametrize(("level", "before", "after"), REPAIRS.values(), ids=REPAIRS.keys())
def test_a_recipe_where_it_holds(level: Applicability, before: str, after: str) -> None:
    assert mended(before) == dedent(after)
    assert {fix.applicability for fix in offered(before) if fix.edits} == {level}
    expected = dedent(after) if level is SAFE else dedent(before)
    assert mended(before, SAFE) == expected


# What would break is shown by running it, in tests/proof.
LEFT_ALONE = {
    "asyncio's event takes no timeout": """
        import asyncio


        async def sample(stop: asyncio.Event):
            while not stop.is_set():
                read()
                await asyncio.sleep(0.5)
        """,
    "an event of another process": """
        import multiprocessing
        import time


        def test_samples():
            stop = multiprocessing.Event()
            while not stop.is_set():
                read()
                time.sleep(0.5)
        """,
    "a name that is not always an event": """
        import threading
        import time


        def test_samples(fake):
            stop = threading.Event()
            if fake:
                stop = Fake()

            def sample():
                while not stop.is_set():
                    read()
                    time.sleep(0.5)
        """,
    "a loop that also ends otherwise": """
        import threading
        import time


        def test_samples():
            stop = threading.Event()

            def sample():
                while not stop.is_set() or pending():
                    read()
                    time.sleep(0.5)
        """,
    "something comes after the pause": """
        import threading
        import time


        def test_samples():
            stop = threading.Event()

            def sample():
                while not stop.is_set():
                    time.sleep(0.5)
                    read()
        """,
    "a child that the group waits for": """
        import anyio


        async def test_waits():
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 3600)
        """,
    "a cancel that may not be reached": """
        import anyio


        async def test_waits():
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 3600)
                if await ready():
                    return
                group.cancel_scope.cancel()
        """,
    "a way out beside the child": """
        import anyio


        async def test_waits():
            async with anyio.create_task_group() as group:
                if await ready():
                    group.start_soon(anyio.sleep, 3600)
                    return
                group.cancel_scope.cancel()
        """,
    "an error that leaves another group": """
        import contextlib

        import anyio


        async def test_waits():
            async with anyio.create_task_group() as outer:
                with contextlib.suppress(ValueError):
                    async with anyio.create_task_group():
                        outer.start_soon(anyio.sleep, 3600)
                        raise ValueError("enough")
        """,
    "a cancel of another group": """
        import anyio


        async def test_waits():
            async with anyio.create_task_group() as outer:
                async with anyio.create_task_group() as group:
                    group.start_soon(anyio.sleep, 3600)
                outer.cancel_scope.cancel()
        """,
    "a limit that is longer than the child": """
        import anyio


        async def test_waits():
            with anyio.move_on_after(7200) as scope:
                async with anyio.create_task_group() as group:
                    group.start_soon(anyio.sleep, 3600)
            assert not scope.cancelled_caught
        """,
    "a moment that is compared with a file's": """
        import os
        import time


        def test_writes():
            started = time.time()
            write("a")
            assert os.stat("a").st_mtime >= started
            assert time.time() - started < 5
        """,
    "a wall clock that is patched": """
        import time
        from unittest import mock


        def test_is_quick():
            with mock.patch("time.time", side_effect=[1, 2, 3]):
                started = time.time()
                work()
                assert time.time() - started < 5
        """,
    "a moment that comes from elsewhere": """
        import time


        def test_is_quick(job):
            assert time.time() - job.started < 5
        """,
    "a task that is awaited before it is cancelled": """
        import asyncio

        import pytest


        @pytest.mark.timeout(20)
        async def test_waits():
            async def stay():
                await asyncio.sleep(2)

            task = asyncio.create_task(stay())
            await task
            task.cancel()
        """,
    "a task that nothing cancels": """
        import asyncio

        import pytest


        @pytest.mark.timeout(20)
        async def test_waits():
            async def stay():
                await asyncio.sleep(7200)

            task = asyncio.create_task(stay())
            await asyncio.wait_for(asyncio.shield(task), 1)
        """,
    "something real comes after the hold": """
        import asyncio

        import pytest


        @pytest.mark.timeout(20)
        async def test_waits():
            async def stay():
                await asyncio.sleep(7200)
                await close()

            task = asyncio.create_task(stay())
            task.cancel()
        """,
    "a limit that comes too late": """
        import asyncio

        import anyio


        async def test_waits():
            await asyncio.wait_for(asyncio.sleep(3600), timeout=7200)
            with anyio.fail_after(7200):
                await anyio.sleep(3600)
        """,
    "a hold that two tasks run": """
        import asyncio

        import pytest


        @pytest.mark.timeout(20)
        async def test_waits():
            async def stay():
                await asyncio.sleep(7200)

            task = asyncio.create_task(stay())
            other = asyncio.create_task(stay())
            task.cancel()
            await other
        """,
    "a request after the pause": """
        import time

        import requests


        def test_answers(server):
            server.start()
            time.sleep(0.5)
            assert requests.get(server.url, timeout=5).ok
        """,
    "something is sent between the pause and the wait": """
        import queue
        import time


        def test_answers(server):
            answers = queue.Queue()
            server.connect(answers)
            time.sleep(0.5)
            server.ask()
            assert answers.get(timeout=5) == 1
        """,
    "a wait that is shorter than the pause": """
        import threading
        import time


        def test_finishes():
            done = threading.Event()
            work(done)
            time.sleep(2)
            assert done.wait(timeout=0.5)
        """,
    "a wait for the event not to come": """
        import threading
        import time


        def test_finishes():
            done = threading.Event()
            work(done)
            time.sleep(0.1)
            assert not done.wait(timeout=0.5)
        """,
    "a blocking sleep in a function that is not async": """
        import time


        async def test_works():
            def block():
                time.sleep(0.1)

            await to_thread(block)
        """,
    "a blocking sleep where nothing tells which of two libraries runs it": """
        import time

        import anyio
        import trio


        async def test_delivers(bus):
            await bus.publish("hello")
            time.sleep(0.1)
            assert bus.delivered == 1
        """,
    "a blocking sleep where the loop's sleep is replaced": """
        import asyncio
        import time


        async def test_delivers(bus, monkeypatch):
            monkeypatch.setattr(asyncio, "sleep", lambda seconds: None)
            await bus.publish("hello")
            time.sleep(0.1)
            assert bus.delivered == 1
        """,
    "a blocking sleep where the loop's sleep is replaced as the program knows it": """
        import time
        from unittest import mock


        @mock.patch("bus.worker.asyncio.sleep")
        async def test_delivers(sleep, bus):
            await bus.publish("hello")
            time.sleep(0.1)
            assert bus.delivered == 1
        """,
    "a blocking sleep in a file with a fixture that replaces the loop's": """
        import time

        import pytest


        @pytest.fixture(autouse=True)
        def impatient(mocker):
            mocker.patch("asyncio.sleep")


        async def test_delivers(bus):
            await bus.publish("hello")
            time.sleep(0.1)
            assert bus.delivered == 1
        """,
    "a blocking sleep while the clock of the loop stands": """
        import asyncio
        import time

        from freezegun import freeze_time


        @freeze_time("2020-02-02")
        async def test_delivers(bus):
            await bus.publish("hello")
            time.sleep(0.1)
            assert bus.delivered == 1
        """,
    "a race that the clock may win": """
        import asyncio


        async def test_is_silent():
            answer = asyncio.create_task(ask())
            await asyncio.wait([answer, asyncio.create_task(asyncio.sleep(20))], return_when=asyncio.FIRST_COMPLETED)
            assert not answer.done()
        """,
    "a race whose outcome is looked at": """
        import asyncio


        async def test_answers():
            clock = asyncio.create_task(asyncio.sleep(20))
            answer = asyncio.create_task(ask())
            done, _ = await asyncio.wait([answer, clock], return_when=asyncio.FIRST_COMPLETED)
            assert answer in done
        """,
    "a poll in a thread of its own": """
        import threading
        import time


        def test_watches(cluster):
            def watch():
                while cluster.leader is None:
                    time.sleep(0.01)

            watcher = threading.Thread(target=watch)
            watcher.start()
            watcher.join()
        """,
    "an event that another function replaces": """
        import threading
        import time

        stop = threading.Event()


        def renew():
            global stop
            stop = Fake()


        def run():
            while not stop.is_set():
                read()
                time.sleep(1)
        """,
    "a poll that works": """
        import time


        def test_elects(cluster):
            while cluster.leader is None:
                cluster.step()
                time.sleep(0.01)
        """,
    "a sleep whose text is data": """
        import threading
        import time


        def test_finishes():
            done = threading.Event()
            work(done)
            time.sleep(0.5)
            assert done.wait(timeout=5)
            assert "time.sleep(0.5)" in traceback_of(work)
        """,
    "a clock that is no clock": """
        import time


        def test_elects(cluster, monkeypatch):
            monkeypatch.setattr(time, "sleep", cluster.step)
            while cluster.leader is None:
                time.sleep(0.01)
        """,
}


@pytest.mark.parametrize("code", LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_a_counter_example_is_left_alone(code: str) -> None:
    assert mended(code) == dedent(code)
    assert [fix for fix in offered(code) if fix.edits] == []


GRADED_DOWN = {
    "no limit on the test": """
        import asyncio


        async def test_cancels():
            task = asyncio.create_task(asyncio.sleep(7200))
            await asyncio.sleep(0)
            task.cancel()
        """,
    "a lock is held": """
        import asyncio
        import threading
        import time

        lock = threading.Lock()


        async def test_works():
            with lock:
                time.sleep(0.1)
            await work()
        """,
    "a lock was acquired": """
        import asyncio
        import threading
        import time

        lock = threading.Lock()


        async def test_works():
            lock.acquire()
            time.sleep(0.1)
            lock.release()
        """,
    "the loop is to be blocked": """
        import asyncio
        import time


        async def test_notices_a_blocked_loop(caplog):
            time.sleep(0.5)
            await asyncio.sleep(0)
            assert "slow callback" in caplog.text
        """,
    "a task that is slow on purpose": """
        import asyncio
        import time


        async def slow_callback():
            time.sleep(0.2)


        async def test_reports(monitor):
            asyncio.create_task(slow_callback())
            await monitor.report()
        """,
    "a task of a test that wants it to block": """
        import asyncio
        import time


        async def work():
            time.sleep(0.2)


        async def test_starvation_is_reported(monitor):
            asyncio.create_task(work())
            await monitor.report()
        """,
    "a docstring that says so": """
        import asyncio
        import time


        async def test_reports(monitor):
            '''A loop that is starved is reported.'''
            time.sleep(0.2)
            assert await monitor.report()
        """,
    "the watchdog of the loop": """
        import asyncio
        import time


        async def test_warns(caplog):
            asyncio.get_running_loop().slow_callback_duration = 0.01
            time.sleep(0.5)
            await asyncio.sleep(0)
            assert "took" in caplog.text
        """,
}


@pytest.mark.parametrize("code", GRADED_DOWN.values(), ids=GRADED_DOWN.keys())
def test_a_doubtful_repair_is_only_shown(code: str) -> None:
    assert mended(code) == dedent(code)
    assert [fix.applicability for fix in offered(code) if fix.edits] == [DISPLAY]


def test_a_loop_that_starts_others_makes_its_sleep_unsafe() -> None:
    code = """
        import asyncio
        import time


        def test_beats():
            async def main():
                task = asyncio.create_task(beat())
                time.sleep(0.2)
                task.cancel()

            asyncio.run(main())
        """
    assert levels(code) == [UNSAFE]


def test_an_awaitable_that_is_kept_makes_no_park() -> None:
    code = """
        import asyncio

        import pytest


        @pytest.mark.timeout(20)
        async def test_cancels():
            asyncio.create_task(asyncio.sleep(7200))
            await work()
        """
    assert mended(code) == dedent(code)


SKETCHES = {
    "a thread that starts": (
        """
        import threading
        import time

        import requests


        def test_greets():
            server = threading.Thread(target=serve, args=(4000,), daemon=True)
            server.start()
            time.sleep(0.5)
            assert requests.get("http://127.0.0.1:4000").ok
        """,
        """\
        ready = threading.Event()  # `serve` sets it once it is up
        server.start()
        assert ready.wait(timeout=10)""",
    ),
    "a process that starts": (
        """
        import multiprocessing
        import time

        import requests


        def test_greets():
            server = multiprocessing.Process(target=serve, args=(4000,), daemon=True)
            server.start()
            time.sleep(0.5)
            assert requests.get("http://127.0.0.1:4000").ok
        """,
        """\
        ready = multiprocessing.Event()  # `serve` sets it once it is up
        server.start()
        assert ready.wait(timeout=10)""",
    ),
    "a program that starts": (
        """
        import subprocess
        import time

        import requests


        def test_greets():
            program = subprocess.Popen(["serve"])
            time.sleep(0.5)
            assert requests.get("http://127.0.0.1:4000").ok
            program.kill()
        """,
        """\
        line = program.stdout.readline()  # the line with which it says that it is ready; needs stdout=subprocess.PIPE
        assert line""",
    ),
    "a task that starts": (
        """
        import asyncio


        async def test_greets():
            server = asyncio.create_task(serve(4000))
            await asyncio.sleep(0.5)
            reader, writer = await asyncio.open_connection("127.0.0.1", 4000)
        """,
        """\
        ready = asyncio.Event()  # `serve` sets it once it is up
        asyncio.create_task(serve(4000))
        await asyncio.wait_for(ready.wait(), timeout=10)""",
    ),
    "a child of a nursery that starts": (
        """
        import trio


        async def test_greets(nursery):
            nursery.start_soon(serve, 4000)
            await trio.sleep(0.5)
            stream = await trio.open_tcp_stream("127.0.0.1", 4000)
        """,
        "await nursery.start(serve, 4000)  # `serve` calls `task_status.started()` once it is up",
    ),
    "an effect that can be read again": (
        """
        import time


        def test_finishes(queue, worker):
            queue.put("job")
            time.sleep(0.3)
            assert worker.finished == ["job"]
        """,
        """\
        deadline = time.monotonic() + 10
        while worker.finished != ["job"]:
            assert time.monotonic() < deadline, "gave up after 10 s"
            time.sleep(0.01)""",
    ),
    "an effect on a mock, on an event loop": (
        """
        import asyncio


        async def test_calls_back(bus, callback):
            await bus.publish("news")
            await asyncio.sleep(0.3)
            callback.assert_called_once_with("news")
        """,
        """\
        deadline = time.monotonic() + 10
        while not callback.called:
            assert time.monotonic() < deadline, "gave up after 10 s"
            await asyncio.sleep(0.01)""",
    ),
    "a thread that holds a connection": (
        """
        import socket
        import threading
        import time

        import pytest


        def test_gives_up():
            listener = socket.create_server(("127.0.0.1", 0))

            def silent():
                connection, _ = listener.accept()
                time.sleep(5)
                connection.close()

            threading.Thread(target=silent, daemon=True).start()
            with pytest.raises(TimeoutError):
                ask(listener.getsockname())
        """,
        """\
        release = threading.Event()  # where both the test and `silent` see it
        release.wait()  # in `silent`, instead of the sleep
        release.set()  # in the test, once it has seen what it wants to see""",
    ),
    "a greenlet that starts": (
        """
        import gevent
        import requests


        def test_greets(app):
            gevent.spawn(lambda: app.serve(4000))
            gevent.sleep(0.5)
            assert requests.get("http://127.0.0.1:4000").ok
        """,
        """\
        ready = gevent.event.Event()  # `app.serve` sets it once it is up
        gevent.spawn(lambda: app.serve(4000))
        assert ready.wait(timeout=10)""",
    ),
    "an entry that expires": (
        """
        import time


        def test_expires():
            cache = Cache(ttl=1)
            cache.set("key", 1)
            time.sleep(1.1)
            assert cache.get("key") is None
        """,
        """\
        with mock.patch("time.monotonic", return_value=time.monotonic() + 1.1):  # or the clock that it reads
            assert cache.get("key") is None""",
    ),
    "an expiry on trio": (
        """
        import trio


        async def test_expires(nursery):
            cache = Cache(ttl=1)
            cache.set("key", 1)
            await trio.sleep(1.1)
            assert cache.get("key") is None
        """,
        "async def test_expires(nursery, autojump_clock):  # pytest-trio: the sleep takes no real time",
    ),
    "a poll that works": (
        """
        import asyncio


        async def test_elects(cluster):
            while cluster.leader is None:
                await cluster.step()
                await asyncio.sleep(1)
            assert cluster.size == 3
        """,
        """\
        deadline = time.monotonic() + 30
        while cluster.leader is None:
            assert time.monotonic() < deadline, "gave up after 30 s"
            ...""",
    ),
    "an upper bound on async work": (
        """
        import asyncio
        import time


        async def test_is_quick(cache):
            started = time.monotonic()
            await cache.get("key")
            assert time.monotonic() - started < 0.1
        """,
        """\
        async with asyncio.timeout(10):
            await cache.get("key")""",
    ),
    "an effect on trio": (
        """
        import trio


        async def test_counts(bus):
            await bus.publish("news")
            await trio.sleep(0.1)
            assert bus.seen == 1
        """,
        "await trio.testing.wait_all_tasks_blocked()"
        "  # if all of it happens on this loop, without sockets, threads or processes",
    ),
    "tries that run out in silence": (
        """
        import time


        def test_finishes(queue):
            for _ in range(100):
                if queue.empty():
                    break
                time.sleep(0.01)
            queue.close()
        """,
        """\
        for _ in range(100):
            ...
        else:
            pytest.fail("the tries ran out")""",
    ),
}


@pytest.mark.parametrize(("code", "sketch"), SKETCHES.values(), ids=SKETCHES.keys())
def test_what_only_the_author_can_repair_is_shown_with_the_names_of_the_place(code: str, sketch: str) -> None:
    assert shown(code) == [dedent(sketch)]
    assert mended(code) == dedent(code)


def test_a_condition_that_may_hold_from_the_start_is_no_condition_to_wait_for() -> None:
    code = """
        import time


        def test_finishes(queue, worker):
            queue.put("job")
            time.sleep(0.3)
            assert worker.errors == []
        """
    assert shown(code) == []


TEST = (
    "import threading{nl}import time{nl}{nl}{ff}{nl}stop = threading.Event(){nl}{nl}{nl}def run():{nl}"
    "\tat = time.time(){nl}\twhile not stop.is_set():{nl}\t  x = 'h\xe9llo'; read(x, at){nl}{ff}{nl}"
    "\t  time.sleep(0.5)  # \u2603 caf\xe9{end}"
)


@pytest.mark.parametrize(
    "end", ["", "\n", "\n\n# the end"], ids=["no final newline", "newline", "a comment at the end"]
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("form_feed", ["", "\f"], ids=["plain", "form feed"])
@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf"], ids=["no mark", "byte-order mark"])
def test_nothing_else_changes(head: bytes, form_feed: str, line_break: str, end: str) -> None:
    text = TEST.format(nl=line_break, ff=form_feed, end=end.replace("\n", line_break))
    before = head + text.encode()
    assert mended_bytes(before).source.data == before.replace(b"time.sleep(0.5)", b"stop.wait(0.5)")


def test_a_form_feed_before_code() -> None:
    before = TEST.format(nl="\n", ff="", end="\n").replace("def run", "\fdef run").encode()
    assert mended_bytes(before).source.data == before.replace(b"time.sleep(0.5)", b"stop.wait(0.5)")


def test_a_file_in_its_own_encoding() -> None:
    text = "# -*- coding: latin-1 -*-\r\n" + TEST.format(nl="\r\n", ff="\f", end="").replace("\u2603", "\xff")
    before = text.encode("latin-1")
    assert mended_bytes(before).source.data == before.replace(b"time.sleep(0.5)", b"stop.wait(0.5)")


def test_places_are_counted_in_bytes_of_what_is_read() -> None:
    before = TEST.format(nl="\n", ff="", end="").replace("read(x, at)", "read('\U0001f40c', at)").encode()
    before = before.replace(b"\n\t  time.sleep(0.5)", b"\n\t  '\xf0\x9f\x90\x8c'; time.sleep(0.5)")
    assert mended_bytes(before).source.data == before  # it shares its line
    before = before.replace(b"'\xf0\x9f\x90\x8c'; time.sleep(0.5)", b"time.sleep(len('\xf0\x9f\x90\x8c'))")
    assert mended_bytes(before).source.data == before.replace(b"time.sleep(len", b"stop.wait(len")


@pytest.mark.parametrize(
    "code",
    [
        b"import time\nprint 'old'\nasync def test_a():\n    time.sleep(1)\n",
        b"import time\nasync def test_a():\n    time.sleep(1)\n    \xff\n",
        b"import time\rasync def test_a():\r    time.sleep(1)\r",
        b"import time\nasync def test_a():\n    time.sleep(1)\n\n  \n# the end",
        b"import time\nasync def test_a():\n    time.sleep(1)\n    x = " + b"(" * 3000 + b")" * 3000 + b"\n",
        b"import time\nasync def test_a():\n    time.sleep(1)\n    x = " + b"not " * 20000 + b"1\n",
        b"import time\nasync def test_a():\n    time.sleep(1)\nif 0: pass\n" + b"elif 1: pass\n" * 2000,
    ],
    ids=[
        "an old language",
        "no text",
        "old line breaks",
        "blanks that libcst drops",
        "deep parentheses",
        "deep operators",
        "deep branches",
    ],
)
def test_what_libcst_cannot_read_is_not_repaired(code: bytes) -> None:
    assert not mended_bytes(code).changed


ORPHANS = {
    "one of several names": (
        "from time import sleep, time",
        "from time import time",
    ),
    "the last of several names": (
        "from time import time, sleep",
        "from time import time",
    ),
    "a name on its own line": (
        "from time import (\n    sleep,\n    time,\n)",
        "from time import (\n    time,\n)",
    ),
    "the only name": ("from time import sleep\nfrom time import time", "from time import time"),
    "a name that is explained": (
        "from time import (\n    sleep,  # the real one\n    time,\n)",
        "from time import (\n    sleep,  # the real one\n    time,\n)",
    ),
    "an import that must stay": (
        "from time import sleep  # noqa: F401\nfrom time import time",
        "from time import sleep  # noqa: F401\nfrom time import time",
    ),
    "an import that is tried": (
        "try:\n    from time import sleep\nexcept ImportError:\n    sleep = None\nfrom time import time",
        "try:\n    from time import sleep\nexcept ImportError:\n    sleep = None\nfrom time import time",
    ),
}


@pytest.mark.parametrize(("before", "after"), ORPHANS.values(), ids=ORPHANS.keys())
def test_orphaned_imports_go(before: str, after: str) -> None:
    code = (
        "import threading\n{}\n\nstop = threading.Event()\n\n\ndef run():\n    at = time()\n"
        "    while not stop.is_set():\n        read(at)\n        {}(1)\n"
    )
    assert mended(code.format(before, "sleep")) == code.format(after, "stop.wait")


def test_an_import_that_several_repairs_orphan_together_goes_with_the_last() -> None:
    one = "async def test_{}(bus):\n    await bus.work()\n    time.sleep(0.1)\n    assert bus.done == {}\n"
    code = "import time\n\n\n" + "\n\n".join(one.format(number, number) for number in range(15))
    expected = code.replace("import time\n", "import asyncio\n").replace("time.sleep", "await asyncio.sleep")
    assert mended(code) == expected


def test_an_import_that_a_string_names_stays() -> None:
    code = """
        import threading
        import time

        __all__ = ["run", "time"]
        stop = threading.Event()


        def run():
            while not stop.is_set():
                read()
                time.sleep(1)
        """
    assert mended(code) == dedent(code).replace("time.sleep(1)", "stop.wait(1)")


def test_a_taken_name_is_not_captured() -> None:
    code = """
        import time

        asyncio = Loop()


        async def test_delivers(bus):
            await bus.publish("news")
            time.sleep(0.1)
            assert bus.delivered == 1
        """
    assert mended(code) == dedent(code)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text("ab \t#'é☃🐌\f", max_size=12), max_size=4),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_no_comment_or_line_break_moves_a_repair(comments: list[str], line_break: str, mark: bytes) -> None:
    above = "".join(f"# {comment}{line_break}" for comment in comments)
    inside = "".join(f"\t# {comment}{line_break}" for comment in comments)
    text = TEST.format(nl=line_break, ff="", end=line_break)
    text = text.replace("def run", f"{above}def run").replace("\t  time.sleep", f"{inside}\t  time.sleep")
    before = mark + text.encode()
    assert mended_bytes(before).source.data == before.replace(b"time.sleep(0.5)", b"stop.wait(0.5)")
