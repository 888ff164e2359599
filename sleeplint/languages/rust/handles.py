"""The fate of a task's handle: whether the test waits for the task's end."""

from __future__ import annotations

import re
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.carriers import carrier, function_end, is_tail
from sleeplint.languages.rust.flow import Way
from sleeplint.regexes import regex

_MAPPING = frozenset({b"map", b"for_each", b"flat_map", b"filter_map", b"extend", b"from_fn", b"then"})


Fate = Literal["joined", "stopped", "dropped", "unknown"]
"""The test waits for the task's end; ends it; leaves it alone; does something that we do not follow."""


def fate(way: Way, spawn: int) -> Fate:
    """What becomes of the handle of what the call at node `spawn` starts."""
    nodes = way.nodes
    below = spawn
    if nodes[below].type == "let_declaration":
        # The future was bound first and spawned later, somewhere below.
        return "unknown"
    callee = nodes[spawn].child_by_field_name("function")
    receiver = callee.child_by_field_name("value") if callee is not None and callee.type == "field_expression" else None
    while below > 0:
        parent = nodes[below - 1]
        match parent.type:
            case "await_expression":
                return "joined"
            case "field_expression" if below >= 2 and nodes[below - 2].type == "call_expression":
                word = way.word(parent)
                if word == b"join":
                    return "joined"
                if word == b"abort":
                    return "stopped"
                if word in (b"detach", b"abort_handle", b"forget"):
                    return "dropped"
                below -= 2
            case "field_expression" if below >= 3 and nodes[below - 2].type == "generic_function":
                below -= 3  # `.collect::<Vec<_>>()`
            case (
                "try_expression"
                | "parenthesized_expression"
                | "reference_expression"
                | "array_expression"
                | "tuple_expression"
            ):
                below -= 1
            case "arguments" if below >= 2 and nodes[below - 2].type == "call_expression":
                call = nodes[below - 2]
                callee = call.child_by_field_name("function")
                word = way.word(callee)
                if word in vocabulary.JOINING:
                    return "joined"
                if word == b"drop":
                    return "dropped"
                if word in (b"push", b"push_back", b"insert") and callee is not None:
                    return _fate(way, below, re.findall(rb"\w+", way.text(callee).rpartition(b".")[0])[-1:])
                if word in _MAPPING or word in vocabulary.CARRIED:
                    below -= 2
                    continue
                return "unknown"
            case "closure_expression":
                below -= 1
            case "block":
                if not is_tail(way, below - 1):
                    return _dropped(way, below, receiver)
                below -= 1
            case "let_declaration":
                pattern = parent.child_by_field_name("pattern")
                names = re.findall(rb"\b[a-z_]\w*", way.text(pattern)) if pattern else []
                return _fate(way, below - 1, [name for name in names if name not in (b"mut", b"ref", b"_")])
            case "assignment_expression":
                left = parent.child_by_field_name("left")
                return _fate(way, below - 1, re.findall(rb"\w+", way.text(left))[-1:] if left else [])
            case "expression_statement":
                if below >= 2 and nodes[below - 2].type == "source_file" and not way.sequence(below - 2):
                    below -= 1
                    continue
                if way.text(parent).endswith(b";"):
                    return _dropped(way, below, receiver)
                below -= 1
            case "source_file" if below >= 2:
                name = way.macro(below - 1)
                if name in vocabulary.JOINING:
                    return "joined"
                if name != b"vec":
                    return "unknown" if not way.sequence(below - 1) else _dropped(way, below, receiver)
                below -= 2
            case "function_item" | "return_expression" | "async_block":
                return "unknown"
            case "if_expression" | "else_clause" | "match_arm" | "match_block" | "match_expression" | "unsafe_block":
                below -= 1
            case "for_expression" | "while_expression" | "loop_expression":
                return _dropped(way, below, receiver)
            case _:
                return "unknown"
    return "unknown"


