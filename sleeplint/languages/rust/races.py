"""A sleep that is raced against something: what is done when it fires tells whether it is meant to."""

from __future__ import annotations

import re

from sleeplint.languages.rust import branches, vocabulary
from sleeplint.languages.rust.awaiting import Awaited
from sleeplint.languages.rust.flow import is_noise, is_value
from sleeplint.languages.rust.loops import is_timed
from sleeplint.languages.rust.outcome import ending
from sleeplint.languages.rust.polls import poll
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.verdict import Verdict
from sleeplint.regexes import regex


def select_arm(scene: Scene, awaited: Awaited) -> Verdict | None:
    """It is the future of an arm of `select!`."""
    way = scene.way
    for at in range(scene.here - 1, 0, -1):
        node = way.nodes[at]
        if node.type == "function_item":
            break
        found = branches.arm(way, at) if node.type == "source_file" else None
        if found is None:
            continue
        arm, others, in_future = found
        if not in_future or any(border > at and taken.taken != "raced" for border, taken in scene.borders):
            return None
        if any(border > at for border, _ in scene.borders) and scene.next:
            return None
        verdict = _raced(arm.body(way.bare), [other.body(way.bare) for other in others])
        if verdict.role == "burned" and verdict.confidence == "high" and _only_waits(scene, arm.body(way.bare)):
            return Verdict("poll", "low", loop=poll(scene), elapses=None)
        stopped = any(vocabulary.CANCELLED.search(other.future(way.bare)) for other in others)
        if verdict.role == "burned" and stopped and not any(_FAILS.search(other.body(way.bare)) for other in others):
            return Verdict("race-arm", "low", elapses=None)  # who is told to stop may well say so with an error
        if verdict.role == "burned" and verdict.confidence == "low":
            again = scene.loop is not None and _NOTHING.fullmatch(arm.body(way.bare)) is not None
            rounds = again and any(vocabulary.EXIT.search(other.body(way.bare)) for other in others)
            if again and scene.background is not None and not rounds:
                return Verdict("pacing", "low", elapses=None)  # it brings a worker's next round, and bounds nothing
            if rounds or scene.background is not None:  # it need not fire once
                return Verdict("race-arm", "low", elapses=None)
        return verdict
    if awaited.raced:
        if not awaited.body:
            fails = vocabulary.PANIC.search(way.text(scene.statement))
            return Verdict("race-arm", "low", elapses=False if fails else None)
        return _raced(awaited.body, list(awaited.others))
    return None


def _only_waits(scene: Scene, body: bytes) -> bool:
    """Whether an arm only brings a loop around that asks for something else."""
    shape = scene.loop
    return shape is not None and shape.kind == "while" and not is_timed(shape) and _NOTHING.fullmatch(body) is not None


_FAILS = regex(rb"\b(?:panic|unreachable|todo|unimplemented|fail|assert\w*)!")
_NOTHING = regex(rb"\s*+(?:\{\s*+(?:continue\s*+;?\s*+)?\}|continue|\(\s*+\))\s*+")


def _raced(body: bytes, others: list[bytes]) -> Verdict:
    """What a timer's arm does tells whether it is meant to fire."""
    end = ending(body)
    if end == "fails":
        return Verdict("race-arm", "high", elapses=False)
    if vocabulary.EXIT.search(body):
        return Verdict("race-arm", "high", elapses=None)
    if others and all(ending(other) == "fails" for other in others):
        return Verdict("burned", "high")
    if end == "goes on" and _GIVES.match(body):
        return Verdict("race-arm", "low", elapses=None)  # either arm's value will do
    return Verdict("burned", "low")


_GIVES = regex(rb"(?!\{|\(\s*+\)|continue\b|\w+!|[^=]*[^=!<>]=(?!=))")
"""An arm that is a value."""


def first_completed(scene: Scene, awaited: Awaited) -> Verdict | None:
    """It stands in a future that is raced against others."""
    if scene.carrier.taken != "raced" or _goes_round(scene):
        return None
    rest = b" ".join(scene.way.text(node) for node in scene.ahead)
    if re.search(rb"\bErr\b|\bpanic!|\bunreachable!|bail!", rest):
        return Verdict("race-arm", "high", elapses=False)
    if all(is_noise(scene.way.text(node)) or is_value(scene.way, node) for node in scene.ahead):
        return Verdict("burned", "low")
    return Verdict("race-arm", "low", elapses=None)


def _goes_round(scene: Scene) -> bool:
    """Whether it stands between the rounds of a worker that goes on until something else is first."""
    return scene.loop is not None and scene.loop.kind == "loop" and not scene.loop.ends
