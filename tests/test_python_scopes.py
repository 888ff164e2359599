"""Test code, tests, and the clocks that they run on."""

# ruff: noqa: E501 - the code to be read stands on one line

from __future__ import annotations

from pathlib import Path

import pytest

from sleeplint.facts import TestFile
from sleeplint.languages import Surroundings, read
from sleeplint.languages.python.paths import may_test
from sleeplint.source import Project, Source


def reading(
    code: str, path: str = "tests/test_it.py", files: dict[str, str] | None = None, in_test: bool = False
) -> TestFile:
    """A file read in a project of files in memory."""
    texts = {f"/project/{name}": text.encode() for name, text in {**(files or {}), path: code}.items()}

    def open_(place: Path) -> Source | None:
        return Source(str(place), texts[str(place)]) if str(place) in texts else None

    return read(Source(path, code.encode()), Surroundings(project=Project(Path("/project"), open_), in_test=in_test))


PLACES = [
    ("test_app.py", True),
    ("app_test.py", True),
    ("tests.py", True),
    ("conftest.py", True),
    ("tests/helpers.py", True),
    ("test/server.py", True),
    ("t/run.py", True),
    ("app/tests/data/program.py", True),
    ("integration_tests/run.py", True),
    ("app/_testbase/fuzzer.py", True),
    ("app/testutils/clock.py", True),
    ("app/testimony/clock.py", False),
    ("app/testing/clock.py", False),
    ("app/main.py", False),
    ("contest.py", False),
    ("app/latest/x.py", False),
    ("benchmarks/run.py", False),
    ("examples/app.py", False),
]


@pytest.mark.parametrize(("path", "in_test"), PLACES)
def test_a_path_says_whether_a_file_is_test_code(path: str, in_test: bool) -> None:
    file = reading("import time\ntime.sleep(1)", path)
    assert (file.in_test, [wait.in_test for wait in file.waits]) == (in_test, [in_test])


def test_the_settings_can_say_so() -> None:
    assert reading("import time\ntime.sleep(1)", "checks/a.py", in_test=True).waits[0].in_test


@pytest.mark.parametrize(
    "base",
    ["unittest.TestCase", "unittest.IsolatedAsyncioTestCase", "TestCase", "Base"],
)
def test_a_unittest_class_is_test_code_wherever_it_stands(base: str) -> None:
    code = (
        "import time, unittest\nfrom unittest import TestCase\nclass Base(TestCase): ...\n"
        f"class Slow({base}):\n    def test_a(self):\n        time.sleep(1)\ntime.sleep(2)\n"
    )
    assert [(w.in_test, w.test) for w in reading(code, "app/checks.py").waits] == [(True, "Slow.test_a"), (False, None)]


def test_a_wait_belongs_to_the_test_around_it() -> None:
    code = (
        "import time\ndef test_a():\n    def slow():\n        time.sleep(1)\n    lambda: time.sleep(2)\n"
        "class TestB:\n    class TestC:\n        def test_d(self):\n            time.sleep(3)\n"
        "    def setup_method(self):\n        time.sleep(4)\n"
        "def helper():\n    time.sleep(5)\n    act()\n"
    )
    assert [wait.test for wait in reading(code).waits] == ["test_a", "test_a", "TestB.TestC.test_d", None, None]


def test_a_decorator_does_not_stand_in_the_test_but_its_limit_is_the_tests() -> None:
    code = (
        "import time, pytest\n@patch('x', lambda: time.sleep(1))\n@pytest.mark.timeout(60)\ndef test_a():\n    pass\n"
    )
    assert [(wait.api, wait.test) for wait in reading(code).waits] == [
        ("time.sleep", None),
        ("pytest.mark.timeout", "test_a"),
    ]


