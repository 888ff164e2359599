"""Timeouts that are to run out, as the items of one `with`, the call itself or later uses of what it bounds say."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
import asyncio, select, sqlite3
import aiohttp, anyio, httpx, pexpect, pymongo, pytest, requests, trio
from channels.testing import ApplicationCommunicator

"""

SILENCES = {
    # --- several items of one `with`
    "expected first": (
        "burned high",
        """
        async def test():
            with pytest.raises(TimeoutError), anyio.fail_after(0.05):
                await queue.get()
        """,
    ),
    "expected first, over several lines": (
        "burned high",
        """
        async def test():
            with (
                pytest.raises(trio.TooSlowError) as error,
                trio.fail_after(2),
            ):
                await queue.get()
        """,
    ),
    "expected last, and so before the bound": (
        "guard low",
        """
        async def test():
            with anyio.fail_after(0.05), pytest.raises(TimeoutError):
                await queue.get()
        """,
    ),
    "another error expected beside it": (
        "guard high",
        """
        async def test():
            with pytest.raises(ValueError), anyio.fail_after(20):
                await queue.get()
        """,
    ),
    # --- what is not reached
    "the end of what ends quietly": (
        "burned high",
        """
        async def test():
            with trio.move_on_after(0.5):
                await queue.get()
                pytest.fail("something came")
        """,
    ),
    "another end of what ends quietly": (
        "guard high",
        """
        async def test():
            with trio.move_on_after(0.5):
                await queue.get()
                seen.append(1)
        """,
    ),
    "nothing is made of what ends quietly": (
        "guard low",
        """
        async def test():
            with trio.move_on_after(0.5):
                await client.get("/slow")
            assert not client.connections
        """,
    ),
    "something is made of what ends quietly": (
        "guard high",
        """
        async def test():
            with trio.move_on_after(0.5):
                reply = await client.get("/slow")
            assert reply.ok
        """,
    ),
    "an error at the end of what ends quietly": (
        "guard high",
        """
        async def test():
            with pytest.raises(LookupError):
                with trio.move_on_after(2):
                    await queue.get()
                    raise LookupError
        """,
    ),
    # --- what the call itself says
    "nothing to read": (
        "burned high",
        "def test():\n    assert select.select([sock], [], [], 0.05) == ([], [], [])\n",
    ),
    "something to read": (
        "guard high",
        "def test():\n    assert select.select([sock], [], [], 0.05) == ([sock], [], [])\n",
    ),
    "nothing received": (
        "burned high",
        """
        async def test():
            talk = ApplicationCommunicator(app, {})
            assert await talk.receive_nothing(timeout=0.4)
        """,
    ),
    "not nothing received": (
        "guard high",
        """
        async def test():
            talk = ApplicationCommunicator(app, {})
            assert not await talk.receive_nothing(timeout=0.4)
        """,
    ),
    "its time was up": (
        "burned high",
        """
        def test():
            child = pexpect.spawn("sh")
            assert child.expect(["done", pexpect.TIMEOUT], timeout=0.5) == 1
        """,
    ),
    "its time was up, by name": (
        "burned high",
        """
        def test():
            child = pexpect.spawn("sh")
            which = child.expect(["done", pexpect.TIMEOUT], timeout=0.5)
            assert which == 1
        """,
    ),
    "it was done": (
        "guard high",
        """
        def test():
            child = pexpect.spawn("sh")
            assert child.expect(["done", pexpect.TIMEOUT], timeout=0.5) == 0
        """,
    ),
    "nothing but its time can be met": (
        "burned high",
        """
        def test():
            child = pexpect.spawn("sh")
            child.expect(pexpect.TIMEOUT, timeout=0.5)
        """,
    ),
    "some are still pending": (
        "burned high",
        """
        async def test():
            done, pending = await asyncio.wait([job], timeout=0.2)
            assert pending
        """,
    ),
    "the slower is still pending": (
        "guard high",
        """
        async def test():
            done, pending = await asyncio.wait([job, other], timeout=2, return_when=asyncio.FIRST_COMPLETED)
            assert pending
        """,
    ),
    # --- a bound that was set before
    "a client's, by name": (
        "burned low",
        """
        async def test():
            client = httpx.Client(timeout=0.2)
            with pytest.raises(TimeoutError):
                client.get("/slow")
        """,
    ),
    "a client's, of a `with`": (
        "burned low",
        """
        async def test():
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as session:
                with pytest.raises(asyncio.TimeoutError):
                    await session.get("/slow")
        """,
    ),
    "a client's, that is given it by name": (
        "burned low",
        """
        async def test():
            limits = aiohttp.ClientTimeout(total=0.2)
            async with aiohttp.ClientSession(timeout=limits) as session:
                with pytest.raises(asyncio.TimeoutError):
                    await session.get("/slow")
        """,
    ),
    "a database's, whose error has another name": (
        "guard low",
        """
        def test():
            database = sqlite3.connect("a", timeout=0.5)
            with pytest.raises(sqlite3.OperationalError):
                database.execute("begin")
        """,
    ),
    "a client that is not used there": (
        "guard high",
        """
        async def test():
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as session:
                with pytest.raises(asyncio.TimeoutError):
                    await other.get("/slow")
        """,
    ),
    "errors of which is said that time was up, within what bounds them": (
        "burned high",
        """
        def test():
            with pymongo.timeout(0.5):
                with pytest.raises(Failed) as caught:
                    stream.next()
                assert caught.value.timeout
        """,
    ),
    "errors of which is said that time was up, around what bounds it": (
        "burned high",
        """
        def test():
            with pytest.raises(Failed) as caught:
                with pymongo.timeout(2):
                    stream.next()
            assert caught.value.timed_out and caught.value.retries == 0
        """,
    ),
    "errors of which is said that time was not up": (
        "guard high",
        """
        def test():
            with pymongo.timeout(0.5):
                with pytest.raises(Failed) as caught:
                    stream.next()
                assert not caught.value.timeout
        """,
    ),
    "errors that know the timeout": (
        "guard high",
        """
        def test():
            with pymongo.timeout(0.5):
                with pytest.raises(Failed) as caught:
                    stream.next()
                assert caught.value.timeout == 0.5
        """,
    ),
}


