"""Whose call it is: imports, re-exports, rebindings, shadowing, receivers, wrappers."""

# ruff: noqa: E501 - the code to be read stands on one line

from __future__ import annotations

from pathlib import Path

import pytest

from sleeplint.facts import TestFile
from sleeplint.languages import Surroundings, read
from sleeplint.languages.python.fixtures import fixture_modules
from sleeplint.languages.python.modules import Module
from sleeplint.source import Project, Source


def reading(code: str, path: str = "tests/test_it.py", files: dict[str, str] | None = None) -> TestFile:
    """A file read in a project of files in memory."""
    texts = {f"/project/{name}": text.encode() for name, text in {**(files or {}), path: code}.items()}

    def open_(place: Path) -> Source | None:
        return Source(str(place), texts[str(place)]) if str(place) in texts else None

    return read(Source(path, code.encode()), Surroundings(project=Project(Path("/project"), open_)))


def spoken(
    code: str, path: str = "tests/test_it.py", files: dict[str, str] | None = None
) -> list[tuple[str, float | None]]:
    return [(wait.api, wait.duration_ms) for wait in reading(code, path, files).waits]


IMPORTS = [
    "from time import sleep\nsleep(1)",
    "from time import sleep as snooze\nsnooze(1)",
    "import time as t\nt.sleep(1)",
    "def test_a():\n    import time\n    time.sleep(1)",
    "if PY3:\n    from time import sleep\nelse:\n    from old import sleep\nsleep(1)",
    "try:\n    from time import sleep\nexcept ImportError:\n    sleep = None\nsleep(1)",
    "import time\nsleep = time.sleep\nsleep(1)",
    "import time\nnap = time.sleep\nnap(1)",
    "from time import *\nsleep(1)",
    "import time\nclass TestA:\n    def test_a(self):\n        self.sleep = time.sleep\n        self.sleep(1)",
    "import time\nclass TestA:\n    pause = time.sleep\n    def test_a(self):\n        self.pause(1)",
    "import pytest\ntime = pytest.importorskip('time')\ntime.sleep(1)",
    "import importlib\nclock = importlib.import_module('time')\nclock.sleep(1)",
    "(__import__('time')).sleep(1)",
    "import time; time.sleep(1)",
    "import time\nf'{time.sleep(1)}'",
    "import time\nx = [time.sleep(1) for _ in y]",
    "import time\nlambda: time.sleep(1)",
    "import time\nmatch x:\n    case 1:\n        time.sleep(1)",
]


@pytest.mark.parametrize("code", IMPORTS)
def test_an_import_is_followed(code: str) -> None:
    assert spoken(code) == [("time.sleep", 1000)]


def test_the_same_bare_name_is_another_librarys_in_another_scope() -> None:
    code = (
        "from time import sleep\nasync def test_a():\n    from anyio import sleep\n    await sleep(1)\n"
        "def test_b():\n    sleep(2)\n"
    )
    assert spoken(code) == [("anyio.sleep", 1000), ("time.sleep", 2000)]


@pytest.mark.parametrize(
    "code",
    [
        "from time import sleep\ndef test_a(sleep):\n    sleep(1)",
        "from time import sleep\ndef test_a():\n    sleep = fake\n    sleep(1)",
        "from time import sleep\ndef test_a():\n    def sleep(n): return n + 1\n    sleep(1)",
        "from time import sleep\nclass Fake:\n    def sleep(self, n): self.slept = n\nFake().sleep(1)",
        "from time import sleep\nfor sleep in functions:\n    pass\ndef test_a():\n    lambda sleep: sleep(1)",
        "from mine import sleep\nsleep(1)",
    ],
)
def test_a_nearer_binding_shadows(code: str) -> None:
    assert spoken(code) == []


def test_a_class_body_does_not_shadow_for_its_methods() -> None:
    code = "from time import sleep\nclass TestA:\n    sleep = None\n    def test_a(self):\n        sleep(1)"
    assert spoken(code) == [("time.sleep", 1000)]


