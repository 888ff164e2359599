"""The items of a file, by name: what a module declares, imports and hands on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from sleeplint.languages.rust.attributes import Attribute, before, elsewhere, needs_test
from sleeplint.languages.rust.macros import Grove
from sleeplint.languages.rust.uses import Path, use_paths
from sleeplint.records import dataclass, field

_ITEM_KINDS = {
    "function_item": "fn",
    "function_signature_item": "fn",
    "const_item": "const",
    "static_item": "static",
    "struct_item": "type",
    "enum_item": "type",
    "union_item": "type",
    "type_item": "type",
    "trait_item": "type",
    "macro_definition": "macro",
}


_DECLARED = frozenset({*_ITEM_KINDS, "use_declaration", "extern_crate_declaration", "mod_item", "impl_item"})


@dataclass(frozen=True, slots=True)
class Item:
    """A function, constant or type."""

    name: str
    kind: str
    start: int
    end: int
    test: bool = False
    """A test attribute or `cfg(test)` stands on it."""
    ambiguous: bool = False
    """Several definitions of it stand under different conditions."""


@dataclass(slots=True)
class Scope:
    """A module, or a block with items of its own."""

    path: Path
    """From the file's root."""
    start: int
    end: int
    test: bool = False
    """Built for tests only, as far as the file says."""
    parent: Scope | None = None
    uses: dict[str, Path] = field(default_factory=dict)
    globs: list[Path] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    methods: dict[str, dict[str, Item]] = field(default_factory=dict)
    """Of each type, what its `impl` blocks define."""
    modules: dict[str, Scope] = field(default_factory=dict)
    files: dict[str, str | None] = field(default_factory=dict)
    """Modules in files of their own; the value is a `#[path]`."""
    file_tests: dict[str, bool] = field(default_factory=dict)
    """Whether those are built for tests only."""
    weak: set[str] = field(default_factory=set)
    """Names imported for other platforms only: another import of them wins."""

    def innermost(self, offset: int) -> Scope:
        """The module in which an offset lies."""
        scope = self
        while True:
            for inner in scope.modules.values():
                if inner.start <= offset < inner.end:
                    scope = inner
                    break
            else:
                return scope


def outline(grove: Grove) -> Scope:
    """All modules of a file, with their items."""
    top = Scope((), 0, len(grove.code))
    pending: list[tuple[Scope, Sequence[Node]]] = [(top, grove.root.named_children)]
    while pending:
        scope, nodes = pending.pop()
        pending += _fill(scope, nodes, grove.code)
    return top


def block(node: Node, code: bytes) -> Scope:
    """The items of a block, or of a macro's body."""
    scope = Scope((), node.start_byte, node.end_byte)
    children = node.named_children
    if any(child.type in _DECLARED for child in children):
        for _ in _fill(scope, children, code):
            pass
    return scope


def _fill(scope: Scope, nodes: Sequence[Node], code: bytes) -> Iterator[tuple[Scope, Sequence[Node]]]:
    for node, attributes in before(nodes, code):
        match node.type:
            case "use_declaration":
                _use(scope, node, attributes, code)
            case "extern_crate_declaration":
                words = re.findall(r"\w+", _text(node, code))
                if "as" in words:
                    scope.uses[words[-1]] = (words[words.index("crate") + 1],)
            case "mod_item":
                inner = _module(scope, node, attributes, code)
                if inner is not None:
                    yield inner
            case "impl_item":
                _impl(scope, node, code)
            case kind if kind in _ITEM_KINDS:
                if kind == "trait_item":
                    _members(scope, node, _name(node, code), code)
                _add(scope.items, _item(node, attributes, code), attributes)


def _use(scope: Scope, node: Node, attributes: list[Attribute], code: bytes) -> None:
    strange = elsewhere(attributes)
    for name, path in use_paths(_text(node, code)):
        if name is None:
            scope.globs.append(path)
        elif name not in scope.uses or (name in scope.weak and not strange):
            scope.uses[name] = path
            if strange:
                scope.weak.add(name)
            else:
                scope.weak.discard(name)


def _module(scope: Scope, node: Node, attributes: list[Attribute], code: bytes) -> tuple[Scope, Sequence[Node]] | None:
    name = _name(node, code)
    body = node.child_by_field_name("body")
    test = scope.test or needs_test(attributes)
    if body is None:
        paths = [a.arguments.strip('= "') for a in attributes if a.path == "path"]
        if name not in scope.files or not elsewhere(attributes):
            scope.files[name] = paths[0] if paths else None
            scope.file_tests[name] = test
        return None
    inner = Scope((*scope.path, name), node.start_byte, node.end_byte, test, scope)
    if name not in scope.modules or not elsewhere(attributes):
        scope.modules[name] = inner
    return inner, body.named_children


def _impl(scope: Scope, node: Node, code: bytes) -> None:
    kind = node.child_by_field_name("type")
    if kind is not None:
        name = re.match(r"[\w:]+", _text(kind, code))
        if name:
            _members(scope, node, name[0].rpartition("::")[2], code)


def _members(scope: Scope, node: Node, name: str, code: bytes) -> None:
    body = node.child_by_field_name("body")
    if body is None:
        return
    members = scope.methods.setdefault(name, {})
    for child, attributes in before(body.named_children, code):
        if child.type in _ITEM_KINDS:
            _add(members, _item(child, attributes, code), attributes)


def _add(items: dict[str, Item], item: Item, attributes: list[Attribute]) -> None:
    known = items.get(item.name)
    if known is None:
        items[item.name] = item
    elif not elsewhere(attributes) and known.kind == item.kind and item.kind != "type":
        items[item.name] = Item(item.name, item.kind, item.start, item.end, item.test, ambiguous=True)


def _item(node: Node, attributes: list[Attribute], code: bytes) -> Item:
    test = needs_test(attributes) or any(a.is_test for a in attributes)
    return Item(_name(node, code), _ITEM_KINDS[node.type], node.start_byte, node.end_byte, test)


def _name(node: Node, code: bytes) -> str:
    name = node.child_by_field_name("name")
    return "" if name is None else _text(name, code).removeprefix("r#")


def _text(node: Node, code: bytes) -> str:
    return code[node.start_byte : node.end_byte].decode("utf-8", "replace")
