"""What a parameter stands for: by its annotation, as a fixture, or by what all calls in its file hand to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from tree_sitter import Node

from sleeplint.languages.python.bindings import Binding
from sleeplint.languages.python.decorators import is_classmethod, is_static, mocks_given
from sleeplint.languages.python.fixtures import fixture
from sleeplint.languages.python.meanings import UNKNOWN, Meaning, agreed, alike, part_of
from sleeplint.languages.python.tree import Chain, arguments_of, called_name, decorators_of, first_of, owner_of
from sleeplint.records import replace
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from sleeplint.languages.python.modules import Module
    from sleeplint.languages.python.names import Names

_KINDS: tuple[Literal["instance"], Literal["class"]] = ("instance", "class")
"""What a method's first parameter is, and a class method's."""
MAX_CALLS = 8
"""Calls of one function that are looked at; of more, nothing is said."""
_WORD = regex(r"\w+")
_OF_SELF = regex(rb"\b(?:self|cls)\.\Z")
_ALONE = regex(rb"(?<![\w.])\Z")
_GOES_ON = regex(rb"\w")
_TAKERS = frozenset({"submit", "start_soon", "run_in_executor", "to_thread", "run_sync", "spawn", "apply_async"})
"""Call what they are given, with the arguments that follow it."""


def parameter(names: Names, name: str, binding: Binding, steps: int) -> Meaning:
    """A parameter's type: its annotation, its class if it is `self`, or the fixture that it names."""
    if binding.annotation is not None:
        declared = names.annotated(binding.annotation, steps)
        if declared.is_known:
            return declared
    holders = names.module.chain(binding.node)
    position = next((i for i in range(len(holders) - 1, -1, -1) if holders[i].type == "function_definition"), None)
    if position is None:
        return UNKNOWN
    function = holders[position]
    owner = owner_of(holders[:position])
    parameters = function.child_by_field_name("parameters")
    first = first_of(parameters) if parameters is not None else None
    if owner is not None and owner.type == "class_definition" and first == binding.node:
        label = owner.child_by_field_name("name")
        if label is None or is_static(holders[position - 1], names.module):
            return UNKNOWN
        kind = _KINDS[is_classmethod(holders[position - 1], names.module)]
        if names.derived is not None and names.derived[0] == owner:
            return replace(names.derived[1], kind=kind)
        path = ".".join([*names.module.prefix, *names.qualifier(owner), names.module.text(label)])
        return Meaning(kind, path, names.module, owner)
    if _is_given_mock(names.module, name, function, holders[position - 1], owner):
        return Meaning("instance", "unittest.mock.MagicMock")
    default = binding.node.child_by_field_name("value")
    if default is not None and default.type in ("identifier", "attribute"):
        usual = names.meaning(default, steps)
        if usual.kind == "class" or (usual.kind == "external" and usual.path.rpartition(".")[2][:1].isupper()):
            return usual
    varied = _parametrized(names, name, holders[position - 1], steps)
    if varied is not None:
        return varied
    found = fixture(names, name, function, steps)
    return found if found.is_known else handed(names, function, name, steps)


def _parametrized(names: Names, name: str, holder: Node, steps: int) -> Meaning | None:
    """What all values are that `@pytest.mark.parametrize` gives to a parameter; None if it gives none."""
    if holder.type != "decorated_definition":
        return None
    for decorator in decorators_of(holder):
        function = decorator.child_by_field_name("function") if decorator.type == "call" else None
        if function is None or not names.module.text(function).endswith("parametrize"):
            continue
        arguments = arguments_of(decorator, names.module.code)
        labels, values = arguments.at(0, "argnames"), arguments.at(1, "argvalues")
        if labels is None or values is None:
            continue
        given = _WORD.findall(names.module.text(labels))
        if name not in given:
            continue
        if values.type not in ("list", "tuple"):
            return UNKNOWN
        found = (names.meaning(value, steps + 1) for value in values.named_children[:MAX_CALLS])
        return agreed(each if len(given) == 1 else part_of(each, given.index(name)) for each in found)
    return None


