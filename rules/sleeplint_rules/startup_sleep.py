"""The rule `startup-sleep`."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile, dataclass
from sleeplint_rules._advice import instead, startup
from sleeplint_rules._judgement import ROLE, claim, is_certain, is_pause, price, this_sleep


@dataclass(frozen=True)
class StartupSleep(Rule):
    """A sleep stands between starting something and first using it.

    ## Why

    A server, process or thread is ready when it is ready: on a loaded machine later than the sleep hopes, and
    the test fails for no fault of the code; on most machines much earlier, and every run waits for nothing.

    ## What to do instead

    A listener that is bound before its task is spawned accepts connections at once: they wait in its queue.
    Otherwise let what starts say that it is up: a `oneshot` or `threading.Event` after the bind,
    `task_status.started()`, the line that a child process prints; or retry the connection until a deadline
    that fails the test.

    ## Fix safety

    Deleting the sleep is safe only where the listener is bound in the same function before the spawn, and
    the task itself binds nothing; unsafe when the bind is in another file. A ready signal after a bind
    inside the task is unsafe. For processes and threads the repair is display-only.
    """

    code = "SLP103"
    name = "startup-sleep"
    default = Severity.WARNING
    strict = Severity.WARNING
    strict_options = MappingProxyType({"high_confidence_only": False})
    specificity = ROLE
    examples = (
        Example(
            "rust",
            """
            use std::time::Duration;
            use tokio::net::TcpStream;

            #[tokio::test]
            async fn greets() {
                tokio::spawn(async { serve("127.0.0.1:4000").await });
                tokio::time::sleep(Duration::from_millis(200)).await; // error: startup-sleep
                let stream = TcpStream::connect("127.0.0.1:4000").await.unwrap();
                assert_eq!(greeting(stream).await, "hello");
            }
            """,
            title="A server that is hoped to be up",
            profile="default",
        ),
        Example(
            "rust",
            """
            use tokio::net::{TcpListener, TcpStream};

            #[tokio::test]
            async fn greets() {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                tokio::spawn(async move { serve_on(listener).await });
                let stream = TcpStream::connect(address).await.unwrap();
                assert_eq!(greeting(stream).await, "hello");
            }
            """,
            title="A server that accepts from the start",
            profile="default",
        ),
        Example(
            "python",
            """
            import threading
            import time

            import requests


            def test_greets():
                server = Server(port=4000)
                thread = threading.Thread(target=server.run, daemon=True)
                thread.start()
                time.sleep(0.5)  # error: startup-sleep
                assert requests.get("http://127.0.0.1:4000").text == "hello"
            """,
            title="A thread that is hoped to serve",
            profile="default",
        ),
        Example(
            "python",
            """
            import threading

            import requests


            def test_greets():
                up = threading.Event()
                server = Server(port=0, on_start=up.set)
                threading.Thread(target=server.run, daemon=True).start()
                assert up.wait(timeout=5)
                assert requests.get(server.url).text == "hello"
            """,
            title="A thread that says when it serves",
            profile="default",
        ),
    )

    high_confidence_only: bool = True
    """Speak only where the structure of the code shows what was started."""

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield a finding for each pause that waits for something to start."""
        for wait in file.waits:
            if not is_pause(wait) or wait.role != "startup" or (self.high_confidence_only and not is_certain(wait)):
                continue
            advice = startup(file, wait) if is_certain(wait) else instead(file, wait)
            yield self.finding(file, wait, f"{this_sleep(wait, budget)} {claim(wait)}{price(wait)}", advice)
