"""Which clock a test runs on: virtual, patched, frozen, or real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Node

from sleeplint.languages.python.calls import Found
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.patches import WALL_CLOCKS, dotted, patches_of, spelled
from sleeplint.languages.python.preparations import Preparations
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.tree import (
    Chain,
    arguments_of,
    decorators_of,
    descend,
    first_of,
)
from sleeplint.languages.python.wrappers import wrapper_of
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_STEMS = (
    b"patch", b"setattr", b"freeze", b"autojump_clock", b"mock_clock", b"MockClock", b"task.Clock", b"looptime",
    b"async_solipsism", b"time_machine",
)  # fmt: skip
_CLOCK_MADE = regex(rb"Clock\((?<!\wClock\()")
_SLEEP_REPLACED = regex(rb"sleep\s*=(?!=)")
_PAUSES = (b"autojump_clock", b"mock_clock", b"MockClock", b"looptime")
_TRIO_FIXTURES = frozenset({"autojump_clock", "mock_clock"})
_TRIO_APIS = regex(r"(?:trio|anyio)\..*")
_LOOP_APIS = regex(r"(?:asyncio|anyio|async_timeout|tornado)\..*|\.call_later")
_FREEZERS = regex(r"(?:freezegun|pytest_freezegun)\.freeze_time|(?:.*\.)?freeze_time")
_TRAVELLERS = frozenset({"time_machine.travel", "time_machine.travel.start"})
_FREEZES = regex(rb"freeze_time|\btravel\b")
_FREEZER_FIXTURES = frozenset({"freezer", "frozen_time", "freeze_time", "frozen_clock"})
_FREEZE_STEMS = (b"freez", b"frozen_", b"travel")
"""What the names of these fixtures, and what `_FREEZES` looks for, begin with."""
_ASYNC_SLEEPS = regex(r"(?:asyncio|anyio|trio|async_timeout)\..*|\.call_later")
_MAX_STEPS = 5


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock at one wait."""

    virtual: bool = False
    """This wait does not take real time."""
    paused: bool = False
    """The test's clock is simulated, whether or not this wait obeys it."""
    frozen: bool = False
    """A wall-clock freezer holds that the runtime's sleep does not know."""


REAL = Clock()


