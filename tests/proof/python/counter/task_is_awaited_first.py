"""The task is cancelled only after it was waited for."""

import asyncio

import pytest


@pytest.mark.asyncio
@pytest.mark.timeout(20)
async def test_the_task_ends_by_itself():
    async def stay():
        await asyncio.sleep(1)

    task = asyncio.create_task(stay())
    await task
    assert not task.cancel()
