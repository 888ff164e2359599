"""What a file puts in the place of what others call, by `patch`, by `setattr` or by an assignment."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Node

from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.resolvers import names_of
from sleeplint.languages.python.tree import Arguments, Chain, arguments_of, bare, descend, string_of
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_PATCHERS = regex(r"(?:.*\.)?(?:patch|patch\.object|setattr)")
_ASSIGNED = regex(rb"\.sleep(?<=\w\.sleep)[ \t]*=(?!=)")
"""The end of `time.sleep = fake`."""
_OPENED = regex(rb"\s*\(")
_PATCHED = regex(rb"\s*(?:[\w.]+\s*,\s*)?[rbuRBU]{0,2}(?:\"([\w.]+)\"|'([\w.]+)')\s*[,)]")
"""The first arguments of a patch: `"app.clock.sleep"`, `time, "sleep"`."""
WALL_CLOCKS = frozenset({"time.time", "time.monotonic", "time.perf_counter", "time.time_ns"})
_REMEMBERED = "patches"
_RUNTIMES = frozenset({"time", "asyncio", "trio", "anyio", "gevent"})


@dataclass(frozen=True, slots=True)
class Patch:
    """Something that is replaced, and where."""

    target: str
    """What is replaced: `time.sleep`, or the name of a global of this file with a leading dot; empty if neither."""
    written: str
    """The path of what is replaced, as the patch says it: `app.worker.time`."""
    start: int
    end: int


class Patches:
    """The patches of one file, each looked at when something of its name is asked for."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.module = names.module
        self._known: dict[int, Patch | None] = {}

    def replacing(self, path: str) -> Iterator[Patch]:
        """The patches that may replace something of that name, whatever owns it."""
        name = path.rpartition(".")[2]
        if name == "sleep":
            yield from self._assigned
        for start, end, written in self._patchers:
            if written is None or written == name:
                if start not in self._known:
                    self._known[start] = self._patch(start, end)
                patch = self._known[start]
                if patch is not None:
                    yield patch

    @cached_property
    def _patchers(self) -> list[tuple[int, int, str | None]]:
        """Where something may be patched, each with the name of what is; None if that is not clear at a glance."""
        found: list[tuple[int, int, str | None]] = []
        for start, end in _called(self.module.code, b"patch", b"object", b"setattr"):
            match = _PATCHED.match(self.module.code, end + 1)
            path = (match[1] or match[2]).decode("utf-8", "replace") if match is not None else None
            found.append((start, end, path.rpartition(".")[2] if path is not None else None))
        return found

    def _patch(self, start: int, end: int) -> Patch | None:
        """The patch that a call makes, given the name of what is called and the parenthesis behind it."""
        module = self.module
        node = module.root.descendant_for_byte_range(start, end)
        chain = module.chain(node) if node is not None else ()
        call = next((n for n in reversed((*chain, *([node] if node else []))) if n.type == "call"), None)
        function = call.child_by_field_name("function") if call is not None else None
        if call is None or function is None or not _PATCHERS.fullmatch("".join(module.text(function).split())):
            return None
        arguments = arguments_of(call, module.code)
        target = self._target(arguments)
        written = self._written(arguments)
        if (target is None and not written) or self._keeps_real(arguments):
            return None
        return Patch(target or "", written, *self._reach(call, module.chain(call)))

    @cached_property
    def _assigned(self) -> list[Patch]:
        """`time.sleep = fake`, up to the next such assignment, which puts the real one back."""
        places: list[tuple[str, Node, Node, Node]] = []
        for match in _ASSIGNED.finditer(self.module.code):
            node = self.module.root.descendant_for_byte_range(match.start() - 1, match.start())
            chain = self.module.chain(node) if node is not None else ()
            statement = next((n for n in reversed(chain) if n.type == "assignment"), None)
            left = statement.child_by_field_name("left") if statement is not None else None
            right = statement.child_by_field_name("right") if statement is not None else None
            owner = left.child_by_field_name("object") if left is not None and left.type == "attribute" else None
            if statement is None or right is None or owner is None or owner != node:
                continue
            meaning = self.names.meaning(owner)
            if meaning.kind == "external" and meaning.path in _RUNTIMES:
                holder = next((n for n in reversed(chain) if n.type == "function_definition"), self.module.root)
                places.append((f"{meaning.path}.sleep", statement, right, holder))
        found = []
        for target, statement, right, holder in places:
            if self._is_real(right):
                continue
            later = (
                other.start_byte
                for path, other, _, around in places
                if path == target and around == holder and other.start_byte > statement.start_byte
            )
            found.append(Patch(target, target, statement.end_byte, min(later, default=holder.end_byte)))
        return found

    def _target(self, arguments: Arguments) -> str | None:
        """What a patch replaces, as a wait would call it."""
        if not arguments.positional:
            return None
        first = string_of(arguments.positional[0], self.module.code)
        if first is not None:
            return spelled(self.module, first.decode("utf-8", "replace"))
        second = string_of(arguments.positional[1], self.module.code) if len(arguments.positional) > 1 else None
        owner = self.names.meaning(arguments.positional[0])
        if second is None or owner.kind != "external":
            return None
        return f"{owner.path}.{second.decode('utf-8', 'replace')}"

    def _written(self, arguments: Arguments) -> str:
        """The whole path of what a patch replaces; empty if it does not say."""
        if not arguments.positional:
            return ""
        first = string_of(arguments.positional[0], self.module.code)
        if first is not None:
            return first.decode("utf-8", "replace")
        second = string_of(arguments.positional[1], self.module.code) if len(arguments.positional) > 1 else None
        owner = self.names.meaning(arguments.positional[0])
        if second is None or owner.kind not in ("external", "class"):
            return ""
        return f"{owner.path.lstrip('.')}.{second.decode('utf-8', 'replace')}"

    def _keeps_real(self, arguments: Arguments) -> bool:
        """Whether the replacement calls the real one."""
        values = [arguments.keywords[key] for key in ("wraps", "side_effect", "new") if key in arguments.keywords]
        values += arguments.positional[1:]
        return any(self._is_real(value) for value in values)

    def _is_real(self, value: Node) -> bool:
        """Whether a replacement is the real sleep, or a function of this file that calls it for some time."""
        value = bare(value)
        if value.type in ("identifier", "attribute"):
            path = self.names.resolve(value) or ""
            if _is_of_runtime(path):
                return True
            meaning = self.names.meaning(value)
            if meaning.kind != "function" or meaning.node is None or meaning.module is not self.module:
                return False
            value = meaning.node
        elif value.type != "lambda":
            return False
        for call in descend(value):
            function = call.child_by_field_name("function") if call.type == "call" else None
            if function is None or function.type not in ("identifier", "attribute"):
                continue
            path = self.names.resolve(function) or ""
            if _is_of_runtime(path):
                length = arguments_of(call, self.module.code).at(0, None)
                if length is None or self.module.text(length) not in ("0", "0.0"):
                    return True
        return False

    def _reach(self, call: Node, chain: Chain) -> tuple[int, int]:
        """Where a patch holds: a decorated function, a `with` body, or the rest of the function."""
        for position in range(len(chain) - 1, -1, -1):
            holder = chain[position]
            if holder.type == "decorator":
                whole = chain[position - 1]
                return whole.start_byte, whole.end_byte
            if holder.type == "with_clause":
                statement = chain[position - 1]
                return call.end_byte, statement.end_byte
            if holder.type in ("function_definition", "lambda"):
                return call.end_byte, holder.end_byte
        return call.end_byte, self.module.root.end_byte


