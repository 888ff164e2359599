"""Sleeps that nobody sees the end of, as the code around them says."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import expectation
from sleeplint.languages.python.flow import act_of, border, checks, is_assertion
from sleeplint.languages.python.scene import Scene, Use
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import FUNCTIONS, Chain, arguments_of, statement_of
from sleeplint.regexes import regex

_SHIELD = regex(r"\bshield\s*=\s*True\b")
_RAISED = frozenset({"true", "string", "integer"})
"""What a flag is given; what is looked up there is none."""
_NUMBER = regex(r"\d+(\.\d*)?|\.\d+")
_ENDLESS_MS = 60_000
"""Nobody waits that long for what is to fail."""
_WAITS = regex(rb"\bawait\b|\byield\b|\.(join|result|wait|get|shutdown)\(|\brun\w*\(")
"""What may wait for the rest of a task."""


def unfinished(scene: Scene, site: Site) -> bool | None:
    """Whether something surely cuts a sleep short, or likely does; None if nothing says so."""
    certain = _in_a_cancelled_scope(scene, site)
    if certain is None and (_seen_undone(scene, site) or _ends_in_an_error(scene, site)):
        return False
    return certain


def is_shorter(bound: Site, site: Site) -> bool:
    """Whether a bound is over before a sleep is."""
    return bound.duration_ms is not None and site.duration_ms is not None and bound.duration_ms < site.duration_ms


def _ends_in_an_error(scene: Scene, site: Site) -> bool:
    """The last thing in a block that is to raise: a signal, a cancellation or a bound comes while it sleeps."""
    if not site.in_test or site.by_reference:
        return False
    endless = site.duration_ms is not None and site.duration_ms >= _ENDLESS_MS
    inner: Node = site.call
    for outer in reversed(site.chain[border(site.chain) + 1 :]):
        if outer.type == "block":
            if scene.statements(outer)[-1] != inner:
                return False
        elif outer.type == "with_statement":
            items = [item for item in outer.named_children[0].named_children if item.type == "with_item"]
            for item in reversed(items):
                if any(call.name in words.RAISES for call in scene.calls(item)[:1]):
                    return True
                if not endless and not _may_interrupt(scene, item, site):
                    return False
        elif not (endless and outer.type == "try_statement") and outer.type not in (
            "expression_statement",
            "await",
            "parenthesized_expression",
        ):
            return False
        inner = outer
    return False


def _may_interrupt(scene: Scene, item: Node, site: Site) -> bool:
    """Whether what a `with` enters breaks off what stands in it: a scope of tasks, or a bound by any name."""
    called = next(iter(scene.calls(item)), None)
    if called is None:
        return False
    if called.name in words.GROUPS | words.CANCEL_SCOPES | words.TIMEOUT_BLOCKS:
        return True
    arguments = arguments_of(called.node, scene.code)
    written = [scene.text(value) for value in (*arguments.positional, *arguments.keywords.values())]
    numbers = [float(one) * 1000 for one in written if _NUMBER.fullmatch(one)]
    return site.duration_ms is not None and any(0 < number < site.duration_ms for number in numbers)


def _in_a_cancelled_scope(scene: Scene, site: Site) -> bool | None:
    """Whether a scope around it surely ends sooner, or is cancelled by somebody else."""
    inner: Node = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "with_statement" and inner.type == "block" and outer.named_child_count:
            for item in outer.named_children[0].named_children:
                called = next(iter(scene.calls(item)), None)
                if called is None:
                    continue
                if called.name in words.TIMEOUT_BLOCKS and _is_over(scene, called.node, site):
                    return True
                scope = called.name in words.CANCEL_SCOPES | words.GROUPS
                by = _cancelled_by(scene, site, site.chain[:index], _alias(scene, item)) if scope else None
                if by is not None:
                    return by == "itself"
            if _SHIELD.search(scene.text(outer.named_children[0])):
                return None
        elif outer.type == "call" and inner.type == "argument_list" and scene.called(outer).name == "wait_for":
            bound = scene.sites.get(outer.id)
            if bound is not None:
                return True if is_shorter(bound, site) else None
        inner = outer
    return None


def _is_over(scene: Scene, block: Node, site: Site) -> bool:
    """Whether a timeout block ends before a sleep in it: it is shorter, or its time is up when it begins."""
    bound = scene.sites.get(block.id)
    if bound is not None and bound.duration_ms is not None:
        return is_shorter(bound, site)
    first = arguments_of(block, scene.code).at(0, "delay")
    if first is None or not site.duration_ms:
        return False
    if first.type == "call":
        return scene.called(first).name in words.CLOCKS
    return scene.text(first) in ("0", "0.0")


def _alias(scene: Scene, item: Node) -> str:
    """The name that a `with` gives to what it enters."""
    pattern = item.named_children[0] if item.named_children else None
    alias = pattern.child_by_field_name("alias") if pattern is not None else None
    return scene.text(alias) if alias is not None else ""


def _cancelled_by(scene: Scene, site: Site, chain: Chain, name: str) -> Literal["itself", "another"] | None:
    """Which function cancels a scope: the one that sleeps in it, before that, or another of the test."""
    first = border(site.chain)
    function = site.chain[first] if first >= 0 else scene.root
    around = next((node for node in chain if node.type in FUNCTIONS), function)
    for use in scene.uses(name):
        if around.start_byte <= use.node.start_byte < around.end_byte and _cancels(scene, use):
            if not function.start_byte <= use.node.start_byte < function.end_byte:
                return "another"
            if use.node.start_byte < site.call.start_byte:
                return "itself"
    return None


def _cancels(scene: Scene, use: Use) -> bool:
    """`scope.cancel()`, `group.cancel_scope.cancel()`."""
    for outer in reversed(use.chain):
        if outer.type == "call":
            return scene.called(outer).name == "cancel"
        if outer.type != "attribute":
            return False
    return False


def _seen_undone(scene: Scene, site: Site) -> bool:
    """`sleep(5)`, `done = True`, and in the end `assert not done`."""
    own = statement_of(site.chain, site.call)
    block = next((node for node in reversed(site.chain) if node.type == "block"), None)
    if block is None or not site.in_test:
        return False
    at = scene.position(block, own) + 1
    after = scene.statements(block)[at : at + 1]
    if not after or after[0].type != "expression_statement" or border(site.chain) < 0:
        return False
    name = _noted(scene, after[0])
    if not name:
        return False
    function = site.chain[border(site.chain)]
    first = next(node for node in site.chain if node.type in FUNCTIONS)
    if function.id != first.id and site.chain[border(site.chain) - 1].type == "decorated_definition":
        return False  # whoever it is registered with may wait for a limit of its own
    looks = []
    for use in scene.uses(name):
        if not first.start_byte <= use.node.start_byte < first.end_byte:
            continue
        asserted = next((node for node in reversed(use.chain) if _asserts(scene, node)), None)
        if asserted is not None:
            looks.append(asserted)
        elif use.node.start_byte > after[0].end_byte and _is_bound(scene, use):
            return False  # it is given another value later
    if not looks or any(expectation(scene, act_of(scene, one)).wants not in ("nothing", "gone") for one in looks):
        return False
    last = looks[-1]
    if last.start_byte < after[0].end_byte:
        return False
    own_flow = function.id == first.id
    return own_flow or _WAITS.search(scene.code, last.end_byte, first.end_byte) is None


def _noted(scene: Scene, statement: Node) -> str:
    """The name of the flag that a statement raises: `done = True`, `seen.append(1)`."""
    inner = statement.named_children[0] if statement.named_child_count == 1 else statement
    if inner.type == "assignment":
        left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
        plain = left is not None and left.type == "identifier" and right is not None and right.type in _RAISED
        return scene.text(left) if plain and left is not None else ""
    if inner.type != "call":
        return ""
    called = scene.called(inner)
    return called.receiver if called.name in ("append", "add") and called.receiver.isidentifier() else ""


def _asserts(scene: Scene, node: Node) -> bool:
    if node.type == "assert_statement":
        return True
    if node.type == "expression_statement":
        first = next(iter(scene.calls(node)), None)
        return first is not None and is_assertion(first.name)
    return node.type == "if_statement" and checks(scene, node)


def _is_bound(scene: Scene, use: Use) -> bool:
    holder = use.chain[-1]
    left = holder.child_by_field_name("left") if holder.type == "assignment" else None
    return left is not None and left.id == use.node.id
