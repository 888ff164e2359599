"""The file under repair: its tree, its names, its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count

from tree_sitter import Node, Query, QueryCursor

from sleeplint.facts import TestFile
from sleeplint.languages.rust.bare import bare
from sleeplint.languages.rust.library import Library, Reading
from sleeplint.languages.rust.macros import Grove
from sleeplint.languages.rust.names import FileNames, Finder, path_of
from sleeplint.languages.rust.parsing import LANGUAGE, Budget
from sleeplint.regexes import regex
from sleeplint.source import Source

_NAMES = frozenset({"identifier", "type_identifier", "shorthand_field_identifier", "self"})
_HOLDERS = "[(source_file) (declaration_list) (block)] @holder"
_BEFORE = regex(rb"(?:::|(?<!\.)\.)\s*\Z|'\Z")
"""What makes a word a method, a field, a later part of a path or a lifetime."""


@cache
def _holders() -> Query:
    return Query(LANGUAGE, _HOLDERS)


@dataclass(frozen=True, slots=True)
class Word:
    """An identifier in the code, inside macros too; not those in comments and strings."""

    start: int
    end: int
    name: str


class Ground:
    """One parsed file, and what the repairs of this round have already taken of it."""

    def __init__(self, source: Source, file: TestFile) -> None:
        """Parse the source. Raises GivenUp."""
        self.source = source
        self.file = file
        self.code = source.code
        self.bare = bare(source.code)
        self.grove = Grove.whole(source.code, Budget())
        self.names = FileNames(Reading(None, source.code, lambda: self.grove), Finder(Library(None)))
        self._claimed: set[tuple[int, str]] = set()
        self._callees: dict[int, str] = {}

    def text(self, node: Node) -> str:
        """What the file says at a node."""
        return self.grove.text(node)

    def meaning(self, node: Node) -> str:
        """What the file says at a node, without what stands in comments and between quotes."""
        return self.bare[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def resolve(self, node: Node | None) -> str:
        """The canonical path of a path node; empty if it is none."""
        return (self.names.resolve(node) or "") if node is not None else ""

    def callee(self, call: Node) -> str:
        """The canonical path of a called function; of a method, `.name`."""
        known = self._callees.get(call.id)
        if known is None:
            known = self._callees[call.id] = self._callee(call)
        return known

    def _callee(self, call: Node) -> str:
        function = call.child_by_field_name("function")
        if function is not None and function.type == "generic_function":
            function = function.child_by_field_name("function")
        if function is None:
            return ""
        if function.type == "field_expression":
            field = function.child_by_field_name("field")
            return f".{self.text(field)}" if field is not None else ""
        return self.resolve(function)

    def claim(self, owner: Node, name: str) -> bool:
        """Take a name or a variable within a function for one repair of this round; False if it is taken."""
        key = (owner.start_byte, name)
        if key in self._claimed:
            return False
        self._claimed.add(key)
        return True

    @cached_property
    def holders(self) -> list[Node]:
        """What holds items and statements: the file, the bodies of modules, blocks; outer ones first."""
        found = QueryCursor(_holders()).captures(self.grove.root)["holder"]
        return sorted(found, key=lambda node: (node.start_byte, -node.end_byte))

    @cached_property
    def functions(self) -> dict[str, list[Node]]:
        """The functions of the file, by name."""
        found: dict[str, list[Node]] = {}
        for holder in self.holders:
            for child in holder.named_children:
                name = child.child_by_field_name("name") if child.type == "function_item" else None
                if name is not None:
                    found.setdefault(self.text(name), []).append(child)
        return found

    def words_in(self, start: int, end: int) -> list[Word]:
        """The identifiers that begin in a range and are no method, field or later part of a path, in order."""
        return [word for word in self._identifiers_in(start, end) if self._stands_alone(word.start)]

    def uses(self, name: str, start: int, end: int) -> list[Word]:
        """The words of a range that are `name`, in order."""
        written = re.compile(rb"(?<![A-Za-z0-9_])%s(?![A-Za-z0-9_])" % re.escape(name.encode()))
        root = self.grove.root
        found = []
        for match in written.finditer(self.code, start):
            first, last = match.span()
            if first >= end:
                break
            node = root.descendant_for_byte_range(first, last)
            if node is not None and node.type in _NAMES and (node.start_byte, node.end_byte) == (first, last):
                found.append(Word(first, last, name))
        return [word for word in found if self._stands_alone(word.start)]

    def _stands_alone(self, start: int) -> bool:
        return _BEFORE.search(self.bare, max(0, start - 256), start) is None

    def _identifiers_in(self, start: int, end: int) -> list[Word]:
        """Every identifier that begins in a range, in order."""
        found = []
        stack = [self.grove.root.descendant_for_byte_range(start, end) or self.grove.root]
        while stack:
            node = stack.pop()
            if node.type in _NAMES:
                if start <= node.start_byte < end:
                    found.append(Word(node.start_byte, node.end_byte, self.text(node)))
            else:
                stack.extend(c for c in reversed(node.children) if c.start_byte < end and c.end_byte > start)
        return found

    def fresh(self, owner: Node, *names: str) -> tuple[str, ...]:
        """`names`, with the same number behind each so that no word of the function `owner` is one of them.

        No other repair of this round gets them in the same function.
        """
        known = {word.name for word in self._identifiers_in(owner.start_byte, owner.end_byte)}
        number = 1
        while True:
            wanted = tuple(name if number == 1 else f"{name}{number}" for name in names)
            if known.isdisjoint(wanted) and all((owner.start_byte, name) not in self._claimed for name in wanted):
                for name in wanted:
                    self.claim(owner, name)
                return wanted
            number += 1

    def unknown(self, owner: Node, name: str) -> str:
        """`name`, with a number behind it if the function knows it; other repairs of this round may get it too."""
        known = {word.name for word in self._identifiers_in(owner.start_byte, owner.end_byte)}
        names = (name if number == 1 else f"{name}{number}" for number in count(1))
        return next(free for free in names if free not in known)

    def spell(self, path: str, node: Node) -> str:
        """The shortest way to write a canonical path at a place: by what is imported there, else in full."""
        segments = path.split("::")
        chain = self.grove.chain(node.start_byte, node.end_byte)
        function = next((link for link in reversed(chain) if link.type == "function_item"), node)
        for cut in range(len(segments) - 1, 0, -1):
            head = segments[cut]
            found = self.names.look_up((head,), chain)
            if found is None or found.path != "::".join(segments[: cut + 1]) or self._is_bound(head, function):
                continue
            return "::".join(segments[cut:])
        return path

    def _is_bound(self, name: str, function: Node) -> bool:
        """Whether a function binds a variable of that name, which would hide an import."""
        pattern = rb"\b(?:let|mut|ref|for)\s+(?:mut\s+)?\(?[^=;(]*\b%s\b|[(,|]\s*(?:mut\s+)?%s\s*(?:[,|]|:(?!:))"
        word = re.escape(name.encode())
        return re.search(pattern % (word, word), self.bare[function.start_byte : function.end_byte]) is not None


def inside(node: Node) -> Iterator[Node]:
    """A node and all below it, in order of position. What is below a macro are its tokens."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(here.children))


def calls(node: Node) -> Iterator[Node]:
    """The calls at and below a node, but not those in macros."""
    return (here for here in inside(node) if here.type == "call_expression")


def statements(block: Node) -> list[Node]:
    """The statements of a block, without comments."""
    return [child for child in block.named_children if child.type not in ("line_comment", "block_comment", "label")]


def segments(node: Node, code: bytes) -> tuple[str, ...]:
    """The parts of a path as written."""
    return path_of(node, code) or ()
