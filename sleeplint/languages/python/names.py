"""What an expression stands for: imports, re-exports, rebindings and the types of receivers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python.attributes import assigned_to_self
from sleeplint.languages.python.bindings import Binding, Table
from sleeplint.languages.python.decorators import is_fixture, is_property, is_static, mocks_given
from sleeplint.languages.python.handed import handed
from sleeplint.languages.python.imports import above
from sleeplint.languages.python.library import ATTRIBUTES, FIXTURES, PAIRS, PARENTS, canonical, is_module, returned_by
from sleeplint.languages.python.meanings import UNKNOWN, Meaning, one_of, several_of
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.tree import (
    FUNCTIONS,
    Chain,
    arguments_of,
    bare,
    decorators_of,
    descend,
    first_of,
    is_async,
    owner_of,
    string_of,
)
from sleeplint.records import replace

MAX_STEPS = 24
"""How far one name is followed through assignments, calls and files."""
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
_RESULT = re.compile(rb"(?<!\w)(?:return|yield)(?!\w)")
_FUTURES = frozenset({"asyncio.Task", "asyncio.Future"})
_DOCUMENTED = re.compile(rb"(?::(?:returns?|rtype):|\bReturns?\b:?)[^:`]{0,60}:(?:py:)?class:`[~!]?([\w.]+)`")
_OPERATORS = {"|": "__or__", "&": "__and__", "+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__",
              ">>": "__rshift__", "<<": "__lshift__", "@": "__matmul__"}  # fmt: skip
_WRAPPED_TYPES = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Union", "Awaitable", "Coroutine"})
_SEQUENCES = frozenset(
    {"List", "list", "Sequence", "Iterable", "Iterator", "Generator", "AsyncGenerator", "AsyncIterator", "Tuple",
     "tuple", "Set", "set", "deque", "ContextManager"}
)  # fmt: skip


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
                return _item(self.meaning(value, steps), steps) if value is not None else UNKNOWN
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
            found = self._bound(name, binding, chain, steps)
            if found.is_known and (sure or (found.kind == "external" and _catalogued(found.path))):
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
                if _catalogued(path):
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
                found = self._bound(name, binding, (*chain[: chain.index(function) + 1],), steps + 1)
                if found.is_known and agreed.is_known and (found.kind, found.path) != (agreed.kind, agreed.path):
                    return UNKNOWN
                agreed = found if found.is_known else agreed
        return agreed

    def _bound(self, name: str, binding: Binding, chain: Chain, steps: int) -> Meaning:
        match binding.kind:
            case "import":
                return Meaning("external", binding.path, self.module)
            case "from":
                return imported(self.module, binding.path, steps)
            case "function" | "class":
                path = ".".join([*self.module.prefix, *self._qualifier(binding.node), name])
                kind: Literal["function", "class"] = "class" if binding.kind == "class" else "function"
                return Meaning(kind, path, self.module, binding.node)
            case "parameter":
                return self._parameter(name, binding, chain, steps)
            case "element":
                found = one_of(self.meaning(binding.node, steps))
                return found if found.is_known else self._appended(binding.node, steps)
            case "value" | "entered":
                if binding.annotation is not None:
                    declared = self.annotated(binding.annotation, steps)
                    if declared.is_known:
                        return declared
                found = self.meaning(binding.node, steps)
                if binding.kind == "entered":
                    found = _entered(found, steps)
                if binding.index is not None:
                    return one_of(found, binding.index)
                if not found.is_known and binding.node.type in ("list", "call"):
                    return self._appended_to(name, chain, binding.start, steps)
                return found
        return self.annotated(binding.annotation, steps) if binding.annotation is not None else UNKNOWN

    def _qualifier(self, definition: Node) -> list[str]:
        """The classes and functions in which a definition stands."""
        names = []
        for node in self.module.chain(definition):
            if node.type in ("class_definition", "function_definition"):
                name = node.child_by_field_name("name")
                if name is not None:
                    names.append(self.module.text(name))
        return names

    def _appended(self, container: Node, steps: int) -> Meaning:
        if container.type != "identifier":
            return UNKNOWN
        name = self.module.text(container)
        return self._appended_to(name, self.module.chain(container), container.start_byte, steps, single=True)

    def _appended_to(self, name: str, chain: Chain, at: int, steps: int, single: bool = False) -> Meaning:
        """The elements of a list that starts empty, by what is appended to it in the same function."""
        scope = next((n for n in reversed(chain) if n.type in ("function_definition", "module")), None)
        if scope is None:
            return UNKNOWN
        needle = name.encode() + b".append("
        where = self.module.code.find(needle, scope.start_byte, scope.end_byte)
        if where < 0:
            return UNKNOWN
        inside = self.module.root.descendant_for_byte_range(where + len(needle) - 1, where + len(needle))
        if inside is None or (inside.type != "argument_list" and (inside := _parent_list(self.module, inside)) is None):
            return UNKNOWN
        value = first_of(inside)
        found = self.meaning(value, steps) if value is not None else UNKNOWN
        return found if single or not found.is_known else several_of(found)

    def _parameter(self, name: str, binding: Binding, chain: Chain, steps: int) -> Meaning:
        """A parameter's type: its annotation, its class if it is `self`, or the fixture that it names."""
        if binding.annotation is not None:
            declared = self.annotated(binding.annotation, steps)
            if declared.is_known:
                return declared
        holders = self.module.chain(binding.node)
        position = next((i for i in range(len(holders) - 1, -1, -1) if holders[i].type == "function_definition"), None)
        if position is None:
            return UNKNOWN
        function = holders[position]
        owner = owner_of(holders[:position])
        parameters = function.child_by_field_name("parameters")
        first = first_of(parameters) if parameters is not None else None
        if owner is not None and owner.type == "class_definition" and first == binding.node:
            label = owner.child_by_field_name("name")
            if label is None or is_static(holders[position - 1], self.module):
                return UNKNOWN
            path = ".".join([*self.module.prefix, *self._qualifier(owner), self.module.text(label)])
            return Meaning("instance", path, self.module, owner)
        if self._is_given_mock(name, function, holders[position - 1], owner):
            return Meaning("instance", "unittest.mock.MagicMock")
        default = binding.node.child_by_field_name("value")
        if default is not None and default.type in ("identifier", "attribute"):
            usual = self.meaning(default, steps)
            if usual.kind == "class" or (usual.kind == "external" and usual.path.rpartition(".")[2][:1].isupper()):
                return usual
        found = self._fixture(name, function, steps)
        return found if found.is_known else handed(self, function, name, steps)

    def _is_given_mock(self, name: str, function: Node, holder: Node, owner: Node | None) -> bool:
        """Whether a parameter is what `@patch(..)` puts in a place."""
        given = mocks_given(holder, self.module)
        if not given:
            return False
        parameters = function.child_by_field_name("parameters")
        names = [self.module.text(part) for part in parameters.named_children] if parameters is not None else []
        if owner is not None and owner.type == "class_definition" and not is_static(holder, self.module):
            names = names[1:]
        return name in names[:given]

    def _fixture(self, name: str, user: Node, steps: int) -> Meaning:
        label = user.child_by_field_name("name")
        own_name = self.module.text(label) if label is not None else ""
        outer = holders[-1] if (holders := self.module.chain(user)) else None
        decorated = outer is not None and outer.type == "decorated_definition"
        if not own_name.startswith("test") and not (decorated and outer and is_fixture(outer, self.module)):
            return UNKNOWN
        for module, table in self._fixture_tables(user):
            for given in (*table.names.get(name, ()), *_named(name, module, table)):
                made = names_of(module)._bound(name, given, (table.scope,), steps) if given.node != user else UNKNOWN
                if made.kind != "function" or made.node is None or made.module is None:
                    continue
                holder = made.module.chain(made.node)
                if holder and holder[-1].type == "decorated_definition" and is_fixture(holder[-1], made.module):
                    return names_of(made.module).returned(made.node, steps)
        return Meaning("instance", FIXTURES[name]) if name in FIXTURES else UNKNOWN

    def _fixture_tables(self, user: Node) -> Iterator[tuple[Module, Table]]:
        """Where fixtures may stand, the nearest first: in a test's class, in its file, in the `conftest.py`s above."""
        owner = owner_of(self.module.chain(user))
        if owner is not None and owner.type == "class_definition":
            yield self.module, self.module.table(owner)
        yield from ((module, module.globals) for module in self._fixture_modules())

    def _fixture_modules(self) -> list[Module]:
        found = [self.module]
        place, project = self.module.place, self.module.project
        if place is None or project is None:
            return found
        for folder in above(project, os.path.dirname(place)):
            conftest = f"{folder}/conftest.py"
            module = self.module.sibling(conftest) if conftest != place else None
            if module is not None:
                found.append(module)
        return found

    def _awaited(self, node: Node, steps: int) -> Meaning:
        """What awaiting an expression gives: a coroutine function's call is taken for its result already."""
        meaning = self.meaning(node, steps)
        function = node.child_by_field_name("function") if node.type == "call" else None
        called = self.meaning(function, steps) if function is not None else UNKNOWN
        if called.kind == "function" and called.node is not None and is_async(called.node):
            return meaning
        return _awaited(meaning, steps)

    def _called(self, call: Node, steps: int) -> Meaning:
        function = call.child_by_field_name("function")
        if function is None:
            return UNKNOWN
        if function.type == "attribute" and self.module.text(function).endswith(".__await__"):
            awaited = function.child_by_field_name("object")
            return self._awaited(awaited, steps) if awaited is not None else UNKNOWN
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

    def returned(self, function: Node, steps: int) -> Meaning:
        """What calling a function of this file gives: by its annotation, or what it returns or yields."""
        if steps > MAX_STEPS:
            return UNKNOWN
        key = ("returned", function.start_byte)
        known = self.module.memory.get(key)
        if isinstance(known, Meaning):
            return known
        found = self._returned(function, steps)
        if found.is_known or steps <= MAX_STEPS // 2:
            self.module.memory[key] = found
        return found

    def _returned(self, function: Node, steps: int) -> Meaning:
        annotation = function.child_by_field_name("return_type")
        if annotation is not None:
            declared = self.annotated(annotation, steps)
            if declared.is_known:
                yields = re.search(r"Generator|Iterator|Iterable", self.module.text(annotation))
                return one_of(declared) if yields and declared.kind == "several" else declared
        body = function.child_by_field_name("body")
        if body is None:
            return UNKNOWN
        for match in _RESULT.finditer(self.module.code, body.start_byte, body.end_byte):
            word = self.module.root.descendant_for_byte_range(match.start(), match.end())
            chain = self.module.chain(word) if word is not None else ()
            if not chain or chain[-1].type not in ("return_statement", "yield"):
                continue
            if next((n for n in reversed(chain) if n.type in FUNCTIONS), None) != function:
                continue
            value = first_of(chain[-1])
            found = self.meaning(value, steps + 1) if value is not None else UNKNOWN
            if found.is_known:
                return found
        return self._documented(body, steps)

    def _documented(self, body: Node, steps: int) -> Meaning:
        """The class that a docstring gives as the result: `:return: A :class:`~app.Client` instance`."""
        entry = _DOCUMENTED.search(self.module.code, body.start_byte, body.end_byte)
        if entry is None:
            return UNKNOWN
        dotted = entry[1].decode("utf-8", "replace")
        found = imported(self.module, dotted, steps + 1)
        if found.kind != "class":  # its own module, spelled out or not
            found = exported(self.module, dotted.rpartition(".")[2], steps + 1)
        if found.kind != "class":
            return UNKNOWN
        # Readers know a class by the name under which its package offers it.
        package, name = found.path.partition(".")[0], found.path.rpartition(".")[2]
        offered = imported(self.module, f"{package}.{name}", steps + 1)
        public = offered.kind == "class" and offered.node == found.node
        return replace(found, kind="instance", path=f"{package}.{name}" if public else found.path)

    def annotated(self, annotation: Node, steps: int) -> Meaning:
        """An instance of what an annotation names."""
        node = first_of(annotation) if annotation.type == "type" else annotation
        if node is None:
            return UNKNOWN
        match node.type:
            case "identifier" | "attribute":
                found = self.meaning(node, steps)
                if found.kind == "class" or (found.kind == "external" and found.path.rpartition(".")[2][:1].isupper()):
                    return replace(found, kind="instance", path=canonical(found.path))
            case "string":
                name = (string_of(node, self.module.code) or b"").decode("utf-8", "replace")
                head, _, rest = name.partition(".")
                found = self.named(head, self.module.chain(node), node.start_byte, steps)
                for part in rest.split(".") if rest else ():
                    found = member(found, part, steps)
                if found.kind in ("class", "external"):
                    return replace(found, kind="instance", path=canonical(found.path))
            case "binary_operator" | "union_type":
                for side in node.named_children:
                    found = self.annotated(side, steps)
                    if found.is_known:
                        return found
            case "generic_type" | "subscript":
                head_node = first_of(node)
                head = self.module.text(head_node).rpartition(".")[2] if head_node is not None else ""
                inner = [n for n in descend(node) if n.type in ("identifier", "attribute", "string")][1:]
                for name_in in inner if head in _WRAPPED_TYPES or head in _SEQUENCES else ():
                    found = self.annotated(name_in, steps)
                    if found.is_known:
                        return found if head in _WRAPPED_TYPES else several_of(found)
        return UNKNOWN


