"""Looks at many files while this process goes on, in a copy of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress

_LENGTH = 8
"""Bytes ahead of what was seen that say how many there are: a copy may be killed half-way."""


class Lookout:
    """Work that comes to bytes, done meanwhile by a copy of this process; where none can be had, done when asked for.

    A thread would not do: each look at a file gives up the interpreter, and has to wait for it again.
    """

    def __init__(self, work: Callable[[], bytes], pays: bool) -> None:
        """Begin with `work`, which changes nothing; if a copy does not pay, wait until somebody asks."""
        self._work = work
        self._seen: bytes | None = None
        self._copy: tuple[int, int] | None = None
        if pays and sys.platform == "linux":  # elsewhere a copy of a process is dear, or may not use the system
            self._begin()

    def _begin(self) -> None:
        here = os.getpid()
        out, into = os.pipe()
        try:
            copy = os.fork()
            if not copy:
                os.close(out)  # else it would not find out that nobody listens any more
                self._tell(into)
            self._copy = copy, out
        except OSError:  # there may be no more processes
            os.close(out)
        finally:
            if os.getpid() != here:  # whatever goes wrong in the copy, the other process misses it, and looks itself
                os._exit(0)
            os.close(into)

    def _tell(self, into: int) -> None:
        with open(into, "wb") as pipe:
            seen = self._work()
            pipe.write(len(seen).to_bytes(_LENGTH, "big") + seen)

    def result(self) -> bytes:
        """What the work came to. Raises what it raises."""
        if self._copy is not None:
            with open(self._copy[1], "rb", buffering=0, closefd=False) as pipe:
                told = pipe.read()
            self.leave()
            if len(told) >= _LENGTH and len(told) == _LENGTH + int.from_bytes(told[:_LENGTH], "big"):
                self._seen = told[_LENGTH:]
        if self._seen is None:
            self._seen = self._work()
        return self._seen

    def leave(self) -> None:
        """Want to know no more. Whoever is interrupted calls this, or the copy would be left to others."""
        if self._copy is None:
            return
        copy, out = self._copy
        self._copy = None
        os.close(out)
        with suppress(ChildProcessError):  # where nobody wants to know of ended processes, the system forgets them
            os.waitpid(copy, 0)
