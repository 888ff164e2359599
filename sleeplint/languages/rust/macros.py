"""The tree of a file, with the bodies of macros re-parsed in place where somebody looks into them.

A macro's body is a token tree, in which no call is a call. Its separators are overwritten by
statement ends of the same length, and it is parsed as a piece of the file, so that positions stay.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from tree_sitter import Node, Point, Range, Tree

from sleeplint.languages.rust.layout import holes
from sleeplint.languages.rust.parsing import DEPTH_LIMIT, SECONDS_LIMIT, Budget, GivenUp, parse, step

_MACROS = frozenset({"macro_invocation", "macro_definition"})
_QUOTES = frozenset(b"quote quote_spanned parse_quote parse_quote_spanned stringify".split())
"""Macros that make text or tokens of their body: nothing of it is run."""
_BRANCHES = frozenset({b"select", b"select_biased", b"try_select"})
"""Macros whose arms may be guarded by `if` and closed by `else`, as no statement is."""


def macro_name(macro: Node, code: bytes) -> bytes:
    """The last segment of a macro's path, such as `select`."""
    path = macro.child_by_field_name("macro") or macro.child_by_field_name("name")
    if path is None:
        return b""
    return code[path.start_byte : path.end_byte].rpartition(b"::")[2].strip()


class Grove:
    """A file's tree, and the trees of what is parsed when somebody looks into it: macros' bodies, long functions."""

    def __init__(self, code: bytes, budget: Budget, tree: Tree | None = None) -> None:
        """Parse `code`, unless its whole tree is known. Raises GivenUp."""
        self.code = code
        self.budget = budget
        self._holes = holes(code) if tree is None else ()
        self._tree = tree or parse(code, budget, holes=self._holes)
        self.root = self._tree.root_node
        self._ends = [end for _, end in self._holes]
        self._functions: dict[int, Node] = {}
        if self._holes and self.root.has_error:  # the layout deceived, or it is new syntax: then nothing is sure
            self._fill()
        self._masked: bytearray | None = None
        self._bodies: dict[tuple[int, int], Node] = {}
        # A body nested in bodies is parsed once for each of them.
        self._reparsing = 8 * len(code) + 65_536

    @classmethod
    def whole(cls, code: bytes, budget: Budget) -> Grove:
        """A grove that leaves nothing for later, for who walks it from its root. Raises GivenUp."""
        return cls(code, budget, parse(code, budget))

    @property
    def trees(self) -> Iterator[Node]:
        """The root, and the functions that were looked into."""
        yield self.root
        yield from self._functions.values()

    def text(self, node: Node) -> str:
        """What the file says at a node, which may belong to a masked body."""
        return self.code[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def chain(self, start: int, end: int) -> tuple[Node, ...]:
        """The nodes around a range, from the root down to the smallest, through the borders of macros.

        After a macro follow the root of its re-parsed body and that tree's nodes.
        Raises GivenUp if they are nested too deeply, or the file's time is spent.
        """
        if self.budget.spent():
            raise GivenUp(f"not read to its end within {SECONDS_LIMIT:g} s")
        return self._links(start, end, self._touches_hole(start, end))

    def item(self, start: int, end: int) -> Node:
        """The smallest node around a range, such as an item whose span is known; a function may seem empty."""
        return self._links(start, end, self._touches_hole(start, start))[-1]

    def _links(self, start: int, end: int, fill: bool) -> tuple[Node, ...]:
        """A chain; to `fill` is to look into the function in which it ends."""
        node = self.root
        links = [node]
        target = node.descendant_for_byte_range(start, end)
        while target is not None:
            below = step(node, target)
            if below is None:
                break
            node = below
            if fill and node.type == "function_item" and self._touches_hole(node.start_byte, node.end_byte):
                function = self._function(node)
                if function is None:
                    self._fill()
                    return self._links(start, end, False)
                node, fill = function, False
                target = node.descendant_for_byte_range(start, end)
            links.append(node)
            if len(links) > DEPTH_LIMIT:
                raise GivenUp(f"nested more than {DEPTH_LIMIT} levels deep")
            if node.type in _MACROS and (body := self._body_around(node, start, end)) is not None:
                node = body
                links.append(node)
                target = node.descendant_for_byte_range(start, end)
                fill = False
        return tuple(links)

    def _touches_hole(self, start: int, end: int) -> bool:
        at = bisect_right(self._ends, start)
        return at < len(self._ends) and self._holes[at][0] < max(end, start + 1)

    def _function(self, empty: Node) -> Node | None:
        """A function with its body, of which the root's tree shows the head only; None if the layout deceived."""
        start = empty.start_byte
        if start not in self._functions:
            piece = Range(empty.start_point, empty.end_point, start, empty.end_byte)
            root = parse(self.code, self.budget, piece).root_node
            found = root.named_children[0] if root.named_children else root
            if (found.type, found.start_byte, found.end_byte) != (empty.type, start, empty.end_byte):
                return None
            self._functions[start] = found
        return self._functions[start]

    def _fill(self) -> None:
        """Parse the whole text."""
        self._tree, self._holes, self._ends = parse(self.code, self.budget), (), []
        self.root = self._tree.root_node
        self._functions = {}

    def body(self, macro: Node) -> Node | None:
        """The re-parsed body of a `macro_invocation`; None if it has none."""
        for child in macro.children:
            if child.type == "token_tree":
                return self._reparse(child, macro_name(macro, self.code))
        return None

    def arguments(self, tree: Node) -> Node | None:
        """The first expression in a token tree, such as an attribute's arguments."""
        for child in self._reparse(tree, b"").named_children:
            if child.type == "expression_statement":
                return child.named_children[0] if child.named_children else None
            if child.type not in {"empty_statement", "line_comment", "block_comment"}:
                return child
        return None

    def _body_around(self, macro: Node, start: int, end: int) -> Node | None:
        if macro.type == "macro_invocation":
            if macro_name(macro, self.code) in _QUOTES:
                return None
            trees = [child for child in macro.children if child.type == "token_tree"]
        else:
            rules = (child for child in macro.children if child.type == "macro_rule")
            trees = [tree for rule in rules if (tree := rule.child_by_field_name("right")) is not None]
        for tree in trees:
            if tree.start_byte < start and end < tree.end_byte:
                return self._reparse(tree, macro_name(macro, self.code))
        return None

    def _reparse(self, tree: Node, name: bytes) -> Node:
        key = (tree.start_byte, tree.end_byte)
        if key not in self._bodies:
            self._reparsing -= tree.end_byte - tree.start_byte
            if self._reparsing < 0:
                raise GivenUp("macros nested too deeply in one another")
            if self._masked is None:
                self._masked = bytearray(self.code)
            _mask(self._masked, tree, name)
            row, column = tree.start_point
            inner = Range(Point(row, column + 1), tree.end_point, tree.start_byte + 1, tree.end_byte)
            self._bodies[key] = parse(self._masked, self.budget, inner).root_node
        return self._bodies[key]


def _mask(code: bytearray, tree: Node, name: bytes) -> None:
    """Overwrite the separators directly in a token tree, and its closing delimiter."""
    branches = name in _BRANCHES
    for child in tree.children[1:-1]:
        match child.type:
            case ",":
                code[child.start_byte] = 0x3B
            case "=>":
                code[child.start_byte : child.end_byte] = b"; "
            case "if" | "else" if branches:
                code[child.start_byte : child.end_byte] = b" " * (child.end_byte - child.start_byte)
            case "identifier" if branches and code[child.start_byte : child.end_byte] == b"biased":
                code[child.start_byte : child.end_byte] = b" " * 6
    code[tree.end_byte - 1] = 0x3B
