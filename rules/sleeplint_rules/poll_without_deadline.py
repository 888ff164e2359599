"""The rule `poll-without-deadline`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, Wait, dataclass
from sleeplint_rules._advice import library
from sleeplint_rules._judgement import ROLE, test_of


@dataclass(frozen=True)
class PollWithoutDeadline(Rule):
    """A loop polls a condition, and nothing ends it when the condition never comes.

    ## Why

    When the code under test breaks, the test does not fail: it hangs until something outside kills the whole
    run, and nobody learns which condition it was.

    ## What to do instead

    Put the loop under a timeout, or give it a deadline, and let that fail with the last value that was seen.
    A limit on the whole test is enough to silence this rule. Bounded polls are left alone.

    ## Fix safety

    Unsafe: the enclosing timeout is a new way to fail, and its length is a choice.
    """

    code = "SLP110"
    name = "poll-without-deadline"
    default = Severity.WARNING
    strict = Severity.WARNING
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn elects_a_leader() {
                let cluster = Cluster::start().await;
                while cluster.leader().await.is_none() {
                    tokio::time::sleep(Duration::from_millis(10)).await; // error: poll-without-deadline
                }
                assert_eq!(cluster.size().await, 3);
            }
            """,
            title="A poll that can hang",
            profile="default",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[tokio::test]
            async fn elects_a_leader() {
                let cluster = Cluster::start().await;
                tokio::time::timeout(Duration::from_secs(10), async {
                    while cluster.leader().await.is_none() {
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                })
                .await
                .expect("no leader was elected");
                assert_eq!(cluster.size().await, 3);
            }
            """,
            title="A poll that fails",
            profile="default",
        ),
        Example(
            "python",
            """
            import time


            def test_elects_a_leader(cluster):
                while cluster.leader is None:
                    time.sleep(0.01)  # error: poll-without-deadline
                assert cluster.size == 3


            def test_elects_a_leader_in_time(cluster):
                deadline = time.monotonic() + 10
                while cluster.leader is None:
                    assert time.monotonic() < deadline, cluster.votes
                    time.sleep(0.01)
                assert cluster.size == 3
            """,
            title="A poll that can hang, and one that fails",
            profile="default",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each poll that nothing bounds."""
        for wait in file.waits:
            if (
                not wait.in_test
                or wait.virtual_time
                or wait.role != "poll"
                or wait.loop is None
                or wait.loop.bounded
                or wait.limit is not None
            ):
                continue
            if wait.task is not None and wait.task.joined is not True:
                continue  # nobody hangs when work in the background goes on for ever
            test = test_of(file, wait)
            if test is not None and test.limit_ms is not None:
                continue
            yield self.finding(
                file,
                wait,
                f"This poll has no deadline{_unless(wait)}, so that {_who(wait)} hangs when its condition never comes.",
                f"Bound the loop so that it fails: {library(file, wait).limit}.",
            )


def _unless(wait: Wait) -> str:
    return "" if wait.test else " of its own"


def _who(wait: Wait) -> str:
    return "the test" if wait.test else "a test that does not bound it"
