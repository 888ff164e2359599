"""Which of the places that may wait a file's own tests can reach, by a byte search."""

from __future__ import annotations

import re
from functools import lru_cache

from sleeplint.languages.rust.candidates import hits_of
from sleeplint.languages.rust.layout import around, functions
from sleeplint.languages.rust.timing import timed
from sleeplint.records import dataclass

# An attribute that makes tests, or bounds them; strings in it may hold what looks like its end.
_TESTING = re.compile(
    rb'#\s*+!?\s*+\[(?:[^\]"tq]++|"(?:[^"\\]++|\\.)*+"|(?!test|quickcheck|timeout)[tq])*+[tq]', re.DOTALL
)


@lru_cache(maxsize=2)
def first_test(code: bytes) -> int:
    """Where the first attribute stands that may make test code of what follows; the text's end if none does."""
    if b"test" not in code and b"quickcheck" not in code and b"timeout" not in code:
        return len(code)
    found = _TESTING.search(code)
    return found.start() if found else len(code)


def tests_in(code: bytes) -> bool:
    """Whether a text may hold tests of its own."""
    return first_test(code) < len(code)


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a file is looked at."""

    hits: tuple[tuple[int, int], ...]
    """The names that may be called names of waits, in order."""
    since: int = 0
    """Where what else waits begins to matter."""

    def any(self, code: bytes) -> bool:
        """Whether there is anything to look at."""
        return bool(self.hits) or (self.since < len(code) and any(start >= self.since for start, _ in timed(code)))


def within_tests(code: bytes, hits: tuple[tuple[int, int], ...]) -> Reach:
    """The hits that stand in tests, or in functions that tests may call; of no other hit a test knows.

    Of production code only those matter by whose function's name a test, or another such function, calls.
    """
    first = first_test(code)
    if first == len(code):
        return Reach((), first)
    callers = _Callers(code, first)
    kept = (hit for hit in hits if hit[0] >= first or callers.may_reach(hit[0]))
    return Reach(tuple(kept), first)


class _Callers:
    """Who may call the functions of a file, by their names."""

    def __init__(self, code: bytes, first: int) -> None:
        """`first` is where tests begin."""
        self._code = code
        self._first = first
        self._functions = functions(code)
        self._called: dict[bytes, bool] = {}

    def may_reach(self, offset: int) -> bool:
        """Whether a test may reach a place, which stands in no function or in one that is called."""
        own = around(self._functions, offset)
        return own is None or self._is_called(own.name)

    def _is_called(self, name: bytes) -> bool:
        """Whether a test may call a function, or a function that calls it, and so on."""
        if name not in self._called:
            self._called[name] = False
            for start, _ in hits_of(self._code, [name]):
                caller = around(self._functions, start)
                if start >= self._first or (
                    caller is not None and caller.name != name and self._is_called(caller.name)
                ):
                    self._called[name] = True
                    break
        return self._called[name]
