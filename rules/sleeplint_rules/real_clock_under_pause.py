"""The rule `real-clock-under-pause`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, Wait, dataclass
from sleeplint_rules._advice import library
from sleeplint_rules._judgement import CLOCK, length, price, test_of


@dataclass(frozen=True)
class RealClockUnderPause(Rule):
    """A test with a paused clock waits on, or measures by, the real one.

    ## Why

    A paused clock moves only what asks it. A thread's sleep really sleeps, and does not move the paused clock
    on; the standard library's `Instant` sees next to nothing of the time that passes on the paused one. The
    two halves of the test live in different times.

    ## What to do instead

    Use the clock that is paused for both: `tokio::time::sleep`, `tokio::time::advance`,
    `tokio::time::Instant`; `trio.sleep`, `trio.current_time()`.

    ## Fix safety

    The matching sleep is unsafe: what the test proves changes with the clock.
    """

    code = "SLP208"
    name = "real-clock-under-pause"
    default = Severity.WARNING
    strict = Severity.WARNING
    specificity = CLOCK + 1  # it knows more about an assertion than `elapsed-upper-bound`
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test(start_paused = true)]
            async fn forgets_old_entries() {
                let cache = Cache::with_ttl(Duration::from_millis(50));
                cache.insert("key", 7);
                std::thread::sleep(Duration::from_millis(60)); // error: real-clock-under-pause
                assert_eq!(cache.get("key"), None);
            }

            #[tokio::test(start_paused = true)]
            async fn forgets_older_entries() {
                let cache = Cache::with_ttl(Duration::from_millis(50));
                cache.insert("key", 7);
                tokio::time::sleep(Duration::from_millis(60)).await;
                assert_eq!(cache.get("key"), None);
            }
            """,
            title="A real sleep under a paused clock, and a matching one",
            profile="default",
        ),
        Example(
            "python",
            """
            import time

            import trio


            async def test_forgets_old_entries(autojump_clock):
                cache = Cache(ttl=0.05)
                cache["key"] = 7
                time.sleep(0.06)  # error: real-clock-under-pause
                assert "key" not in cache


            async def test_forgets_older_entries(autojump_clock):
                cache = Cache(ttl=0.05)
                cache["key"] = 7
                await trio.sleep(0.06)
                assert "key" not in cache
            """,
            title="A real sleep under a simulated clock, and a matching one",
            profile="default",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each real wait of a test whose clock is paused."""
        for wait in file.waits:
            if (
                wait.in_test
                and wait.paused_clock
                and not wait.virtual_time
                and wait.role != "yield"
                and wait.duration_ms != 0
                and _is_real(file, wait)
            ):
                yield self.finding(
                    file,
                    wait,
                    f"This {_noun(wait)}{length(wait)} goes by the real clock "
                    f"in a test whose clock is paused{price(wait)}",
                    f"Use the clock that is paused{_matching(file, wait)}.",
                )


def _is_real(file: TestFile, wait: Wait) -> bool:
    """Whether it measures, or sleeps in the test's own flow where the paused clock could be asked.

    A thread of its own may have its own time; and a test that makes its runtimes itself has none to ask beside them.
    """
    if wait.kind == "clock-assert":
        return True
    test = test_of(file, wait)
    beside = wait.task is not None or (test is not None and not test.is_async)
    return wait.kind == "sleep" and wait.blocking and (wait.in_async or not beside)


def _noun(wait: Wait) -> str:
    return "assertion" if wait.kind == "clock-assert" else "sleep"


def _matching(file: TestFile, wait: Wait) -> str:
    return "" if wait.kind == "clock-assert" else f" ({library(file, wait).sleep})"
