"""Whether a test can wait for the end of a hold, which then must not last until the test lets go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import Ground, statements
from sleeplint.repairs.rust.limits import callers
from sleeplint.repairs.rust.place import Place, Spawned
from sleeplint.repairs.rust.understood import Understanding, names_bound
from sleeplint.text import Span

_OWNED = frozenset({"socket", "listener", "sender", "receiver", "data", "count"})
"""What a task may keep: the end of each is noticed only in ways that are understood."""
_GUARDED = regex(
    r"\.\s*(?:lock|read|write|borrow|borrow_mut|upgradable_read)(?:_owned|_arc)?\s*\(\s*\)"
    r"|\.\s*(?:try_)?(?:lock_?\w*|acquire\w*|enter\w*|flock|permit\w*|reserve\w*)\s*\(|\b(?:Weak|Guard|Permit)\b"
    r"|\b(?:Buf|Line)(?:Writer|Stream)\b"  # what they hold is sent when they end
)
_KEPT_ALIVE = regex(r"\blet\s+(?:mut\s+)?_\w+\s*(?::[^=;]*)?=\s*(?:\(\s*)?(?:\w+\s*,?\s*)+\)?\s*;")
"""A variable that is moved into a name of its own, for nothing but its life's length."""
_NEEDS_THE_END = regex(
    r"\bread_to_(?:end|string)\b|\bcopy(?:_buf|_bidirectional)?\s*\(|\bEOF\b|\beof\b|UnexpectedEof"
    r"|Connection(?:Reset|Aborted)|BrokenPipe|\bclosed\b|\b(?:is|on|wait\w*)_(?:eof|clos\w+)|disconnect|Disconnect"
    r"|\bOk\(\s*0\s*\)|\bread\w*\([^;]*\)\s*(?:\.\s*await)?\s*(?:\.\s*unwrap\(\)|\?)?\s*(?:==|,)\s*0\b"
    r"|\blet\s+(?:mut\s+)?(\w+)\s*=[^;]*\bread\w*\s*\([^;]*;(?:[^}]*)\bassert\w*!?\s*\(\s*\1\s*(?:==|,)\s*0\b"
    r"|\b(?:strong|weak)_count\b|\bupgrade\s*\(|\btry_unwrap\b|\bis_finished\b"
    r"|\bwhile\b[^{;]*\bis_ok\s*\(|\bwhile\s+let\s+(?:Some|Ok)\b|\bchanged\s*\(\s*\)[^;]*\bis_err\b"
    r"|\b(?:recv|next)\w*\s*\([^;]*\)[^;]*(?:\bis_(?:none|err)\b|\bNone\b|\bErr\b)|\bfor\s+\w+\s+in\s+&?(?:mut\s+)?\w*(?:rx|recv\w*)\b"
    r"|\.\s*(?:into_)?iter\s*\(\s*\)\s*\.\s*(?:collect|count|last)\b|\bassert!\s*\(\s*\w*rx\s*\.\s*await\s*\.\s*is_err\b"
)
_CALLED = r"\s*\((?:[^()]|\([^()]*\))*\)\s*(?:\.\s*await\s*)?"
_IO_ENDS = regex(
    rf"\b(?:send|recv|write|read|connect|accept|bind)\w*{_CALLED}\.\s*(?:unwrap_err|expect_err|is_err)\b"
    r"|\bwhile\b[^{;]*\b(?:send|recv|write|read|connect|accept|next)\w*\s*\(|\bif\s+\w+\s*==\s*0\b|\.\s*lines\s*\("
    r"|\bread\w*\s*\([^}]*\.\s*is_empty\s*\("
)
"""Somebody reads, writes or connects until that fails."""
_LONGEST = 60
"""Characters of an operation that is quoted."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known of who waits for the end of a hold."""

    doubt: str | None
    """What may wait for it, in words; None if it is proven that nothing does."""
    awaited: bool
    """Something most likely does wait for it."""

    def caution(self) -> str:
        """What a title says of it."""
        return f", unless {self.doubt}" if self.doubt is not None else ""


def ending(place: Place, task: Spawned, joining: Node | None) -> Ending:
    """Whether anything that a test does from a spawn on, up to where it is `joining`, waits for the hold's end."""
    proof = _Proof(place, task, joining)
    doubt = proof.doubt()
    return Ending(doubt, doubt is not None and proof.is_awaited())


