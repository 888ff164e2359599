"""What an edit orphans: imports, private constants, and variables that only held a duration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tree_sitter import Node

from sleeplint.finding import Fix
from sleeplint.regexes import regex
from sleeplint.repairs.rust.editing import Pen
from sleeplint.repairs.rust.ground import Ground, Word
from sleeplint.text import Edit, Span

_WIDTH = 100
"""rustfmt's `max_width`."""
_PLAIN = regex(r"(?:(?:\w+\s*::\s*)*Duration\s*::\s*\w+\s*\()?[\d_.]+(?:_?[iuf]\d+)?\)?")
"""A duration, or a number that one is made of."""
_WORD = regex(r"(?<![\w.:])[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a private `use` declaration brings in."""

    name: str
    path: str
    leaf: Node
    declaration: Node
    scope: Span
    """Where it can be used by its name."""


@lru_cache(maxsize=1)
def imports(ground: Ground) -> tuple[Import, ...]:
    """The names that the file imports for itself. Globs and what it hands on are not among them."""
    return tuple(_imports(ground))


def _imports(ground: Ground) -> Iterator[Import]:
    for holder in ground.holders:
        children = holder.named_children
        # A module in a file of its own may say `use super::*`.
        if any(child.type == "mod_item" and child.child_by_field_name("body") is None for child in children):
            continue
        scope = Span(holder.start_byte, holder.end_byte)
        for child in children:
            if child.type != "use_declaration" or child.child_by_field_name("argument") is None:
                continue
            if any(part.type == "visibility_modifier" for part in child.children):
                continue
            argument = child.child_by_field_name("argument")
            if argument is not None:
                for name, path, leaf in _leaves(ground, argument, ""):
                    yield Import(name, path, leaf, child, scope)


def _leaves(ground: Ground, node: Node, prefix: str) -> Iterator[tuple[str, str, Node]]:
    match node.type:
        case "use_list":
            for child in node.named_children:
                yield from _leaves(ground, child, prefix)
        case "scoped_use_list":
            path, inner = node.child_by_field_name("path"), node.child_by_field_name("list")
            if inner is not None:
                yield from _leaves(ground, inner, f"{prefix}{ground.text(path)}::" if path is not None else prefix)
        case "use_as_clause":
            path, alias = node.child_by_field_name("path"), node.child_by_field_name("alias")
            if path is not None and alias is not None:
                yield ground.text(alias), prefix + ground.text(path), node
        case "self":
            path_of_list = prefix.removesuffix("::")
            yield path_of_list.rpartition("::")[2], path_of_list, node
        case "identifier" | "scoped_identifier":
            path_text = prefix + ground.text(node)
            yield path_text.rpartition("::")[2], path_text, node


def orphaned(ground: Ground, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """What takes away the imports, private constants and plain variables that are used now and not after `edits`."""
    added = {name for edit in edits for name in _WORD.findall(edit.text)}
    gone = {word for edit in edits for word in ground.words_in(edit.span.start, edit.span.end)}
    every = imports(ground)
    declarations = _spans(every)
    found: tuple[Edit, ...] = ()
    while True:
        names = {word.name for word in gone} - added
        values = [value for value in _values(ground, names) if _is_orphan(ground, value, gone)]
        taken = {word for value in values for word in ground.words_in(value.holder.start_byte, value.holder.end_byte)}
        if taken <= gone:
            break
        gone |= taken
        found += tuple(edit for value in values for edit in Pen(ground.code).remove(value.holder, comment=True))
    lost = []
    for one in every:
        if one.name in names and one.name != "_":
            uses = [w for w in ground.uses(one.name, one.scope.start, one.scope.end) if not _in(w.start, declarations)]
            if uses and gone.issuperset(uses):
                lost.append(one)
    return (*found, *_removal(ground, lost))


@dataclass(frozen=True, slots=True)
class _Value:
    """A private constant, or a variable that holds one value from the start."""

    name: Node
    holder: Node
    scope: Span


def _values(ground: Ground, names: set[str]) -> list[_Value]:
    """The constants and plain variables of those names."""
    return [value for value in _all_values(ground) if ground.text(value.name) in names]


@lru_cache(maxsize=1)
def _all_values(ground: Ground) -> tuple[_Value, ...]:
    return tuple(_find_values(ground))


def _find_values(ground: Ground) -> Iterator[_Value]:
    for holder in ground.holders:
        scope = Span(holder.start_byte, holder.end_byte)
        for child in holder.named_children:
            name = None
            if child.type == "const_item" and not any(part.type == "visibility_modifier" for part in child.children):
                name = child.child_by_field_name("name")
            elif child.type == "let_declaration":
                value = child.child_by_field_name("value")
                plain = value is not None and _PLAIN.fullmatch(ground.text(value)) is not None
                name = child.child_by_field_name("pattern") if plain else None
            if name is not None and name.type == "identifier":
                yield _Value(name, child, scope)


def _is_orphan(ground: Ground, value: _Value, gone: set[Word]) -> bool:
    """Whether a value has no use left; attributes on it say that somebody thought of more."""
    before = value.holder.prev_named_sibling
    if before is not None and before.type == "attribute_item":
        return False
    uses = [
        word
        for word in ground.uses(ground.text(value.name), value.scope.start, value.scope.end)
        if not value.holder.start_byte <= word.start < value.holder.end_byte
    ]
    return bool(uses) and gone.issuperset(uses)


def orphaned_together(ground: Ground, fixes: Sequence[Fix | None]) -> tuple[Fix | None, ...]:
    """The fixes, so that those which only together orphan an import do not all land in one round.

    The first and the last of them get an empty edit at the same place: the one that has to wait
    then takes the import away by itself.
    """
    if sum(fix is not None and bool(fix.edits) for fix in fixes) < 2:
        return tuple(fixes)
    gone = [
        {word for edit in fix.edits for word in ground.words_in(edit.span.start, edit.span.end)} if fix else set[Word]()
        for fix in fixes
    ]
    every = imports(ground)
    declarations = _spans(every)
    together = set[Word]().union(*gone)
    added = [list(fix.edits) if fix else [] for fix in fixes]
    candidates = [(one.name, one.scope, one.declaration) for one in every]
    names = {word.name for word in together}
    candidates += [(ground.text(value.name), value.scope, value.holder) for value in _values(ground, names)]
    for name, scope, declaration in candidates:
        own = Span(declaration.start_byte, declaration.end_byte)
        uses = {w for w in ground.uses(name, scope.start, scope.end) if not _in(w.start, [*declarations, own])}
        users = [at for at, words in enumerate(gone) if words & uses]
        if len(users) > 1 and uses <= together:
            meeting = Edit(Span(own.start, own.start), "")
            for at in (users[0], users[-1]):
                taken = (edit.span for edit in added[at])
                if not any(span.start <= meeting.span.start <= span.end for span in taken):
                    added[at].append(meeting)
    return tuple(
        replace(fix, edits=tuple(sorted(edits))) if fix else None for fix, edits in zip(fixes, added, strict=True)
    )


def _spans(every: Sequence[Import]) -> list[Span]:
    return sorted({Span(one.declaration.start_byte, one.declaration.end_byte) for one in every})


def _in(offset: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= offset < span.end for span in spans)


def _removal(ground: Ground, lost: Sequence[Import]) -> tuple[Edit, ...]:
    pen = Pen(ground.code)
    edits: list[Edit] = []
    for declaration in {one.declaration.start_byte: one.declaration for one in lost}.values():
        leaves = {one.leaf.start_byte for one in lost if one.declaration == declaration}
        argument = declaration.child_by_field_name("argument")
        if argument is None:
            continue
        kept = _without(ground, pen, argument, leaves)
        if kept is None:
            edits.append(_whole(pen, declaration))
        elif kept != ground.text(argument):
            edits.append(Edit(Span(argument.start_byte, argument.end_byte), _fitted(pen, declaration, argument, kept)))
    return _without_leading_blank(pen, edits)


def _without_leading_blank(pen: Pen, edits: list[Edit]) -> tuple[Edit, ...]:
    """The edits; where they take away all that a file begins with, the blank line behind goes too."""
    edits.sort()
    done = 0
    for at, edit in enumerate(edits):
        if edit.text or edit.span.start != done:
            break
        done = edit.span.end
        following = edits[at + 1].span.start if at + 1 < len(edits) else -1
        after = pen.line_end(done)
        if following != done and done < len(pen.code) and not pen.code[done:after].strip():
            edits[at] = Edit(Span(edit.span.start, after), "")
            break
    return tuple(edits)


def _whole(pen: Pen, declaration: Node) -> Edit:
    """Takes a declaration with its attributes."""
    first = declaration
    sibling = declaration.prev_sibling
    while sibling is not None and sibling.type == "attribute_item":
        first, sibling = sibling, sibling.prev_sibling
    if not pen.stands_alone(declaration) or not pen.stands_alone(first):
        return Edit(Span(first.start_byte, declaration.end_byte), "")
    start, end = pen.line_start(first.start_byte), pen.line_end(declaration.end_byte)
    blank_before = start == 0 or not pen.code[pen.line_start(start - 1) : start].strip()
    opened = pen.code[:start].rstrip().endswith(b"{")
    after = pen.line_end(end)
    if (blank_before or opened) and end < len(pen.code) and not pen.code[end:after].strip():
        end = after
    return Edit(Span(start, end), "")


def _without(ground: Ground, pen: Pen, node: Node, leaves: set[int]) -> str | None:
    """A use tree without some of its leaves; None if nothing is left."""
    match node.type:
        case "scoped_use_list":
            inner, path = node.child_by_field_name("list"), node.child_by_field_name("path")
            if inner is None or path is None:
                return ground.text(node)
            kept = _without(ground, pen, inner, leaves)
            if kept is None:
                return None
            if kept == "self":
                return ground.text(path)
            return f"{ground.text(path)}::{kept}"
        case "use_list":
            return _list_without(ground, pen, node, leaves)
        case _:
            return None if node.start_byte in leaves else ground.text(node)


def _list_without(ground: Ground, pen: Pen, node: Node, leaves: set[int]) -> str | None:
    comments = [child for child in node.children if child.type.endswith("comment")]
    elements = [child for child in node.named_children if not child.type.endswith("comment")]
    kept = [(child, text) for child in elements if (text := _without(ground, pen, child, leaves)) is not None]
    if not kept:
        return None
    if all(text == ground.text(child) for child, text in kept) and len(kept) == len(elements):
        return ground.text(node)
    if len(kept) == 1 and not comments:
        only, text = kept[0]
        return "self" if only.type == "self" else text
    whole = ground.text(node)
    if "\n" not in whole:
        return "{" + ", ".join(text for _, text in kept) + "}"
    newline = pen.newline(node.start_byte)
    inner = pen.indent(node.start_byte) + pen.step(node.start_byte)
    rows: dict[int, list[str]] = {}
    for child, text in kept:
        rows.setdefault(child.start_point[0], []).append(text)
    for comment in comments:
        rows.setdefault(comment.start_point[0], []).append("\0" + ground.text(comment))
    lines = []
    for row in sorted(rows):
        names = [text for text in rows[row] if not text.startswith("\0")]
        remarks = [text[1:] for text in rows[row] if text.startswith("\0")]
        lines.append(inner + " ".join([", ".join(names) + ","] * bool(names) + remarks))
    return "{" + newline + newline.join(lines) + newline + pen.indent(node.end_byte - 1) + "}"


def _fitted(pen: Pen, declaration: Node, argument: Node, text: str) -> str:
    """On one line if that is short enough, as rustfmt would have it."""
    if "\n" not in text or "//" in text or "/*" in text:
        return text
    line = re.sub(r",?\s*\}", "}", re.sub(r"\{\s+", "{", re.sub(r"\s*\n\s*", " ", text)))
    before = (
        declaration.start_byte - pen.line_start(declaration.start_byte) + argument.start_byte - declaration.start_byte
    )
    nested = line.count("{") > 1
    return line if before + len(line) + 1 <= _WIDTH and not nested else text
