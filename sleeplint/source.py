"""One file as it came from disk, standard input or an editor, and the project around it."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from sleeplint.digests import digest
from sleeplint.records import dataclass, field
from sleeplint.regexes import regex
from sleeplint.text import LineIndex

Language = Literal["rust", "python"]
Stamp = tuple[int, int, int, int]
"""Size, times of the last change and of the last change of status in nanoseconds, number of the inode."""
UNSURE: Stamp = (-2, 0, 0, 0)
"""Equal to that of no file: only the content tells."""

_LANGUAGES: Mapping[str, Language] = {".rs": "rust", ".py": "python", ".pyi": "python", ".pyw": "python"}
# PEP 263: the cookie stands in a comment on line 1 or 2.
_COOKIE = regex(rb"\A(?:[ \t\f]*#.*?(?:\r\n|\n|\r))?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NOT_OF_FILES = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape"})
"""Codecs of text that no file is written in; they warn, or refuse to replace what they cannot decode."""
_PRAGMA = b"sleeplint:"
_PIECE = 1 << 20
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def language_of(path: str) -> Language | None:
    """The language that a file name stands for; None if it is not one that we read."""
    dot = path.rfind(".")
    return _LANGUAGES.get(path[dot:].lower()) if dot >= 0 else None


class Source:
    """The text of one file.

    `path` is as the user gave it, with `/`. `code` is UTF-8 without a byte-order mark, whatever the
    file's own encoding is: every span of ours is a range of it. Bytes that the encoding does not
    explain are kept as they are. `encode` is the way back.
    """

    def __init__(self, path: str, data: bytes, language: Language | None = None, encoding: str | None = None) -> None:
        """Hold `data` as read from `path`; `language` is by default the file name's.

        `encoding` is for data that is known to be in it, whatever a cookie in the text says.
        """
        self.path = path
        self.data = data
        self.language: Language | None = language or language_of(path)
        self.bom, self.encoding = _encoding(data, self.language)
        if encoding is not None:
            self.encoding = encoding
        body = data[len(self.bom) :]
        if self.encoding == "utf-8":
            self.code = body
        else:
            text = body.decode(self.encoding, "replace")
            if text.encode(self.encoding, "replace") == body:
                self.code = text.encode("utf-8", "surrogatepass")
            else:  # not what it claims to be: then it is bytes
                self.encoding, self.code = "utf-8", body

    @classmethod
    def read(cls, path: str) -> Source:
        """Read a file. Raises OSError."""
        return cls(path.replace("\\", "/"), _bytes_of(path))

    def encode(self, code: bytes) -> bytes:
        """The bytes for disk of a changed `code`: the file's own encoding and byte-order mark.

        Raises UnicodeEncodeError if the encoding lacks a character of it.
        """
        if self.encoding == "utf-8":
            return self.bom + code
        return self.bom + code.decode("utf-8", "surrogatepass").encode(self.encoding)

    @cached_property
    def digest(self) -> str:
        """What tells this file from all others by its content."""
        return digest(self.data)

    @cached_property
    def speaks_to_us(self) -> bool:
        """Whether a comment in it may speak to sleeplint."""
        return _PRAGMA in self.code

    @cached_property
    def lines(self) -> LineIndex:
        """Where the lines of `code` begin."""
        return LineIndex(self.code)


def _bytes_of(path: str) -> bytes:
    """A file's bytes, without the objects that `open` makes: most files are read once and put away."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        data = os.read(descriptor, os.fstat(descriptor).st_size + 1)
        while more := os.read(descriptor, _PIECE) if data else b"":
            data += more
        return data
    finally:
        os.close(descriptor)


def _encoding(data: bytes, language: Language | None) -> tuple[bytes, str]:
    for bom, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(bom):
            return bom, encoding
    if language == "python" and b"coding" in data[:1024] and (cookie := _COOKIE.match(data[:1024])):
        try:
            name = codecs.lookup(cookie[1].decode("ascii", "replace")).name
            "".encode(name)  # refuses codecs that are not of text, such as rot13
        except (LookupError, UnicodeError):
            return b"", "utf-8"
        return b"", "utf-8" if name in _NOT_OF_FILES else name
    return b"", "utf-8"


