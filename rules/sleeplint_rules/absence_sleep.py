"""The rule `absence-sleep`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._advice import instead
from sleeplint_rules._judgement import ROLE, claim, is_pause, price, this_sleep


@dataclass(frozen=True)
class AbsenceSleep(Rule):
    """A sleep is there to show that something does not happen.

    ## Why

    Such a test can only fail too late or not at all: on a slow machine the unwanted thing comes after the
    sleep, and the test passes. Often nothing better is possible, which is why this rule only ever informs.

    ## What to do instead

    Put up a fence: let something happen that must come after the unwanted thing, such as a second message on
    the same ordered channel, wait for that, and then assert that it came alone. On a paused clock the quiet
    time costs nothing. Where there is no fence, keep the sleep: without it the assertion proves nothing.

    ## Fix safety

    Display-only: which event must come after is known only to the author. The sleep is never deleted.
    """

    code = "SLP105"
    name = "absence-sleep"
    strict = Severity.INFO
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn ignores_other_topics() {
                let mut inbox = subscribe("a").await;
                publish("b", "hello").await;
                tokio::time::sleep(Duration::from_millis(100)).await; // error: absence-sleep
                assert!(inbox.try_recv().is_err());
            }
            """,
            title="Silence, measured by the clock",
        ),
        Example(
            "rust",
            """
            #[tokio::test]
            async fn ignores_other_topics() {
                let mut inbox = subscribe("a").await;
                publish("b", "hello").await;
                publish("a", "fence").await;
                assert_eq!(inbox.recv().await.unwrap(), "fence");
            }
            """,
            title="Silence, shown by a fence",
        ),
        Example(
            "python",
            """
            import time


            def test_ignores_other_topics():
                inbox = subscribe("a")
                publish("b", "hello")
                time.sleep(0.1)  # error: absence-sleep
                assert not inbox.messages
            """,
            title="Silence, measured by the clock",
        ),
        Example(
            "python",
            """
            import time


            def test_ignores_other_topics():
                inbox = subscribe("a")
                publish("b", "hello")
                time.sleep(0.1)
                assert not inbox.messages
            """,
            title="The default profile leaves it alone",
            profile="default",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each sleep before an assertion that something did not happen."""
        for wait in file.waits:
            if is_pause(wait) and wait.role == "absence" and wait.kind == "sleep":
                message = f"{this_sleep(wait, budget)} {claim(wait)}{price(wait)}"
                yield self.finding(file, wait, message, instead(file, wait))
