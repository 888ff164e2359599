"""The rule `blocking-sleep`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._advice import library
from sleeplint_rules._judgement import SHAPE, price, this_sleep


@dataclass(frozen=True)
class BlockingSleep(Rule):
    """A sleep blocks its whole thread inside async code.

    ## Why

    While the thread sleeps, its event loop or worker runs nothing else: also not the task that the sleep is
    meant to give time to. What looks like a pause is a stall, and timeouts on the same loop do not fire.

    ## What to do instead

    First ask what the sleep waits for, and await that. Where a pause is really meant, use the runtime's own
    sleep; where a blocked thread is meant, `spawn_blocking` or `asyncio.to_thread` say so.

    ## Fix safety

    The runtime's own sleep in its place is unsafe where others can run meanwhile, or a lock guard is alive
    across it; in Python it is safe where nothing concurrent can observe the difference.
    """

    code = "SLP112"
    name = "blocking-sleep"
    default = Severity.WARNING
    strict = Severity.WARNING
    strict_options = MappingProxyType({"comments_excuse": False})
    specificity = SHAPE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn delivers() {
                let inbox = subscribe().await;
                publish("hello").await;
                std::thread::sleep(Duration::from_millis(100)); // error: blocking-sleep
                assert_eq!(inbox.len(), 1);
            }
            """,
            title="A worker thread put to sleep",
            profile="default",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn reports_progress() {
                let progress = Progress::new();
                let worker = progress.clone();
                let job = tokio::task::spawn_blocking(move || {
                    std::thread::sleep(Duration::from_millis(100));
                    worker.finish()
                });
                job.await.unwrap();
                assert!(progress.is_finished());
            }
            """,
            title="A thread that is there to be blocked",
            profile="default",
        ),
        Example(
            "python",
            """
            import time


            async def test_delivers(bus):
                await bus.publish("hello")
                time.sleep(0.1)  # error: blocking-sleep
                assert bus.delivered == 1
            """,
            title="An event loop put to sleep",
            profile="default",
        ),
        Example(
            "python",
            """
            import asyncio
            import time


            async def test_reports_progress():
                progress = Progress()
                await asyncio.to_thread(time.sleep, 0.1)
                progress.finish()
                assert progress.finished
            """,
            title="A thread that is there to be blocked",
            profile="default",
        ),
    )

    at_least_ms: float = 1
    """Speak of a sleep of at least this length, or of one whose length the source does not say."""
    comments_excuse: bool = True
    """Leave alone a sleep at which a comment says that it blocks on purpose."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each blocking sleep on an event loop or async worker."""
        for wait in file.waits:
            if (
                wait.in_test
                and wait.kind == "sleep"
                and wait.blocking
                and wait.in_async
                and wait.role != "yield"
                and (wait.duration_ms is None or wait.duration_ms >= self.at_least_ms)
                and not wait.virtual_time
                and not (self.comments_excuse and wait.excused)
            ):
                yield self.finding(
                    file,
                    wait,
                    f"{this_sleep(wait, budget)} blocks the thread that async code runs on{price(wait)}",
                    "Await what it waits for; where a pause is really meant, use the runtime's own "
                    f"({library(file, wait).sleep}).",
                )
