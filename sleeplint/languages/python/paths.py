"""Which files are test code by their names and folders."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_TEST_FILE = re.compile(r"(?:test_.*|.*_tests?|tests?|conftest)\.pyw?i?")
_TEST_FOLDER = re.compile(r"tests?|t|.*[_-]tests?|tests?[_-].*")
_MEASURING = frozenset({"benchmark", "benchmarks", "bench", "benches", "perf", "examples"})
_TEST = re.compile(rb"(?m)^\s*(?:(?:async\s+)?def\s+test|class\s+\w*Test|class\s+\w+\([^)]*TestCase)")
# A test class outside of test files: its own name or that of a base says so (`TestCase`, `AsyncTest`).
_TEST_CLASS = re.compile(rb"^[ \t]*class\b[^:\n]*(?:Test|Case|\($)", re.MULTILINE)


def is_test_path(path: str) -> bool:
    """Whether a file, given relative to its project, is test code by its name and folders."""
    pure = PurePosixPath(path)
    if _TEST_FILE.fullmatch(pure.name):
        return True
    return any(_TEST_FOLDER.fullmatch(part) for part in pure.parts[:-1])


def is_script(path: str, code: bytes) -> bool:
    """Whether a file among benchmarks or examples is named like a test, but has none."""
    return bool(_MEASURING.intersection(PurePosixPath(path).parts[:-1])) and not _TEST.search(code)


def may_test(path: str, code: bytes) -> bool:
    """Whether anything in a file, given relative to its project, looks to be test code, by a byte search."""
    return is_test_path(path) or _TEST_CLASS.search(code) is not None
