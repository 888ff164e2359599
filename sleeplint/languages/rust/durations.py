"""How long an expression says: constant folding of durations, numbers and deadlines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.catalogue import Unit
from sleeplint.languages.rust.bindings import binds, last_let, parameter_names
from sleeplint.languages.rust.library import Place, Reading
from sleeplint.languages.rust.names import FileNames, Finder, Found, canonical, path_of
from sleeplint.languages.rust.outline import Item
from sleeplint.languages.rust.values import (
    Value,
    arithmetic,
    constant,
    conversion,
    duration,
    extreme,
    largest,
    milliseconds,
    number,
    power,
)
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_DEPTH = 60
"""Expressions within one another, constants included."""
_NOW = regex(r"(?:^|::)(?:Instant|SystemTime)::now\Z")
_DURATION = regex(r"(?:^|::)(?:Duration|TimeDelta)\Z")
_BINDERS = {
    "closure_expression": "parameters",
    "for_expression": "pattern",
    "match_arm": "pattern",
}


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where an expression stands."""

    names: FileNames
    chain: tuple[Node, ...]
    bound: dict[str, Value | None]
    """Parameters of a function that is folded with its arguments."""


class Durations:
    """Folds expressions of any file of a project."""

    def __init__(self, finder: Finder) -> None:
        """Follow constants with `finder`."""
        self._finder = finder
        self._files: dict[int, FileNames] = {}
        # Also what makes doubling chains of bindings linear, and cycles end.
        self._folded: dict[object, Value | None] = {}

    def names(self, reading: Reading) -> FileNames:
        """The resolver of a file."""
        return self._files.setdefault(id(reading), FileNames(reading, self._finder))

    def milliseconds(self, node: Node, chain: tuple[Node, ...], names: FileNames, unit: Unit) -> Milliseconds | None:
        """How long the argument `node` says, in a call that counts in `unit`."""
        value = self.value(node, chain, names)
        return milliseconds(value, unit) if value is not None else None

    def value(
        self,
        node: Node,
        chain: tuple[Node, ...],
        names: FileNames,
        bound: dict[str, Value | None] | None = None,
    ) -> Value | None:
        """Fold an expression that stands at the end of `chain`."""
        return self._fold(node, _Scope(names, chain, bound or {}), _DEPTH)

    def _fold(self, node: Node, scope: _Scope, fuel: int) -> Value | None:
        if fuel <= 0:
            return None
        match node.type:
            case "integer_literal" | "float_literal":
                return number(_text(node, scope))
            case "parenthesized_expression" | "reference_expression" | "type_cast_expression" | "const_block":
                inner = node.child_by_field_name("value") or node.child_by_field_name("body") or _first(node)
                return self._fold(inner, scope, fuel - 1) if inner is not None else None
            case "block" | "unsafe_block":
                parts = [part for part in node.named_children if not part.type.endswith("comment")]
                return self._fold(parts[0], scope, fuel - 1) if len(parts) == 1 else None
            case "unary_expression":
                return self._unary(node, scope, fuel)
            case "binary_expression":
                return self._binary(node, scope, fuel)
            case "call_expression":
                return self._call(node, scope, fuel)
            case "identifier" | "scoped_identifier":
                return self._name(node, scope, fuel)
            case "field_expression":
                return self._field(node, scope, fuel)
        return None

    def _unary(self, node: Node, scope: _Scope, fuel: int) -> Value | None:
        inner = _first(node)
        value = self._fold(inner, scope, fuel - 1) if inner is not None else None
        match node.children[0].type:
            case "*":
                return value
            case "-" if value is not None and value.shape == "number":
                return Value("number", -value.amount, value.whole)
        return None

    def _binary(self, node: Node, scope: _Scope, fuel: int) -> Value | None:
        left, right, sign = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
        if left is None or right is None or sign is None:
            return None
        a, b = self._fold(left, scope, fuel - 1), self._fold(right, scope, fuel - 1)
        return arithmetic(sign.type, a, b) if a is not None and b is not None else None

    def _call(self, node: Node, scope: _Scope, fuel: int) -> Value | None:
        function = node.child_by_field_name("function")
        arguments = [part for part in _arguments(node) if not part.type.endswith("comment")]
        if function is None:
            return None
        if function.type == "field_expression":
            return self._method(function, arguments, scope, fuel)
        path = path_of(function, scope.names.reading.grove.code)
        if path is None:
            return None
        found = scope.names.look_up(path, scope.chain)
        name = found.path if found is not None else "::".join(path)
        if path[-1] == "Some" and len(arguments) == 1:
            return self._fold(arguments[0], scope, fuel - 1)
        if _NOW.search(name):
            return Value("moment", 0)
        if (most := largest(name)) is not None:
            return most
        name = self._unaliased(found) or name
        owner, _, method = name.rpartition("::")
        if found is not None and found.item is not None:
            return self._function(found, arguments, scope, fuel)
        if method == "new" and owner.rpartition("::")[2] in _LAZY and len(arguments) == 1:
            body = arguments[0].child_by_field_name("body")
            return self._fold(body, scope, fuel - 1) if body is not None else None
        if method in {"min", "max"} and owner in {"std::cmp", "core::cmp"} and len(arguments) == 2:
            one, other = (self._fold(argument, scope, fuel - 1) for argument in arguments)
            return extreme(method, one, other) if one is not None and other is not None else None
        if not _DURATION.search(owner):
            if method in {"from", "try_from"} and owner in _PRIMITIVES and len(arguments) == 1:
                return self._fold(arguments[0], scope, fuel - 1)
            return None
        values = [self._fold(argument, scope, fuel - 1) for argument in arguments]
        return duration(method, values)

    def _method(self, function: Node, arguments: list[Node], scope: _Scope, fuel: int) -> Value | None:
        receiver, field = function.child_by_field_name("value"), function.child_by_field_name("field")
        if receiver is None or field is None:
            return None
        name = _text(field, scope)
        if name == "get_or_init" and len(arguments) == 1:  # a cell that is set nowhere else
            body = arguments[0].child_by_field_name("body")
            cell = re.escape(_text(receiver, scope).encode())
            if body is None or re.search(rb"\b%s\s*\.\s*set\s*\(" % cell, scope.names.reading.grove.code):
                return None
            return self._fold(body, scope, fuel - 1)
        value = self._fold(receiver, scope, fuel - 1)
        if value is None:
            return None
        if not arguments and name in {"into", "clone", "to_owned", "unwrap", "try_into", "deref", "into_std", "to_std"}:
            return value
        if name in {"unwrap", "expect", "unwrap_or_default"}:
            return value
        if not arguments:
            return conversion(name, value)
        other = self._fold(arguments[0], scope, fuel - 1)
        if other is None or len(arguments) != 1:
            return None
        for prefix in ("saturating_", "checked_", "wrapping_"):
            name = name.removeprefix(prefix)
        sign = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mul_f32": "*", "mul_f64": "*", "div_f64": "/"}
        sign["div_f32"] = "/"
        if name in {"min", "max"}:
            return extreme(name, value, other)
        if name == "pow":
            return power(value, other)
        return arithmetic(sign[name], value, other) if name in sign else None

    def _field(self, node: Node, scope: _Scope, fuel: int) -> Value | None:
        """A field of a struct that is written out where its name is bound: `LIMITS.most`."""
        owner, field = node.child_by_field_name("value"), node.child_by_field_name("field")
        path = path_of(owner, scope.names.reading.grove.code) if owner is not None else None
        if owner is None or field is None or path is None or owner.type == "self":
            return None
        written, there = self._written(path, owner, scope)
        body = (
            written.child_by_field_name("body") if written is not None and written.type == "struct_expression" else None
        )
        for part in body.named_children if body is not None else ():
            name, value = part.child_by_field_name("field"), part.child_by_field_name("value")
            if name is not None and value is not None and _text(name, there) == _text(field, scope):
                return self._fold(value, there, fuel - 1)
        return None

    def _written(self, path: tuple[str, ...], use: Node, scope: _Scope) -> tuple[Node | None, _Scope]:
        """The expression that a name is bound to, unless it can change, and where it stands."""
        code = scope.names.reading.grove.code
        for index in range(len(scope.chain) - 1, 0, -1):
            if len(path) == 1 and scope.chain[index].type in {"block", "source_file"}:
                let = last_let(scope.chain[index], path[0], use.start_byte, code)
                if let is not None:
                    fixed = not any(child.type == "mutable_specifier" for child in let.children)
                    return let.child_by_field_name("value") if fixed else None, scope
            if scope.chain[index].type == "function_item":
                break
        found = scope.names.look_up(path, scope.chain)
        if found is None or found.item is None or found.place is None or found.item.kind not in {"const", "static"}:
            return None, scope
        node, chain, names = self._definition(found.place, found.item)
        return node.child_by_field_name("value"), _Scope(names, chain, {})

    def _name(self, node: Node, scope: _Scope, fuel: int) -> Value | None:
        path = path_of(node, scope.names.reading.grove.code)
        if path is None:
            return None
        if len(path) == 1:
            if path[0] in scope.bound:
                return scope.bound[path[0]]
            bound, value = self._local(path[0], node, scope, fuel)
            if bound:
                return value
        found = scope.names.look_up(path, scope.chain)
        if found is not None and found.item is not None:
            return self._constant(found, scope, fuel)
        name = self._unaliased(found) or (found.path if found is not None else "::".join(path))
        if (most := largest(name)) is not None:
            return most
        if len(path) == 1 and path[0].isupper():
            return self._lazy_static(path[0], scope, fuel)
        owner, _, last = canonical(name).rpartition("::")
        if _DURATION.search(owner):
            return constant(last)
        return None

    def _lazy_static(self, name: str, scope: _Scope, fuel: int) -> Value | None:
        """What `lazy_static! { static ref NAME: Duration = ..; }` in the same file sets a name to."""
        grove = scope.names.reading.grove
        match = re.search(rb"\bstatic\s+ref\s+%s\s*:\s*[\w:]+\s*=\s*([^;{}]+?)\s*;" % name.encode(), grove.code)
        if match is None:
            return None
        chain = grove.chain(*match.span(1))
        if (chain[-1].start_byte, chain[-1].end_byte) != match.span(1):
            return None
        return self._fold(chain[-1], _Scope(scope.names, chain[:-1], {}), fuel - 1)

    def _local(self, name: str, use: Node, scope: _Scope, fuel: int) -> tuple[bool, Value | None]:
        """Whether a local binding explains a name, and its value if that is sure."""
        chain = scope.chain
        code = scope.names.reading.grove.code
        for index in range(len(chain) - 1, -1, -1):
            node = chain[index]
            if node.type in {"block", "source_file"} and index > 0:
                let = last_let(node, name, use.start_byte, code)
                if let is not None:
                    return True, self._let(let, name, chain[: index + 1], scope, fuel)
            elif node.type in _BINDERS:
                pattern = node.child_by_field_name(_BINDERS[node.type])
                if pattern is not None and binds(pattern, name, code):
                    return True, None
            elif node.type in {"if_expression", "while_expression"}:
                condition = node.child_by_field_name("condition")
                if condition is not None and b"let" in code[condition.start_byte : condition.end_byte]:
                    for let in [condition, *condition.named_children]:
                        pattern = let.child_by_field_name("pattern") if let.type == "let_condition" else None
                        if pattern is not None and binds(pattern, name, code):
                            return True, None
            elif node.type == "function_item":
                parameters = node.child_by_field_name("parameters")
                if parameters is not None and binds(parameters, name, code):
                    return True, None
                return False, None
        return False, None

    def _let(self, let: Node, name: str, chain: tuple[Node, ...], scope: _Scope, fuel: int) -> Value | None:
        value, pattern = let.child_by_field_name("value"), let.child_by_field_name("pattern")
        code = scope.names.reading.grove.code
        if value is None or pattern is None:
            return None
        if pattern.type not in {"identifier", "mut_pattern"}:
            return self._part(pattern, value, name, chain, scope, fuel)
        mutable = any(child.type == "mutable_specifier" for child in let.children)
        if mutable or pattern.type == "mut_pattern":
            around = chain[-1]
            text = code[let.end_byte : around.end_byte]
            word = re.escape(name.encode())
            if re.search(rb"(?<![\w.])%s\s*(?:[-+*/]?=(?!=))|&mut\s+%s\b" % (word, word), text):
                return None
        key = (id(scope.names), let.start_byte)
        if scope.bound:
            return self._fold(value, _Scope(scope.names, (*chain, let), scope.bound), fuel - 1)
        if key not in self._folded:
            self._folded[key] = None
            self._folded[key] = self._fold(value, _Scope(scope.names, (*chain, let), {}), fuel - 1)
        return self._folded[key]

    def _part(
        self, pattern: Node, value: Node, name: str, chain: tuple[Node, ...], scope: _Scope, fuel: int
    ) -> Value | None:
        """The part of `let (a, b) = (x, y)` that `name` is bound to."""
        if pattern.type != "tuple_pattern" or value.type != "tuple_expression":
            return None
        names = [_text(part, scope) for part in pattern.named_children]
        if name not in names or len(names) != len(value.named_children):
            return None
        part = value.named_children[names.index(name)]
        return self._fold(part, _Scope(scope.names, chain, scope.bound), fuel - 1)

    def _constant(self, found: Found, scope: _Scope, fuel: int) -> Value | None:
        item = found.item
        if item is None or found.place is None or item.kind not in {"const", "static"} or item.ambiguous:
            return None
        key = (found.place.name, item.start)
        if key not in self._folded:
            self._folded[key] = None
            node, chain, names = self._definition(found.place, item)
            value = node.child_by_field_name("value")
            if value is not None and not any(child.type == "mutable_specifier" for child in node.children):
                self._folded[key] = self._fold(value, _Scope(names, chain, {}), fuel - 1)
        return self._folded[key]

    def _function(self, found: Found, arguments: Sequence[Node], scope: _Scope, fuel: int) -> Value | None:
        """A function whose body is one expression, folded with its arguments."""
        item, place = found.item, found.place
        if item is None or place is None or item.kind != "fn" or item.ambiguous:
            return None
        node, chain, names = self._definition(place, item)
        body, parameters = node.child_by_field_name("body"), node.child_by_field_name("parameters")
        if body is None or parameters is None or fuel < 8:
            return None
        names_of = [_text_of(part, names) for part in parameter_names(parameters)]
        if len(names_of) != len(arguments):
            return None
        values = [self._fold(argument, scope, fuel - 1) for argument in arguments]
        bound = dict(zip(names_of, values, strict=True))
        return self._fold(body, _Scope(names, (*chain, body), bound), fuel // 2)

    def _unaliased(self, found: Found | None) -> str:
        """The path of a member of a type that is only another's name: `type Span = std::time::Duration;`."""
        member = ""
        for _ in range(4):
            if found is None or found.place is None:
                return ""
            if found.owner is not None:
                items, owner = found.place.scope.items, found.owner
                member = found.path.rpartition("::")[2]
                item = items.get(owner)
            else:
                item = found.item
            if item is None or item.kind != "type":
                return ""
            node, chain, names = self._definition(found.place, item)
            kind = node.child_by_field_name("type") if node.type == "type_item" else None
            path = path_of(kind, names.reading.grove.code) if kind is not None else None
            found = names.look_up(path, chain) if path is not None else None
            if found is not None and found.external:
                return f"{found.path}::{member}"
        return ""

    def _definition(self, place: Place, item: Item) -> tuple[Node, tuple[Node, ...], FileNames]:
        names = self.names(place.reading)
        chain = place.reading.grove.chain(item.start, item.end)
        return chain[-1], chain, names


_LAZY = frozenset({"LazyLock", "LazyCell", "Lazy"})
"""Types whose value is that of the closure they are made with."""
_PRIMITIVES = frozenset({"u8", "u16", "u32", "u64", "u128", "usize", "i32", "i64", "f32", "f64"})


def _arguments(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    return arguments.named_children if arguments is not None else []


def _first(node: Node) -> Node | None:
    for child in node.named_children:
        if not child.type.endswith("comment") and child.type != "mutable_specifier":
            return child
    return None


def _text(node: Node, scope: _Scope) -> str:
    return scope.names.reading.grove.text(node)


def _text_of(node: Node, names: FileNames) -> str:
    return names.reading.grove.text(node)
