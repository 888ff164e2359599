"""Calls that something else than their timeout ends, or that never wait: nothing is said of what time does to them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = "import queue, threading, time\nfrom unittest import mock\nimport pika, pytest\n\n"


def waits(code: str) -> list[Wait]:
    """The timeouts on lines that end with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    found = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return [wait for wait in found if wait.kind == "timeout"]


ONCE = {
    "of a lock": """
        def test(lock):
            with pytest.raises(Timeout):
                lock.acquire(timeout=1, blocking=False)  # <-
        """,
    "of a method that is only known by its keyword": """
        def test(lock):
            with pytest.raises(Timeout):
                lock.acquire_write(timeout=1, blocking=False)  # <-
        """,
    "of a queue": """
        def test():
            with pytest.raises(queue.Empty):
                queue.Queue().get(block=False, timeout=1)  # <-
        """,
}


@pytest.mark.parametrize("case", ONCE)
def test_a_look_that_does_not_wait_is_no_wait(case: str) -> None:
    assert waits(ONCE[case]) == []
    (spoken,) = waits(ONCE[case].replace("=False", "=True"))
    assert (spoken.role, spoken.duration_ms) == ("burned", 1000)


def test_what_does_not_block_may_give_back_something_to_wait_for() -> None:
    code = "def test(pool):\n    started = pool.wait_for_workers(3, timeout=1, block=False)  # <-\n    pool.add(3)\n"
    assert [wait.duration_ms for wait in waits(code + "    assert started.result() is None\n")] == [1000]


def test_what_makes_something_takes_a_setting_of_that() -> None:
    code = "def test():\n    {}(workers=2, timeout=0.001).submit(work)  # <-\n"
    assert waits(code.format("get_shared_executor")) == []
    assert waits(code.format("get_connection"))[0].role == "guard"


UNSAID = {
    "a callback may call it off": """
        def test(lock):
            with pytest.raises(Timeout):
                lock.acquire(timeout=10, cancel_check=lambda: True)  # <-
        """,
    "a stand-in answers": """
        def test(box):
            class NoSocket:
                def read(self):
                    return None
            box.socket = NoSocket()
            assert box.read(timeout=30) is None  # <-
        """,
    "a mock answers": """
        def test(box):
            box.thread = mock.MagicMock()
            box.close(timeout=0.01)  # <-
        """,
    "its part is patched": """
        def test(box):
            with mock.patch.object(box, "_fetch", side_effect=queue.Empty):
                with pytest.raises(queue.Empty):
                    box.read(timeout=10)  # <-
        """,
    "what passes time is patched": """
        def test(box):
            with mock.patch("shop.box.wait", return_value=(set(), set())), pytest.raises(TimeoutError):
                box.read(timeout=10)  # <-
        """,
    "its part is told what to answer": """
        def test(box):
            box.socket.read.side_effect = OSError
            assert box.read(timeout=10) is None  # <-
        """,
    "its part is a mock by name": """
        def test(self):
            self.box.socket.next_line = self.mock_next_line
            with pytest.raises(TimeoutError):
                self.box.read(timeout=10)  # <-
        """,
    "a mock of its was given that length": """
        def test(box):
            box.fetch("a", timeout=45)  # <-
            box.server.fetch.assert_called_with("a", 45)
        """,
    "a mock was given that timeout": """
        def test(box, server):
            box.fetch("a", timeout=45)  # <-
            server.fetch.assert_called_once_with("a", timeout=45)
        """,
    "what passes time is patched around a function": """
        def test():
            with mock.patch("asyncio.wait_for") as waiting:
                fetch("a", timeout=45)  # <-
        """,
    "it is a turn of a loop": """
        def test():
            box = pika.BlockingConnection()
            box.process_data_events(time_limit=0.01)  # <-
            assert box.received == 1
        """,
    "a loop is started that turns by it": """
        async def test(box):
            turning = asyncio.create_task(box.run_once(timeout=0.01))  # <-
            await box.settle()
            assert not turning.done()
        """,
    "each round takes a while": """
        def test(box):
            for item in box.consume(inactivity_timeout=0.01, timeout=0.01):  # <-
                assert item is not None
        """,
}


@pytest.mark.parametrize("case", UNSAID)
def test_what_may_end_otherwise_says_nothing_of_its_timeout(case: str) -> None:
    (spoken,) = waits(UNSAID[case])
    assert (spoken.role, spoken.role_confidence, spoken.cost_ms) == ("guard", "low", 0)


SAID = {
    "nothing calls it off": """
        def test(lock):
            with pytest.raises(Timeout):
                lock.acquire(timeout=10)  # <-
        """,
    "no callback": """
        def test(lock):
            with pytest.raises(Timeout):
                lock.acquire_write(timeout=10, cancel_check=None)  # <-
        """,
    "somebody else has the stand-in": """
        def test(box, other):
            other.socket = FakeSocket()
            assert box.read(timeout=30) is None  # <-
        """,
    "somebody else is patched": """
        def test(box, other):
            with mock.patch.object(other, "_fetch", return_value=3):
                with pytest.raises(queue.Empty):
                    box.read(timeout=10)  # <-
        """,
    "a mock was given something else": """
        def test(box):
            with pytest.raises(TimeoutError):
                box.read(timeout=10)  # <-
            box.listener.assert_called_with("closed", 3)
        """,
    "a stand-in was taken out again": """
        def test(box):
            box.socket = FakeSocket()
            box.socket = real
            with pytest.raises(TimeoutError):
                box.read(timeout=10)  # <-
        """,
    "something else is patched": """
        def test(box):
            with mock.patch("shop.box.price", return_value=3), pytest.raises(TimeoutError):
                box.read(timeout=10)  # <-
        """,
    "a real thing is put in": """
        def test(box):
            box.socket = Socket()
            assert box.read(timeout=30) is None  # <-
        """,
}


@pytest.mark.parametrize("case", SAID)
def test_what_only_time_ends_is_burned(case: str) -> None:
    (spoken,) = waits(SAID[case])
    assert (spoken.role, spoken.role_confidence) == ("burned", "high")


def test_what_a_stand_in_answers_never_hangs() -> None:
    (spoken,) = waits(UNSAID["a stand-in answers"])
    assert spoken.excused


def test_turns_of_a_loop_until_something_holds_are_tries() -> None:
    code = """
        def test(received):
            box = pika.BlockingConnection()
            began = {clock}()
            while not received and {clock}() - began < 5:
                box.process_data_events(time_limit=0.01)  # <-
            assert received
        """
    (spoken,) = waits(code.format(clock="time.monotonic"))
    assert (spoken.role, spoken.loop is not None and spoken.loop.bounded) == ("poll", True)
    (spoken,) = waits(code.format(clock="time_now"))
    assert (spoken.role, spoken.loop is not None and spoken.loop.bounded) == ("poll", True)


def sleeps(code: str) -> list[float | None]:
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    return [wait.cost_ms for wait in read(source).waits if wait.kind == "sleep"]


def test_nobody_sleeps_in_a_stand_in() -> None:
    code = """
        import pika
        def test():
            box = pika.BlockingConnection()
            {}
            box.sleep(3)
            {}
        """
    assert sleeps(code.format("box.impl = mock.Mock()", "")) == [0]
    assert sleeps(code.format("", "box.impl.sleep.assert_called_once_with(3)")) == [0]
    assert sleeps(code.format("box.impl = Real()", "box.impl.check(3)")) == [3000]
