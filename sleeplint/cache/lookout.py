"""Looks at many files while this process goes on, in a copy of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

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
        out, into = os.pipe()
        try:
            copy = os.fork()
        except OSError:  # there may be no more processes
            os.close(out)
            os.close(into)
            return
        if copy:
            os.close(into)
            self._copy = copy, out
            return
        try:  # whatever goes wrong in here, the other process misses it, and looks itself
            os.close(out)
            with open(into, "wb") as pipe:
                seen = self._work()
                pipe.write(len(seen).to_bytes(_LENGTH, "big") + seen)
        finally:
            os._exit(0)

    def result(self) -> bytes:
        """What the work came to. Raises what it raises."""
        if self._copy is not None:
            copy, out = self._copy
            self._copy = None
            with open(out, "rb", buffering=0) as pipe:
                told = pipe.read()
            os.waitpid(copy, 0)
            if len(told) >= _LENGTH and len(told) == _LENGTH + int.from_bytes(told[:_LENGTH], "big"):
                self._seen = told[_LENGTH:]
        if self._seen is None:
            self._seen = self._work()
        return self._seen