def _is_given_mock(module: Module, name: str, function: Node, holder: Node, owner: Node | None) -> bool:
    """Whether a parameter is what `@patch(..)` puts in a place."""
    given = mocks_given(holder, module)
    if not given:
        return False
    parameters = function.child_by_field_name("parameters")
    names = [module.text(part) for part in parameters.named_children] if parameters is not None else []
    if owner is not None and owner.type == "class_definition" and not is_static(holder, module):
        names = names[1:]
    return name in names[:given]


def handed(names: Names, function: Node, name: str, steps: int) -> Meaning:
    """The meaning on which all calls of a function agree for one of its parameters."""
    label = function.child_by_field_name("name")
    if label is None:
        return UNKNOWN
    module = names.module
    word = module.text(label).encode()
    position, method = _position(names, function, name)
    if position is None:
        return UNKNOWN
    same = UNKNOWN
    count = 0
    for start in _mentions(module.code, word, method):
        node = module.root.descendant_for_byte_range(start, start + len(word))
        if node is None or node.type != "identifier" or node == label:
            continue
        count += 1
        if count > MAX_CALLS:
            return UNKNOWN
        value = _given(names, node, position, name)
        if value is None or value.type in ("none", "false"):
            continue
        found = names.meaning(value, steps + 1)
        if found.kind not in ("instance", "several") or (same.is_known and not alike(same, found)):
            return UNKNOWN
        same = found
    return same


def _mentions(code: bytes, word: bytes, method: bool) -> Iterator[int]:
    """Where a name stands alone, or behind `self` or `cls`."""
    mention = _OF_SELF if method else _ALONE
    start = code.find(word)
    while start >= 0:
        end = start + len(word)
        if mention.search(code, max(0, start - 6), start) and not _GOES_ON.match(code, end):
            yield start
        start = code.find(word, end)


def _position(names: Names, function: Node, name: str) -> tuple[int | None, bool]:
    """Where a caller gives a parameter, and whether the function is a method that has a receiver before it."""
    parameters = function.child_by_field_name("parameters")
    owner = owner_of(names.module.chain(function))
    method = owner is not None and owner.type == "class_definition"
    position = -1 if method else 0
    for parameter in parameters.named_children if parameters is not None else ():
        if parameter.type == "comment":
            continue
        label: Node | None = parameter
        if parameter.type in ("default_parameter", "typed_default_parameter"):
            label = parameter.child_by_field_name("name")
        if label is not None and label.type == "identifier" and names.module.text(label) == name:
            return (position if position >= 0 else None), method
        position += 1
    return None, method


def _given(names: Names, node: Node, position: int, name: str) -> Node | None:
    """What one mention of a function, called there or handed to who calls it, gives to a parameter."""
    code = names.module.code
    chain: Chain = names.module.chain(node)
    function = node
    if chain and chain[-1].type == "attribute":
        function, chain = chain[-1], chain[:-1]
    if not chain:
        return None
    holder = chain[-1]
    if holder.type == "call" and holder.child_by_field_name("function") == function:
        return arguments_of(holder, code).at(position, name)
    if holder.type == "keyword_argument" and len(chain) > 2 and chain[-3].type == "call":
        given = arguments_of(chain[-3], code).keywords
        items = given.get("args")
        if given.get("target") != function or items is None or items.type not in ("tuple", "list"):
            return None
        return items.named_child(position) if position < items.named_child_count else None
    if holder.type == "argument_list" and len(chain) > 1 and chain[-2].type == "call":
        taker = called_name(chain[-2])
        positional = arguments_of(chain[-2], code).positional
        if taker is None or names.module.text(taker) not in _TAKERS or function not in positional:
            return None
        place = positional.index(function) + 1 + position
        return positional[place] if place < len(positional) else None
    return None
