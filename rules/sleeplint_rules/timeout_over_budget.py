"""The rule `timeout-over-budget`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, seconds
from sleeplint_rules._judgement import BUDGET, is_guard, length


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
            """,
            title="What a hang costs: a minute, and ten seconds",
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
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each guard over the budget."""
        most = budget.max_timeout_secs * 1000
        for wait in file.waits:
            if (
                is_guard(wait)
                and wait.kind in ("sleep", "timeout")
                and wait.purpose in ("operation", "connect")
                and wait.duration_ms is not None
                and wait.duration_ms > most
            ):
                yield self.finding(
                    file,
                    wait,
                    f"This timeout{length(wait)} is over the budget of {seconds(most)}: it is what a hang costs.",
                    "If what it guards can need that long on a slow machine, raise `budget.max_timeout_secs` for "
                    f"these paths; else {seconds(most)} are enough.",
                )
