"""Timeouts whose error is expected by the code around them, or handled there."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import expectation, names_in
from sleeplint.languages.python.flow import act_of, border, fails, following
from sleeplint.languages.python.loops import round_of
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of, chain_to
from sleeplint.languages.python.verdict import Outcome

RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex", "assert_raises"})
_SETTERS = frozenset({"settimeout", "set_timeout", "setblocking"})
_SHORT_MS = 500
_NEAR = 2000
"""Bytes before an expected error in which a fake that throws it may stand."""
_THROWS = re.compile(rb"(?:side_effect\s*=\s*|set_exception\(|\braise\s+)[\[(]?([\w.]+)")
_ANSWERED = re.compile(
    rb"\b(requests_mock|respx(_mock|_router)?|httpx_mock|aioresponses|mock_aioresponse|httpretty|mocked_responses|"
    rb"responses\.(activate|add|mock|RequestsMock|get|post)|pook|mocket|httmock)\b"
)
"""Libraries in whose hands no request leaves the process."""


def raised(scene: Scene, site: Site) -> Outcome | None:
    """`with pytest.raises(TimeoutError):` around it, or `assertRaises(TimeoutError, q.get, timeout=1)`."""
    own = scene.called(site.call)
    short = site.duration_ms is not None and site.duration_ms <= _SHORT_MS
    if own.name in RAISES:
        return expected(scene, site.call, short)
    inner: Node = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "with_statement" and inner.type == "block" and outer.named_child_count:
            for call in scene.calls(outer.named_children[0]):
                if call.name in RAISES:
                    found = _said(scene, site, outer) or expected(scene, call.node, short)
                    if found is not None:
                        return found
                if call.name == "suppress" and words.TIMEOUT_ERRORS.search(scene.text(call.node)):
                    return Outcome("burned", False, False, call.node)
        elif outer.type == "call" and inner.type == "argument_list" and scene.called(outer).name in RAISES:
            return expected(scene, outer, short)
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


def set_before(scene: Scene, site: Site) -> Outcome | None:
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
            if call.name in RAISES and re.search(rf"(?<![\w.]){re.escape(own.receiver)}\b", scene.text(act.node)):
                return expected(scene, call.node, False)
    return None


def alarmed(scene: Scene, site: Site) -> Outcome | None:
    """`signal.setitimer(.., 0.2)`, and then `with raises(Interrupted):`, which the file's handler raises."""
    if site.api not in ("signal.setitimer", "signal.alarm"):
        return None
    act = next(iter(following(scene, site.chain, site.call)), None)
    if act is None or act.kind != "assert" or act.node.type != "with_statement":
        return None
    for call in scene.calls(act.node.named_children[0]):
        first = arguments_of(call.node, scene.code).at(0, "expected_exception") if call.name in RAISES else None
        if first is not None and re.search(rb"\braise %s\b" % re.escape(scene.text(first).encode()), scene.code):
            return Outcome("burned", True, True, call.node)
    return None


def expected(scene: Scene, raises: Node, short: bool) -> Outcome | None:
    """What an expected error says about a timeout that it may come from; one that is `short` may well say it so."""
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


def caught(scene: Scene, site: Site) -> Outcome | None:
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
