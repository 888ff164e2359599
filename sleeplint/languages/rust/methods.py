"""Which of the catalogue's methods a method call is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tree_sitter import Node

from sleeplint.languages.catalogue import Argument, Call
from sleeplint.languages.rust.catalogue import DISTINCTIVE, METHODS
from sleeplint.languages.rust.names import FileNames, Found
from sleeplint.regexes import regex

_SOCKETS = frozenset({"set_read_timeout", "set_write_timeout"})
"""Sessions of a project's own are often given them too."""
_NETWORKS = ("std::net", "std::os::unix::net", "socket2")
_TRAITS = frozenset({"event_listener::Listener"})
"""Traits whose name does not end in `Ext`: they must be imported for their methods to be called."""
_ANYBODYS = frozenset({"wait_timeout"})
"""What many crates call theirs: only one that the file imports comes into question."""
_CONDITION = "parking_lot::Condvar"
"""It mostly sits in a tuple with its lock; that a file imports it tells its methods from a project's own."""
_REQUEST = regex(rb"(?:\.|::)\s*(?:get|post|put|patch|delete|head|request)\s*\(")


@cache
def methods() -> dict[str, tuple[Call, ...]]:
    """The catalogue's methods, by name."""
    found: dict[str, tuple[Call, ...]] = {}
    for call in METHODS:
        name = call.call.rpartition("::")[2]
        found[name] = (*found.get(name, ()), call)
    return found


def choose(method: str, found: Found | None, chain: tuple[Node, ...], given: int, names: FileNames) -> Call | None:
    """The catalogue's method of that name that fits the receiver and the number of arguments given.

    `found` is where the receiver comes from; `chain` ends with the call.
    """
    if method not in methods():
        return None
    entries = [entry for entry in methods()[method] if _takes(entry, given)]
    if found is not None and found.place is not None:
        return _newtype(entries, found)
    if found is not None and found.external:
        family = [entry for entry in entries if _same_family(entry.call, found.path)]
        verb = _REQUEST.search(_receiver(chain[-1], names))
        family = [entry for entry in family if ("Request" in entry.call) == bool(verb)] or family
        if family:
            return max(family, key=lambda entry: _common(entry.call, found.path))
    imported = names.traits(chain)
    for entry in entries:
        if _is_trait(entry) and _is_imported(entry, imported):
            return entry
        if found is None and entry.call.startswith(_CONDITION) and _CONDITION in imported:
            return entry
    if method not in DISTINCTIVE:
        return None
    if found is None and method in _SOCKETS and not any(path.startswith(_NETWORKS) for path in imported):
        return None
    return _likeliest(method, [entry for entry in entries if not _is_trait(entry)], given, found, imported)


def _likeliest(
    method: str, entries: Sequence[Call], given: int, found: Found | None, imported: set[str]
) -> Call | None:
    """Of methods that their name alone gives away, that of a crate that the file imports, or the first."""
    crates = {path.partition("::")[0] for path in imported} - {"std"}
    if method in _ANYBODYS:
        entries = [entry for entry in entries if entry.call.partition("::")[0] in crates | {"std"}]
    if not entries:
        return Call(method, "timeout", Argument(0, "duration"), blocking=True) if given == 1 else None
    fitting = [entry for entry in entries if entry.call.partition("::")[0] in crates]
    module = "::".join(entries[0].call.split("::")[:-2])
    if found is None and fitting and not any(path.startswith(module) for path in imported):
        return fitting[0]
    return entries[0]


def _newtype(entries: Sequence[Call], found: Found) -> Call | None:
    """The method of a crate's type that a type of ours hands on: of the same name, in a module that names it."""
    kind = found.owner or (found.item.name if found.item is not None else "")
    if found.place is None or not kind or not entries:
        return None
    if found.place.scope.methods.get(kind, {}).get(entries[0].call.rpartition("::")[2]):
        return None
    text = found.place.reading.grove.code
    for entry in entries:
        owner = entry.call.rpartition("::")[0]
        if owner.rpartition("::")[2] == kind and re.search(
            rb"::\s*%s\s*::(?:\w+::)*%s\b" % (owner.partition("::")[0].encode(), kind.encode()), text
        ):
            return entry
    return None


def _receiver(call: Node, names: FileNames) -> bytes:
    function = call.child_by_field_name("function")
    return names.reading.grove.code[function.start_byte : function.end_byte] if function is not None else b""


def _takes(entry: Call, given: int) -> bool:
    """Whether a method may be given so many arguments: the duration, and at most one behind it."""
    at = entry.seconds.argument if entry.seconds is not None else None
    return isinstance(at, int) and at < given <= at + 2


def _is_trait(entry: Call) -> bool:
    owner = entry.call.rpartition("::")[0]
    return owner.endswith("Ext") or owner in _TRAITS


def _is_imported(entry: Call, imported: set[str]) -> bool:
    owner = entry.call.rpartition("::")[0]
    return owner in imported or f"{owner.rpartition('::')[0]}::*" in imported


def _same_family(entry: str, path: str) -> bool:
    mine, theirs = entry.split("::"), path.split("::")
    if mine[0] != theirs[0]:
        return False
    if mine[0] == "std":
        return mine[:-2] == theirs[: len(mine) - 2] or theirs[:2] == mine[:2]
    return True


def _common(entry: str, path: str) -> int:
    count = 0
    for mine, theirs in zip(entry.split("::"), path.split("::"), strict=False):
        if mine != theirs:
            break
        count += 1
    return count
