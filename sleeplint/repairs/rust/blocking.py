"""R6: a sleep that blocks the thread of an async runtime; the runtime has its own."""

from __future__ import annotations

import re

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import BORDERS
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import calls, statements
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.recipe import UNSAFE, Recipe, repaired, shown
from sleeplint.text import Edit, Span

_GUARD = regex(
    r"\.\s*(?:lock|read|write|try_lock|borrow|borrow_mut|enter|entered|upgradable_read|try_read|try_write)\s*\(\s*\)"
    r"\s*(?:\.\s*(?:unwrap|expect|unwrap_or_else)\s*\([^;]*\))?\s*;?\s*$"
)
_NOT_SENT = regex(r"\b(?:Rc|RefCell|Cell|NonNull|MutexGuard|RwLockReadGuard|RwLockWriteGuard|thread_rng|UnsafeCell)\b")
_ON_PURPOSE = regex(
    r"block|starv|hog|stall|busy|hang|stuck|freez|responsiv|cpu|on purpose|synchron|latency|thread::sleep",
    re.IGNORECASE,
)


def the_runtimes_own(place: Place) -> Fix | None:
    """Await the runtime's sleep instead."""
    ground, wait = place.ground, place.wait
    callee = place.call.child_by_field_name("function")
    if place.whole is None or callee is None or wait.api != "std::thread::sleep" or wait.wrapper is not None:
        return None
    inner = place.nodes[place.border]
    tokio = re.search(rb"\btokio\s*::", ground.bare) is not None
    if not place.is_async or inner.type == "closure_expression" or not tokio or wait.paused_clock:
        return None
    runtime = place.test.runtime if place.test is not None else "tokio"
    if runtime not in ("tokio", None):
        return None
    sleep = ground.spell("tokio::time::sleep", place.call)
    arguments = place.call.child_by_field_name("arguments")
    text = f"{sleep}{ground.text(arguments) if arguments is not None else '()'}.await"
    if (
        _means_to_block(place)
        or _is_told_apart(place)
        or _holds_a_guard(place)
        or _NOT_SENT.search(ground.meaning(inner))
    ):
        return shown(
            "Await the runtime's sleep, once no guard is held across it and no worker is starved on purpose", f"{text};"
        )
    spelled = Edit(Span(callee.start_byte, callee.end_byte), sleep)
    awaited = Edit(Span(place.call.end_byte, place.call.end_byte), ".await")
    timed = any(other.api.startswith("tokio::time::") for other in ground.file.waits)
    needs = "" if timed else ", which needs tokio's feature `time`"
    return repaired(place, f"Await the runtime's sleep{needs}", UNSAFE, (spelled, awaited))


def _is_told_apart(place: Place) -> bool:
    """Whether the runtime's sleep stands beside it in its block: then the author chose which of the two blocks."""
    return any(
        place.ground.callee(call) == "tokio::time::sleep"
        for statement in statements(place.block)
        if statement != place.statement
        for call in calls(statement)
    )


def _means_to_block(place: Place) -> bool:
    """Whether names or comments say that a worker is to be blocked."""
    function = place.function
    name = function.child_by_field_name("name") if function is not None else None
    code = place.ground.code
    start = place.statement.start_byte
    for _ in range(4):  # its own line, and three above
        start = code.rfind(b"\n", 0, start)
        if start < 0:
            break
    end = code.find(b"\n", place.statement.end_byte)
    near = code[max(start, 0) : end if end >= 0 else len(code)].decode("utf-8", "replace")
    comments = " ".join(re.findall(r"//(.*)", near))
    return _ON_PURPOSE.search(comments + " " + (place.ground.text(name) if name is not None else "")) is not None


def _holds_a_guard(place: Place) -> bool:
    """Whether a lock's guard, or another thing that must not live across an await, is bound before the sleep."""
    ground = place.ground
    for at in range(place.border, place.at):
        node = place.nodes[at]
        if node.type in ("match_expression", "if_expression", "while_expression", "for_expression"):
            head = ground.meaning(node).partition("{")[0]
            if re.search(r"\.\s*(?:lock|read|write|borrow|borrow_mut)\s*\(\s*\)", head):
                return True
        if node.type != "block":
            continue
        for statement in statements(node):
            if statement.start_byte >= place.statement.start_byte:
                break
            if statement.type != "let_declaration" or not _GUARD.search(ground.meaning(statement)):
                continue
            pattern = statement.child_by_field_name("pattern")
            name = ground.text(pattern).removeprefix("mut ").strip() if pattern is not None else ""
            between = ground.bare[statement.end_byte : place.statement.start_byte]
            if not re.search(rb"\bdrop\s*\(\s*%s\s*\)" % re.escape(name.encode()), between):
                return True
    return place.nodes[place.border].type not in BORDERS


RECIPES: tuple[Recipe, ...] = (the_runtimes_own,)
