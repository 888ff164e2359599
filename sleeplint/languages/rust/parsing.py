"""Rust text into syntax trees, within bounds of size, time and depth."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import count

from tree_sitter import Node, Parser, Point, Range, Tree

from sleeplint.languages.grammars import grammar

SIZE_LIMIT = 1_500_000
"""Bytes of a file that is read; a tree takes up to two hundred times as much memory."""
TOO_LARGE = f"larger than {SIZE_LIMIT / 1_000_000:g} MB"
QUICK = 150_000
"""Bytes that are parsed within half a second whatever they are, so that nobody needs to look at the clock."""
SECONDS_LIMIT = 1.4
"""Processor time that the parses of one file may take together."""
DEPTH_LIMIT = 600
"""Nodes above a call; deeper nesting is not a person's."""

LANGUAGE = grammar("tree_sitter_rust")
_PARSER = Parser(LANGUAGE)
_CHUNK = 1 << 16
_SELDOM = 16
"""Of so many times that a parse asks whether to go on, it is told once what the clock says."""


class GivenUp(Exception):  # noqa: N818 - it is no error of anyone's
    """A bound was reached; the text says which."""


class Budget:
    """The processor time that is left for one file."""

    def __init__(self) -> None:
        """Start the count of `SECONDS_LIMIT`."""
        self._end = time.process_time() + SECONDS_LIMIT

    def spent(self) -> bool:
        """Whether nothing is left."""
        return time.process_time() > self._end


def is_too_large(code: bytes | bytearray) -> bool:
    """Whether a text is not parsed at all."""
    return len(code) > SIZE_LIMIT


def parse(
    code: bytes | bytearray,
    budget: Budget,
    piece: Range | None = None,
    before: Tree | None = None,
    quick: int = QUICK,
    holes: Sequence[tuple[int, int]] = (),
) -> Tree:
    """Parse a text, or one piece of it with absolute positions; `before` is an edited tree to grow it from.

    `holes` are left out, as if nothing stood there. Up to `quick` bytes are parsed without a look at the clock.
    Raises GivenUp when the budget is spent: tree-sitter takes 22 s for some 6 MB files.
    """
    if is_too_large(code):
        raise GivenUp(TOO_LARGE)
    start, end = (piece.start_byte, piece.end_byte) if piece else (0, len(code))

    def read(offset: int, _point: Point) -> bytes:
        return bytes(code[offset : min(offset + _CHUNK, end)])

    asked = count()

    def expired(_offset: int, _has_error: bool) -> bool:
        return next(asked) % _SELDOM == 0 and budget.spent()

    _PARSER.included_ranges = [piece] if piece else _around(code, holes) if holes else []
    try:
        if end - start - sum(stop - first for first, stop in holes) > quick:
            # Only a read callable lets the progress callback be called; what both return is never freed.
            if before is not None:
                return _PARSER.parse(read, before, "utf8", progress_callback=expired)
            return _PARSER.parse(read, encoding="utf8", progress_callback=expired)
        if piece:  # a tree keeps the bytes that it is given: of each piece, the whole file
            return _PARSER.parse(read, encoding="utf8")
        return _PARSER.parse(bytes(code), before, "utf8") if before is not None else _PARSER.parse(bytes(code))
    except ValueError:
        _PARSER.reset()
        raise GivenUp(f"not parsed within {SECONDS_LIMIT:g} s") from None
    finally:
        _PARSER.included_ranges = []


def _around(code: bytes | bytearray, holes: Sequence[tuple[int, int]]) -> list[Range]:
    """What stands between holes, which are in order."""
    ranges = []
    at, here = 0, Point(0, 0)
    for start, end in (*holes, (len(code), len(code))):
        there = _moved(code, here, at, start)
        ranges.append(Range(here, there, at, start))
        here, at = _moved(code, there, start, end), end
    return ranges


def _moved(code: bytes | bytearray, point: Point, start: int, end: int) -> Point:
    """The place of `end`, where that of `start` is known."""
    rows = code.count(b"\n", start, end)
    if not rows:
        return Point(point.row, point.column + end - start)
    return Point(point.row + rows, end - code.rfind(b"\n", start, end) - 1)


def step(node: Node, target: Node) -> Node | None:
    """The child of `node` on the way to `target`; None at its end."""
    return None if node == target else node.child_with_descendant(target)


def errors(root: Node, most: int = 20) -> Iterator[Node]:
    """The outermost nodes that do not parse, in order; `most` of them."""
    if not root.has_error:
        return
    stack = [root]
    found = 0
    while stack and found < most:
        node = stack.pop()
        if node.is_error or node.is_missing:
            found += 1
            yield node
            continue
        stack.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)
