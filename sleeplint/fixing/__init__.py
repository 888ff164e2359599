"""Applies fixes: chooses edits that do not overlap, applies, lints again until still, writes whole files."""

from __future__ import annotations

from sleeplint.fixing.difference import unified_diff
from sleeplint.fixing.mending import Mended, mend
from sleeplint.fixing.writing import write

__all__ = ["Mended", "mend", "unified_diff", "write"]
