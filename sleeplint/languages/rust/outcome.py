"""The fate of a timeout's result: whether the code expects the time to run out."""

from __future__ import annotations

import re
from typing import Literal

from tree_sitter import Node

from sleeplint.facts import Confidence
from sleeplint.languages.rust import branches, vocabulary
from sleeplint.languages.rust.flow import Way, after, statement
from sleeplint.languages.rust.macros import macro_name
from sleeplint.languages.rust.overdue import is_disconnected
from sleeplint.languages.rust.parsing import step
from sleeplint.records import dataclass, replace
from sleeplint.regexes import regex

State = Literal["result", "ran-out", "finished"]
"""What the value at hand says: a `Result` or `Option`; true when time ran out; true when it did not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the code does with a timeout's result."""

    expected: bool
    """It expects the time to run out."""
    confidence: Confidence
    checked: bool | None
    """It looks at the result; None if the result goes where we do not follow."""
    drains: bool = False
    """The loop around it takes what comes until time runs out, once."""
    idle: bool = False
    """What it bounds never ends by itself, so that it only sleeps."""


_BURNED = Outcome(True, "high", True)
_SLEPT = Outcome(True, "high", True, idle=True)
_BURNED_LOW = Outcome(True, "low", True)
_DRAINED = Outcome(True, "low", True, drains=True)
_GUARD = Outcome(False, "high", True)
_GUARD_LOW = Outcome(False, "low", True)
_IGNORED = Outcome(False, "low", False)
_ELSEWHERE = Outcome(False, "low", None)

_RAN_OUT = frozenset({b"is_err", b"is_none", b"timed_out", b"is_err_and", b"is_none_or", b"has_timed_out"})
_FINISHED = frozenset({b"is_ok", b"is_some", b"is_ok_and", b"is_some_and"})
_FAILS_UNLESS_OVER = frozenset({b"unwrap_err", b"expect_err", b"unwrap_none", b"expect_none", b"into_err"})
_FAILS_WHEN_OVER = frozenset(
    {b"unwrap", b"expect", b"unwrap_unchecked", b"context", b"with_context", b"ok_or", b"ok_or_else"}
)
_HANDS_ON = frozenset(
    b"""
    map map_err and_then flatten boxed ok as_ref as_mut inspect inspect_err fuse instrument await into cloned
    copied as_deref transpose ok_flatten boxed_local
    """.split()
)
_OVER = regex(rb"\s*+&?\s*+(?:Err(?!\s*+\(\s*+(?:\w+::)*Disconnected\b)|None|Poll::Pending)\b")
_IN_TIME = regex(rb"\s*+&?\s*+(?:(?:Ok|Some)\b|Err\s*+\(\s*+(?:\w+::)*Disconnected\b)")
_ENDLESS = regex(rb"\s*+(?:\w+::)*pending(?:::<[^>]*>)?\s*+\(\s*+\)\s*+")


def outcome(way: Way) -> Outcome:
    """What the code does with the result of the timeout that is called at the end of the way."""
    call = way.nodes[-1]
    if (arguments := call.child_by_field_name("arguments")) is not None and _is_endless(way, arguments):
        return _SLEPT
    if way.site.entry.call.endswith("::default"):
        return _of_default(way)
    if way.site.entry.call in _FILLS:
        return _of_events(way)
    told = _judge(way, way.nodes, "result")
    if told is _IGNORED and way.site.wrapper is not None:
        return _ELSEWHERE  # the helper looks at it
    return told


_FILLS = frozenset({"mio::Poll::poll", "polling::Poller::wait"})
"""What fills a list of events; that time ran out shows in the list."""


def _of_events(way: Way) -> Outcome:
    """What is asserted next about the list of events that a call fills."""
    arguments = way.nodes[-1].child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    name = re.search(rb"\w+\s*+\Z", way.text(first)) if first is not None else None
    following = next(after(way, len(way.nodes) - 1), None)
    if name is None or following is None:
        return _ELSEWHERE
    text = way.text(following)
    about = re.search(rb"\b" + name.group().strip() + rb"\b", text) is not None
    return _BURNED_LOW if about and vocabulary.NEGATIVE.search(text) else _ELSEWHERE


