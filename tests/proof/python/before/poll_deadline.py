"""Polls that hang when their condition never comes."""

import asyncio
import threading
import time

import pytest
import trio


def test_the_list_fills():
    seen = []
    threading.Timer(0.05, seen.append, ("one",)).start()
    while not seen:
        time.sleep(0.01)
    assert seen == ["one"]


@pytest.mark.asyncio
async def test_the_list_fills_on_asyncio():
    seen = []
    asyncio.get_running_loop().call_later(0.05, seen.append, "one")
    while True:
        if seen == ["one"]:
            break
        await asyncio.sleep(0.01)
    assert seen == ["one"]


def test_the_list_fills_on_trio():
    async def main():
        seen = []

        async def fill():
            await trio.lowlevel.checkpoint()
            seen.append("one")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(fill)
            while len(seen) == 0:
                await trio.sleep(0.01)
        assert seen == ["one"]

    trio.run(main)
