"""The imports of a file: what a repair needs is there, what it orphans goes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

import libcst as cst

from sleeplint.regexes import regex
from sleeplint.repairs.python.names import Binding
from sleeplint.repairs.python.parsed import Parsed
from sleeplint.repairs.python.place import Place
from sleeplint.text import Edit, Span

_LINE_END = regex(rb"\r\n|\n|\r")


class Imports:
    """What one repair does to the imports."""

    def __init__(self, place: Place) -> None:
        self.file = place.file
        self.names = place.names
        self.used: set[str] = set()
        """Imported names that the new text uses."""
        self._at = place.file.span(place.statement)
        self._scopes = place.file.scopes_at(self._at)
        self._modules: list[str] = []
        self._extended: list[tuple[cst.ImportFrom, str]] = []

    def name(self, path: str) -> str | None:
        """How the thing at `path` is written at this place; None if the name it would need is taken.

        An import that is there is used, a `from` import of its module extended, else the module imported.
        """
        module, _, last = path.rpartition(".")
        for wanted, rest in ((path, ""), (module, f".{last}")):
            for name, binding in self.names.imports():
                if binding.path == wanted and self._reaches(name, binding):
                    self.used.add(name)
                    return name + rest
        statement = self._from_import(module)
        if statement is not None and not self._collides(last):
            if (statement, last) not in self._extended:
                self._extended.append((statement, last))
            return last
        if self._collides(module) or "." in module:
            return None
        if module not in sys.stdlib_module_names and not self._is_at_hand(module):
            return None  # it may be the project itself, or come by another way
        if module not in self._modules:
            self._modules.append(module)
        return path

    def edits(self, gone: Sequence[Span]) -> Iterator[Edit]:
        """The edits on the imports when the text at `gone` goes."""
        removed: dict[cst.CSTNode, list[Binding]] = {}
        for name, binding in self.names.imports():
            if name not in self.used and binding.statement is not None and self._is_orphaned(name, binding, gone):
                removed.setdefault(binding.statement, []).append(binding)
        added: dict[cst.CSTNode, list[str]] = {}
        for statement, word in self._extended:
            added.setdefault(statement, []).append(word)
        for touched in {**removed, **added}:
            yield from self._rewritten(touched, removed.get(touched, []), added.get(touched, []))
        for module in self._modules:
            yield self._new_import(module)

    def _reaches(self, name: str, binding: Binding) -> bool:
        """Whether an import surely holds at the place under that name."""
        scope = self.names.scope_of(binding)
        if scope not in self._scopes or not self._is_unconditional(binding):
            return False
        found = self.names.bindings(name, self._at)
        agreed = bool(found) and all(b.kind == "import" and b.path == binding.path for b in found)
        return agreed and (scope is self.file.module or binding.span.end < self._at.start)

    def _is_unconditional(self, binding: Binding) -> bool:
        around = [n for n in self.file.chain(binding.span) if isinstance(n, cst.BaseCompoundStatement | cst.Module)]
        return around[-1] is self.names.scope_of(binding)

    def _from_import(self, module: str) -> cst.ImportFrom | None:
        """A `from module import ..` at the top of the file that can take one name more."""
        for statement in self._top():
            if (
                isinstance(statement, cst.ImportFrom)
                and not isinstance(statement.names, cst.ImportStar)
                and not statement.relative
                and statement.module is not None
                and self.file.text(statement.module) == module
                and not self.file.has_comment(self.file.span(statement))
            ):
                return statement
        return None

    def _collides(self, name: str) -> bool:
        """Whether a name already stands for something in this file, or may."""
        star = any(isinstance(statement.names, cst.ImportStar) for statement in self.file.every(cst.ImportFrom))
        return star or self.names.is_taken(name) or bool(self.names.uses(name)) or self._is_imported(name)

    def _is_at_hand(self, module: str) -> bool:
        """Whether the file imports something of a module that is not Python's own."""
        return any(binding.path.split(".")[0] == module for _, binding in self.names.imports())

    def _is_imported(self, name: str) -> bool:
        return any(name == known for known, _ in self.names.imports())

    def _is_orphaned(self, name: str, binding: Binding, gone: Sequence[Span]) -> bool:
        """Whether all that uses an import goes."""
        uses = self.names.uses_of(name, binding)
        return (
            bool(uses)
            and all(any(use in span for span in gone) for use in uses)
            and self.names.scope_of(binding) in self._scopes
            and self.is_removable(name, binding)
        )

    def is_removable(self, name: str, binding: Binding) -> bool:
        """Whether an import can go when nothing uses it: nobody else has a say in it."""
        if not self._is_unconditional(binding) or binding.statement is None:
            return False
        line = self.file.source.lines.line_text(self.file.source.lines.line(self.file.span(binding.statement).end))
        return "#" not in line and not self._is_mentioned(name) and len(self.names.bindings(name, binding.span)) == 1

    def _is_mentioned(self, name: str) -> bool:
        """Whether a string names it: in `__all__`, in an annotation, as the end of a path to patch."""
        whole = re.compile(rf"""^[a-zA-Z]*(['"]+)\.?{name}\b""")
        if any(whole.match(string.value) for string in self.file.every(cst.SimpleString)):
            return True
        word = re.compile(rf"\b{name}\b")
        quoted = [
            a for a in self.file.every(cst.Annotation) if any(self.file.every(cst.SimpleString, self.file.span(a)))
        ]
        return any(word.search(self.file.text(annotation)) for annotation in quoted)

    def _rewritten(self, statement: cst.CSTNode, removed: Sequence[Binding], added: Sequence[str]) -> Iterator[Edit]:
        """A statement without some of its names, and with others."""
        assert isinstance(statement, cst.Import | cst.ImportFrom)
        assert not isinstance(statement.names, cst.ImportStar)
        spans = [self.file.span(alias) for alias in statement.names]
        going = [span for span in spans if any(binding.span == span for binding in removed)]
        if len(going) == len(spans) and not added:
            yield from self._deleted(statement)
            return
        words = [self.file.text(alias) for alias in statement.names]
        if added and going and "\n" not in self.file.text(statement):
            kept = [word for word, span in zip(words, spans, strict=True) if span not in going]
            yield Edit(Span(spans[0].start, spans[-1].end), ", ".join(_in_order(kept, added, words)))
            return
        if added and going:
            yield Edit(going[0], ", ".join(added))
            going = going[1:]
        else:
            yield from self._inserted(spans, words, added)
        for number, span in enumerate(spans):
            if span in going:
                last = number == len(spans) - 1
                cut = Span(spans[number - 1].end, span.end) if last else Span(span.start, spans[number + 1].start)
                if not self.file.has_comment(cut):
                    yield Edit(cut, "")

    def _inserted(self, spans: Sequence[Span], words: Sequence[str], added: Sequence[str]) -> Iterator[Edit]:
        """Names among those that are there, each in its place if those are in order."""
        separator = self._separator(spans)
        for word in added:
            at = _in_order(words, [word], words).index(word)
            if at < len(spans):
                yield Edit(Span(spans[at].start, spans[at].start), word + separator)
            else:
                yield Edit(Span(spans[-1].end, spans[-1].end), separator + word)

    def _separator(self, spans: Sequence[Span]) -> str:
        """What stands between two names of a `from` import, as far as it shows."""
        if len(spans) < 2:
            return ", "
        return self.file.code[spans[-2].end : spans[-1].start].decode("utf-8")

    def _deleted(self, statement: cst.CSTNode) -> Iterator[Edit]:
        """Its line goes, and one of two blank lines that would come together."""
        lines = self.file.source.lines
        span = self.file.span(statement)
        chain = self.file.chain(span)
        line = next(node for node in reversed(chain) if isinstance(node, cst.SimpleStatementLine))
        block = chain[chain.index(line) - 1]
        if len(line.body) > 1 or not isinstance(block, cst.Module | cst.IndentedBlock) or len(block.body) < 2:
            return
        first, last = lines.line(span.start), lines.line(span.end)
        end = lines.line_span(last).end
        opens = isinstance(block, cst.IndentedBlock) and block.body[0] is line
        blank_above = first == 1 or opens or not lines.line_text(first - 1).strip()
        if blank_above and last < lines.lines and not lines.line_text(last + 1).strip():
            end = lines.line_span(last + 1).end
        yield Edit(Span(lines.line_span(first).start, end), "")

    def _top(self) -> Iterator[cst.BaseSmallStatement]:
        """The simple statements of the module that stand on lines of their own."""
        for statement in self.file.module.body:
            if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
                yield statement.body[0]

    def _new_import(self, module: str) -> Edit:
        """`import module` in its place by the alphabet among the plain imports of its kind, else above the others."""
        text = f"import {module}{self._newline()}"
        kind = _is_of_python(module)
        head = [statement for statement in self._top() if _module(self.file, statement) and not _is_future(statement)]
        alike = [statement for statement in head if _is_of_python(_module(self.file, statement)) is kind]
        last: cst.CSTNode | None = None
        for statement in alike:
            if isinstance(statement, cst.Import):
                if _module(self.file, statement) > module:
                    return self._line_before(statement, text)
                last = statement
            elif last is not None:
                break
        if last is not None:
            return self._line_after(last, text)
        if alike:
            return self._line_before(alike[0], text)
        return self._below_head(text)

    def _below_head(self, text: str) -> Edit:
        """Below a docstring and `__future__` imports, above everything else."""
        above: cst.CSTNode | None = None
        for number, statement in enumerate(self.file.module.body):
            small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
            docstring = number == 0 and isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
            if docstring or _is_future(small):
                above = statement
            elif above is None:
                decorators = getattr(statement, "decorators", ())
                blank = 2 if isinstance(statement, cst.FunctionDef | cst.ClassDef) else 1
                return self._line_before(decorators[0] if decorators else statement, text + self._newline() * blank)
        if above is not None:
            return self._line_after(above, self._newline() + text)
        end = len(self.file.code)
        return Edit(Span(end, end), text)

    def _line_after(self, node: cst.CSTNode, text: str) -> Edit:
        lines = self.file.source.lines
        end = lines.line_span(lines.line(self.file.span(node).end)).end
        return Edit(Span(end, end), text)

    def _line_before(self, node: cst.CSTNode, text: str) -> Edit:
        start = self.file.source.lines.line_span(self.file.source.lines.line(self.file.span(node).start)).start
        return Edit(Span(start, start), text)

    def _newline(self) -> str:
        found = _LINE_END.search(self.file.code)
        return found[0].decode() if found else "\n"


