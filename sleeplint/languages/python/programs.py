"""Sleeps of child programs whose text or command line stands in the file as a string."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.languages.python.catalogue import BY_PATH
from sleeplint.languages.python.durations import as_milliseconds, fold
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.tree import Chain, arguments_of, bare, called_name, chain_to, string_of
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_RUNNERS = regex(
    r"subprocess\.(?:Popen|run|call|check_call|check_output|getoutput)|os\.(?:system|popen|execv\w*|spawn\w*)"
    r"|asyncio\.create_subprocess_(?:exec|shell)|asyncio\.subprocess\.create_subprocess_\w+|pexpect\.(?:spawn|run)"
    r"|anyio\.(?:run_process|open_process)|trio\.(?:run_process|lowlevel\.open_process)"
)
# In a literal, the letter before a name may be an escape's.
_PROGRAM = regex(rb"(?:(?<![\w.])|(?<=\\[nrt]))(?:(time|asyncio|trio|anyio|gevent)\.)?sleep\s*\(\s*([^()\n]*?)\s*\)")
_COMMAND = regex(rb"(?:^|[;&|(\s\"'])sleep[ \t]+(\d+(?:\.\d+)?|\$?\{?\w*\}?)")
_LOOP = regex(rb"(?:^|[;&|(\s\"'])(?:while|until|for)\s")
_DONE = regex(rb"\bdone\b")
_STEM = regex(rb"sleep\b")
_ACTS = regex(rb"(?m)(?:^|[;'\"]|\\n)[ \t]*(?!import\b|from\b|if 1:|if True:|#)[^\W\d]\w*")
"""The statements of a program, without its imports."""
_NUMBER = regex(rb"\d+(?:\.\d+)?|\.\d+")


@dataclass(frozen=True, slots=True)
class Program:
    """A sleep inside a child program."""

    call: Node
    """What starts the program."""
    chain: Chain
    start: int
    end: int
    entry: Call
    api: str
    duration_ms: Milliseconds | None
    written: str | None
    alone: bool = True
    """The program does nothing but sleep."""


def find_programs(names: Names) -> Iterator[Program]:
    """The sleeps of programs that the file surely runs, in order of position."""
    module = names.module
    seen: set[int] = set()
    for match in _STEM.finditer(module.code):
        inside = module.root.descendant_for_byte_range(match.start(), match.end())
        if inside is None or inside.type not in ("string_content", "string"):
            continue
        chain = chain_to(module.root, inside)
        if not chain:
            continue
        position = next((i for i, node in enumerate(chain) if node.type in ("string", "concatenated_string")), None)
        if inside.type == "string":
            text, chain = inside, chain
        elif position is not None:
            text, chain = chain[position], chain[:position]
        else:
            continue
        if text.start_byte in seen:
            continue
        seen.add(text.start_byte)
        yield from _run_by(text, chain, names)


def _run_by(text: Node, chain: Chain, names: Names) -> Iterator[Program]:
    """The sleeps of a string, if it is run where it stands or by the one name that it is given."""
    place = _starter(text, chain, names)
    if place is not None:
        call, holders, command = place
        yield from _sleeps(text, call, holders, command, names)
        return
    name = _given_to(text, chain)
    if name is None:
        return
    module = names.module
    scope = next((n for n in reversed(chain) if n.type in ("function_definition", "module")), module.root)
    word = re.escape(module.text(name).encode())
    for use in re.compile(rb"(?<![\w.])" + word + rb"(?!\w)").finditer(module.code, text.end_byte, scope.end_byte):
        node = module.root.descendant_for_byte_range(use.start(), use.end())
        if node is None or node.type != "identifier":
            continue
        used = chain_to(module.root, node)
        place = _starter(node, used, names) if used else None
        if place is not None:
            yield from _sleeps(text, place[0], place[1], place[2], names)
            return


def _given_to(text: Node, chain: Chain) -> Node | None:
    """The name to which a string is given, through `dedent`, `format` and the like."""
    inner = text
    for holder in reversed(chain):
        if holder.type == "assignment":
            left = holder.child_by_field_name("left")
            return left if left is not None and left.type == "identifier" and left != inner else None
        if holder.type not in ("call", "argument_list", "attribute", "binary_operator", "parenthesized_expression"):
            return None
        inner = holder
    return None


def _starter(node: Node, chain: Chain, names: Names) -> tuple[Node, Chain, bool] | None:
    """The call that runs a string, its chain, and whether the string is a command line, not Python."""
    inner = node
    for position in range(len(chain) - 1, -1, -1):
        holder = chain[position]
        if holder.type in (
            "list",
            "tuple",
            "argument_list",
            "parenthesized_expression",
            "binary_operator",
            "attribute",
        ):
            if holder.type in ("list", "tuple"):
                inner = holder if inner is node else inner
            continue
        if holder.type == "call":
            function = holder.child_by_field_name("function")
            name = called_name(holder)
            if function is None or name is None:
                return None
            path = names.resolve(function) or ""
            word = names.module.text(name)
            if _RUNNERS.fullmatch(path):
                return _as_program(node, inner, holder, chain[:position], names)
            if path in ("exec", "eval") or (function.type == "identifier" and word in ("exec", "eval")):
                return holder, chain[:position], False
            if word not in ("dedent", "format", "encode", "strip", "lstrip", "join", "str", "split", "replace"):
                return None
            inner = holder
            continue
        return None
    return None


def _as_program(node: Node, inner: Node, call: Node, chain: Chain, names: Names) -> tuple[Node, Chain, bool] | None:
    """Whether a starter takes the string as Python (`-c`), as a command, or as something else."""
    arguments = arguments_of(call, names.module.code)
    first = bare(arguments.positional[0]) if arguments.positional else None
    parts: tuple[Node, ...] = tuple(
        part for part in (first.named_children if first is not None and first.type in ("list", "tuple") else
                          list(arguments.positional))
        if part.type != "comment"
    )  # fmt: skip
    values = [string_of(part, names.module.code) for part in parts]
    mine = next((i for i, part in enumerate(parts) if part.start_byte <= node.start_byte < part.end_byte), None)
    if mine is None:
        return None
    if mine > 0 and values[mine - 1] == b"-c":
        # The program before `-c` is a shell if it is called so, else Python.
        shell = any(value in (b"sh", b"bash", b"/bin/sh", b"/bin/bash", b"zsh") for value in values[:mine])
        return call, chain, shell
    if mine == 0:
        return call, chain, True
    return None


def _sleeps(text: Node, call: Node, chain: Chain, command: bool, names: Names) -> Iterator[Program]:
    code = names.module.code
    if command:
        yield from _commands(text, call, chain, names)
        return
    content = code[text.start_byte : text.end_byte]
    alone = len(_ACTS.findall(content)) < 2
    for match in _PROGRAM.finditer(code, text.start_byte, text.end_byte):
        api = _program_api(match[1], content)
        if api is None:
            continue
        number = match[2]
        duration: Milliseconds | None = None
        if _NUMBER.fullmatch(number):
            value = float(number) * 1000
            duration = int(value) if value == int(value) else round(value, 9)
        start = match.start(1) if match[1] else match.start()
        yield Program(
            call, chain, start, match.end(), BY_PATH[api], api, duration, number.decode("utf-8", "replace"), alone
        )


def _program_api(owner: bytes | None, content: bytes) -> str | None:
    if owner is not None:
        return f"{owner.decode()}.sleep" if owner in content else None
    imported = re.search(rb"from\s+(time|asyncio|trio|anyio|gevent)\s+import[^;\n]*\bsleep\b", content)
    return f"{imported[1].decode()}.sleep" if imported else None


def _commands(text: Node, call: Node, chain: Chain, names: Names) -> Iterator[Program]:
    """`sleep 5` on a shell's command line, or `["sleep", "5"]`."""
    code = names.module.code
    function = call.child_by_field_name("function")
    path = (names.resolve(function) if function is not None else None) or "subprocess.Popen"
    entry = Call(path, "sleep", Argument(0))
    value = string_of(text, code)
    if value == b"sleep":
        arguments = arguments_of(call, code)
        first = bare(arguments.positional[0]) if arguments.positional else None
        listed = first is not None and first.type in ("list", "tuple")
        parts = (
            [p for p in first.named_children if p.type != "comment"] if listed and first else list(arguments.positional)
        )
        if len(parts) < 2:
            return
        length = parts[1]
        literal = string_of(length, code)
        duration: Milliseconds | None = None
        if literal is not None and _NUMBER.fullmatch(literal):
            duration = _seconds(literal)
        elif length.type == "call" and names.module.text(length).startswith("str("):
            inner = arguments_of(length, code).at(0, "object")
            quantity = fold(inner, names) if inner is not None else None
            duration = as_milliseconds(quantity, "s") if quantity is not None else None
        start = function.start_byte if function is not None else call.start_byte
        yield Program(call, chain, start, call.end_byte, entry, path, duration, names.module.text(length))
        return
    for match in _COMMAND.finditer(code, text.start_byte, text.end_byte):
        if _in_loop(code[text.start_byte : match.start()]):
            continue  # between two tries of the shell's own
        duration = _seconds(match[1]) if _NUMBER.fullmatch(match[1]) else None
        start = match.start() + match[0].find(b"sleep")
        yield Program(call, chain, start, match.end(), entry, path, duration, match[1].decode("utf-8", "replace"))


def _in_loop(before: bytes) -> bool:
    """Whether a shell's text ends within a `while`, `until` or `for`."""
    return len(_LOOP.findall(before)) > len(_DONE.findall(before))


def _seconds(number: bytes) -> Milliseconds:
    value = float(number) * 1000
    return int(value) if value == int(value) else round(value, 9)
