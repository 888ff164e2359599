"""Which clock a test runs on: virtual, patched, frozen, or real."""

from __future__ import annotations

import re
from functools import cached_property

from tree_sitter import Node

from sleeplint.languages.python.calls import Found
from sleeplint.languages.python.fixtures import fixture_modules
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.patches import Patch, Patches, dotted
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.tree import (
    Chain,
    arguments_of,
    decorators_of,
    first_of,
    string_of,
)
from sleeplint.languages.python.wrappers import wrapper_of
from sleeplint.records import dataclass

_STEMS = (
    b"patch", b"setattr", b"freeze", b"autojump_clock", b"mock_clock", b"MockClock", b"task.Clock", b"looptime",
    b"async_solipsism", b"time_machine",
)  # fmt: skip
_CLOCK_MADE = re.compile(rb"Clock\((?<!\wClock\()")
_SLEEP_REPLACED = re.compile(rb"sleep\s*=(?!=)")
_PAUSES = (b"autojump_clock", b"mock_clock", b"MockClock", b"looptime")
_TRIO_FIXTURES = frozenset({"autojump_clock", "mock_clock"})
_TRIO_APIS = re.compile(r"(?:trio|anyio)\..*")
_LOOP_APIS = re.compile(r"(?:asyncio|anyio|async_timeout|tornado)\..*|\.call_later")
_FREEZERS = re.compile(r"(?:freezegun|pytest_freezegun)\.freeze_time|(?:.*\.)?freeze_time")
_TRAVELLERS = frozenset({"time_machine.travel", "time_machine.travel.start"})
_FREEZER_FIXTURES = frozenset({"freezer", "frozen_time", "freeze_time", "frozen_clock"})
_ASYNC_SLEEPS = re.compile(r"(?:asyncio|anyio|trio|async_timeout)\..*|\.call_later")
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
        self._patches = Patches(names)
        self._autouse: list[str] | None = None
        self._makers: dict[int, tuple[str | None, Node | None]] = {}

    @cached_property
    def plain(self) -> bool:
        """Whether nothing replaces a clock or a sleep."""
        return not _speaks_of_clocks(self.module.code) and not _solipsist(self.module)

    @cached_property
    def may_pause(self) -> bool:
        """Whether any test's clock may be simulated."""
        return any(stem in self.module.code for stem in _PAUSES) or _solipsist(self.module)

    def clock(self, found: Found) -> Clock:
        """The clock that holds where a wait stands."""
        if found.api.startswith("twisted.internet.task.Clock."):
            return Clock(virtual=True, paused=True)
        if self.plain:
            return REAL
        functions = [node for node in found.chain if node.type == "function_definition"]
        fixtures = self._fixtures(found.chain)
        trio = bool(fixtures & _TRIO_FIXTURES) or any(self._makes_mock_clock(node) for node in functions)
        loop = "looptime" in fixtures or self._is_looptime(found.chain) or _solipsist(self.module)
        paused = trio or loop
        virtual = (trio and bool(_TRIO_APIS.fullmatch(found.api))) or (loop and bool(_LOOP_APIS.fullmatch(found.api)))
        virtual = virtual or self._is_patched(found, fixtures)
        frozen = not virtual and bool(_ASYNC_SLEEPS.fullmatch(found.api)) and self._is_frozen(found.chain, fixtures)
        return Clock(virtual, paused, frozen)

    def is_paused(self, function: Node) -> bool:
        """Whether a test's clock is simulated."""
        if not self.may_pause:
            return False
        chain = (*self.module.chain(function), function)
        fixtures = self._fixtures(chain)
        return (
            bool(fixtures & _TRIO_FIXTURES)
            or "looptime" in fixtures
            or self._is_looptime(chain)
            or self._makes_mock_clock(function)
            or _solipsist(self.module)
        )

    def _fixtures(self, chain: Chain) -> set[str]:
        """The fixtures that the test around a place asks for, directly, by marks, or by other fixtures."""
        asked: set[str] = set()
        for node in chain:
            if node.type == "function_definition":
                asked |= self._parameters(node)
        for decorator in self._decorators(chain):
            if decorator.type == "call" and "usefixtures" in self.module.text(decorator):
                asked |= self._strings(decorator)
        for bindings in self.module.globals.names.get("pytestmark", ()):
            for call in [bindings.node, *bindings.node.named_children]:
                if call.type == "call" and "usefixtures" in self.module.text(call):
                    asked |= self._strings(call)
        if self._autouse is None:
            self._autouse = [
                name
                for name, bound in self.module.globals.names.items()
                for binding in bound
                if binding.kind == "function" and self._is_autouse(binding.node)
            ]
        waiting = [*asked, *self._autouse]
        while waiting:
            name = waiting.pop()
            for binding in self.module.globals.names.get(name, ()):
                if binding.kind == "function" and self._is_fixture(binding.node):
                    more = self._parameters(binding.node) - asked
                    asked |= more | {name}
                    waiting.extend(more)
        return asked

    def _parameters(self, function: Node) -> set[str]:
        return set(self.module.table(function).names) & set(_parameter_names(function, self.module))

    def _strings(self, call: Node) -> set[str]:
        values = (string_of(value, self.module.code) for value in arguments_of(call, self.module.code).positional)
        return {value.decode("utf-8", "replace") for value in values if value is not None}

    def _decorators(self, chain: Chain) -> list[Node]:
        return [d for node in chain if node.type == "decorated_definition" for d in decorators_of(node)]

    def _is_fixture(self, function: Node) -> bool:
        chain = self.module.chain(function)
        return any("fixture" in self.module.text(d).partition("(")[0] for d in self._decorators(chain[-1:]))

    def _is_autouse(self, function: Node) -> bool:
        chain = self.module.chain(function)
        return any("autouse=True" in self.module.text(d).replace(" ", "") for d in self._decorators(chain[-1:]))

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

    def _is_patched(self, found: Found, fixtures: set[str]) -> bool:
        """Whether what is called here has been replaced in this test."""
        if found.wrapper is not None and self._is_wrapper_patched(found, fixtures):
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
        return any(
            patch.target == target and self._holds(patch, found, fixtures) for patch in self._patches.replacing(target)
        )

    def _is_wrapper_patched(self, found: Found, fixtures: set[str]) -> bool:
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
            any(path == patch.written or path.endswith("." + patch.written) for path in replaced)
            for last in {path.rpartition(".")[2] for path in replaced}
            for patch in self._patches.replacing(last)
            if patch.written and "." in patch.written and self._holds(patch, found, fixtures)
        )

    def _holds(self, patch: Patch, found: Found, fixtures: set[str]) -> bool:
        if patch.start <= found.call.start_byte < patch.end:
            return True
        fixture, owner = self._made_in(patch)
        if fixture is not None:
            return fixture in fixtures
        return owner is not None and owner.start_byte <= found.call.start_byte < owner.end_byte

    def _made_in(self, patch: Patch) -> tuple[str | None, Node | None]:
        """The fixture in which a patch is made, or the class in whose `setUp` it is."""
        known = self._makers.get(patch.start)
        if known is None:
            known = self._makers[patch.start] = self._find_maker(patch)
        return known

    def _find_maker(self, patch: Patch) -> tuple[str | None, Node | None]:
        node = self.module.root.descendant_for_byte_range(max(patch.start - 1, 0), patch.start)
        holders = self.module.chain(node) if node is not None else ()
        for holder in holders:
            if holder.type == "function_definition":
                label = holder.child_by_field_name("name")
                name = self.module.text(label) if label is not None else ""
                if self._is_fixture(holder):
                    return name, None
                if name in ("setUp", "setup_method", "asyncSetUp", "setUpClass"):
                    return None, next((n for n in reversed(holders) if n.type == "class_definition"), None)
        return None, None

    def _is_frozen(self, chain: Chain, fixtures: set[str]) -> bool:
        if fixtures & _FREEZER_FIXTURES:
            return True
        for decorator in self._decorators(chain):
            if decorator.type == "call" and self._freezes(decorator):
                return True
        for node in chain:
            if node.type != "with_statement":
                continue
            for clause in node.named_children:
                for item in clause.named_children if clause.type == "with_clause" else ():
                    value = item.child_by_field_name("value")
                    if value is not None and value.type == "as_pattern":
                        value = first_of(value)
                    if value is not None and value.type == "call" and self._freezes(value):
                        return True
        return False

    def _freezes(self, call: Node) -> bool:
        function = call.child_by_field_name("function")
        path = self.names.resolve(function) if function is not None else None
        if path is None:
            return False
        keywords = arguments_of(call, self.module.code).keywords
        tick = keywords.get("tick")
        if path in _TRAVELLERS:
            return tick is not None and tick.type == "false"
        if not _FREEZERS.fullmatch(path):
            return False
        real = keywords.get("real_asyncio")
        return (tick is None or tick.type == "false") and (real is None or real.type == "false")


def _speaks_of_clocks(code: bytes) -> bool:
    """Whether anything in a file may replace a clock or a sleep; False is certain."""
    return (
        any(stem in code for stem in _STEMS)
        or _CLOCK_MADE.search(code) is not None
        or _SLEEP_REPLACED.search(code) is not None
    )


def _parameter_names(function: Node, module: Module) -> list[str]:
    return [name for name, bound in module.table(function).names.items() if any(b.kind == "parameter" for b in bound)]


def _solipsist(module: Module) -> bool:
    """Whether the file's, or a conftest's, event loop is a simulated one."""
    known = module.memory.get("solipsist")
    if isinstance(known, bool):
        return known
    module.memory["solipsist"] = b"async_solipsism" in module.code or any(
        b"async_solipsism" in other.code for other in fixture_modules(module)
    )
    return bool(module.memory["solipsist"])
