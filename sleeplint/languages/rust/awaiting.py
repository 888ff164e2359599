"""Whether a sleep is waited for where it is made."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.flow import Way, after, statement
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_TIMEOUTS = frozenset({b"timeout", b"timeout_at", b"with_timeout"})
_HANDS_ON = frozenset(
    {
        b"map",
        b"fuse",
        b"boxed",
        b"boxed_local",
        b"then",
        b"instrument",
        b"unwrap",
        b"into_future",
        b"map_err",
        b"shared",
        b"reset",
    }
)


@dataclass(frozen=True, slots=True)
class Awaited:
    """What becomes of the future that a sleep is."""

    awaited: bool | None
    """True here, False never, None elsewhere or unknown."""
    spawned: bool = False
    """It is all that a task does."""
    spawn: int | None = None
    """The index of the call that starts that task, if it stands around the sleep."""
    bounded: bool = False
    """It is what a timeout bounds."""
    raced: bool = False
    """It is bound to a name that a `select!` waits for."""
    body: bytes = b""
    """What is done then."""
    others: tuple[bytes, ...] = ()
    """What is done when another is first."""
    name: bytes = b""
    """The name it is bound to."""


_HERE = Awaited(True)
_ELSEWHERE = Awaited(None)
_NEVER = Awaited(False)


def awaiting(way: Way) -> Awaited:
    """What becomes of the call at the end of the way."""
    nodes = way.nodes
    if way.site.entry.blocking:
        return _HERE
    below = len(nodes) - 1
    while below > 0:
        parent, node = nodes[below - 1], nodes[below]
        match parent.type:
            case "await_expression":
                return _HERE
            case "field_expression" if below >= 2 and nodes[below - 2].type == "call_expression":
                word = way.word(parent)
                if word in _TIMEOUTS:
                    return Awaited(True, bounded=True)
                if word in vocabulary.FIRST_WINS:
                    return Awaited(True, raced=True)
                if word not in _HANDS_ON:
                    return _ELSEWHERE
                below -= 2
            case "arguments" if below >= 2 and nodes[below - 2].type == "call_expression":
                word = way.word(nodes[below - 2].child_by_field_name("function"))
                if word in _TIMEOUTS:
                    return Awaited(True, bounded=True)
                if vocabulary.SPAWN.match(word + b"("):
                    return Awaited(True, spawned=True, spawn=below - 2)
                if word in vocabulary.FIRST_WINS:
                    shell = way.nodes[statement(way, below)]
                    return _first_of(way.text(shell), _argument(parent, node))
                if word in vocabulary.IN_PLACE:
                    return _HERE
                if word == b"drop":
                    return _NEVER
                if word not in vocabulary.CARRIED:
                    return _ELSEWHERE
                below -= 2
            case "reference_expression" | "parenthesized_expression":
                below -= 1
            case "let_declaration" | "assignment_expression":
                pattern = parent.child_by_field_name("pattern") or parent.child_by_field_name("left")
                if below >= 2 and way.macro(below - 2) in (b"select", b"select_biased", b"try_select"):
                    return _HERE
                if below >= 3 and way.macro(below - 3) in (b"select", b"select_biased", b"try_select"):
                    return _HERE
                return _bound(way, below, way.text(pattern) if pattern is not None else b"_")
            case "expression_statement":
                if below >= 2 and nodes[below - 2].type == "source_file":
                    below -= 1
                    continue
                return _NEVER if way.text(parent).endswith(b";") else _ELSEWHERE
            case "source_file" if below >= 2:
                name = way.macro(below - 1)
                if name in (b"join", b"try_join", b"select", b"select_biased", b"try_select", b"race", b"block_on"):
                    return _HERE
                if name in (b"pin", b"pin_mut"):
                    below -= 2
                    continue
                return _NEVER if way.sequence(below - 1) and way.text(node).endswith(b";") else _ELSEWHERE
            case "async_block":
                below -= 1
            case _:
                return _ELSEWHERE
    return _ELSEWHERE


def _bound(way: Way, below: int, pattern: bytes) -> Awaited:
    """Follow the name of a future through the statements below."""
    names = re.findall(rb"[a-z_]\w*", pattern)
    if not names or names[-1] == b"_":
        return _NEVER
    name = re.escape(names[-1])
    used = False
    for count, following in enumerate(after(way, below, through_loops=True)):
        if count == 40:
            break
        text = way.text(following)
        if not re.search(rb"\b" + name + rb"\b", text) or re.match(rb"\s*+(?:\w+::)*pin(?:_mut)?!", text):
            continue
        used = True
        if re.search(rb"\b" + name + rb"\s*+\.\s*+await\b", text) or re.search(rb"\bblock_on\s*+\(\s*+" + name, text):
            return _HERE
        if re.search(rb"\b(?:timeout|timeout_at)\s*+\([^;]*\b" + name + rb"\b", text):
            return Awaited(True, bounded=True, name=names[-1])
        if re.search(rb"\bspawn\w*\s*+\(\s*+" + name + rb"\b", text):
            return Awaited(True, spawned=True)
        if arm := re.search(rb"=\s*+(?:&mut\s+)?\(?&?(?:mut\s+)?" + name + rb"\b[^=;{}]*=>\s*+", text):
            return Awaited(True, raced=True, body=_arm_body(text, arm.end()))
        if arm := re.search(rb"\brecv\s*+\(\s*+&?" + name + rb"\s*+\)\s*+->[^;{}]*?=>\s*+", text):
            return Awaited(True, raced=True, body=_arm_body(text, arm.end()))
        if both := re.search(rb"\bselect\s*+\((?:([^;]{0,400}?),)?[^;,]{0,400}\b" + name + rb"\b", text):
            return _first_of(text, both.group(1) is not None)
        if re.search(rb"\b(?:(?:select|race)\w*\s*+!?\s*+[({]|or\s*+\()[^;]*\b" + name + rb"\b", text):
            return Awaited(True, raced=True)
        if re.search(rb"\bjoin\w*!?\s*+\([^;]*\b" + name, text):
            return _HERE
    return Awaited(None, name=names[-1]) if used else _NEVER


def _argument(arguments: Node, node: Node) -> int:
    """Which of the arguments a node is."""
    given = [child for child in arguments.named_children if not child.type.endswith("comment")]
    return given.index(node) if node in given else 0


def _first_of(text: bytes, place: int) -> Awaited:
    """What a statement does when the future at a place of `select(a, b)` is the first."""
    bodies: dict[bool, bytes] = {}
    for arm in _EITHER.finditer(text):
        bodies.setdefault(arm.group(1) in (b"Left", b"First"), _arm_body(text, arm.end()))
    mine, other = bodies.get(place == 0), bodies.get(place != 0)
    if mine is None:
        return Awaited(True, raced=True)
    return Awaited(True, raced=True, body=mine, others=(other,) if other is not None else ())


_EITHER = regex(rb"\b(Left|Right|First|Second)\s*+\((?:[^()=]|\([^()]*\))*\)\s*+=>\s*+")


def _arm_body(text: bytes, start: int) -> bytes:
    """The body of an arm of `select!` that begins at an offset."""
    if text[start : start + 1] != b"{":
        return text[start:].partition(b",")[0]
    depth = 0
    for brace in re.finditer(rb"[{}]", text[start:]):
        depth += 1 if brace.group() == b"{" else -1
        if depth == 0:
            return text[start : start + brace.end()]
    return text[start:]
