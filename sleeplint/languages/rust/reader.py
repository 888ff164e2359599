"""Reads the facts of one Rust file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from tree_sitter import Node

from sleeplint.facts import Test, TestFile, Wait
from sleeplint.languages import Surroundings
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.languages.circumstances import Circumstances
from sleeplint.languages.rust.calls import Called, Calls
from sleeplint.languages.rust.candidates import any_hit, hits, hits_of
from sleeplint.languages.rust.clocks import Clocks, obeys_tokio
from sleeplint.languages.rust.durations import Durations
from sleeplint.languages.rust.elapsed import elapsed_assertions
from sleeplint.languages.rust.failpoints import fail_points
from sleeplint.languages.rust.library import Library, Reading
from sleeplint.languages.rust.limits import TestLimit, limits
from sleeplint.languages.rust.macros import macro_name
from sleeplint.languages.rust.names import Finder, Found
from sleeplint.languages.rust.parsing import SECONDS_LIMIT, TOO_LARGE, GivenUp, errors, is_too_large
from sleeplint.languages.rust.placing import in_async, statement
from sleeplint.languages.rust.pragmas import pragmas
from sleeplint.languages.rust.reach import Reach, tests_in, within_tests
from sleeplint.languages.rust.roles import circumstances
from sleeplint.languages.rust.scopes import Scopes, file_in_test
from sleeplint.languages.rust.site import Site
from sleeplint.languages.rust.suggestions import hits_around
from sleeplint.languages.rust.units import unit_clash
from sleeplint.languages.rust.workspace import path_in
from sleeplint.records import replace
from sleeplint.source import Source
from sleeplint.text import Span


def read(source: Source, around: Surroundings) -> TestFile:
    """Read one file. Never raises for what it contains."""
    empty = TestFile(path=source.path, language="rust", in_test=around.in_test)
    library = Library.of(around.project)
    path = path_in(around.project, source.path)
    reading = library.open(path, source.code)
    with library.reading_on_behalf(path, reading) as consulted:
        try:
            file = _read(source, reading, library, around, empty)
        except GivenUp as bound:
            return replace(empty, unread=(f"not read: {bound}",))
    return replace(file, consulted=frozenset(consulted))


def _read(source: Source, reading: Reading, library: Library, around: Surroundings, empty: TestFile) -> TestFile:
    """Parse what is worth it: of production code that nobody asks for, what tests may call."""
    in_test = around.in_test or file_in_test(reading, library, source.path)
    whole = in_test or around.production or source.speaks_to_us
    if is_too_large(source.code) and (whole or tests_in(source.code)) and any_hit(source.code, around.calls):
        raise GivenUp(TOO_LARGE)
    found = hits(source.code, around.calls)
    if around.project is not None and reading.path is not None and (whole or tests_in(source.code)):
        others = hits_around(source.code, around.project, reading.path, library.seen)
        found = tuple(sorted({*found, *others}))
    reach = Reach(found) if whole else within_tests(source.code, found)
    if not whole and not reach.any(source.code):
        return empty
    return _Reader(source, reading, library, around, reach, in_test).read(empty)


_T = TypeVar("_T")
MOST_ERRORS = 20
"""Places of one file that are told not to parse."""
MOST = 1500
"""Calls of one file that are looked at; nobody writes more."""


class _Reader:
    def __init__(
        self,
        source: Source,
        reading: Reading,
        library: Library,
        around: Surroundings,
        reach: Reach,
        in_test: bool,
    ) -> None:
        self._source = source
        self._reading = reading
        self._grove = reading.grove
        self._around = around
        self._reach = reach
        self._in_test = in_test
        self._durations = Durations(Finder(library))
        self._calls = Calls(reading, library, self._durations, around.calls)
        self._scopes = Scopes(self._grove, in_test)
        self._clocks = Clocks(self._calls.names, self._scopes.test_at)
        self._unread: list[str] = []
        self._tests: dict[Span, Test] = {}
        self._limits: dict[int, TestLimit] = {}

    def read(self, empty: TestFile) -> TestFile:
        self._limits = {limit.function: limit for limit in self._guarded(limits(self._calls.names, self._durations))}
        found = self._found()
        sites = []
        for called in self._within_time(found):
            try:
                made = self._site(called)
            except GivenUp as bound:
                self._unread.append(f"read in part: {bound}")
                continue
            if made is not None:
                sites.append((called, *made))
        every = [site for _, site, _ in sites]
        waits = [self._wait(called, site, paused, every) for called, site, paused in self._within_time(sites)]
        tests = self._all_tests()
        waits += self._limit_waits(tests)
        return replace(
            empty,
            in_test=self._in_test,
            waits=tuple(sorted(waits, key=lambda wait: wait.span)),
            tests=tuple(tests[span] for span in sorted(tests)),
            pragmas=tuple(self._guarded(pragmas(self._source, self._grove))),
            broken=self._broken(),
            unread=tuple(dict.fromkeys(self._unread)),
        )

    def _all_tests(self) -> dict[Span, Test]:
        """The tests of the file; where production code is not asked for, only those that wait.

        All of them where one that waits may share its name with another.
        """
        names = {test.name.rpartition("::")[2].encode() for test in self._tests.values()}
        shared = any(self._grove.code.count(b"fn " + name) != 1 for name in names)
        if not (self._around.production or self._limits or shared or len(names) < len(self._tests)):
            return self._tests
        return {test.span: self._limited(test) for test in self._scopes.tests()} | self._tests

    def _broken(self) -> tuple[Span, ...]:
        """Where what was looked into does not parse."""
        found = {Span(node.start_byte, node.end_byte) for tree in self._grove.trees for node in errors(tree)}
        return tuple(sorted(found)[:MOST_ERRORS])

    def _guarded(self, items: Iterable[_T]) -> Iterator[_T]:
        try:
            yield from items
        except GivenUp as bound:
            self._unread.append(f"read in part: {bound}")

    def _found(self) -> list[Called]:
        """The calls that wait; wrappers found in this file are looked for in turn."""
        code = self._grove.code
        found: dict[int, Called] = {}
        looked: set[bytes] = set()
        pending = self._first(self._reach.hits)
        tried = set(pending)
        for _ in range(4):
            wrappers: set[bytes] = set()
            for start, end in pending:
                called = self._at(start, end)
                if called is not None:
                    found[start] = called
                    name = self._wrapper_around(called)
                    if name:
                        wrappers.add(name.encode())
            fresh = wrappers - looked
            looked |= fresh
            pending = self._first(hit for hit in hits_of(code, fresh) if hit not in tried) if fresh else []
            tried.update(pending)
            if not pending:
                break
        for called in self._guarded(self._asserted()):
            found[called.start] = called
        return [found[start] for start in sorted(found)]

    def _first(self, found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """As many places as are looked at in one file."""
        first = list(islice(found, MOST + 1))
        if len(first) > MOST:
            self._unread.append(f"read in part: it holds more than {MOST:,} calls that may wait")
        return first[:MOST]

    def _within_time(self, items: Iterable[_T]) -> Iterator[_T]:
        """The items, as long as the file's time lasts."""
        for item in items:
            if self._grove.budget.spent():
                self._unread.append(f"read in part: not read to its end within {SECONDS_LIMIT:g} s")
                return
            yield item

    def _asserted(self) -> Iterator[Called]:
        """Assertions on elapsed time, and fail points that sleep."""
        names = self._calls.names
        for one in elapsed_assertions(names, self._durations, self._reach.holds):
            entry = Call(one.api, "clock-assert")
            yield Called(
                one.node,
                one.chain,
                one.node,
                one.node.start_byte,
                entry,
                one.api,
                one.limit,
                one.limit_ms,
                bound=one.bound,
                slack_ms=one.slack_ms,
            )
        for point in fail_points(names, self._reach.holds):
            entry = Call(point.api, "sleep", Argument(1, "ms"), blocking=True)
            yield Called(
                point.call, point.chain, point.call, point.start, entry, point.api, point.action, point.duration_ms
            )

    def _at(self, start: int, end: int) -> Called | None:
        try:
            return self._calls.at(start, end)
        except GivenUp as bound:
            self._unread.append(f"read in part: {bound}")
            return None

    def _wrapper_around(self, called: Called) -> str | None:
        """The name of the function whose body this wait is, if it is a wrapper."""
        function = next((node for node in reversed(called.chain) if node.type == "function_item"), None)
        name = function.child_by_field_name("name") if function is not None else None
        parameters = function.child_by_field_name("parameters") if name is not None and function is not None else None
        if function is None or name is None or parameters is None or not parameters.named_child_count:
            return None  # what is given nothing hands nothing on
        place = self._calls.names.place(called.chain)
        words = self._grove.text(name)
        members = [items.get(words) for items in (place.scope.items, *place.scope.methods.values())]
        item = next((i for i in members if i is not None and i.start == function.start_byte), None)
        inner = self._calls.wrapper(Found(words, place=place, item=item)) if item is not None else None
        if inner is None or not inner.call.overlaps(Span(called.call.start_byte, called.call.end_byte)):
            return None
        return words

    def _site(self, called: Called) -> tuple[Site, bool] | None:
        """A call in its place, and whether the clock stands still there; None for a wrapper's own wait."""
        chain = (*called.chain, called.call)
        standing = self._scopes.standing(chain)
        test, function = standing.test, standing.function
        itself = test is not None and function is not None and function.start_byte == test.span.start
        if standing.in_test and not itself and self._wrapper_around(called) is not None:  # a test is no wrapper
            return None
        paused = False
        if test is not None:
            node = next(n for n in chain if n.type == "function_item" and n.start_byte == test.span.start)
            paused = self._clocks.paused(node, called.call.start_byte, test.paused_clock)
            if paused:
                paused = self._clocks.of_runtime(node, chain) is not False
            test = replace(self._limited(test), paused_clock=paused)
            if paused or test.span not in self._tests:
                self._tests[test.span] = test
        elif standing.function is not None and standing.in_test:
            paused = self._helper_paused(standing.function, called.call.start_byte)
        crate = called.api.partition("::")[0]
        site = Site(
            call=called.call,
            chain=called.chain,
            code=self._grove.code,
            names=self._calls.names,
            entry=self._as_used(called),
            api=called.api,
            kind=called.entry.kind,
            duration_ms=called.duration_ms,
            in_test=standing.in_test,
            in_async=in_async(chain, self._grove.code),
            virtual_time=paused and obeys_tokio(called.api, crate),
            test=test,
            wrapper=called.wrapper,
        )
        return site, paused

    def _as_used(self, called: Called) -> Call:
        """The catalogue's entry; a call of the user's own that stands alone, awaited by nobody, blocks."""
        entry = called.entry
        alone = called.chain[-1].type in ("expression_statement", "block")
        taught = any(entry is own for own in self._around.calls)
        return replace(entry, blocking=True) if alone and taught and entry.kind == "sleep" else entry

    def _limited(self, test: Test) -> Test:
        limit = self._limits.get(test.span.start)
        return test if limit is None else replace(test, limit_ms=limit.limit_ms)

    def _limit_waits(self, tests: dict[Span, Test]) -> Iterator[Wait]:
        """The limits on whole tests, as waits."""
        by_start = {test.span.start: test for test in tests.values()}
        for limit in self._limits.values():
            test = by_start.get(limit.function)
            if test is None:
                continue
            yield Wait(
                span=limit.span,
                statement=limit.statement,
                language="rust",
                kind="timeout",
                api=limit.api,
                duration_ms=limit.limit_ms,
                in_test=True,
                role="guard",
                role_confidence="high",
                cost_ms=0,
                written=limit.written,
                test=test.name,
                purpose="test-limit",
                paused_clock=test.paused_clock,
            )

    def _helper_paused(self, function: Node, before: int) -> bool:
        if self._clocks.paused(function, before):
            return True
        name = function.child_by_field_name("name")
        return name is not None and self._clocks.paused_by_callers(self._grove.text(name), function)

    def _wait(self, called: Called, site: Site, paused: bool, every: list[Site]) -> Wait:
        try:
            around = circumstances(site, every)
        except GivenUp as bound:
            self._unread.append(f"read in part: {bound}")
            around = Circumstances("sync", "low", None)
        macro = next((node for node in reversed(site.chain) if node.type == "macro_invocation"), None)
        awaited = None if called.by_reference else around.awaited
        return Wait(
            span=Span(called.start, called.call.end_byte),
            statement=statement((*site.chain, site.call), self._grove.code),
            language="rust",
            kind=site.kind,
            api=site.api,
            duration_ms=site.duration_ms,
            in_test=site.in_test,
            role=around.role,
            role_confidence=around.role_confidence,
            cost_ms=0 if site.virtual_time else around.cost_ms,
            written=" ".join(self._grove.text(called.duration).split()) if called.duration is not None else None,
            wrapper=site.wrapper,
            test=site.test.name if site.test is not None else None,
            virtual_time=site.virtual_time,
            macro=macro_name(macro, self._grove.code).decode("utf-8", "replace") if macro is not None else None,
            blocking=site.entry.blocking,
            in_async=site.in_async,
            awaited=awaited,
            repeats=around.repeats,
            checked=around.checked,
            excused=around.excused,
            purpose=site.entry.purpose,
            bound=called.bound,
            slack_ms=called.slack_ms,
            loop=around.loop,
            task=around.task,
            limit=around.limit,
            paused_clock=paused,
            order=around.order,
            expires=around.expires,
            readiness=around.readiness,
            unit_clash=unit_clash(called, self._grove),
            related=around.related,
        )
