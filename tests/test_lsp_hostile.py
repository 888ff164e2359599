"""Ten thousand messages that no editor should send: each request is answered once, and the server lives."""

import contextlib
import json
import os
import queue
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.lsp.wire import LARGEST, Broken, Wire

METHODS = (
    "textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave",
    "textDocument/diagnostic", "textDocument/codeAction", "textDocument/hover", "textDocument/codeLens",
    "textDocument/inlayHint", "workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration",
    "workspace/didChangeWorkspaceFolders", "workspace/executeCommand", "workspace/diagnostic", "$/cancelRequest",
    "$/setTrace", "$/progress", "window/workDoneProgress/cancel", "notebookDocument/didOpen", "initialize",
    "initialized", "textDocument/formatting", "completionItem/resolve", "client/registerCapability", "no/such", "",
    "\ud800", "exit ",
)  # fmt: skip
URIS = ("file:///tmp/nowhere/test_a.py", "file:///tmp/nowhere/tests/b.rs", "untitled:Untitled-1", "file://", "file:///",
        "", "x", "file:///%00", "file:///%ff%fe.py", "file:///\udcff.py", "file:///" + "a/" * 3000 + "test_a.py",
        "http://[::1", "file:///C%3A/test_a.py", "FILE:///tmp/test_a.py")  # fmt: skip
TEXTS = ("", "import time\ndef test_a():\n    time.sleep(5)\n", "\ud800 = '\udfff'; import time; time.sleep(5)\n",
         "\x00",
         "#[tokio::test]\nasync fn a() { tokio::time::sleep(Duration::from_secs(5)).await; }\n",
         "(" * 3000, "\r\r\n\u2028\x0c😀\ufeff", 'r#"', "select! { _ = sleep(" * 200)  # fmt: skip
ODD: tuple[object, ...] = (None, True, 0, -1, 2**31, 2**63, 10**30, 1.5, "", "a", [], {}, [[]], {"a": {}}, float("nan"))

PATIENCE = 60
"""Seconds for a server that is overwhelmed on purpose to come to its end."""
OURS = -32603
"""The code of an error that nobody foresaw."""


def frame(body: bytes, length: int | None = None) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body) if length is None else length, body)


def coded(message: object) -> bytes:
    return frame(json.dumps(message).encode())


class Editor:
    """One that reads all answers, and sends bytes as they are."""

    def __init__(self, folder: Path, stderr: int = subprocess.DEVNULL) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sleeplint", "server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
        )
        assert self.process.stdin is not None
        self._stdin = self.process.stdin
        self.answers: dict[object, list[dict[str, Any]]] = {}
        self.told: list[dict[str, Any]] = []
        self._heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        wire = Wire()
        while data := self.process.stdout.read1(1 << 16):  # type: ignore[attr-defined]
            for message in wire.feed(data):
                assert isinstance(message, dict)
                self._heard.put(message)

    def end(self) -> None:
        self.process.kill()
        self._reader.join()
        with contextlib.suppress(BrokenPipeError):
            self.process.__exit__(None, None, None)

    def send(self, data: bytes) -> None:
        self._stdin.write(data)
        self._stdin.flush()

    def ask(self, identity: int | str, method: str, params: object = None) -> dict[str, Any]:
        """The answer to a request; those to others are kept."""
        self.send(coded({"jsonrpc": "2.0", "id": identity, "method": method, "params": params}))
        while identity not in self.answers:
            self.hear()
        return self.answers[identity][0]

    def hear(self) -> dict[str, Any]:
        message = self._heard.get(timeout=60)
        if "method" not in message:
            self.answers.setdefault(message["id"], []).append(message)
        else:
            self.told.append(message)
        return message

    def initialize(self) -> None:
        root: dict[str, object] = {"processId": None, "rootUri": None, "capabilities": {}}
        assert "capabilities" in self.ask("initialize", "initialize", root)["result"]
        self.send(coded({"jsonrpc": "2.0", "method": "initialized", "params": {}}))

    def leave(self) -> int:
        assert self.ask("shutdown", "shutdown")["result"] is None
        self.send(coded({"jsonrpc": "2.0", "method": "exit"}))
        return self.process.wait(PATIENCE)


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    editor = Editor(tmp_path)
    yield editor
    editor.end()


def odd(chance: random.Random, value: object) -> object:
    """A value, or now and then something else in its place."""
    return chance.choice(ODD) if chance.random() < 0.12 else value


