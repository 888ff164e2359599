"""Whether the test's own flow waits for what a background task does after a sleep."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python.flow import following
from sleeplint.languages.python.scene import Called, Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tasks import Spawn
from sleeplint.languages.python.tree import arguments_of
from sleeplint.regexes import regex

_NEAR = 10
_BLOCKS = regex(
    r"^(read|recv|receive|get|wait|join|result|accept|acquire|communicate)(_?(line|until|exactly|nowait|for|all|bytes))?$|"
    r"^(run|run_forever|serve_forever|mainloop)$"
)
"""Calls that return only when somebody does their part."""
_STARTS = regex(r"^(start|run\w*|serve\w*|main\w*)$")
_STOPS = regex(r"(?i)\b\w*(stop|quit|shutdown|exit|terminate)\b")
"""What makes a call that runs something return."""
_ENDS = frozenset({"cancel", "kill", "killall", "terminate"})


def released(scene: Scene, site: Site, spawn: Spawn, function: Node | None) -> bool:
    """`Thread(target=close_late, args=(pipe,)).start()`, and then `pipe.read()`: that returns after the sleep."""
    if function is None or site.duration_ms is None:
        return False
    given = _given(scene, spawn, function)
    touched: dict[str, str] = {}
    for act in islice(following(scene, site.chain, site.call), 4):
        if act.kind not in ("call", "mark", "neutral"):
            break
        for call in act.calls:
            root = _root(call)
            if root:
                touched.setdefault(given.get(root, root), scene.text(act.node))
    touched.pop("self", None)
    if not touched:
        return False
    flow = tuple(islice(following(scene, spawn.chain, spawn.call.node), _NEAR))
    if any(call.name in _ENDS for act in flow for call in act.calls):
        return False  # perhaps that very task is cancelled
    for act in flow:
        for call in act.calls:
            did = touched.get(_root(call))
            if did is not None and _waits(scene, call, did, site):
                return True
    return False


def _waits(scene: Scene, call: Called, did: str, site: Site) -> bool:
    bound = scene.sites.get(call.node.id)
    if bound is not None and bound.duration_ms is not None and bound.duration_ms < (site.duration_ms or 0):
        return False
    if _STARTS.match(call.name):
        return bool(_STOPS.search(did))
    return bool(_BLOCKS.match(call.name))


def _root(call: Called) -> str:
    """The first name of a call's receiver; nothing if there is no plain one."""
    found = re.match(r"[^\W\d]\w*(?=$|\.)", call.receiver)
    return found[0] if found is not None else ""


def _given(scene: Scene, spawn: Spawn, function: Node) -> dict[str, str]:
    """What a task's parameters are called where it is spawned; a name of its own that it is not given has none."""
    parameters = function.child_by_field_name("parameters")
    if parameters is None:
        return {}
    names = [scene.text(one) for one in parameters.named_children if one.type == "identifier"]
    arguments = arguments_of(spawn.call.node, scene.code)
    values: list[Node] = []
    given = arguments.keywords.get("args")
    if given is not None and given.type in ("tuple", "list"):
        values = [one for one in given.named_children if one.type != "comment"]
    elif arguments.positional:
        first, *rest = arguments.positional
        values = list(arguments_of(first, scene.code).positional) if first.type == "call" else rest
    known = dict.fromkeys(names, "")
    known.update((name, scene.text(value)) for name, value in zip(names, values, strict=False))
    return known