def _from_disk(path: str | Path) -> Source | None:
    try:
        return Source.read(os.fspath(path))
    except OSError:
        return None


@dataclass(slots=True)
class Project:
    """The files around the one that is read, opened when a reader follows an import, kept after.

    `root` is the folder of the repository or workspace: nothing outside it is read. `open` can be
    replaced, so that an editor's unsaved files stand before those on disk. `memory` is the readers'
    own: what they worked out about other files (wrappers, constants), keyed by their own words.
    `edited` says that files are read again and again as they are typed: readers may keep what makes
    the next reading of the same file cheap.
    """

    root: Path
    open: Callable[[Path], Source | None] = _from_disk
    memory: dict[object, object] = field(default_factory=dict)
    edited: bool = False
    weight: int = 0
    """About how many bytes of memory the files take that were opened, and what readers made of them."""
    folder: str = field(init=False)
    """The root as text."""
    _inside: str = field(init=False)
    _sources: dict[str, Source | None] = field(default_factory=dict)
    _names: dict[str, frozenset[str]] = field(default_factory=dict)
    """What each folder on disk holds: most files that are looked for are not there."""

    _absolute: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = os.fspath(self.root)
        self._inside = os.path.join(self.folder, "")

    def source(self, path: str | Path) -> Source | None:
        """The file at `path`; None if it does not exist, cannot be read or lies outside the root."""
        place = os.fspath(path)
        try:
            return self._sources[place]
        except KeyError:
            found = self._sources[place] = self._opened(place) if self._may_open(place) else None
            self.weight += len(found.data) if found is not None else 0
            return found

    def _opened(self, place: str) -> Source | None:
        return _from_disk(place) if self.open is _from_disk else self.open(Path(place))

    def held(self, place: str) -> Source | None:
        """The file at an absolute path, if it was opened before."""
        return self._sources.get(place)

    def absolute(self, path: str) -> str:
        """The absolute path of a file that is given as the user gave it; a folder's is found out once."""
        folder, name = os.path.split(path)
        if name in ("", os.curdir, os.pardir):
            return os.path.abspath(path)
        if folder not in self._absolute:
            self._absolute[folder] = os.path.abspath(folder)
        return os.path.join(self._absolute[folder], name)

    def holds(self, place: str) -> bool:
        """Whether a path, given as text, lies within the root."""
        return place.startswith(self._inside) or place == self.folder or self.folder == "."

    def may_hold(self, folder: str, name: str) -> bool:
        """Whether a folder, given as text, may have something of that name; False is certain."""
        return self.open is not _from_disk or (self.holds(folder) and name in self._names_in(folder))

    def _may_open(self, place: str) -> bool:
        if not self.holds(place):
            return False
        if self.open is not _from_disk:
            return True
        folder, name = os.path.split(place)
        return name in self._names_in(folder)

    def _names_in(self, folder: str) -> frozenset[str]:
        names = self._names.get(folder)
        if names is None:
            above, name = os.path.split(folder)
            there = not self.holds(above) or above == folder or name in self._names_in(above)
            names = self._names[folder] = _listed(folder) if there else frozenset()
        return names

    def let_go(self) -> None:
        """Give back all that was opened. What holds itself has a `let_go`, or it would stay."""
        for made in self.memory.values():
            if hasattr(made, "let_go"):
                made.let_go()
        self.memory.clear()
        self._sources.clear()
        self.weight = 0

    def forget(self, path: Path) -> None:
        """Another text stands at `path` now. `languages.forget` also has the readers forget it."""
        self._sources.pop(os.fspath(path), None)
        self._names.pop(os.path.dirname(path), None)


def _listed(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:  # no folder, or none for us
        return frozenset()
