"""Comments that speak to sleeplint, and what each speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from sleeplint.facts import Pragma
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.tree import statement_of
from sleeplint.regexes import regex
from sleeplint.text import Span

_PRAGMA = regex(rb"sleeplint:")
_HEADS = ("body", "consequence", "alternative", "cases")


def read_pragmas(module: Module) -> Iterator[Pragma]:
    """The pragmas of a file, in order."""
    code = module.code
    last = -1
    for match in _PRAGMA.finditer(code):
        comment = module.root.descendant_for_byte_range(match.start(), match.end())
        if comment is None or comment.type != "comment" or comment.start_byte == last:
            continue
        lead = code[comment.start_byte : match.start()]
        if lead.strip(b"#! \t"):
            continue  # it speaks about a pragma, to people
        last = comment.start_byte
        text = code[match.start() : comment.end_byte].decode("utf-8", "replace").rstrip()
        line_start = max(code.rfind(b"\n", 0, comment.start_byte), code.rfind(b"\r", 0, comment.start_byte)) + 1
        alone = not code[line_start : comment.start_byte].strip()
        covers = _next(module, comment) if alone else _around(module, comment, line_start)
        in_head = alone and _in_head(module, comment)
        yield Pragma(Span(comment.start_byte, comment.end_byte), text, covers, in_head)


def _in_head(module: Module, comment: Node) -> bool:
    """Whether nothing but comments and the module's docstring stands before it."""
    before = [child for child in module.root.children if child.start_byte < comment.start_byte]
    statements = [child for child in before if child.type != "comment"]
    return not statements or (len(statements) == 1 and _is_docstring(statements[0]))


def _is_docstring(statement: Node) -> bool:
    return statement.type == "expression_statement" and [c.type for c in statement.named_children] == ["string"]


def _next(module: Module, comment: Node) -> Span:
    """The statement, function or clause that follows a comment that stands alone."""
    chain = module.chain(comment)
    holder = chain[-1] if chain else module.root
    if comment.end_byte >= holder.end_byte or holder.type not in ("module", "block"):
        # The grammar hangs a comment before the first statement of a body on the statement itself.
        inside = module.root.descendant_for_byte_range(comment.end_byte, comment.end_byte + 1)
        following = next((c for c in holder.children if c.start_byte >= comment.end_byte and c.type != "comment"), None)
        if following is not None and following.type == "block":
            following = next((c for c in following.named_children if c.type != "comment"), following)
        if following is not None and following.is_named:
            return _with_line(following)
        if inside is None:
            return Span(comment.start_byte, comment.end_byte)
    following = next((c for c in holder.children if c.start_byte >= comment.end_byte and c.type != "comment"), None)
    if following is None:
        # A comment at a deeper level than what follows ends its block.
        following = next((c for c in module.root.children if c.start_byte >= comment.end_byte), None)
    if following is None:
        return Span(comment.start_byte, comment.end_byte)
    return _with_line(following)


def _with_line(statement: Node) -> Span:
    """A statement and those that stand behind it on its last line: `first(); second()`."""
    last = statement
    while (after := last.next_sibling) is not None and after.start_point.row == statement.end_point.row:
        last = after
    return Span(statement.start_byte, last.end_byte)


def _around(module: Module, comment: Node, line_start: int) -> Span:
    """The lines of the statement that a trailing comment stands on; of a compound one, its head."""
    code = module.code
    at = line_start
    while code[at : at + 1] in (b" ", b"\t"):
        at += 1
    before = comment.start_byte - 1
    while before > at and code[before : before + 1] in (b" ", b"\t"):
        before -= 1
    node = module.root.descendant_for_byte_range(before, before + 1)
    if node is None:
        return Span(at, comment.end_byte)
    chain = module.chain(node)
    statement = statement_of(chain, node)
    end = statement.end_byte
    start = statement.start_byte
    for field in _HEADS:
        body = statement.child_by_field_name(field)
        if body is not None and body.start_byte > node.start_byte:
            end = min(end, comment.end_byte)
    if statement.type == "decorated_definition":
        definition = statement.child_by_field_name("definition")
        body = definition.child_by_field_name("body") if definition is not None else None
        if body is not None and node.start_byte < body.start_byte:
            end = statement.end_byte
    return Span(min(start, at) if start >= at else start, max(end, comment.end_byte))
