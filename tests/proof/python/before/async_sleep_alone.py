"""A blocking sleep on a loop that runs nothing else."""

import asyncio
import time


def test_it_takes_its_time():
    async def main():
        time.sleep(0.1)
        return "done"

    assert asyncio.run(main()) == "done"
