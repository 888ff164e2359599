"""The language server, driven as an editor drives it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

from sleeplint.fixing.choosing import apply
from sleeplint.lsp.positions import Positions
from sleeplint.text import Edit, Span

EDITORS = {"pushed, utf-16": "visual-studio-code@v1.65", "pulled, utf-8": "neovim@v0.11"}
LINE = 'start("😀e\u0301"); time.sleep(5)'
PYTHON = f"import time\n\n\ndef test_it():\n    {LINE}\n    assert is_done()\n"
RUST = """\
#[tokio::test]
async fn gives_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (_stream, _) = listener.accept().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    });
    let limit = std::time::Duration::from_secs(1);
    tokio::time::timeout(limit, tokio::net::TcpStream::connect(addr)).await.unwrap().unwrap();
}
"""


def new_client() -> LanguageClient:
    made = make_test_lsp_client()

    def agree(*_: object) -> None:
        """Say yes."""

    asked = (types.CLIENT_REGISTER_CAPABILITY, types.WORKSPACE_CODE_LENS_REFRESH, types.WORKSPACE_INLAY_HINT_REFRESH)
    for method in asked:
        made.feature(method)(agree)
    return made


class Told(dict[str, Sequence[types.Diagnostic]]):
    """The diagnostics of each document, and how often an editor was told of any."""

    times = 0

    def __setitem__(self, uri: str, diagnostics: Sequence[types.Diagnostic]) -> None:
        self.times += 1
        super().__setitem__(uri, diagnostics)


class Editor:
    """An editor with one workspace folder."""

    def __init__(self, client: LanguageClient, folder: Path, encoding: str) -> None:
        self.client = client
        self.folder = folder
        self.encoding = encoding
        self.told = Told()
        client.diagnostics = self.told

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path.as_uri()

    def open(self, name: str, text: str, uri: str | None = None) -> str:
        uri = uri or self.write(name, text)
        language = "rust" if name.endswith(".rs") else "python"
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, version: int, *changes: types.TextDocumentContentChangeEvent) -> None:
        self.client.diagnostics.pop(uri, None)
        identifier = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, list(changes)))

    def watched(self, uri: str) -> None:
        """Tell that a file changed on disk."""
        self.client.diagnostics.clear()
        event = types.FileEvent(uri, types.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    @property
    def pulls(self) -> bool:
        capabilities = self.client.capabilities
        return bool(capabilities and capabilities.text_document and capabilities.text_document.diagnostic)

    async def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        if self.pulls:
            params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
            report = await self.client.text_document_diagnostic_async(params)
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            return list(report.items)
        while uri not in self.client.diagnostics:
            told = self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
            await asyncio.wait_for(told, 15)
        return list(self.client.diagnostics[uri])

    async def hover(self, uri: str, line: int, character: int) -> tuple[str, types.Range | None] | None:
        """What is shown at a place, and for which."""
        place = types.Position(line, character)
        params = types.HoverParams(types.TextDocumentIdentifier(uri), place)
        hover = await self.client.text_document_hover_async(params)
        if hover is None:
            return None
        assert isinstance(hover.contents, types.MarkupContent)
        return hover.contents.value, hover.range

    async def codes(self, uri: str) -> list[object]:
        return [diagnostic.code for diagnostic in await self.diagnostics(uri)]

    async def actions(
        self, uri: str, line: int, *only: str, trigger: types.CodeActionTriggerKind | None = None
    ) -> list[types.CodeAction]:
        place = types.Range(types.Position(line, 0), types.Position(line, 0))
        context = types.CodeActionContext([], only=list(only) or None, trigger_kind=trigger)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), place, context)
        found = await self.client.text_document_code_action_async(params) or []
        return [action for action in found if isinstance(action, types.CodeAction)]

    def applied(self, text: str, action: types.CodeAction) -> str:
        """The text after an action's edit."""
        assert action.edit is not None
        if action.edit.document_changes:
            (change,) = action.edit.document_changes
            assert isinstance(change, types.TextDocumentEdit)
            edits = [edit for edit in change.edits if isinstance(edit, types.TextEdit)]
        else:
            ((_, said),) = (action.edit.changes or {}).items()
            edits = list(said)
        data = text.encode()
        positions = Positions(data, self.encoding)
        spans = [(Span(positions.offset(e.range.start), positions.offset(e.range.end)), e.new_text) for e in edits]
        return apply(data, [Edit(span, new) for span, new in spans]).decode()


