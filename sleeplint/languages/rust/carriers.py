"""Who takes the closure, future or function in which a wait stands."""

from __future__ import annotations

import re
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.flow import BORDERS, Way, members
from sleeplint.languages.rust.words import places
from sleeplint.records import dataclass
from sleeplint.regexes import regex

Taken = Literal["spawned", "here", "given", "raced", "kept", "returned", "function"]
"""What becomes of a closure, future or function: started in the background; run or awaited on the spot;
given to the code under test; raced against others; bound or stored for later; returned; a named function."""


_RACES = frozenset({b"select", b"select_biased", b"try_select", b"race"})


@dataclass(frozen=True, slots=True)
class Carrier:
    """What takes a function, closure or async block."""

    taken: Taken
    at: int
    """The index of the node that takes it, or of the node itself."""
    word: bytes = b""
    """The last segment of the callee, or the name it is bound to."""
    callee: Node | None = None


def carrier(way: Way, at: int) -> Carrier:
    """What becomes of the closure, async block or function at node `at` of the way."""
    nodes = way.nodes
    if nodes[at].type == "function_item":
        return Carrier("function", at, way.word(nodes[at].child_by_field_name("name")))
    below = at
    while below > 0:
        parent = nodes[below - 1]
        match parent.type:
            case "arguments" if below >= 2 and nodes[below - 2].type == "call_expression":
                call = nodes[below - 2]
                callee = call.child_by_field_name("function")
                word = way.word(callee)
                if vocabulary.SPAWN.match(word + b"(") and word != b"spawn_test":
                    return Carrier("spawned", below - 2, word, callee)
                if word in vocabulary.FIRST_WINS:
                    return Carrier("raced", below - 2, word, callee)
                if word in vocabulary.IN_PLACE or (callee is not None and vocabulary.RUNS.search(way.text(callee))):
                    return Carrier("here", below - 2, word, callee)
                if word in vocabulary.CARRIED:
                    below -= 2
                    continue
                if word in (b"push", b"push_back", b"insert"):
                    return Carrier("kept", below - 2, word, callee)
                if nodes[at].type == "async_block" and _is_story(way, at, below - 2):
                    return Carrier("here", below - 2, word, callee)
                return Carrier("given", below - 2, word, callee)
            case "field_expression" if below >= 2 and nodes[below - 2].type == "call_expression":
                word = way.word(parent)
                if word in vocabulary.FIRST_WINS:
                    return Carrier("raced", below - 2, word, parent)
                if word in (b"timeout", b"await", b"unwrap_or_else"):
                    return Carrier("here", below - 2, word, parent)
                below -= 2
            case "await_expression" | "try_expression":
                return Carrier("here", below - 1)
            case "call_expression":
                return Carrier("here", below - 1)
            case "assignment_expression" if below >= 3 and way.macro(below - 3) in _RACES:
                return Carrier("raced", below - 1, way.macro(below - 3))
            case "let_declaration":
                pattern = parent.child_by_field_name("pattern")
                return _bound(way, below - 1, way.text(pattern).rpartition(b" ")[2] if pattern else b"")
            case "block":
                if not is_tail(way, below - 1):
                    return Carrier("kept", below)
                below -= 1
            case "closure_expression" | "async_block" | "function_item":
                if parent.type == "function_item":
                    return Carrier("returned", below - 1, way.word(parent.child_by_field_name("name")))
                below -= 1
            case "source_file" if below >= 2:
                name = way.macro(below - 1)
                if name in _RACES:
                    return Carrier("raced", below - 2, name)
                if name in (b"vec", b"pin", b"pin_mut"):
                    below -= 2
                    continue
                if name in vocabulary.JOINING or name.startswith(b"assert") or b"timeout" in name:
                    return Carrier("here", below - 2, name)
                return Carrier("given", below - 2, name)
            case "expression_statement" if below >= 2 and nodes[below - 2].type == "source_file":
                below -= 1
            case "return_expression":
                return Carrier("returned", below - 1)
            case (
                "parenthesized_expression"
                | "reference_expression"
                | "unsafe_block"
                | "type_cast_expression"
                | "array_expression"
            ):
                below -= 1
            case (
                "tuple_expression"
                | "if_expression"
                | "else_clause"
                | "match_arm"
                | "match_block"
                | "match_expression"
                | "expression_statement"
            ):
                below -= 1
            case _:
                return Carrier("kept", below - 1)
    return Carrier("kept", below)


