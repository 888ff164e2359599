"""For people: each finding with its code, what it costs, what to do instead, and a summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from sleeplint.engine import Report
from sleeplint.finding import NOWHERE, Applicability, Finding, Fix
from sleeplint.reporters import View
from sleeplint.reporters.excerpt import Mark, frame, gutter, plain
from sleeplint.reporters.summary import summary
from sleeplint.reporters.tally import Tally
from sleeplint.source import Source

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold cyan",
    "frame": "blue",
    "code": "",
    "secondary": "blue",
    "help": "bold green",
    "dim": "dim",
    "+": "green",
    "-": "red",
}
_HOW = {
    Applicability.SAFE: "--fix",
    Applicability.UNSAFE: "--fix --unsafe-fixes",
    Applicability.DISPLAY_ONLY: "for you to finish",
}


class Reporter:
    """Writes each finding as it comes, and the summary at the end."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`. rich is imported with the first finding that has colours."""
        self._out = out
        self._view = view
        self._console: Console | None = None
        self._explained: set[str] = set()
        self._lines: list[tuple[tuple[str, str], ...]] = []

    def report(self, report: Report) -> None:
        """Write a file's findings."""
        findings = report.findings
        if self._view.show_suppressed:
            findings = tuple(sorted((*findings, *report.silenced), key=lambda finding: (finding.span, finding.code)))
        for finding in findings:
            self._finding(finding)

    def finish(self, tally: Tally) -> None:
        """Write the summary."""
        if not self._view.quiet:
            self._out.writelines(f"{line}\n" for line in summary(tally))

    def _finding(self, finding: Finding) -> None:
        severity = finding.severity.value
        silenced = finding.suppressed_by is not None
        mark = " (suppressed)" if silenced else ""
        head = f"{severity}[{finding.rule}]{mark}: "
        self._wrapped(head, "dim" if silenced else severity, finding.message, indent="  ")
        marks = [Mark(finding.location, primary=True)]
        marks += [
            Mark(place, related.text) for place, related in zip(finding.related_locations, finding.related, strict=True)
        ]
        where = f"{finding.path}:{finding.location.line}:{finding.location.column}"
        inside = f" in {plain(finding.test)}" if finding.test else ""
        self._line((" " * gutter(marks) + "--> ", "frame"), (plain(where), ""), (inside, "dim"))
        source = self._view.source(finding.path)
        if source is not None and finding.location != NOWHERE:
            for pieces in frame(source, marks, self._view.width):
                self._line(*((text, severity if style == "primary" else style) for text, style in pieces))
        if finding.advice:
            self._wrapped("help: ", "help", finding.advice)
        if finding.fix is not None:
            self._fix(finding.fix, source)
        if finding.rule not in self._explained:
            self._explained.add(finding.rule)
            self._line((f"why:  sleeplint rule {finding.rule}", "dim"))
        self._line()
        self._write()

    def _fix(self, fix: Fix, source: Source | None) -> None:
        self._wrapped("fix:  ", "help", f"{fix.title} ({_HOW[fix.applicability]})")
        if fix.edits and source is not None:
            for line in _diff(source, fix):
                self._line((line, line[2]))
        elif fix.sketch:
            for line in fix.sketch.rstrip().splitlines():
                self._line((f"  + {plain(line.expandtabs(4))}", "+"))

    def _wrapped(self, head: str, style: str, words: str, indent: str = "      ") -> None:
        from textwrap import wrap

        text = head + plain(" ".join(words.split()))
        lines = wrap(text, self._view.width, subsequent_indent=indent, break_on_hyphens=False)
        self._line((head, style), (lines[0][len(head) :], ""))
        for line in lines[1:]:
            self._line((line, ""))

    def _line(self, *pieces: tuple[str, str]) -> None:
        self._lines.append(pieces)

    def _write(self) -> None:
        """Write the lines that were put together; rich is asked for colours alone."""
        if self._view.color:
            self._paint()
        else:
            self._out.writelines("".join(words for words, _ in pieces).rstrip() + "\n" for pieces in self._lines)
        self._lines.clear()

    def _paint(self) -> None:
        from rich.console import Console
        from rich.text import Text

        if self._console is None:
            self._console = Console(
                file=self._out,
                width=10_000,
                color_system="standard",
                force_terminal=True,
                highlight=False,
                markup=False,
                emoji=False,
                legacy_windows=False,
            )
        lines = []
        for pieces in self._lines:
            line = Text.assemble(*((words, _STYLES.get(style, "")) for words, style in pieces))
            line.rstrip()
            lines.append(line)
        self._console.print(Text("\n", no_wrap=True, overflow="ignore").join(lines), soft_wrap=True)


def _diff(source: Source, fix: Fix) -> Iterator[str]:
    """The lines that a fix takes away and puts in."""
    import difflib

    code, lines = source.code, source.lines
    start = lines.line_span(lines.line(fix.edits[0].span.start)).start
    end = lines.line_span(lines.line(fix.edits[-1].span.end)).end
    changed = bytearray()
    at = start
    for edit in fix.edits:
        changed += code[at : edit.span.start] + edit.text.encode("utf-8", "surrogateescape")
        at = edit.span.end
    changed += code[at:end]
    old, new = (bytes(text).decode("utf-8", "replace").splitlines() for text in (code[start:end], changed))
    for line in list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]:
        if not line.startswith("@@"):
            yield f"  {line[0]} {plain(line[1:].expandtabs(4))}".rstrip()
