"""What a comment says about a wait, where structure only guesses."""

from __future__ import annotations

from sleeplint.facts import Role
from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.verdict import Verdict
from sleeplint.records import replace
from sleeplint.regexes import regex


def hinted(scene: Scene, verdict: Verdict) -> Verdict:
    """A guess gives way to what a comment says."""
    if verdict.role not in _GUESSED or not scene.remark:
        return verdict
    said: Role | None = next(
        (role for role, words in vocabulary.REMARKS if _admits(scene, verdict, role) and words.search(scene.remark)),
        None,
    )
    if said == "absence" and _RUNS_OUT.search(scene.remark) and not _NOT_YET.search(scene.remark):
        said = "expiry"
    if said is None:
        waits = verdict.role == "sync" and vocabulary.GIVES_TIME.search(scene.remark)
        return replace(verdict, role="settle") if waits else verdict
    if said == verdict.role:  # of a start or an expiry, two signs that have nothing to do with each other
        sure = said == "startup" or (said == "expiry" and not _DENIES.search(scene.remark))
        return replace(verdict, confidence="high") if sure else verdict
    overruled = said == "expiry" or (said == "absence" and _HAPPENS_NOT.search(scene.remark))
    if verdict.confidence == "high" and not (verdict.role == "settle" and overruled):
        return verdict
    return replace(verdict, role=said, confidence="low")


_HAPPENS_NOT = regex(
    rb"\b(?:does|do|did|will|would|should|must|is|are)(?:n't| not)\s++(?:be\s++)?(?:incr|chang|grow|fire|arriv|receiv"
    rb"|call|trigger|sen[dt]|run|execut|happen|emit|produc|deliver|notif|appear|creat|updat|remov|delet|clos|(?:dis|re)connect)"
)
_DENIES = regex(rb"\b(?:not|no|none|never|nothing|before|without)\b|n't\b")
_COMES_UP = regex(rb"\bstart(?:ing)?[ -]?up\b|\bto be (?:up|ready)\b")
_ARRIVES = regex(rb"receiv|arriv|deliver|propagat")
_RUNS_OUT = next(words for role, words in vocabulary.REMARKS if role == "expiry")
_NOT_YET = regex(rb"(?:\bnot|n't|n.t|\bnever)\b[^.,;]{0,20}(?:%s)" % _RUNS_OUT.pattern)


def _admits(scene: Scene, verdict: Verdict, said: Role) -> bool:
    """Whether what stands around the wait leaves room for what a comment says."""
    checked = any(place.text == "checked here" for place in verdict.related)
    if said == "absence":
        if verdict.role != "absence" and _COMES_UP.search(scene.remark):
            return False  # otherwise it is not there yet
        return verdict.role == "absence" or (checked and verdict.role in ("settle", "sync"))
    if said == "expiry" and verdict.role != "expiry" and _NOT_YET.search(scene.remark):
        return False
    if said == "startup" and verdict.role in ("settle", "sync"):
        if _ARRIVES.search(scene.remark):
            return False  # what runs is named, and what it is to do meanwhile
        if scene.behind and vocabulary.ENDS.match(scene.way.text(scene.behind[0]).lstrip()):
            return False  # it is to clean up
    return said != "workload" or not checked


_GUESSED: frozenset[Role] = frozenset({"sync", "settle", "startup", "absence", "expiry", "pacing"})
