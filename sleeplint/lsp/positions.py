"""Byte offsets as an editor counts: lines from 0, columns in the code units that were agreed on."""

from __future__ import annotations

from lsprotocol import types

from sleeplint.text import LineIndex, Span


class Positions:
    """Translates between byte offsets of one text and an editor's positions, both ways.

    `data` is the document in UTF-8, a byte-order mark included if the editor keeps it in the text.
    `shift` is how many bytes of `data` stand before the first of `Source.code`.
    """

    def __init__(
        self, data: bytes, encoding: types.PositionEncodingKind | str, shift: int = 0, lines: LineIndex | None = None
    ) -> None:
        """Index `data` for an editor that counts in `encoding`; `lines` if that is done already."""
        self._data = data
        self._lines = lines or LineIndex(data)
        self._encoding = types.PositionEncodingKind(encoding)
        self._shift = shift

    def position(self, offset: int) -> types.Position:
        """The position of a byte offset of `Source.code`."""
        offset += self._shift
        line = self._lines.line(offset)
        before = self._data[self._lines.line_span(line).start : offset]
        return types.Position(line - 1, self._units(before))

    def range(self, span: Span) -> types.Range:
        """The range of a span of `Source.code`."""
        return types.Range(self.position(span.start), self.position(span.end))

    def offset(self, position: types.Position) -> int:
        """The byte offset in `data` of a position; past a line's end is its end, past the last line the text's."""
        if position.line >= self._lines.lines:
            return len(self._data)
        span = self._lines.line_span(position.line + 1)
        line = self._data[span.start : span.end].rstrip(b"\r\n")
        if line.isascii() or self._encoding is types.PositionEncodingKind.Utf8:
            return span.start + min(position.character, len(line))
        if self._encoding is types.PositionEncodingKind.Utf32:
            return span.start + len(_encoded(_decoded(line)[: position.character]))
        units = _decoded(line).encode("utf-16-le", "surrogatepass")[: 2 * position.character]
        return span.start + len(_encoded(units.decode("utf-16-le", "ignore")))

    def code_offset(self, position: types.Position) -> int:
        """The byte offset in `Source.code` of a position."""
        return max(0, self.offset(position) - self._shift)

    def _units(self, text: bytes) -> int:
        if text.isascii() or self._encoding is types.PositionEncodingKind.Utf8:
            return len(text)
        if self._encoding is types.PositionEncodingKind.Utf32:
            return len(_decoded(text))
        return len(_decoded(text).encode("utf-16-le", "surrogatepass")) // 2


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
