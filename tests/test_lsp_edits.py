"""However a text came about, it is judged as if it had just been opened."""

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from lsprotocol import types

from sleeplint.engine import Report
from sleeplint.languages.growth import Trees
from sleeplint.lsp.diagnostics import diagnostics
from sleeplint.lsp.documents import Document, Documents
from sleeplint.lsp.judging import Judge
from sleeplint.text import Span

RUST = {
    "Cargo.toml": '[package]\nname = "pool"\nversion = "0.1.0"\n[lib]\npath = "src/lib.rs"\n',
    "src/lib.rs": """\
pub mod testing {
    use std::time::Duration;
    pub const PAUSE_MS: u64 = 700;
    pub async fn pause(ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
pub mod client;
""",
    "src/client.rs": "pub struct Client;\nimpl Client {\n    pub fn get(&self) -> bool {\n        true\n    }\n}\n",
    "tests/common/mod.rs": """\
use std::time::Duration;
pub async fn settle() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}
pub const LIMIT: Duration = Duration::from_secs(60);
""",
    "tests/pool.rs": """\
mod common;
use common::{settle, LIMIT};
use pool::testing::{pause, PAUSE_MS};
use tokio::time::{sleep, timeout};
use std::time::Duration;

// 😀 é
#[tokio::test]
async fn holds() {
    let task = tokio::spawn(async move {
        let (_stream, _) = listener.accept().await.unwrap();
        sleep(Duration::from_secs(5)).await;
    });
    pause(PAUSE_MS).await;
    assert!(timeout(LIMIT, client.get()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn waits() {
    settle().await;
    tokio::select! {
        _ = sleep(Duration::from_millis(1500)) => panic!("late"),
        _ = done.recv() => {}
    }
    // sleeplint: ignore[settle-sleep] no event tells
    sleep(Duration::from_secs(3)).await;
    assert!(is_done());
}
""",
}
PYTHON = {
    "pyproject.toml": "[tool.sleeplint]\nprofile = 'strict'\n",
    "helpers.py": """\
import time

PAUSE = 0.7


def pause(seconds):
    time.sleep(seconds)


class Gate:
    def wait_open(self, timeout=5):
        return self.event.wait(timeout)
""",
    "conftest.py": """\
import pytest
from helpers import pause


@pytest.fixture
def settled():
    pause(2)
    yield
""",
    "test_pool.py": """\
import asyncio
import threading
from time import sleep

from helpers import PAUSE, Gate, pause


def test_holds(settled):
    thread = threading.Thread(target=serve)
    thread.start()
    sleep(0.5)  # 😀 é
    pause(PAUSE)
    while not is_done():
        sleep(0.1)
    assert Gate().wait_open()


async def test_waits():
    task = asyncio.create_task(serve())
    await asyncio.sleep(1)
    # sleeplint: ignore[settle-sleep] no event tells
    await asyncio.sleep(3)
    assert task.done()
""",
}
PIECES = (
    "x", "s", "_", " ", "    ", "\n", "(", ")", "{", "}", '"', "'", "/", "//", "/*", "*/", "#", '"""', 'r#"', ",", ";",
    ":", "5", "0", ".await", "await ", "async ", "sleep(3)", "pause(9000);", "time.sleep(4)\n", "\r\n", "\r", "😀",
    "\u2028", "use tokio::time::*;", "import time\n", "return\n", "#[test]\n", "mod x;\n",
    "def test_x():\n    pause(2)\n", "\ufeff", "if x:\n", "// sleeplint: ignore[startup-sleep]\n",
    "# sleeplint: ignore\n", "from helpers import *\n",
)  # fmt: skip


class Editor:
    """An editor that has all files of a folder open."""

    def __init__(self, folder: Path, texts: Mapping[str, str]) -> None:
        self.documents = Documents()
        self.judge = Judge(self.documents, pytest.fail)
        self.texts = {}
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            self.texts[path.as_uri()] = text
            if name.endswith((".rs", ".py")):
                language = "rust" if name.endswith(".rs") else "python"
                self.documents.put(Document(path.as_uri(), language, 1, text.encode(), "utf-16"))  # type: ignore[arg-type]

    def edit(self, document: Document, start: int, end: int, text: str) -> None:
        """Put a text between two byte offsets, as an editor tells of it."""
        positions = document.positions
        where = types.Range(positions.position(start), positions.position(end))
        change = types.TextDocumentContentChangePartial(range=where, text=text)
        self.put(document.changed(document.version + 1, [change]))

    def put(self, document: Document) -> None:
        self.documents.put(document)
        assert document.path is not None
        self.judge.moved(document.path)

    def shown(self, judge: Judge, document: Document) -> tuple[Report, list[types.Diagnostic]]:
        report = judge.report(document)
        return report, diagnostics(document, report, judge.registry())

    def is_as_if_just_opened(self) -> bool:
        opened = Documents()
        for document in self.documents:
            data = document.source.bom + document.source.code
            opened.put(Document(document.uri, document.language, document.version, data, "utf-16"))
        fresh = Judge(opened, pytest.fail)
        return all(
            self.shown(self.judge, one) == self.shown(fresh, other)
            for one, other in zip(self.documents, opened, strict=True)
        )


