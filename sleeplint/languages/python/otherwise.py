"""Timeouts of calls that something else than time may end: a stand-in that answers, a callback that calls them off."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.calls import argument_of
from sleeplint.languages.python.flow import following, preceding
from sleeplint.languages.python.scene import Called, Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import FUNCTIONS, arguments_of, statement_alone
from sleeplint.regexes import regex

_CALLS_OFF = regex(r"(cancel|abort|interrupt)(l?ation)?(_?(check|event|token|when|if|on|func|fn|callback|flag))?")
"""Parameters by which a call can be told to give up."""
_IDLE = regex(r"(^|_)(idle|inactivity)(_|$)")
"""Parameters that say how long nothing may come, over and over, and bound no one thing that is to come."""
_PUMPS = regex(r"_*(process|pump|spin|tick|iterate|dispatch|run_once|run_for|loop)(_\w+)?")
"""Methods that work as long as they are given, and come back when that is over."""
_STAND_IN = regex(r"(^|\.)_*((Magic|Async|NonCallable)?Mock|(Stub|Fake|Dummy|Mock)\w*|\w*(Stub|Fake|Dummy|Mock))$")
_NAMED = regex(r"(?i)(^|[._])(mock|fake|stub|dummy)(_\w+)?$|_(mock|fake|stub|dummy)$")
_ANY = regex(rb"(?i)mock|fake|stub|dummy|patch|\.assert_|=[ \t]*lambda|\n[ \t]+class[ \t]")
_TOLD = regex(r"\.(side_effect|return_value)$")
"""What only a mock is told."""
_TIMED = regex(r"^[rb]?[\"'][\w.]+\.(sleep|wait|wait_for|select|poll|monotonic|time|perf_counter|join)[\"']$")
"""Paths of what passes time, or says how much has passed."""
_ASKED = regex(r"assert_(called|awaited|any_(call|await)|has_(calls|awaits))")
_FAR = 30
_NEAR = 4


def ends_otherwise(scene: Scene, site: Site) -> bool:
    """Whether it may well be something else than time that ends a call, so that its timeout says little."""
    keywords = arguments_of(site.call, scene.code).keywords
    if any(_CALLS_OFF.fullmatch(word) and scene.text(value) != "None" for word, value in keywords.items()):
        return True
    iterated = bool(site.chain) and site.chain[-1].type in ("for_statement", "for_in_clause")
    return (iterated and any(_IDLE.search(word) for word in keywords)) or is_answered(scene, site)


def works_on(scene: Scene, site: Site) -> bool:
    """Whether a call is a turn of somebody's loop, `client.loop(timeout=0.1)`, of which no one thing is wanted."""
    if not _PUMPS.fullmatch(scene.called(site.call).name):
        return False
    taken = bool(site.chain) and site.chain[-1].type == "argument_list"
    taken = taken and scene.called(site.chain[-2]).name in words.SPAWNERS
    return taken or statement_alone(site.chain)


def is_answered(scene: Scene, site: Site) -> bool:
    """Whether a stand-in answers: `client.socket = FakeSocket()`, or a patch of it, before `client.read(timeout=30)`.

    Or a mock is asked afterwards whether it was given that length.
    """
    if not _has_stand_ins(scene):
        return False
    known = scene.memory.get(("answered", site.call.id))
    if not isinstance(known, bool):
        known = scene.memory["answered", site.call.id] = _is_put_in_place(scene, site) or _is_noted(scene, site)
    return known


def _has_stand_ins(scene: Scene) -> bool:
    """Whether there is anything in a file that could stand in for something else."""
    known = scene.memory.get(("stand-ins", 0))
    if not isinstance(known, bool):
        known = scene.memory["stand-ins", 0] = _ANY.search(scene.code) is not None
    return known


def _is_put_in_place(scene: Scene, site: Site) -> bool:
    owner = scene.called(site.call).receiver
    traced = bool(owner) and "(" not in owner and not (site.kind == "sleep" and site.api.startswith(f"{owner}."))
    if site.kind == "sleep" and not traced:
        return False
    known: set[str] = set()
    for act in islice(preceding(scene, site.chain, site.call), _FAR):
        if any(_patches(scene, call, owner if traced else "", site) for call in act.calls):
            return True
        inner = act.node.named_children[0] if act.node.named_child_count == 1 else None
        if not traced or inner is None or inner.type != "assignment":
            continue
        left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
        if left is None or right is None or left.type != "attribute":
            continue
        written = scene.text(left)
        if not written.startswith(f"{owner}.") or written in known:
            continue
        if _TOLD.search(written) or _stands_in(scene, site, right):
            return True
        known.add(written)
    return False


def _is_noted(scene: Scene, site: Site) -> bool:
    """`client.call("a", timeout=45)`, and then `client.server.call.assert_called_with("a", timeout=45)`."""
    value = argument_of(site.entry, arguments_of(site.call, scene.code))
    holder = scene.called(site.call).receiver
    if value is None:
        return False
    written = scene.text(value)
    for act in islice(following(scene, site.chain, site.call), _NEAR):
        for call in act.calls[:1]:
            if not _ASKED.match(call.name):
                continue
            arguments = arguments_of(call.node, scene.code)
            given = [scene.text(one) for one in arguments.positional]
            named = [word for word, one in arguments.keywords.items() if scene.text(one) == written]
            own = bool(holder) and call.receiver.startswith(f"{holder}.")
            if (own and (written in given or named)) or any("timeout" in word for word in named):
                return True
    return _is_listed(scene, site, written)


def _is_listed(scene: Scene, site: Site, written: str) -> bool:
    """`{"timeout": 45}` among what the test expects that a stand-in was given."""
    function = next((node for node in site.chain if node.type in FUNCTIONS), None)
    if function is None:
        return False
    listed = re.compile(rb"[\"']\w*timeout[\"']\s*:\s*%s\s*[,}]" % re.escape(written.encode()))
    return listed.search(scene.code, function.start_byte, function.end_byte) is not None


def _patches(scene: Scene, call: Called, owner: str, site: Site) -> bool:
    """`patch.object(client, "_poll")`, or `patch("package.module.sleep")`, before the client is called."""
    first = next(iter(arguments_of(call.node, scene.code).positional), None)
    if first is None:
        return False
    if owner and call.name == "object" and call.receiver.endswith("patch"):
        return scene.text(first) == owner or scene.text(first).startswith(f"{owner}.")
    return site.kind == "timeout" and call.name == "patch" and bool(_TIMED.search(scene.text(first)))


def _stands_in(scene: Scene, site: Site, value: Node) -> bool:
    """Whether a value is made to answer in the place of something: by its name, or as a class of the function's own."""
    if value.type == "lambda":
        return True
    if value.type in ("identifier", "attribute"):
        return bool(_NAMED.search(scene.text(value)))
    if value.type != "call":
        return False
    called = scene.called(value)
    if _STAND_IN.search(called.name):
        return True
    if called.receiver or not called.name[:1].isupper():
        return False
    function = next((node for node in site.chain if node.type in FUNCTIONS), None)
    if function is None:
        return False
    return scene.code.find(b"class %s" % called.name.encode(), function.start_byte, site.call.start_byte) >= 0
