"""The rule `sleep-over-budget`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._advice import instead
from sleeplint_rules._judgement import BUDGET, is_pause, is_waited_out, price, this_sleep


@dataclass(frozen=True)
class SleepOverBudget(Rule):
    """A test waits out a sleep that is longer than the budget.

    ## Why

    Whatever a long sleep is there for, every run of the test pays all of it, on a fast machine as on a slow
    one. The budget is `max_sleep_secs`, one second by default; a rule that knows why the sleep is there
    speaks in place of this one.

    ## What to do instead

    Wait for what the sleep hopes for: a channel, an event, a handle, a bounded poll of the condition. Where
    time itself is tested, run on a paused clock, or give the code under test a clock that the test can move.
    Where the length is right, say so: raise `budget.max_sleep_secs` for those paths.

    ## Fix safety

    The repair is that of the sleep's role, where it has one. A shorter sleep is never offered.
    """

    code = "SLP101"
    name = "sleep-over-budget"
    default = Severity.ERROR
    strict = Severity.ERROR
    specificity = BUDGET
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[test]
            fn forgets_old_entries() {
                let cache = Cache::with_ttl(Duration::from_secs(1));
                cache.insert("key", 7);
                std::thread::sleep(Duration::from_millis(1100)); // error: sleep-over-budget
                assert_eq!(cache.get("key"), None);
            }
            """,
            title="A second and more on the real clock",
            profile="default",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test(start_paused = true)]
            async fn forgets_old_entries() {
                let cache = Cache::with_ttl(Duration::from_secs(60));
                cache.insert("key", 7);
                tokio::time::sleep(Duration::from_secs(61)).await;
                assert_eq!(cache.get("key"), None);
            }
            """,
            title="A minute that costs nothing",
            profile="default",
        ),
        Example(
            "python",
            """
            import time


            def test_forgets_old_entries():
                cache = Cache(ttl=2)
                cache["key"] = 7
                time.sleep(2.5)  # error: sleep-over-budget
                assert "key" not in cache


            def test_remembers():
                cache = Cache(ttl=2)
                cache["key"] = 7
                time.sleep(0)
                assert cache["key"] == 7
            """,
            title="Two seconds on the real clock, and a wait of no length",
            profile="default",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each sleep that is waited out and over the budget."""
        for wait in file.waits:
            if (
                is_pause(wait)
                and is_waited_out(wait)
                and wait.duration_ms is not None
                and wait.duration_ms > budget.max_sleep_secs * 1000
            ):
                yield self.finding(
                    file, wait, f"{this_sleep(wait, budget)} is waited out{price(wait)}", instead(file, wait)
                )