def position(chance: random.Random) -> object:
    number = chance.choice((0, 1, 2, 3, 7, 2**31 - 1, 2**31, -1, 10**20))
    return odd(chance, {"line": odd(chance, number), "character": odd(chance, chance.choice((0, 4, 99, 2**31)))})


def params(chance: random.Random) -> object:
    """Parameters as any of the methods has them, more or less."""
    where = {"start": position(chance), "end": position(chance)}
    uri, text = odd(chance, chance.choice(URIS)), odd(chance, chance.choice(TEXTS))
    language, version = odd(chance, chance.choice(("rust", "python", "toml"))), odd(chance, chance.randrange(9))
    change = chance.choice(({"text": text}, {"range": where, "text": text}, {"range": where, "rangeLength": -1}))
    said = {
        "textDocument": odd(chance, {"uri": uri, "languageId": language, "version": version, "text": text}),
        "contentChanges": odd(chance, [change] * chance.randrange(3)),
        "position": position(chance),
        "range": odd(chance, where),
        "context": odd(chance, {"diagnostics": [], "only": chance.choice((None, [], [""], ["source"], [1]))}),
        "changes": odd(chance, [{"uri": uri, "type": odd(chance, 2)}]),
        "settings": chance.choice(ODD),
        "event": odd(chance, {"added": [{"uri": uri, "name": "a"}], "removed": [{"uri": uri, "name": "b"}]}),
        "command": "a",
        "id": odd(chance, 1),
        "value": odd(chance, "off"),
        "token": odd(chance, "a"),
    }
    return odd(chance, said)


def damaged(chance: random.Random, body: bytes) -> bytes | None:
    """Now and then, what is no message at all."""
    match chance.randrange(40):
        case 0:
            return body[: chance.randrange(len(body))]
        case 1:
            return bytes(chance.randrange(256) for _ in range(30))
        case 2:
            return chance.choice((b"[]", b"1", b"null", b'""', b"[" * 5000, b"{}", b"9" * 5000, b"\xff\xfe"))
    return None


def test_ten_thousand_messages_of_nonsense(editor: Editor) -> None:
    chance = random.Random(20240229)
    editor.initialize()
    asked = []
    for number in range(10_000):
        message: dict[str, object] = {"jsonrpc": "2.0", "method": odd(chance, chance.choice(METHODS))}
        message["params"] = params(chance)
        if chance.random() < 0.5:
            message["id"] = number
        nonsense = damaged(chance, json.dumps(message).encode())
        editor.send(frame(nonsense) if nonsense is not None else coded(message))
        if nonsense is None and "id" in message:
            asked.append(number)
        if number % 500 == 0:
            assert "result" in editor.ask(f"alive at {number}", "textDocument/hover", hovered())
    assert "result" in editor.ask("alive", "textDocument/diagnostic", hovered())  # answered after all others
    answered = {identity: len(answers) for identity, answers in editor.answers.items()}
    assert [number for number in asked if answered.get(number) != 1] == []
    for answer in (answers[0] for answers in editor.answers.values()):
        assert ("result" in answer) != ("error" in answer)
        assert answer.get("error", {}).get("code") != OURS, answer
    assert editor.leave() == 0


def hovered() -> dict[str, object]:
    return {"textDocument": {"uri": URIS[0]}, "position": {"line": 0, "character": 0}}


def test_after_frames_that_lie_about_their_length_the_next_is_heard(editor: Editor) -> None:
    editor.initialize()
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "textDocument/hover", "params": hovered()}).encode()
    lies = (
        frame(body, len(body) - 7),
        frame(body, 1),
        frame(body, 0),
        frame(body, LARGEST * 10**6),
        b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + body,
        b"Content-Length: -5\r\n\r\n" + body,
        b"Content-Length: five\r\n\r\n" + body,
        b"content-length:%d\r\nX: y\r\n\r\n%s" % (len(body), body),
        b"Content-Length: %d\n\n%s" % (len(body), body),
        b"\r\n\r\n\x00\xff garbage",
        frame(body, len(body) + 30),
    )
    for number, lie in enumerate(lies):
        editor.send(lie)
        assert "result" in editor.ask(f"after {number}", "textDocument/hover", hovered()), lie
    assert editor.leave() == 0


