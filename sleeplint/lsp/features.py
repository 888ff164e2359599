"""What an editor can ask for, and who answers."""

from __future__ import annotations

import asyncio
import contextlib

from lsprotocol import types

from sleeplint.lsp import actions, words
from sleeplint.lsp.documents import path_of
from sleeplint.lsp.server import Diagnostics, Server

WATCHED = "**/*.{rs,py,pyi,pyw,toml,ini,cfg}"
"""What verdicts rest on: code that is imported, our settings, Cargo's manifests, the settings of pytest."""


def new_server() -> Server:
    """A server with all its features, not yet started."""
    server = Server()
    _life(server)
    _text(server)
    _disk(server)
    _said(server)
    return server


def _life(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.configure(params.initialization_options, all_ours=True)
        server.folders_opened()

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        server.begun()
        workspace = server.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched and watched.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(WATCHED)])
            registration = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            # An editor that refuses to watch still tells of what it saves itself.
            with contextlib.suppress(Exception):
                await server.client_register_capability_async(types.RegistrationParams([registration]))
                server.watches = True

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        server.configure(params.settings)
        server.refresh()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(_: types.DidChangeWorkspaceFoldersParams) -> None:
        server.folders_opened()
        server.refresh()


def _text(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        server.opened(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        server.changed(params.text_document.uri, params.text_document.version, params.content_changes)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)


def _disk(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        # If nobody watches the disk, a save is the moment to look whether the settings are still the same.
        if not server.watches or (path is not None and path.suffix == ".toml"):
            server.refresh()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path for change in params.changes if (path := path_of(change.uri)) is not None]
        if any(path.suffix == ".toml" for path in paths):
            server.refresh()
        for path in paths:
            server.touched(path)


async def _arrived() -> None:
    """Let the edits that have arrived already come first, and a cancellation of what is asked."""
    await asyncio.sleep(0)


def _said(server: Server) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="sleeplint"),
    )
    async def diagnostic(params: types.DocumentDiagnosticParams) -> Diagnostics:
        await _arrived()
        return server.pulled(params.text_document.uri, params.previous_result_id)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=list(actions.KINDS)))
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        await _arrived()
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return []
        found: list[types.CodeAction] = []
        if actions.wanted(types.CodeActionKind.QuickFix.value, params.context):
            found += server.quick_fixes(document, params.range)
        if actions.wanted(actions.FIX_ALL, params.context):
            action, trouble = actions.fix_all(document, server.rejudged(document), server.versioned)
            if trouble:
                server.complain(trouble)
            found += [action] if action else []
        return found

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        await _arrived()
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        report, rules = server.verdict(document).report, server.judge.registry()
        return words.hover(document, report, params.position, rules, server.reads_markdown)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        await _arrived()
        document = server.documents.get(params.text_document.uri)
        if document is None or server.options.show_cost != "codeLens":
            return []
        shown = words.costs(document, server.verdict(document).report)
        return [types.CodeLens(where, command=types.Command(text, "")) for where, text in shown]

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint]:
        await _arrived()
        document = server.documents.get(params.text_document.uri)
        if document is None or server.options.show_cost != "inlayHint":
            return []
        shown = words.costs(document, server.verdict(document).report)
        return [
            types.InlayHint(where.end, text, padding_left=True)
            for where, text in shown
            if params.range.start.line <= where.start.line <= params.range.end.line
        ]
