"""What an editor shows in words: hovers, and the cost of a test."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from sleeplint.engine import Report
from sleeplint.facts import Wait
from sleeplint.lsp.documents import Document
from sleeplint.pages import address, sections
from sleeplint.regexes import regex
from sleeplint.registry import Registry
from sleeplint.rule import Rule, seconds
from sleeplint.text import Span

_TOLD = ("Why", "What to do instead")
_MARKS = regex(r"\*\*(.+?)\*\*")


def hover(
    document: Document, report: Report, position: types.Position, rules: Registry, markdown: bool = True
) -> types.Hover | None:
    """The facts of the wait at a position, and what the rules say that speak of it."""
    at = document.positions.code_offset(position)
    parts: list[str] = []
    span: Span | None = None
    for wait in report.waits:
        shown = document.head(wait.span)
        if shown.start <= at <= shown.end and wait.in_test:
            parts, span = [_facts(wait)], shown  # the innermost comes last
    spoken: list[type[Rule]] = []
    for finding in report.findings:
        shown = document.head(finding.span)
        rule = rules.find(finding.rule)
        if shown.start <= at <= shown.end and rule is not None and rule not in spoken:
            spoken.append(rule)
            span = span or shown
    if span is None:
        return None
    text = "\n\n---\n\n".join((*parts, *map(_about, spoken)))
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    content = types.MarkupContent(kind, text if markdown else _MARKS.sub(r"\1", text))
    return types.Hover(content, document.positions.range(span))


def _about(rule: type[Rule]) -> str:
    """What fits a window above the code: the editor shows the message itself, and the page has the rest."""
    said = sections(rule)
    parts = (f"**{rule.name}** ({rule.code}): {rule.summary}", *(said[name] for name in _TOLD if name in said))
    return "\n\n".join((*parts, f"[All about {rule.name}]({address(rule)})"))


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
