"""Real operations that are given a `timeout=` by keyword, in whatever library they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from sleeplint.languages.catalogue import Argument, Call, Unit
from sleeplint.languages.python.bounds import bounds_of, documented_unit, forwards, namesakes
from sleeplint.languages.python.browsers import TIMELESS
from sleeplint.languages.python.calls import Found, is_mock, looks_once
from sleeplint.languages.python.catalogue import BY_PATH
from sleeplint.languages.python.durations import fold, milliseconds, value_of
from sleeplint.languages.python.library import canonical
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.search import KEYWORDS, NEVER, is_title
from sleeplint.languages.python.spelling import spelled
from sleeplint.languages.python.tree import Chain, arguments_of, called_name, chain_to
from sleeplint.regexes import regex

# What an operation is called that takes time. A setting is declared, created, enqueued or configured.
_OPERATIONS = regex(
    r"_*(?:wait|recv|receive|read|fetch|poll|acquire|join|result|select|ping|accept|connect|communicate|expect|flush"
    r"|drain|shutdown|stop|close|execute|query|lock|start|call|request|consume|get_|pop|take|barrier|until|collect"
    r"|cursor|forward|copy_|exec_|run|sync|invoke|terminate|kill|quit|handshake|login|authenticate|watch)\w*"
    r"|\w+_results?"
)
_MOCKING = regex(r"(?i)\b\w*mock\w*\(")
"""A context that answers in the place of what is asked; `mock.patch(..)` alone does not say so."""
_SURELY_SECONDS = 500
"""From here on a number of an unknown unit may as well be milliseconds."""
_MADE = regex(r"get_\w*(?:executor|pool|client|cache|scheduler|cluster)")
"""Functions that give back something that works by itself: what they are given is a setting of that."""
_HTTP_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "open"})


def find_guards(names: Names, keywords: Iterable[int], taken: set[tuple[int, int]]) -> Iterator[Found]:
    """Such calls, in order of their `keywords`' positions, other than those at the places `taken`."""
    module = names.module
    for place in keywords:
        label = module.root.descendant_for_byte_range(place, place + 1)
        chain = chain_to(module.root, label) if label is not None else None
        if label is None or not chain or chain[-1].type != "keyword_argument" or len(chain) < 3:
            continue
        call = chain[-3]
        if call.type != "call" or (call.start_byte, call.end_byte) in taken:
            continue
        found = _guard(call, chain[:-3], module.text(label), names)
        if found is not None:
            yield found


def _guard(call: Node, chain: Chain, keyword: str, names: Names) -> Found | None:
    function, name = call.child_by_field_name("function"), called_name(call)
    if function is None or name is None:
        return None
    word = names.module.text(name)
    if NEVER.match(word) or _MADE.fullmatch(word) or (is_title(word) and not _is_remote_procedure(function, names)):
        return None
    arguments = arguments_of(call, names.module.code)
    awaited = bool(chain) and chain[-1].type == "await"
    if word in _HTTP_VERBS and not _is_remote(arguments.positional, awaited, names):
        return None
    if not _is_operation(word, chain) and not _is_remote_procedure(function, names):
        return None
    if looks_once(name, arguments, names):
        return None
    if word == "lock" and not _is_waited_for(chain):
        return None  # that is how long it is held, not how long one waits for it
    value = arguments.keywords.get(keyword)
    if value is None or value.type in ("none", "true", "false", "string"):
        return None
    if _is_varied(value, names) or _is_object(value, names):
        return None
    owner = function.child_by_field_name("object") if function.type == "attribute" else None
    if owner is not None and names.module.text(owner).startswith("super("):
        return None  # an override that passes on what it was given
    meaning = names.meaning(function)
    known = canonical(meaning.path)
    if known in BY_PATH or known in TIMELESS or is_mock(meaning):
        return None
    if meaning.kind == "function":
        if not forwards(meaning, keyword, _is_begun(chain)):
            return None  # it keeps it, or is test code's own, whose waits are in its body
        if _is_mocked(chain, names):
            return None
    elif meaning.kind not in ("unknown", "external"):
        return None
    if owner is not None:
        of = names.meaning(owner)
        if of.kind in ("instance", "class") and ((of.node is not None and meaning.kind != "function") or is_mock(of)):
            return None
    quantity = fold(value, names)
    if quantity is not None and quantity.number <= 0:
        return None
    unit: Unit | None = "ms" if KEYWORDS[keyword] == "ms" else "s"
    path = (
        canonical(spelled(meaning, names))
        if meaning.is_known
        else ("." + word if function.type == "attribute" else word)
    )
    if meaning.kind != "external" and unit == "s":
        unit = documented_unit(meaning, keyword) or _unit_of_namesakes(word, keyword, names)
        if unit is None and (quantity is None or quantity.number < _SURELY_SECONDS):
            unit = "s"
    entry = Call(path, "timeout", Argument(keyword, unit or "s"))
    duration = milliseconds(value, unit, names) if unit is not None else None
    return Found(call, chain, name, function, entry, path, duration, names.module.text(value))


