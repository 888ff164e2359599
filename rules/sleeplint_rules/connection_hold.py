"""The rule `connection-hold`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, Wait, dataclass
from sleeplint_rules._advice import hold
from sleeplint_rules._judgement import ROLE, claim, is_certain, is_forever, is_real, length, price

_THE_CALL = "the call"


@dataclass(frozen=True)
class ConnectionHold(Rule):
    """A background task ends with a fixed sleep that keeps it, or what it holds, alive.

    ## Why

    The sleep is a guess at how long the test will need the other side. Too short, and on a slow machine the
    connection closes under the test; too long, and whoever joins the task pays for the rest of it. The task
    knows what it waits for: the end of the test. In the strict profile this speaks also of what keeps a call
    busy until its timeout runs out.

    ## What to do instead

    Park the task on something that the test owns: the receiver of a `tokio::sync::oneshot` or
    `std::sync::mpsc` channel whose sender the test keeps, an `Event` that the test sets. The test lets go at its
    end; or, where it waits for the end of the hold (for a lock or permit to be free, a channel or connection to
    be closed, a task to be over), before it begins to wait: else both wait for ever. Where nobody waits for the
    task and no test scope can own the other end, wait for ever (`std::future::pending::<()>().await`,
    `trio.sleep_forever()`): the runtime drops the task.

    ## Fix safety

    Safe where it is proven that nothing waits for the hold to end: what the task owns is known, and each
    statement of the test up to its end or the join is understood, or over by its timeout before the hold is.
    Unsafe where something in between is not understood. Display-only where something most likely waits for the
    end (a lock, a permit, a sender, the end of a connection), where the hold stands in a helper that returns, in
    an accept loop, or in a detached thread, because a wrong park hangs for ever.
    """

    code = "SLP102"
    name = "connection-hold"
    default = Severity.WARNING
    strict = Severity.WARNING
    strict_options = MappingProxyType({"high_confidence_only": False})
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::net::{TcpListener, TcpStream};

            #[tokio::test]
            async fn reports_an_idle_server() {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                tokio::spawn(async move {
                    let (_stream, _) = listener.accept().await.unwrap();
                    tokio::time::sleep(Duration::from_secs(5)).await; // error: connection-hold
                });
                let client = TcpStream::connect(address).await.unwrap();
                assert!(is_idle(&client).await);
            }
            """,
            title="An accepted connection, kept open by the clock",
            profile="default",
        ),
        Example(
            "rust",
            """
            use tokio::net::{TcpListener, TcpStream};
            use tokio::sync::oneshot;

            #[tokio::test]
            async fn reports_an_idle_server() {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                let (_hold, released) = oneshot::channel::<()>();
                tokio::spawn(async move {
                    let (_stream, _) = listener.accept().await.unwrap();
                    let _ = released.await;
                });
                let client = TcpStream::connect(address).await.unwrap();
                assert!(is_idle(&client).await);
            }
            """,
            title="The same connection, kept open by the test",
            profile="default",
        ),
        Example(
            "python",
            """
            import asyncio


            async def test_reports_an_idle_server():
                async def serve(reader, writer):
                    await reader.readline()
                    await asyncio.sleep(5)  # error: connection-hold

                server = await asyncio.start_server(serve, "127.0.0.1", 0)
                port = server.sockets[0].getsockname()[1]
                assert await is_idle(port)
                server.close()
            """,
            title="A handler that keeps its connection open",
        ),
        Example(
            "python",
            """
            import asyncio


            async def test_cancels_the_job():
                job = asyncio.create_task(asyncio.sleep(0))
                job.cancel()
                assert await outcome(job) == "cancelled"
            """,
            title="A task that keeps nothing",
        ),
        Example(
            "python",
            """
            import asyncio

            import pytest


            async def test_gives_up_on_a_slow_sink(source):
                async def sink(chunk):
                    await asyncio.sleep(10)  # error: connection-hold

                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(source.copy_to(sink), timeout=0.1)  # error: burned-timeout
            """,
            title="A call that is busy until its timeout runs out",
            profile="strict",
        ),
    )

    high_confidence_only: bool = True
    """Speak only where the structure of the code shows what is kept alive."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each hold that lasts longer than the budget."""
        for wait in file.waits:
            if _is_hold(wait, budget) and (not self.high_confidence_only or _is_held(wait, by_call=False)):
                yield self.finding(
                    file, wait, f"This sleep{length(wait)} {_claim(wait)}{price(wait)}", hold(file, wait)
                )


def _is_hold(wait: Wait, budget: Budget) -> bool:
    """Whether it holds, or may hold, something for a time that somebody can live to see the end of."""
    return (
        is_real(wait)
        and wait.role == "hold"
        and wait.duration_ms is not None
        and wait.duration_ms > budget.max_hold_secs * 1000
        and not is_forever(wait)
        and wait.loop is None  # around and around for ever: no guess
        and (wait.cost_ms != 0 or _is_held(wait))
    )


def _is_held(wait: Wait, by_call: bool = True) -> bool:
    """Whether the source shows what lives as long as the sleep: then its length matters, paid or not.

    A call that is busy until its timeout runs out counts only `by_call`.
    """
    if not is_certain(wait) or wait.task is None or wait.task.keeps is None:
        return False
    if wait.task.keeps == _THE_CALL:
        return by_call
    # `spawn(sleep(..))`, `submit(time.sleep, 5)`: a task that is nothing but the sleep holds nothing
    return wait.task.keeps != "task" or wait.task.span.end - wait.span.end > len(");")


def _claim(wait: Wait) -> str:
    if not _is_held(wait) or not wait.task or not wait.task.keeps:
        return claim(wait)
    match wait.task.keeps:
        case "task":
            what = "its task"
        case "the call":
            return "keeps a call busy until its timeout runs out: any time will do that is long enough"
        case "connection" | "listener" as thing:
            what = f"a {thing}"
        case name:
            what = f"`{name}`"
    return f"keeps {what} alive for a guessed time"
