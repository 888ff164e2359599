"""The rule `endless-sleep`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, Wait, dataclass
from sleeplint_rules._advice import library
from sleeplint_rules._judgement import SHAPE, is_certain, is_forever, length


@dataclass(frozen=True)
class EndlessSleep(Rule):
    """A sleep of an hour or more means "for ever" and does not say so.

    ## Why

    The number is arbitrary, and who reads it has to guess that it is. When nobody ends the task after all,
    the run hangs for just that long.

    ## What to do instead

    Say it: `std::future::pending::<()>().await`, `trio.sleep_forever()`, `await asyncio.Event().wait()`,
    `threading.Event().wait()`.

    ## Fix safety

    Safe where the whole body of a loop or task is the sleep, and in Python where the scope around it is
    cancelled in the same test; unsafe elsewhere.
    """

    code = "SLP113"
    name = "endless-sleep"
    default = Severity.INFO
    strict = Severity.WARNING
    specificity = SHAPE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn aborts_jobs() {
                let job = tokio::spawn(async {
                    tokio::time::sleep(Duration::from_secs(3600 * 24)).await; // error: endless-sleep
                });
                job.abort();
                assert!(job.await.unwrap_err().is_cancelled());
            }
            """,
            title="A day that nobody waits for",
        ),
        Example(
            "rust",
            """
            #[tokio::test]
            async fn aborts_jobs() {
                let job = tokio::spawn(std::future::pending::<()>());
                job.abort();
                assert!(job.await.unwrap_err().is_cancelled());
            }
            """,
            title="For ever, in so many words",
        ),
        Example(
            "python",
            """
            import asyncio

            import pytest


            async def test_cancels_jobs():
                job = asyncio.create_task(asyncio.sleep(3600))  # error: endless-sleep
                await asyncio.sleep(0)
                job.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await job
            """,
            title="An hour that nobody waits for",
        ),
        Example(
            "python",
            """
            import asyncio


            async def test_forgets_timers():
                timer = asyncio.get_running_loop().call_later(3600, print)
                timer.cancel()
                assert timer.cancelled()
            """,
            title="A call put off for an hour, which holds nobody up",
            profile="default",
        ),
        Example(
            "python",
            """
            import trio


            async def test_cancels_jobs():
                with trio.CancelScope() as scope:
                    scope.cancel()
                    await trio.sleep_forever()
                assert scope.cancelled_caught
            """,
            title="For ever, in so many words",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each sleep whose end nobody means to see."""
        for wait in file.waits:
            if (
                wait.in_test
                and wait.kind == "sleep"
                and (is_forever(wait) or _goes_round_for_ever(wait))
                and not wait.virtual_time
                and not wait.program
                and wait.role not in ("race-arm", "guard", "burned", "expiry")
                and not (wait.role == "pacing" and wait.awaited is None)  # a call that is put off holds nobody up
            ):
                what = "This sleep" if is_forever(wait) else "This endless loop of sleeps"
                yield self.finding(
                    file,
                    wait,
                    f"{what}{length(wait)} means for ever and does not say so.",
                    f"Say it: {library(file, wait).forever}.",
                )


def _goes_round_for_ever(wait: Wait) -> bool:
    return wait.role == "hold" and wait.loop is not None and is_certain(wait)
