"""What a test pays for a wait."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.facts import Milliseconds, Role
from sleeplint.languages.rust.flow import loops as loops_between
from sleeplint.languages.rust.handles import fate_of
from sleeplint.languages.rust.loops import rounds
from sleeplint.languages.rust.scene import Scene
from sleeplint.regexes import regex

_MOST_ROUNDS = 10**9
_LONG_MS = 60_000
"""Nobody waits so long for the end of a task."""
_DAY_MS = 86_400_000
"""Nobody waits so long at all, whatever the code around it says."""


def repeats(scene: Scene, *, ends: bool = False, drains: bool = False) -> int | None:
    """How often one run of the test comes to the wait, by the constant counts of the loops around it.

    Loops in which a task is started count too. One that the wait `ends` by running out in its condition does not,
    nor the innermost one if the wait `drains` it: it runs out once. None if the source does not say.
    """
    return _product(scene, -1, ends=ends, drains=drains)


def _product(scene: Scene, top: int, *, ends: bool = False, drains: bool = False) -> int | None:
    product = 1
    below = scene.here
    for border, taken in scene.borders:
        if border <= top:
            break
        for at in loops_between(scene.way.nodes, below, border):
            if at <= top:
                break
            if ends and scene.way.nodes[at + 1] == scene.way.nodes[at].child_by_field_name("condition"):
                continue
            if drains and at == scene.loops[0]:
                continue
            count = rounds(scene.way, at)
            conditions = _conditions(scene, at, below)
            if len(conditions) == 1 and _is_one_round(scene, at, conditions[0]):
                continue
            if count is None or conditions:
                return None
            product = min(product * count, _MOST_ROUNDS)
        if taken.taken == "function":
            break
        if taken.taken in ("given", "kept", "returned"):
            return None
        below = border
    return product


def _conditions(scene: Scene, loop: int, below: int) -> list[Node]:
    """What decides whether a round comes to the wait."""
    nodes = scene.way.nodes
    return [nodes[at] for at in range(loop + 1, below) if nodes[at].type in ("if_expression", "match_arm")]


def _is_one_round(scene: Scene, loop: int, branch: Node) -> bool:
    """Whether a branch is taken in just one of a loop's rounds: `for (i, item) in .. { if i == 3 { .. } }`."""
    pattern, condition = scene.way.nodes[loop].child_by_field_name("pattern"), branch.child_by_field_name("condition")
    if pattern is None or condition is None or branch.child_by_field_name("alternative") is not None:
        return False
    found = re.fullmatch(rb"\s*+(\w+)\s*+==\s*+\d\w*\s*+", scene.way.text(condition))
    return found is not None and re.search(rb"\b" + found.group(1) + rb"\b", scene.way.text(pattern)) is not None


def cost(scene: Scene, role: Role, times: int | None, *, elapses: bool | None = True) -> Milliseconds | None:
    """The milliseconds that a test pays for a wait of this role, repetitions and parametrised cases included.

    Tasks that are started in a loop run side by side: what one of them waits is paid once. None if the
    source does not say; production code pays nothing that we could count.
    """
    site = scene.site
    if not site.in_test:
        return None
    if site.virtual_time or role in ("yield", "guard") or elapses is False:
        return 0
    if role == "poll" or elapses is None or scene.own < 0:  # nobody knows how often a macro's body is used
        return None
    if _is_somewhere_only(scene):
        return None
    background = scene.background
    if background is not None:
        match background.fate:
            case "stopped":
                return 0
            case "dropped":
                # A later action's effect is what the test may be waiting for: who can tell.
                return 0 if role == "hold" else None
            case "unknown":
                return 0 if role == "hold" and (site.duration_ms or 0) >= _LONG_MS else None
        if background.spawn is not None and not _joined_in_loop(scene, background.spawn):
            times = _product(scene, background.spawn)
    cases = site.test.cases if site.test is not None else 1
    if cases != 1 and any(
        node.type in ("if_expression", "match_arm") for node in scene.way.nodes[scene.function_at + 1 :]
    ):
        return None  # in some of the cases
    if site.duration_ms is None or site.duration_ms >= _DAY_MS or times is None or cases is None:
        return None
    total = site.duration_ms * times * cases
    return int(total) if isinstance(total, float) and total.is_integer() else total


def _is_somewhere_only(scene: Scene) -> bool:
    """Whether it stands in code for some platforms, or for runs in which the environment asks for it."""
    nodes, bare = scene.way.nodes, scene.way.bare
    for at in range(scene.here - 1, scene.function_at, -1):
        node = nodes[at]
        if node.type == "if_expression":
            condition = node.child_by_field_name("condition")
            if condition is not None and nodes[at + 1] != condition and _SOMEWHERE.search(scene.way.text(condition)):
                return True
        elif node.type in ("expression_statement", "let_declaration"):
            ahead = bare[max(0, node.start_byte - _NEAR) : node.start_byte].rstrip()
            if ahead.endswith(b"]") and _SOMEWHERE.search(ahead, max(0, ahead.rfind(b"#["))):
                return True
    return False


_NEAR = 120
_SOMEWHERE = regex(
    rb"\bcfg!?\s*+\([^;{}]*\b(?:windows|unix|target_\w+|debug_assertions)\b|\benv::var\w*\s*+\(|\boption_env!"
)


def _joined_in_loop(scene: Scene, spawn: int) -> bool:
    """Whether each round of the loop around a spawn waits for the task's end."""
    way = scene.way
    inner = loops_between(way.nodes, spawn, -1)
    if not inner:
        return False
    call, loop = way.nodes[spawn], way.nodes[inner[0]]
    rest = way.after(call.end_byte, loop.end_byte)
    if re.match(rb"\s*+\.\s*+(?:await\b|join\s*+\()", rest):
        return True
    name = re.search(rb"\blet\s+(?:mut\s+)?(\w+)\s*+(?::[^=;]*)?=\s*+$", way.before(loop.start_byte, call.start_byte))
    return name is not None and fate_of(name.group(1), rest) == "joined"
