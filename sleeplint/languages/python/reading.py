"""Puts the facts of one file together from what the other modules find out."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.facts import Kind, Milliseconds, Pragma, Test, TestFile, Wait
from sleeplint.languages import Surroundings
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.languages.circumstances import Circumstances
from sleeplint.languages.python.bounds import own_call
from sleeplint.languages.python.calls import (
    TOO_DEEP,
    Found,
    candidates,
    match_call,
    own_entries,
)
from sleeplint.languages.python.clocks import Clock, Clocks
from sleeplint.languages.python.elapsed import MEASURED, Assertion, find_assertions
from sleeplint.languages.python.guards import find_guards
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.paths import is_script, is_test_path
from sleeplint.languages.python.patience import bounds_reached, in_time
from sleeplint.languages.python.pragmas import read_pragmas
from sleeplint.languages.python.programs import Program, find_programs
from sleeplint.languages.python.references import find_references, runs_in_thread
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.scopes import Tests
from sleeplint.languages.python.search import Search
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.suite import suite_limit
from sleeplint.languages.python.tools import tools_of
from sleeplint.languages.python.tree import MAX_DEPTH, Chain, statement_of
from sleeplint.languages.python.units import clash_of
from sleeplint.languages.python.wrappers import is_reported_at_its_calls
from sleeplint.records import dataclass, replace
from sleeplint.text import Span

_SCANNED_BROKEN = 200


@dataclass(frozen=True, slots=True)
class _Place:
    """A wait before its circumstances are known."""

    site: Site
    span: Span
    written: str | None
    clock: Clock
    bound: str | None = None
    clash: str | None = None
    slack_ms: Milliseconds | None = None
    program: bool = False
    alone: bool = True
    """Of a program: it does nothing but sleep, so that what stands around its start says why."""


def read_module(module: Module, around: Surroundings) -> TestFile:
    """All that is said about one parsed file."""
    names = names_of(module)
    inside = module.inside
    in_test = around.in_test or (is_test_path(inside) and not is_script(inside, module.code))
    tests = Tests(names, in_test)
    clocks = Clocks(names)
    search = Search.of(module.code, around.calls, module.project, module.place, in_test)
    places = _places(module, names, tests, clocks, around.calls, search)
    module.consulted |= search.consulted
    waits = _waits(places, module) if places else []
    paid_for = None if around.production else {wait.test for wait in waits if wait.test is not None}
    return TestFile(
        path=module.path,
        language="python",
        in_test=in_test,
        waits=tuple(sorted(waits, key=lambda wait: wait.span)),
        tests=_with_clocks(tests.all(paid_for), clocks, module),
        pragmas=_pragmas(module),
        tools=tools_of(module) if places else (),
        broken=_broken(module.root),
        unread=_unread(names),
        consulted=_consulted(module),
    )


def _waits(places: list[_Place], module: Module) -> list[Wait]:
    from sleeplint.languages.python.roles import circumstances  # of a file without waits nobody needs it
    from sleeplint.languages.python.scene import Scene

    scene = Scene([place.site for place in places])
    return [_wait(place, circumstances(place.site, scene)) for place in in_time(places, module)]


def _places(
    module: Module, names: Names, tests: Tests, clocks: Clocks, calls: tuple[Call, ...], search: Search
) -> list[_Place]:
    own = own_entries(calls)
    limit = suite_limit(module)
    places = []
    for found in in_time(_founds(module, names, own, search, tests.file_in_test), module):
        scope = tests.scope(found.chain, found.call)
        if scope.in_test and is_reported_at_its_calls(module, found):
            continue
        in_async = scope.in_async and not (found.by_reference and found.entry.blocking and runs_in_thread(found.holder))
        clock = clocks.clock(found)
        site = Site(
            call=found.call, chain=found.chain, code=module.code, names=names, entry=found.entry, api=found.api,
            kind=found.entry.kind, duration_ms=found.duration_ms, in_test=scope.in_test, in_async=in_async,
            virtual_time=clock.virtual, test=scope.test, wrapper=found.wrapper,
            suite_limit_ms=limit, by_reference=found.by_reference, of_this_project=_is_own(module, found),
        )  # fmt: skip
        start = (
            found.function
            if b"\n" not in module.code[found.function.start_byte : found.name.start_byte]
            else found.name
        )
        span = Span(start.start_byte, found.call.end_byte)
        places.append(_Place(site, span, found.written, clock, None, clash_of(found)))
    measured = tuple(in_time(find_assertions(names, search.assertions()), module))
    module.memory[MEASURED] = measured
    # That time must have passed fails on no slow machine: nobody waits there, and nothing is to be mended.
    places += [_assertion(one, module, names, tests, clocks) for one in measured if one.bound == "upper"]
    places += [_program(program, module, names, tests) for program in in_time(find_programs(names), module)]
    return sorted(places, key=lambda place: place.span)


def _is_own(module: Module, found: Found) -> bool:
    """Whether a timeout is one that the project itself offers."""
    package, _, rest = found.api.partition(".")
    return found.entry.kind == "timeout" and bool(package and rest) and module.module_at(package) is not None


def _founds(module: Module, names: Names, own: dict[str, Call], search: Search, in_test: bool) -> list[Found]:
    """Every call that waits, by the catalogue, by the project's own functions, by reference, by keyword."""
    found: list[Found] = []
    for call, chain, function, name, may_be_own in in_time(candidates(search.calls, module), module):
        match = match_call(call, chain, function, name, names, own)
        if match is None and (may_be_own or in_test):
            match = own_call(call, chain, function, name, names)
        if match is not None:
            found.append(match)
    found += in_time(find_references(names, search.handed_over, own), module)
    if in_test:
        taken = {(match.call.start_byte, match.call.end_byte) for match in found}
        found += in_time(find_guards(names, search.keywords(), taken), module)
    return found