def _dropped(way: Way, below: int, receiver: Node | None) -> Fate:
    """The fate of a task whose handle nobody takes: what it was spawned on may wait for it."""
    if receiver is None:
        return "dropped"
    words = re.findall(rb"\w+", way.text(receiver))
    if not words:
        return "dropped"
    name = words[-1]
    for at in range(below - 1, -1, -1):
        if way.nodes[at].type == "closure_expression":
            parameters = way.nodes[at].child_by_field_name("parameters")
            if parameters is not None and re.search(rb"\b" + name + rb"\b", way.text(parameters)):
                taken = carrier(way, at)
                return "joined" if b"scope" in taken.word or taken.word == b"install" else "unknown"
    rest = way.after(way.nodes[below].end_byte, function_end(way, below))
    word = re.escape(name)
    if re.search(
        rb"\b" + word + rb"\s*+\.\s*+(?:abort_all|shutdown\w*|cancel\w*|clear)\s*+\(|\bdrop\s*+\(\s*+" + word, rest
    ):
        return "stopped"
    waits = re.search(rb"\b" + word + rb"\s*+\.\s*+(?:join\w*|wait\w*|next|collect|try_join\w*)\b", rest)
    return "joined" if waits else "dropped"


def _fate(way: Way, below: int, names: list[bytes]) -> Fate:
    """What happens to handles of these names in the rest of their function."""
    if not names:
        return "dropped"
    stop = function_end(way, below)
    rest = way.after(way.nodes[below].end_byte, stop)
    answers = [fate_of(name, rest) for name in names]
    ranked: tuple[Fate, ...] = ("joined", "unknown", "stopped")
    for answer in ranked:
        if answer in answers:
            return answer
    return "dropped"


_END_AWAITED = regex(rb"(?:\bwhile\s+!\s*+|\|\|\s*+)(\w+)\s*+\.\s*+is_finished\s*+\(\s*+\)")
"""`while !task.is_finished() { .. }`, `eventually(|| task.is_finished())`."""


def fate_of(name: bytes, rest: bytes) -> Fate:
    """What the rest of a function does with a handle of this name."""
    word = rb"\b" + re.escape(name) + rb"\b"
    first = re.search(word, rest) if name in rest else None
    if first is None:
        return "dropped"
    if re.match(rb"\s*+\.\s*+(?:abort|cancel|stop|kill|shutdown)\s*+\(", rest[first.end() :]):
        return "stopped"
    if re.search(word + rb"(?:\s*+\.\s*+\w+\(\)\s*+\??|\s*+\[\w+\])*\s*+\.\s*+(?:await\b|join\s*+\()", rest):
        return "joined"
    if re.search(
        rb"\b(?:try_)?(?:join\w*|select\w*|timeout\w*|block_on)(?:::<[^>]*>)?!?\s*+[({](?:[^;{}]|\{[^{}]*\})*?" + word,
        rest,
    ):
        return "joined"
    if re.search(
        rb"\bin\s+(?:&mut\s+|&)?"
        + word
        + rb"(?:\.\w+\([^)]*\))*\s*+\{(?:[^{}]|\{[^{}]*\})*?(?:\.\s*+await\b|\.\s*+join\s*+\()",
        rest,
    ):
        return "joined"
    if re.search(
        word + rb"\s*+\.\s*+(?:into_iter|drain|iter_mut|pop|take|remove)\b[^;]*?(?:\bjoin\b|\.\s*+await\b)", rest
    ):
        return "joined"
    if re.search(rb"&mut\s+" + word, rest) or name in _END_AWAITED.findall(rest):
        return "joined"
    if re.search(word + rb"\s*+\.\s*+(?:abort|cancel|kill|stop|unpark)\s*+\(", rest):
        return "stopped"
    if re.search(word + rb"\s*+\.\s*+(?:is_finished|thread)\s*+\(|\bdrop\s*+\(\s*+" + word + rb"\s*+\)", rest):
        return "dropped"
    return "unknown"
