"""What an assertion claims, taken apart: its operands and its message."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.rust.flow import Way
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_MACRO = regex(rb"\s*+(?:\w+::)*((?:debug_|prop_|pretty_)?(?:assert|ensure|verify)\w*)!\s*+[(\[{]")
_FAMILY = regex(rb"^(?:debug_|prop_|pretty_)")
_EQUAL = regex(rb"==")
_OPENING, _CLOSING = b"([{", b")]}"
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Claim:
    """One assertion."""

    macro: bytes
    """`assert_eq`, also where `assert!(a == b)` is written."""
    operands: tuple[bytes, ...]
    """What is compared, without blanks."""
    message: bytes
    """What is said when it fails, in lower case."""


def claim(way: Way, node: Node) -> Claim | None:
    """What a statement asserts; None if it is no assertion macro."""
    bare = way.text(node)
    head = _MACRO.match(bare)
    if head is None or len(bare) > _LONGEST:
        return None
    code = way.site.code[node.start_byte : node.end_byte]
    parts = _parts(bare, head.end())
    macro = _FAMILY.sub(b"", head.group(1))
    if macro in (b"assert", b"ensure") and parts:
        start, end = parts[0]
        sign = _top(bare, start, end)
        if sign is not None:
            parts[0:1] = [(start, sign), (sign + 2, end)]
            macro = b"assert_eq"
    count = 2 if re.search(rb"_(?:eq|ne|lt|le|gt|ge|matches)$", macro) else 1
    operands = tuple(re.sub(rb"\s+", b"", code[start:end]) for start, end in parts[:count])
    return Claim(macro, operands, b" ".join(code[start:end] for start, end in parts[count:]).lower())


def _parts(bare: bytes, start: int) -> list[tuple[int, int]]:
    """Where the parts between commas stand, up to the bracket that closes."""
    found = []
    depth = 0
    begin = start
    for at in range(start, len(bare)):
        letter = bare[at]
        if letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
            if depth < 0:
                found.append((begin, at))
                break
        elif letter == ord(",") and depth == 0:
            found.append((begin, at))
            begin = at + 1
    return [(begin, end) for begin, end in found if bare[begin:end].strip()]


def _top(bare: bytes, start: int, end: int) -> int | None:
    """Where the one `==` outside brackets stands, unless the condition has several parts."""
    if b"&&" in bare[start:end] or b"||" in bare[start:end]:
        return None
    for match in _EQUAL.finditer(bare, start, end):
        ahead = bare[start : match.start()]
        if all(ahead.count(one) == ahead.count(other) for one, other in (b"()", b"[]", b"{}")):
            return match.start()
    return None
