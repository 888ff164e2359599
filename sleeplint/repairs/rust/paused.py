"""R4: what must elapse can elapse on tokio's paused clock, if nothing real takes part."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.languages.rust.attributes import attribute
from sleeplint.regexes import regex
from sleeplint.repairs.rust.ground import Ground, inside
from sleeplint.repairs.rust.place import Place
from sleeplint.repairs.rust.recipe import UNSAFE, Recipe, repaired, shown
from sleeplint.text import Edit, Span

_REAL = regex(
    r"\b(?:Tcp|Udp|Unix)\w*\b|\bnet\b|\bfs\b|\bprocess\b|\bCommand\b|\bFile\b|\bspawn_blocking\b|\bblock_in_place\b|\bthread\b"
    r"|\bSystemTime\b|\bUtc\b|\bLocal\b|\bunsafe\b|\bstd(?:::|\s*::\s*)time(?:::|\s*::\s*)Instant\b|\bextern\b|\bhttp\b"
)
_REMOTE = regex(
    r"connect|server|client|addr|broker|socket|url|http|cluster|\bport\b|\bnode|container|database|redis|\bdb\b|dir|path",
    re.IGNORECASE,
)
"""Names of what most likely lives in another process, or in files."""
_KNOWN = regex(
    r"^(?:tokio::(?:time|sync|spawn|task::(?:spawn|yield_now|JoinHandle))|std::(?:time::Duration|collections|sync|rc|cell|vec"
    r"|string|option|result|cmp|fmt|mem|future|pin|iter|ops|boxed|default|convert|hash|num|any|marker|clone|str|borrow)"
    r"|futures(?:_util|_core|_channel)?::(?!io|executor))\b"
)
_MACROS = frozenset(
    {
        "assert", "assert_eq", "assert_ne", "debug_assert", "debug_assert_eq", "eprintln", "format", "matches",
        "panic", "println", "select", "unreachable", "vec", "write",
    }
)  # fmt: skip
_PRELUDE = frozenset(
    {
        "AsRef", "Box", "Clone", "Copy", "Default", "Drop", "Eq", "Err", "Fn", "FnMut", "FnOnce", "From", "Into",
        "Iterator", "None", "Ok", "Option", "Ord", "PartialEq", "Result", "Self", "Send", "Sized", "Some", "String",
        "Sync", "ToString", "Vec", "bool", "char", "crate", "drop", "f32", "f64", "i128", "i16", "i32", "i64", "i8",
        "isize", "self", "std", "str", "super", "test", "tokio", "u128", "u16", "u32", "u64", "u8", "usize",
    }
)  # fmt: skip


def pause_the_clock(place: Place) -> Fix | None:
    """Run the test on a clock that jumps to whatever is waited for."""
    test = place.test
    if (
        place.wait.kind != "sleep"
        or test is None
        or test.runtime != "tokio"
        or place.wait.blocking
        or place.wait.paused_clock
    ):
        return None
    if not place.wait.api.startswith("tokio::time::"):
        return None
    mark = _test_attribute(place, test.span.start)
    if mark is None:
        return None
    ground = place.ground
    if place.function is None or _REAL.search(ground.meaning(place.function)):
        return None
    if "test-util" not in _proven(ground) or not _all_in_sight(ground, place.function):
        if _REMOTE.search(ground.meaning(place.function)):
            return None
        return shown(
            "Run the test on tokio's paused clock, if no socket, file, process or `std::time` clock takes part",
            '// Cargo.toml: tokio = { .., features = ["test-util"] }',
            "#[tokio::test(start_paused = true)]",
            f"async fn {test.name.rpartition('::')[2]}() {{",
        )
    if not ground.claim(place.function, "#[tokio::test]"):
        return None
    edit = Edit(Span(mark.start_byte, mark.end_byte), "#[tokio::test(start_paused = true)]")
    return repaired(place, "Run the test on tokio's paused clock", UNSAFE, (edit,))


def _test_attribute(place: Place, function: int) -> Node | None:
    """The plain `#[tokio::test]` of the test, on the current thread."""
    found = None
    for node in inside(place.ground.grove.root):
        if node.type == "attribute_item" and node.end_byte <= function:
            found = node
        elif node.start_byte >= function:
            break
        elif node.type == "function_item":
            found = None
    if found is None:
        return None
    what = attribute(found, place.ground.code)
    plain = re.fullmatch(r'(?:\(\s*(?:flavor\s*=\s*"current_thread"\s*,?)?\s*\))?', what.arguments)
    return found if what.path == "tokio::test" and plain else None


def _proven(ground: Ground) -> str:
    """The feature that the file shows to be enabled, because it uses it already."""
    uses = re.search(rb"\bstart_paused\s*=\s*true|\btime\s*::\s*(?:pause|advance|resume)\s*\(", ground.bare)
    return "test-util" if uses else ""


def _all_in_sight(ground: Ground, function: Node) -> bool:
    """Whether all code that runs in the test stands in this file, or is known to know tokio's clock only."""
    pending, seen = [function], {function.start_byte}
    items = {
        ground.text(name): node
        for node in inside(ground.grove.root)
        if node.type in ("function_item", "struct_item", "enum_item", "const_item", "static_item", "type_item")
        and (name := node.child_by_field_name("name")) is not None
    }
    impls: dict[str, list[Node]] = {}
    for node in inside(ground.grove.root):
        if node.type == "impl_item" and (kind := node.child_by_field_name("type")) is not None:
            impls.setdefault(ground.text(kind).partition("<")[0].strip(), []).append(node)
    while pending:
        node = pending.pop()
        if _REAL.search(ground.meaning(node)):
            return False
        for here in inside(node):
            if here.type == "macro_invocation":
                macro = ground.text(here).partition("!")[0].strip().rpartition("::")[2]
                if macro not in _MACROS:
                    return False
        bound = _bound(ground, node)
        for word in ground.words_in(node.start_byte, node.end_byte):
            if word.name in bound or word.name in _PRELUDE or word.name in _MACROS:
                continue
            known = [items[word.name]] if word.name in items else []
            known += impls.get(word.name, [])
            if known:
                for item in known:
                    if item.start_byte not in seen:
                        seen.add(item.start_byte)
                        pending.append(item)
                continue
            path = _path(ground, word.start, word.end)
            if path is None or not _KNOWN.search(path):
                return False
    return True


