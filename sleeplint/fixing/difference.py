"""A unified diff that `git apply` takes, byte for byte."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def unified_diff(path: str, before: bytes, after: bytes, context: int = 3) -> bytes:
    r"""The difference between two contents of the file at `path`; empty if there is none.

    Lines end at `\n` only, as git sees them: a `\r` before it is part of the line.
    """
    if before == after:
        return b""
    name = path.removeprefix("./").encode("utf-8", "surrogateescape")
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        list(_lines(before)),
        list(_lines(after)),
        _quoted(b"a/" + name),
        _quoted(b"b/" + name),
        n=context,
        lineterm=b"\n",
    )
    return b"".join(line if line.endswith(b"\n") else line + _NO_NEWLINE for line in lines)


def _lines(data: bytes) -> Iterator[bytes]:
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield data[start : end + 1]
        start = end + 1
    if start < len(data):
        yield data[start:]


def _quoted(name: bytes) -> bytes:
    """A path as git writes it: C-quoted if it holds a control character, a quote or a backslash."""
    if not any(byte < 0x20 or byte in b'"\\\x7f' for byte in name):
        return name + b"\t" if b" " in name else name
    escapes = {0x09: b"\\t", 0x0A: b"\\n", 0x0D: b"\\r", 0x22: b'\\"', 0x5C: b"\\\\"}
    inner = b"".join(
        escapes.get(byte) or (b"\\%03o" % byte if byte < 0x20 or byte == 0x7F else bytes([byte])) for byte in name
    )
    return b'"' + inner + b'"'
