"""What happens before and after a wait, as a line of acts without the nesting around them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.scene import Called, Scene, parts
from sleeplint.languages.python.tree import FUNCTIONS, Chain
from sleeplint.records import dataclass

ActKind = Literal["assert", "wait", "call", "read", "neutral", "mark", "yield", "return", "raise", "leave"]
_FAR = 64
"""Acts on either side of a wait: what stands farther away has nothing to do with it."""
_SILENT = frozenset(
    {
        "function_definition", "class_definition", "decorated_definition", "import_statement", "import_from_statement",
        "global_statement", "nonlocal_statement", "pass_statement", "future_import_statement", "ERROR",
    }
)  # fmt: skip
_SEQUENCES = frozenset({"tuple", "list", "set", "boolean_operator"})
"""In a lambda, what does one thing after the other: `(sleep(1), done.set())`, `sleep(1) or done.set()`."""
_RAISES = frozenset(
    {"raises", "warns", "assertRaises", "assertRaisesRegex", "assertLogs", "assertWarns", "assertNoLogs"}
)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that the code does: a simple statement, or the head of a compound one."""

    node: Node
    kind: ActKind
    calls: tuple[Called, ...]
    """Its calls, outermost first."""

    @property
    def effect(self) -> Called | None:
        """The first call that changes something."""
        return next((call for call in self.calls if call.name and weight(call) == "call"), None)


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of a compound statement, already unfolded."""

    node: Node


def border(chain: Chain) -> int:
    """The index of the innermost function of a chain; -1 if it has none."""
    for index in range(len(chain) - 1, -1, -1):
        if chain[index].type in FUNCTIONS:
            return index
    return -1


def weight(called: Called) -> Literal["call", "read", "neutral"]:
    """What a call does to the world, as far as names tell."""
    name = called.name
    if (name in words.BUILTINS and not called.receiver) or name in words.TIMEOUT_BLOCKS:
        return "neutral"
    if name in words.STARTERS or name in words.FIRST_USES:
        return "call"
    if name in words.NEUTRAL_CALLS or name[:1].isupper():
        return "neutral"
    if name in words.READS or words.READ_PREFIX.match(name):
        return "read"
    return "call"


def act_of(scene: Scene, node: Node) -> Act:
    """What one simple statement, or head of a compound one, does."""
    known = scene.memory.get(("act", node.id))
    if isinstance(known, Act):
        return known
    calls = scene.calls(node)
    act = Act(node, _kind(scene, node, calls), calls)
    scene.memory["act", node.id] = act
    return act


def _kind(scene: Scene, node: Node, calls: tuple[Called, ...]) -> ActKind:
    match node.type:
        case "assert_statement" | "with_statement" | "if_statement":  # the compound ones only if they check something
            return "assert"
        case "return_statement":
            return "return"
        case "raise_statement":
            return "raise"
        case "break_statement" | "continue_statement":
            return "leave"
    first = calls[0].name if calls else ""
    if node.type == "expression_statement" and is_assertion(first):
        return "assert"
    if any(_sleeps(scene, call) for call in calls):
        return "wait"
    inner = node.named_children[0] if node.type == "expression_statement" and node.named_child_count else node
    if inner.type == "yield" or any(part.type == "yield" for part in inner.named_children):
        return "yield"
    if calls:
        weights = {weight(call) for call in calls}
        if weights == {"read"} and inner.type in ("call", "await") and words.TURNS.match(first):
            return "call"  # nobody wants what it gives
        return "call" if "call" in weights else "read" if "read" in weights else "neutral"
    if inner.type in ("assignment", "augmented_assignment"):
        left = inner.child_by_field_name("left")
        return "call" if left is not None and left.type in ("attribute", "subscript") else "mark"
    return "neutral"


def _sleeps(scene: Scene, call: Called) -> bool:
    site = scene.sites.get(call.node.id)
    return site is not None and site.kind == "sleep" and not site.by_reference


def is_assertion(name: str) -> bool:
    """Whether a call by this name asserts something."""
    return name.startswith(("assert", "_assert", "expect", "should_", "verify_")) or name in ("fail", "check_call")


def checks(scene: Scene, node: Node) -> bool:
    """Whether a compound statement is an assertion in disguise: `with raises(..)`, `if not ..: fail`."""
    if node.type == "with_statement":
        clause = node.named_children[0] if node.named_child_count else None
        return clause is not None and any(call.name in _RAISES for call in scene.calls(clause))
    if node.type == "if_statement":
        body = node.child_by_field_name("consequence")
        return body is not None and fails(scene, body)
    return False


def fails(scene: Scene, block: Node) -> bool:
    """Whether a block ends in the failure of the test."""
    statements = scene.statements(block)
    for statement in statements[-2:]:
        if statement.type == "raise_statement":
            return statement.named_child_count > 0
        if statement.type == "assert_statement":
            condition = statement.named_child(0)
            if condition is not None and scene.text(condition).strip("()") in ("False", "0", "None", '""'):
                return True
        if statement.type == "expression_statement":
            calls = scene.calls(statement)
            if calls and calls[0].name == "fail":
                return True
            if calls and calls[0].name in ("assertTrue", "assertFalse"):
                wanted = "False" if calls[0].name == "assertTrue" else "True"
                arguments = calls[0].node.child_by_field_name("arguments")
                first = arguments.named_child(0) if arguments is not None else None
                if first is not None and scene.text(first) == wanted:
                    return True
    return False


def _head(node: Node) -> Node | None:
    match node.type:
        case "with_statement":
            return next((child for child in node.named_children if child.type == "with_clause"), None)
        case "for_statement":
            return node.child_by_field_name("right")
        case "while_statement" | "if_statement" | "elif_clause":
            return node.child_by_field_name("condition")
        case "match_statement":
            return node.child_by_field_name("subject")
    return None


def _bodies(node: Node) -> list[Node]:
    """The blocks of a compound statement that usually run, in order."""
    match node.type:
        case "with_statement" | "for_statement" | "while_statement":
            found = [node.child_by_field_name("body")]
        case "if_statement" | "elif_clause":
            found = [node.child_by_field_name("consequence")]
        case "try_statement":
            found = [node.child_by_field_name("body")]
            for clause in node.named_children:
                if clause.type in ("else_clause", "finally_clause"):
                    found.append(clause.child_by_field_name("body") or clause.named_child(clause.named_child_count - 1))
        case _:
            found = []
    return [block for block in found if block is not None and block.type == "block"]


_DEFINITIONS = FUNCTIONS | {"class_definition"}
_COMPOUND = frozenset({"with_statement", "for_statement", "while_statement", "if_statement", "try_statement"})


def _unfold(scene: Scene, statement: Node, *, backward: bool) -> Iterator[Act]:
    stack: list[Node | _Head] = [statement]
    while stack:
        item = stack.pop()
        if isinstance(item, _Head):
            head = _head(item.node)
            if head is not None:
                yield act_of(scene, head)
            continue
        if item.type in _SILENT:
            continue
        if item.type not in _COMPOUND or checks(scene, item):
            yield act_of(scene, item)
            continue
        inside: list[Node | _Head] = [_Head(item)]
        for body in _bodies(item):
            inside.extend(scene.statements(body))
        stack.extend(inside if backward else reversed(inside))


def following(scene: Scene, chain: Chain, node: Node) -> Iterator[Act]:
    """What comes after `node` in its function, up to the function's end, as far as anybody would look."""
    return islice(_following(scene, chain, node), _FAR)


