"""One of the two is cancelled; the other is waited for."""

import asyncio

import pytest


@pytest.mark.asyncio
@pytest.mark.timeout(20)
async def test_only_one_is_cancelled():
    async def stay():
        await asyncio.sleep(1)

    task = asyncio.create_task(stay())
    other = asyncio.create_task(stay())
    await asyncio.sleep(0)
    task.cancel()
    await other
