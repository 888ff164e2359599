"""What an expression can stand for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python.modules import Module
from sleeplint.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an expression stands for."""

    kind: Literal["external", "function", "class", "instance", "several", "mapping", "unknown"]
    """`external`: something importable outside the project, called by its path. `instance`: of the
    class `path`. `several`: a container of instances. `mapping`: one by keys."""
    path: str
    module: Module | None = None
    node: Node | None = None
    """The definition, of what the project itself defines."""
    items: tuple[Meaning, ...] = ()
    """Of a tuple, each by itself; of a mapping, a key and a value."""
    receiver: Meaning | None = None
    """Of a method, what it was found through, where that is of a class derived from the method's own."""
    element: Meaning | None = None
    """Of several, what each is, where that is no plain instance."""

    @property
    def is_known(self) -> bool:
        """Whether anything at all was found out."""
        return self.kind != "unknown"


UNKNOWN = Meaning("unknown", "")


def one_of(meaning: Meaning, index: int | None = None) -> Meaning:
    """What going through it gives: the element at a position, or any."""
    if meaning.kind == "mapping":
        return meaning.items[0]
    if meaning.kind != "several":
        return UNKNOWN
    if meaning.items:
        if index is not None:
            return meaning.items[index] if index < len(meaning.items) else UNKNOWN
        return next((item for item in meaning.items if item.is_known), UNKNOWN)
    return meaning.element if meaning.element is not None else replace(meaning, kind="instance")


def part_of(meaning: Meaning, index: int) -> Meaning:
    """What stands at a position of it when it is unpacked."""
    if meaning.kind == "instance" and meaning.node is not None:
        return UNKNOWN
    return one_of(meaning, index)


def several_of(meaning: Meaning) -> Meaning:
    """A container of it."""
    if meaning.kind == "instance":
        return replace(meaning, kind="several")
    return Meaning("several", "", element=meaning) if meaning.is_known else UNKNOWN


def agreed(meanings: Iterable[Meaning]) -> Meaning:
    """What all of them are of which anything is known; unknown if they differ."""
    found = UNKNOWN
    for meaning in meanings:
        if not meaning.is_known:
            continue
        if found.is_known and not alike(found, meaning):
            return UNKNOWN
        found = meaning
    return found


def alike(one: Meaning, other: Meaning) -> bool:
    """Whether two are of the same kind."""
    return (one.kind, one.path, one.node) == (other.kind, other.path, other.node)


def tuple_of(*items: Meaning) -> Meaning:
    """A tuple of them, if anything is known of any."""
    return Meaning("several", "", items=items) if any(item.is_known for item in items) else UNKNOWN


def mapping_of(value: Meaning, key: Meaning = UNKNOWN) -> Meaning:
    """A container of it by keys."""
    return Meaning("mapping", "", items=(key, value)) if value.is_known or key.is_known else UNKNOWN
