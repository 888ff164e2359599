"""What is test code, and in which test a place stands."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from tree_sitter import Node

from sleeplint.facts import Test
from sleeplint.languages.rust.attributes import Attribute, attribute, before, needs_test
from sleeplint.languages.rust.clocks import paused_by_attributes
from sleeplint.languages.rust.declarations import Declarations
from sleeplint.languages.rust.library import Library, Place, Reading
from sleeplint.languages.rust.macros import Grove
from sleeplint.languages.rust.outline import Scope
from sleeplint.languages.rust.workspace import parts_within, stem_of
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.text import Span

_RUNTIMES = ("tokio", "async_std", "actix_rt", "actix_web", "smol", "smol_potat", "madsim", "monoio", "compio")
_CASE = regex(r"case(?:::\w+)?\Z|(?:\w+::)*test_case\Z")
_INNER = regex(rb"#\s*!\s*\[\s*cfg\b")
_ITEMS = frozenset({"function_item", "mod_item", "impl_item", "trait_item"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a place stands to the tests."""

    in_test: bool
    test: Test | None
    function: Node | None
    """The innermost named function around it."""
    attributes: tuple[Attribute, ...] = ()
    """Those of the test."""


class Scopes:
    """Tells test code from production code in one file."""

    def __init__(self, grove: Grove, in_test: bool) -> None:
        """`in_test`: the whole file is test code."""
        self._grove = grove
        self._file_in_test = in_test
        self._attributes: dict[tuple[int, int], dict[int, tuple[Attribute, ...]]] = {}

    def standing(self, chain: Sequence[Node]) -> Standing:
        """Where the end of a chain stands."""
        in_test = self._file_in_test
        names: list[str] = []
        test: Test | None = None
        function: Node | None = None
        on_test: tuple[Attribute, ...] = ()
        above = chain[0]
        for node in chain[1:]:
            if node.type in _ITEMS:
                attributes = self._on(node, above)
                if needs_test(attributes):
                    in_test = True
                if node.type == "function_item":
                    function = node
                    found = _test(node, names, attributes, self._grove)
                    if found is not None and test is None:
                        test, on_test, in_test = found, attributes, True
                if test is None and node.type != "function_item":
                    names += _name(node, self._grove)
            elif node.type in {"expression_statement", "let_declaration", "use_declaration", "const_item"} and (
                needs_test(self._on(node, above))
            ):
                in_test = True
            above = node
        return Standing(in_test, test, function, on_test)

    def test_at(self, chain: Sequence[Node]) -> Test | None:
        """The test in which a chain ends."""
        return self.standing(chain).test

    def tests(self) -> list[Test]:
        """The tests that stand in modules, in order."""
        found: list[Test] = []
        pending: list[tuple[Node, list[str]]] = [(self._grove.root, [])]
        while pending:
            node, names = pending.pop()
            inner: list[tuple[Node, list[str]]] = []
            for child, attributes in before(node.named_children, self._grove.code):
                if child.type == "function_item" and attributes:
                    test = _test(child, names, tuple(attributes), self._grove)
                    if test is not None:
                        found.append(test)
                elif child.type in {"mod_item", "impl_item"}:
                    body = child.child_by_field_name("body")
                    if body is not None:
                        inner.append((body, names + _name(child, self._grove)))
            pending += inner
        return sorted(found, key=lambda test: test.span)

    def _on(self, node: Node, above: Node) -> tuple[Attribute, ...]:
        """The attributes before a node, which stand among its siblings, and those within a module."""
        code = self._grove.code
        family = (above.start_byte, above.end_byte)
        if family not in self._attributes:
            some = code.find(b"#[", above.start_byte, above.end_byte) >= 0
            pairs = before(above.named_children, code) if some else ()
            self._attributes[family] = {child.start_byte: tuple(on) for child, on in pairs if on}
        found = self._attributes[family].get(node.start_byte, ())
        if node.type == "mod_item" and (body := node.child_by_field_name("body")) is not None:
            inner = (child for child in body.named_children[:3] if child.type == "inner_attribute_item")
            found += tuple(attribute(child, code) for child in inner)
        return found


