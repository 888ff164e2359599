"""Condition loops: whether something bounds them, and what happens when the bound is reached."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.facts import Loop
from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.flow import after, is_noise
from sleeplint.languages.rust.scene import Scene
from sleeplint.text import Span

_ENDLESS = re.compile(rb"\(?\s*\d+\s*\.\.\s*\)?|.*\brepeat\w*\s*\([^)]*\)\s*|.*\.cycle\(\)\s*", re.DOTALL)
_STEP = re.compile(rb"\b(\w+)\s*(?:\+|-)=|\b(\w+)\s*=\s*\2\s*[+-]|\b(\w+)\s*\.\s*(?:checked|saturating)_")
_NESTED = frozenset({"if_expression", "match_expression", "loop_expression", "while_expression", "for_expression"})
_FAILED = re.compile(rb"\bErr\b|\bNone\b|\bfalse\b|\bpanic!|\bunreachable!|\bbail!|\bensure!|\bfail|\bassert")


def poll(scene: Scene) -> Loop:
    """The condition loop around a wait."""
    shape = scene.loop
    if shape is None:
        raise ValueError("no loop around it")
    node = shape.node
    way = scene.way
    at = scene.loops[0]
    span = Span(node.start_byte, node.end_byte)
    text = way.text(node)
    deadlines = _deadlines(scene)
    counted = shape.kind == "counted" or (shape.kind == "for" and not _ENDLESS.fullmatch(shape.head))
    in_condition = shape.kind == "while" and _names_bound(scene, shape.head)
    if not (counted or in_condition or deadlines):
        return Loop(span, scene.limit is not None, False)
    if counted or in_condition:
        return Loop(span, True, not _fails_after(scene, at, text))
    silent = any(not vocabulary.PANIC.search(what) and not _FAILED.search(what) for what in deadlines)
    return Loop(span, True, silent and not _fails_after(scene, at, text))


def _names_bound(scene: Scene, head: bytes) -> bool:
    """Whether a `while`'s condition counts or looks at a clock."""
    if vocabulary.BOUNDED.search(head):
        return True
    return any(re.search(rb"\b" + name + rb"\b", head) for name in _stepped(scene))


def _stepped(scene: Scene) -> set[bytes]:
    """Names that every round counts up or down: only that bounds a loop, counting what arrives does not."""
    body = scene.way.body(scene.loops[0])
    return {
        name
        for child in body.named_children
        if child.type == "expression_statement" and child.named_children[0].type not in _NESTED
        for groups in _STEP.findall(scene.way.text(child))
        for name in groups
        if name
    }


def _deadlines(scene: Scene) -> list[bytes]:
    """What is done in the loop by the `if`s whose condition counts or looks at a clock."""
    found: list[bytes] = []
    stepped = _stepped(scene)
    shape = scene.loop
    stack: list[Node] = [shape.node] if shape else []
    while stack:
        node = stack.pop()
        if node.type in ("closure_expression", "async_block", "function_item"):
            continue
        if node.type == "if_expression":
            condition, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
            if condition is not None and then is not None:
                head, body = scene.way.text(condition), scene.way.text(then)
                bounded = vocabulary.BOUNDED.search(head) or any(
                    re.search(rb"\b" + name + rb"\b", head) for name in stepped
                )
                if bounded and (vocabulary.EXIT.search(body) or vocabulary.PANIC.search(body)):
                    found.append(body)
        elif node.type == "macro_invocation":
            head = scene.way.text(node)
            if re.match(rb"\s*(?:assert|ensure|debug_assert)", head) and vocabulary.BOUNDED.search(head):
                found.append(b"panic!")
            elif re.match(rb"\s*(?:\w+::)*select", head) and re.search(rb"sleep|timeout|deadline", head):
                found.append(head)
        stack.extend(node.named_children)
    return found


def _fails_after(scene: Scene, at: int, text: bytes) -> bool:
    """Whether the code after the loop notices that the condition never held."""
    if re.search(rb"\bassert\w*!\s*\([^;]*(?:attempt|retr|tries|deadline|elapsed|count)", text):
        return True
    checked = 0
    for statement in after(scene.way, at, through_loops=True):
        following = scene.way.text(statement)
        if not following.rstrip().endswith(b";") and re.fullmatch(
            rb"\s*(?:None|false|Err\b.*)\s*", following, re.DOTALL
        ):
            return True
        if is_noise(following):
            continue
        if (
            vocabulary.ASSERTION.search(following)
            or vocabulary.PANIC.search(following)
            or b".unwrap()" in following
            or b".expect(" in following
        ):
            return True
        if _FAILED.search(following) and not following.rstrip().endswith(b";"):
            return True
        if re.match(rb"\s*return\b", following):
            return _FAILED.search(following) is not None
        checked += 1
        if checked == 3:
            break
    return False
