"""Small projects in the manner of many: what the marks at their lines say is all that waits in their tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sleeplint.languages import Surroundings, read
from sleeplint.source import Project, Source

FIXTURES = Path(__file__).parent.parent / "fixtures" / "waits"
PLACE = "tests/test_it.py"
_MARK = re.compile(r"#= (\w[\w-]*) ([\w.]+) (-|[\d.]+)( virtual)?(?=$|;)")


@dataclass
class Case:
    """One project: its title and the text of its files."""

    title: str
    files: dict[str, str] = field(default_factory=dict)


def cases(text: str) -> Iterator[Case]:
    """The projects of a file: `== title`, then `-- path` before each file's text."""
    for part in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        case = Case(title.strip())
        pieces = re.split(r"^-- (\S+)\n", rest, flags=re.MULTILINE)
        if pieces[0].strip():
            case.files[PLACE] = pieces[0]
        case.files.update(zip(pieces[1::2], pieces[2::2], strict=True))
        yield case


CASES = [
    pytest.param(case, id=f"{path.stem}: {case.title}")
    for path in sorted(FIXTURES.glob("*.txt"))
    for case in cases(path.read_text())
]


def marked(code: str) -> list[str]:
    """What the marks of a file say, each with its line."""
    return [
        f"{number}: {kind} {api} {ms}{virtual}"
        for number, line in enumerate(code.splitlines(), 1)
        for kind, api, ms, virtual in _MARK.findall(line)
    ]


def spoken(path: str, code: str, project: Project) -> list[str]:
    """What is said about a file, in the words of the marks."""
    data = code.encode()
    found = []
    for wait in read(Source(path, data), Surroundings(project=project)).waits:
        line = data.count(b"\n", 0, wait.span.start) + 1
        ms = "-" if wait.duration_ms is None else str(wait.duration_ms)
        found.append(f"{line}: {wait.kind} {wait.api} {ms}{' virtual' if wait.virtual_time else ''}")
    return found


@pytest.mark.parametrize("case", CASES)
def test_what_waits_in_a_projects_tests_is_what_its_marks_say(case: Case) -> None:
    texts = {f"/project/{name}": text.encode() for name, text in case.files.items()}

    def open_(place: Path) -> Source | None:
        return Source(str(place), texts[str(place)]) if str(place) in texts else None

    project = Project(Path("/project"), open_)
    tests = {path: code for path, code in case.files.items() if path.startswith("tests/")}
    assert tests
    for path, code in tests.items():
        assert sorted(spoken(path, code, project)) == sorted(marked(code)), path
