"""What calling one of the project's functions gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.meanings import UNKNOWN, Meaning, one_of, several_of
from sleeplint.languages.python.members import MAX_STEPS, exported, imported
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.tree import FUNCTIONS, first_of
from sleeplint.records import replace
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from sleeplint.languages.python.names import Names

_YIELDS = regex(r"Generator|Iterator|Iterable")
_DOCUMENTED = regex(rb"(?::(?:returns?|rtype):|\bReturns?\b:?)[^:`]{0,60}:(?:py:)?class:`[~!]?([\w.]+)`")


def returned(names: Names, function: Node, steps: int) -> Meaning:
    """What calling a function of this file gives: by its annotation, or what it returns or yields."""
    if steps > MAX_STEPS:
        return UNKNOWN
    known = names.results.get(function.start_byte)
    if known is not None:
        return known
    found = _returned(names, function, steps)
    if found.is_known or steps <= MAX_STEPS // 2:
        names.results[function.start_byte] = found
    return found


def _returned(names: Names, function: Node, steps: int) -> Meaning:
    annotation = function.child_by_field_name("return_type")
    if annotation is not None:
        declared = names.annotated(annotation, steps)
        if declared.is_known:
            in_part = declared.kind == "several" and _YIELDS.search(names.module.text(annotation)) is not None
            return one_of(declared) if in_part and not _gives_many(names, function) else declared
    body = function.child_by_field_name("body")
    if body is None:
        return UNKNOWN
    if function.type == "lambda":
        return names.meaning(body, steps + 1)
    for start, end in _results(names.module.code, body):
        word = names.module.root.descendant_for_byte_range(start, end)
        chain = names.module.chain(word) if word is not None else ()
        if not chain or chain[-1].type not in ("return_statement", "yield"):
            continue
        if next((n for n in reversed(chain) if n.type in FUNCTIONS), None) != function:
            continue
        value = first_of(chain[-1])
        found = names.meaning(value, steps + 1) if value is not None else UNKNOWN
        if found.is_known:
            return several_of(found) if chain[-1].type == "yield" and _gives_many(names, function) else found
    return _documented(names, body, steps)


def _results(code: bytes, body: Node) -> list[tuple[int, int]]:
    """Where the words stand by which a function gives something, in order."""
    return sorted(
        (start, start + len(word))
        for word in (b"return", b"yield")
        for start in occurrences(code, word, body.start_byte, body.end_byte)
    )


def _gives_many(names: Names, function: Node) -> bool:
    """Whether a generator is gone through: of what is decorated, a fixture or a context is made, which give each."""
    chain, label = names.module.chain(function), function.child_by_field_name("name")
    decorated = bool(chain) and chain[-1].type == "decorated_definition"
    return not decorated and (label is None or names.module.text(label) != "__await__")


def _documented(names: Names, body: Node, steps: int) -> Meaning:
    """The class that a docstring gives as the result: `:return: A :class:`~app.Client` instance`."""
    code, start, end = names.module.code, body.start_byte, body.end_byte
    entry = _DOCUMENTED.search(code, start, end) if code.find(b"class:`", start, end) >= 0 else None
    if entry is None:
        return UNKNOWN
    dotted = entry[1].decode("utf-8", "replace")
    found = imported(names.module, dotted, steps + 1)
    if found.kind != "class":  # its own module, spelled out or not
        found = exported(names.module, dotted.rpartition(".")[2], steps + 1)
    if found.kind != "class":
        return UNKNOWN
    # Readers know a class by the name under which its package offers it.
    package, name = found.path.partition(".")[0], found.path.rpartition(".")[2]
    offered = imported(names.module, f"{package}.{name}", steps + 1)
    public = offered.kind == "class" and offered.node == found.node
    return replace(found, kind="instance", path=f"{package}.{name}" if public else found.path)
