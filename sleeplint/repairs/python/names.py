"""What the names of a file mean, as far as that is beyond doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from sleeplint.repairs.python.parsed import Parsed, Scope
from sleeplint.text import Span


@dataclass(frozen=True, slots=True)
class Binding:
    """One place that gives a name its meaning."""

    kind: Literal["import", "value", "parameter", "function", "class", "other"]
    span: Span
    node: cst.CSTNode
    """Of a value: the assigned expression; of a parameter: the parameter; of a definition: itself."""
    path: str = ""
    """Of an import: what it stands for."""
    statement: cst.CSTNode | None = None
    """Of an import: the statement."""


class Names:
    """All bindings and uses of names in one file."""

    def __init__(self, file: Parsed) -> None:
        self.file = file
        self._bindings: dict[str, list[Binding]] = {}
        self._scopes: dict[Span, Scope] = {}
        self._uses_of: dict[tuple[str, Span], Sequence[Span]] = {}
        self._declared = {item.name.value for statement in file.every(cst.Global) for item in statement.names}
        self._declared |= {item.name.value for statement in file.every(cst.Nonlocal) for item in statement.names}
        self._collect()
        silent = {id(node.attr) for node in file.every(cst.Attribute)}
        silent |= {id(argument.keyword) for argument in file.every(cst.Arg) if argument.keyword is not None}
        silent |= {id(_root(alias.name)) for alias in file.every(cst.ImportAlias)}
        silent |= {id(alias.asname.name) for alias in file.every(cst.ImportAlias) if alias.asname is not None}
        silent |= {id(_root(source.module)) for source in file.every(cst.ImportFrom) if source.module is not None}
        self._uses: dict[str, list[Span]] = {}
        for name in file.every(cst.Name):
            if id(name) not in silent:
                self._uses.setdefault(name.value, []).append(file.span(name))

    def uses(self, name: str) -> Sequence[Span]:
        """Where a name stands as a name, read or written, outside of imports."""
        return self._uses.get(name, ())

    def uses_of(self, name: str, binding: Binding) -> Sequence[Span]:
        """Where a name may mean what one binding gives it; looked up once, as every repair of a file asks."""
        key = (name, binding.span)
        if key not in self._uses_of:
            self._uses_of[key] = [use for use in self.uses(name) if binding in self.bindings(name, use)]
        return self._uses_of[key]

    def bindings(self, name: str, at: Span) -> Sequence[Binding]:
        """Everything that may give a name its meaning at a place; nothing if that is not beyond doubt."""
        if name in self._declared:
            return ()
        every = self._bindings.get(name, ())
        for depth, scope in enumerate(self.file.scopes_at(at)):
            if depth and isinstance(scope, cst.ClassDef):
                continue
            found = [binding for binding in every if self.scope_of(binding) is scope]
            if found:
                return found
        return ()

    def scope_of(self, binding: Binding) -> Scope:
        """The scope to which a binding belongs; a definition's name belongs to the scope around it."""
        if binding.span not in self._scopes:
            self._scopes[binding.span] = self.file.scopes_at(binding.span)[0]
        return self._scopes[binding.span]

    def path(self, expression: cst.CSTNode) -> str | None:
        """What a dotted expression stands for by the file's imports, such as `threading.Event`."""
        parts: list[str] = []
        root = expression
        while isinstance(root, cst.Attribute):
            parts.insert(0, root.attr.value)
            root = root.value
        if not isinstance(root, cst.Name):
            return None
        meanings = {
            binding.path if binding.kind == "import" else None
            for binding in self.bindings(root.value, self.file.span(root))
        }
        if len(meanings) != 1:
            return None
        base = meanings.pop()
        return ".".join([base, *parts]) if base else None

    def value(self, name: str, at: Span) -> cst.BaseExpression | None:
        """The only value that a name is ever given, if there is only one."""
        found = self.bindings(name, at)
        if len(found) == 1 and found[0].kind == "value" and isinstance(found[0].node, cst.BaseExpression):
            return found[0].node
        return None

    def is_instance(self, expression: cst.CSTNode, of: str) -> bool:
        """Whether a name, or an attribute of `self`, only ever holds what the class at path `of` makes."""
        if isinstance(expression, cst.Name):
            found = self.bindings(expression.value, self.file.span(expression))
            return bool(found) and all(self._makes(binding, of) for binding in found)
        if isinstance(expression, cst.Attribute) and self.file.text(expression.value) == "self":
            values = list(self._given_to_self(expression))
            return bool(values) and all(self._calls(value, of) for value in values)
        return False

    def is_fresh(self, name: str, within: Span) -> bool:
        """Whether a name can be introduced there: nothing in or around the place knows it."""
        scopes = self.file.scopes_at(within)
        outermost = self.file.span(scopes[-2]) if len(scopes) > 1 else within
        return (
            name not in self._declared
            and not any(use in outermost for use in self.uses(name))
            and all(self.scope_of(binding) is not self.file.module for binding in self._bindings.get(name, ()))
        )

    def is_taken(self, name: str) -> bool:
        """Whether a name stands anywhere in the file for something that no import brings."""
        return any(binding.kind != "import" for binding in self._bindings.get(name, ())) or name in self._declared

    def imports(self) -> Iterator[tuple[str, Binding]]:
        """Every name that an import brings, with its binding."""
        for name, bindings in self._bindings.items():
            for binding in bindings:
                if binding.kind == "import":
                    yield name, binding

    def _makes(self, binding: Binding, of: str) -> bool:
        if binding.kind == "value":
            return self._calls(binding.node, of)
        if binding.kind == "parameter" and isinstance(binding.node, cst.Param) and binding.node.annotation:
            return self.path(binding.node.annotation.annotation) == of
        return False

    def _calls(self, value: cst.CSTNode, of: str) -> bool:
        return isinstance(value, cst.Call) and self.path(value.func) == of

    def _given_to_self(self, attribute: cst.Attribute) -> Iterator[cst.CSTNode]:
        """The values that an attribute of `self` is given in its class; a doubtful one comes as the target."""
        file = self.file
        owner = next((s for s in file.scopes_at(file.span(attribute)) if isinstance(s, cst.ClassDef)), None)
        if owner is None:
            return
        written = file.text(attribute)
        known: set[Span] = set()
        for assignment in file.every(cst.Assign, file.span(owner)):
            for target in assignment.targets:
                if file.text(target.target) == written:
                    known.add(file.span(target.target))
                    yield assignment.value
        for other in self._other_targets():
            for part in _flat(other):
                if file.text(part) == written and file.span(part) in file.span(owner) and file.span(part) not in known:
                    yield part

    def _other_targets(self) -> Iterator[cst.CSTNode]:
        file = self.file
        for target in file.every(cst.AssignTarget):
            yield target.target
        for annotated in file.every(cst.AnnAssign):
            yield annotated.target
        for augmented in file.every(cst.AugAssign):
            yield augmented.target
        for loop in file.every(cst.For):
            yield loop.target
        for comprehension in file.every(cst.CompFor):
            yield comprehension.target
        for walrus in file.every(cst.NamedExpr):
            yield walrus.target
        for alias in file.every(cst.AsName):
            yield alias.name
        for removal in file.every(cst.Del):
            yield removal.target

    def _add(self, name: str, binding: Binding) -> None:
        self._bindings.setdefault(name, []).append(binding)

    def _collect(self) -> None:
        file = self.file
        self._collect_imports()
        plain: set[int] = set()
        for assignment in file.every(cst.Assign):
            for target in assignment.targets:
                if isinstance(target.target, cst.Name):
                    plain.add(id(target.target))
                    self._add(target.target.value, Binding("value", file.span(target.target), assignment.value))
        for annotated in file.every(cst.AnnAssign):
            if isinstance(annotated.target, cst.Name) and annotated.value is not None:
                plain.add(id(annotated.target))
                self._add(annotated.target.value, Binding("value", file.span(annotated.target), annotated.value))
        imported = {id(binding.node) for bindings in self._bindings.values() for binding in bindings}
        for other in self._other_targets():
            for part in _flat(other):
                if isinstance(part, cst.Name) and id(part) not in plain and id(part) not in imported:
                    self._add(part.value, Binding("other", file.span(part), part))
        for parameter in file.every(cst.Param):
            self._add(parameter.name.value, Binding("parameter", file.span(parameter.name), parameter))
        for function in file.every(cst.FunctionDef):
            self._add(function.name.value, Binding("function", file.span(function), function))
        for defined in file.every(cst.ClassDef):
            self._add(defined.name.value, Binding("class", file.span(defined), defined))
        for captured in file.every(cst.MatchAs):
            if captured.name is not None:
                self._add(captured.name.value, Binding("other", file.span(captured), captured))
        for rest in file.every(cst.MatchStar):
            if rest.name is not None:
                self._add(rest.name.value, Binding("other", file.span(rest), rest))

    def _collect_imports(self) -> None:
        file = self.file
        for statement in file.every(cst.Import):
            for alias in statement.names:
                dotted = file.text(alias.name).replace(" ", "")
                self._add_import(alias, dotted if alias.asname else dotted.split(".")[0], dotted, statement)
        for source in file.every(cst.ImportFrom):
            module = "." * len(source.relative) + (file.text(source.module) if source.module is not None else "")
            if isinstance(source.names, cst.ImportStar):
                continue
            for alias in source.names:
                dotted = f"{module}{'' if module.endswith('.') else '.'}{file.text(alias.name)}"
                self._add_import(alias, dotted, dotted.rpartition(".")[2], source)

    def _add_import(self, alias: cst.ImportAlias, path: str, known_as: str, statement: cst.CSTNode) -> None:
        name: cst.CSTNode = alias.asname.name if alias.asname else alias.name
        word = self.file.text(name) if alias.asname else known_as.split(".")[0]
        self._add(word, Binding("import", self.file.span(alias), name, path, statement))


def _root(expression: cst.CSTNode) -> cst.CSTNode:
    while isinstance(expression, cst.Attribute):
        expression = expression.value
    return expression


def _flat(target: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The targets of an unpacking, one by one."""
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _flat(element.value)
    elif isinstance(target, cst.StarredElement):
        yield from _flat(target.value)
    else:
        yield target
