"""Waits that pretend to be work, or hold back an action, in code that others call."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import border, following, has_yield, preceding
from sleeplint.languages.python.holds import is_last, is_one_of_many
from sleeplint.languages.python.loops import Round
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.paths import is_test_file
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.stand_ins import drives, is_driven_from_outside
from sleeplint.languages.python.tasks import Spawn, Standing, class_of, is_test_class, name_of, stands_in
from sleeplint.languages.python.tree import is_async
from sleeplint.languages.python.verdict import Verdict
from sleeplint.regexes import regex

_MAIN = regex(r"^if\s*\(?\s*__name__\s*==\s*[\"']__main__[\"']")
_STREAMS = regex(r"(r|rd|\w*reader) (w|wr|\w*writer|_)|_ (w|wr|\w*writer)")
"""The parameters of an `async def` that serves connections."""


def workload(scene: Scene, site: Site, standing: Standing, spawn: Spawn | None, ends: bool | None) -> Verdict | None:
    """It pretends to be work, in code that the system under test calls."""
    if spawn is not None and spawn is not standing.spawn:
        return Verdict("workload", ends is True)
    if site.by_reference and not _is_run_here(scene, site):
        cut = _is_interrupted(scene, site)
        return Verdict("workload", not cut, ends_early=cut)
    function = standing.function
    if _is_a_program(scene, site, standing):
        return Verdict("workload", False)
    if function is None:
        return None
    if standing.kind == "handler":
        listed = _is_listed(standing)
        if listed and _is_held_back(scene, site):
            return Verdict("pacing", False)  # the test itself calls what it has listed
        return Verdict("workload", standing.sure and not listed)
    if standing.kind == "task":
        if is_last(scene, site.chain, site.call) or _returns_value(scene, site):
            return Verdict("workload", ends is True)
        return Verdict("workload", False) if ends is True and _takes_its_turn(scene, site, standing) else None
    if standing.kind in ("test", "fixture"):
        return None
    if standing.kind == "unseen" and _runs_in_a_child(scene, function):
        return Verdict("workload", True)
    index = border(site.chain)
    owner = class_of(site.chain, index)
    if owner is not None and not is_test_class(scene, owner):
        foreign = stands_in(scene, owner)
        name = owner.child_by_field_name("name")
        nested = border(site.chain[:index]) >= 0
        if nested or (foreign and is_driven_from_outside(scene, owner, function)):
            return Verdict("workload", foreign and standing.kind == "unseen")
        if name is None or standing.kind != "unseen" or drives(scene, owner):
            return None
        return Verdict("workload", False) if words.FAKES.search(scene.text(name)) else None
    if is_handler(scene, function):
        return Verdict("workload", True)
    if standing.kind == "called":
        return None
    nested = border(site.chain[:index]) >= 0
    if nested:
        return Verdict("workload", False)
    if is_last(scene, site.chain, site.call) and _serves(scene, site):
        return Verdict("hold", False)
    if words.BACKGROUND.search(name_of(scene, function)):
        return Verdict("workload", False)
    if _returns_value(scene, site) or (
        is_last(scene, site.chain, site.call) and not next(preceding(scene, site.chain, site.call), None)
    ):
        return Verdict("workload", False)
    return None


def measured(scene: Scene, site: Site) -> Verdict | None:
    """`with tracer.span("load"): sleep(.1)`: it is the work that is measured, where nothing else is in the block."""
    index = next((at for at in range(len(site.chain) - 1, -1, -1) if site.chain[at].type == "block"), 0)
    around = site.chain[index - 1]
    if around.type != "with_statement" or len(scene.statements(site.chain[index])) != 1:
        return None
    head = scene.calls(around.named_children[0])
    return Verdict("workload", True) if any(words.MEASURES.search(call.name) for call in head) else None


def _is_a_program(scene: Scene, site: Site, standing: Standing) -> bool:
    """Whether it stands at the top of a file among tests that holds none, or in what that calls: others run it."""
    chain = site.chain
    if standing.kind == "called" and standing.run is not None and border(standing.run.use.chain) < 0:
        chain = standing.run.use.chain
    elif standing.kind != "module":
        return False
    if any(outer.type == "if_statement" and _MAIN.search(scene.text(outer)) for outer in chain):
        return True
    return isinstance(scene.names, Names) and not is_test_file(scene.names.module.inside)


def _takes_its_turn(scene: Scene, site: Site, standing: Standing) -> bool:
    """Whether it is one of many tasks that each have something in a `with` for a while."""
    within = any(outer.type == "with_statement" for outer in site.chain[border(site.chain) + 1 :])
    return within and is_one_of_many(scene, standing)


def _is_run_here(scene: Scene, site: Site) -> bool:
    """Whether what takes a sleep by its name runs it in the caller's flow; `pool.map(sleep, ..)` has others run it."""
    called = scene.called(site.call)
    return called.name in words.RUNNERS and not (called.name == "map" and called.receiver)


