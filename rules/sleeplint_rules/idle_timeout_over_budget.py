"""The rule `idle-timeout-over-budget`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._judgement import BUDGET, apart, length


@dataclass(frozen=True)
class IdleTimeoutOverBudget(Rule):
    """A test gives the code under test a long idle or keep-alive timeout.

    ## Why

    A connection pool that keeps idle connections for a minute keeps the test's server, and whoever waits for
    it to shut down, for that minute. In tests idle connections need not live longer than the test.

    ## What to do instead

    Give the pool an idle timeout within `budget.max_idle_timeout_secs`, or close the client before the server
    shuts down. Where the length is the subject of the test, run it on a paused clock.

    ## Fix safety

    No repair is offered: the length may be what the test is about.
    """

    code = "SLP206"
    name = "idle-timeout-over-budget"
    strict = Severity.WARNING
    specificity = BUDGET
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn reuses_connections() {
                let client = reqwest::Client::builder()
                    .pool_idle_timeout(Duration::from_secs(90)) // error: idle-timeout-over-budget
                    .build()
                    .unwrap();
                assert_eq!(connections_of(&client).await, 1);
            }

            #[tokio::test]
            async fn drops_connections() {
                let client = reqwest::Client::builder()
                    .pool_idle_timeout(Duration::from_millis(500))
                    .build()
                    .unwrap();
                assert_eq!(connections_of(&client).await, 0);
            }
            """,
            title="Idle connections that outlive the test, and some that do not",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each idle timeout over the budget."""
        most = budget.max_idle_timeout_secs * 1000
        for wait in file.waits:
            if (
                wait.in_test
                and wait.kind == "timeout"
                and wait.purpose == "idle"
                and not wait.virtual_time
                and wait.duration_ms is not None
                and wait.duration_ms > most
            ):
                yield self.finding(
                    file,
                    wait,
                    f"This idle timeout{length(wait, most)} is over the budget of {apart(most, wait.duration_ms)}: "
                    "connections can outlive the test by it.",
                    "Keep idle connections no longer than the test needs them, or close the client before the server.",
                )