class Clocks:
    """The clocks of one file."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.module = names.module

    @cached_property
    def preparations(self) -> Preparations:
        """What runs before its tests."""
        return Preparations(self.module)

    @cached_property
    def _is_solipsist(self) -> bool:
        """Whether the file's, or a conftest's, event loop is a simulated one."""
        return any(b"async_solipsism" in module.code for module in self.preparations.modules)

    @cached_property
    def may_pause(self) -> bool:
        """Whether any test's clock may be simulated."""
        return any(stem in self.module.code for stem in _PAUSES) or self._is_solipsist

    def clock(self, found: Found) -> Clock:
        """The clock that holds where a wait stands."""
        if found.api.startswith("twisted.internet.task.Clock."):
            return Clock(virtual=True, paused=True)
        if self._has_workflows and _LOOP_APIS.fullmatch(found.api) and self._is_workflow(found.chain):
            return Clock(virtual=True)
        around = self._around(found.chain)
        if not any(_speaks_of_clocks(module) for module in around):
            return REAL
        trio = loop = False
        if any(_holds(module, _PAUSES) for module in around):
            functions = [node for node in found.chain if node.type == "function_definition"]
            fixtures = self.preparations.of(found.chain).fixtures
            trio = bool(fixtures & _TRIO_FIXTURES) or any(self._makes_mock_clock(node) for node in functions)
            loop = "looptime" in fixtures or self._is_looptime(found.chain)
        loop = loop or self._is_solipsist
        virtual = (trio and bool(_TRIO_APIS.fullmatch(found.api))) or (loop and bool(_LOOP_APIS.fullmatch(found.api)))
        virtual = virtual or self._is_patched(found)
        frozen = not virtual and bool(_ASYNC_SLEEPS.fullmatch(found.api)) and self._is_frozen(found.chain)
        return Clock(virtual, trio or loop, frozen)

    @cached_property
    def _has_workflows(self) -> bool:
        return b"temporalio" in self.module.code and b"defn" in self.module.code

    def _is_workflow(self, chain: Chain) -> bool:
        """Whether a class around is a workflow, whose sleeps are timers of the server that runs it."""
        for decorator in self._decorators(chain):
            named = decorator.child_by_field_name("function") if decorator.type == "call" else decorator
            if named is not None and self.names.resolve(named) == "temporalio.workflow.defn":
                return True
        return False

    def reading(self, api: str, chain: Chain, node: Node) -> Clock:
        """The clock of which a test takes two readings: one that is frozen or replaced tells nothing of real time."""
        if api not in WALL_CLOCKS or not any(_speaks_of_clocks(module) for module in self._around(chain)):
            return REAL
        replaced = any(target == api for target, _ in self._in_force(api, node, chain))
        return Clock(virtual=replaced or self._is_frozen(chain, api))

    def _around(self, chain: Chain) -> set[Module]:
        """The files that hold all that runs before and at a place: its own, those of fixtures and of its class's bases.

        What does not stand in any of them as a word need not be looked for in what is prepared.
        """
        return {*self.preparations.modules, *(module for module, _ in self.preparations.classes(chain))}

    def is_paused(self, function: Node) -> bool:
        """Whether a test's clock is simulated."""
        if not self.may_pause:
            return False
        chain = (*self.module.chain(function), function)
        fixtures = self.preparations.of(chain).fixtures
        return (
            bool(fixtures & _TRIO_FIXTURES)
            or "looptime" in fixtures
            or self._is_looptime(chain)
            or self._makes_mock_clock(function)
            or self._is_solipsist
        )

    def _decorators(self, chain: Chain) -> list[Node]:
        return [d for node in chain if node.type == "decorated_definition" for d in decorators_of(node)]

    def _is_looptime(self, chain: Chain) -> bool:
        return any("mark.looptime" in self.module.text(decorator) for decorator in self._decorators(chain)) or any(
            "mark.looptime" in self.module.text(binding.node)
            for binding in self.module.globals.names.get("pytestmark", ())
        )

    def _makes_mock_clock(self, function: Node) -> bool:
        code = self.module.code
        for match in re.compile(rb"\bMockClock\s*\(").finditer(code, function.start_byte, function.end_byte):
            node = self.module.root.descendant_for_byte_range(match.start(), match.end() - 1)
            if node is None:
                continue
            for holder in (node, *reversed(self.module.chain(node))):
                if holder.type == "call":
                    called = holder.child_by_field_name("function")
                    if called is not None and (self.names.resolve(called) or "").endswith("MockClock"):
                        return True
        return False

    def _is_patched(self, found: Found) -> bool:
        """Whether what is called here has been replaced in this test."""
        if found.wrapper is not None and self._is_wrapper_patched(found):
            return True
        if found.by_reference and found.function.type != "attribute":
            return False
        if found.function.type == "attribute":
            target = found.api
            owner = found.function.child_by_field_name("object")
            meaning = self.names.meaning(owner) if owner is not None else None
            if meaning is None or meaning.kind != "external":
                return False
        elif found.function.type == "identifier":
            target = "." + self.module.text(found.function)
        else:
            return False
        return any(name == target for name, _ in self._in_force(target, found.call, found.chain))

    def _is_wrapper_patched(self, found: Found) -> bool:
        """Whether a function of the project is replaced, or what it sleeps with."""
        replaced: set[str] = set()
        meaning = self.names.meaning(found.function)
        for _ in range(_MAX_STEPS):
            wrapper = wrapper_of(meaning)
            if wrapper is None or meaning.module is None or meaning.node is None:
                break
            called = wrapper.wait.child_by_field_name("function")
            label = meaning.node.child_by_field_name("name")
            if called is None or label is None:
                break
            text = meaning.module.text
            owner = next(
                (n for n in reversed(meaning.module.chain(meaning.node)) if n.type == "class_definition"), None
            )
            within = owner.child_by_field_name("name") if owner is not None else None
            prefix = f"{text(within)}." if within is not None else ""
            own = dotted(meaning.module)
            parts = text(called).split(".")
            replaced |= {f"{own}.{prefix}{text(label)}"}
            replaced |= {f"{own}.{'.'.join(parts[:count])}" for count in range(1, len(parts) + 1)}
            if len(parts) > 1:
                replaced.add(found.api)
            meaning = names_of(meaning.module).meaning(called)
        return any(
            any(path == written or path.endswith("." + written) for path in replaced)
            for last in {path.rpartition(".")[2] for path in replaced}
            for _, written in self._in_force(last, found.call, found.chain)
            if "." in written
        )

    def _in_force(self, path: str, node: Node, chain: Chain) -> Iterator[tuple[str, str]]:
        """What of a name is replaced at a place: as its file's calls name it, and as it is written."""
        for patch in patches_of(self.module).replacing(path):
            if patch.start <= node.start_byte < patch.end:
                yield patch.target, patch.written
        speaking = [module for module in self._around(chain) if _speaks_of_clocks(module)]
        patches = {module: list(patches_of(module).replacing(path)) for module in speaking}
        for module, function in self.preparations.of(chain).functions if any(patches.values()) else ():
            for patch in patches.get(module, ()):
                if function.start_byte < patch.start <= function.end_byte:
                    own = patch.target if module is self.module else spelled(self.module, patch.written)
                    yield own or "", patch.written

    def _is_frozen(self, chain: Chain, api: str | None = None) -> bool:
        """Whether a freezer of the wall clock holds; with `api`, one that this clock knows."""
        calls = [decorator for decorator in self._decorators(chain) if decorator.type == "call"]
        for node in chain:
            clauses = node.named_children if node.type == "with_statement" else ()
            for item in (item for clause in clauses if clause.type == "with_clause" for item in clause.named_children):
                value = item.child_by_field_name("value")
                if value is not None and value.type == "as_pattern":
                    value = first_of(value)
                if value is not None and value.type == "call":
                    calls.append(value)
        if any(_freezes(self.names, call, api) for call in calls):
            return True
        if not any(_holds(module, _FREEZE_STEMS) for module in self._around(chain)):
            return False
        before = self.preparations.of(chain)
        return bool(before.fixtures & _FREEZER_FIXTURES) or any(
            _freezes(names_of(module), call, api)
            for module, function in before.functions
            if _FREEZES.search(module.code, function.start_byte, function.end_byte)
            for call in descend(function)
            if call.type == "call"
        )


