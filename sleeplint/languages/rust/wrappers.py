"""A project's own functions that are a wait on their own parameter, such as `sleep_ms(n)`."""

from __future__ import annotations

import re
from collections.abc import Callable

from tree_sitter import Node

from sleeplint.languages.catalogue import Call
from sleeplint.languages.rust.attributes import before, elsewhere
from sleeplint.languages.rust.bindings import parameter_names
from sleeplint.languages.rust.names import FileNames
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.text import Span

_DURATION = regex(r":\s*(?:\w+::)*Duration\s*\Z")
_SPOKEN = frozenset({"println", "eprintln", "print", "trace", "debug", "info", "warn", "log", "dbg", "event"})
"""Macros that only say something."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """What a function waits for, in terms of its parameters. Plain data: it outlives its file's tree."""

    entry: Call
    api: str
    file: str | None
    parameters: tuple[str, ...]
    feeding: frozenset[str]
    """Those that decide the duration."""
    call: Span
    """The wait in its body."""
    duration: Span
    inner: Wrapper | None = None
    """The wrapper that it wraps in turn."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The wait in a wrapper's body."""

    entry: Call
    api: str
    duration: Node
    inner: Wrapper | None = None


def wrapper(
    function: Node, names: FileNames, called: Callable[[Node, tuple[Node, ...]], Waiting | None]
) -> Wrapper | None:
    """What a function wraps; None if its body is anything but one wait on a parameter of its own.

    `called` says what a call in the body, with its ancestors, waits for.
    """
    parameters, body = function.child_by_field_name("parameters"), function.child_by_field_name("body")
    if parameters is None or body is None:
        return None
    grove = names.reading.grove
    own = tuple(grove.text(name) for name in parameter_names(parameters))
    act, bindings = _only_act(body, grove.code)
    call = _core(act) if act is not None else None
    if call is None or not own:
        return None
    chain = grove.chain(call.start_byte, call.end_byte)
    while chain and chain[-1] != call:
        chain = chain[:-1]
    waiting = called(call, chain[:-1]) if chain else None
    if waiting is None:
        return None
    text = " ".join(grove.text(node) for node in (waiting.duration, *bindings))
    feeding = frozenset(name for name in own if re.search(rf"(?<![.\w])\b{re.escape(name)}\b", text))
    if not feeding:
        return None
    return Wrapper(
        waiting.entry,
        waiting.api,
        names.reading.path,
        own,
        feeding,
        Span(call.start_byte, call.end_byte),
        Span(waiting.duration.start_byte, waiting.duration.end_byte),
        waiting.inner,
    )


def namesake(
    function: Node, names: FileNames, name: str, called: Callable[[Node, tuple[Node, ...]], Waiting | None]
) -> Wrapper | None:
    """What a function wraps that calls one wait of a name (an expression), with what is left of its one `Duration`."""
    parameters, body = function.child_by_field_name("parameters"), function.child_by_field_name("body")
    if parameters is None or body is None:
        return None
    grove = names.reading.grove
    typed = [part for part in parameters.named_children if _DURATION.search(grove.text(part))]
    pattern = typed[0].child_by_field_name("pattern") if len(typed) == 1 else None
    text = grove.text(body)
    matches = [*re.finditer(rf"\.\s*({name})\s*\(".encode(), text.encode())]
    if pattern is None or len(matches) != 1 or not text.isascii():
        return None
    start = body.start_byte + matches[0].start(1)
    chain = grove.chain(start, start + len(matches[0][1]))
    index = next((i for i in range(len(chain) - 1, -1, -1) if chain[i].type == "call_expression"), None)
    waiting = called(chain[index], chain[:index]) if index is not None else None
    if index is None or waiting is None:
        return None
    feeding = set(re.findall(r"\w+", grove.text(waiting.duration)))
    for _ in range(4):
        for let in re.finditer(r"\blet\s+(?:mut\s+)?(\w+)[^=;]*=([^;]*);", text):
            if let[1] in feeding:
                feeding |= set(re.findall(r"\w+", let[2]))
    own = tuple(grove.text(part) for part in parameter_names(parameters))
    word = grove.text(pattern)
    if word not in feeding:
        return None
    spans = Span(chain[index].start_byte, chain[index].end_byte), Span(pattern.start_byte, pattern.end_byte)
    return Wrapper(waiting.entry, waiting.api, names.reading.path, own, frozenset({word}), *spans)


def _only_act(body: Node, code: bytes) -> tuple[Node | None, list[Node]]:
    """The one statement of a body that does something, and the `let`s before it."""
    bindings: list[Node] = []
    acts: list[Node] = []
    for node, attributes in before(body.named_children, code):
        if elsewhere(attributes) or node.type in {"use_declaration", "const_item"} or _only_speaks(node, code):
            continue
        if node.type == "let_declaration" and not acts and b"await" not in code[node.start_byte : node.end_byte]:
            bindings.append(node)
        else:
            acts.append(node)
    return (acts[0] if len(acts) == 1 else None), bindings


def _only_speaks(node: Node, code: bytes) -> bool:
    macro = node.named_children[0] if node.type == "expression_statement" and node.named_children else node
    name = macro.child_by_field_name("macro") if macro.type == "macro_invocation" else None
    return (
        name is not None
        and code[name.start_byte : name.end_byte].decode("utf-8", "replace").rpartition("::")[2] in _SPOKEN
    )


def _core(act: Node) -> Node | None:
    """The call at the heart of `sleep(d).await;` or `timeout(d, f).await.expect("..")`."""
    node: Node | None = act
    for _ in range(20):
        if node is None:
            return None
        if node.type in {"expression_statement", "await_expression", "try_expression", "return_expression", "block"}:
            inner = [child for child in node.named_children if not child.type.endswith("comment")]
            node = inner[0] if len(inner) == 1 else None
        elif node.type in {"async_block"}:
            node = node.named_children[-1]
        elif node.type == "call_expression":
            function = node.child_by_field_name("function")
            receiver = function.child_by_field_name("value") if function is not None else None
            if function is None or function.type != "field_expression" or receiver is None:
                return node
            if receiver.type not in {"await_expression", "call_expression"}:
                return node
            node = receiver
        else:
            return None
    return None
