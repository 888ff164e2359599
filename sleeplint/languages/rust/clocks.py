"""Which clock a wait obeys: the real one, or a paused or simulated one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from tree_sitter import Node

from sleeplint.facts import Test
from sleeplint.languages.rust.attributes import Attribute
from sleeplint.languages.rust.names import FileNames, path_of
from sleeplint.languages.rust.outline import Item
from sleeplint.languages.rust.words import holds, places
from sleeplint.regexes import regex

_PAUSED = regex(r"\bstart_paused\s*=\s*true\b")
_BUILDER = regex(rb"\.\s*start_paused\s*\(\s*true\s*\)")
_RUNTIME = regex(rb"\bRuntime\s*::\s*new\s*\(|\bBuilder\s*::\s*new_\w+\s*\(")
_PAUSE = regex(rb"\b(pause|resume)\s*\(\s*\)")
_CALLED = regex(rb"\s*\(")
_MAKER = regex(rb"\s*(\w+)\s*\(")
_SIMULATED = regex(rb"\b(turmoil\s*::\s*Builder|loom\s*::\s*model|shuttle\s*::\s*check_\w+)\b")
_SIMULATORS = (b"turmoil", b"loom", b"shuttle")
_SIMULATES = regex(rb"\b(?:Builder|model|check_\w+)(?=\s*(?:\(|::))")
_LED_ON = regex(rb"\s*[:!]")
"""A module or macro of the name."""
_TOKIO = ("tokio::", "actix_rt::", "actix_web::rt::", "tokio_stream::", "tokio_util::", "n0_future::", "reqwest::")
_MAD = ("madsim::", "msim::")


def paused_by_attributes(attributes: Iterable[Attribute]) -> bool:
    """Whether a test's attributes pause or simulate its clock."""
    return any(
        (a.is_test and (_PAUSED.search(a.arguments) or a.path.startswith(_MAD))) or _PAUSED.search(a.arguments)
        for a in attributes
    )


def obeys_tokio(api: str, crate: str) -> bool:
    """Whether a call runs on the clock that tokio's pause stops. The standard library's stays real."""
    if api.startswith("reqwest::blocking::"):
        return False
    return api.startswith((*_TOKIO, "tonic::", "madsim::", "hyper_util::", "hyper::")) or crate in {"tokio"}


