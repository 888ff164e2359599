"""What interrupts a function before a sleep in it is over: the bound of the call that runs it, or a cancellation."""

from __future__ import annotations

from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python.flow import border, following
from sleeplint.languages.python.neighbours import assigned
from sleeplint.languages.python.outcomes import outcome_of
from sleeplint.languages.python.scene import Scene, Use, parts
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tasks import Standing, class_of, is_test_class, name_of, runs_of
from sleeplint.languages.python.tree import FUNCTIONS, Chain
from sleeplint.records import dataclass

_NEAR = 8
_KILLS = frozenset({"cancel", "kill", "killall", "killone"})


@dataclass(frozen=True, slots=True)
class Interruption:
    """What ends a call that a function runs in."""

    call: Node
    """The call, or the bound around it."""
    bound: Site | None
    """The timeout that runs out; None of a cancellation."""

    def outlasted_by(self, site: Site) -> bool:
        """Whether a sleep is longer than what interrupts it."""
        if self.bound is None or self.bound.duration_ms is None or site.duration_ms is None:
            return False
        return site.duration_ms > self.bound.duration_ms


def interruption(scene: Scene, site: Site, standing: Standing) -> Interruption | None:
    """What interrupts the function around a sleep, wherever the file runs it; None if anything lets it end."""
    if standing.kind not in ("handler", "called", "unseen") or standing.function is None:
        return None
    if site.by_reference or site.entry.blocking:
        return None  # what blocks its thread is waited out
    key = ("interruption", standing.function.id)
    if key not in scene.memory:
        found = [_of_use(scene, use) for use in _uses(scene, site, standing.function)]
        scene.memory[key] = found[0] if found and None not in found else None
    known = scene.memory[key]
    return known if isinstance(known, Interruption) else None


def _uses(scene: Scene, site: Site, function: Node) -> list[Use]:
    """Where a function, or the class that it is a method of, is handed to a call or called."""
    index = border(site.chain)
    owner = class_of(site.chain, index)
    if owner is None:
        return [run.use for run in runs_of(scene, function, site.chain[:index])]
    if is_test_class(scene, owner):
        return []
    # A nested class is known only inside the function around it.
    outer = next((node for node in reversed(site.chain[: site.chain.index(owner)]) if node.type in FUNCTIONS), None)
    made = [use for use in scene.uses(name_of(scene, owner)) if use.chain[-1].type == "call"]
    made = [use for use in made if not owner.start_byte <= use.node.start_byte < owner.end_byte]
    return [use for use in made if outer is None or outer.start_byte <= use.node.start_byte < outer.end_byte]


def _of_use(scene: Scene, use: Use) -> Interruption | None:
    inner = use.node
    assignment: Node | None = None
    for outer in reversed(use.chain[border(use.chain) + 1 :]):
        bounds: list[Node] = []
        if outer.type == "call" and inner.type == "argument_list":
            bounds = [outer]
        elif outer.type == "with_statement" and inner.type == "block":
            bounds = [call.node for call in scene.calls(outer.named_children[0])]
        for call in bounds:
            bound = scene.sites.get(call.id)
            if bound is not None and bound.kind == "timeout" and _runs_out(scene, bound):
                return Interruption(call, bound)
        if outer.type == "await":
            assignment = None
        if outer.type == "assignment" and inner.type in ("call", "list", "list_comprehension"):
            assignment = outer
        inner = outer
    return Interruption(assignment, None) if assignment is not None and _is_cancelled(scene, use, assignment) else None


def _runs_out(scene: Scene, bound: Site) -> bool:
    return bool(bound.duration_ms) and outcome_of(scene, bound).role == "burned"


def _is_cancelled(scene: Scene, use: Use, assignment: Node) -> bool:
    """`job = run(work)`, or a task made from it, and then `job.cancel()`, with nobody waiting for it before."""
    left = assignment.child_by_field_name("left")
    if left is None or left.type != "identifier":
        return False
    names = {scene.text(left)}
    chain: Chain = use.chain[: use.chain.index(assignment)]
    for act in islice(following(scene, chain, assignment), _NEAR):
        if not any(part.type == "identifier" and scene.text(part) in names for part in parts(act.node)):
            continue
        if any(call.name in _KILLS for call in act.calls):
            return True
        given = assigned(scene, act)
        if not given or any(part.type == "await" for part in parts(act.node)):
            return False
        names |= given
    return False
