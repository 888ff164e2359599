"""Edits that keep a file's shape: whole lines, indentation, line ends, and the comments that belong to a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from sleeplint.regexes import regex
from sleeplint.text import Edit, Span

_COMMENT = regex(rb"[ \t]*//(?![/!])[ \t]*(.*?)[ \t]*\r?")
_BEYOND = regex(
    r"because|since|otherwise|unless|https?:|#\d|todo|fixme|note\b|bug|issue|race|must|see\b|safety|sleeplint|\bif\b"
    r"|flak|workaround|\bnot\b|n't|\bbut\b|without",
    re.IGNORECASE,
)
"""Words of a comment that says more than that time is given."""
_GIVING_TIME = regex(
    r"(?:(?:now|then|just|and|please|we|so|first|finally|next)[, ]+)*"
    r"(?:(?:give|giving|allow|allowing|leave)\b.*\b(?:time|moment|beat|chance|while|second|sec|seconds|ms|millis|bit|opportunity)\b.*"
    r"|(?:wait|waiting|sleep|sleeping|pause|pausing|delay)"
    r"(?:$|[.:!]|\s+(?:for|until|till|so|to|a|an|some|here|long|enough|briefly|shortly|the|in|\d+\w*)\b.*)"
    r"|let\b.*\b(?:start|settle|finish|run|boot|up|come|catch|propagate|happen|complete|spin|be|get|bind|listen|process|begin)\b.*"
    r"|(?:make sure|ensure)\b.*\b(?:started|ready|up|running|listening|bound|time)\b.*"
    r"|(?:a |an )?(?:small|short|brief|tiny|little|slight)\s+(?:delay|sleep|pause|wait)\b.*)",
    re.IGNORECASE,
)
_LONGEST = 16
"""Words of a comment that can be about one thing only."""


def only_gives_time(comment: str) -> bool:
    """Whether a comment says nothing but that time is given, and so goes with the sleep."""
    words = comment.strip()
    return len(words.split()) <= _LONGEST and not _BEYOND.search(words) and _GIVING_TIME.fullmatch(words) is not None


class Pen:
    """Writes edits on one text."""

    def __init__(self, code: bytes) -> None:
        """For the text `code`."""
        self.code = code

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self.code.rfind(b"\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Where the next line begins, or the text ends."""
        end = self.code.find(b"\n", offset)
        return len(self.code) if end < 0 else end + 1

    def indent(self, offset: int) -> str:
        """The white space with which the line of an offset begins."""
        start = self.line_start(offset)
        end = start
        while self.code[end : end + 1] in (b" ", b"\t"):
            end += 1
        return self.code[start:end].decode()

    def step(self, offset: int) -> str:
        """One level of indentation, as the line of an offset does it."""
        return "\t" if self.indent(offset).startswith("\t") else "    "

    def newline(self, offset: int) -> str:
        """How the lines near an offset end."""
        end = self.line_end(offset)
        if self.code[:end].endswith(b"\n"):
            return "\r\n" if self.code[:end].endswith(b"\r\n") else "\n"
        return "\r\n" if b"\r\n" in self.code else "\n"

    def joined(self, lines: Sequence[str], offset: int) -> str:
        """Lines with the indentation and line ends of the place, the first without indentation."""
        return (self.newline(offset) + self.indent(offset)).join(lines)

    def shifted(self, text: str, offset: int) -> str:
        """A piece of the file one level deeper; its first line stays."""
        step = self.step(offset)
        head, *rest = text.split("\n")
        return "\n".join([head, *(step + line if line.strip() else line for line in rest)])

    def stands_alone(self, node: Node) -> bool:
        """Whether nothing but white space or a comment shares the lines of a node."""
        before = self.code[self.line_start(node.start_byte) : node.start_byte]
        behind = self.code[node.end_byte : self.line_end(node.end_byte)].strip()
        return not before.strip() and (not behind or behind.startswith(b"//"))

    def comments_above(self, node: Node, *, documentation: bool = False) -> int:
        """Where the comment lines directly above a node begin; its own line's start if there are none."""
        start = self.line_start(node.start_byte)
        while start > 0:
            above = self.line_start(start - 1)
            text = self.code[above:start].rstrip(b"\n")
            if not _COMMENT.fullmatch(text) and not (documentation and text.lstrip().startswith(b"///")):
                break
            start = above
        return start

    def _given_time(self, node: Node) -> int:
        """Where the comment directly above begins, if all of it only speaks of giving time; else the line's start."""
        line = self.line_start(node.start_byte)
        start = self.comments_above(node)
        if start == line:
            return line
        words = []
        for text in self.code[start : line - 1].split(b"\n"):
            match = _COMMENT.fullmatch(text)
            words.append(match.group(1).decode("utf-8", "replace") if match else "")
        return start if only_gives_time(" ".join(words)) else line

    def _remark(self, node: Node) -> Edit | None:
        """Takes away the comment behind a node on its line if it only speaks of giving time."""
        end = self.line_end(node.end_byte)
        behind = self.code[node.end_byte : end].rstrip(b"\r\n")
        match = _COMMENT.fullmatch(behind)
        if match is None or not only_gives_time(match.group(1).decode("utf-8", "replace")):
            return None
        return Edit(Span(node.end_byte, node.end_byte + len(behind)), "")

    def remove(self, node: Node, *, comment: bool = False) -> tuple[Edit, ...]:
        """Take a statement away, with its line and the comment that only gave time; `comment`: any that is its own."""
        if not self.stands_alone(node):
            start, end = node.start_byte, node.end_byte
            while self.code[end : end + 1] in (b" ", b"\t"):
                end += 1
            return (Edit(Span(start, end), ""),)
        start = self.comments_above(node, documentation=True) if comment else self._given_time(node)
        end = self.line_end(node.end_byte)
        behind = self.code[node.end_byte : end].strip()
        if behind and not comment and self._remark(node) is None:  # the comment on its line stays
            kept = Edit(Span(node.start_byte, self.code.index(b"//", node.end_byte)), "")
            line = self.line_start(node.start_byte)
            return (Edit(Span(start, line), ""), kept) if start < line else (kept,)
        blank_before = start == 0 or not self.code[self.line_start(start - 1) : start].strip()
        opened = self.code[:start].rstrip().endswith(b"{")
        after = self.line_end(end)
        blank_after = end < len(self.code) and not self.code[end:after].strip()
        closes = self.code[end:].lstrip().startswith(b"}")
        if blank_after and (blank_before or opened):
            end = after
        elif blank_before and closes and start > 0:
            start = self.line_start(start - 1)
        return (Edit(Span(start, end), ""),)

    def replace(self, node: Node, *lines: str, comment: bool = True) -> tuple[Edit, ...]:
        """Put `lines` where a statement stands; `comment`: one that only spoke of giving time goes."""
        edits = [Edit(Span(node.start_byte, node.end_byte), self.joined(lines, node.start_byte))]
        if comment and self.stands_alone(node):
            line, start = self.line_start(node.start_byte), self._given_time(node)
            if start < line:
                edits.insert(0, Edit(Span(start, line), ""))
            remark = self._remark(node)
            if remark is not None:
                edits[-1:] = [Edit(Span(node.start_byte, remark.span.end), edits[-1].text)]
        return tuple(edits)

    def before(self, node: Node, *lines: str) -> Edit:
        """Put `lines` before a statement, above its comment."""
        if not self.stands_alone(node) and self.code[self.line_start(node.start_byte) : node.start_byte].strip():
            return Edit(Span(node.start_byte, node.start_byte), " ".join(lines) + " ")
        at = self.comments_above(node)
        indent, newline = self.indent(node.start_byte), self.newline(node.start_byte)
        return Edit(Span(at, at), "".join(f"{indent}{line}{newline}" for line in lines))

    def after(self, node: Node, *lines: str) -> Edit:
        """Put `lines` after a statement."""
        indent, newline = self.indent(node.start_byte), self.newline(node.start_byte)
        at = node.end_byte
        behind = self.code[at : self.line_end(at)].rstrip(b"\r\n")
        if _COMMENT.fullmatch(behind):
            at += len(behind)
        return Edit(Span(at, at), "".join(f"{newline}{indent}{line}" for line in lines))
