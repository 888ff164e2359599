"""R9: what only the author can decide, as code for this place."""

from __future__ import annotations

import re

from sleeplint.finding import Fix
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.recipe import PATIENCE_SECS, Recipe, shown


def fence(place: Place) -> Fix | None:
    """Absence: an event that comes after what must not come."""
    if not place.following:
        return None
    match = re.search(r"(\w+)\s*\.\s*(?:try_)?(?:recv|next)\w*\s*\(", place.ground.meaning(place.following[0]))
    if match is None:
        return None
    receiver = match.group(1)
    sender = _sender(place, receiver)
    if sender is None:
        return None
    blocking = place.wait.blocking
    waited = f"{receiver}.recv()" if blocking else f"{receiver}.recv().await"
    sent = f"{sender}.send(marker)" if blocking else f"{sender}.send(marker).await"
    return shown(
        f"Send a marker on `{sender}`, and see it come first",
        f"{sent}.unwrap(); // comes after whatever must not come",
        f"assert_eq!({waited}, {'Ok' if blocking else 'Some'}(marker));",
    )


def _sender(place: Place, receiver: str) -> str | None:
    function = place.function
    if function is None:
        return None
    pattern = rf"let\s*\(\s*(\w+)\s*,\s*(?:mut\s+)?{re.escape(receiver)}\s*\)\s*=[^;]*\b(?:unbounded_)?channel\b"
    match = re.search(pattern, place.ground.meaning(function))
    return match.group(1) if match is not None and not match.group(1).startswith("_") else None


def gate(place: Place) -> Fix | None:
    """Work and triggers: a gate that the test opens."""
    if place.function is None or place.in_macro:
        return None
    if place.wait.blocking and not place.is_async:
        return None
    if place.nodes[place.border].type == "function_item":
        return None
    return shown(
        "Let the test say when it goes on",
        "let gate = std::sync::Arc::new(tokio::sync::Notify::new());",
        "let opened = gate.clone();",
        "// in place of the sleep:",
        "opened.notified().await;",
        "// in the test, when it has seen what it wants to see:",
        "gate.notify_one();",
    )


def first_of_both(place: Place) -> Fix | None:
    """A wall-clock assertion: what it means to show."""
    if place.wait.kind != "clock-assert" or place.test is None:
        return None
    started = re.search(r"(\w+)\s*\.\s*elapsed\s*\(", place.ground.meaning(place.statement)) or re.search(
        r"let\s+(\w+)\s*(?::\s*[\w:]+\s*)?=\s*[\w:]*Instant::now",
        place.ground.meaning(place.function or place.statement),
    )
    if started is None:
        return None
    return (
        shown(
            f"Bound what happens after `{started.group(1)}`, with patience, instead of measuring it",
            f"tokio::time::timeout(std::time::Duration::from_secs({PATIENCE_SECS}), ..)",
            "    .await",
            '    .expect("it did not end by itself");',
        )
        if place.is_async
        else None
    )


def explicit_times(place: Place) -> Fix | None:
    """Timestamps of files: set them instead of waiting for the next tick."""
    function = place.function
    if function is None:
        return None
    text = place.ground.meaning(function)
    if not re.search(r"\bmodified\s*\(|\bmtime\b|set_modified|FileTime", text):
        return None
    bound = re.search(r"\blet\s+(?:mut\s+)?(\w*path\w*)", text)
    name = bound.group(1) if bound is not None else "path"
    return shown(
        "Give the file an explicit time",
        f"let file = std::fs::File::options().write(true).open(&{name}).unwrap();",
        "file.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(10)).unwrap();",
    )


FENCE: tuple[Recipe, ...] = (fence,)
GATE: tuple[Recipe, ...] = (explicit_times, gate)
MEASURED: tuple[Recipe, ...] = (first_of_both,)
