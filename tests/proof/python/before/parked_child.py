"""Children of a task group that only stay until they are cancelled."""

import anyio
import pytest
import trio


def test_cancels_the_child_on_asyncio():
    async def main():
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 3600)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()

    anyio.run(main)


def test_an_error_ends_the_child_on_trio():
    async def main():
        with pytest.raises(ExceptionGroup):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.sleep, 3600)
                await trio.testing.wait_all_tasks_blocked()
                raise ValueError("enough")

    trio.run(main)
