"""Condition loops: whether something bounds them, and what happens when the bound is reached."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tree_sitter import Node

from sleeplint.facts import Loop
from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.flow import BORDERS, Way, after, before, is_noise
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.words import places
from sleeplint.regexes import regex
from sleeplint.text import Span

_ENDLESS = regex(rb"\(?\s*+\d+\s*+\.\.\s*+\)?|.*\brepeat\w*\s*+\([^)]*\)\s*+|.*\.cycle\(\)\s*+", re.DOTALL)
_STEP = regex(rb"\b(\w+)\s*+(?:\+|-)=|\b(\w+)\s*+=\s*+\2\s*+[+-]|\b(\w+)\s*+\.\s*+(?:checked|saturating)_")
_NESTED = frozenset({"if_expression", "match_expression", "loop_expression", "while_expression", "for_expression"})
_FAILED = regex(rb"\bErr\b|\bNone\b|\bfalse\b|\bpanic!|\bunreachable!|\bbail!|\bensure!|\bfail|\bassert")


def poll(scene: Scene) -> Loop:
    """The condition loop around a wait."""
    shape = scene.loop
    if shape is None:
        raise ValueError("no loop around it")
    node = shape.node
    way = scene.way
    at = scene.loops[0]
    span = Span(node.start_byte, node.end_byte)
    text = way.text(node)
    deadlines = _deadlines(node, way.bare, _stepped_beside(scene))
    counted = shape.kind == "counted" or (shape.kind == "for" and not _ENDLESS.fullmatch(shape.head))
    in_condition = shape.kind == "while" and _names_bound(scene, shape.head)
    if _is_in_a_timeouts_macro(scene):
        return Loop(span, True, False)
    guarded = _is_reached_while_counting(scene, at)
    if not (counted or in_condition or deadlines or guarded):
        return Loop(span, _is_limited(scene) or _bounded_by_callers(scene), False)
    silent = counted or in_condition
    silent = silent or not all(_is_heard(what, text) for what in deadlines)
    falls_through = silent and not (_fails_at_last(scene, at) or _fails_after(scene, at, text))
    return Loop(span, True, falls_through, falls_through and _fails_in_callers(scene, at))


def _is_heard(what: bytes, loop: bytes) -> bool:
    """Whether what is done when time is over fails, or hands back what the loop has found so far."""
    if vocabulary.PANIC.search(what) or _FAILED.search(what):
        return True
    given = _LEFT_WITH.fullmatch(what)
    return given is not None and re.search(rb"\blet\s+(?:mut\s+)?" + given.group(1) + rb"\b", loop) is not None


_LEFT_WITH = regex(rb"\s*+\{?\s*+(?:return|break)\s++(?:\(|(?:Ok|Some)\s*+\()?\s*+([a-z_]\w*)\b[^;{}]*;?\s*+\}?\s*+")


def _is_limited(scene: Scene) -> bool:
    """Whether a timeout bounds what it stands in, of whatever length, or whose own name says so."""
    if scene.limit is not None or scene.bound_of(scene.bound_name) is not None:
        return True
    for call, outer in scene.around:
        if outer is not None and outer.entry.purpose == "operation":
            return True
        if _BOUNDS.fullmatch(scene.way.word(call.child_by_field_name("function"))):
            return True
    name = scene.bound_name
    if _WORD.fullmatch(name) is None:
        return False
    rest = scene.way.after(scene.site.call.end_byte, scene.function.end_byte)
    return any(_GIVEN_A_LIMIT.search(rest, rest.rfind(b";", 0, at) + 1, at) for at in places(rest, name))


_BOUNDS = regex(rb"(?:\w+_)?(?:timeout|timeout_at|deadline|within|time_limit)(?:_\w+)?")
_GIVEN_A_LIMIT = regex(rb"\b" + _BOUNDS.pattern + rb"\s*+\([^;]*\Z")
"""What leads to the name of a future that is bounded."""


def _is_in_a_timeouts_macro(scene: Scene) -> bool:
    """Whether a macro around it is named for the limit that it sets: `within_timeout!(async { .. })`."""
    nodes = scene.way.nodes
    inside = (at for at in range(scene.loops[0], scene.function_at, -1) if nodes[at].type == "source_file")
    return any(_LIMITS.search(scene.way.macro(at)) for at in inside)


_LIMITS = regex(rb"time_?out|deadline|\bwithin|time_limit")


def _names_bound(scene: Scene, head: bytes) -> bool:
    """Whether a `while`'s condition counts or looks at a clock."""
    if vocabulary.BOUNDED.search(head):
        return True
    return not _counters(scene).isdisjoint(_WORD.findall(head)) if scene.loop else False


