"""Where in a file there may be waits, by a search of its bytes: what decides whether to parse it, and where to look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property

from sleeplint.languages.catalogue import Call
from sleeplint.languages.python.aliases import also_known_as
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.shapes import Shape, called, fits, names_called, parts, shapes_of, sleeps_named
from sleeplint.languages.python.suggestions import Suggestions, suggested_around
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.source import Project

KEYWORDS = {
    "timeout": "s",
    "blocking_timeout": "s",
    "startup_timeout": "s",
    "wait_timeout": "s",
    "timeout_ms": "ms",
    "timeout_secs": "s",
}
"""Arguments that bound real operations in whatever library, each with its unit."""
NEVER = regex(
    r"(?:assert|set_|make_|create_(?!connection)|build_|config|patch|parse|declare|register|mock|option|add_|enqueue"
    r"|validate|format|replace|update|merge|with_|from_|partial|dict|sub[Tt]est|param|start_(?:span|transaction))\w*"
    r"|a?(?:set|add|touch|get_or_set|get_or_create)$"
)
"""Names of calls that take no time, whatever they are given."""
_BOUND = regex(rb"[ \t]*(?:[]=,):;#\\\r\n]|in\b|as\b|\Z)")
"""Behind a name that is bound there."""
_NAMED = regex(rb"([^\W\d]\w*)[ \t]*\Z")
_STUB = regex(rb"(?i)stub[ \t]*\.[ \t]*\Z")
_TIMEOUT = regex(rb"timeout(?:_ms|_secs)?(?=\s*=(?!=))")
_WORD = bytes(byte for byte in range(256) if re.match(rb"\w", bytes([byte])))
_CLOCKS = (b"monotonic", b"perf_counter", b"default_timer", b".now(", b"utcnow", b"current_time")
# What follows begins with letters that a search can look for, and not with a word's edge: that is ten times as fast.
_TIME = regex(rb"time\((?<!\wtime\()")
_ASSERT = regex(rb"assert(?<!\wassert)(?:(?=[\s(])|(?:(?:Less|Greater)(?:Equal)?|True|False|AlmostEqual)(?=\s*\())")
_COMPARES = regex(rb"[<>#]|approx|isclose|[,\\]\s*\Z")
"""In the line of an `assert`, if it compares more than for equality, or if it may go on below."""
_LAST = regex(rb"\)\s*+(\w++)")
_NOT_LAST = regex(rb",\s*+(\w++)")
_HANDED = regex(rb"\s*[,)]")
_STRING = regex(rb"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_SLEEP = regex(rb"sleep\b")
"""It may stand in the text of a child program."""
LAST = "last search of Python"
"""Key under which a project remembers the search of the file that was looked at last, which may be read next."""
_PRAGMA = b"sleeplint:"
_STAR = regex(rb"import(?<!\wimport)[ \t]*\(?[ \t]*\*")
_HEAD = regex(rb"\bdef[ \t]+\Z")
_WAITLESS = (b'".', b"'.", b"os.path.", b"os.environ.")
"""Owners whose methods do not wait, whatever they are called: `", ".join(..)`."""
_PAIRS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"))
_FAR = 2000
"""Bytes before a keyword in which its call is looked for, through so many other calls."""
_MOST_CALLS = 8
_NEAR = 100
"""Bytes before a name that are looked back at."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a name is called that may wait."""

    start: int
    end: int
    own: bool
    """It may be a function of the project's own."""


