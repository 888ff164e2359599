"""Whether a test waits for the end of background work that it started."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import border, fails
from sleeplint.languages.python.raised import expecting_of
from sleeplint.languages.python.scene import Scene, Use
from sleeplint.languages.python.tasks import Spawn, standing_of
from sleeplint.languages.python.tree import Chain, arguments_of

_MUCH = 20_000
_FORWARD = frozenset(
    {
        "list_comprehension", "list", "set", "tuple", "await", "parenthesized_expression", "generator_expression",
        "set_comprehension", "conditional_expression", "dictionary_comprehension", "list_splat", "expression_list",
    }
)  # fmt: skip

_COLLECTIONS = frozenset({"list", "tuple", "set"})


def joined(scene: Scene, spawn: Spawn) -> bool | None:
    """Whether the test waits for what is spawned; False if it is cancelled or left; None if unsaid."""
    known = scene.memory.get(("joined", spawn.call.node.id))
    if known is not None:
        return None if known == "unsaid" else bool(known)
    scene.memory["joined", spawn.call.node.id] = "unsaid"  # for a function that spawns itself
    answer = _joined(scene, spawn)
    if answer is True and _ends_with_its_spawner(scene, spawn):
        answer = False
    scene.memory["joined", spawn.call.node.id] = "unsaid" if answer is None else answer
    return answer


def _ends_with_its_spawner(scene: Scene, spawn: Spawn) -> bool:
    """Whether the function that spawns it, and would wait for it, is itself cancelled or left alone."""
    around = standing_of(scene, spawn.chain, None)
    return around.kind == "task" and around.sure and around.spawn is not None and joined(scene, around.spawn) is False


def _joined(scene: Scene, spawn: Spawn) -> bool | None:
    chain, name = spawn.chain, spawn.call.name
    if name in words.GATHERERS or name == "wait":
        return _awaited(chain) or None
    scope = _scope(scene, spawn)
    if scope is not None:
        return scope
    value, only_sleeps = spawn.call.node, _only_sleeps(scene, spawn)
    if name in words.SPAWNERS and name != "run_in_executor":
        daemon = arguments_of(value, scene.code).keywords.get("daemon")
        is_daemon = daemon is not None and scene.text(daemon) == "True"
    else:
        is_daemon = False
    index = len(chain) - 1
    while index >= 0:
        outer = chain[index]
        if outer.type == "await" and name not in _STARTED:
            return True
        if outer.type in _FORWARD:
            value, index = outer, index - 1
        elif outer.type == "attribute":  # Thread(..).start(), submit(..).result()
            method = scene.text(outer.child_by_field_name("attribute") or outer)
            if method in words.JOINS:
                return True
            index -= 1
            if index >= 0 and chain[index].type == "call":
                value, index = chain[index], index - 1
            if method == "start" and index >= 0 and chain[index].type == "expression_statement":
                return False
        elif outer.type == "argument_list" and index >= 1 and chain[index - 1].type == "call":
            receiver = scene.called(chain[index - 1])
            if receiver.name in ("append", "add") and receiver.receiver:
                return _handle(scene, receiver.receiver.split(".")[-1], chain, is_daemon, only_sleeps)
            if receiver.name in words.JOINS:
                return _awaited(chain[: index - 1]) or receiver.name in ("joinall", "join") or None
            return None
        elif outer.type in ("assignment", "named_expression"):
            left = outer.child_by_field_name("left") or outer.child_by_field_name("name")
            if left is None:
                return None
            if left.type == "identifier":
                return _handle(scene, scene.text(left), chain, is_daemon, only_sleeps)
            if left.type == "attribute":
                # Whoever owns the attribute may wait for it, unseen.
                attribute = scene.text(left.child_by_field_name("attribute") or left)
                return _handle(scene, attribute, chain, is_daemon, only_sleeps, elsewhere=True)
            if left.type in ("pattern_list", "tuple_pattern"):
                first = next((part for part in left.named_children if part.type == "identifier"), None)
                return _handle(scene, scene.text(first), chain, is_daemon, only_sleeps) if first is not None else None
            return None
        elif outer.type == "expression_statement":
            return _owner_joins(scene, spawn)  # fired and forgotten, unless what it was given to is waited for
        elif outer.type == "as_pattern" or outer.type == "with_item":
            return True
        else:
            return None
    return None


_STARTED = frozenset({"spawn", "start", "start_later"})
"""Where they are awaited, it is until the work has begun."""
_POOLED = frozenset({"spawn", "submit", "apply_async", "map_async", "spawn_n", "start"})


def _owner_joins(scene: Scene, spawn: Spawn) -> bool:
    """`pool.spawn(f)`, and then `pool.join()`, or `executor.shutdown()`."""
    owner = spawn.call.receiver.rpartition(".")[2]
    if spawn.call.name not in _POOLED or not re.fullmatch(r"\w+", owner):
        return False
    index = border(spawn.chain)
    end = spawn.chain[index].end_byte if index >= 0 else len(scene.code)
    for use in scene.uses(owner):
        if not spawn.call.node.end_byte <= use.node.start_byte < end:
            continue
        method = scene.text(use.chain[-1]) if use.chain[-1].type == "attribute" else ""
        called = method.rpartition(".")[2]
        if called in words.CANCELS:
            return False
        if called in ("join", "waitall", "shutdown"):
            call = use.chain[-2] if len(use.chain) > 1 else None
            waits = arguments_of(call, scene.code).at(0, "wait") if call is not None and call.type == "call" else None
            return not (called == "shutdown" and waits is not None and scene.text(waits) == "False")
    return False


def _awaited(chain: Chain) -> bool:
    for outer in reversed(chain):
        if outer.type == "await":
            return True
        if outer.type in ("block", "module", "lambda"):
            return False
    return False


def _scope(scene: Scene, spawn: Spawn) -> bool | None:
    """For work of a task group or executor used as a context manager: its end joins, unless it is cancelled."""
    receiver = spawn.call.receiver
    if not receiver:
        return None
    for outer in reversed(spawn.chain):
        if outer.type in ("function_definition", "lambda"):
            return None
        if outer.type != "with_statement" or outer.named_child_count == 0:
            continue
        clause = outer.named_children[0]
        head = scene.text(clause)
        if head != receiver and not re.search(rf"\bas\s+{re.escape(receiver)}\b", head):
            continue
        joins = spawn.call.name in ("start_soon", "submit") or any(c.name in words.SCOPES for c in scene.calls(clause))
        if not joins:
            return None
        body = scene.code[outer.start_byte : min(outer.end_byte, outer.start_byte + _MUCH)].decode("utf-8", "replace")
        known = scene.memory.get((f"cancelled {receiver}", outer.id))
        if isinstance(known, bool):
            return not known
        names = "|".join(re.escape(name) for name in (receiver, *_scopes_around(scene, spawn.chain, outer)))
        cancelled = bool(re.search(rf"\b({names})\b[\w.]*\.cancel\w*\(|\.cancel_scope\.cancel\(", body))
        group = any(call.name in words.GROUPS for call in scene.calls(clause))
        cancelled = cancelled or (group and _fails(scene, spawn, outer))
        scene.memory[f"cancelled {receiver}", outer.id] = cancelled
        return not cancelled
    return None


def _scopes_around(scene: Scene, chain: Chain, group: Node) -> list[str]:
    """The names of the scopes in whose bodies a task group stands: who cancels those cancels it too."""
    outside = chain[border(chain) + 1 : chain.index(group)]
    heads = [node.named_children[0] for node in outside if node.type == "with_statement" and node.named_child_count]
    scopes = words.CANCEL_SCOPES | words.GROUPS
    scoped = [scene.text(head) for head in heads if any(call.name in scopes for call in scene.calls(head))]
    return [name for head in scoped for name in re.findall(r"\bas\s+(\w+)", head)]


def _fails(scene: Scene, spawn: Spawn, group: Node) -> bool:
    """Whether the body of a task group ends in an error, or what follows the group is never reached."""
    body = group.child_by_field_name("body")
    if body is None:
        return False
    last = scene.statements(body)[-1:]
    if last and last[0].type == "raise_statement":
        return True
    holder = spawn.chain[spawn.chain.index(group) - 1]
    after = scene.statements(holder)[scene.position(holder, group) + 1 :] if holder.type == "block" else ()
    return len(after) == 1 and after[0].type != "raise_statement" and fails(scene, holder)


def _only_sleeps(scene: Scene, spawn: Spawn) -> bool:
    """Whether the work is a sleep and nothing else: of that no error can come, but from what cuts it short."""
    own = scene.sites.get(spawn.call.node.id)
    if own is not None and own.by_reference:
        return own.kind == "sleep"
    given = arguments_of(spawn.call.node, scene.code).positional[:1]
    inside = scene.sites.get(given[0].id) if given else None
    return inside is not None and inside.kind == "sleep"


def handled(scene: Scene, name: str, chain: Chain) -> bool | None:
    """What is done with a child process called `name`: True if it is waited for, False if it is killed first."""
    index = border(chain)
    start, end = (chain[index].start_byte, chain[index].end_byte) if index >= 0 else (0, len(scene.code))
    made = chain[-1].start_byte if chain else 0
    for use in scene.uses(name):
        if not max(start, made + 1) <= use.node.start_byte < end:
            continue
        answer = _use(scene, use)
        if answer is not None:
            return answer
    return None


def ends_in_turn(scene: Scene, spawn: Spawn, loop: Node) -> bool:
    """Whether each round of a loop around a spawn waits for what it has spawned: `t = Thread(..); ..; t.join()`."""
    for index in range(len(spawn.chain) - 1, border(spawn.chain), -1):
        outer = spawn.chain[index]
        if outer.id == loop.id:
            return False
        if outer.type != "assignment":
            continue
        left = outer.child_by_field_name("left")
        name = scene.text(left).removeprefix("self.") if left is not None else ""
        later = (use for use in scene.uses(name) if outer.end_byte <= use.node.start_byte < loop.end_byte)
        return any(_use(scene, use) for use in later)
    return False


def _handle(
    scene: Scene, name: str, chain: Chain, is_daemon: bool, only_sleeps: bool, elsewhere: bool = False
) -> bool | None:
    """What is done with the task called `name` in the function where it is made."""
    index = border(chain)
    start, end = (chain[index].start_byte, chain[index].end_byte) if index >= 0 else (0, len(scene.code))
    made = chain[-1].start_byte if chain else 0
    later = [use for use in scene.uses(name) if max(start, made + 1) <= use.node.start_byte < end]
    if only_sleeps:
        later = [use for use in later if expecting_of(scene, use) is None]
    answers = [_use(scene, use) for use in later]
    if any(answer is False for answer in answers[: _first(answers, True)]):
        return False  # cancelled first; awaiting it afterwards only collects the cancellation
    if True in answers:
        return True
    if False in answers or is_daemon:
        return False
    return None if elsewhere or any(_leaves(use) for use in later) else False


def _first(answers: list[bool | None], wanted: bool) -> int:
    return answers.index(wanted) if wanted in answers else len(answers)


def _use(scene: Scene, use: Use, collected: bool = False) -> bool | None:
    """True if this use waits for the task's end, False if it cancels it; or a use of the list that it is put in."""
    index = len(use.chain) - 1
    value: Node = use.node
    while index >= 0:
        outer = use.chain[index]
        if outer.type == "attribute":
            called = scene.text(outer.child_by_field_name("attribute") or outer)
            if called in words.CANCELS:
                return False
            if called in words.JOINS or called in ("get", "exception", "communicate"):
                return True
            if called == scene.text(use.node):  # self.task
                value, index = outer, index - 1
                continue
            return None
        if outer.type == "await":
            return True
        if outer.type == "call":
            name = scene.called(outer).name
            if name == "wait" and _first_suffices(scene, outer):
                return None
            if name in words.JOINS or name == "gather":
                return True
            if name in words.CANCELS:
                return False
            if name in ("reversed", "list", "zip", "enumerate", "set", "tuple", "sorted"):
                value, index = outer, index - 1
                continue
            return None
        if outer.type in ("for_statement", "for_in_clause"):
            right = outer.child_by_field_name("right")
            if right is not None and right.id == value.id:
                holder = outer if outer.type == "for_statement" else use.chain[index - 1]
                body = scene.code[holder.start_byte : holder.end_byte].decode("utf-8", "replace")
                if re.search(r"\.(cancel|kill|terminate)\(", body):
                    return False
                if re.search(r"\.(join|result|get|wait)\(|\bawait\b|gather\(", body):
                    return True
            return None
        if outer.type == "assignment" and value.type in _COLLECTIONS and not collected:
            left = outer.child_by_field_name("left")
            later = scene.uses(scene.text(left)) if left is not None and left.type == "identifier" else ()
            end = use.chain[border(use.chain)].end_byte
            answers = (_use(scene, one, True) for one in later if outer.end_byte <= one.node.start_byte < end)
            return next((answer for answer in answers if answer is not None), None)
        if outer.type in ("argument_list", "list_splat", "subscript", "keyword_argument", *_FORWARD):
            value, index = outer, index - 1
            continue
        return None
    return None


def _first_suffices(scene: Scene, wait: Node) -> bool:
    """`wait(jobs, return_when=FIRST_COMPLETED)`: the others go on."""
    keyword = arguments_of(wait, scene.code).keywords.get("return_when")
    return keyword is not None and "FIRST_" in scene.text(keyword)


def _leaves(use: Use) -> bool:
    """Whether the handle is handed to somebody else here."""
    inner = use.node
    for outer in reversed(use.chain):
        if outer.type == "attribute":
            return False
        if outer.type in ("argument_list", "return_statement", "yield", "keyword_argument"):
            return True
        if outer.type in ("assignment",):
            left = outer.child_by_field_name("left")
            return left is None or left.type != "identifier" or inner.type in _COLLECTIONS
        if outer.type in ("block", "module", "expression_statement"):
            return False
        inner = outer
    return False
