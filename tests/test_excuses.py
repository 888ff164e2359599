"""Which comments account for the length of a timeout."""

from __future__ import annotations

import pytest

from sleeplint.languages import read
from sleeplint.languages.excuses import is_excuse
from sleeplint.source import Source

EXCUSES = [
    "Generous timeout: the rebuild can exceed 5s on loaded CI runners",
    "Join with a large timeout to give the server time",
    "the limit is deliberately high",
    "slow on CI",
    "slow CI runners",
    "may take a minute under valgrind",
    "takes up to 40 seconds",
    "give it enough time",
    "was flaky with 10 s",
    "so long because the model is loaded on first use",
]
OTHERS = [
    "",
    "wait for the reply",
    "the timeout is in seconds",
    "should not block",
    "half a minute",
    "ask again",
]


@pytest.mark.parametrize("comment", EXCUSES)
def test_an_excuse(comment: str) -> None:
    assert is_excuse(comment)


@pytest.mark.parametrize("comment", OTHERS)
def test_no_excuse(comment: str) -> None:
    assert not is_excuse(comment)


PLACES = [
    ("python", "def test():\n    # generous timeout\n    child.wait(timeout=60)\n", True),
    ("python", "def test():\n    child.wait(timeout=60)  # generous timeout\n", True),
    ("python", "def test():\n    # generous timeout\n    start()\n    child.wait(timeout=60)\n", False),
    ("python", "# slow on CI\nLIMIT = 60\ndef test():\n    child.wait(timeout=LIMIT)\n", True),
    ("python", "LIMIT = 60  # slow on CI\ndef test():\n    child.wait(LIMIT)\n", True),
    ("python", "# slow on CI\nOTHER = 60\nLIMIT = 60\ndef test():\n    child.wait(timeout=LIMIT)\n", False),
    ("rust", "// generous timeout\n    timeout(Duration::from_secs(60), f()).await.unwrap();", True),
    ("rust", "timeout(Duration::from_secs(60), f()).await.unwrap(); // generous timeout", True),
    ("rust", "// generous timeout\n    start();\n    timeout(Duration::from_secs(60), f()).await.unwrap();", False),
]


@pytest.mark.parametrize(("language", "code", "excused"), PLACES)
def test_the_excuse_stands_at_the_timeout(language: str, code: str, excused: bool) -> None:
    if language == "rust":
        head = "use std::time::Duration;\nuse tokio::time::timeout;\n#[tokio::test]\nasync fn a() {\n    "
        source = Source("tests/a.rs", f"{head}{code}\n}}\n".encode())
    else:
        source = Source("tests/test_a.py", f"import subprocess\nchild = subprocess.Popen('x')\n{code}".encode())
    (wait,) = read(source).waits
    assert wait.role == "guard"
    assert wait.excused is excused


BLOCKING = [
    ("rust", "// freezes every task on this thread\n    std::thread::sleep(Duration::from_secs(1));", True),
    ("rust", "// let it settle\n    std::thread::sleep(Duration::from_secs(1));", False),
    ("python", "    # blocks the loop, so that the heartbeat is missed\n    time.sleep(1)\n", True),
    ("python", "    time.sleep(1)  # let it settle\n", False),
    ("python", "    time.sleep(1)  # noqa: ASYNC251\n", True),
    ("python", "    time.sleep(1)  # noqa: ASYNC110\n", False),
    ("python", "    time.sleep(1)  # a synchronous sleep does not yield\n", True),
    ("python", "    async def hog():\n        time.sleep(1)\n        done()\n    await run(hog)\n", True),
    ("python", "    async def serve():\n        time.sleep(1)\n        done()\n    await run(serve)\n", False),
]


@pytest.mark.parametrize(("language", "code", "excused"), BLOCKING)
def test_a_sleep_that_blocks_on_purpose_says_so(language: str, code: str, excused: bool) -> None:
    if language == "rust":
        head = "use std::time::Duration;\n#[tokio::test]\nasync fn a() {\n    "
        source = Source("tests/a.rs", f"{head}{code}\n}}\n".encode())
    else:
        source = Source("tests/test_a.py", f"import time\nasync def test():\n{code}".encode())
    (wait,) = read(source).waits
    assert wait.excused is excused