@pytest_lsp.fixture(  # type: ignore[untyped-decorator]
    config=ClientServerConfig([sys.executable, "-m", "sleeplint", "server"], client_factory=new_client),
    params=list(EDITORS.values()),
    ids=list(EDITORS),
)
async def client(lsp_client: LanguageClient, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[None]:
    capabilities = client_capabilities(request.param)
    folder = types.WorkspaceFolder(tmp_path.as_uri(), "workspace")
    options = {"showCost": "codeLens"}
    params = types.InitializeParams(
        capabilities, root_uri=tmp_path.as_uri(), workspace_folders=[folder], initialization_options=options
    )
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: LanguageClient, tmp_path: Path) -> Editor:
    general = client.capabilities.general if client.capabilities else None
    encodings = (general.position_encodings if general else None) or [types.PositionEncodingKind.Utf16]
    return Editor(client, tmp_path, types.PositionEncodingKind(encodings[0]).value)


@pytest.mark.asyncio
async def test_a_wait_is_underlined_behind_an_emoji_and_a_combining_mark(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON)
    (diagnostic,) = await editor.diagnostics(uri)
    before = '    start("😀e\u0301"); '
    start = len(before.encode("utf-16-le")) // 2 if editor.encoding == "utf-16" else len(before.encode())
    assert diagnostic.range == types.Range(types.Position(4, start), types.Position(4, start + len("time.sleep(5)")))
    assert diagnostic.source == "sleeplint"
    assert diagnostic.code_description is not None
    assert str(diagnostic.code) in diagnostic.code_description.href


@pytest.mark.asyncio
async def test_a_byte_order_mark_counts_as_the_editor_counts_it(editor: Editor) -> None:
    uri = editor.open("test_it.py", "\ufeffimport time; time.sleep(5)\n")
    (diagnostic,) = await editor.diagnostics(uri)
    assert diagnostic.range.start.character == len("import time; ") + (1 if editor.encoding == "utf-16" else 3)


