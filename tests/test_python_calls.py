"""Which Python calls wait, and for how long."""

# ruff: noqa: E501 - the code to be read stands on one line

from __future__ import annotations

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import Surroundings, read
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.source import Source


def waits(code: str, calls: tuple[Call, ...] = ()) -> list[Wait]:
    """The waits of a test file that stands alone."""
    return list(read(Source("tests/test_it.py", code.encode()), Surroundings(calls=calls)).waits)


def spoken(code: str, calls: tuple[Call, ...] = ()) -> list[tuple[str, str, float | None]]:
    return [(wait.kind, wait.api, wait.duration_ms) for wait in waits(code, calls)]


SLEEPS = [
    ("import time\ntime.sleep(1)", "time.sleep", 1000),
    ("import asyncio\nasync def test_a():\n    await asyncio.sleep(0.25)", "asyncio.sleep", 250),
    ("import anyio\nasync def test_a():\n    await anyio.sleep_forever()", "anyio.sleep_forever", None),
    ("import trio\nasync def test_a():\n    await trio.sleep(2)", "trio.sleep", 2000),
    (
        "import trio\nasync def test_a():\n    await trio.sleep_until(trio.current_time() + 3)",
        "trio.sleep_until",
        3000,
    ),
    ("import curio\nasync def test_a():\n    await curio.sleep(1)", "curio.sleep", 1000),
    ("import gevent\ngevent.sleep(1)", "gevent.sleep", 1000),
    ("import eventlet\neventlet.sleep(1)", "eventlet.sleep", 1000),
    ("from tornado import gen\ndef test_a():\n    yield gen.sleep(0.5)", "tornado.gen.sleep", 500),
    (
        "from twisted.internet import reactor, task\ntask.deferLater(reactor, 2, print)",
        "twisted.internet.task.deferLater",
        2000,
    ),
    (
        "from twisted.internet import reactor\nreactor.callLater(0.1, print)",
        "twisted.internet.reactor.callLater",
        100,
    ),
    (
        "import asyncio\nloop = asyncio.get_event_loop()\nloop.call_later(0.01, print)",
        "asyncio.loop.call_later",
        10,
    ),
    (
        "import asyncio\nloop = asyncio.new_event_loop()\nloop.call_at(loop.time() + 2, print)",
        "asyncio.loop.call_at",
        2000,
    ),
    (
        "import asyncio\ndef test_a(event_loop: asyncio.AbstractEventLoop):\n    event_loop.call_later(1, print)",
        "asyncio.loop.call_later",
        1000,
    ),
    ("def test_a(self):\n    self.loop.call_later(1, print)", ".call_later", 1000),
    ("from threading import Timer\nTimer(5, print).start()", "threading.Timer", 5000),
    ("def test_a(tab):\n    tab.wait_for_timeout(500)", ".wait_for_timeout", 500),
]


@pytest.mark.parametrize(("code", "api", "ms"), SLEEPS)
def test_a_sleep_is_found(code: str, api: str, ms: float | None) -> None:
    assert spoken(code) == [("sleep", api, ms)]


