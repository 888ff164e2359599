"""Which names a scope binds, and by what."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python.tree import COMPREHENSIONS, first_of, text_of
from sleeplint.records import dataclass, field

BindingKind = Literal[
    "import", "from", "function", "class", "value", "element", "entered", "rest", "parameter", "other"
]
_ASSIGNMENTS = frozenset({"assignment", "augmented_assignment", "named_expression"})
_BINDERS = frozenset(
    {
        "expression_statement", "import_statement", "import_from_statement", "function_definition", "class_definition",
        "decorated_definition", "if_statement", "while_statement", "elif_clause", "for_statement", "with_statement",
        "try_statement", "match_statement", "finally_clause", "except_clause", "except_group_clause", "else_clause",
        "case_clause", "block", "ERROR", "global_statement",
    }
)  # fmt: skip
"""Statements and clauses that bind names, or hold others that do."""
SCOPES = frozenset({"module", "class_definition", "function_definition", "lambda", *COMPREHENSIONS})


@dataclass(slots=True)
class Binding:
    """One place that gives a name its meaning. Scopes have many, and what is not frozen is made twice as fast."""

    kind: BindingKind
    node: Node
    """The definition, or the expression from which the value comes."""
    start: int
    """From here on it holds."""
    block: tuple[int, int]
    """The innermost conditional block around it, or its whole scope: where it surely holds."""
    path: str = ""
    """Of an import: the dotted path, relative dots included."""
    index: int | None = None
    """Its position when a tuple is unpacked."""
    inner: tuple[int, ...] = ()
    """Further positions, when tuples in it are unpacked too."""
    annotation: Node | None = None

    def surely_holds(self, at: int) -> bool:
        """Whether it was run whenever the place at `at` is, as far as blocks tell."""
        return self.start <= at and self.block[0] <= at < self.block[1]


@dataclass(slots=True)
class Table:
    """The bindings of one scope, by name, in order of position."""

    scope: Node
    names: dict[str, list[Binding]] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)
    """Declared `global`."""
    stars: list[Binding] = field(default_factory=list)
    """`from x import *`."""

    def add(self, name: str, binding: Binding) -> None:
        """Note one more."""
        self.names.setdefault(name, []).append(binding)


def table_of(scope: Node, code: bytes) -> Table:
    """Scan a scope's own statements, without entering the scopes inside it."""
    table = Table(scope)
    whole = (scope.start_byte, scope.end_byte)
    match scope.type:
        case "module":
            _Scan(table, code).statements(scope, whole)
        case "class_definition" | "function_definition":
            parameters, body = scope.child_by_field_name("parameters"), scope.child_by_field_name("body")
            if parameters is not None:
                _parameters(table, parameters, code, whole)
            if body is not None:
                _Scan(table, code).statements(body, whole)
        case "lambda":
            parameters = scope.child_by_field_name("parameters")
            if parameters is not None:
                _parameters(table, parameters, code, whole)
        case _:
            for clause in scope.named_children:
                if clause.type == "for_in_clause":
                    left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
                    if left is not None and right is not None:
                        scan = _Scan(table, code)
                        scan.target(left, "element", right, scope.start_byte, whole)
    for bindings in table.names.values():
        if len(bindings) > 1:
            bindings.sort(key=lambda binding: binding.start)
    return table


def _parameters(table: Table, parameters: Node, code: bytes, whole: tuple[int, int]) -> None:
    for parameter in parameters.named_children:
        name: Node | None = parameter
        if parameter.type in ("default_parameter", "typed_default_parameter"):
            name = parameter.child_by_field_name("name")
        elif parameter.type == "typed_parameter":
            name = first_of(parameter)
        if name is not None and name.type in ("list_splat_pattern", "dictionary_splat_pattern"):
            name = first_of(name)
        if name is not None and name.type == "identifier":
            annotation = parameter.child_by_field_name("type")
            binding = Binding("parameter", parameter, table.scope.start_byte, whole, annotation=annotation)
            table.add(text_of(name, code), binding)


