"""What a path in the code stands for, by the imports and items in scope where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from sleeplint.languages.rust.catalogue import FUNCTIONS
from sleeplint.languages.rust.library import Library, Place, Reading
from sleeplint.languages.rust.outline import Item, Scope, block
from sleeplint.languages.rust.uses import Path, globs, may_name
from sleeplint.records import dataclass, field, replace
from sleeplint.regexes import regex

_FUEL = 40
"""Imports and modules that are followed for one name."""
_OPEN = 1 << 30
"""Deeper than any search."""
_BLOCKS = frozenset({"block", "source_file", "declaration_list"})
_PATHS = frozenset(
    {
        "identifier",
        "scoped_identifier",
        "type_identifier",
        "scoped_type_identifier",
        "generic_function",
        "generic_type",
        "generic_type_with_turbofish",
        "field_identifier",
        "self",
        "super",
        "crate",
        "metavariable",
    }
)
# What a glob import of an external module is known to bring in, beside the calls that wait.
_EXPORTS = frozenset({call.call for call in FUNCTIONS}) | {
    f"{module}::{name}"
    for module, names in {
        "std::time": "Duration Instant SystemTime",
        "std::thread": "spawn scope park current sleep",
        "std::sync": "Arc Mutex Condvar Barrier RwLock mpsc",
        "std::sync::mpsc": "channel sync_channel Receiver Sender",
        "tokio": "spawn select join try_join time sync task net",
        "tokio::time": "Duration Instant pause resume advance",
        "tokio::task": "spawn spawn_blocking JoinSet",
        "crossbeam_channel": "unbounded bounded select Receiver Sender",
        "async_std": "task future io",
        "std": "thread time sync",
    }.items()
    for name in names.split()
}
_QUALIFIED = regex(r"\A<\s*((?:\w+\s*::\s*)*\w+)\s*>(?=\s*::)")
"""A type in brackets, whose member follows: `<Duration>::from_secs`."""
_STANDARD = frozenset({"std", "core", "alloc"})
_CUTS = ("tokio", "async_std", "std")


@dataclass(frozen=True, slots=True)
class Found:
    """What a path leads to."""

    path: str
    """Canonical if it leads out of the project, else as written."""
    external: bool = False
    place: Place | None = None
    """Of an item: the module that defines it; of a module: itself."""
    item: Item | None = None
    owner: str | None = None
    """The type whose member the item is."""
    block: Node | None = None
    """The block in which a local item stands."""


@dataclass(slots=True)
class _Search:
    """One question on its way through the modules."""

    opened: dict[tuple[object, ...], int] = field(default_factory=dict)
    """What is being looked for or was, and on which depth of the search its answer leans."""
    depth: int = 0
    leans: int = _OPEN
    """The outermost question, still open, on which the latest answer rests: such an answer holds here alone."""
    lowest: int = _FUEL
    """The least fuel that was left."""


class Finder:
    """Follows paths through modules, files and crates."""

    def __init__(self, library: Library) -> None:
        """Use a project's library."""
        self.library = library

    def find(self, place: Place, path: Path) -> Found | None:
        """What `path` leads to, written in the module `place`; None if it is not known."""
        if len(path) == 1:  # a bare name is no crate
            return self._within(place, path, _Search(), _FUEL)
        return self._find(place, path, _Search(), _FUEL)

    def _find(self, place: Place, path: Path, search: _Search, fuel: int) -> Found | None:
        if not self._fueled(search, fuel):
            return None
        match path:
            case ("", *rest):
                return self._outside(place, tuple(rest), search, fuel)
            case ("crate" | "$crate", *rest):
                return self._within(self.library.root(place), tuple(rest), search, fuel)
            case ("self", *rest):
                return self._within(place, tuple(rest), search, fuel)
            case ("super", *rest):
                parent = self.library.parent(place)
                return self._find(parent, ("self", *rest), search, fuel - 1) if parent else None
        if place.scope.parent is None and path and path[0] == "super":
            return None
        if path and path[0] in _STANDARD and not _names(place.scope, path[0]):  # nobody calls his own so in a glob
            return self._outside(place, path, search, fuel)
        return self._within(place, path, search, fuel) or self._outside(place, path, search, fuel)

    def _import(self, place: Place, path: Path, search: _Search, fuel: int) -> Found | None:
        """What the path of an import leads to.

        Where it begins with a crate's name, no glob brings that name in too: the compiler refuses to choose.
        """
        crate = self.library.crate(place.reading)
        if path and crate is not None and path[0] in crate.others and not _names(place.scope, path[0]):
            return self._outside(place, path, search, fuel) if self._fueled(search, fuel) else None
        return self._find(place, path, search, fuel)

    def _within(self, place: Place, path: Path, search: _Search, fuel: int) -> Found | None:
        """Look into a module only, not into the names of crates."""
        if not path:
            return Found("", place=place)
        answers = self.library.answers
        key = (place.reading, place.scope.path, path)
        if key in answers:
            answer: Found | None
            answer, rests_on, took = answers[key]
            if took <= fuel:
                search.lowest = min(search.lowest, fuel - took)
                self.library.seen.update(rests_on)
                return answer
        if key in search.opened:  # a circle of imports, or a way that was gone already
            search.leans = min(search.leans, search.opened[key])
            return None
        if not self._fueled(search, fuel):
            return None
        outer = search.leans, search.lowest
        search.opened[key] = depth = search.depth
        search.depth, search.leans, search.lowest = depth + 1, _OPEN, fuel
        found, consulted = self.library.consulting(lambda: self._look(place, path, search, fuel))
        self.library.seen.update(consulted)
        if search.leans >= depth:  # from wherever the question comes
            answers[key] = (found, frozenset(consulted), fuel - search.lowest)
            search.leans = _OPEN
        search.opened[key] = min(depth, search.leans)
        search.depth = depth
        search.leans, search.lowest = min(outer[0], search.leans), min(outer[1], search.lowest)
        return found

    def _fueled(self, search: _Search, fuel: int) -> bool:
        search.lowest = min(search.lowest, fuel)
        if fuel <= 0:
            search.leans = -1
        return fuel > 0

    def _look(self, place: Place, path: Path, search: _Search, fuel: int) -> Found | None:
        head, rest = path[0], path[1:]
        scope = place.scope
        if head == "super":
            parent = self.library.parent(place)
            return self._within(parent, rest, search, fuel - 1) if parent else None
        if head in scope.modules and (rest or head not in scope.items):
            return self._within(Place(place.reading, scope.modules[head]), rest, search, fuel - 1)
        if head in scope.files and (rest or head not in scope.items):
            child = self.library.child(place, head)
            return self._within(child, rest, search, fuel - 1) if child else Found("::".join(path))
        if head in scope.items and (not rest or scope.items[head].kind == "type"):
            return self._member(place, path)
        if head in scope.uses:
            target = scope.uses[head]
            if target == (head,):
                return self._outside(place, (*target, *rest), search, fuel - 1)
            found = self._import(place, (*target, *rest), search, fuel - 1)
            if found is not None and found.item is not None and not rest and target[-1] != head:
                return replace(found, path=self.library.full_path(place, head))
            return found
        for target in scope.globs:
            found = self._through_glob(place, target, path, search, fuel - 1)
            if found is not None:
                return found
        return None

    def through_glob(self, place: Place, target: Path, path: Path) -> Found | None:
        """What a path leads to by way of `use target::*` alone."""
        return self._through_glob(place, target, path, _Search(), _FUEL)

    def _through_glob(self, place: Place, target: Path, path: Path, search: _Search, fuel: int) -> Found | None:
        if self._brings_nothing(place, target, path[0]):
            return None
        module = self._import(place, target, search, fuel)
        if module is None:
            return None
        if module.place is not None and module.item is None:
            return self._within(module.place, path, search, fuel)
        candidate = canonical(f"{module.path}::{path[0]}")
        if module.external and candidate in _EXPORTS:
            return Found("::".join((candidate, *path[1:])), external=True)
        return None

    def _brings_nothing(self, place: Place, target: Path, name: str) -> bool:
        """Whether a module that is declared where a glob imports it has nothing of that name, by a search of its bytes.

        So much is sure of a text that neither declares nor imports it, if all globs in it lead back here or out of the
        project.
        """
        inner = target[1:] if target[0] == "self" else target
        if target[0] == "crate" and self.library.root(place).scope is place.scope:
            inner = target[1:]
        if len(inner) != 1 or inner[0] not in place.scope.files or inner[0] in place.scope.modules:
            return False
        code = self.library.unread(place, inner[0])
        if code is None or may_name(code, name.encode()):
            return False
        return all(path == ("super",) or self._leads_out(place, path, name, code) for path in globs(code))

    def _leads_out(self, place: Place, path: Path, name: str, code: bytes) -> bool:
        """Whether a glob in a text imports from a crate of strangers, as far as is known nothing of that name."""
        crate = self.library.crate(place.reading)
        if crate is None or not path or path[0] not in crate.others | _STANDARD or b"mod " + path[0].encode() in code:
            return False
        head = crate.renamed.get(path[0], path[0])
        ours = head not in _STANDARD and self.library.has_member(head, crate)
        return not ours and canonical("::".join((head, *path[1:], name))) not in _EXPORTS

    def _member(self, place: Place, path: Path) -> Found:
        item = place.scope.items[path[0]]
        if len(path) == 1:
            return Found(path[0], place=place, item=item)
        member = place.scope.methods.get(path[0], {}).get(path[1]) if len(path) == 2 else None
        return Found("::".join(path), place=place, item=member, owner=path[0])

    def _outside(self, place: Place, path: Path, search: _Search, fuel: int) -> Found | None:
        if not path:
            return None
        head, rest = path[0], path[1:]
        crate = self.library.crate(place.reading)
        name = crate.renamed.get(head, head) if crate is not None and head else head
        if name not in _STANDARD:
            member = self.library.member(name, crate)
            if member is not None and self._fueled(search, fuel):
                found = self._within(member, rest, search, fuel - 1)
                if found is not None:
                    return found if found.item is None else replace(found, path="::".join(path))
        return Found(canonical("::".join((name, *rest))), external=True)


