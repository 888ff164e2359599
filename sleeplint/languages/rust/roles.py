"""Why a wait is there: the first signal that fires decides, structure before words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from sleeplint.facts import Loop, Milliseconds, Related, Role, Task
from sleeplint.languages.circumstances import Circumstances
from sleeplint.languages.excuses import blocks_on_purpose, is_excuse
from sleeplint.languages.rust import branches, cost, vocabulary
from sleeplint.languages.rust.awaiting import Awaited, awaiting
from sleeplint.languages.rust.expiry import cutting, limits_of_users
from sleeplint.languages.rust.flow import has_effect, is_noise, is_value
from sleeplint.languages.rust.loops import Shape
from sleeplint.languages.rust.outcome import ending, outcome
from sleeplint.languages.rust.polls import poll
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.site import Site
from sleeplint.languages.rust.story import own_flow
from sleeplint.languages.rust.survey import order
from sleeplint.languages.rust.verdict import Verdict
from sleeplint.text import Span

_LONG_MS = 60_000
"""Nobody waits so long for an effect."""


def circumstances(site: Site, sites: Sequence[Site]) -> Circumstances:
    """What the code around one wait says about it; `sites` are all of the file.

    A helper's wait costs what one call of the helper costs: the test that calls it pays it, as often
    as it calls, which the waits of a helper do not know.
    """
    scene = Scene(site, sites)
    task = scene.background.task if scene.background else None
    if site.kind in ("timeout", "clock-assert"):
        return _bounding(scene, task)
    awaited = awaiting(scene.way)
    verdict = _interval(scene) if site.kind == "interval" else _sleep(scene, awaited)
    repeats = cost.repeats(scene)
    held = None
    if verdict.role == "hold" and scene.background is not None:
        held = Related(scene.background.task.span, "spawned here")
    related = (held, *verdict.related) if held else verdict.related
    elapses = verdict.elapses if awaited.awaited is not False else None
    if site.kind == "sleep" and awaited.awaited is False:
        elapses = False
    if elapses and _is_cut_off(scene):
        elapses = False
        if verdict.role != "hold":  # whatever follows it is not reached
            verdict = Verdict("workload", "high" if verdict.role == "workload" else "low", elapses=False)
    spent = cost.cost(scene, verdict.role, repeats, elapses=elapses)
    return Circumstances(
        role=verdict.role,
        role_confidence=verdict.confidence,
        cost_ms=spent,
        repeats=repeats,
        awaited=awaited.awaited,
        excused=site.entry.blocking and blocks_on_purpose(scene.remark.decode("utf-8", "replace")),
        loop=verdict.loop,
        task=task,
        limit=scene.limit,
        order=order(scene.way, sites) if site.kind == "sleep" else (),
        expires=verdict.expires,
        readiness=verdict.readiness,
        related=related,
    )


def _bounding(scene: Scene, task: Task | None) -> Circumstances:
    site = scene.site
    if site.kind == "clock-assert":
        return Circumstances(
            "guard", "high", 0, task=task, limit=scene.limit, repeats=cost.repeats(scene), awaited=None
        )
    awaited = awaiting(scene.way).awaited
    if _is_slice(scene):
        return Circumstances("poll", "high", None, task=task, limit=scene.limit, awaited=None)
    if site.entry.purpose != "operation" or _is_setter(scene):
        return Circumstances("guard", "high", 0, task=task, limit=scene.limit, awaited=None)
    told = outcome(scene.way)
    if told.checked is False and not told.expected and _outlasted(scene):
        told = replace(told, expected=True)
    role: Role = "burned" if told.expected else "guard"
    repeats = cost.repeats(scene, ends=told.expected, drains=told.drains)
    return Circumstances(
        role=role,
        role_confidence=told.confidence,
        cost_ms=cost.cost(scene, role, repeats),
        repeats=repeats,
        awaited=awaited,
        checked=told.checked,
        excused=is_excuse(scene.remark.decode("utf-8", "replace")),
        task=task,
        limit=scene.limit,
    )


def _outlasted(scene: Scene) -> bool:
    """Whether what it bounds is, or is made of, something that sleeps for longer."""
    site = scene.site
    until = bisect_left(scene.sites, site.call.start_byte, key=lambda other: other.call.start_byte)
    for other in scene.sites[max(0, until - _MANY) : until]:
        if other.kind != "sleep" or other.duration_ms is None or site.duration_ms is None:
            continue
        if other.duration_ms < site.duration_ms or other.call.start_byte < scene.function.start_byte:
            continue
        inner = Scene(other, scene.sites)
        if inner.carrier.taken in ("given", "kept") and inner.bound_of(inner.bound_name) == site.duration_ms:
            return True
    return False


def _is_slice(scene: Scene) -> bool:
    """Whether a server's loop sets so short a bound that it goes from one client to the next."""
    name, ms = scene.site.api.rpartition("::")[2], scene.site.duration_ms
    return name.startswith("set_") and ms is not None and 0 < ms <= _SLICE_MS and bool(scene.loops)


