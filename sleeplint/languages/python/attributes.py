"""What a class gives to an attribute of its own instances."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.tree import first_of

MAX_VALUES = 64
"""Assignments to one attribute that are looked at."""


def assigned_to_self(module: Module, owner: Node, name: str) -> list[Node]:
    """The values given to `self.name` anywhere in a class, in order."""
    key = ("self", owner.start_byte, name)
    known = module.memory.get(key)
    if isinstance(known, list):
        return known
    found: list[Node] = []
    for prefix in (b"self.", b"cls."):
        needle = prefix + name.encode()
        where = module.code.find(needle, owner.start_byte, owner.end_byte)
        while where >= 0 and len(found) < MAX_VALUES:
            end = where + len(needle)
            after = module.code[end : end + 40].lstrip()
            if after[:1] in (b"=", b":", b",", b")") and after[:2] != b"==":
                value = _assigned_at(module, where, end)
                if value is not None:
                    found.append(value)
            where = module.code.find(needle, end, owner.end_byte)
    module.memory[key] = found
    return found


def _assigned_at(module: Module, start: int, end: int) -> Node | None:
    target = module.root.descendant_for_byte_range(start, end)
    if target is None or target.type != "attribute" or target.end_byte != end:
        return None
    chain = module.chain(target)
    for position in range(len(chain) - 1, -1, -1):
        node = chain[position]
        inside = chain[position + 1] if position + 1 < len(chain) else target
        if node.type == "assignment" and node.child_by_field_name("left") == inside:
            value = node.child_by_field_name("right")
            while value is not None and value.type == "assignment":
                value = value.child_by_field_name("right")
            if value is not None and inside.type == "pattern_list" and value.type == "expression_list":
                places = inside.named_children
                index = places.index(target) if target in places else -1
                return value.named_child(index) if 0 <= index < value.named_child_count else None
            return value
        if node.type == "with_item":
            value = first_of(node)
            return first_of(value) if value is not None and value.type == "as_pattern" else None
        if node.type.endswith("_statement"):
            return None
    return None
