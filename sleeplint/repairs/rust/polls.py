"""R5: a poll without a deadline gets one."""

from __future__ import annotations

import math
import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import BORDERS, LOOPS
from sleeplint.repairs.rust.ground import Ground, inside
from sleeplint.repairs.rust.orphans import imports
from sleeplint.repairs.rust.park import background
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.recipe import UNSAFE, Recipe, pen, repaired, shown
from sleeplint.text import Edit, Span

_SECS = 10
"""How long a poll may take before it fails."""
_LOOKS = 30
"""A poll that looks once a second expects to look more than a few times."""


def limit(place: Place) -> Fix | None:
    """Put a timeout that fails around the loop."""
    loop = _loop(place)
    if loop is None or place.in_macro:
        return None
    secs = _patience_secs(place)
    what = _what(place.ground, loop, secs)
    if not place.is_async or place.wait.blocking:
        return shown(
            "Fail when the poll takes too long",
            f"let deadline = std::time::Instant::now() + std::time::Duration::from_secs({secs});",
            place.ground.text(loop).split("\n", 1)[0],
            f'    assert!(std::time::Instant::now() < deadline, "{what}");',
            "    ..",
        )
    limit_call = place.ground.spell("tokio::time::timeout", place.call)
    head = f"{limit_call}({place.ground.spell('std::time::Duration', place.call)}::from_secs({secs}), async {{"
    # A crate's own layer over several runtimes has its own timeout; a panic of a task is nobody's failure, and
    # what it borrows across an await would have to be shared between threads.
    if (
        not place.wait.api.startswith("tokio::")
        or _is_layered(place)
        or _runs_apart(place)
        or not _can_move(place, loop)
    ):
        return shown(
            "Put a timeout that fails around the poll",
            head,
            "    ..",
            "})",
            ".await",
            f'.expect("{what}");',
        )
    writer = pen(place)
    newline, indent = writer.newline(loop.start_byte), writer.indent(loop.start_byte)
    step = writer.step(loop.start_byte)
    if _has_text_over_lines(place.ground, loop):
        return None
    ground = place.ground
    body = writer.shifted(ground.text(loop), loop.start_byte)
    holder = _holder(place, loop)
    if holder is None:
        return None
    tail = f'{newline}{indent}}}){newline}{indent}.await{newline}{indent}.expect("{what}")'
    # A loop is a statement without a semicolon; what replaces it is not.
    bare_loop = holder.type == "expression_statement" and not ground.text(holder).endswith(";")
    mark = ";" if holder == loop or bare_loop else ""
    text = f"{head}{newline}{indent}{step}{body}{tail}{mark}"
    return repaired(
        place, "Put a timeout that fails around the poll", UNSAFE, (Edit(Span(loop.start_byte, loop.end_byte), text),)
    )


def _is_layered(place: Place) -> bool:
    """Whether the sleep comes by way of the crate itself."""
    callee = place.ground.callee(place.call)
    paths = [one.path for one in imports(place.ground) if one.name == callee.partition("::")[0]]
    return any(path.startswith(("crate::", "self::", "super::")) for path in (callee, *paths))


def _runs_apart(place: Place) -> bool:
    """Whether the loop is part of a future that somebody else may run, on another thread."""
    if background(place):
        return True
    inner = place.nodes[place.border]
    if inner.type == "function_item":
        return False
    taker = next((node for node in reversed(place.nodes[: place.border]) if node.type == "call_expression"), None)
    return taker is None or re.search(r"\bblock_on$", place.ground.callee(taker)) is None


def _patience_secs(place: Place) -> int:
    return max(_SECS, math.ceil(_LOOKS * (place.wait.duration_ms or 0) / 1000))


def _loop(place: Place) -> Node | None:
    for node in reversed(place.nodes[place.border :]):
        if node.type in LOOPS:
            return node if node.type != "for_expression" else None
    return None


def _holder(place: Place, loop: Node) -> Node | None:
    """The statement whose whole, or whose bound value, the loop is; None if it is a part of something larger."""
    at = place.nodes.index(loop)
    above = place.nodes[at - 1]
    if above.type == "block":  # the block's value
        return loop if at >= 2 and place.nodes[at - 2].type in BORDERS | LOOPS and not _has_value(loop) else None
    if above.type in ("expression_statement", "let_declaration") and place.nodes[at - 2].type == "block":
        return above
    return None


def _has_value(loop: Node) -> bool:
    return any(node.type == "break_expression" and _value(node) for node in inside(loop))


def _value(node: Node) -> bool:
    return any(child.type != "label" for child in node.named_children)


def _can_move(place: Place, loop: Node) -> bool:
    """Whether the loop means the same in an async block of its own."""
    ground = place.ground
    function = place.nodes[place.border]
    own_label = any(child.type == "label" for child in loop.children)
    for node in inside(loop):
        if node.type in ("return_expression", "try_expression", "yield_expression"):
            return False
        if node.type in ("break_expression", "continue_expression") and not own_label:
            labels = [child for child in node.named_children if child.type == "label"]
            if labels and not any(ground.text(labels[0]) == name for name in _labels(ground, loop)):
                return False
        if node.type == "macro_invocation" and re.search(
            r"\b(?:return|bail|ensure|try|await\s*\?|break)\b|\?", ground.meaning(node)
        ):
            return False
        if node.type == "assignment_expression":
            left = node.child_by_field_name("left")
            if left is not None and left.type == "identifier" and _is_empty_before(ground, function, ground.text(left)):
                return False
    return True


def _labels(ground: Ground, loop: Node) -> list[str]:
    return [
        ground.text(child)
        for node in inside(loop)
        if node.type in LOOPS
        for child in node.children
        if child.type == "label"
    ]


def _is_empty_before(ground: Ground, function: Node, name: str) -> bool:
    """Whether a variable is declared without a value: then only this function may give it one."""
    for node in inside(function):
        if node.type == "let_declaration" and node.child_by_field_name("value") is None:
            pattern = node.child_by_field_name("pattern")
            if pattern is not None and ground.text(pattern).removeprefix("mut ").strip() == name:
                return True
    return False


def _has_text_over_lines(ground: Ground, loop: Node) -> bool:
    """Whether a string or block comment goes over several lines, which indentation would change."""
    return any(
        node.start_point[0] != node.end_point[0]
        for node in inside(loop)
        if node.type in ("string_literal", "raw_string_literal", "block_comment")
    )


def _what(ground: Ground, loop: Node, secs: int) -> str:
    """What did not happen, in words that fit into a string."""
    vague = f"the condition did not hold within {secs} s"
    condition = loop.child_by_field_name("condition")
    if condition is not None:
        text = ground.text(condition)
        negated = re.fullmatch(r"!\s*([^&|=<>]+)", text)
        if negated is not None and _is_short(text):
            return f"`{negated.group(1).strip()}` was not true within {secs} s"
        return f"`{text}` was still true after {secs} s" if _is_short(text) else vague
    ways_out = [node for node in inside(loop) if node.type == "if_expression" and _breaks(node)]
    if len(ways_out) == 1 and (head := ways_out[0].child_by_field_name("condition")) is not None:
        text = ground.text(head)
        if _is_short(text):
            return f"`{text}` did not hold within {secs} s"
    return vague


def _breaks(node: Node) -> bool:
    body = node.child_by_field_name("consequence")
    return body is not None and any(here.type == "break_expression" for here in inside(body))


def _is_short(text: str) -> bool:
    odd = any(sign in text for sign in '"\\{}\n')
    return not odd and len(text) <= 50 and not text.startswith("let")


RECIPES: tuple[Recipe, ...] = (limit,)
