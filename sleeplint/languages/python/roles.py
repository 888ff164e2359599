"""Why a wait is there and what it costs: the signals in order, the first that fires decides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from tree_sitter import Node

from sleeplint.facts import Loop, Related, Task
from sleeplint.languages.circumstances import Circumstances
from sleeplint.languages.python import cost
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import Act, border, following, has_yield, preceding, weight
from sleeplint.languages.python.joins import joined
from sleeplint.languages.python.limits import enclosed, limit_of
from sleeplint.languages.python.loops import Round, bounded, falls_through, round_of
from sleeplint.languages.python.moments import moment
from sleeplint.languages.python.outcomes import outcome_of
from sleeplint.languages.python.scene import Scene, scene_of
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tasks import (
    Spawn,
    Standing,
    class_of,
    is_spawner,
    is_test_class,
    standing_of,
    stands_in,
)
from sleeplint.languages.python.tree import arguments_of
from sleeplint.languages.python.verdict import Verdict
from sleeplint.text import Span

FOR_EVER_MS = 60_000
"""Outside a loop, nobody means to wait so long: something else ends it."""
_STREAM_SERVERS = frozenset(
    {"start_server", "start_unix_server", "create_server", "serve", "StreamServer", "unix_serve"}
)


def circumstances(site: Site, sites: Sequence[Site]) -> Circumstances:
    """Why a site waits and what it costs. `sites` are all of its file, in one sequence that stays the same."""
    scene = scene_of(site, sites)
    test_name = site.test.name_span.start if site.test is not None else None
    standing = standing_of(scene, site.chain, test_name)
    spawn = _direct_spawn(scene, site) or standing.spawn
    ends = joined(scene, spawn) if spawn is not None else None
    limit = limit_of(scene, site)
    verdict = _verdict(scene, site, standing, spawn, ends)
    if limit is not None and verdict.role == "hold" and (site.duration_ms is None or limit.ms < site.duration_ms):
        verdict = replace(verdict, ends_early=True)
    task = None
    if spawn is not None or standing.kind == "task":
        node = spawn.call.node if spawn is not None else standing.function
        spawner = scene.path(spawn.call.node) if spawn is not None else "threading.Thread.run"
        if node is not None:
            task = Task(Span(node.start_byte, node.end_byte), spawner, ends, verdict.keeps)
    awaited = _awaited(scene, site)
    repeats = cost.repeats(scene, site, verdict, standing)
    return Circumstances(
        role=verdict.role,
        role_confidence="high" if verdict.sure else "low",
        cost_ms=cost.cost(
            site,
            verdict,
            standing,
            spawned=task is not None,
            ends=ends,
            runs=awaited is True or _runs_here(scene, site),
            repeats=repeats,
            limit=limit,
        ),
        repeats=repeats,
        awaited=awaited,
        checked=verdict.checked,
        loop=verdict.loop,
        task=task,
        limit=limit,
        order=_order(scene, site, spawn),
        expires=verdict.expires,
        readiness=verdict.readiness,
        related=verdict.related,
    )


def _verdict(scene: Scene, site: Site, standing: Standing, spawn: Spawn | None, ends: bool | None) -> Verdict:
    round_ = round_of(scene, site.chain, site.call)
    if site.kind == "clock-assert":
        return Verdict("guard", True, checked=True)
    if site.kind == "timeout":
        return _timeout(scene, site, standing, round_)
    if site.duration_ms == 0:
        return Verdict("yield", True)
    if _races(scene, site, spawn):
        return Verdict("race-arm", True)
    if round_ is not None and round_.polls and not _samples(scene, site, standing, round_):
        return Verdict("poll", True, loop=_loop(scene, site, standing, round_))
    if _delays_a_call(site):
        return Verdict("pacing", True)
    return (
        _hold(scene, site, standing, spawn, ends, round_)
        or _workload(scene, site, standing, spawn, ends)
        or _delayed(scene, site, standing, round_)
        or moment(scene, site, round_)
    )


def _delays_a_call(site: Site) -> bool:
    """`call_later(1, f)`, which nobody awaits."""
    waits = bool(site.chain) and site.chain[-1].type in ("await", "yield")
    return site.api.rpartition(".")[2] in words.DELAYED_CALLS and not waits


# --- timeouts


def _timeout(scene: Scene, site: Site, standing: Standing, round_: Round | None) -> Verdict:
    if site.entry.purpose in ("idle", "test-limit"):
        return Verdict("guard", True)
    name = scene.called(site.call).name
    if round_ is not None and round_.node.type == "while_statement":
        condition = round_.node.child_by_field_name("condition")
        asked = condition is not None and condition.start_byte <= site.call.start_byte < condition.end_byte
        if asked and name in words.BOOLEAN_WAITS:
            return Verdict("poll", False, checked=True, loop=_loop(scene, site, standing, round_))
        if name == "select":
            return Verdict("poll", round_.shape == "condition", loop=_loop(scene, site, standing, round_))
    outcome = outcome_of(scene, site)
    if outcome.role == "sleep":
        if round_ is not None and round_.polls:
            return Verdict("poll", outcome.sure, loop=_loop(scene, site, standing, round_))
        return replace(moment(scene, site, round_), checked=False)
    related: tuple[Related, ...] = ()
    if outcome.asserted is not None:
        node = outcome.asserted
        words_ = "its expiry is expected here" if outcome.role == "burned" else "its outcome is looked at here"
        related = (Related(Span(node.start_byte, node.end_byte), words_),)
    return Verdict(outcome.role, outcome.sure, checked=outcome.checked, related=related)


# --- loops


def _loop(scene: Scene, site: Site, standing: Standing, round_: Round) -> Loop:
    node = round_.node
    known = scene.memory.get(("loop", node.id))
    if isinstance(known, Loop):
        return known
    limited = enclosed(scene, site.chain[: round_.index])
    limited = limited or (standing.run is not None and enclosed(scene, standing.run.use.chain))
    limited = limited or (site.test is not None and site.test.limit_ms is not None)
    ends = bounded(scene, round_, limited)
    silent = ends and not limited and falls_through(scene, round_, site.chain)
    loop = Loop(Span(node.start_byte, node.end_byte), ends, silent)
    scene.memory["loop", node.id] = loop
    return loop


def _samples(scene: Scene, site: Site, standing: Standing, round_: Round) -> bool:
    """A background loop that works until it is told to stop, rather than asks whether it may go on."""
    handles = standing.kind == "handler" or (standing.function is not None and _is_handler(scene, standing.function))
    if not handles and (round_.shape != "condition" or standing.kind != "task"):
        return False
    body = round_.node.child_by_field_name("body")
    statements = scene.statements(body) if body is not None else ()
    return any(
        call.name and call.node.id != site.call.id and weight(call) != "neutral"
        for statement in statements
        for call in scene.calls(statement)
    )


# --- races


def _races(scene: Scene, site: Site, spawn: Spawn | None) -> bool:
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


# --- background work


def _direct_spawn(scene: Scene, site: Site) -> Spawn | None:
    """`create_task(asyncio.sleep(1))`, `submit(time.sleep, 1)`: the sleep alone is the work."""
    if site.by_reference:
        called = scene.called(site.call)
        return Spawn(called, site.chain) if is_spawner(scene, called) else None
    inner = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "call":
            called = scene.called(outer)
            return Spawn(called, site.chain[:index]) if is_spawner(scene, called) else None
        if outer.type in ("await", "block") and not (outer.type == "await" and inner.type == "parenthesized"):
            return None
        inner = outer
    return None


def _last(scene: Scene, site: Site) -> bool:
    """Nothing follows in its function but its end, and letting go of what was held until then."""
    tidying = [
        clause
        for outer in site.chain[border(site.chain) + 1 :]
        if outer.type == "try_statement"
        for clause in outer.named_children
        if clause.type == "finally_clause" and clause.start_byte > site.call.start_byte
    ]
    for act in islice(following(scene, site.chain, site.call), 4):
        if act.kind == "neutral" and not act.calls:
            continue
        if act.kind == "return" and (act.node.named_child_count == 0 or scene.text(act.node) == "return None"):
            continue
        if any(clause.start_byte <= act.node.start_byte < clause.end_byte for clause in tidying):
            continue
        lets_go = act.kind == "call" and all(call.name in words.LETTING_GO for call in act.calls)
        if lets_go and any(before.kind == "call" for before in islice(preceding(scene, site.chain, site.call), 6)):
            continue
        return False
    return True


def _hold(
    scene: Scene, site: Site, standing: Standing, spawn: Spawn | None, ends: bool | None, round_: Round | None
) -> Verdict | None:
    endless = site.duration_ms is None and site.api.endswith("sleep_forever")
    long = endless or (site.duration_ms is not None and site.duration_ms >= FOR_EVER_MS)
    related: tuple[Related, ...] = ()
    if spawn is not None:
        node = spawn.call.node
        related = (Related(Span(node.start_byte, node.end_byte), "spawned here"),)
    in_own_flow = standing.kind in ("test", "fixture", "called") and spawn is None
    if long and round_ is None and not in_own_flow:
        direct = spawn is not None and spawn is not standing.spawn
        # What others call may as well be work that takes its time.
        sure = endless or direct or standing.kind == "task"
        keeps = "task" if direct else _keeps(scene, site)
        return Verdict("hold", sure, related=related, keeps=keeps, ends_early=ends is not True)
    if endless:
        return Verdict("hold", True, keeps=_keeps(scene, site), ends_early=True)
    if _cancelled_scope(scene, site):
        return Verdict("hold", True, related=related, keeps="task", ends_early=True)
    after = list(islice(following(scene, site.chain, site.call), 2))
    if after and _always_fails(scene, after[0]):
        return Verdict("hold", True, related=related, keeps=_keeps(scene, site), ends_early=True)
    direct = spawn is not None and spawn is not standing.spawn
    if direct and spawn is not None:
        if ends is True or spawn.call.name == "submit":
            return None
        return Verdict("hold", ends is False, related=related, keeps="task", ends_early=ends is False)
    if standing.kind == "task" and _idles(scene, site, round_):
        return Verdict("hold", True, related=related, keeps=_keeps(scene, site), ends_early=ends is not True)
    if standing.kind == "task" and round_ is None and _last(scene, site):
        keeps = _keeps(scene, site)
        if ends is True and keeps is None:
            return None  # work that takes its time
        return Verdict("hold", ends is not None, related=related, keeps=keeps or "task", ends_early=ends is False)
    if standing.kind == "task" and round_ is None and (held := _held(scene, site)) is not None:
        return Verdict("hold", False, related=related, keeps=held, ends_early=ends is False)
    by = standing.run.by if standing.run is not None else None
    serves = standing.kind == "handler" and by is not None and by.name in _STREAM_SERVERS
    if serves and round_ is None and _last(scene, site):
        return Verdict("hold", True, keeps=_keeps(scene, site) or "connection")
    return None


def _held(scene: Scene, site: Site) -> str | None:
    """What a `with` around it holds until it is over: it is the last thing done there, and only notes follow."""
    if any(act.kind not in ("neutral", "mark") for act in islice(following(scene, site.chain, site.call), 3)):
        return None
    for outer in reversed(site.chain[border(site.chain) + 1 :]):
        if outer.type == "with_statement":
            return _keeps(scene, site) or "task"
    return None


def _always_fails(scene: Scene, act: Act) -> bool:
    """`assert False`, `pytest.fail(..)`, `raise AssertionError`: the end of the sleep is never reached."""
    if act.kind == "raise":
        return bool(re.search(r"(?i)assertion|unreachable|never|should(n't| not)", scene.text(act.node)))
    if act.kind not in ("assert", "call"):
        return False
    if act.node.type == "assert_statement":
        condition = act.node.named_child(0)
        return condition is not None and scene.text(condition) in ("False", "0")
    return bool(act.calls) and act.calls[0].name == "fail" and act.node.type == "expression_statement"


def _idles(scene: Scene, site: Site, round_: Round | None) -> bool:
    """`while True: sleep(1)` and nothing else."""
    if round_ is None or round_.exits or round_.shape == "items":
        return False
    body = round_.node.child_by_field_name("body")
    return body is not None and len(scene.statements(body)) == 1


def _cancelled_scope(scene: Scene, site: Site) -> bool:
    """All that a scope does which is cancelled before, or ends sooner."""
    inner: Node = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "with_statement" and inner.type == "block" and outer.named_child_count:
            clause = outer.named_children[0]
            for call in scene.calls(clause):
                bound = scene.sites.get(call.node.id)
                if call.name in words.TIMEOUT_BLOCKS and bound is not None and _shorter(bound, site):
                    return True
                if call.name == "CancelScope":
                    cancels = any(
                        c.name == "cancel"
                        for act in islice(preceding(scene, site.chain, site.call), 4)
                        for c in act.calls
                    )
                    if cancels:
                        return True
        elif outer.type == "call" and inner.type == "argument_list" and scene.called(outer).name == "wait_for":
            bound = scene.sites.get(outer.id)
            if bound is not None:
                return _shorter(bound, site)
        inner = outer
    return False


def _shorter(bound: Site, site: Site) -> bool:
    return bound.duration_ms is not None and site.duration_ms is not None and bound.duration_ms < site.duration_ms


def _keeps(scene: Scene, site: Site) -> str | None:
    """What stays open as long as it waits."""
    for outer in reversed(site.chain[border(site.chain) + 1 :]):
        if outer.type == "with_statement" and outer.named_child_count:
            head = scene.text(outer.named_children[0])
            if any(call.name in words.TIMEOUT_BLOCKS | words.SCOPES for call in scene.calls(outer.named_children[0])):
                continue
            return _kind_of(head) or " ".join(head.split())[:60]
    first = border(site.chain)
    if first >= 0:
        parameters = site.chain[first].child_by_field_name("parameters")
        if parameters is not None:
            found = _kind_of(scene.text(parameters))
            if found is not None:
                return found
    for act in islice(preceding(scene, site.chain, site.call), 6):
        found = _kind_of(scene.text(act.node))
        if found is not None:
            return found
    return None


def _kind_of(written: str) -> str | None:
    if re.search(r"\.accept\(|open_connection|create_connection|connect\(", written):
        return "connection"
    if words.CONNECTIONS.search(written):
        return "connection"
    return "listener" if words.LISTENERS.search(written) else None


def _workload(scene: Scene, site: Site, standing: Standing, spawn: Spawn | None, ends: bool | None) -> Verdict | None:
    """It pretends to be work, in code that the system under test calls."""
    if spawn is not None and spawn is not standing.spawn:
        return Verdict("workload", ends is True)
    if site.by_reference and scene.called(site.call).name not in words.RUNNERS:
        return Verdict("workload", True)
    function = standing.function
    if function is None:
        return None
    if standing.kind == "handler":
        return Verdict("workload", standing.sure)
    if standing.kind == "task":
        if _last(scene, site) or _returns_value(scene, site):
            return Verdict("workload", ends is True)
        return None
    if standing.kind in ("test", "fixture"):
        return None
    index = border(site.chain)
    owner = class_of(site.chain, index)
    if owner is not None and not is_test_class(scene, owner):
        foreign = stands_in(scene, owner)
        name = owner.child_by_field_name("name")
        nested = border(site.chain[:index]) >= 0
        if foreign or nested:
            return Verdict("workload", foreign and standing.kind == "unseen")
        if name is not None and words.FAKES.search(scene.text(name)) and standing.kind == "unseen":
            return Verdict("workload", False)
        return None
    if _is_handler(scene, function):
        return Verdict("workload", True)
    if standing.kind == "called":
        return None
    nested = border(site.chain[:index]) >= 0
    if nested:
        return Verdict("workload", False)
    if _returns_value(scene, site) or (_last(scene, site) and not next(preceding(scene, site.chain, site.call), None)):
        return Verdict("workload", False)
    return None


def _is_handler(scene: Scene, function: Node) -> bool:
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
    return any(tuple(names[: len(wanted)]) == wanted for wanted in words.HANDLER_PARAMETERS if len(wanted) > 1) or (
        len(names) == 1 and (names[0],) in words.HANDLER_PARAMETERS and has_value(scene, function)
    )


def has_value(scene: Scene, function: Node) -> bool:
    """Whether a function gives something back, by return or yield."""
    body = function.child_by_field_name("body")
    if body is None:
        return False
    return has_yield(function) or any(
        statement.type == "return_statement" and statement.named_child_count for statement in scene.statements(body)
    )


def _returns_value(scene: Scene, site: Site) -> bool:
    """The next thing is to give back a value."""
    act = next((act for act in following(scene, site.chain, site.call) if act.kind != "neutral"), None)
    return act is not None and act.kind == "return" and act.node.named_child_count > 0


def _delayed(scene: Scene, site: Site, standing: Standing, round_: Round | None) -> Verdict | None:
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


def _order(scene: Scene, site: Site, spawn: Spawn | None) -> tuple[Span, ...]:
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


def _runs_here(scene: Scene, site: Site) -> bool:
    """What is only created runs to its end in this flow: `run_until_complete(asyncio.sleep(1))`."""
    if site.by_reference:
        return scene.called(site.call).name in words.RUNNERS
    for outer in reversed(site.chain[border(site.chain) + 1 :]):
        if outer.type == "await":
            return True
        if outer.type == "call" and scene.called(outer).name in words.RUNNERS:
            return True
        if outer.type == "block":
            return False
    return False


def _awaited(scene: Scene, site: Site) -> bool | None:
    """Whether it is waited for right here; False if only created, None if passed on."""
    if site.by_reference or _delays_a_call(site):
        return None
    if site.entry.blocking or site.kind != "sleep":
        return True
    if not re.match(r"(asyncio|anyio|trio|curio|tornado|twisted)\b", site.api):
        return True
    parent = site.chain[-1] if site.chain else None
    if parent is None:
        return True
    if parent.type in ("await", "yield"):
        return True
    if parent.type in ("expression_statement", "assignment"):
        return False
    return None
