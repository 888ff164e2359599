"""The rule `test-sleep-budget`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Related, Rule, Severity, TestFile, Wait, dataclass, seconds
from sleeplint_rules._judgement import apart

_SIDE_BY_SIDE = frozenset({"gather", "wait", "as_completed", "joinall"})
"""Calls whose arguments run beside one another."""


def _known(paid: list[tuple[float, Wait]]) -> float:
    """What a test pays at least: its own flow, or what runs longest beside it."""
    own = sum(cost for cost, wait in paid if wait.task is None)
    tasks: dict[object, float] = {}
    for cost, wait in paid:
        if wait.task is None:
            continue
        apart = wait.task.spawner.rpartition(".")[2] in _SIDE_BY_SIDE
        place = wait.span if apart else wait.task.span
        tasks[place] = tasks.get(place, 0) + cost
    return max(own, *tasks.values()) if tasks else own


@dataclass(frozen=True)
class TestSleepBudget(Rule):
    """The waits of one test together cost more than the budget.

    ## Why

    Ten sleeps that are each within budget are one long test. The rule is silent until
    `budget.max_test_sleep_secs` is set. Only what is known to be paid is counted: virtual time, guards and
    sleeps that never elapse are not, and of tasks that run side by side only the longest is.

    ## What to do instead

    Begin with the dearest wait, which is named, and do what the rule about that wait says.

    ## Fix safety

    No repair: a sum has none.
    """

    code = "SLP114"
    name = "test-sleep-budget"
    default = Severity.WARNING
    strict = Severity.WARNING
    examples = (
        Example(
            "python",
            """
            import asyncio
            import time


            def test_stays_quiet_twice(bus):  # error: test-sleep-budget
                bus.publish("b", "hello")
                time.sleep(0.9)
                assert not bus.inbox("a")
                bus.publish("c", "hello")
                time.sleep(0.9)
                assert not bus.inbox("a")


            def test_stays_quiet(bus):
                bus.publish("b", "hello")
                time.sleep(0.9)
                assert not bus.inbox("a")


            async def test_takes_two(server):
                await asyncio.gather(asyncio.sleep(0.9), asyncio.sleep(0.9))
                assert server.idle
            """,
            title="Two sleeps, each within its budget, together over the test's",
            profile="default",
            budget=Budget(max_test_sleep_secs=1),
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[test]
            fn stays_quiet_twice() { // error: test-sleep-budget
                let mut bus = Bus::new();
                bus.publish("b", "hello");
                std::thread::sleep(Duration::from_millis(900));
                assert!(bus.inbox("a").is_empty());
                bus.publish("c", "hello");
                std::thread::sleep(Duration::from_millis(900));
                assert!(bus.inbox("a").is_empty());
            }

            #[tokio::test(start_paused = true)]
            async fn forgets_after_hours() {
                let cache = Cache::with_ttl(Duration::from_secs(3600));
                cache.insert("a", 1);
                tokio::time::sleep(Duration::from_secs(3601)).await;
                assert_eq!(cache.get("a"), None);
            }
            """,
            title="Two sleeps over the budget, and an hour that costs nothing",
            profile="default",
            budget=Budget(max_test_sleep_secs=1),
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each test whose known costs add up to more than the budget."""
        if budget.max_test_sleep_secs is None:
            return
        most = budget.max_test_sleep_secs * 1000
        for test in file.tests:
            paid = [(wait.cost_ms, wait) for wait in file.waits if wait.test == test.name and wait.cost_ms]
            total = _known(paid)
            if total <= most:
                continue
            dearest_cost, dearest = max(paid, key=lambda pair: pair[0])
            yield self.finding(
                file,
                dearest,
                f"This test pays {apart(total, most)} for its waits, over its budget of {apart(most, total)}.",
                "Begin with the dearest wait.",
                span=test.name_span,
                statement=test.name_span,
                test=test.name,
                duration_ms=None,
                cost_ms=total,
                role=None,
                identity="",
                covers=(),
                related=(Related(dearest.span, f"the dearest wait: {seconds(dearest_cost)}"),),
            )
