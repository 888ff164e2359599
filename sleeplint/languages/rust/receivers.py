"""What a method is called on, as far as the code nearby says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from sleeplint.languages.rust.macros import Grove
from sleeplint.languages.rust.names import FileNames, Found, path_of
from sleeplint.languages.rust.outline import Item
from sleeplint.languages.rust.words import places
from sleeplint.records import dataclass

_STEPS = 40
_INNER = {
    "await_expression": None,
    "try_expression": None,
    "parenthesized_expression": None,
    "reference_expression": "value",
    "unary_expression": None,
    "type_cast_expression": "type",
}
_ARMS = frozenset({"match_arm", "for_expression"})
_LOCKS = frozenset({"Mutex", "RwLock"})
"""Shells that have waits of their own."""
_SHELLS = frozenset({"Arc", "Rc", "Box", "Mutex", "RwLock", "RefCell", "Option", "Result", "Pin", "Ref", "RefMut"})


def origin(receiver: Node, chain: Sequence[Node], names: FileNames) -> Found | None:
    """The type, or the function, from which a receiver comes: `reqwest::Client::builder`.

    None if the code nearby does not say.
    """
    called: list[str] = []
    found = _source(receiver, chain, names, called)
    for method in reversed(called):
        found = _handed(found, method, names)
    return found


def _source(receiver: Node, chain: Sequence[Node], names: FileNames, called: list[str]) -> Found | None:
    """Where a receiver begins; the methods that are `called` on the way are added, last first."""
    code = names.reading.grove.code
    node: Node | None = receiver
    for _ in range(_STEPS):
        if node is None:
            return None
        if node.type in _INNER:
            field = _INNER[node.type]
            node = node.child_by_field_name(field) if field else node.named_children[0] if node.named_children else None
        elif node.type == "call_expression":
            function = node.child_by_field_name("function")
            if function is not None and function.type == "field_expression":
                name = function.child_by_field_name("field")
                if name is not None:
                    called.append(names.reading.grove.text(name))
                node = function.child_by_field_name("value")
            else:
                return _made_by(function, node, chain, names)
        elif node.type == "generic_function":
            node = node.child_by_field_name("function")
        elif node.type == "field_expression":
            return _field(node, chain, names)
        elif node.type == "struct_expression":
            name = node.child_by_field_name("name")
            path = path_of(name, code) if name is not None else None
            return names.look_up(path, chain) if path else None
        elif node.type == "self":
            return names.look_up(("Self", ""), chain)
        elif node.type in {"identifier", "scoped_identifier"}:
            path = path_of(node, code)
            if path is None or len(path) > 1:
                return _known(names.look_up(path, chain), names) if path else None
            bound = binding(path[0], node, chain, names.reading.grove)
            if bound is None:
                return _known(names.look_up(path, chain), names)
            if bound.kind is not None:
                return type_at(bound.kind, chain, names)
            if bound.taken_apart is not None:
                return _part(bound, path[0], chain, names)
            node = bound.value
        else:
            return None
    return None


def type_at(node: Node, chain: Sequence[Node], names: FileNames) -> Found | None:
    """What a type in the code stands for; references and shells such as `Arc` are seen through."""
    text = names.reading.grove.text(node)
    while True:
        text = re.sub(r"^(?:&\s*(?:'\w+\s+)?(?:mut\s+)?|dyn\s+|impl\s+)+", "", text.strip())
        match = re.match(r"(?:\w+::)*(\w+)\s*<(.*)>\Z", text, re.DOTALL)
        if match is None or match[1] not in _SHELLS:
            break
        text = match[2]
    path = re.match(r"\w+(?:\s*::\s*\w+)*", text)
    return names.look_up(tuple(re.split(r"\s*::\s*", path[0])), chain) if path else None


def _made_by(function: Node | None, call: Node, chain: Sequence[Node], names: FileNames) -> Found | None:
    """What a call by path gives: an external path stands for itself, a function of ours for its result."""
    path = path_of(function, names.reading.grove.code) if function is not None else None
    if path is None:
        return None
    if (path[-1] in {"new", "clone", "Some", "Ok"} and len(path) > 1 and path[-2] in _SHELLS) or path[-1] == "Some":
        arguments = call.child_by_field_name("arguments")
        inner = arguments.named_children if arguments is not None else []
        if len(inner) == 1 and inner[0].type != "call_expression" and (within := origin(inner[0], chain, names)):
            return within
        if not (inner and path[-1] == "new" and path[-2] in _LOCKS):
            return None
    return _known(names.look_up(path, chain), names)


def _handed(found: Found | None, method: str, names: FileNames) -> Found | None:
    """What a method of a type of ours gives, by its declared type: `bus.subscribe(..)` is an `Inbox`, not a `Bus`.

    What says nothing of it stands for what it is called on.
    """
    if found is None or found.place is None or found.item is None or found.item.kind != "type" or method in _SAME:
        return found
    kind = found.item.name
    item = found.place.scope.methods.get(kind, {}).get(method)
    if item is None or item.ambiguous:
        return found
    given = _known(Found(f"{kind}::{method}", place=found.place, item=item, owner=kind), names)
    if given is None or not (given.external or (given.item is not None and given.item.kind == "type")):
        return found
    return given


_SAME = frozenset(
    {"unwrap", "expect", "clone", "as_ref", "as_mut", "borrow", "borrow_mut", "lock", "read", "write", "context", "get"}
)
"""Methods that give what they are called on, or what it holds."""


def _known(found: Found | None, names: FileNames) -> Found | None:
    if found is None or found.item is None or found.place is None or found.item.kind == "type":
        return found
    grove = found.place.reading.grove
    node = _item_node(found.item, found)
    kind = node.child_by_field_name("return_type" if found.item.kind == "fn" else "type")
    if kind is None:
        return found
    if grove.text(kind) == "Self":
        return found
    return type_at(kind, grove.chain(kind.start_byte, kind.end_byte), FileNames(found.place.reading, names.finder))


def _item_node(item: Item, found: Found) -> Node:
    assert found.place is not None
    return found.place.reading.grove.item(item.start, item.end)


def _part(bound: Binding, name: str, chain: Sequence[Node], names: FileNames) -> Found | None:
    """A name bound by a pattern: one end of a channel of another crate's, or a field of a struct of ours."""
    pattern = bound.taken_apart
    if pattern is not None and pattern.type == "struct_pattern":
        kind = pattern.child_by_field_name("type")
        path = path_of(kind, names.reading.grove.code) if kind is not None else None
        owner = "Self" if path == ("Self",) else path[-1] if path else ""
        return _declared(owner, _field_name(pattern, name, names.reading.grove), chain, names)
    if bound.value is not None and pattern is not None and pattern.type == "tuple_pattern":
        own = [names.reading.grove.text(part).removeprefix("mut ").strip() for part in pattern.named_children]
        given = _tuple_of(bound.value, own.index(name), chain, names) if name in own else None
        if given is not None:
            return given
    whole = origin(bound.value, chain, names) if bound.value is not None else None
    return whole if whole is not None and whole.external else None


