"""A pause for something that the next line waits for anyway."""

import asyncio
import queue
import threading
import time

import pytest


def test_an_event_is_waited_for():
    done = threading.Event()
    threading.Thread(target=done.set).start()
    # give the thread some time
    time.sleep(0.3)
    assert done.wait(timeout=5)


def test_an_answer_is_taken():
    answers = queue.Queue()
    worker = threading.Thread(target=answers.put, args=(42,))
    worker.start()
    time.sleep(0.3)
    assert answers.get(timeout=5) == 42


@pytest.mark.asyncio
async def test_a_task_is_awaited():
    async def work():
        await asyncio.sleep(0)
        return 1

    task = asyncio.create_task(work())
    await asyncio.sleep(0.3)
    assert await asyncio.wait_for(task, timeout=5) == 1
