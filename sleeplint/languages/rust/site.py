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
        """The canonical path of a path or identifier node, such as `tokio::spawn`.

        A local item or binding, and what no import explains, comes back as it is written; None if
        the node is no path.
        """
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """One call that waits."""

    call: Node
    """The `call_expression`; of a clock assertion, the assertion's `macro_invocation`. Inside a macro it
    belongs to the re-parsed body, with absolute offsets."""
    chain: tuple[Node, ...]
    """Its ancestors from the file's root down, without itself. After a `macro_invocation` follow the
    root (a `source_file`) and the nodes of its re-parsed body, whose text may be masked: take text
    from `code`, never `node.text`. Never climb with `.parent`: it costs the depth at each step, and
    ends at a macro's border."""
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
