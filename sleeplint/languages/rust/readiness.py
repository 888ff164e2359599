"""Proofs that a wait is for something the code could be told: a bound listener, a handle, a channel."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.flow import Way

_BOUND = re.compile(
    rb"\b(\w*Listener|UdpSocket|Server|Endpoint|HttpServer)\s*+::\s*+(?:bind\w*|listen\w*|try_bind|server)\s*+\("
)
_HANDLE = re.compile(
    rb"\blet\s+(?:mut\s+)?([a-z]\w*)\s*+(?::[^=;]*)?=\s*+(?:\w+\s*+::\s*+)*(?:\w+\s*+\.\s*+)?spawn\w*\s*+\("
)
_CHANNEL = re.compile(
    rb"\blet\s+\(\s*+(?:mut\s+)?\w+\s*+,\s*+(?:mut\s+)?(\w+)\s*+\)\s*+(?::[^=;]*)?=\s*+[^;]*?\b(?:channel|unbounded\w*|bounded|watch|oneshot|broadcast)\b"
)
_SIGNAL = re.compile(
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
        if not re.search(rb"\b" + name + rb"\s*+\.\s*+abort", rest):
            return f"the handle `{name.decode('utf-8', 'replace')}` can be awaited"
    for match in reversed(list(_CHANNEL.finditer(text))):
        if re.search(rb"\b" + match.group(1) + rb"\s*+\.\s*+(?:try_)?(?:recv|next|borrow|changed)", rest):
            return f"the channel's receiver `{match.group(1).decode('utf-8', 'replace')}` is at hand"
    for match in reversed(list(_SIGNAL.finditer(text))):
        return f"`{match.group(1).decode('utf-8', 'replace')}` is a `{match.group(2).decode()}`"
    return None


def first_use(statements: list[Node], way: Way) -> Node | None:
    """The first statement that talks to what was started."""
    return next((node for node in statements if vocabulary.CLIENT.search(way.text(node))), None)