def _is_listed(standing: Standing) -> bool:
    """Whether a function is put under a name, alone or with others, by the code around it."""
    run = standing.run
    if run is None or run.how != "passed" or run.by is not None:
        return False
    return any(outer.type == "assignment" for outer in run.use.chain[border(run.use.chain) + 1 :])


def _is_held_back(scene: Scene, site: Site) -> bool:
    """Whether nothing is done before a wait, and something after it."""
    before = islice(preceding(scene, site.chain, site.call), 6)
    after = islice(following(scene, site.chain, site.call), 3)
    return all(act.kind in ("mark", "neutral", "read") for act in before) and any(
        act.calls and act.kind in ("call", "read") for act in after
    )


def paced(scene: Scene, site: Site, standing: Standing, round_: Round | None) -> Verdict | None:
    """In the background: something is done again and again, at intervals."""
    if standing.kind != "task" or round_ is None or round_.polls:
        return None
    loop = round_.node
    around = (*islice(preceding(scene, site.chain, site.call), 6), *islice(following(scene, site.chain, site.call), 6))
    inside = [act for act in around if loop.start_byte <= act.node.start_byte < loop.end_byte]
    return Verdict("pacing", standing.sure) if any(act.kind == "call" for act in inside) else None


def _is_interrupted(scene: Scene, site: Site) -> bool:
    """Whether the next thing done, but for a wait, breaks off what is under way."""
    passed = ("wait", "neutral", "mark", "read")
    act = next((act for act in following(scene, site.chain, site.call) if act.kind not in passed), None)
    return act is not None and any(words.INTERRUPTS.search(call.name) for call in act.calls)


def _serves(scene: Scene, site: Site) -> bool:
    """Whether a connection is taken before: it is a peer, which nobody runs in a test's own flow."""
    acts = islice(preceding(scene, site.chain, site.call), 6)
    return any(call.name == "accept" for act in acts for call in act.calls)


def _runs_in_a_child(scene: Scene, function: Node) -> bool:
    """Whether the text of a program in the file calls a function: `python -c "from tests.it import f; f()"`."""
    name = function.child_by_field_name("name")
    if name is None:
        return False
    called = scene.text(name).encode() + b"()"
    if called not in scene.code:
        return False
    word = re.escape(called[:-2])
    return bool(re.search(rb"[\"'][^\"'\n]*\bimport\b[^\"'\n]*\b" + word + rb"\(\)", scene.code))


def is_handler(scene: Scene, function: Node) -> bool:
    """Whether a function takes what servers give to those they call."""
    parameters = function.child_by_field_name("parameters")
    if parameters is None:
        return False
    names = []
    for parameter in parameters.named_children:
        named = parameter.child_by_field_name("name") or parameter
        if named.type == "typed_parameter":
            named = named.named_child(0) or named
        names.append(scene.text(named))
    names = [name for name in names if name not in ("self", "cls")]
    if len(names) == 2 and is_async(function) and _STREAMS.fullmatch(" ".join(names)):
        return True
    return any(tuple(names[: len(wanted)]) == wanted for wanted in words.HANDLER_PARAMETERS if len(wanted) > 1) or (
        len(names) == 1 and (names[0],) in words.HANDLER_PARAMETERS and _gives_something(scene, function)
    )


def _gives_something(scene: Scene, function: Node) -> bool:
    """Whether a function gives something back, by return or yield."""
    body = function.child_by_field_name("body")
    if body is None:
        return False
    return has_yield(scene, function) or any(
        statement.type == "return_statement" and statement.named_child_count for statement in scene.statements(body)
    )


def _returns_value(scene: Scene, site: Site) -> bool:
    """The next thing is to give back a value."""
    act = next((act for act in following(scene, site.chain, site.call) if act.kind != "neutral"), None)
    return act is not None and act.kind == "return" and act.node.named_child_count > 0


def delayed(scene: Scene, site: Site, standing: Standing, round_: Round | None) -> Verdict | None:
    """In the background: sleep, and then act. A function that nobody here runs does the same for others."""
    if standing.kind == "task":
        after = next((act for act in following(scene, site.chain, site.call) if act.kind != "neutral"), None)
        if after is not None and after.kind == "assert":
            return None
        return Verdict("pacing", standing.sure)
    if standing.kind != "unseen" or round_ is not None or standing.around is not None:
        return None
    if any(act.kind in ("call", "wait") for act in islice(preceding(scene, site.chain, site.call), 6)):
        return None
    action = next(
        (act for act in islice(following(scene, site.chain, site.call), 6) if act.kind in ("call", "mark")), None
    )
    if action is None:
        return None
    triggers = any(words.TRIGGERS.search(call.name) for call in action.calls)
    return Verdict("pacing" if triggers or site.duration_ms is not None else "workload", False)
