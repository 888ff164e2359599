"""A sleep that something cuts short is not paid: what says so, and what only looks like it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = "import asyncio, time\nimport anyio, pytest\nfrom concurrent import futures\nfrom shop import alarm, boom\n\n"


def here(code: str) -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


CUT = {
    "a flag behind it is never raised": """
        async def test():
            over = False
            with pytest.raises(ExceptionGroup):
                async with anyio.create_task_group() as group:
                    group.start_soon(boom)
                    await anyio.sleep(5)  # <-
                    over = True
            assert not over
        """,
    "nor one in a task": """
        async def test():
            seen = []
            async def job():
                await anyio.sleep(5)  # <-
                seen.append(1)
            async with anyio.create_task_group() as group:
                group.start_soon(job)
                await group.fail()
            assert seen == []
        """,
    "another function cancels the scope": """
        async def test():
            scope = None
            async def job():
                nonlocal scope
                with anyio.CancelScope() as scope:
                    await anyio.sleep(5)  # <-
                await report()
            async with anyio.create_task_group() as group:
                group.start_soon(job)
                await anyio.wait_all_tasks_blocked()
                scope.cancel()
        """,
    "the time of a block is up at once": """
        async def test():
            with anyio.move_on_at(anyio.current_time()) as scope:
                await anyio.sleep(5)  # <-
            assert scope.cancelled_caught
        """,
    "a block of no time": """
        async def test():
            with anyio.fail_after(0):
                await anyio.sleep(5)  # <-
        """,
    "a bound of any name within an expected error": """
        def test():
            with pytest.raises(TookTooLong):
                with alarm(0.2):
                    time.sleep(5)  # <-
        """,
    "and beside it": """
        def test():
            with pytest.raises(TookTooLong), alarm(0.2):
                time.sleep(5)  # <-
        """,
    "the group's body fails": """
        async def test():
            with pytest.raises(ExceptionGroup):
                async with anyio.create_task_group() as group:
                    group.start_soon(anyio.sleep, 5)  # <-
                    raise ValueError
        """,
    "a scope around the group is cancelled": """
        async def test():
            with anyio.CancelScope() as outer:
                async with anyio.create_task_group() as group:
                    group.start_soon(anyio.sleep, 5)  # <-
                    outer.cancel()
        """,
    "the end of the group is not to be reached": """
        async def test():
            async def job():
                async with anyio.create_task_group() as group:
                    group.start_soon(anyio.sleep, 5)  # <-
                pytest.fail("reached")
            await run(job)
        """,
    "the task that waits for it is cancelled": """
        async def test():
            async def job():
                async with anyio.create_task_group() as inner:
                    inner.start_soon(anyio.sleep, 5)  # <-
            async with anyio.create_task_group() as group:
                group.start_soon(job)
                group.cancel_scope.cancel()
        """,
    "its result is to be an error": """
        def test(pool):
            job = pool.submit(time.sleep, 5)  # <-
            pool.kill_workers()
            with pytest.raises(WorkerLost):
                job.result()
        """,
    "nobody waits so long for what is to fail": """
        async def test(worker):
            with pytest.raises(RuntimeError):
                with worker.breaking() as breaker:
                    async with worker:
                        breaker.trip()
                        await asyncio.sleep(1000)  # <-
        """,
    "nor for what is to fail and is told so": """
        async def test(worker):
            with pytest.raises(RuntimeError):
                async with worker:
                    worker.trip()
                    try:
                        await asyncio.sleep(1000)  # <-
                    except BaseException as error:
                        raise RuntimeError("told") from error
        """,
    "its result in the call that expects it": """
        def test(self):
            job = self.pool.submit(time.sleep, 5)  # <-
            self.assertRaises(WorkerLost, job.result)
        """,
}


@pytest.mark.parametrize("case", CUT)
def test_what_is_cut_short_is_not_paid(case: str) -> None:
    assert not here(CUT[case]).cost_ms


PAID = {
    "the flag is raised in the end": """
        async def test():
            over = False
            async def job():
                nonlocal over
                await anyio.sleep(5)  # <-
                over = True
            async with anyio.create_task_group() as group:
                group.start_soon(job)
                assert not over
            assert over
        """,
    "a flag that is lowered again": """
        async def test():
            over = False
            await serve()
            await asyncio.sleep(5)  # <-
            over = True
            await poke(over)
            over = False
            assert not over
        """,
    "a block that may fail a moment later": """
        async def test(worker):
            with pytest.raises(RuntimeError):
                async with worker:
                    worker.trip()
                    await asyncio.sleep(5)  # <-
        """,
    "a failure that is the worker's": """
        async def test(worker):
            await asyncio.sleep(5)  # <-
            worker.fail(RuntimeError("no"))
        """,
    "what is looked up behind it is no flag": """
        def test():
            pool.start()
            time.sleep(5)  # <-
            worker = pool.workers[0]
            worker.kill()
            assert not worker.is_alive()
        """,
    "the rest of it is waited for": """
        async def test():
            seen = []
            async def job():
                await asyncio.sleep(5)  # <-
                seen.append(1)
            task = asyncio.create_task(job())
            assert not seen
            await task
        """,
    "a block that gives enough time": """
        async def test():
            await serve()
            with anyio.fail_after(30):
                await anyio.sleep(5)  # <-
        """,
    "a scope that is cancelled when it is over": """
        async def test():
            with anyio.CancelScope() as scope:
                await serve()
                await anyio.sleep(5)  # <-
                scope.cancel()
        """,
    "a shield within a scope that is cancelled": """
        async def test():
            with anyio.CancelScope() as outer:
                outer.cancel()
                with anyio.CancelScope(shield=True):
                    await serve()
                    await anyio.sleep(5)  # <-
        """,
    "what is expected to fail is the end of the block": """
        def test():
            with pytest.raises(Failed):
                with serving():
                    time.sleep(5)  # <-
        """,
    "a group whose body goes well": """
        async def test():
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 5)  # <-
            pytest.fail
        """,
    "the task that waits for it is waited for": """
        async def test():
            async def job():
                async with anyio.create_task_group() as inner:
                    inner.start_soon(anyio.sleep, 5)  # <-
            async with anyio.create_task_group() as group:
                group.start_soon(job)
        """,
    "its result is to be there": """
        def test(pool):
            job = pool.submit(time.sleep, 5)  # <-
            assert job.result() is None
        """,
    "a job that fails by itself when it has slept": """
        def test(pool):
            def work():
                time.sleep(5)  # <-
                raise ValueError
            job = pool.submit(work)
            with pytest.raises(ValueError):
                job.result()
        """,
}


@pytest.mark.parametrize("case", PAID)
def test_what_runs_to_its_end_is_paid(case: str) -> None:
    assert here(PAID[case]).cost_ms == 5000


def test_what_a_job_of_somebodys_costs_is_left_open() -> None:
    spoken = here(
        """
        def test(broker):
            done = []
            @broker.job(time_limit=1)
            def work():
                time.sleep(5)  # <-
                done.append(1)
            work.send()
            broker.join()
            assert done == []
        """
    )
    assert (spoken.role, spoken.cost_ms) == ("workload", None)


def test_the_first_of_several_does_not_wait_for_the_others() -> None:
    code = """
        def test(pool):
            one = pool.submit(fail)
            other = pool.submit(time.sleep, 5)  # <-
            done, pending = futures.wait([one, other], return_when=futures.FIRST_EXCEPTION)
            assert done == {one}
        """
    assert not here(code).cost_ms
    assert here(code.replace("FIRST_EXCEPTION", "ALL_COMPLETED")).cost_ms == 5000


@pytest.mark.parametrize(
    ("then", "cost", "role"),
    [
        ("await asyncio.wait(jobs)", 5000, "workload"),
        ("[job.cancel() for job in jobs]", 0, "hold"),
        ("await asyncio.wait(jobs, return_when=asyncio.FIRST_EXCEPTION)", None, "hold"),
        ("shop.poke()", None, "hold"),
    ],
)
def test_jobs_that_are_put_in_a_list_are_seen_to_there(then: str, cost: float | None, role: str) -> None:
    spoken = here(
        f"""
        async def nap():
            await asyncio.sleep(5)  # <-

        async def test(shop):
            one = asyncio.create_task(nap())
            other = asyncio.create_task(shop.look())
            jobs = [one, other]
            {then}
        """
    )
    assert (spoken.cost_ms, spoken.role) == (cost, role)


def test_a_pool_that_is_given_a_sleep_by_name_is_at_work() -> None:
    code = "def test(pool):\n    list(pool.map(time.sleep, [0, 0, 5], timeout=1))  # <-\n    assert pool.idle\n"
    spoken = next(
        wait for wait in read(Source("tests/test_it.py", (HEAD + code).encode())).waits if wait.kind == "sleep"
    )
    assert spoken.role == "workload"


def test_a_scope_that_may_be_cancelled_is_nothing_that_is_kept_open() -> None:
    spoken = here(
        """
        async def test():
            async def job(status):
                with anyio.CancelScope() as scope:
                    status.started()
                    await anyio.sleep(5)  # <-
            async with anyio.create_task_group() as group:
                await group.start(job)
                group.cancel_scope.cancel()
        """
    )
    assert spoken.task is not None
    assert spoken.task.keeps == "task"
