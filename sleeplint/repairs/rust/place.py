"""A wait in its place: the statement that it is, the function and the task that it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node

from sleeplint.facts import Test, Wait
from sleeplint.finding import Finding
from sleeplint.languages.rust.flow import BORDERS, LOOPS
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import Ground, Word, calls, statements

_TASKS = frozenset({"tokio::spawn", "tokio::task::spawn"})
_THREADS = frozenset({"std::thread::spawn"})
_OTHERS = regex(r"(?:^|::|\.)spawn\w*$")


@dataclass(frozen=True)
class Spawned:
    """A task or thread that a call in this file starts."""

    ground: Ground
    call: Node
    body: Node
    """The async block or closure that runs in it, or the call that makes its future."""
    chain: tuple[Node, ...]
    """From the root down to the call, without it."""
    thread: bool
    """A thread of the system; else a tokio task."""

    @cached_property
    def function(self) -> Node | None:
        """The function that starts it."""
        return next((node for node in reversed(self.chain) if node.type == "function_item"), None)

    @cached_property
    def at(self) -> int:
        """Where in the chain its statement stands."""
        return _statement(self.chain)

    @property
    def statement(self) -> Node:
        """The statement that holds the call."""
        return self.chain[self.at] if self.at < len(self.chain) else self.call

    @property
    def block(self) -> Node:
        """The block that holds the statement."""
        return self.chain[self.at - 1]

    @cached_property
    def handle(self) -> str | None:
        """The variable that is bound to the handle; None if there is none."""
        if self.statement.type != "let_declaration" or self.statement.child_by_field_name("value") != self.call:
            return None
        pattern = self.statement.child_by_field_name("pattern")
        if pattern is not None and pattern.type == "mut_pattern":
            pattern = pattern.named_children[-1]
        return self.ground.text(pattern) if pattern is not None and pattern.type == "identifier" else None

    @cached_property
    def is_thrown_away(self) -> bool:
        """The call is a statement of its own, or bound to `_`."""
        if self.statement.type == "let_declaration":
            pattern = self.statement.child_by_field_name("pattern")
            whole = self.statement.child_by_field_name("value") == self.call
            return whole and pattern is not None and self.ground.text(pattern) == "_"
        if self.statement.type != "expression_statement" or not self.ground.text(self.statement).endswith(";"):
            return False
        return self.statement.named_children[0] == self.call

    @cached_property
    def handle_uses(self) -> list[Word]:
        """Where the handle is named after it is bound."""
        if self.handle is None or self.function is None:
            return []
        return self.ground.uses(self.handle, self.statement.end_byte, self.function.end_byte)

    @cached_property
    def is_detached(self) -> bool:
        """Nobody waits for its end: the handle is dropped, never used, or aborted before anything else."""
        if self.is_thrown_away:
            return True
        if self.handle is None:
            return False
        return not self.handle_uses or self._aborts(self.handle_uses[0])

    @cached_property
    def join(self) -> Word | None:
        """The only place that takes the handle, other than to abort it later."""
        uses = self.handle_uses
        return uses[0] if uses and not self._aborts(uses[0]) and all(map(self._aborts, uses[1:])) else None

    def _aborts(self, use: Word) -> bool:
        return re.match(rb"\s*\.\s*abort\s*\(", self.ground.bare[use.end :]) is not None

    def straight_from(self, function: Node) -> bool:
        """Whether nothing stands between `function` and it that runs more than once, or elsewhere."""
        index = self.chain.index(function)
        return all(node.type not in BORDERS | LOOPS for node in self.chain[index + 1 :])


@dataclass(frozen=True)
class Place:
    """A wait and its surroundings in the tree."""

    ground: Ground
    finding: Finding
    wait: Wait
    nodes: tuple[Node, ...]
    """From the root down to the call, which is the last."""

    @property
    def call(self) -> Node:
        """The call that waits."""
        return self.nodes[-1]

    @cached_property
    def in_macro(self) -> bool:
        """Whether it stands in a macro's tokens, where nothing is edited."""
        return any(node.type in ("macro_invocation", "macro_definition") for node in self.nodes)

    @cached_property
    def test(self) -> Test | None:
        """The test in which it stands."""
        return next((test for test in self.ground.file.tests if test.name == self.wait.test), None)

    @cached_property
    def border(self) -> int:
        """Where in `nodes` the innermost function, closure or async block stands; 0 if there is none."""
        return next((at for at in range(len(self.nodes) - 2, 0, -1) if self.nodes[at].type in BORDERS), 0)

    @cached_property
    def function(self) -> Node | None:
        """The innermost named function."""
        return next((node for node in reversed(self.nodes[:-1]) if node.type == "function_item"), None)

    @property
    def is_async(self) -> bool:
        """Whether `.await` can stand here."""
        inner = self.nodes[self.border]
        return inner.type == "async_block" or is_async(self.ground, inner)

    @cached_property
    def at(self) -> int:
        """Where in `nodes` the statement stands that holds the call."""
        return _statement(self.nodes)

    @property
    def statement(self) -> Node:
        """The statement that holds the call."""
        return self.nodes[self.at]

    @property
    def block(self) -> Node:
        """The block that holds the statement."""
        return self.nodes[self.at - 1]

    @cached_property
    def whole(self) -> Node | None:
        """The statement, if the wait is all of it; None in a macro or as part of something larger."""
        if self.in_macro or self.at >= len(self.nodes):
            return None
        node = self.statement
        if node.type == "expression_statement":
            node = node.named_children[0]
        elif node.type == "let_declaration":
            pattern = node.child_by_field_name("pattern")
            value = node.child_by_field_name("value")
            if pattern is None or value is None or self.ground.text(pattern) != "_":
                return None
            node = value
        if node.type == "await_expression":
            node = node.named_children[0]
        if node != self.call:
            return None
        return self.statement if node.type == "call_expression" else None

    @cached_property
    def following(self) -> list[Node]:
        """The statements after this one in its block."""
        return [node for node in statements(self.block) if node.start_byte >= self.statement.end_byte]

    @cached_property
    def preceding(self) -> list[Node]:
        """The statements before this one in its block."""
        return [node for node in statements(self.block) if node.end_byte <= self.statement.start_byte]

    def ends(self, at: int) -> bool:
        """Whether nothing but the release of values follows this statement inside node `at`."""
        for above in range(self.at - 1, at, -1):
            node = self.nodes[above]
            if node.type in LOOPS:
                return False
            if node.type == "block":
                rest = [n for n in statements(node) if n.start_byte >= self.nodes[above + 1].end_byte]
                for later in rest:
                    if later.type in ("return_expression",) or _returns(later):
                        return True
                    if not _is_release(self.ground.meaning(later)):
                        return False
        return True

    @cached_property
    def spawned(self) -> Spawned | None:
        """The task or thread whose own code this is."""
        if self.border == 0 or self.nodes[self.border].type == "function_item":
            return None
        return self.spawn_of(self.border)

    def spawn_of(self, at: int) -> Spawned | None:
        """The spawn that takes the async block or closure at node `at` as it is."""
        if at < 2 or self.nodes[at - 1].type != "arguments" or self.nodes[at - 2].type != "call_expression":
            return None
        return spawn(self.ground, self.nodes[at - 2], self.nodes[: at - 2])


