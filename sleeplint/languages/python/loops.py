"""The loops around a wait: which of them tries a condition again, what bounds it, and what comes when it runs out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import names_in
from sleeplint.languages.python.durations import fold
from sleeplint.languages.python.flow import border, fails, following
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.scene import MAX_NODES, Scene, Use
from sleeplint.languages.python.tree import FUNCTIONS, Chain, arguments_of, bare, chain_to
from sleeplint.records import dataclass
from sleeplint.regexes import regex

LOOPS = frozenset({"while_statement", "for_statement"})
_ENDLESS = regex(r"^(True|1)$")
_COUNTS = regex(r"(?i)\brange\(|\bcount\(|\brepeat\(|attempt|retr|tries|\btry|backoff|delay|interval|pause|^_$|wait")
_TOLD = regex(
    r"(?i)(?<![a-z])(stop|cancel|shut_?down|quit|terminate|kill)(_?(event|flag|signal|requested))?\b"
    r"|(time|monotonic|perf_counter|now)\(\)|elapsed|deadline"
)
_CUT_OFF = regex(r"OSError|BrokenPipe|ConnectionReset|ConnectionAborted|ConnectionClosed|EOFError|CancelledError")
_NO_MORE = regex(r"\b(Empty|QueueEmpty|IndexError|KeyError|StopIteration)\b")
_TAKES = regex(rb"\.(get_nowait|pop|popleft|popitem)\(|\bnext\(")
_COUNTED = regex(r"([^\W\d]\w*) *(?:<|<=|>|>=|!=) *(?:\d[\d_]*|[A-Z][A-Z_\d]*)")
_THINGS = regex(r"^(?:len\(([\w.]+)\)(?: *(?:>|!=) *0)?|([\w.]+))$")
_ENDLESS_ITERABLE = regex(r"^(itertools\.)?(count|cycle|repeat)\(|^iter\(")


@dataclass(frozen=True, slots=True)
class Round:
    """The innermost loop around a wait, in the same function."""

    node: Node
    index: int
    """Its place in the chain."""
    shape: Literal["condition", "clock", "endless", "items"]
    """`while` with a condition; with nothing but a clock in it; without one; `for`."""
    exits: bool
    """It has a `break`, or a `return`, of its own."""
    raises: bool
    """It can end by failing."""
    tries: bool = True
    """What it goes round for is another try: not the next of some things, nor work until time is up."""

    @property
    def polls(self) -> bool:
        """It tries something again until it holds."""
        return self.shape == "condition" or (self.exits and self.tries)


def round_of(scene: Scene, chain: Chain, node: Node) -> Round | None:
    """The innermost loop around `node` in its own function; a loop's `else` and head are outside."""
    inner = node
    for index in range(len(chain) - 1, border(chain), -1):
        outer = chain[index]
        if outer.type in LOOPS and inner.type != "else_clause":
            head = outer.child_by_field_name("right" if outer.type == "for_statement" else "condition")
            if not (outer.type == "for_statement" and head is not None and head.id == inner.id):
                return _round(scene, outer, index)
        inner = outer
    return None


def _round(scene: Scene, loop: Node, index: int) -> Round:
    known = scene.memory.get(("round", loop.id))
    if isinstance(known, Round):
        return known
    exits, raises = _ways_out(scene, loop)
    shape: Literal["condition", "clock", "endless", "items"] = "items"
    if loop.type == "while_statement":
        condition = loop.child_by_field_name("condition")
        written = scene.text(bare(condition)) if condition is not None else ""
        shape = "endless" if _ENDLESS.match(written) else "clock" if _only_clock(written) else "condition"
        if shape == "condition" and not exits and _only_counts(scene, loop, written):
            shape = "items"
        if shape == "condition" and _uses_up(scene, loop, written):
            shape, exits = "items", False
    elif _ENDLESS_ITERABLE.match(scene.text(loop.child_by_field_name("right") or loop)):
        shape = "endless"
    found = Round(loop, index, shape, exits, raises, _tries(scene, loop, shape))
    scene.memory["round", loop.id] = found
    return found


