"""Python repairs where the author had a reason, or code is somebody else's; and how what is written fits in."""

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from sleeplint.cli import main
from sleeplint.engine import Report, lint
from sleeplint.finding import Applicability, Fix
from sleeplint.fixing import mend
from sleeplint.languages import ALONE
from sleeplint.registry import load
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source

DISPLAY = Applicability.DISPLAY_ONLY
STRICT = Settings(profile="strict")
RULES = enable(load(strangers=False), STRICT)


def report_of(source: Source) -> Report:
    report = lint(source, RULES, STRICT, ALONE, repairs=True)
    assert report.problems == ()
    return report


def mended(code: str) -> str:
    """The code after all repairs, which leave nothing more to repair and a file that parses."""
    done = mend(Source("tests/test_it.py", dedent(code).encode()), report_of, Applicability.UNSAFE)
    ast.parse(done.source.code)
    assert mend(done.source, report_of, Applicability.UNSAFE).source.data == done.source.data
    return done.source.code.decode()


def offered(code: str) -> list[Fix]:
    report = report_of(Source("tests/test_it.py", dedent(code).encode()))
    return [finding.fix for finding in report.findings if finding.fix is not None]


BLOCKS_ON_PURPOSE = {
    "the loop's own sleep stands beside it": """
        import asyncio
        import time


        async def test_measures_itself(worker):
            while worker.interval < 0.1:
                await asyncio.sleep(0.01)
                time.sleep(0.2)
            assert worker.interval >= 0.1
        """,
    "a name that says sync": """
        import asyncio
        import time


        async def test_keeps_alive_sync_sleep(session):
            await session.get("/")
            time.sleep(0.01)
            await session.get("/")
        """,
    "a name that speaks of the loop's lag": """
        import asyncio
        import time


        async def test_tick_is_late(worker):
            await worker.start()
            time.sleep(0.2)
            assert worker.lag > 0.1
        """,
    "a comment that tells the two sleeps apart": """
        import asyncio
        import time


        async def test_keeps_alive(session):
            await session.get("/")
            # time.sleep is harder to bear than the loop's own
            time.sleep(0.01)
            await session.get("/")
        """,
    "a linter was told": """
        import asyncio
        import time


        async def test_keeps_alive(session):
            await session.get("/")
            time.sleep(0.01)  # noqa: ASYNC251
            await session.get("/")
        """,
    "a limit that would end the other sleep": """
        import time

        import anyio


        async def test_is_cancelled_in_time():
            with anyio.fail_after(0.1) as scope:
                scope.cancel()
                time.sleep(0.11)
                await anyio.lowlevel.checkpoint()
        """,
    "a scope that would end the other sleep": """
        import time

        import trio


        async def test_is_cancelled_in_time():
            with trio.CancelScope() as scope:
                scope.cancel()
                time.sleep(0.11)
                assert scope.cancel_called
        """,
}


@pytest.mark.parametrize("code", BLOCKS_ON_PURPOSE.values(), ids=BLOCKS_ON_PURPOSE.keys())
def test_a_sleep_that_is_to_block_stays(code: str) -> None:
    offers = [fix for fix in offered(code) if "own sleep" in fix.title]
    assert [fix.applicability for fix in offers] == [DISPLAY]
    assert mended(code) == dedent(code)


LEFT_ALONE = {
    "a poll that only lets time pass": """
        import trio


        async def test_ages(cache):
            start = trio.current_time()
            while trio.current_time() == start:
                await trio.sleep(0.01)
            assert cache.age() > 0
        """,
    "a poll whose failure is caught": """
        import time


        def test_ends(job):
            try:
                while not job.done:
                    time.sleep(0.1)
            except (OSError, Exception) as error:
                print(error)
        """,
    "a poll whose failure is let go": """
        import time
        from contextlib import suppress


        def test_ends(job):
            with suppress(Exception):
                while not job.done:
                    time.sleep(0.1)
        """,
    "a clock that a fixture moves": """
        import time


        def test_ages(time_machine, cache):
            start = time.time()
            time_machine.shift(10)
            assert 9 < time.time() - start < 11
        """,
    "a clock that the test replaces": """
        import time


        def test_ages(cache, seconds):
            time.time = lambda: next(seconds)
            start = time.time()
            cache.get()
            assert time.time() - start < 11
        """,
    "a job that a decorator hands to workers": """
        import time

        from workers import remote


        @remote
        def job(gate):
            while not gate.exists():
                time.sleep(0.01)


        def test_runs(gate):
            result = job(gate)
            gate.touch()
            assert result.get() is None
        """,
    "a function that a runner of the test's takes": """
        import time


        def test_breaks(barrier, run_threads):
            def work():
                while barrier.waiting < 4:
                    time.sleep(0.01)
                barrier.reset()

            run_threads(work)
        """,
    "the top of a file": """
        import threading
        import time

        started = False


        def work():
            global started
            started = True


        threading.Thread(target=work).start()
        while not started:
            time.sleep(0.1)
        """,
    "a program that the tests start": """
        import time


        def wait_for_parent(parent):
            while parent.is_running():
                time.sleep(0.01)


        if __name__ == "__main__":
            wait_for_parent(find_parent())
        """,
}