def _called(code: bytes, *words: bytes) -> list[tuple[int, int]]:
    """Where words stand before a parenthesis, each with the parenthesis' place, in order."""
    return sorted(
        (start, opened.end() - 1)
        for word in words
        for start in occurrences(code, word)
        if (opened := _OPENED.match(code, start + len(word))) is not None
    )


def dotted(module: Module) -> str:
    """A module's path from the project's root, as an import would say it."""
    return module.inside.rpartition(".")[0].replace("/", ".").removesuffix(".__init__")


def spelled(module: Module, path: str) -> str | None:
    """How the calls of a file name what a path means: `time.sleep`, or `.name` for a global of its own."""
    own = dotted(module)
    owner, _, name = path.rpartition(".")
    if path.startswith("__main__.") or (own and (owner == own or own.endswith("." + owner))):
        return "." + name
    parts = path.split(".")
    # `app.worker.time.sleep` replaces the attribute of the one module `time`, for everybody.
    if len(parts) >= 2 and parts[-2] in _RUNTIMES:
        return ".".join(parts[-2:])
    return None


def patches_of(module: Module) -> Patches:
    """The patches of a module, made once."""
    known = module.memory.get(_REMEMBERED)
    if not isinstance(known, Patches):
        known = module.memory[_REMEMBERED] = Patches(names_of(module))
    return known


def _is_of_runtime(path: str) -> bool:
    """Whether a path is a real sleep or a real clock."""
    return path in WALL_CLOCKS or (path.endswith(".sleep") and path.partition(".")[0] in _RUNTIMES)
