"""Timeouts whose outcome the code looks at: what the call gives back, or the state in which it leaves things."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import expectation, names_in
from sleeplint.languages.python.expirations import takes
from sleeplint.languages.python.flow import border, fails, following, preceding
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import bare, chain_to, statement_alone
from sleeplint.languages.python.verdict import Outcome
from sleeplint.regexes import regex

_NOTHING = regex(r"(==|is)\s*(None|False)$|^(None|False)\s*(==|is)\b")
_EMPTY_VALUE = regex(r"""^(0|b?''|b?""|\[\]|\{\}|\(\))$""")
_EMPTY = regex(r"""==\s*(0|b?''|b?""|\[\]|\{\}|\(\))$|^(0|b?''|b?""|\[\]|\{\}|\(\))\s*==""")
_ALL_EMPTY = regex(r"==\s*\(\[\], *\[\], *\[\]\)$|^\(\[\], *\[\], *\[\]\)\s*==")
"""What `select` gives when its time is up, and then only."""
_COUNTING = frozenset({"confluent_kafka.Producer.flush"})
"""Calls that give back, when their time is up, how much is left."""
_LOOKS = regex(r"is_|has_|poll$|done$|join$")
_STOP = frozenset({"block", "module", "function_definition", "lambda"})


def asserted(scene: Scene, site: Site) -> Outcome | None:
    """`assert e.wait(5)`, `assert not e.wait(0.1)`, `if not e.wait(5): fail`, `ok = e.wait(5); assert ok`."""
    own = scene.called(site.call)
    if _raises_itself(site):
        return None
    negated = False
    inner: Node = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        match outer.type:
            case "subscript" if (key := outer.child_by_field_name("subscript")) is not None and key.type == "string":
                return Outcome("guard", True, True, outer) if inner.id != key.id else None  # it gave something
            case "not_operator":
                negated = not negated
            case "await" | "parenthesized_expression" | "boolean_operator" | "named_expression":
                pass
            case "comparison_operator":
                written = scene.text(outer)
                if _NOTHING.search(written):
                    negated = not negated
                elif _ALL_EMPTY.search(written):
                    return Outcome("burned", True, True, outer)
                elif _EMPTY.search(written):
                    return _emptied(own.name, outer)
                elif not re.search(r"(==|is)\s*True$", written):
                    return Outcome("guard", True, True, outer)
            case "argument_list":
                call = site.chain[index - 1]
                name = scene.called(call).name
                arguments = [argument for argument in outer.named_children if argument.type != "comment"]
                if name in ("assertTrue", "assert_", "assert_true"):
                    return _verdict(own.name, negated, call)
                if name in ("assertFalse", "assertIsNone", "assert_false"):
                    return _verdict(own.name, not negated, call)
                if name in ("assertEqual", "assertIs", "assertListEqual", "assertDictEqual") and len(arguments) >= 2:
                    other = scene.text(arguments[1] if arguments[0].id == inner.id else arguments[0]).strip()
                    if other in ("None", "False"):
                        return _verdict(own.name, not negated, call)
                    if _ALL_EMPTY.search(f"== {other}"):
                        return Outcome("burned", True, True, call)
                    return _emptied(own.name, call) if _EMPTY_VALUE.match(other) else Outcome("guard", True, True, call)
                if name.startswith("assert"):
                    return Outcome("guard", True, True, call)
                if name in ("len", "bool", "list", "dict", "tuple", "set", "sorted"):
                    inner = outer
                    continue
                return None
            case "assert_statement":
                return _verdict(own.name, negated, outer)
            case "if_statement" | "elif_clause":
                body = outer.child_by_field_name("consequence")
                if body is None or inner.type == "block":
                    return None
                if fails(scene, body):
                    return _verdict(own.name, not negated, outer)
                return Outcome("guard", False, True, outer)
            case "while_statement":
                return None
            case "assignment":
                return _assigned(scene, site, outer, own.name)
            case "call" | "attribute":
                pass
            case kind if kind in _STOP:
                return None
        inner = outer
    return None


def _verdict(name: str, negated: bool, where: Node) -> Outcome:
    if negated and (name in words.BOOLEAN_WAITS or words.NULLABLE_WAITS.match(name) or takes(name)):
        return Outcome("burned", True, True, where)
    return Outcome("guard", True, True, where)


def _emptied(name: str, where: Node) -> Outcome:
    """Nothing came: a poll's time is up, but reading may just as well have met the end."""
    return Outcome("burned" if takes(name) else "guard", False, True, where)


