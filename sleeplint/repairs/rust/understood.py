"""What statements do, as far as that is known for sure: whether any of them can wait for the end of a hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tree_sitter import Node

from sleeplint.languages.rust.macros import macro_name
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import Ground, inside, statements

_SPARE = 0.8
"""Of a hold's length, the part within which what is limited is surely over before the hold is."""
_NET = r"(?:std|tokio)::(?:net|os::unix::net)::(?:Tcp|Unix)"
_MADE = (
    (regex(_NET + r"Listener::bind"), "listener", True),
    (regex(_NET + r"Stream::connect(?:_timeout)?"), "socket", True),
    (regex(r"std::sync::mpsc::(?:sync_)?channel"), "channel", False),
    (regex(r"tokio::sync::(?:oneshot::|mpsc::(?:unbounded_)?)channel"), "channel", False),
    (regex(r"(?:std|tokio)::time::(?:Duration::from_\w+|Instant::now)"), "data", False),
    (regex(r"(?:tokio::task|std::thread)::yield_now"), "data", False),
    (regex(r"(?:(?:std|alloc)::(?:vec|string)::)?(?:Vec|String)::(?:new|with_capacity|from)"), "data", False),
    (regex(r"Ok|Some"), "data", False),
)
"""What calls make, by canonical path, and whether they can fail."""
_PASSES = regex(r"(?:std|tokio)::io::(?:util::)?BufReader::new")
"""Calls whose value is what they are given, in another shape. What a `BufWriter` holds may be sent when it ends."""
_DROPS = regex(r"(?:(?:std|core)::mem::)?drop")
_NUMBERS = ("f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64")
_IO = frozenset(
    {"flush", "read_exact", "shutdown", "write", "write_all"}
    | {f"{way}_{number}" for way in ("read", "write") for number in _NUMBERS}
)
"""What a connection can be asked: it succeeds by what the peer did, never by the peer's end, but for `read`."""
_INSTANT = {
    "socket": {"peer_addr", "local_addr", "set_nodelay", "set_nonblocking", "set_read_timeout", "set_write_timeout"},
    "listener": {"local_addr", "set_nonblocking"},
    "handle": {"abort"},
    "sender": set[str](),
    "receiver": set[str](),
}
_PURE = frozenset(
    {
        "as_bytes", "as_slice", "as_str", "clone", "contains", "elapsed", "ends_with", "expect_err", "first", "get",
        "into", "ip", "is_empty", "is_err", "is_none", "is_ok", "is_some", "is_timeout", "iter", "kind", "last", "len",
        "parse", "port", "starts_with", "to_owned", "to_string", "to_vec", "trim", "unwrap_err",
    }
)  # fmt: skip
"""Methods of plain values."""
_LITERALS = frozenset(
    {
        "integer_literal", "float_literal", "string_literal", "raw_string_literal", "char_literal", "boolean_literal",
        "unit_expression", "self",
    }
)  # fmt: skip
_OF_PARTS = frozenset(
    {
        "reference_expression", "parenthesized_expression", "unary_expression", "index_expression", "binary_expression",
        "range_expression", "array_expression", "tuple_expression", "assignment_expression",
        "compound_assignment_expr", "type_cast_expression", "return_expression",
    }
)  # fmt: skip
_ASSERTS = {"assert": 1, "debug_assert": 1, "assert_eq": 2, "assert_ne": 2, "debug_assert_eq": 2, "debug_assert_ne": 2}
"""Assertions, and how many of their arguments are more than what a failure says."""
_SAYS = frozenset({"println", "eprintln", "print", "eprint", "format", "vec"})
_ITEMS = frozenset(
    {"use_declaration", "function_item", "const_item", "struct_item", "attribute_item", "empty_statement"}
)
_STARTS = regex(r"\bspawn\w*|\bthread\b|\bblock_on\b|\bblocking\b")


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression is worth."""

    kind: str
    """`socket`, `listener`, `sender`, `receiver`, `channel`, `accepted`, `handle`, `count` of bytes read, or `data`."""
    unproven: int = 0
    """How many layers of `Result` or `Option` around it nobody has asserted to be a success."""
    limit_ms: float | None = None
    """The timeout around it: the longest that all of them may take."""


class UnknownError(Exception):
    """A node that may wait for anything."""

    def __init__(self, node: Node) -> None:
        """At `node`."""
        super().__init__(node.type)
        self.node = node


class Understanding:
    """Follows statements in order, and knows what each variable holds."""

    def __init__(self, ground: Ground, hold_ms: float | None) -> None:
        """`hold_ms`: how long the hold lasts."""
        self.ground = ground
        self.kinds: dict[str, str] = {}
        self.closed = True
        """Nobody takes part but the test and the task: no one else can wait for the hold on the test's behalf."""
        self.unread: set[str] = set()
        """Counts of bytes read that may be 0, which is the end of a connection."""
        self.outlasted = False
        """A sleep lasts until the hold is over: what comes then may have waited for that."""
        self._hold_ms = hold_ms
        self._spent_ms = 0.0
        self._outcome_matters = True
        self._limits = {wait.span.end: wait.duration_ms for wait in ground.file.waits if not wait.virtual_time}
        self._constants = {
            ground.text(name)
            for holder in ground.holders
            for child in holder.named_children
            if child.type == "const_item" and (name := child.child_by_field_name("name")) is not None
        }

    def prepare(self, nodes: Iterable[Node]) -> list[Node]:
        """Follow what runs before the hold, whatever comes of it; what is not understood, and may start a stranger."""
        self._outcome_matters = False
        strange = []
        for node in nodes:
            try:
                self.statement(node)
            except UnknownError:
                self.closed = False
                strange.append(node)
                for name in names_bound(self.ground, node):
                    self.kinds.pop(name, None)
        self._outcome_matters = True
        self._spent_ms = 0.0
        return strange

    def follow(self, nodes: Iterable[Node]) -> Node | None:
        """Follow statements; the first that is not understood, None if all are."""
        for node in nodes:
            try:
                self.statement(node)
            except UnknownError:
                return node
        return None

    def statement(self, node: Node) -> None:
        """Follow one statement. Raises UnknownError."""
        if node.type in _ITEMS or node.type.endswith("comment"):
            return
        if node.type == "let_declaration":
            pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
            if pattern is None or (self._outcome_matters and node.child_by_field_name("alternative") is not None):
                raise UnknownError(node)
            worth = self._kept(value) if value is not None else Value("data")
            self.bind(pattern, worth)
            return
        if node.type == "expression_statement":
            node = node.named_children[0]
        if self._settled(node).kind == "count" and self._outcome_matters:
            raise UnknownError(node)

    def _kept(self, node: Node) -> Value:
        """What a variable is given: a future of tokio does nothing until it is awaited."""
        if node.type == "call_expression" and self.ground.callee(node).startswith("tokio::net::"):
            arguments = node.child_by_field_name("arguments")
            for one in arguments.named_children if arguments is not None else ():
                self._settled(one)
            return Value("future")
        return self._settled(node)

    def bind(self, pattern: Node, value: Value) -> None:
        """Give the variables of a pattern what they hold."""
        names = [
            word.name
            for word in self.ground.words_in(pattern.start_byte, pattern.end_byte)
            if word.name != "_" and not word.name[0].isupper()
        ]
        if value.kind == "channel":
            if pattern.type != "tuple_pattern" or len(pattern.named_children) != 2 or len(names) != 2:
                raise UnknownError(pattern)
            self.kinds |= zip(names, ("sender", "receiver"), strict=True)
            return
        if self.unread.intersection(names):
            raise UnknownError(pattern)  # what was read first is out of reach, and nobody has looked at it
        for name in names:
            self.kinds[name] = "socket" if value.kind == "accepted" else value.kind
        if value.kind == "count" and self._outcome_matters:
            if pattern.type != "identifier":
                raise UnknownError(pattern)
            self.unread.add(names[0])

    def _settled(self, node: Node) -> Value:
        """What a node is worth, if nothing about its success is left open."""
        return self._open(node, self.value(node))

    def _open(self, node: Node, value: Value) -> Value:
        """A value of which the success is left open: known only if a timeout says so before the hold is over."""
        if not value.unproven or not self._outcome_matters:
            return value
        if value.limit_ms is None:
            raise UnknownError(node)
        self._spend(node, value.limit_ms)
        return Value("data")

    def value(self, node: Node) -> Value:
        """What an expression is worth. Raises UnknownError."""
        kind = node.type
        if kind in _LITERALS:
            return Value("data")
        if kind == "identifier":
            return self._name(node)
        if kind in _OF_PARTS:
            return self._of_parts(node)
        match kind:
            case "await_expression":
                inner = node.named_children[0]
                if inner.type == "identifier" and self._name(inner).kind == "receiver":
                    return self._asked(node, Value("data", 1))
                return self.value(inner)
            case "try_expression":
                return self._proven(self.value(node.named_children[0]))
            case "call_expression":
                return self._call(node)
            case "macro_invocation":
                return self._macro(node)
            case "block":
                return self._block(node)
            case "async_block":
                return self._block(next(child for child in node.named_children if child.type == "block"))
            case "field_expression":
                owner = node.child_by_field_name("value")
                return Value(self._settled(owner).kind) if owner is not None else Value("data")
            case "if_expression":
                return self._branches(node)
            case "for_expression":
                return self._rounds(node)
            case _:
                raise UnknownError(node)

    def _of_parts(self, node: Node) -> Value:
        children = [child for child in node.named_children if child.type not in _TYPES]
        parts = [self._settled(child) for child in children]
        if node.type in ("reference_expression", "parenthesized_expression") and len(parts) == 1:
            return parts[0]
        if self._outcome_matters and any(
            part.kind == "count" and child.type != "identifier" for part, child in zip(parts, children, strict=True)
        ):
            raise UnknownError(node)
        return Value("data")

    def _name(self, node: Node) -> Value:
        name = self.ground.text(node)
        if name in self._constants:
            return Value("data")
        if name not in self.kinds:
            raise UnknownError(node)
        if self.kinds[name] == "future":
            return self._asked(node, Value("data", 1))
        return Value(self.kinds[name])

    def _asked(self, node: Node, value: Value) -> Value:
        """The answer of a peer: known only where no stranger takes part."""
        if not self.closed:
            raise UnknownError(node)
        return value

    def _proven(self, value: Value) -> Value:
        """A value that is asserted to be a success."""
        unproven = max(0, value.unproven - 1)
        return replace(value, unproven=unproven, limit_ms=value.limit_ms if unproven else None)

    def _spend(self, node: Node, ms: float) -> None:
        """Let time pass. What comes later than the hold's end may need it."""
        self._spent_ms += ms
        if self._outcome_matters and (self._hold_ms is None or self._spent_ms > self._hold_ms * _SPARE):
            raise UnknownError(node)

    def _call(self, node: Node) -> Value:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None:
            raise UnknownError(node)
        given = [child for child in arguments.named_children if not child.type.endswith("comment")]
        callee = self.ground.callee(node)
        if callee.startswith("."):
            owner = function.child_by_field_name("value")
            if owner is None and function.type == "generic_function":
                inner = function.child_by_field_name("function")
                owner = inner.child_by_field_name("value") if inner is not None else None
            if owner is None:
                raise UnknownError(node)
            return self._method(node, owner, callee[1:], given)
        if callee in ("tokio::time::timeout", "tokio::time::timeout_at") and len(given) == 2:
            return self._limited(node, given[1])
        if callee in ("tokio::time::sleep", "std::thread::sleep"):
            length = self._length(node)
            self.outlasted = self._hold_ms is not None and self._spent_ms + length > self._hold_ms
            self._spend(node, length)
            return Value("data")
        worth = [self._settled(one) for one in given]
        for path, kind, fails in _MADE:
            if path.fullmatch(callee):
                return self._asked(node, Value(kind, 1)) if fails and kind == "socket" else Value(kind, int(fails))
        if _PASSES.fullmatch(callee) and len(worth) == 1:
            return worth[0]
        if _DROPS.fullmatch(callee):
            return Value("data")
        raise UnknownError(node)

    def _length(self, node: Node) -> float:
        length = self._limits.get(node.end_byte)
        if length is None:
            raise UnknownError(node)
        return length

    def _method(self, node: Node, owner: Node, name: str, given: list[Node]) -> Value:
        whole = self.value(owner)
        for one in given:
            self._settled(one)
        if name in ("unwrap", "expect"):
            return self._proven(whole)
        whole = self._open(node, whole)
        match whole.kind, name:
            case "socket", "read":
                return self._asked(node, Value("count", 1))
            case "socket", _ if name in _IO:
                return self._asked(node, Value("data", 1))
            case "socket", "split" | "into_split":
                return Value("socket")
            case "socket", "try_clone":
                return Value("socket", 1)
            case "listener", "accept":
                return self._asked(node, Value("accepted", 1))
            case "sender", "send" | "try_send" | "blocking_send":
                return self._asked(node, Value("data", 1))
            case "sender", "clone":
                return Value("sender")
            case "receiver", "recv" | "blocking_recv" | "recv_timeout":
                return self._asked(node, Value("data", 1))
            case (("data" | "count"), _) if name in _PURE:
                return Value("data")
            case kind, _ if name in _INSTANT.get(kind, ()):
                return Value("data")
        raise UnknownError(node)

    def _limited(self, node: Node, future: Node) -> Value:
        """A timeout: what is in it is understood, or is over before the hold is."""
        length = self._length(node)
        before = dict(self.kinds), set(self.unread), self._spent_ms
        try:
            value = self.value(future)
            return replace(value, unproven=value.unproven + 1, limit_ms=length)
        except UnknownError:
            self.kinds, self.unread, self._spent_ms = before
        if _STARTS.search(self.ground.meaning(future)):
            raise UnknownError(node)
        self._spend(node, length)
        return Value("data")

    def _macro(self, node: Node) -> Value:
        name = macro_name(node, self.ground.code).decode("utf-8", "replace")
        if name not in _SAYS and name not in _ASSERTS:
            raise UnknownError(node)
        body = self.ground.grove.body(node)
        parts = list(_expressions(body)) if body is not None else []
        parts = parts[: _ASSERTS.get(name)]
        worth = [self._settled(part) for part in parts]
        read = any(
            value.kind == "count" and part.type != "identifier" for value, part in zip(worth, parts, strict=True)
        )
        if read and (name != "assert_eq" or not any(_is_some_bytes(self.ground.text(part)) for part in parts)):
            raise UnknownError(node)
        self._notice(name, [self.ground.text(part) for part in parts])
        return Value("data")

    def _notice(self, macro: str, parts: list[str]) -> None:
        """Counts that an assertion shows to be more than 0."""
        for name in list(self.unread):
            word = re.escape(name)
            if macro == "assert_eq" and len(parts) == 2:
                for one, other in (parts, parts[::-1]):
                    whole = one.strip() == name or re.search(rf"\[\s*\.\.\s*{word}\s*\]", one)
                    if whole and _is_some_bytes(other):
                        self.unread.discard(name)
            elif macro == "assert" and re.fullmatch(
                rf"\s*{word}\s*>=?\s*[1-9]\d*\s*|\s*{word}\s*(?:>|!=)\s*0\s*", parts[0]
            ):
                self.unread.discard(name)

    def _block(self, node: Node) -> Value:
        inner = statements(node)
        for statement in inner[:-1]:
            self.statement(statement)
        if not inner:
            return Value("data")
        last = inner[-1]
        if last.type in ("let_declaration", "expression_statement") or last.type in _ITEMS:
            self.statement(last)
            return Value("data")
        return self.value(last)

    def _branches(self, node: Node) -> Value:
        condition = node.child_by_field_name("condition")
        if condition is None:
            raise UnknownError(node)
        if condition.type == "let_condition" and not self._outcome_matters:
            pattern, value = condition.child_by_field_name("pattern"), condition.child_by_field_name("value")
            if pattern is None or value is None:
                raise UnknownError(node)
            self.bind(pattern, self.value(value))
        else:
            self._settled(condition)
        unread = set(self.unread)
        for name in ("consequence", "alternative"):
            branch = node.child_by_field_name(name)
            if branch is not None:
                self._settled(branch.named_children[0] if branch.type == "else_clause" else branch)
        self.unread |= unread
        return Value("data")

    def _rounds(self, node: Node) -> Value:
        """A loop over a range: as often as it says, so nothing in it may take a known time."""
        over, body, pattern = (node.child_by_field_name(name) for name in ("value", "body", "pattern"))
        if over is None or body is None or pattern is None or over.type not in ("range_expression", "array_expression"):
            raise UnknownError(node)
        self._settled(over)
        spent, unread = self._spent_ms, set(self.unread)
        self.bind(pattern, Value("data"))
        self._settled(body)
        self.unread |= unread
        if self._spent_ms != spent:
            raise UnknownError(node)
        return Value("data")