TIMEOUTS = [
    ("import asyncio\nawait asyncio.wait_for(f(), 5)", "asyncio.wait_for", 5000),
    ("import asyncio\nawait asyncio.wait(ts, timeout=0.2)", "asyncio.wait", 200),
    ("import asyncio\nasync with asyncio.timeout(1): pass", "asyncio.timeout", 1000),
    ("import asyncio\nasync with asyncio.timeout_at(loop.time() + 2): pass", "asyncio.timeout_at", 2000),
    ("import asyncio\nfor t in asyncio.as_completed(ts, timeout=3): pass", "asyncio.as_completed", 3000),
    (
        "import asyncio\nasyncio.run_coroutine_threadsafe(f(), loop).result(4)",
        "concurrent.futures.Future.result",
        4000,
    ),
    ("import async_timeout\nasync with async_timeout.timeout(2): pass", "async_timeout.timeout", 2000),
    ("import anyio\nwith anyio.move_on_after(0.1): pass", "anyio.move_on_after", 100),
    ("import trio\nwith trio.fail_after(3): pass", "trio.fail_after", 3000),
    ("import curio\nawait curio.timeout_after(3, f)", "curio.timeout_after", 3000),
    ("import gevent\nwith gevent.Timeout(1): pass", "gevent.Timeout", 1000),
    ("import gevent\ngevent.spawn(f).join(timeout=2)", "gevent.Greenlet.join", 2000),
    ("from threading import Event\ne = Event()\ne.wait(1)", "threading.Event.wait", 1000),
    ("import threading\nc = threading.Condition()\nc.wait_for(ready, timeout=2)", "threading.Condition.wait_for", 2000),
    ("import threading\nt = threading.Thread(target=f)\nt.join(5)", "threading.Thread.join", 5000),
    ("import threading\nt = threading.Timer(f())\nt.join(5)", "threading.Thread.join", 5000),
    ("import threading\nlock = threading.RLock()\nlock.acquire(timeout=1)", "threading.Lock.acquire", 1000),
    ("import threading\ns = threading.Semaphore(2)\ns.acquire(True, 3)", "threading.Semaphore.acquire", 3000),
    ("import threading\nb = threading.Barrier(2, timeout=3)", "threading.Barrier", 3000),
    ("import queue\nq = queue.Queue()\nq.get(timeout=1)", "queue.Queue.get", 1000),
    ("import queue\nq = queue.Queue()\nq.put(x, True, 2)", "queue.Queue.put", 2000),
    ("import multiprocessing as mp\np = mp.get_context('spawn').Process()\np.join(9)", "multiprocessing.Process.join", 9000),
    ("from multiprocessing import Pool\nwith Pool() as p:\n    p.apply_async(f).get(5)",
     "multiprocessing.pool.AsyncResult.get", 5000),
    ("from multiprocessing import Pipe\nmine, yours = Pipe()\nmine.poll(0.5)",
     "multiprocessing.connection.Connection.poll", 500),
    ("from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as p:\n    f = p.submit(g)\n    f.result(2)",
     "concurrent.futures.Future.result", 2000),
    ("import concurrent.futures as cf\ncf.wait(fs, timeout=2)", "concurrent.futures.wait", 2000),
    ("import subprocess\nsubprocess.run(cmd, timeout=10)", "subprocess.run", 10_000),
    ("from subprocess import Popen\np = Popen(cmd)\np.communicate(timeout=3)", "subprocess.Popen.communicate", 3000),
    ("import socket\ns = socket.socket()\ns.settimeout(5)", "socket.socket.settimeout", 5000),
    ("import socket\nsocket.create_connection(a, 2)", "socket.create_connection", 2000),
    ("import select\nselect.select([r], [], [], 0.5)", "select.select", 500),
    ("import select\np = select.poll()\np.poll(250)", "select.poll.poll", 250),
    ("import selectors\ns = selectors.DefaultSelector()\ns.select(1)", "selectors.BaseSelector.select", 1000),
    ("import signal\nsignal.alarm(15)", "signal.alarm", 15_000),
    ("import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.1)", "signal.setitimer", 100),
    ("import requests\nrequests.get(url, timeout=2)", "requests.get", 2000),
    ("import httpx\nhttpx.Client(timeout=httpx.Timeout(5))", "httpx.Timeout", 5000),
    ("import httpx\nhttpx.get(url, timeout=httpx.Timeout(5, read=0.1))", "httpx.Timeout", 100),
    ("import httpx\nhttpx.get(url, timeout=httpx.Timeout(5, connect=0.1))", "httpx.Timeout", 5000),
    ("import httpx\nhttpx.get(url, timeout=httpx.Timeout(timeout=5))", "httpx.Timeout", 5000),
    ("import aiohttp\nlimits = aiohttp.ClientTimeout(total=5)", "aiohttp.ClientTimeout", 5000),
    ("from urllib.request import urlopen\nurlopen(url, timeout=3)", "urllib.request.urlopen", 3000),
    ("from selenium.webdriver.support.ui import WebDriverWait\nWebDriverWait(d, 10)",
     "selenium.webdriver.support.ui.WebDriverWait", 10_000),
    ("import zmq\np = zmq.Poller()\np.poll(timeout=1000)", "zmq.Poller.poll", 1000),
    ("from kafka import KafkaConsumer\nc = KafkaConsumer()\nc.poll(timeout_ms=200)", "kafka.KafkaConsumer.poll", 200),
    ("import pexpect\nc = pexpect.spawn('sh')\nc.expect('x', timeout=3)", "pexpect.spawn.expect", 3000),
    ("from func_timeout import func_timeout\nfunc_timeout(2, f)", "func_timeout.func_timeout", 2000),
]  # fmt: skip


