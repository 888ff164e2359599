"""The order in which the statements around a wait are executed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.bare import bare
from sleeplint.languages.rust.macros import macro_name
from sleeplint.languages.rust.site import Site
from sleeplint.records import dataclass

BORDERS = frozenset({"function_item", "closure_expression", "async_block", "gen_block"})
"""Code inside runs when somebody calls, spawns or awaits it."""
LOOPS = frozenset({"loop_expression", "while_expression", "for_expression"})
NEAR = 12_000
"""Bytes of text that a question about one wait looks at, so that no file is read over and over."""
_LAST = 16
PARALLEL = frozenset({b"join", b"try_join", b"join_all", b"select", b"select_biased", b"try_select", b"race", b"vec"})
_COMMENTS = frozenset({"line_comment", "block_comment", "attribute_item", "empty_statement", "label"})
_ITEMS = frozenset(
    {"use_declaration", "function_item", "const_item", "static_item", "struct_item", "impl_item", "enum_item"}
)


@lru_cache(maxsize=32)
def members(block: Node) -> tuple[list[Node], list[int]]:
    """The statements of a block and where each begins."""
    statements = [child for child in block.named_children if child.type not in _COMMENTS]
    return statements, [child.start_byte for child in statements]


@dataclass(frozen=True, slots=True)
class Way:
    """The nodes from the file's root down to a call, and the text they stand in."""

    site: Site
    nodes: tuple[Node, ...]
    """The site's chain and its call."""
    bare: bytes
    """The file without strings and comments."""

    def text(self, node: Node) -> bytes:
        """What stands at a node; of a very long one the beginning, and the last few bytes."""
        start, end = node.start_byte, node.end_byte
        if end - start <= NEAR:
            return self.bare[start:end]
        return self.bare[start : start + NEAR - _LAST] + self.bare[end - _LAST : end]

    def before(self, start: int, end: int) -> bytes:
        """What stands between two offsets; of a very long text the end."""
        return self.bare[max(start, end - NEAR) : end]

    def after(self, start: int, end: int) -> bytes:
        """What stands between two offsets; of a very long text the beginning."""
        return self.bare[start : min(end, start + NEAR)]

    def word(self, node: Node | None) -> bytes:
        """The last segment of a path, or a method's name."""
        if node is None:
            return b""
        if node.type == "generic_function":
            return self.word(node.child_by_field_name("function"))
        if node.type == "field_expression":
            node = node.child_by_field_name("field") or node
        return self.text(node).rpartition(b"::")[2].strip()

    def macro(self, at: int) -> bytes:
        """The name of the macro whose re-parsed body is node `at`; empty if it is no such body."""
        if at > 0 and self.nodes[at].type == "source_file":
            return macro_name(self.nodes[at - 1], self.site.code)
        return b""

    def sequence(self, at: int) -> bool:
        """Whether the children of node `at` are executed one after another."""
        node = self.nodes[at]
        if node.type == "block":
            return True
        if node.type != "source_file" or at == 0:
            return False
        inside = self.nodes[at - 1]
        if inside.type == "macro_definition":
            return True  # what a macro stands for
        opened = self.text(inside)[self.text(inside).find(b"!") + 1 :].lstrip()[:1]
        return opened == b"{" and self.macro(at) not in PARALLEL

    def body(self, at: int) -> Node:
        """The block of a function, closure or loop; the node itself if it has none."""
        return self.nodes[at].child_by_field_name("body") or self.nodes[at]


def way(site: Site) -> Way:
    """The way to a site."""
    return Way(site, (*site.chain, site.call), bare(site.code))


def border(nodes: tuple[Node, ...], below: int) -> int:
    """The index of the innermost function, closure or async block above node `below`; -1 at the root."""
    for at in range(below - 1, -1, -1):
        if nodes[at].type in BORDERS:
            return at
    return -1


def loops(nodes: tuple[Node, ...], below: int, above: int) -> list[int]:
    """The indexes of the loops between two nodes whose body or condition is on the way, innermost first."""
    return [at for at in range(below - 1, above, -1) if nodes[at].type in LOOPS and not _is_iterated(nodes, at)]


def _is_iterated(nodes: tuple[Node, ...], at: int) -> bool:
    loop = nodes[at]
    return loop.type == "for_expression" and nodes[at + 1] == loop.child_by_field_name("value")


def after(way: Way, below: int, top: int = -1, *, through_loops: bool = False) -> Iterator[Node]:
    """The statements that follow node `below` until its function, closure or async block ends.

    A loop's end ends them too, unless `through_loops`.
    """
    nodes = way.nodes
    for at in range(below - 1, top, -1):
        node = nodes[at]
        if node.type in BORDERS or (node.type in LOOPS and not through_loops):
            return
        if way.sequence(at):
            statements, starts = members(node)
            for statement in statements[bisect_right(starts, nodes[at + 1].start_byte) :]:
                if statement.type not in _ITEMS:
                    yield statement


def before(way: Way, below: int, *, through_loops: bool = False) -> Iterator[Node]:
    """The statements that precede node `below` in its function, closure or async block, last first."""
    nodes = way.nodes
    for at in range(below - 1, -1, -1):
        node = nodes[at]
        if node.type in BORDERS or (node.type in LOOPS and not through_loops):
            return
        if way.sequence(at):
            statements, starts = members(node)
            index = bisect_right(starts, nodes[at + 1].start_byte) - 1
            for statement in reversed(statements[: max(index, 0)]):
                if statement.type not in _ITEMS:
                    yield statement


def statement(way: Way, below: int) -> int:
    """The index of the statement that holds node `below`."""
    for at in range(below - 1, -1, -1):
        if way.sequence(at) or way.nodes[at].type in BORDERS or way.nodes[at].type == "match_arm":
            return at + 1
    return below


def is_noise(text: bytes) -> bool:
    """Whether a statement has no effect that could be waited for."""
    return vocabulary.NOISE.fullmatch(text) is not None


_VALUES = frozenset(
    [
        "identifier",
        "scoped_identifier",
        "integer_literal",
        "float_literal",
        "string_literal",
        "raw_string_literal",
        "boolean_literal",
        "char_literal",
        "negative_literal",
        "unit_expression",
        "struct_expression",
        "tuple_expression",
        "array_expression",
    ]
)


def is_value(way: Way, node: Node) -> bool:
    """Whether a statement is a block's value, made without calling a method of something that stands already."""
    if node.type == "expression_statement" and node.named_children[0].type == "return_expression":
        node = node.named_children[0]
    if node.type == "return_expression":
        if not node.named_children:
            return True
        node = node.named_children[0]
    if re.search(rb"\bawait\b", way.text(node)):
        return False
    chained = False
    while node.type in ("call_expression", "field_expression", "generic_function", "try_expression"):
        chained = chained or node.type == "field_expression"
        node = node.child_by_field_name("function") or node.child_by_field_name("value") or node.named_children[0]
    if node.type == "macro_invocation":
        return re.match(rb"\s*+(?:\w+::)*(?:vec|format|json|matches)!", way.text(node)) is not None
    if node.type == "identifier":
        return not chained and (way.text(node)[:1].isupper() or _stands_alone(way, node))
    return node.type in _VALUES


def _stands_alone(way: Way, node: Node) -> bool:
    """Whether a name is given as it is, not called."""
    return way.bare[node.end_byte : node.end_byte + 16].lstrip()[:1] not in (b"(", b":", b"!")


def has_effect(text: bytes) -> bool:
    """Whether a statement does something."""
    return not is_noise(text) and vocabulary.EFFECT.search(text) is not None
