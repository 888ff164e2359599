"""What a Python wait costs, and what bounds it: loops, tasks, cases, limits."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
import asyncio, contextlib, socket, subprocess, threading, time
import anyio, pytest
from concurrent.futures import ThreadPoolExecutor

"""


def all_here(code: str) -> list[Wait]:
    """The waits on lines that end with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    return [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]


def here(code: str) -> Wait:
    (found,) = all_here(code)
    return found


COSTS: dict[str, tuple[float | None, str]] = {
    "the test's own flow pays": (100, "def test():\n    time.sleep(0.1)  # <-\n"),
    "a helper's wait is paid": (
        100,
        "def settle():\n    server.poke()\n    time.sleep(0.1)  # <-\n\ndef test():\n    settle()\n",
    ),
    "a fixture's wait is paid": (
        100,
        "@pytest.fixture\ndef server():\n    serve()\n    time.sleep(0.1)  # <-\n    yield 1\n",
    ),
    "times the rounds": (
        500,
        "def test():\n    for _ in range(5):\n        server.poke()\n        time.sleep(0.1)  # <-\n",
    ),
    "times the rounds of rounds": (
        600,
        """
        def test():
            for _ in range(2):
                for name in ("a", "b", "c"):
                    server.poke(name)
                    time.sleep(0.1)  # <-
        """,
    ),
    "rounds that are not known": (
        None,
        "def test():\n    for peer in peers:\n        peer.poke()\n        time.sleep(0.1)  # <-\n",
    ),
    "times the cases": (
        300,
        "@pytest.mark.parametrize('n', [1, 2, 3])\ndef test(n):\n    server.poke()\n    time.sleep(0.1)  # <-\n",
    ),
    "some of the cases": (
        None,
        """
        @pytest.mark.parametrize("mode", ["on", "late", "off"])
        def test(mode):
            if mode == "on":
                server.poke()
            elif mode == "late":
                server.poke()
                time.sleep(0.1)  # <-
            assert server.poked
        """,
    ),
    "all of the cases ask": (
        200,
        """
        @pytest.mark.parametrize("mode", ["on", "off"])
        def test(mode):
            server.switch(mode)
            if server.stopped.wait(0.1):  # <-
                pytest.fail("it has stopped")
        """,
    ),
    "a branch of a single case": (
        100,
        "def test():\n    if server.poke():\n        time.sleep(0.1)  # <-\n        assert seen\n",
    ),
    "may run out in some of the cases": (
        None,
        """
        @pytest.mark.parametrize("known", [True, False])
        async def test(known):
            found = None
            with contextlib.suppress(asyncio.TimeoutError):
                found = await asyncio.wait_for(search(known), 0.2)  # <-
            assert (found is not None) == known
        """,
    ),
    "a poll ends when it ends": (None, "def test():\n    while not ready():\n        time.sleep(0.1)  # <-\n"),
    "a guard costs nothing": (0, "async def test():\n    await asyncio.wait_for(job(), 5)  # <-\n"),
    "a burned timeout costs all": (
        200,
        """
        async def test():
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(job(), 0.2)  # <-
        """,
    ),
    "a turn costs nothing": (0, "async def test():\n    await asyncio.sleep(0)  # <-\n"),
    "a program that is run to its end": (300, "def test():\n    subprocess.check_call(['sleep', '0.3'])  # <-\n"),
    "a program that is only started": (None, "def test():\n    watch(subprocess.Popen(['sleep', '0.3']))  # <-\n"),
    "a joined thread": (
        100,
        """
        def test():
            def late():
                time.sleep(0.1)  # <-
                server.stop()
            thread = threading.Thread(target=late)
            thread.start()
            server.run()
            thread.join()
        """,
    ),
    "threads joined one by one": (
        100,
        """
        def test():
            def late():
                time.sleep(0.1)  # <-
                server.stop()
            threads = [threading.Thread(target=late) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        """,
    ),
    "a thread left alone": (
        0,
        """
        def test():
            def late():
                time.sleep(0.1)  # <-
                server.stop()
            threading.Thread(target=late).start()
            look_around()
        """,
    ),
    "an awaited task": (
        100,
        """
        async def test():
            async def late():
                await asyncio.sleep(0.1)  # <-
                server.stop()
            task = asyncio.create_task(late())
            await server.run()
            await task
        """,
    ),
    "a cancelled task": (
        0,
        """
        async def test():
            async def late():
                await asyncio.sleep(0.1)  # <-
                server.stop()
            task = asyncio.create_task(late())
            await server.run()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        """,
    ),
    "gathered": (
        100,
        """
        async def test():
            async def late():
                await asyncio.sleep(0.1)  # <-
                server.stop()
            await asyncio.gather(server.run(), late())
        """,
    ),
    "a task group joins": (
        100,
        """
        async def test():
            async def late():
                await anyio.sleep(0.1)  # <-
                server.stop()
            async with anyio.create_task_group() as group:
                group.start_soon(late)
        """,
    ),
    "unless it is cancelled": (
        0,
        """
        async def test():
            async def late():
                await anyio.sleep(0.1)  # <-
                server.stop()
            async with anyio.create_task_group() as group:
                group.start_soon(late)
                await server.run()
                group.cancel_scope.cancel()
        """,
    ),
    "a handle that is passed on": (
        None,
        """
        async def test():
            async def late():
                await asyncio.sleep(0.1)  # <-
                server.stop()
            task = asyncio.create_task(late())
            server.watch(task)
        """,
    ),
    "a pool joins at its end": (
        100,
        """
        def test():
            def late():
                time.sleep(0.1)  # <-
                server.stop()
            with ThreadPoolExecutor() as pool:
                pool.submit(late)
        """,
    ),
    "a pool that was made before": (
        100,
        """
        def test(pool):
            def late():
                time.sleep(0.1)  # <-
                server.stop()
            with pool:
                pool.submit(late)
        """,
    ),
    "a handler may or may not be waited for": (
        None,
        """
        async def app(scope, receive, send):
            await asyncio.sleep(0.1)  # <-
            await send({})
        """,
    ),
    "for ever is never paid": (
        0,
        """
        async def test():
            async def park():
                await asyncio.sleep(3600)  # <-
            task = asyncio.create_task(park())
            task.cancel()
        """,
    ),
    "unless something joins it": (
        3_600_000,
        """
        def test():
            def park():
                time.sleep(3600)  # <-
            thread = threading.Thread(target=park)
            thread.start()
            thread.join()
        """,
    ),
    "cut short": (
        0,
        """
        async def test():
            with anyio.move_on_after(0.1):
                await anyio.sleep(10)  # <-
        """,
    ),
    "a call that comes later, in nobody's flow": (
        None,
        """
        async def test():
            asyncio.get_running_loop().call_later(0.1, server.stop)  # <-
            await server.run()
        """,
    ),
    "created, and kept": (None, "def test():\n    keep(asyncio.sleep(1))  # <-\n"),
    "created, and run": (
        1000,
        "def test(loop):\n    server.poke()\n    loop.run_until_complete(asyncio.sleep(1))  # <-\n",
    ),
    "of unknown length": (None, "def test(delay):\n    server.poke()\n    time.sleep(delay)  # <-\n"),
}


@pytest.mark.parametrize("case", COSTS)
def test_cost(case: str) -> None:
    expected, code = COSTS[case]
    assert here(code).cost_ms == expected


LOOPS: dict[str, tuple[tuple[bool, bool], str]] = {
    "a condition alone": ((False, False), "def test():\n    while not ready():\n        time.sleep(0.1)  # <-\n"),
    "a deadline in the condition": (
        (True, True),
        """
        def test():
            deadline = time.monotonic() + 5
            while not ready() and time.monotonic() < deadline:
                time.sleep(0.1)  # <-
            server.poke()
            server.poke()
            server.poke()
        """,
    ),
    "and an assertion after it": (
        (True, False),
        """
        def test():
            deadline = time.monotonic() + 5
            while not ready() and time.monotonic() < deadline:
                time.sleep(0.1)  # <-
            assert ready()
        """,
    ),
    "a count": (
        (True, True),
        """
        def test():
            for _ in range(50):
                if ready():
                    break
                time.sleep(0.1)  # <-
            server.poke()
            server.poke()
            server.poke()
        """,
    ),
    "a count that fails": (
        (True, False),
        """
        def test():
            for _ in range(50):
                if ready():
                    break
                time.sleep(0.1)  # <-
            else:
                pytest.fail("not ready")
        """,
    ),
    "a counter and a way out": (
        (True, True),
        """
        def wait():
            tries = 0
            while tries < 10:
                if ready():
                    break
                time.sleep(0.1)  # <-
                tries += 1
        """,
    ),
    "a counter in the condition": (
        (True, True),
        """
        def wait():
            tries = 0
            while tries < 10 and not ready():
                time.sleep(0.1)  # <-
                tries += 1
        """,
    ),
    "a deadline that raises": (
        (True, False),
        """
        def wait():
            start = time.monotonic()
            while True:
                if ready():
                    return
                if time.monotonic() - start > 5:
                    raise TimeoutError
                time.sleep(0.1)  # <-
        """,
    ),
    "a report before it fails": (
        (True, False),
        """
        def wait():
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                time.sleep(0.1)  # <-
                left = workers()
                if not left:
                    return
            print("still there:")
            for worker in left:
                print(worker.pid)
                worker.dump()
            raise AssertionError("workers are left")
        """,
    ),
    "another way, where none has returned": (
        (True, False),
        """
        def pick():
            for attempt in range(5):
                if usable(PORT + attempt):
                    return PORT + attempt
                time.sleep(0.1)  # <-
            port = PORT
            while port in taken:
                port += 1
            taken.add(port)
            say(port)
            return port
        """,
    ),
    "the same, where one has broken off": (
        (True, True),
        """
        def pick():
            for attempt in range(5):
                if usable(PORT + attempt):
                    break
                time.sleep(0.1)  # <-
            port = PORT
            while port in taken:
                port += 1
            taken.add(port)
            say(port)
            return port
        """,
    ),
    "a condition, and what is returned later": (
        (True, True),
        """
        def pick():
            tries = 0
            while tries < 5 and not usable(PORT):
                if closed():
                    return None
                time.sleep(0.1)  # <-
                tries += 1
            port = PORT
            taken.add(port)
            say(port)
            return port
        """,
    ),
    "a count at which a helper fails": (
        (True, False),
        """
        def wait(writer):
            check = 0
            while not writer.succeeded():
                check += 1
                if check == 50:
                    writer.fail_with(writer.output)
                time.sleep(0.1)  # <-
        """,
    ),
    "a timeout block by another name": (
        (True, False),
        """
        from asyncio import timeout as within

        async def wait(bus):
            async with within(5):
                while True:
                    try:
                        return await bus.call("power")
                    except OSError:
                        await asyncio.sleep(0.1)  # <-
        """,
    ),
    "a report, and no more": (
        (True, True),
        """
        def wait():
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                time.sleep(0.1)  # <-
                left = workers()
                if not left:
                    return
            print("still there:")
            for worker in left:
                print(worker.pid)
                worker.dump()
        """,
    ),
    "a deadline that only leaves": (
        (True, True),
        """
        def wait():
            start = time.monotonic()
            while not ready():
                if time.monotonic() - start > 5:
                    break
                time.sleep(0.1)  # <-
        """,
    ),
    "an assertion on the clock": (
        (True, False),
        """
        def test():
            start = time.monotonic()
            while not ready():
                assert time.monotonic() - start < 5
                time.sleep(0.1)  # <-
        """,
    ),
    "the caller is told": (
        (True, False),
        """
        def wait():
            for _ in range(50):
                if ready():
                    return True
                time.sleep(0.1)  # <-
            return False
        """,
    ),
    "a timeout around it": (
        (True, False),
        """
        async def test():
            async with asyncio.timeout(5):
                while not ready():
                    await asyncio.sleep(0.1)  # <-
        """,
    ),
    "retries that are counted down, the last of which raises": (
        (True, False),
        """
        def connect(server):
            retries = 5
            while retries > 0:
                try:
                    server.connect()
                    break
                except OSError:
                    retries -= 1
                    if retries == 0:
                        raise
                    time.sleep(1)  # <-
            server.use()
        """,
    ),
    "retries that are counted up, the last of which says so": (
        (True, True),
        """
        def connect(server):
            retries = 0
            while retries < 5:
                try:
                    server.connect()
                    break
                except OSError:
                    retries += 1
                    if retries == 5:
                        print("never")
                    time.sleep(1)  # <-
            server.use()
        """,
    ),
    "left when late, and then asserted": (
        (True, False),
        """
        def test(server):
            tries = 0
            while True:
                tries += 1
                if server.ready or tries == 50:
                    break
                time.sleep(0.1)  # <-
            assert server.ready
        """,
    ),
    "left when late, and used": (
        (True, True),
        """
        def test(server):
            tries = 0
            while True:
                tries += 1
                if server.ready or tries == 50:
                    break
                time.sleep(0.1)  # <-
            server.use()
        """,
    ),
    "counted behind a semicolon": (
        (True, False),
        """
        def test(server):
            left = 5
            while not server.ready and left > 0:
                x = 0; left = left - 1; time.sleep(0.1)  # <-
            assert server.ready
        """,
    ),
    "no end at all": (
        (False, False),
        """
        def wait():
            while True:
                if ready():
                    return
                time.sleep(0.1)  # <-
        """,
    ),
}


@pytest.mark.parametrize("case", LOOPS)
def test_loop(case: str) -> None:
    expected, code = LOOPS[case]
    loop = here(code).loop
    assert loop is not None
    assert (loop.bounded, loop.falls_through) == expected


def test_task_is_told() -> None:
    task = here(COSTS["a joined thread"][1]).task
    assert task is not None
    assert (task.spawner, task.joined, task.keeps) == ("threading.Thread", True, None)


def test_what_a_hold_keeps() -> None:
    code = """
    def test():
        def serve():
            peer, _ = listener.accept()
            time.sleep(5)  # <-
        threading.Thread(target=serve, daemon=True).start()
        client.read()
    """
    wait = here(code)
    assert wait.task is not None
    assert (wait.role, wait.task.keeps, wait.task.joined) == ("hold", "connection", False)


def test_two_tasks_ordered_by_different_sleeps() -> None:
    code = """
    async def test():
        async def first():
            await asyncio.sleep(0.1)  # <-
            seen.append(1)
        async def second():
            await asyncio.sleep({})  # <-
            seen.append(2)
        await asyncio.gather(first(), second())
        assert seen == [1, 2]
    """
    one, two = all_here(code.format("0.2"))
    assert (one.order, two.order) == ((two.span,), (one.span,))
    one, two = all_here(code.format("0.1"))
    assert (one.order, two.order) == ((), ())


LIMITS: dict[str, tuple[tuple[float, str] | None, str]] = {
    "a timeout block": (
        (5000, "asyncio.timeout"),
        "async def test():\n    async with asyncio.timeout(5):\n        await asyncio.wait_for(job(), 10)  # <-\n",
    ),
    "the tightest": (
        (1000, "anyio.fail_after"),
        """
        async def test():
            with anyio.fail_after(5):
                with anyio.fail_after(1):
                    await asyncio.wait_for(job(), 10)  # <-
        """,
    ),
    "a call that gives up": (
        (1000, "asyncio.wait_for"),
        "async def test():\n    await asyncio.wait_for(asyncio.sleep(10), 1)  # <-\n",
    ),
    "a mark": (
        (5000, "pytest.mark.timeout"),
        "@pytest.mark.timeout(5)\nasync def test():\n    await asyncio.wait_for(job(), 10)  # <-\n",
    ),
    "the block before is no bound": (
        None,
        """
        async def test():
            async with asyncio.timeout(5):
                await job()
            await asyncio.wait_for(job(), 10)  # <-
        """,
    ),
    "a block around the definition is no bound": (
        None,
        """
        async def test():
            async with asyncio.timeout(5):
                async def inner():
                    await asyncio.wait_for(job(), 10)  # <-
        """,
    ),
}


@pytest.mark.parametrize("case", LIMITS)
def test_limit(case: str) -> None:
    expected, code = LIMITS[case]
    wait = next(wait for wait in all_here(code) if wait.duration_ms == 10_000)
    assert (wait.limit and (wait.limit.ms, wait.limit.by)) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("await asyncio.sleep(1)", True),
        ("asyncio.sleep(1)", False),
        ("later = asyncio.sleep(1)", False),
        ("keep(asyncio.sleep(1))", None),
        ("time.sleep(1)", True),
    ],
)
def test_whether_it_is_awaited(statement: str, expected: bool | None) -> None:
    assert here(f"async def test():\n    {statement}  # <-\n").awaited is expected


PROGRAMS = {
    "at its top": "import time\nprint('ready')\ntime.sleep(5)  # <-\nprint('done')\n",
    "in what it calls there": "import time\ndef main():\n    print('ready')\n    time.sleep(5)  # <-\n\nmain()\n",
    "where it is run": "import time\nif __name__ == '__main__':\n    time.sleep(5)  # <-\n    launch()\n",
}


@pytest.mark.parametrize("case", PROGRAMS)
def test_a_program_among_tests_sleeps_in_nobodys_flow(case: str) -> None:
    source = Source("tests/slow_child.py", PROGRAMS[case].encode())
    (spoken,) = read(source).waits
    assert (spoken.role, spoken.role_confidence, spoken.cost_ms) == ("workload", "low", None)


def test_a_file_of_tests_is_no_program() -> None:
    source = Source("tests/test_child.py", PROGRAMS["at its top"].encode())
    (spoken,) = read(source).waits
    assert spoken.role != "workload"


def test_nobody_waits_out_a_loop_without_an_end() -> None:
    loop = "        while True:\n            {}\n            await asyncio.sleep(10)  # <-\n"
    code = f"class Plugin:\n    async def teardown(self):\n{loop}"
    assert here(code.format("pass")).cost_ms == 0
    assert here(code.format("await self.step()")).cost_ms is None


def test_who_only_counts_rounds_tries_nothing() -> None:
    spoken = here(
        "def test():\n    n = 0\n    while n < 500:\n        poke(n)\n        time.sleep(0.01)  # <-\n        n += 1\n"
    )
    assert (spoken.role, spoken.loop) == ("pacing", None)


@pytest.mark.parametrize(
    ("condition", "polls"),
    [("self.alive", False), ("not self.stopped", False), ("not self.done", True), ("self.busy", True)],
)
def test_what_stays_until_it_is_told_to_go_is_no_poll(condition: str, polls: bool) -> None:
    flag = condition.removeprefix("not ")
    quit_ = f"    def quit(self, *signal):\n        {flag} = {'not' in condition}\n\n"
    loop = (
        f"    def work(self):\n        while {condition}:\n            time.sleep(0.1)  # <-\n        self.log('end')\n"
    )
    first = f"    def __init__(self):\n        {flag} = {'not' not in condition}\n\n"
    spoken = here(f"class Child:\n{first}{quit_}{loop}")
    assert (spoken.role == "poll") == polls