_TYPES = frozenset({"primitive_type", "type_identifier", "scoped_type_identifier", "generic_type", "mutable_specifier"})


def names_bound(ground: Ground, node: Node) -> set[str]:
    """The variables that the patterns at and below a node bind."""
    found = set()
    for here in inside(node):
        pattern = here.child_by_field_name("pattern")
        if here.type == "match_arm" and here.named_children:
            pattern = here.named_children[0]
        if pattern is not None:
            words = ground.words_in(pattern.start_byte, pattern.end_byte)
            found |= {word.name for word in words if word.name != "_" and not word.name[0].isupper()}
    return found


def _expressions(body: Node) -> Iterator[Node]:
    """The arguments of a macro whose body is re-parsed."""
    for child in body.named_children:
        if child.type == "expression_statement":
            yield from child.named_children[:1]
        elif not child.type.endswith("comment") and child.type != "empty_statement":
            yield child


def _is_some_bytes(text: str) -> bool:
    """Whether a literal is a number above 0 or text that is not empty."""
    return (
        re.fullmatch(
            r"\s*(?:[1-9][\d_]*(?:usize)?|&?\s*(?:b?\"[^\"]+\"|\[\s*[^\[\];]+\])(?:\s*\.\s*\w+\(\))*)\s*", text
        )
        is not None
    )
