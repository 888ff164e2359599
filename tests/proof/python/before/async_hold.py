"""Coroutines that stay until they are cancelled, for a guessed time."""

import asyncio

import pytest
import trio


@pytest.mark.asyncio
@pytest.mark.timeout(20)
async def test_a_connection_is_kept_until_the_task_is_cancelled():
    arrived = asyncio.Event()

    async def stay(connections):
        connections.append("open")
        arrived.set()
        try:
            await asyncio.sleep(3600)
        finally:
            connections.remove("open")

    connections = []
    task = asyncio.create_task(stay(connections))
    await asyncio.wait_for(arrived.wait(), timeout=5)
    assert connections == ["open"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert connections == []


@pytest.mark.asyncio
@pytest.mark.timeout(20)
async def test_a_task_of_nothing_but_time():
    task = asyncio.create_task(asyncio.sleep(7200))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_greeting_is_served_until_the_nursery_is_cancelled():
    async def main():
        async def serve(sender):
            await sender.send("hello")
            await trio.sleep(7200)

        sender, receiver = trio.open_memory_channel(0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve, sender)
            assert await receiver.receive() == "hello"
            nursery.cancel_scope.cancel()

    trio.run(main)


@pytest.mark.asyncio
async def test_it_gives_up():
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.sleep(3600), timeout=0.01)
