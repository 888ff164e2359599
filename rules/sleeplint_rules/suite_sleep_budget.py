"""The rule `suite-sleep-budget`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, Span, TestCost, dataclass, seconds
from sleeplint_rules._judgement import apart


@dataclass(frozen=True)
class SuiteSleepBudget(Rule):
    """The waits of the whole run together cost more than the budget.

    ## Why

    A suite grows slow one harmless sleep at a time. The rule is silent until `budget.max_suite_sleep_secs` is
    set; it then keeps the sum from growing. Only what is known to be paid is counted, as if no two tests ran
    at the same time: it is what the waits cost, not what removing them would save.

    ## What to do instead

    Begin with the dearest test, at which the finding points.

    ## Fix safety

    No repair: a sum has none.
    """

    code = "SLP115"
    name = "suite-sleep-budget"
    default = Severity.WARNING
    strict = Severity.WARNING
    examples = (
        Example(
            "python",
            """
            import time


            def test_ignores_other_topics(bus):
                bus.publish("b", "hello")
                time.sleep(0.4)
                assert not bus.inbox("a")


            def test_ignores_its_own_messages(bus):  # error: suite-sleep-budget
                bus.publish("a", "hello")
                time.sleep(0.9)
                assert not bus.inbox("a")
            """,
            title="Two cheap tests, together over the budget",
            profile="default",
            budget=Budget(max_suite_sleep_secs=1),
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test(start_paused = true)]
            async fn forgets_after_hours() {
                let cache = Cache::with_ttl(Duration::from_secs(3600));
                cache.insert("a", 1);
                tokio::time::sleep(Duration::from_secs(3601)).await;
                assert_eq!(cache.get("a"), None);
            }
            """,
            title="An hour that costs nothing",
            profile="default",
            budget=Budget(max_suite_sleep_secs=1),
        ),
    )

    def judge_run(self, costs: Iterable[TestCost], budget: Budget) -> Iterator[Finding]:
        """Yield the one finding about the run, at its dearest test."""
        paid = sorted(costs, key=lambda cost: (-cost.cost_ms, cost.path, cost.location))
        total = sum(cost.cost_ms for cost in paid)
        if budget.max_suite_sleep_secs is None or total <= budget.max_suite_sleep_secs * 1000:
            return
        most = budget.max_suite_sleep_secs * 1000
        dearest = paid[0]
        yield Finding(
            rule=self.name,
            code=self.code,
            severity=Severity.WARNING,
            path=dearest.path,
            span=Span(0, 0),
            location=dearest.location,
            message=f"The run pays {apart(total, most)} for its waits, over its budget of {apart(most, total)}; "
            f"this test's share is {seconds(dearest.cost_ms)}.",
            advice="Begin with the dearest test.",
            test=dearest.test,
            cost_ms=total,
        )
