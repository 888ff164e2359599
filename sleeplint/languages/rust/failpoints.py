"""Fail points that sleep: `fail::cfg("before-commit", "sleep(2000)")`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Node

from sleeplint.languages.rust.names import FileNames, path_of
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_ACTION = regex(rb'"[^"\n]*\b(?:sleep|delay)\((\d{1,15})\)[^"\n]*"')
_CONFIGURING = frozenset({"fail::cfg", "fail_parallel::cfg", "fail::FailGuard::new"})


@dataclass(frozen=True, slots=True)
class FailPoint:
    """A fail point that is told to sleep."""

    call: Node
    chain: tuple[Node, ...]
    start: int
    api: str
    action: Node
    duration_ms: int


def fail_points(names: FileNames, asked: Callable[[int], bool]) -> Iterator[FailPoint]:
    """Every one of a file, of those at offsets that are asked for, in order."""
    grove = names.reading.grove
    for match in _ACTION.finditer(grove.code):
        if not asked(match.start()):
            continue
        chain = grove.chain(*match.span())
        index = next((i for i in range(len(chain) - 1, -1, -1) if chain[i].type == "call_expression"), None)
        if index is None or chain[-1].type != "string_literal":
            continue
        call = chain[index]
        function = call.child_by_field_name("function")
        path = path_of(function, grove.code) if function is not None else None
        found = names.look_up(path, chain[: index + 1]) if path else None
        if function is not None and found is not None and found.path in _CONFIGURING:
            yield FailPoint(call, chain[:index], function.start_byte, found.path, chain[-1], int(match[1]))
