"""What people wrote beside a wait."""

from __future__ import annotations

from sleeplint.facts import Role
from sleeplint.languages.python import vocabulary as words
from sleeplint.regexes import regex

_COMMENT = regex(r"#+\s*(.*)$")
_BELOW = regex(rb"(?:\s*#[^\n]*)+")
_LINES_ABOVE = 6
_PRAGMA = regex(rb"#[# ]*sleeplint:")
"""It speaks to us, and gives a reason that is none of the wait's own."""


def remark(code: bytes, start: int, end: int) -> str:
    """The comment directly above a statement, and the one behind it."""
    stop = code.find(b"\n", end)
    trailing = code[end : stop if stop >= 0 else len(code)][:300].decode("utf-8", "replace")
    found = None if "sleeplint:" in trailing else _COMMENT.search(trailing)
    above: list[str] = []
    line_start = code.rfind(b"\n", 0, start) + 1
    for _ in range(_LINES_ABOVE):
        if line_start == 0:
            break
        before = code.rfind(b"\n", 0, line_start - 1) + 1
        line = code[before : line_start - 1].strip()
        if not line.startswith(b"#"):
            break
        if not _PRAGMA.match(line):
            above.insert(0, line[:300].decode("utf-8", "replace").lstrip("# "))
        line_start = before
    return " ".join((*above, found[1])) if found is not None else " ".join(above)


def below(code: bytes, end: int) -> str:
    """The comment on the lines directly below a statement."""
    found = _BELOW.match(code, code.find(b"\n", end)) if b"\n" in code[end : end + 300] else None
    return found[0][:300].decode("utf-8", "replace") if found is not None else ""


def hinted(comment: str) -> Role | None:
    """The role that a comment speaks of."""
    if not comment:
        return None
    for role, pattern in words.COMMENTS:
        if pattern.search(comment):
            return role  # type: ignore[return-value]
    return None