@pytest.mark.parametrize(("code", "api", "ms"), TIMEOUTS)
def test_a_timeout_is_found(code: str, api: str, ms: float | None) -> None:
    found = [wait for wait in spoken(code) if wait[0] == "timeout"]
    assert found == [("timeout", api, ms)]


def test_an_interval_is_found() -> None:
    code = "from tornado.ioloop import PeriodicCallback\nPeriodicCallback(f, 500).start()"
    assert spoken(code) == [("interval", "tornado.ioloop.PeriodicCallback", 500)]


SURE_BY_ARGUMENTS = [
    ("def test_a(x):\n    x.join(timeout=5)", [("timeout", ".join", 5000)]),
    ("def test_a(x):\n    x.join(5)", [("timeout", ".join", 5000)]),
    ("def test_a(x):\n    x.wait(timeout=1)", [("timeout", ".wait", 1000)]),
    ("def test_a(x):\n    x.get(timeout=1)", [("timeout", ".get", 1000)]),
    ("def test_a(x):\n    x.result(timeout=1)", [("timeout", ".result", 1000)]),
    ("def test_a(x):\n    x.settimeout(5)", [("timeout", ".settimeout", 5000)]),
    ("async def test_a(x):\n    await x.sleep(1)", [("sleep", ".sleep", 1000)]),
    ("def test_a(x):\n    x.wait(timeout=2000)", [("timeout", ".wait", None)]),  # as likely milliseconds
    ("def test_a(x):\n    x.join(5000)", [("timeout", ".join", None)]),
]


@pytest.mark.parametrize(("code", "expected"), SURE_BY_ARGUMENTS)
def test_a_receiver_that_nobody_sees_counts_where_its_arguments_make_it_sure(
    code: str, expected: list[tuple[str, str, float | None]]
) -> None:
    assert spoken(code) == expected


NEAR_MISSES = [
    "'.'.join(parts)",
    "import os\nos.path.join(a, 5)",
    "d = {}\nd.get(k, 5)",
    "x.get('/', timeout=1)",
    "x.join(parts)",
    "x.wait()",
    "x.get(5)",
    "import asyncio\nasyncio.wait_for(f(), None)",
    "import asyncio\nasyncio.wait_for(f(), timeout=None)",
    "import threading\ne = threading.Event()\ne.wait()",
    "import threading\nlock = threading.Lock()\nlock.acquire(timeout=-1)",
    "import signal\nsignal.alarm(0)",
    "p.acquire(True)",
    "# time.sleep(5)\nimport time",
    "'''time.sleep(5)'''\nimport time",
    "def sleep(n): ...\nsleep",
    "x.sleep(5)",
    "from unittest.mock import Mock\nm = Mock()\nm.wait(timeout=5)",
    "m.wait.assert_called_once_with(timeout=5)",
    "Config(timeout=5)",
    "assert config.timeout == 5",
    "worker(broker, worker_timeout=100)",
    "dict(timeout=5)",
    "queue.enqueue(f, timeout=5)",
    "con.fetch(timeout=0)",
    "from app.models import Job\nJob.objects.get(timeout=60)",
    "from app.models import Job\nJob.objects.get_or_create(timeout=60)",
    "def test_a(broker):\n    broker.declare(timeout=5)",
    "import time\ndef test_a():\n    t = time.process_time()\n    f()\n    assert time.process_time() - t < 1",
]


@pytest.mark.parametrize("code", NEAR_MISSES)
def test_what_only_looks_like_a_wait_is_left_alone(code: str) -> None:
    assert spoken(code) == []


def test_a_zero_sleep_is_a_wait_and_a_zero_timeout_is_none() -> None:
    code = "import time, queue\nq = queue.Queue()\ntime.sleep(0)\nq.get(timeout=0)"
    assert spoken(code) == [("sleep", "time.sleep", 0)]


