"""What a call gives, where that hangs on what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.containers import each_of, given_by, gone_through
from sleeplint.languages.python.fixtures import fixture_named
from sleeplint.languages.python.library import canonical
from sleeplint.languages.python.meanings import UNKNOWN, Meaning, several_of, tuple_of
from sleeplint.languages.python.members import entered, member, result_of
from sleeplint.languages.python.tree import arguments_of, bases_of, string_of
from sleeplint.records import replace

if TYPE_CHECKING:
    from sleeplint.languages.python.names import Names

_IMPORTERS = frozenset({"pytest.importorskip", "importlib.import_module", "__import__"})
_PARTIALS = frozenset({"functools.partial", "partial"})
_TRANSPARENT = frozenset(
    {"contextlib.closing", "closing", "copy.copy", "copy.deepcopy", "weakref.proxy", "asyncio.run", "asyncio.wait_for",
     "asyncio.shield", "trio.run", "anyio.run", "asyncio.loop.run_until_complete", "contextlib.aclosing",
     "asyncio.Runner.run", "tornado.ioloop.IOLoop.run_sync"}
)  # fmt: skip
"""Give what their first argument is, or what comes of it."""
_FIELDS = frozenset({"field", "Field", "ib", "attrib"})
"""Declare an attribute of instances, perhaps with what makes its value."""
_KEEPERS = frozenset({"staticmethod", "classmethod"})
_ENTERERS = frozenset(
    {"enterContext", "enterClassContext", "enterAsyncContext", "enter_context", "enter_async_context"}
)


def called(names: Names, call: Node, steps: int) -> Meaning:
    """What a call gives."""
    function = call.child_by_field_name("function")
    if function is None:
        return UNKNOWN
    word = names.module.text(function).rpartition(".")[2]
    if function.type == "identifier" and word == "super":
        return _parent(names, call, steps)
    if function.type == "identifier" and word == "type":
        given = arguments_of(call, names.module.code).positional
        kind = names.meaning(given[0], steps) if len(given) == 1 else UNKNOWN
        return replace(kind, kind="class") if kind.kind == "instance" and kind.node is not None else UNKNOWN
    if word == "__await__" and function.type == "attribute" and function.named_children:
        return names.awaited(function.named_children[0], steps)
    meaning = names.meaning(function, steps)
    if meaning.kind not in ("unknown", "external"):
        return result_of(meaning, steps)
    if function.type == "attribute":
        found = _by_method(names, call, function, word, steps)
        if found is not None:
            return found
    arguments = arguments_of(call, names.module.code)
    if word in _FIELDS:
        maker = arguments.keywords.get("default_factory") or arguments.keywords.get("factory")
        return names.result(maker, steps) if maker is not None else UNKNOWN
    found = _by_argument(names, canonical(meaning.path) or word, arguments.positional, steps)
    return found if found is not None else result_of(meaning, steps)


def _by_method(names: Names, call: Node, function: Node, word: str, steps: int) -> Meaning | None:
    """What a method gives that is known by what it is called on or by its name; None if it is not."""
    owner = function.child_by_field_name("object")
    if owner is None:
        return None
    held = names.meaning(owner, steps)
    if held.kind in ("several", "mapping"):
        return given_by(held, word)
    given = arguments_of(call, names.module.code).positional
    if not given:
        return None
    if word in _ENTERERS:
        return entered(names.meaning(given[0], steps), steps)
    if word == "run_until_complete":
        return names.meaning(given[0], steps)
    if word == "getfixturevalue":
        label = _word(names, given[0])
        return fixture_named(names, label, call, steps) if label is not None else UNKNOWN
    return None


def _by_argument(names: Names, path: str, given: tuple[Node, ...], steps: int) -> Meaning | None:
    """What a function gives that makes something of what it is given; None if it is none of these."""
    if not given:
        return None
    if path in _IMPORTERS:
        dotted = string_of(given[0], names.module.code)
        return Meaning("external", dotted.decode("utf-8", "replace"), names.module) if dotted else UNKNOWN
    if path in _TRANSPARENT or path in _KEEPERS:
        return names.meaning(given[0], steps)
    if path in _PARTIALS:
        return UNKNOWN
    if path in ("typing.cast", "cast"):
        return names.annotated(given[0], steps)
    if path == "asyncio.gather":
        if given[0].type == "list_splat" and given[0].named_child_count:
            return several_of(each_of(names, given[0].named_children[0], steps))
        return tuple_of(*(names.meaning(part, steps) for part in given))
    if path == "getattr" and len(given) > 1:
        label = _word(names, given[1])
        return member(names.meaning(given[0], steps), label, steps) if label is not None else UNKNOWN
    return gone_through(names, path, given, steps)


def _word(names: Names, node: Node) -> str | None:
    """The name that a text spells."""
    value = (string_of(node, names.module.code) or b"").decode("utf-8", "replace")
    return value if value.isidentifier() else None


def _parent(names: Names, call: Node, steps: int) -> Meaning:
    """What `super()` stands for: an instance of the first base that is known."""
    owner = next((n for n in reversed(names.module.chain(call)) if n.type == "class_definition"), None)
    for base in bases_of(owner) if owner is not None else ():
        found = names.meaning(base, steps + 1)
        if found.kind in ("class", "external"):
            return replace(found, kind="instance", path=canonical(found.path))
    return UNKNOWN
