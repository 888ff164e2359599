"""Which of the places that may wait a file's own tests can reach, by a byte search."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache

from sleeplint.languages.rust.attributes import TEMPLATED, TEST_NAMES
from sleeplint.languages.rust.bare import bare
from sleeplint.languages.rust.candidates import hits_of
from sleeplint.languages.rust.layout import around, functions
from sleeplint.languages.rust.timing import timed
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_WORDS = (b"test", b"timeout", TEMPLATED.encode(), *sorted(name.encode() for name in TEST_NAMES if "test" not in name))
"""One of these stands in each attribute that makes tests, or bounds them."""
_FIRST = bytes(sorted({word[0] for word in _WORDS}))
# Strings in an attribute may hold what looks like its end.
_TESTING = regex(
    rb'#\s*+!?\s*+\[(?:[^\]"%s]++|"(?:[^"\\]++|\\.)*+"|(?!%s)[%s])*+[%s]' % (_FIRST, b"|".join(_WORDS), _FIRST, _FIRST),
    re.DOTALL,
)

# What is declared in one line holds nothing.
_DECLARED = regex(
    rb"(?:#\s*+\[[^\]]*+\]\s*+)++(?:pub(?:\s*+\([^()]*+\))?+\s++)?+(?:use\b[^;]*+;|mod\s++(?:r#)?\w++\s*+;)"
)
_OPENING = (b"{", b"(", b"[")
_CLOSING = (b"}", b")", b"]")


@lru_cache(maxsize=2)
def first_test(code: bytes) -> int:
    """Where the first attribute stands that may make test code of what follows; the text's end if none does."""
    if not any(word in code for word in _WORDS):
        return len(code)
    found = _TESTING.search(code)
    return found.start() if found else len(code)


def tests_in(code: bytes) -> bool:
    """Whether a text may hold tests of its own."""
    return first_test(code) < len(code)


class InTests:
    """Where the tests of one file may stand."""

    def __init__(self, code: bytes) -> None:
        """Look no further than for the first."""
        self._code = code
        self._first = first_test(code)

    def hold(self, offset: int) -> bool:
        """Whether a place may stand in a test."""
        if offset < self._first:
            return False
        at = bisect_right(self._items, (offset, len(self._code))) - 1
        return at >= 0 and offset < self._items[at][1]

    @cached_property
    def _items(self) -> list[tuple[int, int]]:
        """The outermost items that hold an attribute which may make tests, each from that on; some reach too far."""
        text = bare(self._code)
        found: list[tuple[int, int]] = []
        behind = counted = depth = 0
        while match := _TESTING.search(text, behind):
            declared = _DECLARED.match(text, match.start())
            if declared is not None:
                behind = declared.end()
                continue
            closing = match.end()
            while (closing := text.find(b"\n}", closing) + 2) > 1:
                depth += sum(text.count(sign, counted, closing) for sign in _OPENING)
                depth -= sum(text.count(sign, counted, closing) for sign in _CLOSING)
                counted = closing
                if depth == 0:
                    break
            behind = closing if closing > 1 else len(text)
            found.append((match.start(), behind))
        return found


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a file is looked at."""

    hits: tuple[tuple[int, int], ...]
    """The names that may be called names of waits, in order."""
    tests: InTests | None = None
    """Where what else waits matters; None is everywhere."""

    def holds(self, offset: int) -> bool:
        """Whether what stands at an offset is looked at, if it is no call."""
        return self.tests is None or self.tests.hold(offset)

    def any(self, code: bytes) -> bool:
        """Whether there is anything to look at."""
        return bool(self.hits) or any(self.holds(start) for start, _ in timed(code))


def within_tests(code: bytes, hits: tuple[tuple[int, int], ...]) -> Reach:
    """The hits that stand in tests, or in functions that tests may call; of no other hit a test knows.

    Of production code only those matter by whose function's name a test, or another such function, calls.
    """
    tests = InTests(code)
    if not tests_in(code):
        return Reach((), tests)
    callers = _Callers(code, tests)
    kept = (hit for hit in hits if tests.hold(hit[0]) or callers.may_reach(hit[0]))
    return Reach(tuple(kept), tests)


class _Callers:
    """Who may call the functions of a file, by their names."""

    def __init__(self, code: bytes, tests: InTests) -> None:
        """`tests` is where tests may stand."""
        self._code = code
        self._tests = tests
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
                if self._tests.hold(start) or (
                    caller is not None and caller.name != name and self._is_called(caller.name)
                ):
                    self._called[name] = True
                    break
        return self._called[name]
