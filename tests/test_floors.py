"""The house's law: a module imports only from lower floors, and heavy packages only where they are needed."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = (
    ("records", "regexes"),
    ("text", "errors", "digests"),
    ("source", "packing"),
    ("facts",),
    ("finding",),
    ("rule",),
    ("languages", "registry"),
    ("settings",),
    ("suppress", "repairs", "pages"),
    ("engine",),
    ("landscape",),
    ("fixing", "cache", "discovery"),
    ("planning", "reporters", "testing"),
    ("runner",),
    ("cli", "lsp"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / "sleeplint").rglob("*.py")
    if path.relative_to(ROOT).parts[1:] not in (("__init__.py",), ("__main__.py",))
)
ROOMS = {path.stem for path in (ROOT / "sleeplint").iterdir()}
RULES = sorted(path.relative_to(ROOT) for path in (ROOT / "rules").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "sleeplint":
                names.update(f"sleeplint.{alias.name}" for alias in node.names)
            else:
                names.add(node.module)
    return names


def room(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_imports_only_from_its_own_floor_and_below(path: Path) -> None:
    here = room(".".join(path.with_suffix("").parts))
    assert here in FLOOR, f"{path}: say in FLOORS on which floor `{here}` stands"
    ours = {name for name in imported(path) if name.startswith("sleeplint.") and room(name) in ROOMS}
    climbing = {name for name in ours if FLOOR.get(room(name), 99) > FLOOR[here]}
    sideways = {name for name in ours if room(name) != here and FLOOR.get(room(name)) == FLOOR[here]}
    allowed = {"cli": {"lsp"}}.get(here, set())
    assert climbing == set()
    assert {name for name in sideways if room(name) not in allowed} == set()


@pytest.mark.parametrize("path", RULES, ids=str)
def test_a_rule_imports_only_the_rule_module_and_the_standard_library(path: Path) -> None:
    strangers = {
        name
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and name != "sleeplint.rule"
        and name.split(".")[0] != "sleeplint_rules"
    }
    assert strangers == set()


@pytest.mark.parametrize("path", [p for p in MODULES if p.parts[1] not in ("languages", "repairs")], ids=str)
def test_a_syntax_tree_stays_with_the_readers(path: Path) -> None:
    assert not {name for name in imported(path) if name.split(".")[0].startswith("tree_sitter")}


def test_the_engine_imports_nothing_heavy() -> None:
    heavy = ("pydantic", "rich", "libcst", "pygls", "lsprotocol")
    program = f"import sys, sleeplint.engine; print(sorted({{m.split('.')[0] for m in sys.modules}} & {set(heavy)}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", [p for p in MODULES if p.parts[1] == "languages"], ids=str)
def test_a_reader_makes_its_records_as_cheaply_as_others(path: Path) -> None:
    assert "dataclasses" not in imported(path), "`sleeplint.records` makes them ready when they are used"


def given(path: Path) -> Iterator[str]:
    """The names that a module gives to others or keeps for itself, but for those that a decorator hands on."""
    for node in ast.parse((ROOT / path).read_bytes()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list:
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def test_nothing_is_kept_that_nobody_asks_for() -> None:
    asked = Counter(re.findall(r"\w+", (ROOT / "pyproject.toml").read_text("utf-8")))
    for path in (*MODULES, *RULES):
        asked.update(re.findall(r"\w+", (ROOT / path).read_text("utf-8")))
    by_command = {"_check", "_server"}
    alone = {f"{path}: {name}" for path in (*MODULES, *RULES) for name in given(path) if asked[name] < 2}
    assert {one for one in alone if one.split()[-1] not in by_command} == set()
