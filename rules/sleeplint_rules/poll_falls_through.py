"""The rule `poll-falls-through`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._judgement import ROLE


@dataclass(frozen=True)
class PollFallsThrough(Rule):
    """A bounded poll runs out, and the test goes on as if its condition had come.

    ## Why

    What fails then is something later and elsewhere, or nothing at all. Who reads the failure has to find out
    first that the condition never held. In the default profile a helper is spared where each of its callers
    fails right behind it.

    ## What to do instead

    After the loop, fail when the condition still does not hold, with the last value that was seen: a
    `panic!` after the loop, Python's `for .. else: pytest.fail(..)`.

    ## Fix safety

    No repair is offered: what to say, and whether running out is a failure, is for the author.
    """

    code = "SLP111"
    name = "poll-falls-through"
    default = Severity.WARNING
    strict = Severity.WARNING
    strict_options = MappingProxyType({"noticed_by_callers": True})
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn drains_the_queue() {
                let queue = filled_queue().await;
                for _ in 0..50 {
                    if queue.is_empty().await {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await; // error: poll-falls-through
                }
                queue.close().await;
            }
            """,
            title="A poll that gives up in silence",
            profile="default",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn drains_the_queue() {
                let queue = filled_queue().await;
                for _ in 0..50 {
                    if queue.is_empty().await {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                panic!("{} entries are left", queue.len().await);
            }
            """,
            title="A poll that says what is wrong",
            profile="default",
        ),
        Example(
            "python",
            """
            import time

            import pytest


            def test_drains_the_queue(queue):
                for _ in range(50):
                    if queue.empty():
                        break
                    time.sleep(0.02)  # error: poll-falls-through
                queue.close()


            def test_drains_the_queue_or_fails(queue):
                for _ in range(50):
                    if queue.empty():
                        break
                    time.sleep(0.02)
                else:
                    pytest.fail(f"{queue.qsize()} entries are left")
                queue.close()
            """,
            title="A poll that gives up in silence, and one that says what is wrong",
            profile="default",
        ),
    )

    noticed_by_callers: bool = False
    """Speak also of a helper's poll where what calls the helper fails right behind it."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each bounded poll whose end nobody looks at."""
        for wait in file.waits:
            if (
                wait.in_test
                and not wait.virtual_time
                and wait.role == "poll"
                and wait.loop is not None
                and wait.loop.falls_through
                and (self.noticed_by_callers or not wait.loop.noticed)
            ):
                yield self.finding(
                    file,
                    wait,
                    "This poll goes on in silence when it runs out, as if its condition had come.",
                    "Fail after the loop when the condition still does not hold, and show the last value "
                    f"({'`panic!`' if wait.language == 'rust' else '`for .. else: pytest.fail(..)`'}).",
                )
