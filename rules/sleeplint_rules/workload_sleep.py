"""The rule `workload-sleep`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._advice import instead
from sleeplint_rules._judgement import ROLE, claim, is_pause, is_random, price, this_sleep


@dataclass(frozen=True)
class WorkloadSleep(Rule):
    """A sleep plays the part of work, a slow handler or a slow peer.

    ## Why

    What the test wants is usually an order of events: the request is still running when the next one comes,
    the worker is busy when it is told to stop. A length of time only makes that order likely.

    ## What to do instead

    Keep the work waiting on a channel or event, and let go when the test has seen what it wants to see. On a
    paused clock slow work costs nothing.

    ## Fix safety

    Display-only: when the work may go on is known only to the author.
    """

    code = "SLP107"
    name = "workload-sleep"
    strict = Severity.INFO
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::convert::Infallible;
            use std::time::Duration;
            use tower::service_fn;

            #[tokio::test]
            async fn counts_requests_in_flight() {
                let service = limited(service_fn(|_: Request| async {
                    tokio::time::sleep(Duration::from_millis(100)).await; // error: workload-sleep
                    Ok::<_, Infallible>(Response::default())
                }));
                assert_eq!(two_at_once(service).await, [200, 429]);
            }
            """,
            title="A slow handler",
        ),
        Example(
            "rust",
            """
            use std::convert::Infallible;
            use std::time::Duration;
            use tower::service_fn;

            #[tokio::test(start_paused = true)]
            async fn counts_requests_in_flight() {
                let service = limited(service_fn(|_: Request| async {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    Ok::<_, Infallible>(Response::default())
                }));
                assert_eq!(two_at_once(service).await, [200, 429]);
            }
            """,
            title="A slow handler on a paused clock",
        ),
        Example(
            "python",
            """
            import time


            def test_stops_busy_workers(broker):
                @broker.task
                def slow():
                    time.sleep(0.5)  # error: workload-sleep

                slow.send()
                assert broker.stop() == ["slow"]
            """,
            title="A slow job",
        ),
        Example(
            "python",
            """
            import random
            import time


            def test_jobs_end_in_any_order(broker):
                @broker.task
                def job():
                    time.sleep(random.uniform(0, 0.5))

                broker.run(job, times=200)
            """,
            title="Work of random length, to mix what runs at once",
        ),
        Example(
            "python",
            """
            import threading


            def test_stops_busy_workers(broker):
                released = threading.Event()

                @broker.task
                def slow():
                    assert released.wait(timeout=5)

                slow.send()
                assert broker.running() == ["slow"]
                released.set()
            """,
            title="A job that is as slow as the test wants",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each pause that plays work."""
        for wait in file.waits:
            if is_pause(wait) and wait.role == "workload" and not is_random(wait):
                message = f"{this_sleep(wait, budget)} {claim(wait)}{price(wait)}"
                yield self.finding(file, wait, message, instead(file, wait))
