"""What the attributes on an item say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from sleeplint.records import dataclass
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from tree_sitter import Node

_TOKEN = regex(r'"(?:\\.|[^"\\])*"|[\w:]+|[(),=!]', re.DOTALL)
TEST_NAMES = frozenset(
    {
        "test",
        "rstest",
        "test_case",
        "test_matrix",
        "test_casing",
        "quickcheck",
        "proptest",
        "wasm_bindgen_test",
        "test_log",
        "gtest",
        "parameterized",
    }
)
TEMPLATED = "apply"
"""What hands a function to rstest's templates, or to a macro that makes tests."""
_ALIEN = frozenset({"wasm", "wasm32", "wasm64", "loom", "shuttle", "madsim", "miri", "turmoil", "msim"})
"""Configurations under which a project's tests run only elsewhere."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: `#[tokio::test(start_paused = true)]`."""

    path: str
    arguments: str
    """All behind the path, without white space at its ends."""
    start: int
    end: int

    @property
    def name(self) -> str:
        """The path's last segment."""
        return self.path.rpartition("::")[2]

    @property
    def is_test(self) -> bool:
        """It makes a test of its function."""
        if self.name == TEMPLATED:
            return "!" not in self.arguments or "test!" in self.arguments
        return self.name in TEST_NAMES or self.name.endswith("_test")


def attribute(node: Node, code: bytes) -> Attribute:
    """Read an `attribute_item` or `inner_attribute_item`."""
    return Attribute(*_parts(code[node.start_byte : node.end_byte]), node.start_byte, node.end_byte)


@lru_cache(maxsize=512)
def _parts(text: bytes) -> tuple[str, str]:
    """The path and the arguments of an attribute; most of a file's are the same few."""
    body = text.decode("utf-8", "replace").lstrip("#!").strip()[1:-1].strip()
    path = re.match(r"[\w:\s]*", body)
    end = path.end() if path else 0
    return "".join(body[:end].split()), body[end:].strip()


def before(siblings: Iterable[Node], code: bytes) -> Iterator[tuple[Node, list[Attribute]]]:
    """The items among `siblings`, each with the attributes that stand before it."""
    waiting: list[Attribute] = []
    for node in siblings:
        if node.type == "attribute_item":
            waiting.append(attribute(node, code))
        elif node.type not in {"line_comment", "block_comment"}:
            yield node, waiting
            waiting = []


def needs_test(attributes: Iterable[Attribute]) -> bool:
    """Whether a `cfg` among them says that the item is built for tests only."""
    return any(a.path == "cfg" and _implies_test(_tokens(a.arguments)) for a in attributes)


def elsewhere(attributes: Iterable[Attribute]) -> bool:
    """Whether a `cfg` among them says that the item is for another platform or a model checker."""
    return any(a.path == "cfg" and _is_alien(_tokens(a.arguments)) for a in attributes)


def _tokens(arguments: str) -> list[str]:
    return _TOKEN.findall(arguments)


def _groups(tokens: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Each predicate with the names of the `all`, `any`, `not` around it, outermost first."""
    around: list[str] = []
    predicate: list[str] = []
    for token in tokens:
        if token == "(":
            around.append(predicate[-1] if predicate else "")
            predicate = []
        elif token in {",", ")"}:
            if predicate:
                yield around, predicate
            predicate = []
            if token == ")" and around:
                around.pop()
        else:
            predicate.append(token)
    if predicate:
        yield around, predicate


def _implies_test(tokens: list[str]) -> bool:
    for around, predicate in _groups(tokens):
        if predicate == ["test"] and "not" not in around:
            if "any" not in around:
                return True
            # `any(test, feature = "test-util")` is built for tests; `any(test, debug_assertions)` is not.
            return all("test" in " ".join(other) for _, other in _groups(tokens))
    return False


def _is_alien(tokens: list[str]) -> bool:
    return any(
        around.count("not") % 2 == 0 and "any" not in around and _ALIEN & {word.strip('"') for word in predicate}
        for around, predicate in _groups(tokens)
    )
