"""One editor's server: what is open, what was said about it, and when to say it anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import RawIOBase
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import BinaryIO

from lsprotocol import types
from pygls.exceptions import JsonRpcException, PyglsError
from pygls.io_ import StdoutWriter
from pygls.lsp.server import LanguageServer

from sleeplint import __version__
from sleeplint.engine import Report
from sleeplint.lsp.actions import QuickFixes
from sleeplint.lsp.diagnostics import diagnostics
from sleeplint.lsp.documents import Document, Documents, opened, path_of
from sleeplint.lsp.isolation import shut_out
from sleeplint.lsp.judging import Judge
from sleeplint.lsp.options import Options
from sleeplint.lsp.protocol import Protocol
from sleeplint.source import Source
from sleeplint.text import Span

QUICK = 0.1
"""Seconds: a file that takes longer to judge is judged when the typing pauses, not at every keystroke."""
SLOWEST = 0.5
"""The longest pause that is waited for."""
ASIDE = 0.25
"""The pause after which other files are judged that rest on the one being edited."""
_log = logging.getLogger(__name__)
Diagnostics = types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport


@dataclass(slots=True)
class Verdict:
    """What was said about one version of a document."""

    document: Document
    report: Report
    number: int
    """The same as long as the same is said about the same text."""
    rests_on: frozenset[str]
    """The other files on which it rests."""
    stale: bool = False
    repaired: Report | None = field(default=None, repr=False)
    """The same with repairs, once they were asked for."""
    actions: dict[frozenset[tuple[str, Span]], list[types.CodeAction]] = field(default_factory=dict, repr=False)
    """What can be done about some of the findings, once that was asked for."""


class Server(LanguageServer):
    """One editor's server."""

    protocol: Protocol

    def __init__(self) -> None:
        """Begin with nothing open."""
        super().__init__("sleeplint", __version__, protocol_cls=Protocol)
        self.documents = Documents()
        self.options = Options()
        self.judge = Judge(self.documents, self.complain)
        self.watches = False
        """The editor tells of files that change on disk."""
        self._verdicts: dict[str, Verdict] = {}
        self._numbers = count(1)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._lasted = 0.0
        self._troubles: tuple[str, ...] = ()
        """What was wrong with the editor's settings when it last sent any."""

    def serve(self, stdin: RawIOBase, stdout: BinaryIO) -> int:
        """Serve until the editor leaves; the exit code."""
        self.protocol.set_writer(StdoutWriter(stdout))
        try:
            return asyncio.run(self.protocol.converse(stdin))
        except KeyboardInterrupt:
            return 130

    def complain(self, message: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Tell the user something, once."""
        self.window_show_message(types.ShowMessageParams(kind, f"sleeplint: {message}"))

    def report_server_error(self, error: Exception, source: type[PyglsError | JsonRpcException]) -> None:
        """Log a mistake of ours; whoever asked has the answer already, and nobody else wants a window about it."""
        _log.error("%s", error)

    def configure(self, said: object, *, all_ours: bool = False) -> None:
        """Take over the editor's settings; `all_ours` if nobody else's stand among them.

        What is wrong with them is told in one message, and not again until something else is.
        """
        before = self.options
        self.options, troubles = self.options.said(said, all_ours=all_ours)
        if troubles and troubles != self._troubles:
            self.complain(f"the editor's settings: {'; '.join(troubles)}", types.MessageType.Warning)
        self._troubles = troubles
        if self.options.rule_packs != before.rule_packs:
            self.judge = Judge(self.documents, self.complain, packs=self.options.rule_packs)

    def begun(self) -> None:
        """The editor is ready to be told something."""
        for trouble in self.judge.registry().troubles:
            self.complain(trouble)

    def folders_opened(self) -> None:
        """The editor's folders are known, or others were added: nothing is imported from them."""
        shut_out(path for folder in self.workspace.folders.values() if (path := path_of(folder.uri)) is not None)

    # What is open

    def opened(self, item: types.TextDocumentItem) -> None:
        """A document was opened."""
        document = opened(item, self.workspace.position_encoding or types.PositionEncodingKind.Utf16)
        self._verdicts.pop(item.uri, None)
        self.documents.put(document)
        self._moved(document.path)
        self._later(item.uri, 0)

    def changed(self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """A document was edited: its diagnostics follow as soon as the typing leaves time for them."""
        document = self.documents.get(uri)
        if document is None:
            return
        self.documents.put(document.changed(version, changes))
        self._moved(document.path)
        self._later(uri, 0 if self._lasted < QUICK else min(self._lasted, SLOWEST))

    def closed(self, uri: str) -> None:
        """A document was closed: what was said about it is taken back, and the disk's text stands again."""
        document = self.documents.get(uri)
        if (timer := self._timers.pop(uri, None)) is not None:
            timer.cancel()
        self.documents.drop(uri)
        self._verdicts.pop(uri, None)
        if document is not None:
            self._moved(document.path)
        if not self.pulls:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def touched(self, path: Path) -> None:
        """A file changed on disk. Unsaved text stands before it."""
        if self.documents.at(path) is None:
            self._moved(path)

    def _moved(self, path: Path | None) -> None:
        """Another text stands at a path than before: what rests on it is judged anew, a little later."""
        if path is None:
            return
        self.judge.moved(path)
        names = {str(path), path.as_posix()}
        resting = [
            uri
            for uri, verdict in self._verdicts.items()
            if verdict.document.path != path and not names.isdisjoint(verdict.rests_on)
        ]
        for uri in resting:
            self._verdicts[uri].stale = True
            if not self.pulls:
                self._later(uri, ASIDE)
        if resting and self.pulls:
            self._once("refresh", ASIDE, self._ask_to_pull)
        if resting and self.options.show_cost != "off":
            self._once("costs", ASIDE, self._refresh_costs)

    def refresh(self) -> None:
        """Settings changed: judge everything anew."""
        self.judge.forget()
        for verdict in self._verdicts.values():
            verdict.stale = True
        for document in self.documents:
            self._later(document.uri, 0)
        if self.pulls:
            self._ask_to_pull()
        self._refresh_costs()

    # What is said

    def verdict(self, document: Document) -> Verdict:
        """What there is to say about a document, worked out once a version."""
        known = self._verdicts.get(document.uri)
        if known is not None and known.document is document and not known.stale:
            return known
        started = perf_counter()
        report = self.judge.report(document)
        self._lasted = perf_counter() - started
        same = known is not None and known.document is document and known.report == report
        number = known.number if known is not None and same else next(self._numbers)
        found = Verdict(document, report, number, report.consulted)
        self._verdicts[document.uri] = found
        return found

    def repaired(self, document: Document) -> Report:
        """The same with repairs, which take longer than a keystroke."""
        verdict = self.verdict(document)
        if not verdict.report.findings:
            return verdict.report
        if verdict.repaired is None:
            verdict.repaired = self.judge.report(document, repairs=True)
        return verdict.repaired

    def quick_fixes(self, document: Document, chosen: types.Range) -> list[types.CodeAction]:
        """What can be done about the findings on the lines of `chosen`; only these are repaired."""
        verdict = self.verdict(document)
        fixes = QuickFixes(
            document, self.judge.registry(), self.versioned, lambda text: self.judge.judge(text, document.path)
        )
        touched = frozenset((one.rule, one.span) for one in verdict.report.findings if fixes.touches(chosen, one))
        if touched and touched not in verdict.actions:
            repaired = self.judge.report(document, repairs=lambda one: (one.rule, one.span) in touched)
            wanted = [one for one in repaired.findings if (one.rule, one.span) in touched]
            verdict.actions[touched] = fixes.of(wanted, verdict.report)
        return verdict.actions.get(touched, [])

    def rejudged(self, document: Document) -> Callable[[Source], Report]:
        """How other texts would be judged in the place of a document, repairs included."""

        def judge(source: Source) -> Report:
            if source is document.source:
                return self.repaired(document)
            return self.judge.judge(source, document.path, repairs=True)

        return judge

    def push(self, uri: str) -> None:
        """Send a document's diagnostics, to an editor that does not ask for them."""
        document = self.documents.get(uri)
        if document is not None:
            found = diagnostics(document, self.verdict(document).report, self.judge.registry())
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, document.version))

    def pulled(self, uri: str, previous: str | None) -> Diagnostics:
        """A document's diagnostics, for an editor that asks; `previous` is the last answer's name."""
        document = self.documents.get(uri)
        if document is None:
            return types.RelatedFullDocumentDiagnosticReport(items=[])
        verdict = self.verdict(document)
        name = f"{verdict.number}"
        if previous == name:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=name)
        found = diagnostics(document, verdict.report, self.judge.registry())
        return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=name)

    def _later(self, uri: str, delay: float) -> None:
        """Push after a delay. Even without one, all that the editor has already sent comes first."""
        if not self.pulls:
            self._once(uri, delay, lambda: self.push(uri))

    def _once(self, key: str, delay: float, do: Callable[[], None]) -> None:
        if (timer := self._timers.pop(key, None)) is not None:
            timer.cancel()

        def due() -> None:
            self._timers.pop(key, None)
            do()

        self._timers[key] = asyncio.get_running_loop().call_later(delay, due)

    def _refresh_costs(self) -> None:
        """Have what is shown beside tests asked for anew, also that which is shown no longer."""
        workspace = self.client_capabilities.workspace
        if workspace and workspace.code_lens and workspace.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)
        if workspace and workspace.inlay_hint and workspace.inlay_hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    def _ask_to_pull(self) -> None:
        workspace = self.client_capabilities.workspace
        if workspace and workspace.diagnostics and workspace.diagnostics.refresh_support:
            self.workspace_diagnostic_refresh(None)

    # What the editor can do

    @property
    def pulls(self) -> bool:
        """Whether the editor asks for diagnostics by itself."""
        text_document = self.client_capabilities.text_document
        return bool(text_document and text_document.diagnostic)

    @property
    def reads_markdown(self) -> bool:
        """Whether the editor shows hovers in Markdown; one that does not say is taken to."""
        text_document = self.client_capabilities.text_document
        formats = text_document.hover.content_format if text_document and text_document.hover else None
        return not formats or types.MarkupKind.Markdown in formats

    @property
    def versioned(self) -> bool:
        """Whether the editor takes edits that name the version they are meant for."""
        workspace = self.client_capabilities.workspace
        return bool(workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes)
