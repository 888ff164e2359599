"""Why a wait is there and what it costs: the signals in order, the first that fires decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from sleeplint.facts import Loop, Related, Task
from sleeplint.languages.circumstances import Circumstances
from sleeplint.languages.excuses import blocks_on_purpose, is_excuse
from sleeplint.languages.python import cost
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.calls import argument_of
from sleeplint.languages.python.expirations import drained, tries_again
from sleeplint.languages.python.flow import border, weight
from sleeplint.languages.python.holds import hold
from sleeplint.languages.python.interruptions import Interruption, interruption
from sleeplint.languages.python.joins import joined
from sleeplint.languages.python.limits import enclosed, limit_of
from sleeplint.languages.python.loops import Round, bounded, leaves_when_told, round_of
from sleeplint.languages.python.moments import moment
from sleeplint.languages.python.otherwise import is_answered, works_on
from sleeplint.languages.python.outcomes import outcome_of
from sleeplint.languages.python.races import order, races
from sleeplint.languages.python.releases import released
from sleeplint.languages.python.remarks import remark
from sleeplint.languages.python.running_out import falls_through, noticed
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.suite import BY_RUNNER
from sleeplint.languages.python.tasks import Spawn, Standing, is_spawner, name_of, standing_of
from sleeplint.languages.python.tree import arguments_of, bare, chain_to, statement_of
from sleeplint.languages.python.verdict import Verdict
from sleeplint.languages.python.workloads import delayed, is_handler, measured, paced, workload
from sleeplint.records import replace
from sleeplint.regexes import regex
from sleeplint.text import Span

_INTERRUPTED = frozenset({"hold", "workload", "settle", "startup", "sync"})
_A_TURN_MS = 0.001
"""Nothing but a turn of the scheduler is as short as that."""
_STAYS = regex(
    r"(?i)self\.\w*(alive|running|run|active|serving|working|going|on)$"
    r"|not self\.\w*(stop(ped|ping)?|quit(ting)?|exit(ed|ing)?|clos(ed|ing)|shut_?down)(_(event|flag))?(\.is_set\(\))?$"
)
_TILL_STOPPED = regex(r"(?i)not [\w.]*\b\w*(stop|quit|exit|shut_?down|cancel|terminat)\w*\.is_set\(\)$")
_FLAG = regex(r"(not )?[\w.]+(\.is_set\(\))?$")
"""What somebody else changes."""
_GIVEN = regex(rb"[ \t]*(?::[^=\n]*)?=(?!=)[^\n#]*")
THE_CALL = "the call"
"""What a hold keeps that stands in a function which a call runs or was given."""


def circumstances(site: Site, scene: Scene) -> Circumstances:
    """Why a site waits and what it costs, in the scene of its file."""
    test_name = site.test.name_span.start if site.test is not None else None
    standing = standing_of(scene, site.chain, test_name)
    spawn = _direct_spawn(scene, site) or standing.spawn
    ends = joined(scene, spawn) if spawn is not None else None
    limit = limit_of(scene, site)
    verdict = _verdict(scene, site, standing, spawn, ends)
    if limit is not None and verdict.role == "hold" and (site.duration_ms is None or limit.ms < site.duration_ms):
        verdict = replace(verdict, ends_early=True)
    cut = interruption(scene, site, standing) if verdict.role in _INTERRUPTED and site.kind == "sleep" else None
    if cut is not None:
        verdict = _interrupted(site, verdict, cut)
    if site.kind == "sleep" and is_answered(scene, site):
        verdict = replace(verdict, sure=False, ends_early=True)
    waited = spawn is not None and ends is False and verdict.role == "pacing" and site.kind == "sleep"
    if waited and spawn is not None and released(scene, site, spawn, standing.function):
        ends = True
    task = None
    if spawn is not None or standing.kind == "task":
        node = spawn.call.node if spawn is not None else standing.function
        spawner = scene.path(spawn.call.node) if spawn is not None else "threading.Thread.run"
        if node is not None:
            task = Task(Span(node.start_byte, node.end_byte), spawner, ends, verdict.keeps)
    spawned = task is not None
    if cut is not None and verdict.keeps == THE_CALL:
        task = Task(Span(cut.call.start_byte, cut.call.end_byte), scene.path(cut.call), None, verdict.keeps)
    elif task is None and verdict.role == "hold" and verdict.keeps is not None and standing.function is not None:
        by = standing.run.by if standing.run is not None else None
        held = by.node if by is not None else standing.function
        spawner = scene.path(by.node) if by is not None else "socketserver.BaseServer.serve_forever"
        if standing.kind in ("handler", "unseen"):
            task = Task(Span(held.start_byte, held.end_byte), spawner, None, verdict.keeps)
    awaited = _awaited(scene, site)
    repeats = cost.repeats(scene, site, verdict, standing, spawn)
    return Circumstances(
        role=verdict.role,
        role_confidence="high" if verdict.sure else "low",
        cost_ms=cost.cost(
            site,
            verdict,
            standing,
            spawned=spawned,
            ends=ends,
            runs=awaited is True or _runs_here(scene, site),
            repeats=repeats,
            limit=limit,
        ),
        repeats=repeats,
        awaited=awaited,
        checked=verdict.checked,
        excused=_is_excused(scene, site, standing),
        loop=verdict.loop,
        task=task,
        limit=limit,
        order=order(scene, site, spawn),
        expires=verdict.expires,
        readiness=verdict.readiness,
        related=verdict.related,
    )


def _interrupted(site: Site, verdict: Verdict, cut: Interruption) -> Verdict:
    """What a wait is there for whose function is interrupted before its end."""
    if cut.outlasted_by(site):
        related = (Related(Span(cut.call.start_byte, cut.call.end_byte), "interrupted here"),)
        return replace(verdict, role="hold", sure=True, related=related, keeps=THE_CALL, ends_early=True)
    if verdict.role == "hold":
        return replace(verdict, ends_early=True)
    return replace(verdict, role="workload", sure=verdict.sure and verdict.role == "workload", ends_early=True)


def _verdict(scene: Scene, site: Site, standing: Standing, spawn: Spawn | None, ends: bool | None) -> Verdict:
    round_ = round_of(scene, site.chain, site.call)
    if site.kind == "clock-assert":
        waits = (
            round_ is not None and round_.node.type == "while_statement" and not _measures_rounds(scene, site, round_)
        )
        return Verdict(
            "guard", True, checked=True, loop=_loop(scene, site, standing, round_) if waits and round_ else None
        )
    if site.kind == "timeout":
        return _timeout(scene, site, standing, round_)
    if site.kind == "interval":
        return Verdict("poll" if "retry" in site.api or site.api.startswith("tenacity.") else "pacing", True)
    if site.duration_ms is not None and site.duration_ms < _A_TURN_MS:
        return Verdict("yield", True)
    if races(scene, site, spawn):
        return Verdict("race-arm", True)
    if round_ is not None and _backs_off(site, round_):
        return Verdict("pacing", False)
    if round_ is not None and round_.polls:
        if not _samples(scene, site, standing, round_):
            return Verdict("poll", True, loop=_loop(scene, site, standing, round_))
        if standing.kind != "task" and _goes_on_until_stopped(scene, site, round_):
            return Verdict("pacing", False)
    if _delays_a_call(site):
        return Verdict("pacing", True)
    return (
        measured(scene, site)
        or hold(scene, site, standing, spawn, ends, round_)
        or paced(scene, site, standing, round_)
        or workload(scene, site, standing, spawn, ends)
        or delayed(scene, site, standing, round_)
        or moment(scene, site, round_)
    )


def _measures_rounds(scene: Scene, site: Site, round_: Round) -> bool:
    """Whether the clock is read anew in each round: then it is the round that must be quick, not the loop."""
    before = scene.code[round_.node.start_byte : site.call.start_byte]
    return bool(re.search(rb"(?m)^\s*\w+\s*=\s*[\w.]*(time|monotonic|perf_counter|now)\(\)\s*$", before))


def _is_excused(scene: Scene, site: Site, standing: Standing) -> bool:
    if site.kind != "timeout" and not (site.kind == "sleep" and site.entry.blocking and site.in_async):
        return False
    statement = statement_of(site.chain, site.call)
    comment = remark(scene.code, statement.start_byte, statement.end_byte)
    if site.kind != "timeout":
        on_purpose = blocks_on_purpose(comment) or _is_named_for_blocking(scene, site)
        return on_purpose or _is_given_a_thread(scene, standing)
    return is_excuse(comment) or is_excuse(_remark_at_constant(scene, site)) or is_answered(scene, site)


def _is_given_a_thread(scene: Scene, standing: Standing) -> bool:
    """`run(work, thread=True)`: a loop of its own runs the function that sleeps."""
    by = standing.run.by if standing.run is not None else None
    given = arguments_of(by.node, scene.code).keywords.get("thread") if by is not None else None
    return given is not None and scene.text(given) == "True"


def _is_named_for_blocking(scene: Scene, site: Site) -> bool:
    """Whether the function within a test that sleeps is called after what it does to others: `hog`."""
    first = border(site.chain)
    if first < 0 or border(site.chain[:first]) < 0:
        return False
    return blocks_on_purpose(name_of(scene, site.chain[first]).replace("_", " "))


def _remark_at_constant(scene: Scene, site: Site) -> str:
    """What stands beside the constant of the file that a timeout's length is."""
    value = argument_of(site.entry, arguments_of(site.call, scene.code))
    if value is None or value.type != "identifier":
        return ""
    given = list(islice(_given_at_line_start(scene.code, scene.text(value).encode()), 2))
    return remark(scene.code, *given[0]) if len(given) == 1 else ""


