"""Sleeps that are handed over as a value together with their length: `submit(time.sleep, 1)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.catalogue import Call
from sleeplint.languages.python.calls import Found, entry_of
from sleeplint.languages.python.durations import as_milliseconds, fold, milliseconds
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.tree import Arguments, Chain, arguments_of, bare, called_name, chain_to
from sleeplint.languages.python.wrappers import Wrapper, wrapper_of
from sleeplint.regexes import regex

_TARGETS = frozenset({"target", "func", "function", "fn", "callback", "callable", "f", "async_fn"})
# These look at a function, replace it or compare it: nobody runs it.
_LOOKERS = regex(
    r"setattr|getattr|hasattr|patch\w*|object|isinstance|issubclass|getsource|signature|iscoroutinefunction"
    r"|assert\w*|wraps|Mock|MagicMock|AsyncMock|print|repr|id|type|setitem|replace|stub\w*|append|param|autospec"
)
_THREADED = frozenset(
    {"to_thread", "run_in_executor", "run_sync", "submit", "Thread", "Process", "Timer", "deferToThread",
     "run_in_threadpool", "sync_to_async", "apply_async", "apply", "start_new_thread", "defer_to_thread", "map"}
)  # fmt: skip

_MAPPERS = frozenset({"map", "imap", "imap_unordered", "map_async", "starmap"})
"""Call a function once for each element of what follows it."""


def find_references(names: Names, places: Iterable[tuple[int, int]], own: dict[str, Call]) -> Iterator[Found]:
    """The sleeps given by reference, in order of position; `places` are those of names that stand as arguments."""
    module = names.module
    for start, end in places:
        name = module.root.descendant_for_byte_range(start, end)
        if name is None or name.type != "identifier":
            continue
        chain = chain_to(module.root, name)
        if not chain:
            continue
        reference = name
        if chain[-1].type == "attribute" and chain[-1].child_by_field_name("attribute") == name:
            reference, chain = chain[-1], chain[:-1]
        keyword = None
        if chain and chain[-1].type == "keyword_argument":
            label = chain[-1].child_by_field_name("name")
            if label is None or label == reference:
                continue
            keyword, chain = module.text(label), chain[:-1]
            if keyword not in _TARGETS:
                continue
        if len(chain) >= 2 and chain[-1].type == "argument_list" and chain[-2].type == "call":
            found = _handed_over(chain[-2], chain[:-2], reference, name, keyword, names, own)
            if found is not None:
                yield found


def runs_in_thread(holder: str | None) -> bool:
    """Whether what takes a function runs it off the event loop."""
    return holder is not None and holder.rpartition(".")[2] in _THREADED


def _handed_over(
    call: Node, chain: Chain, reference: Node, name: Node, keyword: str | None, names: Names, own: dict[str, Call]
) -> Found | None:
    taker = called_name(call)
    function = call.child_by_field_name("function")
    if taker is None or function is None or _LOOKERS.fullmatch(names.module.text(taker)):
        return None
    arguments = arguments_of(call, names.module.code)
    mapped = names.module.text(taker) in _MAPPERS
    holder = _runner(arguments, reference, names) or names.resolve(function)
    matched = entry_of(reference, name, names, own)
    if matched is not None and not matched[1].startswith("."):
        entry, api, _ = matched
        if entry.kind != "sleep" or api in ("threading.Timer",):
            return None
        if entry.seconds is None:
            return Found(call, chain, name, reference, entry, api, None, None, None, True, holder)
        position = entry.seconds.argument if isinstance(entry.seconds.argument, int) else 0
        value = _value(reference, keyword, arguments, position, entry.seconds.keyword, names, mapped)
        if value is None:
            return None
        duration = milliseconds(value, entry.seconds.unit, names)
        written = names.module.text(value)
        return Found(call, chain, name, reference, entry, api, duration, written, None, True, holder)
    meaning = names.meaning(reference)
    wrapper = wrapper_of(meaning)
    if wrapper is None or wrapper.entry.kind != "sleep":
        return None
    value = _value(reference, keyword, arguments, wrapper.position, wrapper.parameter, names, mapped)
    if value is None:
        return None
    return Found(
        call, chain, name, reference, wrapper.entry, wrapper.api, _wrapped(value, wrapper, names),
        names.module.text(value), meaning.path, True, holder,
    )  # fmt: skip


def _runner(arguments: Arguments, reference: Node, names: Names) -> str | None:
    """What runs a sleep that is handed over behind it: `start_soon(partial(run_sync, cancellable=True), sleep, 5)`."""
    places = [index for index, argument in enumerate(arguments.positional) if bare(argument) == reference]
    if not places or not places[0]:
        return None
    runner = arguments.positional[places[0] - 1]
    if runner.type == "call":
        label = called_name(runner)
        given = arguments_of(runner, names.module.code).positional
        if label is None or names.module.text(label) != "partial" or not given:
            return None
        runner = given[0]
    path = names.resolve(runner) if runner.type in ("identifier", "attribute") else None
    return path if runs_in_thread(path) else None


def _wrapped(value: Node, wrapper: Wrapper, names: Names) -> Milliseconds | None:
    quantity = fold(value, names)
    ms = as_milliseconds(quantity, "s") if quantity is not None else None
    return ms * wrapper.ms / 1000 if ms is not None else None


def _value(
    reference: Node,
    keyword: str | None,
    arguments: Arguments,
    position: int,
    label: str | None,
    names: Names,
    mapped: bool,
) -> Node | None:
    """The length that is handed over: after the function, in `args=`, or in `kwargs=`."""
    packed = arguments.keywords.get("args")
    if packed is not None:
        return _in_sequence(packed, position, names)
    if label is not None and label in arguments.keywords:
        return arguments.keywords[label]
    mapping = arguments.keywords.get("kwargs")
    if mapping is not None and mapping.type == "dictionary" and label is not None:
        for pair in mapping.named_children:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is not None and value is not None and names.module.text(key).strip("\"'") == label:
                return value
    if keyword is not None:
        return None
    places = [index for index, argument in enumerate(arguments.positional) if bare(argument) == reference]
    if not places or places[0] + 1 + position >= len(arguments.positional):
        return None
    following = arguments.positional[places[0] + 1]
    if following.type in ("tuple", "list") and not mapped:
        return _in_sequence(following, position, names)
    value = arguments.positional[places[0] + 1 + position]
    return None if value.type in ("string", "none", "lambda", "list_splat") else value


def _in_sequence(sequence: Node, position: int, names: Names) -> Node | None:
    if sequence.type not in ("tuple", "list"):
        return sequence
    parts = [part for part in sequence.named_children if part.type != "comment"]
    return parts[position] if position < len(parts) else None