@pytest.mark.asyncio
async def test_the_verdict_is_the_command_lines(editor: Editor, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    from sleeplint.cli import main

    editor.write("sleeplint.toml", 'profile = "strict"\nbudget.max_sleep_secs = 9\n')
    for name, text in (("test_it.py", PYTHON), ("tests/hold.rs", RUST)):
        uri = editor.open(name, text)
        shown = [(d.code, d.range.start.line + 1) for d in await editor.diagnostics(uri)]
        main(["check", str(editor.folder / name), "--output-format", "json"])
        said = json.loads(capsys.readouterr().out)["findings"]
        assert shown == [(finding["rule"], finding["line"]) for finding in said]
        assert shown


@pytest.mark.asyncio
async def test_edits_move_and_mend(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON)
    before = await editor.diagnostics(uri)
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    editor.change(uri, 2, types.TextDocumentContentChangePartial(range=top, text="# 😀\x0c\u2028 one line\n"))
    after = await editor.diagnostics(uri)
    assert [d.range.start.line for d in after] == [d.range.start.line + 1 for d in before]
    place = after[0].range
    editor.change(uri, 3, types.TextDocumentContentChangePartial(range=place, text="pass"))
    assert await editor.diagnostics(uri) == []


@pytest.mark.asyncio
async def test_a_comment_ignores_the_wait_from_then_on(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON)
    (diagnostic,) = await editor.diagnostics(uri)
    (ignore,) = [a for a in await editor.actions(uri, 4) if a.title == f"Ignore {diagnostic.code} here"]
    text = editor.applied(PYTHON, ignore)
    assert text == PYTHON.replace(
        "    start(", f"    # sleeplint: ignore[{diagnostic.code}] the reason why this wait must stay\n    start("
    )
    editor.change(uri, 2, types.TextDocumentContentChangeWholeDocument(text))
    assert await editor.diagnostics(uri) == []


@pytest.mark.asyncio
async def test_actions_are_filtered_by_kind(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON)
    assert {str(a.kind) for a in await editor.actions(uri, 4, "quickfix")} <= {"quickfix", "CodeActionKind.QuickFix"}
    assert await editor.actions(uri, 4, "refactor") == []
    assert await editor.actions(uri, 0, "quickfix") == []


@pytest.mark.asyncio
async def test_a_hold_is_explained_and_parked_as_the_command_line_does(editor: Editor) -> None:
    uri = editor.open("tests/hold.rs", RUST)
    (diagnostic,) = await editor.diagnostics(uri)
    assert diagnostic.code == "connection-hold"
    assert diagnostic.related_information
    place = types.Position(6, 25)
    hover = await editor.client.text_document_hover_async(types.HoverParams(types.TextDocumentIdentifier(uri), place))
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert "tokio::time::sleep" in hover.contents.value
    assert "connection-hold" in hover.contents.value


@pytest.mark.asyncio
async def test_a_tests_cost_is_shown_where_it_is_named(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON)
    params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
    (lens,) = await editor.client.text_document_code_lens_async(params) or []
    assert lens.range.start == types.Position(3, 4)
    assert lens.command is not None
    assert lens.command.title == "waits 5 s"


@pytest.mark.asyncio
async def test_settings_are_read_again_when_they_change(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON)
    assert await editor.diagnostics(uri)
    settings = editor.write("sleeplint.toml", 'exclude = ["test_*.py"]\n')
    editor.watched(settings)
    assert await editor.diagnostics(uri) == []


@pytest.mark.asyncio
async def test_broken_settings_are_told_once_and_the_last_good_ones_stay(editor: Editor) -> None:
    settings = editor.write("sleeplint.toml", 'profile = "strict"\n')
    uri = editor.open("test_it.py", "import time\n\n\ndef test_it():\n    time.sleep(0.01)\n    assert done()\n")
    before = await editor.codes(uri)
    assert before
    editor.write("sleeplint.toml", "profil = 1\n")
    editor.watched(settings)
    assert await editor.codes(uri) == before
    editor.watched(settings)
    assert await editor.codes(uri) == before
    (message,) = editor.client.messages
    assert "sleeplint.toml" in message.message
    assert "profile" in message.message


@pytest.mark.asyncio
async def test_an_unsaved_document_and_one_outside_any_folder_are_judged_too(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON.replace("test_it", "it"), uri="untitled:Untitled-1")
    assert isinstance(await editor.diagnostics(uri), list)
    outside = (editor.folder.parent / "nowhere" / "test_gone.py").as_uri()
    editor.open("test_gone.py", PYTHON, uri=outside)
    assert await editor.codes(outside)


@pytest.mark.asyncio
async def test_a_closed_document_is_forgotten(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON)
    assert await editor.diagnostics(uri)
    editor.client.diagnostics.pop(uri, None)
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
    assert await editor.diagnostics(uri) == []
    assert await editor.actions(uri, 4) == []


@pytest.mark.asyncio
async def test_a_workspace_runs_no_code_of_its_own(editor: Editor) -> None:
    editor.write("sleeplint_rules.py", "raise SystemExit('run')\n")
    editor.write("conftest.py", "raise SystemExit('run')\n")
    uri = editor.open("test_it.py", PYTHON)
    assert await editor.codes(uri)


POLLING = """\
import threading
import time


def test_polls():
    stop = threading.Event()
    while not stop.is_set():
        step("😀")
        time.sleep(0.1)
"""


@pytest.mark.asyncio
async def test_a_fix_and_all_fixes_write_what_the_command_line_writes(editor: Editor) -> None:
    from sleeplint.cli import main

    for name, text in (("test_polls.py", POLLING), ("tests/hold.rs", RUST)):
        uri = editor.open(name, text)
        (diagnostic,) = await editor.diagnostics(uri)
        main(["check", str(editor.folder / name), "--fix", "--exit-zero", "-q"])
        mended = (editor.folder / name).read_text()
        assert mended != text
        line = diagnostic.range.start.line
        (fix,) = [a for a in await editor.actions(uri, line, "quickfix") if not a.title.startswith("Ignore")]
        assert fix.is_preferred
        assert list(fix.diagnostics or ()) == [diagnostic]
        assert editor.applied(text, fix) == mended
        for kind in ("source.fixAll", "source.fixAll.sleeplint", "source"):
            (whole,) = await editor.actions(uri, 0, kind)
            assert whole.kind == "source.fixAll.sleeplint"
            assert editor.applied(text, whole) == mended
        assert await editor.actions(uri, 0, "source.organizeImports") == []
        assert [a.kind for a in await editor.actions(uri, 0)] == ["source.fixAll.sleeplint"]
        assert await editor.actions(uri, 0, trigger=types.CodeActionTriggerKind.Automatic) == []
        editor.change(uri, 2, types.TextDocumentContentChangeWholeDocument(mended))
        assert diagnostic.code not in [d.code for d in await editor.diagnostics(uri) if d.range.start.line == line]
        assert await editor.actions(uri, line, "source.fixAll") == []


@pytest.mark.asyncio
async def test_an_unsafe_fix_says_so_and_is_not_preferred(editor: Editor) -> None:
    test = "async def test_it():\n    await start()\n    time.sleep(2)\n    assert is_done()\n"
    text = f"import asyncio\nimport time\n\n\n{test}"
    uri = editor.open("test_it.py", text)
    assert len(await editor.diagnostics(uri)) == 1
    (fix,) = [a for a in await editor.actions(uri, 6, "quickfix") if not a.title.startswith("Ignore")]
    assert fix.title.endswith(" (unsafe)")
    assert not fix.is_preferred
    assert "await asyncio.sleep(2)" in editor.applied(text, fix)
    assert await editor.actions(uri, 6, "source.fixAll") == []


@pytest.mark.asyncio
async def test_a_fix_keeps_the_text_of_an_editor_whatever_its_cookie_says(editor: Editor) -> None:
    text = "# -*- coding: latin-1 -*-\n" + POLLING.replace("step", "stäp")
    uri = editor.open("test_polls.py", text)
    assert await editor.diagnostics(uri)
    (whole,) = await editor.actions(uri, 0, "source.fixAll")
    assert editor.applied(text, whole) == text.replace("time.sleep(", "stop.wait(").replace("import time\n", "")


@pytest.mark.asyncio
async def test_unsaved_text_of_a_neighbour_stands_before_the_disk(editor: Editor) -> None:
    helper = "import time\n\nPAUSE = 2\n\n\ndef pause(seconds):\n    time.sleep(seconds)\n"
    test = "def test_it():\n    pause(PAUSE)\n    assert is_done()\n"
    uri = editor.open("test_it.py", f"from helper import PAUSE, pause\n\n\n{test}")
    assert await editor.diagnostics(uri) == []
    editor.client.diagnostics.clear()
    other = editor.open("helper.py", helper, uri=(editor.folder / "helper.py").as_uri())
    assert "2 s" in (await editor.diagnostics(uri))[0].message
    place = types.Range(types.Position(2, 8), types.Position(2, 9))
    editor.client.diagnostics.clear()
    editor.change(other, 2, types.TextDocumentContentChangePartial(range=place, text="7"))
    assert "7 s" in (await editor.diagnostics(uri))[0].message
    editor.client.diagnostics.clear()
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(other)))
    assert await editor.diagnostics(uri) == []
    editor.write("helper.py", helper)
    editor.watched(other)
    assert "2 s" in (await editor.diagnostics(uri))[0].message


