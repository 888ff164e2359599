"""A poll that nothing ends: a deadline lets it fail and say what never came."""

from __future__ import annotations

import libcst as cst

from sleeplint.finding import Applicability
from sleeplint.regexes import regex
from sleeplint.repairs.python.assertions import asserted_less_on_lines, patience
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.place import Place, Statement, statements_of

_CLOCKS = {"trio.sleep": "trio.current_time", "anyio.sleep": "anyio.current_time"}
_NAMES = ("deadline", "give_up_at", "poll_deadline")
_LONGEST_CONDITION = 60
_WIDTH = 88
_WIDEST = 120
"""The columns of a line that a formatter leaves as it is: most of them, and the most generous."""
_SAID_TO_BE_BARE = regex(r"#\s*noqa:(?!.*\bRUF100).*\b(?:ASYNC|TRIO)\d")
"""What tells a linter of a loop that only sleeps, which this one is no longer: it would be told of that in turn."""
_CLOCK = regex(
    r"(?:time|datetime)\.(?:\w+\.)*\w*(?:time|now|today|monotonic|counter)\w*$"
    r"|.*\.(?:now|utcnow|today|time|current_time)$"
)
"""What tells the time: it goes on by itself."""
_HARMLESS_DECORATORS = regex(
    r"(?:pytest|pytest_\w+|unittest|contextlib|functools|mock|typing)\.|\w*property$|\w+method$"
)
_CATCHES = regex(r"\b(?:AssertionError|BaseException|Exception)\b")
_RUNNERS = frozenset({"run", "run_sync", "run_until_complete"})
"""Methods that run what they are given, and let its errors through."""
_TESTS = regex(rb"\bdef test")
_STARTED_AS_PROGRAM = regex(rb"(?m)^if\s+__name__\s*==")


def repair(place: Place) -> Repair | None:
    """A loop of a condition and a sleep gets a deadline and an assertion that it is not over."""
    loop = place.loop
    if place.function is None or not place.stands_alone or not isinstance(loop, cst.While):
        return None
    condition = _condition(place, loop)
    name = free_deadline(place)
    if condition is None or name is None or tells_the_time(place, loop) or not fails_the_test(place):
        return None
    if _SAID_TO_BE_BARE.search(place.file.text(loop).partition(place.file.text(place.statement))[0]):
        return None
    draft = Draft(place)
    now = draft.name(_CLOCKS.get(place.wait.api, "time.monotonic"))
    if now is None:
        return None
    bound = patience(place)
    room = _width(place) - len(draft.indent(place.statement) or "")
    reasons = (_said(place, *condition, bound), f"gave up after {bound} s")
    checks = [asserted_less_on_lines(place, f"{now}()", name, reason, room) for reason in reasons]
    check = next((check for check in checks if max(map(len, check)) <= room), checks[-1])
    if draft.insert_before(loop, [f"{name} = {now}() + {bound}"]) and draft.insert_before(place.statement, check):
        return draft.repair("Give the poll a deadline that fails the test", Applicability.UNSAFE)
    return None


def free_deadline(place: Place) -> str | None:
    """A name for a deadline that nothing in or around the function knows."""
    return next((name for name in _NAMES if place.names.is_fresh(name, place.file.span(place.statement))), None)


def tells_the_time(place: Place, loop: cst.While) -> bool:
    """Whether a loop asks a clock, which comes to where it is waited for without anybody's doing."""
    calls = place.file.every(cst.Call, place.file.span(loop.test))
    return any(_CLOCK.match(_path(place, call.func)) for call in calls)


def fails_the_test(place: Place) -> bool:
    """Whether an assertion there is one of the test: neither another program's, nor in what somebody else runs."""
    if not place.functions:  # the file is a program, or is only being loaded
        return False
    if not _TESTS.search(place.file.code) and _STARTED_AS_PROGRAM.search(place.file.code):
        return False
    if _is_caught(place):
        return False
    for function, outer in zip(place.functions, [*place.functions[1:], None], strict=True):
        if function.name.value.startswith("test"):
            return True
        marks = [mark.decorator for mark in function.decorators]
        paths = [_path(place, mark.func if isinstance(mark, cst.Call) else mark) for mark in marks]
        if not all(_HARMLESS_DECORATORS.match(path) for path in paths):
            return False
        if outer is not None and _is_given_away(place, function):
            return False
    return True


def _is_caught(place: Place) -> bool:
    """Whether the function itself catches an assertion's error there."""
    for block in place.within(cst.Try):
        if place.file.span(place.statement) in place.file.span(block.body):
            for handler in block.handlers:
                caught = place.file.text(handler.type) if handler.type is not None else "BaseException"
                passed_on = next(place.file.every(cst.Raise, place.file.span(handler)), None) is not None
                if _CATCHES.search(caught) and not passed_on:
                    return True
    items = (item.item for block in place.within(cst.With) for item in block.items)
    calls = (item for item in items if isinstance(item, cst.Call))
    return any("suppress" in place.file.text(call.func) and _CATCHES.search(place.file.text(call)) for call in calls)


def _is_given_away(place: Place, function: cst.FunctionDef) -> bool:
    """Whether somebody else is given a function, to run it in a thread perhaps."""
    for use in place.names.uses(function.name.value):
        if use == place.file.span(function.name) or place.file.code.startswith(b"(", use.end):
            continue
        call = next((node for node in reversed(place.file.chain(use)) if isinstance(node, cst.Call)), None)
        if call is None or _path(place, call.func).rpartition(".")[2] not in _RUNNERS:
            return True
    return False


def _path(place: Place, expression: cst.BaseExpression) -> str:
    return place.names.path(expression) or place.file.text(expression)


def _condition(place: Place, loop: cst.While) -> tuple[cst.BaseExpression, bool] | None:
    """What the loop asks, and whether it goes on as long as that holds; None if its body does more than look."""
    body = [statement for statement in statements_of(loop) if statement is not place.statement]
    if not _is_always(loop.test):
        return None if body or loop.orelse is not None else (loop.test, True)
    if len(body) == 1 and isinstance(body[0], cst.If) and body[0].orelse is None and _leaves(body[0]):
        return body[0].test, False
    return None


def _width(place: Place) -> int:
    """How long the lines of a file may be, as far as it shows."""
    longest = max(len(line.rstrip()) for line in place.file.code.splitlines())
    return min(max(_WIDTH, longest), _WIDEST)


def _said(place: Place, condition: cst.BaseExpression, holds: bool, bound: str) -> str:
    if isinstance(condition, cst.UnaryOperation) and isinstance(condition.operator, cst.Not):
        condition, holds = condition.expression, not holds
    written = place.file.text(condition)
    if len(written) > _LONGEST_CONDITION or not written.isprintable():
        return f"gave up after {bound} s"
    return f"still `{written}` after {bound} s" if holds else f"`{written}` did not come in {bound} s"


def _is_always(condition: cst.BaseExpression) -> bool:
    return (isinstance(condition, cst.Name) and condition.value == "True") or (
        isinstance(condition, cst.Integer) and condition.value == "1"
    )


def _leaves(branch: cst.If) -> bool:
    """Whether a branch only leaves the loop."""
    if isinstance(branch.body, cst.SimpleStatementSuite):
        statements: list[cst.BaseSmallStatement] = list(branch.body.body)
    else:
        inner: list[Statement] = list(statements_of(branch))
        if len(inner) != 1 or not isinstance(inner[0], cst.SimpleStatementLine):
            return False
        statements = list(inner[0].body)
    return len(statements) == 1 and isinstance(statements[0], cst.Break | cst.Return)