RE_EXPORTS = [
    ("from compat import sleep\nsleep(1)", {"compat.py": "from time import sleep"}),
    ("from tests.compat import sleep\nsleep(1)", {"tests/compat.py": "from time import sleep"}),
    ("from .compat import nap\nnap(1)", {"tests/__init__.py": "", "tests/compat.py": "from time import sleep as nap"}),
    ("from . import compat\ncompat.nap(1)", {"tests/__init__.py": "", "tests/compat.py": "import time\nnap = time.sleep"}),
    ("import app\napp.compat.sleep(1)", {"app/__init__.py": "from . import compat", "app/compat.py": "from time import sleep"}),
    ("from app import sleep\nsleep(1)", {"app/__init__.py": "from .compat import sleep", "app/compat.py": "from time import sleep"}),
    ("from app import *\nsleep(1)", {"app/__init__.py": "from time import sleep"}),
    ("from app.compat import sleep\nsleep(1)", {"src/app/compat.py": "from time import sleep"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "files"), RE_EXPORTS)
def test_a_re_export_of_the_project_is_followed(code: str, files: dict[str, str]) -> None:
    assert spoken(code, files=files) == [("time.sleep", 1000)]


def test_imports_that_go_round_in_circles_end() -> None:
    files = {"a.py": "from b import sleep", "b.py": "from a import sleep"}
    assert spoken("from a import sleep\nsleep(1)\nx = y\ny = x\nx.join(timeout=5)", files=files) == [(".join", 5000)]


RECEIVERS = [
    "import threading\nclass TestA:\n    def setUp(self):\n        self.ev = threading.Event()\n    def test_a(self):\n        self.ev.wait(1)",
    "import threading\ndef test_a(ev: threading.Event):\n    ev.wait(1)",
    "import threading\nfrom typing import Optional\nev: Optional['threading.Event'] = None\nev.wait(1)",
    "import threading\nev: threading.Event | None = None\nev.wait(1)",
    "import threading\na, ev = f(), threading.Event()\nev.wait(1)",
    "import threading\ndef make():\n    return threading.Event()\nev = make()\nev.wait(1)",
    "import threading\ndef make() -> threading.Event: ...\nmake().wait(1)",
    "import threading\nfor ev in [threading.Event(), threading.Event()]:\n    ev.wait(1)",
    "import threading\nevs = [threading.Event() for _ in range(3)]\nevs[0].wait(1)",
    "import threading\nevs = []\nfor i in range(3):\n    evs.append(threading.Event())\nfor ev in evs:\n    ev.wait(1)",
    "import threading\nif (ev := threading.Event()):\n    ev.wait(1)",
    "import threading, pytest\n@pytest.fixture\ndef ev():\n    yield threading.Event()\ndef test_a(ev):\n    ev.wait(1)",
    "import threading\nclass Base:\n    def setUp(self):\n        self.ev = threading.Event()\nclass TestA(Base):\n    def test_a(self):\n        self.ev.wait(1)",
    "import threading\nclass Mine(threading.Event): ...\nMine().wait(1)",
    "import threading\nclass A:\n    @property\n    def ev(self):\n        return threading.Event()\nA().ev.wait(1)",
    "import threading\nclass A:\n    def __enter__(self):\n        return threading.Event()\nwith A() as ev:\n    ev.wait(1)",
    "import threading\ndef both():\n    return 1, threading.Event()\n_, ev = both()\nev.wait(1)",
]


@pytest.mark.parametrize("code", RECEIVERS)
def test_a_receivers_type_is_inferred(code: str) -> None:
    assert spoken(code) == [("threading.Event.wait", 1000)]


def test_a_fixture_of_a_conftest_types_what_it_names() -> None:
    files = {
        "conftest.py": "import pytest, subprocess\n@pytest.fixture\ndef start():\n    def run(cmd):\n"
        "        return subprocess.Popen(cmd)\n    yield run\n"
    }
    assert spoken("def test_a(start):\n    p = start('x')\n    p.wait(60)", files=files) == [
        ("subprocess.Popen.wait", 60_000)
    ]


def test_an_asyncio_event_takes_no_timeout() -> None:
    assert spoken("import asyncio\ne = asyncio.Event()\ne.set()\nawait e.wait()") == []


WRAPPERS = [
    ("def pause(n):\n    time.sleep(n)\npause(2)", 2000, "pause"),
    ("def sleep_ms(ms):\n    '''Sleeps.'''\n    time.sleep(ms / 1000)\nsleep_ms(250)", 250, "sleep_ms"),
    ("def pause(n=0.5):\n    time.sleep(n)\npause()", 500, "pause"),
    ("def pause(times, n):\n    time.sleep(n * 2)\npause(1, n=3)", 6000, "pause"),
    ("class A:\n    def pause(self, n):\n        time.sleep(n)\nA().pause(1)", 1000, "A.pause"),
    ("class A:\n    @staticmethod\n    def pause(n):\n        time.sleep(n)\nA.pause(1)", 1000, "A.pause"),
    ("def nap(n):\n    time.sleep(n)\ndef pause(m):\n    nap(m * 60)\npause(1)", 60_000, "pause"),
    ("def pause(n):\n    if n:\n        time.sleep(n)\npause(1)", 1000, "pause"),
    ("def pause(n):\n    time.sleep(n)\npause(x)", None, "pause"),
    (
        "def wait(n):\n    import time\n    time.sleep(n)\n    return n\n\ndef test_a(view):\n    view.submit(wait, 0.5)",
        500,
        "wait",
    ),
]


@pytest.mark.parametrize(("code", "ms", "wrapper"), WRAPPERS)
def test_a_wrapper_is_that_wait_at_its_calls_and_not_in_its_body(code: str, ms: float | None, wrapper: str) -> None:
    found = reading("import time\n" + code).waits
    assert [(w.api, w.duration_ms, w.wrapper) for w in found] == [("time.sleep", ms, wrapper)]


def test_a_wrapper_of_another_file_is_followed() -> None:
    files = {
        "tests/__init__.py": "",
        "tests/helpers.py": "import asyncio\nasync def pause(ms):\n    await asyncio.sleep(ms / 1000)\n",
    }
    found = reading("from .helpers import pause\nasync def test_a():\n    await pause(50)", files=files)
    assert [(w.api, w.duration_ms, w.wrapper) for w in found.waits] == [("asyncio.sleep", 50, "tests.helpers.pause")]
    assert "/project/tests/helpers.py" in found.consulted


def test_a_wrapper_given_by_reference_is_followed() -> None:
    code = (
        "import time, threading\ndef pause(n):\n    time.sleep(n)\npause(1)\nthreading.Thread(target=pause, args=(5,))"
    )
    assert spoken(code) == [("time.sleep", 1000), ("time.sleep", 5000)]


@pytest.mark.parametrize(
    "code",
    [
        "def work(n):\n    time.sleep(n)\n    act()\nwork(1)",
        "@actor\ndef work(n):\n    time.sleep(n)\nwork(1)",
        "def work(n):\n    time.sleep(n)\nrun(work)",
    ],
)
def test_a_function_that_does_more_or_that_nobody_calls_keeps_its_own_wait(code: str) -> None:
    assert spoken("import time\n" + code) == [("time.sleep", None)]


def test_production_code_reports_the_body_of_its_wrapper() -> None:
    assert spoken("import time\ndef pause(n):\n    time.sleep(n)\n", path="app/clock.py") == [("time.sleep", None)]


BOUNDS = [
    ("def ask(self, timeout=None):\n        self.lock.acquire(timeout=timeout)\n        return 1", "ask(timeout=2)", 2000),
    ("def ask(self, n, timeout=None):\n        end = time.monotonic() + timeout / 1000\n        return end", "ask(1, 500)", 500),
    ("def ask(self, timeout):\n        self.send()\n        return self.inner(timeout=timeout)\n"
     "    def inner(self, timeout):\n        e = threading.Event()\n        e.wait(timeout)\n        return 1", "ask(timeout=3)", 3000),
    ("def ask(self, timeout):\n        while time.time() - self.t > timeout:\n            pass", "ask(timeout=3)", 3000),
    ("def ask(self, timeout):\n        left = timeout / 1000\n        end = time.time() + left\n        return end", "ask(timeout=3)", 3),
]  # fmt: skip


@pytest.mark.parametrize(("method", "call", "ms"), BOUNDS)
def test_a_parameter_of_the_code_under_test_that_bounds_a_wait_is_a_timeout(
    method: str, call: str, ms: float | None
) -> None:
    files = {"app.py": f"import time, threading\nclass Client:\n    {method}\n"}
    assert spoken(f"from app import Client\nClient().{call}", files=files) == [("app.Client.ask", ms)]


@pytest.mark.parametrize(
    "method",
    [
        "def ask(self, timeout):\n        self.timeout = timeout",
        "def ask(self, timeout):\n        assert timeout == 3",
        "def ask(self, timeout):\n        return {'timeout': timeout}",
    ],
)
def test_a_parameter_that_is_only_kept_is_none(method: str) -> None:
    files = {"app.py": f"class Client:\n    {method}\n"}
    assert spoken("from app import Client\nClient().ask(timeout=3)", files=files) == []


def test_of_a_helper_in_test_code_the_waits_are_in_its_body() -> None:
    code = (
        "import time\ndef wait_until(f, timeout):\n    end = time.time() + timeout\n    while time.time() < end:\n"
        "        time.sleep(0.1)\ndef test_a():\n    wait_until(f, timeout=5)\n"
    )
    assert spoken(code) == [("time.sleep", 100)]


def test_what_is_given_a_mock_waits_for_nothing() -> None:
    files = {"app.py": "def reap(process, timeout):\n    process.wait(timeout=timeout)\n    return 1\n"}
    code = "from app import reap\nfrom unittest.mock import MagicMock\np = {}\nreap(p, timeout=5)\n"
    assert spoken(code.format("Process()"), files=files) == [("app.reap", 5000)]
    assert spoken(code.format("MagicMock()"), files=files) == []


def test_a_docstring_says_what_a_function_gives() -> None:
    files = {
        "app/__init__.py": "from .client import Client",
        "app/client.py": (
            "class Client:\n    def ask(self, timeout):\n        self.lock.acquire(timeout=timeout)\n        return 1\n"
            "def connect(**options):\n    '''Connects.\n\n    :return: A :class:`~app.client.Client` instance.\n"
            "    '''\n    return make(options)\n"
        ),
    }
    assert spoken("from app.client import connect\nconnect().ask(timeout=2)", files=files) == [("app.Client.ask", 2000)]


def test_awaiting_a_class_of_its_own_gives_something_else() -> None:
    files = {
        "app.py": "class Later:\n    def __await__(self):\n        return self.begin().__await__()\n"
        "class Client:\n    def cursor(self):\n        return Later()\n"
    }
    code = "from app import Client\nasync def test_a():\n    cursor = await Client().cursor()\n    await cursor.fetch(timeout=2)"
    assert spoken(code, files=files) == [(".fetch", 2000)]


def test_a_helper_of_another_test_file_is_test_code_too() -> None:
    files = {
        "tests/helpers.py": "def reap(process, timeout):\n    process.wait(timeout=timeout)\n    return 1\n",
    }
    assert spoken("from tests.helpers import reap\nreap(p, timeout=5)", files=files) == []


@pytest.mark.parametrize(
    ("body", "ms"),
    [
        ("self.lock.acquire(timeout=timeout)", 2000),
        ("timeout = timeout / 1000\n        self.lock.acquire(timeout=timeout)", 2),
        ("timeout = int(timeout / 1000)\n        self.lock.acquire(timeout=timeout)", 2),
        ("timeout /= 1000\n        self.lock.acquire(timeout=timeout)", 2),
        ("timeout = timeout - 1\n        self.lock.acquire(timeout=timeout)", 2000),
        ("if timeout is None:\n            timeout = 5\n        self.lock.acquire(timeout=timeout)", 2000),
    ],
)
def test_a_parameter_under_its_own_name_in_another_unit(body: str, ms: float) -> None:
    files = {"app.py": f"class Store:\n    def take(self, timeout):\n        {body}\n        return self.found\n"}
    assert spoken("from app import Store\nStore().take(timeout=2)", files=files) == [("app.Store.take", ms)]


@pytest.mark.parametrize("made", ["Consumer", "_Consumer", "self.consumer_class", "self.make_factory().consumer_cls"])
def test_what_is_made_of_a_timeout_keeps_it(made: str) -> None:
    files = {
        "app.py": f"class Broker:\n    def consume(self, queue, timeout):\n        return {made}(queue, timeout)\n"
        "    def fetch(self, queue, timeout):\n        return self.api.take(queue, timeout)\n"
    }
    code = "from app import Broker\nBroker().{}('q', timeout=1)"
    assert spoken(code.format("consume"), files=files) == []
    entered = "from app import Broker\nwith Broker().consume('q', timeout=1) as consumer:\n    consumer.run()"
    assert spoken(entered, files=files) == [("app.Broker.consume", 1000)]
    assert spoken(code.format("fetch"), files=files) == [("app.Broker.fetch", 1000)]


@pytest.mark.parametrize(
    "annotation", ["protocol.Protocol", '"Optional[Type[protocol.Protocol]]"', "protocol | list[protocol] | protocol"]
)
def test_a_name_annotated_with_itself_says_nothing(annotation: str) -> None:
    code = f"class Case:\n    protocol: {annotation} = None\n    def test_a(self):\n        self.protocol.wait(timeout=5)\n"
    assert spoken(f"import time\n{code}        time.sleep(1)") == [
        (".wait", 5000),
        ("time.sleep", 1000),
    ]


def test_classes_of_many_bases_are_asked_once_whether_fixtures_give_them_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bases = [f"Part{number}" for number in range(30)]
    files = {
        "app.py": "".join(f"class {base}:\n    def get{base}(self): ...\n" for base in bases)
        + f"class Client({', '.join(bases)}):\n    def wait_all(self): ...\n",
        "tests/conftest.py": "import pytest\nfrom app import Client\n@pytest.fixture\ndef client():\n    return Client()\n",
    }
    asked: list[Module] = []

    def noted(module: Module) -> list[Module]:
        asked.append(module)
        return fixture_modules(module)

    monkeypatch.setattr("sleeplint.languages.python.members.fixture_modules", noted)
    calls = "".join(f"    client.r{number}(timeout={number})\n" for number in range(20))
    reading(f"def test_a(client):\n{calls}", files=files)
    assert len(asked) == len(set(asked))
