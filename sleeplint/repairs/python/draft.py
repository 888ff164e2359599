"""A repair in the making: byte edits on one file, its imports kept in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import libcst as cst

from sleeplint.finding import Applicability, Fix
from sleeplint.regexes import regex
from sleeplint.repairs.python.comments import only_gives_time
from sleeplint.repairs.python.imports import Imports, shared_orphans
from sleeplint.repairs.python.place import Place
from sleeplint.text import Edit, Span

PATIENCE_SECS = 10
"""How long what a repair writes waits for something that normally happens soon, before it fails."""

_LINE_END = regex(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Repair:
    """A fix, and what it does to names: enough to see which imports several fixes orphan together."""

    fix: Fix
    gone: tuple[Span, ...] = ()
    """The text that goes."""
    used: frozenset[str] = frozenset()
    """Imported names that the new text uses."""


class Draft:
    """Collects the edits of one repair."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.file = place.file
        self.imports = Imports(place)
        self._edits: list[Edit] = []
        self._gone: list[Span] = []

    def replace(self, old: cst.CSTNode | Span, text: str) -> None:
        """Put `text` where a node stands."""
        span = old if isinstance(old, Span) else self.file.span(old)
        self._edits.append(Edit(span, text))
        self._gone.append(span)

    def name(self, path: str) -> str | None:
        """How the thing at `path` is called at this place, imported if need be; None if its name is taken."""
        return self.imports.name(path)

    def delete(self, statement: cst.CSTNode) -> bool:
        """Take out a statement with its lines, and a comment above that only speaks of giving time.

        False where something else stands on its lines.
        """
        lines = self.file.source.lines
        span = self.file.span(statement)
        first, last = lines.line(span.start), lines.line(span.end)
        start, end = lines.line_span(first).start, lines.line_span(last).end
        before = self.file.code[start : span.start]
        behind = self.file.code[span.end : end].decode("utf-8").strip()
        if before.strip(b" \t") or (behind and not (behind.startswith("#") and only_gives_time(behind))):
            return False
        if first > 1 and self._is_told_above(first, before):
            start = lines.line_span(first - 1).start
        self._edits.append(Edit(Span(start, end), ""))
        self._gone.append(Span(start, end))
        return True

    def insert_before(self, statement: cst.CSTNode, written: Sequence[str]) -> bool:
        """Put lines before a statement, indented like it. False where something else stands on its line."""
        indent = self.indent(statement)
        if indent is None:
            return False
        span = self.file.span(statement)
        start = span.start - len(indent)
        text = "".join(f"{indent}{line}{self.newline(span)}" for line in written)
        self._edits.append(Edit(Span(start, start), text))
        return True

    def indent(self, statement: cst.CSTNode) -> str | None:
        """The white space before a statement; None if more than white space stands there."""
        start = self.file.span(statement).start
        line = self.file.source.lines.line_span(self.file.source.lines.line(start))
        before = self.file.code[line.start : start].decode("utf-8")
        return before if not before.strip(" \t") else None

    def newline(self, near: Span) -> str:
        """The line break that ends the line of a place, or the file's first one."""
        lines = self.file.source.lines
        for line in (lines.line(near.start), 1):
            span = lines.line_span(line)
            found = _LINE_END.search(self.file.code[span.start : span.end])
            if found:
                return found[0].decode()
        return "\n"

    def repair(self, title: str, applicability: Applicability) -> Repair:
        """The repair, its imports put in order."""
        edits = [*self._edits, *self.imports.edits(self._gone)]
        fix = Fix(title, applicability, tuple(sorted(edits)))
        return Repair(fix, tuple(self._gone), frozenset(self.imports.used))

    def _is_told_above(self, line: int, indent: bytes) -> bool:
        """Whether exactly one comment line stands above, indented alike, that only speaks of giving time."""
        lines = self.file.source.lines
        above = lines.line_text(line - 1)
        further = lines.line_text(line - 2).strip() if line > 2 else ""
        same = above[: len(above) - len(above.lstrip())] == indent.decode("utf-8")
        return same and only_gives_time(above.strip()) and not further.startswith("#")


def kept_apart(places: Sequence[Place | None], repairs: Sequence[Repair | None]) -> tuple[Fix | None, ...]:
    """The fixes, those that only together orphan an import kept from landing in one round.

    No single one of them may take the import away. An empty edit that the first and the last share makes
    one of the two come last and alone, so that it does.
    """
    fixes = [repair.fix if repair is not None else None for repair in repairs]
    for levels in ((Applicability.SAFE,), (Applicability.SAFE, Applicability.UNSAFE)):
        landing = [
            (number, place, repair)
            for number, (place, repair) in enumerate(zip(places, repairs, strict=True))
            if place is not None and repair is not None and repair.fix.applicability in levels and repair.fix.edits
        ]
        if len(landing) < 2:
            continue
        for first, last, edit in shared_orphans(
            landing[0][1], [(repair.gone, repair.used) for _, _, repair in landing]
        ):
            for number in (landing[first][0], landing[last][0]):
                fix = fixes[number]
                if fix is not None and edit not in fix.edits:
                    fixes[number] = replace(fix, edits=tuple(sorted((*fix.edits, edit))))
    return tuple(fixes)
