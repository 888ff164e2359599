"""The loop's timer keeps a sleeping task alive; one that waits for an event that nobody keeps is collected."""

import asyncio
import gc

import pytest


@pytest.mark.asyncio
@pytest.mark.timeout(20)
async def test_the_task_stays():
    asyncio.create_task(asyncio.sleep(7200))
    await asyncio.sleep(0)
    gc.collect()
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 2
