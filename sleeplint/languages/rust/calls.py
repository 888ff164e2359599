"""From a name in the text to the call that waits there, if it is one."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.languages.rust.catalogue import FUNCTIONS, SHAPES
from sleeplint.languages.rust.durations import Durations
from sleeplint.languages.rust.library import Library, Place, Reading
from sleeplint.languages.rust.lookalikes import is_shadowed, waits_nowhere
from sleeplint.languages.rust.methods import choose, methods
from sleeplint.languages.rust.names import Found, path_of
from sleeplint.languages.rust.receivers import origin
from sleeplint.languages.rust.values import Value, over, whole
from sleeplint.languages.rust.wrappers import Waiting, Wrapper, namesake, wrapper
from sleeplint.records import dataclass, replace
from sleeplint.regexes import regex

_BY_PATH = {call.call: call for call in FUNCTIONS}
_SELECTS = frozenset({"crossbeam_channel::select", "crossbeam::channel::select", "crossbeam::select"})
_VARIANT = regex(r"(?:\w+::)*[A-Z]\w*::[A-Z][a-z]\w*\Z")
"""A value of an enumeration, such as `KeepAlive::Os`."""
_PARAMETER = regex(r":\s*(?:\w+::)*(?:Duration|Instant)\b")
_LATE = regex(r"_timeout\Z|\A(?:with_)?timeout_")
"""How a method is named that does what another does, and gives up after a while."""
_DURATION = regex(r"\bDuration\b|\bfrom_(?:secs|millis|micros)|\bInstant::now\b")


@dataclass(frozen=True, slots=True)
class Called:
    """A call that waits."""

    call: Node
    chain: tuple[Node, ...]
    """The call's ancestors, without itself."""
    name: Node
    start: int
    """Where its span starts."""
    entry: Call
    api: str
    duration: Node | None
    duration_ms: Milliseconds | None
    wrapper: str | None = None
    crate: str = ""
    inner: Wrapper | None = None
    by_reference: bool = False
    bound: Literal["upper", "lower"] | None = None
    """Of a clock assertion."""
    slack_ms: Milliseconds | None = None


