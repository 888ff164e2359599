"""The loop's watchdog is under test."""

import asyncio
import time

import pytest


@pytest.mark.asyncio
async def test_a_slow_callback_is_told(caplog):
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.05
    await asyncio.create_task(work())
    assert "took" in caplog.text


async def work():
    time.sleep(0.2)  # blocks the loop
