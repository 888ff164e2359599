"""The rule `expiry-sleep`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._advice import instead
from sleeplint_rules._judgement import ROLE, claim, is_certain, is_pause, price, this_sleep


@dataclass(frozen=True)
class ExpirySleep(Rule):
    """A sleep lets a time to live, lease or deadline really elapse.

    ## Why

    The test is about time, and it buys it at full price: every run waits for the limit. When the limit is
    made short to keep the price down, the other half of the test, that nothing expires before it should,
    begins to fail on slow machines. In the default profile only those are named that take the whole sleep budget
    or more.

    ## What to do instead

    Move the clock and not the test: tokio's paused clock, trio's `MockClock`, twisted's `task.Clock`, or a
    clock that the code under test takes as an argument. A paused runtime clock moves neither sockets nor
    `std::time`; there only a clock of the code's own helps.

    ## Fix safety

    `#[tokio::test(start_paused = true)]` is unsafe, and offered only where nothing but tokio's time takes part
    in the test and the code under test is in sight. Elsewhere the repair is display-only.
    """

    code = "SLP106"
    name = "expiry-sleep"
    default = Severity.INFO
    strict = Severity.WARNING
    strict_options = MappingProxyType({"high_confidence_only": False, "within_budget": True})
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[test]
            fn forgets_old_entries() {
                let cache = Cache::with_ttl(Duration::from_millis(200));
                cache.insert("key", 7);
                std::thread::sleep(Duration::from_millis(250)); // error: expiry-sleep
                assert_eq!(cache.get("key"), None);
            }
            """,
            title="A time to live that really elapses",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn forgets_old_entries() {
                tokio::time::pause();
                let cache = Cache::with_ttl(Duration::from_secs(60));
                cache.insert("key", 7);
                tokio::time::sleep(Duration::from_secs(61)).await;
                assert_eq!(cache.get("key"), None);
            }
            """,
            title="A time to live that elapses at once",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[test]
            fn forgets_the_lease() {
                let lock = Lock::with_lease(Duration::from_secs(1));
                assert!(lock.take("alice"));
                std::thread::sleep(Duration::from_secs(1)); // error: expiry-sleep
                assert!(lock.take("bob"));
            }

            #[test]
            fn forgets_the_short_lease() {
                let lock = Lock::with_lease(Duration::from_millis(20));
                assert!(lock.take("alice"));
                std::thread::sleep(Duration::from_millis(30));
                assert!(lock.take("bob"));
            }
            """,
            title="A second for each run, and a blink",
            profile="default",
        ),
        Example(
            "python",
            """
            import time


            def test_forgets_old_entries():
                cache = Cache(ttl=0.2)
                cache["key"] = 7
                time.sleep(0.25)  # error: expiry-sleep
                assert "key" not in cache


            def test_forgets_old_entries_by_its_own_clock():
                clock = FakeClock()
                cache = Cache(ttl=60, clock=clock)
                cache["key"] = 7
                clock.sleep(61)
                assert "key" not in cache
            """,
            title="A time to live that really elapses, and one that a clock of the test's moves past",
        ),
    )

    high_confidence_only: bool = True
    """Speak only where the structure of the code shows what has to elapse."""
    within_budget: bool = False
    """Speak of a sleep shorter than `budget.max_sleep_secs`, too, and of one whose length the source does not say."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each pause that lets a limit run out."""
        least = budget.max_sleep_secs * 1000
        for wait in file.waits:
            if not is_pause(wait) or wait.role != "expiry":
                continue
            if self.high_confidence_only and not is_certain(wait):
                continue
            if self.within_budget or (wait.duration_ms is not None and wait.duration_ms >= least):
                message = f"{this_sleep(wait, budget)} {claim(wait)}{price(wait)}"
                yield self.finding(file, wait, message, instead(file, wait))
