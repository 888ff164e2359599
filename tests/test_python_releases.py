"""A delayed act in the background is paid for when the test's own flow waits for it: each way, and its near misses."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source


def here(code: str) -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source("tests/test_it.py", ("import threading, time\n" + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


CLOSURE = """
def test():
    pipe, app, done = Pipe(), App(), threading.Event()
    def later():
        time.sleep(0.5)  # <-
        {act}
    threading.Thread(target=later).start()
    {flow}
"""


@pytest.mark.parametrize(
    ("act", "flow", "cost"),
    [
        ("pipe.close()", "assert pipe.read(1) == b''", 500),
        ("done.set()", "done.wait()", 500),
        ("done.set()", "assert done.wait(5)", 500),
        ("done.set()", "assert not done.wait(0.1)", 0),
        ("app.loop.call(app.loop.stop)", "app.prepare()\n    app.start()", 500),
        ("app.poke()", "app.prepare()\n    app.start()", 0),
        ("pipe.close()", "assert other.read(1) == b''", 0),
        ("pipe.close()", "assert pipe.size == 1", 0),
        ("pipe.close()", "pipe.read()\n    task.cancel()", 0),
    ],
)
def test_what_waits_for_a_delayed_act_pays_for_its_delay(act: str, flow: str, cost: int) -> None:
    spoken = here(CLOSURE.format(act=act, flow=flow))
    assert (spoken.role, spoken.cost_ms) == ("pacing", cost)


@pytest.mark.parametrize(("given", "cost"), [("pipe", 500), ("other", 0)])
def test_by_the_name_that_the_test_has_for_it(given: str, cost: int) -> None:
    code = f"""
    def close_late(p):
        time.sleep(0.5)  # <-
        p.close()

    def test():
        pipe, other = Pipe(), Pipe()
        threading.Thread(target=close_late, args=({given},)).start()
        assert pipe.read(1) == b""
    """
    assert here(code).cost_ms == cost
