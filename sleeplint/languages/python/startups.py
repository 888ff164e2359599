"""A sleep between starting something and its first use."""

from __future__ import annotations

import re

from sleeplint.facts import Related
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import expectation, names_in
from sleeplint.languages.python.flow import Act, border
from sleeplint.languages.python.neighbours import Surrounding, assigned, span_of
from sleeplint.languages.python.scene import Called, Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of
from sleeplint.languages.python.verdict import Verdict
from sleeplint.regexes import regex

_BACK = 8000
"""Bytes before a wait in which something made for it is looked for."""
_ENDS = frozenset({"stop", "close", "shutdown", "aclose"})
_STOPS = regex(r"(?i)(stop|done|exit|quit|shutdown|finish|halt)\w*$")
"""Events by which what runs is told to end."""
_TASKS = frozenset(
    {"create_task", "ensure_future", "start_soon", "spawn", "spawn_later", "submit", "run_coroutine_threadsafe"}
)
_KILLS = frozenset({"cancel", "kill", "killall", "killone"})
_SAID = regex(r"(?i)[\"'][^\"']*\b(start(ing|ed)?|boot(ing|ed)?|listening|serving|ready|running|up and)\b")
"""What a program says when it comes up."""
_PROCESSES = regex(
    r"(?i)(popen|process|proc\b|server|service|daemon|broker|run_|launch|serve|boot|worker|listen|proxy|cluster|"
    r"container|supervisor|subprocess)"
)


def startup(scene: Scene, site: Site, around: Surrounding) -> Verdict | None:
    """Whether a sleep gives something just started the time to become ready."""
    started: Called | None = None
    direct = True
    for act in around.before[:5]:
        if act.kind == "wait":
            return None
        said = _comes_up(scene, act)
        if said is not None:
            return Verdict("startup", False, related=(Related(span_of(said.node), "comes up here"),))
        started = starter(scene, act)
        if started is not None and re.search(r"(?i)(timer|clock|stopwatch)", started.receiver):
            return None
        if started is not None:
            break
        if _reaches(act):
            return _interrupted(around)  # whatever was started before that is ready
        if act.kind == "call" and not _constructs(act) and not _waits(scene, act):
            direct = False
    if started is None:
        return _interrupted(around) or _built(scene, around)
    related = [Related(span_of(started.node), "started here")]
    use = next((found for act in around.after[:4] if (found := first_use(act)) is not None), None)
    if use is not None:
        related.append(Related(span_of(use.node), "first used here"))
        return Verdict("startup", direct, related=tuple(related))
    outcome = around.outcome
    if outcome is not None and _lets_it_run(outcome, started):
        return None
    if _is_cut_off(scene, started, around):
        return Verdict("settle", False, related=tuple(related))
    if outcome is not None and outcome.kind == "assert":
        between = any(act.kind in ("call", "read") for act in around.after[: around.after.index(outcome)])
        wants = expectation(scene, outcome).wants
        if wants == "nothing":
            alive = direct and _serves(scene, started, around) and _lives(scene, outcome)
            return Verdict("startup", False, related=tuple(related)) if alive else None
        serves = bool(_PROCESSES.search(f"{started.receiver}.{started.name}"))
        if wants == "still" or (direct and serves) or (direct and between):
            return Verdict("startup", False, related=tuple(related))
        return None
    if not direct:
        return Verdict("startup", False, related=tuple(related)) if _stays(scene, around) else None
    # A task may as well be an action whose effect is awaited; a process or server is started to be used.
    return Verdict("startup", _serves(scene, started, around), related=tuple(related))


def _interrupted(around: Surrounding) -> Verdict | None:
    """`job = client.submit(work)`, a sleep, `worker.interrupt()`: it is to be in the midst of it by then."""
    cause, then = around.cause, around.outcome
    if cause is None or then is None or then.kind != "call":
        return None
    given = next((call for call in cause.calls if words.HANDS_OVER.match(call.name)), None)
    cut = next((call for call in then.calls if words.INTERRUPTS.search(call.name)), None)
    if given is None or cut is None:
        return None
    related = (Related(span_of(given.node), "started here"), Related(span_of(cut.node), "interrupted here"))
    return Verdict("startup", False, related=related)


def _reaches(act: Act) -> bool:
    """Whether an act gets through to a server: it awaits or asks, and does not only make a client."""
    use = first_use(act)
    return use is not None and not use.name[:1].isupper()