_SLICE_MS = 20
"""Nobody takes that for the time in which an answer comes."""


def _is_setter(scene: Scene) -> bool:
    """Whether it only sets a bound that others keep: `set_read_timeout`, a client builder's `timeout`."""
    name = scene.site.api.rpartition("::")[2].rpartition(".")[2]
    if name.startswith("set_"):
        return True
    return bool(re.search(r"(?:Builder|Request|Endpoint|Server|Command|Client)\w*::\w+$", scene.site.api))


def _interval(scene: Scene) -> Verdict:
    if scene.loop is not None and scene.loop.ends:
        return Verdict("poll", "low", elapses=None)
    return Verdict("pacing", "low", elapses=None)


def _sleep(scene: Scene, awaited: Awaited) -> Verdict:
    if scene.site.duration_ms == 0:
        return Verdict("yield", "high")
    for signal in _SIGNALS:
        if (verdict := signal(scene, awaited)) is not None:
            return _hinted(scene, verdict)
    return _hinted(scene, Verdict("sync", "low"))


def _arm(scene: Scene, awaited: Awaited) -> Verdict | None:
    """It is the future of an arm of `select!`."""
    way = scene.way
    for at in range(scene.here - 1, 0, -1):
        node = way.nodes[at]
        if node.type == "function_item":
            break
        found = branches.arm(way, at) if node.type == "source_file" else None
        if found is None:
            continue
        arm, others, in_future = found
        if not in_future or any(border > at and taken.taken != "raced" for border, taken in scene.borders):
            return None
        if any(border > at for border, _ in scene.borders) and scene.next:
            return None
        verdict = _raced(arm.body(way.bare), [other.body(way.bare) for other in others])
        stopped = any(vocabulary.CANCELLED.search(other.future(way.bare)) for other in others)
        if verdict.role == "burned" and verdict.confidence == "low" and (stopped or scene.background is not None):
            return Verdict("race-arm", "low", elapses=None)
        return verdict
    if awaited.raced:
        if not awaited.body:
            fails = vocabulary.PANIC.search(way.text(scene.statement))
            return Verdict("race-arm", "low", elapses=False if fails else None)
        return _raced(awaited.body, list(awaited.others))
    return None


def _raced(body: bytes, others: list[bytes]) -> Verdict:
    """What a timer's arm does tells whether it is meant to fire."""
    end = ending(body)
    if end == "fails":
        return Verdict("race-arm", "high", elapses=False)
    if vocabulary.EXIT.search(body):
        return Verdict("race-arm", "high", elapses=None)
    if others and all(ending(other) == "fails" for other in others):
        return Verdict("burned", "high")
    if end == "goes on" and _GIVES.match(body):
        return Verdict("race-arm", "low", elapses=None)  # either arm's value will do
    return Verdict("burned", "low")


_GIVES = re.compile(rb"(?!\{|\(\s*+\)|continue\b|\w+!|[^=]*[^=!<>]=(?!=))")
"""An arm that is a value."""


