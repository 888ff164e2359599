"""The arms of `select!`: which one a wait is, and what happens when it fires."""

from __future__ import annotations

from functools import lru_cache

from tree_sitter import Node

from sleeplint.languages.rust.flow import Way
from sleeplint.records import dataclass

SELECTS = frozenset({b"select", b"select_biased", b"try_select"})


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm."""

    start: int
    arrow: int
    """Between the future and the body."""
    end: int

    def future(self, text: bytes) -> bytes:
        """What it waits for."""
        return text[self.start : self.arrow]

    def body(self, text: bytes) -> bytes:
        """What is done when it fires."""
        return text[self.arrow + 2 : self.end].strip().rstrip(b",").strip()


@lru_cache(maxsize=8)
def arms(bare: bytes, macro: Node) -> list[Arm]:
    """The arms of a `select!`, from its tokens."""
    tokens = next((child for child in macro.children if child.type == "token_tree"), None)
    if tokens is None:
        return []
    found: list[Arm] = []
    start, arrow, body = tokens.start_byte + 1, -1, False
    for token in tokens.children[1:-1]:
        kind = token.type
        if arrow < 0:
            if kind == "=>":
                arrow, body = token.start_byte, False
            elif kind in (";", ",") and not bare[start : token.start_byte].strip(b" \t\r\n;,").replace(b"biased", b""):
                start = token.end_byte
            continue
        if kind == ",":
            found.append(Arm(start, arrow, token.start_byte))
            start, arrow = token.end_byte, -1
        elif kind == "token_tree" and not body and bare[token.start_byte : token.start_byte + 1] == b"{":
            if not bare[arrow + 2 : token.start_byte].strip():
                found.append(Arm(start, arrow, token.end_byte))
                start, arrow = token.end_byte, -1
            else:
                body = True
        else:
            body = True
    if arrow >= 0:
        found.append(Arm(start, arrow, tokens.end_byte - 1))
    return found


def arm(way: Way, at: int) -> tuple[Arm, list[Arm], bool] | None:
    """The arm of a `select!` on the way, the other arms, and whether the way leads through its future.

    None if node `at` is not the re-parsed body of one.
    """
    if way.macro(at) not in SELECTS:
        return None
    every = arms(way.bare, way.nodes[at - 1])
    for one in every:
        if one.start <= way.site.call.start_byte < one.end:
            others = [other for other in every if other is not one]
            return one, others, way.site.call.start_byte < one.arrow
    return None