def _lives(scene: Scene, outcome: Act) -> bool:
    """`assert process.poll() is None`: what was started has not ended at once."""
    return bool(
        re.search(r"(poll\(\)|returncode|exitcode)\s*(is|==|,)\s*None|isNone\(.*(poll|code)", scene.text(outcome.node))
    )


def _lets_it_run(outcome: Act, started: Called) -> bool:
    """`x.start()`, a sleep, `x.stop()`: nothing uses it, so that it need not be ready; it runs for a while."""
    if started.name == "start" and any(call.name == "set" and _STOPS.search(call.receiver) for call in outcome.calls):
        return True
    return bool(started.receiver) and any(
        call.receiver == started.receiver and call.name in ("stop", "close", "shutdown", "aclose")
        for call in outcome.calls
    )


def _is_cut_off(scene: Scene, started: Called, around: Surrounding) -> bool:
    """`task = create_task(work())`, a sleep, `task.cancel()`: it is to be in the midst of its work."""
    if started.name not in _TASKS:
        return False
    names = {name for act in around.before if started in act.calls for name in assigned(scene, act)}
    for act in around.after:
        if act.kind in ("mark", "neutral"):
            continue
        killed = [call for call in act.calls if call.name in _KILLS]
        if act.kind != "call" or not killed:
            return False
        if any(names & names_in(scene, call.node) for call in killed):
            return True
    return False


def _comes_up(scene: Scene, act: Act) -> Called | None:
    """`process.expect("Listening on")`: a program was just seen to come up."""
    for call in act.calls[:1]:
        waits = call.receiver and words.OUTPUT_WAITS.match(call.name)
        if waits and _SAID.search(scene.text(call.node)):
            return call
    return None


def starter(scene: Scene, act: Act) -> Called | None:
    """The call of an act that starts something which needs time to become ready."""
    if act.kind not in ("call", "read"):
        return None
    for call in act.calls:
        if _ends_something(scene, call):
            continue
        if call.name in words.STARTERS or words.STARTER_PREFIX.match(call.name):
            return call
        if words.SPAWNER_CLASS.search(call.name) and act.node.type == "with_clause":
            return call
        if call.name in ("run", "create", "run_container") and re.search(r"\bdetach *= *True", scene.text(call.node)):
            return call
    return None


def _ends_something(scene: Scene, call: Called) -> bool:
    """`run_in_executor(None, server.stop)`: what is started there is the end of something."""
    if call.name not in words.SPAWNERS:
        return False
    handed = [one for one in arguments_of(call.node, scene.code).positional if one.type in ("identifier", "attribute")]
    names = [scene.text(one).rpartition(".")[2] for one in handed]
    return any(words.REMOVALS.match(name) for name in names)


def first_use(act: Act) -> Called | None:
    """The call of an act that reaches for a server for the first time."""
    for call in act.calls:
        if call.name in words.FIRST_USES or call.name.startswith(("connect", "open_conn", "create_conn")):
            return call
        if call.name in words.REQUEST_VERBS and words.CLIENTS.search(call.receiver):
            return call
    return None


def _serves(scene: Scene, started: Called, around: Surrounding) -> bool:
    """What is started is a process or a server, by its name or by what it was made from."""
    if _PROCESSES.search(scene.text(started.node)):
        return True
    for act in around.before:
        if started.receiver and started.receiver in assigned(scene, act):
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
                related = (Related(span_of(call.node), "started here"), Related(span_of(use.node), "first used here"))
                return Verdict("startup", False, related=related)
    return None


def _waits(scene: Scene, act: Act) -> bool:
    return any(call.node.id in scene.sites for call in act.calls)


def _stays(scene: Scene, around: Surrounding) -> bool:
    """Between the start and the sleep things were only looked at."""
    for act in around.before:
        if starter(scene, act) is not None:
            return True
        if act.kind == "call" and act.node.type == "expression_statement" and not _waits(scene, act):
            return False
    return False


def _constructs(act: Act) -> bool:
    """Only makes or opens what is used later: `assigned = call(..)`."""
    inner = act.node.named_children[0] if act.node.type == "expression_statement" and act.node.named_children else None
    return inner is not None and inner.type == "assignment"


def readiness(scene: Scene, site: Site, around: Surrounding) -> str | None:
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