def _tries(scene: Scene, loop: Node, shape: str) -> bool:
    """Whether a loop counts tries or has none to count: `for _ in range(9)`, `for delay in backoff`, `while True`.

    One that goes through some things until it is told to stop, or works until its time is up, does not.
    """
    if shape == "items" and loop.type == "for_statement":
        head, item = loop.child_by_field_name("right"), loop.child_by_field_name("left")
        counts = head is not None and _COUNTS.search(scene.text(head)) is not None
        named = item is not None and _COUNTS.search(scene.text(item)) is not None
        return counts or named or not _leaves_when_told(scene, loop)
    return shape != "endless" or not _leaves_when_told(scene, loop)


def _leaves_when_told(scene: Scene, loop: Node) -> bool:
    """Whether every way out of a loop stands directly under an `if` on a stop signal or a clock, and there is one.

    A thing that says by itself that it is the last of them, and the lack of another one, are such signals too.
    """
    body = loop.child_by_field_name("body")
    stack: list[tuple[Node, bool, bool]] = [(body, False, False)] if body is not None else []
    item = _item_of_things(scene, loop)
    ways = seen = 0
    while stack and seen < 4 * MAX_NODES:
        part, told, inner = stack.pop()
        seen += 1
        if part.type == "return_statement" or (part.type == "break_statement" and not inner):
            if not told or part.named_child_count:
                return False
            ways += 1
        elif part.type in ("if_statement", "elif_clause"):
            condition = part.child_by_field_name("condition")
            signal = condition is not None and (
                _TOLD.search(scene.text(condition)) is not None or (bool(item) and names_in(scene, condition) <= item)
            )
            taken = part.child_by_field_name("consequence")
            branch = taken.id if taken is not None else 0
            stack.extend((child, signal and child.id == branch, inner) for child in part.named_children)
        elif part.type == "except_clause" and _nothing_is_left(scene, part, body):
            stack.extend((child, True, inner) for child in part.named_children)
        elif part.type not in FUNCTIONS and part.type != "class_definition":
            stack.extend((child, told, inner or part.type in LOOPS) for child in part.named_children)
    return ways > 0


def _item_of_things(scene: Scene, loop: Node) -> set[str]:
    """What a loop calls each of the things of a list."""
    item, things = loop.child_by_field_name("left"), loop.child_by_field_name("right")
    listed = item is not None and things is not None and things.type == "identifier"
    return names_in(scene, item) if listed and item is not None else set()


def _nothing_is_left(scene: Scene, clause: Node, body: Node | None) -> bool:
    """Whether an `except` is for there being nobody to go on with, or nothing left to take at once."""
    error = scene.text(clause).partition(":")[0]
    if _CUT_OFF.search(error):
        return True
    takes = body is not None and _TAKES.search(scene.code, body.start_byte, body.end_byte) is not None
    return takes and _NO_MORE.search(error) is not None


def _only_counts(scene: Scene, loop: Node, condition: str) -> bool:
    """`while n < 5: ..; n += 1`: it goes round so often, whatever comes of it."""
    counted = _COUNTED.fullmatch(condition)
    body = loop.child_by_field_name("body")
    if counted is None or body is None:
        return False
    moved = scene.code[body.start_byte : body.end_byte].decode("utf-8", "replace")
    return _moves(moved, counted[1])


def _uses_up(scene: Scene, loop: Node, condition: str) -> bool:
    """`while jobs: job = jobs.pop()`: it goes through what there is, and tries nothing again."""
    found = _THINGS.match(condition)
    body = loop.child_by_field_name("body")
    if found is None or body is None:
        return False
    taken = re.compile(rb"(?<![\w.])%s\.(pop|popleft|popitem)\(" % re.escape((found[1] or found[2]).encode()))
    return bool(taken.search(scene.code, body.start_byte, body.end_byte))


def _only_clock(condition: str) -> bool:
    """A comparison of clock readings and nothing else: `time.time() < deadline`."""
    if re.search(r"\b(and|or|not)\b", condition) or not re.search(r"[<>]", condition):
        return False
    return bool(words.CLOCK_WORDS.search(condition)) and not re.search(r"len\(|\bcount|\bsize|\bsum\(", condition)