class Search:
    """The search of one file."""

    def __init__(
        self,
        code: bytes,
        calls: tuple[Call, ...] = (),
        project: Project | None = None,
        place: str | None = None,
        *,
        in_test: bool = True,
    ) -> None:
        """Search `code` for the catalogue's calls, for `calls` and, of test code, for those of the project's own."""
        self.code = code
        self.consulted: set[str] = set()
        """The other files that were looked for."""
        self._calls = calls
        self._project = project
        self._place = place
        self._in_test = in_test
        self._known: dict[bytes, bool] = {}

    @classmethod
    def of(
        cls, code: bytes, calls: tuple[Call, ...], project: Project | None, place: str | None, in_test: bool
    ) -> Search:
        """The search of a file; the one before, if that was of the same file."""
        if project is None:
            return cls(code, calls, None, place, in_test=in_test)
        asked = (calls, place, in_test)
        known = project.memory.get(LAST)
        if isinstance(known, tuple) and isinstance(known[1], cls) and known[1].code is code and known[0] == asked:
            return known[1]
        search = cls(code, calls, project, place, in_test=in_test)
        project.memory[LAST] = (asked, search)
        return search

    def finds_any(self) -> bool:
        """Whether there is anything to look at; False is certain."""
        return (
            _PRAGMA in self.code
            or _SLEEP.search(self.code) is not None
            or next(self.assertions(), None) is not None
            or (self._in_test and any(_may_bound(self.code, place) for place in self.keywords()))
            or bool(self.calls)
            or bool(self.handed_over)
        )

    @cached_property
    def _backwards(self) -> bytes:
        return self.code[::-1]

    @cached_property
    def _called(self) -> frozenset[bytes]:
        """All names that are called, with their letters turned around."""
        return names_called(self._backwards)

    @cached_property
    def calls(self) -> list[Spot]:
        """Calls whose name and arguments are those of something that waits, in order."""
        known: dict[bytes, Shape] = shapes_of(self._calls)
        if self._aliases:
            known = {**known, **{alias: known.get(alias, shape) | shape for alias, shape in self._aliases.items()}}
        mine = self._suggested
        found: list[Spot] = []
        names = self._called & (known.keys() | mine.keys())
        for start, end in called(self._backwards, names) if names else ():
            name = self.code[start:end][::-1]
            shape, own = known.get(name), mine.get(name)
            if self._may_wait(start) and (
                (own is not None and fits(self.code, end, own))
                or (shape is not None and fits(self.code, end, shape) and self._may_be_known(name, start))
            ):
                found.append(Spot(start, end, own is not None))
        found.reverse()
        return found

    @cached_property
    def handed_over(self) -> list[tuple[int, int]]:
        """Where names of what sleeps stand as an argument, in order."""
        last = frozenset(_LAST.findall(self._backwards)) | frozenset(_NOT_LAST.findall(self._backwards))
        names = last & {name[::-1] for name in sleeps_named()} | last & self._aliases.keys()
        written = frozenset(name[::-1] for name in last)
        for suggestions in self._sources:
            names |= {name[::-1] for name, shape in suggestions.among(written).items() if shape.anything}
        return sorted(
            (start, start + len(name))
            for name in names
            for start in occurrences(self.code, name[::-1])
            if _HANDED.match(self.code, start + len(name))
        )

    def keywords(self) -> Iterator[int]:
        """Where keywords stand by which operations are bounded, in order."""
        for match in _TIMEOUT.finditer(self.code):
            before = self.code[max(match.start() - _NEAR, 0) : match.start()]
            word = before[len(before.rstrip(_WORD)) :]
            if (word + match[0]).decode("utf-8", "replace") in KEYWORDS:
                yield match.start() - len(word)

    def assertions(self) -> Iterator[re.Match[bytes]]:
        """Assertions that may be about elapsed time, in order."""
        if self._reads_a_clock:
            yield from (match for match in _ASSERT.finditer(self.code) if _compares(self.code, match))

    @cached_property
    def _reads_a_clock(self) -> bool:
        """Whether a clock may be read; False is certain."""
        return any(stem in self.code for stem in _CLOCKS) or _TIME.search(self.code) is not None

    @cached_property
    def _aliases(self) -> dict[bytes, Shape]:
        """Other names of the catalogue's calls in this file, with their letters turned around."""
        known = shapes_of(self._calls)
        found: dict[bytes, Shape] = {}
        for alias, name in self._renamed:
            shape = known[name[::-1]]
            found[alias[::-1]] = found.get(alias[::-1], shape) | shape
        return found

    @cached_property
    def _renamed(self) -> list[tuple[bytes, bytes]]:
        return list(also_known_as(self.code, _written(self._calls)))

    @cached_property
    def _sources(self) -> list[Suggestions]:
        """What this file and those around it suggest."""
        found = [Suggestions(self.code, self._renamed)]
        if self._in_test and self._project is not None and self._place is not None:
            found += suggested_around(self.code, self._project, self._place, self.consulted)
        return found

    @cached_property
    def _suggested(self) -> dict[bytes, Shape]:
        """Those of them that are called here, with their letters turned around."""
        found: dict[bytes, Shape] = {}
        called = frozenset(name[::-1] for name in self._called)
        for suggestions in self._sources:
            for name, shape in suggestions.among(called).items():
                turned = name[::-1]
                found[turned] = found[turned] | shape if turned in found else shape
        return found

    def _may_wait(self, start: int) -> bool:
        """Whether a name before a parenthesis is called, and not on a string or a path."""
        if self.code[start - 1 : start] == b".":
            return not self.code.endswith(_WAITLESS, max(start - _NEAR, 0), start)
        return _HEAD.search(self.code, max(start - _NEAR, 0), start) is None

    def _may_be_known(self, name: bytes, start: int) -> bool:
        """Whether a catalogued name that is called is an attribute or known by itself; False is certain."""
        if self.code[max(start - _NEAR, 0) : start].rstrip().endswith((b".", b"\\")):
            return True
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._stars or _is_bound(self.code, name[::-1])
        return known

    @cached_property
    def _stars(self) -> bool:
        return bool(self._calls) or _STAR.search(self.code) is not None


