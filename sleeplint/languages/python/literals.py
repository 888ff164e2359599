"""What a container's literal holds at the place that a subscript names: `DELAYS["long"]`, `STEPS[-1]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.attributes import given_to_self
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.tree import bare, first_of, string_of
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from sleeplint.languages.python.modules import Module
    from sleeplint.languages.python.names import Names

MAX_STEPS = 8
_CHANGED = regex(
    rb"(?:[ \t]*\[[^]\n]*\][ \t]*[-+*/|]?=(?!=)|\.(?:append|extend|insert|pop|remove|clear|update|setdefault)\()"
)
_LITERALS = frozenset({"dictionary", "list", "tuple", "expression_list"})


def element_of(subscript: Node, names: Names) -> tuple[Node, Names] | None:
    """The expression that a subscript surely picks, and the resolver of its file."""
    value, index = subscript.child_by_field_name("value"), subscript.child_by_field_name("subscript")
    if value is None or index is None or subscript.named_child_count != 2:
        return None
    key = key_of(index, names)
    literal = _literal_of(value, names, 0) if key is not None else None
    if literal is None or key is None:
        return None
    holder, home = literal
    found = _under(holder, key, home) if holder.type == "dictionary" else _at(holder, key)
    return (found, home) if found is not None else None


def key_of(index: Node, names: Names) -> bytes | int | None:
    """A subscript that is written out: a text or a whole number."""
    if index.type == "string":
        return string_of(index, names.module.code)
    sign = -1 if index.type == "unary_operator" and names.module.text(index).startswith("-") else 1
    digits = first_of(index) if index.type == "unary_operator" else index
    if digits is None or digits.type != "integer":
        return None
    text = names.module.text(digits)
    return sign * int(text) if text.isdigit() and len(text) < 10 else None


def _under(dictionary: Node, key: bytes | int, home: Names) -> Node | None:
    found = None
    for pair in dictionary.named_children:
        if pair.type == "dictionary_splat":
            return None
        label, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if label is not None and value is not None and key_of(label, home) == key:
            found = value
    return found


def _at(sequence: Node, key: bytes | int) -> Node | None:
    parts = [part for part in sequence.named_children if part.type != "comment"]
    if not isinstance(key, int) or any(part.type == "list_splat" for part in parts):
        return None
    return parts[key] if -len(parts) <= key < len(parts) else None


def _literal_of(node: Node, names: Names, steps: int) -> tuple[Node, Names] | None:
    """The literal that an expression surely is, which nothing in its file changes."""
    node = bare(node)
    if node.type in _LITERALS:
        return node, names
    if steps > MAX_STEPS:
        return None
    module = names.module
    if node.type == "identifier":
        candidates, sure = module.bindings(module.text(node), module.chain(node), node.start_byte)
        if not candidates or not sure:
            return None
        binding = candidates[0]
        if binding.kind == "from":
            return _imported(module, binding.path, steps)
        if binding.kind != "value" or binding.index is not None or _is_changed(module, module.text(node)):
            return None
        return _literal_of(binding.node, names, steps + 1)
    if node.type == "attribute":
        return _of_attribute(node, names, steps)
    return None


def _imported(module: Module, dotted: str, steps: int) -> tuple[Node, Names] | None:
    owner, _, name = dotted.rpartition(".")
    if dotted.startswith(".") and not owner.strip("."):
        owner = "." * (len(dotted) - len(dotted.lstrip(".")))
    target = module.module_at(owner) if owner else None
    return _constant(target, name, steps) if target is not None else None


def _constant(module: Module, name: str, steps: int) -> tuple[Node, Names] | None:
    bindings = module.globals.names.get(name, [])
    if len(bindings) != 1 or steps > MAX_STEPS:
        return None
    if bindings[0].kind == "from":
        return _imported(module, bindings[0].path, steps + 1)
    if bindings[0].kind != "value" or bindings[0].index is not None or _is_changed(module, name):
        return None
    return _literal_of(bindings[0].node, names_of(module), steps + 1)


def _of_attribute(node: Node, names: Names, steps: int) -> tuple[Node, Names] | None:
    owner, label = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    if owner is None or label is None:
        return None
    name, meaning = names.module.text(label), names.meaning(owner)
    if meaning.module is None:
        return None
    if meaning.kind == "external":
        target = meaning.module.module_at(meaning.path)
        return _constant(target, name, steps + 1) if target is not None else None
    if meaning.kind not in ("instance", "class") or meaning.node is None:
        return None
    inside = [b for b in meaning.module.table(meaning.node).names.get(name, ()) if b.kind == "value"]
    given = given_to_self(meaning.module, meaning.node, name)
    if len(inside) + len(given) != 1 or _is_changed(meaning.module, name):
        return None
    value = inside[0].node if inside else given[0].value
    return _literal_of(value, names_of(meaning.module), steps + 1) if value is not None else None


def _is_changed(module: Module, name: str) -> bool:
    """Whether a file puts something into a container that goes by a name."""
    word = name.encode()
    return any(_CHANGED.match(module.code, start + len(word)) for start in occurrences(module.code, word))
