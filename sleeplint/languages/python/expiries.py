"""A sleep past a time of the system under test."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import border
from sleeplint.languages.python.neighbours import Surrounding
from sleeplint.languages.python.scene import Scene, parts
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of
from sleeplint.languages.python.verdict import Verdict

_SAME_SCALE = 6
"""A sleep past a time of the system under test is not many times as long."""
_SETTERS = re.compile(r"(?i)(set|with|p?expire)")
_NUMBER = re.compile(r"^(\d[\d_]*(?:\.\d*)?|\.\d+)$")


def named_expiry(scene: Scene, site: Site) -> str | None:
    """`sleep(ttl + 0.1)`: the duration itself names what must elapse."""
    for value in durations(scene, site):
        identifiers = [scene.text(part) for part in parts(value) if part.type == "identifier"]
        if any(words.EXPIRIES.search(name) for name in identifiers):
            return " ".join(scene.text(value).split())
        if value.type == "binary_operator" and any(words.WEAK_EXPIRIES.search(name) for name in identifiers):
            return " ".join(scene.text(value).split())
    return None


def durations(scene: Scene, site: Site) -> list[Node]:
    """The argument that says how long, if there is one."""
    seconds = site.entry.seconds
    if seconds is None:
        return []
    arguments = arguments_of(site.call, scene.code)
    at = seconds.argument if isinstance(seconds.argument, int) else None
    keyword = seconds.argument if isinstance(seconds.argument, str) else seconds.keyword
    value = arguments.at(at, keyword)
    return [value] if value is not None else []


def elapsing(scene: Scene, site: Site, around: Surrounding) -> Verdict | None:
    """A time of the system under test that was set nearby and is no longer than the sleep."""
    duration = site.duration_ms
    if not duration:
        return None
    for act in around.before:
        found = _set_time(scene, act.node, duration)
        if found is not None:
            return Verdict("expiry", bool(words.CERTAIN_EXPIRIES.search(found[0].split(" ")[0])), expires=found[0])
    first = border(site.chain)
    if first < 0:
        return None
    for outer in site.chain[max(0, first - 1) : first]:
        for decorator in outer.named_children if outer.type == "decorated_definition" else ():
            found = _set_time(scene, decorator, duration) if decorator.type == "decorator" else None
            if found is not None and found[1]:
                return Verdict("expiry", False, expires=found[0])
    body = site.chain[first].child_by_field_name("body")
    if body is None or body.type != "block":
        return None
    for count, statement in enumerate(scene.statements(body)):
        if statement.start_byte >= site.call.start_byte or count > 40:
            break
        found = _set_time(scene, statement, duration)
        if found is not None and found[1]:
            return Verdict("expiry", False, expires=found[0])
    return None


def _set_time(scene: Scene, node: Node, duration: Milliseconds) -> tuple[str, bool] | None:
    """A keyword or constant in `node` that names a time which elapses within `duration`."""
    known = scene.memory.get(("times", node.id))
    if not isinstance(known, tuple):
        known = scene.memory["times", node.id] = tuple(_times(scene, node))
    for written, ms, strong in known:
        if ms <= duration <= ms * _SAME_SCALE and (strong or duration <= 3 * ms):
            return written, strong
    return None


def _times(scene: Scene, node: Node) -> list[tuple[str, float, bool]]:
    found = []
    for part in parts(node):
        if part.type == "call":
            set_by_call = _set_by_call(scene, part)
            if set_by_call is not None:
                found.append(set_by_call)
            continue
        if part.type not in ("keyword_argument", "assignment", "pair"):
            continue
        if part.type == "keyword_argument":
            name, value = part.child_by_field_name("name"), part.child_by_field_name("value")
        elif part.type == "pair":
            name, value = part.child_by_field_name("key"), part.child_by_field_name("value")
        else:
            name, value = part.child_by_field_name("left"), part.child_by_field_name("right")
        if name is None or value is None:
            continue
        called = scene.text(name).split(".")[-1].strip("\"'")
        strong = bool(words.EXPIRIES.search(called))
        if not strong and not words.WEAK_EXPIRIES.search(called):
            continue
        written = scene.text(value)
        if value.type == "call" and scene.called(value).name == "timedelta":
            inner = re.search(r"(milliseconds|seconds)\s*=\s*([\d.]+)", written)
            if inner is None:
                continue
            number = float(inner[2]) * (1 if inner[1] == "milliseconds" else 1000)
        elif _NUMBER.match(written):
            number = float(written.replace("_", "")) * (
                1 if re.search(r"(?i)(_ms|ms|millis\w*)$|^px$", called) else 1000
            )
        else:
            continue
        if number > 0:
            found.append((f"{called} = {written}", number, strong))
    return found


def _set_by_call(scene: Scene, call: Node) -> tuple[str, float, bool] | None:
    """`cache.set_max_age(1)`, `redis.expire(key, 1)`: the name of the call says which time it sets."""
    name = scene.called(call).name
    if not _SETTERS.match(name) or not words.EXPIRIES.search(name):
        return None
    arguments = arguments_of(call, scene.code).positional
    written = scene.text(arguments[-1]) if arguments else ""
    if not _NUMBER.match(written):
        return None
    number = float(written.replace("_", "")) * (1 if re.search(r"(?i)(_ms|millis\w*|^pexpire)$", name) else 1000)
    return (f"{name}({written})", number, True) if number > 0 else None