def _names(scope: Scope, name: str) -> bool:
    """Whether a module itself says what a name stands for."""
    return name in scope.uses or name in scope.items or name in scope.modules or name in scope.files


def canonical(path: str) -> str:
    """One spelling for what several crates hand on."""
    if path.startswith(("core::", "alloc::")):
        path = "std::" + path.partition("::")[2]
    segments = path.split("::")
    for crate in _CUTS:  # `rocket::tokio::time::sleep`
        if crate in segments[1:-1]:
            return "::".join(segments[segments.index(crate, 1) :])
    return path


def path_of(node: Node, code: bytes) -> Path | None:
    """The segments of a path node, without generic arguments; None if it is no path."""
    if node.type not in _PATHS:
        return None
    text = code[node.start_byte : node.end_byte].decode("utf-8", "replace")
    if "<" in text:
        text = _QUALIFIED.sub(r"\1", text)
        text = _without_generics(text)
    return tuple(segment.strip().removeprefix("r#") for segment in text.split("::"))


def _without_generics(text: str) -> str:
    depth = 0
    kept = []
    for index, sign in enumerate(text):
        if sign == "<":
            depth += 1
        elif sign == ">" and text[index - 1] != "-":
            depth -= 1
        elif depth == 0:
            kept.append(sign)
    return re.sub(r"(?:::)+", "::", "".join(kept)).strip(":")


