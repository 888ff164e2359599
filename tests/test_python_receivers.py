"""Whose method it is, when only the rest of the file or the project's other files say so."""

# ruff: noqa: E501 - the code to be read stands on one line

from __future__ import annotations

from pathlib import Path

import pytest

from sleeplint.facts import TestFile
from sleeplint.languages import Surroundings, read
from sleeplint.source import Project, Source


def reading(code: str, files: dict[str, str] | None = None, path: str = "tests/test_it.py") -> TestFile:
    texts = {f"/project/{name}": text.encode() for name, text in {**(files or {}), path: code}.items()}

    def open_(place: Path) -> Source | None:
        return Source(str(place), texts[str(place)]) if str(place) in texts else None

    return read(Source(path, code.encode()), Surroundings(project=Project(Path("/project"), open_)))


def spoken(code: str, files: dict[str, str] | None = None) -> list[tuple[str, float | None]]:
    return [(wait.api, wait.duration_ms) for wait in reading(code, files).waits]


HANDED = [
    "def reap(p):\n    p.wait(5)\ndef test_a():\n    reap(Popen(x))",
    "def reap(p, hard=False):\n    p.wait(5)\ndef test_a():\n    reap(hard=True, p=Popen(x))\n    q = Popen(y)\n    reap(q)",
    "class TestA:\n    def reap(self, p):\n        p.wait(5)\n    def test_a(self):\n        self.reap(Popen(x))",
    "def reap(p):\n    p.wait(5)\ndef test_a():\n    t = Thread(target=reap, args=(Popen(x),))\n    t.start()",
    "def reap(p):\n    p.wait(5)\ndef test_a(pool):\n    pool.submit(reap, Popen(x))",
    "def test_a():\n    def reap(p):\n        p.wait(5)\n    p = Popen(x)\n    reap(p)",
    "def run(kind=Popen):\n    return kind(x)\ndef test_a():\n    run().wait(5)",
]


@pytest.mark.parametrize("code", HANDED)
def test_a_helpers_parameter_is_what_all_its_calls_hand_to_it(code: str) -> None:
    found = spoken("from subprocess import Popen\nfrom threading import Thread\n" + code)
    assert found == [("subprocess.Popen.wait", 5000)]


def test_a_parameters_default_class_is_what_it_makes() -> None:
    files = {
        "app.py": "class Pool:\n    def take(self, timeout):\n        self.lock.acquire(timeout=timeout)\n        return 1\n"
    }
    code = "from app import Pool\ndef make(kind=Pool):\n    return kind(4)\ndef test_a():\n    make().take(timeout=2)"
    assert spoken(code, files) == [("app.Pool.take", 2000)]


def test_a_method_goes_by_the_class_that_defines_it() -> None:
    files = {
        "app.py": "class Pool:\n    def take(self, timeout):\n        self.lock.acquire(timeout=timeout)\n        return 1\n"
        "class Wide(Pool):\n    pass\n"
    }
    code = "from app import Wide\ndef test_a():\n    Wide().take(timeout=2)"
    assert spoken(code, files) == [("app.Pool.take", 2000)]


UNSURE = [
    "def reap(p):\n    p.wait(timeout=5)\ndef test_a():\n    reap(Popen(x))\n    reap(Event())",
    "def reap(p):\n    p.wait(timeout=5)\ndef test_a():\n    reap(Popen(x))\n    reap(y)",
    "def reap(p):\n    p.wait(timeout=5)\ndef test_a():\n" + "    reap(Popen(x))\n" * 9,
]


@pytest.mark.parametrize("code", UNSURE)
def test_calls_that_disagree_or_are_too_many_say_nothing(code: str) -> None:
    found = spoken("from subprocess import Popen\nfrom threading import Event\n" + code)
    assert found == [(".wait", 5000)]


