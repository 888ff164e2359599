"""What a sleep in a line of acts waits for: told by what stands before and after it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice

from tree_sitter import Node

from sleeplint.facts import Milliseconds, Related
from sleeplint.languages.python import remarks
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import expectation, names_in, subject
from sleeplint.languages.python.flow import Act, border, following, preceding
from sleeplint.languages.python.loops import Round
from sleeplint.languages.python.scene import Called, Scene, parts
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of, statement_of
from sleeplint.languages.python.verdict import Verdict
from sleeplint.text import Span

_NEAR = 8
_BACK = 8000
"""Bytes before a wait in which something made for it is looked for."""
_SAME_SCALE = 6
"""A sleep past a time of the system under test is not many times as long."""
_NUMBER = re.compile(r"^(\d[\d_]*(?:\.\d*)?|\.\d+)$")
_PROCESSES = re.compile(
    r"(?i)(popen|process|proc\b|server|service|daemon|broker|run_|launch|serve|boot|worker|listen|proxy|cluster|"
    r"container|supervisor|subprocess)"
)


@dataclass(frozen=True, slots=True)
class Surrounding:
    """The nearest acts on both sides of a wait."""

    before: tuple[Act, ...]
    """The nearest first."""
    after: tuple[Act, ...]
    outcome: Act | None
    """The next act that acts or asserts; looking and noting are passed over."""

    @property
    def cause(self) -> Act | None:
        """The last act before that changed something, as far back as the wait before."""
        for act in self.before:
            if act.kind == "call":
                return act
            if act.kind == "wait":
                return None
        return None

    @property
    def previous(self) -> Act | None:
        """The nearest act before that is more than a note."""
        return next((act for act in self.before if act.kind not in ("neutral", "mark")), None)


def surrounding(scene: Scene, site: Site) -> Surrounding:
    """The nearest acts on both sides of a site."""
    before = tuple(islice(preceding(scene, site.chain, site.call), _NEAR))
    after = tuple(islice(following(scene, site.chain, site.call), _NEAR))
    return Surrounding(before, after, _outcome(scene, after))


def _outcome(scene: Scene, after: tuple[Act, ...]) -> Act | None:
    acting: Act | None = None
    answers: set[str] = set()
    for act in after:
        if act.kind in ("neutral", "mark", "read", "wait"):
            continue
        if act.kind == "call" and act.node.type == "expression_statement" and _assigned(scene, act):
            acting = acting or act
            answers |= _assigned(scene, act)
            continue
        if acting is None or (act.kind == "assert" and answers & names_in(scene, act.node)):
            return act  # what was called in between was asked for the answer that is asserted
        return acting
    return acting


def moment(scene: Scene, site: Site, round_: Round | None) -> Verdict:
    """What a sleep in its own line of acts is there for."""
    around = surrounding(scene, site)
    named = _named_expiry(scene, site)
    if named is not None:
        return Verdict("expiry", True, expires=named)
    if _aligned(scene, site):
        return Verdict("pacing", False)
    verdict = (
        _startup(scene, site, around)
        or _spacing(scene, site, around, round_)
        or _elapsing(scene, site, around)
        or _awaited(scene, site, around)
    )
    if verdict is None:
        verdict = Verdict("settle" if around.cause is not None else "sync", False)
    statement = statement_of(site.chain, site.call)
    if verdict.role == "settle" and words.UNMOVED.search(remarks.below(scene.code, statement.end_byte)):
        verdict = replace(verdict, sure=False)
    if not verdict.sure:
        hint = remarks.hinted(remarks.remark(scene.code, statement.start_byte, statement.end_byte))
        if hint is not None and (verdict.role == "sync" or hint != "settle"):
            verdict = replace(verdict, role=hint)
    if verdict.role in ("startup", "settle") and verdict.readiness is None:
        verdict = replace(verdict, readiness=_readiness(scene, site, around))
    return verdict


# --- startup


def starter(act: Act) -> Called | None:
    """The call of an act that starts something which needs time to become ready."""
    if act.kind not in ("call", "read"):
        return None
    for call in act.calls:
        if call.name in words.STARTERS or words.STARTER_PREFIX.match(call.name):
            return call
        if words.SPAWNER_CLASS.search(call.name) and act.node.type == "with_clause":
            return call
    return None


def first_use(act: Act) -> Called | None:
    """The call of an act that reaches for a server for the first time."""
    for call in act.calls:
        if call.name in words.FIRST_USES or call.name.startswith(("connect", "open_conn", "create_conn")):
            return call
        if call.name in words.REQUEST_VERBS and words.CLIENTS.search(call.receiver):
            return call
    return None


def _startup(scene: Scene, site: Site, around: Surrounding) -> Verdict | None:
    started: Called | None = None
    direct = True
    for act in around.before[:5]:
        if act.kind == "wait":
            return None
        started = starter(act)
        if started is not None and re.search(r"(?i)(timer|clock|stopwatch)", started.receiver):
            return None
        if started is not None:
            break
        if act.kind == "call" and not _constructs(act) and not _waits(scene, act):
            direct = False
    if started is None:
        return _built(scene, around)
    related = [Related(_span(started.node), "started here")]
    use = next((found for act in around.after[:4] if (found := first_use(act)) is not None), None)
    if use is not None:
        related.append(Related(_span(use.node), "first used here"))
        return Verdict("startup", direct, related=tuple(related))
    outcome = around.outcome
    if outcome is not None and outcome.kind == "assert":
        between = any(act.kind in ("call", "read") for act in around.after[: around.after.index(outcome)])
        wants = expectation(scene, outcome).wants
        if wants == "nothing":
            return None
        serves = bool(_PROCESSES.search(f"{started.receiver}.{started.name}"))
        if wants == "still" or (direct and serves) or (direct and between):
            return Verdict("startup", False, related=tuple(related))
        return None
    if not direct:
        return Verdict("startup", False, related=tuple(related)) if _stays(scene, around) else None
    # A task may as well be an action whose effect is awaited; a process or server is started to be used.
    return Verdict("startup", _serves(scene, started, around), related=tuple(related))


def _serves(scene: Scene, started: Called, around: Surrounding) -> bool:
    """What is started is a process or a server, by its name or by what it was made from."""
    if _PROCESSES.search(scene.text(started.node)):
        return True
    for act in around.before:
        if started.receiver and started.receiver in _assigned(scene, act):
            return any(_PROCESSES.search(scene.text(call.node)) for call in act.calls)
    return False


def _built(scene: Scene, around: Surrounding) -> Verdict | None:
    """Something is made, and then reached for the first time: making it may have started it."""
    if any(first_use(act) is not None for act in around.before):
        return None
    use = next((found for act in around.after[:2] if (found := first_use(act)) is not None), None)
    for act in around.before[:3]:
        if act.kind in ("wait", "assert"):
            return None
        for call in act.calls:
            if use is not None and re.match(r"[A-Z]|create_|make_|build_|run_|setup", call.name):
                related = (Related(_span(call.node), "started here"), Related(_span(use.node), "first used here"))
                return Verdict("startup", False, related=related)
    return None


def _waits(scene: Scene, act: Act) -> bool:
    return any(call.node.id in scene.sites for call in act.calls)


def _stays(scene: Scene, around: Surrounding) -> bool:
    """Between the start and the sleep things were only looked at."""
    for act in around.before:
        if starter(act) is not None:
            return True
        if act.kind == "call" and act.node.type == "expression_statement" and not _waits(scene, act):
            return False
    return False


def _constructs(act: Act) -> bool:
    """Only makes or opens what is used later: `assigned = call(..)`."""
    inner = act.node.named_children[0] if act.node.type == "expression_statement" and act.node.named_children else None
    return inner is not None and inner.type == "assignment"


# --- pacing


def _spacing(scene: Scene, site: Site, around: Surrounding, round_: Round | None) -> Verdict | None:
    before, after = around.previous, next((act for act in around.after if act.kind not in ("neutral", "mark")), None)
    for act in (before, after):
        if act is not None and words.FILE_TIMES.search(scene.text(act.node)):
            return Verdict("pacing", act.kind != "assert")
    if before is not None and after is not None and before.kind == after.kind == "call":
        one, two = before.effect, after.effect
        if one is not None and two is not None and one.name == two.name and words.REPEATABLE.match(one.name):
            return Verdict("pacing", one.receiver == two.receiver)
    if round_ is not None and round_.shape == "clock" and round_.raises and not round_.exits:
        return Verdict("absence", False)  # what is asserted all the while is not to change
    if round_ is not None and round_.shape in ("items", "clock", "endless") and not round_.exits:
        inside = next((act for act in around.after if act.kind not in ("neutral", "mark", "read")), None)
        body = round_.node
        within = inside is not None and body.start_byte <= inside.node.start_byte < body.end_byte
        if within and inside is not None and inside.kind == "assert":
            return None
        if inside is not None and within and round_.shape == "items":
            return Verdict("pacing", False)
        return Verdict("pacing", True)
    return None


def _aligned(scene: Scene, site: Site) -> bool:
    """`sleep(5 - (time.time() - start))`: up to a moment on the clock, not for an effect."""
    return any(
        value.type == "binary_operator" and any(call.name in words.CLOCKS for call in scene.calls(value))
        for value in _durations(scene, site)
    )


# --- expiry


def _named_expiry(scene: Scene, site: Site) -> str | None:
    """`sleep(ttl + 0.1)`: the duration itself names what must elapse."""
    for value in _durations(scene, site):
        identifiers = [scene.text(part) for part in parts(value) if part.type == "identifier"]
        if any(words.EXPIRIES.search(name) for name in identifiers):
            return " ".join(scene.text(value).split())
        if value.type == "binary_operator" and any(words.WEAK_EXPIRIES.search(name) for name in identifiers):
            return " ".join(scene.text(value).split())
    return None


def _durations(scene: Scene, site: Site) -> list[Node]:
    seconds = site.entry.seconds
    if seconds is None:
        return []
    arguments = arguments_of(site.call, scene.code)
    at = seconds.argument if isinstance(seconds.argument, int) else None
    keyword = seconds.argument if isinstance(seconds.argument, str) else seconds.keyword
    value = arguments.at(at, keyword)
    return [value] if value is not None else []


def _elapsing(scene: Scene, site: Site, around: Surrounding) -> Verdict | None:
    """A time of the system under test that was set nearby and is no longer than the sleep."""
    duration = site.duration_ms
    if not duration:
        return None
    for act in around.before:
        found = _set_time(scene, act.node, duration)
        if found is not None:
            return Verdict("expiry", bool(words.CERTAIN_EXPIRIES.search(found[0].split(" ")[0])), expires=found[0])
    first = border(site.chain)
    if first < 0:
        return None
    for outer in site.chain[max(0, first - 1) : first]:
        for decorator in outer.named_children if outer.type == "decorated_definition" else ():
            found = _set_time(scene, decorator, duration) if decorator.type == "decorator" else None
            if found is not None and found[1]:
                return Verdict("expiry", False, expires=found[0])
    body = site.chain[first].child_by_field_name("body")
    if body is None or body.type != "block":
        return None
    for count, statement in enumerate(scene.statements(body)):
        if statement.start_byte >= site.call.start_byte or count > 40:
            break
        found = _set_time(scene, statement, duration)
        if found is not None and found[1]:
            return Verdict("expiry", False, expires=found[0])
    return None


def _set_time(scene: Scene, node: Node, duration: Milliseconds) -> tuple[str, bool] | None:
    """A keyword or constant in `node` that names a time which elapses within `duration`."""
    known = scene.memory.get(("times", node.id))
    if not isinstance(known, tuple):
        known = scene.memory["times", node.id] = tuple(_times(scene, node))
    for written, ms, strong in known:
        if ms <= duration <= ms * _SAME_SCALE and (strong or duration <= 3 * ms):
            return written, strong
    return None


def _times(scene: Scene, node: Node) -> list[tuple[str, float, bool]]:
    found = []
    for part in parts(node):
        if part.type not in ("keyword_argument", "assignment", "pair"):
            continue
        if part.type == "keyword_argument":
            name, value = part.child_by_field_name("name"), part.child_by_field_name("value")
        elif part.type == "pair":
            name, value = part.child_by_field_name("key"), part.child_by_field_name("value")
        else:
            name, value = part.child_by_field_name("left"), part.child_by_field_name("right")
        if name is None or value is None:
            continue
        called = scene.text(name).split(".")[-1].strip("\"'")
        strong = bool(words.EXPIRIES.search(called))
        if not strong and not words.WEAK_EXPIRIES.search(called):
            continue
        written = scene.text(value)
        if value.type == "call" and scene.called(value).name == "timedelta":
            inner = re.search(r"(milliseconds|seconds)\s*=\s*([\d.]+)", written)
            if inner is None:
                continue
            number = float(inner[2]) * (1 if inner[1] == "milliseconds" else 1000)
        elif _NUMBER.match(written):
            number = float(written.replace("_", "")) * (
                1 if re.search(r"(?i)(_ms|ms|millis\w*)$|^px$", called) else 1000
            )
        else:
            continue
        if number > 0:
            found.append((f"{called} = {written}", number, strong))
    return found


# --- absence and settling


def _awaited(scene: Scene, site: Site, around: Surrounding) -> Verdict | None:
    outcome = around.outcome
    if outcome is None or outcome.kind != "assert":
        later = next((act for act in around.after[:5] if act.kind == "assert"), None)
        if outcome is None or later is None or around.cause is None:
            return None
        return Verdict("settle", False, related=(Related(_span(later.node), "asserted here"),))
    related = (Related(_span(outcome.node), "asserted here"),)
    if _later_than(scene, outcome):
        return Verdict("pacing", False, related=related)
    if _unchanged(scene, outcome, around) or _alike(scene, outcome, around):
        return Verdict("absence", True, related=related)
    expected = expectation(scene, outcome)
    cause = around.cause
    match expected.wants:
        case "nothing":
            if _outlived(scene, outcome):
                held = _also_happened(scene, outcome, around, acting=True)
                return Verdict("settle" if held else "absence", False, related=related)
            begun = cause is not None and starter(cause) is not None
            about_it = cause is not None and bool(_assigned(scene, cause) & names_in(scene, outcome.node))
            if not about_it and _also_happened(scene, outcome, around):
                return Verdict("absence" if begun else "settle", False, related=related)
            return Verdict("absence", expected.sure and (about_it or not begun), related=related)
        case "gone":
            removed = cause is not None and any(words.REMOVALS.search(call.name) for call in cause.calls)
            removed = removed or (cause is not None and cause.node.type == "delete_statement")
            if removed or expected.sure or _was_there(scene, outcome, around) or _also_happened(scene, outcome, around):
                return Verdict("settle", removed and expected.sure, related=related)
            return Verdict("absence", False, related=related)
        case "still":
            return Verdict("settle", False, related=related)
    return Verdict("settle", cause is not None, related=related)


def _unchanged(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """The same assertion held before the last action: it is to hold still."""
    written = "".join(scene.text(outcome.node).split())
    asserted = names_in(scene, outcome.node)
    for act in around.after[: around.after.index(outcome)]:
        if asserted & _assigned(scene, act):
            return False  # it speaks of a new answer to a new question
    acted = False
    for act in around.before:
        if act.kind == "assert":
            if "".join(scene.text(act.node).split()) == written:
                return acted
            if subject(scene, act) == subject(scene, outcome):
                return False  # it was otherwise in between
        acted = acted or act.kind == "call"
    return False


def _alike(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """`old = look()` before, `new = look()` after, and they are to be equal."""
    pair = re.search(
        r"^assert (\w+) == (\w+)(,|$)|assert\w*Equals?\(\s*(\w+),\s*(\w+)\s*[,)]", scene.text(outcome.node)
    )
    if pair is None or "Not" in pair[0]:
        return False
    names = {name for name in pair.groups() if name and name != ","}
    before = {_value(scene, act) for act in around.before if names & _assigned(scene, act)}
    after = {_value(scene, act) for act in around.after if names & _assigned(scene, act)}
    return bool((before & after) - {""})


def _value(scene: Scene, act: Act) -> str:
    inner = act.node.named_children[0] if act.node.named_children else None
    right = inner.child_by_field_name("right") if inner is not None else None
    return "".join(scene.text(right).split()) if right is not None and scene.calls(right) else ""


def _assigned(scene: Scene, act: Act) -> set[str]:
    """The names that an act binds."""
    inner = act.node.named_children[0] if act.node.named_children else None
    left = inner.child_by_field_name("left") if inner is not None and inner.type == "assignment" else None
    return names_in(scene, left) if left is not None else set()


def _also_happened(scene: Scene, outcome: Act, around: Surrounding, acting: bool = False) -> bool:
    """The next assertions see that something did happen; with `acting`, also those behind another act."""
    for act in around.after[around.after.index(outcome) + 1 :]:
        if act.kind == "wait" or (act.kind == "call" and not acting):
            return False
        if act.kind == "assert" and expectation(scene, act).wants == "happened":
            return True
    return False


def _was_there(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """An assertion before saw the thing that is gone now."""
    names = names_in(scene, outcome.node) - {"self", "len", "assert"}
    return any(
        act.kind == "assert"
        and expectation(scene, act).wants in ("happened", "still")
        and bool({name for name in names_in(scene, act.node) & names if not name.startswith("assert")})
        for act in around.before
    )


def _outlived(scene: Scene, outcome: Act) -> bool:
    """A process has no exit code: it lives, which may be the effect or the lack of one."""
    return bool(re.search(r"(poll\(\)|returncode|exitcode)\s*(is|==|,)\s*None", scene.text(outcome.node)))


def _later_than(scene: Scene, outcome: Act) -> bool:
    """Two timestamps are to differ."""
    written = scene.text(outcome.node)
    if not re.search(r"assertGreater\b|assertLess\b|assertNotEqual\b|[^<>=-][<>][^<>=]|!=", written):
        return False
    if re.search(r"\b(time|monotonic|perf_counter)\(\)|elapsed|duration", written):
        return False
    names = [name for name in sorted(names_in(scene, outcome.node)) if words.TIMESTAMPS.search(name)]
    return len(names) > 1


# --- what the code has at hand


def _readiness(scene: Scene, site: Site, around: Surrounding) -> str | None:
    """A proof of readiness that already exists where the sleep stands."""
    for act in around.before:
        for call in act.calls:
            if call.name in ("bind", "listen", "create_server", "start_server", "bind_unused_port", "bind_sockets"):
                return f"`{call.name}` has run before the sleep: the listener takes connections already"
            if call.name == "Popen":
                keywords = arguments_of(call.node, scene.code).keywords
                if "stdout" in keywords and "PIPE" in scene.text(keywords["stdout"]):
                    return "its output is piped: a line of it can tell that it is ready"
    if not site.chain:
        return None
    first = border(site.chain)
    start = site.chain[first].start_byte if first >= 0 else 0
    start = max(start, site.call.start_byte - _BACK)
    before = scene.code[start : site.call.start_byte].decode("utf-8", "replace")
    if "Event()" not in before:
        return None
    made = re.findall(r"\b(\w+) *= *(?:\w+\.)*Event\(\)", before)
    telling = [name for name in made if re.search(r"(?i)ready|started|listening|running", name)]
    if telling:
        return f"the event `{telling[-1]}` is made for it"
    return f"the event `{made[-1]}` is at hand" if made else None


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)