class _Proof:
    """The proof that nothing waits, or why there is none."""

    def __init__(self, place: Place, task: Spawned, joining: Node | None) -> None:
        self.place, self.task, self.joining = place, task, joining
        self.ground = place.ground
        self.owned: dict[str, str | None] = {}
        self.outlasted = False

    def doubt(self) -> str | None:
        """What may wait for the hold's end; None if nothing does."""
        place, task, function = self.place, self.task, self.task.function
        if function is None or place.test is None or function.start_byte != place.test.span.start:
            return "a caller waits for its end"
        if place.spawned is None or place.spawned.call != task.call:
            return "a caller waits for its end"
        body = function.child_by_field_name("body")
        own = next((child for child in task.body.named_children if child.type == "block"), None)
        if body is None or own is None or task.block != body:
            return "what stands around the task waits for its end"
        if _means_to_panic(self.ground, function):
            return "the panic that is expected comes of its end"
        known = Understanding(self.ground, place.wait.duration_ms)
        parameters = function.child_by_field_name("parameters")
        known.closed = parameters is None or not parameters.named_children
        whole = statements(body)
        known.prepare(node for node in whole if node.end_byte <= task.statement.start_byte)
        outside = dict(known.kinds)
        strange = known.prepare(statements(own))
        self.owned = self._owned(known, own)
        known.kinds = outside
        if any(node.start_byte <= place.call.start_byte < node.end_byte for node in strange):
            return "what stands around the sleep waits for its end"
        if task.handle is not None:
            known.kinds[task.handle] = "handle"
        until = self.joining.start_byte if self.joining is not None else function.end_byte
        after = [node for node in whole if task.statement.end_byte <= node.start_byte]
        between = [node for node in after if node.end_byte <= until]
        stopped = known.follow(between)
        self.outlasted = known.outlasted
        if stopped is not None:
            return f"`{self._named(between[between.index(stopped) :])}` waits for its end"
        unknown = next((name for name, kind in self.owned.items() if kind not in _OWNED), None)
        if unknown is not None:
            return f"somebody waits for `{unknown}`"
        if known.unread:
            return f"the `{min(known.unread)}` bytes that are read are none, which is its end"
        if self.joining is not None and not self._is_plain_join(self.joining, after):
            return "what stands beside the join waits for its end"
        if self._is_measured(function):
            return "the time that it takes matters"
        if self.joining is not None:  # what comes then comes earlier: a lease may not have run out yet
            stopped = known.follow(node for node in after if until < node.start_byte)
            return f"`{self._named([stopped])}` needs the time until then" if stopped is not None else None
        return None

    def _named(self, unknown: list[Node]) -> str:
        """What may wait, of statements that nobody knows: rather what is awaited than what only prepares it."""
        node = next((node for node in unknown if re.search(r"\bawait\b", self.ground.meaning(node))), unknown[0])
        value = node.child_by_field_name("value") or node
        return _quoted(self.ground.text(value.named_children[0] if value.type == "expression_statement" else value))

    def _owned(self, known: Understanding, own: Node) -> dict[str, str | None]:
        """What lives in the task until the sleep ends: of each name the kind, None if that is not known."""
        function = self.task.function
        if function is None:
            return {}
        inner = names_bound(self.ground, own)
        outer = names_bound(self.ground, function) - inner
        used = {word.name for word in self.ground.words_in(own.start_byte, self.place.statement.start_byte)}
        before = set()
        for statement in statements(own):
            if statement.start_byte < self.place.statement.start_byte:
                before |= names_bound(self.ground, statement)
        return {name: known.kinds.get(name) for name in sorted((used & outer) | before)}

    def _is_plain_join(self, joining: Node, after: list[Node]) -> bool:
        """Whether a statement waits for the task and does nothing else."""
        handle = re.escape(self.task.handle or "")
        ended = r"(?:await|join\s*\(\s*\))"
        checked = r"(?:\s*\.\s*(?:unwrap|expect)\s*\([^()]*\)|\s*\?)"
        limited = rf"(?:\w+\s*::\s*)*timeout\s*\([^;]*,\s*{handle}\s*,?\s*\)\s*\.\s*await{checked}+"
        plain = rf"(?:let\s+[^=;]*=\s*)?(?:{handle}\s*\.\s*{ended}{checked}*|{limited})\s*;?"
        matched = rf"match\s+{handle}\s*\.\s*{ended}\s*\{{.*\}}"
        asserted = rf"assert!\s*\(\s*{handle}\s*\.\s*{ended}\s*\.\s*is_ok\s*\(\s*\)\s*\)\s*;?"
        text = self.ground.meaning(joining).strip()
        return joining in after and re.fullmatch(rf"{plain}|{asserted}|{matched}", text, re.DOTALL) is not None

    def _is_measured(self, function: Node) -> bool:
        """Whether the time matters that the join takes."""
        return self.joining is not None and _measures(self.ground.meaning(function))

    def is_awaited(self) -> bool:
        """Whether something in sight most likely waits for the end."""
        function = self.task.function
        if function is not None and (_means_to_panic(self.ground, function) or self._is_measured(function)):
            return True
        text = self.ground.meaning(self.place.nodes[self.place.border])
        if _GUARDED.search(text) or (_KEPT_ALIVE.search(text) and (not self.owned or None in self.owned.values())):
            return True
        if self.outlasted or "sender" in self.owned.values():
            return True
        if self.joining is not None and re.search(r"\btimeout|\bis_err\b", self.ground.meaning(self.joining)):
            return True  # that the task does not end may be what is expected
        return any(
            _NEEDS_THE_END.search(code) or _IO_ENDS.search(code)
            for code in _clients(self.place, self.task, self.joining)
        )