def _counters(scene: Scene) -> frozenset[bytes]:
    """Names that every round counts, or at least every round that comes to the wait."""
    if scene.loop is None:
        return frozenset()
    return _stepped(scene.loop.node, scene.way.bare) | _stepped_beside(scene)


def _stepped_beside(scene: Scene) -> frozenset[bytes]:
    """Names that are counted in the branches of the loop in which the wait stands: tries that were in vain."""
    nodes, text = scene.way.nodes, scene.way.bare
    blocks = [nodes[at] for at in range(scene.loops[0] + 2, scene.here) if nodes[at].type == "block"]
    return frozenset(name for block in blocks for name in _steps(block, text))


@lru_cache(maxsize=8)
def _stepped(loop: Node, text: bytes) -> frozenset[bytes]:
    """Names that every round counts up or down: only that bounds a loop, counting what arrives does not."""
    return frozenset(_steps(loop.child_by_field_name("body") or loop, text))


def _steps(block: Node, text: bytes) -> Iterator[bytes]:
    """The names that a block's own statements count up or down."""
    for child in block.named_children:
        if child.type == "expression_statement" and child.named_children[0].type not in _NESTED:
            for groups in _STEP.findall(text, child.start_byte, child.end_byte):
                yield from (name for name in groups if name)


@lru_cache(maxsize=8)
def _deadlines(loop: Node, text: bytes, beside: frozenset[bytes]) -> tuple[bytes, ...]:
    """What is done in the loop by the `if`s and match guards whose condition counts or looks at a clock.

    `beside` are names that are counted where the wait stands.
    """
    found: list[bytes] = []
    stepped = _stepped(loop, text) | beside
    stack: list[Node] = [loop]
    while stack:
        node = stack.pop()
        if node.type in BORDERS:
            continue
        if node.type in ("if_expression", "match_arm"):
            condition, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
            if node.type == "match_arm":  # `Err(error) if attempt == 5 => return Err(error)`
                pattern, then = node.child_by_field_name("pattern"), node.child_by_field_name("value")
                condition = pattern.child_by_field_name("condition") if pattern is not None else None
            if condition is not None and then is not None:
                head = text[condition.start_byte : condition.end_byte]
                body = text[then.start_byte : then.end_byte]
                bounded = vocabulary.BOUNDED.search(head) or not stepped.isdisjoint(_WORD.findall(head))
                if _CAME.match(head):  # `if let Some(answer) = ask(attempt) { return Ok(answer) }`
                    continue
                if bounded and (vocabulary.EXIT.search(body) or vocabulary.PANIC.search(body)):
                    found.append(body)
                elif bounded and (otherwise := _otherwise(node)) is not None:
                    body = text[otherwise.start_byte : otherwise.end_byte]
                    if vocabulary.EXIT.search(body) or vocabulary.PANIC.search(body):
                        found.append(body)
        elif node.type == "macro_invocation":
            head = text[node.start_byte : node.end_byte]
            if re.match(rb"\s*+(?:assert|ensure|debug_assert)", head) and (
                vocabulary.BOUNDED.search(head) or not stepped.isdisjoint(_WORD.findall(head))
            ):
                found.append(b"panic!")
            elif re.match(rb"\s*+(?:\w+::)*select", head) and re.search(rb"sleep|timeout|deadline", head):
                found.append(head)
        stack.extend(node.named_children)
    return tuple(found)


def _otherwise(branch: Node) -> Node | None:
    """The block behind a branch's `else`, where no further condition stands there."""
    clause = branch.child_by_field_name("alternative")
    below = clause.named_children[-1] if clause is not None and clause.named_children else None
    return below if below is not None and below.type == "block" else None


