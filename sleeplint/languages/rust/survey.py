"""What the waits of one file are to each other: the timeouts around one, and the sleeps that order tasks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sleeplint.languages.rust.carriers import carrier
from sleeplint.languages.rust.flow import Way, after, before, border, has_effect, loops, way
from sleeplint.languages.rust.site import Site
from sleeplint.records import dataclass
from sleeplint.text import Span


@dataclass(frozen=True, slots=True)
class Lead:
    """A sleep that opens a task and is followed by an action there."""

    span: Span
    ms: float
    function: int
    """Where the function begins that starts the tasks."""
    task: Span
    """The task."""

    def is_within(self, other: Lead) -> bool:
        """Whether its task is started by the other's, and so after the other's sleep."""
        return other.task.start < self.task.start and self.task.end <= other.task.end


@dataclass(frozen=True, slots=True)
class Survey:
    """One file's waits."""

    timeouts: dict[tuple[int, int], Site]
    """By the span of the call."""
    leads: dict[int, tuple[Lead, ...]]
    """The sleeps that open tasks, by function."""
    lead: dict[Span, Lead]
    """The same, by place."""


class _Same:
    """Sites that are the same only if they are the same object, so that a survey is kept for one file."""

    __slots__ = ("sites",)

    def __init__(self, sites: Sequence[Site]) -> None:
        self.sites = sites

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.sites is other.sites

    def __hash__(self) -> int:
        return id(self.sites)


def survey(sites: Sequence[Site]) -> Survey:
    """The survey of a file's waits, made once."""
    return _survey(_Same(sites))


@lru_cache(maxsize=1)
def _survey(same: _Same) -> Survey:
    timeouts: dict[tuple[int, int], Site] = {}
    leads: dict[int, list[Lead]] = {}
    for site in same.sites:
        if site.kind == "timeout":
            timeouts[site.call.start_byte, site.call.end_byte] = site
        elif site.kind == "sleep" and site.duration_ms and (lead := _lead(way(site))):
            leads.setdefault(lead.function, []).append(lead)
    grouped = {function: tuple(found) for function, found in leads.items()}
    return Survey(timeouts, grouped, {lead.span: lead for found in leads.values() for lead in found})


def _lead(path: Way) -> Lead | None:
    nodes = path.nodes
    own = border(nodes, len(nodes) - 1)
    if own < 0 or nodes[own].type == "function_item" or loops(nodes, len(nodes) - 1, own):
        return None
    taken = carrier(path, own)
    parallel = taken.taken == "here" and taken.word in (b"join", b"try_join", b"join_all", b"join3", b"try_join_all")
    if taken.taken != "spawned" and not parallel:
        return None
    if any(has_effect(path.text(statement)) for statement in before(path, len(nodes) - 1)):
        return None
    if not any(has_effect(path.text(statement)) for statement in after(path, len(nodes) - 1)):
        return None  # nothing that could come before or after what others do
    if taken.at > 0 and nodes[taken.at - 1].type in ("field_expression", "await_expression"):
        return None  # `spawn(..).join()`: over before the next one starts
    outer = own
    while outer >= 0 and nodes[outer].type != "function_item":
        outer = border(nodes, outer)
    if outer < 0 or path.site.duration_ms is None:
        return None
    call = path.site.call
    span = Span(call.start_byte, call.end_byte)
    task = Span(nodes[own].start_byte, nodes[own].end_byte)
    return Lead(span, path.site.duration_ms, nodes[outer].start_byte, task)


def order(path: Way, sites: Sequence[Site]) -> tuple[Span, ...]:
    """The sleeps that open other tasks of the same function and are longer or shorter than this one."""
    call = path.site.call
    known = survey(sites)
    mine = known.lead.get(Span(call.start_byte, call.end_byte))
    if mine is None:
        return ()
    others = (lead for lead in known.leads[mine.function] if lead.task != mine.task and lead.ms != mine.ms)
    return tuple(lead.span for lead in others if not lead.is_within(mine) and not mine.is_within(lead))
