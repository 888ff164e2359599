"""From bytes to a syntax tree, within bounds of size and time."""

from __future__ import annotations

from functools import cache
from time import thread_time

from tree_sitter import Parser, Point, Tree

from sleeplint.languages.grammars import grammar
from sleeplint.languages.growth import KEY, TYPED, Trees
from sleeplint.source import Project, Source

MAX_BYTES = 1_500_000
MAX_SECONDS = 1.2
QUICK = 250_000
"""Bytes that are parsed within a second whatever they are, so that nobody needs to look at the clock."""
_CHUNK = 1 << 16


@cache
def _parser() -> Parser:
    return Parser(grammar("tree_sitter_python"))


def parse(code: bytes, max_seconds: float = MAX_SECONDS, before: Tree | None = None, quick: int = QUICK) -> Tree | str:
    """The syntax tree of `code`, or in words why there is none; `before` is an edited tree to grow it from.

    A long text is given through a callable, because tree-sitter asks for progress only then; what is
    returned to it is never freed. Up to `quick` bytes are short.
    """
    if len(code) > MAX_BYTES:
        return f"not read: {len(code):,} bytes are more than the {MAX_BYTES:,} that are parsed"
    parser = _parser()
    if len(code) <= quick:
        return parser.parse(code, before) if before is not None else parser.parse(code)
    give_up = thread_time() + max_seconds

    def read(offset: int, _: Point) -> bytes:
        return code[offset : offset + _CHUNK]

    def too_late(_: int, __: bool) -> bool:
        return thread_time() > give_up

    try:
        if before is not None:
            tree = parser.parse(read, before, progress_callback=too_late)
        else:
            tree = parser.parse(read, progress_callback=too_late)
    except ValueError:
        parser.reset()
        return f"not read: parsing took more than {max_seconds:g} s"
    return tree


def parse_edited(source: Source, project: Project | None) -> Tree | str:
    """The tree of the file that is read, grown from its last one while its project is edited."""
    if project is None or not project.edited:
        return parse(source.code)
    trees = project.memory.setdefault(("python", KEY), Trees())
    assert isinstance(trees, Trees)
    trouble = ""

    def grow(before: Tree | None) -> Tree | None:
        nonlocal trouble
        tree = parse(source.code, before=before, quick=TYPED)
        if isinstance(tree, str):
            trouble = tree
            return None
        return tree

    return trees.grown(source.path, source.code, grow) or trouble or parse(source.code, quick=TYPED)