def _tuple_of(value: Node, index: int, chain: Sequence[Node], names: FileNames) -> Found | None:
    """One part of the tuple that a function of ours gives."""
    if value.type == "await_expression" and value.named_children:
        value = value.named_children[0]
    function = value.child_by_field_name("function") if value.type == "call_expression" else None
    path = path_of(function, names.reading.grove.code) if function is not None else None
    found = names.look_up(path, chain) if path is not None else None
    if found is None or found.item is None or found.place is None or found.item.kind != "fn":
        return None
    kind = _item_node(found.item, found).child_by_field_name("return_type")
    if kind is None or kind.type != "tuple_type" or index >= len(kind.named_children):
        return None
    part = kind.named_children[index]
    there = FileNames(found.place.reading, names.finder)
    return type_at(part, found.place.reading.grove.chain(part.start_byte, part.end_byte), there)


def _field_name(pattern: Node, name: str, grove: Grove) -> str:
    for child in pattern.named_children:
        inner, field = child.child_by_field_name("pattern"), child.child_by_field_name("name")
        if inner is not None and field is not None and grove.text(inner) == name:
            return grove.text(field)
    return name


def _field(node: Node, chain: Sequence[Node], names: FileNames) -> Found | None:
    """The declared type of `self.field`."""
    grove = names.reading.grove
    value, field = node.child_by_field_name("value"), node.child_by_field_name("field")
    if value is None or field is None:
        return None
    if value.type == "self":
        return _declared("Self", grove.text(field), chain, names)
    if value.type != "field_expression":
        return None
    owner = _field(value, chain, names)  # `self.inner.field`
    if owner is None or owner.item is None or owner.place is None:
        return None
    there = FileNames(owner.place.reading, names.finder)
    item = _item_node(owner.item, owner)
    return _declared(
        owner.item.name, grove.text(field), owner.place.reading.grove.chain(item.start_byte, item.end_byte), there
    )


