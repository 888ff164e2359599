"""The loops around a wait: which of them tries a condition again, and what bounds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import names_in
from sleeplint.languages.python.durations import fold
from sleeplint.languages.python.flow import border
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.scene import MAX_NODES, Scene
from sleeplint.languages.python.tree import FUNCTIONS, Chain, arguments_of, bare
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
_TICKS = regex(r"(?:int\()?[\w.]*\b(?:time|localtime|gmtime|now|utcnow)\(\)\)?[\w.\[\]]* *== *[\w.]+$")
"""As long as a clock shows the same."""
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
    by_error: int = 0
    """The handler of errors in which all its ways out stand, by its node's id; 0 if there is no such one."""

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
            in_head = outer.type == "for_statement" and head is not None and head.id == inner.id
            if not in_head and not _is_left_at_once(scene, outer):
                return _round(scene, outer, index)
        inner = outer
    return None


def _is_left_at_once(scene: Scene, loop: Node) -> bool:
    """`for first in things: ..; break`: it goes round no more than once."""
    body = loop.child_by_field_name("body")
    last = scene.statements(body)[-1:] if body is not None else ()
    if body is None or not last or last[0].type not in ("break_statement", "return_statement"):
        return False
    return b"continue" not in scene.code[body.start_byte : body.end_byte]


def _round(scene: Scene, loop: Node, index: int) -> Round:
    known = scene.memory.get(("round", loop.id))
    if isinstance(known, Round):
        return known
    exits, raises, by_error = _ways_out(scene, loop)
    shape: Literal["condition", "clock", "endless", "items"] = "items"
    if loop.type == "while_statement":
        condition = loop.child_by_field_name("condition")
        written = scene.text(bare(condition)) if condition is not None else ""
        shape = "endless" if _ENDLESS.match(written) else "clock" if _only_clock(written) else "condition"
        if shape == "condition" and not exits and _only_counts(scene, loop, written):
            shape = "items"
        if shape == "condition" and (_uses_up(scene, loop, written) or _gives_one_by_one(loop)):
            shape, exits = "items", False
    elif _ENDLESS_ITERABLE.match(scene.text(loop.child_by_field_name("right") or loop)):
        shape = "endless"
    found = Round(loop, index, shape, exits, raises, _tries(scene, loop, shape), by_error)
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
        return counts or named or not leaves_when_told(scene, loop)
    return shape != "endless" or not leaves_when_told(scene, loop)


def leaves_when_told(scene: Scene, loop: Node, told_by: re.Pattern[str] = _TOLD) -> bool:
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
                told_by.search(scene.text(bare(condition))) is not None
                or (bool(item) and names_in(scene, condition) <= item)
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
    return moves(moved, counted[1])


def _uses_up(scene: Scene, loop: Node, condition: str) -> bool:
    """`while jobs: job = jobs.pop()`: it goes through what there is, and tries nothing again."""
    found = _THINGS.match(condition)
    body = loop.child_by_field_name("body")
    if found is None or body is None:
        return False
    taken = re.compile(rb"(?<![\w.])%s\.(pop|popleft|popitem)\(" % re.escape((found[1] or found[2]).encode()))
    return bool(taken.search(scene.code, body.start_byte, body.end_byte))


def _gives_one_by_one(loop: Node) -> bool:
    """`yield item` in each round: it makes what others go through. What is called there may be awaited by it."""
    body = loop.child_by_field_name("body")
    inner = (
        [child.named_children[0] for child in body.named_children if child.named_children] if body is not None else []
    )
    return any(
        part.type == "yield" and part.named_children and part.named_children[0].type not in ("call", "await", "yield")
        for part in inner
    )


def _only_clock(condition: str) -> bool:
    """A comparison of clock readings and nothing else: `time.time() < deadline`, `localtime() == before`."""
    if re.search(r"\b(and|or|not)\b", condition):
        return False
    if not re.search(r"[<>]", condition):
        return _TICKS.match(condition) is not None
    return bool(words.CLOCK_WORDS.search(condition)) and not re.search(r"len\(|\bcount|\bsize|\bsum\(", condition)