@pytest.mark.asyncio
async def test_a_renamed_document_is_judged_where_it_now_lies(editor: Editor) -> None:
    text = PYTHON.replace("def test_it", "def work")
    uri = editor.open("work.py", text)
    assert await editor.diagnostics(uri) == []
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
    (editor.folder / "work.py").rename(editor.folder / "test_work.py")
    assert await editor.codes(editor.open("test_work.py", text))
    (editor.folder / "test_work.py").unlink()
    assert [a.title for a in await editor.actions((editor.folder / "test_work.py").as_uri(), 4)]


@pytest.mark.asyncio
async def test_several_folders_have_settings_of_their_own(editor: Editor) -> None:
    other = editor.folder.parent / f"{editor.folder.name} zweiter Ördner"
    other.mkdir()
    (other / "sleeplint.toml").write_text('select = ["duration-unit"]\n')
    folder = types.WorkspaceFolder(other.as_uri(), "second")
    event = types.WorkspaceFoldersChangeEvent(added=[folder], removed=[])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    assert await editor.codes(editor.open("test_it.py", PYTHON))
    assert await editor.codes(editor.open("test_it.py", PYTHON, uri=(other / "test_it.py").as_uri())) == []


@pytest.mark.asyncio
async def test_a_document_in_another_language_is_none_of_ours(editor: Editor) -> None:
    uri = editor.write("settings.toml", "a = 1\n")
    item = types.TextDocumentItem(uri, "toml", 1, "a = 1\n")
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    assert await editor.diagnostics(uri) == []


