"""What is said of a timeout: whether it bounds, burns, or goes from one peer to the next."""

from __future__ import annotations

import re
from bisect import bisect_left

from sleeplint.facts import Role, Task
from sleeplint.languages.circumstances import Circumstances
from sleeplint.languages.excuses import is_excuse
from sleeplint.languages.rust import cost
from sleeplint.languages.rust.awaiting import awaiting
from sleeplint.languages.rust.outcome import outcome
from sleeplint.languages.rust.overdue import fails_late, panics_late
from sleeplint.languages.rust.rounds import polling
from sleeplint.languages.rust.scene import Scene
from sleeplint.records import replace


def bounding(scene: Scene, task: Task | None) -> Circumstances:
    """What the code around a timeout, or a bound on measured time, says about it."""
    site = scene.site
    if site.kind == "clock-assert":
        return Circumstances(
            "guard", "high", 0, task=task, limit=scene.limit, repeats=cost.repeats(scene), awaited=None
        )
    awaiter = awaiting(scene.way)
    awaited = awaiter.awaited
    if _is_slice(scene):
        return Circumstances("poll", "high", None, task=task, limit=scene.limit, awaited=None)
    if fails_late(scene):
        repeats = cost.repeats(scene)
        spent = cost.cost(scene, "burned", repeats)
        return Circumstances("burned", "high", spent, repeats=repeats, task=task, limit=scene.limit, checked=True)
    if site.entry.purpose != "operation" or _is_setter(scene):
        return Circumstances("guard", "high", 0, task=task, limit=scene.limit, awaited=None)
    told = outcome(scene.way)
    if told.idle and (verdict := polling(scene, awaiter)) is not None and verdict.role == "poll":
        return Circumstances("poll", verdict.confidence, None, loop=verdict.loop, task=task, limit=scene.limit)
    if told.checked is False and not told.expected and _outlasted(scene):
        told = replace(told, expected=True)
    if told.checked and not told.expected and panics_late(scene):
        told = replace(told, expected=True, confidence="high")
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


_MANY = 20
"""Sleeps before a timeout that are looked at."""


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
