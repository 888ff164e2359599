"""A file's text without its strings and comments, so that a word found in it is code."""

from __future__ import annotations

import re
from functools import lru_cache

from sleeplint.regexes import regex

# Each branch opens with a literal, so that the engine can skip to one.
_OPAQUE = regex(
    rb"""
      //(?P<lines>[^\n]*+(?:\n[ \t]*+//[^\n]*+)*+)
    | /\*(?P<block>.*?(?:\*/|\Z))
    | r(?:(?<![A-Za-z0-9_]r)|(?<=\b[bc]r))(?P<fence>\#*)"(?P<raw>.*?)(?:"(?P=fence)|\Z)
    | "(?P<string>(?:[^"\\]++|\\.)*+)"?
    | '(?P<letter>\\[^']++|[^\\'\x80-\xff]|[\x80-\xff]{2,4})'
    """,
    re.DOTALL | re.VERBOSE,
)
_BLANKS = bytes(sign if sign == 0x0A else 0x20 for sign in range(256))
_COMMENT_LINE = regex(rb"\s*//[/!]*(.*)")


@lru_cache(maxsize=2)
def bare(code: bytes) -> bytes:
    """The text with blanks in place of comments and of what stands between quotes; offsets stay."""
    return _OPAQUE.sub(_blank, code)


def _blank(match: re.Match[bytes]) -> bytes:
    whole, inside = match[0], match.lastgroup
    if inside == "lines":
        return whole.translate(_BLANKS)
    if inside is None or inside == "block":
        return b" " * len(whole)
    start, (first, end) = match.start(), match.span(inside)
    return whole[: first - start] + b" " * (end - first) + whole[end - start :]


_TO_US = b"sleeplint:"


def remark(code: bytes, start: int, end: int) -> bytes:
    """What the comment lines directly above the line of `start`, and the one after `end` on its line, say.

    In lower case; empty if there is none. What an ignore comment says is meant for us and is no evidence.
    """
    words: list[bytes] = []
    line = code.rfind(b"\n", 0, start) + 1
    while line > 0 and len(words) < 6:
        above = code.rfind(b"\n", 0, line - 1) + 1
        match = _COMMENT_LINE.fullmatch(code[above : line - 1].rstrip(b"\r"))
        if match is None:
            break
        words.append(match.group(1).partition(_TO_US)[0])
        line = above
    words.reverse()
    stop = code.find(b"\n", end)
    behind = code[end : stop if stop >= 0 else len(code)]
    mark = behind.find(b"//")
    if mark >= 0:
        words.append(behind[mark + 2 :].partition(_TO_US)[0])
    return b" ".join(words).lower()


_DOC_LINE = regex(rb"\s*///(.*)|\s*#\[.*\]")


def doc(code: bytes, start: int) -> bytes:
    """What the documentation above the line of `start` says, attributes in between, in lower case."""
    words: list[bytes] = []
    line = code.rfind(b"\n", 0, start) + 1
    while line > 0 and len(words) < 24:
        above = code.rfind(b"\n", 0, line - 1) + 1
        match = _DOC_LINE.fullmatch(code[above : line - 1].rstrip(b"\r"))
        if match is None:
            break
        words.append((match.group(1) or b"").partition(_TO_US)[0])
        line = above
    return b" ".join(reversed(words)).lower()
