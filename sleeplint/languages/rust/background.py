"""A sleep in background work: it holds something, delays what comes after it, or outlasts the other side."""

from __future__ import annotations

import re

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.awaiting import Awaited
from sleeplint.languages.rust.expiry import cutting
from sleeplint.languages.rust.flow import LOOPS, is_noise, is_value
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.tasks import Background
from sleeplint.languages.rust.verdict import Verdict
from sleeplint.regexes import regex


def serving(scene: Scene, awaited: Awaited) -> Verdict | None:
    """A server's loop takes a connection, and does nothing with it for a while."""
    way, shape = scene.way, scene.loop
    if shape is None or scene.background is None or scene.background.border != scene.own:
        return None
    if any(not is_noise(way.text(node)) for node in scene.ahead):
        return None
    start = shape.node.start_byte
    taken = (way.text(node) for node in scene.behind if node.start_byte >= start)
    if _ACCEPTS.search(shape.head) or any(_ACCEPTS.search(text) for text in taken):
        return Verdict("hold", "high")
    return None


_ACCEPTS = regex(rb"\.\s*+(?:accept|incoming)\s*+\(")


def outlasting(scene: Scene, awaited: Awaited) -> Verdict | None:
    """A peer is silent for longer than the one time limit that the other side was given, in a test of that."""
    if scene.background is None or scene.carrier.taken != "spawned" or scene.site.duration_ms is None:
        return None
    limit = cutting(scene.way, scene.function)
    if limit is None or not limit < scene.site.duration_ms <= limit * _FEW or not scene.next:
        return None
    if not vocabulary.EXPIRY_TEST.search(scene.way.word(scene.function.child_by_field_name("name"))):
        return None
    return Verdict("expiry", "low", expires=f"{limit:g} ms")


_FEW = 6


def holding(scene: Scene, awaited: Awaited) -> Verdict | None:
    """The last effect of a task, or of a function that fails when it is over."""
    way = scene.way
    if scene.loops:
        return None
    acts = [node for node in scene.ahead if not is_noise(way.text(node))]
    effects = [way.text(node) for node in acts]
    if effects and re.match(rb"\s*+(?:panic|unreachable|todo|unimplemented)!|\s*+assert!\s*+\(\s*+false", effects[0]):
        if _PANICS.search(way.word(scene.function.child_by_field_name("name"))):
            return Verdict("workload", "low")  # its failure is what the test is about
        if scene.own >= 0 and not _is_to_fail(scene):
            return Verdict("hold", "high", elapses=False)
        return None
    if effects and scene.own >= 0 and _LIVES.match(effects[0]):
        return Verdict("hold", "low")
    if scene.background is None or scene.background.border != scene.own:
        return None
    if not effects:
        if scene.background.task.joined is True and (not scene.behind or _is_one_of_many(scene, scene.background)):
            return Verdict("workload", "low")  # it is what somebody waits for
        if scene.background.task.joined is True and scene.last and vocabulary.ENDS.match(way.text(scene.last[0])):
            return Verdict("settle", "low")  # what it might keep is gone: the end of that shall be over
        if scene.behind and _UNTIL_TOLD.match(way.bare, scene.behind[0].start_byte):
            return Verdict("workload", "low")  # it has been told to end, and is slow to
        return Verdict("hold", "high")
    if vocabulary.WATCHDOG.search(effects[0]) and not re.match(rb"\s*+assert", effects[0]):
        return Verdict("guard", "low", elapses=False)
    if (scene.site.duration_ms or 0) >= _LONG_MS and scene.background.task.joined is not True:
        return Verdict("hold", "high" if all(is_value(way, node) for node in acts) else "low", elapses=False)
    return None


def _is_to_fail(scene: Scene) -> bool:
    """Whether who waits for the end of its task takes the failure out of it."""
    joined = scene.background is not None and scene.background.task.joined is True
    return joined and _TAKEN.search(scene.way.text(scene.function)) is not None


_TAKEN = regex(rb"\.\s*+(?:unwrap_err|expect_err|is_err|err)\s*+\(|\bcatch_unwind\b|\bErr\s*+\(\w+\)\s*+=")
_PANICS = regex(rb"(?:\b|_)(?:panic|poison|unwind)(?!_?free)")
_UNTIL_TOLD = regex(rb"while\s[^{};]*\.\s*+(?:recv|next|changed)\s*+\([^{};]*\{")
"""A loop that a task goes round until the other side ends it."""
_LONG_MS = 60_000
"""Nobody waits so long for an effect."""


def _is_one_of_many(scene: Scene, background: Background) -> bool:
    """Whether its task is one of several that are started alike: they crowd around something."""
    way = scene.way
    if background.spawn is None:
        return False
    for at in range(background.spawn - 1, max(background.spawn - _NEAR, scene.function_at), -1):
        node = way.nodes[at]
        if node.type in LOOPS:
            return True
        if node.type == "closure_expression":
            around = way.text(way.nodes[at - 2]) if at > 1 and way.nodes[at - 1].type == "arguments" else b""
            return _EACH.search(around[: max(0, node.start_byte - way.nodes[at - 2].start_byte)]) is not None
    return False


_NEAR = 12
_EACH = regex(rb"\.\s*+(?:map|for_each|flat_map|filter_map)\s*+\(\s*+\Z")
_LIVES = regex(rb"\s*+(?:\w+::)*process::exit\s*+\(\s*+0\s*+\)")
"""The end of a process that is well."""


def delaying(scene: Scene, awaited: Awaited) -> Verdict | None:
    """In a task, and something is done after it."""
    if _is_joined_with_others(scene):
        return Verdict("pacing", "low")
    if scene.background is None or scene.background.border != scene.own:
        return None
    if _is_inside(scene):
        return Verdict("workload", "low")
    if scene.background.spawn is None:
        return None
    if _nothing_comes(scene):
        return Verdict("absence", "low")
    return Verdict("pacing", "high" if not scene.last else "low")


def _nothing_comes(scene: Scene) -> bool:
    return any(vocabulary.NOTHING.search(scene.way.text(node)) for node in scene.next[:2])


def _is_joined_with_others(scene: Scene) -> bool:
    """Whether it opens a future that is run beside others, so that they come first."""
    taken = scene.carrier
    if taken.taken != "here" or scene.last or not scene.next or scene.way.nodes[scene.own].type != "async_block":
        return False
    if _JOINS.fullmatch(taken.word):
        return True
    if scene.way.nodes[taken.at].type != "let_declaration":
        return False
    rest = scene.way.after(scene.way.nodes[taken.at].end_byte, scene.function.end_byte)
    return re.search(rb"\bjoin\w*!?\s*+\([^;]*\b" + re.escape(taken.word) + rb"\b", rest) is not None


_JOINS = regex(rb"(?:try_)?join\w*")


def _is_inside(scene: Scene) -> bool:
    """Whether it stands between the beginning and the end of what a worker does: counted in and out, let go of."""
    if not scene.next:
        return False
    following = scene.way.text(scene.next[0])
    if _RELEASES.search(following):
        return True
    return bool(scene.last) and b".fetch_add(" in scene.way.text(scene.last[0]) and b".fetch_sub(" in following


_RELEASES = regex(rb"\A[\w.\s]*\.\s*+(?:release|unlock)\w*\s*+\(")
