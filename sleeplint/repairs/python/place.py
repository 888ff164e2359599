"""One wait in its place in the tree: its call, its statement, the block and the functions around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import libcst as cst

from sleeplint.facts import Test, TestFile, Wait
from sleeplint.finding import Finding
from sleeplint.repairs.python.names import Names
from sleeplint.repairs.python.parsed import Parsed
from sleeplint.text import Span

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
Block = cst.Module | cst.IndentedBlock
LOOPS = ("asyncio", "trio", "anyio")
"""The async libraries that we have words for."""
Found = TypeVar("Found", bound=cst.CSTNode)


@dataclass(frozen=True)
class Place:
    """Where a wait stands, as its recipes see it."""

    file: Parsed
    names: Names
    facts: TestFile
    finding: Finding
    wait: Wait
    call: cst.Call | None
    """The call that waits; None for an assertion on a clock."""
    chain: tuple[cst.CSTNode, ...] = field(repr=False)
    """The nodes around it, from the module down, the call included."""

    @cached_property
    def statement(self) -> Statement:
        """The statement that holds it."""
        return next(
            node
            for node in reversed(self.chain)
            if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement)
        )

    @cached_property
    def block(self) -> Block | None:
        """The indented block, or the module, of which the statement is part."""
        holder = self.chain[self.chain.index(self.statement) - 1]
        return holder if isinstance(holder, cst.Module | cst.IndentedBlock) else None

    @property
    def around(self) -> tuple[cst.CSTNode, ...]:
        """The nodes around the statement, from the module down."""
        return self.chain[: self.chain.index(self.statement)]

    @cached_property
    def siblings(self) -> Sequence[Statement]:
        """The statements of the block, this one included."""
        body = self.block.body if self.block is not None else ()
        return [s for s in body if isinstance(s, cst.SimpleStatementLine | cst.BaseCompoundStatement)]

    @property
    def index(self) -> int:
        """Which of its siblings the statement is."""
        return next(i for i, sibling in enumerate(self.siblings) if sibling is self.statement)

    @property
    def before(self) -> Sequence[Statement]:
        """The statements before it in its block."""
        return self.siblings[: self.index]

    @property
    def after(self) -> Sequence[Statement]:
        """The statements after it in its block."""
        return self.siblings[self.index + 1 :]

    @cached_property
    def stands_alone(self) -> bool:
        """Whether the statement is the wait (or its `await`) and nothing else."""
        value = sole_expression(self.statement)
        if isinstance(value, cst.Await):
            value = value.expression
        return value is not None and value is self.call and self.block is not None

    @cached_property
    def functions(self) -> Sequence[cst.FunctionDef]:
        """The functions around it, the innermost first; none beyond a lambda or class body."""
        found: list[cst.FunctionDef] = []
        for node in reversed(self.chain):
            if isinstance(node, cst.FunctionDef):
                found.append(node)
            elif isinstance(node, cst.Lambda):
                break
        return found

    @property
    def function(self) -> cst.FunctionDef | None:
        """The function whose flow it is part of."""
        return self.functions[0] if self.functions else None

    @cached_property
    def loop(self) -> cst.While | cst.For | None:
        """The innermost loop around it in its function."""
        for node in reversed(self.chain):
            if isinstance(node, cst.While | cst.For):
                return node
            if isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef):
                return None
        return None

    def within(self, kind: type[Found]) -> Iterator[Found]:
        """The nodes of a type around it, up to the function (included) whose flow it is, the innermost first."""
        for node in reversed(self.chain):
            if isinstance(node, kind):
                yield node
            if isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef):
                return

    @cached_property
    def test(self) -> Test | None:
        """The test in which it stands."""
        return next((test for test in self.facts.tests if test.name == self.wait.test), None)

    @property
    def limit_ms(self) -> float | None:
        """The time limit on the whole test, if there is one."""
        return self.test.limit_ms if self.test is not None else None

    @property
    def arguments(self) -> Sequence[cst.Arg]:
        """The arguments of the call."""
        return self.call.args if self.call is not None else ()

    @cached_property
    def runtime(self) -> str | None:
        """The async library whose loop runs this place: `asyncio`, `trio` or `anyio`; None if it is in doubt."""
        root = self.wait.api.split(".")[0]
        if root in LOOPS:
            return root
        owners = [node for node in reversed(self.chain) if isinstance(node, cst.ClassDef)]
        holders: list[cst.FunctionDef | cst.ClassDef] = [*self.functions, *owners]
        for holder in holders:
            marks = [*holder.decorators, *([] if isinstance(holder, cst.ClassDef) else [holder])]
            used = {name for mark in marks for name in self._used(self.file.span(mark))}
            if used:
                # What anyio offers runs on the others' loops as well.
                return "anyio" if "anyio" in used else used.pop() if len(used) == 1 else None
        imported = {path for _, binding in self.names.imports() if (path := binding.path.split(".")[0]) in LOOPS}
        marked = {name for name in LOOPS if f"mark.{name}" in self._module_marks}
        told = self.test.runtime if self.test is not None else None
        # A library's own sleep runs on its loop, by whatever name the file knows it.
        known = imported | {library for wait in self.facts.waits if (library := wait.api.split(".")[0]) in LOOPS}
        if marked == {told}:
            return told
        if known:
            return known.pop() if len(known) == 1 else None
        return told if told in LOOPS else None

    def _used(self, within: Span) -> Iterator[str]:
        """The async libraries whose names stand somewhere, or whose mark of pytest does."""
        for name, binding in self.names.imports():
            library = binding.path.split(".")[0]
            if library in LOOPS and any(use in within for use in self.names.uses_of(name, binding)):
                yield library
        for attribute in self.file.every(cst.Attribute, within):
            if attribute.attr.value in LOOPS and self.names.path(attribute.value) == "pytest.mark":
                yield attribute.attr.value

    @property
    def _module_marks(self) -> str:
        """What the file says of `pytestmark`."""
        return "".join(
            self.file.text(statement)
            for statement in self.file.module.body
            if self.file.text(statement).lstrip().startswith("pytestmark")
        )


def sole_expression(statement: cst.CSTNode) -> cst.BaseExpression | None:
    """The expression of a statement that is nothing but one."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        small = statement.body[0]
        if isinstance(small, cst.Expr):
            return small.value
    return None


def number(expression: cst.BaseExpression) -> float | None:
    """The value of a plain number."""
    if isinstance(expression, cst.Integer | cst.Float):
        return float(expression.evaluated_value)
    return None


def placed(file: Parsed, names: Names, facts: TestFile, finding: Finding) -> Place | None:
    """The place of the one wait of a finding; None if it speaks of several, or libcst sees no call there."""
    if len(finding.covers) != 1:
        return None
    wait = next((wait for wait in facts.waits if wait.span == finding.covers[0]), None)
    if wait is None:
        return None
    span, call = wait.span, None
    if wait.kind != "clock-assert":
        call = file.call_at(wait.span)
        if call is None:
            return None
        span = file.span(call)
    chain = file.chain(span)
    if call is not None and call not in chain:
        return None
    if not any(isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement) for node in chain):
        return None
    return Place(file, names, facts, finding, wait, call, chain)


def statements_of(node: cst.CSTNode) -> Sequence[Statement]:
    """The statements in the body of a compound statement, if they stand on lines of their own."""
    body = getattr(node, "body", None)
    if isinstance(body, cst.IndentedBlock):
        return [s for s in body.body if isinstance(s, cst.SimpleStatementLine | cst.BaseCompoundStatement)]
    return ()


__all__ = ["Block", "Place", "Span", "Statement", "number", "placed", "sole_expression", "statements_of"]
