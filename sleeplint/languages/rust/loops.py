"""Loops around a wait: what ends them, and how often they go round."""

from __future__ import annotations

import re
from functools import lru_cache

from tree_sitter import Node

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.flow import BORDERS, LOOPS, Way
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_EXITS = frozenset({"break_expression", "return_expression"})
_RANGE = regex(rb"\(?\s*+([\w:]+)\s*+\.\.(=?)\s*+([\w:]+)\s*+\)?\s*+(?:as\s+\w+)?")
_TAKE = regex(rb"\.take\(\s*+(\w+)\s*+\)\s*+$")
_CONSUMES = regex(
    rb"\.\s*+(?:next|recv|try_recv|read\w*|pop\w*|accept|poll|changed|tick|dequeue|iter|receive\w*|next_\w+)\s*+(?:\([^)]*\))"
    rb"|\bread\w*\("
)
_TAKES = regex(rb"\.\s*+(?:next|recv|read_\w+|accept|pop\w*|receive(?:_\w+)?|next_\w+)\s*+\(")
_COUNTED = regex(rb"\b(\w+)\s*+(?:<=?|>=?|!=)\s*+[\w.:()]+|[\w.:()]+\s*+(?:<=?|>=?)\s*+(\w+)\b")
_NUMBER = regex(rb"(\d[\d_]*)(?:_?[iu](?:\d+|size))?")


@dataclass(frozen=True, slots=True)
class Shape:
    """A loop, as far as its ends go."""

    node: Node
    kind: str
    """`while`; `counted`, a while that counts to a number or empties what it looks at; `consumes`, a while that
    takes items; `loop`; `for`."""
    head: bytes
    """The condition, or what a `for` iterates over."""
    exits: tuple[Node, ...]
    """Its `break`s and `return`s."""
    hidden: bool
    """A macro inside breaks or returns."""

    @property
    def ends(self) -> bool:
        """Whether something in its body ends it."""
        return bool(self.exits) or self.hidden


def shape(way: Way, at: int) -> Shape:
    """What the loop at node `at` of the way is."""
    node = way.nodes[at]
    exits, hidden = _exits(node, way.bare)
    body = way.text(way.body(at))
    match node.type:
        case "for_expression":
            value = node.child_by_field_name("value")
            return Shape(node, "for", way.text(value) if value else b"", exits, hidden)
        case "while_expression":
            condition = node.child_by_field_name("condition")
            head = way.text(condition).strip() if condition else b""
            if head == b"true":
                return Shape(node, "loop", b"", exits, hidden)
            if (_CONSUMES if head.startswith(b"let ") else _TAKES).search(head):
                return Shape(node, "consumes", head, exits, hidden)
            if _is_counted(head, body) or _is_emptied(head, body):
                return Shape(node, "counted", head, exits, hidden)
            return Shape(node, "while", head, exits, hidden)
        case _:
            taken = _HANDED.search(body)
            if taken is not None:
                return Shape(node, "consumes", taken.group(), exits, hidden)
            return Shape(node, "loop", b"", exits, hidden)


def is_timed(shape: Shape) -> bool:
    """Whether it goes round for some time, whatever happens meanwhile."""
    return shape.kind == "while" and not shape.ends and _FOR_A_TIME.fullmatch(shape.head) is not None


_FOR_A_TIME = regex(rb"[^&|]*(?:\.\s*+elapsed\s*+\(\s*+\)|\b(?:Instant|SystemTime)\s*+::\s*+now\s*+\(\s*+\))[^&|]*")
_HANDED = regex(
    rb"(?:\bmatch\s+|\blet\s+[^=;]*=\s*+)[\w.&\s]*\.\s*+(?:recv|next|accept)\s*+\(\s*+\)(?:\s*+\.\s*+await\b|\s*+[{?;]|\s+else\b)"
    rb"|\blet\s+[^=;]*=\s*+[\w.&\s]*\.\s*+(?:read|read_line|read_exact|read_until|recv_from)\s*+\(\s*+&mut\b"
)
"""A `loop` that waits for an item before it does anything with it."""


def _is_emptied(head: bytes, body: bytes) -> bool:
    """Whether the loop itself empties the collection that its condition looks at."""
    match = re.match(rb"!\s*+(\w+)\s*+\.\s*+is_empty\(\)", head)
    return match is not None and bool(
        re.search(
            rb"\b" + match.group(1) + rb"\s*+\.\s*+(?:remove|pop\w*|drain|take|swap_remove|truncate|clear)\b", body
        )
    )


def _is_counted(head: bytes, body: bytes) -> bool:
    match = _COUNTED.fullmatch(head)
    if match is None:
        return False
    return any(name and re.search(rb"\b" + name + rb"\s*+[+-]=", body) for name in match.groups())


@lru_cache(maxsize=32)
def _exits(loop: Node, text: bytes) -> tuple[tuple[Node, ...], bool]:
    found: list[Node] = []
    hidden = False
    if not vocabulary.EXIT.search(text, loop.start_byte, loop.end_byte):
        return (), False
    stack: list[tuple[Node, bool]] = [(child, False) for child in loop.named_children]
    while stack:
        node, nested = stack.pop()
        kind = node.type
        if kind in BORDERS:
            continue
        if kind in _EXITS:
            labelled = any(child.type == "label" for child in node.children)
            if kind == "return_expression" or not nested or labelled:
                found.append(node)
            continue
        if kind == "macro_invocation":
            # A `loop` within would have its own breaks; that in a macro is rarer than a breaking arm.
            hidden = hidden or (not nested and vocabulary.EXIT.search(text, node.start_byte, node.end_byte) is not None)
            continue
        nested = nested or kind in LOOPS
        stack.extend((child, nested) for child in node.named_children)
    return tuple(found), hidden


