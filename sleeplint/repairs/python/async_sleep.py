"""A blocking sleep in async code: the runtime has its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from sleeplint.finding import Applicability
from sleeplint.regexes import regex
from sleeplint.repairs.python.cancellation import LIMITS, SCOPES
from sleeplint.repairs.python.draft import Draft, Repair
from sleeplint.repairs.python.event_pacing import sleeps_by_the_clock
from sleeplint.repairs.python.place import LOOPS, Place
from sleeplint.text import Span

_HARMLESS = regex(
    r"(pytest\.(raises|warns|deprecated_call)|(unittest\.)?mock\.patch(\.\w+)?|contextlib\.suppress|tempfile\.\w+|open|"
    r"warnings\.catch_warnings|(self|cls)\.(assert\w+|subTest)|(anyio|trio)\.\w+)$"
)
"""Context managers whose body others may run in between."""
_MEANS_TO_BLOCK = regex(r"(?i)block|starv|stall|hog|freez|busy|slow|synchron|responsiv|time\.sleep")
_NAMES_A_BLOCK = regex(r"(?i)(?<![a-z])(?:sync|thread(?:s|ed)?|tick|lag|latency)(?![a-z])")
"""What the name of a function speaks of that may need the loop, or a thread of its own, to stand still."""
_LEFT_ON_PURPOSE = regex(r"#\s*noqa:.*\b(?:ASYNC|TRIO)\d")
_WATCHDOGS = regex(r"slow_callback_duration|set_debug")
_FREEZERS = regex(r"\b(freeze_time|freezegun|time_machine)\b")
_PATCHERS = regex(r"(.*\.)?(patch(\.object)?|setattr)$")
_RUNNERS = {"asyncio": "asyncio.run", "trio": "trio.run", "anyio": "anyio.run"}
_IDLE_CALLS = frozenset({"time.time", "time.monotonic", "time.perf_counter", "print", "len", "str", "int", "float"})


def repair(place: Place) -> Repair | None:
    """`time.sleep(x)` becomes `await asyncio.sleep(x)`."""
    function = place.function
    runtime = place.runtime
    if (
        place.call is None
        or function is None
        or function.asynchronous is None
        or runtime is None
        or not sleeps_by_the_clock(place)
        or _FREEZERS.search(place.file.module.code)  # under which a loop's own sleep may never end
        or _is_replaced(place)
        or next(place.within(cst.FunctionDef), None) is not function  # a lambda or class body stands between
    ):
        return None
    draft = Draft(place)
    sleep = draft.name(f"{runtime}.sleep")
    if sleep is None:
        return None
    draft.replace(place.call.func, f"await {sleep}")
    return draft.repair(f"Use the runtime's own sleep (`{sleep}`)", _level(place, function, runtime))


def _level(place: Place, function: cst.FunctionDef, runtime: str) -> Applicability:
    if _may_hold_a_lock(place, function) or _means_to_block(place) or _may_be_cut_short(place):
        return Applicability.DISPLAY_ONLY
    if _is_told_apart(place, runtime) or _LEFT_ON_PURPOSE.search(_lines_of(place)):
        return Applicability.DISPLAY_ONLY
    return Applicability.SAFE if _runs_alone(place, function, runtime) else Applicability.UNSAFE


def _may_hold_a_lock(place: Place, function: cst.FunctionDef) -> bool:
    """Whether something may be held that another task waits for with the whole thread: then `await` deadlocks."""
    for block in place.within(cst.With):
        if block.asynchronous is None:
            for item in block.items:
                called = item.item.func if isinstance(item.item, cst.Call) else None
                path = (place.names.path(called) or place.file.text(called)) if called is not None else ""
                if not _HARMLESS.match(path):
                    return True
    return any(
        isinstance(call.func, cst.Attribute) and call.func.attr.value == "acquire"
        for call in place.file.every(cst.Call, place.file.span(function))
    )


def _may_be_cut_short(place: Place) -> bool:
    """Whether a limit or scope around it can end a runtime's sleep before its time, as it cannot end this one."""
    calls = (item.item for block in place.within(cst.With) for item in block.items if isinstance(item.item, cst.Call))
    return any(place.names.path(call.func) in LIMITS | SCOPES for call in calls)


def _is_told_apart(place: Place, runtime: str) -> bool:
    """Whether the runtime's sleep stands beside it in its block: then the author chose which of the two blocks."""
    others = [place.file.span(sibling) for sibling in place.siblings if sibling is not place.statement]
    return any(
        place.names.path(call.func) == f"{runtime}.sleep"
        for other in others
        for call in place.file.every(cst.Call, other)
    )


