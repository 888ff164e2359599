"""The rule `frozen-clock-async-sleep`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._judgement import CLOCK, length


@dataclass(frozen=True)
class FrozenClockAsyncSleep(Rule):
    """A runtime's sleep stands under a frozen wall clock.

    ## Why

    freezegun and time-machine freeze the clock that Python code reads. An event loop measures its timers by
    `time.monotonic`: frozen, they never fire and the test hangs; not frozen, they take real time while the
    frozen clock stands still. Neither is what the test means.

    ## What to do instead

    Move the frozen clock (`frozen.tick(..)`, `traveller.shift(..)`) and let the code under test look at it; or
    use a virtual clock that the event loop knows, such as `trio.testing.MockClock` or looptime.

    ## Fix safety

    Display-only: which of the two clocks the code under test looks at is not to be seen from here.
    """

    code = "SLP209"
    name = "frozen-clock-async-sleep"
    default = Severity.WARNING
    strict = Severity.WARNING
    specificity = CLOCK
    examples = (
        Example(
            "python",
            """
            import asyncio

            from freezegun import freeze_time


            @freeze_time("2024-01-01")
            async def test_forgets_old_entries():
                cache = Cache(ttl=1)
                cache["key"] = 7
                await asyncio.sleep(1)  # error: frozen-clock-async-sleep
                assert "key" not in cache


            async def test_forgets_older_entries():
                with freeze_time("2024-01-01") as frozen:
                    cache = Cache(ttl=1)
                    cache["key"] = 7
                    frozen.tick(2)
                    assert "key" not in cache
            """,
            title="A sleep that never ends, and a clock that is moved",
            profile="default",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each runtime sleep under a clock that stands still."""
        for wait in file.waits:
            if (
                wait.in_test
                and wait.frozen_clock
                and wait.kind == "sleep"
                and not wait.blocking
                and wait.in_async
                and not wait.virtual_time
                and wait.role != "yield"
                and wait.duration_ms != 0
            ):
                yield self.finding(
                    file,
                    wait,
                    f"This sleep{length(wait)} goes by the event loop's clock while the wall clock is frozen, "
                    "so that it hangs or the two drift apart.",
                    "Move the frozen clock (`tick`, `shift`), or use a virtual clock that the event loop knows.",
                )
