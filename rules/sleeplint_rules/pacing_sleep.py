"""The rule `pacing-sleep`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._advice import instead
from sleeplint_rules._judgement import ROLE, claim, is_random, is_real, price, this_sleep


@dataclass(frozen=True)
class PacingSleep(Rule):
    """A sleep spaces or orders actions.

    ## Why

    Distance in time is a poor stand-in for order. A trigger that is meant to come "a bit later" comes too
    early on a slow machine; files that are meant to differ in age do not on a coarse clock.

    ## What to do instead

    Order actions by events: a channel, a barrier, a message that the second actor waits for. Where it is
    timestamps that must differ, set them (`os.utime`, `std::fs::File::set_times`) or take them from a clock
    that the test moves.

    ## Fix safety

    Display-only: which event the second action may follow is known only to the author, and a sleep in a
    function that compares timestamps must stay.
    """

    code = "SLP108"
    name = "pacing-sleep"
    strict = Severity.WARNING
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn reads_in_two_parts() {
                let (mut near, far) = tokio::io::duplex(64);
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(50)).await; // error: pacing-sleep
                    write_all(&mut near, b"hello").await;
                });
                assert_eq!(read(far).await, b"hello");
            }
            """,
            title="A delayed trigger",
        ),
        Example(
            "rust",
            """
            #[tokio::test]
            async fn reads_in_two_parts() {
                let (mut near, far) = tokio::io::duplex(64);
                let reader = tokio::spawn(read(far));
                write_all(&mut near, b"hello").await;
                assert_eq!(reader.await.unwrap(), b"hello");
            }
            """,
            title="A trigger at the right moment",
        ),
        Example(
            "python",
            """
            import os
            import time


            def test_reloads_newer_files(tmp_path):
                file = tmp_path / "settings"
                file.write_text("a")
                settings = Settings(file)
                time.sleep(0.01)  # error: pacing-sleep
                file.write_text("b")
                assert settings.reload() == "b"


            def test_reloads_files_of_another_day(tmp_path):
                file = tmp_path / "settings"
                file.write_text("a")
                os.utime(file, (1, 1))
                settings = Settings(file)
                file.write_text("b")
                assert settings.reload() == "b"
            """,
            title="Files that differ in age, by a sleep and by their timestamps",
        ),
        Example(
            "python",
            """
            import asyncio
            import random


            async def test_many_at_once(pool):
                async def one(number):
                    await asyncio.sleep(random.random() / 100)
                    return await pool.ask(number)

                assert await asyncio.gather(*[one(number) for number in range(50)]) == list(range(50))
            """,
            title="Starts at random times, to mix what runs at once",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each pause between two actions."""
        for wait in file.waits:
            if (
                is_real(wait) and wait.role == "pacing" and not is_random(wait)
            ):  # in the background it is not paid, but still decides
                message = f"{this_sleep(wait, budget)} {claim(wait)}{price(wait)}"
                yield self.finding(file, wait, message, instead(file, wait))
