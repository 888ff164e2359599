"""The language server: documents in, diagnostics and code actions out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import to_fs_path

from sleeplint import __version__
from sleeplint.engine import Report
from sleeplint.lsp import actions, words
from sleeplint.lsp.diagnostics import diagnostics
from sleeplint.lsp.documents import Document, Documents, opened
from sleeplint.lsp.judging import Judge
from sleeplint.settings.files import NAMES
from sleeplint.source import Source

SLOWEST = 0.5
"""The longest that diagnostics are put off while somebody types, in seconds."""


@dataclass(slots=True)
class Options:
    """What the editor's own settings decide; they come as `initializationOptions`."""

    show_cost: Literal["off", "codeLens", "inlayHint"] = "off"
    rule_packs: bool = True

    def take(self, said: Any) -> None:
        """Take over what an editor sends; what is not understood is left as it was."""
        if isinstance(said, dict):
            said = said.get("sleeplint", said)
        if isinstance(said, dict):
            if said.get("showCost") in ("off", "codeLens", "inlayHint"):
                self.show_cost = said["showCost"]
            if isinstance(said.get("rulePacks"), bool):
                self.rule_packs = said["rulePacks"]


class Protocol(LanguageServerProtocol):
    """pygls's protocol, less its own copy of the text: `sleeplint.lsp.documents` says why."""

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Iterator[Any]:
        """Hand the edits on."""
        if (handler := self.fm.features.get(types.TEXT_DOCUMENT_DID_CHANGE)) is not None:
            yield handler, (params,), None


class Server(LanguageServer):
    """One editor's server."""

    def __init__(self) -> None:
        """Begin with nothing open."""
        super().__init__("sleeplint", __version__, protocol_cls=Protocol)
        self.documents = Documents()
        self.options = Options()
        self.judge = Judge(self.documents, self.complain)
        self._reports: dict[str, tuple[int, Report]] = {}
        self._pending: dict[str, asyncio.TimerHandle] = {}
        self._last_lint = 0.0

    def complain(self, message: str) -> None:
        """Tell the user something, once."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"sleeplint: {message}"))

    def configure(self, said: Any) -> None:
        """Take over the editor's settings."""
        self.options.take(said)
        self.judge = Judge(self.documents, self.complain, packs=self.options.rule_packs)
        self._reports.clear()

    def report(self, document: Document) -> Report:
        """What there is to say about a document, worked out once a version."""
        known = self._reports.get(document.uri)
        if known is None or known[0] != document.version:
            started = perf_counter()
            report = self.judge.report(document)
            self._last_lint = perf_counter() - started
            self._reports[document.uri] = known = (document.version, report)
        return known[1]

    def opened(self, item: types.TextDocumentItem) -> None:
        """A document was opened."""
        self._reports.pop(item.uri, None)
        self.documents.put(opened(item, self.workspace.position_encoding or types.PositionEncodingKind.Utf16))
        self.push(item.uri)

    def changed(self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """A document was edited: its diagnostics follow as soon as the typing leaves time for them."""
        document = self.documents.get(uri)
        if document is None:
            return
        self.documents.put(document.changed(version, changes))
        if self.pulls:
            return
        if (pending := self._pending.pop(uri, None)) is not None:
            pending.cancel()
        delay = min(self._last_lint, SLOWEST)
        self._pending[uri] = asyncio.get_running_loop().call_later(delay, self.push, uri)

    def closed(self, uri: str) -> None:
        """A document was closed: what was said about it is taken back."""
        if (pending := self._pending.pop(uri, None)) is not None:
            pending.cancel()
        self.documents.drop(uri)
        self._reports.pop(uri, None)
        if not self.pulls:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def push(self, uri: str) -> None:
        """Send a document's diagnostics, to an editor that does not ask for them."""
        self._pending.pop(uri, None)
        document = self.documents.get(uri)
        if document is not None and not self.pulls:
            found = diagnostics(document, self.report(document), self.judge.registry())
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, document.version))

    def refresh(self) -> None:
        """Something on disk changed that verdicts rest on: judge everything anew."""
        self.judge.forget()
        self._reports.clear()
        if not self.pulls:
            for document in self.documents:
                self.push(document.uri)
            return
        workspace = self.client_capabilities.workspace
        if workspace and workspace.diagnostics and workspace.diagnostics.refresh_support:
            self.workspace_diagnostic_refresh(None)

    @property
    def pulls(self) -> bool:
        """Whether the editor asks for diagnostics by itself."""
        text_document = self.client_capabilities.text_document
        return bool(text_document and text_document.diagnostic)

    @property
    def versioned(self) -> bool:
        """Whether the editor takes edits that name the version they are meant for."""
        workspace = self.client_capabilities.workspace
        return bool(workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes)


def _is_settings_file(uri: str) -> bool:
    path = to_fs_path(uri)
    return bool(path) and Path(path or "").name in NAMES


def new_server() -> Server:
    """A server with all its features, not yet started."""
    server = Server()

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.configure(params.initialization_options)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched and watched.dynamic_registration:
            watchers = [types.FileSystemWatcher(f"**/{name}") for name in NAMES]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            registration = types.Registration("settings", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            # A client that refuses to watch still tells of what it saves itself.
            with contextlib.suppress(Exception):
                await server.client_register_capability_async(types.RegistrationParams([registration]))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        server.opened(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        server.changed(params.text_document.uri, params.text_document.version, params.content_changes)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        if _is_settings_file(params.text_document.uri):
            server.refresh()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(_: types.DidChangeWatchedFilesParams) -> None:
        server.refresh()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(_: types.DidChangeWorkspaceFoldersParams) -> None:
        server.refresh()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        server.configure(params.settings)
        server.refresh()

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="sleeplint"),
    )
    def diagnostic(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return types.RelatedFullDocumentDiagnosticReport(items=[])
        report = server.report(document)
        result = f"{document.version}-{id(report):x}"
        if params.previous_result_id == result:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=result)
        found = diagnostics(document, report, server.judge.registry())
        return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=result)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=list(actions.KINDS)))
    def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return []

        def judge(source: Source) -> Report:
            return server.judge.judge(source, document.path, repairs=True)

        found: list[types.CodeAction] = []
        only = list(params.context.only or [])
        if actions.wanted(types.CodeActionKind.QuickFix.value, only):
            found += actions.QuickFixes(document, server.judge.registry(), server.versioned).at(
                params.range, judge(document.source)
            )
        if actions.wanted(actions.FIX_ALL, only):
            action, trouble = actions.fix_all(document, judge, server.versioned)
            if trouble:
                server.complain(trouble)
            found += [action] if action else []
        return found

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        return words.hover(document, server.report(document), params.position, server.judge.registry())

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def code_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        document = server.documents.get(params.text_document.uri)
        if document is None or server.options.show_cost != "codeLens":
            return []
        shown = words.costs(document, server.report(document))
        return [types.CodeLens(where, command=types.Command(text, "")) for where, text in shown]

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint]:
        document = server.documents.get(params.text_document.uri)
        if document is None or server.options.show_cost != "inlayHint":
            return []
        shown = words.costs(document, server.report(document))
        return [
            types.InlayHint(where.end, text, padding_left=True)
            for where, text in shown
            if params.range.start.line <= where.start.line <= params.range.end.line
        ]

    return server
