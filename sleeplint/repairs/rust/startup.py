"""R2, R2b: a sleep that gives a server time to start."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import LOOPS
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import Ground, calls, inside, statements
from sleeplint.repairs.rust.place import Place, Spawned, is_async, spawns, starts_something
from sleeplint.repairs.rust.recipe import SAFE, UNSAFE, Recipe, chain, pen, repaired
from sleeplint.repairs.rust.understood import names_bound

_BINDS = regex(r"(?:^|::)(?:TcpListener|UnixListener)::bind$")
_MAY_BIND = regex(r"(?:^|::|\.)(?:try_)?(?:bind\w*|listen\w*|serve_addr|run_server)$")
_OTHER_STARTS = regex(r"\b(?:Command|Endpoint|quinn|Container|docker|testcontainers|UdpSocket)\b")
_CLIENT = regex(
    r"connect|client|\bget\b|\bpost\b|\bput\b|\bhead\b|request|\bcall\b|fetch|\bdial|\bsend\b|handshake", re.IGNORECASE
)
_SERVERS = regex(r"axum::serve")
"""Calls that do nothing before they accept, whatever else they are given."""
_STATIC = regex(r"\b[A-Z][A-Z0-9_]{2,}\b\s*\.\s*\w+\s*\(|\b[A-Z][A-Z0-9_]{2,}\b\s*[-+|&]?=[^=]|\bset_var\b")
_GOES_OUT = regex(r"\bconnect\w*\s*\(|\bCommand\b|\bfs\s*::|\bFile\s*::")
"""What a task may do before it accepts that leaves a trace elsewhere."""
_HARMLESS = regex(
    r"\s*let\s+(?:mut\s+)?\w+\s*(?::[^=]*)?=\s*(?:&?[\w.:]+(?:\.clone\(\))?|format!\s*\([^;]*\)"
    r"|[^;(]*\.(?:local_addr|clone|to_string|port|into|unwrap|parse)\s*\([^;]*\)|\"[^;]*)\s*;\s*",
    re.DOTALL,
)


def bound_before(place: Place) -> Fix | None:
    """R2: a listener that is bound before the spawn takes connections at once."""
    whole = place.whole
    if whole is None or not _client_is_next(place) or any(n.type in LOOPS for n in place.nodes[place.border :]):
        return None
    level, seen = None, False
    for at, statement in reversed(list(enumerate(place.preceding))):
        text = place.ground.meaning(statement)
        helper = _helper(place.ground, statement)
        started = list(spawns(place.ground, statement))
        inner = list(spawns(place.ground, helper)) if helper is not None and not started else []
        if started or inner:
            verdicts = [has_its_listener(place.ground, task) for task in (*started, *inner)]
            if None in verdicts or (inner and False in verdicts):
                return None
            if any(_acts_first(place.ground, task) for task in (*started, *inner)):
                return None
            alone = all(shares_nothing(place.ground, task) for task in (*started, *inner))
            before = any(_may_start(place.ground, node) for node in place.preceding[:at])
            level = SAFE if all(verdicts) and alone and not before else UNSAFE
            seen = all(verdicts) and not alone
            break
        if _may_start(place.ground, statement) or not _HARMLESS.fullmatch(text):
            return None
    if level is None:
        return None
    title = "Delete the sleep: the listener is bound before the task starts"
    if seen:
        title += ", unless the test looks at what else it does"
    return repaired(place, title, level, pen(place).remove(whole))


def has_its_listener(ground: Ground, task: Spawned) -> bool | None:
    """Whether the task takes a listener bound before it; False if it only seems so; None if it binds one itself."""
    function = task.function
    if function is None or _binds(ground, task.body, set()) or _OTHER_STARTS.search(ground.meaning(task.statement)):
        return None
    taken = {word.name for word in ground.words_in(task.body.start_byte, task.body.end_byte)}
    seeming = None
    for node in inside(function):
        if node.type != "let_declaration" or node.end_byte > task.statement.start_byte:
            continue
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is None or value is None:
            continue
        bound = {word.name for word in ground.words_in(pattern.start_byte, pattern.end_byte)} & taken
        if not bound:
            continue
        for call in calls(value):
            if _BINDS.search(ground.callee(call)):
                return True
            made = _definition(ground, call)
            if made is not None and _returns_listener(ground, made) and _binds(ground, made, set()):
                return True
            if made is None and any("listener" in name for name in bound) and "::" not in ground.callee(call)[:2]:
                seeming = False
    return seeming


def _may_start(ground: Ground, statement: Node) -> bool:
    """Whether a statement starts something else that the sleep may give time to."""
    if starts_something(ground, statement) or _OTHER_STARTS.search(ground.meaning(statement)):
        return True
    helper = _helper(ground, statement)
    return helper is not None and starts_something(ground, helper)


def shares_nothing(ground: Ground, task: Spawned) -> bool:
    """Whether a task takes nothing but its listener: then nobody can see what it does before it accepts.

    What it makes out of what it is given, or of a static, may be seen by a test that no longer waits for it.
    """
    function = task.function
    if function is None:
        return False
    inner = names_bound(ground, task.body)
    known = names_bound(ground, function) - inner
    taken = {word.name for word in ground.words_in(task.body.start_byte, task.body.end_byte)}
    listeners = {name for name in known & taken if _is_listener(ground, function, name)}
    if len(listeners) != 1 or (known & taken) - listeners:
        return task.body.type == "call_expression" and _SERVERS.fullmatch(ground.callee(task.body)) is not None
    (listener,) = listeners
    given_away = rb"\bdrop\s*\(\s*%s\s*\)" % re.escape(listener.encode())
    if re.search(given_away, ground.bare[task.body.start_byte : task.body.end_byte]):
        return False
    code = [task.body, *(made for call in calls(task.body) if (made := _definition(ground, call)) is not None)]
    return not any(_STATIC.search(ground.meaning(node)) or _GOES_OUT.search(ground.meaning(node)) for node in code)


def _acts_first(ground: Ground, task: Spawned) -> bool:
    """Whether a task does something with what it shares, other than its listener, before it accepts."""
    function = task.function
    code = ground.bare[task.body.start_byte : task.body.end_byte]
    accepts = re.search(rb"\w+\s*\.\s*(?:accept|incoming)\s*\(", code)
    if function is None or accepts is None:
        return False
    known = names_bound(ground, function) - names_bound(ground, task.body)
    until = task.body.start_byte + accepts.start()
    taken = {word.name for word in ground.words_in(task.body.start_byte, until)} & known
    return any(not _is_listener(ground, function, name) for name in taken)


def _is_listener(ground: Ground, function: Node, name: str) -> bool:
    """Whether a variable or parameter of a function holds a listener."""
    for node in inside(function):
        pattern = node.child_by_field_name("pattern")
        if pattern is None or name not in {word.name for word in ground.words_in(pattern.start_byte, pattern.end_byte)}:
            continue
        value = node.child_by_field_name("value")
        if value is None:
            return node.type == "parameter" and "Listener" in ground.text(node)
        for call in calls(value):
            made = _definition(ground, call)
            if _BINDS.search(ground.callee(call)) or (made is not None and _returns_listener(ground, made)):
                return _end_of(pattern) is None or ground.text(_end_of(pattern) or pattern) == name
    return False


def _end_of(pattern: Node) -> Node | None:
    """The first variable of a tuple, which is the listener of a pair of listener and address."""
    return pattern.named_children[0] if pattern.type == "tuple_pattern" and pattern.named_children else None


def _returns_listener(ground: Ground, function: Node) -> bool:
    kind = function.child_by_field_name("return_type")
    return kind is not None and "Listener" in ground.text(kind)


def _binds(ground: Ground, node: Node, seen: set[int]) -> bool:
    """Whether code, or the functions of the file that it calls, binds a listener."""
    for call in calls(node):
        if _MAY_BIND.search(ground.callee(call)):
            return True
        made = _definition(ground, call)
        if made is not None and made.start_byte not in seen:
            seen.add(made.start_byte)
            body = made.child_by_field_name("body")
            if body is not None and _binds(ground, body, seen):
                return True
    return any(node.type == "macro_invocation" and "bind" in ground.meaning(node) for node in inside(node))


def _definition(ground: Ground, call: Node) -> Node | None:
    """The function of this file that is called; None if it stands elsewhere."""
    function = call.child_by_field_name("function")
    if function is None or function.type not in ("identifier", "scoped_identifier"):
        return None
    name = ground.text(function).rpartition("::")[2]
    if ground.callee(call).rpartition("::")[2] != name:
        return None
    found = ground.functions.get(name, [])
    return found[0] if len(found) == 1 else None


def _helper(ground: Ground, statement: Node) -> Node | None:
    """The one function of this file that a statement calls."""
    found = [made for call in calls(statement) if (made := _definition(ground, call)) is not None]
    return found[0] if len(found) == 1 else None


def _client_is_next(place: Place) -> bool:
    """Whether the next thing that happens is a client's."""
    task_words = {task.handle for node in place.preceding for task in spawns(place.ground, node)}
    for statement in place.following:
        text = place.ground.meaning(statement)
        if _HARMLESS.fullmatch(text) and not _CLIENT.search(text):
            continue
        named = {word.name for word in place.ground.words_in(statement.start_byte, statement.end_byte)}
        return _CLIENT.search(text) is not None and not named & (task_words - {None})
    return False


