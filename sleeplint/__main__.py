"""`python -m sleeplint`, and the command of that name."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from sleeplint.cli import main


def run() -> NoReturn:
    """Run one command as a whole process, and end it.

    Everything is written and closed by then. To take apart what a large run remembers, object by object, would
    take a fifth of the time of one in which nothing has changed.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # whoever started us had closed it
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else somebody wants it to be ignored
        signal.signal(signal.SIGINT, _interrupt)
    gc.set_threshold(100_000)  # what loading makes stays, and need not be gone through again and again
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads any more; the exit code says so
            stream.flush()
    os._exit(code)


def _interrupt(*_: object) -> NoReturn:
    """Ask for a clean end once; who asks again is not kept waiting for it, nor shown where it had got to."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt


if __name__ == "__main__":
    run()