CASES = [
    ("@pytest.mark.parametrize('x', [1, 2, 3])\n", 3),
    ("@pytest.mark.parametrize('x', (1, 2))\n@pytest.mark.parametrize('y', [1, 2, 3])\n", 6),
    ("@pytest.mark.parametrize('x', range(4))\n", 4),
    ("@pytest.mark.parametrize('x', VALUES)\n", 2),
    ("@pytest.mark.parametrize('x', values())\n", None),
    ("@pytest.mark.parametrize('x', [1, *more])\n", None),
    ("", 1),
]


@pytest.mark.parametrize(("decorators", "cases"), CASES)
def test_the_cases_of_a_parametrised_test_multiply(decorators: str, cases: int | None) -> None:
    code = f"import pytest\nVALUES = ['a', 'b']\n{decorators}def test_a(): pass\n"
    assert [test.cases for test in reading(code).tests] == [cases]


def test_cases_of_a_class_and_of_the_module_count_too() -> None:
    code = (
        "import pytest\npytestmark = [pytest.mark.parametrize('x', [1, 2])]\n"
        "@pytest.mark.parametrize('y', [1, 2, 3])\nclass TestA:\n    def test_a(self): pass\n"
    )
    assert [test.cases for test in reading(code).tests] == [6]


LIMITS = [
    ("@pytest.mark.timeout(60)", 60_000),
    ("@pytest.mark.timeout(timeout=0.5)", 500),
    ("@timeout_decorator.timeout(5)", 5000),
    ("@pytest.mark.timeout(0)", None),
    ("@pytest.mark.slow", None),
    ("@pytest.mark.timeout(method='thread')", None),
    ("@pytest.mark.timeout(method='thread')\n@timeout_decorator.timeout(5)", 5000),
    ("@gen_cluster(client=True)", 30_000),
    ("@gen_cluster([('', 1)], timeout=60)", 60_000),
    ("@gen_test()", 30_000),
    ("@gen_test(12)", 12_000),
    ("@tornado.testing.gen_test", 5000),
    ("@tornado.testing.gen_test(timeout=7)", 7000),
]


@pytest.mark.parametrize(("decorator", "ms"), LIMITS)
def test_a_limit_of_a_test_is_read(decorator: str, ms: int | None) -> None:
    head = (
        "import pytest, timeout_decorator, tornado.testing\nfrom distributed.utils_test import gen_cluster, gen_test\n"
    )
    code = f"{head}{decorator}\ndef test_a(): pass\n"
    assert [test.limit_ms for test in reading(code).tests] == [ms]


@pytest.mark.parametrize(
    ("decorator", "by"),
    [
        ("@pytest.mark.timeout(60)", "pytest.mark.timeout"),
        ("@timeout_decorator.timeout(5)", "timeout_decorator.timeout"),
        ("@tornado.testing.gen_test", "tornado.testing.gen_test"),
        ("@pytest.mark.timeout(0)", None),
        ("@pytest.mark.slow", None),
    ],
)
def test_what_limits_a_test_is_named(decorator: str, by: str | None) -> None:
    code = f"import pytest, timeout_decorator, time, tornado.testing\n{decorator}\ndef test_a():\n    time.sleep(9)\n"
    file = reading(code)
    assert [test.limited_by for test in file.tests] == [by]
    assert [wait.limit.by if wait.limit else None for wait in file.waits if wait.kind == "sleep"] == [by]


RUNTIMES = [
    ("@pytest.mark.asyncio\nasync def test_a(): pass", "asyncio"),
    ("@pytest.mark.trio\nasync def test_a(): pass", "trio"),
    ("@pytest.mark.anyio\nasync def test_a(): pass", "anyio"),
    ("async def test_a(): pass", "asyncio"),
    ("import trio\nasync def test_a(): pass", "trio"),
    ("def test_a(): pass", None),
]


@pytest.mark.parametrize(("code", "runtime"), RUNTIMES)
def test_the_runtime_of_a_test_is_read(code: str, runtime: str | None) -> None:
    assert [(t.runtime, t.is_async) for t in reading("import pytest\n" + code).tests] == [
        (runtime, "async" in code.partition("def")[0])
    ]