def _module(file: Parsed, statement: cst.CSTNode) -> str:
    """The module of which an import is; `.` of a relative one, and nothing of what is no import."""
    if isinstance(statement, cst.Import):
        return file.text(statement.names[0].name)
    if isinstance(statement, cst.ImportFrom):
        return "." if statement.relative or statement.module is None else file.text(statement.module)
    return ""


def _is_of_python(module: str) -> bool:
    """Whether a module comes with Python."""
    return module.partition(".")[0] in sys.stdlib_module_names


def _in_order(words: Sequence[str], added: Sequence[str], before: Sequence[str]) -> list[str]:
    """Names with others among them: in their places where the names were in order before, else behind."""
    for key in (str.casefold, _by_kind):
        if list(before) == sorted(before, key=key):
            return sorted([*words, *added], key=key)
    return [*words, *added]


def _by_kind(name: str) -> str:
    """What many a formatter sorts by: constants, then classes, then the rest."""
    kind = "0" if name.isupper() else "1" if name[:1].isupper() else "2"
    return kind + name


def _is_future(small: cst.CSTNode | None) -> bool:
    return (
        isinstance(small, cst.ImportFrom) and isinstance(small.module, cst.Name) and small.module.value == "__future__"
    )


def shared_orphans(
    place: Place, repairs: Sequence[tuple[Sequence[Span], frozenset[str]]]
) -> Iterator[tuple[int, int, Edit]]:
    """The imports that several repairs only together orphan: the first and last of these, and an empty edit there.

    A repair is the text that it takes away and the imported names that it uses.
    """
    imports = Imports(place)
    kept = frozenset[str]().union(*(used for _, used in repairs))
    for name, binding in imports.names.imports():
        if name in kept or binding.statement is None or not imports.is_removable(name, binding):
            continue
        uses = imports.names.uses_of(name, binding)
        takers = [n for n, (gone, _) in enumerate(repairs) if any(use in span for use in uses for span in gone)]
        every = [span for gone, _ in repairs for span in gone]
        if len(takers) > 1 and all(any(use in span for span in every) for use in uses):
            start = imports.file.span(binding.statement).start
            yield takers[0], takers[-1], Edit(Span(start, start), "")