def _unit_of_namesakes(word: str, keyword: str, names: Names) -> Unit | None:
    """The unit in which all methods of that name around the file take it."""
    units = {
        bound.ms
        for meaning in namesakes(names.module, word)
        for bound in bounds_of(meaning)
        if bound.parameter == keyword
    }
    if units == {1000}:
        return "s"
    return "ms" if units == {1} else None


def _is_operation(word: str, chain: Chain) -> bool:
    """Whether a call does something that takes time: it is awaited, entered, iterated, or called so."""
    if _OPERATIONS.fullmatch(word):
        return True
    holder = chain[-1] if chain else None
    return holder is not None and holder.type == "await"


def _is_mocked(chain: Chain, names: Names) -> bool:
    """Whether a block of a project's own mocks stands around a call: `with mock_server() as sent:`."""
    return any(
        outer.type == "with_statement"
        and outer.named_children
        and _MOCKING.search(names.module.text(outer.named_children[0]))
        for outer in chain
    )


def _is_begun(chain: Chain) -> bool:
    """Whether what a call gives is awaited, entered or gone through at once."""
    holder = chain[-1] if chain else None
    if holder is not None and holder.type == "as_pattern":
        return True
    return holder is not None and holder.type in ("await", "with_item", "for_statement", "for_in_clause", "attribute")


def _is_waited_for(chain: Chain) -> bool:
    return bool(chain) and chain[-1].type in ("await", "expression_statement")


def _is_remote_procedure(function: Node, names: Names) -> bool:
    """`stub.GetOrder(request, timeout=5)`, as gRPC writes them."""
    owner = function.child_by_field_name("object") if function.type == "attribute" else None
    return owner is not None and re.search(r"(?i)stub$", names.module.text(owner)) is not None


def _is_remote(positional: tuple[Node, ...], awaited: bool, names: Names) -> bool:
    """Whether a request's address or the lack of one says that it leaves the process."""
    if not positional:
        return True
    address = r"[rbf]*[\"'](https?://|/)" if awaited else r"[rbf]*[\"']https?://"
    return any(re.match(address, names.module.text(argument)) for argument in positional)


def _is_object(value: Node, names: Names) -> bool:
    """`timeout=ClientTimeout(total=5)`, there or by name: an object of its own, whose making says how long."""
    made = value_of(value, names) if value.type == "identifier" else value
    label = called_name(made) if made is not None and made.type == "call" else None
    return label is not None and names.module.text(label)[:1].isupper()


def _is_varied(value: Node, names: Names) -> bool:
    """Whether it is the variable of a loop over values that are no durations, as tests of refusals are."""
    if value.type != "identifier":
        return False
    candidates, _ = names.module.bindings(names.module.text(value), names.module.chain(value), value.start_byte)
    for binding in candidates[:1]:
        if binding.kind == "element" and binding.node.type in ("tuple", "list"):
            return any(part.type in ("string", "false", "true", "none") for part in binding.node.named_children)
    return False
