"""The open documents, kept as the editor has them.

pygls keeps them too, but breaks lines where Python's `splitlines` does (form feed, U+2028, ...), which
is not where editors do: after such a character its incremental edits land on the wrong line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from sleeplint.lsp.positions import Positions
from sleeplint.source import Language, Source
from sleeplint.text import Span

_LANGUAGES: dict[str, Language] = {"rust": "rust", "python": "python"}
_CELLS = "vscode-notebook-cell:"
"""Of a notebook an editor opens each cell by itself, without what the others import: there is nothing to judge."""


class Document:
    """One version of one open document."""

    def __init__(self, uri: str, language: Language | None, version: int, data: bytes, encoding: str) -> None:
        """Hold `data`, the text in UTF-8; `encoding` is the one of positions."""
        self.uri = uri
        self.version = version
        self.language = language
        self.path = path_of(uri)
        """Where it lies on disk; None if it was never saved."""
        self._data = data
        self._encoding = encoding

    @cached_property
    def source(self) -> Source:
        """The document as the engine reads it."""
        path = str(self.path) if self.path else f"untitled.{'rs' if self.language == 'rust' else 'py'}"
        return Source(path.replace("\\", "/"), self._data, self.language, "utf-8")

    @cached_property
    def positions(self) -> Positions:
        """Its offsets as the editor counts."""
        bom = len(self.source.bom)
        return Positions(self._data, self._encoding, bom, self.source.lines if self._data == self.source.code else None)

    def head(self, span: Span) -> Span:
        """The part of a span on its first line: a wait may hold a whole block, of which nothing is said."""
        line = self.source.lines.line_span(self.source.lines.line(span.start))
        if span.end <= line.end:
            return span
        return Span(span.start, max(span.start, line.start + len(self.source.code[line.start : line.end].rstrip())))

    def changed(self, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]) -> Document:
        """The next version of it."""
        data, positions = self._data, self.positions
        for change in changes:
            text = change.text.encode("utf-8", "surrogatepass")
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = positions.offset(change.range.start), positions.offset(change.range.end)
                data = data[:start] + text + data[max(start, end) :]
            else:
                data = text
            if len(changes) > 1:
                positions = Positions(data, self._encoding)
        return Document(self.uri, self.language, version, data, self._encoding)


class Documents:
    """All that is open, by URI."""

    def __init__(self) -> None:
        """Begin with nothing open."""
        self._open: dict[str, Document] = {}
        self._places: dict[Path, str] = {}

    def put(self, document: Document) -> None:
        """Open it, or replace its older version."""
        self._open[document.uri] = document
        if document.path is not None:
            self._places[document.path] = document.uri

    def get(self, uri: str) -> Document | None:
        """What is open at `uri`, if anything is."""
        return self._open.get(uri)

    def drop(self, uri: str) -> None:
        """Close it."""
        document = self._open.pop(uri, None)
        if document is not None and document.path is not None and self._places.get(document.path) == uri:
            del self._places[document.path]

    def at(self, path: Path) -> Source | None:
        """The unsaved text of the file at `path`, if it is open."""
        uri = self._places.get(path)
        return self._open[uri].source if uri is not None else None

    def __iter__(self) -> Iterator[Document]:
        """All of them, in the order of opening."""
        return iter(tuple(self._open.values()))


def path_of(uri: str) -> Path | None:
    """The file on this machine that a URI stands for; None if it stands for none."""
    try:
        path = to_fs_path(uri) if uri.startswith("file:") else None
        return Path(os.path.normpath(path)) if path and b"\0" not in os.fsencode(path) else None
    except ValueError:  # nothing that a file can be called
        return None


def opened(item: types.TextDocumentItem, encoding: str) -> Document:
    """The document that an editor opens."""
    data = item.text.encode("utf-8", "surrogatepass")
    language = None if item.uri.startswith(_CELLS) else _LANGUAGES.get(item.language_id)
    return Document(item.uri, language, item.version, data, encoding)
