"""Trees of files that are being edited, each grown from the one before: what no edit touched is not parsed again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from tree_sitter import Point, Tree

from sleeplint.text import common

_KEPT = 8
"""Trees that are kept; their memory is a hundred times the text's."""
TYPED = 1_000_000
"""Bytes of an edited file that are parsed without a look at the clock: what that leaks would add up while one types."""
KEY = "trees of edited files"
"""Under which a project remembers them."""


class Trees:
    """The last sound tree of each file that was read lately."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._last: OrderedDict[str, tuple[bytes, Tree]] = OrderedDict()

    def grown(self, path: str, code: bytes, parse: Callable[[Tree | None], Tree | None]) -> Tree | None:
        """The tree of `code`; None if it has a syntax error, or `parse` gives none.

        `parse` makes a tree, from an earlier one if it is given one. A text with an error is to be read from its
        beginning: how tree-sitter recovers depends on what was there before, and a verdict must not.
        """
        known = self._last.pop(path, None)
        tree = parse(_edited(*known, code) if known is not None else None)
        sound = tree is not None and not tree.root_node.has_error
        latest = (code, tree) if tree is not None and sound else known
        if latest is not None:
            self._last[path] = latest
            if len(self._last) > _KEPT:
                self._last.popitem(last=False)
        return tree if sound else None


def _edited(before: bytes, tree: Tree, after: bytes) -> Tree:
    """A copy of a tree that is told where the text changed."""
    start = common(before, after)
    tail = common(before[start:][::-1], after[start:][::-1])
    old_end, new_end = len(before) - tail, len(after) - tail
    copy = tree.copy()
    copy.edit(
        start, old_end, new_end, _point(before, start), _point(before, old_end), _point(after, new_end)
    )  # fmt: skip
    return copy


def _point(code: bytes, offset: int) -> Point:
    return Point(code.count(b"\n", 0, offset), offset - (code.rfind(b"\n", 0, offset) + 1))