@pytest.mark.parametrize(("expected", "code"), SILENCES.values(), ids=SILENCES.keys())
def test_what_is_to_run_out(expected: str, code: str) -> None:
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    wait = read(source).waits[0]
    assert f"{wait.role} {wait.role_confidence}" == expected
    assert (wait.cost_ms == wait.duration_ms) is (wait.role == "burned")


def test_what_bounds_all_of_it_outlasts_what_runs_out_inside() -> None:
    code = """
        async def test():
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await asyncio.wait_for(queue.get(), 0.1)
            with pytest.raises(TimeoutError), anyio.fail_after(5):
                await asyncio.wait_for(queue.get(), 0.1)
    """
    waits = read(Source("tests/test_it.py", (HEAD + dedent(code)).encode())).waits
    assert [f"{wait.role} {wait.role_confidence}" for wait in waits] == ["guard low", "burned high"] * 2


@pytest.mark.parametrize(("before", "role"), [("scope.cancel()", "guard"), ("scope.open()", "burned")])
def test_what_is_cancelled_is_not_seen_to_run_out(before: str, role: str) -> None:
    code = f"""
        async def bomb(scope):
            {before}
            with trio.fail_after(10):
                await trio.sleep_forever()
    """
    assert read(Source("tests/test_it.py", (HEAD + dedent(code)).encode())).waits[0].role == role


HELPED = {
    "asserts": ("wait_up(app)\n    assert app.up", True),
    "asserts soon": ("wait_up(app)\n    app.log()\n    assert app.up", True),
    "goes on": ("wait_up(app)\n    app.stop()", False),
    "is handed on": ("run(wait_up)\n    assert app.up", False),
}


@pytest.mark.parametrize(("use", "noticed"), HELPED.values(), ids=HELPED.keys())
def test_a_helper_whose_callers_notice_does_not_go_on_in_silence(use: str, noticed: bool) -> None:
    code = (
        "def wait_up(app):\n    for _ in range(9):\n        if app.up:\n            break\n        time.sleep(0.1)\n"
        f"\n\ndef test_up(app):\n    {use}\n"
    )
    loop = read(Source("tests/test_it.py", ("import time\\n" + code).encode())).waits[0].loop
    assert loop is not None
    assert (loop.falls_through, loop.noticed) == (True, noticed)


def test_a_child_program_has_no_word_for_ever() -> None:
    code = "def test_kills():\n    child = subprocess.Popen(['sleep', '3600'])\n    child.kill()\n"
    (wait,) = read(Source("tests/test_it.py", ("import subprocess\n" + code).encode())).waits
    assert (wait.program, wait.duration_ms) == (True, 3_600_000)
