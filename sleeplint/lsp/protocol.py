"""The order of a conversation with an editor: every request is answered once, whatever it says."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Generator, Iterator
from contextvars import copy_context
from io import RawIOBase
from typing import Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol, lsp_method

from sleeplint.lsp.wire import Broken, Wire

_CHUNK = 1 << 16
_OWN = frozenset({types.SHUTDOWN, types.SET_TRACE, types.CANCEL_REQUEST})
"""What is handled without a feature of ours."""
_log = logging.getLogger(__name__)


class Protocol(LanguageServerProtocol):
    """pygls's protocol with answers to what it passes over, and less its own copy of the documents.

    It breaks lines where Python's `splitlines` does; `sleeplint.lsp.documents` keeps them instead.
    """

    _ready = False
    _exit_code: int | None = None

    async def converse(self, stdin: RawIOBase) -> int:
        """Handle all that arrives until the editor leaves; the exit code.

        `stdin` is unbuffered: at the end a thread still reads it, and would hold a buffer's lock for ever.
        """
        inbox: asyncio.Queue[object] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        threading.Thread(target=_receive, args=(stdin, inbox, loop), daemon=True).start()
        # What has arrived is handled without a pause: whatever is put off until the next turn of the
        # loop, diagnostics above all, comes after the last edit that is there.
        while self._exit_code is None and (message := await inbox.get()) is not _END:
            try:
                self.take(message)
            except BrokenPipeError:
                break
            except Exception as error:  # a mistake of ours over one message must not cost the others their answers
                _log.exception("%s", error)
                if isinstance(message, dict) and "method" in message and isinstance(message.get("id"), int | str):
                    self._refuse(message["id"], types.ErrorCodes.InternalError, f"{type(error).__name__}: {error}")
        return 1 if self._exit_code is None and not self._shutdown else self._exit_code or 0

    def take(self, said: object) -> None:
        """Handle one message, or what came instead of one."""
        if isinstance(said, Broken):
            self._refuse(None, types.ErrorCodes.ParseError, said.why)
        elif not isinstance(said, dict) or said.get("jsonrpc") != self.VERSION:
            self._refuse(None, types.ErrorCodes.InvalidRequest, "not a message of JSON-RPC 2.0")
        elif "id" in said and (not isinstance(said["id"], int | str) or isinstance(said["id"], bool)):
            self._refuse(None, types.ErrorCodes.InvalidRequest, "an id is a number or a string")
        elif "method" not in said:
            self._take_response(said)
        elif not isinstance(said["method"], str):
            self._refuse(said.get("id"), types.ErrorCodes.InvalidRequest, "a method is a string")
        elif "id" in said:
            self._take_request(said["id"], said["method"], said)
        else:
            self._take_notification(said["method"], said)

    def _take_request(self, identity: int | str, method: str, said: dict[str, Any]) -> None:
        if self._shutdown and method == types.TEXT_DOCUMENT_DIAGNOSTIC:
            # An editor that quits may still ask by itself, and would show any other error to somebody leaving.
            gone = types.LSPErrorCodes.ServerCancelled
            self._refuse(identity, gone, "the server was shut down", {"retriggerRequest": False})
        elif self._shutdown:
            self._refuse(identity, types.ErrorCodes.InvalidRequest, "the server was shut down")
        elif self._ready == (method == types.INITIALIZE):
            known = (types.ErrorCodes.InvalidRequest, "initialized already")
            unknown = (types.ErrorCodes.ServerNotInitialized, "not initialized yet")
            self._refuse(identity, *(known if self._ready else unknown))
        elif types.METHOD_TO_TYPES.get(method, (None, None))[1] is None or not self._handles(method):
            self._refuse(identity, types.ErrorCodes.MethodNotFound, f"no such request: {method}")
        elif (params := self._structured(method, said)) is None:
            self._refuse(identity, types.ErrorCodes.InvalidParams, f"the parameters are none of {method}")
        else:
            copy_context().run(self._handle_request, identity, method, params.params)

    def _take_notification(self, method: str, said: dict[str, Any]) -> None:
        if method == types.EXIT:
            self._exit_code = 0 if self._shutdown else 1
            return
        known = types.METHOD_TO_TYPES.get(method)
        if self._shutdown or not self._ready or known is None or known[1] is not None:
            return  # nobody waits for an answer
        if not self._handles(method):
            return
        params = self._structured(method, said)
        if params is None or (method == types.CANCEL_REQUEST and not isinstance(params.params.id, int | str)):
            _log.warning("the parameters are none of %s", method)
        else:
            copy_context().run(self._handle_notification, method, params.params)

    def _take_response(self, said: dict[str, Any]) -> None:
        identity = said.get("id")
        if identity is None:
            _log.warning("the editor reports an error: %s", said.get("error"))
            return
        expected = self._result_types.pop(identity, None)
        future = self._request_futures.pop(identity, None)
        if future is None or future.done():
            return
        try:
            result = self._converter.structure(said, expected).result if "error" not in said else None
        except Exception as error:  # an editor's mistake: whoever asked goes without
            _log.warning("an answer makes no sense: %s", error)
            result = None
        future.set_result(result)

    def _handles(self, method: str) -> bool:
        return method in self.fm.features or method in _OWN

    def _structured(self, method: str, said: dict[str, Any]) -> Any:
        """A message as `lsprotocol` has it; None if its parameters do not fit."""
        try:
            return self._converter.structure(said, types.METHOD_TO_TYPES[method][0])
        except Exception as error:  # what an editor sends may be wrong in any way
            _log.info("%s: %s", method, error)
            return None

    def _refuse(
        self,
        identity: int | str | None,
        code: types.ErrorCodes | types.LSPErrorCodes,
        why: str,
        data: object | None = None,
    ) -> None:
        error: dict[str, object] = {"code": code.value, "message": why}
        if data is not None:
            error["data"] = data
        self._send_data({"jsonrpc": self.VERSION, "id": identity, "error": error})

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Begin; from now on other requests are taken."""
        result = yield from super().lsp_initialize(params)
        self._ready = True
        return result

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Iterator[Any]:
        """Hand the document on."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Iterator[Any]:
        """Hand the edits on."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Iterator[Any]:
        """Hand the end on."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None


_END = object()


def _receive(stdin: RawIOBase, inbox: asyncio.Queue[object], loop: asyncio.AbstractEventLoop) -> None:
    """Read in a thread of its own, so that what arrives while a file is judged is there at once."""
    wire = Wire()

    def deliver(messages: list[object]) -> None:
        for message in messages:
            inbox.put_nowait(message)

    try:
        while data := stdin.read(_CHUNK):
            loop.call_soon_threadsafe(deliver, list(wire.feed(data)))
        loop.call_soon_threadsafe(deliver, [_END])
    except (RuntimeError, OSError):
        pass  # the loop is closed: the conversation is over