def _named(name: str, module: Module, table: Table) -> Iterator[Binding]:
    """Fixtures that go by another name than their function's: `@pytest.fixture(name="client")`."""
    pattern = re.compile(rb"fixture\([^()]*\bname\s*=\s*[\"']%s[\"']" % re.escape(name.encode()))
    if pattern.search(module.code) is None:
        return
    for bindings in table.names.values():
        for binding in bindings:
            holder = module.chain(binding.node)[-1] if binding.kind == "function" else None
            if holder is not None and pattern.search(module.code, holder.start_byte, binding.node.start_byte):
                yield binding


def names_of(module: Module) -> Names:
    """The resolver of a module, one for each."""
    known = module.memory.get("names")
    if isinstance(known, Names):
        return known
    names = Names(module)
    module.memory["names"] = names
    return names


def imported(module: Module, dotted: str, steps: int = 0) -> Meaning:
    """What `from a.b import c` gives for `a.b.c`, followed into the project's own files."""
    if steps > MAX_STEPS:
        return UNKNOWN
    owner, _, name = dotted.rpartition(".")
    if dotted.startswith(".") and not owner.strip("."):
        owner = "." * (len(dotted) - len(dotted.lstrip(".")))
    absolute = module.absolute(dotted)
    target = module.module_at(owner) if owner else None
    if target is not None:
        found = exported(target, name, steps + 1)
        if found.kind in ("function", "class", "instance"):
            return replace(found, path=absolute) if found.kind != "instance" else found
        if found.is_known:
            return found
    return Meaning("external", absolute, module)