def _of_default(way: Way) -> Outcome:
    """The `default(duration) => ..` of a `select!`: what it does when nothing came, and what the others do."""
    for at in range(len(way.nodes) - 2, 0, -1):
        found = branches.arm(way, at) if way.nodes[at].type == "source_file" else None
        if found is not None:
            arm, others, _ = found
            if ending(arm.body(way.bare)) == "fails":
                return _GUARD
            if others and all(ending(other.body(way.bare)) == "fails" for other in others):
                return _BURNED
    return _GUARD_LOW


def _is_endless(way: Way, arguments: Node) -> bool:
    """Whether the future that is bounded never ends by itself."""
    for argument in arguments.named_children:
        if argument.type == "async_block":
            body = argument.child_by_field_name("body") or argument.named_children[-1]
            if not body.named_children:
                continue
            last = body.named_children[-1]
            if last.type == "expression_statement":
                last = last.named_children[0]
            text = way.text(last)
            endless = last.type == "loop_expression" and not re.search(rb"\b(?:break|return)\b|\?|\bpanic!", text)
            if endless or (last.type == "await_expression" and _ENDLESS.match(text)):
                return True
        elif _ENDLESS.fullmatch(way.text(argument)):
            return True
    return False


def _judge(way: Way, nodes: tuple[Node, ...], state: State) -> Outcome:
    """Climb from the last node to what decides."""
    below = len(nodes) - 1
    while below > 0:
        parent, node = nodes[below - 1], nodes[below]
        match parent.type:
            case "await_expression" | "parenthesized_expression" | "reference_expression":
                below -= 1
            case "try_expression":
                return _GUARD if state == "result" else _ELSEWHERE
            case "field_expression":
                word = way.word(parent)
                if (
                    parent.child_by_field_name("value") != node
                    or below < 2
                    or nodes[below - 2].type != "call_expression"
                ):
                    return _GUARD_LOW
                if word in _RAN_OUT:
                    state = "ran-out"
                elif word in _FINISHED:
                    state = "finished"
                elif word in _FAILS_UNLESS_OVER:
                    return _GUARD if is_disconnected(replace(way, nodes=nodes), below) else _BURNED
                elif word == b"err":
                    return _BURNED_LOW
                elif word in _FAILS_WHEN_OVER:
                    if way.site.entry.call.endswith(("wait_timeout", "wait_timeout_while", "wait_timeout_ms")):
                        below -= 2  # a poisoned lock, not the time
                        continue
                    return _GUARD
                elif word == b"unwrap_or_else":
                    return _GUARD if vocabulary.PANIC.search(way.text(nodes[below - 2])) else _GUARD_LOW
                elif word not in _HANDS_ON:
                    return _GUARD_LOW
                below -= 2
            case "unary_expression":
                if not way.text(parent).startswith(b"!"):
                    return _GUARD_LOW
                if state == "result":
                    state = "finished"
                state = "finished" if state == "ran-out" else "ran-out"
                below -= 1
            case "binary_expression":
                verdict = _compared(way, parent, node)
                if verdict is None:
                    return _GUARD_LOW
                state = verdict
                below -= 1
            case "let_condition":
                return _conditional(way, nodes, below)
            case "if_expression":
                return _tested(way, parent, state)
            case "while_expression":
                drains = state == "finished" and not _leaves(way, parent.child_by_field_name("body"))
                return _BURNED_LOW if drains else _tested(way, parent, state)
            case "match_expression":
                told = _matched(way, parent)
                return _DRAINED if told is _GUARD_LOW and _drains(way, nodes, below - 1) else told
            case "let_declaration":
                return _bound(way, nodes, below, state)
            case "source_file" if below >= 2:
                return _in_macro(way, nodes, below, state)
            case "expression_statement":
                if way.text(parent).endswith(b";") and not (below >= 2 and nodes[below - 2].type == "source_file"):
                    return _IGNORED
                below -= 1
            case "arguments" if below >= 2:
                word = way.word(nodes[below - 2].child_by_field_name("function"))
                if word in vocabulary.IN_PLACE or word in vocabulary.CARRIED:
                    below -= 2
                    continue
                if word.startswith(b"assert") and _is_given(way, nodes, below):
                    return _by_name(word)
                return _ELSEWHERE
            case "block":
                if parent.named_children[-1] != node:
                    return _IGNORED
                below -= 1
            case "unsafe_block" | "async_block" | "closure_expression":
                below -= 1
            case "assignment_expression":
                left = parent.child_by_field_name("left")
                name = way.text(left) if left is not None else b""
                return _later(way, nodes, below, name, state)
            case _:
                return _ELSEWHERE
    return _ELSEWHERE