def _given_at_line_start(code: bytes, name: bytes) -> Iterator[tuple[int, int]]:
    """Where lines begin with a name that is given a value, each with the end of that."""
    at = 0
    while at >= 0:
        given = _GIVEN.match(code, at + len(name)) if code.startswith(name, at) else None
        if given is not None:
            yield at, given.end()
        before = code.find(b"\n" + name, at)
        at = before + 1 if before >= 0 else -1


def _delays_a_call(site: Site) -> bool:
    """`call_later(1, f)`, which nobody awaits."""
    waits = bool(site.chain) and site.chain[-1].type in ("await", "yield")
    return site.api.rpartition(".")[2] in words.DELAYED_CALLS and not waits


def _timeout(scene: Scene, site: Site, standing: Standing, round_: Round | None) -> Verdict:
    if site.entry.purpose in ("idle", "test-limit"):
        return Verdict("guard", True)
    name = scene.called(site.call).name
    if round_ is not None and round_.node.type == "while_statement":
        condition = round_.node.child_by_field_name("condition")
        asked = condition is not None and condition.start_byte <= site.call.start_byte < condition.end_byte
        if asked and name in words.BOOLEAN_WAITS:
            if drained(scene, site) is not None:
                return Verdict("burned", False, checked=True)
            if condition is not None and bare(condition).type != "not_operator" and _is_all(condition, site.call):
                return Verdict("burned", False, checked=True)  # takes what comes, until nothing comes in time
            if _samples(scene, site, standing, round_):
                return Verdict("pacing", False, checked=True)  # works at intervals until it is told to stop
            return Verdict("poll", False, checked=True, loop=_loop(scene, site, standing, round_))
        if name == "select" or (round_.shape in ("condition", "clock") and works_on(scene, site)):
            return Verdict("poll", round_.shape == "condition", loop=_loop(scene, site, standing, round_))
    outcome = outcome_of(scene, site)
    if outcome.role == "sleep":
        if round_ is not None and round_.polls:
            return Verdict("poll", outcome.sure, loop=_loop(scene, site, standing, round_))
        return replace(moment(scene, site, round_), checked=False)
    if outcome.role == "guard" and round_ is not None and tries_again(scene, site, round_):
        return Verdict("poll", True, checked=True, loop=_loop(scene, site, standing, round_))
    related: tuple[Related, ...] = ()
    if outcome.asserted is not None:
        node = outcome.asserted
        words_ = "its expiry is expected here" if outcome.role == "burned" else "its outcome is looked at here"
        related = (Related(Span(node.start_byte, node.end_byte), words_),)
    return Verdict(outcome.role, outcome.sure, checked=outcome.checked, related=related)


