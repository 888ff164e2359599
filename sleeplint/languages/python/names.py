"""What an expression stands for: imports, re-exports, rebindings and the types of receivers."""

from __future__ import annotations

import re
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python.annotations import annotated
from sleeplint.languages.python.bindings import Binding
from sleeplint.languages.python.containers import appended, appended_to
from sleeplint.languages.python.handed import parameter
from sleeplint.languages.python.library import canonical
from sleeplint.languages.python.meanings import UNKNOWN, Meaning, one_of, several_of
from sleeplint.languages.python.members import (
    MAX_STEPS,
    awaited,
    entered,
    exported,
    imported,
    is_catalogued,
    item_of,
    member,
    result_of,
)
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.returned import returned
from sleeplint.languages.python.tree import Chain, arguments_of, bare, first_of, is_async, string_of
from sleeplint.records import replace

MAX_ITEMS = 6
"""Elements of a literal that are looked at."""

_IMPORTERS = frozenset({"pytest.importorskip", "importlib.import_module", "__import__"})
_WELL_KNOWN = frozenset({"open", "print", "range", "len", "__import__", "time", "asyncio", "trio", "anyio", "gevent"})
"""Builtins, and modules whose name nothing in sight binds: it comes from elsewhere, and means what it says."""
_PARTIALS = frozenset({"functools.partial", "partial"})
_TRANSPARENT = frozenset(
    {"contextlib.closing", "closing", "copy.copy", "weakref.proxy", "asyncio.run", "asyncio.wait_for",
     "asyncio.shield", "trio.run", "anyio.run", "asyncio.loop.run_until_complete"}
)  # fmt: skip
"""Give what their first argument is, or what comes of it."""
_OPERATORS = {"|": "__or__", "&": "__and__", "+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__",
              ">>": "__rshift__", "<<": "__lshift__", "@": "__matmul__"}  # fmt: skip


