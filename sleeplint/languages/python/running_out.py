"""What comes when a poll has run out in vain: whether the test goes on as if nothing were wrong."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import Act, border, fails, following
from sleeplint.languages.python.loops import Round, bounds, measures, moves, own_parts
from sleeplint.languages.python.scene import Scene, Use
from sleeplint.languages.python.tree import Chain, arguments_of, bare, chain_to
from sleeplint.regexes import regex

_SHORT_OF = regex(r"\w+\s*(?:!=|<=?)\s*[\w.]+(?:\s*[-+]\s*\w+)?")
"""A counter that has not come to its end."""
_SOON = 3
"""Statements in which what is missing is noticed."""


def falls_through(scene: Scene, round_: Round, chain: Chain) -> bool:
    """Whether a bounded loop that runs out lets the test go on as if nothing were wrong."""
    loop = round_.node
    alternative = loop.child_by_field_name("alternative")
    if alternative is not None:
        block = alternative.child_by_field_name("body") or alternative
        if fails(scene, block) or _returns(scene, block):
            return False
    elif round_.shape in ("endless",) or (round_.shape == "condition" and not _condition_bounds(scene, loop)):
        if not _breaks_when_late(scene, loop):
            return False
    elif round_.raises and round_.shape != "items" and not round_.exits:
        return False
    holder = chain[round_.index - 1] if round_.index else scene.root
    if _gives_up_last(scene, loop) or (holder.type == "block" and fails(scene, holder)):
        return False
    body = loop.child_by_field_name("body")
    # Where all that find what they wait for return, what comes after the loop is for those that do not.
    goes_on = round_.shape == "condition" or not round_.exits or body is None
    goes_on = goes_on or any(part.type == "break_statement" for part in own_parts(body or loop))
    count = 0
    for act in following(scene, chain[: round_.index], loop):
        if act.kind in ("assert", "raise") or any(words.GIVING_UP.search(call.name) for call in act.calls):
            return False
        if count == 0 and body is not None and (_asks_again(scene, act.node, loop) or _tells(scene, act, body)):
            return False  # what it does about that is its own matter
        if act.kind == "return":
            # The caller is told, unless the value is the same as on success.
            return act.node.named_child_count == 0
        if not _is_looked_up_again(scene, act, loop):
            count += 1
        if count >= _SOON and goes_on:
            return True
    return True


def _tells(scene: Scene, act: Act, body: Node) -> bool:
    """`answers.put(found)`, where the loop has `found = True`: it hands on whether it ran out."""
    for call in act.calls[:1]:
        for given in arguments_of(call.node, scene.code).positional:
            flag = rb"\b%s\s*=\s*(True|False)\b" % re.escape(scene.text(given).encode())
            if given.type == "identifier" and re.search(flag, scene.code[body.start_byte : body.end_byte]):
                return call.name not in words.SAYINGS
    return False


def _is_looked_up_again(scene: Scene, act: Act, loop: Node) -> bool:
    """`now = await pool.size()`, where the loop asked that too: for an assertion, if anything."""
    inner = act.node.named_children[0] if act.node.named_children else None
    right = inner.child_by_field_name("right") if inner is not None and inner.type == "assignment" else None
    return right is not None and bool(act.calls) and scene.text(right) in scene.text(loop)


def noticed(scene: Scene, round_: Round, chain: Chain) -> bool:
    """Whether a loop ends a helper, and soon behind each call of that in this file something fails or asserts."""
    first = border(chain)
    function = chain[first] if first >= 0 else None
    label = function.child_by_field_name("name") if function is not None else None
    if label is None or scene.text(label).startswith("test"):
        return False
    if next(following(scene, chain[: round_.index], round_.node), None) is not None:
        return False
    calls = [use for use in scene.uses(scene.text(label)) if use.node.id != label.id]
    return bool(calls) and all(_asserted_soon(scene, use) for use in calls)


def _asserted_soon(scene: Scene, use: Use) -> bool:
    called, above = use.node, use.chain
    if above[-1].type == "attribute" and above[-1].child_by_field_name("attribute") == called:
        called, above = above[-1], above[:-1]
    if not above or above[-1].type != "call" or above[-1].child_by_field_name("function") != called:
        return False
    acts = islice(following(scene, above[:-1], above[-1]), _SOON)
    return any(act.kind in ("assert", "raise") for act in acts)


def _gives_up_last(scene: Scene, loop: Node) -> bool:
    """`for n in range(times):` whose last round speaks: `if n == times - 1: raise`, or `assert n < times - 1`.

    A `while` that counts in its condition speaks likewise: `while left > 0:` with `if left == 0: raise`.
    """
    head, body = (
        loop.child_by_field_name("left") or loop.child_by_field_name("condition"),
        loop.child_by_field_name("body"),
    )
    if head is None or body is None:
        return False
    counters = re.findall(r"[^\W\d]\w*", scene.text(head))
    if loop.type == "while_statement":
        moved = scene.code[body.start_byte : body.end_byte].decode("utf-8", "replace")
        counters = [name for name in counters if moves(moved, name)]
    counted = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, counters))})\b" if counters else r"(?!)")
    for part in own_parts(body):
        if part.type == "assert_statement":
            claim = scene.text(part.named_children[0])
            if counted.match(claim) and _SHORT_OF.fullmatch(claim):
                return True
        if part.type in ("if_statement", "elif_clause"):
            condition, branch = part.child_by_field_name("condition"), part.child_by_field_name("consequence")
            if condition is not None and branch is not None and counted.search(scene.text(condition)):
                last = scene.statements(branch)[-1:]
                if fails(scene, branch) or (last and last[0].type == "raise_statement"):
                    return True
    return False


def _asks_again(scene: Scene, condition: Node, loop: Node) -> bool:
    """Whether the head of the `if` after a loop asks the same as the loop did."""
    chain = chain_to(scene.root, condition)
    if not chain or chain[-1].type != "if_statement":
        return False
    asked = bare(condition)
    while asked.type == "not_operator" and asked.named_children:
        asked = bare(asked.named_children[-1])
    return scene.text(asked) in scene.text(loop) and not _only_says_so(scene, chain[-1])


def _only_says_so(scene: Scene, condition: Node) -> bool:
    """Whether all that an `if` does is to print or to log."""
    branch = condition.child_by_field_name("consequence")
    if branch is None or condition.child_by_field_name("alternative") is not None:
        return False
    calls = [scene.calls(statement) for statement in scene.statements(branch)]
    return bool(calls) and all(found and found[0].name in words.SAYINGS for found in calls)


def _condition_bounds(scene: Scene, loop: Node) -> bool:
    condition = loop.child_by_field_name("condition")
    return condition is not None and bounds(scene, loop, scene.text(condition))


def _returns(scene: Scene, block: Node) -> bool:
    statements = scene.statements(block)
    return bool(statements) and statements[-1].type == "return_statement"


def _breaks_when_late(scene: Scene, loop: Node) -> bool:
    """The bound stands in the body, as `if late: break`, with nothing said about it."""
    body = loop.child_by_field_name("body")
    if body is None:
        return False
    moved = scene.code[body.start_byte : body.end_byte].decode("utf-8", "replace")
    for statement in scene.statements(body):
        if statement.type == "if_statement":
            condition = statement.child_by_field_name("condition")
            branch = statement.child_by_field_name("consequence")
            if condition is not None and branch is not None and measures(scene, condition, moved):
                return scene.statements(branch)[-1:] != () and scene.statements(branch)[-1].type == "break_statement"
    return False
