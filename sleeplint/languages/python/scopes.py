"""What is test code, and which test a place belongs to."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tree_sitter import Node

from sleeplint.facts import Milliseconds, Test
from sleeplint.languages.python.calls import argument_of
from sleeplint.languages.python.catalogue import BY_PATH
from sleeplint.languages.python.durations import as_milliseconds, fold
from sleeplint.languages.python.meanings import Meaning
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.suite import BY_RUNNER, suite_limit
from sleeplint.languages.python.tree import Chain, arguments_of, bases_of, decorators_of, descend, is_async
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.text import Span

_UNITTEST = regex(
    r"(?:unittest|twisted\.trial|tornado\.testing|django\.test|asynctest|aiounittest|aiohttp\.test_utils)\b.*TestCase|.*\bTestCase"
)
_UNTOLD_MS = {
    "distributed.utils_test.gen_cluster": 30_000,
    "distributed.utils_test.gen_test": 30_000,
    "tornado.testing.gen_test": 5_000,
}
"""How long a test may take whose decorator bounds it without being told."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the place of a wait says about it."""

    test: Test | None
    in_test: bool
    in_async: bool
    function: Node | None
    """The test function, or the outermost function around the place."""


class Tests:
    """The tests of one file."""

    def __init__(self, names: Names, in_test: bool) -> None:
        self.names = names
        self.module = names.module
        self.file_in_test = in_test
        self._by_function: dict[int, Test | None] = {}
        self._classes: dict[int, bool] = {}
        self._decorated_classes: dict[int, list[Node]] = {}

    def all(self, among: Collection[str] | None = None) -> tuple[Test, ...]:
        """Every test of the file, in order; or those whose qualified names are `among` some."""
        words = None if among is None else {word for name in among for word in name.split(".")}
        found = []
        for function in self._functions(words):
            test = self._test(function, self.module.chain(function))
            if test is not None and (among is None or test.name in among):
                found.append(test)
        return tuple(sorted(found, key=lambda test: test.span))

    def _functions(self, words: set[str] | None) -> Iterator[Node]:
        """The functions of the module and of its classes that are called like tests; or those under some `words`."""
        tables = [self.module.globals]
        while tables:
            names = tables.pop().names
            for name in names if words is None else names.keys() & words:
                for binding in names[name]:
                    if binding.kind == "class":
                        tables.append(self.module.table(binding.node))
                    elif binding.kind == "function" and name.startswith("test"):
                        yield binding.node

    def scope(self, chain: Chain, node: Node) -> Scope:
        """What the place of `node` says."""
        functions = [
            (position, ancestor)
            for position, ancestor in enumerate(chain)
            if ancestor.type in ("function_definition", "lambda") and _in_body(ancestor, chain, position, node)
        ]
        test = None
        in_test = self.file_in_test
        outermost = functions[0][1] if functions else None
        for position, function in functions:
            if function.type == "function_definition" and test is None:
                test = self._test(function, chain[:position])
        for ancestor in chain:
            if ancestor.type == "class_definition" and not in_test and self.is_test_class(ancestor):
                in_test = True
        nearest = functions[-1][1] if functions else None
        in_async = nearest is not None and nearest.type == "function_definition" and is_async(nearest)
        if nearest is not None and not in_async:
            in_async = _is_generator_coroutine(nearest, chain, self.names)
        if test is None and functions == []:
            test = self._decorated(chain, node)
        return Scope(test, in_test, in_async, outermost)

    def _decorated(self, chain: Chain, node: Node) -> Test | None:
        """The test whose `pytest.mark.timeout` this is."""
        for position in range(len(chain) - 1, -1, -1):
            if chain[position].type == "decorated_definition":
                inner = chain[position].child_by_field_name("definition")
                if inner is not None and inner.type == "function_definition":
                    return self._test(inner, chain[: position + 1])
                return None
        return None

    def is_test_class(self, owner: Node) -> bool:
        """Whether a class is a unittest test case, by its bases here and in the project."""
        if owner.id not in self._classes:
            self._classes[owner.id] = _is_test_case(Meaning("class", "", self.module, owner), 0)
        return self._classes[owner.id]

    def _test(self, function: Node, chain: Chain) -> Test | None:
        key = function.start_byte
        if key not in self._by_function:
            self._by_function[key] = self._read(function, chain)
        return self._by_function[key]

    def _read(self, function: Node, chain: Chain) -> Test | None:
        label = function.child_by_field_name("name")
        if label is None:
            return None
        name = self.module.text(label)
        owners = [ancestor for ancestor in chain if ancestor.type in ("class_definition", "function_definition")]
        if any(owner.type == "function_definition" for owner in owners):
            return None
        if not name.startswith("test"):
            return None
        if not (self.file_in_test or any(self.is_test_class(owner) for owner in owners)):
            return None
        qualified = [name]
        for owner in reversed(owners):
            owner_label = owner.child_by_field_name("name")
            if owner_label is not None:
                qualified.insert(0, self.module.text(owner_label))
        decorated = chain[-1] if chain and chain[-1].type == "decorated_definition" else None
        marks = self._marks(decorated, owners)
        limit_ms, limited_by = self._limit(marks)
        return Test(
            name=".".join(qualified),
            span=Span((decorated or function).start_byte, function.end_byte),
            name_span=Span(label.start_byte, label.end_byte),
            is_async=is_async(function),
            runtime=self._runtime(function, marks),
            cases=self._cases(marks),
            limit_ms=limit_ms,
            limited_by=limited_by if limit_ms is not None else None,
        )

    def _marks(self, decorated: Node | None, owners: list[Node]) -> list[tuple[str, Node]]:
        """The decorators of a test and of its classes and the module's `pytestmark`, as paths, nearest first."""
        found: list[Node] = []
        if decorated is not None:
            found += decorators_of(decorated)
        for owner in reversed(owners):
            found += self._decorations(owner)
        found += _pytestmark(self.module.globals.names.get("pytestmark", []))
        marks = []
        for decorator in found:
            function = decorator.child_by_field_name("function") if decorator.type == "call" else decorator
            path = self.names.resolve(function) if function is not None else None
            if path is not None:
                marks.append((path, decorator))
        return marks

    def _decorations(self, owner: Node) -> list[Node]:
        """The decorators of a class and its `pytestmark`."""
        known = self._decorated_classes.get(owner.start_byte)
        if known is None:
            holder = self.module.chain(owner)
            known = decorators_of(holder[-1]) if holder and holder[-1].type == "decorated_definition" else []
            known += _pytestmark(self.module.table(owner).names.get("pytestmark", []))
            self._decorated_classes[owner.start_byte] = known
        return known

    def _runtime(self, function: Node, marks: list[tuple[str, Node]]) -> str | None:
        for path, _ in marks:
            last = path.rpartition(".")[2]
            if last in ("asyncio", "trio", "anyio", "curio", "gen_test", "inlineCallbacks", "ensureDeferred"):
                return {"gen_test": "tornado", "inlineCallbacks": "twisted", "ensureDeferred": "twisted"}.get(
                    last, last
                )
        if not is_async(function):
            return None
        for library in ("anyio", "trio", "curio"):  # anyio's words hold on the others' loops
            if library in self.module.globals.names:
                return library
        return "asyncio"

    def _cases(self, marks: list[tuple[str, Node]]) -> int | None:
        cases = 1
        if any(path in ("pytest.mark.skip", "unittest.skip") for path, _ in marks):
            return 0
        for path, decorator in marks:
            if not path.endswith("mark.parametrize") or decorator.type != "call":
                if path.endswith(("parameterized.expand", "ddt.data")):
                    return None
                continue
            values = arguments_of(decorator, self.module.code).at(1, "argvalues")
            count = self._count(values) if values is not None else None
            if count is None:
                return None
            cases *= count
        return cases

    def _count(self, values: Node) -> int | None:
        if values.type == "identifier":
            candidates, sure = self.module.bindings(
                self.module.text(values), self.module.chain(values), values.start_byte
            )
            if not sure or candidates[0].kind != "value":
                return None
            values = candidates[0].node
        if values.type in ("list", "tuple", "set"):
            parts = [part for part in values.named_children if part.type != "comment"]
            return None if any(part.type == "list_splat" for part in parts) else len(parts)
        if values.type == "call":
            function = values.child_by_field_name("function")
            arguments = arguments_of(values, self.module.code)
            if function is not None and self.module.text(function) == "range" and len(arguments.positional) == 1:
                found = fold(arguments.positional[0], self.names)
                return int(found.number) if found is not None else None
        return None

    def _limit(self, marks: list[tuple[str, Node]]) -> tuple[Milliseconds | None, str]:
        """The limit on a whole test, and what sets it."""
        for path, decorator in marks:
            entry = BY_PATH.get(path)
            if entry is None or entry.purpose != "test-limit":
                continue
            given = decorator.type == "call"
            value = argument_of(entry, arguments_of(decorator, self.module.code)) if given else None
            if value is not None:
                found = fold(value, self.names)
                return (as_milliseconds(found, "s") if found is not None and found.number > 0 else None), path
            if path in _UNTOLD_MS:
                return _UNTOLD_MS[path], path
        return suite_limit(self.module), BY_RUNNER