def _lines_of(place: Place) -> str:
    """The lines on which the statement stands, with what is remarked there."""
    lines = place.file.source.lines
    span = place.file.span(place.statement)
    return " ".join(lines.line_text(at) for at in range(lines.line(span.start), lines.line(span.end) + 1))


def _is_replaced(place: Place) -> bool:
    """Whether a runtime's sleep may be replaced there: by the test itself, or by what is no test, as a fixture."""
    file = place.file
    if re.search(rf"\b({'|'.join(LOOPS)})\.sleep\s*=(?!=)", file.module.code):
        return True
    for call in file.every(cst.Call):
        if _PATCHERS.match(file.text(call.func)) and _replaced_by(place, call) in {f"{name}.sleep" for name in LOOPS}:
            holder = _outermost(place, file.span(call))
            if holder is None or holder is place.functions[-1] or not holder.name.value.startswith("test"):
                return True
    return False


def _outermost(place: Place, span: Span) -> cst.FunctionDef | None:
    """The outermost function of which a place is part, its decorators included."""
    within = (node for node in place.file.chain(span) if isinstance(node, cst.FunctionDef))
    decorated = (
        function
        for function in place.file.every(cst.FunctionDef)
        if any(span in place.file.span(decorator) for decorator in function.decorators)
    )
    return next(within, None) or next(decorated, None)


def _replaced_by(place: Place, patch: cst.Call) -> str:
    """What a patch replaces: the last two names of its path."""
    values = [argument.value for argument in patch.args[:2]]
    texts = [str(value.evaluated_value) if isinstance(value, cst.SimpleString) else "" for value in values]
    if texts and texts[0]:
        return ".".join(texts[0].split(".")[-2:])
    return f"{place.names.path(values[0])}.{texts[1]}" if len(values) == 2 else ""


def _means_to_block(place: Place) -> bool:
    """Whether names or remarks around it say that the loop is to be blocked, or the loop's watchdog is at work."""
    file = place.file
    outermost = place.functions[-1]
    # What others start may be there to block them.
    around = [*place.functions, *_users(place, place.functions[0])]
    names = [function.name.value for function in around]
    if any(_MEANS_TO_BLOCK.search(name) or _NAMES_A_BLOCK.search(name) for name in names):
        return True
    if any(_WATCHDOGS.search(file.text(function)) for function in (outermost, *around)):
        return True
    remarks = [function.get_docstring() or "" for function in around]
    remarks += [comment.value for comment in file.every(cst.Comment, file.span(outermost))]
    lines = file.source.lines
    line = lines.line(file.span(outermost).start)
    remarks += [lines.line_text(line - 1).partition("#")[2]] if line > 1 else []
    return any(_MEANS_TO_BLOCK.search(remark) for remark in remarks)


def _users(place: Place, function: cst.FunctionDef) -> Iterator[cst.FunctionDef]:
    """The functions in which a function is used by its name."""
    for use in place.names.uses(function.name.value):
        for node in place.file.chain(use):
            if isinstance(node, cst.FunctionDef) and node is not function:
                yield node


def _runs_alone(place: Place, function: cst.FunctionDef, runtime: str) -> bool:
    """Whether its loop surely runs nothing else: the file only hands it to a fresh loop, and it started nothing."""
    file, names = place.file, place.names
    if function.params.params or function.decorators or place.loop is not None:
        return False
    found = names.bindings(function.name.value, file.span(function))
    uses = [use for use in names.uses(function.name.value) if use != file.span(function.name)]
    if len(found) != 1 or found[0].node is not function or not uses:
        return False
    runs = [call for call in file.every(cst.Call) if names.path(call.func) == _RUNNERS[runtime] and len(call.args) == 1]
    handed = []
    for call in runs:
        given = call.args[0].value
        handed.append(file.span(given.func if runtime == "asyncio" and isinstance(given, cst.Call) else given))
    if any(use not in handed for use in uses):
        return False
    return all(path in _IDLE_CALLS for path in _called_before(place, function))


def _called_before(place: Place, function: cst.FunctionDef) -> Iterator[str | None]:
    """What the function calls before the sleep."""
    start = place.file.span(place.statement).start
    for call in place.file.every(cst.Call, place.file.span(function)):
        if place.file.span(call).start < start:
            yield place.names.path(call.func) or place.file.text(call.func)
