"""R3c: a sleep, and then an assertion; a bounded poll of the same condition waits just as long as it must."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.flow import LOOPS
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import Ground, inside
from sleeplint.repairs.rust.naps import nap
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.recipe import PATIENCE_SECS, UNSAFE, Recipe, pen, repaired, shown

_WIDTH = 100
"""rustfmt's `max_width`."""
_READS = frozenset(
    {
        "as_deref", "as_ref", "as_slice", "as_str", "borrow", "clone", "cloned", "connected", "contains",
        "contains_key", "copied", "count", "exists", "expect", "get", "has_been_called", "is_closed", "is_connected",
        "is_dir", "is_file", "is_finished", "is_ok", "is_ready", "is_set", "is_some", "iter", "len", "load", "lock",
        "metadata", "read", "size", "state", "status", "to_string", "to_vec", "unwrap", "value",
    }
)  # fmt: skip
"""Methods that can be called again and again and change nothing."""
_MACROS = frozenset({"assert", "assert_eq"})
_METHOD = regex(r"\.\s*(\w+)\s*(?:::\s*<[^()]*>\s*)?\(")
_FUNCTION = regex(r"(?<![.\w])([a-z_][\w:]*)\s*\(")
_POSITIVE_NUMBER = regex(r"(?:[1-9][\d_]*|0[xob][\da-fA-F_]*[1-9a-fA-F][\da-fA-F_]*)(?:_?[iu](?:\d+|size))?")
SAYS_NO_MORE = regex(
    r"\b(?:more|only|at most|exactly|never|again|once|still|too many)\b|\bexceed|duplicat|\blimit",
    re.IGNORECASE,
)
"""An assertion that says so is also about what must not come later."""
_NAMED_FOR_AN_END = regex(
    r"\b(?:more|only|most|exactly|never|not|no|none|without|once|single|limit\w*|exceed\w*|max\w*)\b"
    r"|duplicat|dedup|debounc|throttl|coalesc",
    re.IGNORECASE,
)
"""A test that is called so is about that as well: its sleep also shows that no more comes."""
CONSUMES = regex(
    r"\.\s*(?:\w*recv\w*|next\w*|pop\w*|take|swap|fetch_\w+|remove\w*|insert\w*|send\w*|read\w*|accept|poll\w*|drain|replace"
    r"|push\w*|write\w*|publish\w*|delete\w*|create\w*|post\w*|put\w*|add\w*|set\w*|close\w*|stop\w*|start\w*|join\w*|abort"
    r"|ack\w*|subscribe\w*|update\w*|connect|connect_\w+|execute\w*|spawn\w*|shutdown\w*|run\w*|wait\w*)\s*(?:::\s*<[^()]*>\s*)?\("
)
"""Calls that change what they are called on, or that wait."""
_FIRST = regex(
    r"(?:(?:std::|core::|sync::|atomic::)*(?:Arc|Rc|Mutex|RwLock|AsyncMutex)::new\(\s*)*"
    r"(?:[\w:]*Atomic\w+::new\(\s*(?P<number>true|false|-?\d[\d_]*)\s*\)"
    r"|[\w:]*(?:Atomic\w+|Vec|VecDeque|HashMap|HashSet|BTreeMap|BTreeSet|String)(?:::<[^()]*>)?::(?:new|default)\(\s*\)"
    r"|vec!\s*\[\s*\]|(?:[\w:]*(?:Mutex|RwLock)::new\(\s*)(?P<inner>true|false|-?\d[\d_]*|None)\s*\)|None)"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What an assertion asserts."""

    read: str
    """The operand that changes."""
    wanted: str | None
    """What it must be equal to; None: it must be true."""

    @property
    def code(self) -> str:
        """As an expression that is true when the assertion holds."""
        return self.read if self.wanted is None else f"{self.read} == {self.wanted}"

    @property
    def negated(self) -> str:
        """As an expression that is true as long as the assertion does not hold."""
        return f"!{self.read}" if self.wanted is None else f"{self.read} != {self.wanted}"


def poll(place: Place) -> Fix | None:
    """Poll what is asserted next, and keep the assertion."""
    whole, function = place.whole, place.function
    if (
        whole is None
        or function is None
        or not place.following
        or any(n.type in LOOPS for n in place.nodes[place.border :])
    ):
        return None
    asserted = _assertions(place)
    conditions = [condition for statement in asserted if (condition := _asserted(place, statement)) is not None]
    if not conditions or _asserted(place, asserted[0]) is None:
        return None
    # What is asserted beside it and cannot be polled may need the same time.
    all_polled = all(_asserted(place, node) or not _reads(place.ground, node) for node in asserted)
    awaits = any("await" in condition.code for condition in conditions)
    if awaits and not place.is_async:
        return None
    ground = place.ground
    words = nap(place)
    if words is None:
        return None
    pause, duration = words
    deadline = ground.unknown(function, "deadline")
    now = f"{ground.spell('std::time::Instant', place.call)}::now()"
    lines = (
        f"let {deadline} = {now} + {duration}::from_secs({PATIENCE_SECS});",
        *_head(place, _any(conditions), f"{now} < {deadline}"),
        f"    {pause};",
        "}",
    )
    title = "Poll what is asserted, bounded"
    held = [_held_before(place, function, condition) for condition in conditions]
    if all(one is True for one in held):
        return None
    ended = any(SAYS_NO_MORE.search(ground.text(node)) for node in asserted)
    if held[0] is not False or not all_polled or ended or _is_named_for_an_end(place):
        return shown(title, *lines, *(ground.text(node) for node in asserted[:1]))
    step = pen(place).step(whole.start_byte)
    return repaired(place, title, UNSAFE, pen(place).replace(whole, *(line.replace("    ", step, 1) for line in lines)))


def _is_named_for_an_end(place: Place) -> bool:
    name = place.function.child_by_field_name("name") if place.function is not None else None
    return name is not None and _NAMED_FOR_AN_END.search(place.ground.text(name).replace("_", " ")) is not None


def _assertions(place: Place) -> list[Node]:
    """The assertions that follow the sleep directly."""
    found = []
    for statement in place.following:
        macro = statement.named_children[0] if statement.type == "expression_statement" else statement
        if macro.type != "macro_invocation" or not place.ground.text(macro).lstrip().startswith("assert"):
            break
        found.append(statement)
    return found


def _reads(ground: Ground, statement: Node) -> bool:
    """Whether an assertion asks something that may change."""
    return _METHOD.search(ground.meaning(statement)) is not None


def _any(conditions: list[Condition]) -> str:
    """True as long as one of the conditions does not hold."""
    terms = list(dict.fromkeys(condition.negated for condition in conditions))
    return terms[0] if len(terms) == 1 else f"({' || '.join(terms)})"


def _head(place: Place, *terms: str) -> tuple[str, ...]:
    """A loop's head as rustfmt breaks it."""
    line = f"while {' && '.join(terms)} {{"
    if len(pen(place).indent(place.statement.start_byte)) + len(line) <= _WIDTH:
        return (line,)
    return (f"while {terms[0]}", *(f"    && {term}" for term in terms[1:]), "{")


def _asserted(place: Place, statement: Node) -> Condition | None:
    """The positive condition of an assertion whose operands can be read again; None if it is not one."""
    operands = _operands_of(place.ground, statement)
    if operands is None or any("\n" in operand or "//" in operand or "/*" in operand for operand in operands[1][:2]):
        return None
    name, (first, *rest) = operands
    if name == "assert":
        return _truth(first)
    if not rest:
        return None
    return _equality(first, rest[0]) or _change(place, first, rest[0])


def _operands_of(ground: Ground, statement: Node) -> tuple[str, list[str]] | None:
    """The name of an assertion and its operands; None if it is none that can be polled."""
    macro = statement.named_children[0] if statement.type == "expression_statement" else statement
    tokens = next((child for child in macro.children if child.type == "token_tree"), None)
    if macro.type != "macro_invocation" or tokens is None:
        return None
    name = ground.text(macro).partition("!")[0].strip().rpartition("::")[2]
    operands = operands_in(ground, tokens)
    return (name, operands) if name in _MACROS and operands else None


def _change(place: Place, left: str, right: str) -> Condition | None:
    """An equality of something that was asserted to be another before, and so can be read again."""
    for read, wanted in ((left, right), (right, left)):
        simple = re.fullmatch(r"[\w:]+", wanted) is not None and wanted not in ("0", "false", "None")
        if simple and _METHOD.search(read) and not CONSUMES.search(read) and "|" not in read:
            earlier = _earlier_values(place, read)
            if earlier and earlier[-1] != wanted:
                return Condition(read, wanted)
    return None


def _earlier_values(place: Place, read: str) -> list[str]:
    """What something was asserted to be equal to before the sleep, in order."""
    if place.function is None:
        return []
    found = []
    for node in inside(place.function):
        if node.start_byte >= place.statement.start_byte:
            break
        operands = _operands_of(place.ground, node) if node.type == "macro_invocation" else None
        if operands is None or operands[0] != "assert_eq" or len(operands[1]) < 2:
            continue
        left, right = operands[1][:2]
        if _squeezed(left) == _squeezed(read):
            found.append(right)
        elif _squeezed(right) == _squeezed(read):
            found.append(left)
    return found


def _truth(text: str) -> Condition | None:
    both = re.fullmatch(r"(.+?)\s*==\s*(.+)", text)
    if both is not None and not re.search(r"&&|\|\||[<>!]=?|\|", text.replace("->", "")):
        return _equality(both.group(1), both.group(2))
    if re.search(r"[!<>=|&^]|\bis_(?:none|err|empty|closed)\b|\bmatches\b", text):
        return None
    return Condition(text, None) if _is_read_again(text) else None


def _equality(left: str, right: str) -> Condition | None:
    for read, wanted in ((left, right), (right, left)):
        if _is_wanted(wanted) and _is_read_again(read) and not re.search(r"[!<>=|^]|&&", read):
            return Condition(read, wanted)
    return None


def _is_wanted(text: str) -> bool:
    return (
        _POSITIVE_NUMBER.fullmatch(text) is not None
        or text in ("true",)
        or re.fullmatch(r'"[^"\\{}]+"', text) is not None
    )


def _is_read_again(text: str) -> bool:
    """Whether an expression only reads, so that it can be asked again."""
    methods = _METHOD.findall(text)
    if (
        _FUNCTION.search(text)
        or "!" in text
        or "?" in text
        or "|" in text
        or (".await." in text.replace(" ", "") and "lock" not in text)
    ):
        return False
    return bool(methods) and all(method in _READS for method in methods)


def operands_in(ground: Ground, tokens: Node) -> list[str]:
    """The arguments of a macro, as written."""
    found: list[str] = []
    start = tokens.start_byte + 1
    for child in tokens.children[1:]:
        if child.type == "," or child == tokens.children[-1]:
            text = ground.code[start : child.start_byte].decode("utf-8", "replace").strip()
            if text:
                found.append(text)
            start = child.end_byte
    return found


def _held_before(place: Place, function: Node, condition: Condition) -> bool | None:
    """Whether the condition held at first, by the first value or an assertion; None if the code does not say."""
    ground = place.ground
    if condition.wanted is not None and (earlier := _earlier_values(place, condition.read)):
        return earlier[-1] == condition.wanted
    before = ground.meaning(function)[: place.statement.start_byte - function.start_byte]
    if _squeezed(condition.code) in _squeezed(before):
        return True
    head = re.match(r"[*&(\s]*(\w+)", condition.read)
    if head is None:
        return None
    first = _first_value(ground, function, head.group(1), place.statement.start_byte)
    if first is None:
        return None
    wanted = condition.wanted or "true"
    if wanted == "true" and re.search(r"\.(?:is_ok|is_finished)\b", condition.read):
        return None
    return first == wanted


def _first_value(ground: Ground, function: Node, name: str, until: int, depth: int = 4) -> str | None:
    """What a variable holds at first, `0` for an empty collection; None if the function does not say."""
    if depth == 0:
        return None
    for node in inside(function):
        if node.type != "let_declaration" or node.end_byte > until:
            continue
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is None or value is None:
            continue
        if [word.name for word in ground.words_in(pattern.start_byte, pattern.end_byte)] != [name]:
            continue
        text = ground.meaning(value)
        other = re.fullmatch(r"(?:[\w:]*Arc::clone\(\s*&\s*(\w+)\s*\)|(\w+)\.clone\(\s*\))", text.strip())
        if other is not None:
            return _first_value(ground, function, other.group(1) or other.group(2), until, depth - 1)
        match = _FIRST.match(text.strip())
        return (match.group("number") or match.group("inner") or "0") if match is not None else None
    return None


def _squeezed(text: str) -> str:
    return "".join(text.split())


RECIPES: tuple[Recipe, ...] = (poll,)
