"""Which repair holds for a finding: the recipes, each with its preconditions, as edits on this very text."""

from __future__ import annotations

from collections.abc import Sequence

from sleeplint.facts import TestFile
from sleeplint.finding import Finding, Fix
from sleeplint.source import Source


def offer(source: Source, file: TestFile, findings: Sequence[Finding]) -> tuple[Fix | None, ...]:
    """For each finding the one repair that holds there; None where nothing honest can be offered."""
    if not findings:
        return ()
    match source.language:
        case "rust":
            from sleeplint.repairs import rust

            return rust.offer(source, file, findings)
        case "python":
            from sleeplint.repairs import python

            return python.offer(source, file, findings)
        case None:
            return (None,) * len(findings)
