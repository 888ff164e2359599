"""R12: a task that only sleeps, and that nobody waits for."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.repairs.rust.ground import calls, inside
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.recipe import SAFE, Recipe, pen, repaired


def no_effect(place: Place) -> Fix | None:
    """Delete the whole statement: nothing can tell that it is gone."""
    if place.wait.kind != "sleep" or place.wait.paused_clock or place.in_macro:
        return None
    for at in range(len(place.nodes) - 2, 1, -1):
        node = place.nodes[at]
        if node.type == "call_expression":
            arguments = node.child_by_field_name("arguments")
            if place.ground.callee(node) not in ("tokio::spawn", "tokio::task::spawn") or arguments is None:
                return None
            statement = place.nodes[at - 1]
            own = arguments.named_children == [place.call] or _is_only(place, arguments.named_children)
            whole = statement.type == "expression_statement" and statement.named_children[0] == node
            if not own or not whole or not place.ground.text(statement).endswith(";"):
                return None
            if any(child.type.endswith("comment") for child in inside(statement)):
                return None
            if _is_counted(place) or not _is_plain(place):
                return None
            return repaired(place, "Delete the task that only sleeps", SAFE, pen(place).remove(statement))
        if node.type not in ("arguments", "async_block", "block", "expression_statement", "await_expression"):
            return None
    return None


def _is_counted(place: Place) -> bool:
    """Whether the function looks at how many tasks there are, or waits for all of them."""
    text = place.ground.meaning(place.function) if place.function is not None else ""
    return re.search(r"\bmetrics\b|\b(?:num_|active_|alive_)\w*tasks|\bshutdown_timeout\b", text) is not None


def _is_plain(place: Place) -> bool:
    """Whether what says how long is only that: a call of the project's own may do more."""
    arguments = place.call.child_by_field_name("arguments")
    inner = calls(arguments) if arguments is not None else ()
    return all(
        place.ground.callee(call).startswith(("std::time::Duration::", "tokio::time::Duration::")) for call in inner
    )


def _is_only(place: Place, arguments: list[Node]) -> bool:
    """Whether a spawned block holds nothing but the sleep."""
    block = arguments[0] if len(arguments) == 1 and arguments[0].type == "async_block" else None
    return block is not None and place.whole is not None and len(place.block.named_children) == 1


RECIPES: tuple[Recipe, ...] = (no_effect,)
