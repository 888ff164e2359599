"""The rule `burned-timeout`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, Wait, dataclass
from sleeplint_rules._advice import burned
from sleeplint_rules._judgement import ROLE, is_certain, is_real, length, price


@dataclass(frozen=True)
class BurnedTimeout(Rule):
    """A timeout is expected to run out, so that every run pays all of it.

    ## Why

    A guard normally costs nothing. Here its expiry is the outcome that the test wants, and so it is a sleep by
    another name. Often it shows that something does not happen, which a slow machine can make it miss. In the
    default profile only those are named that cost a second or more; a sleep that wins a race, and a timeout that
    need not run out, only over the sleep budget.

    ## What to do instead

    On a paused clock the timeout expires at once. Where something is shown not to happen, put up a fence:
    an event that must come after it. Where the timeout of the code under test is the subject, give that code
    a clock that the test can move, or a bound that the test can choose.

    ## Fix safety

    Display-only: whether a paused clock reaches what is waited for is not to be seen from here.
    """

    code = "SLP202"
    name = "burned-timeout"
    default = Severity.INFO
    strict = Severity.WARNING
    strict_options = MappingProxyType({"at_least_ms": 1, "within_budget": True})
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::timeout;

            #[tokio::test]
            async fn stays_quiet() {
                let mut inbox = subscribe("a").await;
                publish("b", "hello").await;
                assert!(timeout(Duration::from_millis(200), inbox.recv()).await.is_err()); // error: burned-timeout
            }

            #[tokio::test(start_paused = true)]
            async fn stays_quiet_for_an_hour() {
                let mut inbox = subscribe("a").await;
                publish("b", "hello").await;
                assert!(timeout(Duration::from_secs(3600), inbox.recv()).await.is_err());
            }
            """,
            title="Silence at the price of the timeout, and for nothing",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::{sleep, timeout};

            async fn stays_quiet(inbox: &mut Inbox, given: Duration) {
                assert!(timeout(given, inbox.recv()).await.is_err()); // error: burned-timeout
            }

            async fn ends(worker: &mut Worker, given: Duration) {
                tokio::select! {
                    _ = sleep(given) => { worker.kill().await; }
                    _ = worker.wait() => {}
                }
            }
            """,
            title="A length that nobody knows there: what surely runs out, and what may",
            profile="default",
        ),
        Example(
            "python",
            """
            import asyncio

            import pytest


            async def test_stays_quiet():
                inbox = await subscribe("a")
                await publish("b", "hello")
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(inbox.get(), timeout=0.2)  # error: burned-timeout


            async def test_hears():
                inbox = await subscribe("a")
                await publish("a", "hello")
                assert await asyncio.wait_for(inbox.get(), timeout=5) == "hello"
            """,
            title="A timeout that always expires, and a guard",
        ),
    )

    at_least_ms: int = 1000
    """Speak of a timeout of at least this length, or of one that surely runs out and whose length is not said."""
    within_budget: bool = False
    """Speak also of sleeps that win a race, and of timeouts that need not run out, within `max_sleep_secs`."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each timeout that is paid in full."""
        for wait in file.waits:
            if _is_burned(wait) and self._is_long(wait, budget):
                expires = "runs out on every run" if is_certain(wait) else "can run out on every run"
                message = f"This {_noun(wait)}{length(wait)} {expires}{price(wait)}"
                yield self.finding(file, wait, message, burned(file, wait))

    def _is_long(self, wait: Wait, budget: Budget) -> bool:
        sure = wait.kind == "timeout" and is_certain(wait)
        if wait.duration_ms is None:  # of a guess about a length that nobody knows there is little to say
            return sure or self.within_budget
        if not (sure or self.within_budget) and wait.duration_ms <= budget.max_sleep_secs * 1000:
            return False
        return wait.duration_ms >= self.at_least_ms


def _is_burned(wait: Wait) -> bool:
    return (
        is_real(wait)
        and wait.cost_ms != 0
        and (wait.role == "burned" or (wait.role == "absence" and wait.kind == "timeout"))
    )


def _noun(wait: Wait) -> str:
    return "timeout" if wait.kind == "timeout" else "sleep arm"
