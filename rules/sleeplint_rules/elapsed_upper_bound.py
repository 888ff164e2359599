"""The rule `elapsed-upper-bound`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Related, Rule, Severity, TestFile, Wait, dataclass, seconds
from sleeplint_rules._judgement import CLOCK, by_decision


@dataclass(frozen=True)
class ElapsedUpperBound(Rule):
    """An assertion wants elapsed wall time to stay below a bound.

    ## Why

    Wall time goes on while the machine does something else, so that the assertion fails when the code is
    right. Made wide enough for the slowest machine, it no longer shows what it was written for. In the default
    profile bounds of five seconds and more are left alone: they fail seldom.

    ## What to do instead

    Assert what the speed was a sign of: that the calls overlapped (a barrier both must reach), that nothing
    was waited for (a paused clock on which no time passed), that the cached value was used (a counter). A
    lower bound is not this rule's business: time never runs too fast.

    ## Fix safety

    Display-only: what the speed is a sign of is known only to the author.
    """

    code = "SLP207"
    name = "elapsed-upper-bound"
    default = Severity.WARNING
    strict = Severity.WARNING
    strict_options = MappingProxyType({"below_ms": 3_600_000, "once_for_a_name": False})
    specificity = CLOCK
    examples = (
        Example(
            "rust",
            """
            use std::time::{Duration, Instant};

            #[test]
            fn answers_from_the_cache() {
                let cache = filled_cache();
                let start = Instant::now();
                cache.get("key");
                assert!(start.elapsed() < Duration::from_millis(5)); // error: elapsed-upper-bound
            }

            #[test]
            fn waits_before_it_tries_again() {
                let start = Instant::now();
                try_twice(Duration::from_millis(20));
                assert!(start.elapsed() >= Duration::from_millis(20));
            }
            """,
            title="An upper bound on the wall clock, and a lower one",
            profile="default",
        ),
        Example(
            "python",
            """
            import time


            def test_answers_from_the_cache(cache):
                start = time.monotonic()
                cache.get("key")
                assert time.monotonic() - start < 0.005  # error: elapsed-upper-bound


            def test_waits_before_it_tries_again():
                start = time.monotonic()
                try_twice(after=0.02)
                assert time.monotonic() - start >= 0.02
            """,
            title="An upper bound on the wall clock, and a lower one",
            profile="default",
        ),
        Example(
            "python",
            """
            import time

            SOON = 0.05


            def test_answers_twice(cache):
                start = time.monotonic()
                cache.get("key")
                assert time.monotonic() - start < SOON  # error: elapsed-upper-bound
                start = time.monotonic()
                cache.get("other")
                assert time.monotonic() - start < SOON
            """,
            title="One decision, told once",
            profile="default",
        ),
    )

    below_ms: int = 2000
    """Speak of a bound below this, or that leaves less room than this above what is expected, or that the
    source does not say."""

    once_for_a_name: bool = True
    """Speak once of all bounds in a file that are the same name, rather than of each."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each upper bound on real time, or one for all that are the same name."""
        for wait, others in by_decision(self._tight(file), self.once_for_a_name):
            if wait.slack_ms is not None:
                wish = f"leaves wall time no more than {seconds(wait.slack_ms)} of room"
            else:
                wish = f"wants wall time to stay below {_bound(wait)}"
            places = f" `{wait.written}` bounds {len(others)} more in this file." if others else ""
            yield self.finding(
                file,
                wait,
                f"This assertion {wish}, and fails on a busy machine.{places}",
                "Assert what the speed is a sign of: an order of events, a counter, no time passed on a paused clock.",
                covers=tuple(one.span for one in (wait, *others)),
                related=(*wait.related, *(Related(other.span, "and here") for other in others)),
            )

    def _tight(self, file: TestFile) -> Iterator[Wait]:
        """The upper bounds on real time that leave little room."""
        polls = [wait.loop.span for wait in file.waits if wait.loop is not None]
        for wait in file.waits:
            if wait.kind != "clock-assert" or wait.bound != "upper" or not wait.in_test or wait.virtual_time:
                continue
            room = wait.duration_ms if wait.slack_ms is None else wait.slack_ms
            if room is not None and room >= self.below_ms:
                continue
            if not any(wait.span in poll for poll in polls):  # else it is the deadline of the poll
                yield wait


def _bound(wait: Wait) -> str:
    return "a bound" if wait.duration_ms is None else seconds(wait.duration_ms)
