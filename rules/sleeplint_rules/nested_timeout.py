"""The rule `nested-timeout`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Related, Rule, Severity, TestFile, Wait, dataclass
from sleeplint_rules._judgement import SHAPE, apart, by_decision, is_guard, is_limited, length


@dataclass(frozen=True)
class NestedTimeout(Rule):
    """A timeout is not shorter than the one around it, so that it can never speak.

    ## Why

    The outer limit always fires first. Its message says only that the whole took too long, and the inner one,
    which would say what hung, is dead code.

    ## What to do instead

    Make the outer limit the longer one; or drop the inner, if nobody needs to know what hung.

    ## Fix safety

    No repair is offered: which of the two is meant is not to be seen from here.
    """

    code = "SLP205"
    name = "nested-timeout"
    default = Severity.WARNING
    strict = Severity.WARNING
    strict_options = MappingProxyType({"once_for_a_name": False})
    specificity = SHAPE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::timeout;

            #[tokio::test]
            async fn shakes_hands() {
                timeout(Duration::from_secs(5), async {
                    let mut peer = connect().await;
                    timeout(Duration::from_secs(10), peer.shake()).await.expect("no answer"); // error: nested-timeout
                })
                .await
                .expect("too slow");
            }

            #[tokio::test]
            async fn shakes_hands_in_turn() {
                timeout(Duration::from_secs(10), async {
                    let mut peer = connect().await;
                    timeout(Duration::from_secs(5), peer.shake()).await.expect("no handshake");
                })
                .await
                .expect("too slow");
            }
            """,
            title="An inner timeout that is never reached, and one that is",
            profile="default",
        ),
        Example(
            "python",
            """
            import asyncio

            import pytest


            @pytest.mark.timeout(5)
            async def test_shakes_hands():
                peer = await connect()
                assert await asyncio.wait_for(peer.shake(), timeout=10)  # error: nested-timeout


            @pytest.mark.timeout(10)
            async def test_shakes_hands_in_turn():
                peer = await connect()
                assert await asyncio.wait_for(peer.shake(), timeout=5)
            """,
            title="An inner timeout that is never reached, and one that is",
            profile="default",
        ),
    )

    once_for_a_name: bool = True
    """Speak once of all timeouts in a file whose length is the same name, rather than of each."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each guard that its surroundings cut short."""
        for wait, others in by_decision((wait for wait in file.waits if _is_cut_short(wait)), self.once_for_a_name):
            limit = wait.limit
            if limit is None:
                continue
            places = f" `{wait.written}` is cut short {len(others)} more times in this file." if others else ""
            yield self.finding(
                file,
                wait,
                f"This timeout{length(wait, limit.ms)} can never run out, because `{limit.by}` around it "
                f"ends after {apart(limit.ms, wait.duration_ms)}.{places}",
                "Make the outer limit the longer one, so that the inner can say what hung.",
                covers=tuple(one.span for one in (wait, *others)),
                related=(
                    *wait.related,
                    Related(limit.span, "the limit around it"),
                    *(Related(other.span, "and here") for other in others),
                ),
            )


def _is_cut_short(wait: Wait) -> bool:
    return is_guard(wait) and wait.kind == "timeout" and wait.purpose in ("operation", "connect") and is_limited(wait)
