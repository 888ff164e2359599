"""Which fixes go together in one round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sleeplint.finding import Applicability, Finding, Fix
from sleeplint.text import Edit

_LEVELS = {Applicability.SAFE: 0, Applicability.UNSAFE: 1, Applicability.DISPLAY_ONLY: 2}


def allowed(fix: Fix | None, level: Applicability) -> bool:
    """Whether a fix may be applied when `level` (safe or unsafe) is asked for."""
    if fix is None or not fix.edits or fix.applicability is Applicability.DISPLAY_ONLY:
        return False
    return _LEVELS[fix.applicability] <= _LEVELS[level]


def choose(findings: Iterable[Finding], level: Applicability) -> list[Finding]:
    """The findings whose fixes can be applied together, the first in the file first.

    A fix that touches what an earlier one changes waits for the next round, when the text is new.
    """
    taken: list[Edit] = []
    chosen = []
    for finding in findings:
        fix = finding.fix
        if fix is None or not allowed(fix, level):
            continue
        if any(_collide(edit, other) for edit in fix.edits for other in taken):
            continue
        chosen.append(finding)
        taken.extend(fix.edits)
    return chosen


def _collide(one: Edit, other: Edit) -> bool:
    """Touching ends collide too: what is right beside a change was judged before the change."""
    return one.span.start <= other.span.end and other.span.start <= one.span.end


def apply(code: bytes, edits: Sequence[Edit]) -> bytes:
    """The text after all `edits`, none of which may overlap another. Raises ValueError if two do."""
    pieces = []
    done = 0
    for edit in sorted(edits):
        if edit.span.start < done:
            raise ValueError(f"edits overlap at byte {edit.span.start}")
        pieces += [code[done : edit.span.start], edit.text.encode("utf-8", "surrogateescape")]
        done = edit.span.end
    return b"".join([*pieces, code[done:]])
