"""Waits whose length counts against that of other tasks."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.languages.python.flow import border, following, preceding
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tasks import Spawn, standing_of
from sleeplint.languages.python.tree import arguments_of
from sleeplint.text import Span


def races(scene: Scene, site: Site, spawn: Spawn | None) -> bool:
    """It is one of several, of which the first to end decides."""
    if b"FIRST_COMPLETED" not in scene.code:
        return False
    for outer in reversed(site.chain[border(site.chain) + 1 :]):
        if outer.type == "call" and _first_wins(scene, outer):
            return True
    if spawn is None:
        return False
    for outer in reversed(spawn.chain):
        if outer.type == "call" and _first_wins(scene, outer):
            return True
        if outer.type == "assignment":
            left = outer.child_by_field_name("left")
            if left is None or left.type != "identifier":
                return False
            for use in scene.uses(scene.text(left)):
                if use.node.start_byte > outer.end_byte:
                    for around in reversed(use.chain):
                        if around.type == "call" and _first_wins(scene, around):
                            return True
                        if around.type == "block":
                            break
            return False
    return False


def _first_wins(scene: Scene, call: Node) -> bool:
    if scene.called(call).name != "wait":
        return False
    keyword = arguments_of(call, scene.code).keywords.get("return_when")
    return keyword is not None and "FIRST_COMPLETED" in scene.text(keyword)


def order(scene: Scene, site: Site, spawn: Spawn | None) -> tuple[Span, ...]:
    """Sleeps of other tasks of the same test, each the first act of its task, of another length."""
    if spawn is None or site.kind != "sleep" or not site.duration_ms or site.test is None:
        return ()
    groups = scene.memory.get(("order", 0))
    if not isinstance(groups, dict):
        groups = scene.memory["order", 0] = _delays(scene)
    own = groups.get(site.test.name_span.start, {})
    mine = own.get(site.call.id)
    if mine is None:
        return ()
    return tuple(
        Span(other.call.start_byte, other.call.end_byte)
        for key, (function, other) in own.items()
        if function != mine[0] and other.duration_ms != site.duration_ms and key != site.call.id
    )


def _delays(scene: Scene) -> dict[int, dict[int, tuple[int, Site]]]:
    """By test: the sleeps with which a task begins, before it acts."""
    found: dict[int, dict[int, tuple[int, Site]]] = {}
    for other in scene.sites.values():
        if other.kind != "sleep" or not other.duration_ms or other.test is None:
            continue
        standing = standing_of(scene, other.chain, other.test.name_span.start)
        if standing.kind != "task" or standing.function is None or standing.spawn is None:
            continue
        first = next((act for act in preceding(scene, other.chain, other.call) if act.kind != "neutral"), None)
        after = next((act for act in following(scene, other.chain, other.call) if act.kind != "neutral"), None)
        if first is None and after is not None:
            group = found.setdefault(other.test.name_span.start, {})
            if len(group) < 12:
                group[other.call.id] = (standing.function.id, other)
    return found
