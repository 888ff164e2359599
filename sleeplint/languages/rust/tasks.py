"""The background work in which a wait stands."""

from __future__ import annotations

import re
from functools import lru_cache

from tree_sitter import Node

from sleeplint.facts import Task
from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.carriers import Carrier
from sleeplint.languages.rust.flow import Way, statement
from sleeplint.languages.rust.handles import Fate, fate
from sleeplint.languages.rust.parsing import GivenUp
from sleeplint.languages.rust.words import places
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.text import Span

_SPAWN = regex(
    rb"spawn(?<!\wspawn)\w*\s*+\(\s*+(?:move\s*+)?(?:\|\s*+\w*\s*+\|\s*+)?(?:async\s+move\s*+|async\s*+)?\{?\s*+"
    rb"(?:(?:Self|self|super|crate)\s*+(?:::|\.)\s*+)?(?!(?:let|if|while|for|match|return)\b)(\w+)\s*+\("
)
_OPENED = regex(rb"\s*+\(")
_DEFINED = regex(rb"\bfn\s+\Z")
_PATH = regex(rb"(?:\w+\s*+(?:::|\.)\s*+)*\Z")


@lru_cache(maxsize=2)
def _spawned_functions(text: bytes) -> dict[bytes, tuple[int, int]]:
    """Functions of which every call in the file is spawned, and the place of the first such spawn."""
    spawns: dict[bytes, list[tuple[int, int]]] = {}
    for match in _SPAWN.finditer(text):
        spawns.setdefault(match.group(1), []).append(match.span())
    found = {}
    for name, spans in spawns.items():
        calls = (at for at in places(text, name) if _OPENED.match(text, at + len(name)))
        if len(spans) == sum(not _DEFINED.search(text, max(0, at - 80), at) for at in calls):
            start, end = spans[0]
            path = _PATH.search(text, max(0, start - 80), start)
            found[name] = (path.start() if path else start, end)
    return found


_DROPPED = regex(rb"\bdrop\s*+\(\s*+(\w+)\s*+\)")
_JOINED: dict[Fate, bool | None] = {"joined": True, "stopped": False, "dropped": False, "unknown": None}


@dataclass(frozen=True, slots=True)
class Background:
    """The task, thread or nested function around a wait."""

    task: Task
    border: int
    """The index of the closure, async block or function that runs in it."""
    spawn: int | None
    """The index of the call that starts it; None if it stands elsewhere in the file."""
    fate: Fate


def background(way: Way, borders: list[tuple[int, Carrier]]) -> Background | None:
    """The innermost background work among the borders around a wait."""
    for at, taken in borders:
        if taken.taken == "spawned":
            end = fate(way, taken.at)
            shell = _statement(way, taken.at)
            spawner = _spawner(way, taken)
            task = Task(
                Span(shell.start_byte, shell.end_byte),
                spawner,
                _JOINED[end],
                kept(way, at, way.site.call.start_byte),
            )
            return Background(task, at, taken.at, end)
        if taken.taken == "function" and (place := _spawned_functions(way.bare).get(taken.word)):
            text = way.bare[place[0] : place[1]]
            spawner = text.partition(b"(")[0].strip().decode("utf-8", "replace").replace(" ", "")
            task = Task(Span(*place), spawner, None, kept(way, at, way.site.call.start_byte))
            return Background(task, at, None, "unknown")
    return None


def _statement(way: Way, at: int) -> Node:
    """The statement of a spawn, or the whole call where that is an argument of something larger."""
    return way.nodes[statement(way, at)]


def _spawner(way: Way, taken: Carrier) -> str:
    if taken.callee is None:
        return "spawn"
    callee = taken.callee
    if callee.type == "generic_function":
        callee = callee.child_by_field_name("function") or callee
    if callee.type == "field_expression":
        return taken.word.decode("utf-8", "replace")
    written = way.text(callee).decode("utf-8", "replace")
    try:
        return way.site.names.resolve(callee) or written
    except GivenUp:  # the file's time is spent: its own words will do
        return written


def kept(way: Way, at: int, until: int) -> str:
    """What lives in the background work at node `at` until an offset."""
    text = way.before(way.nodes[at].start_byte, until)
    resource = None
    listener = False
    if way.nodes[at].type in ("function_item", "closure_expression"):
        parameters = way.nodes[at].child_by_field_name("parameters")
        if parameters is not None and vocabulary.CONNECTION_TYPE.search(way.text(parameters)):
            return "connection"
    if _INCOMING.search(text):
        return "connection"
    dropped = set(_DROPPED.findall(text))
    for match in _BINDING.finditer(text):
        pattern, value = match.group(1), match.group(2)
        names = [name for name in re.findall(rb"[a-z_]\w*", pattern) if name not in (b"mut", b"_", b"ref")]
        if not names or names[0] in dropped:
            continue
        if vocabulary.KEEPS[0][1].search(value):
            return "connection"
        if vocabulary.KEEPS[1][1].search(value):
            listener = True
        elif b"(" in value and (
            b"::new" in value or names[0].startswith(b"_") or b"guard" in names[0] or b"lock" in value
        ):
            resource = names[0].decode("utf-8", "replace")
    if listener:
        return "listener"
    return resource or "task"


_INCOMING = regex(rb"\bin\s[^{};]*\.\s*+incoming\(\)\s*+\{[^{}]*\Z")
"""The body of a loop over connections, in which a wait stands."""
_BINDING = regex(
    rb"\blet\s+((?:mut\s+)?\w+|\([^()=]*\)|Ok\s*+\(\s*+\(?[\w\s,]+\)?\s*+\)|Some\s*+\([^()]*\))\s*+(?::[^=;]*)?=\s*+([^;{]*)"
)
