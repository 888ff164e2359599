"""Whether a wait is to show that things stay as they are: what held before it, and what people say is not to change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile, takewhile

from tree_sitter import Node

from sleeplint.languages.python import remarks
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import names_in, subject
from sleeplint.languages.python.claims import Claim, claim_of, passed_over
from sleeplint.languages.python.flow import Act, border, weight
from sleeplint.languages.python.neighbours import Surrounding, assigned
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of, chain_to, statement_of, string_of
from sleeplint.regexes import regex

_PUTS = regex(r"(?i)^_*(set|put|store|save|write|insert|add)(_?(item|value|attr\w*))?$")
_TOO_MANY = "429"
"""The status of an answer to one who has asked too often."""


def unchanged(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """Whether what is asserted after a wait held before it too, by an assertion or by the end of a poll."""
    asserted = names_in(scene, outcome.node)
    for act in around.after[: around.after.index(outcome)]:
        if asserted & assigned(scene, act):
            return False  # it speaks of a new answer to a new question
    written, claim = _squeezed(scene, outcome), claim_of(scene, outcome)
    for act in around.before:
        if act.kind == "assert" and _squeezed(scene, act) == written:
            return True
        earlier = _claim(scene, act, outcome)
        if earlier is not None and claim is not None and earlier.subject == claim.subject:
            return earlier == claim
        if act.kind == "assert" and subject(scene, act) == subject(scene, outcome):
            return False  # it was otherwise in between
        if asserted & assigned(scene, act):
            return False  # what held before was another thing
    return False


def _claim(scene: Scene, act: Act, outcome: Act) -> Claim | None:
    if act.kind in ("assert", "call", "read"):
        found = claim_of(scene, act)
        if found is not None:
            return found
    chain = chain_to(scene.root, act.node)
    loop = chain[-1] if chain else None
    if loop is None or loop.type != "while_statement" or loop.end_byte > outcome.node.start_byte:
        return None
    condition = loop.child_by_field_name("condition")
    return passed_over(scene, loop) if condition is not None and condition.id == act.node.id else None


def _squeezed(scene: Scene, act: Act) -> str:
    return "".join(scene.text(act.node).split())


def asked_again(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """`state = ask(); assert state.up` before the wait, among other assertions, and the very same after it."""
    asked = next((act for act in around.after if assigned(scene, act) & names_in(scene, outcome.node)), None)
    if asked is None:
        return False
    earlier = list(dropwhile(lambda act: act.kind != "assert", around.before))
    said = [_squeezed(scene, act) for act in takewhile(lambda act: act.kind == "assert", earlier)]
    before = [_squeezed(scene, act) for act in earlier[len(said) : len(said) + 1]]
    return _squeezed(scene, outcome) in said and before == [_squeezed(scene, asked)]


def as_before(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """`old = pool.size` before, and `assert pool.size == old` after; or both looked up alike under two names."""
    claim = claim_of(scene, outcome)
    if claim is None or claim.relation != "==":
        return False
    for name, other in ((claim.subject, claim.value), (claim.value, claim.subject)):
        value = _given(scene, around.before, name)
        if value and value in (other, _given(scene, around.after, other)):
            return True
    return False


def put_there(scene: Scene, around: Surrounding) -> bool:
    """`box.set("a", 1)`, a sleep, `assert box.get("a") == 1`: what it was given itself it may well have kept."""
    cause, outcome = around.cause, around.outcome
    claim = claim_of(scene, outcome) if outcome is not None else None
    given = cause.effect if cause is not None else None
    if claim is None or given is None or not given.receiver or not _PUTS.match(given.name):
        return False
    if claim == Claim(f"{given.receiver}.empty()", "!=", "True"):
        return True  # it may well hold what it was given
    values = ["".join(scene.text(one).split()) for one in arguments_of(given.node, scene.code).positional[1:]]
    return claim.relation == "==" and claim.subject.startswith(f"{given.receiver}.") and claim.value in values


def told_apart(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """`one = make()`, the wait, `two = make()`, and they are to differ: nothing but time is between them."""
    claim = claim_of(scene, outcome)
    if claim is None or claim.relation not in ("!=", "<", ">", "<=", ">="):
        return False
    for name, other in ((claim.subject, claim.value), (claim.value, claim.subject)):
        one, two = _bound(scene, around.before, name), _bound(scene, around.after, other)
        if one is None or two is None or _value(scene, one) != _value(scene, two) or not one.calls:
            continue
        between = (*around.before[: around.before.index(one)], *around.after[: around.after.index(two)])
        makes = one.kind == "call" or any(call.name in words.CLOCKS for call in one.calls)
        return makes and not any(act.kind in ("call", "wait") for act in between)
    return False


def _bound(scene: Scene, acts: tuple[Act, ...], name: str) -> Act | None:
    return next((act for act in acts if assigned(scene, act) == {name}), None) if name.isidentifier() else None


def _given(scene: Scene, acts: tuple[Act, ...], name: str) -> str:
    """What a name was given, where that has to be looked up; nothing for a literal."""
    act = _bound(scene, acts, name)
    return _value(scene, act) if act is not None else ""


def _value(scene: Scene, act: Act) -> str:
    inner = act.node.named_children[0] if act.node.named_children else None
    right = inner.child_by_field_name("right") if inner is not None else None
    if right is None or right.type in ("integer", "float", "string", "none", "true", "false", "list", "dictionary"):
        return ""
    return re.sub(r"^await", "", "".join(scene.text(right).split()))


def turned(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """`assert not limiter.hit()`, the wait, `assert limiter.hit()`: doing the same goes otherwise, by time alone."""
    claim = claim_of(scene, outcome)
    if claim is None or not outcome.calls:
        return False
    acts = any(weight(call) == "call" and call.name in claim.subject for call in outcome.calls)
    for act in around.before:
        if act.kind in ("call", "wait"):
            return False
        earlier = claim_of(scene, act) if act.kind == "assert" else None
        if earlier is not None and earlier.subject == claim.subject:
            return earlier.opposes(claim) and (acts or earlier.value == _TOO_MANY)
    return False


def said_to_stay(scene: Scene, site: Site, outcome: Act | None) -> bool:
    """Whether a comment at what is asserted, or its message, says that nothing is to change."""
    if outcome is None or outcome.kind != "assert":
        return False
    statement = statement_of(site.chain, site.call)
    if words.UNMOVED.search(remarks.below(scene.code, statement.end_byte)):
        return True
    if words.UNMOVED.search(remarks.remark(scene.code, outcome.node.start_byte, outcome.node.end_byte)):
        return True
    return any(_blames_a_change(message) for message in _messages(scene, outcome))


def _messages(scene: Scene, outcome: Act) -> Iterator[str]:
    """The words with which an assertion fails."""
    node = outcome.node
    found: Node | None = None
    if node.type == "assert_statement":
        found = node.named_children[1] if node.named_child_count > 1 else None
    elif outcome.calls:
        arguments = arguments_of(outcome.calls[0].node, scene.code)
        found = arguments.keywords.get("msg") or (arguments.positional[-1] if len(arguments.positional) > 1 else None)
    text = string_of(found, scene.code) if found is not None else None
    if text is not None and b" " in text:
        yield text.decode("utf-8", "replace")


def _blames_a_change(message: str) -> bool:
    """`connection was dropped`, `should still be there`; not `was not dropped`."""
    if words.LOSSES.search(message):
        return not words.NEGATIONS.search(message) or bool(re.search(r"(?i)\b(should|must)(n't| not)\b", message))
    return bool(words.STAYING.search(message))


def is_named_for_constancy(scene: Scene, site: Site) -> bool:
    """Whether a test's name, or the first line of what it says of itself, is about something that does not happen."""
    return bool(words.CONSTANT_NAMES.search(_test_name(scene, site)) or words.UNMOVED.search(_test_says(scene, site)))


def is_named_for_expiry(scene: Scene, site: Site) -> bool:
    """Whether a test's name is about something that is over after a while."""
    return bool(words.EXPIRED.search(_test_name(scene, site).replace("_", " ")))


def _test_name(scene: Scene, site: Site) -> str:
    if site.test is None:
        return ""
    span = site.test.name_span
    return scene.code[span.start : span.end].decode("utf-8", "replace")


def _test_says(scene: Scene, site: Site) -> str:
    """The first line of a test's docstring."""
    first = border(site.chain)
    body = site.chain[first].child_by_field_name("body") if site.test is not None and first >= 0 else None
    statement = next(iter(scene.statements(body)), None) if body is not None else None
    if statement is None or statement.type != "expression_statement" or statement.named_child_count != 1:
        return ""
    text = string_of(statement.named_children[0], scene.code)
    return text.decode("utf-8", "replace").strip().partition("\n")[0] if text is not None else ""