_SAYS_OVER = regex(rb"(?<!_no)(?<!_not)_(?:err|errs|error|none|timeout|times_out|timed_out|elapsed|pending)(?:_|\Z)")


def _is_given(way: Way, nodes: tuple[Node, ...], below: int) -> bool:
    """Whether it is the result that node `below` hands on, not a future of it."""
    at = statement(way, len(way.nodes) - 1)
    path = nodes[below:] if nodes == way.nodes[: len(nodes)] else (*nodes[below:], *way.nodes[at:])
    return way.site.entry.blocking or any(node.type == "await_expression" for node in path)


def _by_name(word: bytes) -> Outcome:
    if _SAYS_OVER.search(word):
        return _BURNED
    return _GUARD if re.search(rb"ok|some|ready", word) else _GUARD_LOW


def _compared(way: Way, comparison: Node, node: Node) -> State | None:
    left, right = comparison.child_by_field_name("left"), comparison.child_by_field_name("right")
    other = right if left == node else left
    if other is None:
        return None
    text = way.text(other)
    equal = b"==" in way.bare[node.end_byte : other.start_byte] or b"==" in way.bare[other.end_byte : node.start_byte]
    if _OVER.match(text):
        return "ran-out" if equal else "finished"
    if _IN_TIME.match(text):
        return "finished" if equal else "ran-out"
    return None


def _wanted(state: State, wanted: bool) -> Outcome:
    """The verdict on code that fails unless a boolean is as `wanted`."""
    if state == "result":
        state = "finished"
    return _BURNED if (state == "ran-out") is wanted else _GUARD


def _tested(way: Way, branch: Node, state: State) -> Outcome:
    """`if timeout(..).await.is_err() { .. }`: the branch that fails is the unexpected one."""
    then = branch.child_by_field_name("consequence") or branch.child_by_field_name("body")
    otherwise = branch.child_by_field_name("alternative")
    if otherwise is not None and _ending(way.text(otherwise).removeprefix(b"else").lstrip()) == "fails":
        return _wanted(state, True)
    if then is not None and _ending(way.text(then)) == "fails":
        return _wanted(state, False)
    return _GUARD_LOW


def _conditional(way: Way, nodes: tuple[Node, ...], below: int) -> Outcome:
    """`if let`, `while let`."""
    pattern = way.text(nodes[below - 1]).partition(b"=")[0].removeprefix(b"let").strip()
    for at in range(below - 2, -1, -1):
        branch = nodes[at]
        if branch.type == "while_expression":
            body = branch.child_by_field_name("body")
            leaves = body is not None and vocabulary.EXIT.search(way.text(body)) is not None
            return _BURNED_LOW if _IN_TIME.match(pattern) and not leaves else _GUARD_LOW
        if branch.type == "if_expression":
            state: State = "ran-out" if _OVER.match(pattern) else "finished"
            return _tested(way, branch, state)
        if branch.type not in ("let_chain", "parenthesized_expression", "binary_expression"):
            break
    return _GUARD_LOW


def _matched(way: Way, matching: Node) -> Outcome:
    """`match`: the arms that fail are the unexpected ones."""
    body = matching.child_by_field_name("body")
    in_time: list[Ending] = []
    over: list[Ending] = []
    for arm in body.named_children if body is not None else ():
        pattern, value = arm.child_by_field_name("pattern"), arm.child_by_field_name("value")
        if arm.type != "match_arm" or pattern is None or value is None:
            continue
        text = way.text(pattern)
        if _OVER.match(text) or (not _IN_TIME.match(text) and in_time and not over):
            over.append(_ending(way.text(value)))
        else:
            in_time.append(_ending(way.text(value)))
    if over and all(end == "fails" for end in over):
        return _GUARD
    if in_time and all(end == "fails" for end in in_time) and over and "fails" not in over:
        return _BURNED
    return _GUARD_LOW