def _pytestmark(bindings: list) -> list[Node]:  # type: ignore[type-arg]
    found: list[Node] = []
    for binding in bindings:
        if binding.kind == "value":
            found += binding.node.named_children if binding.node.type in ("list", "tuple") else [binding.node]
    return found


def _is_test_case(owner: Meaning, steps: int) -> bool:
    if owner.node is None or owner.module is None or steps > 8:
        return False
    from sleeplint.languages.python.resolvers import names_of

    for base in bases_of(owner.node):
        meaning = names_of(owner.module).meaning(base)
        if meaning.kind == "class" and _is_test_case(meaning, steps + 1):
            return True
        path = meaning.path if meaning.kind == "external" else owner.module.text(base)
        if _UNITTEST.fullmatch(path):
            return True
    return False


def _in_body(function: Node, chain: Chain, position: int, node: Node) -> bool:
    """Whether a place is in a function's body, not in its parameters."""
    body = function.child_by_field_name("body")
    return body is not None and body.start_byte <= node.start_byte and node.end_byte <= body.end_byte


def _is_generator_coroutine(function: Node, chain: Chain, names: Names) -> bool:
    """Whether a plain generator is run as a coroutine, as tornado's and twisted's are."""
    position = chain.index(function)
    holder = chain[position - 1] if position else None
    if holder is None or holder.type != "decorated_definition":
        return False
    for decorator in decorators_of(holder):
        target = decorator.child_by_field_name("function") if decorator.type == "call" else decorator
        path = names.resolve(target) if target is not None else None
        if path is not None and path.rpartition(".")[2] in ("coroutine", "gen_test", "inlineCallbacks"):
            return any(part.type == "yield" for part in descend(function, into_functions=False))
    return False
