"""R7, R8: guards that are too tight, and the same guard written many times."""

from __future__ import annotations

import math
import re
from collections import Counter

from tree_sitter import Node

from sleeplint.facts import Wait
from sleeplint.finding import Fix
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import Ground
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.place import place as place_of
from sleeplint.repairs.rust.recipe import PATIENCE_SECS, SAFE, UNSAFE, Recipe, pen, repaired, shown
from sleeplint.text import Edit, Span

_LITERAL = regex(r"((?:\w+\s*::\s*)*Duration)\s*::\s*(from_(?:secs|millis|micros|nanos)|new)\s*\(([\d_,\s]+)\)")
_SAID_TO_BE_SHORT = regex(r"\b(?:short|small|tight|brief|low|quick\w*|\d+\s*(?:ms|millis\w*))\b", re.IGNORECASE)
_NAMES = ("TIMEOUT", "TEST_TIMEOUT", "GUARD_TIMEOUT", "WAIT_TIMEOUT")
_DURATIONS = regex(rb"\bconst\s+(?:TIMEOUT|TEST_TIMEOUT|GUARD_TIMEOUT|WAIT_TIMEOUT)\s*:\s*(?:\w+\s*::\s*)*Duration\b")


def patience(place: Place) -> Fix | None:
    """R7: give a guard of a success path as much time as a busy machine may need."""
    if place.wait.kind != "timeout" or place.in_macro:
        return None
    literal = _duration(place.ground, place.call)
    if literal is None and place.ground.callee(place.call).startswith(".set_"):
        return None  # what it is set on says whether it guards anything
    if literal is None:
        return shown(
            "Raise the guard: it costs nothing as long as what it guards comes",
            f"std::time::Duration::from_secs({PATIENCE_SECS})",
        )
    match = _LITERAL.fullmatch(place.ground.text(literal))
    if match is None:
        return None
    if _limit_around(place) <= PATIENCE_SECS * 1000 or _is_its_callers(place):
        return None
    if _SAID_TO_BE_SHORT.search(_remarks(place)):
        return shown("Raise the guard, and what is said of it", f"{match.group(1)}::from_secs({PATIENCE_SECS})")
    edit = Edit(Span(literal.start_byte, literal.end_byte), f"{match.group(1)}::from_secs({PATIENCE_SECS})")
    return repaired(place, f"Raise the guard to {PATIENCE_SECS} s", UNSAFE, (edit,))


def _is_its_callers(place: Place) -> bool:
    """Whether a helper hands on how its guard ended: then some of the callers may wait for it to run out."""
    if place.function is None or (place.test is not None and place.function.start_byte == place.test.span.start):
        return False
    behind = place.ground.bare[place.call.end_byte : place.statement.end_byte]
    return re.match(rb"\s*\.\s*await\s*\.\s*(?:unwrap|expect)\b", behind) is None


def _remarks(place: Place) -> str:
    """What is said beside a statement, and on the lines right above it."""
    code, start = place.ground.code, pen(place).comments_above(place.statement)
    end = code.find(b"\n", place.statement.end_byte)
    near = code[start : end if end >= 0 else len(code)].decode("utf-8", "replace")
    return " ".join(re.findall(r"//(.*)", near))


def _limit_around(place: Place) -> float:
    """The milliseconds after which something around a guard ends it in any case."""
    limits = [place.test.limit_ms] if place.test is not None else []
    around = {node.end_byte for node in place.nodes[:-1] if node.type == "call_expression"}
    limits += [
        wait.duration_ms for wait in place.ground.file.waits if wait.kind == "timeout" and wait.span.end in around
    ]
    return min((limit for limit in limits if limit is not None), default=math.inf)


