"""Waits that keep something alive, and run out only if nobody ends them."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.facts import Loop, Related
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import Act, border, following, preceding
from sleeplint.languages.python.joins import handled
from sleeplint.languages.python.loops import LOOPS, Round
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tasks import Spawn, Standing, class_of, runs_of
from sleeplint.languages.python.tree import Chain, arguments_of, statement_of
from sleeplint.languages.python.unfinished import is_shorter, unfinished
from sleeplint.languages.python.verdict import Verdict
from sleeplint.regexes import regex
from sleeplint.text import Span

FOR_EVER_MS = 60_000
"""Outside a loop, nobody means to wait so long: something else ends it."""
_COMPREHENSIONS = frozenset({"list_comprehension", "set_comprehension", "generator_expression"})
_FAILS = regex(r"(pytest|self|cls|(.*\W)?(test|case)|)$")
"""Whose `fail` ends a test."""
_LOCKS = regex(r"(?i)lock|mutex|semaphore|\bsem\b")
"""What others wait for as long as one has it."""
_STREAM_SERVERS = frozenset(
    {"start_server", "start_unix_server", "create_server", "serve", "StreamServer", "unix_serve"}
)


def hold(
    scene: Scene, site: Site, standing: Standing, spawn: Spawn | None, ends: bool | None, round_: Round | None
) -> Verdict | None:
    """Whether a wait keeps something alive; `ends` says whether the test joins its task."""
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
    if site.by_reference and spawn is None and _child_killed(scene, site):
        return Verdict("hold", True, related=related, keeps="task", ends_early=True)
    forked = _forked(scene, site)
    if forked is not None:
        return forked
    certain = unfinished(scene, site)
    if certain is not None:
        return Verdict("hold", certain, related=related, keeps="task", ends_early=True)
    after = list(islice(following(scene, site.chain, site.call), 2))
    if after and _always_fails(scene, after[0]):
        return Verdict("hold", True, related=related, keeps=_keeps(scene, site), ends_early=True)
    direct = spawn is not None and spawn is not standing.spawn
    if direct and spawn is not None:
        if ends is True or spawn.call.name == "submit":
            return None
        return Verdict("hold", ends is False, related=related, keeps="task", ends_early=ends is False)
    if standing.kind == "task" and _idles(scene, site, round_):
        node = round_.node if round_ is not None else site.call
        endless = round_ is not None and round_.shape == "endless"
        for_ever = Loop(Span(node.start_byte, node.end_byte), bounded=False, falls_through=False) if endless else None
        keeps = _keeps(scene, site)
        return Verdict("hold", True, loop=for_ever, related=related, keeps=keeps, ends_early=ends is not True)
    last = round_ is None and is_last(scene, site.chain, site.call)
    if standing.kind == "task" and last and not _goes_on(scene, site):
        keeps = _keeps(scene, site)
        if ends is True and (keeps is None or (is_one_of_many(scene, standing) and not _LOCKS.search(keeps))):
            return None  # work that takes its time
        sure = ends is not None or keeps == "connection"
        return Verdict("hold", sure, related=related, keeps=keeps or "task", ends_early=ends is False)
    if standing.kind == "task" and round_ is None and (held := _held(scene, site)) is not None:
        if ends is True and is_one_of_many(scene, standing) and not _LOCKS.search(held):
            return None
        return Verdict("hold", False, related=related, keeps=held, ends_early=ends is False)
    if standing.kind == "task" and round_ is not None and _takes_connections(scene, site, round_):
        return Verdict("hold", True, related=related, keeps="connection", ends_early=ends is not True)
    by = standing.run.by if standing.run is not None else None
    serves = standing.kind == "handler" and by is not None and by.name in _STREAM_SERVERS
    serves = serves or _handles_a_connection(scene, site)
    if serves and last:
        return Verdict("hold", True, keeps=_keeps(scene, site) or "connection")
    return None


def _takes_connections(scene: Scene, site: Site, round_: Round) -> bool:
    """A server's loop takes a connection, and does nothing with it for a while."""
    body = round_.node.child_by_field_name("body")
    statements = scene.statements(body) if body is not None else ()
    own = statement_of(site.chain, site.call)
    if not statements or all(statement.id != own.id for statement in statements):
        return False
    rest = [statement for statement in statements if statement.start_byte > own.start_byte]
    if any(call.name not in words.LETTING_GO for statement in rest for call in scene.calls(statement)):
        return False
    return any(
        call.name == "accept"
        for statement in statements
        if statement.start_byte < own.start_byte
        for call in scene.calls(statement)
    )


def _handles_a_connection(scene: Scene, site: Site) -> bool:
    """A method of a `socketserver` handler."""
    owner = class_of(site.chain, border(site.chain))
    bases = owner.child_by_field_name("superclasses") if owner is not None else None
    return bases is not None and re.search(r"(Base|Stream|Datagram)RequestHandler\b", scene.text(bases)) is not None


def is_one_of_many(scene: Scene, standing: Standing) -> bool:
    """A task that is started again and again: connections of such are the load that the test is about."""
    chain = standing.run.use.chain if standing.run is not None and standing.spawn is not None else ()
    return any(
        outer.type in _COMPREHENSIONS or (outer.type in LOOPS and not _joins_in_turn(scene, outer))
        for outer in chain[border(chain) + 1 :]
    )


def _joins_in_turn(scene: Scene, loop: Node) -> bool:
    """Whether each round of a loop waits for what it started."""
    body = loop.child_by_field_name("body")
    statements = scene.statements(body) if body is not None else ()
    joins = (call for statement in statements for call in scene.calls(statement) if call.name in words.JOINS)
    return any(not call.receiver.startswith(('"', "'")) for call in joins)


