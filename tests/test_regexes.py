"""Regular expressions that are compiled late are the same in all else, and none of ours is wrong."""

import ast
import copy
import pickle
import re
from importlib import import_module
from pathlib import Path

import pytest

from sleeplint import regexes
from sleeplint.regexes import compile_all, regex

ROOT = Path(__file__).parent.parent / "sleeplint"
MODULES = sorted(path for path in ROOT.rglob("*.py") if b"import regex\n" in path.read_bytes())


def test_one_is_compiled_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    compiling = re.compile

    def noted(pattern: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append((pattern, flags))
        return compiling(pattern, flags)

    monkeypatch.setattr(re, "compile", noted)
    made = regex(r"(?P<first>a)b?", re.IGNORECASE)
    assert (made.pattern, compiled) == (r"(?P<first>a)b?", [])
    assert [match["first"] for match in made.finditer("xAbya")] == ["A", "a"]
    assert made.fullmatch("ab") is not None
    assert made.match("xab") is None
    assert made.sub("-", "xaby") == "x-y"
    assert compiled == [(made.pattern, re.IGNORECASE)]
    assert (made.groups, made.flags & re.IGNORECASE) == (1, re.IGNORECASE)


def test_one_can_be_sent_and_copied() -> None:
    made = regex(r"a+", re.IGNORECASE)
    for other in (pickle.loads(pickle.dumps(made)), copy.copy(made)):
        assert other.fullmatch("aA") is not None


def test_what_is_wrong_is_told_at_the_first_use() -> None:
    wrong = regex("(")
    try:
        with pytest.raises(re.error):
            wrong.search("")
    finally:
        regexes._made.pop()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_all_of_ours_can_be_compiled(path: Path) -> None:
    import_module(".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"))
    compile_all()


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_constant_is_compiled_late(path: Path) -> None:
    pending: list[ast.AST] = [ast.parse(path.read_bytes())]
    while pending:
        node = pending.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            assert not (isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"), f"line {node.lineno}"
            pending += ast.iter_child_nodes(node)
