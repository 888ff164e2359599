"""R9: what only the author can decide, as code with the names of this place."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import BORDERS, LOOPS
from sleeplint.regexes import regex
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.recipe import Recipe, shown

_RECEIVE = regex(r"(\w+)\s*\.\s*(?:try_)?(?:recv|next)\w*\s*\(")
_LONGEST = 90
"""Characters of a statement that is quoted."""


def fence(place: Place) -> Fix | None:
    """Absence: an event that comes after what must not come."""
    looked_at = place.statement if place.wait.kind == "timeout" else next(iter(place.following), None)
    match = _RECEIVE.search(place.ground.meaning(looked_at)) if looked_at is not None else None
    if match is None or place.function is None:
        return None
    receiver = match.group(1)
    pair = rf"let\s*\(\s*([a-z]\w*)\s*,\s*(?:mut\s+)?{re.escape(receiver)}\s*\)[^;]*?\b(?:unbounded_)?channel\b([^;]*)"
    made = re.search(pair, place.ground.meaning(place.function))
    if made is None:
        return None
    sender = made.group(1)
    if _is_given_away(place, place.function, sender):
        return None
    blocking = not place.is_async
    bounded = "unbounded" not in made.group(0)
    sent = f"{sender}.send(marker)" + (".await" if bounded and not blocking else "")
    received = f"{receiver}.recv()" if blocking else f"{receiver}.recv().await"
    return shown(
        f"Send a marker on `{sender}`, and see it come first",
        f"{sent}.unwrap(); // comes after whatever must not come",
        f"assert_eq!({received}, {'Ok' if blocking else 'Some'}(marker));",
    )


def _is_given_away(place: Place, function: Node, name: str) -> bool:
    """Whether a variable is moved, into a call or a task, before the place."""
    ground = place.ground
    uses = ground.uses(name, function.start_byte, place.statement.start_byte)[1:]
    for use in uses:
        borrowed = ground.bare[max(0, use.start - 8) : use.start].rstrip().endswith(b"&")
        asked = re.match(rb"\s*\.\s*\w", ground.bare[use.end :]) is not None
        chain = ground.grove.chain(use.start, use.end)
        below = chain[chain.index(function) + 1 :] if function in chain else chain
        if not (borrowed or asked) or any(node.type in BORDERS for node in below):
            return True
    return False


def gate(place: Place) -> Fix | None:
    """A task that acts after a while: the test can say when."""
    task, whole = place.spawned, place.whole
    if task is None or whole is None or task.thread or place.block != _body(place) or not place.following:
        return None
    if any(node.type in LOOPS for node in place.nodes[place.border :]):
        return None
    action = place.ground.text(place.following[0])
    if "\n" in action or len(action) > _LONGEST:
        action = ".."
    handle = task.handle or "trigger"
    return shown(
        f"Let the test say when `{handle}` goes on",
        "let (go_tx, go_rx) = tokio::sync::oneshot::channel::<()>();",
        f"let {handle} = tokio::spawn(async move {{",
        *(["    .."] if place.preceding else []),
        "    let _ = go_rx.await; // instead of the sleep",
        f"    {action}",
        "});",
        "// when the test has seen what must come first:",
        "let _ = go_tx.send(());",
    )


def _body(place: Place) -> object:
    return next((child for child in place.nodes[place.border].named_children if child.type == "block"), None)


def slow_handler(place: Place) -> Fix | None:
    """A handler that takes its time: as long as the test wants."""
    closures = [node for node in place.nodes if node.type == "closure_expression"]
    if place.whole is None or not closures or not place.is_async or place.spawned is not None:
        return None
    if any(node.type in LOOPS for node in place.nodes[place.border :]):
        return None
    if _is_told_how_long(place, closures[-1]):
        return None
    at = place.nodes.index(closures[-1])
    taker = place.nodes[at - 2] if at >= 2 and place.nodes[at - 1].type == "arguments" else None
    name = place.ground.callee(taker).rpartition("::")[2].lstrip(".") if taker is not None else ""
    if not name:
        return None
    return shown(
        f"Keep what `{name}` runs waiting until the test lets go",
        "let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));",
        "let opened = gate.clone();",
        f"// in the closure for `{name}`, which moves a clone of `opened` into its future:",
        "let _ = opened.acquire().await; // instead of the sleep",
        "// when the test has seen what it wants to see, for all that wait and all that come:",
        "gate.close();",
    )


def _is_told_how_long(place: Place, closure: Node) -> bool:
    """Whether a closure is told for how long to sleep: then the test lets it go by that."""
    ground = place.ground
    parameters, arguments = closure.child_by_field_name("parameters"), place.call.child_by_field_name("arguments")
    if parameters is None or arguments is None:
        return False
    names = {word.name for word in ground.words_in(parameters.start_byte, parameters.end_byte)}
    return any(word.name in names for word in ground.words_in(arguments.start_byte, arguments.end_byte))


def bounded_instead(place: Place) -> Fix | None:
    """A wall-clock assertion: a limit around what is measured fails just as well, and says what hangs."""
    if place.wait.kind != "clock-assert" or not place.is_async:
        return None
    start = None
    between: list[str] = []
    for statement in place.preceding:
        text = place.ground.text(statement)
        begun = re.fullmatch(r"let\s+(\w+)\s*(?::\s*[\w:]+\s*)?=\s*[\w:]*Instant::now\(\);", text)
        if begun is not None:
            start, between = begun.group(1), []
        elif start is not None and not re.search(rf"\b{start}\s*\.\s*elapsed\b|^assert", text):
            between.append(text)
    if start is None or len(between) != 1 or "await" not in between[0] or "\n" in between[0]:
        return None
    match = re.fullmatch(r"(let\s+[^=]+?\s*=\s*)?(.*);", between[0])
    if match is None:
        return None
    if place.wait.duration_ms is None or place.wait.duration_ms < 1000:
        return None
    patience = f"std::time::Duration::from_secs({place.wait.duration_ms // 1000:g})"
    return shown(
        f"Limit what `{start}` measures instead",
        f"{match.group(1) or ''}tokio::time::timeout({patience}, async {{ {match.group(2)} }})",
        "    .await",
        '    .expect("it did not end by itself");',
    )


def explicit_times(place: Place) -> Fix | None:
    """Timestamps of files: set them instead of waiting for the next tick."""
    if place.function is None:
        return None
    text = place.ground.meaning(place.function)
    if not re.search(r"\.\s*modified\s*\(|\bmtime\b|set_modified|FileTime", text):
        return None
    bound = re.search(r"\blet\s+(?:mut\s+)?(\w*path\w*)\b", text)
    if bound is None:
        return None
    return shown(
        f"Give `{bound.group(1)}` an explicit time",
        f"let file = std::fs::File::options().write(true).open(&{bound.group(1)}).unwrap();",
        "file.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(10)).unwrap();",
    )


FENCE: tuple[Recipe, ...] = (fence,)
GATE: tuple[Recipe, ...] = (explicit_times, gate, slow_handler)
MEASURED: tuple[Recipe, ...] = (bounded_instead,)