def one_constant(place: Place) -> Fix | None:
    """R8: name the timeout once."""
    ground = place.ground
    spans = {place.finding.span, *(related.span for related in place.finding.related)}
    waits = [wait for wait in ground.file.waits if wait.span in spans]
    found = [(wait, node) for wait in waits if (node := _literal_of(place, wait)) is not None]
    if len(found) != len(waits) or len(found) < 2:
        return None
    texts = Counter("".join(ground.text(node).split()) for _, node in found)
    module = _module(ground, found[0][1])
    if len(texts) != 1 or module is None or any(_module(ground, node) != module for _, node in found):
        return _constant_sketch(ground, found)
    match = _LITERAL.fullmatch(ground.text(found[0][1]))
    if match is None or any(ground.resolve(_type(node)) != "std::time::Duration" for _, node in found):
        return None
    at = _place_of_constant(ground, module)
    name = next((name for name in _NAMES if not _is_taken(ground, name)), None)
    if at is None or name is None:
        return None
    # One that runs out on purpose and one that must not are tuned apart; two names have to say what they are for;
    # and where nothing is compiled that uses it, the compiler warns of it.
    if (
        len({wait.role for wait, _ in found}) > 1
        or _DURATIONS.search(ground.bare)
        or (all(_is_conditional(ground, node) for _, node in found))
    ):
        return _constant_sketch(ground, found)
    kind = _spelled_in(ground, module, found[0][1])
    newline = "\r\n" if b"\r\n" in ground.code else "\n"
    indent = "" if module == ground.grove.root else " " * found_indent(ground, module)
    constant = f"{indent}const {name}: {kind} = {kind}::{match.group(2)}({match.group(3)});"
    edits = [Edit(Span(node.start_byte, node.end_byte), name) for _, node in found]
    return repaired(
        place, f"Name it once, as `{name}`", SAFE, (Edit(Span(at, at), f"{newline}{constant}{newline}"), *edits)
    )


def _is_conditional(ground: Ground, node: Node) -> bool:
    """Whether what holds a node is compiled only under a condition, other than that of its module."""
    module = _module(ground, node)
    for holder in reversed(ground.grove.chain(node.start_byte, node.end_byte)):
        if holder == module:
            return False
        above = holder.prev_named_sibling
        while above is not None and (above.type == "attribute_item" or above.type.endswith("comment")):
            if re.match(r"#\[\s*cfg\b", ground.text(above)):
                return True
            above = above.prev_named_sibling
    return False


def found_indent(ground: Ground, module: Node) -> int:
    """How far the items of a module are indented."""
    first = next((child for child in module.named_children), None)
    return first.start_point[1] if first is not None else 4


def _constant_sketch(ground: Ground, found: list[tuple[Wait, Node]]) -> Fix:
    name = next((name for name in _NAMES if not _is_taken(ground, name)), _NAMES[0])
    return shown("Name it once", f"const {name}: std::time::Duration = {ground.text(found[0][1])};")


def _duration(ground: Ground, call: Node) -> Node | None:
    """The argument that is a literal duration."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return None
    found = [child for child in arguments.named_children if _LITERAL.fullmatch(ground.text(child))]
    if len(found) != 1:
        return None
    kind = _type(found[0])
    return found[0] if ground.resolve(kind) == "std::time::Duration" else None


def _type(literal: Node) -> Node | None:
    """The `Duration` in `Duration::from_secs(5)`."""
    function = literal.child_by_field_name("function")
    return function.child_by_field_name("path") if function is not None else None


def _literal_of(place: Place, wait: Wait) -> Node | None:
    other = place_of(place.ground, place.finding, wait)
    if other is None or other.in_macro:
        return None
    return _duration(place.ground, other.call)


def _module(ground: Ground, node: Node) -> Node | None:
    """The innermost module around a node: its body, or the file."""
    chain = ground.grove.chain(node.start_byte, node.end_byte)
    for at in range(len(chain) - 1, 0, -1):
        if chain[at].type == "declaration_list" and chain[at - 1].type == "mod_item":
            return chain[at]
    return ground.grove.root


def _is_taken(ground: Ground, name: str) -> bool:
    globs = re.search(rb"\buse\b[^;]*\*", ground.bare) is not None and name == "TIMEOUT"
    known = re.search(rb"\b%s\b" % name.encode(), ground.bare) is not None
    return known or (globs and not re.search(rb"\buse\s+super\s*::\s*\*", ground.bare))


def _place_of_constant(ground: Ground, module: Node) -> int | None:
    """Behind the last import at the head of a module, or before its first item."""
    end = None
    for child in module.named_children:
        if child.type in ("use_declaration", "extern_crate_declaration"):
            end = child.end_byte
        elif child.type == "mod_item" and child.child_by_field_name("body") is None:
            continue
        elif child.type not in ("line_comment", "block_comment", "attribute_item", "inner_attribute_item"):
            break
    if end is None:
        return None
    newline = ground.code.find(b"\n", end)
    return newline + 1 if newline >= 0 else None


def _spelled_in(ground: Ground, module: Node, literal: Node) -> str:
    """How to write `Duration` among the items of a module."""
    own = next((child for child in module.named_children if child.type == "function_item"), literal)
    head = own.child_by_field_name("name") or own
    found = ground.names.look_up(("Duration",), ground.grove.chain(head.start_byte, head.start_byte))
    return "Duration" if found is not None and found.path == "std::time::Duration" else "std::time::Duration"


CONSTANT: tuple[Recipe, ...] = (one_constant,)
TIGHT: tuple[Recipe, ...] = (patience,)