def _is_all(condition: Node, call: Node) -> bool:
    """Whether a condition asks for nothing but what a call returns."""
    inner = bare(condition)
    while inner.type in ("await", "named_expression") and inner.named_children:
        inner = bare(inner.named_children[-1])
    return inner.id == call.id


def _loop(scene: Scene, site: Site, standing: Standing, round_: Round) -> Loop:
    node = round_.node
    known = scene.memory.get(("loop", node.id))
    if isinstance(known, Loop):
        return known
    limited = enclosed(scene, site.chain[: round_.index])
    limited = limited or (standing.run is not None and enclosed(scene, standing.run.use.chain))
    limit = limit_of(scene, site)
    cut_off = limit is not None and limit.by == BY_RUNNER
    cut_off = cut_off or (site.test is not None and site.test.limit_ms is not None)
    cut_off = cut_off or _serves_until_told(scene, site, round_)
    ends = bounded(scene, round_, limited)
    silent = ends and not limited and falls_through(scene, round_, site.chain)
    told = silent and noticed(scene, round_, site.chain)
    loop = Loop(Span(node.start_byte, node.end_byte), ends or cut_off, silent, told)
    scene.memory["loop", node.id] = loop
    return loop


def _samples(scene: Scene, site: Site, standing: Standing, round_: Round) -> bool:
    """A background loop that works until it is told to stop, rather than asks whether it may go on."""
    handles = (
        _goes_by_a_flag(scene, site, round_)
        or standing.kind == "handler"
        or (standing.function is not None and is_handler(scene, standing.function))
    )
    told = round_.shape == "condition" or leaves_when_told(scene, round_.node, _FLAG)
    if not handles and (not told or standing.kind != "task") and not _goes_on_until_stopped(scene, site, round_):
        return False
    if _serves_until_told(scene, site, round_):
        return not round_.exits or leaves_when_told(scene, round_.node)
    body = round_.node.child_by_field_name("body")
    return body is not None and any(
        call.name and call.node.id != site.call.id and weight(call) != "neutral"
        for statement in (_steps(scene, body) if round_.shape == "condition" else scene.statements(body))
        for call in scene.calls(statement)
    )