def _ways_out(scene: Scene, loop: Node) -> tuple[bool, bool, int]:
    """Whether a loop's own body has a break or return, whether it can raise, and which handler has all ways out."""
    raises = False
    handlers = set()
    body = loop.child_by_field_name("body")
    stack = [(body, False, 0)] if body is not None else []
    seen = 0
    while stack and seen < 4 * MAX_NODES:
        part, inner, handler = stack.pop()
        seen += 1
        match part.type:
            case "break_statement" | "return_statement":
                if not inner or part.type == "return_statement":
                    handlers.add(handler)
            case "raise_statement" | "assert_statement":
                raises = True
            case "expression_statement":
                calls = scene.calls(part)
                raises = raises or bool(calls and (calls[0].name == "fail" or calls[0].name.startswith("assert")))
            case "function_definition" | "class_definition" | "lambda":
                continue
            case _:
                deeper, caught = inner or part.type in LOOPS, part.id if part.type == "except_clause" else handler
                stack.extend((child, deeper, caught) for child in part.named_children)
    return bool(handlers), raises, handlers.pop() if len(handlers) == 1 else 0


def bounded(scene: Scene, round_: Round, limited: bool) -> bool:
    """Whether a deadline, a count or an enclosing timeout (`limited`) ends the loop."""
    loop = round_.node
    if limited or round_.shape == "clock":
        return True
    if loop.type == "for_statement" and round_.shape == "items":
        return not any(child.type == "async" for child in loop.children[:1])
    condition = loop.child_by_field_name("condition")
    if condition is not None and round_.shape == "condition" and bounds(scene, loop, scene.text(condition)):
        return True
    body = loop.child_by_field_name("body")
    return body is not None and _guarded_exit(scene, loop, body)


def bounds(scene: Scene, loop: Node, condition: str) -> bool:
    """Whether a condition compares a clock or a counter that the loop moves."""
    if re.search(r"[<>]", condition) and words.CLOCK_WORDS.search(condition):
        return True
    body = loop.child_by_field_name("body")
    moved = scene.code[body.start_byte : body.end_byte].decode("utf-8", "replace") if body is not None else ""
    return moves(moved, condition)


def moves(body: str, condition: str) -> bool:
    """Whether a loop's body counts up or down a name of its condition."""
    names = dict.fromkeys(re.findall(r"\b[A-Za-z_]\w*\b", condition))
    return any(re.search(rf"(?m)(?:^|;)\s*{name}\s*(?:[+-]=|=\s*{name}\s*[+-])", body) for name in names)


def _guarded_exit(scene: Scene, loop: Node, body: Node) -> bool:
    """An `if` on a clock or counter that leaves the loop, or an assertion on one."""
    moved = scene.code[body.start_byte : body.end_byte].decode("utf-8", "replace")
    for part in own_parts(body):
        if part.type in ("if_statement", "elif_clause"):
            condition = part.child_by_field_name("condition")
            branch = part.child_by_field_name("consequence")
            if condition is not None and branch is not None and measures(scene, condition, moved):
                words_ = scene.code[branch.start_byte : branch.end_byte]
                if re.search(rb"\b(raise|break|return|fail|assert|exit|skip)\b|\bfail_\w+\(", words_):
                    return True
        elif part.type == "assert_statement":
            condition = part.named_child(0)
            if condition is not None and measures(scene, condition, moved):
                return True
        elif part.type == "expression_statement":
            calls = scene.calls(part)
            if calls and calls[0].name.startswith("assert") and measures(scene, calls[0].node, moved):
                return True
    return False


def own_parts(body: Node) -> Iterator[Node]:
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


def measures(scene: Scene, condition: Node, moved: str) -> bool:
    """Whether a condition says, by a clock or by a name that the loop has moved, that it is enough."""
    written = scene.text(condition)
    if words.CLOCK_WORDS.search(written) and re.search(r"[<>]|Less|Greater|timed_?out|expired", written):
        return True
    return moves(moved, written)


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