class Names:
    """Resolves the expressions of one file."""

    def __init__(self, module: Module) -> None:
        self.module = module
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
                return member(self.meaning(owner, steps), self.module.text(name), steps)
            case "call":
                return self._called(node, steps)
            case "named_expression":
                inner = node.child_by_field_name("value")
                return self.meaning(inner, steps) if inner is not None else UNKNOWN
            case "await":
                inner = first_of(node)
                return self._awaited(inner, steps) if inner is not None else UNKNOWN
            case "conditional_expression" | "boolean_operator":
                return self._first(node.named_children, steps)
            case "tuple" | "expression_list":
                items = tuple(self.meaning(item, steps) for item in node.named_children[:MAX_ITEMS])
                return Meaning("several", "", items=items) if any(item.is_known for item in items) else UNKNOWN
            case "list" | "set":
                return several_of(self._first(node.named_children[:MAX_ITEMS], steps))
            case "list_comprehension" | "set_comprehension" | "generator_expression":
                body = node.child_by_field_name("body")
                return several_of(self.meaning(body, steps)) if body is not None else UNKNOWN
            case "subscript":
                value = node.child_by_field_name("value")
                return item_of(self.meaning(value, steps), steps) if value is not None else UNKNOWN
            case "binary_operator":
                return self._operation(node, steps)
            case "yield":
                inner = first_of(node)
                return self.meaning(inner, steps) if inner is not None else UNKNOWN
        return UNKNOWN

    def _operation(self, node: Node, steps: int) -> Meaning:
        """What an operator gives that the class on its left defines: `first | second`."""
        left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
        method = _OPERATORS.get(self.module.text(operator)) if operator is not None else None
        if left is None or method is None:
            return UNKNOWN
        owner = self.meaning(left, steps)
        return result_of(member(owner, method, steps), steps) if owner.node is not None else UNKNOWN

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
        for binding in candidates:
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

    def _set_elsewhere(self, name: str, steps: int) -> Meaning:
        """What functions that declare a name `global` give to it, when all that is known of it is the same."""
        agreed = UNKNOWN
        for match in re.finditer(rb"\bglobal\b[^\n#]*\b%s\b" % re.escape(name.encode()), self.module.code):
            word = self.module.root.descendant_for_byte_range(match.end() - 1, match.end())
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
            case "function" | "class":
                path = ".".join([*self.module.prefix, *self.qualifier(binding.node), name])
                kind: Literal["function", "class"] = "class" if binding.kind == "class" else "function"
                return Meaning(kind, path, self.module, binding.node)
            case "parameter":
                return parameter(self, name, binding, steps)
            case "element":
                found = one_of(self.meaning(binding.node, steps))
                return found if found.is_known else appended(self, binding.node, steps)
            case "value" | "entered":
                if binding.annotation is not None:
                    declared = annotated(self, binding.annotation, steps)
                    if declared.is_known:
                        return declared
                found = self.meaning(binding.node, steps)
                if binding.kind == "entered":
                    found = entered(found, steps)
                if binding.index is not None:
                    return one_of(found, binding.index)
                if not found.is_known and binding.node.type in ("list", "call"):
                    return appended_to(self, name, chain, binding.start, steps)
                return found
        return annotated(self, binding.annotation, steps) if binding.annotation is not None else UNKNOWN

    def qualifier(self, definition: Node) -> list[str]:
        """The classes and functions in which a definition stands."""
        names = []
        for node in self.module.chain(definition):
            if node.type in ("class_definition", "function_definition"):
                name = node.child_by_field_name("name")
                if name is not None:
                    names.append(self.module.text(name))
        return names

    def _awaited(self, node: Node, steps: int) -> Meaning:
        """What awaiting an expression gives: a coroutine function's call is taken for its result already."""
        meaning = self.meaning(node, steps)
        function = node.child_by_field_name("function") if node.type == "call" else None
        called = self.meaning(function, steps) if function is not None else UNKNOWN
        if called.kind == "function" and called.node is not None and is_async(called.node):
            return meaning
        return awaited(meaning, steps)

    def _called(self, call: Node, steps: int) -> Meaning:
        function = call.child_by_field_name("function")
        if function is None:
            return UNKNOWN
        if function.type == "attribute" and self.module.text(function).endswith(".__await__"):
            inner = function.child_by_field_name("object")
            return self._awaited(inner, steps) if inner is not None else UNKNOWN
        if function.type == "identifier" and self.module.text(function) == "super":
            return self._parent(call, steps)
        if function.type == "identifier" and self.module.text(function) == "type":
            given = arguments_of(call, self.module.code).positional
            kind = self.meaning(given[0], steps) if len(given) == 1 else UNKNOWN
            return replace(kind, kind="class") if kind.kind == "instance" and kind.node is not None else UNKNOWN
        meaning = self.meaning(function, steps)
        if meaning.kind == "external":
            arguments = None
            path = canonical(meaning.path)
            if path in _IMPORTERS or path in _PARTIALS or path in _TRANSPARENT:
                arguments = arguments_of(call, self.module.code)
            if arguments is not None and arguments.positional:
                first = arguments.positional[0]
                if path in _IMPORTERS:
                    dotted = string_of(first, self.module.code)
                    return Meaning("external", dotted.decode("utf-8", "replace"), self.module) if dotted else UNKNOWN
                if path in _TRANSPARENT:
                    return self.meaning(first, steps)
                return UNKNOWN
        elif meaning.kind == "unknown" and self.module.text(function).endswith("run_until_complete"):
            given = arguments_of(call, self.module.code).positional
            return self.meaning(given[0], steps) if given else UNKNOWN
        return result_of(meaning, steps)

    def _parent(self, call: Node, steps: int) -> Meaning:
        """What `super()` stands for: an instance of the first base that is known."""
        owner = next((n for n in reversed(self.module.chain(call)) if n.type == "class_definition"), None)
        bases = owner.child_by_field_name("superclasses") if owner is not None else None
        for base in bases.named_children if bases is not None else ():
            found = self.meaning(base, steps + 1) if base.type in ("identifier", "attribute") else UNKNOWN
            if found.kind in ("class", "external"):
                return replace(found, kind="instance", path=canonical(found.path))
        return UNKNOWN