REFERENCES = [
    ("import time\npool.submit(time.sleep, 1)", "time.sleep", 1000),
    ("import anyio\ntg.start_soon(anyio.sleep, 10)", "anyio.sleep", 10_000),
    ("import time\nfrom threading import Thread\nThread(target=time.sleep, args=(5,))", "time.sleep", 5000),
    ("import time\nfrom threading import Thread\nThread(target=time.sleep, kwargs={'secs': 2})", "time.sleep", 2000),
    ("import time, anyio\nanyio.to_thread.run_sync(time.sleep, .1)", "time.sleep", 100),
    ("from functools import partial\nfrom time import sleep\npartial(sleep, 1)", "time.sleep", 1000),
    ("import time, asyncio\nasyncio.to_thread(time.sleep, 2)", "time.sleep", 2000),
    ("import time\nloop.run_in_executor(None, time.sleep, 1)", "time.sleep", 1000),
    ("import gevent\ngevent.spawn(gevent.sleep, 1)", "gevent.sleep", 1000),
    ("import time\npool.apply_async(time.sleep, (3,))", "time.sleep", 3000),
    ("import anyio\ntg.start_soon(anyio.sleep_forever)", "anyio.sleep_forever", None),
]


@pytest.mark.parametrize(("code", "api", "ms"), REFERENCES)
def test_a_sleep_given_by_reference_is_found(code: str, api: str, ms: float | None) -> None:
    assert spoken(code) == [("sleep", api, ms)]


@pytest.mark.parametrize(
    "code",
    [
        "import time\nmonkeypatch.setattr(time, 'sleep', fake)",
        "import time\nassert f is time.sleep",
        "import time\nself.assertEqual(f(time.sleep), 1)",
        "import time\nMock(side_effect=time.sleep)",
        "import time\nregister(time.sleep)",
        "import time\nrun.assert_called_once_with(time.sleep, 5)",
    ],
)
def test_a_reference_that_nobody_runs_is_left_alone(code: str) -> None:
    assert spoken(code) == []


def test_a_blocking_sleep_in_a_thread_does_not_run_on_the_loop() -> None:
    code = (
        "import asyncio, time\nasync def test_a():\n"
        "    await asyncio.to_thread(time.sleep, 1)\n    time.sleep(1)\n    def inner():\n        time.sleep(1)"
    )
    assert [(wait.in_async, wait.blocking) for wait in waits(code)] == [(False, True), (True, True), (False, True)]


@pytest.mark.parametrize(
    ("given", "in_async"),
    [
        ("to_thread.run_sync, time.sleep, 5", False),
        ("partial(to_process.run_sync, cancellable=True), time.sleep, 5", False),
        ("partial(call_here, 1), time.sleep, 5", True),
        ("call_here, time.sleep, 5", True),
    ],
)
def test_nor_does_one_that_is_handed_to_what_runs_it_there(given: str, in_async: bool) -> None:
    code = (
        "import time\nfrom functools import partial\nfrom anyio import to_process, to_thread\n"
        f"async def test_a(group):\n    group.start_soon({given})\n"
    )
    (spoken,) = waits(code)
    assert (spoken.in_async, spoken.blocking, spoken.duration_ms) == (in_async, True, 5000)


PROGRAMS = [
    (
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(5)'])",
        "time.sleep",
        5000,
    ),
    (
        "import subprocess, sys\ncode = 'from time import sleep\\nsleep(2)'\nsubprocess.Popen([sys.executable, '-c', code])",
        "time.sleep",
        2000,
    ),
    (
        "import subprocess, sys\nfrom textwrap import dedent\n"
        "code = dedent('''\nimport time\ntime.sleep(1.5)\n''')\nsubprocess.check_call([sys.executable, '-c', code])",
        "time.sleep",
        1500,
    ),
    ("exec('import time; time.sleep(1)')", "time.sleep", 1000),
    ("import subprocess\nsubprocess.Popen(['sleep', '60'])", "subprocess.Popen", 60_000),
    ("import subprocess\nsubprocess.Popen(['sleep', str(n)])", "subprocess.Popen", None),
    ("import os\nos.system('sleep 5')", "os.system", 5000),
]


@pytest.mark.parametrize(("code", "api", "ms"), PROGRAMS)
def test_a_sleep_of_a_child_program_is_found(code: str, api: str, ms: float | None) -> None:
    assert spoken(code) == [("sleep", api, ms)]


