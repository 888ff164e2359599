"""The nearest acts on both sides of a wait."""

from __future__ import annotations

from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import names_in, takes_time
from sleeplint.languages.python.flow import Act, following, preceding
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.text import Span

_NEAR = 8


@dataclass(frozen=True, slots=True)
class Surrounding:
    """The nearest acts on both sides of a wait."""

    before: tuple[Act, ...]
    """The nearest first."""
    after: tuple[Act, ...]
    outcome: Act | None
    """The next act that acts or asserts; looking and noting are passed over."""

    @property
    def cause(self) -> Act | None:
        """The last act before that changed something, as far back as the wait before."""
        for act in self.before:
            if act.kind == "call":
                return act
            if act.kind == "wait":
                return None
        return None

    @property
    def previous(self) -> Act | None:
        """The nearest act before that is more than a note."""
        return next((act for act in self.before if act.kind not in ("neutral", "mark")), None)


def surrounding(scene: Scene, site: Site) -> Surrounding:
    """The nearest acts on both sides of a site."""
    before = tuple(islice(preceding(scene, site.chain, site.call), _NEAR))
    after = tuple(islice(following(scene, site.chain, site.call), _NEAR))
    return Surrounding(before, after, _outcome(scene, after))


def _outcome(scene: Scene, after: tuple[Act, ...]) -> Act | None:
    acting: Act | None = None
    answers: set[str] = set()
    spans: set[str] = set()
    timed = False
    for act in after:
        if takes_time(scene, act.node):
            spans |= assigned(scene, act)
        if act.kind == "assert" and (takes_time(scene, act.node) or _is_of(scene, act, spans)):
            timed = True
            continue  # it asks how long things took, and not what came of them
        if timed and any(words.READS_CLOCK.fullmatch(call.name) for call in act.calls):
            return acting  # what comes now is measured anew
        if act.kind in ("neutral", "mark", "read", "wait"):
            if answers & names_in(scene, act.node):
                answers |= assigned(scene, act)  # `count = int(answer)`
            continue
        if act.kind == "call" and act.node.type == "expression_statement" and assigned(scene, act):
            acting = acting or act
            answers |= assigned(scene, act)
            continue
        if acting is None or (act.kind == "assert" and answers & names_in(scene, act.node)):
            return act  # what was called in between was asked for the answer that is asserted
        return acting
    return acting


_COMPARED = regex(r"self|assert\w*|pytest|approx|[A-Z_\d]+")


def _is_of(scene: Scene, act: Act, names: set[str]) -> bool:
    """Whether an assertion is of certain names, and of no other but constants."""
    used = names_in(scene, act.node)
    return bool(used & names) and all(_COMPARED.fullmatch(name) for name in used - names)


def assigned(scene: Scene, act: Act) -> set[str]:
    """The names that an act binds."""
    inner = act.node.named_children[0] if act.node.named_children else None
    left = inner.child_by_field_name("left") if inner is not None and inner.type == "assignment" else None
    return names_in(scene, left) if left is not None else set()


def span_of(node: Node) -> Span:
    """Where a node stands."""
    return Span(node.start_byte, node.end_byte)
