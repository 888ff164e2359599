"""How long after a keystroke an editor has its diagnostics: a real server on pipes, files of 3,000 lines.

    python benchmarks/editor.py [FILE] [--keystrokes N] [--check]

Without FILE it types into tests of its own making, first in Rust, then in Python. It types as people do:
statements letter by letter, in random places, so that half of the time the text does not parse; now and
then a line is deleted again. Each keystroke is timed from the first byte of the change sent to the last byte of its
diagnostics received. Other programs on the machine show in the wall times; the server's own processor
time per keystroke stands beside them. `--check` fails above the bounds of the project: a median of
30 ms and a 95th percentile of 100 ms, on an idle machine of two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from lsprotocol import types

from sleeplint.lsp.diagnostics import diagnostics
from sleeplint.lsp.documents import Document, Documents
from sleeplint.lsp.judging import Judge
from sleeplint.lsp.wire import Wire
from sleeplint.source import Language, language_of

MEDIAN, WORST = 30.0, 100.0
"""Milliseconds; see above."""
STATEMENTS: Mapping[Language, Sequence[str]] = {
    "rust": (
        'let answer = client.get("/a").await.unwrap();',
        "for n in 0..3 { send(n).await; }",
        "tokio::time::sleep(Duration::from_millis(200)).await;",
        "assert_eq!(answer, 1); // counted",
        "if done { return; }",
        "tokio::select! { _ = rx.recv() => {}, _ = sleep(LIMIT) => panic!() }",
    ),
    "python": (
        'answer = client.get("/a")',
        "for n in range(3): send(n)",
        "time.sleep(0.2)",
        "assert answer == 1, f'{answer}'  # counted",
        "if done: return",
        "await asyncio.wait_for(queue.get(), timeout=5)",
    ),
}


def written(language: Language, lines: int = 3_000) -> str:
    """Tests of a server as a project has them, though with more waits: one to about seventy lines.

    The files of 3,000 lines that public repositories have hold one to between a hundred and a thousand.
    """
    parts = [_HEADS[language]]
    number = 0
    while sum(part.count("\n") for part in parts) < lines:
        number += 1
        parts.append(_TESTS[language][_ORDER[number % len(_ORDER)]].replace("NUMBER", str(number)))
    return ("\n" if language == "rust" else "\n\n").join(parts)


_ORDER = (0, 1, 3, 1, 3, 1, 2, 3, 1, 3, 1, 3)
_HEADS: Mapping[Language, str] = {
    "rust": (
        "use std::time::Duration;\n\nuse tokio::net::{TcpListener, TcpStream};\nuse tokio::time::{sleep, timeout};\n"
    ),
    "python": "import asyncio\nimport socket\nimport threading\nimport time\n\nimport pytest\n",
}
_RUST = (
    """\
#[tokio::test]
async fn keeps_the_connection_NUMBER() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (_stream, _) = listener.accept().await.unwrap();
        sleep(Duration::from_secs(5)).await;
    });
    let stream = timeout(Duration::from_secs(1), TcpStream::connect(addr)).await.unwrap().unwrap();
    assert_eq!(stream.peer_addr().unwrap(), addr);
}
""",
    """\
/// What a request looks like when it is built from parts, number NUMBER.
#[test]
fn builds_request_NUMBER() {
    let request = Request::builder()
        .method("GET")
        .uri(format!("https://example.org/{}", NUMBER))
        .header("accept", "text/plain")
        .body(Body::empty())
        .unwrap();
    let parts: Vec<_> = request.headers().iter().map(|(name, value)| (name.as_str(), value)).collect();
    assert_eq!(parts, vec![("accept", &"text/plain".parse().unwrap())]);
    match request.uri().path().split('/').nth(1) {
        Some(segment) if segment.parse::<u32>().is_ok() => assert_eq!(segment, "NUMBER"),
        Some(other) => panic!("not a number: {other}"),
        None => unreachable!(),
    }
}
""",
    """\
#[tokio::test]
async fn settles_NUMBER() {
    let (tx, mut rx) = tokio::sync::mpsc::channel(8);
    let worker = tokio::spawn(async move {
        for n in 0..NUMBER {
            tx.send(n).await.unwrap();
        }
    });
    sleep(Duration::from_millis(300)).await;
    let mut seen = Vec::new();
    while let Some(n) = rx.recv().await {
        seen.push(n);
    }
    worker.await.unwrap();
    assert_eq!(seen.len(), NUMBER);
}
""",
    """\
