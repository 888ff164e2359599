"""A blocking sleep on an event loop that has others to run."""

import asyncio
import time

import pytest


@pytest.mark.asyncio
async def test_the_message_is_delivered():
    inbox = []
    task = asyncio.create_task(deliver(inbox, "hello"))
    time.sleep(0.1)
    await task
    assert inbox == ["hello"]


async def deliver(inbox, message):
    inbox.append(message)
