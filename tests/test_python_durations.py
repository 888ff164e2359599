"""How long: what folds to a number, and what the source does not say."""

# ruff: noqa: E501 - the code to be read stands on one line

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.facts import Milliseconds
from sleeplint.languages import Surroundings, read
from sleeplint.source import Project, Source


def durations(code: str, files: dict[str, str] | None = None) -> list[Milliseconds | None]:
    """The durations of a test file in a project of files in memory."""
    path = "tests/test_it.py"
    texts = {f"/project/{name}": text.encode() for name, text in {**(files or {}), path: code}.items()}

    def open_(place: Path) -> Source | None:
        return Source(str(place), texts[str(place)]) if str(place) in texts else None

    project = Project(Path("/project"), open_)
    return [wait.duration_ms for wait in read(Source(path, code.encode()), Surroundings(project=project)).waits]


EXPRESSIONS = [
    ("1", 1000),
    ("0.25", 250),
    (".5", 500),
    ("1e-3", 1),
    ("1_000", 1_000_000),
    ("0x10", 16_000),
    ("-1 + 3", 2000),
    ("+2", 2000),
    ("2 ** 3", 8000),
    ("10 / 4", 2500),
    ("7 // 2", 3000),
    ("7 % 4", 3000),
    ("3600 * 24 * 365", 31_536_000_000),
    ("(1 + 2) * 0.1", 300),
    ("float(2)", 2000),
    ("int(2.9)", 2000),
    ("min(2, 5)", 2000),
    ("max(2, 5)", 5000),
    ("1 if fast else 1", 1000),
    ("1 / 60", 16.6666666667),
    ("1e-10", 1e-7),
]


@pytest.mark.parametrize(("expression", "ms"), EXPRESSIONS)
def test_an_expression_folds(expression: str, ms: Milliseconds) -> None:
    assert durations(f"import time\ntime.sleep({expression})") == [ms]


CONSTANTS = [
    ("DELAY = 2\ntime.sleep(DELAY)", 2000),
    ("HZ = 50\ntime.sleep(1 / HZ)", 20),
    ("DELAY: float = 2\ntime.sleep(DELAY * 2)", 4000),
    ("def test_a():\n    delay = 3\n    time.sleep(delay)", 3000),
    ("def test_a():\n    delay = 3\n    def inner():\n        time.sleep(delay)\n    inner()", 3000),
    ("class TestA:\n    delay = 2\n    def test_a(self):\n        time.sleep(self.delay)", 2000),
    (
        "class TestA:\n    def setUp(self):\n        self.delay = 2\n    def test_a(self):\n        time.sleep(self.delay)",
        2000,
    ),
    ("class Base:\n    delay = 2\nclass TestA(Base):\n    def test_a(self):\n        time.sleep(self.delay)", 2000),
    ("class A:\n    DELAY = 2\ntime.sleep(A.DELAY)", 2000),
    ("A = B = 2\ntime.sleep(B)", 2000),
    ("a, b = 1, 2\ntime.sleep(b)", 2000),
    ("from datetime import timedelta\ntime.sleep(timedelta(minutes=1, seconds=5).total_seconds())", 65_000),
    ("import datetime\nLIMIT = datetime.timedelta(milliseconds=1500)\ntime.sleep(LIMIT.total_seconds())", 1500),
    ("delay = 1\ntime.sleep(delay)\ndelay = 2", 1000),
    ("for x in y:\n    delay = 1\n    time.sleep(delay)", 1000),
]


@pytest.mark.parametrize(("code", "ms"), CONSTANTS)
def test_a_constant_is_looked_up(code: str, ms: Milliseconds) -> None:
    assert durations("import time\n" + code) == [ms]


UNKNOWN = [
    "def f(delay):\n    time.sleep(delay)\n    g()",
    "def f(delay=5):\n    time.sleep(delay)\n    g()",
    "import os\ntime.sleep(os.environ['DELAY'])",
    "import random\ntime.sleep(random.random() * 2)",
    "delay = 1\nif slow:\n    delay = 5\ntime.sleep(delay)",
    "delay = 1\nfor _ in range(3):\n    time.sleep(delay)\n    delay *= 2",
    "delay = 1\ndef test_a():\n    time.sleep(delay)\ndef change():\n    global delay\n    delay = 2",
    "delay = 1\ndelay += 1\ntime.sleep(delay)",
    "delay = 3\nif fast:\n    delay = 1\nelse:\n    time.sleep(delay)",
    "for delay in (1, 2):\n    time.sleep(delay)",
    "time.sleep(delay or 5)",
    "time.sleep(1 if fast else 5)",
    "time.sleep(unknown * 2)",
    "time.sleep(1 / 0)",
    "time.sleep(10 ** 1000000)",
    "time.sleep(1j)",
    "time.sleep(*args)",
    "def f(timeout=None):\n    if timeout is None:\n        timeout = 5\n    time.sleep(timeout)",
    "class TestA:\n    def a(self):\n        self.d = 1\n    def b(self):\n        self.d = 2\n    def test_a(self):\n        time.sleep(self.d)",
    "x = y\ny = x\ntime.sleep(x)",
]


@pytest.mark.parametrize("code", UNKNOWN)
def test_what_the_source_does_not_say_is_unknown(code: str) -> None:
    assert durations("import time\n" + code) == [None]


IMPORTED = [
    ("from limits import DELAY\ntime.sleep(DELAY)", {"limits.py": "DELAY = 2"}),
    ("import limits\ntime.sleep(limits.DELAY)", {"limits.py": "DELAY = 2"}),
    ("from .limits import DELAY as D\ntime.sleep(D)", {"tests/limits.py": "DELAY = 1 + 1"}),
    ("from app import DELAY\ntime.sleep(DELAY)", {"app/__init__.py": "from app.limits import DELAY", "app/limits.py": "DELAY = 2"}),
    ("from limits import *\ntime.sleep(DELAY)", {"limits.py": "DELAY = 2"}),
    ("from limits import Limits\ntime.sleep(Limits.DELAY)", {"limits.py": "class Limits:\n    DELAY = 2"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "files"), IMPORTED)
def test_a_constant_of_another_file_is_looked_up(code: str, files: dict[str, str]) -> None:
    assert durations("import time\n" + code, files) == [2000]


def test_a_constant_set_twice_in_another_file_is_unknown() -> None:
    files = {"limits.py": "DELAY = 2\nif CI:\n    DELAY = 20"}
    assert durations("import time\nfrom limits import DELAY\ntime.sleep(DELAY)", files) == [None]


def test_a_timedelta_carries_its_own_unit() -> None:
    code = "from datetime import timedelta\nfrom tornado.gen import with_timeout\nwith_timeout(timedelta(seconds=2), f)"
    assert durations(code) == [2000]


@given(st.integers(min_value=0, max_value=10**9))
def test_whole_seconds_stay_whole(seconds: int) -> None:
    assert durations(f"import time\ntime.sleep({seconds})") == [seconds * 1000]


@given(st.floats(min_value=1e-6, max_value=1e6))
def test_a_float_is_read_as_python_reads_it(seconds: float) -> None:
    assert durations(f"import time\ntime.sleep({seconds!r})") == [pytest.approx(seconds * 1000, rel=1e-9)]