def _ways_out(scene: Scene, loop: Node) -> tuple[bool, bool]:
    """Whether a loop's own body has a break or return, and whether it can raise."""
    exits = raises = False
    body = loop.child_by_field_name("body")
    stack = [(body, False)] if body is not None else []
    seen = 0
    while stack and seen < 4 * MAX_NODES:
        part, inner = stack.pop()
        seen += 1
        match part.type:
            case "break_statement":
                exits = exits or not inner
            case "return_statement":
                exits = True
            case "raise_statement" | "assert_statement":
                raises = True
            case "expression_statement":
                calls = scene.calls(part)
                raises = raises or bool(calls and (calls[0].name == "fail" or calls[0].name.startswith("assert")))
            case "function_definition" | "class_definition" | "lambda":
                continue
            case _:
                deeper = inner or part.type in LOOPS
                stack.extend((child, deeper) for child in part.named_children)
    return exits, raises


def bounded(scene: Scene, round_: Round, limited: bool) -> bool:
    """Whether a deadline, a count or an enclosing timeout (`limited`) ends the loop."""
    loop = round_.node
    if limited or round_.shape == "clock":
        return True
    if loop.type == "for_statement" and round_.shape == "items":
        return not any(child.type == "async" for child in loop.children[:1])
    condition = loop.child_by_field_name("condition")
    if condition is not None and round_.shape == "condition" and _bounds(scene, loop, scene.text(condition)):
        return True
    body = loop.child_by_field_name("body")
    return body is not None and _guarded_exit(scene, loop, body)


def _bounds(scene: Scene, loop: Node, condition: str) -> bool:
    """Whether a condition compares a clock or a counter that the loop moves."""
    if re.search(r"[<>]", condition) and words.CLOCK_WORDS.search(condition):
        return True
    body = loop.child_by_field_name("body")
    moved = scene.code[body.start_byte : body.end_byte].decode("utf-8", "replace") if body is not None else ""
    return _moves(moved, condition)


def _moves(body: str, condition: str) -> bool:
    """Whether a loop's body counts up or down a name of its condition."""
    names = dict.fromkeys(re.findall(r"\b[A-Za-z_]\w*\b", condition))
    return any(re.search(rf"(?m)(?:^|;)\s*{name}\s*(?:[+-]=|=\s*{name}\s*[+-])", body) for name in names)


def _guarded_exit(scene: Scene, loop: Node, body: Node) -> bool:
    """An `if` on a clock or counter that leaves the loop, or an assertion on one."""
    moved = scene.code[body.start_byte : body.end_byte].decode("utf-8", "replace")
    for part in _own_parts(body):
        if part.type in ("if_statement", "elif_clause"):
            condition = part.child_by_field_name("condition")
            branch = part.child_by_field_name("consequence")
            if condition is not None and branch is not None and _measures(scene, condition, moved):
                words_ = scene.code[branch.start_byte : branch.end_byte]
                if re.search(rb"\b(raise|break|return|fail|assert|exit|skip)\b|\bfail_\w+\(", words_):
                    return True
        elif part.type == "assert_statement":
            condition = part.named_child(0)
            if condition is not None and _measures(scene, condition, moved):
                return True
        elif part.type == "expression_statement":
            calls = scene.calls(part)
            if calls and calls[0].name.startswith("assert") and _measures(scene, calls[0].node, moved):
                return True
    return False


def _own_parts(body: Node) -> Iterator[Node]:
    """What stands in a loop's body, functions and classes not entered."""
    stack = [body]
    seen = 0
    while stack and seen < 2 * MAX_NODES:
        part = stack.pop()
        seen += 1
        if part.type in FUNCTIONS or part.type == "class_definition":
            continue
        yield part
        stack.extend(part.named_children)


def _measures(scene: Scene, condition: Node, moved: str) -> bool:
    written = scene.text(condition)
    if words.CLOCK_WORDS.search(written) and re.search(r"[<>]|Less|Greater|timed_?out|expired", written):
        return True
    return _moves(moved, written)