def _leaves(way: Way, body: Node | None) -> bool:
    """Whether something in a loop's body leaves it, or fails."""
    text = way.text(body) if body is not None else b""
    return vocabulary.EXIT.search(text) is not None or vocabulary.PANIC.search(text) is not None


def _drains(way: Way, nodes: tuple[Node, ...], at: int) -> bool:
    """Whether the `match` at a node takes what comes, round after round, until nothing does."""
    for above in range(at - 1, -1, -1):
        if nodes[above].type == "loop_expression":
            break
        if nodes[above].type not in ("block", "expression_statement"):
            return False
    else:
        return False
    body = nodes[at].child_by_field_name("body")
    over: list[bool] = []
    for arm in body.named_children if body is not None else ():
        pattern, value = arm.child_by_field_name("pattern"), arm.child_by_field_name("value")
        if arm.type != "match_arm" or pattern is None or value is None:
            continue
        ends = any(_OVER.match(part) or part.strip() == b"_" for part in way.text(pattern).split(b"|"))
        if ends:
            over.append(re.match(rb"\{?\s*+(?:break|return)\b", way.text(value)) is not None)
        elif _leaves(way, value) and ending(way.text(value)) != "fails":
            return False
    return bool(over) and all(over)


Ending = Literal["fails", "checks", "goes on"]
"""What an arm does: fails whatever it is given; asserts something about it; neither."""
_FAILS = regex(
    rb"\{?\s*+(?:return\s++)?(?:(?:\w+::)*(?:panic|unreachable|todo|unimplemented|bail)!|Err\b|assert!\s*+\(\s*+false\b)"
)


def ending(body: bytes) -> Ending:
    """What an arm does."""
    if _FAILS.match(body):
        return "fails"
    if vocabulary.PANIC.search(body):
        return "checks" if re.search(rb"\b(?:assert|ensure)\w*!", body) else "fails"
    return "goes on"


def _ending(body: bytes) -> Ending:
    """What a branch does; one that fails on a condition of its own only checks."""
    told = ending(body)
    if told != "fails" or _FAILS.match(body):
        return told
    own = body.startswith(b"{")
    found = [match.start() for match in vocabulary.PANIC.finditer(body)]
    return "fails" if any(body.count(b"{", 0, at) - body.count(b"}", 0, at) == own for at in found) else "checks"


def _bound(way: Way, nodes: tuple[Node, ...], below: int, state: State) -> Outcome:
    """`let`: the first use of the name decides."""
    declaration = nodes[below - 1]
    pattern = declaration.child_by_field_name("pattern")
    text = way.text(pattern) if pattern is not None else b"_"
    otherwise = declaration.child_by_field_name("alternative")
    if otherwise is not None:
        if _OVER.match(text):
            return _BURNED
        return _GUARD if vocabulary.PANIC.search(way.text(otherwise)) else _GUARD_LOW
    if text == b"_":
        return _IGNORED
    names = [name for name in re.findall(rb"\b[a-z_]\w*", text) if name not in (b"mut", b"ref")]
    if not names or names[-1] == b"_":
        return _IGNORED
    return _later(way, nodes, below, names[-1], state)


def _later(way: Way, nodes: tuple[Node, ...], below: int, name: bytes, state: State) -> Outcome:
    """Follow a name to its first use."""
    if not re.fullmatch(rb"\w+", name):
        return _ELSEWHERE
    if nodes != way.nodes[: len(nodes)]:
        return _GUARD_LOW
    use = re.compile(rb"\b" + name + rb"\b")
    for count, following in enumerate(after(way, below)):
        if count == 12:
            break
        text = way.text(following)
        found = use.search(text)
        if found is None or re.match(rb"\s*+(?:tokio::|futures::|std::pin::)?pin(?:_mut)?!\s*+\(", text):
            continue
        if (told := _in_tokens(name, text, state)) is not None:
            return told
        path = _path(following, following.start_byte + found.start(), following.start_byte + found.end())
        if path[-1].type == "identifier" and path[-1].start_byte == following.start_byte + found.start():
            return _judge(way, (*nodes[: statement(way, below)], *path), state)
        return _GUARD_LOW
    return _IGNORED