class _Scan:
    """One pass over the statements of a scope, with a stack instead of recursion."""

    def __init__(self, table: Table, code: bytes) -> None:
        self.table = table
        self.code = code

    def statements(self, body: Node, whole: tuple[int, int]) -> None:
        stack = [(body, whole)]
        while stack:
            node, block = stack.pop()
            for child in node.named_children:
                kind = child.type
                if kind not in _BINDERS:
                    continue
                match kind:
                    case "expression_statement":
                        for part in child.named_children:
                            if part.type in _ASSIGNMENTS:
                                self.assignment(part, block)
                    case "import_statement" | "import_from_statement":
                        self.imports(child, block)
                    case "function_definition" | "class_definition" | "decorated_definition":
                        self.definition(child, block)
                    case "if_statement" | "while_statement" | "elif_clause":
                        condition = child.child_by_field_name("condition")
                        if condition is not None:
                            self.walrus(condition, block)
                        stack.append((child, (child.start_byte, child.end_byte)))
                    case "for_statement":
                        self.loop(child)
                        stack.append((child, (child.start_byte, child.end_byte)))
                    case "with_statement":
                        self.entered(child, block)
                        stack.append((child, block))
                    case "try_statement" | "match_statement" | "finally_clause":
                        stack.append((child, block))
                    case "except_clause" | "except_group_clause" | "else_clause" | "case_clause":
                        self.caught(child)
                        stack.append((child, (child.start_byte, child.end_byte)))
                    case "block":
                        # Each branch is its own block; a `with` body or the function's own is not.
                        own = node.type in ("if_statement", "elif_clause", "try_statement")
                        stack.append((child, (child.start_byte, child.end_byte) if own else block))
                    case "ERROR":
                        stack.append((child, block))
                    case "global_statement":
                        self.table.outer.update(text_of(name, self.code) for name in child.named_children)

    def assignment(self, node: Node, block: tuple[int, int]) -> None:
        start = node.end_byte
        if node.type == "augmented_assignment":
            left = node.child_by_field_name("left")
            if left is not None and left.type == "identifier":
                self.table.add(text_of(left, self.code), Binding("other", node, start, block))
            return
        if node.type == "named_expression":
            self.walrus(node, block)
            return
        lefts, annotation = [], None
        right: Node | None = node
        while right is not None and right.type == "assignment":
            left = right.child_by_field_name("left")
            if left is not None:
                lefts.append(left)
            annotation = right.child_by_field_name("type")
            right = right.child_by_field_name("right")
        for left in lefts:
            if right is not None:
                self.target(left, "value", right, start, block, annotation)
            elif annotation is not None and left.type == "identifier":
                binding = Binding("other", node, start, block, annotation=annotation)
                self.table.add(text_of(left, self.code), binding)

    def target(
        self,
        left: Node,
        kind: BindingKind,
        value: Node,
        start: int,
        block: tuple[int, int],
        annotation: Node | None = None,
        places: tuple[int, ...] = (),
    ) -> None:
        """Bind what stands left of `=`, `as` or `in`; in an unpacking each name knows its position."""
        if left.type == "identifier":
            index = places[0] if places else None
            binding = Binding(kind, value, start, block, "", index, places[1:], annotation)
            self.table.add(text_of(left, self.code), binding)
            return
        if left.type not in ("pattern_list", "tuple_pattern", "list_pattern", "as_pattern_target", "tuple"):
            return
        parts = left.named_children
        alone = left.type == "as_pattern_target"
        same_length = value.named_children if value.type in ("expression_list", "tuple") else []
        for position, part in enumerate(parts):
            if alone:
                self.target(part, kind, value, start, block, annotation, places)
            elif kind == "value" and len(same_length) == len(parts) and not places:
                self.target(part, kind, same_length[position], start, block)
            elif part.type == "list_splat_pattern" and first_of(part) is not None:
                rest = Binding("rest", value, start, block, "", None, places)
                self.table.add(text_of(part.named_children[0], self.code), rest)
            else:
                self.target(part, kind, value, start, block, None, (*places, position))

    def walrus(self, node: Node, block: tuple[int, int]) -> None:
        stack = [node]
        while stack:
            part = stack.pop()
            if part.type == "named_expression":
                name, value = part.child_by_field_name("name"), part.child_by_field_name("value")
                if name is not None and value is not None:
                    self.target(name, "value", value, part.end_byte, block)
            elif part.type in ("parenthesized_expression", "comparison_operator", "not_operator", "boolean_operator"):
                stack.extend(part.named_children)

    def definition(self, node: Node, block: tuple[int, int]) -> None:
        inner = node.child_by_field_name("definition") if node.type == "decorated_definition" else node
        name = inner.child_by_field_name("name") if inner is not None else None
        if inner is not None and name is not None:
            kind: BindingKind = "class" if inner.type == "class_definition" else "function"
            self.table.add(text_of(name, self.code), Binding(kind, inner, node.start_byte, block))

    def loop(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            self.target(left, "element", right, left.end_byte, (node.start_byte, node.end_byte))

    def entered(self, node: Node, block: tuple[int, int]) -> None:
        for clause in node.named_children:
            for item in clause.named_children if clause.type == "with_clause" else ():
                value = item.child_by_field_name("value")
                if value is not None and value.type == "as_pattern":
                    alias, expression = value.child_by_field_name("alias"), first_of(value)
                    if alias is not None and expression is not None:
                        self.target(alias, "entered", expression, value.end_byte, block)

    def caught(self, node: Node) -> None:
        for child in node.named_children:
            alias = child.child_by_field_name("alias") if child.type == "as_pattern" else None
            if alias is not None:
                self.target(alias, "other", child, child.end_byte, (node.start_byte, node.end_byte))

    def imports(self, node: Node, block: tuple[int, int]) -> None:
        base = ""
        if node.type == "import_from_statement":
            module = node.child_by_field_name("module_name")
            if module is None:
                return
            base = "".join(text_of(module, self.code).split())
        for name in node.children_by_field_name("name"):
            alias: Node | None = None
            if name.type == "aliased_import":
                alias = name.child_by_field_name("alias")
                original = name.child_by_field_name("name")
                if original is None:
                    continue
                name = original
            dotted = "".join(text_of(name, self.code).split())
            if base:
                path = base + dotted if base.endswith(".") else f"{base}.{dotted}"
                known_as = text_of(alias, self.code) if alias is not None else dotted
                self.table.add(known_as, Binding("from", node, node.start_byte, block, path))
            elif alias is not None:
                self.table.add(text_of(alias, self.code), Binding("import", node, node.start_byte, block, dotted))
            else:
                first = dotted.split(".")[0]
                self.table.add(first, Binding("import", node, node.start_byte, block, first))
        if base and any(child.type == "wildcard_import" for child in node.named_children):
            self.table.stars.append(Binding("from", node, node.start_byte, block, base))
