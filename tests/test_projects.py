"""Small repositories with their own settings, judged as their authors would run it."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sleeplint.cli import main

PROJECTS = Path(__file__).parent.parent / "fixtures" / "projects"
MARK = re.compile(r"(?:#|//) error: ([\w-]+)$")


def marked(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Every expectation that stands on a line: path, line, rule."""
    for path in sorted(folder.rglob("*.*")):
        if path.suffix in (".rs", ".py"):
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                if found := MARK.search(line):
                    yield path.relative_to(folder).as_posix(), number, found[1]


@pytest.mark.parametrize("name", sorted(path.name for path in PROJECTS.iterdir() if path.is_dir()))
def test_a_project_is_judged_by_its_own_settings(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(PROJECTS / name, tmp_path / name)
    monkeypatch.chdir(tmp_path / name)
    code = main(["check", "--output-format", "json"])
    said = json.loads(capsys.readouterr().out)
    spoken = [(finding["path"], finding["line"], finding["rule"]) for finding in said["findings"]]
    assert (code, said["errors"]) == (1, [])
    assert spoken == list(marked(tmp_path / name))
