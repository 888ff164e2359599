"""R3b: a sleep, and then a look whether a message is there; a bounded receive waits just as long as it must."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import LOOPS
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import Ground, calls, inside
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.recipe import PATIENCE_SECS, UNSAFE, Recipe, pen, repaired, shown
from sleeplint.text import Edit, Span

_TOKIO = ("tokio::sync::mpsc::", "tokio::sync::broadcast::")
_BLOCKING = ("std::sync::mpsc::", "crossbeam_channel::", "crossbeam::channel::", "flume::")
_LOOK = regex(r"(\w+)\s*\.\s*try_recv\s*\(\s*\)")


def receive(place: Place) -> Fix | None:
    """Wait for the message instead of looking for it after a while."""
    whole, function = place.whole, place.function
    if (
        whole is None
        or function is None
        or not place.following
        or any(n.type in LOOPS for n in place.nodes[place.border :])
    ):
        return None
    following = place.following[0]
    match = _LOOK.search(place.ground.meaning(following))
    if match is None:
        return None
    receiver = match.group(1)
    kind = _kind(place.ground, function, receiver, following)
    again = rb"\b%s\s*\.\s*try_recv\b" % receiver.encode()
    if kind is None or re.search(again, place.ground.bare[following.end_byte : function.end_byte]):
        return None  # a second look would come as soon as the first message is there
    asynchronous = kind.startswith(_TOKIO)
    if asynchronous and not place.is_async:
        return None
    bounded = _bounded(place, following, receiver, asynchronous)
    look = _unwrapped(place.ground, following)
    if look is not None:
        return repaired(
            place,
            f"Wait for the message on `{receiver}`, bounded",
            UNSAFE,
            (*pen(place).remove(whole), _instead(place, following, look, bounded)),
        )
    text = place.ground.text(following)
    if "\n" not in text and re.search(
        r"try_recv\s*\(\s*\)\s*\.\s*(?:unwrap|expect)\b|try_recv\s*\(\s*\)\s*,\s*Ok\b", text
    ):
        return shown(
            f"Wait for the message on `{receiver}`, bounded",
            f"let received = {''.join(bounded)}.unwrap();",
            re.sub(r"\w+\s*\.\s*try_recv\s*\(\s*\)\s*\.\s*(?:unwrap\(\)|expect\([^()]*\))", "received", text).replace(
                f"{receiver}.try_recv()", "Ok(received)"
            ),
        )
    return None


def _instead(place: Place, following: Node, look: Node, bounded: tuple[str, ...]) -> Edit:
    """The bounded receive where a look was, in lines as rustfmt breaks them if it is a chain."""
    span = Span(look.start_byte, look.end_byte)
    if len(bounded) == 1:
        return Edit(span, bounded[0])
    writer = pen(place)
    at = following.start_byte
    newline = writer.newline(at) + writer.indent(at) + writer.step(at)
    behind = place.ground.code[look.end_byte : following.end_byte]
    return Edit(span, newline.join(bounded) + ("" if behind[:1].isspace() else newline))


def _bounded(place: Place, following: Node, receiver: str, asynchronous: bool) -> tuple[str, ...]:
    ground = place.ground
    patience = f"{ground.spell('std::time::Duration', following)}::from_secs({PATIENCE_SECS})"
    if not asynchronous:
        return (f"{receiver}.recv_timeout({patience})",)
    limit = ground.spell("tokio::time::timeout", following)
    failing = f'.expect("no message on `{receiver}` in {PATIENCE_SECS} s")'
    return (f"{limit}({patience}, {receiver}.recv())", ".await", failing)


def _kind(ground: Ground, function: Node, receiver: str, before: Node) -> str | None:
    """The canonical path of the channel that the function made, if it has one sender only."""
    for node in inside(function):
        if node.type != "let_declaration" or node.end_byte > before.start_byte:
            continue
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is None or value is None or pattern.type != "tuple_pattern":
            continue
        names = [word.name for word in ground.words_in(pattern.start_byte, pattern.end_byte)]
        if len(names) != 2 or names[1] != receiver or value.type != "call_expression":
            continue
        sender = re.escape(names[0].encode())
        if re.search(
            rb"\b%s\s*\.\s*(?:clone|subscribe)\s*\(" % sender, ground.bare[function.start_byte : function.end_byte]
        ):
            return None
        paths = [ground.callee(call) for call in calls(value)]
        return next((path for path in paths if path.startswith((*_TOKIO, *_BLOCKING))), None)
    return None


def _unwrapped(ground: Ground, statement: Node) -> Node | None:
    """The `try_recv()` call of `let x = rx.try_recv().unwrap();`, if it stands there and in no macro."""
    if statement.type not in ("let_declaration", "expression_statement"):
        return None
    value = (
        statement.child_by_field_name("value") if statement.type == "let_declaration" else statement.named_children[0]
    )
    if value is None or value.type != "call_expression":
        return None
    if ground.callee(value) not in (".unwrap", ".expect"):
        return None
    method = value.child_by_field_name("function")
    look = method.child_by_field_name("value") if method is not None else None
    if look is None or look.type != "call_expression" or ground.callee(look) != ".try_recv":
        return None
    return look


RECIPES: tuple[Recipe, ...] = (receive,)