def test_nothing_is_served_before_it_begins_or_after_it_ends(editor: Editor) -> None:
    assert editor.ask(1, "textDocument/hover", hovered())["error"]["code"] == -32002
    editor.send(coded({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}}))
    assert editor.ask(2, "shutdown")["error"]["code"] == -32002
    editor.initialize()
    assert editor.ask(3, "initialize", {"capabilities": {}})["error"]["code"] == -32600
    assert editor.ask(4, "textDocument/hover", {"position": 1})["error"]["code"] == -32602
    assert editor.ask(5, "no/such")["error"]["code"] == -32601
    assert editor.ask(6, "shutdown")["result"] is None
    assert editor.ask(7, "textDocument/hover", hovered())["error"]["code"] == -32600
    editor.send(coded({"jsonrpc": "2.0", "method": "exit"}))
    assert editor.process.wait(PATIENCE) == 0


def test_who_asks_for_diagnostics_while_quitting_is_put_off_without_a_window(editor: Editor) -> None:
    editor.initialize()
    assert editor.ask(1, "shutdown")["result"] is None
    error = editor.ask(2, "textDocument/diagnostic", hovered())["error"]
    assert (error["code"], error["data"]) == (-32802, {"retriggerRequest": False})
    editor.send(coded({"jsonrpc": "2.0", "method": "exit"}))
    assert editor.process.wait(PATIENCE) == 0


def test_what_is_cancelled_in_time_is_never_worked_out_and_late_cancellations_are_no_news(tmp_path: Path) -> None:
    heard = tmp_path / "stderr"
    with heard.open("wb") as stderr:
        editor = Editor(tmp_path, stderr.fileno())
        editor.initialize()
        ask = {"jsonrpc": "2.0", "id": 7, "method": "textDocument/codeAction"}
        where = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
        said = {"textDocument": {"uri": URIS[0]}, "range": where, "context": {"diagnostics": []}}
        cancel = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 7}}
        editor.send(coded(ask | {"params": said}) + coded(cancel))
        while 7 not in editor.answers:
            editor.hear()
        assert editor.answers[7][0]["error"]["code"] == -32800
        editor.send(coded(cancel))
        assert "result" in editor.ask(8, "textDocument/hover", hovered())
        assert editor.leave() == 0
        editor.end()
    assert heard.read_bytes() == b""


def test_settings_given_at_the_start_are_looked_at(editor: Editor) -> None:
    root: dict[str, object] = {"processId": None, "rootUri": None, "capabilities": {}}
    assert "result" in editor.ask(1, "initialize", root | {"initializationOptions": {"showcost": "off", "trace": {}}})
    messages = [m for m in editor.told if m["method"] == "window/showMessage"]
    assert [m["params"]["message"] for m in messages] == [
        "sleeplint: the editor's settings: there is no `showcost` (did you mean `showCost`?)"
    ]
    assert editor.leave() == 0


def test_what_is_shown_beside_tests_is_asked_for_anew_when_it_is_switched_off(editor: Editor) -> None:
    able = {"workspace": {"codeLens": {"refreshSupport": True}, "inlayHint": {"refreshSupport": True}}}
    root: dict[str, object] = {"processId": None, "rootUri": None, "capabilities": able}
    editor.ask(1, "initialize", root | {"initializationOptions": {"showCost": "codeLens"}})
    editor.send(coded({"jsonrpc": "2.0", "method": "initialized", "params": {}}))
    off = {"settings": {"sleeplint": {"showCost": "off"}}}
    editor.send(coded({"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": off}))
    asked = {editor.hear()["method"], editor.hear()["method"]}
    assert asked == {"workspace/codeLens/refresh", "workspace/inlayHint/refresh"}


def test_an_editor_that_is_gone_ends_the_server(editor: Editor) -> None:
    editor.initialize()
    editor.send(frame(b"{}", 1000))
    editor._stdin.close()
    assert editor.process.wait(PATIENCE) == 1


def test_leaving_without_a_word_is_a_failure(editor: Editor) -> None:
    editor.send(coded({"jsonrpc": "2.0", "method": "exit"}))
    assert editor.process.wait(PATIENCE) == 1


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text()), max_size=5), st.data())
def test_messages_arrive_whole_however_they_are_cut(messages: list[dict[str, object]], data: st.DataObject) -> None:
    stream = b"".join(map(coded, messages))
    wire, heard = Wire(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        heard += list(wire.feed(stream[:cut]))
        stream = stream[cut:]
    assert heard == messages


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"Content-Length: 3\r\n\r\n", b"\r\n", b"{}x"]), max_size=8))
def test_no_stream_stops_the_wire(pieces: list[bytes]) -> None:
    wire = Wire()
    for piece in pieces:
        for message in wire.feed(piece):
            assert isinstance(message, Broken | dict | list | int | str | float | None)
    heard = list(wire.feed(b"\r\n" * 300 + coded({"a": 1}) * 40))
    assert heard[-1] == {"a": 1}
