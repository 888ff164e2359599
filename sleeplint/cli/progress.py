"""How far a long run has come, on a terminal's standard error; it leaves no trace."""

from __future__ import annotations

import sys
from time import monotonic

_PATIENCE = 0.7
_EVERY = 0.1


class Progress:
    """Counts files; says nothing in the first moments, or where nobody watches."""

    def __init__(self, total: int, wanted: bool = True) -> None:
        """Count to `total`; not `wanted` is silent."""
        self._total = total
        self._due = monotonic() + _PATIENCE if wanted and sys.stderr.isatty() else float("inf")
        self._shown = False

    def reach(self, number: int) -> None:
        """All files up to that one are done."""
        now = monotonic()
        if now >= self._due:
            self._due = now + _EVERY
            self._shown = True
            sys.stderr.write(f"\r{number + 1:,} of {self._total:,} files\x1b[K")
            sys.stderr.flush()

    def clear(self) -> None:
        """Wipe the line, so that something else can be written there."""
        if self._shown:
            self._shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
