"""The rule `timeout-too-short`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._judgement import SHAPE, apart, is_certain, is_guard, length


@dataclass(frozen=True)
class TimeoutTooShort(Rule):
    """A guard of something that should succeed is so short that a busy machine trips it.

    ## Why

    A machine under load does not run a thread for tens of milliseconds, for no fault of the code under test.
    A guard is paid only when something hangs, so that a generous one costs nothing.

    ## What to do instead

    Raise it to seconds. Where the test is really about speed, measure it in a benchmark; where it is about a
    time limit, run on a paused clock.

    ## Fix safety

    Raising the guard is unsafe: a test may depend on its expiry in a way that is not to be seen from here.
    """

    code = "SLP204"
    name = "timeout-too-short"
    default = Severity.WARNING
    strict = Severity.WARNING
    specificity = SHAPE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::timeout;

            #[tokio::test]
            async fn answers() {
                let answer = timeout(Duration::from_millis(10), ask("why")).await; // error: timeout-too-short
                assert_eq!(answer.unwrap(), "because");
            }

            #[tokio::test]
            async fn stays_quiet() {
                let answer = timeout(Duration::from_millis(200), ask("nobody")).await;
                assert_eq!(answer.unwrap(), "nothing");
            }
            """,
            title="Ten milliseconds for a success, and enough",
            profile="default",
        ),
        Example(
            "python",
            """
            import asyncio


            async def test_answers():
                answer = await asyncio.wait_for(ask("why"), timeout=0.01)  # error: timeout-too-short
                assert answer == "because"


            async def test_answers_in_time():
                answer = await asyncio.wait_for(ask("why"), timeout=5)
                assert answer == "because"
            """,
            title="Ten milliseconds for a success, and enough",
            profile="default",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each guard of a success path below the least."""
        for wait in file.waits:
            if (
                is_guard(wait)
                and is_certain(wait)
                and wait.kind == "timeout"
                and wait.purpose == "operation"
                and wait.duration_ms is not None
                and 0 < wait.duration_ms < budget.min_timeout_ms
                and wait.checked is not False
                and wait.loop is None
            ):
                yield self.finding(
                    file,
                    wait,
                    f"This timeout{length(wait, budget.min_timeout_ms)} bounds something that should succeed, "
                    f"and a busy machine can need longer than {apart(budget.min_timeout_ms, wait.duration_ms)}.",
                    "Raise it to seconds: a guard is paid only when something hangs.",
                )
