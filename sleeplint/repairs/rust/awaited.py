"""R3a, R3d: what the sleep gives time to can be awaited: a handle that is there, or the wait that follows anyway."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import LOOPS
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import Ground, calls, inside
from sleeplint.repairs.rust.place import Place, Spawned, spawns
from sleeplint.repairs.rust.recipe import UNSAFE, Recipe, chain, pen, repaired
from sleeplint.text import Edit, Span

_CHANNELS = regex(r"(?:^|::)(?:channel|unbounded_channel|unbounded|bounded|sync_channel)$")
_RELEASES = regex(
    r"\.\s*(?:notify_\w+|send\w*|release|set|cancel\w*|abort\w*|shutdown\w*|stop\w*|close\w*|store|wait|add_permits|fire|signal"
    r"|swap|fetch_\w+|store)\s*\("
)
_ONLY_WAITS = regex(
    r"[,(]\s*(?:&mut\s+)?\w+\s*,?\s*\)$"
    r"|\.\s*(?:recv|next|changed|notified|closed|wait|join_next|acquire|cancelled)\s*\(\s*\)\s*,?\s*\)$|^recv_timeout\b"
)
"""A guard around what does nothing but wait: a future made before, a receive, a notification."""
_RECEIVES = regex(r"\.\s*(?:recv|next)\s*\(\s*\)")


_COMES_BACK = frozenset(
    {
        "as_bytes", "as_ref", "as_str", "clone", "cloned", "expect", "extend", "fetch_add", "fetch_max", "fetch_or",
        "fetch_sub", "insert", "into", "is_err", "is_none", "is_ok", "is_some", "iter", "len", "load", "map",
        "notify_all", "notify_one", "ok", "push", "push_back", "push_str", "remove", "send", "store", "swap",
        "to_owned", "to_string", "try_send", "unwrap", "unwrap_or_default",
    }
)  # fmt: skip
"""Methods that wait for nobody, or for who takes what is sent."""
_MAKES = regex(
    r"^(?:std|core|alloc)::(?!process|net|io|fs|sync::(?:Condvar|Barrier)).*$|^tokio::(?:time::sleep|task::yield_now)$"
    r"|(?:^|::)(?:Some|Ok|Err|Arc|Vec|String|Box)(?:::\w+)?$|^drop$"
)
"""Functions that come back."""


def wait_that_follows(place: Place) -> Fix | None:
    """R3d: the next statement waits for the effect by itself."""
    whole = place.whole
    if whole is None or not place.following or any(n.type in LOOPS for n in place.nodes[place.border :]):
        return None
    following = place.following[0]
    if not (_polls(place, following) or _guards(place, following) or _joins(place, following)):
        return None
    return repaired(place, "Delete the sleep: what follows waits by itself", UNSAFE, pen(place).remove(whole))


def _polls(place: Place, following: Node) -> bool:
    """Whether a statement is a bounded poll that fails."""
    return any(
        wait.loop is not None
        and wait.loop.bounded
        and not wait.loop.falls_through
        and following.start_byte <= wait.loop.span.start
        and wait.loop.span.end <= following.end_byte
        for wait in place.ground.file.waits
    )


def _guards(place: Place, following: Node) -> bool:
    """Whether a statement begins with a guard that is checked, and that has as much patience as the sleep had."""
    for wait in place.ground.file.waits:
        if wait.kind != "timeout" or not following.start_byte <= wait.span.start < following.end_byte:
            continue
        if wait.role != "guard" or wait.checked is False or wait.duration_ms is None or place.wait.duration_ms is None:
            return False
        begins = place.ground.code[following.start_byte : wait.span.start]
        plain = re.fullmatch(rb"(?:let\s+[^=]*=\s*)?(?:[\w:.]*)", begins.strip()) is not None
        call = place.ground.bare[wait.span.start : wait.span.end].decode("utf-8", "replace")
        return plain and _ONLY_WAITS.search(call) is not None and wait.duration_ms >= max(place.wait.duration_ms, 1000)
    return False


def _joins(place: Place, following: Node) -> bool:
    """Whether a statement does nothing but wait for the end of a task or thread."""
    handles = {task.handle for node in place.preceding for task in spawns(place.ground, node)} - {None}
    match = re.fullmatch(
        r"(?:let\s+\w+\s*=\s*)?(\w+)\s*\.\s*(?:await|join\s*\(\s*\))\s*(?:\.\s*(?:unwrap|expect)\s*\([^()]*\)|\?)*\s*;",
        place.ground.meaning(following).strip(),
    )
    return match is not None and match.group(1) in handles


def join_the_task(place: Place) -> Fix | None:
    """R3a: the task whose effect is waited for has a handle, and ends by itself."""
    whole, function = place.whole, place.function
    if whole is None or function is None or any(n.type in LOOPS for n in place.nodes[place.border :]):
        return None
    if not place.following or "startup" in (place.wait.role, place.finding.rule.removesuffix("-sleep")):
        return None  # what has just started does not end before the test has used it
    started = [task for node in place.preceding for task in spawns(place.ground, node)]
    if len(started) != 1:
        return None
    task = started[0]
    handle = task.handle
    if handle is None or task.handle_uses or task.block != place.block:
        return None
    if not task.thread and not place.is_async:
        return None
    sender = _ends_with(place.ground, task, place.statement)
    if sender is None or not place.ground.claim(function, handle):
        return None
    if sender and not place.ground.claim(function, sender):
        return None
    who = "thread" if task.thread else "task"
    ended = ".join()" if task.thread else ".await"
    renamed: tuple[Edit, ...] = ()
    if handle.startswith("_"):  # it is used now
        (named,) = place.ground.fresh(function, handle.lstrip("_") or who)
        bound = task.statement.child_by_field_name("pattern")
        if bound is None:
            return None
        at = bound.end_byte - len(handle.encode())
        renamed, handle = (Edit(Span(at, bound.end_byte), named),), named
    lines = list(chain(place, handle, ended, f'.expect("the {who} panicked")'))
    if sender:
        lines.insert(0, f"drop({sender});")
    return repaired(place, f"Wait for the {who} to end", UNSAFE, (*renamed, *pen(place).replace(whole, *lines)))


def _ends_with(ground: Ground, task: Spawned, sleep: Node) -> str | None:
    """What must be dropped for the task to end: a sender's name, or empty if it ends anyway. None if it may not."""
    function = task.function
    if function is None or task.body.type not in ("async_block", "closure_expression"):
        return None
    later = ground.bare[sleep.end_byte : function.end_byte].decode("utf-8", "replace")
    if _RELEASES.search(later):
        return None
    pairs = _channels(ground, function, task.statement.start_byte)
    names = {word.name for word in ground.words_in(task.body.start_byte, task.body.end_byte)}
    senders: list[str] = []
    for node in inside(task.body):
        if node.type == "loop_expression" or node.type in ("while_expression", "for_expression"):
            sender = _drains(ground, node, pairs)
            if sender is None:
                return None
            senders.append(sender)
        elif node.type == "macro_invocation" and re.search(r"\bselect|\bawait\b|\bloop\b", ground.meaning(node)):
            return None
    if any(sender in names or receiver in names for sender, receiver in pairs.items()) and not senders:
        # It may send into a channel that somebody reads later, or wait once for an item.
        if any(ground.uses(sender, sleep.end_byte, function.end_byte) for sender in pairs):
            return None
        if any(receiver in names for receiver in pairs.values()):
            taken = sum(
                word.name in pairs.values() for word in ground.words_in(task.body.start_byte, task.body.end_byte)
            )
            return "" if taken == 1 and _took_what_was_sent(ground, task, sleep) else None
        return "" if _is_seen_to_end(ground, task.body, frozenset()) else None
    if len(set(senders)) > 1:
        return None
    if not senders:
        accepts = re.search(
            r"\.\s*(?:accept|read\w*|recv\w*|next|lock|acquire|wait\w*|notified|changed)\s*\(",
            ground.meaning(task.body),
        )
        return "" if accepts is None and _is_seen_to_end(ground, task.body, frozenset()) else None
    sender = senders[0]
    uses = ground.uses(sender, task.statement.end_byte, function.end_byte)
    cloned = rb"\b%s\s*\.\s*(?:clone|downgrade)\s*\(|&\s*%s\b" % (sender.encode(), sender.encode())
    if re.search(cloned, ground.bare[function.start_byte : function.end_byte]) or sender in names:
        return None
    if any(use.start >= sleep.start_byte for use in uses) or not uses:
        return None
    before = ground.uses(sender, function.start_byte, sleep.start_byte)
    sends = [use for use in before[1:] if re.match(rb"\s*\.\s*(?:try_)?send\s*\(", ground.bare[use.end :])]
    return sender if len(sends) == len(before) - 1 else None