class Clocks:
    """Finds pauses in the functions of one file."""

    def __init__(self, names: FileNames, test_at: Callable[[Sequence[Node]], Test | None]) -> None:
        """`test_at` tells in which test a chain of nodes ends."""
        self._names = names
        self._code = names.reading.grove.code
        self._test_at = test_at
        self._callers: dict[str, bool] = {}
        self._simulators = any(holds(self._code, name) for name in _SIMULATORS)
        """The file speaks of a simulator at all; asked once, for asking takes as long as the file is."""
        self._pauses = b"pause" in self._code

    def paused(self, function: Node, before: int, at_first: bool = False) -> bool:
        """Whether the clock is paused in a function when the place `before` is reached; `at_first`: when it begins."""
        if self._simulated(function):
            return True
        if not self._pauses:
            return at_first
        changes = [*self._changes(function.start_byte, before), *self._helped(function, before)]
        return max(changes)[1] if changes else at_first

    def _changes(self, start: int, end: int) -> Iterator[tuple[int, bool]]:
        """Where the clock is paused or resumed in a stretch of the code, and which of the two."""
        for match in _BUILDER.finditer(self._code, start, end):
            yield match.start(), True
        for match in _PAUSE.finditer(self._code, start, end):
            if self._is_tokio(match.start(1), match.end(1), match[1].decode()):
                yield match.start(), match[1] == b"pause"

    def _helped(self, function: Node, before: int) -> Iterator[tuple[int, bool]]:
        """Where a function calls a helper of its file that leaves the clock paused or running, and which of the two."""
        for name, (start, paused) in self._helpers.items():
            if start == function.start_byte:
                continue
            for at in places(self._code, name, function.start_byte, before):
                if _CALLED.match(self._code, at + len(name)):
                    item = self._item(at, name)
                    if item is not None and item.start == start:
                        yield at, paused

    @cached_property
    def _helpers(self) -> dict[bytes, tuple[int, bool]]:
        """The free functions that pause or resume the clock, by name: where they begin, and how they leave it."""
        helpers: dict[bytes, tuple[int, bool]] = {}
        for at, paused in sorted(self._changes(0, len(self._code))):
            chain = self._names.reading.grove.chain(at, at + 1)
            function = next((node for node in reversed(chain) if node.type == "function_item"), None)
            name = function.child_by_field_name("name") if function is not None else None
            if function is not None and name is not None and self._test_at(chain) is None:
                helpers[self._code[name.start_byte : name.end_byte]] = function.start_byte, paused
        return helpers

    def _item(self, at: int, name: bytes) -> Item | None:
        """The function of this file whose name stands at a place."""
        chain = self._names.reading.grove.chain(at, at + len(name))
        path = path_of(chain[-1], self._code) if chain[-1].type == "identifier" else None
        found = self._names.look_up(path, chain[:-1]) if path is not None else None
        if found is None or found.item is None or found.place is None or found.item.kind != "fn":
            return None
        return found.item if found.place.reading is self._names.reading else None

    def of_runtime(self, function: Node, chain: Sequence[Node]) -> bool | None:
        """Whether the runtime on which a wait in a function is run there and then is paused; None if none is named."""
        for node in reversed(chain):
            if node == function:
                break
            callee = node.child_by_field_name("function") if node.type == "call_expression" else None
            if callee is None or callee.type != "field_expression":
                continue
            runtime, method = callee.child_by_field_name("value"), callee.child_by_field_name("field")
            if runtime is None or method is None:
                continue
            if self._names.reading.grove.text(method) not in {"block_on", "spawn"}:
                continue
            if runtime.type == "call_expression":
                return self._made(runtime.start_byte, runtime.end_byte)
            if runtime.type != "identifier":
                continue
            name = re.escape(self._names.reading.grove.text(runtime).encode())
            made = re.compile(rb"\blet\s+(?:mut\s+)?%s\s*(?::[^=;]*)?=([^;]*);" % name)
            values = [match.span(1) for match in made.finditer(self._code, function.start_byte, node.start_byte)]
            paused = self._made(*values[-1]) if values else None
            if paused is not None:
                return paused
        return None

    def _made(self, start: int, end: int) -> bool | None:
        """Whether the runtime that an expression makes, by itself or by a function of the file, is paused."""
        if not _RUNTIME.search(self._code, start, end):
            call = _MAKER.match(self._code, start, end)
            item = self._item(call.start(1), call[1]) if call is not None else None
            if item is None or not _RUNTIME.search(self._code, item.start, item.end):
                return None
            start, end = item.start, item.end
        return _BUILDER.search(self._code, start, end) is not None

    def _simulated(self, function: Node) -> bool:
        """Whether a simulator runs in a function."""
        if not self._simulators:
            return False
        start, end = function.start_byte, function.end_byte
        if _SIMULATED.search(self._code, start, end):
            return True
        for match in _SIMULATES.finditer(self._code, start, end):
            chain = self._names.reading.grove.chain(*match.span())
            found = self._names.look_up((match[0].decode(),), chain)
            if found is not None and _SIMULATED.fullmatch(found.path.encode()):
                return True
        return False

    def _is_tokio(self, start: int, end: int, name: str) -> bool:
        chain = self._names.reading.grove.chain(start, end)
        for node in reversed(chain):
            if node.type == "call_expression":
                function = node.child_by_field_name("function")
                path = path_of(function, self._code) if function is not None else None
                if path is None:
                    return False
                found = self._names.look_up(path, chain)
                return found is not None and found.path == f"tokio::time::{name}"
        return False

    def paused_by_callers(self, name: str, definition: Node, visited: Sequence[str] = ()) -> bool:
        """Whether a private helper is called in this file only, and only under a paused clock."""
        if name in visited or len(visited) > 4 or any(c.type == "visibility_modifier" for c in definition.children):
            return False
        if name not in self._callers:
            self._callers[name] = self._all_callers_paused(name, definition, (*visited, name))
        return self._callers[name]

    def _all_callers_paused(self, name: str, definition: Node, visited: Sequence[str]) -> bool:
        found = False
        grove = self._names.reading.grove
        word = name.encode()
        for start in places(self._code, word):
            end = start + len(word)
            if definition.start_byte <= start < definition.end_byte or _LED_ON.match(self._code, end):
                continue
            chain = grove.chain(start, end)
            if chain[-1].type not in {"identifier", "field_identifier"}:
                continue
            functions = [node for node in chain if node.type == "function_item"]
            if not functions:
                continue
            verdict = self._paused_test(start)
            if verdict is None:
                caller = functions[-1].child_by_field_name("name")
                verdict = caller is not None and (
                    self.paused(functions[-1], start)
                    or self.paused_by_callers(grove.text(caller), functions[-1], visited)
                )
            if not verdict:
                return False
            found = True
        return found

    def _paused_test(self, offset: int) -> bool | None:
        """Whether the test around an offset is paused there; None if there is none."""
        chain = self._names.reading.grove.chain(offset, offset + 1)
        test = self._test_at(chain)
        if test is None:
            return None
        node = next(n for n in chain if n.type == "function_item" and n.start_byte == test.span.start)
        return self.paused(node, offset, test.paused_clock)
