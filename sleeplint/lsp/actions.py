"""Repairs and ignore comments as an editor's code actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from sleeplint.engine import Report
from sleeplint.errors import InternalError
from sleeplint.finding import Applicability, Finding
from sleeplint.fixing import mend
from sleeplint.fixing.choosing import allowed
from sleeplint.lsp.diagnostics import diagnostic
from sleeplint.lsp.documents import Document
from sleeplint.lsp.ignoring import ignoring
from sleeplint.registry import Registry
from sleeplint.source import Source
from sleeplint.text import Edit, Span, common

FIX_ALL = "source.fixAll.sleeplint"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)
_LONG = 10
"""Lines of a statement on all of which its actions are offered; a longer one holds other code."""


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
    judge: Callable[[Source], Report]
    """How another text would be judged in the document's place."""

    def touches(self, chosen: types.Range, finding: Finding) -> bool:
        """Whether `chosen` lies on the lines of a finding's statement; of a long one, where the wait begins."""
        positions = self.document.positions
        statement = positions.range(finding.statement or finding.span)
        last = statement.end.line
        if last - statement.start.line > _LONG:
            last = positions.position(finding.span.start).line
        return statement.start.line <= chosen.end.line and chosen.start.line <= last

    def of(self, findings: Sequence[Finding], report: Report) -> list[types.CodeAction]:
        """For each of the findings, as repairs left them, its fix, and a comment that ignores it."""
        offered: list[types.CodeAction] = []
        for finding in findings:
            for action in (*self._fix(finding), *self._ignore(finding, report)):
                same = next((one for one in offered if (one.title, one.edit) == (action.title, action.edit)), None)
                if same is None:
                    offered.append(action)
                else:  # two waits on one line, one comment for both
                    same.diagnostics = [*(same.diagnostics or ()), *(action.diagnostics or ())]
        return offered

    def _fix(self, finding: Finding) -> Iterator[types.CodeAction]:
        fix = finding.fix
        if fix is None or not fix.edits or fix.applicability is Applicability.DISPLAY_ONLY:
            return
        unsafe = fix.applicability is Applicability.UNSAFE
        title = f"{fix.title} (unsafe)" if unsafe else fix.title
        yield self._action(finding, title, fix.edits, preferred=not unsafe)

    def _ignore(self, finding: Finding, report: Report) -> Iterator[types.CodeAction]:
        edit = ignoring(self.document.source, finding, report, self.judge)
        if edit is not None:
            yield self._action(finding, f"Ignore {finding.rule} here", [edit])

    def _action(
        self, finding: Finding, title: str, edits: Sequence[Edit], preferred: bool | None = None
    ) -> types.CodeAction:
        ranged = [types.TextEdit(self.document.positions.range(edit.span), edit.text) for edit in edits]
        return types.CodeAction(
            title=title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic(self.document, finding, self.rules)],
            is_preferred=preferred,
            edit=_workspace_edit(self.document, ranged, self.versioned),
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