def exported(module: Module, name: str, steps: int = 0) -> Meaning:
    """What a name of another module's top level stands for."""
    return names_of(module).named(name, (module.root,), module.root.end_byte, steps + 1)


def member(owner: Meaning, name: str, steps: int = 0) -> Meaning:
    """What `owner.name` stands for."""
    if steps > MAX_STEPS:
        return UNKNOWN
    if name == "__class__" and owner.kind == "instance" and owner.node is not None:
        return replace(owner, kind="class")
    match owner.kind:
        case "external":
            path = f"{owner.path}.{name}"
            if owner.module is not None and not _catalogued(path):
                return _followed(owner, name, steps)
            return Meaning("external", path, owner.module)
        case "function":
            made = _decorated(owner, steps)
            return member(made, name, steps + 1) if made.kind == "instance" else UNKNOWN
        case "instance" | "class":
            if owner.node is not None and owner.module is not None:
                return _of_class(owner, name, steps)
            if owner.kind == "instance":
                return _of_library_class(owner.path, name)
    return UNKNOWN


def _decorated(function: Meaning, steps: int) -> Meaning:
    """The object of a project's class that its decorator makes of a function; the outermost one decides."""
    assert function.module is not None
    assert function.node is not None
    chain = function.module.chain(function.node)
    if not chain or chain[-1].type != "decorated_definition":
        return UNKNOWN
    names = names_of(function.module)
    for decorator in decorators_of(chain[-1])[:1]:
        made = names.meaning(decorator, steps + 1)
        if made.kind == "instance":  # `@task(..)`, annotated with what it makes or with a decorator's class
            called = result_of(member(made, "__call__", steps + 1), steps + 1)
            return called if called.kind == "instance" else made
        made = result_of(made, steps + 1)
        if made.kind == "instance":
            return made
    return UNKNOWN


