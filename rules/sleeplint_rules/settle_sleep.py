"""The rule `settle-sleep`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._advice import instead
from sleeplint_rules._judgement import ROLE, claim, is_certain, is_pause, price, this_sleep


@dataclass(frozen=True)
class SettleSleep(Rule):
    """A sleep stands where a test could wait for the effect of an earlier action.

    ## Why

    Sleep, then assert that it happened: the test passes when the machine is fast enough, and every run waits
    for the slowest one that somebody once saw. In the strict profile the rule also speaks about sleeps whose
    purpose the code does not show: whatever they wait for, they synchronise by the clock.

    ## What to do instead

    Wait for the effect itself. A channel, `Notify` or `Event` that the effect fires, the handle of the task
    that has the effect, or a poll of the condition that fails with the last value at its deadline.

    ## Fix safety

    Unsafe: awaiting an existing handle, a bounded receive in place of a sleep and `try_recv`, a bounded poll
    of the asserted condition, and dropping a sleep that stands directly before a wait that polls. Elsewhere
    only the author knows the effect's name, and the repair is display-only.
    """

    code = "SLP104"
    name = "settle-sleep"
    default = Severity.WARNING
    strict = Severity.WARNING
    strict_options = MappingProxyType({"high_confidence_only": False})
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::sync::atomic::{AtomicUsize, Ordering};
            use std::sync::Arc;
            use std::time::Duration;

            #[tokio::test]
            async fn counts_messages() {
                let seen = Arc::new(AtomicUsize::new(0));
                let bus = Bus::counting(seen.clone());
                bus.publish("one").await;
                tokio::time::sleep(Duration::from_millis(100)).await; // error: settle-sleep
                assert_eq!(seen.load(Ordering::SeqCst), 1);
            }
            """,
            title="An effect that is hoped to have happened",
            profile="default",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn counts_messages() {
                let (bus, mut counted) = Bus::with_receipts();
                bus.publish("one").await;
                let receipt = tokio::time::timeout(Duration::from_secs(5), counted.recv()).await;
                assert_eq!(receipt.expect("no receipt"), Some("one"));
            }
            """,
            title="An effect that is waited for",
            profile="default",
        ),
        Example(
            "python",
            """
            import asyncio


            async def test_counts_messages():
                bus = Bus()
                await bus.publish("one")
                await asyncio.sleep(0.1)  # error: settle-sleep
                assert bus.seen == 1


            async def test_gives_others_a_turn():
                bus = Bus()
                await bus.publish("one")
                await asyncio.sleep(0)
                assert bus.published == 1
            """,
            title="An effect that is hoped to have happened, and a turn for the scheduler",
            profile="default",
        ),
    )

    high_confidence_only: bool = True
    """Speak only where the structure of the code shows which effect is waited for."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each pause that waits for an effect, or for something that the code does not name."""
        for wait in file.waits:
            if not is_pause(wait) or wait.role not in ("settle", "sync"):
                continue
            if self.high_confidence_only and not (is_certain(wait) and wait.role == "settle"):
                continue
            yield self.finding(
                file, wait, f"{this_sleep(wait, budget)} {claim(wait)}{price(wait)}", instead(file, wait)
            )
