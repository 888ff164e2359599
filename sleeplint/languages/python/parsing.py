"""From bytes to a syntax tree, within bounds of size and time."""

from __future__ import annotations

from functools import cache
from time import thread_time

import tree_sitter_python
from tree_sitter import Language, Parser, Point, Tree

MAX_BYTES = 5_000_000
MAX_SECONDS = 3.0
_CHUNK = 1 << 16


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_python.language()))


def parse(code: bytes, max_seconds: float = MAX_SECONDS) -> Tree | str:
    """The syntax tree of `code`, or in words why there is none.

    The text is given through a callable because tree-sitter asks for progress only then.
    """
    if len(code) > MAX_BYTES:
        return f"not read: {len(code):,} bytes are more than the {MAX_BYTES:,} that are parsed"
    give_up = thread_time() + max_seconds

    def read(offset: int, _: Point) -> bytes:
        return code[offset : offset + _CHUNK]

    def too_late(_: int, __: bool) -> bool:
        return thread_time() > give_up

    parser = _parser()
    try:
        tree = parser.parse(read, progress_callback=too_late)
    except ValueError:
        parser.reset()
        return f"not read: parsing took more than {max_seconds:g} s"
    return tree