def _followed(owner: Meaning, name: str, steps: int) -> Meaning:
    """A member of a module of the project, or of what its path says."""
    assert owner.module is not None
    path = f"{owner.path}.{name}"
    target = owner.module.module_at(owner.path)
    if target is not None:
        found = exported(target, name, steps + 1)
        if found.kind in ("function", "class"):
            return replace(found, path=owner.module.absolute(path))
        if found.is_known:
            return found
    return Meaning("external", path, owner.module)


def _of_library_class(path: str, name: str) -> Meaning:
    path = canonical(path)
    while not _catalogued(f"{path}.{name}") and path in PARENTS:
        path = PARENTS[path]
    return Meaning("external", f"{path}.{name}")


def _of_class(owner: Meaning, name: str, steps: int) -> Meaning:
    """A method or attribute of one of the project's classes, its bases included."""
    assert owner.node is not None
    assert owner.module is not None
    module, names = owner.module, names_of(owner.module)
    for binding in reversed(module.table(owner.node).names.get(name, ())):
        if binding.kind == "function":
            if is_property(binding.node, module):
                return names.returned(binding.node, steps + 1)
            return Meaning("function", f"{owner.path}.{name}", module, binding.node)
        found = names._bound(name, binding, module.chain(owner.node), steps + 1)
        if found.is_known:
            return found
    for value in assigned_to_self(module, owner.node, name):
        found = names.meaning(value, steps + 1)
        if found.kind == "several" and value.type == "call":
            found = one_of(found)  # it is unpacked: `self.mine, self.yours = Pipe()`
        if found.is_known:
            return found
    bases = owner.node.child_by_field_name("superclasses")
    for base in bases.named_children if bases is not None else ():
        if base.type not in ("identifier", "attribute"):
            continue
        meaning = names.meaning(base, steps + 1)
        if meaning.kind == "class":
            found = member(replace(meaning, kind="instance"), name, steps + 1)
        elif meaning.kind == "external":
            found = _of_library_class(meaning.path, name)
            if not _catalogued(found.path):
                path = f"{canonical(meaning.path)}.{name}"
                found = Meaning("instance", ATTRIBUTES[path]) if path in ATTRIBUTES else UNKNOWN
        else:
            found = UNKNOWN
        if found.is_known:
            # A method keeps the name of the class through which it is reached.
            own = found.kind == "function"
            return replace(found, path=f"{owner.path}.{name}") if own else found
    return UNKNOWN


