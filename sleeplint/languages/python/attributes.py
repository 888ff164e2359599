"""What is given to an attribute: of a class's own instances, or of what goes by a name."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.tree import Chain, first_of
from sleeplint.records import dataclass

MAX_VALUES = 64
"""Assignments to one attribute that are looked at."""
_OF_SELF = ("self", "cls")


@dataclass(frozen=True, slots=True)
class Given:
    """A value that is given to an attribute."""

    value: Node | None
    """None of what is only declared."""
    index: int | None = None
    """Its position when a tuple is unpacked."""
    annotation: Node | None = None
    entered: bool = False
    """It is what `with` gives for the value."""


def assigned_to_self(module: Module, owner: Node, name: str) -> list[Node]:
    """The values given as they are to `self.name` anywhere in a class, in order."""
    return [
        given.value
        for given in given_to_self(module, owner, name)
        if given.value is not None and given.index is None and not given.entered
    ]


def given_to_self(module: Module, owner: Node, name: str) -> list[Given]:
    """All that is given to `self.name` anywhere in a class, in order."""
    key = ("self", owner.start_byte, name)
    known = module.memory.get(key)
    if not isinstance(known, list):
        known = module.memory[key] = [given for of in _OF_SELF for given in given_to(module, owner, of, name)]
    return known


def given_to(module: Module, scope: Node, owner: str, name: str) -> list[Given]:
    """All that is given to `owner.name` anywhere in a scope, in order."""
    found: list[Given] = []
    needle = f"{owner}.{name}".encode()
    where = module.code.find(needle, scope.start_byte, scope.end_byte)
    while where >= 0 and len(found) < MAX_VALUES:
        end = where + len(needle)
        after = module.code[end : end + 40].lstrip()
        if after[:1] in (b"=", b":", b",", b")") and after[:2] != b"==":
            given = _given_at(module, where, end)
            if given is not None:
                found.append(given)
        where = module.code.find(needle, end, scope.end_byte)
    return found


def _given_at(module: Module, start: int, end: int) -> Given | None:
    target = module.root.descendant_for_byte_range(start, end)
    if target is None or target.type != "attribute" or target.end_byte != end or target.start_byte != start:
        return None
    chain = module.chain(target)
    for position in range(len(chain) - 1, -1, -1):
        node = chain[position]
        inside = chain[position + 1] if position + 1 < len(chain) else target
        if node.type == "assignment" and node.child_by_field_name("left") == inside:
            return _assigned(node, inside, target)
        if node.type == "with_item":
            value = first_of(node)
            held = first_of(value) if value is not None and value.type == "as_pattern" else None
            return Given(held, _place(chain, target), entered=True) if held is not None else None
        if node.type.endswith("_statement"):
            return None
    return None


def _assigned(assignment: Node, left: Node, target: Node) -> Given | None:
    value = assignment.child_by_field_name("right")
    while value is not None and value.type == "assignment":
        value = value.child_by_field_name("right")
    annotation = assignment.child_by_field_name("type")
    if value is None or left.type not in ("pattern_list", "tuple_pattern"):
        return Given(value, annotation=annotation) if value is not None or annotation is not None else None
    places = left.named_children
    index = places.index(target) if target in places else -1
    if index < 0:
        return None
    if value.type in ("expression_list", "tuple"):
        return Given(value.named_child(index)) if index < value.named_child_count else None
    return Given(value, index)


def _place(chain: Chain, target: Node) -> int | None:
    """The position of a name in the tuple that stands behind `as`."""
    holder = next((node for node in reversed(chain) if node.type in ("tuple", "tuple_pattern")), None)
    places = holder.named_children if holder is not None else []
    return places.index(target) if target in places else None