def test_a_tornado_generator_runs_on_the_loop() -> None:
    code = (
        "import time\nfrom tornado.testing import gen_test\n@gen_test\ndef test_a():\n    yield f()\n    time.sleep(1)"
    )
    file = reading(code)
    assert [wait.in_async for wait in file.waits] == [True]
    assert [test.runtime for test in file.tests] == ["tornado"]


VIRTUAL = [
    "import trio\nasync def test_a(autojump_clock):\n    await trio.sleep(1)",
    "import trio, pytest\n@pytest.mark.usefixtures('mock_clock')\nasync def test_a():\n    await trio.sleep(1)",
    "import trio, pytest\npytestmark = pytest.mark.usefixtures('autojump_clock')\nasync def test_a():\n    await trio.sleep(1)",
    "import trio, pytest\n@pytest.fixture\ndef fast(autojump_clock): ...\nasync def test_a(fast):\n    await trio.sleep(1)",
    "import trio\nfrom trio.testing import MockClock\ndef test_a():\n    async def main():\n        await trio.sleep(1)\n"
    "    trio.run(main, clock=MockClock(autojump_threshold=0))",
    "import anyio\nasync def test_a(autojump_clock):\n    await anyio.sleep(1)",
    "from twisted.internet import task\nclock = task.Clock()\nclock.callLater(1, f)",
    "import asyncio, pytest\n@pytest.mark.looptime\nasync def test_a():\n    await asyncio.sleep(1)",
    "import asyncio, async_solipsism, pytest\n@pytest.fixture\ndef event_loop():\n    return async_solipsism.EventLoop()\n"
    "async def test_a():\n    await asyncio.sleep(1)",
    "import time\nfrom unittest.mock import patch\n@patch('time.sleep')\ndef test_a(sleep):\n    time.sleep(1)",
    "import time\nfrom unittest import mock\ndef test_a():\n    with mock.patch('time.sleep'):\n        time.sleep(1)",
    "import time\nfrom unittest.mock import patch\ndef test_a():\n    with patch.object(time, 'sleep'):\n        time.sleep(1)",
    "import time\ndef test_a(monkeypatch):\n    monkeypatch.setattr(time, 'sleep', f)\n    time.sleep(1)",
    "import time\ndef test_a(monkeypatch):\n    monkeypatch.setattr('time.sleep', f)\n    time.sleep(1)",
    "import time\ndef test_a(mocker):\n    mocker.patch('time.sleep')\n    time.sleep(1)",
    "import time, pytest\n@pytest.fixture(autouse=True)\ndef fast(monkeypatch):\n    monkeypatch.setattr(time, 'sleep', f)\n"
    "def test_a():\n    time.sleep(1)",
    "import time\nfrom unittest.mock import patch\ndef test_a():\n    with patch('app.worker.time.sleep'):\n        time.sleep(1)",
    "from time import sleep\nfrom unittest.mock import patch\n@patch('tests.test_it.sleep')\ndef test_a(s):\n    sleep(1)",
]


@pytest.mark.parametrize("code", VIRTUAL)
def test_a_sleep_on_a_simulated_clock_is_virtual(code: str) -> None:
    assert [wait.virtual_time for wait in reading(code).waits] == [True]