def say_when_bound(place: Place) -> Fix | None:
    """R2b: a task that binds its listener itself can say when it has."""
    whole, function = place.whole, place.function
    if whole is None or function is None or any(n.type in LOOPS for n in place.nodes[place.border :]):
        return None
    task = _latest(place)
    if task is None or task.block != place.block or not _is_fit(place, task):
        return None
    binding = _binding(place, task)
    if binding is None or not _client_follows(place):
        return None
    ground = place.ground
    sender, receiver = ground.fresh(function, "ready_tx", "ready_rx")
    channel = ground.spell("std::sync::mpsc::channel" if task.thread else "tokio::sync::oneshot::channel", task.call)
    wait = ".recv()" if task.thread else ".await"
    who = "thread" if task.thread else "task"
    writer = pen(place)
    return repaired(
        place,
        f"Wait until the {who} says that its listener is bound",
        UNSAFE,
        (
            writer.before(task.statement, f"let ({sender}, {receiver}) = {channel}::<()>();"),
            writer.after(binding, f"let _ = {sender}.send(());"),
            *writer.replace(whole, *chain(place, receiver, wait, f'.expect("the {who} ended before it was bound")')),
        ),
    )


def _latest(place: Place) -> Spawned | None:
    """The only task that is started before the sleep, with nothing but preparations between."""
    for statement in reversed(place.preceding):
        started = list(spawns(place.ground, statement))
        if started:
            return started[0] if len(started) == 1 else None
        if not _HARMLESS.fullmatch(place.ground.meaning(statement)):
            return None
    return None


def _is_fit(place: Place, task: Spawned) -> bool:
    if task.thread:
        moves = any(child.type == "move" for child in task.body.children)
        return task.body.type == "closure_expression" and moves and not is_async(place.ground, task.body)
    return task.body.type == "async_block" and place.is_async


def _binding(place: Place, task: Spawned) -> Node | None:
    """The one statement at the top of the task's block that binds a listener."""
    ground = place.ground
    block = task.body.child_by_field_name("body") or next(
        (child for child in task.body.named_children if child.type == "block"), None
    )
    if block is None or block.type != "block":
        return None
    found = None
    for statement in statements(block):
        binds = sum(1 for call in calls(statement) if _BINDS.search(ground.callee(call)))
        if binds == 0 and found is None:
            if statement.type != "let_declaration" or "await" in ground.meaning(statement):
                return None
        elif binds == 1 and found is None:
            if statement.type != "let_declaration" or not ground.text(statement).endswith(";"):
                return None
            found = statement
        elif binds:
            return None
    return found


def _client_follows(place: Place) -> bool:
    return any(_CLIENT.search(place.ground.meaning(statement)) for statement in place.following[:4])


RECIPES: tuple[Recipe, ...] = (bound_before, say_when_bound)