@pytest.mark.parametrize(
    "code",
    [
        "source = 'import time; time.sleep(5)'\nassert 'time.sleep(5)' in source",
        "assert lint('import time; time.sleep(5)') == []",
        "import subprocess\nsubprocess.run(['echo', 'sleep 5'])",
    ],
)
def test_a_program_that_is_only_looked_at_is_no_wait(code: str) -> None:
    assert spoken(code) == []


def test_a_real_operation_with_a_timeout_counts_in_whatever_library() -> None:
    code = "async def test_a(con):\n    await con.fetch('select 1', timeout=0.02)\n    con.get_reply(timeout=wait)"
    assert spoken(code) == [("timeout", ".fetch", 20), ("timeout", ".get_reply", None)]


def test_a_large_number_of_an_unknown_unit_is_not_taken_for_seconds() -> None:
    assert spoken("def test_a(con):\n    con.fetch(timeout=5000)") == [("timeout", ".fetch", None)]


def test_options_that_a_test_feeds_to_be_refused_are_no_waits() -> None:
    code = "async def test_a(con):\n    for timeout in ('a', False):\n        await con.execute('x', timeout=timeout)"
    assert spoken(code) == []


def test_the_users_own_calls_wait() -> None:
    calls = (Call("my_project::testing::pause", "sleep", Argument(0, "ms")),)
    code = "from my_project.testing import pause\npause(200)"
    assert spoken(code, calls=calls) == [("sleep", "my_project.testing.pause", 200)]
    own = (Call(".wait", "timeout", Argument(0, "s")),)
    assert spoken("def test_a(x):\n    x.wait(2000)", calls=own) == [("timeout", ".wait", 2_000_000)]
    assert spoken(code) == []


def test_a_wait_points_at_the_name_that_is_called() -> None:
    code = "import time\n(pool\n   .submit(f)\n   .result(timeout=5))\nx = time.sleep(1)\n"
    source = Source("tests/test_it.py", code.encode())
    file = read(source)
    assert [code[w.span.start : w.span.end] for w in file.waits] == ["result(timeout=5)", "time.sleep(1)"]
    assert [code[w.statement.start : w.statement.end].split("\n")[0] for w in file.waits] == [
        "(pool",
        "x = time.sleep(1)",
    ]


def test_purposes_tell_connects_and_limits_apart() -> None:
    code = (
        "import socket, pytest\n@pytest.mark.timeout(60)\ndef test_a():\n    socket.create_connection(a, timeout=1)\n"
        "    s = socket.socket()\n    s.settimeout(2)"
    )
    assert [(w.purpose, w.test) for w in waits(code)] == [
        ("test-limit", "test_a"),
        ("connect", "test_a"),
        ("operation", "test_a"),
    ]


UNITS = [
    ("import time\nDELAY_MS = f()\ntime.sleep(DELAY_MS)", "`DELAY_MS` is given in seconds"),
    ("import time\ntime.sleep(self.delay_ms)", "`delay_ms` is given in seconds"),
    ("import asyncio\nasyncio.wait_for(f, 5000)", "5000 seconds are 83 min"),
    ("import zmq\np = zmq.Poller()\np.poll(TIMEOUT_SECS)", "`TIMEOUT_SECS` is given in milliseconds"),
    ("import time\ntime.sleep(3600)", None),
    ("def test_a(x):\n    x.wait(timeout=2000)", None),
    ("import time\ntime.sleep(10000)", None),
    ("import time\ntime.sleep(params)", None),
    ("import time\ntime.sleep(DELAY_MS / 1000)", None),
]


@pytest.mark.parametrize(("code", "clash"), UNITS)
def test_a_number_in_another_unit_is_noted(code: str, clash: str | None) -> None:
    assert [wait.unit_clash for wait in waits(code)] == [clash]


