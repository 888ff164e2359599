"""A thread's lock is held across the sleep: whoever else wants it on this loop blocks the loop for ever."""

import asyncio
import threading
import time

import pytest

LOCK = threading.Lock()


@pytest.mark.asyncio
async def test_two_write_one_after_the_other():
    written = []
    await asyncio.gather(write(written), write(written))
    assert written == [1, 2]


async def write(written):
    with LOCK:
        time.sleep(0.05)
        written.append(len(written) + 1)
