"""Comments that speak to sleeplint."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from sleeplint.facts import Pragma
from sleeplint.languages.rust.macros import Grove
from sleeplint.regexes import regex
from sleeplint.source import Source
from sleeplint.text import Span

_MARK = regex(rb"sleeplint:")
_COMMENTS = frozenset({"line_comment", "block_comment"})
_LEADER = regex(r"(?://[/!]?|/\*[*!]?)\s*\Z")
_HOLDERS = frozenset({"source_file", "block", "declaration_list", "match_block"})


def pragmas(source: Source, grove: Grove) -> Iterator[Pragma]:
    """Every comment of ours, in order."""
    for match in _MARK.finditer(source.code):
        chain = grove.chain(match.start(), match.end())
        comment = next((node for node in reversed(chain) if node.type in _COMMENTS), None)
        if comment is None:
            continue
        # A comment's line break may belong to it.
        text = grove.text(comment).rstrip("\r\n")
        before, mark, rest = text.partition("sleeplint:")
        if not _LEADER.match(before):
            continue
        words = (mark + rest).removesuffix("*/").rstrip()
        span = Span(comment.start_byte, comment.start_byte + len(text.encode("utf-8", "replace")))
        yield Pragma(span, words, _covers(source, comment, chain), _in_head(grove, comment))


def _covers(source: Source, comment: Node, chain: tuple[Node, ...]) -> Span:
    lines = source.lines
    line = lines.line(comment.start_byte)
    if source.code[lines.line_span(line).start : comment.start_byte].strip():
        # Trailing: the lines of the statement that ends here, or reaches over this line.
        span = lines.line_span(line)
        for node in reversed(chain):
            if node.type in _HOLDERS:
                statement = _statement_on(node, comment, source, line)
                return Span(min(statement.start, span.start), max(statement.end, span.end)) if statement else span
        return span
    holder = next((node for node in reversed(chain) if node.type not in _COMMENTS), chain[0])
    for child in holder.named_children:
        if child.start_byte >= comment.end_byte and child.type not in _COMMENTS and child.type != "attribute_item":
            return Span(child.start_byte, child.end_byte)
    return lines.line_span(line)


def _statement_on(holder: Node, comment: Node, source: Source, line: int) -> Span | None:
    """The last child of `holder` that has a part on the comment's line, before the comment."""
    found = None
    for child in holder.named_children:
        if child.start_byte >= comment.start_byte:
            break
        if child.type not in _COMMENTS and source.lines.line(max(child.end_byte - 1, child.start_byte)) >= line:
            found = Span(child.start_byte, child.end_byte)
    return found


def _in_head(grove: Grove, comment: Node) -> bool:
    for child in grove.root.named_children:
        if child.start_byte >= comment.start_byte:
            return True
        if child.type not in _COMMENTS and child.type not in {"shebang", "inner_attribute_item"}:
            return False
    return True