def _first_completed(scene: Scene, awaited: Awaited) -> Verdict | None:
    """It stands in a future that is raced against others."""
    if scene.carrier.taken != "raced":
        return None
    rest = b" ".join(scene.way.text(node) for node in scene.ahead)
    if re.search(rb"\bErr\b|\bpanic!|\bunreachable!|bail!", rest):
        return Verdict("race-arm", "high", elapses=False)
    if all(is_noise(scene.way.text(node)) or is_value(scene.way, node) for node in scene.ahead):
        return Verdict("burned", "low")
    return Verdict("race-arm", "low", elapses=None)


def _stored(scene: Scene, awaited: Awaited) -> Verdict | None:
    """It is not waited for here: stored, given away or bounded by a timeout."""
    if awaited.spawned:
        return Verdict("hold", "high")
    if awaited.bounded:
        return Verdict("workload", "high", elapses=_within(scene, awaited.name))
    if awaited.awaited is True:
        return None
    return Verdict("workload", "low", elapses=_within(scene, awaited.name))


def _within(scene: Scene, name: bytes = b"") -> bool | None:
    """Whether it is over before what limits it; None if the source does not say.

    That is a bound around it, around the future of that name or what is made of it, or the limit that the test
    gives to the code under test.
    """
    bound = _bound(scene, name or scene.bound_name) or cutting(scene.way, scene.function)
    if bound is None or scene.site.duration_ms is None:
        return None
    return scene.site.duration_ms < bound


def _bound(scene: Scene, name: bytes) -> Milliseconds | None:
    return scene.limit.ms if scene.limit is not None else scene.bound_of(name)


def _serving(scene: Scene, awaited: Awaited) -> Verdict | None:
    """A server's loop takes a connection, and does nothing with it for a while."""
    way, shape = scene.way, scene.loop
    if shape is None or scene.background is None or scene.background.border != scene.own:
        return None
    if any(not is_noise(way.text(node)) for node in scene.ahead):
        return None
    start = shape.node.start_byte
    taken = (way.text(node) for node in scene.behind if node.start_byte >= start)
    if _ACCEPTS.search(shape.head) or any(_ACCEPTS.search(text) for text in taken):
        return Verdict("hold", "high")
    return None


_ACCEPTS = re.compile(rb"\.\s*+(?:accept|incoming)\s*+\(")


def _outlasting(scene: Scene, awaited: Awaited) -> Verdict | None:
    """A peer is silent for longer than the one time limit that the other side was given, in a test of that."""
    if scene.background is None or scene.carrier.taken != "spawned" or scene.site.duration_ms is None:
        return None
    limit = cutting(scene.way, scene.function)
    if limit is None or not limit < scene.site.duration_ms <= limit * _FEW or not scene.next:
        return None
    if not vocabulary.EXPIRY_TEST.search(scene.way.word(scene.function.child_by_field_name("name"))):
        return None
    return Verdict("expiry", "low", expires=f"a limit of {limit:g} ms")


_FEW = 6


def _is_cut_off(scene: Scene) -> bool:
    """Whether a timeout around it, or around the future of a name in which it stands, is over before it."""
    named = scene.carrier.taken == "here" and scene.way.nodes[scene.carrier.at].type == "let_declaration"
    bound = _bound(scene, scene.carrier.word if named else b"")
    return bound is not None and scene.site.duration_ms is not None and scene.site.duration_ms >= bound


