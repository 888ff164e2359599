"""Repairs and ignore comments as an editor's code actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lsprotocol import types

from sleeplint.engine import Report
from sleeplint.errors import InternalError
from sleeplint.finding import Applicability, Finding
from sleeplint.fixing import mend
from sleeplint.fixing.choosing import allowed
from sleeplint.lsp.diagnostics import diagnostic
from sleeplint.lsp.documents import Document
from sleeplint.registry import Registry
from sleeplint.source import Source
from sleeplint.text import Span, common

FIX_ALL = "source.fixAll.sleeplint"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)
PLACEHOLDER = "the reason why this wait must stay"


def wanted(kind: str, context: types.CodeActionContext) -> bool:
    """Whether an editor asks for actions of a `kind`: for it, for what is above it, or for all.

    One that asks for all because the cursor moved is not told of what concerns the whole file.
    """
    if not context.only:
        return kind != FIX_ALL or context.trigger_kind != types.CodeActionTriggerKind.Automatic
    asked = [one.value if isinstance(one, types.CodeActionKind) else one for one in context.only]
    return any(kind == one or kind.startswith(f"{one}.") or one == "" for one in asked)


@dataclass(frozen=True, slots=True)
class QuickFixes:
    """What can be done about the findings of one document."""

    document: Document
    rules: Registry
    versioned: bool
    """The editor takes edits that name the version they are meant for."""

    def concerns(self, chosen: types.Range, report: Report) -> bool:
        """Whether anything was found on the lines of `chosen`."""
        return any(self._touches(chosen, finding) for finding in report.findings)

    def at(self, chosen: types.Range, report: Report) -> Iterator[types.CodeAction]:
        """For each finding on whose statement's lines `chosen` lies: its fix, and a comment that ignores it."""
        for finding in report.findings:
            if self._touches(chosen, finding):
                yield from self._fix(finding)
                yield self._ignore(finding)

    def _touches(self, chosen: types.Range, finding: Finding) -> bool:
        place = self.document.positions.range(finding.statement or finding.span)
        return place.start.line <= chosen.end.line and chosen.start.line <= place.end.line

    def _fix(self, finding: Finding) -> Iterator[types.CodeAction]:
        fix = finding.fix
        if fix is None or not fix.edits or fix.applicability is Applicability.DISPLAY_ONLY:
            return
        unsafe = fix.applicability is Applicability.UNSAFE
        edits = [types.TextEdit(self.document.positions.range(edit.span), edit.text) for edit in fix.edits]
        title = f"{fix.title} (unsafe)" if unsafe else fix.title
        yield self._action(finding, title, edits, preferred=not unsafe)

    def _ignore(self, finding: Finding) -> types.CodeAction:
        """A comment on its own line above the statement: it speaks of the whole of it, however long."""
        source = self.document.source
        first = source.lines.line((finding.statement or finding.span).start)
        start = source.lines.line_span(first).start
        text = source.lines.line_text(first)
        indentation = text[: len(text) - len(text.lstrip(" \t\f"))]
        leader = "//" if source.language == "rust" else "#"
        newline = "\r\n" if b"\r\n" in source.code else "\n"
        comment = f"{indentation}{leader} sleeplint: ignore[{finding.rule}] {PLACEHOLDER}{newline}"
        edit = types.TextEdit(self.document.positions.range(Span(start, start)), comment)
        return self._action(finding, f"Ignore {finding.rule} here", [edit])

    def _action(
        self, finding: Finding, title: str, edits: list[types.TextEdit], preferred: bool | None = None
    ) -> types.CodeAction:
        return types.CodeAction(
            title=title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic(self.document, finding, self.rules)],
            is_preferred=preferred,
            edit=_workspace_edit(self.document, edits, self.versioned),
        )


def fix_all(
    document: Document, judge: Callable[[Source], Report], versioned: bool
) -> tuple[types.CodeAction | None, str | None]:
    """Apply every safe fix until still, as `--fix` does; or why that cannot be done."""
    if not any(allowed(finding.fix, Applicability.SAFE) for finding in judge(document.source).findings):
        return None, None
    try:
        mended = mend(document.source, judge, Applicability.SAFE)
    except InternalError as error:
        return None, str(error)
    if not mended.changed:
        return None, None
    edit = _difference(document, mended.source.code)
    title = f"Apply all safe fixes ({len(mended.applied)})"
    return types.CodeAction(title, kind=FIX_ALL, edit=_workspace_edit(document, [edit], versioned)), None


def _difference(document: Document, after: bytes) -> types.TextEdit:
    """One edit from the document's code to `after`, as short as whole lines allow."""
    before = document.source.code
    start = before.rfind(b"\n", 0, common(before, after)) + 1
    tail = common(before[start:][::-1], after[start:][::-1])
    cut = before.find(b"\n", len(before) - tail)
    tail = len(before) - cut - 1 if cut >= 0 and tail else 0
    span = Span(start, len(before) - tail)
    text = after[start : len(after) - tail].decode("utf-8", "surrogatepass")
    return types.TextEdit(document.positions.range(span), text)


def _workspace_edit(document: Document, edits: list[types.TextEdit], versioned: bool) -> types.WorkspaceEdit:
    if not versioned:
        return types.WorkspaceEdit(changes={document.uri: edits})
    identifier = types.OptionalVersionedTextDocumentIdentifier(uri=document.uri, version=document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, list(edits))])
