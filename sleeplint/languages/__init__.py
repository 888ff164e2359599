"""Readers: bytes in, facts out. A syntax tree never leaves its reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sleeplint.facts import TestFile
from sleeplint.languages.catalogue import Call
from sleeplint.records import dataclass
from sleeplint.regexes import compile_all
from sleeplint.source import Language, Project, Source, language_of


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reader may know beyond the file's own bytes."""

    project: Project | None = None
    """Where imports can be followed; None reads the file alone."""
    calls: tuple[Call, ...] = ()
    """The user's own calls that wait, for any language; they win over the catalogue."""
    in_test: bool = False
    """The settings say that this file is test code."""
    production: bool = True
    """Production code's waits are asked for; else only those that stand in tests, or that tests call."""


ALONE = Surroundings()


def read(source: Source, around: Surroundings = ALONE) -> TestFile:
    """Read the facts of one file. Never raises for what the file contains.

    Raises ValueError if the source has no language.
    """
    match source.language:
        case "rust":
            from sleeplint.languages import rust

            return rust.read(source, around)
        case "python":
            from sleeplint.languages import python

            return python.read(source, around)
        case None:
            raise ValueError(f"{source.path}: not a language that sleeplint reads")


_SAMPLES: Mapping[Language, bytes] = {
    "rust": b"#[tokio::test]\nasync fn a() {\n    f();\n    tokio::time::sleep(Duration::from_secs(1)).await;\n}\n",
    "python": b"import time\n\n\ndef test_a():\n    f()\n    time.sleep(1)\n    assert b\n",
}


def prepare(language: Language) -> None:
    """Load the reader of a language with all that it needs, so that processes forked from now on share it."""
    suffix = "rs" if language == "rust" else "py"
    read(Source(f"tests/test_a.{suffix}", _SAMPLES[language], language))
    compile_all()


def forget(project: Project, path: Path) -> None:
    """Have a project forget what rests on the file at an absolute `path`, where another text stands now."""
    project.forget(path)
    match language_of(path.name):
        case "rust":
            from sleeplint.languages import rust

            rust.forget(project, path)
        case "python":
            from sleeplint.languages import python

            python.forget(project, path)
        case None:  # a manifest, or settings of a test runner: much rests on them, and they change seldom
            project.memory.clear()


def may_wait(source: Source, around: Surroundings = ALONE, consulted: set[str] | None = None) -> bool:
    """Whether a byte search says that reading `source` can yield anything; False is certain.

    `consulted` takes the other files on which the answer rests, or on whose absence.
    """
    match source.language:
        case "rust":
            from sleeplint.languages import rust

            return rust.may_wait(source, around, consulted)
        case "python":
            from sleeplint.languages import python

            return python.may_wait(source, around, consulted)
        case None:
            return False


def may_test(source: Source, path: Callable[[], str]) -> bool:
    """Whether a byte search says that anything in `source` can be test code; `path` gives its path in its project.

    Rust's answer is always yes: what makes its files test code may stand in other files.
    """
    if source.language != "python":
        return True
    from sleeplint.languages import python

    return python.may_test(path(), source.code)
