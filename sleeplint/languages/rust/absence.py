"""Signs that a wait shows that nothing happens: what held before it holds after it, or words say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Literal

from tree_sitter import Node

from sleeplint.facts import Confidence
from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.bare import doc, remark
from sleeplint.languages.rust.claims import Claim, claim
from sleeplint.languages.rust.flow import has_effect
from sleeplint.languages.rust.loops import is_timed
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.words import holds
from sleeplint.regexes import regex

Sign = Literal["absence", "end", "doubt"]
"""That nothing is to happen; that something is to be no more; that nothing may happen."""


def unchanged(scene: Scene, checked: int | None) -> Confidence | None:
    """How sure it is that what is asserted after the wait held before it; None if nothing says so."""
    after = claim(scene.way, scene.next[checked]) if checked is not None else None
    if after is None or checked is None or after.macro not in _LASTING or not after.operands:
        return None
    fetched = scene.next[:checked]
    if any(_CONSUMES.search(scene.way.text(node)) for node in scene.next[: checked + 1]):
        return None
    if _is_compared(scene, after, fetched):
        return "high"
    between: list[Node] = []
    for node in scene.behind:
        before = claim(scene.way, node)
        if before is not None and before.macro == after.macro and before.operands == after.operands:
            return _held(scene, between, fetched, after)
        if before is not None and not _subjects(before).isdisjoint(_subjects(after)):
            return None  # it was otherwise
        between.append(node)
    return None


def _subjects(one: Claim) -> set[bytes]:
    """What an assertion is about, whether it affirms or denies."""
    return {_PREDICATE.sub(b"", operand.lstrip(b"!")) for operand in one.operands if b"(" in operand or b"." in operand}


def _held(scene: Scene, between: Sequence[Node], fetched: Sequence[Node], after: Claim) -> Confidence | None:
    """What an assertion that stands before and after the wait shows, given what was done in between."""
    way = scene.way
    known = {_plain(scene, node) for node in scene.behind}
    if any(_plain(scene, node) not in known for node in fetched):
        return None  # something else was fetched
    done = _done(scene, between)
    if not done:
        return "high"
    names = set(_NAME.findall(b" ".join([*after.operands, *(way.text(node) for node in fetched)])))
    if any(_RETURNS.search(text) or any(holds(text, name) for name in names) for text in done):
        return None  # it may have gone, and come again
    return "low"


def _done(scene: Scene, nodes: Sequence[Node]) -> list[bytes]:
    """Those of some statements that do more than look."""
    texts = [scene.way.text(node) for node in nodes]
    return [text for text in texts if has_effect(text) and not vocabulary.ASSERTION.search(text)]


def _is_compared(scene: Scene, after: Claim, fetched: Sequence[Node]) -> bool:
    """Whether it is compared with what was observed right before the wait, in the same words."""
    if after.macro != b"assert_eq" or len(after.operands) != 2:
        return False
    for one, other in (after.operands, after.operands[::-1]):
        name, now = _ALONE.fullmatch(one), _ALONE.fullmatch(other)
        found = _given(scene, scene.behind, name.group(1)) if name else None
        if found is None:
            continue
        later = _given(scene, fetched, now.group(1)) if now else None
        seen, told = _plain(scene, found), _plain(scene, later) if later is not None else other
        if b"(" in seen and seen == told:
            between = [node for node in scene.behind if node.start_byte > found.end_byte]
            return not _done(scene, between)
    return False


def _given(scene: Scene, nodes: Sequence[Node], name: bytes) -> Node | None:
    """What a name is bound to by one of some statements."""
    for node in nodes:
        if node.type != "let_declaration":
            continue
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is not None and value is not None and scene.way.text(pattern) == name:
            return value
    return None


def _plain(scene: Scene, node: Node) -> bytes:
    return re.sub(rb"\s+", b"", scene.site.code[node.start_byte : node.end_byte])


_LASTING = frozenset(
    {b"assert", b"ensure", b"assert_eq", b"ensure_eq", b"assert_matches", b"assert_none", b"assert_some"}
)
"""What asserts a state, and not that it changed."""
_CONSUMES = regex(
    rb"\.\s*+(?:(?:try_)?(?:next|recv|pop|poll|take|read|accept|receive|changed|drain|split_off)(?:_\w+)?"
    rb"|(?:try|check|acquire|allow|hit|insert|remove|push|send|incr|tick|consume|call|execute|run|request|fetch)\w*"
    rb"|get_or_\w+)\s*+\("
)
"""What is different each time, or makes a difference."""
_PREDICATE = regex(rb"\.is_\w+\(\)\Z")
_ALONE = regex(rb"[&*]?(\w+)(?:\.clone\(\))?")
_NAME = regex(rb"(?<![\w.:])[a-z_]\w*(?!\w|!|::)")
_RETURNS = regex(
    rb"re(?:start|connect|cover|sume|set|load|create|open|new|place|start|spawn)|rotat|fail_?over|\.clear\(|\.drain\(|\btake\("
    rb"|\.store\("
)
"""What makes something go and come again, or begin anew."""


def reached(scene: Scene, checked: int) -> bool:
    """Whether the number that is asserted after the wait was awaited before it: then no more are to come."""
    after = claim(scene.way, scene.next[checked])
    if after is None or after.macro not in (b"assert_eq", b"ensure_eq") or len(after.operands) != 2:
        return False
    for one, number in (after.operands, after.operands[::-1]):
        if not number.isdigit():
            continue
        for node in scene.behind[:_FEW]:
            found = _REACHED.match(scene.way.text(node))
            if found is None:
                break
            if found.group(2) == number and holds(one, found.group(1)):
                return True
    return False


_REACHED = regex(rb"\s*+(\w+)\s*+(?:\.\s*+\w+\s*+)*\.\s*+(?:a?wait|until)\w*\s*+\(\s*+(\d+)\s*+[,)]")
"""Somebody waits until there are so many."""


def watched(scene: Scene) -> bool:
    """Whether a loop does nothing but wait and assert the same, for a number of rounds or for some time."""
    shape = scene.loop
    if shape is None or shape.ends:
        return False
    pattern = shape.node.child_by_field_name("pattern")
    counts = pattern is not None and scene.way.text(pattern).startswith(b"_")
    if not counts and not is_timed(shape):
        return False
    inside = [*scene.behind, *scene.ahead]
    texts = [scene.way.text(node) for node in inside if node.start_byte > shape.node.start_byte]
    acts = (text for text in texts if has_effect(text) and not _FETCHES.match(text))
    asserts = [vocabulary.ASSERTION.search(text) is not None for text in acts]
    return bool(asserts) and all(asserts) and not any(vocabulary.SPAWN.search(text) for text in texts)


_FETCHES = regex(rb"\s*+let\s+(?:mut\s+)?\w+\s*+(?::[^=;]*)?=")


def sign(scene: Scene, checked: int) -> Sign | None:
    """What words say at the wait, at the assertion, and of the whole test: that nothing is to happen, or nearly so."""
    way, code = scene.way, scene.site.code
    node = scene.next[checked]
    claims = list(takewhile(bool, (claim(way, one) for one in scene.next[checked : checked + _FEW])))
    after = claims[0] if claims else None
    said = [remark(code, node.start_byte, node.end_byte), scene.remark, after.message if after is not None else b""]
    if any(_NO_LONGER.search(text) for text in said):
        return "end"
    if any(_SHALL_NOT.search(text) for text in said):
        return "absence"
    name = way.word(scene.function.child_by_field_name("name")).lower()
    negated = _NEGATED.search(name) is not None
    if negated or _KEPT.search(name):
        operands = b" ".join(operand for one in claims if one is not None for operand in one.operands)
        rest = [way.text(one) for one in scene.next[: checked + len(claims)]]
        awaits = any(vocabulary.BOUNDED.search(text) for text in rest[:checked])
        denied = negated and not awaits and any(vocabulary.NEGATIVE.search(text) for text in rest[checked:])
        if denied or _LASTS.search(operands):
            return "absence"
    if negated or (after is not None and _ONLY.search(after.message)):
        return "doubt"
    head = doc(code, scene.function.start_byte)
    return "doubt" if _SHALL_NOT.search(head) else None


_FEW = 3
"""Assertions in a row that are looked at together."""


def untouched(scene: Scene) -> bool:
    """Whether one of the assertions right behind the wait shows that something has not ended."""
    texts = [scene.way.text(node) for node in scene.next[:_FEW]]
    return any(vocabulary.UNTOUCHED.search(text) for text in (*texts[:1], *takewhile(_ASSERTS.match, texts)))


def as_at_first(scene: Scene) -> bool:
    """Whether what is asserted right behind the wait is how a flag or counter began that only goes one way."""
    found = _STILL.match(scene.way.text(scene.next[0]))
    if found is None:
        return False
    story = scene.way.text(scene.function)
    began = any((found.group(1) or found.group(2)) == match.group(1) for match in _BEGAN.finditer(story))
    return began and _GOES_BACK.search(story) is None


_BEGAN = regex(
    rb"\blet\s+(?:mut\s+)?(\w+)\s*+(?::[^=;]*)?=[^;]*?\bAtomic\w+\s*+::\s*+(?:<[^>;]*>\s*+::\s*+)?new\s*+\(\s*+(?:false|0)\s*+\)"
)
_STILL = regex(
    rb"\s*+(?:\w+::)*(?:assert!\s*+\(\s*+!\s*+(\w+)\s*+\.\s*+load\s*+\("
    rb"|assert_eq!\s*+\(\s*+(\w+)\s*+\.\s*+load\s*+\([^()]*\)\s*+,\s*+(?:0|false)\s*+[,)])"
)
_GOES_BACK = regex(
    rb"\.\s*+(?:store\s*+\(\s*+(?:false|0)\b|(?:swap|compare_\w+|fetch_(?:sub|and|nand|xor|update|min))\s*+\()"
)


def unset(text: bytes) -> bool:
    """Whether an assertion says that a flag was not set which something would set."""
    return _FLAG.search(text) is not None and vocabulary.STOPPED.search(text) is None and _ALIVE.search(text) is None


_ASSERTS = regex(rb"\s*+(?:\w+::)*assert\w*!")
_FLAG = regex(
    rb"\bassert!\s*+\(\s*+!\s*+(?:\*?[\w.]+\.\s*+(?:load|lock|borrow|get)\s*+\(|\w+\s*+[,)])"
    rb"|\bassert_eq!\s*+\([^;]*\.\s*+load\s*+\([^;]*?,\s*+false\s*+[,)]"
)
_ALIVE = regex(rb"alive|connect|open|active|ready|held|lock(?:ed)\b", re.IGNORECASE)


def forbidden(scene: Scene) -> bool:
    """Whether a mock counts no call, and nothing but its verdict is left."""
    way = scene.way
    if any(not _VERIFIES.search(way.text(node)) for node in scene.next[:1]):
        return False
    text = way.before(scene.function.start_byte, scene.site.call.start_byte)
    return _NO_CALL.search(text) is not None and _SOME_CALLS.search(text) is None


_VERIFIES = regex(rb"\b(?:verify|assert|checkpoint)\w*\s*+\(|\bdrop\s*+\(")
_NO_CALL = regex(rb"\.\s*+(?:expect|times|expect_at_most|up_to_n_times)\s*+\(\s*+0\s*+\)|\.\s*+never\s*+\(\s*+\)")
_SOME_CALLS = regex(rb"\.\s*+(?:expect|times)\s*+\(\s*+[1-9][\d.=]*+\s*+\)")


_NO_LONGER = regex(
    rb"\bno longer\b|\bany ?more\b|\bgone\b|\bdisappear\w*|\b(?:been|be|was|were) (?:removed|deleted|cleaned)\b"
)
_NOT = rb"\b(?:not|never|no|nothing|none|neither|still|stay\w*|remain\w*|unchanged|untouched|unaffected|intact)\b"
_SHALL_NOT = regex(
    rb"\b(?:should|must|shall|ought to|supposed to)(?:n't| not\b)"
    rb"|\b(?:should|must|shall|ought to|supposed to|expect(?:ed|ing|s)?|ensur(?:e|es|ing)|mak(?:e|es|ing) sure"
    rb"|verif(?:y|ies|ying)|check(?:s|ing)?|assert(?:s|ing)?|prov(?:e|es|ing)|confirm(?:s|ing)?)\b[^.,;:]{0,40}" + _NOT
)
"""It is said that something is not to be."""
_ONLY = regex(rb"\b(?:only|once|at most|no more than|unexpected\w*|spurious\w*|duplicate\w*|twice|leak\w*)\b")
_NEGATED = regex(
    rb"(?:^|_)(?:not|never|doesnt|dont|didnt|isnt|arent|wont|cant|cannot|shouldnt|mustnt|stays?|remains?|unchanged"
    rb"|unaffected|still|ignores?|ignored|ignoring|survives?|outlives?|only_once|at_most_once"
    rb"|no_(?:\w+_)?(?:after|when|if|on|without|before|until|while|during)"
    rb"|no_(?:duplicat\w*|doubles?|extra|repeat\w*|spurious|more|further|second)|dedup\w*|deduplicat\w*|coalesc\w*"
    rb"|idempotent|idempotency|exactly_once|only_one|duplicat\w*|collapsed?)(?:_|$)"
)
"""Names of tests in which something is not to happen, or not again."""
_KEPT = regex(rb"(?:^|_)(?:keeps?|kept|retains?|retained)(?:_|$)")
_LASTS = regex(
    rb"\bis_(?:alive|running|connected|open|active|valid|healthy|some)\b|\bexists\b|\bcontains\w*\b"
    rb"|::(?:Connected|Open|Active|Running|Healthy|Alive|Up)\b"
)
"""A state that goes on."""
