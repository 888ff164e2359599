"""Loops that wait: which of them try until something holds, and what comes when they run out; with near misses."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = "import asyncio, queue, threading, time\nimport pytest\nfrom tornado import gen\nfrom app import timestamp\n\n"


def here(code: str) -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


ROLES = {
    "until a moment, by a clock of the project's own": (
        "pacing",
        """
        def test_it(topic):
            first = timestamp()
            while timestamp() - first < 2:
                topic.publish("a")
                time.sleep(0.5)  # <-
            assert topic.is_open
        """,
    ),
    "until a moment, by what it began at": (
        "pacing",
        """
        def test_it(topic):
            begin = topic.age()
            while topic.age() - begin < 2:
                topic.publish("a")
                time.sleep(0.5)  # <-
            assert topic.is_open
        """,
    ),
    "until there is more": (
        "poll",
        """
        def test_it(topic):
            size = topic.size()
            while topic.size() - size < 2:
                topic.publish("a")
                time.sleep(0.5)  # <-
            assert topic.is_open
        """,
    ),
    "that gives one thing after the other": (
        "pacing",
        """
        async def spend(_root, _info, money):
            while money.amount > 0:
                money = Money(money.amount - 1)
                yield money
                await asyncio.sleep(0.01)  # <-
        """,
    ),
    "whose yield is a wait": (
        "poll",
        """
        @gen.coroutine
        def test_it(money):
            while money.amount > 0:
                yield money.spend()
                time.sleep(0.01)  # <-
        """,
    ),
    "that is left in its first round": (
        "settle",
        """
        async def test_it(session):
            async for answer in session.subscribe("a"):
                await asyncio.sleep(0.01)  # <-
                break
            assert session.closed
        """,
    ),
    "that may go round again": (
        "poll",
        """
        async def test_it(session):
            while True:
                await asyncio.sleep(0.01)  # <-
                if not await session.ask("a"):
                    continue
                break
            assert session.closed
        """,
    ),
    "until somebody says that it is enough": (
        "pacing",
        """
        class Stress(Base):
            def work(self):
                while not self.stop.is_set():
                    self.tree.add(1)
                    time.sleep(self.pause)  # <-
        """,
    ),
    "of a test itself until somebody has stopped": (
        "poll",
        """
        def test_it(worker):
            while not worker.stopped.is_set():
                worker.interrupt()
                time.sleep(0.1)  # <-
            assert worker.clean
        """,
    ),
    "until something has happened": (
        "poll",
        """
        class Stress(Base):
            def work(self):
                while not self.happened.is_set():
                    self.tree.add(1)
                    time.sleep(self.pause)  # <-
        """,
    ),
    "until it is ready, or gone": (
        "poll",
        """
        def test_it(box):
            while not box.ready():
                try:
                    box.put("a")
                except BufferError:
                    if box.gone():
                        break
                    time.sleep(0.01)  # <-
            box.close()
        """,
    ),
    "until the clock goes on": (
        "pacing",
        """
        def next_second():
            now = time.localtime()[5]
            while time.localtime()[5] == now:
                time.sleep(0.01)  # <-
        """,
    ),
    "until the clock goes on, in whole seconds": (
        "pacing",
        """
        def next_second():
            now = int(time.time())
            while int(time.time()) == now:
                time.sleep(0.01)  # <-
        """,
    ),
    "until a state is another": (
        "poll",
        """
        def next_state(worker):
            now = worker.state()
            while worker.state() == now:
                time.sleep(0.01)  # <-
        """,
    ),
    "where an error only slows the work down": (
        "pacing",
        """
        def test_it(producer):
            for number in range(1000):
                try:
                    producer.produce(number)
                except BufferError as error:
                    if "full" in str(error):
                        time.sleep(0.01)  # <-
                        continue
                    break
            producer.flush()
        """,
    ),
    "where it is an error that is waited for": (
        "poll",
        """
        def test_it(box):
            for number in range(1000):
                try:
                    box.look("a")
                except LookupError:
                    break
                time.sleep(0.01)  # <-
            box.close()
        """,
    ),
    "where no error is waited for": (
        "poll",
        """
        def test_it(client):
            for number in range(1000):
                try:
                    client.connect()
                    break
                except OSError:
                    time.sleep(0.01)  # <-
            client.close()
        """,
    ),
    "a thread that feeds until somebody has enough": (
        "workload",
        """
        def test_it(box):
            enough = False

            def feed():
                for number in range(10):
                    if enough:
                        return
                    box.put(number)
                    time.sleep(0.1)  # <-

            threading.Thread(target=feed).start()
        """,
    ),
    "a thread that notes what came of it": (
        "pacing",
        """
        def test_it(box):
            seen = {}

            def watch():
                box.opened.set()
                time.sleep(0.1)  # <-
                seen["all"] = box.events == ["open", "close"]

            threading.Thread(target=watch).start()
            box.run()
            assert seen["all"]
        """,
    ),
    "a thread that lets go of what it has": (
        "hold",
        """
        def test_it(box):
            def watch():
                box.connection = connect()
                time.sleep(0.1)  # <-
                box.connection = None

            threading.Thread(target=watch).start()
            box.run()
        """,
    ),
    "a thread that looks whether somebody has enough": (
        "poll",
        """
        def test_it(box):
            enough = False

            def watch():
                for number in range(10):
                    if enough:
                        return
                    time.sleep(0.1)  # <-
                box.close()

            threading.Thread(target=watch).start()
        """,
    ),
    "a thread that tries until it is let in": (
        "poll",
        """
        def test_it(box):
            def enter():
                for number in range(10):
                    if box.enter(number):
                        return
                    time.sleep(0.1)  # <-
                box.close()

            threading.Thread(target=enter).start()
        """,
    ),
}


@pytest.mark.parametrize("story", ROLES)
def test_role(story: str) -> None:
    expected, code = ROLES[story]
    spoken = here(code).role
    assert spoken == expected


LOOKS = {
    "what is looked up again is asserted": (
        False,
        """
        one = pool.size()
        two = pool.free()
        rest = pool.rest()
        assert one + two + rest == 9
        """,
    ),
    "something else is looked up, at length": (
        True,
        """
        one = pool.owner()
        two = pool.name()
        rest = pool.age()
        assert one + two + rest == 9
        """,
    ),
    "whether it ran out is handed on": (
        False,
        """
        answers.put(found)
        pool.open()
        pool.fill()
        pool.close()
        """,
    ),
    "whether it ran out is only said": (
        True,
        """
        print(found)
        pool.open()
        pool.fill()
        pool.close()
        """,
    ),
    "what it came to is handed on": (
        True,
        """
        answers.put(sizes)
        pool.open()
        pool.fill()
        pool.close()
        """,
    ),
    "it is looked up again, and something is done": (
        True,
        """
        one = pool.size()
        pool.open()
        pool.fill()
        pool.close()
        assert one == 9
        """,
    ),
}


@pytest.mark.parametrize("story", LOOKS)
def test_running_out_is_noticed_where_it_is_looked_up_again(story: str) -> None:
    silent, after = LOOKS[story]
    loop = """
        def test_it(pool):
            for _ in range(10):
                sizes = pool.size(), pool.free(), pool.rest()
                if all(sizes):
                    found = True
                    break
                time.sleep(1)  # <-
    """
    found = here(dedent(loop) + dedent(after).replace("\n", "\n    ")).loop
    assert found is not None
    assert found.falls_through == silent
