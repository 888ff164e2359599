"""Timeouts that nothing can release before they run out."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import expectation, names_in
from sleeplint.languages.python.flow import fails, following, preceding
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of, statement_alone
from sleeplint.languages.python.verdict import Outcome

_STOP = frozenset({"block", "module", "function_definition", "lambda"})


def overrun(scene: Scene, site: Site) -> Outcome | None:
    """`with move_on_after(1):` around something that never ends by itself."""
    own = scene.called(site.call)
    holder = next((node for node in reversed(site.chain) if node.type in ("with_statement", *_STOP)), None)
    if own.name not in words.TIMEOUT_BLOCKS or holder is None or holder.type != "with_statement":
        return None
    body = holder.child_by_field_name("body")
    if body is None:
        return None
    clause = scene.text(holder.named_children[0])
    alias = re.search(r"\bas\s+(\w+)", clause)
    if alias is not None:
        for act in islice(following(scene, site.chain[: site.chain.index(holder)], holder), 6):
            if act.kind == "assert" and alias[1] in names_in(scene, act.node):
                negated = expectation(scene, act).wants in ("nothing", "gone")
                return Outcome("guard" if negated else "burned", True, True, act.node)
    last = scene.statements(body)[-1:]
    if own.name in words.QUIET_BLOCKS and fails(scene, body) and last[0].type != "raise_statement":
        return Outcome("burned", True, True, last[0])  # its end is not to be reached
    if _sleeps_longer(scene, body, site):
        if own.name not in words.QUIET_BLOCKS and _cancelled_before(scene, site):
            return None  # that ends it at once, and so it is not seen to fail
        # Ends by its bound; who says so loudly expects it, or else would see it fail every time.
        return Outcome("burned", own.name in words.QUIET_BLOCKS, None)
    if own.name in words.QUIET_BLOCKS and alias is None and not _is_seen_to_end(scene.statements(body)):
        return Outcome("guard", False, None)  # it fails nothing: as likely as not it is to break off what it bounds
    return None


def _is_seen_to_end(statements: tuple[Node, ...]) -> bool:
    """Whether a block does more than one thing, or keeps what that gives: then its end is meant to come."""
    only = statements[0] if len(statements) == 1 else None
    if only is None or only.type != "expression_statement" or not only.named_child_count:
        return True
    return only.named_children[0].type == "assignment"


def _cancelled_before(scene: Scene, site: Site) -> bool:
    return any(call.name == "cancel" for act in preceding(scene, site.chain, site.call) for call in act.calls)


def _sleeps_longer(scene: Scene, body: Node, site: Site) -> bool:
    for statement in scene.statements(body):
        for call in scene.calls(statement):
            if call.name == "sleep_forever":
                return True
            inside = scene.sites.get(call.node.id)
            if inside is not None and _outlasts(inside, site):
                return True
    return False


def _outlasts(sleep: Site, bound: Site) -> bool:
    if sleep.kind != "sleep" or sleep.duration_ms is None or bound.duration_ms is None:
        return False
    return sleep.duration_ms > bound.duration_ms


def unreleased(scene: Scene, site: Site) -> Outcome | None:
    """Waiting on something that nothing in the file ever releases, with nobody looking."""
    own = scene.called(site.call)
    if own.name == "wait_for":
        first = arguments_of(site.call, scene.code).at(0, None)
        if first is not None:
            for call in scene.calls(first):
                inside = scene.sites.get(call.node.id)
                if inside is not None and _outlasts(inside, site):
                    return Outcome("burned", False, None)
        return None
    if own.name == "select" and re.match(r"\(\s*(\[\]|\(\))\s*,\s*(\[\]|\(\))\s*,", _arguments(scene, site)):
        return Outcome("sleep", True, None)
    if own.name != "wait" or not statement_alone(site.chain):
        return None
    if re.search(r"\bEvent\(\)$", own.receiver):
        return Outcome("sleep", True, None)
    if "Event" not in site.api or not own.receiver:
        return None
    name = own.receiver.split(".")[-1]
    if not re.fullmatch(r"\w+", name) or "(" in own.receiver:
        return None
    if not _released(scene, name):
        return Outcome("sleep", True, None)
    return None


def _arguments(scene: Scene, site: Site) -> str:
    arguments = site.call.child_by_field_name("arguments")
    return scene.text(arguments) if arguments is not None else ""


def _released(scene: Scene, name: str) -> bool:
    """Whether anything in this file sets the event, or could: it is handed on, or not made here."""
    made = False
    for use in scene.uses(name):
        parent = use.chain[-1]
        if parent.type == "attribute" and _is_owner(parent, use.node):
            method = scene.text(parent.child_by_field_name("attribute") or parent)
            if method in ("set", "set_result", "notify", "notify_all", "__setattr__"):
                return True
            if method not in ("wait", "is_set", "clear"):
                return True
            continue
        expression: Node = use.node
        index = len(use.chain) - 1
        if parent.type == "attribute":  # self.event, other.event
            expression, index = parent, index - 1
            outer = use.chain[index]
            if outer.type == "attribute":
                method = scene.text(outer.child_by_field_name("attribute") or outer)
                if method not in ("wait", "is_set", "clear"):
                    return True
                continue
        outer = use.chain[index]
        if outer.type == "assignment":
            left = outer.child_by_field_name("left")
            if left is not None and left.id == expression.id:
                made = True
                continue
        return True
    return not made


def _is_owner(attribute: Node, node: Node) -> bool:
    owner = attribute.child_by_field_name("object")
    return owner is not None and owner.id == node.id