def _assertion(assertion: Assertion, module: Module, names: Names, tests: Tests, clocks: Clocks) -> _Place:
    scope = tests.scope(assertion.chain, assertion.node)
    entry = Call(assertion.clock, "clock-assert", Argument(0))
    clock = clocks.reading(assertion.clock, assertion.chain, assertion.node)
    site = _site(
        assertion.node, assertion.chain, module, names, entry, assertion.clock, "clock-assert",
        assertion.duration_ms, scope.in_test, scope.in_async, scope.test,
        virtual_time=clock.virtual,
    )  # fmt: skip
    span = Span(assertion.name.start_byte, assertion.node.end_byte)
    return _Place(site, span, assertion.written, clock, assertion.bound, slack_ms=assertion.slack_ms)


def _program(program: Program, module: Module, names: Names, tests: Tests) -> _Place:
    scope = tests.scope(program.chain, program.call)
    site = _site(
        program.call, program.chain, module, names, program.entry, program.api, "sleep",
        program.duration_ms, scope.in_test, False, scope.test, by_reference=True,
    )  # fmt: skip
    return _Place(site, Span(program.start, program.end), program.written, Clock(), program=True, alone=program.alone)


def _site(
    call: Node,
    chain: Chain,
    module: Module,
    names: Names,
    entry: Call,
    api: str,
    kind: Kind,
    duration: Milliseconds | None,
    in_test: bool,
    in_async: bool,
    test: Test | None,
    by_reference: bool = False,
    virtual_time: bool = False,
) -> Site:
    return Site(
        call,
        chain,
        module.code,
        names,
        entry,
        api,
        kind,
        duration,
        in_test,
        in_async,
        virtual_time,
        test,
        None,
        suite_limit(module),
        by_reference,
    )


def _wait(place: _Place, around: Circumstances) -> Wait:
    site = place.site
    statement = statement_of(site.chain, site.call)
    return Wait(
        span=place.span,
        statement=Span(statement.start_byte, statement.end_byte),
        language="python",
        kind=site.kind,
        api=site.api,
        duration_ms=site.duration_ms,
        in_test=site.in_test,
        role=around.role,
        role_confidence=around.role_confidence if place.alone else "low",
        cost_ms=around.cost_ms,
        written=place.written,
        wrapper=site.wrapper,
        test=site.test.name if site.test else None,
        virtual_time=site.virtual_time,
        blocking=site.entry.blocking,
        in_async=site.in_async,
        program=place.program,
        awaited=around.awaited,
        repeats=around.repeats,
        checked=around.checked,
        excused=around.excused,
        purpose=site.entry.purpose,
        bound="upper" if place.bound == "upper" else "lower" if place.bound == "lower" else None,
        slack_ms=place.slack_ms,
        loop=around.loop,
        task=around.task,
        limit=around.limit,
        paused_clock=place.clock.paused,
        frozen_clock=place.clock.frozen,
        unit_clash=place.clash,
        order=around.order,
        expires=around.expires,
        readiness=around.readiness,
        related=around.related,
    )


def _with_clocks(tests: tuple[Test, ...], clocks: Clocks, module: Module) -> tuple[Test, ...]:
    found: list[Test] = []
    for test in tests:
        if clocks.may_pause:
            node = module.root.descendant_for_byte_range(test.name_span.start, test.name_span.end)
            chain = module.chain(node) if node is not None else ()
            function = next((n for n in reversed(chain) if n.type == "function_definition"), None)
            if function is not None and clocks.is_paused(function):
                test = replace(test, paused_clock=True)
        found.append(test)
    return tuple(found)


def _pragmas(module: Module) -> tuple[Pragma, ...]:
    return tuple(read_pragmas(module))


def _broken(root: Node) -> tuple[Span, ...]:
    """Where the text does not parse: the outermost errors, a bounded number of them."""
    if not root.has_error:
        return ()
    found: list[Span] = []
    stack = [root]
    while stack and len(found) < _SCANNED_BROKEN:
        node = stack.pop()
        if node.is_error or node.is_missing:
            found.append(Span(node.start_byte, node.end_byte))
        elif node.has_error:
            stack.extend(reversed(node.children))
    return tuple(sorted(found))


def _unread(names: Names) -> tuple[str, ...]:
    found = []
    if names.module.memory.get(TOO_DEEP):
        found.append(f"read in part: what is nested more than {MAX_DEPTH} levels deep is left out")
    return (*found, *bounds_reached(names.module))


def _consulted(module: Module) -> frozenset[str]:
    """The other files on which the reading rests, through however many imports."""
    seen = {module}
    waiting = [module]
    while waiting:
        fresh = waiting.pop().met - seen
        seen |= fresh
        waiting.extend(fresh)
    return frozenset().union(*(each.consulted for each in seen)).difference((module.place,))
