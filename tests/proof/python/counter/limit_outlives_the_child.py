"""The limit is not what ends the child."""

import anyio


def test_the_child_ends_before_the_limit():
    async def main():
        with anyio.move_on_after(2) as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 1)
        assert not scope.cancelled_caught

    anyio.run(main)