def _goes_on(scene: Scene, site: Site) -> bool:
    """The function it stands in is only called, and each that calls it does more afterwards."""
    first = border(site.chain)
    runs = runs_of(scene, site.chain[first], site.chain[:first]) if first >= 0 else ()
    if not runs or any(run.how != "called" for run in runs):
        return False
    return all(
        not is_last(scene, use.chain, use.node)
        or any(outer.type in LOOPS for outer in use.chain[border(use.chain) + 1 :])
        for use in (run.use for run in runs)
    )


def is_last(scene: Scene, chain: Chain, node: Node) -> bool:
    """Nothing follows in its function but its end, and letting go of what was held until then."""
    tidying = [
        clause
        for outer in chain[border(chain) + 1 :]
        if outer.type == "try_statement"
        for clause in outer.named_children
        if clause.type == "finally_clause" and clause.start_byte > node.start_byte
    ]
    for act in islice(following(scene, chain, node), 4):
        if act.kind == "neutral" and not act.calls:
            continue
        if act.kind == "return" and (act.node.named_child_count == 0 or scene.text(act.node) == "return None"):
            continue
        if any(clause.start_byte <= act.node.start_byte < clause.end_byte for clause in tidying):
            continue
        if _lets_go(scene, act) and any(before.kind == "call" for before in islice(preceding(scene, chain, node), 6)):
            continue
        return False
    return True


def _lets_go(scene: Scene, act: Act) -> bool:
    """`peer.close()`, `self.peer = None`."""
    if act.calls:
        return act.kind == "call" and all(call.name in words.LETTING_GO for call in act.calls)
    inner = act.node.named_children[0] if act.node.named_children else None
    right = inner.child_by_field_name("right") if inner is not None and inner.type == "assignment" else None
    return act.kind == "call" and right is not None and right.type in ("none", "true", "false")


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
    first = act.calls[0] if act.calls and act.node.type == "expression_statement" else None
    return first is not None and first.name == "fail" and bool(_FAILS.match(first.receiver))


def _idles(scene: Scene, site: Site, round_: Round | None) -> bool:
    """`while True: sleep(1)` and nothing else."""
    if round_ is None or round_.exits or round_.shape == "items":
        return False
    body = round_.node.child_by_field_name("body")
    statements = scene.statements(body) if body is not None else ()
    own = statement_of(site.chain, site.call)
    return len(statements) == 1 and statements[0].id == own.id


_CHILD = regex(r"\(?(not (\w+|[\w.]*fork\(\))|(\w+|[\w.]*fork\(\)) == 0|0 == \w+)\)?")
"""The condition under which code runs in the child of a fork."""
_CHILDREN = frozenset({"Popen", "popen", "create_subprocess_exec", "create_subprocess_shell", "spawn", "open_process"})


def _forked(scene: Scene, site: Site) -> Verdict | None:
    """In the branch that only the child of a fork runs."""
    first = border(site.chain)
    start = site.chain[first].start_byte if first >= 0 else 0
    for index in range(len(site.chain) - 1, first, -1):
        outer = site.chain[index]
        condition = outer.child_by_field_name("condition") if outer.type == "if_statement" else None
        if condition is None or site.chain[index + 1 : index + 2] != (outer.child_by_field_name("consequence"),):
            continue
        written = scene.text(condition)
        if not _CHILD.fullmatch(written) or b"fork()" not in scene.code[start : condition.end_byte]:
            continue
        after = scene.code[outer.end_byte : site.chain[first].end_byte if first >= 0 else len(scene.code)]
        killed = re.search(rb"\bkillp?g?\(", after) is not None
        return Verdict("hold" if killed else "workload", False, keeps="task" if killed else None, ends_early=killed)
    return None


def _child_killed(scene: Scene, site: Site) -> bool:
    """A program that sleeps, and is killed before it is waited for, or given less time than it takes."""
    started = scene.called(site.call)
    bound = scene.sites.get(site.call.id)
    if bound is not None and bound.kind == "timeout" and is_shorter(bound, site):
        return True
    timeout = arguments_of(site.call, scene.code).keywords.get("timeout")
    written = scene.text(timeout) if timeout is not None else ""
    if re.fullmatch(r"\d+(\.\d*)?|\.\d+", written):
        return site.duration_ms is not None and float(written) * 1000 < site.duration_ms
    if started.name not in _CHILDREN:
        return False
    for outer in reversed(site.chain[border(site.chain) + 1 :]):
        if outer.type in ("assignment", "as_pattern"):
            target = outer.child_by_field_name("left") or outer.child_by_field_name("alias")
            name = scene.text(target) if target is not None else ""
            return bool(re.fullmatch(r"\w+", name)) and handled(scene, name, site.chain) is False
        if outer.type not in ("await", "with_item", "parenthesized_expression"):
            return False
    return False


def _keeps(scene: Scene, site: Site) -> str | None:
    """What stays open as long as it waits."""
    for outer in reversed(site.chain[border(site.chain) + 1 :]):
        if outer.type == "with_statement" and outer.named_child_count:
            head = scene.text(outer.named_children[0])
            calls = scene.calls(outer.named_children[0])
            if any(call.name in words.TIMEOUT_BLOCKS | words.SCOPES | words.CANCEL_SCOPES for call in calls):
                continue
            if calls and words.LETTING_BE.search(calls[0].name):
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
