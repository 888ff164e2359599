"""The clock is expected to win the race."""

import asyncio

import pytest


@pytest.mark.asyncio
async def test_nothing_is_answered():
    answer = asyncio.create_task(asyncio.Event().wait())
    await asyncio.wait([answer, asyncio.create_task(asyncio.sleep(0.3))], return_when=asyncio.FIRST_COMPLETED)
    assert not answer.done()
    answer.cancel()
