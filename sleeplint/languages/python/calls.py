"""Which calls of a file wait: candidates by a byte search, then resolved one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.catalogue import Call, Unit
from sleeplint.languages.python.catalogue import ALSO, BY_PATH
from sleeplint.languages.python.durations import fold, milliseconds, value_of
from sleeplint.languages.python.library import canonical
from sleeplint.languages.python.meanings import Meaning
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.overrides import overridden
from sleeplint.languages.python.search import Spot
from sleeplint.languages.python.shapes import shapes_of
from sleeplint.languages.python.tree import Arguments, Chain, arguments_of, bare, called_name, chain_to
from sleeplint.records import dataclass, replace
from sleeplint.regexes import regex

_NONE = frozenset({"none", "true", "false"})
_NO_LENGTHS = frozenset({"string", "concatenated_string", "list", "dictionary"})
_MOCKS = regex(r"(?:unittest\.)?mock\b.*|.*\b(?:MagicMock|AsyncMock|Mock|create_autospec)\b.*")
_CLOCK_OWNERS = frozenset({"time", "asyncio", "trio", "anyio", "gevent", "gen", "eventlet", "curio"})
# Keywords that a method known by name alone may have besides its timeout.
_COMPANIONS: dict[str, frozenset[str]] = {
    "get": frozenset({"block"}),
    "put": frozenset({"block", "item", "obj"}),
    "acquire": frozenset({"blocking", "block"}),
    "communicate": frozenset({"input"}),
}
_POSITIONALS = {"put": 1, "wait_for": 1}


_CLASS_OF_A_LIBRARY = regex(r"(?!typing\.|asyncio\.)(?:\w+\.)+_?[A-Z]\w*\.\w+$")
"""Of `asyncio`, whose methods take no timeouts, and of `typing.Any` such a receiver cannot be."""
TOO_DEEP = "nested too deep"


@dataclass(frozen=True, slots=True)
class Found:
    """A call that waits, resolved."""

    call: Node
    chain: Chain
    name: Node
    """The last segment of what is called, or of the reference."""
    function: Node
    """The whole called expression, or the reference."""
    entry: Call
    api: str
    duration_ms: Milliseconds | None
    written: str | None
    wrapper: str | None = None
    by_reference: bool = False
    holder: str | None = None
    """Of a reference: the path of what takes it."""


CALLED_NAMES = frozenset(name[::-1].decode() for name in shapes_of())


def candidates(spots: Iterable[Spot], module: Module) -> Iterator[tuple[Node, Chain, Node, Node, bool]]:
    """The calls at spots: call, chain, called expression, its name, and whether it may be the project's own.

    One that is nested too deep to be read is noted in the module's memory.
    """
    for spot in spots:
        name = module.root.descendant_for_byte_range(spot.start, spot.end)
        if name is None or name.type != "identifier" or name.start_byte != spot.start:
            continue
        chain = chain_to(module.root, name)
        if chain is None:
            module.memory[TOO_DEEP] = True
        if not chain:
            continue
        function = name
        if chain[-1].type == "attribute" and chain[-1].child_by_field_name("attribute") == name:
            function, chain = chain[-1], chain[:-1]
        if chain and chain[-1].type == "call" and chain[-1].child_by_field_name("function") == function:
            yield chain[-1], chain[:-1], function, name, spot.own


def own_entries(calls: Iterable[Call]) -> dict[str, Call]:
    """The user's own calls that wait, by path as Python writes it."""
    return {call.call.replace("::", "."): replace(call, call=call.call.replace("::", ".")) for call in calls}


def entry_of(function: Node, name: Node, names: Names, own: dict[str, Call]) -> tuple[Call, str, Meaning] | None:
    """The catalogue's entry for a called expression, its path, and what it stands for."""
    meaning = names.meaning(function)
    path = canonical(meaning.path) if meaning.is_known else None
    if path is not None:
        mine = own.get(path) or own.get(meaning.path)
        if mine is not None:
            return mine, path, meaning
        entry = BY_PATH.get(path) or BY_PATH.get(_public(path))
        if entry is not None and (meaning.kind == "external" or _is_of_the_library(meaning, names)):
            return entry, entry.call, meaning
        inherited = overridden(meaning)
        if inherited is not None:
            return BY_PATH[inherited], inherited, meaning
    method = "." + names.module.text(name)
    if method in own and function.type == "attribute":
        return own[method], method, meaning
    entry = BY_PATH.get(method)
    if entry is None or function.type != "attribute" or meaning.kind in ("function", "class", "instance"):
        return None
    owner = function.child_by_field_name("object")
    if owner is None or not _may_wait(owner, names):
        return None
    return entry, method, meaning


