"""What annotations say that a value is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.library import canonical, instance_of
from sleeplint.languages.python.meanings import UNKNOWN, Meaning, mapping_of, several_of, tuple_of
from sleeplint.languages.python.members import member
from sleeplint.records import replace
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from sleeplint.languages.python.names import Names

MAX_DEPTH = 6
_LONGEST = 400
"""Bytes of an annotation that is read."""
_WRAPPED_TYPES = frozenset(
    {"Optional", "Annotated", "Final", "ClassVar", "Union", "Awaitable", "Coroutine", "ContextManager",
     "AsyncContextManager", "AbstractContextManager", "AbstractAsyncContextManager", "Required", "NotRequired"}
)  # fmt: skip
_SEQUENCES = frozenset(
    {"List", "list", "Sequence", "MutableSequence", "Iterable", "Iterator", "Generator", "AsyncGenerator",
     "AsyncIterator", "AsyncIterable", "Set", "set", "FrozenSet", "frozenset", "Collection", "deque", "Deque"}
)  # fmt: skip
_MAPPINGS = frozenset({"Dict", "dict", "Mapping", "MutableMapping", "DefaultDict", "defaultdict", "OrderedDict"})
_TUPLES = frozenset({"Tuple", "tuple"})
_MAKERS = frozenset({"Callable", "Type", "type"})
_SILENT = frozenset({"None", "Any", "object", "Self"})
_HEAD = regex(r"([^\W\d][\w.]*)\s*(?:\[(.*)\])?\s*$", re.DOTALL)
_BEING_READ = "annotations being read"
"""Key under which a module remembers where they stand."""
_PAIRS = {"[": 1, "(": 1, "]": -1, ")": -1}


def annotated(names: Names, annotation: Node, steps: int) -> Meaning:
    """What is of the type that an annotation names."""
    text = names.module.text(annotation)
    being_read = names.module.memory.setdefault(_BEING_READ, set())
    assert isinstance(being_read, set)
    if len(text) > _LONGEST or annotation.start_byte in being_read:  # `x: x` says nothing
        return UNKNOWN
    being_read.add(annotation.start_byte)
    try:
        return _of_text(names, text, annotation, steps, 0)
    finally:
        being_read.discard(annotation.start_byte)


def _of_text(names: Names, text: str, place: Node, steps: int, depth: int) -> Meaning:
    text = text.strip()
    while len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        text = text[1:-1].strip()
    if depth > MAX_DEPTH or text in _SILENT:
        return UNKNOWN
    sides = list(_parts(text, "|"))
    if len(sides) > 1:
        return _first(names, sides, place, steps, depth)
    match = _HEAD.match(text)
    if match is None:
        return UNKNOWN
    head, given = match[1].rpartition(".")[2], list(_parts(match[2], ",")) if match[2] else []
    if given and (head in _WRAPPED_TYPES or head in _SEQUENCES):
        if head == "Coroutine":
            given = given[-1:]
        found = _first(names, given, place, steps, depth)
        return several_of(found) if head in _SEQUENCES else found
    if given and head in _MAPPINGS:
        key, value = (_of_text(names, given[at], place, steps, depth + 1) for at in (0, -1))
        return mapping_of(value, key)
    if given and head in _TUPLES:
        items = [_of_text(names, part, place, steps, depth + 1) for part in given if part.strip() != "..."]
        return several_of(items[0]) if "..." in match[2] and items else tuple_of(*items)
    if given and head in _MAKERS:
        made = _of_text(names, given[-1], place, steps, depth + 1)
        if made.kind != "instance":
            return UNKNOWN
        return replace(made, kind="class") if made.node is not None else Meaning("external", made.path)
    return _named(names, match[1], place, steps)


def _first(names: Names, texts: list[str], place: Node, steps: int, depth: int) -> Meaning:
    for text in texts:
        found = _of_text(names, text, place, steps, depth + 1)
        if found.is_known:
            return found
    return UNKNOWN


def _named(names: Names, dotted: str, place: Node, steps: int) -> Meaning:
    """An instance of the class that goes by a name."""
    head, *rest = dotted.split(".")
    found = names.named(head, names.module.chain(place), place.start_byte, steps)
    for part in rest:
        found = member(found, part, steps)
    if found.kind == "class":
        return replace(found, kind="instance", path=canonical(found.path))
    if found.kind == "external":
        path = instance_of(found.path)
        return Meaning("instance", path) if path is not None else UNKNOWN
    return UNKNOWN


def _parts(text: str, separator: str) -> Iterator[str]:
    """What stands between separators outside of brackets."""
    depth = start = 0
    for at, letter in enumerate(text):
        depth += _PAIRS.get(letter, 0)
        if letter == separator and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]