def _goes_on_until_stopped(scene: Scene, site: Site, round_: Round) -> bool:
    """`while not self.stop.is_set():`, in no test itself."""
    condition = round_.node.child_by_field_name("condition") if round_.node.type == "while_statement" else None
    label = site.chain[border(site.chain)].child_by_field_name("name") if border(site.chain) >= 0 else None
    tested = site.test is not None and label is not None and label.start_byte == site.test.name_span.start
    return condition is not None and not tested and bool(_TILL_STOPPED.match(scene.text(bare(condition))))


def _backs_off(site: Site, round_: Round) -> bool:
    """`except Full: sleep(.1)`, where nothing but an error ends the loop: it works on, and tries nothing."""
    handler = next((node for node in site.chain[round_.index + 1 :] if node.type == "except_clause"), None)
    return handler is not None and handler.id == round_.by_error and round_.shape != "condition"


def _steps(scene: Scene, block: Node) -> Iterator[Node]:
    """The statements of a block, and those that it tries."""
    for statement in scene.statements(block):
        tried = statement.child_by_field_name("body") if statement.type == "try_statement" else None
        if tried is not None:
            yield from _steps(scene, tried)
        else:
            yield statement


def _serves_until_told(scene: Scene, site: Site, round_: Round) -> bool:
    """`while self.alive:` or `while not self.stopped:`, with a method that changes it: it stays until it is told."""
    if not _goes_by_a_flag(scene, site, round_):
        return False
    condition = round_.node.child_by_field_name("condition")
    return condition is not None and bool(_STAYS.match(scene.text(bare(condition))))


def _goes_by_a_flag(scene: Scene, site: Site, round_: Round) -> bool:
    """`while self.running:` in a method of a class that has another method to change that."""
    condition = round_.node.child_by_field_name("condition") if round_.node.type == "while_statement" else None
    flag = re.match(r"^(?:not )?self\.(\w+)(?:\.is_set\(\))?$", scene.text(bare(condition))) if condition else None
    owner = next((node for node in reversed(site.chain) if node.type == "class_definition"), None)
    if flag is None or owner is None:
        return False
    changed = re.compile(rb"self\.%s(\s*=\s*(True|False)|\.set\(\))" % flag[1].encode())
    own = site.chain[border(site.chain)]
    return any(
        not own.start_byte <= match.start() < own.end_byte and not _initial(scene, match.start())
        for match in changed.finditer(scene.code, owner.start_byte, owner.end_byte)
    )


def _initial(scene: Scene, place: int) -> bool:
    """Whether a place stands in `__init__` or the like."""
    node = scene.root.descendant_for_byte_range(place, place)
    chain = chain_to(scene.root, node) if node is not None else None
    if not chain or border(chain) < 0:
        return False
    name = chain[border(chain)].child_by_field_name("name")
    return name is not None and scene.text(name) in ("__init__", "setUp", "asyncSetUp", "setup_method")


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
