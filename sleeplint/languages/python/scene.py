"""One file as the role side sees it: what its waits have in common is looked up once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tree_sitter import Node

from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.site import Names, Site
from sleeplint.languages.python.tree import Chain, called_name, chain_to, text_of
from sleeplint.records import dataclass

MAX_NODES = 400
"""Nodes of one statement that are looked at: enough for any that people write."""
MAX_USES = 40
MAX_TEXT = 2000
_FEW = 100
_LEAVES = frozenset(
    {"identifier", "integer", "float", "string_start", "string_content", "string_end", "none", "true", "false"}
)
"""Kinds of nodes that have nothing below them, or nothing that anybody looks for."""
_BORDERS = frozenset({"function_definition", "class_definition", "lambda", "block"})


@dataclass(frozen=True, slots=True)
class Called:
    """A call, by name."""

    node: Node
    name: str
    """The last segment of what is called; empty if it is no name."""
    receiver: str
    """What stands before the last dot."""


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a name is used."""

    node: Node
    chain: Chain


class Scene:
    """The file around a set of sites."""

    def __init__(self, sites: Sequence[Site]) -> None:
        """Hold the sites of one file; there is at least one."""
        self.code: bytes = sites[0].code
        self.names: Names = sites[0].names
        self.root: Node = sites[0].chain[0]
        self.sites: dict[int, Site] = {site.call.id: site for site in sites}
        self._called: dict[int, Called] = {}
        self._calls: dict[int, tuple[Called, ...]] = {}
        self._statements: dict[int, tuple[Node, ...]] = {}
        self._positions: dict[int, dict[int, int]] = {}
        self._words: dict[bytes, list[int]] | None = None
        self._uses: dict[str, tuple[Use, ...]] = {}
        self.memory: dict[tuple[str, int], object] = {}
        """What other modules worked out about a node, by their word for it."""

    def text(self, node: Node) -> str:
        """What the code says there, cut where nobody would read on."""
        return self.code[node.start_byte : min(node.end_byte, node.start_byte + MAX_TEXT)].decode("utf-8", "replace")

    def called(self, call: Node) -> Called:
        """A `call` node by name."""
        known = self._called.get(call.id)
        if known is None:
            known = self._called[call.id] = self._name(call)
        return known

    def _name(self, call: Node) -> Called:
        name = called_name(call)
        function = call.child_by_field_name("function")
        receiver = ""
        if function is not None and function.type == "attribute":
            owner = function.child_by_field_name("object")
            receiver = self.text(owner) if owner is not None else ""
        return Called(call, text_of(name, self.code) if name is not None else "", receiver)

    def path(self, call: Node) -> str:
        """The canonical path of what a `call` calls, as far as imports explain it."""
        function = call.child_by_field_name("function")
        resolved = self.names.resolve(function) if function is not None else None
        return resolved or (self.text(function) if function is not None else "")

    def calls(self, node: Node) -> tuple[Called, ...]:
        """The calls of one simple statement or expression, outermost first, functions not entered."""
        known = self._calls.get(node.id)
        if known is None:
            known = ()
            if self.code.find(b"(", node.start_byte, node.end_byte) >= 0:
                known = tuple([self.called(part) for part in parts(node) if part.type == "call"])
            self._calls[node.id] = known
        return known

    def statements(self, block: Node) -> tuple[Node, ...]:
        """The statements of a block or module, without comments."""
        known = self._statements.get(block.id)
        if known is None:
            known = tuple(child for child in block.named_children if child.type != "comment")
            self._statements[block.id] = known
        return known

    def position(self, block: Node, statement: Node) -> int:
        """Which of a block's statements one is; past the end if it is none."""
        known = self._positions.get(block.id)
        if known is None:
            known = {child.id: at for at, child in enumerate(self.statements(block))}
            self._positions[block.id] = known
        return known.get(statement.id, len(known))

    def uses(self, name: str) -> tuple[Use, ...]:
        """Where an identifier stands in the file, the first ones."""
        known = self._uses.get(name)
        if known is None:
            known = self._uses[name] = tuple(self._find(name))
        return known

    def _find(self, name: str) -> Iterator[Use]:
        if not name:
            return
        word = name.encode("utf-8", "replace")
        found = 0
        for start in self._places(word):
            node = self.root.descendant_for_byte_range(start, start + len(word))
            if node is None or node.type != "identifier":
                continue
            chain = chain_to(self.root, node)
            if chain is not None:
                yield Use(node, chain)
                found += 1
                if found == MAX_USES:
                    return

    def _places(self, word: bytes) -> Iterable[int]:
        """Where a word stands: by a search of its own, or once many were asked for, by one pass over the file."""
        if self._words is None and len(self._uses) < _FEW:
            return occurrences(self.code, word)
        if self._words is None:
            self._words = {}
            for match in re.finditer(rb"[^\W\d]\w*", self.code):
                self._words.setdefault(match[0], []).append(match.start())
        return self._words.get(word, ())


def parts(node: Node) -> Iterator[Node]:
    """`node` and what is below it in order, without what belongs to functions, classes and blocks inside."""
    stack = [node]
    seen = 0
    while stack and seen < MAX_NODES:
        part = stack.pop()
        seen += 1
        yield part
        if part.type not in _LEAVES:
            stack += [child for child in reversed(part.named_children) if child.type not in _BORDERS]