def falls_through(scene: Scene, round_: Round, chain: Chain) -> bool:
    """Whether a bounded loop that runs out lets the test go on as if nothing were wrong."""
    loop = round_.node
    alternative = loop.child_by_field_name("alternative")
    if alternative is not None:
        block = alternative.child_by_field_name("body") or alternative
        if fails(scene, block) or _returns(scene, block):
            return False
    elif round_.shape in ("endless",) or (round_.shape == "condition" and not _condition_bounds(scene, loop)):
        if not _breaks_when_late(scene, loop):
            return False
    elif round_.raises and round_.shape != "items" and not round_.exits:
        return False
    holder = chain[round_.index - 1] if round_.index else scene.root
    if _gives_up_last(scene, loop) or (holder.type == "block" and fails(scene, holder)):
        return False
    body = loop.child_by_field_name("body")
    # Where all that find what they wait for return, what comes after the loop is for those that do not.
    goes_on = round_.shape == "condition" or not round_.exits or body is None
    goes_on = goes_on or any(part.type == "break_statement" for part in _own_parts(body or loop))
    for count, act in enumerate(following(scene, chain[: round_.index], loop)):
        if act.kind in ("assert", "raise") or any(words.GIVING_UP.search(call.name) for call in act.calls):
            return False
        if count == 0 and body is not None and _asks_again(scene, act.node, loop):
            return False  # what it does about that is its own matter
        if act.kind == "return":
            # The caller is told, unless the value is the same as on success.
            return act.node.named_child_count == 0
        if count >= 2 and goes_on:
            return True
    return True


def noticed(scene: Scene, round_: Round, chain: Chain) -> bool:
    """Whether a loop ends a helper, and soon behind each call of that in this file something fails or asserts."""
    first = border(chain)
    function = chain[first] if first >= 0 else None
    label = function.child_by_field_name("name") if function is not None else None
    if label is None or scene.text(label).startswith("test"):
        return False
    if next(following(scene, chain[: round_.index], round_.node), None) is not None:
        return False
    calls = [use for use in scene.uses(scene.text(label)) if use.node.id != label.id]
    return bool(calls) and all(_asserted_soon(scene, use) for use in calls)


def _asserted_soon(scene: Scene, use: Use) -> bool:
    called, above = use.node, use.chain
    if above[-1].type == "attribute" and above[-1].child_by_field_name("attribute") == called:
        called, above = above[-1], above[:-1]
    if not above or above[-1].type != "call" or above[-1].child_by_field_name("function") != called:
        return False
    acts = islice(following(scene, above[:-1], above[-1]), _SOON)
    return any(act.kind in ("assert", "raise") for act in acts)


_SOON = 3
"""Statements in which what is missing is noticed."""


def _gives_up_last(scene: Scene, loop: Node) -> bool:
    """`for n in range(times):` in which `if n == times - 1: raise` makes the last round speak.

    A `while` that counts in its condition speaks likewise: `while left > 0:` with `if left == 0: raise`.
    """
    head, body = (
        loop.child_by_field_name("left") or loop.child_by_field_name("condition"),
        loop.child_by_field_name("body"),
    )
    if head is None or body is None:
        return False
    counters = re.findall(r"[^\W\d]\w*", scene.text(head))
    if loop.type == "while_statement":
        moved = scene.code[body.start_byte : body.end_byte].decode("utf-8", "replace")
        counters = [name for name in counters if _moves(moved, name)]
    counted = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, counters))})\b" if counters else r"(?!)")
    for part in _own_parts(body):
        if part.type in ("if_statement", "elif_clause"):
            condition, branch = part.child_by_field_name("condition"), part.child_by_field_name("consequence")
            if condition is not None and branch is not None and counted.search(scene.text(condition)):
                last = scene.statements(branch)[-1:]
                if fails(scene, branch) or (last and last[0].type == "raise_statement"):
                    return True
    return False