@pytest.mark.parametrize("code", LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_a_counter_example_is_left_alone(code: str) -> None:
    assert offered(code) == []


def test_a_library_s_own_tests_run_on_its_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("trio/__init__.py", "trio/_tests/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "pyproject.toml").touch()
    code = """
        import time

        from .. import sleep


        async def test_ends(thread):
            while thread.is_alive():
                await sleep(0.01)


        async def test_goes_on(clock):
            before = clock.now()
            time.sleep(0.01)
            assert before < clock.now()
        """
    test = tmp_path / "trio/_tests/test_it.py"
    test.write_text(dedent(code))
    monkeypatch.chdir(tmp_path)
    main(["check", "--isolated", "--no-cache", "--profile", "strict", "--fix", "--unsafe-fixes", "-q", str(test)])
    assert test.read_text() == dedent(code)


@pytest.mark.parametrize(
    ("told", "expected"),
    [("ASYNC110", DISPLAY), ("ASYNC110, RUF100", Applicability.UNSAFE), ("E501", Applicability.UNSAFE)],
)
def test_a_poll_that_a_linter_was_told_of_is_only_shown(told: str, expected: Applicability) -> None:
    code = f"""
        import trio


        async def test_ends(thread):
            while thread.is_alive():  # noqa: {told}
                await trio.sleep(0.01)
        """
    assert [fix.applicability for fix in offered(code)] == [expected]


def test_who_stays_for_hours_is_shown_how_to_stay_for_ever() -> None:
    code = """
        import asyncio


        async def test_is_served(serve):
            async def handler(request):
                while True:
                    await asyncio.sleep(86400)

            async with serve(handler) as client:
                await client.close()
        """
    assert [fix.sketch for fix in offered(code)] == ["await asyncio.Event().wait()"]


GIVEN_A_DEADLINE = {
    "what a runner runs to its end": (
        """
        import time

        import trio


        def test_ends(thread):
            async def main():
                while thread.lives:
                    await trio.sleep(0.01)

            trio.run(main)
        """,
        """
        import time

        import trio


        def test_ends(thread):
            async def main():
                deadline = trio.current_time() + 10
                while thread.lives:
                    assert trio.current_time() < deadline, "still `thread.lives` after 10 s"
                    await trio.sleep(0.01)

            trio.run(main)
        """,
    ),
    "a fixture": (
        """
        import time

        import pytest


        @pytest.fixture
        def server(thread):
            while not thread.ready:
                time.sleep(0.01)
            yield thread
        """,
        """
        import time

        import pytest


        @pytest.fixture
        def server(thread):
            deadline = time.monotonic() + 10
            while not thread.ready:
                assert time.monotonic() < deadline, "`thread.ready` did not come in 10 s"
                time.sleep(0.01)
            yield thread
        """,
    ),
    "what is caught and raised again": (
        """
        import time


        def test_ends(job):
            try:
                while not job.done:
                    time.sleep(0.1)
            except Exception:
                print(job.log)
                raise
            except OSError:
                pass
        """,
        """
        import time


        def test_ends(job):
            try:
                deadline = time.monotonic() + 10
                while not job.done:
                    assert time.monotonic() < deadline, "`job.done` did not come in 10 s"
                    time.sleep(0.1)
            except Exception:
                print(job.log)
                raise
            except OSError:
                pass
        """,
    ),
    "a helper that a decorated test calls": (
        """
        import asyncio
        import time

        from cluster import with_cluster


        @with_cluster
        async def test_joins(nodes):
            while not nodes.joined:
                await asyncio.sleep(0.01)
        """,
        """
        import asyncio
        import time

        from cluster import with_cluster


        @with_cluster
        async def test_joins(nodes):
            deadline = time.monotonic() + 10
            while not nodes.joined:
                assert time.monotonic() < deadline, "`nodes.joined` did not come in 10 s"
                await asyncio.sleep(0.01)
        """,
    ),
    "a line that would be too long": (
        """
        import time


        def test_ends(first, second):
            while first.thread.is_alive() or second.thread.is_alive():
                time.sleep(0.01)
        """,
        """
        import time


        def test_ends(first, second):
            deadline = time.monotonic() + 10
            while first.thread.is_alive() or second.thread.is_alive():
                assert time.monotonic() < deadline, (
                    "still `first.thread.is_alive() or second.thread.is_alive()` after 10 s"
                )
                time.sleep(0.01)
        """,
    ),
    "a line that would be too long in unittest": (
        """
        import time
        import unittest


        class WorkerTest(unittest.TestCase):
            def test_ends(self):
                while self.first.is_alive() or self.second.is_alive():
                    time.sleep(0.01)
        """,
        """
        import time
        import unittest


        class WorkerTest(unittest.TestCase):
            def test_ends(self):
                deadline = time.monotonic() + 10
                while self.first.is_alive() or self.second.is_alive():
                    self.assertLess(
                        time.monotonic(),
                        deadline,
                        "still `self.first.is_alive() or self.second.is_alive()` after 10 s",
                    )
                    time.sleep(0.01)
        """,
    ),
}


@pytest.mark.parametrize(("before", "after"), GIVEN_A_DEADLINE.values(), ids=GIVEN_A_DEADLINE.keys())
def test_a_poll_that_can_fail_the_test_gets_a_deadline(before: str, after: str) -> None:
    assert mended(before) == dedent(after)


HEADS = {
    "behind the last of Python's own": (
        "import json\nimport sys\n\nimport requests\n",
        "import json\nimport sys\nimport time\n\nimport requests\n",
    ),
    "between two of Python's own": (
        "import json\nimport uuid\n\nimport requests\n",
        "import json\nimport time\nimport uuid\n\nimport requests\n",
    ),
    "above names of Python's own": (
        "from pathlib import Path\n\nimport requests\n",
        "import time\nfrom pathlib import Path\n\nimport requests\n",
    ),
    "in a block above the others": (
        '"""Polls."""\n\nimport requests\n\nfrom project import ready\n',
        '"""Polls."""\n\nimport time\n\nimport requests\n\nfrom project import ready\n',
    ),
    "in a block above relative ones": (
        "from __future__ import annotations\n\nfrom .project import ready\n",
        "from __future__ import annotations\n\nimport time\n\nfrom .project import ready\n",
    ),
    "below a docstring": ('"""Polls."""\n', '"""Polls."""\n\nimport time\n'),
    "below a remark": ("# Polls.\n", "# Polls.\n\n\nimport time\n"),
}


@pytest.mark.parametrize(("before", "after"), HEADS.values(), ids=HEADS.keys())
def test_a_new_import_stands_where_the_file_has_its_like(before: str, after: str) -> None:
    poll = "\n\ndef test_ends(it):\n    from time import sleep as nap\n\n{}    while it.lives:\n{}        nap(0.01)\n"
    deadline = "    deadline = time.monotonic() + 10\n"
    check = '        assert time.monotonic() < deadline, "still `it.lives` after 10 s"\n'
    assert mended(before + poll.format("", "")) == after + poll.format(deadline, check)


NAMES = {
    "in order": ("from time import perf_counter, sleep", "from time import monotonic, perf_counter, sleep"),
    "one": ("from time import sleep", "from time import monotonic, sleep"),
    "in no order": ("from time import sleep, perf_counter", "from time import sleep, perf_counter, monotonic"),
    "on lines of their own": (
        "from time import (\n    localtime,\n    sleep,\n)",
        "from time import (\n    localtime,\n    monotonic,\n    sleep,\n)",
    ),
}


@pytest.mark.parametrize(("before", "after"), NAMES.values(), ids=NAMES.keys())
def test_a_new_name_stands_in_order(before: str, after: str) -> None:
    poll = "\n\n\ndef test_ends(it):\n    while it.lives:\n        sleep(0.01)\n"
    assert mended(before + poll).partition("\n\n\n")[0] == after


def test_a_name_that_takes_another_s_place_stands_in_order() -> None:
    code = (
        "from time import process_time, time\n\n\ndef test_is_quick(work):\n    start = time()\n    work()\n"
        "    assert time() - start < 1\n    assert process_time() < 9\n"
    )
    assert mended(code).splitlines()[0] == "from time import monotonic, process_time"


def test_an_import_that_opens_a_function_leaves_no_blank_line() -> None:
    code = """
        import asyncio


        async def test_answers(server):
            import time

            await server.start()
            time.sleep(0.1)
            assert await server.ask()
        """
    assert mended(code) == dedent("""
        import asyncio


        async def test_answers(server):
            await server.start()
            await asyncio.sleep(0.1)
            assert await server.ask()
        """)


NOT_SHOWN = {
    "a hold that lasts one round of a loop": """
        import asyncio


        async def test_notices_the_end(serve):
            async def handler(response):
                with suppress(ConnectionError):
                    for _ in range(10):
                        await response.write(b"data")
                        await asyncio.sleep(0.5)
                assert False

            async with serve(handler) as client:
                await client.close()
        """,
    "what was asserted before is to go on holding": """
        import time


        def test_no_longer_listens(events, map_):
            map_.put("one", 1)
            assert len(events) == 1
            map_.remove_listener()
            map_.put("two", 2)
            time.sleep(1)
            assert len(events) == 1
        """,
    "what was waited for before is to go on holding": """
        import asyncio


        async def test_scales_no_further(cluster):
            while len(cluster.workers) > 1:
                await cluster.changed()
            cluster.ask(1)
            await asyncio.sleep(0.1)
            assert len(cluster.workers) == 1
        """,
    "many that start": """
        import asyncio


        async def test_shuts_down(queue, serve):
            servers = []
            for number in range(2):
                servers.append(asyncio.create_task(serve(number)))
            # wait for the tasks to start
            await asyncio.sleep(0.01)
            queue.shutdown()
            for server in servers:
                await server
        """,
    "many that start at a go": """
        import asyncio


        async def test_shuts_down(queue, serve):
            servers = [asyncio.create_task(serve(number)) for number in range(2)]
            # wait for the tasks to start
            await asyncio.sleep(0.01)
            queue.shutdown()
            for server in servers:
                await server
        """,
    "what was asserted eventually before is to go on holding": """
        import time
        import unittest


        class ListenerTest(unittest.TestCase):
            def test_no_longer_listens(self):
                self.map.put("one", 1)
                self.eventually(lambda: self.assertEqual(len(self.events), 1))
                self.map.remove_listener()
                self.map.put("two", 2)
                time.sleep(1)
                self.assertEqual(len(self.events), 1)
        """,
}


@pytest.mark.parametrize("code", NOT_SHOWN.values(), ids=NOT_SHOWN.keys())
def test_a_draft_that_would_show_nothing_is_not_shown(code: str) -> None:
    assert report_of(Source("tests/test_it.py", dedent(code).encode())).findings
    assert offered(code) == []


@pytest.mark.parametrize(("opened", "idle"), [("run_server", False), ("run_pair", True)])
def test_only_the_loop_s_own_tasks_are_known_to_wait(opened: str, idle: bool) -> None:
    code = f"""
        import trio


        async def test_is_kept_alive({opened}):
            async with {opened}() as it:
                client = await it.join()
                client.ping()
                await trio.sleep(0.1)
                assert client.pings == 3
        """
    (fix,) = offered(code)
    assert ("wait_all_tasks_blocked" in str(fix.sketch)) == idle


def test_what_was_another_right_before_can_be_waited_for() -> None:
    code = """
        import asyncio


        async def test_commits(producer, state):
            assert producer.state == state.READY
            await producer.begin()
            assert producer.state == state.OPEN
            producer.commit()
            await asyncio.sleep(0.1)
            assert producer.state == state.READY
        """
    (fix,) = offered(code)
    assert str(fix.sketch).splitlines()[1] == "while producer.state != state.READY:"


def test_a_draft_says_what_it_needs_where_nobody_says_who_runs_it() -> None:
    code = """
        import time


        def test_gives_up(pool):
            def slow():
                time.sleep(1)
                return 1

            assert pool.ask(slow, limit=0.1) is None
        """
    (fix,) = offered(code)
    assert fix.sketch is not None
    assert fix.sketch.endswith("release.set()  # in the test, which has to go on meanwhile")


def test_a_listener_is_nothing_to_wait_for_once_it_has_been_used() -> None:
    code = """
        import socket
        import time


        def test_sees_the_end(is_closed):
            listener = socket.socket()
            listener.listen(1)
            client = socket.create_connection(listener.getsockname())
            server, _ = listener.accept()
            assert is_closed(client) is False
            server.close()
            time.sleep(0.1)
            assert is_closed(client) is True
        """
    (finding,) = report_of(Source("tests/test_it.py", dedent(code).encode())).findings
    assert finding.rule == "settle-sleep"
    assert finding.advice is not None
    assert finding.advice.startswith("Wait for the effect itself")
