"""Clocks that are replaced before a test begins: by fixtures of any file, by `setUp`s, by a class's bases."""

from __future__ import annotations

from pathlib import Path

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import Surroundings, read
from sleeplint.languages.python import clocks
from sleeplint.source import Project, Source

CONFTEST = """
import time
import pytest
from freezegun import freeze_time

@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)

@pytest.fixture
def mocked(mocker):
    return mocker.patch("time.sleep")

@pytest.fixture
def chained(impatient):
    pass

@pytest.fixture
def slower(monkeypatch):
    real = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: real(2 * seconds))

@pytest.fixture
def the_day():
    with freeze_time("2020-02-02"):
        yield
"""
SUPPORT = """
import unittest
from unittest import mock

class Impatient(unittest.TestCase):
    def setUp(self):
        patcher = mock.patch("time.sleep")
        patcher.start()
        self.addCleanup(patcher.stop)
"""
HEAD = "import time\nimport unittest\nfrom unittest import mock\nimport pytest\nfrom freezegun import freeze_time\n"
BASE = """
class Base(unittest.TestCase):
    def setUp(self):
        mock.patch("time.sleep").start()

"""
SLEEP = "    def test_a(self):\n        time.sleep(4)\n"
ELAPSED = "    start = time.monotonic()\n    work()\n    assert time.monotonic() - start < 1\n"


def waits(code: str, conftest: str = CONFTEST, head: str = HEAD) -> tuple[Wait, ...]:
    files = {"/project/tests/conftest.py": conftest, "/project/tests/support.py": SUPPORT}

    def open_(place: Path) -> Source | None:
        path = place.as_posix()
        return Source(path, files[path].encode()) if path in files else None

    source = Source("tests/test_it.py", (head + code).encode())
    return read(source, Surroundings(project=Project(Path("/project"), open_))).waits


REPLACED = {
    "a fixture of a conftest": "def test_a(impatient):\n    time.sleep(4)\n",
    "one that a mark asks for": "@pytest.mark.usefixtures('impatient')\ndef test_a():\n    time.sleep(4)\n",
    "one that the file asks for": (
        "pytestmark = pytest.mark.usefixtures('impatient')\ndef test_a():\n    time.sleep(4)\n"
    ),
    "one that patches with a plugin": "def test_a(mocked):\n    time.sleep(4)\n",
    "one that another asks for": "def test_a(chained):\n    time.sleep(4)\n",
    "a base class of the same file": f"{BASE}class TestB(Base):\n{SLEEP}",
    "a base's base": f"{BASE}class Middle(Base):\n    pass\nclass TestB(Middle):\n{SLEEP}",
    "a base that is called": f"{BASE}class TestB(Base):\n    def setUp(self):\n        super().setUp()\n{SLEEP}",
    "a base class of another file": f"from .support import Impatient\nclass TestB(Impatient):\n{SLEEP}",
    "a fixture in the class that nobody asks for": (
        "class TestB:\n    @pytest.fixture(autouse=True)\n    def _at_once(self, monkeypatch):\n"
        f"        monkeypatch.setattr('time.sleep', lambda seconds: None)\n{SLEEP}"
    ),
    "elapsed time on a frozen clock": f"@freeze_time('2020-02-02')\ndef test_a():\n{ELAPSED}",
    "elapsed time on a clock that a fixture froze": f"def test_a(the_day):\n{ELAPSED}",
    "elapsed time on a replaced clock": (
        f"@mock.patch('time.monotonic', side_effect=[0, 1])\ndef test_a(now):\n{ELAPSED}"
    ),
}
REAL = {
    "a fixture that nobody asks for": "def test_a():\n    time.sleep(4)\n",
    "a fixture that sleeps longer": "def test_a(slower):\n    time.sleep(4)\n",
    "another class's base": f"{BASE}class TestB(unittest.TestCase):\n{SLEEP}",
    "a base that is not called": f"{BASE}class TestB(Base):\n    def setUp(self):\n        self.x = 1\n{SLEEP}",
    "a fixture that the file has itself": (
        "@pytest.fixture\ndef impatient():\n    return 1\ndef test_a(impatient):\n    time.sleep(4)\n"
    ),
    "a fixture of another class": (
        "class TestB:\n    @pytest.fixture(autouse=True)\n    def _at_once(self, monkeypatch):\n"
        f"        monkeypatch.setattr('time.sleep', lambda seconds: None)\nclass TestC:\n{SLEEP}"
    ),
    "elapsed time while the clock goes on": f"@freeze_time('2020-02-02', tick=True)\ndef test_a():\n{ELAPSED}",
    "elapsed time on the real clock that is watched": (
        f"@mock.patch('time.monotonic', wraps=time.monotonic)\ndef test_a(now):\n{ELAPSED}"
    ),
    "elapsed time on another clock": f"@mock.patch('time.time', side_effect=[0, 1])\ndef test_a(now):\n{ELAPSED}",
}


@pytest.mark.parametrize("code", REPLACED.values(), ids=REPLACED.keys())
def test_what_is_replaced_takes_no_real_time(code: str) -> None:
    assert [wait.virtual_time for wait in waits(code)] == [True]


@pytest.mark.parametrize("code", REAL.values(), ids=REAL.keys())
def test_what_is_not_replaced_takes_real_time(code: str) -> None:
    assert [wait.virtual_time for wait in waits(code)] == [False]


def test_a_fixture_of_a_conftest_that_nobody_needs_to_ask_for() -> None:
    unasked = CONFTEST.replace("@pytest.fixture\ndef impatient", "@pytest.fixture(autouse=True)\ndef impatient")
    assert [wait.virtual_time for wait in waits("def test_a():\n    time.sleep(4)\n", unasked)] == [True]


@pytest.mark.parametrize("name", sorted(clocks._TRIO_FIXTURES | clocks._FREEZER_FIXTURES | {"looptime"}))
def test_a_clock_stops_by_a_fixture_of_which_only_a_conftest_speaks(name: str) -> None:
    conftest = f"import pytest\n@pytest.fixture\ndef quick({name}, monkeypatch):\n    pass\n"
    library = "trio" if name in clocks._TRIO_FIXTURES else "asyncio"
    code = f"async def test_a(quick):\n    await {library}.sleep(4)\n"
    (wait,) = waits(code, conftest, f"import {library}\n")
    assert wait.virtual_time or wait.frozen_clock


WORKFLOWS = {
    "a workflow": (True, "@workflow.defn\n"),
    "one by another name": (True, '@workflow.defn(name="slow", sandboxed=False)\n'),
    "an activity": (False, "@activity.defn\n"),
    "a plain class": (False, ""),
}


@pytest.mark.parametrize("case", WORKFLOWS)
def test_a_workflow_sleeps_by_the_clock_of_its_server(case: str) -> None:
    virtual, decorator = WORKFLOWS[case]
    code = (
        "import asyncio\nfrom temporalio import activity, workflow\n\n"
        f"{decorator}class Slow:\n    @workflow.run\n    async def run(self):\n        await asyncio.sleep(100000)\n"
    )
    (wait,) = read(Source("tests/test_it.py", code.encode())).waits
    assert wait.virtual_time is virtual
