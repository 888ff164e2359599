"""One file mended: rounds of linting and applying until nothing changes."""

from __future__ import annotations

from collections.abc import Callable

from sleeplint.engine import Report
from sleeplint.errors import InternalError
from sleeplint.finding import Applicability, Finding
from sleeplint.fixing.choosing import allowed, apply, choose
from sleeplint.languages.flaws import flaws
from sleeplint.records import dataclass
from sleeplint.source import Source

ROUNDS = 10
"""The most rounds that honest fixes need; more is a fix that undoes another, which is a bug."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of one file."""

    source: Source
    """The text after the fixes."""
    report: Report
    """What is still to say about it; its findings carry the fixes that were not applied."""
    applied: tuple[Finding, ...]
    """The findings that were repaired, in the order of application."""
    held_back: int
    """How many more fixes `--unsafe-fixes` would apply."""

    @property
    def changed(self) -> bool:
        """Whether the text is another than before."""
        return bool(self.applied)


def mend(source: Source, lint: Callable[[Source], Report], level: Applicability) -> Mended:
    """Apply the fixes of `level` and below until still.

    `lint` judges a source, repairs included. A fix after which the file parses worse is dropped.
    Raises InternalError if the fixes never come to rest.
    """
    applied: list[Finding] = []
    refused: set[str] = set()
    report = lint(source)
    for _ in range(ROUNDS):
        chosen = [f for f in choose(report.findings, level) if f.fingerprint not in refused]
        if not chosen:
            held_back = sum(allowed(f.fix, Applicability.UNSAFE) and not allowed(f.fix, level) for f in report.findings)
            return Mended(source, report, tuple(applied), held_back)
        source, kept = _apply(source, chosen)
        refused |= {finding.fingerprint for finding in chosen if finding not in kept}
        applied += kept
        if kept:
            report = lint(source)
    rules = ", ".join(sorted({finding.rule for finding in applied[-len(chosen) :]}))
    raise InternalError(f"{source.path}: the fixes of {rules} do not come to rest after {ROUNDS} rounds")


def _apply(source: Source, chosen: list[Finding]) -> tuple[Source, list[Finding]]:
    """All at once; if that parses worse or cannot be encoded, one by one without the culprits."""
    together = _changed(source, chosen)
    if together is not None:
        return together, chosen
    kept: list[Finding] = []
    mended = source
    for finding in chosen:
        one_more = _changed(source, [*kept, finding])
        if one_more is not None:
            mended = one_more
            kept.append(finding)
    return mended, kept


def _changed(source: Source, findings: list[Finding]) -> Source | None:
    edits = [edit for finding in findings if finding.fix for edit in finding.fix.edits]
    code = apply(source.code, edits)
    try:
        data = source.encode(code)
    except UnicodeEncodeError:  # the file's encoding lacks a character of the fix
        return None
    mended = Source(source.path, data, source.language, source.encoding)
    return mended if flaws(mended) <= flaws(source) else None