class Calls:
    """Recognises the waits of one file."""

    def __init__(self, reading: Reading, library: Library, durations: Durations, calls: tuple[Call, ...] = ()) -> None:
        """`calls` are the user's own."""
        self.reading = reading
        self.names = durations.names(reading)
        self._library = library
        self._durations = durations
        self._calls = calls
        self._open: set[object] = set()

    def at(self, start: int, end: int) -> Called | None:
        """The wait whose called name stands at a range."""
        chain = self.reading.grove.chain(start, end)
        name = chain[-1]
        if (name.start_byte, name.end_byte) != (start, end):
            return None
        index = len(chain) - 1
        while index > 0 and _names(chain[index - 1], chain[index]):
            index -= 1
        path, above = chain[index], chain[index - 1]
        if above.type == "call_expression" and above.child_by_field_name("function") == path:
            return self.of(above, chain[: index - 1])
        if above.type == "arguments" and path.type != "field_expression" and index > 1:
            return self._reference(path, chain[: index - 2], chain[index - 2])
        return None

    def of(self, call: Node, chain: tuple[Node, ...]) -> Called | None:
        """The wait that a `call_expression` is."""
        function = call.child_by_field_name("function")
        if function is not None and function.type == "generic_function":
            function = function.child_by_field_name("function")
        if function is None:
            return None
        if function.type == "field_expression":
            return self._method(call, function, chain)
        path = path_of(function, self.reading.grove.code)
        return self._function(call, function, path, chain) if path else None

    def _reference(self, path: Node, chain: tuple[Node, ...], call: Node) -> Called | None:
        """A sleep that is passed as a value."""
        segments = path_of(path, self.reading.grove.code)
        found = self.names.look_up(segments, (*chain, call)) if segments else None
        entry = _BY_PATH.get(found.path) if found is not None and found.external else None
        if entry is None or entry.kind != "sleep" or call.type != "call_expression":
            return None
        name = path.child_by_field_name("name") or path
        return Called(call, chain, name, self._start(path, name), entry, entry.call, None, None, by_reference=True)

    def _function(self, call: Node, function: Node, path: tuple[str, ...], chain: tuple[Node, ...]) -> Called | None:
        name = function.child_by_field_name("name") or function
        start = self._start(function, name)
        here = (*chain, call)
        if len(path) == 1 and is_shadowed(path[0], here, call.start_byte, self.reading.grove.code):
            return None
        found = self.names.look_up(path, here)
        arguments = _arguments(call)
        own = self._taught(found, path)
        if own is not None:
            return self._called(call, chain, name, start, own, own.call, arguments)
        if found is None:
            return self._unexplained(call, chain, name, start, path, arguments)
        if found.item is not None:
            wrapped = self._wrapped(call, chain, name, start, found, arguments)
            return wrapped or self._timer_of_ours(call, chain, name, start, found, path[-1], arguments)
        if not found.external:
            return None
        entry = _BY_PATH.get(found.path)
        if entry is None:
            owner, _, last = found.path.rpartition("::")
            shape = SHAPES.get(last)
            if shape is None or not owner or not self._takes_duration(shape, arguments, here):
                return None
            if owner.rpartition("::")[2][:1].isupper():  # a constructor such as `Error::timeout(..)`
                return None
            entry = replace(shape, call=found.path)
        return self._called(call, chain, name, start, entry, found.path, arguments)

    def _timer_of_ours(
        self,
        call: Node,
        chain: tuple[Node, ...],
        name: Node,
        start: int,
        found: Found,
        word: str,
        arguments: list[Node],
    ) -> Called | None:
        """A timer that the project itself makes: `sleep(Duration)` or `timeout(Duration, future)`, no method."""
        item, place = found.item, found.place
        if item is None or place is None or found.owner is not None or item.kind != "fn":
            return None
        shape, api = SHAPES.get(item.name) or SHAPES.get(word), ""
        if shape is None:
            shape, api = self._handed_on(found)
        if shape is None or len(arguments) != (2 if shape.kind == "timeout" else 1):
            return None
        definition = place.reading.grove.item(item.start, item.end)
        parameters = definition.child_by_field_name("parameters")
        result = definition.child_by_field_name("return_type")
        head = place.reading.grove.code[definition.start_byte : parameters.start_byte if parameters else item.end]
        first = parameters.named_children[0] if parameters is not None and parameters.named_children else None
        if first is None or not _PARAMETER.search(place.reading.grove.text(first)):
            return None
        if (result is None and b"async" not in head) or waits_nowhere(definition, place.reading.grove.code):
            return None
        api = api or (found.path if "::" in found.path else self._path(found))
        return self._called(call, chain, name, start, replace(shape, call=api), api, arguments)

    def _handed_on(self, found: Found) -> tuple[Call | None, str]:
        """The timer as which the crate's root hands on a function: `pub use steady::steady_sleep as sleep`."""
        if found.item is None or found.place is None:
            return None, ""
        root = self._library.root(found.place)
        for alias, target in root.scope.uses.items():
            if alias in SHAPES and target[-1] == found.item.name:
                public = self.names.finder.find(root, (alias,))
                if public is not None and public.item == found.item and public.place == found.place:
                    return SHAPES[alias], self._library.full_path(root, alias)
        return None, ""

    def _unexplained(
        self,
        call: Node,
        chain: tuple[Node, ...],
        name: Node,
        start: int,
        path: tuple[str, ...],
        arguments: list[Node],
    ) -> Called | None:
        """A bare name that no import explains: `default` in a select, or one from a glob out of sight."""
        here = (*chain, call)
        if path == ("default",):
            macro = next((node for node in reversed(chain) if node.type == "macro_invocation"), None)
            path_node = macro.child_by_field_name("macro") if macro is not None else None
            segments = path_of(path_node, self.reading.grove.code) if path_node is not None else None
            found = self.names.look_up(segments, chain) if segments else None
            if found is not None and found.path in _SELECTS and len(arguments) == 1:
                entry = Call(f"{found.path}::default", "timeout", Argument(0, "duration"), blocking=True)
                return self._called(call, chain, name, start, entry, entry.call, arguments)
            return None
        shape = SHAPES.get(path[0]) if len(path) == 1 else None
        if shape is None or not self._takes_duration(shape, arguments, here) or not self._blind(chain):
            return None
        return self._called(call, chain, name, start, shape, path[0], arguments)

    def _blind(self, chain: tuple[Node, ...]) -> bool:
        """Whether a glob import out of sight may bring names in."""
        place = self.names.place(chain)
        return any(
            (found := self.names.finder.find(place, target)) is None or found.place is None
            for target in place.scope.globs
        )

    def _takes_duration(self, entry: Call, arguments: list[Node], chain: tuple[Node, ...]) -> bool:
        if entry.seconds is None or not isinstance(entry.seconds.argument, int) or not arguments:
            return False
        if (entry.kind == "timeout" and len(arguments) != 2) or (entry.kind == "sleep" and len(arguments) != 1):
            return False
        node = arguments[entry.seconds.argument]
        value = self._durations.value(node, chain, self.names)
        if value is not None:
            return value.shape == ("moment" if entry.seconds.unit == "deadline" else "duration")
        return _DURATION.search(self.reading.grove.text(node)) is not None

    def _method(self, call: Node, function: Node, chain: tuple[Node, ...]) -> Called | None:
        receiver, name = function.child_by_field_name("value"), function.child_by_field_name("field")
        if receiver is None or name is None or name.type != "field_identifier":
            return None
        method = self.reading.grove.text(name)
        arguments = _arguments(call)
        for own in self._calls:
            if own.call == f".{method}":
                return self._called(call, chain, name, name.start_byte, own, own.call, arguments)
        here = (*chain, call)
        found = origin(receiver, here, self.names)
        entry = choose(method, found, here, len(arguments), self.names)
        if found is not None and found.place is not None and entry is None:
            return self._own_method(call, chain, name, method, found, arguments)
        if entry is None or entry.seconds is None or not isinstance(entry.seconds.argument, int):
            return self._own_method(call, chain, name, method, None, arguments) if found is None else None
        node = arguments[entry.seconds.argument]
        text = self.reading.grove.text(node)
        value = self._durations.value(node, here, self.names)
        if (
            text == "None"
            or _VARIANT.match(text)
            or (value is not None and value.shape == "number" and entry.seconds.unit == "duration")
        ):
            return None
        return self._called(call, chain, name, name.start_byte, entry, entry.call, arguments)

    def _own_method(
        self,
        call: Node,
        chain: tuple[Node, ...],
        name: Node,
        method: str,
        found: Found | None,
        arguments: list[Node],
    ) -> Called | None:
        """A call of a project's own method, which may be a wrapper."""
        if not arguments:
            return None
        place = self.names.place(chain)
        if found is not None and found.place is not None:
            place = found.place
            owners = [found.owner or (found.item.name if found.item is not None else "")]
        else:
            owners = [owner for owner, members in place.scope.methods.items() if method in members]
        members = [(owner, item) for owner in owners if (item := place.scope.methods.get(owner, {}).get(method))]
        if len(members) != 1:
            return None
        owner, item = members[0]
        target = Found(f"{owner}::{method}", place=place, item=item, owner=owner)
        return self._wrapped(call, chain, name, name.start_byte, target, arguments)

    def _wrapped(
        self, call: Node, chain: tuple[Node, ...], name: Node, start: int, found: Found, arguments: list[Node]
    ) -> Called | None:
        inner = self.wrapper(found)
        if inner is None or found.place is None:
            return None
        here = (*chain, call)
        values = [self._durations.value(argument, here, self.names) for argument in arguments]
        if found.owner is not None and len(values) == len(inner.parameters) + 1:
            values = values[1:]  # `Type::method(&receiver, ..)`
        duration = next((a for a, p in zip(arguments, inner.parameters, strict=False) if p in inner.feeding), None)
        return Called(
            call,
            chain,
            name,
            start,
            inner.entry,
            inner.api,
            duration,
            _in_milliseconds(self._spoken(inner, values), inner.entry),
            wrapper=self._path(found),
            inner=inner,
        )

    def _spoken(self, inner: Wrapper, values: list[Value | None]) -> Value | None:
        """The duration of a wrapper's wait when it is called with these arguments."""
        reading = self.reading
        if inner.file != reading.path:
            other = self._library.reading(inner.file) if inner.file is not None else None
            if other is None:
                return None
            reading = other
        names = self._durations.names(reading)
        bound = dict(zip(inner.parameters, values, strict=False))
        span = inner.duration if inner.inner is None else inner.call
        chain = reading.grove.chain(span.start, span.end)
        node = next((n for n in chain if (n.start_byte, n.end_byte) == (span.start, span.end)), None)
        if node is None:
            return None
        if inner.inner is None:
            return self._durations.value(node, chain, names, bound)
        node = next((n for n in chain if n.type == "call_expression" and n.end_byte == span.end), node)
        passed = [self._durations.value(argument, chain, names, bound) for argument in _arguments(node)]
        return self._spoken(inner.inner, passed)

    def wrapper(self, found: Found) -> Wrapper | None:
        """What a function of the project wraps; None if it is no wrapper."""
        item, place = found.item, found.place
        if item is None or place is None or item.kind != "fn" or item.test:
            return None
        key = ("wrapper", item.start, hash(place.reading.code))
        if (place.name, key) in self._open:
            return None
        self._open.add((place.name, key))
        try:
            return self._library.remember(place, key, lambda: self._look_into(place, item.start, item.end))
        finally:
            self._open.discard((place.name, key))

    def _look_into(self, place: Place, start: int, end: int) -> Wrapper | None:
        grove = place.reading.grove
        chain = grove.chain(start, end)
        if chain[-1].type != "function_item":
            return None
        there = self
        if place.reading is not self.reading:
            there = Calls(place.reading, self._library, self._durations, self._calls)
            there._open = self._open
        return wrapper(chain[-1], there.names, there._waiting) or there._namesake(chain[-1])

    def _namesake(self, function: Node) -> Wrapper | None:
        """A method that hands its `Duration` on to a timeout: named as the catalogue's, or `.._timeout` itself."""
        name = function.child_by_field_name("name")
        word = self.reading.grove.text(name) if name is not None else ""
        if not (word in methods() or _LATE.search(word)):
            return None

        def waits(call: Node, chain: tuple[Node, ...]) -> Waiting | None:
            waiting = self._waiting(call, chain)
            return waiting if waiting is not None and waiting.entry.kind == "timeout" else None

        inner = word if word in methods() else r"(?:recv|wait|park|select|send|ready)_timeout"
        return namesake(function, self.names, inner, waits)

    def _waiting(self, call: Node, chain: tuple[Node, ...]) -> Waiting | None:
        called = self.of(call, chain)
        if called is None or called.duration is None:
            return None
        return Waiting(called.entry, called.api, called.duration, called.inner)

    def _called(
        self,
        call: Node,
        chain: tuple[Node, ...],
        name: Node,
        start: int,
        entry: Call,
        api: str,
        arguments: list[Node],
    ) -> Called:
        duration = None
        milliseconds = None
        at = entry.seconds.argument if entry.seconds is not None else None
        if entry.seconds is not None and isinstance(at, int) and at < len(arguments):
            duration = arguments[at]
            milliseconds = self._durations.milliseconds(duration, (*chain, call), self.names, entry.seconds.unit)
        return Called(call, chain, name, start, entry, api, duration, milliseconds)

    def _taught(self, found: Found | None, path: tuple[str, ...]) -> Call | None:
        """The user's own entry for a path."""
        if not self._calls:
            return None
        spellings = {"::".join(path)}
        if found is not None:
            spellings |= {found.path, self._path(found)} if found.item is not None else {found.path}
        return next((call for call in self._calls if call.call in spellings), None)

    def _path(self, found: Found) -> str:
        """The path of an item of the project, its crate first; of a lone file, from the file on."""
        if found.place is None or found.item is None:
            return found.path
        owner = (found.owner,) if found.owner else ()
        return self._library.full_path(found.place, *owner, found.item.name)

    def _start(self, function: Node, name: Node) -> int:
        same = function.start_point[0] == name.start_point[0]
        return function.start_byte if same else name.start_byte


def _names(above: Node, node: Node) -> bool:
    """Whether `node` is the name by which `above` is called."""
    match above.type:
        case "scoped_identifier":
            return above.child_by_field_name("name") == node
        case "field_expression":
            return above.child_by_field_name("field") == node
        case "generic_function":
            return above.child_by_field_name("function") == node
    return False


def _arguments(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return []
    return [child for child in arguments.named_children if not child.type.endswith("comment")]


def _in_milliseconds(value: Value | None, entry: Call) -> Milliseconds | None:
    if value is None:
        return None
    unit = entry.seconds.unit if entry.seconds is not None else "duration"
    scale = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}.get(unit, 1)
    return whole(over(value.amount * scale, 10**6))
