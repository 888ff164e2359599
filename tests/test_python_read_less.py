"""What is left out of a usual run's reading, or looked for by letters alone, changes nothing that is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sleeplint.languages import Surroundings, read
from sleeplint.languages.python import patches, shapes
from sleeplint.languages.python.aliases import also_known_as
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.parsing import parse
from sleeplint.languages.python.patches import Patch, Patches
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.search import Search
from sleeplint.source import Project, Source

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").rglob("*.py"))
TEXTS = st.lists(
    st.sampled_from(
        ("sleep", "nap", "time", "_", "x9", "as", "import", "é", " ", "\t", "\n", ".", ",", "(", ")", "=", "==", "#")
    ),
    max_size=30,
).map("".join)


@given(TEXTS, st.sampled_from(("sleep", "nap", "x9", "_", "as")), st.integers(0, 20), st.integers(0, 200))
def test_a_word_is_found_where_it_stands_by_itself(text: str, word: str, start: int, end: int) -> None:
    code = text.encode()
    expected = [m.start() for m in re.compile(rb"\b%s\b" % word.encode()).finditer(code) if m.start() >= start]
    assert list(occurrences(code, word.encode(), start)) == expected
    within = [place for place in expected if place + len(word.encode()) <= end]
    assert list(occurrences(code, word.encode(), start, end)) == within


def test_nothing_stands_anywhere() -> None:
    assert list(occurrences(b"sleep", b"")) == []


@given(TEXTS)
@example("nap=sleep)")
def test_other_names_are_those_of_whole_values(text: str) -> None:
    code = text.encode()
    spoken = list(also_known_as(code, {b"sleep", b"time"}))
    renamed = re.findall(rb"(?<!\w)(sleep|time)[ \t]+as[ \t]+(\w+)", code)
    given = re.findall(rb"(\w+)[ \t]*=[ \t]*(?:\w+\.)*(sleep|time)[ \t]*(?=[\n#\r;]|\Z)", code)
    assert spoken == [(alias, name) for name, alias in renamed] + given


@given(TEXTS)
def test_what_is_handed_over_stands_before_a_comma_or_a_parenthesis(text: str) -> None:
    code = b"nap = time.sleep\n" + text.encode()
    names = {alias for alias, _ in also_known_as(code, {b"sleep"})} | {
        name for name in shapes.sleeps_named() if name in code
    }
    expected = {
        match.span() for name in names for match in re.finditer(rb"(?<!\w)%s(?=\s*[,)])" % re.escape(name), code)
    }
    assert Search(code).handed_over == sorted(expected)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_a_usual_run_hears_of_the_tests_that_wait(path: Path) -> None:
    code = path.read_bytes()
    more = read(Source("tests/test_it.py", code), Surroundings(Project(Path("/project"), lambda _: None)))
    less = read(
        Source("tests/test_it.py", code),
        Surroundings(Project(Path("/project"), lambda _: None), production=False),
    )
    paid = {wait.test for wait in more.waits}
    assert less.waits == more.waits
    assert less.tests == tuple(test for test in more.tests if test.name in paid)


PATCHES = (
    '@patch("time.sleep")\ndef test_a(): ...',
    '@mock.patch.object(time, "sleep")\ndef test_a(): ...',
    "def test_a(monkeypatch):\n    monkeypatch.setattr('app.clock.time.sleep', print)",
    "def test_a(monkeypatch):\n    monkeypatch.setattr(  # soon\n        time, 'sleep', print)",
    "def test_a():\n    with patch('app' '.wait'), patch(f'{app}.wait'), patch.object(made(), 'wait', 1): ...",
    "def test_a():\n    time.sleep = print\n    patch(target='time.sleep')\n    patch.object(time, name, 1)",
)


@pytest.mark.parametrize("code", [*PATCHES, *(path.read_text("utf-8", "replace") for path in FIXTURES)])
def test_patches_are_found_by_the_name_they_replace(code: str) -> None:
    def told() -> Patches:
        tree = parse(code.encode())
        assert not isinstance(tree, str)
        return Patches(names_of(Module("tests/test_it.py", code.encode(), tree, None)))

    names = {"sleep", "wait", "time", "monotonic", "get"}
    quick = {name: _of(name, told()) for name in names}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patches, "_PATCHED", re.compile(rb"(?!)"))
        slow = {name: _of(name, told()) for name in names}
    assert quick == slow


def _of(name: str, known: Patches) -> list[Patch]:
    return [
        patch
        for patch in known.replacing(name)
        if name in (patch.target.rpartition(".")[2], patch.written.rpartition(".")[2])
    ]