def spawn(ground: Ground, call: Node, chain: tuple[Node, ...]) -> Spawned | None:
    """The task or thread that a call starts; None if it starts none that we know."""
    path = ground.callee(call)
    arguments = call.child_by_field_name("arguments")
    if path not in _TASKS | _THREADS or arguments is None or len(arguments.named_children) != 1:
        return None
    return Spawned(ground, call, arguments.named_children[0], chain, path in _THREADS)


def spawns(ground: Ground, node: Node) -> Iterator[Spawned]:
    """The tasks and threads that calls at and below a node start."""
    for call in calls(node):
        if ground.callee(call) in _TASKS | _THREADS:
            chain = ground.grove.chain(call.start_byte, call.end_byte)
            around = chain[: chain.index(call)] if call in chain else chain[:-1]
            started = spawn(ground, call, around)
            if started is not None:
                yield started


def starts_something(ground: Ground, node: Node) -> bool:
    """Whether some call at or below a node is called a spawn."""
    return any(_OTHERS.search(ground.callee(call)) for call in calls(node))


def place(ground: Ground, finding: Finding, wait: Wait) -> Place | None:
    """Where a wait stands; None if its call is not found."""
    chain = ground.grove.chain(wait.span.start, wait.span.end)
    if wait.kind == "clock-assert":
        return Place(ground, finding, wait, chain)
    for at in range(len(chain) - 1, -1, -1):
        if chain[at].type == "call_expression" and chain[at].end_byte == wait.span.end:
            return Place(ground, finding, wait, chain[: at + 1])
    return None


def is_async(ground: Ground, function: Node) -> bool:
    """Whether a function or closure is `async`."""
    if function.type == "function_item":
        modifiers = next((child for child in function.children if child.type == "function_modifiers"), None)
        return modifiers is not None and "async" in ground.text(modifiers).split()
    return any(child.type == "async" for child in function.children)


def _statement(nodes: tuple[Node, ...]) -> int:
    """The index of the innermost node that stands directly in a block."""
    for at in range(len(nodes) - 1, 0, -1):
        if nodes[at - 1].type == "block":
            return at
    return len(nodes) - 1


def _is_release(text: str) -> bool:
    return (
        re.fullmatch(
            r"\s*(?:(?:\w+::)*drop\s*\([\w.]+\)|Ok\s*(?:::<.*>)?\s*\(\s*(?:\(\s*\))?\s*\)|\(\s*\))\s*;?\s*", text
        )
        is not None
    )


def _returns(node: Node) -> bool:
    return node.type == "expression_statement" and node.named_children[0].type == "return_expression"
