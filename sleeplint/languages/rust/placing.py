"""Where a call stands: its statement, and whether it runs on an async task."""

from __future__ import annotations

from tree_sitter import Node

from sleeplint.languages.rust.macros import macro_name
from sleeplint.languages.rust.vocabulary import IN_PLACE
from sleeplint.languages.rust.words import places
from sleeplint.regexes import regex
from sleeplint.text import Span

_ARMED = frozenset({b"select", b"select_biased", b"join", b"try_join"})
"""Macros whose arms are statements of their own."""
_HANDED = regex(
    rb"(on|respond|return|expect|handle|route|register|serve|add|set|subscribe|listen|mock|when|callback)(ing|s)?(_\w+)?\Z"
)
"""Methods that keep their closure, for somebody else to call."""
_THREADS = regex(
    rb"(?:thread\s*::\s*(?:Builder|spawn|scope)|spawn_blocking|block_in_place|asyncify|unblock|web\s*::\s*block)\b[^;{}]*\Z"
)

_WRAPS = regex(rb"(?:\w+::)*(?:Box|Arc|Rc|Some)\s*+(?:::\s*+(?:new|from|pin)\s*+)?\(")
_CALLED = regex(rb"\s*+\(")


def statement(chain: tuple[Node, ...], code: bytes) -> Span:
    """The statement around the end of a chain; that of the macro for a call directly among a macro's arguments."""
    index = len(chain) - 1
    while index > 0:
        above = chain[index - 1]
        if above.type == "block":
            return Span(chain[index].start_byte, chain[index].end_byte)
        if above.type == "source_file" and index > 1:
            macro = chain[index - 2]
            if macro_name(macro, code) in _ARMED:
                return _without_separator(chain[index], code)
            index -= 2
            continue
        index -= 1
    return Span(chain[-1].start_byte, chain[-1].end_byte)


def in_async(chain: tuple[Node, ...], code: bytes) -> bool:
    """Whether the end of a chain runs on an async task."""
    for index in range(len(chain) - 1, -1, -1):
        node = chain[index]
        if node.type == "async_block":
            return True
        if node.type == "closure_expression":
            head = code[node.start_byte : node.start_byte + 16].split(b"|")[0]
            if b"async" in head:
                return True
            call = next((n for n in reversed(chain[:index]) if n.type == "call_expression"), None)
            if call is not None and _THREADS.search(code[call.start_byte : node.start_byte]):
                return False
            if call is not None and (
                _spawns(call, code) or _is_handed(call, node, code) or _is_given(call, node, code)
            ):
                return False
            if _is_kept(chain[:index], code):
                return False
        if node.type == "function_item":
            return _is_async(node, code) and not _is_run_elsewhere(chain[:index], code)
    return False


def _is_async(function: Node, code: bytes) -> bool:
    modifiers = next((child for child in function.children if child.type == "function_modifiers"), None)
    return modifiers is not None and b"async" in code[modifiers.start_byte : modifiers.end_byte].split()


def _is_run_elsewhere(above: tuple[Node, ...], code: bytes) -> bool:
    """Whether an async method stands in a function that has no runtime: who drives it has a thread for that."""
    outer = next((node for node in reversed(above) if node.type == "function_item"), None)
    if outer is None or _is_async(outer, code):
        return False
    return _DRIVES.search(code, outer.start_byte, outer.end_byte) is None


_DRIVES = regex(rb"\b(?:block_on|async|[Rr]untime|rt|tokio|System|executor|spawn_local)\b(?!\s+fn\b)")


def _spawns(call: Node, code: bytes) -> bool:
    """Whether a call hands its closure to a thread: `scope.spawn(|| ..)`."""
    function = call.child_by_field_name("function")
    return function is not None and code[function.start_byte : function.end_byte].endswith((b".spawn", b"::spawn"))


def _is_given(call: Node, closure: Node, code: bytes) -> bool:
    """Whether a function that is not known to run it there and then is given a closure: it may have threads."""
    arguments = call.child_by_field_name("arguments")
    function = call.child_by_field_name("function")
    if arguments is None or function is None or function.type not in ("identifier", "scoped_identifier"):
        return False
    word = code[function.start_byte : function.end_byte].rpartition(b"::")[2].strip()
    if _WRAPS.match(code, call.start_byte):
        return False
    return arguments.start_byte <= closure.start_byte < arguments.end_byte and word not in IN_PLACE


def _is_handed(call: Node, closure: Node, code: bytes) -> bool:
    """Whether a call keeps a closure as somebody's answer or handler: `mock.respond_with(|_| ..)` may run anywhere."""
    arguments = call.child_by_field_name("arguments")
    function = call.child_by_field_name("function")
    if arguments is None or not arguments.start_byte <= closure.start_byte < arguments.end_byte:
        return False
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    if function is None or function.type != "field_expression":
        return False
    field = function.child_by_field_name("field")
    return field is not None and _HANDED.match(code[field.start_byte : field.end_byte]) is not None


def _is_kept(chain: tuple[Node, ...], code: bytes) -> bool:
    """Whether others call the closure below: it is a field, or bound to a name that its function never calls."""
    above = len(chain) - 1
    while above > 0 and chain[above].type == "arguments" and _WRAPS.match(code, chain[above - 1].start_byte):
        above -= 2  # `Box::new(|| ..)`
    binding = chain[above]
    if binding.type == "field_initializer":
        return True
    pattern = binding.child_by_field_name("pattern") if binding.type == "let_declaration" else None
    function = next((node for node in reversed(chain) if node.type == "function_item"), None)
    if pattern is None or function is None or pattern.type != "identifier":
        return False
    name = code[pattern.start_byte : pattern.end_byte]
    uses = [*places(code, name, binding.end_byte, function.end_byte)]
    return bool(uses) and not any(_CALLED.match(code, at + len(name)) for at in uses)


def _without_separator(arm: Node, code: bytes) -> Span:
    """A statement among a macro's arms ends before what was taken for its semicolon."""
    end = arm.end_byte
    if arm.type == "expression_statement" and arm.children[-1].type == ";" and code[end - 1 : end] != b";":
        end = arm.children[-1].start_byte
    return Span(arm.start_byte, arm.start_byte + len(code[arm.start_byte : end].rstrip()))