def _polling(scene: Scene, awaited: Awaited) -> Verdict | None:
    """Between two tries of a condition loop."""
    shape = scene.loop
    if shape is None or _leaves(scene) or _checks(scene):
        return None
    match shape.kind:
        case "while":
            if vocabulary.STOPPED.search(shape.head) or (scene.background is not None and b".load(" in shape.head):
                return _sampling(scene)
            return Verdict("poll", "high", loop=poll(scene), elapses=None)
        case "loop" | "for" | "counted" if shape.ends:
            if _is_stopped(scene, shape):
                return _sampling(scene)
            if shape.kind == "for" and not _is_retry(shape.head):
                return Verdict("pacing", "low", elapses=None)
            return Verdict("poll", "high", loop=poll(scene), elapses=None)
        case "consumes":
            if shape.ends and b"try_" in shape.head:
                return Verdict("poll", "low", loop=poll(scene), elapses=None)
            return Verdict("workload", "low", elapses=None)
        case "loop":
            if _is_lonely(scene, shape):
                for_ever = Loop(Span(shape.node.start_byte, shape.node.end_byte), bounded=False, falls_through=False)
                return Verdict("hold", "high" if scene.background is not None else "low", loop=for_ever, elapses=False)
            if scene.carrier.taken in ("given", "returned") and scene.background is None:
                return Verdict("workload", "low", elapses=None)
            return Verdict("pacing", "low", elapses=None)
    return None


def _leaves(scene: Scene) -> bool:
    """Whether the loop is left, without a condition, after the wait."""
    return any(
        node.type in _EXITS or (node.type == "expression_statement" and node.named_children[0].type in _EXITS)
        for node in scene.ahead
    )


_MANY = 20
_EXITS = frozenset({"break_expression", "return_expression"})


def _checks(scene: Scene) -> bool:
    """Whether what follows the wait in the loop is checked at once: then the loop repeats a whole story."""
    if not scene.next:
        return False
    text = scene.way.text(scene.next[0])
    return re.match(rb"\s*+(?:\w+::)*assert\w*!", text) is not None and not vocabulary.BOUNDED.search(text)


def _is_lonely(scene: Scene, shape: Shape) -> bool:
    """Whether the loop does nothing but wait."""
    body = shape.node.child_by_field_name("body")
    return body is not None and all(
        is_noise(scene.way.text(node)) or node.start_byte == scene.statement.start_byte for node in body.named_children
    )


def _is_stopped(scene: Scene, shape: Shape) -> bool:
    """Whether all that ends the loop is a flag or token by which somebody stops it."""
    if shape.hidden or not 0 < len(shape.exits) <= _MANY:
        return False
    head = re.compile(rb"\bif\s+[^{};]*" + vocabulary.STOPPED.pattern + rb"[^{};]*\{\s*+$", re.IGNORECASE)
    start = shape.node.start_byte
    return all(head.search(scene.way.bare[max(start, node.start_byte - 200) : node.start_byte]) for node in shape.exits)


def _sampling(scene: Scene) -> Verdict:
    """The step of a worker that somebody stops."""
    if scene.loop is not None and _is_lonely(scene, scene.loop):
        return Verdict("hold", "low", elapses=None)
    texts = (scene.way.text(node) for node in (*scene.last, *scene.next))
    acts = any(re.search(rb"\.\s*+await\b|\.\s*+\w+\(", text) and not _ASKS.match(text) for text in texts)
    return Verdict("pacing" if acts else "workload", "low", elapses=None)


_ASKS = re.compile(rb"\s*+if\b[^{;]*?(?:\.\s*+elapsed\s*+\(|%s)" % vocabulary.STOPPED.pattern, re.IGNORECASE)
"""A worker asks whether it is time to stop."""


def _is_retry(head: bytes) -> bool:
    """Whether a `for` counts tries, rather than going through things."""
    return re.search(rb"\.\.|repeat|attempt|retr|tries|backoff|delays?\b|intervals?\b|take\(", head) is not None


def _holding(scene: Scene, awaited: Awaited) -> Verdict | None:
    """The last effect of a task, or of a function that fails when it is over."""
    way = scene.way
    if scene.loops:
        return None
    acts = [node for node in scene.ahead if not is_noise(way.text(node))]
    effects = [way.text(node) for node in acts]
    if effects and re.match(rb"\s*+(?:panic|unreachable|todo|unimplemented)!|\s*+assert!\s*+\(\s*+false", effects[0]):
        if scene.own >= 0:
            return Verdict("hold", "high", elapses=False)
        return None
    if effects and scene.own >= 0 and _LIVES.match(effects[0]):
        return Verdict("hold", "low")
    if scene.background is None or scene.background.border != scene.own:
        return None
    if not effects:
        if scene.background.task.joined is True and not scene.behind:
            return Verdict("workload", "low")  # it is what somebody waits for
        return Verdict("hold", "high")
    if vocabulary.WATCHDOG.search(effects[0]) and not re.match(rb"\s*+assert", effects[0]):
        return Verdict("guard", "low", elapses=False)
    if (scene.site.duration_ms or 0) >= _LONG_MS and scene.background.task.joined is not True:
        return Verdict("hold", "high" if all(is_value(way, node) for node in acts) else "low", elapses=False)
    return None


