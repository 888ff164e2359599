"""Quotes source code for people: the lines that matter, with marks under what is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.source import Source
from sleeplint.text import Location

Style = Literal["frame", "code", "primary", "secondary"]
Line = tuple[tuple[str, Style], ...]
"""Pieces of text, each with the style in which it is shown."""

_CONTROL = regex(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_TAB = 4
_SHOWN_OF_A_LINE = 20
"""Characters kept before the mark when a line is too long to be shown whole."""
_SHORTEST = 3
"""Columns that a mark keeps when it makes room for its label."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to underline, and what to say beside it."""

    location: Location
    label: str = ""
    primary: bool = False


def plain(text: str) -> str:
    """`text` without characters that would move the cursor, change its direction or vanish."""
    return text if text.isascii() and text.isprintable() else _CONTROL.sub("\ufffd", text)


def gutter(marks: Sequence[Mark]) -> int:
    """How many columns the line numbers of a frame take."""
    return len(str(max((mark.location.line for mark in marks), default=1)))


def frame(source: Source, marks: Sequence[Mark], width: int) -> Iterator[Line]:
    """The marked lines of `source` within `width` columns, numbered, each followed by its marks."""
    by_line: dict[int, list[Mark]] = {}
    for mark in sorted(marks, key=lambda mark: (mark.location, not mark.primary)):
        by_line.setdefault(mark.location.line, []).append(mark)
    lines = _with_context(sorted(line for line in by_line if line <= source.lines.lines), source)
    margin = gutter(marks)
    yield ((" " * margin + " |", "frame"),)
    before = lines[0] - 1 if lines else 0
    for line in lines:
        if line > before + 1:
            yield (("." * min(margin, 3) + " " * (margin - 3) + " :", "frame"),)
        before = line
        yield from _numbered(source, line, by_line.get(line, []), margin, width)
    yield ((" " * margin + " |", "frame"),)


def _with_context(lines: Sequence[int], source: Source) -> list[int]:
    """The marked lines, and a line alone between two of them."""
    shown: list[int] = []
    for line in lines:
        if shown and line == shown[-1] + 2:
            shown.append(line - 1)
        shown.append(line)
    return shown


def _numbered(source: Source, number: int, marks: Sequence[Mark], margin: int, width: int) -> Iterator[Line]:
    raw = source.lines.line_text(number)
    room = max(width - margin - 3, 20)
    start = 0
    if marks and _cells(raw) > room:
        start = max(0, marks[0].location.column - 1 - _SHOWN_OF_A_LINE)
    text = _fitted(raw, start, room)
    yield ((f"{number:>{margin}} | ", "frame"), (text, "code")) if text else ((f"{number:>{margin}} |", "frame"),)
    for mark in marks:
        end = mark.location.end_column - 1 if mark.location.end_line == number else len(raw.rstrip())
        left = _cells(raw[start : mark.location.column - 1]) + (2 if start else 0)
        length = max(1, _cells(raw[mark.location.column - 1 : max(end, mark.location.column)]))
        if left >= room:
            continue
        style: Style = "primary" if mark.primary else "secondary"
        label = f" {plain(mark.label)}" if mark.label else ""
        spare = room - left - (len(label) if room - left - len(label) >= _SHORTEST else 0)
        sign = ("^" if mark.primary else "-") * min(length, spare)
        yield ((" " * margin + " | ", "frame"), (" " * left + sign + label[: max(0, room - left - len(sign))], style))


def _fitted(raw: str, start: int, room: int) -> str:
    """A line from `start` on, in at most `room` columns; what is cut off is dotted."""
    if not start and len(raw) <= room and raw.isascii() and raw.rstrip().isprintable():
        return raw.rstrip()
    kept: list[str] = ["… "] if start else []
    used = 2 if start else 0
    for position in range(start, len(raw)):
        shown = _visible(raw[position])
        if used + _cells(raw[position]) > room - 1 and position < len(raw) - 1:
            return "".join(kept) + "…"
        kept.append(shown)
        used += _cells(raw[position])
    return "".join(kept).rstrip()


def _visible(character: str) -> str:
    return " " * _TAB if character == "\t" else plain(character)


def _cells(text: str) -> int:
    """How many columns a terminal gives to a text."""
    if text.isascii() and "\t" not in text:
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if character == "\t":
        return _TAB
    import unicodedata  # few texts need it

    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