PROJECT = {
    "app/__init__.py": "from .core import Job, Line, task\n",
    "app/core.py": (
        "class Line:\n"
        "    def __or__(self, other):\n        return type(self)(self.jobs + [other])\n"
        "    def results(self, timeout=None):\n        self.event.wait(timeout)\n        return self.found\n"
        "    def __getitem__(self, key):\n        return Job(key)\n"
        "class Job:\n"
        "    def __or__(self, other):\n        return Line([self, other])\n"
        "    def done(self, timeout=None):\n        self.event.wait(timeout)\n        return self.found\n"
        "class Task:\n"
        "    def job(self):\n        return Job()\n"
        "def task(name=None, kind=Task):\n"
        "    def decorator(function):\n        return kind(function)\n"
        "    return decorator\n"
        "class Pool:\n"
        "    async def _begin(self):\n        return self\n"
        "    def __await__(self):\n        return self._begin().__await__()\n"
        "    def take(self, timeout):\n        self.event.wait(timeout)\n        return 1\n"
    ),
}
TYPED = [
    ("from app.core import Job\ndef test_a():\n    (Job() | Job()).results(timeout=2)", "app.Line.results"),
    ("from app.core import Job\ndef test_a():\n    line = Job() | Job() | Job()\n    line.results(timeout=2)", "app.Line.results"),
    ("from app.core import Line\ndef test_a():\n    Line()[0].done(timeout=2)", "app.Job.done"),
    ("from app.core import task\n@task(name='x')\ndef add(x): ...\ndef test_a():\n    add.job().done(timeout=2)", "app.Job.done"),
    ("import app\n@app.task()\ndef add(x): ...\ndef test_a():\n    add.job().done(timeout=2)", "app.Job.done"),
    ("from app.core import Pool\nasync def test_a():\n    pool = await Pool()\n    pool.take(timeout=2)", "app.core.Pool.take"),
    (
        "from app.core import Pool\nPOOL = None\ndef setup_module():\n    global POOL\n    POOL = Pool()\n"
        "def test_a():\n    POOL.take(timeout=2)",
        "app.core.Pool.take",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "api"), TYPED)
def test_operators_items_decorators_and_awaits_say_what_they_give(code: str, api: str) -> None:
    assert spoken(code, PROJECT) == [(api, 2000)]


def test_functions_that_set_a_global_differently_say_nothing() -> None:
    code = (
        "from app.core import Job, Line\nX = None\ndef one():\n    global X\n    X = Job()\n"
        "def two():\n    global X\n    X = Line()\ndef test_a():\n    X.done(timeout=2)\n    X.wait(timeout=3)"
    )
    assert spoken(code, PROJECT) == [(".wait", 3000)]


