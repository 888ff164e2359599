"""What the Python reader makes of hostile, broken and commented files, and what the prefilter lets through."""

# ruff: noqa: E501 - the code to be read stands on one line

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.facts import Pragma, TestFile
from sleeplint.languages import Surroundings, may_wait, read
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.languages.python import parsing
from sleeplint.languages.python.catalogue import CALLS
from sleeplint.languages.python.modules import Module
from sleeplint.source import Project, Source

FIXTURES = Path(__file__).parent.parent / "fixtures"


def reading(code: bytes | str) -> TestFile:
    return read(Source("tests/test_it.py", code.encode() if isinstance(code, str) else code))


def pragmas(code: str) -> list[tuple[str, str, bool]]:
    """The text of each pragma, what it covers, and whether it stands in the head."""

    def spoken(pragma: Pragma) -> tuple[str, str, bool]:
        return pragma.text, code.encode()[pragma.covers.start : pragma.covers.end].decode(), pragma.in_head

    return [spoken(pragma) for pragma in reading(code).pragmas]


def test_a_trailing_comment_covers_its_statement() -> None:
    code = "import time\ntime.sleep(1)  # sleeplint: ignore[settle-sleep] because\n"
    assert pragmas(code) == [
        (
            "sleeplint: ignore[settle-sleep] because",
            "time.sleep(1)  # sleeplint: ignore[settle-sleep] because",
            False,
        )
    ]


def test_a_trailing_comment_on_any_line_covers_the_whole_statement() -> None:
    code = "import time\nf(\n    time.sleep(1),  # sleeplint: ignore[x]\n    2,\n)\n"
    assert [covers for _, covers, _ in pragmas(code)] == ["f(\n    time.sleep(1),  # sleeplint: ignore[x]\n    2,\n)"]


def test_a_comment_alone_covers_the_next_statement() -> None:
    code = "import time\n\ndef test_a():\n    f()\n    # sleeplint: ignore[x]\n    time.sleep(1)\n    g()\n"
    assert [covers for _, covers, _ in pragmas(code)] == ["time.sleep(1)"]


def test_a_comment_alone_opens_a_body() -> None:
    code = "import time\n\ndef test_a():\n    # sleeplint: ignore[x]\n    time.sleep(1)\n    g()\n"
    assert [covers for _, covers, _ in pragmas(code)] == ["time.sleep(1)"]


def test_a_comment_alone_covers_a_decorated_function() -> None:
    code = "import time\n# sleeplint: ignore[x]\n@slow\ndef test_a():\n    time.sleep(1)\n"
    assert [covers for _, covers, _ in pragmas(code)] == ["@slow\ndef test_a():\n    time.sleep(1)"]


def test_a_comment_above_any_code_stands_in_the_head() -> None:
    code = "#!/usr/bin/env python\n# sleeplint: file-ignore[x]\nimport time\n# sleeplint: ignore[y]\ntime.sleep(1)\n"
    assert [(text, head) for text, _, head in pragmas(code)] == [
        ("sleeplint: file-ignore[x]", True),
        ("sleeplint: ignore[y]", False),
    ]


def test_a_comment_that_speaks_about_pragmas_and_a_string_are_none() -> None:
    assert pragmas("x = 1  # write `# sleeplint: ignore[x]`\ny = '# sleeplint: ignore[x]'\n") == []


def test_a_broken_file_is_still_read() -> None:
    file = reading("import time\ndef test_a(:\n    time.sleep(1)\n\ndef test_b():\n    time.sleep(2)\n")
    assert [wait.duration_ms for wait in file.waits] == [1000, 2000]
    assert file.broken


def test_a_whole_file_is_not_broken() -> None:
    assert reading("import time\ntime.sleep(1)\n").broken == ()


@pytest.mark.parametrize(
    "code",
    [
        b"import time\r\ntime.sleep(1)\r\n",
        b"import time\rtime.sleep(1)\r",
        b"\xef\xbb\xbfimport time\ntime.sleep(1)\n",
        "import time\ntime.sleep(1)\n".encode("utf-16"),
        b"# coding: latin-1\nimport time\nx = '\xe9'\ntime.sleep(1)\n",
        b"import time\nx = '\xff\xfe'\ntime.sleep(1)\n",
        b"import time\nx = '\x00'\ntime.sleep(1)\n",
    ],
)
def test_whatever_the_bytes_what_can_be_read_is(code: bytes) -> None:
    assert [wait.duration_ms for wait in reading(code).waits] == [1000]


def test_a_file_that_is_too_big_is_not_read_and_says_so() -> None:
    file = reading(b"import time\ntime.sleep(1)\n" + b"#" * parsing.MAX_BYTES)
    assert (file.waits, len(file.unread)) == ((), 1)
    assert f"{parsing.MAX_BYTES:,}" in file.unread[0]


def test_a_parse_that_takes_too_long_is_given_up_and_the_next_one_works() -> None:
    spoken = parsing.parse(b"x = (((" * 200_000, max_seconds=0.0)
    assert spoken == "not read: parsing took more than 0 s"
    assert not isinstance(parsing.parse(b"x = 1\n"), str)