def _bounded_by_callers(scene: Scene) -> bool:
    """Whether it stands in a private helper that is called in this file only, and each time under a timeout."""
    function = scene.function
    name = scene.way.word(function.child_by_field_name("name"))
    if scene.is_test_function or not name or any(c.type == "visibility_modifier" for c in function.children):
        return False
    bare = scene.way.bare
    calls = [
        match.start()
        for match in re.finditer(rb"(?<![.\w])" + re.escape(name) + rb"\s*+\(", bare)
        if not function.start_byte <= match.start() < function.end_byte
    ]
    return bool(calls) and all(_UNDER_TIMEOUT.search(bare[max(0, at - 200) : at]) for at in calls)


_UNDER_TIMEOUT = regex(rb"\b(?:(?:timeout|timeout_at|with_timeout|within)|\w*timeout\w*!)\s*+[({][^;{}]*\Z")
_WORD = regex(rb"\w+")
_CAME = regex(rb"\s*+let\s+(?:\w+::)*(?:Some|Ok)\b")
"""What was waited for has come."""


def _fails_at_last(scene: Scene, at: int) -> bool:
    """Whether the wait stands where tries are left, and the loop fails where none are."""
    way = scene.way
    pattern = way.nodes[at].child_by_field_name("pattern")
    counters = _counters(scene).union(_WORD.findall(way.text(pattern)) if pattern is not None else ())

    def counts(condition: Node | None) -> bool:
        head = way.text(condition) if condition is not None else b""
        return not counters.isdisjoint(_WORD.findall(head)) or vocabulary.BOUNDED.search(head) is not None

    for index in range(at + 1, scene.here):
        condition, others = _choice(way, index)
        if counts(condition) and any(_GIVES_UP.search(way.text(other)) for other in others):
            return True
    for node in before(way, scene.here):  # `if attempt == 5 { panic!() }` ahead of the wait
        branch = node.named_children[0] if node.type == "expression_statement" else node
        if branch.type != "if_expression" or not counts(branch.child_by_field_name("condition")):
            continue
        then = branch.child_by_field_name("consequence")
        if then is not None and _GIVES_UP.search(way.text(then)):
            return True
    return False


def _is_reached_while_counting(scene: Scene, at: int) -> bool:
    """Whether the wait stands where tries or time are left, and where none are the loop is left."""
    counters = _stepped_beside(scene)
    for index in range(at + 1, scene.here):
        condition, others = _choice(scene.way, index)
        head = scene.way.text(condition) if condition is not None else b""
        if counters.isdisjoint(_WORD.findall(head)) and _CLOCK.search(head) is None:
            continue
        returned = any(node.type == "return_expression" for node in scene.way.nodes[at:index])
        left = (scene.way.text(other) for other in others)
        if returned or any(vocabulary.EXIT.search(text) or vocabulary.PANIC.search(text) for text in left):
            return True
    return False


_CLOCK = regex(rb"\b(?:Instant|SystemTime)\s*+::\s*+now\b|\.\s*+elapsed\s*+\(")
"""A condition that asks how late it is."""


def _choice(way: Way, at: int) -> tuple[Node | None, Sequence[Node]]:
    """The condition under which the way leads through node `at`, and what is done otherwise."""
    node, taken = way.nodes[at], way.nodes[at + 1]
    if node.type == "match_arm":  # `Err(error) if attempt < 5 => ..`: else the arms behind it
        pattern = node.child_by_field_name("pattern")
        condition = pattern.child_by_field_name("condition") if pattern is not None else None
        return condition, [arm for arm in way.nodes[at - 1].named_children if arm.start_byte > node.start_byte]
    if node.type != "if_expression":
        return None, ()
    then, otherwise = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    if then is None or taken != then:
        return node.child_by_field_name("condition"), [then] if then is not None else ()
    others = [otherwise] if otherwise is not None else []
    if _CONTINUES.search(way.text(then)):
        others += after(way, at + 1)
    return node.child_by_field_name("condition"), others


_CONTINUES = regex(rb"\bcontinue\b")
_GIVES_UP = regex(vocabulary.PANIC.pattern + rb"|\b(?:return|break)\s++(?:Err|None|false)\b|\bErr\s*+\([^;{}]*\)\s*+\?")