def file_in_test(reading: Reading, library: Library, path: str) -> bool:
    """Whether a whole file is test code, by itself, its place or what declares it."""
    code = reading.code
    if _INNER.search(code):
        inner = (node for node in reading.grove.root.named_children[:20] if node.type == "inner_attribute_item")
        if needs_test(attribute(node, code) for node in inner):
            return True
    file, crate = reading.path, library.crate(reading)
    if crate is not None and file is not None:
        places = parts_within(file, crate.folder)[:-1]
        if library.workspace is not None and library.workspace.is_test_crate(crate):
            return True
        if crate.tests(file):
            return True
    elif file is not None and library.project is not None:
        places = parts_within(file, library.project.folder)[:-1]
    else:
        places = PurePosixPath(path).parts[:-1]
    if places and places[0] in {"benches", "examples"}:
        return False
    if "tests" in places and "src" not in places[: places.index("tests")]:
        return True
    project = library.project
    if (
        file is not None
        and project is not None
        and not project.edited
        and Declarations.of(project).exclude(file, library.seen)
    ):
        return False
    place = Place(reading, Scope((), 0, len(code)))  # what the file itself declares is not asked
    declared = _declared_for_tests(place, library)
    return declared if declared is not None else "tests" in places


def _declared_for_tests(place: Place, library: Library) -> bool | None:
    """Whether a `mod` above says `cfg(test)`; None if no declaration was found."""
    known = None
    for _ in range(12):
        inside = place.reading.path
        parent = library.parent(place)
        if parent is None:
            return known
        known = bool(known)
        if parent.scope.test:
            return True
        if parent.reading.path != inside:
            own = place.reading.path or ""
            names = [stem_of(own), os.path.basename(os.path.dirname(own))] if own else []
            file = os.path.basename(own)
            names += [name for name, path in parent.scope.files.items() if path and PurePosixPath(path).name == file]
            if any(parent.scope.file_tests.get(name) for name in names):
                return True
        place = parent
    return known


def _test(function: Node, names: list[str], attributes: tuple[Attribute, ...], grove: Grove) -> Test | None:
    marks = [a for a in attributes if a.is_test]
    name = function.child_by_field_name("name") if marks else None
    if name is None:
        return None
    modifiers = next((child for child in function.children if child.type == "function_modifiers"), None)
    is_async = modifiers is not None and "async" in grove.text(modifiers)
    cases = [a for a in attributes if _CASE.match(a.path)]
    return Test(
        name="::".join((*names, grove.text(name))),
        span=Span(function.start_byte, function.end_byte),
        name_span=Span(name.start_byte, name.end_byte),
        is_async=is_async,
        runtime=_runtime(marks) if is_async else None,
        paused_clock=paused_by_attributes(attributes),
        cases=_cases(function, attributes, len(cases), grove),
    )


def _runtime(marks: list[Attribute]) -> str | None:
    return next((runtime for mark in marks if (runtime := _runtime_of(mark.path, mark.arguments))), None)


@lru_cache(maxsize=128)
def _runtime_of(path: str, arguments: str) -> str | None:
    """The runtime that a test's attribute names; most tests of a project have the same."""
    for runtime in _RUNTIMES:
        if re.search(rf"\b{runtime}\b", path) or re.search(rf"\b{runtime}::", arguments):
            return runtime
    return None


def _cases(function: Node, attributes: tuple[Attribute, ...], cases: int, grove: Grove) -> int | None:
    if any(a.name in {"quickcheck", "proptest", "apply", "files"} for a in attributes):
        return None
    parameters = function.child_by_field_name("parameters")
    text = grove.text(parameters) if parameters is not None else ""
    count = max(cases, 1)
    if "#[" not in text:
        return count
    for match in re.finditer(r"#\[values\(", text):
        values = _arity(text, match.end())
        if values is None:
            return None
        count *= values
    if re.search(r"#\[(?:files|values)\b(?!\()", text) or "#[files(" in text:
        return None
    return count


def _arity(text: str, start: int) -> int | None:
    """How many arguments stand before the parenthesis that closes the one before `start`."""
    depth, count, some = 0, 0, False
    for sign in re.findall(r'"(?:\\.|[^"\\])*"|.', text[start:], re.DOTALL):
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            if depth == 0:
                return count + some
            depth -= 1
        elif sign == "," and depth == 0:
            count, some = count + 1, False
            continue
        some = some or not sign.isspace()
    return None


def _name(node: Node, grove: Grove) -> list[str]:
    name = node.child_by_field_name("name") or node.child_by_field_name("type")
    return [grove.text(name).partition("<")[0].strip()] if name is not None else []
