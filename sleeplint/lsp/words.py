"""What an editor shows in words: hovers, and the cost of a test."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from sleeplint.engine import Report
from sleeplint.facts import Wait
from sleeplint.lsp.documents import Document
from sleeplint.pages import page
from sleeplint.registry import Registry
from sleeplint.rule import seconds
from sleeplint.text import Span


def hover(document: Document, report: Report, position: types.Position, rules: Registry) -> types.Hover | None:
    """The facts of the wait at a position, and the page of the rule that speaks of it."""
    at = document.positions.code_offset(position)
    parts: list[str] = []
    span: Span | None = None
    for wait in report.waits:
        if wait.span.start <= at <= wait.span.end and wait.in_test:
            parts, span = [_facts(wait)], wait.span  # the innermost comes last
    for finding in report.findings:
        if finding.span.start <= at <= finding.span.end and (rule := rules.find(finding.rule)):
            parts.append(page(rule))
            span = span or finding.span
    if span is None:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts))
    return types.Hover(content, document.positions.range(span))


def _facts(wait: Wait) -> str:
    lines = [f"**{wait.kind}** `{wait.api}`"]
    lines.append(f"- lasts {seconds(wait.duration_ms)}" if wait.duration_ms is not None else "- lasts: unknown")
    if wait.virtual_time:
        lines.append("- on a virtual clock")
    guess = "" if wait.role_confidence == "high" else " (a guess)"
    lines.append(f"- role: {wait.role}{guess}")
    lines.append(f"- the test pays {seconds(wait.cost_ms)}" if wait.cost_ms is not None else "- what it costs: unknown")
    return "\n".join(lines)


def costs(document: Document, report: Report) -> Iterator[tuple[types.Range, str]]:
    """Where each test that pays for waits is named, and what it pays."""
    for cost in report.costs:
        lines = document.source.lines
        start = lines.offset(cost.location.line, cost.location.column)
        end = lines.offset(cost.location.end_line, cost.location.end_column)
        yield document.positions.range(Span(start, end)), f"waits {seconds(cost.cost_ms)}"
