"""One Python file as libcst sees it, with every node's place in bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TypeVar

import libcst as cst
from libcst._nodes.internal import CodegenState
from tree_sitter import Tree

from sleeplint.languages.python.parsing import parse as tree_of
from sleeplint.regexes import regex
from sleeplint.repairs.python.hollow import hollowed
from sleeplint.source import Source
from sleeplint.text import Span

MAX_DEPTH = 200
"""Levels of nesting: libcst recurses in native code and in Python, a few frames a level."""
MAX_BRANCHES = 500
"""`elif` clauses, each of which is a level to libcst."""

_FORM_FEED = regex(r"^([ \t]*)\x0c(?=[^\n\r])", re.MULTILINE)
Node = TypeVar("Node", bound=cst.CSTNode)
Scope = cst.Module | cst.FunctionDef | cst.ClassDef | cst.Lambda


class Parsed:
    """A file that libcst reads and gives back byte for byte. Texts come from the source itself."""

    def __init__(self, source: Source, module: cst.Module, spans: dict[cst.CSTNode, Span]) -> None:
        self.source = source
        self.code = source.code
        self.module = module
        self._spans = spans
        self._by_type: dict[type[cst.CSTNode], list[cst.CSTNode]] = {}
        for node in self._spans:
            self._by_type.setdefault(type(node), []).append(node)

    def span(self, node: cst.CSTNode) -> Span:
        """The bytes of a node, without the white space, decorators and parentheses around it."""
        return self._spans[node]

    def text(self, node: cst.CSTNode) -> str:
        """What the code says there."""
        span = self._spans[node]
        return self.code[span.start : span.end].decode("utf-8")

    def every(self, kind: type[Node], within: Span | None = None) -> Iterator[Node]:
        """All nodes of a type, those inside `within` if it is given, in no order to rely on."""
        for node in self._by_type.get(kind, ()):
            if isinstance(node, kind) and (within is None or self._spans[node] in within):
                yield node

    def chain(self, span: Span) -> tuple[cst.CSTNode, ...]:
        """The nodes that contain a span, from the module down."""
        chain: list[cst.CSTNode] = [self.module]
        inner: cst.CSTNode | None = self.module
        while inner is not None:
            inner = next(
                (child for child in inner.children if child in self._spans and span in self._spans[child]), None
            )
            if inner is not None:
                chain.append(inner)
        return tuple(chain)

    def call_at(self, span: Span) -> cst.Call | None:
        """The call that ends where a wait's span ends."""
        calls = [c for c in self._calls.get(span.end, ()) if self._spans[c].start <= span.start]
        return calls[0] if len(calls) == 1 else None

    @cached_property
    def _calls(self) -> dict[int, list[cst.Call]]:
        found: dict[int, list[cst.Call]] = {}
        for call in self.every(cst.Call):
            found.setdefault(self._spans[call].end, []).append(call)
        return found

    @cached_property
    def scopes(self) -> Sequence[Scope]:
        """The module, functions, classes and lambdas, outer ones first."""
        inner: list[Scope] = [*self.every(cst.FunctionDef), *self.every(cst.ClassDef), *self.every(cst.Lambda)]
        return [self.module, *sorted(inner, key=lambda scope: self._spans[scope].start)]

    def scopes_at(self, span: Span) -> list[Scope]:
        """The scopes around a place, the innermost first."""
        return [scope for scope in reversed(self.scopes) if scope is self.module or self._is_inside(span, scope)]

    def _is_inside(self, span: Span, scope: Scope) -> bool:
        return span != self._spans[scope] and span in self._spans[scope]

    def has_comment(self, within: Span) -> bool:
        """Whether a comment stands there, which a rewrite would lose."""
        return next(self.every(cst.Comment, within), None) is not None


def parse(source: Source, around: Sequence[Span] = ()) -> Parsed | None:
    """The file as libcst sees it; None if libcst cannot read it, or not in safety.

    Where places are given, functions that do not hold one may be hollow.
    """
    tree = tree_of(source.code)
    if isinstance(tree, str) or _is_too_deep(source.code, tree):
        return None
    code = hollowed(source.code, tree, around) if around else source.code
    try:
        text = _without_form_feeds(code.decode("utf-8"))
        module = cst.parse_module(text)
        layout = _Layout(module)
    except (UnicodeDecodeError, cst.ParserSyntaxError, RecursionError):
        return None
    return Parsed(source, module, layout.spans) if "".join(layout.tokens) == text else None


class _Layout(CodegenState):
    """Gives a module's text back, and notes where in its bytes each node stands.

    It does in one pass what `Module.code` and `MetadataWrapper.resolve` do in three, and as
    `libcst.metadata.ByteSpanPositionProvider` does: without the white space around a node.
    """

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.spans: dict[cst.CSTNode, Span] = {}
        self.at = 0
        self._starts: list[int] = []
        module._codegen(self)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.at += len(value) if value.isascii() else len(value.encode("utf-8"))

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts.append(self.at)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._starts.pop()
        if node not in self.spans:
            self.spans[node] = Span(start, self.at)

    def record_syntactic_position(  # type: ignore[override]  # a generator for each node costs more than the node
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> AbstractContextManager[None]:
        return _Written(self, node, start_node, end_node)


class _Written(AbstractContextManager[None]):
    """What is written meanwhile is a node, or from one of its parts to another."""

    def __init__(self, layout: _Layout, node: cst.CSTNode, first: cst.CSTNode | None, last: cst.CSTNode | None) -> None:
        self._layout, self._node, self._first, self._last = layout, node, first, last
        self._start = layout.at

    def __exit__(self, *raised: object) -> None:
        spans = self._layout.spans
        start = spans[self._first].start if self._first is not None else self._start
        spans[self._node] = Span(start, spans[self._last].end if self._last is not None else self._layout.at)


def _without_form_feeds(text: str) -> str:
    """The text with line breaks for form feeds before code, which libcst loses; every place stays where it was.

    Either sets the column back to 0.
    """
    return _FORM_FEED.sub(r"\1\n", text)


def _is_too_deep(code: bytes, tree: Tree) -> bool:
    """Whether the code is nested so deep that libcst would overflow the stack, which ends the process."""
    if code.count(b"elif") > MAX_BRANCHES:
        return True
    cursor = tree.walk()
    while True:
        if cursor.depth > MAX_DEPTH:
            return True
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return False
