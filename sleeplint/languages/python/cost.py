"""What a wait costs a run of its test."""

from __future__ import annotations

import itertools

from sleeplint.facts import Limit, Milliseconds
from sleeplint.languages.python.flow import border
from sleeplint.languages.python.loops import round_of, times
from sleeplint.languages.python.rounds import mapped, rounds
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tasks import Spawn, Standing
from sleeplint.languages.python.verdict import Verdict

DAY_MS = 86_400_000
"""Nobody waits so long, whatever the code around it says."""


def repeats(scene: Scene, site: Site, verdict: Verdict, standing: Standing, spawn: Spawn | None) -> int | None:
    """How often one run of the test waits here in turn, by the loops around it and around a helper's only call."""
    if verdict.role == "poll":
        return None
    if spawn is not None and spawn is not standing.spawn:
        return rounds(scene, spawn)
    chain, node = site.chain, site.call
    round_ = round_of(scene, chain, node)
    if verdict.role == "burned" and round_ is not None and round_.node.type == "while_statement":
        head = round_.node.child_by_field_name("condition")
        if round_.shape == "endless" or (head is not None and head.start_byte <= node.start_byte < head.end_byte):
            chain, node = chain[: round_.index], round_.node  # it expires once, and that ends the loop
    count = times(scene, chain, node)
    run = standing.run
    if spawn is not None and site.test is not None:
        in_turn = rounds(scene, spawn)
        return None if count is None or in_turn is None else count * in_turn
    if count is None or standing.kind != "called" or run is None:
        return count
    if run.by is not None:
        in_turn = mapped(scene, run.by)
        count = None if in_turn is None else count * in_turn
    # A helper nested in the test is run as often as the loops around its call say.
    around = times(scene, run.use.chain, run.use.node) if site.test is not None else 1
    return None if count is None or around is None else count * around


def cost(
    site: Site,
    verdict: Verdict,
    standing: Standing,
    *,
    spawned: bool,
    ends: bool | None,
    runs: bool,
    repeats: int | None,
    limit: Limit | None,
) -> Milliseconds | None:
    """The milliseconds that one run of the test, all its cases, pays for a wait; None if the source does not say.

    The test's own flow pays in full: the test function, a fixture (once: how often it is set up is its users'
    matter), a helper in test code (at each call; counted once, because its callers may stand in other files).
    Background work costs its duration if the test joins it, nothing if it is cancelled or left alone. What
    the system under test calls (handlers, jobs, fakes) may or may not be waited for, and what is only created
    may or may not be run: unknown. So are production code, waits of
    helper programs and polls, which end when their condition holds. A guard costs nothing, a burned timeout
    all of it, a wait that something cuts short nothing of its own.
    """
    if site.virtual_time or verdict.role in ("guard", "yield"):
        return 0
    if verdict.role in ("poll", "race-arm"):
        return 0 if verdict.role == "race-arm" and limit is not None else None
    if verdict.ends_early:
        return 0
    if not site.in_test:
        return None  # whichever test comes by, and how often
    if site.kind == "interval":
        return None  # its maker goes on at once
    if spawned:
        if ends is None:
            return None
        if not ends:
            return 0
    elif standing.kind in ("handler", "module") or verdict.role == "workload" or not runs:
        return None
    elif standing.kind == "unseen" and verdict.role == "hold":
        return None  # whoever calls it may let go sooner
    if site.duration_ms is None or site.duration_ms >= DAY_MS or repeats is None:
        return None
    cases = site.test.cases if site.test is not None else 1
    if not cases:  # parameters that are put together elsewhere, or a test that is skipped
        return None
    if cases > 1 and ((verdict.role == "burned" and not verdict.sure) or _depends(site)):
        return None  # in some of the cases
    return site.duration_ms * repeats * cases


def _depends(site: Site) -> bool:
    """Whether a wait stands in a branch of its function."""
    function, within = border(site.chain), (*site.chain, site.call)
    return any(
        outer.type in ("if_statement", "case_clause") and outer.child_by_field_name("condition") != inner
        for outer, inner in itertools.pairwise(within[function + 1 :])
    )