def _path(top: Node, start: int, end: int) -> tuple[Node, ...]:
    """The nodes from `top` down to the one at a range."""
    path = [top]
    target = top.descendant_for_byte_range(start, end)
    while target is not None and (below := step(path[-1], target)) is not None:
        path.append(below)
    return tuple(path)


def _in_tokens(name: bytes, text: bytes, state: State) -> Outcome | None:
    """An assertion macro about a name; None if the statement is none."""
    if not re.match(rb"\s*+(?:\w+::)*(?:debug_)?(?:assert|matches|ensure)\w*!", text):
        return None
    subject = (
        rb"\s*+&?\s*+(!?)\s*+\(?\s*+&?" + name + rb"(?:\s*+\.\s*+await)?((?:\s*+\.\s*+(?:as_ref|unwrap|1|0)(?:\(\))?)*)"
    )
    macro = text.partition(b"!")[0].strip().rpartition(b"::")[2]
    inside = text[text.find(b"!") + 1 :].lstrip()[1:]
    if macro in (b"assert", b"debug_assert", b"ensure"):
        if found := re.match(subject + rb"\s*+\.\s*+(\w+)\s*+\(", inside):
            called = found.group(3)
            if called in _RAN_OUT | _FINISHED:
                return _wanted("ran-out" if called in _RAN_OUT else "finished", not found.group(1))
            if called in _FAILS_UNLESS_OVER:
                return _BURNED
            return _GUARD_LOW
        if found := re.match(rb"\s*+(!?)\s*+matches!\s*+\(\s*+&?" + name + rb"\b[^,]*,(.*)", inside, re.DOTALL):
            return _pattern(found.group(2), bool(found.group(1)))
        if found := re.match(rb"\s*+(!?)\s*+" + name + rb"\s*+[,)]", inside):
            return _wanted(state, not found.group(1))
        return _GUARD_LOW
    if re.search(rb"\b" + name + rb"(?:\s*+\.\s*+await)?\s*+\.\s*+(?:unwrap_err|expect_err|err)\b", inside):
        return _BURNED
    if macro in (b"assert_matches", b"matches", b"assert_let", b"assert_eq"):
        told = _pattern(inside.partition(b",")[2] if re.match(subject + rb"\s*+,", inside) else inside, False)
        return told or (_GUARD if b".unwrap()" in inside or b".expect(" in inside else _GUARD_LOW)
    return _by_name(macro)


def _pattern(pattern: bytes, negated: bool) -> Outcome | None:
    if _OVER.match(pattern):
        return _GUARD if negated else _BURNED
    if _IN_TIME.match(pattern):
        return _BURNED if negated else _GUARD
    return None


def _in_macro(way: Way, nodes: tuple[Node, ...], below: int, state: State) -> Outcome:
    """The value stands directly in a macro whose re-parsed body is node `below - 1`."""
    macro = nodes[below - 2]
    name = macro_name(macro, way.site.code)
    if way.sequence(below - 1):
        return _IGNORED
    rest = way.bare[nodes[below].end_byte : macro.end_byte]
    ahead = way.bare[nodes[below - 1].start_byte : nodes[below].start_byte]
    if name in (b"assert", b"debug_assert", b"ensure"):
        return _wanted(state, True)
    if name in (b"matches", b"assert_matches", b"assert_let", b"assert_eq", b"debug_assert_eq", b"assert_ne"):
        other = rest.lstrip(b" ,;\n\t") if rest.strip(b" ,;\n\t)]}") and not ahead.strip() else ahead
        negated = name == b"assert_ne"
        if state != "result":
            return _wanted(state, other.lstrip().startswith(b"true") is not negated)
        told = _pattern(other, negated)
        if name == b"matches" and told is not None:
            inner: State = "ran-out" if told.expected else "finished"
            return _judge(way, nodes[: below - 1], inner)
        return told or _GUARD_LOW
    if name.startswith(b"assert"):
        return _by_name(name)
    return _ELSEWHERE