def _freezes(names: Names, call: Node, api: str | None) -> bool:
    """Whether a call stops the wall clock."""
    function = call.child_by_field_name("function")
    path = names.resolve(function) if function is not None else None
    if path is None:
        return False
    keywords = arguments_of(call, names.module.code).keywords
    tick = keywords.get("tick")
    if path in _TRAVELLERS:
        return tick is not None and tick.type == "false" and api not in ("time.monotonic", "time.perf_counter")
    if not _FREEZERS.fullmatch(path):
        return False
    real = keywords.get("real_asyncio")
    return (tick is None or tick.type == "false") and (real is None or real.type == "false" or api is not None)


def _speaks_of_clocks(module: Module) -> bool:
    """Whether anything in a file may replace a clock or a sleep; False is certain."""
    return _holds(module, _STEMS, (_CLOCK_MADE, _SLEEP_REPLACED))


def _holds(module: Module, stems: tuple[bytes, ...], patterns: tuple[re.Pattern[bytes], ...] = ()) -> bool:
    """Whether anything begins with one of some stems in a file, or fits one of some patterns; looked for once."""
    known = module.memory.get(stems)
    if not isinstance(known, bool):
        known = module.memory[stems] = any(stem in module.code for stem in stems) or any(
            pattern.search(module.code) for pattern in patterns
        )
    return known
