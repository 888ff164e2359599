"""What is too much for one file is given up, and said: nothing here looks at a clock."""

import pytest

from sleeplint import languages
from sleeplint.facts import TestFile
from sleeplint.languages import Surroundings
from sleeplint.languages.python import parsing as python
from sleeplint.languages.python import patience
from sleeplint.languages.rust import parsing as rust
from sleeplint.languages.rust import reader
from sleeplint.source import Project, Source

PYTHON = "import time\n\n\ndef test_naps():\n{}"
RUST = "use std::{{thread::sleep, time::Duration}};\n#[test]\nfn naps() {{\n{}}}\n"
MANY = 40


def reading(path: str, text: str, project: Project | None = None) -> TestFile:
    return languages.read(Source(path, text.encode()), Surroundings(project, in_test=True))


def texts() -> dict[str, str]:
    return {
        "tests/test_naps.py": PYTHON.format("    time.sleep(2)\n" * MANY),
        "tests/naps.rs": RUST.format("    sleep(Duration::from_secs(2));\n" * MANY),
    }


@pytest.mark.parametrize("path", texts())
def test_as_many_places_as_are_written_are_read(path: str) -> None:
    file = reading(path, texts()[path])
    assert (len(file.waits), file.unread) == (MANY, ())


@pytest.mark.parametrize("path", texts())
def test_more_places_than_anybody_writes_are_read_in_part(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOST", 12)
    monkeypatch.setattr(reader, "MOST", 12)
    file = reading(path, texts()[path])
    assert 10 < len(file.waits) <= 12  # a name in an import counts as a place, too
    assert len(file.unread) == 1
    assert "more than 12 calls" in file.unread[0]


@pytest.mark.parametrize("path", texts())
def test_a_file_whose_time_is_spent_says_so(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MAX_SECONDS", -1.0)
    monkeypatch.setattr(rust.Budget, "spent", lambda budget: True)
    file = reading(path, texts()[path])
    assert (file.waits, len(file.unread)) == ((), 1)
    assert "not read to its end" in file.unread[0]


@pytest.mark.parametrize("path", texts())
def test_a_long_text_is_parsed_as_a_short_one(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short = reading(path, texts()[path])
    monkeypatch.setattr(python, "QUICK", 0)
    monkeypatch.setattr(rust, "QUICK", 0)
    assert reading(path, texts()[path]) == short