def _clients(place: Place, task: Spawned, joining: Node | None) -> Iterator[str]:
    """The code that may talk to the task: what follows the spawn, what it calls, and the callers of a helper."""
    ground, function = place.ground, task.function
    if function is None:
        return
    end = joining.start_byte if joining is not None else function.end_byte
    yield ground.bare[task.statement.end_byte : end].decode("utf-8", "replace")
    yield from _called(ground, function, Span(task.statement.end_byte, end))
    name = function.child_by_field_name("name")
    if name is None or (place.test is not None and function.start_byte == place.test.span.start):
        return
    for caller in callers(ground, ground.text(name), function):
        yield ground.meaning(caller)
        yield from _called(ground, caller, Span(caller.start_byte, caller.end_byte))


def _called(ground: Ground, function: Node, within: Span) -> Iterator[str]:
    """The other functions of the file that are named within a range of one."""
    seen = {function.start_byte}
    for word in ground.words_in(within.start, within.end):
        for made in ground.functions.get(word.name, []):
            if made.start_byte not in seen:
                seen.add(made.start_byte)
                yield ground.meaning(made)


def _means_to_panic(ground: Ground, function: Node) -> bool:
    above = function.prev_sibling
    while above is not None and (above.type == "attribute_item" or above.type.endswith("comment")):
        if above.type == "attribute_item" and "should_panic" in ground.text(above):
            return True
        above = above.prev_sibling
    return False


_STARTED = regex(r"\blet\s+\w+\s*=\s*(?:\w+\s*::\s*)*Instant\s*::\s*now\s*\(\s*\)\s*;")
_TOOK = regex(r"\blet\s+(\w+)\s*=\s*\w+\s*\.\s*elapsed\s*\(\s*\)\s*;")
_CLOCK = regex(r"\.\s*elapsed\b(?!\s*\(\s*\)\s*<)|\bduration_since\b|\bSystemTime\b|\bInstant\b|\bnow\s*\(")


def _measures(text: str) -> bool:
    """Whether a clock is read for more than to show that something was quick."""
    for name in _TOOK.findall(text):
        if re.search(rf"\b{name}\s*(?:>|==|-|\.)|(?:>=?|==|-)\s*{name}\b|\bassert_\w+!\s*\(\s*{name}\b", text):
            return True
    return _CLOCK.search(_STARTED.sub("", _TOOK.sub("", text))) is not None


def _quoted(text: str) -> str:
    """An operation on one line, cut where it is long."""
    line = re.sub(r"\s+(?=\.)", "", " ".join(text.split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 2].rstrip() + ".."
