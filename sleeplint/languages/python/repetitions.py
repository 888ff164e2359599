"""A sleep between two times of doing the same: to space them, or until something has run out in between."""

from __future__ import annotations

import re

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.constancy import turned
from sleeplint.languages.python.flow import Act
from sleeplint.languages.python.neighbours import Surrounding
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.verdict import Verdict
from sleeplint.regexes import regex

_LITERAL = regex(r"\b\d[\d_.]*\b|\b(?:True|False|None)\b")
_TRUTH = regex(r"\bassert(?:True|False|IsNone|IsNotNone)\b")


def repeated(scene: Scene, around: Surrounding) -> Verdict | None:
    """`ask(); assert n == 0`, a sleep, `ask(); assert n == 1`: nothing but time can have changed it."""
    outcome = around.outcome
    if outcome is not None and outcome.kind == "assert" and turned(scene, outcome, around):
        return Verdict("expiry", False)
    before = around.cause
    after = next((act for act in around.after if act.kind not in ("neutral", "mark", "read")), None)
    if before is None or after is None or after.kind != "call":
        return None
    one, two = before.effect, after.effect
    if one is None or two is None or (one.name, one.receiver) != (two.name, two.receiver):
        return None
    looked = around.before[: around.before.index(before)]
    seen = [act for act in looked if act.kind == "assert"]
    if not seen:
        return None
    if _written(scene, before) == _written(scene, after):
        expected = [act for act in _until_next_call(around, after) if act.kind == "assert"]
        if any(_is_opposed(scene, first, then) for first in seen for then in expected):
            return Verdict("expiry", False)
    return Verdict("pacing", False) if words.REPEATABLE.match(one.name) else None


def spaced(scene: Scene, around: Surrounding) -> bool:
    """`put(1)`, a sleep, `put(2)`, and this one: the last of several that stand between actions of one kind."""
    acts = [act for act in around.before if act.kind in ("call", "wait", "assert")][:3]
    if [act.kind for act in acts] != ["call", "wait", "call"]:
        return False
    one, two = acts[0].effect, acts[2].effect
    if one is None or two is None or not words.REWRITES.match(one.name):
        return False
    return (one.name, one.receiver) == (two.name, two.receiver)


def _until_next_call(around: Surrounding, start: Act) -> list[Act]:
    found: list[Act] = []
    for act in around.after[around.after.index(start) + 1 :]:
        if act.kind in ("call", "wait"):
            break
        found.append(act)
    return found


def _written(scene: Scene, act: Act) -> str:
    return "".join(scene.text(act.node).split()).removeprefix("await")


def _is_opposed(scene: Scene, first: Act, then: Act) -> bool:
    """Whether two assertions speak of the same and want something else."""
    one, two = _written(scene, first), _written(scene, then)
    return one != two and _shape(one) == _shape(two)


def _shape(written: str) -> str:
    bare = re.sub(r"^assertnot\b", "assert", _TRUTH.sub("assert", written))
    return _LITERAL.sub("N", bare)