def test_nesting_that_is_too_deep_is_left_out_and_says_so() -> None:
    deep = "(" * 1000 + "time.sleep(1)" + ")" * 1000
    file = reading(f"import time\nx = {deep}\ntime.sleep(2)\n")
    assert [wait.duration_ms for wait in file.waits] == [2000]
    assert file.unread == ("read in part: what is nested more than 400 levels deep is left out",)


@given(st.text(alphabet="import time.sleep(1)\n :=[]{}'\"#\\def@\t\r\x00é", max_size=200))
def test_no_text_makes_the_reader_raise(code: str) -> None:
    file = reading(code)
    assert all(0 <= wait.span.start < wait.span.end <= len(code.encode()) for wait in file.waits)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    assert reading(b"import time\ntime.sleep(1)\n" + data).language == "python"


@given(st.integers(min_value=0, max_value=400))
def test_no_cut_of_a_file_makes_the_reader_raise(length: int) -> None:
    code = (
        "import time, pytest\n@pytest.mark.parametrize('x', [1, 2])\n@patch('time.sleep')\ndef test_a(x):\n"
        "    start = time.time()\n    with ThreadPoolExecutor() as p:\n        p.submit(time.sleep, 1).result(timeout=5)\n"
        "    assert time.time() - start < 5  # sleeplint: ignore[x]\n    subprocess.run(['python', '-c', 'sleep(1)'])\n"
    )
    assert reading(code[:length]).language == "python"


def passes(code: str, calls: tuple[Call, ...] = ()) -> bool:
    return may_wait(Source("tests/test_it.py", code.encode()), Surroundings(calls=calls))


def test_every_call_of_the_catalogue_passes_the_prefilter() -> None:
    def written(call: Call) -> str:
        at = call.seconds.argument if call.seconds is not None else 0
        given = f"{at}=5" if isinstance(at, str) else "None, " * at + "5"
        return f"import {call.call.partition('.')[0] or 'x'}\nx{call.call}({given})" if call.call[0] == "." else (
            f"from {call.call.rpartition('.')[0]} import {call.call.rpartition('.')[2]} as it\nit({given})"
        )  # fmt: skip

    assert [call.call for call in CALLS if not passes(written(call))] == []


def test_the_prefilter_lets_pragmas_and_the_users_calls_through() -> None:
    own = (Call("mine.dawdle", "sleep", Argument(0)),)
    assert passes("x = 1  # sleeplint: ignore[x]")
    assert passes("dawdle(5)", own)
    assert not passes("dawdle(5)")


def test_a_file_without_a_word_of_waiting_is_shut_out() -> None:
    source = Source("tests/test_it.py", b"def test_a():\n    assert add(1, 2) == 3\n")
    assert not may_wait(source)
    assert read(source, Surroundings()).waits == ()


def test_the_same_bytes_give_the_same_facts() -> None:
    code = "import time\ndef test_a():\n    for _ in range(3):\n        time.sleep(1)\n    x.join(timeout=5)\n"
    assert reading(code) == reading(code)


def test_waits_come_in_order_of_position() -> None:
    code = (
        "import time, subprocess\nt = time.time()\npool.submit(time.sleep, 1)\nassert time.time() - t < 5\n"
        "subprocess.run(['sleep', '1'])\nx.join(timeout=5)\ntime.sleep(1)\n"
    )
    spans = [wait.span for wait in reading(code).waits]
    assert spans == sorted(spans)
    assert len(spans) == 5


@pytest.mark.parametrize("path", sorted((FIXTURES / "python").glob("*.py")), ids=lambda path: path.name)
def test_what_was_worked_out_about_a_file_goes_with_it(path: Path) -> None:
    gc.collect()
    gc.disable()  # what holds itself would stay
    try:
        file = read(Source.read(str(path)), Surroundings(project=Project(FIXTURES)))
        left = [one for one in gc.get_objects() if isinstance(one, Module) and one.path == str(path)]
    finally:
        gc.enable()
    assert file.waits
    assert left == []


def test_what_was_worked_out_about_a_project_goes_with_it(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("from two import HALF\nQUARTER = 0.5\nPAUSE = 2 * HALF\n")
    (tmp_path / "two.py").write_text("import one\nHALF = 2 * one.QUARTER\n")
    (tmp_path / "test_it.py").write_text("import time\nfrom one import PAUSE\ndef test():\n    time.sleep(PAUSE)\n")
    project = Project(tmp_path)
    gc.collect()
    gc.disable()
    try:
        file = read(Source.read(str(tmp_path / "test_it.py")), Surroundings(project=project))
        met = len(modules_in(tmp_path))
        project.let_go()
        left = modules_in(tmp_path)
    finally:
        gc.enable()
    assert [wait.duration_ms for wait in file.waits] == [2000]
    assert (met, left) == (2, [])


def modules_in(folder: Path) -> list[Module]:
    return [one for one in gc.get_objects() if isinstance(one, Module) and one.path.startswith(str(folder))]