struct FixtureNUMBER {
    name: String,
    ports: Vec<u16>,
}

impl FixtureNUMBER {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ports: (8000..8000 + NUMBER % 10).collect() }
    }

    fn first(&self) -> Option<u16> {
        self.ports.first().copied()
    }
}

#[test]
fn fixture_NUMBER_has_a_port() {
    let fixture = FixtureNUMBER::new("it's \\"quoted\\"");
    assert!(fixture.first().is_none_or(|port| port >= 8000), "{}", fixture.name);
    assert!(!fixture.name.is_empty());
}
""",
)


_PYTHON = (
    """\
async def test_keeps_the_connection_NUMBER():
    async def serve(reader, writer):
        await asyncio.sleep(5)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 1)
        assert writer.get_extra_info("peername")[1] == port
""",
    """\
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_builds_request_NUMBER(method):
    \'\'\'What a request looks like when it is built from parts, number NUMBER.\'\'\'
    request = Request(
        method,
        f"https://example.org/{NUMBER}",
        headers={"accept": "text/plain"},
    )
    parts = {name.lower(): value for name, value in request.headers.items()}
    assert parts == {"accept": "text/plain"}
    match request.path.split("/"):
        case [_, segment] if segment.isdigit():
            assert segment == "NUMBER"
        case other:
            pytest.fail(f"not a number: {other}")
""",
    """\
def test_settles_NUMBER():
    seen = []
    worker = threading.Thread(target=lambda: seen.extend(range(NUMBER)))
    worker.start()
    time.sleep(0.3)
    total = 0
    for n in seen:
        total += n
    worker.join(timeout=5)
    assert len(seen) == NUMBER
""",
    """\
class TestFixtureNUMBER:
    name = "it's \\"quoted\\""

    @pytest.fixture
    def ports(self):
        return list(range(8000, 8000 + NUMBER % 10))

    def first(self, ports):
        return ports[0] if ports else None

    def test_it_has_a_port(self, ports):
        first = self.first(ports)
        assert first is None or first >= 8000, self.name
        assert self.name
""",
)
_TESTS: Mapping[Language, Sequence[str]] = {"rust": _RUST, "python": _PYTHON}


def typing(
    lines: list[str], keystrokes: int, chance: random.Random, language: Language
) -> Iterator[tuple[int, int, int, str]]:
    """Line, column, how many letters go and what comes; `lines` are kept as they become."""
    end = ";" if language == "rust" else ")"
    while keystrokes > 0:
        inside = [n for n, line in enumerate(lines) if line.startswith("    ") and line.rstrip().endswith(end)]
        place = chance.choice(inside) + 1
        lines.insert(place, "    ")
        yield place - 1, len(lines[place - 1]), 0, "\n    "
        statement = chance.choice(STATEMENTS[language])
        for letter in statement:
            column = len(lines[place])
            lines[place] += letter
            yield place, column, 0, letter
        keystrokes -= len(statement) + 1
        if chance.random() < 0.5:
            column = len(lines[place])
            for gone in range(column, 4, -1):
                lines[place] = lines[place][: gone - 1]
                yield place, gone - 1, 1, ""
                keystrokes -= 1


class Editor:
    """An editor that is told of diagnostics."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "sleeplint", "server"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout.fileno()
        self._wire = Wire()
        self._heard: list[Any] = []
        self.send("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}}, 1)
        self.wait_for(lambda message: message.get("id") == 1)
        self.send("initialized", {})

    def send(self, method: str, params: object, identity: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message if identity is None else message | {"id": identity}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._in.flush()

    def wait_for(self, wanted: Any) -> Any:
        while True:
            while self._heard:
                message = self._heard.pop(0)
                if wanted(message):
                    return message
            self._heard += list(self._wire.feed(os.read(self._out, 1 << 20)))

    def told_of(self, version: int) -> Any:
        """The diagnostics of one version of the document."""
        return self.wait_for(lambda m: m.get("params", {}).get("version") == version)["params"]["diagnostics"]

    def processor_ms(self) -> float:
        """What the server has worked so far."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK") * 1000

    def leave(self) -> None:
        self.send("shutdown", None, 2)
        self.wait_for(lambda message: message.get("id") == 2)
        self.send("exit", None)
        self.process.communicate()


def measure(path: Path, keystrokes: int) -> tuple[list[float], float, float]:
    """Milliseconds of each keystroke, of opening, and the server's processor time for a keystroke."""
    lines = path.read_text().split("\n")
    language = _language(path)
    uri = path.as_uri()
    editor = Editor(path.parent)
    started = perf_counter()
    document = {"uri": uri, "languageId": language, "version": 0, "text": "\n".join(lines)}
    editor.send("textDocument/didOpen", {"textDocument": document})
    editor.told_of(0)
    opening = (perf_counter() - started) * 1000
    worked = editor.processor_ms()
    took = []
    for version, (line, column, gone, text) in enumerate(typing(lines, keystrokes, random.Random(1), language), 1):
        where = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column + gone}}
        change = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"range": where, "text": text}]}
        started = perf_counter()
        editor.send("textDocument/didChange", change)
        told = editor.told_of(version)
        took.append((perf_counter() - started) * 1000)
    worked = (editor.processor_ms() - worked) / len(took)
    fresh = _shown(Document(uri, language, 0, "\n".join(lines).encode(), "utf-16"))
    assert [d["message"] for d in told] == fresh, "typing ended with other diagnostics than a fresh reading has"
    editor.leave()
    return took, opening, worked


