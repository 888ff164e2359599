"""What becomes of a timeout: whether its expiry is expected, bounds what normally ends first, or is not looked at."""

from __future__ import annotations

import re
from itertools import islice
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import expectation, names_in
from sleeplint.languages.python.expirations import drained, gathered, outlasted, raised_later, takes
from sleeplint.languages.python.flow import act_of, border, fails, following, preceding
from sleeplint.languages.python.loops import round_of
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of, chain_to
from sleeplint.records import dataclass

_RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex", "assert_raises"})
_SETTERS = frozenset({"settimeout", "set_timeout", "setblocking"})
_NOTHING = re.compile(r"(==|is)\s*(None|False)$|^(None|False)\s*(==|is)\b")
_EMPTY_VALUE = re.compile(r"""^(0|b?''|b?""|\[\]|\{\}|\(\))$""")
_EMPTY = re.compile(r"""==\s*(0|b?''|b?""|\[\]|\{\}|\(\))$|^(0|b?''|b?""|\[\]|\{\}|\(\))\s*==""")
_LOOKS = re.compile(r"is_|has_|poll$|done$|join$")
_SHORT_MS = 500
_NEAR = 2000
"""Bytes before an expected error in which a fake that throws it may stand."""
_THROWS = re.compile(rb"(?:side_effect\s*=\s*|set_exception\(|\braise\s+)[\[(]?([\w.]+)")
_ANSWERED = re.compile(
    rb"\b(requests_mock|respx(_mock|_router)?|httpx_mock|aioresponses|mock_aioresponse|httpretty|mocked_responses|"
    rb"responses\.(activate|add|mock|RequestsMock|get|post)|pook|mocket|httmock)\b"
)
"""Libraries in whose hands no request leaves the process."""
_STOP = frozenset({"block", "module", "function_definition", "lambda"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a timeout is there for."""

    role: Literal["guard", "burned", "sleep"]
    """`sleep`: nothing releases it and nobody looks, so that it is a sleep by another name."""
    sure: bool
    checked: bool | None
    asserted: Node | None = None
    """Where its outcome is looked at."""


def outcome_of(scene: Scene, site: Site) -> Outcome:
    """What becomes of a timeout."""
    return (
        _raised(scene, site)
        or _set_before(scene, site)
        or _alarmed(scene, site)
        or _caught(scene, site)
        or _told_apart(scene, site)
        or _asserted(scene, site)
        or _block(scene, site)
        or _never(scene, site)
        or _later(scene, site)
        or Outcome("guard", True, None)
    )


def _raised(scene: Scene, site: Site) -> Outcome | None:
    """`with pytest.raises(TimeoutError):` around it, or `assertRaises(TimeoutError, q.get, timeout=1)`."""
    own = scene.called(site.call)
    short = site.duration_ms is not None and site.duration_ms <= _SHORT_MS
    if own.name in _RAISES:
        return _expected(scene, site.call, short)
    inner: Node = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "with_statement" and inner.type == "block" and outer.named_child_count:
            for call in scene.calls(outer.named_children[0]):
                if call.name in _RAISES:
                    found = _said(scene, site, outer) or _expected(scene, call.node, short)
                    if found is not None:
                        return found
                if call.name == "suppress" and words.TIMEOUT_ERRORS.search(scene.text(call.node)):
                    return Outcome("burned", False, False, call.node)
        elif outer.type == "call" and inner.type == "argument_list" and scene.called(outer).name in _RAISES:
            return _expected(scene, outer, short)
        inner = outer
    return None


def _said(scene: Scene, site: Site, raises: Node) -> Outcome | None:
    """`with raises(Exception) as error:`, and then an assertion that the error speaks of a timeout."""
    alias = re.search(r"\bas\s+(\w+)", scene.text(raises.named_children[0]))
    if alias is None:
        return None
    for act in islice(following(scene, site.chain[: site.chain.index(raises)], raises), 4):
        if act.kind == "assert" and alias[1] in names_in(scene, act.node):
            written = scene.text(act.node)
            quoted = re.search(r"[\"'][^\"']*(?i:time[d ]?[- ]?out)", written)
            negated = re.search(r"\bnot in\b|Not", written)
            return Outcome("burned", True, True, act.node) if quoted and not negated else None
    return None


def _told_apart(scene: Scene, site: Site) -> Outcome | None:
    """What says that it runs out is neither around the call nor asserts what it gives."""
    leaves = drained(scene, site)
    if leaves is not None:
        return Outcome("burned", False, True, leaves)
    least = outlasted(scene, site)
    if least is not None:
        return Outcome("burned", True, True, least)
    together = gathered(scene, site)
    if together is not None:
        return Outcome("burned" if together[1] else "guard", True, True, together[0])
    raises = raised_later(scene, site, _RAISES)
    return _expected(scene, raises, False) if raises is not None else None


def _set_before(scene: Scene, site: Site) -> Outcome | None:
    """`sock.settimeout(0.1)`, and then `with raises(timeout):` around what the socket does."""
    own = scene.called(site.call)
    if own.name not in _SETTERS or not own.receiver:
        return None
    for act in islice(following(scene, site.chain, site.call), 4):
        if any(call.name in _SETTERS and call.receiver == own.receiver for call in act.calls):
            return None
        if act.kind != "assert":
            continue
        for call in scene.calls(act.node if act.node.type != "with_statement" else act.node.named_children[0]):
            if call.name in _RAISES and re.search(rf"(?<![\w.]){re.escape(own.receiver)}\b", scene.text(act.node)):
                return _expected(scene, call.node, False)
    return None


def _alarmed(scene: Scene, site: Site) -> Outcome | None:
    """`signal.setitimer(.., 0.2)`, and then `with raises(Interrupted):`, which the file's handler raises."""
    if site.api not in ("signal.setitimer", "signal.alarm"):
        return None
    act = next(iter(following(scene, site.chain, site.call)), None)
    if act is None or act.kind != "assert" or act.node.type != "with_statement":
        return None
    for call in scene.calls(act.node.named_children[0]):
        first = arguments_of(call.node, scene.code).at(0, "expected_exception") if call.name in _RAISES else None
        if first is not None and re.search(rb"\braise %s\b" % re.escape(scene.text(first).encode()), scene.code):
            return Outcome("burned", True, True, call.node)
    return None


def _expected(scene: Scene, raises: Node, short: bool) -> Outcome | None:
    arguments = arguments_of(raises, scene.code)
    first = arguments.at(0, "expected_exception")
    if first is not None and words.TIMEOUT_ERRORS.search(scene.text(first)):
        if _simulated(scene, raises):
            return Outcome("guard", False, True, raises)
        return Outcome("burned", True, True, raises)
    match = arguments.keywords.get("match") or arguments.at(1, "expected_regex")
    if match is not None and re.search(r"(?i)time[d ]?[- ]?out", scene.text(match)):
        return Outcome("burned", True, True, raises)
    if short:
        return Outcome("guard", False, True, raises)  # an error of another name may well say that time is up
    return None


def _simulated(scene: Scene, raises: Node) -> bool:
    """A fake in the same function, or a library that answers requests itself, raises the error at once."""
    chain = chain_to(scene.root, raises) or (scene.root,)
    index = max(0, border(chain))
    start = max(chain[index].start_byte, raises.start_byte - _NEAR)
    whole = chain[index - 1] if index and chain[index - 1].type == "decorated_definition" else chain[index]
    if index and _ANSWERED.search(scene.code, max(whole.start_byte, raises.start_byte - _NEAR), raises.start_byte):
        return True
    for match in _THROWS.finditer(scene.code, start, raises.start_byte):
        if words.TIMEOUT_ERRORS.search(match[1].decode("utf-8", "replace")):
            return True
    return False


def _caught(scene: Scene, site: Site) -> Outcome | None:
    """`try: .. except TimeoutError:`: what the handler does decides."""
    inner: Node = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "try_statement" and inner.type == "block":
            body = outer.child_by_field_name("body")
            if body is not None and body.id == inner.id:
                for clause in outer.named_children:
                    if clause.type != "except_clause":
                        continue
                    value = clause.child_by_field_name("value")
                    written = scene.text(value) if value is not None else ""
                    if words.TIMEOUT_ERRORS.search(written) and not re.search(r"^\(?\s*\w*Cancel", written):
                        return _handled(scene, site, outer, clause)
        inner = outer
    return None


def _handled(scene: Scene, site: Site, statement: Node, clause: Node) -> Outcome | None:
    block = next((child for child in reversed(clause.named_children) if child.type == "block"), None)
    if block is None:
        return None
    if fails(scene, block) or _last(scene, block) in ("raise_statement",):
        return Outcome("guard", True, True, clause)
    body = statement.child_by_field_name("body")
    if body is not None and fails(scene, body):
        return Outcome("burned", True, True, clause)
    for other in statement.named_children:
        if other.type == "else_clause":
            after = other.child_by_field_name("body") or other
            if fails(scene, after):
                return Outcome("burned", True, True, clause)
    if _drains(scene, site, block):
        return Outcome("burned", False, True, clause)
    acts = scene.statements(block)
    silent = all(act.type == "pass_statement" for act in acts)
    next_assertion = next(
        (act for act in islice(following(scene, site.chain, site.call), 4) if act.kind == "assert"), None
    )
    if silent and next_assertion is not None and expectation(scene, next_assertion).wants == "nothing":
        return Outcome("burned", False, True, clause)  # expiry is the expected path
    looks = any(
        act_of(scene, act).kind == "assert" for act in acts if act.type in ("assert_statement", "expression_statement")
    )
    if looks:
        return Outcome("burned", False, True, clause)
    return Outcome("guard", False, True, clause)


def _drains(scene: Scene, site: Site, handler: Node) -> bool:
    """`while True:` take one, and leave only when none comes in time: one expiry is always paid."""
    round_ = round_of(scene, site.chain, site.call)
    if (
        round_ is None
        or round_.shape != "endless"
        or _last(scene, handler) not in ("break_statement", "return_statement")
    ):
        return False
    outside = [
        part
        for part in (
            scene.code[round_.node.start_byte : handler.start_byte],
            scene.code[handler.end_byte : round_.node.end_byte],
        )
        if re.search(rb"(?m)^\s*(break|return)\b", part)
    ]
    return not outside


def _last(scene: Scene, block: Node) -> str:
    statements = scene.statements(block)
    return statements[-1].type if statements else ""


def _asserted(scene: Scene, site: Site) -> Outcome | None:
    """`assert e.wait(5)`, `assert not e.wait(0.1)`, `if not e.wait(5): fail`, `ok = e.wait(5); assert ok`."""
    own = scene.called(site.call)
    if _raises_itself(site):
        return None
    negated = False
    inner: Node = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        match outer.type:
            case "not_operator":
                negated = not negated
            case "await" | "parenthesized_expression" | "boolean_operator" | "named_expression":
                pass
            case "comparison_operator":
                written = scene.text(outer)
                if _NOTHING.search(written):
                    negated = not negated
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
            continue
        used = names_in(scene, act.node)
        if not used.intersection(names):
            continue
        wants = expectation(scene, act).wants
        if pair:
            about_done = names[0] in used
            if about_done and wants in ("nothing", "gone"):
                return Outcome("burned", True, True, act.node)
            if not about_done and wants == "happened":
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


def _block(scene: Scene, site: Site) -> Outcome | None:
    """`with move_on_after(1):` around something that never ends by itself."""
    own = scene.called(site.call)
    holder = next((node for node in reversed(site.chain) if node.type in ("with_statement", *_STOP)), None)
    if own.name not in words.TIMEOUT_BLOCKS or holder is None or holder.type != "with_statement":
        return None
    body = holder.child_by_field_name("body")
    if body is None:
        return None
    clause = scene.text(holder.named_children[0])
    alias = re.search(r"\bas\s+(\w+)", clause)
    if alias is not None:
        for act in islice(following(scene, site.chain[: site.chain.index(holder)], holder), 6):
            if act.kind == "assert" and alias[1] in names_in(scene, act.node):
                negated = expectation(scene, act).wants in ("nothing", "gone")
                return Outcome("guard" if negated else "burned", True, True, act.node)
    if _sleeps_longer(scene, body, site):
        # Ends by its bound; who says so loudly expects it, or else would see it fail every time.
        return Outcome("burned", own.name in words.QUIET_BLOCKS, None)
    return None


def _sleeps_longer(scene: Scene, body: Node, site: Site) -> bool:
    for statement in scene.statements(body):
        for call in scene.calls(statement):
            if call.name == "sleep_forever":
                return True
            inside = scene.sites.get(call.node.id)
            if inside is not None and _outlasts(inside, site):
                return True
    return False


def _outlasts(sleep: Site, bound: Site) -> bool:
    if sleep.kind != "sleep" or sleep.duration_ms is None or bound.duration_ms is None:
        return False
    return sleep.duration_ms > bound.duration_ms


def _never(scene: Scene, site: Site) -> Outcome | None:
    """Waiting on something that nothing in the file ever releases, with nobody looking."""
    own = scene.called(site.call)
    if own.name == "wait_for":
        first = arguments_of(site.call, scene.code).at(0, None)
        if first is not None:
            for call in scene.calls(first):
                inside = scene.sites.get(call.node.id)
                if inside is not None and _outlasts(inside, site):
                    return Outcome("burned", False, None)
        return None
    if own.name == "select" and re.match(r"\(\s*(\[\]|\(\))\s*,\s*(\[\]|\(\))\s*,", _arguments(scene, site)):
        return Outcome("sleep", True, None)
    if own.name != "wait" or not _statement_alone(site):
        return None
    if re.search(r"\bEvent\(\)$", own.receiver):
        return Outcome("sleep", True, None)
    if "Event" not in site.api or not own.receiver:
        return None
    name = own.receiver.split(".")[-1]
    if not re.fullmatch(r"\w+", name) or "(" in own.receiver:
        return None
    if not _released(scene, name, own.receiver):
        return Outcome("sleep", True, None)
    return None


def _arguments(scene: Scene, site: Site) -> str:
    arguments = site.call.child_by_field_name("arguments")
    return scene.text(arguments) if arguments is not None else ""


def _raises_itself(site: Site) -> bool:
    """It says by an exception that time is up: what it returns is something else's."""
    return site.api.startswith(("asyncio.wait_for", "subprocess.", "asyncio.timeout"))


def _statement_alone(site: Site) -> bool:
    for outer in reversed(site.chain):
        if outer.type == "expression_statement":
            return True
        if outer.type != "await":
            return False
    return False


def _released(scene: Scene, name: str, receiver: str) -> bool:
    """Whether anything in this file sets the event, or could: it is handed on, or not made here."""
    made = False
    for use in scene.uses(name):
        parent = use.chain[-1]
        if parent.type == "attribute" and _is_owner(parent, use.node):
            method = scene.text(parent.child_by_field_name("attribute") or parent)
            if method in ("set", "set_result", "notify", "notify_all", "__setattr__"):
                return True
            if method not in ("wait", "is_set", "clear"):
                return True
            continue
        expression: Node = use.node
        index = len(use.chain) - 1
        if parent.type == "attribute":  # self.event, other.event
            expression, index = parent, index - 1
            outer = use.chain[index]
            if outer.type == "attribute":
                method = scene.text(outer.child_by_field_name("attribute") or outer)
                if method not in ("wait", "is_set", "clear"):
                    return True
                continue
        outer = use.chain[index]
        if outer.type == "assignment":
            left = outer.child_by_field_name("left")
            if left is not None and left.id == expression.id:
                made = True
                continue
        return True
    del receiver
    return not made


def _is_owner(attribute: Node, node: Node) -> bool:
    owner = attribute.child_by_field_name("object")
    return owner is not None and owner.id == node.id


def _later(scene: Scene, site: Site) -> Outcome | None:
    """`t.join(1)` or `e.wait(1)` whose outcome the next assertions look at."""
    own = scene.called(site.call)
    if _raises_itself(site):
        return None
    if own.name not in (*words.BOOLEAN_WAITS, "join") or not own.receiver or not _statement_alone(site):
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


__all__ = ["Outcome", "outcome_of"]