@pytest.mark.asyncio
async def test_typing_faster_than_judging_ends_with_the_last_text(editor: Editor) -> None:
    slow = "".join(f"def test_{n}():\n    start()\n    time.sleep({n})\n    assert is_done()\n" for n in range(100))
    text = f"import time\n{slow}" + "    assert is_done()\n" * 20_000
    assert text.count("\n") > 20_000
    uri = editor.open("test_long.py", text)
    before = await editor.diagnostics(uri)
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    told = editor.told.times
    for version in range(2, 102):
        editor.change(uri, version, types.TextDocumentContentChangePartial(range=top, text="\n"))
    after = await editor.diagnostics(uri)
    assert [d.range.start.line for d in after] == [d.range.start.line + 100 for d in before]
    assert editor.told.times - told <= 3


@pytest.mark.asyncio
async def test_a_comment_that_silences_nothing_is_faded(editor: Editor) -> None:
    uri = editor.open("test_it.py", "x = 1  # sleeplint: ignore[startup-sleep] no reason left\n")
    (diagnostic,) = await editor.diagnostics(uri)
    assert diagnostic.code == "unused-suppression"
    assert list(diagnostic.tags or ()) == [types.DiagnosticTag.Unnecessary]


@pytest.mark.asyncio
async def test_the_editors_own_settings_can_change(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON)
    where = types.Range(types.Position(0, 0), types.Position(9, 0))
    hints = types.InlayHintParams(types.TextDocumentIdentifier(uri), where)
    assert not await editor.client.text_document_inlay_hint_async(hints)
    changed = types.DidChangeConfigurationParams({"sleeplint": {"showCost": "inlayHint"}})
    editor.client.workspace_did_change_configuration(changed)
    (hint,) = await editor.client.text_document_inlay_hint_async(hints) or []
    assert (hint.label, hint.position) == ("waits 5 s", types.Position(3, 11))
    lenses = types.CodeLensParams(types.TextDocumentIdentifier(uri))
    assert not await editor.client.text_document_code_lens_async(lenses)


@pytest.mark.asyncio
async def test_the_same_verdict_is_not_sent_twice_to_an_editor_that_asks(editor: Editor) -> None:
    if not editor.pulls:
        pytest.skip("this one is told without asking")
    uri = editor.open("test_it.py", PYTHON)

    async def ask(previous: str | None) -> types.DocumentDiagnosticReport:
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), previous_result_id=previous)
        return await editor.client.text_document_diagnostic_async(params)

    first = await ask(None)
    assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
    assert isinstance(await ask(first.result_id), types.RelatedUnchangedDocumentDiagnosticReport)
    editor.watched(editor.write("sleeplint.toml", "budget.max_sleep_secs = 1\n"))
    assert isinstance(await ask(first.result_id), types.RelatedUnchangedDocumentDiagnosticReport)
    editor.watched(editor.write("sleeplint.toml", 'exclude = ["*.py"]\n'))
    last = await ask(first.result_id)
    assert isinstance(last, types.RelatedFullDocumentDiagnosticReport)
    assert not last.items


LONG = """\
#[tokio::test]
async fn a() {
    let done = tokio::time::timeout(std::time::Duration::from_secs(300), async {
        let first = f().await;
        let second = g(first).await;
        h(second).await
    })
    .await
    .unwrap();
    assert!(done);
}
"""


@pytest.mark.asyncio
async def test_a_wait_around_a_block_is_shown_where_it_begins(editor: Editor) -> None:
    uri = editor.open("tests/long.rs", LONG)
    (diagnostic,) = await editor.diagnostics(uri)
    start, end = LONG.splitlines()[2].index("tokio"), len(LONG.splitlines()[2])
    assert diagnostic.range == types.Range(types.Position(2, start), types.Position(2, end))
    shown = await editor.hover(uri, 2, start)
    assert shown is not None
    assert shown[1] == diagnostic.range
    assert await editor.hover(uri, 2, end) == shown
    assert await editor.hover(uri, 2, start - 1) is None
    assert await editor.hover(uri, 4, 12) is None