def _is_story(way: Way, at: int, call: int) -> bool:
    """Whether an async block is the test's own story, told within a function that is awaited: it asserts."""
    callee = way.nodes[call].child_by_field_name("function")
    if callee is None or callee.type not in ("identifier", "scoped_identifier"):
        return False
    if call == 0 or way.nodes[call - 1].type != "await_expression":
        return False
    block = next((child for child in way.nodes[at].named_children if child.type == "block"), None)
    statements, _ = members(block) if block is not None else ([], [])
    return any(_ASSERTS.match(way.bare, statement.start_byte) for statement in statements)


_ASSERTS = regex(rb"(?:\w+::)*(?:assert|ensure)\w*\s*+[!(]")


def is_tail(way: Way, at: int) -> bool:
    """Whether the way leads through the value of the block at node `at`."""
    block = way.nodes[at]
    statements, _ = members(block)
    last = statements[-1] if statements else None
    return last == way.nodes[at + 1] and last is not None and not way.text(last).endswith(b";")


def _bound(way: Way, at: int, name: bytes) -> Carrier:
    """What becomes of a future or closure that a `let` at node `at` binds."""
    if not name.isalnum() and not re.fullmatch(rb"\w+", name):
        return Carrier("kept", at, name)
    rest = way.after(way.nodes[at].end_byte, function_end(way, at))
    starts = [*places(rest, name)]
    if any(_leads(_SPAWNED, rest, start) for start in starts):
        return Carrier("spawned", at, name)
    if any(_leads(_RACED, rest, start) for start in starts):
        return Carrier("raced", at, name)
    if any(_AWAITED.match(rest, start + len(name)) or _leads(_JOINED, rest, start) for start in starts):
        return Carrier("here", at, name)
    called = way.nodes[at].child_by_field_name("value") is not None
    if called and any(_CALLED.match(rest, start + len(name)) for start in starts):
        return Carrier("here", at, name)
    return Carrier("given", at, name)


# What leads to a name in its statement, and what follows it.
_SPAWNED = regex(rb"\bspawn\w*\s*+\((?:[^;()]|\(\))*\Z")
_RACED = regex(rb"\b(?:select|select_biased|race|or)!?\s*+[({]")
_JOINED = regex(rb"\b(?:(?:\w+_)?timeout|block_on|join\w*)!?\s*+\(")
_AWAITED = regex(rb"\s*+(?:\([^;]*?\)\s*+)?\.\s*+await\b")
_CALLED = regex(rb"\s*+\(")


def _leads(pattern: re.Pattern[bytes], text: bytes, place: int) -> bool:
    """Whether a pattern is found between the last semicolon before a place and the place."""
    return pattern.search(text, text.rfind(b";", 0, place) + 1, place) is not None


def function_end(way: Way, at: int) -> int:
    """Where the function around node `at` ends; closures and blocks within it do not count."""
    for above in range(at - 1, -1, -1):
        if way.nodes[above].type == "function_item":
            return way.nodes[above].end_byte
    return len(way.bare)


def borders(way: Way) -> list[tuple[int, Carrier]]:
    """The functions, closures and async blocks around a wait, innermost first, with what takes each.

    A block that stands at the end of a closure or block is taken with it and not listed twice.
    """
    found: list[tuple[int, Carrier]] = []
    last = len(way.nodes)
    for at in range(len(way.nodes) - 2, -1, -1):
        if way.nodes[at].type in BORDERS:
            taken = carrier(way, at)
            if found and found[-1][1].at == taken.at and taken.taken != "function" and at < last:
                continue
            found.append((at, taken))
            last = at
    return found
