"""The rule `timeout-over-budget`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Related, Rule, Severity, TestFile, Wait, dataclass
from sleeplint_rules._judgement import BUDGET, FOREVER_MS, apart, by_decision, is_guard, is_limited, length


@dataclass(frozen=True)
class TimeoutOverBudget(Rule):
    """A guard is longer than the budget.

    ## Why

    A guard costs nothing until the code under test hangs; then it costs all of its length, in every test that
    hangs. The budget, `max_timeout_secs`, is a ceiling for that cost. It is no advice to make other guards
    tight: most flaky failures of big suites are timeouts that are too short.

    ## What to do instead

    Ask what the guarded thing can need on a slow machine. Where the budget leaves room for that, use the
    budget, best through one helper that reads it from the environment; where it does not, keep the guard and
    raise `budget.max_timeout_secs` for those paths, so that the exception is written down.

    ## Fix safety

    The budget in its place is display-only, and never below what the guard guards.
    """

    code = "SLP201"
    name = "timeout-over-budget"
    default = Severity.WARNING
    strict = Severity.WARNING
    strict_options = MappingProxyType({"comments_excuse": False, "once_for_a_name": False})
    specificity = BUDGET
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::timeout;

            #[tokio::test]
            async fn answers() {
                let answer = timeout(Duration::from_secs(60), ask("why")).await; // error: timeout-over-budget
                assert_eq!(answer.unwrap(), "because");
            }

            #[tokio::test]
            async fn answers_soon() {
                let answer = timeout(Duration::from_secs(10), ask("why")).await;
                assert_eq!(answer.unwrap(), "because");
            }

            #[tokio::test]
            async fn takes_the_longest_limit() {
                let answer = timeout(Duration::MAX, ask("why")).await;
                assert_eq!(answer.unwrap(), "because");
            }
            """,
            title="What a hang costs: a minute, ten seconds, and no limit at all",
            profile="default",
        ),
        Example(
            "python",
            """
            import asyncio


            async def test_answers():
                answer = await asyncio.wait_for(ask("why"), timeout=60)  # error: timeout-over-budget
                assert answer == "because"


            async def test_answers_soon():
                answer = await asyncio.wait_for(ask("why"), timeout=10)
                assert answer == "because"
            """,
            title="What a hang costs: a minute, and ten seconds",
            profile="default",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::timeout;

            const PATIENCE: Duration = Duration::from_secs(30);

            #[tokio::test]
            async fn answers_twice() {
                timeout(PATIENCE, ask("why")).await.unwrap(); // error: timeout-over-budget
                timeout(PATIENCE, ask("how")).await.unwrap();
                // Generous, because the model is loaded on the first question.
                timeout(Duration::from_secs(60), ask("who")).await.unwrap();
            }
            """,
            title="One decision, told once, and one with its reason beside it",
            profile="default",
        ),
    )

    comments_excuse: bool = True
    """Leave alone a timeout at which a comment says why it is so long."""

    once_for_a_name: bool = True
    """Speak once of all timeouts in a file whose length is the same name, rather than of each."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each guard over the budget, or one for all whose length is the same name."""
        most = budget.max_timeout_secs * 1000
        over = (
            wait for wait in file.waits if _costs_a_hang(wait, most) and not (self.comments_excuse and wait.excused)
        )
        for wait, others in by_decision(over, self.once_for_a_name):
            places = f" `{wait.written}` bounds {len(others)} more in this file." if others else ""
            yield self.finding(
                file,
                wait,
                f"This timeout{length(wait, most)} is over the budget of {apart(most, wait.duration_ms)}: "
                f"it is what a hang costs.{places}",
                "Ask what it guards can need on a slow machine: if that long, say so in a comment at it, or raise "
                "`budget.max_timeout_secs` for these paths.",
                covers=tuple(one.span for one in (wait, *others)),
                related=(*wait.related, *(Related(other.span, "and here") for other in others)),
            )


def _costs_a_hang(wait: Wait, most: float) -> bool:
    """Whether it is a guard over the budget that the test would wait out: nothing around it ends sooner."""
    return (
        is_guard(wait)
        and wait.kind in ("sleep", "timeout")
        and wait.purpose in ("operation", "connect")
        and wait.duration_ms is not None
        and most < wait.duration_ms < FOREVER_MS
        and not is_limited(wait)
        # A watchdog is a task that nobody joins.
        and (wait.task is None or wait.task.joined is not False or wait.kind == "sleep")
    )