def _public(path: str) -> str:
    """`anyio._core._eventloop.sleep` as its package offers it: without the modules that are its own affair."""
    return ".".join(part for part in path.split(".") if not part.startswith("_")) if "._" in path else path


def _is_of_the_library(meaning: Meaning, names: Names) -> bool:
    """Whether the project itself is the library that defines a catalogued call."""
    return meaning.kind in ("function", "class") and meaning.module is not None and meaning.module is not names.module


def is_mock(meaning: Meaning) -> bool:
    """Whether something is made by `unittest.mock`, and so waits for nothing."""
    return meaning.kind in ("external", "instance") and meaning.node is None and bool(_MOCKS.match(meaning.path))


def _may_wait(owner: Node, names: Names) -> bool:
    """Whether a receiver of a method known by name alone may be something that waits."""
    if owner.type in ("string", "concatenated_string", "dictionary", "list", "integer", "list_comprehension"):
        return False
    written = names.module.text(owner)
    if written == "os.path" or written.endswith(".objects"):  # a model's rows, looked up by their fields
        return False
    meaning = names.meaning(owner)
    if meaning.kind in ("instance", "class"):
        return meaning.node is None and not is_mock(meaning)
    if meaning.kind == "external":
        return not is_mock(meaning) and meaning.path not in ("os.path", "posixpath", "ntpath", "shlex")
    return meaning.kind != "function"


def match_call(
    call: Node, chain: Chain, function: Node, name: Node, names: Names, own: dict[str, Call]
) -> Found | None:
    """What a call waits for; None if it is no wait."""
    word = names.module.text(name)
    arguments = arguments_of(call, names.module.code)
    if not arguments and not arguments.open and not word.endswith("forever"):
        return None
    matched = entry_of(function, name, names, own)
    if matched is None:
        return None
    entry, path, meaning = matched
    if _hands_on(chain, function, word, names) or (entry.kind == "timeout" and _is_compared(chain, word, names)):
        return None
    if path.startswith(".") and path not in own:
        if not _is_sure(word, call, chain, function, arguments, names):
            return None
        if meaning.kind == "external" and _CLASS_OF_A_LIBRARY.match(meaning.path):
            path = canonical(meaning.path)  # which the catalogue does not have
    return _with_duration(call, chain, function, name, entry, path, arguments, names)


def _hands_on(chain: Chain, function: Node, word: str, names: Names) -> bool:
    """`super().get(url, timeout=timeout)` in `get`: an override, which may do something else with what it is given."""
    if not names.module.text(function).startswith("super("):
        return False
    holder = next((node for node in reversed(chain) if node.type == "function_definition"), None)
    label = holder.child_by_field_name("name") if holder is not None else None
    return label is not None and names.module.text(label) == word


def _is_compared(chain: Chain, word: str, names: Names) -> bool:
    """`assert client.timeout == Timeout(5)`, there or by name: it is made for nothing but a comparison."""
    if not word[:1].isupper() or not chain:
        return False
    if chain[-1].type != "assignment":
        return _compares(chain, names)
    left = chain[-1].child_by_field_name("left")
    holder = next((node for node in reversed(chain) if node.type == "function_definition"), None)
    if left is None or left.type != "identifier" or holder is None:
        return False
    name = names.module.text(left).encode()
    compared = False
    for start in occurrences(names.module.code, name, holder.start_byte, holder.end_byte):
        node = names.module.root.descendant_for_byte_range(start, start + len(name))
        if node is None or node == left:
            continue
        above = names.module.chain(node)
        if _compares(above, names):
            compared = True
        elif above[-1].type != "attribute":
            return False
    return compared


def _compares(chain: Chain, names: Names) -> bool:
    """Whether what stands below a chain is compared to something."""
    if chain[-1].type == "comparison_operator":
        return True
    label = called_name(chain[-2]) if chain[-1].type == "argument_list" and chain[-2].type == "call" else None
    return label is not None and names.module.text(label) in ("assertEqual", "assertNotEqual", "assertIs")


_TAKES = regex(r"_*(get|put|take|pop|acquire|lock|receive|recv|read)(_.*)?")
"""Methods that are told by `block=False` not to wait; others give back something to wait for later."""


def looks_once(name: Node, arguments: Arguments, names: Names) -> bool:
    """`acquire(timeout=1, blocking=False)`: it does not wait, whatever time it is given."""
    words = ("block", "blocking") if _TAKES.fullmatch(names.module.text(name)) else ("blocking",)
    given = (arguments.keywords.get(word) for word in words)
    return any(value is not None and names.module.text(value) == "False" for value in given)


