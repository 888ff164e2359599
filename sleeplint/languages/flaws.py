"""How many places of a text do not parse: what a repair must not make worse."""

from __future__ import annotations

from tree_sitter import Tree

from sleeplint.source import Source

MOST = 1000
"""Counting stops here: a file with more flaws is not one that anybody mends by machine."""


def flaws(source: Source) -> int:
    """The number of outermost nodes that do not parse; `MOST` for a text that cannot be parsed at all."""
    tree = _parse(source)
    if tree is None:
        return MOST
    count = 0
    stack = [tree.root_node]
    while stack and count < MOST:
        node = stack.pop()
        if node.is_error or node.is_missing:
            count += 1
        elif node.has_error:
            stack.extend(node.children)
    return count


def _parse(source: Source) -> Tree | None:
    if source.language == "rust":
        from sleeplint.languages.rust import parsing as rust

        try:
            return rust.parse(source.code, rust.Budget())
        except rust.GivenUp:
            return None
    from sleeplint.languages.python import parsing as python

    tree = python.parse(source.code)
    return tree if isinstance(tree, Tree) else None