def is_title(word: str) -> bool:
    """Whether a name is a class's or a constant's, by its first letter."""
    return not word[:1].islower() and not word.startswith("_")


def _may_bound(code: bytes, place: int) -> bool:
    """Whether a keyword may be an argument of a call that takes time; False is certain."""
    before = code[max(place - _NEAR, 0) : place].rstrip()
    line = before[before.rfind(b"\n") + 1 :]
    looked_back = bool(before) or place <= _NEAR
    if looked_back and not before.endswith((b"(", b",", b"\\")) and b"#" not in line:
        return False
    opened = place
    for _ in range(_MOST_CALLS):
        opened = code.rfind(b"(", max(place - _FAR, 0), opened)
        between = parts(code, opened + 1) if opened >= 0 else None
        if between is None:
            return True
        starts, end = between
        if end > place:
            return place not in starts or _may_take_time(code, opened)
    return True


def _may_take_time(code: bytes, opened: int) -> bool:
    """Whether what is called, given its parenthesis, may be an operation."""
    name = _NAMED.search(code, max(opened - _NEAR, 0), opened)
    if name is None:
        return True
    word = name[1].decode("utf-8", "replace")
    if NEVER.match(word) or _HEAD.search(code, max(name.start() - _NEAR, 0), name.start()):
        return False
    return not is_title(word) or _STUB.search(code, max(name.start() - _NEAR, 0), name.start()) is not None


def _compares(code: bytes, match: re.Match[bytes]) -> bool:
    """Whether an assertion may bound a number."""
    if match[0] in (b"assertTrue", b"assertFalse"):
        between = parts(code, code.find(b"(", match.end()) + 1)
        return between is None or _COMPARES.search(code, match.end(), between[1]) is not None
    if match[0] != b"assert":
        return True
    line = code[match.end() : code.find(b"\n", match.end()) % (len(code) + 1)]
    if _COMPARES.search(line):
        return True
    bare = _STRING.sub(b"", line)
    return b'"' in bare or b"'" in bare or any(bare.count(one) != bare.count(other) for one, other in _PAIRS)


def _is_bound(code: bytes, name: bytes) -> bool:
    """Whether a name stands anywhere where it may be imported or given something; False is certain."""
    return any(
        code[start - 1 : start] != b"." and _BOUND.match(code, start + len(name)) for start in occurrences(code, name)
    )


@cache
def _written(calls: tuple[Call, ...]) -> frozenset[bytes]:
    """The names of the catalogue and of `calls`, as they are written."""
    return frozenset(name[::-1] for name in shapes_of(calls))