def at_random(chance: random.Random, document: Document) -> tuple[int, int, str]:
    """A place between characters, and what to put there."""
    text = (document.source.bom + document.source.code).decode()
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice((0, 0, 0, 1, 1, 4, 30)))
    shift = len(document.source.bom)
    first, last = (max(0, len(text[:at].encode()) - shift) for at in (start, end))
    return first, last, chance.choice(PIECES) if end == start or chance.random() < 0.3 else ""


@pytest.mark.parametrize("texts", [RUST, PYTHON], ids=["rust", "python"])
def test_a_thousand_edits_end_with_what_a_fresh_reading_says(tmp_path: Path, texts: Mapping[str, str]) -> None:
    chance = random.Random(8)
    editor = Editor(tmp_path, texts)
    found = 0
    for number in range(1_000):
        document = chance.choice(list(editor.documents))
        if chance.random() < 0.15:
            data = editor.texts[document.uri].encode()
            editor.put(Document(document.uri, document.language, document.version + 1, data, "utf-16"))
        else:
            editor.edit(document, *at_random(chance, document))
        found += len(editor.judge.report(chance.choice(list(editor.documents))).findings)
        if number % 10 == 9:
            assert editor.is_as_if_just_opened(), f"after edit {number}"
    assert found > 500


@pytest.mark.parametrize("texts", [RUST, PYTHON], ids=["rust", "python"])
def test_what_is_typed_into_a_helper_is_known_to_its_users(tmp_path: Path, texts: Mapping[str, str]) -> None:
    editor = Editor(tmp_path, texts)
    helper, user = (
        next(document for document in editor.documents if document.uri.endswith(name))
        for name in (("lib.rs", "pool.rs") if texts is RUST else ("helpers.py", "test_pool.py"))
    )
    before = [wait.duration_ms for wait in editor.judge.report(user).waits if wait.wrapper]
    assert 700 in before
    code = helper.source.code
    old = b"= 700" if texts is RUST else b"= 0.7"
    start = code.index(old)
    editor.edit(helper, start, start + len(old), "= 800" if texts is RUST else "= 0.8")
    after = [wait.duration_ms for wait in editor.judge.report(user).waits if wait.wrapper]
    assert after == [800 if duration == 700 else duration for duration in before]


def test_only_what_changed_is_parsed_again() -> None:
    from sleeplint.languages.python.parsing import parse

    asked: list[bool] = []
    trees = Trees()

    def grown(code: bytes) -> str | None:
        def grow(before: object) -> object:
            asked.append(before is not None)
            return parse(code, before=before)  # type: ignore[arg-type]

        tree = trees.grown("a.py", code, grow)  # type: ignore[arg-type]
        return str(tree.root_node) if tree is not None else None

    whole = b"def a():\n    return 1\n\n\ndef b():\n    return 2\n"
    assert grown(whole) == str(parse(whole).root_node)  # type: ignore[union-attr]
    assert grown(whole.replace(b"2", b"f(2)")) == str(parse(whole.replace(b"2", b"f(2)")).root_node)  # type: ignore[union-attr]
    assert asked == [False, True]
    broken = whole.replace(b"2", b"f(2")
    assert grown(broken) is None
    assert grown(whole) == str(parse(whole).root_node)  # type: ignore[union-attr]
    assert asked == [False, True, True, True]


def test_spans_of_edits_survive_a_byte_order_mark() -> None:
    document = Document("file:///a.py", "python", 1, "\ufeffx = 1\n".encode(), "utf-16")
    where = document.positions.range(Span(4, 5))
    document = document.changed(2, [types.TextDocumentContentChangePartial(range=where, text="2")])
    assert document.source.code == b"x = 2\n"
