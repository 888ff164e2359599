"""Proofs that a wait is for something the code could be told: a bound listener, a handle, a channel."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.flow import Way
from sleeplint.regexes import regex

_BOUND = regex(
    rb"\b(\w*Listener|UdpSocket|Server|Endpoint|HttpServer)\s*+::\s*+(?:bind\w*|listen\w*|try_bind|server)\s*+\("
)
_HANDLE = regex(
    rb"\blet\s+(?:mut\s+)?([a-z]\w*)\s*+(?::[^=;]*)?=\s*+(?:\w+\s*+::\s*+)*(?:\w+\s*+\.\s*+)?spawn\w*\s*+\("
)
_CHANNEL = regex(
    rb"\blet\s+\(\s*+(?:mut\s+)?\w+\s*+,\s*+(?:mut\s+)?(\w+)\s*+\)\s*+(?::[^=;]*)?=\s*+[^;]*?\b(?:channel|unbounded\w*|bounded|watch|oneshot|broadcast)\b"
)
_RELEASES = regex(
    rb"\bdrop\s*+\(|\.\s*+(?:notify_\w+|(?:try_)?send\w*|release|set|cancel\w*|abort\w*|shutdown\w*|stop\w*|close\w*|store"
    rb"|swap|fetch_\w+|add_permits|fire|signal|wait|write\w*|connect\w*)\s*+\(|(?<![.\w])(?:shutdown|stop|close|connect)\w*\s*+\("
)
"""What a task may be waiting for: it does not end before."""
_MAY_STAY = regex(
    rb"\b(?:loop|while|for)\b|\bselect\w*\s*+!|\.\s*+(?:accept|recv\w*|next|notified|wait\w*|changed|cancelled|read\w*|lock|acquire\w*"
    rb"|run\w*|serve\w*|listen\w*|join)\s*+\(|\w*(?:serve|run|listen|forever|worker)\w*\s*+\("
)
"""What keeps a task from ending by itself, or hides whether it does."""
_HIDES = regex(rb"\s*+(?!async\b|move\b|\|)")
_SIGNAL = regex(
    rb"\blet\s+(?:mut\s+)?(\w+)\s*+=\s*+(?:\w+\s*+::\s*+)*(?:Arc\s*+::\s*+new\s*+\(\s*+)?(?:\w+\s*+::\s*+)*(Notify|Barrier|CancellationToken|Condvar|Semaphore|WaitGroup)\s*+::"
)


def of_startup(way: Way, function: Node, spawn: Node) -> str | None:
    """Of what is started at `spawn`: a proof that it can already be reached."""
    ahead = way.before(function.start_byte, spawn.start_byte)
    inside = way.text(spawn)
    bound = None
    for bound in _BOUND.finditer(ahead):  # noqa: B007 - the last one counts
        pass
    if bound is None or re.search(rb"\bbind\w*\s*+\(", inside):
        return None
    name = re.search(rb"\blet\s+(?:mut\s+)?(\w+)[^;]*$", ahead[: bound.start()])
    if name is None or not re.search(rb"\b" + name.group(1) + rb"\b", inside):
        return None
    return f"`{name.group(1).decode('utf-8', 'replace')}` is bound before the spawn"


def of_settling(way: Way, function: Node) -> str | None:
    """Of an effect: a handle, channel or signal in the same function that could be awaited for it."""
    text = way.before(function.start_byte, way.site.call.start_byte)
    rest = way.after(way.site.call.end_byte, function.end_byte)
    for match in reversed(list(_HANDLE.finditer(text))):
        name = match.group(1)
        spawned = _call(text, match.end())
        used = re.search(rb"\b" + name + rb"\b(?!\s*+\.\s*+is_finished\b)", text[match.end() + len(spawned) :])
        if not (used or _MAY_STAY.search(spawned) or _HIDES.match(spawned) or _RELEASES.search(rest)):
            return f"the handle `{name.decode('utf-8', 'replace')}` can be awaited"
    for match in reversed(list(_CHANNEL.finditer(text))):
        if re.search(rb"\b" + match.group(1) + rb"\s*+\.\s*+(?:try_)?(?:recv|next|borrow|changed)", rest):
            return f"the channel's receiver `{match.group(1).decode('utf-8', 'replace')}` is at hand"
    for match in reversed(list(_SIGNAL.finditer(text))):
        given = rb"\b" + match.group(1) + rb"\s*+\.\s*+(?:wait|notify_\w+|cancel|add_permits|release|signal)\s*+\("
        if re.search(given, text) or re.search(given, rest):
            continue  # the test gives it, or has taken it: it tells nothing of the effect
        return f"`{match.group(1).decode('utf-8', 'replace')}` is a `{match.group(2).decode()}`"
    return None


def _call(text: bytes, start: int) -> bytes:
    """The arguments of a call, from behind its parenthesis on."""
    depth = 1
    for found in re.finditer(rb"[()]", text[start:]):
        depth += 1 if found.group() == b"(" else -1
        if depth == 0:
            return text[start : start + found.start()]
    return text[start:]


def first_use(statements: list[Node], way: Way) -> Node | None:
    """The first statement that talks to what was started."""
    return next((node for node in statements if vocabulary.CLIENT.search(way.text(node))), None)
