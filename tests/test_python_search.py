"""What the search of a Python file's bytes leaves out holds no wait."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sleeplint.languages import Surroundings, may_wait, read
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.languages.python import search, suggestions
from sleeplint.languages.python.imports import imports_of
from sleeplint.languages.python.search import KEYWORDS, Search
from sleeplint.languages.python.shapes import ANY, KEYWORD_ONLY, Shape, fits, parts
from sleeplint.languages.python.suggestions import Suggestions
from sleeplint.source import Project, Source

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").rglob("*.py"))


def project(files: Mapping[str, str]) -> Project:
    texts = {f"/project/{name}": dedent(text) for name, text in files.items()}

    def open_(path: Path) -> Source | None:
        text = texts.get(path.as_posix())
        return Source(path.as_posix(), text.encode()) if text is not None else None

    return Project(Path("/project"), open_)


def apis(code: str, others: Mapping[str, str] | None = None) -> list[str]:
    """What is found in a test file; the same must be found where the search leaves nothing out."""
    path = "/project/tests/test_it.py"
    source = Source(path, dedent(code).encode())
    around = Surroundings(project({"tests/test_it.py": code, **(others or {})}))
    found = read(source, around)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "fits", lambda code, end, shape: True)
        patch.setattr(search, "_compares", lambda code, match: True)
        patch.setattr(Search, "_may_wait", lambda self, start: True)
        patch.setattr(Search, "_may_be_known", lambda self, name, start: True)
        patch.setattr(suggestions, "_shape", lambda code, definition, words: ANY)
        patch.setattr(suggestions, "_may_wait", lambda near: True)
        everything = read(source, Surroundings(project({"tests/test_it.py": code, **(others or {})})))
    assert found.waits == everything.waits
    consulted: set[str] = set()
    assert may_wait(source, around, consulted) or not found.waits
    assert consulted <= set(found.consulted)
    return [wait.api for wait in found.waits]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_a_fixture_reads_the_same_without_the_search(path: Path) -> None:
    apis(path.read_text(encoding="utf-8", errors="replace"))


OWNERS = ("time.", "asyncio.", "", "event.", "threading.Event().", "q.", "', '.", "os.path.", "thing\n    .", "self.")
NAMES = ("sleep", "wait", "get", "join", "result", "acquire", "put", "wait_for", "next", "nap", "settle", "poll_it")
VALUES = ("1", "'a'", "", "timeout=3", "key, timeout=2", "*args", "# a (comment\n    2", "f'{x}', 5", "x, y", "None",
          "f'{x}'", "'a', []", "x, {}", "'a', [1][0]", "{}, 1",
          "[1, (2, ')')], timeout=1", "'''a)''', block=True, timeout=1", "lambda a, b: a, timeout=9", "secs=4",
)  # fmt: skip
HEADS = (
    "import time, asyncio, threading, os, queue",
    "from time import sleep\nfrom asyncio import wait_for, wait",
    "from .helpers import *",
    "from .helpers import settle, poll_it as get",
    "from time import sleep as nap",
    "from queue import Queue\nq = Queue()\nevent = threading.Event()",
)
HELPERS = """
    import time
    def settle(seconds=0.5):
        '''Give it time: wait.'''
        time.sleep(seconds)
    def poll_it(found, timeout=5):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if found():
                return
            time.sleep(0.1)
