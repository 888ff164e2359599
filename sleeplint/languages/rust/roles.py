"""Why a wait is there: the first signal that fires decides, structure before words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sleeplint.facts import Related
from sleeplint.languages.circumstances import Circumstances
from sleeplint.languages.excuses import blocks_on_purpose
from sleeplint.languages.rust import cost
from sleeplint.languages.rust.awaiting import Awaited, awaiting
from sleeplint.languages.rust.background import delaying, holding, outlasting, serving
from sleeplint.languages.rust.cut_off import is_cut_off
from sleeplint.languages.rust.guards import bounding
from sleeplint.languages.rust.races import first_completed, select_arm
from sleeplint.languages.rust.remarks import hinted
from sleeplint.languages.rust.rounds import polling, repeating
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.site import Site
from sleeplint.languages.rust.story import own_flow
from sleeplint.languages.rust.survey import order
from sleeplint.languages.rust.verdict import Verdict
from sleeplint.languages.rust.workloads import stored, working


def circumstances(site: Site, sites: Sequence[Site]) -> Circumstances:
    """What the code around one wait says about it; `sites` are all of the file.

    A helper's wait costs what one call of the helper costs: the test that calls it pays it, as often
    as it calls, which the waits of a helper do not know.
    """
    scene = Scene(site, sites)
    task = scene.background.task if scene.background else None
    if site.kind in ("timeout", "clock-assert"):
        return bounding(scene, task)
    awaited = awaiting(scene.way)
    verdict = _interval(scene) if site.kind == "interval" else _sleep(scene, awaited)
    repeats = cost.repeats(scene)
    held = None
    if verdict.role == "hold" and scene.background is not None:
        held = Related(scene.background.task.span, "spawned here")
    related = (held, *verdict.related) if held else verdict.related
    if verdict.role == "startup" and verdict.confidence == "low":  # what starts is a guess like the rest
        related = ()
    elapses = verdict.elapses if awaited.awaited is not False else None
    if site.kind == "sleep" and awaited.awaited is False:
        elapses = False
    if elapses and is_cut_off(scene):
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


def _interval(scene: Scene) -> Verdict:
    if scene.loop is not None and scene.loop.ends:
        return Verdict("poll", "low", elapses=None)
    return Verdict("pacing", "low", elapses=None)


def _sleep(scene: Scene, awaited: Awaited) -> Verdict:
    if scene.site.duration_ms == 0:
        return Verdict("yield", "high")
    for signal in _SIGNALS:
        if (verdict := signal(scene, awaited)) is not None:
            return hinted(scene, verdict)
    return hinted(scene, Verdict("sync", "low"))


def _telling(scene: Scene, awaited: Awaited) -> Verdict | None:
    """In the test's own flow."""
    return own_flow(scene)


_SIGNALS: tuple[Callable[[Scene, Awaited], Verdict | None], ...] = (
    select_arm,
    first_completed,
    stored,
    serving,
    outlasting,
    polling,
    holding,
    working,
    delaying,
    repeating,
    _telling,
)
"""In order: the first that fires decides."""
