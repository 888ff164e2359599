"""The rule `repeated-timeout`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Related, Rule, Severity, TestFile, Wait, dataclass, seconds
from sleeplint_rules._judgement import is_literal


@dataclass(frozen=True)
class RepeatedTimeout(Rule):
    """The same literal timeout stands many times in a file.

    ## Why

    One day a slow machine needs more, and then each of the places is changed, or all but one. Written once,
    the number has a name, a reason, and can be made to follow the environment.

    ## What to do instead

    One constant, or one helper that bounds what it is given and fails with a message; let it read its length
    from the environment, so that a slow runner can raise it.

    ## Fix safety

    One constant for identical literals is safe where its name is free; it is the same length at the same
    places. A helper is display-only.

    The rule speaks once for each length and call, at the first place; the others stand beside it. It hides no
    finding about one of these timeouts, and none hides it.
    """

    code = "SLP203"
    name = "repeated-timeout"
    strict = Severity.WARNING
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::timeout;

            #[tokio::test]
            async fn counts_to_five() {
                let mut numbers = numbers().await;
                timeout(Duration::from_secs(3), numbers.one()).await.unwrap(); // error: repeated-timeout
                timeout(Duration::from_secs(3), numbers.two()).await.unwrap();
                timeout(Duration::from_secs(3), numbers.three()).await.unwrap();
                timeout(Duration::from_secs(3), numbers.four()).await.unwrap();
                timeout(Duration::from_secs(3), numbers.five()).await.unwrap();
            }
            """,
            title="One length, written five times",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::timeout;

            const LIMIT: Duration = Duration::from_secs(3);

            #[tokio::test]
            async fn counts_to_five() {
                let mut numbers = numbers().await;
                timeout(LIMIT, numbers.one()).await.unwrap();
                timeout(LIMIT, numbers.two()).await.unwrap();
                timeout(LIMIT, numbers.three()).await.unwrap();
                timeout(LIMIT, numbers.four()).await.unwrap();
                timeout(LIMIT, numbers.five()).await.unwrap();
            }
            """,
            title="One length, written once",
        ),
        Example(
            "python",
            """
            import asyncio


            async def test_counts_to_five(numbers):
                assert await asyncio.wait_for(numbers.get(), timeout=3) == 1  # error: repeated-timeout
                assert await asyncio.wait_for(numbers.get(), timeout=3) == 2
                assert await asyncio.wait_for(numbers.get(), timeout=3) == 3
                assert await asyncio.wait_for(numbers.get(), timeout=3) == 4
                assert await asyncio.wait_for(numbers.get(), timeout=3) == 5
            """,
            title="One length, written five times",
        ),
        Example(
            "python",
            """
            import asyncio

            LIMIT = 3


            async def test_counts_to_five(numbers):
                for number in (1, 2, 3, 4, 5):
                    assert await asyncio.wait_for(numbers.get(), timeout=LIMIT) == number
            """,
            title="One length, written once",
        ),
    )

    at_least: int = 5
    """How many times the same literal must stand in a file."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield one finding for each call and length that is repeated."""
        alike: dict[tuple[str, float], list[Wait]] = defaultdict(list)
        for wait in file.waits:
            if (
                wait.in_test
                and wait.kind == "timeout"
                and wait.role in ("guard", "burned")
                and wait.purpose in ("operation", "connect")
                and wait.duration_ms
                and not wait.virtual_time
                and is_literal(wait.written)
            ):
                alike[wait.wrapper or wait.api, wait.duration_ms].append(wait)
        for (_, duration), (first, *others) in alike.items():
            if 1 + len(others) < self.at_least:
                continue
            yield self.finding(
                file,
                first,
                f"The same timeout of {seconds(duration)} is written {1 + len(others)} times in this file.",
                "Write it once: a constant, or a helper that can take its length from the environment.",
                cost_ms=None,
                covers=(),
                related=tuple(Related(other.span, "and here") for other in others),
            )
