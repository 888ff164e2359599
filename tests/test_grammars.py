"""Grammars are loaded without what their packages import beside them, and with it where nothing else will do."""

import os
import subprocess
import sys
from importlib.machinery import ModuleSpec, PathFinder

import pytest
from tree_sitter import Parser

from sleeplint.languages.grammars import grammar

CODE = {"tree_sitter_rust": (b"fn main() {}", "source_file"), "tree_sitter_python": (b"x = 1", "module")}


@pytest.mark.parametrize("package", CODE)
@pytest.mark.parametrize("hidden", ["nothing", "the compiled part", "the package"])
def test_a_grammar_parses_however_it_was_found(package: str, hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = PathFinder.find_spec

    def found(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        gone = {"the compiled part": f"{package}._binding", "the package": package}.get(hidden)
        return None if name == gone else finding(name, path)  # type: ignore[arg-type]

    __import__(package)  # as somebody else in the process may have done
    monkeypatch.setattr(PathFinder, "find_spec", found)
    code, root = CODE[package]
    assert Parser(grammar(package)).parse(code).root_node.type == root


def test_a_grammar_that_is_not_installed_is_named() -> None:
    with pytest.raises(ImportError, match="tree_sitter_of_nobody"):
        grammar("tree_sitter_of_nobody")


def test_reading_loads_nothing_for_query_files() -> None:
    program = (
        "import sys\n"
        "from sleeplint.languages import read\n"
        "from sleeplint.source import Source\n"
        "read(Source('tests/a.rs', b'#[test] fn a() { std::thread::sleep(D); }'))\n"
        "read(Source('test_a.py', b'import asyncio\\nasync def test(): await asyncio.wait_for(job(), 5)\\n'))\n"
        "print('importlib.resources' in sys.modules, 'tree_sitter' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "False True\n"
