"""`sleeplint check --fix` and `--diff`: what becomes of the files."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from sleeplint import runner
from sleeplint.engine import Report
from sleeplint.errors import PathError
from sleeplint.finding import Applicability, Problem
from sleeplint.fixing import Mended, unified_diff, write
from sleeplint.planning import Work
from sleeplint.records import dataclass, replace
from sleeplint.reporters.summary import counted
from sleeplint.source import Source


@dataclass(slots=True)
class Mending:
    """Writes fixed files, or shows the difference, and counts."""

    work: Work
    level: Applicability
    diff: bool
    """Show what would change; write nothing."""
    findings: int = 0
    files: int = 0
    held_back: int = 0
    """Fixes that `--unsafe-fixes` would add."""
    failed: bool = False
    """A file could not be written."""

    def reports(self) -> Iterator[Report]:
        """What is still to say about each file, once its fixes are dealt with."""
        for outcome in runner.mend(self.work, self.level):
            yield outcome if isinstance(outcome, Report) else self._deal(*outcome)

    def _deal(self, before: Source, mended: Mended) -> Report:
        self.held_back += mended.held_back
        if self.work.stdin is not None and not self.diff:
            sys.stdout.buffer.write(mended.source.data)
        if not mended.changed:
            return mended.report
        if self.diff:
            sys.stdout.buffer.write(unified_diff(before.path, before.data, mended.source.data))
        elif self.work.stdin is None:
            try:
                write(before.path, before.data, mended.source.data)
            except PathError as error:
                self.failed = True
                problem = Problem(before.path, str(error).removeprefix(f"{before.path}: "))
                return replace(mended.report, problems=(*mended.report.problems, problem))
        self.findings += len(mended.applied)
        self.files += 1
        return mended.report

    def summary(self) -> str:
        """One line about what was done."""
        more = f"; --unsafe-fixes would fix {self.held_back:,} more" if self.held_back else ""
        if not self.findings:
            return f"nothing to fix{more}"
        done = "would fix" if self.diff else "fixed"
        return f"{done} {counted(self.findings, 'finding')} in {counted(self.files, 'file')}{more}"
