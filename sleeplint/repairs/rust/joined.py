"""R1b, R1e: a task or thread that the test joins is held by a sleep; a channel can release it before the join."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import BORDERS, LOOPS
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ending import ending
from sleeplint.repairs.rust.ground import calls, statements
from sleeplint.repairs.rust.park import keeps_something
from sleeplint.repairs.rust.place import Place, Spawned, spawns
from sleeplint.repairs.rust.recipe import SAFE, UNSAFE, Recipe, end, pen, repaired

_PARALLEL = regex(r"(?<!\.)\b(?:join|try_join|join_all|try_join_all|select|race)\s*[!(]")


def release(place: Place) -> Fix | None:
    """Let a joined task or thread wait for a channel that closes before the join."""
    whole, task = place.whole, place.spawned
    if whole is None or task is None or place.wait.paused_clock or not place.ends(place.border):
        return None
    function = task.function
    if function is None or function != place.function or not task.straight_from(function):
        return None
    if task.thread == place.is_async or not _is_movable(place, task) or not keeps_something(place):
        return None
    if _sleeps_elsewhere(place, task) or task.handle is None or task.join is None:
        return None
    joining = _joining(place, task)
    if joining is None or not _client_is_between(place, task, joining):
        return None
    end_of_hold = ending(place, task, joining)
    if end_of_hold.awaited or not place.ground.claim(function, task.handle):
        return None
    sender, receiver = place.ground.fresh(function, "hold_tx", "hold_rx")
    channel = place.ground.spell(
        "std::sync::mpsc::channel" if task.thread else "tokio::sync::oneshot::channel", task.call
    )
    waiting = f"{receiver}.recv()" if task.thread else f"{receiver}.await"
    writer = pen(place)
    held = writer.replace(whole, f"let _ = {waiting}{end(place) or ';'}")
    who = "thread" if task.thread else "task"
    return repaired(
        place,
        f"Hold the {who} until `{sender}` is dropped before the join{end_of_hold.caution()}",
        SAFE if end_of_hold.doubt is None else UNSAFE,
        (
            writer.before(task.statement, f"let ({sender}, {receiver}) = {channel}::<()>();"),
            *held,
            writer.before(joining, f"drop({sender});"),
        ),
    )


def _is_movable(place: Place, task: Spawned) -> bool:
    """Whether what the body uses of the channel moves into it."""
    if task.body.type == "async_block":
        return True  # awaiting a receiver takes it
    return task.body.type == "closure_expression" and any(child.type == "move" for child in task.body.children)


def _sleeps_elsewhere(place: Place, task: Spawned) -> bool:
    """Whether more than one sleep stands in the task."""
    inside = [
        wait
        for wait in place.ground.file.waits
        if wait.kind == "sleep" and task.body.start_byte <= wait.span.start < task.body.end_byte
    ]
    return len(inside) != 1


def _joining(place: Place, task: Spawned) -> Node | None:
    """The statement that waits for the handle: in the function itself, run once, and waiting for nothing else."""
    use = task.join
    function = task.function
    if use is None or function is None:
        return None
    chain = place.ground.grove.chain(use.start, use.end)
    below = chain[chain.index(function) + 1 :] if function in chain else ()
    if not below or any(node.type in BORDERS | LOOPS for node in below):
        return None
    inner = [at for at in range(1, len(below)) if below[at - 1].type == "block"]
    if not inner:
        return None
    statement = below[inner[-1]]
    if statement.type == "let_declaration" and statement.child_by_field_name("value") == below[-1]:
        return None  # only another name for it
    text = place.ground.meaning(statement)
    if _PARALLEL.search(text):
        return None
    waits = "join" if task.thread else "await"
    return statement if re.search(rf"\b{waits}\b", text) else None


def _client_is_between(place: Place, task: Spawned, joining: Node) -> bool:
    """Whether the client works between the spawn and the join, and none is still at work after that."""
    if task.block not in place.nodes:
        return False
    own = [node for node in statements(task.block) if node.start_byte >= task.statement.end_byte]
    before = [node for node in own if node.end_byte <= joining.start_byte]
    after = [node for node in own if node.start_byte >= joining.end_byte]
    if not any(_acts(place, node) for node in before):
        return False
    handles = {started.handle for node in own for started in spawns(place.ground, node)}
    ground = place.ground
    started_before = {s.handle for node in statements(task.block) for s in spawns(ground, node)} - {task.handle}
    others = {name for name in handles | started_before if name}
    return not any(w.name in others for node in after for w in ground.words_in(node.start_byte, node.end_byte))


def _acts(place: Place, node: Node) -> bool:
    text = place.ground.meaning(node)
    return re.search(r"\bawait\b", text) is not None or any(True for _ in calls(node)) or "!" in text


RECIPES: tuple[Recipe, ...] = (release,)