def _asks_again(scene: Scene, condition: Node, loop: Node) -> bool:
    """Whether the head of the `if` after a loop asks the same as the loop did."""
    chain = chain_to(scene.root, condition)
    if not chain or chain[-1].type != "if_statement":
        return False
    asked = bare(condition)
    while asked.type == "not_operator" and asked.named_children:
        asked = bare(asked.named_children[-1])
    return scene.text(asked) in scene.text(loop) and not _only_says_so(scene, chain[-1])


def _only_says_so(scene: Scene, condition: Node) -> bool:
    """Whether all that an `if` does is to print or to log."""
    branch = condition.child_by_field_name("consequence")
    if branch is None or condition.child_by_field_name("alternative") is not None:
        return False
    calls = [scene.calls(statement) for statement in scene.statements(branch)]
    return bool(calls) and all(found and found[0].name in words.SAYINGS for found in calls)


def _condition_bounds(scene: Scene, loop: Node) -> bool:
    condition = loop.child_by_field_name("condition")
    return condition is not None and _bounds(scene, loop, scene.text(condition))


def _returns(scene: Scene, block: Node) -> bool:
    statements = scene.statements(block)
    return bool(statements) and statements[-1].type == "return_statement"


def _breaks_when_late(scene: Scene, loop: Node) -> bool:
    """The bound stands in the body, as `if late: break`, with nothing said about it."""
    body = loop.child_by_field_name("body")
    if body is None:
        return False
    moved = scene.code[body.start_byte : body.end_byte].decode("utf-8", "replace")
    for statement in scene.statements(body):
        if statement.type == "if_statement":
            condition = statement.child_by_field_name("condition")
            branch = statement.child_by_field_name("consequence")
            if condition is not None and branch is not None and _measures(scene, condition, moved):
                return scene.statements(branch)[-1:] != () and scene.statements(branch)[-1].type == "break_statement"
    return False


def times(scene: Scene, chain: Chain, node: Node) -> int | None:
    """How often the loops around `node` in its function run it in one go; None if the source does not say."""
    product = 1
    inner = node
    for index in range(len(chain) - 1, border(chain), -1):
        outer = chain[index]
        if outer.type == "while_statement":
            return None
        if outer.type == "for_statement" and inner.type != "else_clause":
            head = outer.child_by_field_name("right")
            if head is not None and head.id != inner.id:
                count = None if _round(scene, outer, index).exits else length(scene, head)
                if count is None:
                    return None
                product *= count
        elif outer.type in ("list_comprehension", "generator_expression", "set_comprehension"):
            clause = next((child for child in outer.named_children if child.type == "for_in_clause"), None)
            head = clause.child_by_field_name("right") if clause is not None else None
            count = length(scene, head) if head is not None else None
            if count is None:
                return None
            product *= count
        inner = outer
    return product


def length(scene: Scene, iterable: Node) -> int | None:
    """How many rounds a `for` over an expression has; None if the source does not say."""
    iterable = bare(iterable)
    if iterable.type in ("list", "tuple", "set", "expression_list"):
        if any(child.type in ("list_splat", "comment") for child in iterable.named_children):
            return None
        return iterable.named_child_count
    if iterable.type == "call":
        called = scene.called(iterable)
        arguments = arguments_of(iterable, scene.code).positional
        if called.name == "range" and not called.receiver:
            numbers = [whole_number(scene, argument) for argument in arguments]
            if numbers and all(number is not None for number in numbers):
                whole = [number for number in numbers if number is not None]
                if len(whole) <= 3 and (len(whole) < 3 or whole[2] != 0):
                    return len(range(*whole))
        if called.name in ("enumerate", "list", "reversed", "sorted") and not called.receiver and arguments:
            return length(scene, arguments[0])
    return None


def whole_number(scene: Scene, node: Node) -> int | None:
    """The whole number that an expression is, by its digits or by its constants."""
    written = scene.text(node).replace("_", "").strip()
    if re.fullmatch(r"-?\d{1,9}", written):
        return int(written)
    if node.type not in ("identifier", "attribute", "binary_operator", "integer") or not isinstance(scene.names, Names):
        return None
    folded = fold(node, scene.names)
    if folded is None or folded.carries_unit or not abs(folded.number) < 10**9 or folded.number != int(folded.number):
        return None
    return int(folded.number)
