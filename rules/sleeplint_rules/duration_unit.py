"""The rule `duration-unit`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._judgement import MISTAKE, length


@dataclass(frozen=True)
class DurationUnit(Rule):
    """A duration is given in another unit than the call takes.

    ## Why

    `time.sleep(5000)` sleeps for 83 minutes and `Duration::from_secs(TIMEOUT_MS)` for a thousand times what
    the name says. As a guard such a mistake goes unseen until the day the test hangs.

    ## What to do instead

    Write the unit that is meant: `time.sleep(5)` or `from_millis(TIMEOUT_MS)`.

    ## Fix safety

    Display-only, with both readings: which of the two is meant is known only to the author.
    """

    code = "SLP210"
    name = "duration-unit"
    default = Severity.ERROR
    strict = Severity.ERROR
    specificity = MISTAKE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::timeout;

            const ANSWER_TIMEOUT_MS: u64 = 5000;

            #[tokio::test]
            async fn answers() {
                let answer = timeout(Duration::from_secs(ANSWER_TIMEOUT_MS), ask("why")).await; // error: duration-unit
                assert_eq!(answer.unwrap(), "because");
            }

            #[tokio::test]
            async fn answers_in_time() {
                let answer = timeout(Duration::from_millis(ANSWER_TIMEOUT_MS), ask("why")).await;
                assert_eq!(answer.unwrap(), "because");
            }
            """,
            title="Milliseconds taken for seconds, and for what they are",
            profile="default",
        ),
        Example(
            "python",
            """
            import asyncio

            ANSWER_TIMEOUT_MS = 5000


            async def test_answers():
                answer = await asyncio.wait_for(ask("why"), timeout=ANSWER_TIMEOUT_MS)  # error: duration-unit
                assert answer == "because"


            async def test_answers_in_time():
                answer = await asyncio.wait_for(ask("why"), timeout=ANSWER_TIMEOUT_MS / 1000)
                assert answer == "because"
            """,
            title="Milliseconds taken for seconds, and for what they are",
            profile="default",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each duration whose unit contradicts its number or its name."""
        for wait in file.waits:
            if wait.in_test and wait.unit_clash is not None and not wait.virtual_time:
                yield self.finding(
                    file,
                    wait,
                    f"This duration{length(wait)} looks to be in another unit: {wait.unit_clash.rstrip('.')}.",
                    "Write the unit that is meant: convert the number, or call what takes it as it is.",
                )