def rounds(way: Way, at: int) -> int | None:
    """How often the loop at node `at` goes round; None if the source does not say."""
    node = way.nodes[at]
    if node.type == "while_expression":
        return _taken_out(way, node)
    if node.type != "for_expression":
        return None
    value = node.child_by_field_name("value")
    if value is None:
        return None
    text = way.text(value).strip()
    if match := _TAKE.search(text):
        return number(way, match.group(1))
    if match := _REPEATED.fullmatch(text):
        return number(way, match.group(1))
    text = _ADAPTED.sub(b"", text)
    step = 1
    if (match := _STEPPED.fullmatch(text)) and int(match.group(2)) > 0:
        text, step = match.group(1), int(match.group(2))
    while text.startswith(b"(") and text.endswith(b")"):
        text = text[1:-1].strip()
    if match := _RANGE.fullmatch(text):
        first, last = number(way, match.group(1)), number(way, match.group(3))
        return None if first is None or last is None else max(0, -((first - last - bool(match.group(2))) // step))
    if match := _LISTED.match(text):
        return _members(way, text[match.end() :])
    if re.fullmatch(rb"&?(?:mut\s+)?[A-Za-z_]\w*", text):
        return _listed(way, text.lstrip(b"&").removeprefix(b"mut ").strip(), node.start_byte)
    return None


_ADAPTED = regex(rb"(?:\s*+\.\s*+(?:rev|into_iter|iter|iter_mut|enumerate|copied|cloned)\(\))+\s*+$")
"""What goes through all the same."""
_REPEATED = regex(rb"(?:\w+::)*repeat_n\(.*,\s*+(\w+)\s*+\)", re.DOTALL)
_STEPPED = regex(rb"(.*)\.\s*+step_by\(\s*+(\d+)\s*+\)", re.DOTALL)
_LISTED = regex(rb"&?(?:mut\s+)?(?:vec!\s*+)?\[")
_CHANGES = rb"\s*+\.\s*+(?:push\w*|extend\w*|insert|append|retain|drain|clear|truncate|resize)\s*+\("


def _listed(way: Way, name: bytes, until: int) -> int | None:
    """How many members a name's array or vector holds, as it is written above `until` or as a constant."""
    word = rb"\b" + re.escape(name)
    made = list(
        re.finditer(rb"\blet\s+(?:mut\s+)?" + name + rb"\s*+(?::[^=]*)?=\s*+&?(?:vec!\s*+)?\[", way.before(0, until))
    )
    text = way.before(0, until)
    if not made:
        text = way.bare
        made = list(re.finditer(rb"\b(?:const|static)\s+" + name + rb"\s*+:[^=]*=\s*+&?\[", text))
        if len(made) != 1:
            return None
    rest = text[made[-1].end() :]
    if re.search(word + _CHANGES, rest):
        return None
    return _members(way, rest)


def _taken_out(way: Way, loop: Node) -> int | None:
    """How many rounds take out, one by one, all that a `vec!` of known length holds."""
    condition, body = loop.child_by_field_name("condition"), loop.child_by_field_name("body")
    if condition is None or body is None:
        return None
    match = re.fullmatch(rb"\s*+!\s*+(\w+)\s*+\.\s*+is_empty\(\)\s*+", way.text(condition))
    if match is None:
        return None
    name = match.group(1)
    uses = [child for child in body.named_children if re.search(rb"\b" + name + rb"\b", way.text(child))]
    takes = rb"[^{}]*\b" + name + rb"\s*+\.\s*+(?:remove|pop|pop_front|pop_back|swap_remove)\s*+\([^{}]*"
    if len(uses) != 1 or re.fullmatch(takes, way.text(uses[0])) is None:
        return None
    return _listed(way, name, loop.start_byte)


def _members(way: Way, text: bytes) -> int | None:
    """How many members a list has whose text begins behind its bracket."""
    depth, members, filled = 0, 0, False
    for sign in re.finditer(rb"[\[\](){};,]|[^\s\[\](){};,]+", text):
        word = sign.group()
        if word in b"([{":
            depth += 1
        elif word in b")]}":
            if depth == 0:
                return members + filled
            depth -= 1
        elif word == b";" and depth == 0:
            repeated = re.match(rb"\s*+(\w+)\s*+\]", text[sign.end() :])
            return number(way, repeated.group(1)) if repeated and members == 0 else None
        elif word == b"," and depth == 0:
            members, filled = members + filled, False
            continue
        filled = True
    return None


def number(way: Way, word: bytes) -> int | None:
    """A whole number, or the constant of that name in this file."""
    if match := _NUMBER.fullmatch(word):
        return int(match.group(1).replace(b"_", b""))
    name = word.rpartition(b"::")[2]
    if not re.fullmatch(rb"[A-Za-z_]\w*", name):
        return None
    values = set(
        re.findall(
            rb"\b(?:const|static|let)\s+" + name + rb"\s*+(?::\s*+\w+\s*+)?=\s*+([\d_]+)(?:_?[iu](?:\d+|size))?\s*+;",
            way.bare,
        )
    )
    if len(values) != 1:
        return None
    return int(values.pop().replace(b"_", b""))
