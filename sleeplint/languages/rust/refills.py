"""What is refused before a wait and granted behind it: time itself refills it."""

from __future__ import annotations

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.claims import Claim, claim
from sleeplint.languages.rust.flow import has_effect
from sleeplint.languages.rust.scene import Scene
from sleeplint.regexes import regex

_NEAR = 4
_REFUSED = regex(rb"\.is_err\(\)\Z|\.is_none\(\)\Z")
_GRANTED = regex(rb"\.is_ok\(\)\Z|\.is_some\(\)\Z")
_TAKES = regex(
    rb"(?:\A|[.:])(?:(?:try_)?(?:acquire|allow|admit|permit|consume|lease)(?:_\w+)?\(|(?:try_)?take(?:_\w+)?\((?!\))"
    rb"|(?:check|hit|is_allowed|may_\w+)(?:_\w+)?\()"
)
"""A call that uses up what it is granted, or asks whether it may."""
_TOO_MANY = regex(rb"(?i)429|too_?many|rate_?limit|exhausted|throttled")
_TASK = regex(rb"\bspawn(?:_blocking|_local)?\s*+\(")
"""What may give back by itself."""
_WAITS = regex(rb"\b(?:until|wait|ready)_?\w*\s*+\(")


def refilled(scene: Scene, checked: int) -> bool:
    """Whether the assertion behind the wait grants what the same call was refused just before it."""
    way = scene.way
    after = claim(way, scene.next[checked])
    if (
        after is None
        or _TASK.search(way.text(scene.function))
        or any(has_effect(way.text(node)) for node in scene.next[:checked])
    ):
        return False
    for node in scene.behind[:_NEAR]:
        before = claim(way, node)
        if before is not None:
            return _is_opposite(before, after)
        text = way.text(node)
        if has_effect(text) and not (_WAITS.search(text) and not vocabulary.SPAWN.search(text)):
            return False
    return False


def _is_opposite(before: Claim, after: Claim) -> bool:
    if before.macro == after.macro == b"assert_eq" and len(before.operands) == len(after.operands) == 2:
        one, other = (set(side.operands) for side in (before, after))
        shared = [operand for operand in one & other if b"(" in operand]
        return len(shared) == 1 and any(_TOO_MANY.search(operand) for operand in one - other)
    if not (before.macro == after.macro == b"assert" and before.operands and after.operands):
        return False
    refused, granted = before.operands[0], after.operands[0]
    if b"(" not in granted or _TAKES.search(granted) is None:
        return False
    if _REFUSED.search(refused) and _GRANTED.search(granted):
        return _REFUSED.sub(b"", refused) == _GRANTED.sub(b"", granted)
    return refused == b"!" + granted
