"""A file of which only the functions around waits are left says the same about what is only shown."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.engine import lint
from sleeplint.finding import Fix
from sleeplint.languages import ALONE
from sleeplint.languages.python.parsing import parse as tree_of
from sleeplint.registry import load
from sleeplint.repairs.python import parsed
from sleeplint.repairs.python.hollow import hollowed
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source
from sleeplint.testing import examples
from sleeplint.text import Span

ROOT = Path(__file__).parent.parent
STRICT = Settings(profile="strict")
RULES = enable(load(strangers=False), STRICT)
FILES = sorted({*(ROOT / "fixtures").rglob("*.py"), *(ROOT / "tests").rglob("*.py")})
CODES = [*map(Path.read_bytes, FILES), *(e.text.encode() for _, e in examples() if e.language == "python")]


def settled(what: str, others: str = "") -> bytes:
    """A test that sleeps and then asserts, and other functions."""
    return f"""\
import time, unittest


class TestIt(unittest.TestCase):
    def test_counts(self):
        self.bus.publish(1)
        time.sleep(0.5)
        {what}

    def other(self):
        deadline = 1
        {others}


def further(): return [1]  # a comment


async def more(deadline):
    # a comment

    return f'''
        {{deadline}} ñ
    '''
""".encode()


def offered(code: bytes) -> list[Fix | None]:
    report = lint(Source("tests/test_it.py", code), RULES, STRICT, ALONE, repairs=True)
    assert report.problems == ()
    return [finding.fix for finding in report.findings]


@pytest.mark.parametrize("number", range(len(CODES)))
def test_what_is_shown_is_the_same(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = offered(CODES[number])
    monkeypatch.setattr(parsed, "hollowed", lambda code, tree, waits: code)
    assert found == offered(CODES[number])


@given(st.sampled_from(CODES), st.lists(st.tuples(st.floats(0, 1), st.integers(1, 200)), min_size=1, max_size=3))
def test_only_bodies_of_functions_are_taken_out(code: bytes, places: list[tuple[float, int]]) -> None:
    tree = tree_of(code)
    assert not isinstance(tree, str)
    starts = [(int(share * len(code)), size) for share, size in places]
    waits = [Span(start, min(start + size, len(code))) for start, size in starts]
    left = hollowed(code, tree, waits)
    assert len(left) == len(code)
    assert [left[wait.start : wait.end] for wait in waits] == [code[wait.start : wait.end] for wait in waits]
    if not tree.root_node.has_error:
        ast.parse(left)
        assert names(left) <= names(code)
        assert definitions(left) == definitions(code)


def names(code: bytes) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def definitions(code: bytes) -> list[str]:
    """The functions and classes of the file's own level and of its classes."""
    found = []
    stack: list[ast.AST] = [ast.parse(code)]
    while stack:
        for child in ast.iter_child_nodes(stack.pop()):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.append(child.name)
            if isinstance(child, ast.ClassDef):
                stack.append(child)
    return found


def test_a_sketch_knows_the_classes_around_it_and_what_others_import() -> None:
    (fix,) = offered(settled("self.assertEqual(self.bus.seen, 1)"))
    assert fix is not None
    assert fix.sketch is not None
    assert "self.assertLess(time.monotonic(), deadline" in fix.sketch


def test_a_wait_that_a_string_elsewhere_quotes_is_somebodys_data() -> None:
    assert offered(settled("self.assertEqual(self.bus.seen, 1)", "run('time.sleep(0.5)')")) == [None]


def test_what_is_hollow_is_small() -> None:
    code = settled("self.assertEqual(self.bus.seen, 1)", "self.much = 2 + 2")
    tree = tree_of(code)
    assert not isinstance(tree, str)
    at = code.index(b"time.sleep")
    left = hollowed(code, tree, [Span(at, at + 15)])
    assert b"self.much" not in left
    assert b"return" not in left
    assert b"self.bus.publish(1)" in left