def _language(path: Path) -> Language:
    return language_of(path.name) or "python"


def _shown(document: Document) -> list[str]:
    documents = Documents()
    documents.put(document)
    judge = Judge(documents, print)
    return [shown.message for shown in diagnostics(document, judge.report(document), judge.registry())]


def stages(path: Path) -> dict[str, float]:
    """Where the processor time of a keystroke goes, in this process: medians in milliseconds."""
    documents = Documents()
    language = _language(path)
    document = Document(path.as_uri(), language, 0, path.read_bytes(), "utf-16")
    judge = Judge(documents, print)
    judge.report(document)
    found: dict[str, list[float]] = {"apply the edit": [], "judge": [], "positions and messages": [], "JSON": []}
    lines = path.read_text().split("\n")
    for version, (line, column, gone, text) in enumerate(typing(lines, 200, random.Random(2), language), 1):
        times = [process_time()]
        where = types.Range(types.Position(line, column), types.Position(line, column + gone))
        change = types.TextDocumentContentChangePartial(range=where, text=text)
        document = document.changed(version, [change])
        documents.put(document)
        judge.moved(path)
        times.append(process_time())
        report = judge.report(document)
        times.append(process_time())
        shown = diagnostics(document, report, judge.registry())
        times.append(process_time())
        json.dumps([str(one) for one in shown])
        times.append(process_time())
        for name, before, after in zip(found, times, times[1:], strict=False):
            found[name].append((after - before) * 1000)
    return {name: statistics.median(values) for name, values in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--keystrokes", type=int, default=500)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.file:
        return int(not _said(options.file.resolve(), options.keystrokes) and options.check)
    with tempfile.TemporaryDirectory() as folder:
        within = True
        for name in ("server.rs", "test_server.py"):
            path = Path(folder) / name.replace(".", "_") / "tests" / name
            path.parent.mkdir(parents=True)
            path.write_text(written(_language(path)))
            within &= _said(path, options.keystrokes)
    return int(options.check and not within)


def _said(path: Path, keystrokes: int) -> bool:
    """Measure and print; whether it is within the bounds."""
    took, opening, worked = measure(path, keystrokes)
    parts = stages(path)
    lines = path.read_text().count("\n")
    median = statistics.median(took)
    worst = statistics.quantiles(took, n=20)[-1]
    load = os.getloadavg()[0]
    print(f"{path.name}: {lines} lines, {len(took)} keystrokes, load {load:.1f}")
    print(f"median {median:.1f} ms, 95th percentile {worst:.1f} ms, worst {max(took):.1f} ms; opening {opening:.0f} ms")
    print(f"the server worked {worked:.1f} ms a keystroke, of which by stage (medians):")
    for name, value in parts.items():
        print(f"  {name:24} {value:6.2f} ms")
    return median <= MEDIAN and worst <= WORST


if __name__ == "__main__":
    raise SystemExit(main())
