"""R3c: a sleep, a value that is fetched, an assertion about it; it can be fetched until the assertion holds."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import LOOPS
from sleeplint.regexes import regex
from sleeplint.repairs.rust.condition import CONSUMES, SAYS_NO_MORE, operands_in
from sleeplint.repairs.rust.ground import Ground
from sleeplint.repairs.rust.naps import nap
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.recipe import PATIENCE_SECS, Recipe, shown

_MAKES = regex(r"\b(?:connect|bind|open|create|new|start|spawn|from|downgrade|clone)\w*\s*\(")
"""Calls that make a thing, which is the same each time, or another one."""


def poll_what_is_fetched(place: Place) -> Fix | None:
    """A value is fetched once and asserted: it can be fetched until the assertion holds."""
    if place.whole is None or len(place.following) < 2 or any(n.type in LOOPS for n in place.nodes[place.border :]):
        return None
    ground = place.ground
    fetched, asserted = place.following[:2]
    if fetched.type != "let_declaration":
        return None
    pattern, value = fetched.child_by_field_name("pattern"), fetched.child_by_field_name("value")
    if pattern is None or value is None or pattern.type != "identifier" or "\n" in ground.text(value):
        return None
    text = ground.meaning(value)
    if ".lock" in text or ".expect" in text or _MAKES.search(text):
        return None
    # Without a call of its own or an await it is the same each time.
    if not re.search(r"\.\s*await\b|^(?:\w+\s*::\s*)*[a-z]\w*\s*\(", text) or CONSUMES.search(text):
        return None
    if "await" in text and not place.is_async:
        return None
    name = ground.text(pattern)
    wanted = _said(ground, asserted)
    if (
        wanted is None
        or "{" in wanted
        or not re.search(rf"\b{name}\b", wanted)
        or SAYS_NO_MORE.search(ground.text(asserted))
    ):
        return None
    words = nap(place)
    if words is None:
        return None
    pause, duration = words
    return shown(
        f"Fetch `{name}` until it is as asserted, bounded",
        f"let deadline = std::time::Instant::now() + {duration}::from_secs({PATIENCE_SECS});",
        f"let {name} = loop {{",
        f"    let {name} = {ground.text(value)};",
        f"    if {wanted} || std::time::Instant::now() >= deadline {{",
        f"        break {name};",
        "    }",
        f"    {pause};",
        "};",
        ground.text(asserted),
    )


def _said(ground: Ground, statement: Node) -> str | None:
    """What a positive assertion says, as an expression."""
    macro = statement.named_children[0] if statement.type == "expression_statement" else statement
    tokens = next((child for child in macro.children if child.type == "token_tree"), None)
    if macro.type != "macro_invocation" or tokens is None or "\n" in ground.text(statement):
        return None
    name = ground.text(macro).partition("!")[0].strip()
    operands = operands_in(ground, tokens)
    if name == "assert_eq" and len(operands) >= 2:
        nothing = re.search(r"(?:^|[^\w.])0$|^false$|^None$", operands[0]) or re.search(
            r"^(?:0|false|None)$", operands[1]
        )
        return None if nothing else f"{operands[0]} == {operands[1]}"
    if name == "assert" and operands and not re.search(r"!|\bis_(?:none|err|empty)\b|<", operands[0]):
        return operands[0]
    return None


RECIPES: tuple[Recipe, ...] = (poll_what_is_fetched,)