ELAPSED = [
    ("start = time.time()\nf()\nassert time.time() - start < 5", "time.time", "upper", 5000),
    ("start = time.monotonic()\nf()\ntook = time.monotonic() - start\nassert took <= 0.5", "time.monotonic", "upper", 500),
    ("t = time.perf_counter()\nassert 0.1 < time.perf_counter() - t < 0.5", "time.perf_counter", "upper", 500),
    ("t = time.time()\nself.assertLess(time.time() - t, LIMIT)", "time.time", "upper", None),
    ("t = time.time()\nself.assertTrue(time.time() - t <= 4)", "time.time", "upper", 4000),
    ("t = time.time()\nms = (time.time() - t) * 1000\nassert ms < 250", "time.time", "upper", 250),
    ("t = time.monotonic_ns()\nassert time.monotonic_ns() - t < 5_000_000", "time.monotonic_ns", "upper", 5),
    ("t = time.perf_counter()\nself.assertLess(abs(0.1 - (time.perf_counter() - t)), 0.02)", "time.perf_counter", "upper", 20),
    ("times = []\ndef work():\n    times.append(time.monotonic())\nassert abs(times[0] - times[1]) <= 0.01", "time.monotonic", "upper", 10),
    ("end = time.time() + 5\nassert time.time() < end", "time.time", "upper", 5000),
    ("t = time.time()\nassert 5 - (time.time() - t) > 0", "time.time", "upper", None),
    ("t = time.time()\nassert not time.time() - t > 3", "time.time", "upper", 3000),
    ("from datetime import datetime, timedelta\nt = datetime.now()\nassert datetime.now() - t < timedelta(seconds=2)",
     "datetime.datetime.now", "upper", 2000),
    ("from datetime import datetime\nt = datetime.now()\nassert (datetime.now() - t).total_seconds() < 2",
     "datetime.datetime.now", "upper", 2000),
    ("import asyncio\nloop = asyncio.get_event_loop()\nt = loop.time()\nassert loop.time() - t < 1",
     "asyncio.loop.time", "upper", 1000),
    ("t = time.time()\nself.assertAlmostEqual(t + 0.5, time.time(), delta=0.1)", "time.time", "upper", 600),
    ("t = time.time()\nf()\nend = time.time()\nself.assertAlmostEqual(end, 2 + t, delta=1)", "time.time", "upper", 3000),
]  # fmt: skip


@pytest.mark.parametrize(("code", "clock", "bound", "ms"), ELAPSED)
def test_an_assertion_about_elapsed_time_is_found_by_data_flow(
    code: str, clock: str, bound: str, ms: float | None
) -> None:
    found = waits("import time\n" + code)
    assert [(w.kind, w.api, w.bound, w.duration_ms) for w in found] == [("clock-assert", clock, bound, ms)]


@pytest.mark.parametrize(
    "code",
    [
        "elapsed = response.elapsed\nassert elapsed < 5",
        "import time\nassert order.index('a') < order.index('b'); time.time()",
        "import time\nassert record.created <= time.time()",
        "import time\nstart = time.time()\nassert start > 0",
        "import time\nstart = time.monotonic()\nf()\ntook = time.monotonic() - start\nassert took >= 0.5",
        "import time\nt = time.time()\nself.assertGreaterEqual(time.time() - t, 2)",
        "import time\nassert time.monotonic() - beat.last() < 1.5",
        "import time\nself.assertAlmostEqual(time.time(), lock.taken + 0.5, delta=0.1)",
    ],
)
def test_a_comparison_that_bounds_no_elapsed_time_from_above_is_left_alone(code: str) -> None:
    assert spoken(code) == []


COMPARED = {
    "there": (0, "assert client.timeout == httpx.Timeout(5)"),
    "in an assertion's arguments": (0, "self.assertEqual(client.timeout, httpx.Timeout(5))"),
    "by name": (0, "wanted = httpx.Timeout(5)\n    assert client.timeout == wanted"),
    "by name, and used": (
        1,
        "wanted = httpx.Timeout(5)\n    client.timeout = wanted\n    assert client.timeout == wanted",
    ),
    "by name, and never": (1, "wanted = httpx.Timeout(5)"),
    "what it gives": (1, "assert httpx.get('http://a', timeout=5) == client.answer"),
}


@pytest.mark.parametrize("case", COMPARED)
def test_what_is_only_compared_bounds_nothing(case: str) -> None:
    count, body = COMPARED[case]
    code = f"import httpx\n\n\ndef test_it(self, client):\n    {body}\n"
    assert len(read(Source("tests/test_it.py", code.encode())).waits) == count
