"""R1c, R1d, and holds that only their author can end: the park that fits, as code."""

from __future__ import annotations

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import LOOPS
from sleeplint.repairs.rust.ending import ending
from sleeplint.repairs.rust.park import background, in_a_loop
from sleeplint.repairs.rust.place import Place, Spawned
from sleeplint.repairs.rust.recipe import Recipe, shown


def for_each_connection(place: Place) -> Fix | None:
    """R1d: in an accept loop or a handler no receiver can be moved twice."""
    tasks = background(place)
    looping = any(node.type in LOOPS for node in place.nodes[place.border :])
    handler = not tasks and place.nodes[place.border].type in ("closure_expression", "async_block")
    many = looping or any(in_a_loop(task) for task in tasks)
    if not many and not (handler and _keeps(place) in ("connection", "listener")):
        return None
    thread = any(task.thread for task in tasks) or not place.is_async
    if thread:
        return shown(
            "Hold each connection until the test lets go",
            "let (hold_tx, hold_rx) = std::sync::mpsc::channel::<std::convert::Infallible>();",
            "let hold_rx = std::sync::Arc::new(std::sync::Mutex::new(hold_rx));",
            "// in each thread, with a clone of `hold_rx`:",
            "let _ = hold_rx.lock().unwrap().recv(); // until the test drops `hold_tx`",
        )
    return shown(
        "Hold each connection until the test lets go",
        "let (hold_tx, hold_rx) = tokio::sync::watch::channel(());",
        "// for each connection:",
        "let mut hold_rx = hold_rx.clone();",
        "let _ = hold_rx.changed().await; // until the test drops `hold_tx`",
        "// or, if nobody waits for the task and no loop must go on:",
        "std::future::pending::<()>().await;",
    )


def until_its_end_is_awaited(place: Place) -> Fix | None:
    """A hold whose end the test itself waits for: the test says when, before it begins to wait."""
    tasks = background(place)
    if len(tasks) != 1 or not _is_test(place, tasks[0]) or in_a_loop(tasks[0]):
        return None
    if not ending(place, tasks[0], None).awaited:
        return None
    return shown(
        "Let the test end the hold before it waits for that",
        *_channel(tasks[0]),
        "// before the first thing that comes only when this has ended:",
        "drop(hold_tx);",
    )


def until_the_caller_lets_go(place: Place) -> Fix | None:
    """R1c: a helper's task needs a guard that its caller keeps."""
    tasks = background(place)
    task = next((task for task in tasks if task.function is not None), None)
    if task is None or task.function is None or _is_test(place, task) or _keeps(place) in (None, "task"):
        return None
    name = task.function.child_by_field_name("name")
    helper = place.ground.text(name) if name is not None else "the helper"
    return shown(
        f"Return from `{helper}` what ends the hold",
        *_channel(task),
        f"// return `hold_tx` from `{helper}` beside what it returns now; a sender that stays there is dropped at once",
        *_ending(task),
    )


def until_the_test_lets_go(place: Place) -> Fix | None:
    """A hold in a test whose ways are too tangled for an edit."""
    tasks = background(place)
    if not tasks or _keeps(place) in (None, "task"):
        return None
    return shown("Hold it until the test lets go", *_channel(tasks[0]), *_ending(tasks[0]))


def _keeps(place: Place) -> str | None:
    """What the reader sees alive as long as it waits."""
    return place.wait.task.keeps if place.wait.task is not None else None


def _is_test(place: Place, task: Spawned) -> bool:
    return place.test is not None and task.function is not None and task.function.start_byte == place.test.span.start


def _channel(task: Spawned) -> list[str]:
    handle = task.handle or "server"
    if task.thread:
        return [
            "let (hold_tx, hold_rx) = std::sync::mpsc::channel::<()>();",
            f"let {handle} = std::thread::spawn(move || {{",
            "    ..",
            "    let _ = hold_rx.recv(); // instead of the sleep",
            "});",
        ]
    return [
        "let (hold_tx, hold_rx) = tokio::sync::oneshot::channel::<()>();",
        f"let {handle} = tokio::spawn(async move {{",
        "    ..",
        "    let _ = hold_rx.await; // instead of the sleep",
        "});",
    ]


def _ending(task: Spawned) -> list[str]:
    handle = task.handle or "server"
    end = f"{handle}.join().unwrap();" if task.thread else f"{handle}.await.unwrap();"
    return ["// after the client's last assertion:", "drop(hold_tx);", *([end] if task.join else [])]


_BY_SHAPE = (for_each_connection, until_its_end_is_awaited, until_the_caller_lets_go, until_the_test_lets_go)


def hold(place: Place) -> Fix | None:
    """The first of them that fits."""
    loop = next((node for node in reversed(place.nodes[place.border :]) if node.type in LOOPS), None)
    if loop is not None and loop.type == "while_expression" and len(place.block.named_children) == 1:
        return None  # it waits for a flag
    return next((fix for recipe in _BY_SHAPE if (fix := recipe(place)) is not None), None)


RECIPES: tuple[Recipe, ...] = (hold,)
