"""What an attribute, a call, `with`, `await` or `[..]` gives for what is known of the thing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sleeplint.languages.python.attributes import Given, given_to, given_to_self
from sleeplint.languages.python.branches import is_dead
from sleeplint.languages.python.catalogue import BY_PATH
from sleeplint.languages.python.containers import EMPTY, put_into
from sleeplint.languages.python.decorators import is_property
from sleeplint.languages.python.fixtures import fixture_modules
from sleeplint.languages.python.library import ATTRIBUTES, PAIRS, PARENTS, RETURNS, canonical, is_module, returned_by
from sleeplint.languages.python.meanings import UNKNOWN, Meaning, one_of, part_of, several_of
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.resolvers import names_as, names_of
from sleeplint.languages.python.tree import bases_of, decorators_of, owner_of
from sleeplint.records import replace

if TYPE_CHECKING:
    from tree_sitter import Node

    from sleeplint.languages.python.names import Names

MAX_STEPS = 24
"""How far one name is followed through assignments, calls and files."""
_GIVING = "files of fixtures that give to classes"
"""Key under which a module remembers them."""
_MOCKS = "unittest.mock."
_FUTURES = frozenset({"asyncio.Task", "asyncio.Future"})


def imported(module: Module, dotted: str, steps: int = 0) -> Meaning:
    """What `from a.b import c` gives for `a.b.c`, followed into the project's own files."""
    if steps > MAX_STEPS:
        return UNKNOWN
    owner, _, name = dotted.rpartition(".")
    if dotted.startswith(".") and not owner.strip("."):
        owner = "." * (len(dotted) - len(dotted.lstrip(".")))
    absolute = module.absolute(dotted)
    target = module.module_at(owner) if owner else None
    if target is not None:
        found = exported(target, name, steps + 1)
        if found.kind in ("function", "class", "instance"):
            return replace(found, path=absolute) if found.kind != "instance" else found
        if found.is_known:
            return found
    return Meaning("external", absolute, module)


def exported(module: Module, name: str, steps: int = 0) -> Meaning:
    """What a name of another module's top level stands for."""
    return names_of(module).named(name, (module.root,), module.root.end_byte, steps + 1)


def member(owner: Meaning, name: str, steps: int = 0) -> Meaning:
    """What `owner.name` stands for."""
    if steps > MAX_STEPS:
        return UNKNOWN
    if name == "__class__" and owner.kind == "instance" and owner.node is not None:
        return replace(owner, kind="class")
    match owner.kind:
        case "external":
            path = f"{owner.path}.{name}"
            if owner.module is not None and not is_catalogued(path):
                return _followed(owner, name, steps)
            return Meaning("external", path, owner.module)
        case "function":
            made = _decorated(owner, steps)
            return member(made, name, steps + 1) if made.kind == "instance" else UNKNOWN
        case "instance" | "class":
            if owner.node is not None and owner.module is not None:
                found = _of_class(owner, name, steps, owner, set())
                # What a derived class does in place of its base may be too much to follow.
                return found if found.is_known else _of_class(owner, name, steps, None, set())
            if owner.kind == "instance":
                return _of_instance(owner.path, name)
    return UNKNOWN


def _decorated(function: Meaning, steps: int) -> Meaning:
    """The object of a project's class that its decorator makes of a function; the outermost one decides."""
    assert function.module is not None
    assert function.node is not None
    chain = function.module.chain(function.node)
    if not chain or chain[-1].type != "decorated_definition":
        return UNKNOWN
    names = names_of(function.module)
    for decorator in decorators_of(chain[-1])[:1]:
        made = names.meaning(decorator, steps + 1)
        if made.kind == "instance":  # `@task(..)`, annotated with what it makes or with a decorator's class
            called = result_of(member(made, "__call__", steps + 1), steps + 1)
            return called if called.kind == "instance" else made
        made = result_of(made, steps + 1)
        if made.kind == "instance":
            return made
    return UNKNOWN


def _followed(owner: Meaning, name: str, steps: int) -> Meaning:
    """A member of a module of the project, or of what its path says."""
    assert owner.module is not None
    path = f"{owner.path}.{name}"
    target = owner.module.module_at(owner.path)
    if target is not None:
        found = exported(target, name, steps + 1)
        if found.kind in ("function", "class"):
            return replace(found, path=owner.module.absolute(path))
        if found.is_known:
            return found
    return Meaning("external", path, owner.module)


def _of_instance(path: str, name: str) -> Meaning:
    """A method or attribute of what a library's class makes."""
    found = _of_library_class(path, name)
    return Meaning("instance", ATTRIBUTES[found.path]) if found.path in ATTRIBUTES else found


def _of_library_class(path: str, name: str) -> Meaning:
    path = canonical(path)
    while f"{path}.{name}" not in BY_PATH and path in PARENTS and not _is_described(f"{path}.{name}"):
        path = PARENTS[path]
    return Meaning("external", f"{path}.{name}")


def _of_class(owner: Meaning, name: str, steps: int, receiver: Meaning | None, seen: set[Node]) -> Meaning:
    """A method or attribute of one of the project's classes, its bases included; `receiver` is of a derived one.

    Classes that were `seen` are not asked again.
    """
    assert owner.node is not None
    assert owner.module is not None
    seen.add(owner.node)
    module, names = owner.module, names_as(owner.module, owner.node, receiver)
    for binding in reversed(module.bound_in(module.table(owner.node), name)):
        if is_dead(module, binding.node):
            continue
        if binding.kind == "function":
            if is_property(binding.node, module):
                return names.returned(binding.node, steps + 1)
            derived = receiver if receiver is not None and receiver.node != owner.node else None
            return Meaning("function", f"{owner.path}.{name}", module, binding.node, receiver=derived)
        found = names.bound(name, binding, module.chain(owner.node), steps + 1)
        if found.is_known:
            return found
    for given in given_to_self(module, owner.node, name):
        found = given_meaning(names, f"self.{name}", owner.node, given, steps + 1)
        if found.is_known:
            return found
    found = _inherited(owner, name, names, steps, receiver, seen)
    return found if found.is_known else _given_by_fixtures(owner, name, steps)


