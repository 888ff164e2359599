"""What keeps a parked task from hanging a test for ever: limits around what the test awaits."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.repairs.rust.ground import Ground, inside, statements
from sleeplint.repairs.rust.place import Place, Spawned

_LIMITS = frozenset({"tokio::time::timeout", "tokio::time::timeout_at"})


def has_limit(place: Place, spawned: Spawned) -> bool:
    """Whether the test fails by itself if what it awaits after the spawn never comes."""
    if place.test is None:
        return False
    if place.test.limit_ms is not None:
        return True
    if spawned.function is None or spawned.function.start_byte != place.test.span.start:
        return False
    rest = [node for node in statements(spawned.block) if node.start_byte >= spawned.statement.end_byte]
    return all(_is_bounded(place.ground, node) for node in rest)


def _is_bounded(ground: Ground, statement: Node) -> bool:
    """Whether all that a statement awaits stands under a timeout. What is inside a macro may await anything."""
    bounded: list[Node] = []
    for node in inside(statement):
        if any(outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte for outer in bounded):
            continue
        if node.type == "call_expression" and ground.callee(node) in _LIMITS:
            bounded.append(node)
        elif node.type == "await_expression":
            waited = node.named_children[0]
            if not (waited.type == "call_expression" and ground.callee(waited) in _LIMITS):
                return False
        elif node.type == "macro_invocation" and re.search(r"\bawait\b", ground.meaning(node)):
            return False
    return True


def callers(ground: Ground, name: str, function: Node) -> list[Node]:
    """The functions of the file that name another one."""
    found: dict[int, Node] = {}
    for word in ground.uses(name, 0, len(ground.code)):
        if function.start_byte <= word.start < function.end_byte:
            continue
        chain = ground.grove.chain(word.start, word.end)
        caller = next((node for node in reversed(chain) if node.type == "function_item"), None)
        if caller is not None:
            found[caller.start_byte] = caller
    return list(found.values())
