"""Messages out of a stream of bytes: each a header that gives the length, and that much JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sleeplint.regexes import regex

LARGEST = 256 * 1024 * 1024
"""Bytes of one message; a header that announces more is taken for a mistake."""
_LENGTH = regex(rb"content-length[ \t]*:[ \t]*([0-9]+)[ \t]*\r?\n", re.IGNORECASE)
_OTHER = regex(rb"[ \t]*(?:[!-9;-~]+[ \t]*:[^\r\n]*)?\r?\n")
_DIGITS = 12
_LONGEST_HEADER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Broken:
    """What arrived instead of a message."""

    why: str


class Wire:
    """Takes bytes as they arrive, and gives the messages that are complete.

    After a frame that makes no sense it goes on at the next header, wherever in a line that stands.
    """

    def __init__(self) -> None:
        """Begin with nothing received."""
        self._bytes = bytearray()
        self._length: int | None = None
        """Of the body that is awaited."""

    def feed(self, data: bytes) -> Iterator[object | Broken]:
        """What can be said of all that has arrived: decoded JSON, or what is broken."""
        self._bytes += data
        while True:
            if self._length is None:
                if (trouble := self._header()) is not None:
                    yield trouble
                    continue
                if self._length is None:
                    return
            if len(self._bytes) < self._length:
                return
            body = bytes(self._bytes[: self._length])
            del self._bytes[: self._length]
            self._length = None
            try:
                message = json.loads(body)
            except (ValueError, RecursionError) as error:
                # A length that is too great has swallowed the beginning of the next frame: give it back.
                if (swallowed := _LENGTH.search(body)) is not None:
                    self._bytes[:0] = body[swallowed.start() :]
                yield Broken(f"not JSON: {error}")
            else:
                yield message

    def _header(self) -> Broken | None:
        """Read up to the body, if so much is there."""
        found = _LENGTH.search(self._bytes)
        if found is None:
            del self._bytes[: max(0, len(self._bytes) - _LONGEST_HEADER)]
            return None
        end = found.end()
        while True:
            line = _OTHER.match(self._bytes, end)
            if line is None:
                if b"\n" not in self._bytes[end : end + _LONGEST_HEADER] and len(self._bytes) - end < _LONGEST_HEADER:
                    return None  # the rest of the line is still to come
                del self._bytes[:end]
                return Broken("a header that is none")
            if not line[0].strip():
                break
            again = _LENGTH.match(self._bytes, end)
            found, end = again or found, line.end()
        length = int(found[1]) if len(found[1]) <= _DIGITS else LARGEST + 1
        del self._bytes[: line.end()]
        if length > LARGEST:
            return Broken(f"a message is longer than {LARGEST} bytes")
        self._length = length
        return None