def _given_by_fixtures(owner: Meaning, name: str, steps: int) -> Meaning:
    """What fixtures give to the class of a test that asks for them: `request.cls.server = Server()`."""
    assert owner.node is not None
    assert owner.module is not None
    for module in _giving_to_classes(owner.module):
        for given in given_to(module, module.root, "request.cls", name):
            found = given_meaning(names_of(module), f"request.cls.{name}", module.root, given, steps + 1)
            if found.is_known:
                return found
    return UNKNOWN


def _giving_to_classes(module: Module) -> list[Module]:
    """The files whose fixtures may give something to a file's classes."""
    known = module.memory.get(_GIVING)
    if not isinstance(known, list):
        found = [other for other in fixture_modules(module) if b"request.cls" in other.code]
        known = module.memory[_GIVING] = found
    return known


def _inherited(
    owner: Meaning, name: str, names: Names, steps: int, receiver: Meaning | None, seen: set[Node]
) -> Meaning:
    """What a class has from its bases."""
    assert owner.node is not None
    if steps > MAX_STEPS:
        return UNKNOWN
    for base in bases_of(owner.node):
        meaning = names.meaning(base, steps + 1)
        if meaning.kind == "class" and meaning.node is not None and meaning.module is not None:
            if meaning.node in seen:
                continue
            found = _of_class(replace(meaning, kind="instance"), name, steps + 1, receiver, seen)
        elif meaning.kind == "external":
            found = _of_instance(meaning.path, name)
            if found.kind == "external" and not is_catalogued(found.path) and found.path not in RETURNS:
                found = UNKNOWN
        else:
            found = UNKNOWN
        if found.is_known:
            return found  # which goes by the class that defines it
    return UNKNOWN


def given_meaning(names: Names, target: str, scope: Node, given: Given, steps: int) -> Meaning:
    """What an attribute gets by one assignment; a container that starts empty is known by what is put into it."""
    if given.annotation is not None:
        declared = names.annotated(given.annotation, steps)
        if declared.is_known:
            return declared
    if given.value is None:
        return UNKNOWN
    found = names.meaning(given.value, steps)
    if given.entered:
        found = entered(found, steps)
    if given.index is not None:
        return part_of(found, given.index)
    if not found.is_known and given.value.type in EMPTY:
        return put_into(names, target, scope, given.value, steps)
    return found


def result_of(meaning: Meaning, steps: int = 0) -> Meaning:
    """What calling it gives."""
    match meaning.kind:
        case "external":
            pair = PAIRS.get(canonical(meaning.path))
            if pair is not None:
                return Meaning("several", "", items=tuple(_described(part) for part in pair))
            known = returned_by(meaning.path)
            if known is None:
                return UNKNOWN
            path, several = known
            if is_module(path):
                return Meaning("external", path)
            return Meaning("several" if several else "instance", path)
        case "class":
            return replace(meaning, kind="instance")
        case "instance" if meaning.node is None:
            if meaning.path.startswith(_MOCKS):
                return meaning  # what a mock gives is a mock
            made = RETURNS.get(f"{meaning.path}.__call__")
            return Meaning("instance", made) if made is not None else UNKNOWN
        case "function":
            assert meaning.module is not None
            assert meaning.node is not None
            if meaning.receiver is not None and (owner := owner_of(meaning.module.chain(meaning.node))) is not None:
                found = names_as(meaning.module, owner, meaning.receiver).returned(meaning.node, steps + 1)
                if found.is_known:
                    return found
            return names_of(meaning.module).returned(meaning.node, steps + 1)
    return UNKNOWN


def _described(part: str) -> Meaning:
    """What the library's tables say of one of several results."""
    if not part:
        return UNKNOWN
    return several_of(Meaning("instance", part[1:])) if part.startswith("[") else Meaning("instance", part)


def awaited(meaning: Meaning, steps: int) -> Meaning:
    """What `await` gives: a coroutine's result, which is what calling it is taken for; others say it themselves."""
    if meaning.kind != "instance":
        return meaning
    if meaning.node is None:
        return UNKNOWN if meaning.path in _FUTURES else meaning
    method = member(meaning, "__await__", steps + 1)
    return result_of(method, steps + 1) if method.kind == "function" else meaning


def item_of(meaning: Meaning, index: int | None, steps: int) -> Meaning:
    """What `[..]` gives: an element of a container, or what its class says."""
    if meaning.kind != "instance" or meaning.node is None:
        return meaning.items[1] if meaning.kind == "mapping" else one_of(meaning, index)
    method = member(meaning, "__getitem__", steps + 1)
    return result_of(method, steps + 1) if method.kind == "function" else UNKNOWN


def entered(meaning: Meaning, steps: int) -> Meaning:
    """What `with` gives for a context manager: most give themselves."""
    if meaning.kind != "instance" or meaning.node is None:
        return meaning
    methods = [member(meaning, name, steps + 1) for name in ("__enter__", "__aenter__")]
    given = [result_of(method, steps + 1) for method in methods if method.kind == "function"]
    return next((found for found in given if found.is_known), UNKNOWN) if given else meaning


def _is_described(path: str) -> bool:
    return path in RETURNS or path in ATTRIBUTES


def is_catalogued(path: str) -> bool:
    """Whether a call waits by the catalogue."""
    return canonical(path) in BY_PATH
