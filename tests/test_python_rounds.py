"""How often a wait is paid in turn: what runs side by side takes as long as one."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
import asyncio, threading, time
import anyio, gevent, pytest
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pool

MANY = 10 * 2
NEVER = float("inf")
"""

ROUNDS: dict[str, tuple[float | None, str]] = {
    # --- side by side
    "gathered from a generator": (
        100,
        "async def test():\n    await asyncio.gather(*(asyncio.sleep(0.1) for _ in range(20)))\n",
    ),
    "tasks of a list, gathered": (
        100,
        """
        async def test():
            tasks = [asyncio.create_task(asyncio.sleep(0.1)) for _ in range(20)]
            await asyncio.gather(*tasks)
        """,
    ),
    "tasks of a list, waited for": (
        100,
        "async def test():\n    await asyncio.wait([asyncio.create_task(asyncio.sleep(0.1)) for _ in range(20)])\n",
    ),
    "tasks of a group": (
        100,
        """
        async def test():
            async with asyncio.TaskGroup() as group:
                for _ in range(20):
                    group.create_task(asyncio.sleep(0.1))
        """,
    ),
    "started soon": (
        100,
        """
        async def test():
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(anyio.sleep, 0.1)
        """,
    ),
    "threads": (
        100,
        """
        def test():
            threads = [threading.Thread(target=time.sleep, args=(0.1,)) for _ in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        """,
    ),
    "greenlets": (100, "def test():\n    gevent.joinall([gevent.spawn(gevent.sleep, 0.1) for _ in range(20)])\n"),
    "greenlets of a pool of any size": (
        None,
        "def test(pool):\n    gevent.joinall([pool.spawn(gevent.sleep, 0.1) for _ in range(20)])\n",
    ),
    # --- by as many as a pool has
    "a pool as large as its work": (
        100,
        """
        def test():
            with ThreadPoolExecutor(MANY) as pool:
                for _ in range(20):
                    pool.submit(time.sleep, 0.1)
        """,
    ),
    "a smaller pool": (
        500,
        """
        def test():
            with ThreadPoolExecutor(max_workers=4) as pool:
                for _ in range(20):
                    pool.submit(time.sleep, 0.1)
        """,
    ),
    "a pool of any size": (
        None,
        """
        def test():
            with ThreadPoolExecutor() as pool:
                for _ in range(20):
                    pool.submit(time.sleep, 0.1)
        """,
    ),
    "one thing in a pool of any size": (
        100,
        """
        def test():
            with ThreadPoolExecutor() as pool:
                pool.submit(time.sleep, 0.1)
        """,
    ),
    "functions in a smaller pool": (
        500,
        """
        def test():
            def work():
                time.sleep(0.1)
                server.stop()
            with ThreadPoolExecutor(4) as pool:
                for _ in range(20):
                    pool.submit(work)
        """,
    ),
    "mapped by a pool": (
        500,
        """
        def test():
            def work(number):
                server.poke(number)
                time.sleep(0.1)
            with Pool(processes=4) as pool:
                pool.map(work, range(20))
        """,
    ),
    # --- one after the other
    "each round gathers": (
        300,
        """
        async def test():
            for _ in range(3):
                await asyncio.gather(server.work(), asyncio.sleep(0.1))
        """,
    ),
    "each round joins": (
        300,
        """
        def test():
            for _ in range(3):
                thread = threading.Thread(target=time.sleep, args=(0.1,))
                thread.start()
                thread.join()
        """,
    ),
    "each round awaits its task": (
        300,
        """
        async def test():
            async def work():
                await asyncio.sleep(0.1)
                server.stop()
            for _ in range(3):
                task = asyncio.create_task(work())
                await task
        """,
    ),
    "each round has its own group": (
        300,
        """
        async def test():
            for _ in range(3):
                async with anyio.create_task_group() as group:
                    group.start_soon(anyio.sleep, 0.1)
        """,
    ),
    # --- how many rounds
    "a constant says how many": (
        2000,
        "def test():\n    for _ in range(MANY):\n        poke()\n        time.sleep(0.1)\n",
    ),
    "what is no whole number does not": (
        None,
        "def test():\n    for _ in range(NEVER):\n        poke()\n        time.sleep(0.1)\n",
    ),
}


@pytest.mark.parametrize(("expected", "code"), ROUNDS.values(), ids=ROUNDS.keys())
def test_what_is_paid_in_turn(expected: float | None, code: str) -> None:
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    (wait,) = read(source).waits
    assert wait.cost_ms == expected
