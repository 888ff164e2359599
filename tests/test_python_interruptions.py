"""A sleep in a function that is interrupted before its end costs nothing: each way, and its near misses."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = "import asyncio, time\nimport pytest\nfrom shop import copy_all\n\n"
JOB = "async def test():\n    async def job(*chunk):\n        {sleep}  # <-\n        return 1\n"
EXPECTED = "with pytest.raises(asyncio.TimeoutError):\n    "


def here(code: str) -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


def job(rest: str, sleep: str = "await asyncio.sleep(10)") -> Wait:
    return here(JOB.format(sleep=sleep) + indent(rest, "    ") + "\n")


HELD = {
    "by wait_for": EXPECTED + "await asyncio.wait_for(job(), 0.1)",
    "by a timeout block": EXPECTED + "async with asyncio.timeout(0.1):\n        await job()",
    "by the bound of what it is handed to": EXPECTED + "await copy_all(to=job, timeout=0.1)",
    "by that of what is awaited later": "work = copy_all(to=job, timeout=0.1)\ntask = asyncio.create_task(work)\n"
    + EXPECTED
    + "await task",
}


@pytest.mark.parametrize("case", HELD)
def test_a_bound_that_runs_out_interrupts_it(case: str) -> None:
    spoken = job(HELD[case])
    assert (spoken.role, spoken.role_confidence, spoken.cost_ms) == ("hold", "high", 0)
    assert spoken.task is not None
    assert spoken.task.keeps == "the call"


NOT_HELD = {
    "a longer bound": EXPECTED + "await asyncio.wait_for(job(), 30)",
    "a bound that is not to run out": "assert await copy_all(to=job, timeout=0.1) == 1",
    "no bound": "assert await copy_all(to=job) == 1",
    "run once more without one": EXPECTED + "await asyncio.wait_for(job(), 0.1)\nassert await copy_all(to=job) == 1",
}


@pytest.mark.parametrize("case", NOT_HELD)
def test_anything_else_does_not(case: str) -> None:
    spoken = job(NOT_HELD[case])
    assert spoken.task is None or spoken.task.keeps != "the call"


def test_what_blocks_its_thread_is_not_interrupted() -> None:
    spoken = job(HELD["by wait_for"], sleep="time.sleep(10)")
    assert spoken.cost_ms == 10_000


def test_work_within_a_bound_that_runs_out_is_paid_by_the_bound() -> None:
    spoken = job(HELD["by the bound of what it is handed to"], sleep="await asyncio.sleep(0.05)")
    assert (spoken.role, spoken.cost_ms) == ("workload", 0)


@pytest.mark.parametrize(
    ("rest", "cost"),
    [
        (
            "work = copy_all(to=job)\ntask = asyncio.create_task(work)\nawait ready()\ntask.cancel()\nawait gone(task)",
            0,
        ),
        ("task = asyncio.create_task(copy_all(to=job))\ntask.cancel()", 0),
        ("task = asyncio.create_task(copy_all(to=job))\nassert await task == 1\ntask.cancel()", None),
        ("task = asyncio.create_task(copy_all(to=job))\nother.cancel()\nassert await task == 1", None),
    ],
)
def test_what_is_cancelled_costs_nothing(rest: str, cost: int | None) -> None:
    spoken = job(rest)
    assert (spoken.role, spoken.cost_ms) == ("workload", cost)


SOURCE = """
async def test_other():
    class Source:
        pass
    await copy_all(Source())

async def test():
    class Source:
        async def __anext__(self):
            await asyncio.sleep(10)  # <-
            return b""
    {}await copy_all(Source(), timeout=0.1)
"""


@pytest.mark.parametrize(("around", "keeps"), [(EXPECTED.replace("    ", "        "), "the call"), ("", None)])
def test_a_class_that_is_handed_on_goes_with_its_call(around: str, keeps: str | None) -> None:
    task = here(SOURCE.format(around)).task
    assert (task.keeps if task is not None else None) == keeps