def _is_seen_to_end(ground: Ground, body: Node, around: frozenset[int]) -> bool:
    """Whether code calls only what is known to come back by itself, or functions of the file that do."""
    for call in calls(body):
        callee = ground.callee(call)
        if callee.startswith("."):
            if callee[1:] not in _COMES_BACK:
                return False
        elif not _MAKES.search(callee):
            made = ground.functions.get(callee.rpartition("::")[2], [])
            if len(made) != 1 or made[0].start_byte in around or any(node.type in LOOPS for node in inside(made[0])):
                return False
            if not _is_seen_to_end(ground, made[0], around | {made[0].start_byte}):
                return False
    return True


def _took_what_was_sent(ground: Ground, task: Spawned, sleep: Node) -> bool:
    """Whether something was sent before the sleep, so that a single receive is over."""
    between = ground.bare[task.statement.end_byte : sleep.start_byte]
    return re.search(rb"\.\s*(?:try_)?send\s*\(", between) is not None


def _channels(ground: Ground, function: Node, until: int) -> dict[str, str]:
    """The channels that a function makes before an offset: each sender with its receiver."""
    found = {}
    for node in inside(function):
        if node.type != "let_declaration" or node.end_byte > until:
            continue
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is None or value is None or pattern.type != "tuple_pattern":
            continue
        if any(_CHANNELS.search(ground.callee(call)) for call in calls(value)):
            names = [word.name for word in ground.words_in(pattern.start_byte, pattern.end_byte)]
            if len(names) == 2:
                found[names[0]] = names[1]
    return found


def _drains(ground: Ground, loop: Node, pairs: dict[str, str]) -> str | None:
    """The sender whose end ends a loop; None if that is not sure."""
    if loop.type == "loop_expression":
        return None
    head = loop.child_by_field_name("condition") or loop.child_by_field_name("value")
    if head is None:
        return None
    text = ground.meaning(head)
    for sender, receiver in pairs.items():
        if loop.type == "while_expression":
            if text.startswith("let") and re.search(rf"\b{receiver}\b", text) and _RECEIVES.search(text):
                return sender
        elif re.fullmatch(rf"&?\s*(?:mut\s+)?{receiver}(?:\s*\.\s*(?:iter|into_iter)\s*\(\s*\))?", text.strip()):
            return sender
    return None


RECIPES: tuple[Recipe, ...] = (wait_that_follows, join_the_task)
