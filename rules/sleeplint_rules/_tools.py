"""How test tools wait for what a fixed pause guesses at, spelled for each tool."""

from __future__ import annotations

from typing import Final

from sleeplint.rule import TOOL_OF_PACKAGE, TestFile, Wait, dataclass


@dataclass(frozen=True, slots=True)
class Tool:
    """The waits that a tool has of its own. Each is a phrase of a sentence."""

    ready: str
    """How what is started is seen to be ready."""
    signal: str
    """What the effect of an action can be awaited by."""
    owns_the_loop: bool = False
    """What blocks the thread keeps the effect from happening, so that no event of threads will do."""


_BROWSED: Final = "once the page shows it"
TOOLS: Final = {
    "qt": Tool(
        ready="`qtbot.waitSignal`, `qtbot.waitUntil` or `qtbot.waitExposed`",
        signal="`qtbot.waitSignal` or `qtbot.waitUntil`, which let the event loop run and fail at their timeout",
        owns_the_loop=True,
    ),
    "playwright": Tool(
        ready=f"`expect(..)` passes {_BROWSED}",
        signal="Playwright's `expect(..)`, which looks again until it holds, or `page.expect_response`",
    ),
    "selenium": Tool(
        ready=f"`WebDriverWait(..).until(..)` ends {_BROWSED}",
        signal="`WebDriverWait(driver, ..).until(..)`, which fails at its timeout",
    ),
    "celery": Tool(
        ready="`app.control.ping(timeout=..)` answers once a worker is up",
        signal="`result.get(timeout=..)` of the task that was sent",
    ),
}
_ELSEWHERE: Final = frozenset({"expiry", "workload", "hold"})
"""What a pause in such a file is for that has nothing to do with what the tool shows."""
_SLEEPS: Final = frozenset({"time", "asyncio"})


def tool_of(file: TestFile, wait: Wait) -> Tool | None:
    """The tool whose own waits are the better ones there: the wait's own, or the one that the file works with."""
    if wait.language != "python":
        return None
    root = wait.api.partition(".")[0]
    if root in TOOL_OF_PACKAGE:
        return TOOLS[TOOL_OF_PACKAGE[root]]
    # Another thread or task is none of the tool's business.
    if root not in _SLEEPS or wait.task is not None or not file.tools:
        return None
    tool = TOOLS[file.tools[0]]
    return tool if tool.owns_the_loop or wait.role not in _ELSEWHERE else None
