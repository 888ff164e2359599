"""Which files are test code by their names and folders."""

from __future__ import annotations

from sleeplint.regexes import regex

_TEST_FILE = regex(r"(?:test_.*|.*_tests?|tests?|conftest)\.pyw?i?")
_TEST_FOLDER = regex(r"tests?|t|.*[_-]tests?|tests?[_-].*|_?test(?:base|bed|case|kit|support|utils?)s?")
_MEASURING = frozenset({"benchmark", "benchmarks", "bench", "benches", "perf", "examples"})
_TEST = regex(rb"(?m)^\s*(?:(?:async\s+)?def\s+test|class\s+\w*Test|class\s+\w+\([^)]*TestCase)")
_CLASS = regex(rb"class[ \t]+\w+[^:(\n]*\([^:]*")


def is_test_path(path: str) -> bool:
    """Whether a file, given relative to its project, is test code by its name and folders."""
    *folders, name = path.split("/")
    return _TEST_FILE.fullmatch(name) is not None or any(map(_TEST_FOLDER.fullmatch, folders))


def is_test_file(path: str) -> bool:
    """Whether a file is named as runners collect tests."""
    return _TEST_FILE.fullmatch(path.rpartition("/")[2]) is not None


def is_script(path: str, code: bytes) -> bool:
    """Whether a file among benchmarks or examples is named like a test, but has none."""
    return bool(_MEASURING.intersection(path.split("/")[:-1])) and not _TEST.search(code)


def may_test(path: str, code: bytes) -> bool:
    """Whether anything in a file, given relative to its project, looks to be test code, by a byte search.

    Outside of test files that is a class that inherits: its own name or that of a base says so (`AsyncTest`).
    """
    return is_test_path(path) or any(
        (b"Test" in match[0] or b"Case" in match[0]) and _begins_line(code, match.start())
        for match in _CLASS.finditer(code)
    )


def _begins_line(code: bytes, place: int) -> bool:
    return not code[code.rfind(b"\n", 0, place) + 1 : place].strip(b" \t")