def _fails_after(scene: Scene, at: int, text: bytes) -> bool:
    """Whether the code after the loop notices that the condition never held."""
    if re.search(rb"\bassert\w*!\s*+\([^;]*(?:attempt|retr|tries|deadline|elapsed|count)", text):
        return True
    checked = 0
    for statement in _following(scene, at):
        following = scene.way.text(statement)
        if not following.rstrip().endswith(b";") and re.fullmatch(
            rb"\s*+(?:None|false|Err\b.*)\s*+", following, re.DOTALL
        ):
            return True
        if _is_told(following, text):
            return True
        if is_noise(following):
            continue
        if _notices(following):
            return True
        if _FAILED.search(following) and not following.rstrip().endswith(b";"):
            return True
        if re.match(rb"\s*+return\b", following):
            return _FAILED.search(following) is not None
        checked += 1
        if checked == _NEXT:
            break
    return _is_asserted_later(scene, at, text)


def _is_asserted_later(scene: Scene, at: int, text: bytes) -> bool:
    """Whether an assertion further down asks for the flag that the loop sets where its condition has come."""
    flags = set(_FLAGGED.findall(text))
    if not flags:
        return False
    rest = scene.way.after(scene.way.nodes[at].end_byte, scene.function.end_byte)
    return any(match.group(1) in flags for match in _ASSERTS.finditer(rest))


_FLAGGED = regex(rb"(?<![.\w])(?<!let\s)(?<!mut\s)([a-z_]\w*)\s*+=\s*+(?:true|Some\b)")
_ASSERTS = regex(rb"\bassert\w*!\s*+\(\s*+([a-z_]\w*)\b")


def _following(scene: Scene, at: int) -> Iterator[Node]:
    """The statements behind a loop; where it ends a block, closure or task, those behind that as well."""
    yield from after(scene.way, at, through_loops=True)
    border, taken = scene.borders[0] if scene.borders else (-1, scene.carrier)
    if taken.taken in ("here", "given", "spawned") and border > scene.function_at:
        yield from after(scene.way, taken.at, through_loops=True)


def _is_told(following: bytes, loop: bytes) -> bool:
    """Whether who called is told: it is given what the loop has found so far."""
    given = _HANDED_OVER.fullmatch(following)
    if given is None:
        return False
    name = given.group(1) or given.group(2)
    return any(_KEEPS.match(loop, place + len(name)) for place in places(loop, name))


_VALUE = rb"(?:(?:Ok|Some)\s*+\(\s*+)?([a-z_]\w*)\s*+\)?\s*+"
_HANDED_OVER = regex(rb"\s*+(?:return\s++%s;?\s*+|%s)" % (_VALUE, _VALUE))
_KEEPS = regex(rb"\s*+[|&+]?=(?![=>])|\s*+\.\s*+(?:push\w*|extend\w*|insert|append)\s*+\(")
_NEXT = 3
"""Statements in which what is missing is noticed."""


def _notices(text: bytes) -> bool:
    return (
        vocabulary.ASSERTION.search(text) is not None
        or vocabulary.PANIC.search(text) is not None
        or b".unwrap()" in text
        or b".expect(" in text
    )


def _fails_in_callers(scene: Scene, loop: int) -> bool:
    """Whether the loop ends a helper, and what follows each call of it in this file fails where it was in vain."""
    if any(not is_noise(scene.way.text(node)) for node in after(scene.way, loop, through_loops=True)):
        return False
    bare, function = scene.way.bare, scene.function
    name = scene.way.word(function.child_by_field_name("name"))
    if scene.is_test_function or scene.own != scene.function_at or function.child_by_field_name("return_type"):
        return False
    calls = [
        at + len(name)
        for at in places(bare, name)
        if not function.start_byte <= at < function.end_byte and _OPENED.match(bare, at + len(name))
    ]
    return bool(calls) and all(_notices_soon(bare[at : at + _AHEAD]) for at in calls)


def _notices_soon(text: bytes) -> bool:
    """Whether one of the statements behind the one with which a text begins notices."""
    _, _, rest = text.partition(b"#[")[0].partition(b";")
    return any(_notices(statement) for statement in rest.split(b";")[:_NEXT])


_OPENED = regex(rb"\s*+\(")
_AHEAD = 1_500
