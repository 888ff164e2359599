"""How often work that is spawned in a loop is waited for in turn: what runs side by side takes as long as one."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import border
from sleeplint.languages.python.joins import ends_in_turn
from sleeplint.languages.python.loops import length, whole_number
from sleeplint.languages.python.scene import Called, Scene
from sleeplint.languages.python.tasks import Spawn
from sleeplint.languages.python.tree import Chain, arguments_of
from sleeplint.regexes import regex

_COMPREHENSIONS = frozenset(
    {"list_comprehension", "generator_expression", "set_comprehension", "dictionary_comprehension"}
)
_POOLS = regex(r"Pool(Executor)?$")
_MAPS = frozenset({"map", "starmap", "imap", "imap_unordered", "map_async", "starmap_async"})
_POOLED = frozenset({"submit", "apply_async", "map_async", "spawn", "spawn_n", "run_in_executor"})


def rounds(scene: Scene, spawn: Spawn) -> int | None:
    """How many times one after another the work of a spawn is waited for; None if the source does not say.

    A loop that spawns and joins in each of its rounds counts in full, one that only spawns is one round of its
    own, or as many as its pool needs.
    """
    known = scene.memory.get(("rounds", spawn.call.node.id))
    if known is not None:
        return None if known == "unsaid" else int(str(known))
    answer = _rounds(scene, spawn)
    scene.memory["rounds", spawn.call.node.id] = "unsaid" if answer is None else answer
    return answer


def _rounds(scene: Scene, spawn: Spawn) -> int | None:
    chain = spawn.chain
    beside: int | None = 1
    in_turn: int | None = 1
    joined = False
    inner: Node = spawn.call.node
    for index in range(len(chain) - 1, border(chain), -1):
        outer = chain[index]
        if outer.type in _COMPREHENSIONS:
            clause = next((child for child in outer.named_children if child.type == "for_in_clause"), None)
            head = clause.child_by_field_name("right") if clause is not None else None
            count = length(scene, head) if head is not None else None
            if joined:
                in_turn = _product(in_turn, count)
            else:
                beside = _product(beside, count)
        elif outer.type in ("for_statement", "while_statement") and inner.type == "block":
            head = outer.child_by_field_name("right")
            count = length(scene, head) if head is not None else None
            if joined or ends_in_turn(scene, spawn, outer):
                in_turn = _product(in_turn, count)
            else:
                beside = _product(beside, count)
        elif outer.type == "await" or (outer.type == "attribute" and _joins(scene, outer)):
            joined = True
        elif outer.type == "call" and inner.type == "argument_list":
            joined = joined or scene.called(outer).name in ("joinall", "run", "run_until_complete")
        elif outer.type == "with_statement" and inner.type == "block" and _is_scope(scene, outer, spawn):
            joined = True
        inner = outer
    if beside != 1 and spawn.call.name in _POOLED:
        size = _size(scene, spawn.call)
        if size is not None:
            beside = None if beside is None else -(-beside // size)
        elif spawn.call.name != "spawn" or spawn.call.receiver.lower().endswith("pool"):
            beside = None
        else:
            beside = 1
    else:
        beside = 1
    return _product(beside, in_turn)


def _product(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one * other


def _joins(scene: Scene, attribute: Node) -> bool:
    return scene.text(attribute.child_by_field_name("attribute") or attribute) in words.JOINS


def _is_scope(scene: Scene, statement: Node, spawn: Spawn) -> bool:
    """Whether a `with` ends only when what its name has spawned has ended."""
    receiver = spawn.call.receiver
    head = scene.text(statement.named_children[0]) if statement.named_child_count else ""
    return bool(receiver) and re.search(rf"\bas\s+{re.escape(receiver)}\b", head) is not None


def mapped(scene: Scene, by: Called) -> int | None:
    """How many rounds a pool needs to go through what `pool.map(f, things)` is given; 1 for any other call."""
    pool = _pool(scene, by) if by.name in _MAPS else None
    if pool is None:
        return 1
    things = arguments_of(by.node, scene.code).at(1, "iterable")
    count, size = length(scene, things) if things is not None else None, _workers(scene, pool)
    return None if count is None or size is None else -(-count // size)


def _size(scene: Scene, call: Called) -> int | None:
    """How many of a pool work at a time, as it was made in this file."""
    pool = _pool(scene, call)
    return _workers(scene, pool) if pool is not None else None


def _pool(scene: Scene, call: Called) -> Node | None:
    """The call that makes the pool on which another is made."""
    receiver: str | None = call.receiver
    if call.name == "run_in_executor":
        first = arguments_of(call.node, scene.code).at(0, "executor")
        receiver = scene.text(first) if first is not None else None
    if not receiver:
        return None
    for use in reversed(scene.uses(receiver.rpartition(".")[2])):
        if use.node.start_byte > call.node.start_byte:
            continue
        made = _made(scene, use.chain, use.node)
        if made is not None and _POOLS.search(scene.called(made).name):
            return made
    return None


def _workers(scene: Scene, pool: Node) -> int | None:
    arguments = arguments_of(pool, scene.code)
    value = arguments.at(0, "max_workers") or arguments.keywords.get("processes")
    number = whole_number(scene, value) if value is not None else None
    return number if number is not None and number > 0 else None


def _made(scene: Scene, chain: Chain, name: Node) -> Node | None:
    """The call whose result a name is given: `name = Pool(4)`, `with Pool(4) as name`."""
    for outer in reversed(chain):
        if outer.type == "assignment":
            right = outer.child_by_field_name("right")
            return right if right is not None and right.type == "call" and right.id != name.id else None
        if outer.type == "as_pattern":
            first = outer.named_child(0)
            return first if first is not None and first.type == "call" else None
        if outer.type not in ("as_pattern_target", "attribute"):
            return None
    return None