_LIVES = re.compile(rb"\s*+(?:\w+::)*process::exit\s*+\(\s*+0\s*+\)")
"""The end of a process that is well."""


def _working(scene: Scene, awaited: Awaited) -> Verdict | None:
    """It simulates work: in a handler, a mock, a stream, or a future given to the code under test."""
    way = scene.way
    taken = scene.carrier
    effects = [node for node in scene.ahead if not is_noise(way.text(node))]
    valued = all(is_value(way, node) for node in effects)
    if taken.taken == "given":
        if vocabulary.HANDLER.match(taken.word) or taken.word in (b"stream", b"try_stream"):
            return Verdict("workload", "high", elapses=_within(scene))
        return Verdict("workload", "low" if effects and not valued else "high", elapses=_within(scene))
    if taken.taken == "spawned" and effects and valued and not any(has_effect(way.text(node)) for node in scene.behind):
        return Verdict("workload", "high")
    if scene.own < 0:  # a macro's body: who knows where it will stand
        return None
    if taken.taken in ("kept", "returned") and way.nodes[scene.own].type != "function_item":
        return Verdict("workload", "high" if valued else "low", elapses=_within(scene))
    if taken.taken == "here" and valued and effects and way.nodes[scene.own].type == "async_block":
        return Verdict("workload", "low", elapses=_within(scene, taken.word) is not False)
    if taken.taken == "function" and not scene.is_test_function:
        return _of_function(scene, valued)
    return None


def _of_function(scene: Scene, valued: bool) -> Verdict | None:
    """A mock's method, a named handler."""
    way = scene.way
    at = scene.own
    header = way.text(way.nodes[at]).partition(b"{")[0]
    for above in range(at - 1, -1, -1):
        node = way.nodes[above]
        if node.type == "impl_item":
            trait = node.child_by_field_name("trait")
            if trait is None:
                break
            if way.word(trait) == b"Drop" or re.match(
                rb"\s*+(?:pub\s+)?(?:async\s+)?fn\s+(?:drop|setup|teardown|new)\b", header
            ):
                return None
            return Verdict("workload", "high", elapses=None)
        if node.type in ("function_item", "trait_item"):
            break
    cut = _is_cut_off_by_users(scene)
    if re.search(rb"\bRequest\b|\bfn\s+\w*(?:handler|slow|handle|job|work|task)\w*\s*+[(<]", header) and re.search(
        rb"->|fn\s+slow", header
    ):
        return Verdict("workload", "low", elapses=False if cut else None)
    if not scene.ahead and not scene.behind and scene.site.duration_ms is not None:
        # `async fn breathe() { sleep(SHORT).await }`: those who call it know what for.
        return Verdict("sync" if _RESTS.search(header) else "workload", "low")
    return None


def _is_cut_off_by_users(scene: Scene) -> bool:
    """Whether it is longer than each limit that those give to the code under test who give it the function."""
    ms = scene.site.duration_ms
    users = limits_of_users(scene.way, scene.way.word(scene.function.child_by_field_name("name")))
    return bool(users) and ms is not None and all(limit is not None and limit < ms for limit in users)


_RESTS = re.compile(
    rb"\bfn\s+(?:\w+_)?(?:sleep|nap|wait|pause|settle|breathe?|rest|tick|delay|linger|yield|propagat\w*)(?:_\w+)?\s*+\("
)


