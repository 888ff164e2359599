"""A file of which only the functions around some waits are left: enough to write code that is shown.

libcst takes time for every node of a file. What is edited is looked at as a whole, for an edit that holds must know all
that uses a name; what is only shown asks for the function, the classes around it and the file's own level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tree_sitter import Node, Tree

from sleeplint.text import Span

_KEPT_WORDS = (b"import", b"global", b"nonlocal")
"""A function in which one of them stands may have a say in what names mean elsewhere."""


def hollowed(code: bytes, tree: Tree, waits: Sequence[Span]) -> bytes:
    """The code, as long as before, without the bodies of functions that have nothing to do with the waits."""
    text = bytearray(code)
    quoted = [at for wait in waits for at in _quotations(code, tree, wait)]
    for body in _bodies(tree.root_node):
        start, end = body.start_byte, body.end_byte
        apart = all(wait.end <= start or end <= wait.start for wait in waits)
        told = any(word in code[start:end] for word in _KEPT_WORDS) or any(start <= at < end for at in quoted)
        if apart and not told:
            text[start:end] = b"0" + b" " * (end - start - 1)
    return bytes(text)


def _bodies(root: Node) -> Iterator[Node]:
    """The bodies of the functions of a file and of its classes, not those of functions in functions."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "function_definition":
            body = node.child_by_field_name("body")
            if body is not None and body.end_byte > body.start_byte:
                yield body
        else:
            stack.extend(node.named_children)


def _quotations(code: bytes, tree: Tree, wait: Span) -> Iterator[int]:
    """Where a string says the words of a wait."""
    written = code[wait.start : wait.end]
    at = code.find(written)
    while at >= 0:
        node = tree.root_node.descendant_for_byte_range(at, at + len(written))
        if node is not None and node.type.startswith("string"):
            yield at
        at = code.find(written, at + 1)
