"""What an expression stands for: imports, re-exports, rebindings and the types of receivers."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.languages.python.annotations import annotated
from sleeplint.languages.python.attributes import given_to
from sleeplint.languages.python.bindings import Binding
from sleeplint.languages.python.branches import says
from sleeplint.languages.python.containers import EMPTY, each_of, filled, pairs_of
from sleeplint.languages.python.handed import parameter
from sleeplint.languages.python.library import canonical
from sleeplint.languages.python.literals import element_of, key_of
from sleeplint.languages.python.made import called
from sleeplint.languages.python.meanings import UNKNOWN, Meaning, agreed, one_of, part_of, several_of, tuple_of
from sleeplint.languages.python.members import (
    MAX_STEPS,
    awaited,
    entered,
    exported,
    given_meaning,
    imported,
    is_catalogued,
    item_of,
    member,
    result_of,
)
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.returned import returned
from sleeplint.languages.python.tree import Chain, arguments_of, bare, first_of, is_async
from sleeplint.records import replace
from sleeplint.regexes import regex

MAX_ITEMS = 6
"""Elements of a literal that are looked at."""

_NARROWED = regex(rb"isinstance(?<!\wisinstance)\(\s*([^\s,()]+)\s*,\s*([\w.]+)\s*\)")
_DECLARED = regex(rb"global(?<!\wglobal)\b[^\n#]*")
_WELL_KNOWN = frozenset({"open", "print", "range", "len", "__import__", "time", "asyncio", "trio", "anyio", "gevent"})
"""Builtins, and modules whose name nothing in sight binds: it comes from elsewhere, and means what it says."""
_NAMESPACES = frozenset({"types.SimpleNamespace", "argparse.Namespace"})
"""Classes whose instances have the attributes that are given to them."""
_OPERATORS = {"|": "__or__", "&": "__and__", "+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__",
              ">>": "__rshift__", "<<": "__lshift__", "@": "__matmul__"}  # fmt: skip


class Names:
    """Resolves the expressions of one file."""

    def __init__(self, module: Module, derived: tuple[Node, Meaning] | None = None) -> None:
        self.module = module
        self.derived = derived
        """A class, and what its methods are called on if that is of a class derived from it."""
        self.results: dict[int, Meaning] = {}
        """What calling functions gives, by where they begin."""
        self._declared: list[tuple[int, int]] | None = None
        self._busy: set[tuple[int, int]] = set()
        self._memory: dict[tuple[int, int], Meaning] = {}

    def resolve(self, node: Node) -> str | None:
        """The canonical path of an identifier or attribute node, such as `asyncio.create_task`."""
        if node.type not in ("identifier", "attribute"):
            return None
        meaning = self.meaning(node)
        if meaning.kind in ("external", "function", "class"):
            return canonical(meaning.path)
        return "".join(self.module.text(node).split())

    def meaning(self, node: Node, steps: int = 0) -> Meaning:
        """What an expression of this file stands for."""
        node = bare(node)
        key = (node.start_byte, node.end_byte)
        if key in self._memory:
            return self._memory[key]
        if key in self._busy or steps > MAX_STEPS:
            return UNKNOWN
        self._busy.add(key)
        try:
            found = self._meaning(node, steps + 1)
        finally:
            self._busy.discard(key)
        # What was cut short by a limit or a cycle is not remembered, unless that was far off.
        if found.is_known or not self._busy or steps <= MAX_STEPS // 2:
            self._memory[key] = found
        return found

    def _meaning(self, node: Node, steps: int) -> Meaning:
        match node.type:
            case "identifier":
                return self.named(self.module.text(node), self.module.chain(node), node.start_byte, steps)
            case "attribute":
                owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
                if owner is None or name is None:
                    return UNKNOWN
                return self._attribute(owner, self.module.text(name), steps)
            case "call":
                return called(self, node, steps)
            case "named_expression":
                inner = node.child_by_field_name("value")
                return self.meaning(inner, steps) if inner is not None else UNKNOWN
            case "await":
                inner = first_of(node)
                return self.awaited(inner, steps) if inner is not None else UNKNOWN
            case "boolean_operator":
                return self._first(node.named_children, steps)
            case "conditional_expression":
                return self._first(self._outcomes(node), steps)
            case "tuple" | "expression_list":
                return tuple_of(*(self.meaning(item, steps) for item in node.named_children[:MAX_ITEMS]))
            case "list" | "set":
                return several_of(agreed(self.meaning(item, steps) for item in node.named_children[:MAX_ITEMS]))
            case "list_comprehension" | "set_comprehension" | "generator_expression":
                body = node.child_by_field_name("body")
                return several_of(self.meaning(body, steps)) if body is not None else UNKNOWN
            case "dictionary":
                return pairs_of(self, node, steps, MAX_ITEMS)
            case "dictionary_comprehension":
                body = node.child_by_field_name("body")
                return pairs_of(self, node, steps, 1) if body is not None else UNKNOWN
            case "subscript":
                return self._subscript(node, steps)
            case "binary_operator":
                return self._operation(node, steps)
            case "lambda":
                return Meaning("function", ".".join([*self.module.prefix, "lambda"]), self.module, node)
            case "yield":
                inner = first_of(node)
                return self.meaning(inner, steps) if inner is not None else UNKNOWN
        return UNKNOWN

    def _attribute(self, owner: Node, name: str, steps: int) -> Meaning:
        """What `owner.name` stands for: by what its owner is, or by what is given to it here."""
        held = self.meaning(owner, steps)
        found = member(held, name, steps)
        if owner.type != "identifier" or not (found.kind == "unknown" or held.path in _NAMESPACES):
            return found
        label, chain = self.module.text(owner), self.module.chain(owner)
        scope = next((node for node in reversed(chain) if node.type == "function_definition"), self.module.root)
        for given in given_to(self.module, scope, label, name):
            meaning = given_meaning(self, f"{label}.{name}", scope, given, steps)
            if meaning.is_known:
                return meaning
        if held.path in _NAMESPACES:
            candidates, _ = self.module.bindings(label, chain, owner.start_byte)
            made = candidates[0].node if candidates and candidates[0].kind == "value" else None
            value = arguments_of(made, self.module.code).keywords.get(name) if made is not None else None
            return self.meaning(value, steps) if value is not None else UNKNOWN
        return found

    def _subscript(self, node: Node, steps: int) -> Meaning:
        """What `[..]` gives: what a literal holds under that key or index, a part, or any element."""
        value, index = node.child_by_field_name("value"), node.child_by_field_name("subscript")
        if value is None:
            return UNKNOWN
        literal = element_of(node, self)
        if literal is not None:
            found = literal[1].meaning(literal[0], steps)
            if found.is_known:
                return found
        held = self.meaning(value, steps)
        if index is not None and index.type == "slice" and held.kind == "several":
            return several_of(one_of(held))
        key = key_of(index, self) if index is not None else None
        return item_of(held, key if isinstance(key, int) and key >= 0 else None, steps)

    def result(self, function: Node, steps: int = 0) -> Meaning:
        """What calling an expression gives, whatever it is called with."""
        return result_of(self.meaning(function, steps), steps)

    def _operation(self, node: Node, steps: int) -> Meaning:
        """What an operator gives that the class on its left defines: `first | second`."""
        left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
        method = _OPERATORS.get(self.module.text(operator)) if operator is not None else None
        if left is None or method is None:
            return UNKNOWN
        owner, other = self.meaning(left, steps), node.child_by_field_name("right")
        if owner.kind == "unknown" and other is not None:
            owner = self.meaning(other, steps)
            return owner if owner.kind in ("several", "mapping") else UNKNOWN
        if owner.kind in ("several", "mapping"):
            return owner
        return result_of(member(owner, method, steps), steps) if owner.node is not None else UNKNOWN

    def _outcomes(self, choice: Node) -> list[Node]:
        """What `one if condition else other` may come to."""
        parts = [part for part in choice.named_children if part.type != "comment"]
        if len(parts) != 3:  # broken text
            return parts
        one, condition, *other = parts
        said = says(self.module, condition)
        return [one] if said else other if said is False else [one, *other]

    def _first(self, nodes: list[Node], steps: int) -> Meaning:
        for node in nodes:
            found = self.meaning(node, steps)
            if found.is_known:
                return found
        return UNKNOWN

    def named(self, name: str, chain: Chain, at: int, steps: int = 0) -> Meaning:
        """What a name stands for at a place."""
        candidates, sure = self.module.bindings(name, chain, at)
        likeliest = UNKNOWN
        for binding in candidates[:1] if sure else candidates:
            found = self.bound(name, binding, chain, steps)
            if found.is_known and (sure or (found.kind == "external" and is_catalogued(found.path))):
                return found
            likeliest = likeliest if likeliest.is_known else found
        if (
            candidates
            and not likeliest.is_known
            and any(c in self.module.globals.names.get(name, ()) for c in candidates)
        ):
            likeliest = self._set_elsewhere(name, steps)
        if candidates and not likeliest.is_known:
            likeliest = self._narrowed(name, chain, at, steps)
        if candidates:
            return likeliest
        for star in self.module.globals.stars:
            target = self.module.module_at(star.path)
            if target is not None:
                found = exported(target, name, steps)
                if found.is_known:
                    return found
            elif not star.path.startswith("."):
                path = f"{star.path}.{name}"
                if is_catalogued(path):
                    return Meaning("external", path)
        if name in _WELL_KNOWN:
            return Meaning("external", name)
        return UNKNOWN

    def _narrowed(self, name: str, chain: Chain, at: int, steps: int) -> Meaning:
        """What `isinstance(name, ..)`, before a place in the same function, says that a name is."""
        scope = next((node for node in reversed(chain) if node.type == "function_definition"), None)
        if scope is None:
            return UNKNOWN
        found = UNKNOWN
        for match in _NARROWED.finditer(self.module.code, scope.start_byte, at):
            if match[1] == name.encode():
                kind = self.module.root.descendant_for_byte_range(match.start(2), match.end(2))
                found = self.annotated(kind, steps) if kind is not None else UNKNOWN
        return found

    def _set_elsewhere(self, name: str, steps: int) -> Meaning:
        """What functions that declare a name `global` give to it, when all that is known of it is the same."""
        agreed = UNKNOWN
        if self._declared is None:
            self._declared = [match.span() for match in _DECLARED.finditer(self.module.code)]
        for start, end in self._declared:
            *_, at = (-1, *occurrences(self.module.code, name.encode(), start, end))
            if at < 0:
                continue
            word = self.module.root.descendant_for_byte_range(at, at + len(name.encode()))
            chain = self.module.chain(word) if word is not None else ()
            function = next((node for node in reversed(chain) if node.type == "function_definition"), None)
            if function is None or not any(node.type == "global_statement" for node in chain):
                continue
            for binding in self.module.table(function).names.get(name, ()):
                found = self.bound(name, binding, (*chain[: chain.index(function) + 1],), steps + 1)
                if found.is_known and agreed.is_known and (found.kind, found.path) != (agreed.kind, agreed.path):
                    return UNKNOWN
                agreed = found if found.is_known else agreed
        return agreed

    def annotated(self, annotation: Node, steps: int = 0) -> Meaning:
        """What is of the type that an annotation names."""
        return annotated(self, annotation, steps)

    def returned(self, function: Node, steps: int = 0) -> Meaning:
        """What calling a function of this file gives."""
        return returned(self, function, steps)

    def bound(self, name: str, binding: Binding, chain: Chain, steps: int) -> Meaning:
        """What one binding of a name gives to it."""
        match binding.kind:
            case "import":
                return Meaning("external", binding.path, self.module)
            case "from":
                return imported(self.module, binding.path, steps)
            case "function" | "class" as kind:
                path = ".".join([*self.module.prefix, *self.qualifier(binding.node), name])
                return Meaning(kind, path, self.module, binding.node)
            case "parameter":
                return parameter(self, name, binding, steps)
            case "element":
                return _at(each_of(self, binding.node, steps), binding)
            case "rest":
                return several_of(one_of(_at(self.meaning(binding.node, steps), binding)))
            case "value" | "entered":
                if binding.annotation is not None:
                    declared = self.annotated(binding.annotation, steps)
                    if declared.is_known:
                        return declared
                found = self.meaning(binding.node, steps)
                if binding.node.type == "lambda":
                    return replace(found, path=".".join([*self.module.prefix, name]))
                if binding.kind == "entered":
                    found = entered(found, steps)
                if not found.is_known and binding.node.type in EMPTY and binding.index is None:
                    return filled(self, name, binding.node, steps)
                return _at(found, binding)
        return self.annotated(binding.annotation, steps) if binding.annotation is not None else UNKNOWN

    def qualifier(self, definition: Node) -> list[str]:
        """The classes and functions in which a definition stands."""
        names = []
        for node in self.module.chain(definition):
            if node.type in ("class_definition", "function_definition"):
                name = node.child_by_field_name("name")
                if name is not None:
                    names.append(self.module.text(name))
        return names

    def awaited(self, node: Node, steps: int) -> Meaning:
        """What awaiting an expression gives: a coroutine function's call is taken for its result already."""
        meaning = self.meaning(node, steps)
        function = node.child_by_field_name("function") if node.type == "call" else None
        called = self.meaning(function, steps) if function is not None else UNKNOWN
        if called.kind == "function" and called.node is not None and is_async(called.node):
            return meaning
        return awaited(meaning, steps)


def _at(meaning: Meaning, binding: Binding) -> Meaning:
    """What a name gets that takes a part of it."""
    for place in (*((binding.index,) if binding.index is not None else ()), *binding.inner):
        meaning = part_of(meaning, place)
    return meaning
