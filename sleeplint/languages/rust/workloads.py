"""A sleep that stands for work: in a handler, a mock, a stream, or a future that others drive."""

from __future__ import annotations

import re

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.awaiting import Awaited
from sleeplint.languages.rust.cut_off import is_cut_off_by_users, within
from sleeplint.languages.rust.flow import has_effect, is_noise, is_value
from sleeplint.languages.rust.handles import Fate, fate
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.verdict import Verdict
from sleeplint.languages.rust.words import places
from sleeplint.regexes import regex


def stored(scene: Scene, awaited: Awaited) -> Verdict | None:
    """It is not waited for here: stored, given away or bounded by a timeout."""
    if awaited.spawned:
        end = fate(scene.way, awaited.spawn) if awaited.spawn is not None else "unknown"
        return Verdict("hold", "high", elapses=_ELAPSES[end])
    if awaited.bounded:
        return Verdict("workload", "high", elapses=within(scene, awaited.name))
    if awaited.awaited is True:
        return None
    return Verdict("workload", "low", elapses=within(scene, awaited.name))


_ELAPSES: dict[Fate, bool | None] = {"joined": True, "stopped": False, "dropped": False, "unknown": None}


def working(scene: Scene, awaited: Awaited) -> Verdict | None:
    """It simulates work: in a handler, a mock, a stream, or a future given to the code under test."""
    way = scene.way
    taken = scene.carrier
    effects = [node for node in scene.ahead if not is_noise(way.text(node))]
    valued = all(is_value(way, node) for node in effects)
    if taken.taken == "given":
        if vocabulary.HANDLER.match(taken.word) or taken.word in (b"stream", b"try_stream"):
            return Verdict("workload", "high", elapses=within(scene))
        return Verdict("workload", "low" if effects and not valued else "high", elapses=within(scene))
    if taken.taken == "spawned" and effects and valued and not any(has_effect(way.text(node)) for node in scene.behind):
        return Verdict("workload", "high")
    if scene.own < 0:  # a macro's body: who knows where it will stand
        return None
    if taken.taken in ("kept", "returned") and way.nodes[scene.own].type != "function_item":
        return Verdict("workload", "high" if valued else "low", elapses=within(scene))
    if taken.taken == "here" and valued and effects and way.nodes[scene.own].type == "async_block":
        return Verdict("workload", "low", elapses=within(scene, taken.word) is not False)
    if taken.taken == "function" and not scene.is_test_function:
        return _of_function(scene, valued)
    return None


def _of_function(scene: Scene, valued: bool) -> Verdict | None:
    """A mock's method, a named handler."""
    way = scene.way
    at = scene.own
    header = way.text(way.nodes[at]).partition(b"{")[0]
    for above in range(at - 1, -1, -1):
        node = way.nodes[above]
        if node.type == "impl_item":
            trait = node.child_by_field_name("trait")
            if trait is None:
                break
            if way.word(trait) == b"Drop" or re.match(
                rb"\s*+(?:pub\s+)?(?:async\s+)?fn\s+(?:drop|setup|teardown|new)\b", header
            ):
                return None
            return Verdict("workload", "high", elapses=None)
        if node.type == "trait_item" and valued and not scene.last and scene.ahead:
            return Verdict("workload", "high", elapses=None)  # what it gives whoever does not say otherwise
        if node.type in ("function_item", "trait_item"):
            break
    cut = is_cut_off_by_users(scene)
    if valued and not scene.last and _is_handed_over(scene):
        return Verdict("workload", "high", elapses=False if cut else None)
    if re.search(rb"\bRequest\b|\bfn\s+\w*(?:handler|slow|handle|job|work|task)\w*\s*+[(<]", header) and re.search(
        rb"->|fn\s+slow", header
    ):
        return Verdict("workload", "low", elapses=False if cut else None)
    if not scene.ahead and not scene.behind and scene.site.duration_ms is not None:
        # `async fn breathe() { sleep(SHORT).await }`: those who call it know what for.
        return Verdict("sync" if _RESTS.search(header) else "workload", "low")
    return None


def _is_handed_over(scene: Scene) -> bool:
    """Whether nobody in reach calls the function around it: it is given by its name to who answers with it."""
    bare, function = scene.way.bare, scene.function
    name = scene.way.word(function.child_by_field_name("name"))
    outer = [node for node in scene.way.nodes[: scene.function_at] if node.type == "function_item"]
    start, end = (outer[-1].start_byte, outer[-1].end_byte) if outer else (0, len(bare))
    given = False
    for at in places(bare, name, start, end):
        if not function.start_byte <= at < function.end_byte:
            given = _GIVEN.match(bare, at + len(name)) is not None
            if not given:
                return False
    return given


_GIVEN = regex(rb"\s*+[,)]")
_RESTS = regex(
    rb"\bfn\s+(?:\w+_)?(?:sleep|nap|wait|pause|settle|breathe?|rest|tick|delay|linger|yield|propagat\w*)(?:_\w+)?\s*+\("
)
