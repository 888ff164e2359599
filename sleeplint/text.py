"""Places in a text: bytes inside, lines and columns at the edges."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from sleeplint.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of byte offsets into `Source.code`."""

    start: int
    end: int

    def __contains__(self, other: Span) -> bool:
        """Whether `other` lies wholly within this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a byte, or one is empty and lies inside the other."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Put `text` where `span` stands. An empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place as people count: lines and columns from 1, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


def common(one: bytes, other: bytes) -> int:
    """How many bytes two texts have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class LineIndex:
    r"""Turns byte offsets into lines and columns of one text, and back.

    A line ends at `\n`, `\r\n` or a lone `\r`, as editors see it. Bytes that are not UTF-8 count
    one column each.
    """

    def __init__(self, code: bytes) -> None:
        """Index `code`, which is UTF-8 without a byte-order mark."""
        self._code = code
        # Of bytes, unlike of text, `splitlines` knows these three line breaks and no others.
        self._starts = [0, *accumulate(map(len, code.splitlines(keepends=True)))]
        if not code.endswith((b"\n", b"\r")) and code:
            self._starts.pop()

    @property
    def lines(self) -> int:
        """How many lines there are; an empty text has one."""
        return len(self._starts)

    def line(self, offset: int) -> int:
        """The line, from 1, in which the byte at `offset` stands."""
        return bisect_right(self._starts, offset)

    def line_span(self, line: int) -> Span:
        """The bytes of a line (from 1), its line break included."""
        end = self._starts[line] if line < len(self._starts) else len(self._code)
        return Span(self._starts[line - 1], end)

    def line_text(self, line: int) -> str:
        """A line (from 1) without its line break."""
        span = self.line_span(line)
        return self._code[span.start : span.end].decode("utf-8", "replace").rstrip("\r\n")

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a byte offset; the column in characters."""
        line = self.line(offset)
        before = self._code[self._starts[line - 1] : offset]
        if before.isascii():
            return line, len(before) + 1
        return line, len(before.decode("utf-8", "surrogateescape")) + 1

    def offset(self, line: int, column: int) -> int:
        """The byte offset of a line and column, both from 1; past the end of the line is its end."""
        span = self.line_span(line)
        text = self._code[span.start : span.end].decode("utf-8", "surrogateescape")
        return span.start + len(text[: column - 1].encode("utf-8", "surrogateescape"))

    def location(self, span: Span) -> Location:
        """Where a span stands, as people count."""
        line, column = self.position(span.start)
        end_line, end_column = self.position(span.end)
        return Location(line, column, end_line, end_column)
