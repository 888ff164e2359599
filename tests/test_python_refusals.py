"""An expected error says that a timeout ran out only if it speaks of time, and only of what does something."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = "import asyncio, queue, socket, subprocess\nimport httpx, pytest, requests\n\n"


def here(body: str) -> Wait:
    """The wait on the line that ends with `# <-`, in a test with this body."""
    code = HEAD + "async def test_it(self, server):\n" + indent(dedent(body), "    ")
    source = Source("tests/test_it.py", code.encode())
    marked = [number for number, line in enumerate(code.split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


REFUSED = {
    "a constructor refuses its arguments": """
        with pytest.raises(ValueError):
            httpx.Client(timeout=1)  # <-
        """,
    "and says what a timeout must be": """
        with pytest.raises(ValueError, match="timeout must be positive"):
            httpx.Client(timeout=1)  # <-
        """,
    "and only names it": """
        with pytest.raises(TypeError, match="timeout"):
            httpx.Client(timeout=1)  # <-
        """,
    "a setter": """
        with pytest.raises(TypeError, match="timeout"):
            server.sock.settimeout(1)  # <-
        """,
    "by a method that asserts": """
        with self.assertRaisesRegex(ValueError, "timeout"):
            httpx.Client(timeout=1)  # <-
        """,
    "a call refuses": """
        with pytest.raises(ConfigurationError, match="timeout is not supported"):
            requests.get(server.url, timeout=1)  # <-
        """,
    "an error of no kind says what is allowed": """
        with pytest.raises(ClientError, match="timeout must be an integer"):
            requests.get(server.url, timeout=1)  # <-
        """,
    "an error for wrong timeouts": """
        with pytest.raises(InvalidTimeoutError):
            requests.get(server.url, timeout=1)  # <-
        """,
    "told behind the block": """
        with pytest.raises(ValueError) as error:
            httpx.Client(timeout=1)  # <-
        assert "timeout must be" in str(error.value)
        """,
    "what is awaited fails by itself": """
        with pytest.raises(ValueError, match="timeout"):
            await asyncio.wait_for(server.configure({"timeout": -1}), timeout=1)  # <-
        """,
    "an assertion fails": """
        with pytest.raises(AssertionError):
            queue.Queue().get(timeout=1)  # <-
        """,
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_at_once_runs_nothing_out(case: str) -> None:
    wait = here(REFUSED[case])
    assert (wait.role, wait.cost_ms) == ("guard", 0)


RUNS_OUT = {
    "what was made is used": """
        with pytest.raises(httpx.ReadTimeout):
            client = httpx.Client(timeout=1)  # <-
            client.get(server.url)
        """,
    "what was set is used": """
        with pytest.raises(socket.timeout):
            server.sock.settimeout(1)  # <-
            server.sock.recv(1)
        """,
    "a message says that time is up": """
        with pytest.raises(RuntimeError, match="timed out"):
            requests.get(server.url, timeout=1)  # <-
        """,
    "an error of no kind speaks of a timeout": """
        with pytest.raises(ClientError, match="timeout"):
            requests.get(server.url, timeout=1)  # <-
        """,
    "a refusal that says that time is up": """
        with pytest.raises(ValueError, match="no answer, timeout reached"):
            requests.get(server.url, timeout=1)  # <-
        """,
    "told behind the block": """
        with pytest.raises(ClientError) as error:
            requests.get(server.url, timeout=1)  # <-
        assert "request timed out" in str(error.value)
        """,
}


@pytest.mark.parametrize("case", RUNS_OUT)
def test_what_says_that_time_is_up_runs_out(case: str) -> None:
    wait = here(RUNS_OUT[case])
    assert (wait.role, wait.cost_ms) == ("burned", 1000)


def test_a_constructor_that_itself_runs_into_its_timeout_is_a_guess() -> None:
    wait = here("""
        with pytest.raises(TimeoutError):
            Session(server.url, timeout=1)
            httpx.Client(timeout=1)  # <-
        """)
    assert (wait.role, wait.role_confidence) == ("burned", "low")


def test_one_of_two_errors_may_be_a_refusal() -> None:
    wait = here("""
        with pytest.raises((ValueError, TimeoutError)):
            requests.get(server.url, timeout=1)  # <-
        """)
    assert (wait.role, wait.role_confidence) == ("burned", "low")


def test_of_several_timeouts_in_a_block_the_last_is_to_run_out() -> None:
    first = here("""
        with pytest.raises(queue.Empty):
            server.answers.get(timeout=1)  # <-
            server.answers.get(timeout=0.1)
        """)
    last = here("""
        with pytest.raises(queue.Empty):
            server.answers.get(timeout=1)
            server.answers.get(timeout=0.1)  # <-
        """)
    assert (first.role, last.role) == ("guard", "burned")


def test_a_request_gives_no_nothing_when_its_time_is_up() -> None:
    assert here("assert requests.get(server.url, timeout=1) is None  # <-").role == "guard"


def test_a_fake_that_throws_another_error_simulates_nothing() -> None:
    other = here("""
        server.send.side_effect = RequestTimedOutError
        server.retry()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(server.next(), timeout=0.5)  # <-
        """)
    same = here("""
        server.send.side_effect = asyncio.TimeoutError
        with pytest.raises(ServerTimeoutError):
            await asyncio.wait_for(server.next(), timeout=0.5)  # <-
        """)
    assert (other.role, same.role) == ("burned", "guard")


@pytest.mark.parametrize(
    ("bound", "error", "role"),
    [
        ("asyncio.wait_for(  # <-\n        box.get(), 2)", "asyncio.TimeoutError", "burned"),
        ("asyncio.wait_for(  # <-\n        box.get(), 2)", "TimeoutError", "burned"),
        ("asyncio.wait_for(  # <-\n        box.get(), 2)", "Exception", "guard"),
        ("asyncio.wait_for(  # <-\n        box.get(), 2)", "queue.Empty", "guard"),
        ("asyncio.wait_for(  # <-\n        box.get(timeout=0.1), 2)", "TimeoutError", "guard"),
        ("asyncio.wait_for(  # <-\n        box.get(timeout=5), 2)", "TimeoutError", "burned"),
        ("box.fetch(timeout=2)  # <-", "queue.Empty", "burned"),
        ("box.fetch(timeout=2)  # <-", "asyncio.QueueEmpty", "guard"),
    ],
)
def test_another_error_comes_from_what_is_bounded(bound: str, error: str, role: str) -> None:
    assert here(f"with pytest.raises({error}):\n    await {bound}").role == role


@pytest.mark.parametrize(
    ("run", "role"),
    [
        ("with pytest.raises(TimeoutError):\n    await run(ask)", "burned"),
        ("with pytest.raises(ValueError):\n    await run(ask)", "guard"),
        ("await run(ask)", "guard"),
        ("with pytest.raises(TimeoutError):\n    await run(ask)\nawait run(ask)", "guard"),
    ],
)
def test_an_error_is_expected_where_the_function_around_a_call_is_run(run: str, role: str) -> None:
    assert here(f"async def ask():\n    return await box.get_reply(timeout=2)  # <-\n{run}").role == role


@pytest.mark.parametrize(
    ("before", "role"),
    [
        ("job.cancel()", "guard"),
        ("server.should_exit = True", "guard"),
        ("stopping.set()", "guard"),
        ("yield server", "guard"),
        ("server.poke()", "burned"),
        ("job.cancel()\nawait asyncio.sleep(1)\nserver.poke()", "burned"),
    ],
)
def test_what_was_told_to_end_may_well_do_so_in_time(before: str, role: str) -> None:
    assert here(f"{before}\nwith suppress(TimeoutError):\n    await asyncio.wait_for(job, 2)  # <-").role == role


def test_so_may_what_is_tidied_up() -> None:
    tidied = "with suppress(TimeoutError):\n        await asyncio.wait_for(job, 2)  # <-"
    assert here(f"try:\n    server.poke()\nfinally:\n    {tidied}").role == "guard"


def test_a_loop_within_is_none_that_time_sends_round() -> None:
    tried = "for box in boxes:\n        await asyncio.wait_for(box.get(), 2)  # <-\n    return"
    assert here(f"with suppress(TimeoutError):\n    {tried}").role == "burned"


@pytest.mark.parametrize(
    ("loop", "after", "role"),
    [
        ("for _ in range(3):", "break", "guard"),
        ("while True:", "return", "guard"),
        ("for _ in range(3):", "seen += 1", "burned"),
        ("if server.up:", "return", "burned"),
    ],
)
def test_a_loop_that_time_sends_round_once_more(loop: str, after: str, role: str) -> None:
    tried = f"with suppress(TimeoutError):\n        await asyncio.wait_for(box.get(), 2)  # <-\n        {after}"
    assert here(f"{loop}\n    server.poke()\n    {tried}").role == role
