"""The group ends when its child does: a child that stays for ever hangs it."""

import anyio


def test_the_group_ends_with_its_child():
    async def main():
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 1)

    anyio.run(main)
