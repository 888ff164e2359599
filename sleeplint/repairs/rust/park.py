"""R1: a task that nobody waits for is held by a sleep; it can wait for ever instead."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import BORDERS, LOOPS
from sleeplint.repairs.rust.ending import ending
from sleeplint.repairs.rust.ground import Ground, inside
from sleeplint.repairs.rust.limits import has_limit
from sleeplint.repairs.rust.place import Place, Spawned, is_async, spawn
from sleeplint.repairs.rust.recipe import SAFE, UNSAFE, Recipe, end, pen, repaired

TITLE = "Park the task on `std::future::pending`"


def park(place: Place) -> Fix | None:
    """Let a detached task wait for ever where it sleeps last."""
    whole = place.whole
    if whole is None or not place.is_async or place.wait.paused_clock or place.wait.virtual_time:
        return None
    tasks = background(place)
    if not tasks or not place.ends(place.border) or not keeps_something(place):
        return None
    if any(task.thread or not task.is_detached or in_a_loop(task) for task in tasks):
        return None
    ends = [ending(place, task, None) for task in tasks]
    if any(one.awaited for one in ends):
        return None
    doubted = next((one for one in ends if one.doubt is not None), ends[0])
    limited = all(has_limit(place, task) for task in tasks)
    level = SAFE if doubted.doubt is None and limited else UNSAFE
    waiting = place.ground.spell("std::future::pending", place.call)
    edits = pen(place).replace(whole, f"{waiting}::<()>().await{end(place)}")
    return repaired(place, TITLE + doubted.caution(), level, edits)


def background(place: Place) -> list[Spawned]:
    """The spawns that run the code around a place: of its own block, or of the function that it stands in."""
    if place.spawned is not None:
        return [place.spawned]
    inner = place.nodes[place.border]
    return spawned_calls(place.ground, inner) if inner.type == "function_item" else []


def spawned_calls(ground: Ground, function: Node) -> list[Spawned]:
    """The spawns of a private async function, if each of its calls in the file is one."""
    name = function.child_by_field_name("name")
    public = any(child.type == "visibility_modifier" for child in function.children)
    if name is None or public or not is_async(ground, function):
        return []
    found = []
    for word in ground.uses(ground.text(name), 0, len(ground.code)):
        if word.start == name.start_byte:
            continue
        chain = ground.grove.chain(word.start, word.end)
        if len(chain) < 4 or chain[-2].type != "call_expression" or chain[-3].type != "arguments":
            return []
        started = spawn(ground, chain[-4], chain[:-4]) if chain[-4].type == "call_expression" else None
        if started is None or started.body != chain[-2]:
            return []
        found.append(started)
    return found


def in_a_loop(task: Spawned) -> bool:
    """Whether the spawn is made for each of many, in a loop or a closure."""
    for node in reversed(task.chain):
        if node.type in LOOPS or node.type == "closure_expression":
            return True
        if node.type == "function_item":
            return False
    return False


def keeps_something(place: Place) -> bool:
    """Whether a value lives in the task until the sleep is over: a binding, a parameter, or what the block moved in."""
    ground = place.ground
    task = place.nodes[place.border]
    for above in range(place.border, place.at):
        node = place.nodes[above]
        for child in node.named_children:
            if child.end_byte > place.statement.start_byte:
                break
            pattern = child.child_by_field_name("pattern") if child.type == "let_declaration" else None
            if pattern is not None and any(
                word.name != "_" for word in ground.words_in(pattern.start_byte, pattern.end_byte)
            ):
                return True
        if node.type in ("match_arm", "if_expression", "while_expression"):
            return True
    if task.type in ("async_block", "closure_expression") and any(child.type == "move" for child in task.children):
        # What is passed on by value lives elsewhere; what is only asked or lent stays here.
        for word in ground.words_in(task.start_byte, place.statement.start_byte):
            lent = ground.bare[max(0, word.start - 16) : word.start].rstrip().endswith((b"&", b"&mut"))
            asked = re.match(rb"\s*\.\s*(?!await\b)\w+", ground.bare[word.end : word.end + 80]) is not None
            if (lent or asked) and not word.name[0].isupper():
                return True
    parameters = task.child_by_field_name("parameters") if task.type in BORDERS else None
    return parameters is not None and bool(parameters.named_children)


def endless_loop(place: Place) -> Fix | None:
    """R1f: a loop that does nothing but sleep for hours is a wait for ever."""
    whole = place.whole
    hour_ms = 3_600_000
    if whole is None or place.wait.duration_ms is None or place.wait.duration_ms < hour_ms or not place.is_async:
        return None
    if place.wait.blocking or place.block != place.nodes[place.at - 1] or len(place.block.named_children) != 1:
        return None
    loop = place.nodes[place.at - 2]
    holder, above = place.nodes[place.at - 3], place.nodes[place.at - 4]
    if loop.type != "loop_expression" or any(child.type == "label" for child in loop.children):
        return None
    statement = loop
    if holder.type == "expression_statement":
        statement, holder, above = holder, above, place.nodes[place.at - 5]
    if holder.type != "block" or statement != holder.named_children[-1]:
        return None
    # As a value the loop is of any type, and what replaces it is `()`.
    if above.type == "function_item" and above.child_by_field_name("return_type") is not None:
        return None
    if above.type not in ("function_item", "async_block") or (
        above.type == "async_block" and not _is_of_no_type(place)
    ):
        return None
    waiting = place.ground.spell("std::future::pending", place.call)
    return repaired(place, TITLE, SAFE, pen(place).replace(statement, f"{waiting}::<()>().await;"))


def _is_of_no_type(place: Place) -> bool:
    """Whether nothing asks the innermost async block to be of a certain type: `()` will do."""
    task = place.spawned
    if task is None or not (task.is_thrown_away or task.handle is not None):
        return False
    if any(node.type in ("return_expression", "try_expression") for node in inside(task.body)):
        return False
    if task.statement.type == "let_declaration" and task.statement.child_by_field_name("type") is not None:
        return False
    ended = rb"\s*\.\s*(?:abort|is_finished)\s*\(|\s*\.\s*await\s*\.\s*(?:is_err|unwrap_err)\s*\("
    return all(re.match(ended, place.ground.bare[use.end :]) for use in task.handle_uses)


RECIPES: tuple[Recipe, ...] = (endless_loop, park)
