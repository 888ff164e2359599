"""What an expression can stand for."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python.modules import Module
from sleeplint.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an expression stands for."""

    kind: Literal["external", "function", "class", "instance", "several", "unknown"]
    """`external`: something importable outside the project, called by its path. `instance`: of the
    class `path`. `several`: a container of instances."""
    path: str
    module: Module | None = None
    node: Node | None = None
    """The definition, of what the project itself defines."""
    items: tuple[Meaning, ...] = ()
    """Of a tuple, each by itself."""

    @property
    def is_known(self) -> bool:
        """Whether anything at all was found out."""
        return self.kind != "unknown"


UNKNOWN = Meaning("unknown", "")


def one_of(meaning: Meaning, index: int | None = None) -> Meaning:
    """An element of it: that at a position, or any."""
    if meaning.kind != "several":
        return UNKNOWN
    if meaning.items:
        if index is not None:
            return meaning.items[index] if index < len(meaning.items) else UNKNOWN
        return next((item for item in meaning.items if item.is_known), UNKNOWN)
    return replace(meaning, kind="instance")


def several_of(meaning: Meaning) -> Meaning:
    """A container of it."""
    if meaning.kind == "several":
        return meaning
    return replace(meaning, kind="several") if meaning.kind == "instance" else UNKNOWN