class FileNames:
    """Resolves the paths of one file."""

    def __init__(self, reading: Reading, finder: Finder) -> None:
        """For one parsed file."""
        self.reading = reading
        self.finder = finder
        self._blocks: dict[tuple[int, int], Scope] = {}

    def resolve(self, node: Node) -> str | None:
        """The canonical path of a path or identifier node."""
        path = path_of(node, self.reading.grove.code)
        if path is None:
            return None
        found = self.look_up(path, self.reading.grove.chain(node.start_byte, node.end_byte))
        return found.path if found is not None else "::".join(path)

    def place(self, chain: Sequence[Node]) -> Place:
        """The module in which a chain of nodes ends."""
        return Place(self.reading, self.reading.outline.innermost(chain[-1].start_byte))

    def look_up(self, path: Path, chain: Sequence[Node]) -> Found | None:
        """What a path leads to where `chain` ends; None if no import or item explains it."""
        place = self.place(chain)
        head = path[0]
        if head == "Self":
            return self._own_type(path, chain, place)
        if head not in {"", "crate", "self", "super", "$crate"}:
            for node in self._blocks_of(chain):
                found = self._in_block(node, place, path)
                if found is not None:
                    return found
        return self.finder.find(place, path)

    def traits(self, chain: Sequence[Node]) -> set[str]:
        """The canonical paths of all that is imported by name where `chain` ends."""
        place = self.place(chain)
        imported = dict(place.scope.uses)
        for node in self._blocks_of(chain):
            imported |= self._table(node).uses
        paths = {canonical("::".join(path)) for path in imported.values()}
        for target in place.scope.globs:
            if target == ("super",) and place.scope.parent is not None:
                paths |= {canonical("::".join(path)) for path in place.scope.parent.uses.values()}
            paths.add(canonical("::".join((*target, "*"))))
        return paths

    def _blocks_of(self, chain: Sequence[Node]) -> list[Node]:
        """The blocks around a place up to its module, innermost first."""
        blocks: list[Node] = []
        macro = False
        above: Node | None = None
        for node in chain:
            if node.type in _BLOCKS:
                if node.type == "declaration_list" and not macro and above is not None and above.type == "mod_item":
                    blocks.clear()
                elif above is not None and (node.type != "declaration_list" or above.type == "mod_item"):
                    blocks.append(node)
            elif node.type in {"macro_invocation", "macro_definition"}:
                macro = True
            above = node
        blocks.reverse()
        return blocks

    def _table(self, node: Node) -> Scope:
        key = (node.start_byte, node.end_byte)
        if key not in self._blocks:
            self._blocks[key] = block(node, self.reading.grove.code)
        return self._blocks[key]

    def _in_block(self, node: Node, place: Place, path: Path) -> Found | None:
        table = self._table(node)
        head, rest = path[0], path[1:]
        if head in table.items and (not rest or table.items[head].kind == "type"):
            if not rest:
                return Found(head, place=place, item=table.items[head], block=node)
            member = table.methods.get(head, {}).get(rest[0])
            return Found("::".join(path), place=place, item=member, owner=head, block=node)
        if head in table.uses:
            target = table.uses[head]
            if target[0] in table.uses and target[0] != head:
                target = (*table.uses[target[0]], *target[1:])
            return self.finder.find(place, (*target, *rest))
        for target in table.globs:
            found = self.finder.through_glob(place, target, path)
            if found is not None:
                return found
        return None

    def _own_type(self, path: Path, chain: Sequence[Node], place: Place) -> Found | None:
        code = self.reading.grove.code
        for node in reversed(chain):
            if node.type not in {"impl_item", "trait_item"}:
                continue
            kind = node.child_by_field_name("type") or node.child_by_field_name("name")
            name = path_of(kind, code) if kind is not None else None
            if name is None or len(path) != 2:
                return None
            member = place.scope.methods.get(name[-1], {}).get(path[1])
            return Found("::".join(path), place=place, item=member, owner=name[-1])
        return None
