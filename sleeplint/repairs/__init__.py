"""Which repair holds for a finding: the recipes, each with its preconditions, as edits on this very text."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from sleeplint.facts import TestFile
from sleeplint.finding import Finding, Fix
from sleeplint.source import Language, Source

MOST = 200
"""Findings of one file that are repaired at a time; each looks at the file as a whole."""
MOST_BYTES = 400_000
"""Bytes of a file that is repaired: what rewrites Python takes a second and thirty megabytes for fifty thousand."""

_LOADED = {"rust": ("sleeplint.repairs.rust",), "python": ("sleeplint.repairs.python.recipes", "libcst.native")}
"""What a first repair loads; libcst keeps its parser for the first text."""


def offer(source: Source, file: TestFile, findings: Sequence[Finding]) -> tuple[Fix | None, ...]:
    """For each finding the one repair that holds there; None where nothing honest can be offered."""
    if not findings:
        return ()
    if len(source.code) > MOST_BYTES:
        return (None,) * len(findings)
    if len(findings) > MOST:  # the next round of fixing gets to the others
        return (*offer(source, file, findings[:MOST]), *(None for _ in findings[MOST:]))
    match source.language:
        case "rust":
            from sleeplint.repairs import rust

            return rust.offer(source, file, findings)
        case "python":
            from sleeplint.repairs import python

            return python.offer(source, file, findings)
        case None:
            return (None,) * len(findings)


def prepare(language: Language) -> None:
    """Load what repairs files of a language, so that processes forked from now on share it."""
    for module in _LOADED[language]:
        import_module(module)