@pytest.mark.asyncio
async def test_a_hover_is_short_and_a_wait_without_a_finding_has_one(editor: Editor) -> None:
    uri = editor.open("test_it.py", "\ufeff" + PYTHON.replace("sleep(5)", "sleep(0)").replace("\n", "\r\n"))
    assert await editor.diagnostics(uri) == []
    column = len('    start("😀e\u0301"); '.encode("utf-16-le" if editor.encoding == "utf-16" else "utf-8"))
    column //= 2 if editor.encoding == "utf-16" else 1
    shown = await editor.hover(uri, 4, column)
    assert shown is not None
    assert shown[0].startswith("**sleep** `time.sleep`\n- lasts 0 ms\n")
    assert shown[1] == types.Range(types.Position(4, column), types.Position(4, column + len("time.sleep(0)")))
    editor.change(uri, 2, types.TextDocumentContentChangeWholeDocument(PYTHON))
    told = await editor.hover(uri, 4, column)
    assert told is not None
    assert "**settle-sleep** (SLP104)" in told[0]
    assert "rules/README.md#settle-sleep-slp104" in told[0]
    assert "Options" not in told[0]
    assert "```" not in told[0]


@pytest.mark.asyncio
async def test_actions_are_offered_where_a_long_statement_begins(editor: Editor) -> None:
    text = LONG.replace("        h(", "        log(second);\n" * 12 + "        h(")
    uri = editor.open("tests/long.rs", text)
    assert [a.title for a in await editor.actions(uri, 2)] == ["Ignore timeout-over-budget here"]
    assert await editor.actions(uri, 4) == []


@pytest.mark.asyncio
async def test_wrong_settings_of_the_editor_are_told_in_one_message(editor: Editor) -> None:
    wrong = types.DidChangeConfigurationParams({"sleeplint": {"showCosts": "codeLens", "rulePacks": 1, "max": 3}})
    editor.client.workspace_did_change_configuration(wrong)
    editor.client.workspace_did_change_configuration(wrong)
    others = types.DidChangeConfigurationParams({"pylsp": {"plugins": {}}})
    editor.client.workspace_did_change_configuration(others)
    await editor.actions(editor.open("test_it.py", PYTHON), 4)
    (message,) = editor.client.messages
    assert message.type == types.MessageType.Warning
    assert message.message == (
        "sleeplint: the editor's settings: there is no `showCosts` (did you mean `showCost`?); "
        "`rulePacks` is one of `true`, `false`, not `1`; there is no `max` (rules and budgets belong in "
        "`sleeplint.toml`)"
    )


@pytest.mark.asyncio
async def test_what_is_shown_beside_tests_goes_when_it_is_switched_off(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON)
    lenses = types.CodeLensParams(types.TextDocumentIdentifier(uri))
    assert await editor.client.text_document_code_lens_async(lenses)
    changed = types.DidChangeConfigurationParams({"sleeplint": {"showCost": "off"}})
    editor.client.workspace_did_change_configuration(changed)
    assert not await editor.client.text_document_code_lens_async(lenses)


@pytest.mark.asyncio
async def test_a_cell_of_a_notebook_is_not_judged(editor: Editor) -> None:
    uri = editor.open("test_it.py", PYTHON, uri="vscode-notebook-cell:/tmp/test_it.ipynb#W0sZmlsZQ%3D%3D")
    assert await editor.diagnostics(uri) == []
    assert await editor.actions(uri, 4) == []


@pytest.mark.asyncio
async def test_all_fixes_of_a_long_file_are_within_reach_of_the_cursor(editor: Editor) -> None:
    test = POLLING.partition("\n\n\n")[2]
    text = "import threading\nimport time\n\n\n" + "\n\n".join(test.replace("polls", f"polls_{n}") for n in range(210))
    uri = editor.open("test_polls.py", text)
    last = (await editor.diagnostics(uri))[-1]
    (fix,) = [a for a in await editor.actions(uri, last.range.start.line) if a.is_preferred]
    mended = editor.applied(text, fix)
    head, found, tail = text.rpartition("time.sleep(0.1)")
    assert found
    assert mended == f"{head}stop.wait(0.1){tail}"
