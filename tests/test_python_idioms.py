"""Idioms in which Python projects write waits: what each is there for, and what it costs."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import Surroundings, read
from sleeplint.source import Project, Source

HEAD = """\
import asyncio, os, select, signal, socket, subprocess, sys, time, unittest
import gevent, pytest, redis, requests
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from gevent.pool import Pool
from threading import Thread
from unittest.mock import patch

"""


def here(code: str) -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


IDIOMS = {
    # --- a sleep that is replaced by assignment
    "a sleep assigned over": (
        "sleep 9000 virtual costs 0",
        """
        def test():
            original = time.sleep
            time.sleep = lambda seconds: None
            try:
                time.sleep(9)  # <-
            finally:
                time.sleep = original
        """,
    ),
    "and put back": (
        "sleep 1000 settle low costs 1000",
        """
        def test():
            original = time.sleep
            time.sleep = lambda seconds: None
            poke()
            time.sleep = original
            time.sleep(1)  # <-
            go_on()
        """,
    ),
    "assigned over by a fixture": (
        "sleep 3000 virtual costs 0",
        """
        @pytest.fixture
        def no_naps():
            original = time.sleep
            time.sleep = print
            yield
            time.sleep = original

        def test(no_naps):
            time.sleep(3)  # <-
        """,
    ),
    "by something that sleeps less is still asleep": (
        "sleep 3000 settle low costs 3000",
        """
        real = time.sleep

        def quick(seconds):
            real(seconds / 10)

        def test(monkeypatch):
            monkeypatch.setattr(time, "sleep", quick)
            time.sleep(3)  # <-
        """,
    ),
    "by a turn of the loop is not": (
        "sleep 3000 virtual costs 0",
        """
        real = asyncio.sleep

        async def turn(seconds):
            await real(0)

        async def test(monkeypatch):
            monkeypatch.setattr(asyncio, "sleep", turn)
            await asyncio.sleep(3)  # <-
        """,
    ),
    "a helper that sleeps, with the module's sleep patched": (
        "sleep 500 virtual costs 0",
        """
        def nap(seconds):
            time.sleep(seconds)

        @patch("time.sleep")
        def test(fake):
            nap(0.5)  # <-
        """,
    ),
    "a helper that sleeps, and another module's patched": (
        "sleep 500 sync low costs 500",
        """
        def nap(seconds):
            time.sleep(seconds)

        @patch("shop.worker.sleep")
        def test(fake):
            nap(0.5)  # <-
        """,
    ),
    # --- what never runs its time
    "the child of a fork that is killed": (
        "sleep 100000 hold low costs 0",
        """
        def test():
            pid = os.fork()
            if pid == 0:
                time.sleep(100)  # <-
                os._exit(0)
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
        """,
    ),
    "the child of a fork that is waited for": (
        "sleep 100 workload low costs None",
        """
        def test():
            pid = os.fork()
            if not pid:
                time.sleep(0.1)  # <-
                os._exit(0)
            os.waitpid(pid, 0)
        """,
    ),
    "another zero": (
        "sleep 100 settle low costs 100",
        """
        def test(box):
            if box.count == 0:
                box.fill()
                time.sleep(0.1)  # <-
            box.close()
        """,
    ),
    "interrupted by a signal": (
        "sleep 5000 hold low costs 0",
        """
        def test():
            signal.alarm(1)
            with pytest.raises(InterruptedError):
                time.sleep(5)
        """.replace("sleep(5)", "sleep(5)  # <-"),
    ),
    "something is to raise after it": (
        "sleep 500 settle low costs 500",
        """
        def test(box):
            with pytest.raises(KeyError):
                box.put(1)
                time.sleep(0.5)  # <-
                box.get(2)
        """,
    ),
    "leaving a block within is to raise": (
        "sleep 500 settle low costs 500",
        """
        def test():
            with pytest.raises(KeyError):
                with opened():
                    time.sleep(0.5)  # <-
        """,
    ),
    "a child program that is killed": (
        "sleep 60000 hold high costs 0",
        """
        def test():
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])  # <-
            child.kill()
            child.wait()
        """,
    ),
    "a child program that is waited for": (
        "sleep 2000 workload high costs None",
        """
        def test():
            child = subprocess.Popen(["sleep", "2"])  # <-
            child.communicate()
            child.kill()
        """,
    ),
    # --- work that a pool waits for
    "a pool that is joined": (
        "sleep 300 workload high costs 300",
        """
        def test():
            pool = Pool(2)
            pool.spawn(gevent.sleep, 0.3)  # <-
            pool.join()
        """,
    ),
    "an executor that is shut down": (
        "sleep 300 workload high costs 300",
        """
        def test():
            executor = ThreadPoolExecutor()
            executor.submit(time.sleep, 0.3)  # <-
            executor.shutdown()
        """,
    ),
    "an executor that nobody waits for": (
        "sleep 300 workload low costs 0",
        """
        def test():
            executor = ThreadPoolExecutor()
            executor.submit(time.sleep, 0.3)  # <-
            executor.shutdown(wait=False)
        """,
    ),
    "a task that is awaited only until it runs": (
        "sleep 1000000 hold high costs 0",
        """
        import curio

        async def test():
            task = await curio.spawn(curio.sleep(1000))  # <-
            await task.cancel()
        """,
    ),
    # --- timeouts whose outcome stands farther off
    "a socket's timeout, then its expiry": (
        "timeout 100 burned high costs 100",
        """
        def test(address):
            sock = socket.create_connection(address)
            sock.settimeout(0.1)  # <-
            with pytest.raises(socket.timeout):
                sock.recv(1)
        """,
    ),
    "a socket's timeout, then another's expiry": (
        "timeout 100 guard high costs 0",
        """
        def test(address, other):
            sock = socket.create_connection(address)
            sock.settimeout(0.1)  # <-
            with pytest.raises(socket.timeout):
                other.recv(1)
        """,
    ),
    "a poll that gives nothing, as a dictionary": (
        "timeout 200 burned low costs 200",
        """
        def test(poller):
            assert dict(poller.poll(timeout=0.2)) == {}  # <-
        """,
    ),
    "a request that a fake answers": (
        "timeout 3000 guard low costs 0",
        """
        def test(requests_mock):
            requests_mock.get("http://shop/", exc=requests.ConnectTimeout)
            with pytest.raises(requests.ConnectTimeout):
                requests.get("http://shop/", timeout=3)  # <-
        """,
    ),
    "a request that nobody answers": (
        "timeout 3000 burned high costs 3000",
        """
        def test(silent):
            with pytest.raises(requests.ReadTimeout):
                requests.get(silent.url, timeout=3)  # <-
        """,
    ),
    "a lock that another has": (
        "timeout 100 burned high costs 100",
        """
        def test(other):
            assert not other.acquire(blocking_timeout=0.1)  # <-
        """,
    ),
    "a remote procedure": (
        "timeout 5000 guard high costs 0",
        """
        def test(stub, order):
            assert stub.GetOrder(order, timeout=5).total == 1  # <-
        """,
    ),
    "a request within the client's own site": (
        "timeout 100 burned high costs 100",
        """
        async def test(client):
            with pytest.raises(asyncio.TimeoutError):
                await client.get("/slow", timeout=0.1)  # <-
        """,
    ),
    "a command over a wire": (
        "timeout 5000 guard high costs 0",
        """
        def test(client):
            _, out, _ = client.exec_command("ls", timeout=5)  # <-
            assert out.read()
        """,
    ),
    # --- what must elapse, set where the subject is made
    "a window of setUp": (
        "sleep 600 expiry low costs 600",
        """
        class LimiterTest(unittest.TestCase):
            def setUp(self):
                self.limiter = Limiter(3, window=0.5)

            def test(self):
                self.limiter.allow()
                time.sleep(0.6)  # <-
                self.assertTrue(self.limiter.allow())
        """,
    ),
    "a lifetime of a fixture": (
        "sleep 300 expiry low costs 300",
        """
        @pytest.fixture
        def cache():
            return Cache(ttl=0.2)

        def test(cache):
            cache.put("a", 1)
            time.sleep(0.3)  # <-
            assert cache.get("a") is None
        """,
    ),
    "a fixture of another thing": (
        "sleep 300 settle high costs 300",
        """
        @pytest.fixture
        def cache():
            return Cache(ttl=0.2)

        def test(cache, mail):
            mail.send("a")
            time.sleep(0.3)  # <-
            assert mail.outbox == ["a"]
        """,
    ),
    "a constant": (
        "sleep 300 expiry high costs 300",
        """
        LIFE = 0.2

        def test():
            cache = Cache(ttl=LIFE)
            time.sleep(0.3)  # <-
            assert cache.get("a") is None
        """,
    ),
    "a lifetime that is not over": (
        "sleep 100 settle low costs 100",
        """
        def test():
            cache = Cache(ttl=60)
            cache.put("a", 1)
            time.sleep(0.1)  # <-
            assert cache.get("a") == 1
        """,
    ),
    "a cookie's age": (
        "sleep 2000 expiry low costs 2000",
        """
        class SessionTest(unittest.TestCase):
            @override_settings(SESSION_COOKIE_AGE=1)
            def test(self):
                self.client.login(name="a")
                time.sleep(2)  # <-
                self.assertEqual(self.client.get("/me").status_code, 302)
        """,
    ),
    "a lifetime of a millisecond": (
        "sleep 10 expiry high costs 10",
        """
        def test(cache):
            cache.add("a", 1, expire=0.001)
            time.sleep(0.01)  # <-
            assert cache.add("a", 2)
        """,
    ),
    "a lifetime that a broker takes in milliseconds": (
        "sleep 300 expiry high costs 300",
        """
        def test(channel):
            channel.queue_declare("q", arguments={"x-message-ttl": 100})
            channel.basic_publish("", "q", "x")
            time.sleep(0.3)  # <-
            assert channel.basic_get("q") is None
        """,
    ),
    # --- what runs until it is told to stop
    "a ticker": (
        "timeout 50 pacing low costs None",
        """
        def test(stop, ticks):
            def tick():
                while not stop.wait(0.05):  # <-
                    ticks.append(1)

            thread = Thread(target=tick)
            thread.start()
            thread.join()
        """,
    ),
    "a ticker runs for a while": (
        "sleep 300 settle low costs 300",
        """
        def test(stop, ticks):
            thread = Thread(target=ticks.run)
            thread.start()
            time.sleep(0.3)  # <-
            stop.set()
            assert ticks.count > 3
        """,
    ),
    # --- spacing
    "a time before and after": (
        "sleep 10 pacing low costs 10",
        """
        def test(order):
            first = order.updated_at
            time.sleep(0.01)  # <-
            order.save()
            assert order.updated_at > first
        """,
    ),
    "a touch that is to be noticed": (
        "sleep 300 settle low costs 300",
        """
        def test(observer, path):
            path.touch()
            time.sleep(0.3)  # <-
            observer.stop()
            assert observer.events
        """,
    ),
    "a touch, and another": (
        "sleep 300 pacing high costs 300",
        """
        def test(path):
            path.touch()
            time.sleep(0.3)  # <-
            path.touch()
        """,
    ),
    # --- what is started elsewhere
    "a container in the background": (
        "sleep 3000 startup low costs 3000",
        """
        def test(docker, request):
            box = docker.containers.run("redis:7", detach=True)
            request.addfinalizer(box.remove)
            time.sleep(3)  # <-
            assert b"Ready" in box.logs()
        """,
    ),
    # --- what is not to come
    "a condition that never holds": (
        "timeout 100 burned high costs 100",
        """
        async def test(box):
            await box.wait_for_change(lambda: False, timeout=0.1)  # <-
        """,
    ),
    "a condition that may hold": (
        "timeout 100 guard high costs 0",
        """
        async def test(box):
            await box.wait_for_change(lambda: box.changed, timeout=0.1)  # <-
        """,
    ),
    "a try that is in vain": (
        "timeout 10 burned high costs 10",
        """
        class TestIt(unittest.IsolatedAsyncioTestCase):
            async def test(self):
                await self.box.lock("a")
                self.assertFalse(await self.box.try_put("a", 1, timeout=0.01))  # <-
        """,
    ),
    "a try that is not": (
        "timeout 10 guard high costs 0",
        """
        class TestIt(unittest.IsolatedAsyncioTestCase):
            async def test(self):
                await self.box.unlock("a")
                self.assertTrue(await self.box.try_put("a", 1, timeout=0.01))  # <-
        """,
    ),
    "an error that is passed over may be that time is up": (
        "timeout 1 guard low costs 0",
        """
        async def test(service):
            try:
                await service.ask("a", timeout=0.001)  # <-
            except ServiceError:
                pass
        """,
    ),
    "not if there was time enough": (
        "timeout 2000 guard high costs 0",
        """
        async def test(service):
            try:
                await service.ask("a", timeout=2)  # <-
            except ServiceError:
                pass
        """,
    ),
    "an error that is not passed over": (
        "timeout 1 guard high costs 0",
        """
        async def test(service):
            try:
                await service.ask("a", timeout=0.001)  # <-
            except ServiceError:
                service.explain()
        """,
    ),
    "a poll that may bring nothing": (
        "timeout 1 guard low costs 0",
        """
        def test(consumer):
            consumer.subscribe(["a"])
            message = consumer.poll(timeout=0.001)  # <-
            if message is None:
                consumer.unsubscribe()
            assert consumer.is_idle
        """,
    ),
    "a poll that must bring something": (
        "timeout 1 guard high costs 0",
        """
        def test(consumer):
            consumer.subscribe(["a"])
            message = consumer.poll(timeout=0.001)  # <-
            if message is None:
                pytest.fail("nothing")
        """,
    ),
    "a flush that says how much is left": (
        "timeout 1 guard low costs 0",
        """
        import confluent_kafka

        def test():
            producer = confluent_kafka.Producer({})
            producer.produce("a")
            producer.flush(0.001)  # <-
        """,
    ),
    "a flush that is asked how much is left": (
        "timeout 1 guard high costs 0",
        """
        from confluent_kafka.cimpl import Producer

        def test():
            producer = Producer({})
            producer.produce("a")
            assert producer.flush(0.001) == 3  # <-
        """,
    ),
    "a field of what it gives": (
        "timeout 5000 guard high costs 0",
        """
        def test(client):
            assert client.wait("box", timeout=5)["status"] == 0  # <-
        """,
    ),
    "what it gives itself": (
        "timeout 5000 burned high costs 5000",
        """
        def test(client):
            assert client.wait("box", timeout=5) is None  # <-
        """,
    ),
    # --- what nobody pays
    "a test that is skipped": (
        "sleep 2000 settle high costs None",
        """
        @pytest.mark.skip(reason="fails at times")
        def test(bus):
            bus.send(1)
            time.sleep(2)  # <-
            assert bus.got == [1]
        """,
    ),
    "a class that is skipped": (
        "sleep 2000 settle high costs None",
        """
        @unittest.skip("fails at times")
        class TestIt(unittest.TestCase):
            def test(self):
                self.bus.send(1)
                time.sleep(2)  # <-
                assert self.bus.got == [1]
        """,
    ),
    "a test that is skipped elsewhere": (
        "sleep 2000 settle high costs 2000",
        """
        @pytest.mark.skipif(sys.platform == "win32", reason="fails at times")
        def test(bus):
            bus.send(1)
            time.sleep(2)  # <-
            assert bus.got == [1]
        """,
    ),
    # --- what one is to keep to
    "a sleep so as not to ask too often": (
        "sleep 1000 pacing low costs 1000",
        """
        async def test(service):
            await service.create("a")
            await asyncio.sleep(1)  # avoid floods  # <-
            assert await service.delete("a")
        """,
    ),
    "one so that it is not too soon": (
        "sleep 1000 pacing low costs 1000",
        """
        async def test(service):
            await service.create("a")
            # deleted too soon, it fails
            await asyncio.sleep(1)  # <-
            assert await service.delete("a")
        """,
    ),
    # --- what a block keeps
    "a shield keeps nothing": (
        "sleep 200 workload high costs 200",
        """
        def test(box):
            def work():
                with box.shield_from_cancel():
                    box.work()
                    time.sleep(0.2)  # <-

            worker = Thread(target=work)
            worker.start()
            worker.join()
        """,
    ),
    "a lock is kept": (
        "sleep 200 hold high costs 200",
        """
        def test(box):
            def work():
                with box.lock_for_all():
                    box.work()
                    time.sleep(0.2)  # <-

            worker = Thread(target=work)
            worker.start()
            worker.join()
        """,
    ),
    # --- how long
    "the value of an enumeration's member": (
        "sleep 100 settle high costs 100",
        """
        class Delay(Enum):
            SHORT = 0.1

        def test(bus):
            bus.send(1)
            time.sleep(Delay.SHORT.value)  # <-
            assert bus.got == [1]
        """,
    ),
}


@pytest.mark.parametrize(("expected", "code"), IDIOMS.values(), ids=IDIOMS.keys())
def test_an_idiom_is_read_as_it_is_meant(expected: str, code: str) -> None:
    wait = here(code)
    role = "virtual" if wait.virtual_time else f"{wait.role} {wait.role_confidence}"
    assert f"{wait.kind} {wait.duration_ms} {role} costs {wait.cost_ms}" == expected


SILENT = {
    "a deadline that is now": (
        "from tornado import gen\nfrom tornado.ioloop import IOLoop\n"
        "async def test():\n    await gen.with_timeout(IOLoop.current().time(), job())\n"
    ),
    "a deadline at the beginning of time": (
        "from tornado import gen\nasync def test():\n    await gen.with_timeout(0, job())\n"
    ),
    "how long a lock is held": 'def test(store):\n    held = store.lock("jobs", timeout=2)\n',
    "a method of a class of one's own": "class Clock:\n    def sleep(self, n): ...\ndef test(): Clock().sleep(9)\n",
    "a mock": "from unittest.mock import Mock\ndef test():\n    p = Mock()\n    p.wait(timeout=5)\n",
}


@pytest.mark.parametrize("code", SILENT.values(), ids=SILENT.keys())
def test_what_does_not_wait_is_no_wait(code: str) -> None:
    assert read(Source("tests/test_it.py", code.encode())).waits == ()


LAST_ROUNDS = {
    "if attempt == times - 1:\n                    raise": False,
    "if attempt == times - 1:\n                    pytest.fail('never')": False,
    "if attempt == times - 1:\n                    print('never')": True,
    "if verbose:\n                    raise": True,
    "assert attempt < times - 1, 'never'": False,
    "assert attempt != 19": False,
    "assert verbose != attempt": True,
    "assert attempt >= 0": True,
}


@pytest.mark.parametrize("last", LAST_ROUNDS)
def test_a_retry_whose_last_round_speaks_does_not_fall_through(last: str) -> None:
    loop = here(
        f"""
