"""Whole test files as people write them: what their marks say is what is said about them in the strict profile."""

from pathlib import Path

import pytest

from sleeplint.registry import load
from sleeplint.rule import Example
from sleeplint.testing import check_example

FIXTURES = Path(__file__).parent.parent / "fixtures"
FILES = sorted([*FIXTURES.glob("rust/*.rs"), *FIXTURES.glob("python/*.py")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_mark_is_met_and_nothing_else_is_said(path: Path) -> None:
    example = Example("rust" if path.suffix == ".rs" else "python", path.read_text(), path=f"tests/{path.name}")
    assert check_example(load().rules[0], example) == []
