"""The streams a command writes to, and what they can show."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from sleeplint.errors import UserError
from sleeplint.finding import Problem
from sleeplint.reporters.excerpt import plain


def complain(problems: Iterable[Problem]) -> None:
    """Say on standard error what could not be judged; the same trouble in many files only once."""
    alike: dict[str, list[str]] = {}
    for problem in problems:
        alike.setdefault(problem.message, []).append(problem.path)
    for message, paths in alike.items():
        more = f" (and {len(paths) - 1:,} more files)" if len(paths) > 1 else ""
        print(f"sleeplint: {plain(paths[0])}{more}: {plain(message)}", file=sys.stderr)


def colored(when: str, out: TextIO) -> bool:
    """Whether to write in colour: asked for, or on a terminal whose user has not refused."""
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return out.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def opened(file: str | None) -> Iterator[TextIO]:
    """The stream of an output; None is standard output. Raises UserError."""
    if file is None:
        yield sys.stdout
        return
    try:
        out = open(file, "w", encoding="utf-8", errors="backslashreplace", newline="\n")  # noqa: SIM115
    except OSError as error:
        raise UserError(f"--output-file {file}: cannot be written: {error.strerror or error}") from error
    with out:
        yield out


def width() -> int:
    """How wide a page for people may be: COLUMNS, or the terminal's width, or 80."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal():
        wide = int(columns)
    else:
        try:
            wide = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns
        except (OSError, ValueError):  # not a terminal
            wide = 80
    return max(40, min(wide or 80, 120))
