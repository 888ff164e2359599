"""The words in which the catalogue of Python's calls is written."""

from __future__ import annotations

from sleeplint.languages.catalogue import Argument, Call, Unit


def sleep(path: str, at: int = 0, keyword: str | None = None, unit: Unit = "s", blocking: bool = False) -> Call:
    """A call that lets time pass."""
    return Call(path, "sleep", Argument(at, unit, keyword), blocking)


def guard(
    path: str, at: int | str = "timeout", keyword: str | None = "timeout", unit: Unit = "s", blocking: bool = False
) -> Call:
    """A call that bounds an operation which is awaited; `at` is a position, or a keyword that has none."""
    return Call(path, "timeout", Argument(at, unit, keyword if isinstance(at, int) else None), blocking)


def blocks(path: str, at: int | str = "timeout", keyword: str | None = "timeout", unit: Unit = "s") -> Call:
    """A call that bounds an operation which blocks its thread."""
    return guard(path, at, keyword, unit, blocking=True)


def connect(path: str, at: int | str = "timeout", keyword: str | None = "timeout", blocking: bool = True) -> Call:
    """A call that bounds how long it takes to connect."""
    keyword = keyword if isinstance(at, int) else None
    return Call(path, "timeout", Argument(at, "s", keyword), blocking, "connect")


def limit(path: str, at: int | str, keyword: str | None = None) -> Call:
    """A decorator that bounds a whole test."""
    return Call(path, "timeout", Argument(at, "s", keyword), purpose="test-limit")


def interval(path: str, at: int | str, keyword: str | None = None, unit: Unit = "s") -> Call:
    """A call that repeats something at equal distances."""
    return Call(path, "interval", Argument(at, unit, keyword))