"""
CALLS = st.builds("{}{}({})".format, st.sampled_from(OWNERS), st.sampled_from(NAMES), st.sampled_from(VALUES))
LINES = st.one_of(
    CALLS,
    CALLS.map("assert {}".format),
    CALLS.map("x = {}".format),
    CALLS.map("submit({})".format),
    st.sampled_from(
        (
            "submit(time.sleep, 1)",
            "run(target=settle, args=(1,))",
            "start = time.time()",
            "assert time.time() - start < 5",
            "assert (time.time()\n        - start) < 5",
            "subprocess.run(['sleep', '5'])",
            "fetch(url, timeout=5)",
            "fetch('(', timeout=5)",
            "fetch('(a', timeout=5, x='b)')",
            "fetch([1, 2],  # (\n        timeout=5)",
            "stub.GetIt(x, timeout=3)",
            "Thing(timeout=5)",
            "seen.assert_called_with(timeout=5)",
            "self.assertTrue(time.time() - start < 3)",
            "client.receive(\n        timeout=5,\n    )",
            "nap = time.sleep",
            "def get(self, wait): ...",
        )
    ),
)


@given(st.lists(st.sampled_from(HEADS), max_size=3), st.lists(LINES, max_size=4))
def test_nothing_is_found_that_the_search_leaves_out(heads: list[str], lines: list[str]) -> None:
    body = "".join(f"    {line}\n" for line in lines)
    code = "\n".join(heads) + "\nasync def test_a(event, q):\n    pass\n" + body
    apis(code, {"tests/helpers.py": HELPERS, "tests/__init__.py": ""})


@settings(deadline=None)
@given(
    st.sampled_from(("", "@staticmethod", "@classmethod", "@fixture", "@wraps(f)\n@staticmethod", "@keep(\n    1\n)")),
    st.sampled_from(("n", "n=2", "self, n", "é=1", "timeout", "a, n, timeout=3", "*n", "a, *, n=1", "cls, n: int = 4")),
    st.lists(
        st.sampled_from(
            ("import time", "time.sleep(n)", "time.sleep(é)",
             "return time.sleep(n)", "x = time.sleep(n)",
             "if n:\n        time.sleep(n)", "if n:\n        x = later.wait(timeout=n)",
             "return", "return n", "return f(n)", "return 1  # n",
             "q.get(timeout=timeout)", "return q.get(timeout=timeout)", "q.get(n)",
             "return q.get(timeout=n)", "later.wait(timeout=1)", "# now", "breathe(n)")
        ),
        max_size=4,
    ),
)  # fmt: skip
def test_a_helper_is_found_however_it_is_written(decorator: str, parameters: str, body: list[str]) -> None:
    lines = "".join(f"    {line}\n" for line in body)
    helpers = f"import time\nbreathe = lambda s: time.sleep(s)\n{decorator}\ndef settle({parameters}):\n{lines}"
    code = "from .helpers import settle, breathe\ndef test_a():\n    settle(3)\n    settle(1, 2)\n    settle(n=5)\n"
    apis(code + "    settle()\n    submit(settle, 7)\n    breathe(8)\n", {"tests/helpers.py": helpers})


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import time\ntime.sleep(1)\n", ["time.sleep"]),
        ("from .helpers import settle\nsettle()\n", ["time.sleep"]),
        ("def test_a():\n    from .helpers import settle\n    settle(2)\n", ["time.sleep"]),
        ("from .helpers import (\n    # a comment\n    settle as breathe,\n)\nbreathe(2)\n", []),
        ("settle(2)\n", []),
    ],
)
def test_helpers_are_known_by_the_files_that_are_imported(code: str, found: list[str]) -> None:
    assert apis(code, {"tests/helpers.py": HELPERS, "tests/__init__.py": ""}) == found


@pytest.mark.parametrize(
    "head",
    [
        "from asyncio import wait_for",
        "from asyncio import wait_for, gather",
        "from asyncio import (gather, wait_for)",
        "from asyncio import (\n    wait_for # it\n)",
        "from asyncio import wait_for; x = 1",
        "from asyncio import wait_for\\\n    , gather",
        "import asyncio\nwait_for = asyncio.wait_for",
        "import asyncio\nwait_for : object = asyncio.wait_for",
        "import asyncio\n(x, wait_for) = 1, asyncio.wait_for",
    ],
)
def test_a_name_is_known_however_it_is_bound(head: str) -> None:
    assert apis(f"{head}\nasync def test_a():\n    await wait_for(f(), 3)\n") == ["asyncio.wait_for"]


@pytest.mark.parametrize("line", ["# wait_for it", "x = 'wait_for'", "later.wait_for = 3", "wait_for(f(), 4)"])
def test_a_name_that_nobody_binds_is_not_looked_at(line: str) -> None:
    assert not Search(f"{line}\nwait_for(f(), 3)\n".encode()).calls


def test_a_file_that_is_not_read_rests_on_the_helpers_that_might_wait() -> None:
    around = Surroundings(project({"tests/helpers.py": "def settle(): pass"}))
    source = Source("/project/tests/test_it.py", b"from .helpers import settle\nsettle()\n")
    consulted: set[str] = set()
    assert not may_wait(source, around, consulted)
    assert "/project/tests/helpers.py" in consulted


def test_another_text_of_a_helper_is_noticed() -> None:
    from sleeplint.languages import forget

    texts = {"/project/tests/helpers.py": b"def settle(n): pass\n"}

    def open_(path: Path) -> Source | None:
        text = texts.get(path.as_posix())
        return Source(path.as_posix(), text) if text is not None else None

    where = Project(Path("/project"), open_)
    source = Source("/project/tests/test_it.py", b"from .helpers import settle\nsettle(5)\n")
    assert not may_wait(source, Surroundings(where))
    texts["/project/tests/helpers.py"] = b"import time\ndef settle(n):\n    time.sleep(n)\n"
    forget(where, Path("/project/tests/helpers.py"))
    assert may_wait(source, Surroundings(where))
    assert [wait.duration_ms for wait in read(source, Surroundings(where)).waits] == [5000]


def test_every_keyword_of_a_guard_is_searched_for() -> None:
    code = "".join(f"call({keyword}=1)\n" for keyword in KEYWORDS).encode() + b"call(my_timeout=1, timeouts=1)\n"
    assert [code[at:].partition(b"=")[0].decode() for at in Search(code).keywords()] == list(KEYWORDS)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("fetch(url, timeout=5)", True),
        ("fetch(url,\n    timeout=5)", True),
        ("await (yield f)(timeout=5)", True),
        ("stub.Fetch(timeout=5)", True),
        ("timeout = 5", False),
        ("Thing(timeout=5)", False),
        ("def fetch(url, timeout=5): ...", False),
        ("fetch.assert_called_with(url, g(1), timeout=5)", False),
        ("configure(fetch(timeout=5))", True),
    ],
)
def test_a_keyword_counts_in_calls_that_take_time(code: str, expected: bool) -> None:
    assert may_wait(Source("tests/test_it.py", code.encode())) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("assert time.time() - start < 5", True),
        ("assert (\n    time.time() - start\n    < 5)", True),
        ("assert time.time() - start == approx(5)", True),
        ("self.assertLess(time.time() - start, 5)", True),
        ("self.assertTrue(\n    time.time() - start < 5)", True),
        ("assert time.time() == start", False),
        ("self.assertTrue(time.time())", False),
        ("assert f(')'), time.time() or '<'", True),
    ],
)
def test_an_assertion_counts_that_bounds_a_number(code: str, expected: bool) -> None:
    assert may_wait(Source("tests/test_it.py", code.encode())) is expected


@pytest.mark.parametrize(
    ("call", "shape", "expected"),
    [
        ("f()", Shape(0), False),
        ("f( # nothing\n )", Shape(0), False),
        ("f()", ANY, True),
        ("f(1)", Shape(0), True),
        ("f('a')", Shape(0), False),
        ("f('a' + b)", Shape(0), True),
        ("f(None)", Shape(0), False),
        ("f(None or 3)", Shape(0), True),
        ("f(f'{a}')", Shape(0), False),
        ("f(f'{a['b']}')", Shape(0), True),
        ("f('a', [])", Shape(1), False),
        ("f('a', [] or b)", Shape(1), True),
        ("f('a', {})", Shape(1), False),
        ("f(a)", Shape(1), False),
        ("f(a, b)", Shape(1), True),
        ("f(a, (b, c))", Shape(2), False),
        ("f(a, timeout=1)", Shape(KEYWORD_ONLY, frozenset({b"timeout"})), True),
        ("f(a, timeout==1)", Shape(KEYWORD_ONLY, frozenset({b"timeout"})), False),
        ("f(a, (timeout, 1))", Shape(KEYWORD_ONLY, frozenset({b"timeout"})), False),
        ("f(a, ')', timeout=1)", Shape(KEYWORD_ONLY, frozenset({b"timeout"})), True),
        ("f(**more)", Shape(KEYWORD_ONLY, frozenset({b"timeout"})), True),
        ("f(a, b", Shape(KEYWORD_ONLY), True),
        ("f('a, b)", Shape(KEYWORD_ONLY), True),
    ],
)
def test_what_stands_between_the_parentheses_decides(call: str, shape: Shape, expected: bool) -> None:
    assert fits(call.encode(), 1, shape) is expected


@given(st.text(alphabet="ab,()[]{}'\"#\n\\ =f*", max_size=40))
def test_parts_lie_between_their_parentheses(text: str) -> None:
    code = b"(" + text.encode() + b")"
    found = parts(code, 1)
    assert found is None or (all(1 <= place <= found[1] for place in found[0]) and code[found[1]] in b")]}")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import a.b, c as d", ("a", "a.b", "c")),
        ("from . import a", (".", ".a")),
        ("from ..a.b import (c, # d\n  e as f)", ("..a.b", "..a.b.c", "..a.b.e")),
        ("from a import *", ("a",)),
        ("def f():\n    from a \\\n        import b; import c", ("a", "a.b", "c")),
        ("try: import a\nexcept ImportError: a = None", ("a",)),
        ("important = 1; reimport a", ()),
    ],
)
def test_imports_are_found_by_their_bytes(code: str, expected: tuple[str, ...]) -> None:
    assert imports_of(code.encode()) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def settle(n):\n    time.sleep(n)\n", ANY),
        ("def settle(n): time.sleep(n)\n", ANY),
        ("def settle(n):\n    '''Wait.'''\n    import time\n    # now\n    time.sleep(n)\n    return\n", ANY),
        ("def settle(n):\n    if n:\n        time.sleep(n)\n", ANY),
        ("def settle(n):\n    log(n)\n    time.sleep(n)\n", None),
        ("def settle(n):\n    return await_(n)\n", ANY),
        ("async def settle(n):\n    return await fetch(n)\n", None),
        ("def settle(n):\n    return wait(1)\n", None),
        ("def settle(a, timeout=None):\n    return super().get(a, timeout=timeout)\n",
         Shape(0, frozenset({b"a", b"timeout"}))),
        ("class A:\n    def settle(self, a, timeout):\n        return self.q.get(timeout)\n",
         Shape(1, frozenset({b"timeout"}))),
        ("def settle(timeout=1):\n    return breathe(timeout)\n", ANY),
        ("def settle(a, timeout):\n    return (a if timeout else wait)(timeout)\n", Shape(1, frozenset({b"timeout"}))),
        ("def settle(é=1):\n    wait(é)\n", ANY),
        ("def settle(timeout):\n    é(timeout)\n", ANY),
        ("def settle(n):\n    n = wait(n)\n", None),
        ("def settle(n):\n    if n:\n        self.delay = n\n", None),
        ("def settle(n):\n    wait(n)\n    return more(n)\n", None),
        ("def settle(n):\n    wait(n)\n    return n  # done\n", ANY),
        ("@staticmethod\ndef settle(n):\n    time.sleep(n)\n", ANY),
        ("class A:\n    @fixture\n    async def settle(n):\n        time.sleep(n)\n", None),
        ("settle = lambda n: time.sleep(n)\n", ANY),
        ("keep(settle=lambda n: time.sleep(n))\n", ANY),
        ("settle == lambda n: time.sleep(n)\n", None),
        ("settle(lambda n: time.sleep(n))\n", None),
        ("settle = lambda n: more(n)\ntime.sleep(1)\n", None),
        ("class A:\n    def settle(self, a, timeout=1):\n        x = a\n        self.q(timeout)\n",
         Shape(1, frozenset({b"timeout"}))),
        ("def settle(a, *, deadline):\n    x = a\n    self.wait(deadline)\n", Shape(2, frozenset({b"deadline"}))),
    ],
)  # fmt: skip
def test_functions_suggest_how_calls_of_them_wait(code: str, expected: Shape | None) -> None:
    assert Suggestions(code.encode()).get(b"settle") == expected


def test_the_users_own_calls_are_looked_for() -> None:
    calls = (Call("mine.dawdle", "sleep", Argument(1, "s", "secs")),)
    spots = [(spot.start, spot.end) for spot in Search(b"dawdle(1)\ndawdle(1, 2)\ndawdle(secs=1)\n", calls).calls]
    assert spots == [(10, 16), (23, 29)]