REAL = [
    "import trio\nasync def test_a(autojump_clock): ...\nasync def test_b():\n    await trio.sleep(1)",
    "import time\nasync def test_a(autojump_clock):\n    time.sleep(1)",
    "from time import sleep\nfrom unittest.mock import patch\n@patch('time.sleep')\ndef test_a(s):\n    sleep(1)",
    "import time\nfrom unittest.mock import patch\n@patch('app.worker.sleep')\ndef test_a(s):\n    time.sleep(1)",
    "import time\nfrom unittest.mock import patch\n@patch('app.worker.time')\ndef test_a(s):\n    time.sleep(1)",
    "import time\nfrom unittest.mock import patch\ndef test_a():\n    with patch('time.sleep'):\n        pass\n    time.sleep(1)",
    "import time\ndef test_a(monkeypatch):\n    time.sleep(1)\n    monkeypatch.setattr(time, 'sleep', f)",
    "import time\nreal = time.sleep\ndef test_a(monkeypatch):\n    monkeypatch.setattr(time, 'sleep', f)\n    real(1)",
    "import time\nfrom unittest.mock import patch\n@patch('time.sleep', wraps=time.sleep)\ndef test_a(s):\n    time.sleep(1)",
    "import time\ndef test_a(monkeypatch):\n    monkeypatch.setattr(time, 'time', f)\n    time.sleep(1)",
    "import asyncio, time\ndef test_a(monkeypatch):\n    monkeypatch.setattr(asyncio, 'sleep', f)\n    time.sleep(1)",
    "import asyncio\nfrom freezegun import freeze_time\n@freeze_time('2020-01-01')\nasync def test_a():\n    await asyncio.sleep(1)",
]


@pytest.mark.parametrize("code", REAL)
def test_a_sleep_that_the_clock_does_not_reach_is_real(code: str) -> None:
    assert [wait.virtual_time for wait in reading(code).waits] == [False]


def test_a_paused_clock_is_the_tests_even_where_a_wait_does_not_obey_it() -> None:
    code = "import time, trio\nasync def test_a(autojump_clock):\n    time.sleep(1)\nasync def test_b():\n    await trio.sleep(1)"
    file = reading(code)
    assert [wait.paused_clock for wait in file.waits] == [True, False]
    assert [test.paused_clock for test in file.tests] == [True, False]


FROZEN = [
    ("from freezegun import freeze_time\n@freeze_time('2020')\nasync def test_a():\n    await asyncio.sleep(1)", True),
    ("import freezegun\nasync def test_a():\n    with freezegun.freeze_time('2020'):\n        await asyncio.sleep(1)", True),
    ("async def test_a(freezer):\n    await asyncio.sleep(1)", True),
    ("import time_machine\n@time_machine.travel(0, tick=False)\nasync def test_a():\n    await asyncio.sleep(1)", True),
    ("import time_machine\n@time_machine.travel(0)\nasync def test_a():\n    await asyncio.sleep(1)", False),
    ("from freezegun import freeze_time\n@freeze_time('2020', tick=True)\nasync def test_a():\n    await asyncio.sleep(1)", False),
    ("from freezegun import freeze_time\n@freeze_time('2020', real_asyncio=True)\nasync def test_a():\n    await asyncio.sleep(1)", False),
    ("import time\nfrom freezegun import freeze_time\n@freeze_time('2020')\ndef test_a():\n    time.sleep(1)", False),
]  # fmt: skip


@pytest.mark.parametrize(("code", "frozen"), FROZEN)
def test_a_freezer_that_the_runtime_does_not_know_is_noted(code: str, frozen: bool) -> None:
    assert [wait.frozen_clock for wait in reading("import asyncio\n" + code).waits] == [frozen]


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("tests/helpers.py", b"", True),
        ("src/app.py", b"import time\ntime.sleep(1)\n", False),
        ("src/app.py", b"class Suite(unittest.TestCase):\n    pass\n", True),
        ("src/app.py", b"class TestServer:\n    pass\n", False),
        ("src/app.py", b"class TestServer(Base):\n    pass\n", True),
        ("src/app.py", b"class Suite[T](\n    Base,\n    AsyncTest,\n):\n    pass\n", True),
        ("src/app.py", b"class Suite(\n    Base,\n):\n    pass\n", False),
        ("src/app.py", b"class Server(Base):\n    pass\n", False),
        ("src/app.py", b"TestCase = test_class(Case)\n", False),
    ],
)
def test_a_byte_search_says_what_cannot_be_test_code(path: str, code: bytes, expected: bool) -> None:
    assert may_test(path, code) is expected
    waits = code.replace(b"pass", b"def test_a(self):\n        import time; time.sleep(1)")
    assert expected or not any(wait.in_test for wait in read(Source(path, waits)).waits)
