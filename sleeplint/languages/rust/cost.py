"""What a test pays for a wait."""

from __future__ import annotations

from sleeplint.facts import Milliseconds, Role
from sleeplint.languages.rust.flow import loops as loops_between
from sleeplint.languages.rust.loops import rounds
from sleeplint.languages.rust.scene import Scene
from sleeplint.text import Span

_MOST_ROUNDS = 10**9


def repeats(scene: Scene) -> int | None:
    """How often one run of the test comes to the wait, by the constant counts of the loops around it.

    Loops in which a task is started count too. None if the source does not say.
    """
    return _product(scene, -1)


def _product(scene: Scene, top: int) -> int | None:
    product = 1
    below = scene.here
    for border, taken in scene.borders:
        if border <= top:
            break
        for at in loops_between(scene.way.nodes, below, border):
            if at <= top:
                break
            count = rounds(scene.way, at)
            if count is None:
                return None
            product = min(product * count, _MOST_ROUNDS)
        if taken.taken == "function":
            break
        if taken.taken in ("given", "kept", "returned"):
            return None
        below = border
    return product


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
    if role == "poll" or elapses is None:
        return None
    background = scene.background
    if background is not None:
        joined = background.task.joined
        if joined is False:
            return 0 if role == "hold" or _is_stopped(scene) else None
        if joined is None:
            return 0 if role == "hold" and (site.duration_ms or 0) >= 60_000 else None
        if background.spawn is not None and not _joined_in_loop(scene, background.spawn):
            times = _product(scene, background.spawn)
    cases = site.test.cases if site.test is not None else 1
    if site.duration_ms is None or times is None or cases is None:
        return None
    total = site.duration_ms * times * cases
    return int(total) if isinstance(total, float) and total.is_integer() else total


def _is_stopped(scene: Scene) -> bool:
    """Whether the task is ended from outside rather than left alone."""
    background = scene.background
    if background is None or background.spawn is None:
        return False
    span: Span = background.task.span
    rest = scene.way.bare[span.end : span.end + 4000]
    return b".abort(" in rest or b".abort_all(" in rest


def _joined_in_loop(scene: Scene, spawn: int) -> bool:
    """Whether each round of the loop around a spawn waits for the task's end."""
    way = scene.way
    inner = loops_between(way.nodes, spawn, -1)
    if not inner:
        return False
    rest = way.bare[way.nodes[spawn].end_byte : way.nodes[inner[0]].end_byte]
    return b".await" in rest.partition(b";")[0] or b".join()" in rest or b"handle.await" in rest
