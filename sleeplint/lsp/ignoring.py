"""Where a comment that ignores a finding goes, so that it really does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from sleeplint.engine import Report
from sleeplint.finding import Finding
from sleeplint.regexes import regex
from sleeplint.source import Source
from sleeplint.text import Edit, Span

PLACEHOLDER = "the reason why this wait must stay"
_COMMENT = regex(rb"(?:#|//|/\*)[/!*]*\s*sleeplint:\s*ignore\s*\[([^\][\r\n]*)\]")
_BLANK = regex(rb"[ \t\f]*(?:#|//)")


def ignoring(source: Source, finding: Finding, found: Report, judge: Callable[[Source], Report]) -> Edit | None:
    """The edit after which `finding` is ignored and nothing else is said than in `found`; None if there is none.

    What a comment speaks of depends on what stands around it: each place is tried out.
    """
    before = Counter(one.rule for one in found.findings)
    for edit in _places(source, finding):
        code = source.code[: edit.span.start] + edit.text.encode() + source.code[edit.span.end :]
        after = Counter(
            one.rule for one in judge(Source(source.path, source.bom + code, source.language, "utf-8")).findings
        )
        if after[finding.rule] < before[finding.rule] and after <= before:
            return edit
    return None


def _places(source: Source, finding: Finding) -> Iterator[Edit]:
    """A comment that is there already, a line of its own above the statement, the ends of the wait's lines."""
    lines, code = source.lines, source.code
    statement = finding.statement or finding.span
    first, last = lines.line(statement.start), lines.line(max(statement.start, statement.end - 1))
    above = first
    while above > 1 and _BLANK.match(code, lines.line_span(above - 1).start):
        above -= 1
    for comment in _COMMENT.finditer(code, lines.line_span(above).start, lines.line_span(last).end):
        end = comment.end(1)
        yield Edit(Span(end, end), f", {finding.rule}" if comment[1].strip() else finding.rule)
    leader = "//" if source.language == "rust" else "#"
    words = f"{leader} sleeplint: ignore[{finding.rule}] {PLACEHOLDER}"
    start = lines.line_span(first).start
    text = lines.line_text(first)
    indentation = text[: len(text) - len(text.lstrip(" \t\f"))]
    newline = "\r\n" if b"\r\n" in code else "\n"
    yield Edit(Span(start, start), f"{indentation}{words}{newline}")
    gap = " " if source.language == "rust" else "  "
    for line in dict.fromkeys((lines.line(max(finding.span.start, finding.span.end - 1)), last)):
        span = lines.line_span(line)
        end = span.start + len(code[span.start : span.end].rstrip())
        if not code.endswith(b"\\", 0, end):
            yield Edit(Span(end, end), f"{gap}{words}")