def argument_of(entry: Call, arguments: Arguments) -> Node | None:
    """Where a call's duration stands."""
    found = _placed(entry, arguments)
    return found[0] if found is not None else None


def _placed(entry: Call, arguments: Arguments) -> tuple[Node, Unit] | None:
    """A call's duration, and the unit in which it takes it there."""
    if entry.seconds is None:
        return None
    for place in (entry.seconds, *ALSO.get(entry.call, ())):
        where = place.argument
        value = arguments.keywords.get(where) if isinstance(where, str) else arguments.at(where, place.keyword)
        if value is not None:
            return value, place.unit
    return None


def _with_duration(
    call: Node, chain: Chain, function: Node, name: Node, entry: Call, path: str, arguments: Arguments, names: Names
) -> Found | None:
    if entry.seconds is None:
        return Found(call, chain, name, function, entry, path, None, None)
    if entry.kind == "timeout" and looks_once(name, arguments, names):
        return None
    if entry.call in ALSO and chain and chain[-1].type == "expression_statement":
        return None  # nobody is given it
    placed = _placed(entry, arguments)
    value, unit = placed if placed is not None else (None, entry.seconds.unit)
    if value is None or value.type == "list_splat":
        if entry.kind == "sleep" and arguments.open:
            return Found(call, chain, name, function, entry, path, None, None)
        return None
    value = bare(value)
    if value.type in _NONE or value.type in _NO_LENGTHS or _is_other_wait(value, names):
        return None
    duration = milliseconds(value, unit, names)
    if duration is not None and duration >= _MINUTES_MS and path.startswith(".") and BY_PATH.get(path) is entry:
        duration = None  # of something unseen: as likely as not its unit is another one
    if duration is None and (quantity := fold(value, names)) is not None and quantity.number < 0:
        return None  # a negative timeout means none at all
    if duration == 0 and entry.kind == "timeout":
        return None  # a look that does not wait; an alarm that is called off
    return Found(call, chain, name, function, entry, path, duration, names.module.text(value))


_MINUTES_MS = 1_000_000
"""From a thousand on a number is rather of milliseconds."""


def _is_other_wait(value: Node, names: Names) -> bool:
    """Whether the argument is itself a call of the catalogue, such as `httpx.Timeout(5)`, there or by name."""
    made = value_of(value, names) if value.type == "identifier" else value
    if made is None or made.type != "call":
        return False
    function = made.child_by_field_name("function")
    path = names.resolve(function) if function is not None else None
    return path in BY_PATH


def _is_sure(word: str, call: Node, chain: Chain, function: Node, arguments: Arguments, names: Names) -> bool:
    """Whether the arguments of a method known by name alone show that it waits."""
    if word == "sleep":
        return _sleeps(chain, function, arguments, names)
    if word in ("call_later", "callLater"):
        return len(arguments.positional) >= 2 and _is_seconds(arguments.positional[0], names)
    if word in ("wait", "join", "result", "exception", "settimeout", "wait_for_timeout") or word.startswith(
        ("implicitly", "set_")
    ):
        if len(arguments) != 1 or arguments.open:
            return False
        if "timeout" in arguments.keywords:
            return True
        return bool(arguments.positional) and _is_seconds(arguments.positional[0], names)
    if "timeout" not in arguments.keywords:
        return False
    others = set(arguments.keywords) - {"timeout"}
    if others - _COMPANIONS.get(word, frozenset()):
        return False
    free = [part for part in arguments.positional if part.type not in _NONE]
    return len(free) == _POSITIONALS.get(word, 0)


def _is_seconds(value: Node, names: Names) -> bool:
    value = bare(value)
    if fold(value, names) is not None:
        return True
    last = value.child_by_field_name("attribute") if value.type == "attribute" else value
    if last is not None and last.type == "identifier":
        return bool(re.search(r"timeout|secs|seconds|delay|interval", names.module.text(last), re.IGNORECASE))
    return False


def _sleeps(chain: Chain, function: Node, arguments: Arguments, names: Names) -> bool:
    """A `.sleep(n)` of something unseen waits when it is awaited or its owner is a clock's module."""
    if len(arguments) != 1:
        return False
    owner = function.child_by_field_name("object")
    label = owner.child_by_field_name("attribute") if owner is not None and owner.type == "attribute" else owner
    if label is not None and names.module.text(label) in _CLOCK_OWNERS:
        return True
    awaited = bool(chain) and chain[-1].type in ("await", "yield")
    return awaited and all(_is_seconds(value, names) for value in (*arguments.positional, *arguments.keywords.values()))