def _assigned(scene: Scene, site: Site, assignment: Node, name: str) -> Outcome | None:
    """The outcome has a name: the first assertion about it decides."""
    left = assignment.child_by_field_name("left")
    if left is None:
        return None
    names = [scene.text(part) for part in (left.named_children or [left])]
    pair = len(names) == 2 and name == "wait"  # done, pending = await asyncio.wait(..)
    for act in islice(following(scene, site.chain, site.call), 6):
        if act.kind != "assert":
            if _is_either_way(scene, act.node, names[0]):
                return Outcome("guard", False, True, act.node)
            continue
        used = names_in(scene, act.node)
        if not used.intersection(names):
            continue
        wants = expectation(scene, act).wants
        if pair:
            about_done = names[0] in used
            if about_done and wants in ("nothing", "gone"):
                return Outcome("burned", True, True, act.node)
            if not about_done and wants in ("happened", "still") and "FIRST_" not in scene.text(assignment):
                return Outcome("burned", True, True, act.node)
            return Outcome("guard", True, True, act.node)
        released = name in words.BOOLEAN_WAITS or words.NULLABLE_WAITS.match(name) or takes(name)
        if wants in ("nothing", "gone") and released:
            if re.search(rf"\b{re.escape(names[0])}\s*\.", scene.text(act.node)):
                return Outcome("guard", False, True, act.node)  # what it was told later, such as `f.result()`
            if re.search(r"\bnot in\b|NotIn\(", scene.text(act.node)) and not re.match(r"poll|select", name):
                return Outcome("guard", False, True, act.node)  # something came, if not that
            if re.search(r"None|False|\bnot\b", scene.text(act.node)):
                return Outcome("burned", True, True, act.node)
            return _emptied(name, act.node)
        return Outcome("guard", True, True, act.node)
    return None


def _is_either_way(scene: Scene, node: Node, name: str) -> bool:
    """`if message is None:`, where the test goes on in either case."""
    asked = re.fullmatch(rf"(?:not )?{re.escape(name)}(?: is(?: not)? None)?", scene.text(bare(node)))
    chain = chain_to(scene.root, node) if asked is not None else None
    return chain is not None and chain[-1:] != () and chain[-1].type == "if_statement"


def _raises_itself(site: Site) -> bool:
    """It says by an exception that time is up: what it returns is something else's."""
    return site.api.startswith(("asyncio.wait_for", "subprocess.", "asyncio.timeout", "requests.", "httpx.", "urllib"))


def looked_at_later(scene: Scene, site: Site) -> Outcome | None:
    """`t.join(1)` or `e.wait(1)` whose outcome the next assertions look at."""
    own = scene.called(site.call)
    if _raises_itself(site):
        return None
    waits = own.name in words.BOOLEAN_WAITS or own.name == "join" or site.api in _COUNTING
    if not waits or not own.receiver or not statement_alone(site.chain):
        return None
    about = own.receiver.split(".")[-1]
    for count, act in enumerate(islice(following(scene, site.chain, site.call), 4)):
        if act.kind != "assert":
            if act.kind == "wait" or (act.kind == "call" and count):
                break
            continue
        if about not in names_in(scene, act.node):
            continue
        written = scene.text(act.node)
        if not re.search(r"is_alive|is_set|done|exitcode|returncode|poll|ready|cancelled", written):
            continue
        expected = expectation(scene, act).wants
        burned = expected == ("still" if "is_alive" in written else "nothing")
        return Outcome("burned" if burned else "guard", True, True, act.node)
    for act in islice(following(scene, site.chain, site.call), 2):
        if re.search(rf"\b{re.escape(about)}\b.*(is_alive|exitcode|returncode|poll|is_set|done)", scene.text(act.node)):
            return Outcome("guard", False, True, act.node)
    if own.name == "join" and (_joined_again(scene, site, own.receiver) or _sleeps_on(scene, site, own.receiver)):
        return Outcome("sleep", False, False)
    return Outcome("guard", False, False)


def _sleeps_on(scene: Scene, site: Site, receiver: str) -> bool:
    """`p.start(); p.join(1); sleep(.1)`: the wait only begins with the join, which was not meant to see an end."""
    before = next(iter(preceding(scene, site.chain, site.call)), None)
    after = next(iter(following(scene, site.chain, site.call)), None)
    if before is None or after is None or after.kind != "wait":
        return False
    started = any(call.name == "start" and call.receiver == receiver for call in before.calls)
    inside = [scene.sites.get(call.node.id) for call in after.calls]
    return started and any(one is not None and one.kind == "sleep" and one.duration_ms != 0 for one in inside)


def _joined_again(scene: Scene, site: Site, receiver: str) -> bool:
    """Another join of the same thing comes later: this one was not meant to see its end."""
    for act in islice(following(scene, site.chain, site.call), 30):
        inner = act.node.named_children[0] if act.node.named_children else None
        if inner is not None and inner.type == "assignment":
            left = inner.child_by_field_name("left")
            if left is not None and scene.text(left) == receiver:
                return False
        if any(call.name == "join" and call.receiver == receiver for call in act.calls):
            return True
        if any(call.receiver == receiver and not _LOOKS.match(call.name) for call in act.calls):
            return False  # started anew, or stopped
    return False