def preceding(scene: Scene, chain: Chain, node: Node) -> Iterator[Act]:
    """What comes before `node` in its function, the nearest first, as far as anybody would look."""
    return islice(_preceding(scene, chain, node), _FAR)


def _following(scene: Scene, chain: Chain, node: Node) -> Iterator[Act]:
    inner = node
    first = border(chain)
    in_lambda = first >= 0 and chain[first].type == "lambda"
    for index in range(len(chain) - 1, first, -1):
        outer = chain[index]
        if in_lambda and outer.type in _SEQUENCES:
            yield from (act_of(scene, one) for one in outer.named_children if one.start_byte >= inner.end_byte)
        elif outer.type in ("block", "module"):
            statements = scene.statements(outer)
            for at in range(scene.position(outer, inner) + 1, len(statements)):
                yield from _unfold(scene, statements[at], backward=False)
        elif outer.type == "try_statement" and inner.type == "block":
            for clause in outer.named_children:
                if clause.type in ("else_clause", "finally_clause"):
                    for block in clause.named_children:
                        if block.type == "block":
                            for statement in scene.statements(block):
                                yield from _unfold(scene, statement, backward=False)
        inner = outer


def _preceding(scene: Scene, chain: Chain, node: Node) -> Iterator[Act]:
    inner = node
    first = border(chain)
    in_lambda = first >= 0 and chain[first].type == "lambda"
    for index in range(len(chain) - 1, first, -1):
        outer = chain[index]
        if in_lambda and outer.type in _SEQUENCES:
            before = [one for one in outer.named_children if one.end_byte <= inner.start_byte]
            yield from (act_of(scene, one) for one in reversed(before))
        elif outer.type in ("block", "module"):
            statements = scene.statements(outer)
            for at in range(scene.position(outer, inner) - 1, -1, -1):
                yield from _unfold(scene, statements[at], backward=True)
        elif outer.type == "try_statement" and inner.type in ("except_clause", "finally_clause", "else_clause"):
            body = outer.child_by_field_name("body")
            for statement in reversed(scene.statements(body)) if body is not None else ():
                yield from _unfold(scene, statement, backward=True)
        elif outer.type in _COMPOUND and inner.type == "block":
            head = _head(outer)
            if head is not None:
                yield act_of(scene, head)
        inner = outer


def has_yield(scene: Scene, function: Node) -> bool:
    """Whether a function is a generator, as far as its first nodes tell."""
    body = function.child_by_field_name("body")
    if body is None or scene.code.find(b"yield", body.start_byte, body.end_byte) < 0:
        return False
    stack = [body]
    seen = 0
    while stack and seen < 2000:
        part = stack.pop()
        seen += 1
        if part.type == "yield":
            return True
        stack += [child for child in part.named_children if child.type not in _DEFINITIONS]
    return False


__all__ = ["Act", "ActKind", "act_of", "border", "checks", "fails", "following", "has_yield", "is_assertion", "parts",
           "preceding", "weight"]  # fmt: skip
