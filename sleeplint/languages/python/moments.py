"""What a sleep in a line of acts waits for: told by what stands before and after it."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.facts import Role
from sleeplint.languages.python import remarks
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import names_in
from sleeplint.languages.python.constancy import is_named_for_constancy, is_named_for_expiry, put_there, said_to_stay
from sleeplint.languages.python.effects import effect, happens_too, persistence
from sleeplint.languages.python.expiries import durations, elapsing, named_expiry, outlives
from sleeplint.languages.python.flow import Act, act_of, border
from sleeplint.languages.python.loops import Round
from sleeplint.languages.python.neighbours import Surrounding, surrounding
from sleeplint.languages.python.repetitions import repeated, spaced
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.startups import readiness, startup
from sleeplint.languages.python.tree import statement_of
from sleeplint.languages.python.verdict import Verdict
from sleeplint.records import replace

_BRIEF_MS = 1


def moment(scene: Scene, site: Site, round_: Round | None) -> Verdict:
    """What a sleep in its own line of acts is there for."""
    around = surrounding(scene, site)
    named = named_expiry(scene, site)
    if named is not None:
        return Verdict("expiry", True, expires=named)
    if _aligned(scene, site):
        return Verdict("pacing", False)
    verdict = (
        startup(scene, site, around)
        or _measured(scene, site, around)
        or _spacing(scene, site, around, round_)
        or persistence(scene, around)
        or elapsing(scene, site, around)
        or repeated(scene, around)
        or effect(scene, around)
    )
    if verdict is None:
        verdict = Verdict(_guess(scene, site, around), False)
    statement = statement_of(site.chain, site.call)
    if verdict.role == "settle" and verdict.sure and outlives(scene, site, around):
        verdict = replace(verdict, sure=False)  # as likely it is to show that it is still there
    if verdict.role == "settle" and said_to_stay(scene, site, around.outcome):
        role: Role = "settle" if _is_for_an_effect(scene, statement, around) else "absence"
        verdict = replace(verdict, role=role, sure=False)
    if verdict.role == "settle" and verdict.sure and (put_there(scene, around) or _is_for_an_error(scene, site)):
        verdict = replace(verdict, sure=False)
    if verdict.role == "settle" and verdict.sure and is_named_for_constancy(scene, site):
        verdict = replace(verdict, sure=False)
    if verdict.role == "settle" and verdict.sure and spaced(scene, around):
        verdict = replace(verdict, role="pacing", sure=False)  # as likely it is there out of habit
    if verdict.role == "settle" and verdict.sure and _is_to_change_nothing(scene, around):
        verdict = replace(verdict, role="absence", sure=False)
    if verdict.role == "settle" and verdict.sure and _is_about_expiry(scene, site, statement):
        verdict = Verdict("expiry", False, related=verdict.related)
    if not verdict.sure and verdict.role in ("absence", "sync") and is_named_for_expiry(scene, site):
        verdict = verdict if outlives(scene, site, around) else replace(verdict, role="expiry")
    if verdict.role == "absence" and site.duration_ms is not None and site.duration_ms <= _BRIEF_MS:
        verdict = replace(verdict, role="settle", sure=False)  # too brief to show anything: it lets things begin
    hint = remarks.hinted(remarks.remark(scene.code, statement.start_byte, statement.end_byte))
    if verdict.role == "settle" and verdict.sure and (hint == "absence" or hint == "pacing"):
        verdict = replace(verdict, role=hint, sure=False)
    if not verdict.sure:
        if hint == verdict.role == "startup":
            verdict = replace(verdict, sure=True)  # two signs that have nothing to do with each other
        elif hint is not None and (verdict.role == "sync" or hint != "settle" or _is_set_weakly(verdict)):
            verdict = replace(verdict, role=hint)
    if verdict.role in ("startup", "settle") and verdict.readiness is None:
        verdict = replace(verdict, readiness=readiness(scene, site, around))
    return verdict


def _is_set_weakly(verdict: Verdict) -> bool:
    """Whether it was taken for an expiry for the sake of a time that may only be a bound, or a rhythm."""
    if verdict.role != "expiry" or verdict.expires is None:
        return False
    return not words.EXPIRIES.search(verdict.expires.split(" ")[0])


def _guess(scene: Scene, site: Site, around: Surrounding) -> Role:
    """What is likely where no signal fires: whatever was done last takes its time."""
    if any(act.kind == "call" for act in around.before):
        return "settle"
    return "startup" if not around.before and _is_prepared(scene, site) else "sync"


def _is_prepared(scene: Scene, site: Site) -> bool:
    """Whether fixtures or a `setUp` have run before a test, so that its first act can only wait for theirs."""
    first = border(site.chain)
    name = site.chain[first].child_by_field_name("name") if first >= 0 else None
    if name is None or site.test is None or name.start_byte != site.test.name_span.start:
        return False
    owner = next((outer for outer in reversed(site.chain[:first]) if outer.type == "class_definition"), None)
    if owner is not None:
        start = scene.code[owner.start_byte : owner.end_byte]
        return re.search(rb"\bdef (setUp|asyncSetUp|setup_method|setup)\(", start) is not None
    parameters = site.chain[first].child_by_field_name("parameters")
    decorated = first and site.chain[first - 1].type == "decorated_definition"
    if parameters is None or (decorated and "patch" in scene.text(site.chain[first - 1]).partition("def ")[0]):
        return False
    return parameters.named_child_count > 0


def _is_about_expiry(scene: Scene, site: Site, statement: Node) -> bool:
    """Whether the comment at a sleep, or the name of its test, says that something is no longer valid after a while."""
    if words.NO_LONGER_VALID.search(remarks.remark(scene.code, statement.start_byte, statement.end_byte)):
        return True
    return is_named_for_expiry(scene, site)


def _is_for_an_error(scene: Scene, site: Site) -> bool:
    """Whether an error is expected of the block in which it stands: it may be what takes that time."""
    return any(
        outer.type == "with_statement"
        and any(call.name in words.RAISES for call in scene.calls(outer.named_children[0]))
        for outer in site.chain[border(site.chain) + 1 :]
    )


def _is_for_an_effect(scene: Scene, statement: Node, around: Surrounding) -> bool:
    """Whether something is to happen all the same, by the comment at a sleep or by the assertions that follow."""
    hint = remarks.hinted(remarks.remark(scene.code, statement.start_byte, statement.end_byte))
    return hint in ("settle", "startup") or happens_too(scene, around)


def _is_to_change_nothing(scene: Scene, around: Surrounding) -> bool:
    """Whether a comment at the last action says that it is not to have an effect."""
    cause = around.cause
    if cause is None:
        return False
    statement = cause.node
    return bool(words.IGNORED.search(remarks.remark(scene.code, statement.start_byte, statement.end_byte)))


def _spacing(scene: Scene, site: Site, around: Surrounding, round_: Round | None) -> Verdict | None:
    before, after = around.previous, next((act for act in around.after if act.kind not in ("neutral", "mark")), None)
    for act in (before, after):
        if act is None or not words.FILE_TIMES.search(scene.text(act.node)):
            continue
        if act is before and act.effect is not None and act.effect.name == "touch" and not _rewrites(scene, after):
            continue  # it is the touch that is to be noticed
        return Verdict("pacing", act.kind != "assert")
    if before is not None and after is not None and before.kind == after.kind == "call":
        one, two = before.effect, after.effect
        if one is not None and two is not None and one.name == two.name and words.REPEATABLE.match(one.name):
            return Verdict("pacing", one.receiver == two.receiver)
    if round_ is not None and not round_.exits and _is_asserted_all_the_while(scene, site, round_):
        return Verdict("absence", False)
    if round_ is not None and round_.shape in ("items", "clock", "endless") and not round_.polls:
        inside = next((act for act in around.after if act.kind not in ("neutral", "mark", "read")), None)
        body = round_.node
        within = inside is not None and body.start_byte <= inside.node.start_byte < body.end_byte
        if within and inside is not None and inside.kind == "assert":
            return None
        if inside is not None and within and round_.shape == "items":
            return Verdict("pacing", False)
        within = (
            any(act.kind != "neutral" and body.start_byte <= act.node.start_byte for act in around.before) or within
        )
        goes_on = round_.shape == "endless" and not round_.exits and not round_.raises
        return Verdict("pacing", True, ends_early=goes_on and not within)
    return None


def _is_asserted_all_the_while(scene: Scene, site: Site, round_: Round) -> bool:
    """Whether a loop does nothing but look, assert and sleep: what it asserts is not to change."""
    if round_.shape == "clock" and round_.raises:
        return True
    body, item = round_.node.child_by_field_name("body"), round_.node.child_by_field_name("left")
    statements = scene.statements(body) if body is not None else ()
    if any(statement.type not in ("assert_statement", "expression_statement") for statement in statements):
        return False
    own = statement_of(site.chain, site.call)
    acts = [act_of(scene, statement) for statement in statements if statement.id != own.id]
    asserted = [act for act in acts if act.kind == "assert"]
    counts = names_in(scene, item) if item is not None else set()
    if not asserted or any(counts & names_in(scene, act.node) for act in asserted):
        return False
    return all(act.kind in ("assert", "read", "mark", "neutral") for act in acts)


def _measured(scene: Scene, site: Site, around: Surrounding) -> Verdict | None:
    """`with timer() as t: sleep(.1)`, or `watch.start()` and `watch.stop()` around it, and then how long it took."""
    asserted = next((act for act in around.after[:4] if act.kind == "assert"), None)
    if asserted is None or not words.LENGTHS.search(scene.text(asserted.node)):
        return None
    before, after = around.previous, next((act for act in around.after if act.kind not in ("neutral", "mark")), None)
    clocked = [
        act for act in (*around.before[:1], *around.after[:1]) if any(call.name in words.CLOCKS for call in act.calls)
    ]
    if len(clocked) == 2:  # `start = time()`, and `elapsed = time() - start`
        return Verdict("workload", False)
    if before is not None and after is not None and before.effect is not None and after.effect is not None:
        one, two = before.effect, after.effect
        if one.receiver == two.receiver and words.BEGINS.match(one.name) and words.ENDS.match(two.name):
            return Verdict("workload", False)
    statement = statement_of(site.chain, site.call)
    index = next((i for i in range(len(site.chain) - 1, -1, -1) if site.chain[i].type == "with_statement"), -1)
    body = site.chain[index].child_by_field_name("body") if index >= 0 else None
    if around.outcome != asserted or body is None:
        return None
    alone = [child.id for child in scene.statements(body)] == [statement.id]
    return Verdict("workload", True) if alone else None


def _rewrites(scene: Scene, after: Act | None) -> bool:
    """Whether a file is changed once more."""
    if after is None or after.kind == "assert":
        return after is not None and bool(words.FILE_TIMES.search(scene.text(after.node)))
    return bool(words.FILE_TIMES.search(scene.text(after.node))) or any(
        words.REWRITES.match(call.name) for call in after.calls
    )


def _aligned(scene: Scene, site: Site) -> bool:
    """`sleep(5 - (time.time() - start))`: up to a moment on the clock, not for an effect."""
    return any(
        value.type == "binary_operator" and any(call.name in words.CLOCKS for call in scene.calls(value))
        for value in durations(scene, site)
    )