FIXTURES = [
    ("import pytest, subprocess\n@pytest.fixture(name='child')\ndef make_child():\n    yield subprocess.Popen(x)\n", {}),
    ("from tests.fixtures import child\n", {"tests/fixtures.py": "import pytest, subprocess\n@pytest.fixture\ndef child():\n    return subprocess.Popen(x)\n"}),
    ("", {"tests/conftest.py": "from tests.fixtures import child\n", "tests/fixtures.py": "import pytest, subprocess\n@pytest.fixture\ndef child():\n    return subprocess.Popen(x)\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "files"), FIXTURES)
def test_a_fixture_is_found_under_its_own_name_and_where_it_comes_from(code: str, files: dict[str, str]) -> None:
    assert spoken(code + "def test_a(child):\n    child.wait(60)", files) == [("subprocess.Popen.wait", 60_000)]


def test_a_fixture_stands_in_the_class_of_its_tests() -> None:
    code = (
        "import pytest, subprocess\nclass TestA:\n    @pytest.fixture\n    def child(self):\n"
        "        yield subprocess.Popen(x)\n    def test_a(self, child):\n        child.wait(60)"
    )
    assert spoken(code) == [("subprocess.Popen.wait", 60_000)]


def test_of_two_things_that_a_library_returns_each_has_its_type() -> None:
    code = (
        "from jupyter_client.manager import start_new_kernel\ndef test_a():\n"
        "    manager, client = start_new_kernel(startup_timeout=30)\n    client.get_shell_msg(timeout=10)"
    )
    assert spoken(code) == [
        ("jupyter_client.manager.start_new_kernel", 30_000),
        ("jupyter_client.blocking.client.BlockingKernelClient.get_shell_msg", 10_000),
    ]


SESSION = (
    "import requests\nclass Session(requests.Session):\n"
    "    def get(self, url, **options):\n        return self.request('GET', self.base + url, **options)\n"
    "    def post(self, url, timeout=None):\n        return self.sent.append(url)\n"
)


def test_an_override_that_hands_on_what_it_is_given_waits_as_the_librarys_method_does() -> None:
    code = "from app import Session\ndef test_a():\n    Session().get('/slow', timeout=0.1)\n    Session().post('/slow', timeout=0.1)"
    assert spoken(code, {"app.py": SESSION}) == [("requests.Session.get", 100)]


def test_the_librarys_own_suite_calls_it_by_its_public_name() -> None:
    files = {
        "anyio/__init__.py": "from ._core._loop import sleep, fail_after\n",
        "anyio/_core/_loop.py": (
            "async def sleep(delay):\n    backend().note(delay)\n    await backend().sleep(delay)\n"
            "def fail_after(delay):\n    return Scope(delay)\n"
        ),
    }
    code = "import anyio\nfrom anyio._core._loop import sleep\nasync def test_a():\n    with anyio.fail_after(3):\n        await sleep(1)"
    assert spoken(code, files) == [("anyio.fail_after", 3000), ("anyio.sleep", 1000)]


def test_a_timeout_blocks_own_suite_nests_it_on_purpose() -> None:
    files = {"anyio/__init__.py": "def fail_after(delay):\n    return Scope(delay)\n"}
    code = "import anyio\nasync def test_a():\n    with anyio.fail_after(1):\n        with anyio.fail_after(2):\n            await act()"
    assert [wait.limit is None for wait in reading(code, files).waits] == [True, True]
    assert [wait.limit is None for wait in reading(code).waits] == [True, False]


SERVICES = [
    ("def test_a(qtbot):\n    qtbot.wait(250)", "pytestqt.qtbot.QtBot.wait", 250),
    ("def test_a(qtbot, w):\n    with qtbot.waitSignal(w.done, timeout=3000):\n        w.go()", "pytestqt.qtbot.QtBot.waitSignal", 3000),
    ("from PySide6.QtTest import QTest\nQTest.qWait(100)", "PyQt5.QtTest.QTest.qWait", 100),
    ("import redis\nr = redis.Redis.from_url(u)\nr.xread({'s': 0}, block=1500)", "redis.Redis.xread", 1500),
    ("import redis\nps = redis.Redis().pubsub()\nps.get_message(True, 2)", "redis.client.PubSub.get_message", 2000),
    ("from redis import asyncio as aioredis\nasync def test_a():\n    r = aioredis.from_url(u)\n    await r.bzpopmin('q', 3)", "redis.asyncio.Redis.bzpopmin", 3000),
    ("from celery import Celery\napp = Celery()\n@app.task\ndef add(a, b): ...\ndef test_a():\n    add.delay(1, 2).get(10)", "celery.result.AsyncResult.get", 10_000),
    ("from celery import shared_task\n@shared_task(bind=True)\ndef add(self): ...\ndef test_a():\n    r = add.apply_async()\n    r.wait(5)", "celery.result.AsyncResult.wait", 5000),
    ("from kafka import KafkaProducer\nKafkaProducer().send('t', b'x').get(10)", "kafka.producer.future.FutureRecordMetadata.get", 10_000),
    ("import nats\nasync def test_a():\n    nc = await nats.connect(u)\n    sub = await nc.subscribe('s')\n    await sub.next_msg(1)", "nats.aio.subscription.Subscription.next_msg", 1000),
    ("import psutil\ngone, alive = psutil.wait_procs(ps, 3)", "psutil.wait_procs", 3000),
    ("from tornado.ioloop import IOLoop\nIOLoop.current().run_sync(f, timeout=5)", "tornado.ioloop.IOLoop.run_sync", 5000),
    ("from datetime import timedelta\nfrom tornado.locks import Event\nasync def test_a():\n    await Event().wait(timedelta(seconds=2))", "tornado.locks.Event.wait", 2000),
    ("def test_a(pytester):\n    pytester.run('x', timeout=20)", "pytest.Pytester.run", 20_000),
    ("async def test_a(event_loop):\n    event_loop.call_later(0.1, print)", "asyncio.loop.call_later", 100),
    ("import asyncpg\nasync def test_a():\n    pool = await asyncpg.create_pool(dsn)\n    await pool.acquire(timeout=2)", "asyncpg.pool.Pool.acquire", 2000),
    ("import asyncpg\nasync def test_a():\n    async with asyncpg.create_pool(dsn) as pool:\n        async with pool.acquire() as c:\n            await c.execute(q, timeout=2)", "asyncpg.Connection.execute", 2000),
    ("import aiohttp\nasync def test_a():\n    async with aiohttp.ClientSession() as s:\n        async with s.ws_connect(u) as ws:\n            await ws.receive(timeout=1)", "aiohttp.ClientWebSocketResponse.receive", 1000),
    ("from somewhere import Thing\nThing().wait(timeout=3)", "somewhere.Thing.wait", 3000),
    ("from typing import Any\ndef test_a(x: Any):\n    x.wait(timeout=3)", ".wait", 3000),
    ("from stopit import ThreadingTimeout\nwith ThreadingTimeout(3):\n    f()", "stopit.ThreadingTimeout", 3000),
]  # fmt: skip


@pytest.mark.parametrize(("code", "api", "ms"), SERVICES)
def test_a_librarys_own_class_is_known(code: str, api: str, ms: float) -> None:
    assert spoken(code) == [(api, ms)]


def test_a_projects_own_fixture_wins_over_a_plugins() -> None:
    code = "import pytest, subprocess\n@pytest.fixture\ndef qtbot():\n    return subprocess.Popen(x)\ndef test_a(qtbot):\n    qtbot.wait(2)"
    assert spoken(code) == [("subprocess.Popen.wait", 2000)]


BASE = (
    "import asyncio, time\nclass Base:\n    def pause(self, n):\n        time.sleep(n)\n"
    "    def pause_ms(self, ms=100):\n        self.pause(ms / 1000)\n"
    "    async def nap(self, n):\n        await asyncio.sleep(n)\n"
)


def test_a_wrapper_is_reached_through_a_base_and_through_another_wrapper() -> None:
    code = (
        "from tests.base import Base\nclass TestA(Base):\n    def test_a(self):\n        self.pause(2)\n"
        "        self.pause_ms(250)\n        self.pause_ms()\n        super().pause(1)\n"
    )
    found = spoken(code, {"tests/base.py": BASE})
    assert found == [("time.sleep", 2000), ("time.sleep", 250), ("time.sleep", 100), ("time.sleep", 1000)]


def test_super_is_a_librarys_class_too() -> None:
    code = "import threading\nclass Worker(threading.Thread):\n    def end(self):\n        super().join(5)\n"
    assert spoken(code) == [("threading.Thread.join", 5000)]


def test_an_override_that_only_hands_on_its_timeout_is_not_said_to_wait() -> None:
    files = {
        "app.py": "import httpx\nclass Local(httpx.Client):\n    def get(self, url, timeout=None):\n"
        "        return super().get(url, timeout=timeout)\n"
    }
    assert spoken("from app import Local\nLocal().get('/x', timeout=1)", files) == []
    assert spoken(files["app.py"]) == []


def test_what_a_test_class_of_a_library_keeps_is_known() -> None:
    code = (
        "from tornado.testing import AsyncTestCase\nclass TestA(AsyncTestCase):\n    def test_a(self):\n"
        "        self.io_loop.add_timeout(self.io_loop.time() + 0.2, self.stop)\n"
    )
    assert spoken(code) == [("tornado.ioloop.IOLoop.add_timeout", 200)]


def test_what_a_mock_of_the_projects_own_answers_does_not_wait() -> None:
    files = {"app.py": "def fetch(url, timeout):\n    return urlopen(url, timeout)\n"}
    code = "from app import fetch\ndef test_a():\n    with {}:\n        fetch('http://x', timeout=30)"
    assert spoken(code.format("_mock_urlopen(200) as sent"), files) == []
    assert spoken(code.format("mock.patch('app.retry')"), files) == [("app.fetch", 30_000)]


def test_many_classes_that_lead_back_to_each_other_are_asked_once() -> None:
    classes = "".join(
        f"class A{n}(A{n + 1}, B{n + 1}):\n    def f(self):\n        return self.g{n}() or self.f()\n"
        f"class B{n}(A{n + 1}):\n    def h(self):\n        return self.f()\n"
        for n in range(25)
    )
    code = classes + "def test_a():\n    A0().f().wait(timeout=3)\n    A0().x.join(5)\n    A0().h().join(5)"
    assert spoken(code) == [(".wait", 3000), (".join", 5000), (".join", 5000)]
