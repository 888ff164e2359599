"""Where names are bound: by a `let`, by a pattern, in a function's head."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.languages.rust.words import holds, places
from sleeplint.regexes import regex

_LED_ON = regex(rb"\s*(?:::|\()")
"""A path or a pattern's type, not a name that is bound."""


def last_let(block: Node, name: str, before: int, code: bytes) -> Node | None:
    """The last `let` of a name in a block that stands before an offset."""
    if not _may_bind(code, name.encode(), block.start_byte, min(before, block.end_byte)):
        return None
    last = None
    for child in block.named_children:
        if child.end_byte > before:
            break
        if child.type == "let_declaration":
            pattern = child.child_by_field_name("pattern")
            if pattern is not None and binds(pattern, name, code):
                last = child
    return last


def _may_bind(code: bytes, word: bytes, start: int, end: int) -> bool:
    """Whether a stretch of a text may hold a `let` of a name; False is certain."""
    if not holds(code, word, start, end):
        return False
    for at in places(code, b"let", start, end):
        given = code.find(b"=", at, end)
        if holds(code, word, at, given if given >= 0 else end):
            return True
    return False


def binds(pattern: Node, name: str, code: bytes) -> bool:
    """Whether a pattern binds a name."""
    text = code[pattern.start_byte : pattern.end_byte]
    word = name.encode()
    return any(text[at - 1 : at] != b":" and not _LED_ON.match(text, at + len(word)) for at in places(text, word))


def parameter_names(parameters: Node) -> list[Node]:
    """The identifiers of a function's simple parameters, `self` left out."""
    patterns = (part.child_by_field_name("pattern") for part in parameters.named_children if part.type == "parameter")
    return [pattern for pattern in patterns if pattern is not None]
