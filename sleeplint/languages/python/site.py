"""A call that waits, in its place in the tree: what the resolving side hands to the role side."""

from __future__ import annotations

from typing import Protocol

from tree_sitter import Node

from sleeplint.facts import Kind, Milliseconds, Test
from sleeplint.languages.catalogue import Call
from sleeplint.records import dataclass


class Names(Protocol):
    """Resolves names at a place, by the imports and items in scope there."""

    def resolve(self, node: Node) -> str | None:
        """The canonical path of an identifier or attribute node, such as `asyncio.create_task`.

        A local item or binding, and what no import explains, comes back as it is written; None if
        the node is no such expression.
        """
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """One call that waits."""

    call: Node
    """The `call`; of a wait by reference, such as `submit(time.sleep, 1)`, the call that takes the reference."""
    chain: tuple[Node, ...]
    """Its ancestors from the module down, without itself. Never climb with `.parent`: it costs the depth
    at each step."""
    code: bytes
    """The file's text."""
    names: Names
    entry: Call
    """The catalogue's entry."""
    api: str
    kind: Kind
    duration_ms: Milliseconds | None
    in_test: bool
    in_async: bool
    virtual_time: bool
    test: Test | None
    wrapper: str | None = None
    suite_limit_ms: Milliseconds | None = None
    """The limit that the runner's settings put on each test of the suite."""
    by_reference: bool = False
    """The sleep is passed as a value with its duration, not called here."""
    of_this_project: bool = False
    """The project itself defines what is called: it is what the suite tests."""
