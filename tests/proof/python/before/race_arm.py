"""A race against the clock that something is sure to win."""

import asyncio

import pytest


@pytest.mark.asyncio
async def test_it_answers():
    async def ask():
        await asyncio.sleep(0)
        return 42

    answer = asyncio.create_task(ask())
    await asyncio.wait([answer, asyncio.create_task(asyncio.sleep(20))], return_when=asyncio.FIRST_COMPLETED)
    assert answer.result() == 42