def _delaying(scene: Scene, awaited: Awaited) -> Verdict | None:
    """In a task, and something is done after it."""
    if _is_joined_with_others(scene):
        return Verdict("pacing", "low")
    if scene.background is None or scene.background.border != scene.own:
        return None
    if _is_inside(scene):
        return Verdict("workload", "low")
    if scene.background.spawn is None:
        return None
    if _nothing_comes(scene):
        return Verdict("absence", "low")
    return Verdict("pacing", "high" if not scene.last else "low")


def _is_joined_with_others(scene: Scene) -> bool:
    """Whether it opens a future that is run beside others, so that they come first."""
    taken = scene.carrier
    if taken.taken != "here" or scene.last or not scene.next or scene.way.nodes[scene.own].type != "async_block":
        return False
    if _JOINS.fullmatch(taken.word):
        return True
    if scene.way.nodes[taken.at].type != "let_declaration":
        return False
    rest = scene.way.after(scene.way.nodes[taken.at].end_byte, scene.function.end_byte)
    return re.search(rb"\bjoin\w*!?\s*+\([^;]*\b" + re.escape(taken.word) + rb"\b", rest) is not None


_JOINS = re.compile(rb"(?:try_)?join\w*")


def _is_inside(scene: Scene) -> bool:
    """Whether it stands between the beginning and the end of what a worker does: counted in and out, let go of."""
    if not scene.next:
        return False
    following = scene.way.text(scene.next[0])
    if _RELEASES.search(following):
        return True
    return bool(scene.last) and b".fetch_add(" in scene.way.text(scene.last[0]) and b".fetch_sub(" in following


_RELEASES = re.compile(rb"\A[\w.\s]*\.\s*+(?:release|unlock)\w*\s*+\(")


def _repeating(scene: Scene, awaited: Awaited) -> Verdict | None:
    """In a loop that is not ended by a condition."""
    shape = scene.loop
    if shape is None or shape.kind not in ("for", "counted"):
        return None
    way = scene.way
    verdict = own_flow(scene)
    inside = [node for node in (*scene.ahead, *scene.behind) if has_effect(way.text(node))]
    ended = bool(scene.behind) and vocabulary.ENDS.match(way.text(scene.behind[0]).lstrip()) is not None
    if verdict is not None and (
        verdict.confidence == "high"
        or len(inside) > 3
        or verdict.role in ("absence", "startup", "expiry")
        or (verdict.role == "settle" and (ended or (not scene.last and _checks(scene))))
    ):
        return verdict
    return Verdict(
        "pacing",
        "high" if inside and not any(vocabulary.ASSERTION.search(way.text(node)) for node in inside) else "low",
    )


def _nothing_comes(scene: Scene) -> bool:
    return any(vocabulary.NOTHING.search(scene.way.text(node)) for node in scene.next[:2])


def _telling(scene: Scene, awaited: Awaited) -> Verdict | None:
    """In the test's own flow."""
    return own_flow(scene)


def _hinted(scene: Scene, verdict: Verdict) -> Verdict:
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
    if said == verdict.role:
        return verdict
    if verdict.confidence == "high" and not (verdict.role == "settle" and said == "expiry"):
        return verdict
    return replace(verdict, role=said, confidence="low")


_COMES_UP = re.compile(rb"\bstart(?:ing)?[ -]?up\b|\bto be (?:up|ready)\b")
_ARRIVES = re.compile(rb"receiv|arriv|deliver|propagat")
_RUNS_OUT = next(words for role, words in vocabulary.REMARKS if role == "expiry")
_NOT_YET = re.compile(rb"(?:\bnot|n't|n.t|\bnever)\b[^.,;]{0,20}(?:%s)" % _RUNS_OUT.pattern)


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

_SIGNALS: tuple[Callable[[Scene, Awaited], Verdict | None], ...] = (
    _arm,
    _first_completed,
    _stored,
    _serving,
    _outlasting,
    _polling,
    _holding,
    _working,
    _delaying,
    _repeating,
    _telling,
)
"""In order: the first that fires decides."""
