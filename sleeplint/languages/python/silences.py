"""Timeouts that are to pass in silence, as the call itself says or the code that uses what it bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import Act, act_of, border, checks, following
from sleeplint.languages.python.raised import expected
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of, bare, statement_of
from sleeplint.languages.python.verdict import Outcome
from sleeplint.regexes import regex

_SILENT = regex(
    r"(assert|expect|receive|recv|read|check|ensure)_(nothing|no_(more_)?(message|event|data|output|frame|packet|"
    r"response|signal|notification)s?)$|assert_not_(emitted|received)$|assertNotEmitted$|receiveNothing$"
)
"""Methods that have done their part when nothing came in all their time."""
_EXPECTS = frozenset({"expect", "expect_exact", "expect_list"})
_TIME_IS_UP = regex(r"(^|\.)TIMEOUT$")
_MADE_WITH = frozenset({"create_connection", "create_client", "create_session", "create_engine", "from_url"})
"""Functions that make what goes by the timeout it was made with, as classes do."""
_NEAR = 8
_BRIEF_MS = 500
_SHORT_MS = 5000
"""Nobody lets a test run into a longer one on purpose, rather than have the error thrown."""


def silent(scene: Scene, site: Site) -> Outcome | None:
    """`assert receive_nothing(timeout=1)`, `wait(lambda: False, 1)`: what it waits for is that its time passes."""
    statement = statement_of(site.chain, site.call)
    if any(_never_holds(scene, given) for given in arguments_of(site.call, scene.code).positional):
        return Outcome("burned", True, True, statement)
    if not _SILENT.match(scene.called(site.call).name):
        return None
    refuted = any(
        outer.type == "not_operator" or (outer.type == "call" and scene.called(outer).name == "assertFalse")
        for outer in site.chain
        if outer.start_byte >= statement.start_byte
    )
    return Outcome("guard" if refuted else "burned", True, True, statement)


def _never_holds(scene: Scene, condition: Node) -> bool:
    body = condition.child_by_field_name("body") if condition.type == "lambda" else None
    return body is not None and bare(body).type in ("false", "none")


def chosen(scene: Scene, site: Site) -> Outcome | None:
    """`child.expect(["$", TIMEOUT]) == 1`: which of several it met, of which one is that time is up."""
    first = arguments_of(site.call, scene.code).at(0, "pattern") if scene.called(site.call).name in _EXPECTS else None
    if first is None:
        return None
    if _TIME_IS_UP.search(scene.text(first)):
        return Outcome("burned", True, True, statement_of(site.chain, site.call))
    if first.type not in ("list", "tuple"):
        return None
    places = [at for at, part in enumerate(first.named_children) if _TIME_IS_UP.search(scene.text(part))]
    if not places:
        return None
    asked = _compared(scene, site)
    if asked is None:
        return Outcome("guard", False, True, None)
    return Outcome("burned" if asked[1] in places else "guard", True, True, asked[0])


def _compared(scene: Scene, site: Site) -> tuple[Node, int] | None:
    """Where what a call gives is asserted to be a number, and the number."""
    outer = site.chain[-1] if site.chain else None
    if outer is None:
        return None
    if outer.type == "assignment":
        left = outer.child_by_field_name("left")
        name = scene.text(left) if left is not None else ""
        for act in islice(following(scene, site.chain, site.call), _NEAR):
            found = re.search(rf"(?<![\w.]){re.escape(name)} *(?:==|,) *(\d+)\b", scene.text(act.node))
            if act.kind == "assert" and found is not None:
                return act.node, int(found[1])
        return None
    written = scene.text(outer)[len(scene.text(site.call)) :]
    found = re.fullmatch(r"\s*(?:==|,)\s*(\d+)\)?", written if outer.type != "argument_list" else written[1:])
    return (outer, int(found[1])) if found is not None else None


def bounded_before(scene: Scene, site: Site) -> Outcome | None:
    """`client = Client(timeout=0.2)`, and then `with raises(Timeout):` around what the client does."""
    made = scene.called(site.call).name
    makes = made[:1].isupper() or made in _MADE_WITH or site.api == "sqlite3.connect"
    if not makes or site.duration_ms is None or site.duration_ms > _SHORT_MS:
        return None
    name = _name_given(scene, site)
    if name is None:
        return None
    use = re.compile(rf"(?<![\w.]){re.escape(name)}\.")
    passed = re.compile(rf"(?:(\w+)\s*=\s*[\w.]+\(.*)?\btimeout\s*=\s*{re.escape(name)}\b(?:.*\)\s*as\s+(\w+))?")
    for act in islice(_acts(scene, site), _NEAR):
        head = act.node.named_children[0] if act.node.type == "with_statement" else act.node
        on = passed.search(" ".join(scene.text(head).split())) if act.kind != "assert" else None
        if on is not None and (on[1] or on[2]):  # `Client(timeout=limits) as client`
            use = re.compile(rf"(?<![\w.])(?:{re.escape(name)}|{on[1] or on[2]})\.")
        if act.kind != "assert" or act.node.type != "with_statement" or not use.search(scene.text(act.node)):
            continue
        body = act.node.child_by_field_name("body")
        inside = scene.statements(body) if body is not None else ()
        bounds = (scene.sites.get(call.node.id) for statement in inside for call in scene.calls(statement))
        if any(one is not None and one.kind == "timeout" for one in bounds):
            return Outcome("guard", False, None)
        for call in scene.calls(act.node.named_children[0]):
            short = site.duration_ms <= _BRIEF_MS
            found = expected(scene, call.node, short) if call.name in words.RAISES else None
            if found is not None:
                return Outcome(found.role, False, True, call.node)
    return None


def _acts(scene: Scene, site: Site) -> Iterator[Act]:
    """What comes after a call; for one in the head of a `with`, what stands in its body comes first."""
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "block":
            break
        body = outer.child_by_field_name("body") if outer.type == "with_statement" else None
        statements = scene.statements(body) if body is not None else ()
        if body is not None and statements:
            if checks(scene, statements[0]):
                yield act_of(scene, statements[0])
            yield from following(scene, (*site.chain[: index + 1], body), statements[0])
            return
    yield from following(scene, site.chain, site.call)


def _name_given(scene: Scene, site: Site) -> str | None:
    """The name of what a call, or the call around it, makes."""
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type in ("assignment", "as_pattern"):
            left = outer.child_by_field_name("left") or outer.child_by_field_name("alias")
            written = scene.text(bare(left)) if left is not None else ""
            return written if re.fullmatch(r"(self\.)?\w+", written) else None
        if outer.type == "call" and not scene.called(outer).name[:1].isupper():
            return None
        if outer.type not in ("call", "argument_list", "keyword_argument", "await", "parenthesized_expression"):
            return None
    return None
