"""R2, R2b where the author has to help: how what was started can say that it is ready, or be asked."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.finding import Fix
from sleeplint.regexes import regex
from sleeplint.repairs.rust.place import Place, Spawned, spawns
from sleeplint.repairs.rust.recipe import Recipe, shown
from sleeplint.repairs.rust.startup import has_its_listener

_PATIENCE_SECS = 10
"""How long a program may take to start."""
_CONNECTS = regex(
    r"let\s+(?:mut\s+)?(\w+)\s*=\s*([^;]*\bconnect\w*\s*\([^;]*?)\s*(?:\.\s*(?:unwrap\(\s*\)|expect\([^()]*\))|\?)\s*;"
)
_SERVES = regex(r"\b(?:\w*serve\w*|run\w*|start\w*|listen\w*|bind\w*|accept|launch\w*|entry_point|main)\s*\(")


def say_when_up(place: Place) -> Fix | None:
    """A task or thread that serves can send on a channel once it is up."""
    task = next(_started(place), None)
    if task is None or (place.wait.role == "settle" and not _may_be_a_start(place)):
        return None
    serves = _SERVES.search(place.ground.meaning(task.body)) is not None
    if not serves or has_its_listener(place.ground, task) is not None:
        return None
    handle = task.handle or "server"
    if task.thread:
        return shown(
            "Let the thread say when it is ready",
            "let (ready_tx, ready_rx) = std::sync::mpsc::channel::<()>();",
            f"let {handle} = std::thread::spawn(move || {{",
            "    ..",
            "    let _ = ready_tx.send(()); // once it is up",
            "    ..",
            "});",
            'ready_rx.recv().expect("it ended before it was up"); // instead of the sleep',
        )
    called = ""
    if task.body.type == "call_expression":
        called = f"    {place.ground.text(task.body).split('(', 1)[0].strip()}(.., ready_tx).await"
    return shown(
        "Let the task say when it is ready",
        "let (ready_tx, ready_rx) = tokio::sync::oneshot::channel::<()>();",
        f"let {handle} = tokio::spawn(async move {{",
        *(
            [f"{called} // sends on `ready_tx` once it is up"]
            if called
            else ["    ..", "    let _ = ready_tx.send(()); // once it is up", "    .."]
        ),
        "});",
        'ready_rx.await.expect("it ended before it was up"); // instead of the sleep',
    )


def _may_be_a_start(place: Place) -> bool:
    """Whether the spawn was the last that was done, and nothing is asserted yet that the task does once it is up."""
    last = place.preceding[-1] if place.preceding else None
    following = next(iter(place.following), None)
    checked = following is not None and _CHECKS.match(place.ground.text(following)) is not None
    return not checked and last is not None and next(spawns(place.ground, last), None) is not None


_CHECKS = regex(r"\s*(?:unsafe\s*\{\s*)?(?:\w+::)*(?:assert|ensure|matches)\w*!")


def ask_until_up(place: Place) -> Fix | None:
    """What is started out of sight can be asked for a connection until it takes one."""
    following = next(iter(place.following), None)
    if following is None or next(_started(place), None) is not None:
        return None
    match = _CONNECTS.fullmatch(place.ground.text(following))
    if match is None or "\n" in match.group(2) or ("await" in match.group(2) and not place.is_async):
        return None
    if place.wait.wrapper is not None or not place.wait.api.endswith("::sleep"):
        return None
    name, connect = match.groups()
    called = place.call.child_by_field_name("function")
    pause = f"{place.ground.text(called) if called is not None else ''}(std::time::Duration::from_millis(20))"
    late = f"not up after {_PATIENCE_SECS} s: {{error}}"
    return shown(
        f"Connect `{name}` as soon as that succeeds, bounded",
        f"let deadline = std::time::Instant::now() + std::time::Duration::from_secs({_PATIENCE_SECS});",
        f"let {name} = loop {{",
        f"    match {connect} {{",
        f"        Ok({name}) => break {name},",
        f'        Err(error) => assert!(std::time::Instant::now() < deadline, "{late}"),',
        "    }",
        f"    {pause}{'' if place.wait.blocking else '.await'};",
        "};",
    )


def _started(place: Place) -> Iterator[Spawned]:
    for statement in reversed(place.preceding):
        yield from spawns(place.ground, statement)


RECIPES: tuple[Recipe, ...] = (say_when_up, ask_until_up)
