"""What containers hold: by what is put into them, and what their methods and those that go through them give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.meanings import UNKNOWN, Meaning, agreed, mapping_of, one_of, several_of, tuple_of
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.tree import Chain
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from sleeplint.languages.python.names import Names

MAX_PUTS = 4
"""Places where something is put into one container that are looked at."""
EMPTY = frozenset({"list", "dictionary", "set", "tuple", "call", "binary_operator"})
"""How a value is written that may be a container filled later: `[]`, `deque()`, `[None] * 3`."""
_LISTS = frozenset({"list", "binary_operator"})
_PUTS = regex(
    rb"(?:\.(append|appendleft|add|insert|extend|update|setdefault)\(|[ \t]*(\+=)|(\[)[^]\n=]*\][ \t]*=(?!=))"
)
"""By a method, by `+=`, or under a key."""
_COPIES = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "deque", "chain", "tqdm"})
_HOMES = frozenset({"", "builtins", "itertools", "itertools.chain", "collections", "random", "tqdm", "tqdm.auto"})
"""The modules whose functions these are."""
_ELEMENTS = frozenset({"next", "min", "max", "choice"})


def given_by(owner: Meaning, method: str) -> Meaning:
    """What a method of a container gives."""
    if owner.kind == "mapping":
        key, value = owner.items
        match method:
            case "values":
                return several_of(value)
            case "items":
                return several_of(tuple_of(key, value))
            case "keys":
                return several_of(key)
            case "get" | "pop" | "setdefault":
                return value
            case "popitem":
                return tuple_of(key, value)
            case "copy":
                return owner
        return UNKNOWN
    if method in ("pop", "popleft"):
        return one_of(owner)
    return owner if method == "copy" else UNKNOWN


def gone_through(names: Names, path: str, given: tuple[Node, ...], steps: int) -> Meaning | None:
    """What a builtin that goes through containers gives for them; None if it is none of these."""
    home, _, name = path.rpartition(".")
    if not given or home not in _HOMES:
        return None
    if name in _COPIES:
        return several_of(each_of(names, given[0], steps))
    if name in _ELEMENTS:
        return each_of(names, given[0], steps)
    match name:
        case "enumerate":
            return several_of(tuple_of(UNKNOWN, each_of(names, given[0], steps)))
        case "zip":
            return several_of(tuple_of(*(each_of(names, container, steps) for container in given)))
        case "filter" if len(given) > 1:
            return several_of(each_of(names, given[1], steps))
        case "map" if len(given) > 1:
            return several_of(names.result(given[0], steps))
        case "defaultdict":
            return mapping_of(names.result(given[0], steps))
    return None


def each_of(names: Names, container: Node, steps: int) -> Meaning:
    """What going through a container gives."""
    held = names.meaning(container, steps)
    if held.is_known or container.type != "identifier":
        return one_of(held)
    scope = _scope_of(names, container)  # a parameter, perhaps
    return one_of(put_into(names, names.module.text(container), scope, None, steps)) if scope is not None else UNKNOWN


def put_into(names: Names, target: str, scope: Node, start: Node | None, steps: int) -> Meaning:
    """A container by what is put into it anywhere in a scope: `target.append(x)`, `target[i] = x`.

    `start` is what it is made as, if that is known.
    """
    module = names.module
    for match in islice(_puts(module.code, target.encode(), scope), MAX_PUTS):
        end = match.end() - 1
        node = module.root.descendant_for_byte_range(end, end + 1)
        chain = (*module.chain(node), node) if node is not None else ()
        found = UNKNOWN
        if match[1] is not None:
            found = _by_method(names, match[1], chain, steps)
        else:
            holder = next((n for n in reversed(chain) if n.type in ("assignment", "augmented_assignment")), None)
            value = holder.child_by_field_name("right") if holder is not None else None
            put = names.meaning(value, steps) if value is not None else UNKNOWN
            if match[2] is not None:
                found = several_of(one_of(put))
            else:
                found = several_of(put) if start is not None and start.type in _LISTS else mapping_of(put)
        if found.is_known:
            return found
    return UNKNOWN


def _puts(code: bytes, target: bytes, scope: Node) -> Iterator[re.Match[bytes]]:
    """Where something is put into a container, from behind its name."""
    for start in occurrences(code, target, scope.start_byte, scope.end_byte):
        put = _PUTS.match(code, start + len(target), scope.end_byte) if code[start - 1 : start] != b"." else None
        if put is not None:
            yield put


def _by_method(names: Names, method: bytes, chain: Chain, steps: int) -> Meaning:
    holder = next((n for n in reversed(chain) if n.type in ("argument_list", "call")), None)
    if holder is not None and holder.type == "call":  # `extend(x for x in y)`
        holder = holder.child_by_field_name("arguments")
    if holder is None:
        return UNKNOWN
    parts = [holder] if holder.type != "argument_list" else [n for n in holder.named_children if n.type != "comment"]
    value = parts[-1] if method in (b"insert", b"setdefault") and parts else parts[0] if parts else None
    if value is None:
        return UNKNOWN
    found = names.meaning(value, steps)
    if method == b"update":
        return found if found.kind == "mapping" else several_of(one_of(found))
    if method == b"setdefault":
        return mapping_of(found)
    return several_of(one_of(found) if method == b"extend" else found)


def filled(names: Names, name: str, start: Node, steps: int) -> Meaning:
    """A container that is made as `start`, by what is put into it in the same function or, if it is there, module."""
    scope = _scope_of(names, start)
    return put_into(names, name, scope, start, steps) if scope is not None else UNKNOWN


def _scope_of(names: Names, node: Node) -> Node | None:
    return next((n for n in reversed(names.module.chain(node)) if n.type in ("function_definition", "module")), None)


def pairs_of(names: Names, dictionary: Node, steps: int, most: int) -> Meaning:
    """What a dictionary's literal holds."""
    pairs = [
        (key, value)
        for pair in [child for child in dictionary.named_children if child.type == "pair"][:most]
        if (key := pair.child_by_field_name("key")) is not None
        and (value := pair.child_by_field_name("value")) is not None
    ]
    return mapping_of(
        agreed(names.meaning(value, steps) for _, value in pairs), agreed(names.meaning(key, steps) for key, _ in pairs)
    )