def _path(ground: Ground, start: int, end: int) -> str | None:
    """What a name in the code leads to, with what is written behind it."""
    chain = ground.grove.chain(start, end)
    found = ground.names.look_up((ground.code[start:end].decode("utf-8", "replace"),), chain)
    if found is None or not found.external:
        return None
    behind = re.match(rb"(?:\s*::\s*\w+)*", ground.code[end:])
    rest = "".join(behind.group().decode().split()) if behind is not None else ""
    return found.path + rest


def _bound(ground: Ground, node: Node) -> set[str]:
    """The names that a function's parameters and patterns bind, or an item's own parts are called."""
    found = set()
    for here in inside(node):
        if here.type in ("let_declaration", "parameter", "for_expression", "match_pattern", "let_condition"):
            pattern = here.child_by_field_name("pattern") or (here if here.type == "match_pattern" else None)
            if pattern is not None:
                found |= {
                    w.name for w in ground.words_in(pattern.start_byte, pattern.end_byte) if not w.name[0].isupper()
                }
        elif here.type == "closure_parameters":
            found |= {w.name for w in ground.words_in(here.start_byte, here.end_byte)}
        elif here.type in (
            "type_parameters",
            "field_declaration",
            "function_item",
            "field_initializer",
            "enum_variant",
        ):
            if here.type == "type_parameters":
                found |= {w.name for w in ground.words_in(here.start_byte, here.end_byte)}
                continue
            label = here.child_by_field_name("name") or here.child_by_field_name("field")
            if label is not None:
                found.add(ground.text(label))
    return found


RECIPES: tuple[Recipe, ...] = (pause_the_clock,)
