"""The rule `sleep-ordering`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Related, Rule, Severity, Span, TestFile, dataclass
from sleeplint_rules._advice import library
from sleeplint_rules._judgement import SHAPE, length


@dataclass(frozen=True)
class SleepOrdering(Rule):
    """Tasks are put into an order by sleeps of different lengths.

    ## Why

    The longer sleep ends later only if nobody is held up in between. A busy machine swaps the two sooner or
    later, and the failure cannot be repeated.

    ## What to do instead

    Say the order: a barrier both tasks meet at, or a channel or event on which the second waits for the first.

    ## Fix safety

    Display-only: which step must come first is known only to the author.
    """

    code = "SLP109"
    name = "sleep-ordering"
    default = Severity.WARNING
    strict = Severity.WARNING
    specificity = SHAPE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::time::sleep;

            #[tokio::test]
            async fn the_last_writer_wins() {
                let cell = Cell::shared();
                let (first, second) = (cell.clone(), cell.clone());
                let a = tokio::spawn(async move {
                    sleep(Duration::from_millis(10)).await; // error: sleep-ordering
                    first.write("a").await;
                });
                let b = tokio::spawn(async move {
                    sleep(Duration::from_millis(50)).await;
                    second.write("b").await;
                });
                a.await.unwrap();
                b.await.unwrap();
                assert_eq!(cell.read().await, "b");
            }
            """,
            title="Two writers, ordered by two lengths",
            profile="default",
        ),
        Example(
            "rust",
            """
            #[tokio::test]
            async fn the_last_writer_wins() {
                let cell = Cell::shared();
                let (first, second) = (cell.clone(), cell.clone());
                tokio::spawn(async move { first.write("a").await }).await.unwrap();
                tokio::spawn(async move { second.write("b").await }).await.unwrap();
                assert_eq!(cell.read().await, "b");
            }
            """,
            title="Two writers, ordered by a join",
            profile="default",
        ),
        Example(
            "python",
            """
            import asyncio


            async def test_the_last_writer_wins():
                cell = Cell()

                async def write(value, after):
                    await after.wait()
                    cell.write(value)

                first, second = asyncio.Event(), asyncio.Event()
                writers = [asyncio.create_task(write("a", first)), asyncio.create_task(write("b", second))]
                first.set()
                await writers[0]
                second.set()
                await writers[1]
                assert cell.value == "b"
            """,
            title="Two writers, ordered by events",
            profile="default",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield one finding for each group of sleeps that are measured against each other."""
        told: set[Span] = set()
        for wait in file.waits:
            if not wait.order or not wait.in_test or wait.virtual_time or wait.span in told:
                continue
            told.update((wait.span, *wait.order))
            yield self.finding(
                file,
                wait,
                f"This sleep{length(wait)} is ordered against {_others(len(wait.order))} only by its length.",
                f"Say the order instead of timing it: {library(file, wait).barrier}.",
                covers=(wait.span, *wait.order),
                related=(*wait.related, *(Related(other, "ordered against this one") for other in wait.order)),
            )


def _others(number: int) -> str:
    return "another task's" if number == 1 else f"{number} other tasks'"
