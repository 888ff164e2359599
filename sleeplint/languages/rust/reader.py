"""Reads the facts of one Rust file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tree_sitter import Node

from sleeplint.facts import Pragma, Test, TestFile, Wait
from sleeplint.languages import Surroundings
from sleeplint.languages.rust.calls import Called, Calls
from sleeplint.languages.rust.candidates import hits, hits_of
from sleeplint.languages.rust.clocks import Clocks, obeys_tokio
from sleeplint.languages.rust.durations import Durations
from sleeplint.languages.rust.library import Library, Reading, path_in
from sleeplint.languages.rust.macros import Grove, macro_name
from sleeplint.languages.rust.names import Finder, Found
from sleeplint.languages.rust.outline import outline
from sleeplint.languages.rust.parsing import Budget, GivenUp, errors
from sleeplint.languages.rust.pragmas import pragmas
from sleeplint.languages.rust.roles import circumstances
from sleeplint.languages.rust.scopes import Scopes, Standing
from sleeplint.languages.rust.site import Site
from sleeplint.source import Source
from sleeplint.text import Span

_ARMED = frozenset({b"select", b"select_biased", b"join", b"try_join"})
"""Macros whose arms are statements of their own."""
_THREADS = re.compile(
    rb"(?:thread\s*::\s*(?:Builder|spawn|scope)|spawn_blocking|block_in_place|asyncify|unblock)\b[^;{}]*\Z"
)


def read(source: Source, around: Surroundings) -> TestFile:
    """Read one file. Never raises for what it contains."""
    empty = TestFile(path=source.path, language="rust", in_test=around.in_test)
    try:
        grove = Grove(source.code, Budget())
    except GivenUp as bound:
        return replace(empty, unread=(f"not read: {bound}",))
    library = Library.of(around.project)
    path = path_in(around.project, source.path)
    reading = Reading(path, grove, outline(grove))
    with library.reading_on_behalf(path, reading) as consulted:
        reader = _Reader(source, reading, library, around)
        file = reader.read(empty)
    return replace(file, consulted=tuple(sorted(consulted)))


class _Reader:
    def __init__(self, source: Source, reading: Reading, library: Library, around: Surroundings) -> None:
        self._source = source
        self._reading = reading
        self._grove = reading.grove
        self._around = around
        self._durations = Durations(Finder(library))
        self._calls = Calls(reading, library, self._durations, around.calls)
        self._scopes = Scopes(reading, library, source.path, around.in_test)
        self._clocks = Clocks(self._calls.names, self._paused_test)
        self._unread: list[str] = []
        self._tests: dict[Span, Test] = {}

    def read(self, empty: TestFile) -> TestFile:
        found = self._found()
        sites = []
        for called in found:
            made = self._site(called)
            if made is not None:
                sites.append((called, *made))
        every = [site for _, site, _ in sites]
        waits = [self._wait(called, site, standing, every) for called, site, standing in sites]
        tests = {test.span: test for test in self._scopes.tests()} | self._tests
        return replace(
            empty,
            in_test=self._scopes.file_in_test,
            waits=tuple(sorted(waits, key=lambda wait: wait.span)),
            tests=tuple(tests[span] for span in sorted(tests)),
            pragmas=tuple(self._guarded(pragmas(self._source, self._grove))),
            broken=tuple(Span(node.start_byte, node.end_byte) for node in errors(self._grove.root)),
            unread=tuple(dict.fromkeys(self._unread)),
        )

    def _guarded(self, items: Iterable[Pragma]) -> Iterator[Pragma]:
        try:
            yield from items
        except GivenUp as bound:
            self._unread.append(f"read in part: {bound}")

    def _found(self) -> list[Called]:
        """The calls that wait; wrappers found in this file are looked for in turn."""
        code = self._grove.code
        found: dict[int, Called] = {}
        looked: set[str] = set()
        pending = list(hits(code, self._around.calls))
        tried = set(pending)
        for _ in range(4):
            wrappers: set[str] = set()
            for start, end in pending:
                called = self._at(start, end)
                if called is not None:
                    found[start] = called
                    name = self._wrapper_around(called)
                    if name:
                        wrappers.add(name)
            fresh = wrappers - looked
            looked |= fresh
            pending = [hit for hit in hits_of(code, fresh) if hit not in tried] if fresh else []
            tried.update(pending)
            if not pending:
                break
        return [found[start] for start in sorted(found)]

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
        if function is None or name is None:
            return None
        place = self._calls.names.place(called.chain)
        words = self._grove.text(name)
        members = [items.get(words) for items in (place.scope.items, *place.scope.methods.values())]
        item = next((i for i in members if i is not None and i.start == function.start_byte), None)
        inner = self._calls.wrapper(Found(words, place=place, item=item)) if item is not None else None
        if inner is None or not inner.call.overlaps(Span(called.call.start_byte, called.call.end_byte)):
            return None
        return words

    def _site(self, called: Called) -> tuple[Site, Standing] | None:
        chain = (*called.chain, called.call)
        standing = self._scopes.standing(chain)
        if standing.in_test and self._wrapper_around(called) is not None:
            return None
        test = standing.test
        paused = False
        if test is not None:
            node = next(n for n in chain if n.type == "function_item" and n.start_byte == test.span.start)
            paused = test.paused_clock or self._clocks.paused(node, called.call.start_byte)
            if paused and not test.paused_clock:
                test = replace(test, paused_clock=True)
            self._tests[test.span] = self._tests.get(test.span, test) if not paused else test
        elif standing.function is not None and standing.in_test:
            paused = self._helper_paused(standing.function, called.call.start_byte)
        crate = called.api.partition("::")[0]
        site = Site(
            call=called.call,
            chain=called.chain,
            code=self._grove.code,
            names=self._calls.names,
            entry=called.entry,
            api=called.api,
            kind=called.entry.kind,
            duration_ms=called.duration_ms,
            in_test=standing.in_test,
            in_async=_in_async(chain, self._grove.code),
            virtual_time=paused and obeys_tokio(called.api, crate),
            test=test,
            wrapper=called.wrapper,
        )
        return site, standing

    def _helper_paused(self, function: Node, before: int) -> bool:
        if self._clocks.paused(function, before):
            return True
        name = function.child_by_field_name("name")
        return name is not None and self._clocks.paused_by_callers(self._grove.text(name), function)

    def _paused_test(self, offset: int) -> bool | None:
        chain = self._grove.chain(offset, offset + 1)
        standing = self._scopes.standing(chain)
        if standing.test is None:
            return None
        node = next(n for n in chain if n.type == "function_item" and n.start_byte == standing.test.span.start)
        return standing.test.paused_clock or self._clocks.paused(node, offset)

    def _wait(self, called: Called, site: Site, standing: Standing, every: list[Site]) -> Wait:
        around = circumstances(site, every)
        paused = site.test.paused_clock if site.test is not None else site.virtual_time
        macro = next((node for node in reversed(site.chain) if node.type == "macro_invocation"), None)
        return Wait(
            span=Span(called.start, called.call.end_byte),
            statement=_statement(site, self._grove.code),
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
            awaited=around.awaited,
            repeats=around.repeats,
            checked=around.checked,
            purpose=site.entry.purpose,
            loop=around.loop,
            task=around.task,
            limit=around.limit,
            paused_clock=paused,
            order=around.order,
            expires=around.expires,
            readiness=around.readiness,
            related=around.related,
        )


def _statement(site: Site, code: bytes) -> Span:
    """The statement around a call; that of the macro for a call directly among a macro's arguments."""
    chain = (*site.chain, site.call)
    index = len(chain) - 1
    while index > 0:
        above = chain[index - 1]
        if above.type == "block":
            return Span(chain[index].start_byte, chain[index].end_byte)
        if above.type == "source_file" and index > 1:
            macro = chain[index - 2]
            if macro_name(macro, code) in _ARMED:
                return Span(chain[index].start_byte, chain[index].end_byte)
            index -= 2
            continue
        index -= 1
    return Span(site.call.start_byte, site.call.end_byte)


def _in_async(chain: tuple[Node, ...], code: bytes) -> bool:
    """Whether the end of a chain runs on an async task."""
    for index in range(len(chain) - 1, -1, -1):
        node = chain[index]
        if node.type == "async_block":
            return True
        if node.type == "closure_expression":
            head = code[node.start_byte : node.start_byte + 16].split(b"|")[0]
            if b"async" in head:
                return True
            call = next((n for n in reversed(chain[:index]) if n.type == "call_expression"), None)
            if call is not None and _THREADS.search(code[call.start_byte : node.start_byte]):
                return False
            if call is not None and _spawns(call, code):
                return False
        if node.type == "function_item":
            modifiers = next((child for child in node.children if child.type == "function_modifiers"), None)
            return modifiers is not None and b"async" in code[modifiers.start_byte : modifiers.end_byte].split()
    return False


def _spawns(call: Node, code: bytes) -> bool:
    """Whether a call hands its closure to a thread: `scope.spawn(|| ..)`."""
    function = call.child_by_field_name("function")
    return function is not None and code[function.start_byte : function.end_byte].endswith((b".spawn", b"::spawn"))
