"""Timeouts that a test expects to run out by what it says further off: an expected panic, a client's error."""

from __future__ import annotations

import re

from sleeplint.languages.rust.flow import Way, after, statement
from sleeplint.languages.rust.scene import Scene
from sleeplint.regexes import regex

_PANIC = regex(rb'\bshould_panic\s*+(?:\(\s*+expected\s*+)?=\s*+"[^"]*?(?:[Ee]lapsed|[Tt]ime(?:d|s)?[ _-]?[Oo]ut)')
_LATE = regex(
    rb"\b(?:\w+::)*(?:debug_)?assert(?:_eq|_matches)?!\s*+\((?!\s*+!)[^;]*?"
    rb"(?:\.\s*+is_timeout\s*+\(\s*+\)(?!\s*+,\s*+false)|\bCode\s*+::\s*+DeadlineExceeded\b)"
)
"""An assertion that a client's deadline has passed."""
_CLIENT = regex(r"(?:reqwest|tonic)::.*(?<!connect_)(?<!idle_)timeout\Z|(?:reqwest|tonic)::.*::set_timeout\Z")
_GONE = regex(rb"\bDisconnected\b|\bis_disconnected\s*+\(")
_DENIED = regex(rb"\bassert_ne!|\bassert!\s*+\(\s*+!")


def panics_late(scene: Scene) -> bool:
    """Whether the test is to panic because time ran out, and this is the last timeout in it."""
    if not scene.is_test_function or scene.background is not None:
        return False
    before = scene.function.prev_named_sibling
    while before is not None and (before.type == "attribute_item" or before.type.endswith("comment")):
        if before.type == "attribute_item" and _PANIC.search(scene.site.code, before.start_byte, before.end_byte):
            start, end = scene.site.call.start_byte, scene.function.end_byte
            return not any(start < other.call.start_byte < end and other.kind == "timeout" for other in scene.sites)
        before = before.prev_named_sibling
    return False


def fails_late(scene: Scene) -> bool:
    """Whether a client's own timeout is what the code asserts to have passed: the last one set before that."""
    if _CLIENT.match(scene.site.api) is None:
        return False
    start, end = scene.site.call.end_byte, scene.function.end_byte
    late = _LATE.search(scene.way.bare, start, end)
    if late is None:
        return False
    return not any(
        start <= other.call.end_byte <= late.start() and other is not scene.site and _CLIENT.match(other.api)
        for other in scene.sites
    )


def is_disconnected(way: Way, below: int) -> bool:
    """Whether the error that is unwrapped below a node is asserted to be that of a peer that is gone."""
    top = way.nodes[statement(way, below)]
    texts = [way.text(top)]
    if top.type == "let_declaration" and (pattern := top.child_by_field_name("pattern")) is not None:
        name = re.compile(rb"\b" + re.escape(way.text(pattern).rpartition(b" ")[2]) + rb"\b")
        texts += [text for node in after(way, below) if name.search(text := way.text(node))][:1]
    return any(_GONE.search(text) and not _DENIED.search(text) for text in texts)
