"""What annotations say that a value is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.library import canonical
from sleeplint.languages.python.meanings import UNKNOWN, Meaning, several_of
from sleeplint.languages.python.members import member
from sleeplint.languages.python.tree import descend, first_of, string_of
from sleeplint.records import replace

if TYPE_CHECKING:
    from sleeplint.languages.python.names import Names

_WRAPPED_TYPES = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Union", "Awaitable", "Coroutine"})
_SEQUENCES = frozenset(
    {"List", "list", "Sequence", "Iterable", "Iterator", "Generator", "AsyncGenerator", "AsyncIterator", "Tuple",
     "tuple", "Set", "set", "deque", "ContextManager"}
)  # fmt: skip


def annotated(names: Names, annotation: Node, steps: int) -> Meaning:
    """An instance of what an annotation names."""
    node = first_of(annotation) if annotation.type == "type" else annotation
    if node is None:
        return UNKNOWN
    match node.type:
        case "identifier" | "attribute":
            found = names.meaning(node, steps)
            if found.kind == "class" or (found.kind == "external" and found.path.rpartition(".")[2][:1].isupper()):
                return replace(found, kind="instance", path=canonical(found.path))
        case "string":
            name = (string_of(node, names.module.code) or b"").decode("utf-8", "replace")
            head, _, rest = name.partition(".")
            found = names.named(head, names.module.chain(node), node.start_byte, steps)
            for part in rest.split(".") if rest else ():
                found = member(found, part, steps)
            if found.kind in ("class", "external"):
                return replace(found, kind="instance", path=canonical(found.path))
        case "binary_operator" | "union_type":
            for side in node.named_children:
                found = annotated(names, side, steps)
                if found.is_known:
                    return found
        case "generic_type" | "subscript":
            head_node = first_of(node)
            head = names.module.text(head_node).rpartition(".")[2] if head_node is not None else ""
            inner = [n for n in descend(node) if n.type in ("identifier", "attribute", "string")][1:]
            for name_in in inner if head in _WRAPPED_TYPES or head in _SEQUENCES else ():
                found = annotated(names, name_in, steps)
                if found.is_known:
                    return found if head in _WRAPPED_TYPES else several_of(found)
    return UNKNOWN