def test(times, verbose):
    for attempt in range(times):
        try:
            return look()
        except AssertionError:
                {last}
                time.sleep(0.2)  # <-
    tidy()
"""
    ).loop
    assert loop is not None
    assert loop.falls_through == LAST_ROUNDS[last]


@pytest.mark.parametrize(("asked", "silent"), [("if found is not None:", False), ("if other is not None:", True)])
def test_who_asks_once_more_behind_a_poll_knows_how_it_went(asked: str, silent: bool) -> None:
    loop = here(
        f"""
        def test(device, other):
            for _ in range(50):
                found = device.context
                if found is not None:
                    break
                time.sleep(0.1)  # <-
            {asked}
                device.close()
        """
    ).loop
    assert loop is not None
    assert loop.falls_through == silent


@pytest.mark.parametrize(
    ("otherwise", "after", "silent"),
    [
        ("child.kill()", "assert child.poll() == 3", False),
        ("child.kill()", "tidy()", True),
        ("raise AssertionError", "tidy()", False),
    ],
)
def test_what_follows_a_poll_counts_where_it_has_an_else(otherwise: str, after: str, silent: bool) -> None:
    loop = here(
        f"""
        def test(child):
            for _ in range(50):
                time.sleep(0.1)  # <-
                if child.poll() is not None:
                    break
            else:
                {otherwise}
            {after}
        """
    ).loop
    assert loop is not None
    assert loop.falls_through == silent


@pytest.mark.parametrize(
    ("name", "clashes"), [("MS", False), ("self.MS", False), ("TIMEOUT_MS", True), ("delay_ms", True)]
)
def test_a_millisecond_by_name_is_no_clash_of_units(name: str, clashes: bool) -> None:
    assert (here(f"def test(self, delay_ms):\n    time.sleep({name})  # <-\n").unit_clash is not None) == clashes


OBJECTS = {
    "there": "await serve(app, timeout=ClientTimeout(total=5))",
    "by name": "limit = ClientTimeout(total=5)\n    await serve(app, timeout=limit)",
    "given to a call of the catalogue": "await ClientSession().get(app, timeout=ClientTimeout(total=5))",
    "given to a call of the catalogue by name": (
        "limit = ClientTimeout(total=5)\n    await ClientSession().get(app, timeout=limit)"
    ),
}


@pytest.mark.parametrize("given", OBJECTS.values(), ids=OBJECTS)
def test_an_object_that_says_how_long_is_one_wait(given: str) -> None:
    code = f"from aiohttp import ClientSession, ClientTimeout\nasync def test(serve, app):\n    {given}\n"
    assert [wait.api for wait in read(Source("tests/test_it.py", code.encode())).waits] == ["aiohttp.ClientTimeout"]


MOCKS = {
    "made": "p = Mock()",
    "made from a class": "p = create_autospec(subprocess.Popen)",
    "what it returns": "p = Mock()\n    p = p.return_value",
    "what it gives": "p = Mock()\n    p = p.spawn()",
    "by pytest's mocker": "p = mocker.patch('shop.run')",
    "entered": "with patch('shop.run') as p: pass",
    "started": "p = patch('shop.run').start()",
}


@pytest.mark.parametrize("made", MOCKS.values(), ids=MOCKS.keys())
def test_nothing_waits_in_a_mock(made: str) -> None:
    head = "import subprocess\nfrom unittest.mock import Mock, create_autospec, patch\n"
    code = f"{head}def test(mocker):\n    {made}\n    p.wait(timeout=5)\n    p.acquire(timeout=5)\n"
    assert read(Source("tests/test_it.py", code.encode())).waits == ()


def test_a_patch_gives_mocks_first() -> None:
    code = "from unittest.mock import patch\n@patch('a.b')\n@patch.object(c, 'd', new=1)\ndef test(fake, real):\n"
    code += "    fake.wait(timeout=5)\n    real.wait(timeout=6)\n"
    assert [wait.duration_ms for wait in read(Source("tests/test_it.py", code.encode())).waits] == [6000]


@pytest.mark.parametrize(
    ("patched", "virtual"),
    [
        ("with patch('app.pausing.pause'):", True),
        ("with patch('app.pausing.clock'):", True),
        ("with patch('app.pausing.clock.sleep'):", True),
        ("with patch('time.sleep'):", True),
        ("with patch.object(pausing, 'pause'):", True),
        ("with patch.object(pausing, 'other'):", False),
        ("with patch('app.other.pause'):", False),
        ("if True:", False),
    ],
)
def test_a_function_of_the_project_that_is_patched_sleeps_no_more(tmp_path: Path, patched: str, virtual: bool) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "app" / "pausing.py").write_text("import time as clock\ndef pause(n):\n    clock.sleep(n)\n")
    place = tmp_path / "tests" / "test_it.py"
    place.parent.mkdir()
    head = "from unittest.mock import patch\nfrom app import pausing\ndef test():\n"
    place.write_text(f"{head}    {patched}\n        pausing.pause(5)\n")
    (wait,) = read(Source.read(str(place)), Surroundings(project=Project(tmp_path))).waits
    assert (wait.duration_ms, wait.virtual_time) == (5000, virtual)


@pytest.mark.parametrize(
    ("program", "sure"),
    [
        ("import time; time.sleep(1)", True),
        ("import time; cache.drop(); time.sleep(1); assert cache.empty", False),
        ("if 1:\\n  import time\\n  cache.drop()\\n  time.sleep(1)\\n  assert cache.empty", False),
    ],
)
def test_why_a_longer_program_sleeps_is_not_said_by_what_stands_around_its_start(program: str, sure: bool) -> None:
    run = f"subprocess.run([sys.executable, '-c', \"{program}\"])"
    spoken = here(f"def test():\n    server.poke()\n    {run}  # <-\n    assert server.up == 1\n")
    assert (spoken.role, spoken.role_confidence) == ("settle", "high" if sure else "low")
