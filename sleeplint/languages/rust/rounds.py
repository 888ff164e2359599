"""A sleep in a loop: between two tries, two actions, or the rounds of a worker."""

from __future__ import annotations

import re

from sleeplint.facts import Loop
from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.absence import watched
from sleeplint.languages.rust.awaiting import Awaited
from sleeplint.languages.rust.flow import has_effect, is_noise
from sleeplint.languages.rust.loops import Shape, is_timed
from sleeplint.languages.rust.polls import poll
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.story import own_flow
from sleeplint.languages.rust.verdict import Verdict
from sleeplint.records import replace
from sleeplint.regexes import regex
from sleeplint.text import Span


def polling(scene: Scene, awaited: Awaited) -> Verdict | None:
    """Between two tries of a condition loop."""
    shape = scene.loop
    if shape is None or _leaves(scene) or _checks(scene):
        return None
    match shape.kind:
        case "while":
            if is_timed(shape):
                if watched(scene):
                    return Verdict("absence", "low", elapses=None)
                # It awaits no condition, so that nothing is missed when its time is over.
                return Verdict("poll", "low", loop=replace(poll(scene), falls_through=False), elapses=None)
            told = vocabulary.STOPPED.search(shape.head) and not _is_own_flow(scene, shape)
            if told or (scene.background is not None and b".load(" in shape.head):
                return _sampling(scene)
            return Verdict("poll", "high", loop=poll(scene), elapses=None)
        case "loop" | "for" | "counted" if shape.ends:
            if _is_stopped(scene, shape) and not _is_own_flow(scene, shape):
                return _sampling(scene)
            if shape.kind == "for" and not _is_retry(shape.head):
                return Verdict("pacing", "low", elapses=None)
            if (
                shape.kind == "for"
                and not shape.hidden
                and all(_FAILS.match(scene.way.text(one)) for one in shape.exits)
            ):
                return Verdict("absence", "low", elapses=None)  # it is left only where something happened
            return Verdict("poll", "high", loop=poll(scene), elapses=None)
        case "consumes":
            if shape.ends and b"try_" in shape.head:
                return Verdict("poll", "low", loop=poll(scene), elapses=None)
            return Verdict("workload", "low", elapses=None)
        case "loop":
            if _is_lonely(scene, shape):
                for_ever = Loop(Span(shape.node.start_byte, shape.node.end_byte), bounded=False, falls_through=False)
                return Verdict("hold", "high" if scene.background is not None else "low", loop=for_ever, elapses=False)
            if scene.carrier.taken in ("given", "returned") and scene.background is None:
                return Verdict("workload", "low", elapses=None)
            return Verdict("pacing", "low", elapses=None)
    return None


_FAILS = regex(rb"\s*+(?:return|break)\s++(?:Err|false)\b")


def repeating(scene: Scene, awaited: Awaited) -> Verdict | None:
    """In a loop that is not ended by a condition."""
    shape = scene.loop
    if shape is None or shape.kind not in ("for", "counted"):
        return None
    way = scene.way
    verdict = own_flow(scene)
    inside = [node for node in (*scene.ahead, *scene.behind) if has_effect(way.text(node))]
    ended = bool(scene.behind) and vocabulary.ENDS.match(way.text(scene.behind[0]).lstrip()) is not None
    if verdict is not None and (
        verdict.confidence == "high"
        or len(inside) > 3
        or verdict.role in ("absence", "startup", "expiry")
        or (verdict.role == "settle" and (ended or (not scene.last and _checks(scene))))
    ):
        return verdict
    return Verdict(
        "pacing",
        "high" if inside and not any(vocabulary.ASSERTION.search(way.text(node)) for node in inside) else "low",
    )


def _leaves(scene: Scene) -> bool:
    """Whether the loop is left, without a condition, after the wait."""
    for node in scene.ahead:
        if _AGAIN.search(scene.way.text(node)):
            return False
        if node.type in _EXITS or (node.type == "expression_statement" and node.named_children[0].type in _EXITS):
            return True
    return False


_AGAIN = regex(rb"\bcontinue\b")
_EXITS = frozenset({"break_expression", "return_expression"})


def _checks(scene: Scene) -> bool:
    """Whether what follows the wait in the loop is checked at once: then the loop repeats a whole story."""
    if not scene.next:
        return False
    text = scene.way.text(scene.next[0])
    return re.match(rb"\s*+(?:\w+::)*assert\w*!", text) is not None and not vocabulary.BOUNDED.search(text)


def _is_lonely(scene: Scene, shape: Shape) -> bool:
    """Whether the loop does nothing but wait."""
    body = shape.node.child_by_field_name("body")
    return body is not None and all(
        is_noise(scene.way.text(node)) or node.start_byte == scene.statement.start_byte for node in body.named_children
    )


def _is_own_flow(scene: Scene, shape: Shape) -> bool:
    """Whether who comes to the loop waits for its end: nobody else stops it, whatever its condition is called."""
    if scene.background is not None or scene.carrier.taken not in ("here", "function"):
        return False
    return scene.is_test_function or _is_lonely(scene, shape)


def _is_stopped(scene: Scene, shape: Shape) -> bool:
    """Whether all that ends the loop is a flag or token by which somebody stops it."""
    if shape.hidden or not 0 < len(shape.exits) <= _MANY:
        return False
    head = re.compile(rb"\bif\s+[^{};]*" + vocabulary.STOPPED.pattern + rb"[^{};]*\{\s*+$", re.IGNORECASE)
    start = shape.node.start_byte
    heads = [scene.way.bare[max(start, node.start_byte - 200) : node.start_byte] for node in shape.exits]
    if scene.background is not None and all(_FLAG.search(text) for text in heads):
        return True
    return all(head.search(text) for text in heads)


_FLAG = regex(
    rb"\bif\s++!?\s*+\*?\s*+[\w.]+\.(?:load|read|lock|borrow)\s*+\([^(){};]*\)"
    rb"(?:\s*+\.\s*+(?:await\b|unwrap\s*+\(\s*+\)))*\s*+\{\s*+\Z"
)
"""A flag, of whatever name, that a worker looks at and somebody else sets."""


_MANY = 20
"""Exits of a loop that are looked at."""


def _sampling(scene: Scene) -> Verdict:
    """The step of a worker that somebody stops."""
    if scene.loop is not None and _is_lonely(scene, scene.loop):
        return Verdict("hold", "low", elapses=None)
    texts = (scene.way.text(node) for node in (*scene.last, *scene.next))
    acts = any(re.search(rb"\.\s*+await\b|\.\s*+\w+\(", text) and not _ASKS.match(text) for text in texts)
    return Verdict("pacing" if acts else "workload", "low", elapses=None)


_ASKS = regex(rb"\s*+if\b[^{;]*?(?:\.\s*+elapsed\s*+\(|%s)" % vocabulary.STOPPED.pattern, re.IGNORECASE)
"""A worker asks whether it is time to stop."""


def _is_retry(head: bytes) -> bool:
    """Whether a `for` counts tries, rather than going through things."""
    return re.search(rb"\.\.|repeat|attempt|retr|tries|backoff|delays?\b|intervals?\b|take\(", head) is not None