def result_of(meaning: Meaning, steps: int = 0) -> Meaning:
    """What calling it gives."""
    match meaning.kind:
        case "external":
            pair = PAIRS.get(canonical(meaning.path))
            if pair is not None:
                return Meaning("several", "", items=tuple(Meaning("instance", p) if p else UNKNOWN for p in pair))
            known = returned_by(meaning.path)
            if known is None:
                return UNKNOWN
            path, several = known
            if is_module(path):
                return Meaning("external", path)
            return Meaning("several" if several else "instance", path)
        case "class":
            return replace(meaning, kind="instance")
        case "function":
            assert meaning.module is not None
            assert meaning.node is not None
            return names_of(meaning.module).returned(meaning.node, steps + 1)
    return UNKNOWN


def _awaited(meaning: Meaning, steps: int) -> Meaning:
    """What `await` gives: a coroutine's result, which is what calling it is taken for; others say it themselves."""
    if meaning.kind != "instance":
        return meaning
    if meaning.node is None:
        return UNKNOWN if meaning.path in _FUTURES else meaning
    method = member(meaning, "__await__", steps + 1)
    return result_of(method, steps + 1) if method.kind == "function" else meaning


def _item(meaning: Meaning, steps: int) -> Meaning:
    """What `[..]` gives: an element of a container, or what its class says."""
    if meaning.kind != "instance" or meaning.node is None:
        return one_of(meaning)
    method = member(meaning, "__getitem__", steps + 1)
    return result_of(method, steps + 1) if method.kind == "function" else UNKNOWN


def _entered(meaning: Meaning, steps: int) -> Meaning:
    """What `with` gives for a context manager: most give themselves."""
    if meaning.kind != "instance" or meaning.node is None:
        return meaning
    for name in ("__enter__", "__aenter__"):
        method = member(meaning, name, steps + 1)
        if method.kind == "function":
            return result_of(method, steps + 1)
    return meaning


def _catalogued(path: str) -> bool:
    from sleeplint.languages.python.catalogue import BY_PATH

    return canonical(path) in BY_PATH


def _parent_list(module: Module, node: Node) -> Node | None:
    return next((n for n in reversed(module.chain(node)) if n.type == "argument_list"), None)