def _declared(owner: str, field: str, chain: Sequence[Node], names: FileNames) -> Found | None:
    """The declared type of a field of a struct in this module."""
    grove = names.reading.grove
    if owner == "Self":
        own = names.look_up(("Self", ""), chain)
        owner = own.owner or "" if own is not None else ""
    item = names.place(chain).scope.items.get(owner)
    if item is None:
        return None
    struct = grove.item(item.start, item.end)
    body = struct.child_by_field_name("body")
    fields = body.named_children if body is not None else []
    if field.isdigit():  # `struct Inbox(Arc<Inner>)`
        kinds = [child for child in fields if child.type not in _NO_FIELDS]
        return type_at(kinds[int(field)], chain, names) if int(field) < len(kinds) else None
    for child in fields:
        name, kind = child.child_by_field_name("name"), child.child_by_field_name("type")
        if name is not None and kind is not None and grove.text(name) == field:
            return type_at(kind, chain, names)
    return None


_NO_FIELDS = frozenset({"visibility_modifier", "attribute_item", "line_comment", "block_comment"})


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a local name comes from."""

    kind: Node | None
    """Its declared type."""
    value: Node | None
    """The expression it is given."""
    taken_apart: Node | None = None
    """The pattern of which it is a part."""


def binding(name: str, use: Node, chain: Sequence[Node], grove: Grove) -> Binding | None:
    """Where a local name comes from; None if it is no local name."""
    code = grove.code
    word = name.encode()
    for node in reversed(chain):
        if node.type in {"block", "source_file"} and _mentions(code, word, node.start_byte, use.start_byte):
            found = None
            for child in node.named_children:
                if child.end_byte > use.start_byte:
                    break
                pattern = child.child_by_field_name("pattern") if child.type == "let_declaration" else None
                if pattern is not None and _mentions(code, word, pattern.start_byte, pattern.end_byte):
                    found = child
            if found is not None:
                kind = found.child_by_field_name("type")
                pattern = found.child_by_field_name("pattern")
                simple = pattern is not None and pattern.type in {"identifier", "mut_pattern"}
                value = found.child_by_field_name("value")
                if value is None and simple:
                    value = _assigned(word, found.end_byte, use.start_byte, grove)
                return Binding(kind if simple else None, value, None if simple else pattern)
        elif node.type in _ARMS:
            pattern = node.child_by_field_name("pattern")
            if pattern is not None and _mentions(code, word, pattern.start_byte, pattern.end_byte):
                return Binding(None, None)
        elif node.type in {"if_expression", "while_expression"}:
            condition = node.child_by_field_name("condition")
            for part in (condition, *condition.named_children) if condition is not None else ():
                pattern = part.child_by_field_name("pattern") if part.type == "let_condition" else None
                if pattern is not None and _mentions(code, word, pattern.start_byte, pattern.end_byte):
                    return Binding(None, None)
        elif node.type in {"function_item", "closure_expression"}:
            parameters = node.child_by_field_name("parameters")
            for child in parameters.named_children if parameters is not None else ():
                if not _mentions(code, word, child.start_byte, child.end_byte):
                    continue
                pattern = child.child_by_field_name("pattern") or child
                if _mentions(code, word, pattern.start_byte, pattern.end_byte):
                    kind = child.child_by_field_name("type")
                    # `builder.prepare(|inner| ..)`: what a builder's closure gets is of the builder's family.
                    return Binding(kind, _called_with(node, chain) if kind is None else None)
            if node.type == "function_item":
                return None
    return None


def _mentioned(code: bytes, word: bytes, start: int, end: int) -> Iterator[int]:
    """Where a name stands by itself, not as a part of a path or as a field."""
    return (at for at in places(code, word, start, end) if at == 0 or code[at - 1] not in b":.")


def _mentions(code: bytes, word: bytes, start: int, end: int) -> bool:
    return next(_mentioned(code, word, start, end), None) is not None


def _assigned(word: bytes, start: int, end: int, grove: Grove) -> Node | None:
    """What a name that was declared without a value is first given."""
    for at in _mentioned(grove.code, word, start, end):
        span = (at, at + len(word))
        for node in reversed(grove.chain(*span)):
            left = node.child_by_field_name("left") if node.type == "assignment_expression" else None
            if left is not None and (left.start_byte, left.end_byte) == span:
                return node.child_by_field_name("right")
    return None


def _called_with(closure: Node, chain: Sequence[Node]) -> Node | None:
    """The receiver of the method that a closure is passed to."""
    index = next((i for i, node in enumerate(chain) if node == closure), 0)
    call = chain[index - 2] if index > 1 and chain[index - 1].type == "arguments" else None
    function = call.child_by_field_name("function") if call is not None else None
    return (
        function.child_by_field_name("value") if function is not None and function.type == "field_expression" else None
    )
