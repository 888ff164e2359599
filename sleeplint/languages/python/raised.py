"""Timeouts whose error is expected by the code around them, or handled there."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import expectation, names_in
from sleeplint.languages.python.flow import act_of, border, fails, following, preceding, weight
from sleeplint.languages.python.loops import LOOPS, round_of
from sleeplint.languages.python.scene import Called, Scene, Use
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tasks import runs_of
from sleeplint.languages.python.tree import Chain, arguments_of, chain_to, statement_of
from sleeplint.languages.python.verdict import Outcome
from sleeplint.regexes import regex

_SETTERS = frozenset(
    {
        "settimeout", "set_timeout", "setblocking", "set_default_timeout", "set_default_navigation_timeout",
        "implicitly_wait", "set_page_load_timeout", "set_script_timeout",
    }
)  # fmt: skip
_SETS = regex(r"_*[A-Z]|set_?|with_|configure|setdefault|build|from_|replace$|override|update_(config|settings)")
"""Names of what makes a thing or sets it up, and does nothing with it yet."""
_SHORT_MS = 500
_TELLING = ("asyncio.wait_for", "asyncio.timeout", "async_timeout.", "anyio.fail_a", "trio.fail_a")
"""What says by an error of its own that time is up,"""
_THEIRS = regex(r"(?i)time_?d?_?out|toolate|tooslow|cancel|deadline|(^|\W)(Base)?Exception(Group)?\b")
"""by one of such a name."""
_TELLS = regex(r"[\w.]*(exit|stop|shutdown|quit|done|closing)\w*(\.set\(\)| *= *True)$")
"""What tells something to end."""
_AT_ONCE = regex(r"(^|[.(\s])(QueueEmpty|QueueFull|WouldBlock)\b(?!.*\b\w*Time)")
"""What queues of tasks say without a wait: of one that was awaited, they say `TimeoutError`."""
_ASKS_KIND = regex(r"\bisinstance\(|IsInstance\(|\.type\b|\btype\(")
_HELD_TRUE = regex(r"^\s*(assert(?! not\b)|[\w.]*assert_?([Tt]rue)?_?\()")
_SAYS_SO = r"(?<![\w.]){}(\.\w+)*\.(is_)?(timeout|timed_out)\b(?! *[.(<>=!]| is\b| in\b| not\b)"
"""`error.timeout`: an attribute by which an error says that it was time that was up."""
_NUMBER = regex(r"\d+(\.\d*)?|\.\d+")
_NEAR = 2000
"""Bytes before an expected error in which a fake that throws it may stand."""
_THROWS = regex(rb"(?:side_effect\s*=\s*|set_exception\(|\braise\s+)[\[(]?([\w.]+)")
_ANSWERED = regex(
    rb"\b(requests_mock|respx(_mock|_router)?|httpx_mock|aioresponses|mock_aioresponse|httpretty|mocked_responses|"
    rb"responses\.(activate|add|mock|RequestsMock|get|post)|pook|mocket|httmock)\b"
)
"""Libraries in whose hands no request leaves the process."""


def raised(scene: Scene, site: Site) -> Outcome | None:
    """`with pytest.raises(TimeoutError):` around it, or `assertRaises(TimeoutError, q.get, timeout=1)`."""
    if scene.called(site.call).name in words.RAISES:
        function = arguments_of(site.call, scene.code).at(1, "callable")
        name = scene.text(function).rpartition(".")[2] if function is not None else ""
        return _taken_back(scene, site.call, _short(site), bool(_SETS.match(name)))
    inner: Node = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "with_statement" and inner.type == "block" and outer.named_child_count:
            for call in scene.calls(outer.named_children[0]):
                if call.name in words.RAISES:
                    found = _said(scene, site.chain[:index], outer)
                    found = found or _taken_back(scene, call.node, _short(site), not _operates(scene, site, inner))
                    if found is not None and found.role == "burned" and _ends_sooner(scene, site, inner, call.node):
                        return Outcome("guard", False, True, found.asserted)
                    if found is not None:
                        return found
                if call.name == "suppress" and words.TIMEOUT_ERRORS.search(scene.text(call.node)):
                    meant = not _is_tidied_up(scene, site) and not _is_tried_again(scene, site.chain[:index], inner)
                    return Outcome("burned" if meant else "guard", False, False, call.node)
        elif outer.type == "with_statement" and inner.type == "with_clause":
            found = _beside(scene, site, outer) or _within(scene, site, outer)
            if found is not None:
                return found
        elif outer.type == "call" and inner.type == "argument_list" and scene.called(outer).name in words.RAISES:
            return _taken_back(scene, outer, _short(site), not _operates(scene, site, inner))
        inner = outer
    return None


def _is_tidied_up(scene: Scene, site: Site) -> bool:
    """Whether it is the end of something that was just told to end, and may well be over by then."""
    if any(outer.type == "finally_clause" for outer in site.chain[border(site.chain) + 1 :]):
        return True
    for act in islice(preceding(scene, site.chain, site.call), 3):
        if act.kind in ("yield", "wait"):
            return act.kind == "yield"
        if any(words.REMOVALS.search(call.name) for call in act.calls) or _TELLS.match(scene.text(act.node)):
            return True
    return False


def _is_tried_again(scene: Scene, chain: Chain, block: Node) -> bool:
    """Whether a loop goes round once more when time is up in a block below `chain`, and is left when it is not."""
    leaves = scene.statements(block)[-1].type in ("break_statement", "return_statement")
    return leaves and any(outer.type in LOOPS for outer in chain[border(chain) + 1 :])


def raised_around_its_run(scene: Scene, site: Site) -> Outcome | None:
    """`async def ask(): return await get(timeout=1)`, and then `with raises(TimeoutError): run(ask)`."""
    first = border(site.chain)
    function = site.chain[first] if first >= 0 else None
    body = function.child_by_field_name("body") if function is not None else None
    if function is None or body is None or border(site.chain[:first]) < 0:
        return None
    if scene.statements(body)[-1:] != (statement_of(site.chain, site.call),):
        return None
    runs = runs_of(scene, function, site.chain[:first])
    expecting = [expecting_of(scene, run.use) for run in runs]
    if not expecting or expecting[0] is None or None in expecting:
        return None
    return expected(scene, expecting[0].node, _short(site))


def expecting_of(scene: Scene, use: Use) -> Called | None:
    """The call around a use of something that expects an error of what is done with it."""
    inner: Node = use.node
    for outer in reversed(use.chain[border(use.chain) + 1 :]):
        calls: tuple[Called, ...] = ()
        if outer.type == "with_statement" and inner.type == "block" and outer.named_child_count:
            calls = scene.calls(outer.named_children[0])
        elif outer.type == "call" and inner.type == "argument_list":
            calls = (scene.called(outer),)
        found = next((call for call in calls if call.name in words.RAISES), None)
        if found is not None:
            return found
        inner = outer
    return None


def _beside(scene: Scene, site: Site, statement: Node) -> Outcome | None:
    """`with raises(TimeoutError), fail_after(1):`, in one statement; what stands first is around what follows."""
    for call in scene.calls(statement.named_children[0]):
        if call.name not in words.RAISES:
            continue
        if call.node.start_byte > site.call.start_byte:  # what is expected must come before that bound is reached
            return Outcome("guard", False, True, call.node) if is_timeout_error(_error_of(scene, call.node)) else None
        found = _said(scene, site.chain[: site.chain.index(statement)], statement) or _taken_back(
            scene, call.node, _short(site), False
        )
        body = statement.child_by_field_name("body")
        sooner = body is not None and _bounded_inside(scene, site, body)
        if found is not None and found.role == "burned" and sooner:
            return Outcome("guard", False, True, found.asserted)
        return found
    return None


def _within(scene: Scene, site: Site, statement: Node) -> Outcome | None:
    """`with timeout(1):` around `with raises(Failed) as error:`, of which is said that time was up.

    What throws its own error at the end of its block is not met in there.
    """
    body = statement.child_by_field_name("body")
    if body is None or site.api.startswith(_TELLING) or _bounded_inside(scene, site, body):
        return None
    for inner in scene.statements(body):
        if inner.type != "with_statement" or not any(
            call.name in words.RAISES for call in scene.calls(inner.named_children[0])
        ):
            continue
        found = _said(scene, chain_to(scene.root, inner), inner)
        if found is not None:
            return found
    return None


def _bounded_inside(scene: Scene, site: Site, block: Node) -> bool:
    """Whether something in a block runs out sooner than what bounds all of the block."""
    inside = (scene.sites.get(call.node.id) for statement in scene.statements(block) for call in scene.calls(statement))
    return site.duration_ms is not None and any(
        one is not None and one.kind == "timeout" and one.duration_ms is not None and one.duration_ms < site.duration_ms
        for one in inside
    )


def _short(site: Site) -> bool:
    return site.duration_ms is not None and site.duration_ms <= _SHORT_MS


def _taken_back(scene: Scene, raises: Node, short: bool, only_set: bool) -> Outcome | None:
    """What an expected error says of a timeout that is perhaps `only_set`, so that nothing there can run it out."""
    found = expected(scene, raises, short)
    if only_set and found is not None:
        runs_out = found.role == "burned" and is_timeout_error(_error_of(scene, raises))
        return Outcome("burned", False, True, raises) if runs_out else Outcome("guard", True, True, raises)
    return found


def _operates(scene: Scene, site: Site, block: Node) -> bool:
    """Whether a block calls anything but constructors and setters, within which a timeout could run out."""
    statements = scene.statements(block) if block.type == "block" else (block,)
    calls = [call for statement in statements for call in scene.calls(statement)]
    if not _SETS.match(scene.called(site.call).name):
        return True
    return any(call.name and not _SETS.match(call.name) and weight(call) != "neutral" for call in calls)


def _goes_on(scene: Scene, site: Site, block: Node) -> bool:
    """Whether a later statement of a block, or one within, has a timeout of its own, which is to run out instead."""
    if _SETS.match(scene.called(site.call).name):
        return False
    own = statement_of(site.chain, site.call)
    body = own.child_by_field_name("body") if own.type == "with_statement" else None
    if body is not None and _bounded_inside(scene, site, body):
        return True
    later = [statement for statement in scene.statements(block) if statement.start_byte > own.start_byte]
    inside = [scene.sites.get(call.node.id) for statement in later for call in scene.calls(statement)]
    return any(one is not None and one.kind == "timeout" for one in inside)


def _ends_sooner(scene: Scene, site: Site, block: Node, raises: Node) -> bool:
    """Whether the error that is expected comes from something else than this timeout, and before it runs out."""
    if _goes_on(scene, site, block) or _bounds_a_shorter(scene, site):
        return True
    error = _error_of(scene, raises)
    if site.chain and site.chain[-1].type == "await" and _AT_ONCE.search(error):
        return True
    return bool(error) and site.api.startswith(_TELLING) and not _THEIRS.search(error)


def _bounds_a_shorter(scene: Scene, site: Site) -> bool:
    """`wait_for(box.get(timeout=0.1), 2)`: what it bounds has a timeout of its own."""
    for argument in arguments_of(site.call, scene.code).positional[:1]:
        for call in scene.calls(argument):
            given = arguments_of(call.node, scene.code).keywords.get("timeout")
            written = scene.text(given) if given is not None else ""
            if site.duration_ms and _NUMBER.fullmatch(written) and float(written) * 1000 < site.duration_ms:
                return True
    return False


def _said(scene: Scene, chain: Chain | None, raises: Node) -> Outcome | None:
    """`with raises(Exception) as error:`, below `chain`, and then an assertion that the error speaks of a timeout."""
    alias = re.search(r"\bas\s+(\w+)", scene.text(raises.named_children[0])) if raises.named_children else None
    if alias is None or chain is None:
        return None
    for act in islice(following(scene, chain, raises), 4):
        if act.kind == "assert" and alias[1] in names_in(scene, act.node):
            written = scene.text(act.node)
            if _HELD_TRUE.search(written) and re.search(_SAYS_SO.format(re.escape(alias[1])), written):
                return Outcome("burned", True, True, act.node)
            quoted = "".join(re.findall(r"\"[^\"]*\"|'[^']*'", written))
            told = _speaks_of_time(quoted, _error_of(scene, scene.calls(raises.named_children[0])[0].node))
            told = told or (_ASKS_KIND.search(written) is not None and is_timeout_error(_of_others(written, alias[1])))
            negated = re.search(r"\bnot (in|isinstance)\b|\bis not\b|!=|Not", written)
            return Outcome("burned", True, True, act.node) if told and not negated else None
    return None


def _of_others(written: str, name: str) -> str:
    """What an assertion names but strings and what goes by `name`."""
    return re.sub(rf"\"[^\"]*\"|'[^']*'|\b{re.escape(name)}\b[\w.]*", "", written)


def _error_of(scene: Scene, raises: Node) -> str:
    """The error, or errors, that a call expects, as written."""
    first = arguments_of(raises, scene.code).at(0, "expected_exception")
    return scene.text(first) if first is not None else ""


def is_timeout_error(written: str) -> bool:
    """Whether an error, or one of several, says by its name that time is up, and not that a timeout was refused."""
    names = re.findall(r"[\w.]+", written)
    return any(words.TIMEOUT_ERRORS.search(name) and not words.REFUSALS.search(name) for name in names)


def _speaks_of_time(message: str, error: str) -> bool:
    """Whether a message says that time is up.

    The word alone says so only in an error that is no refusal: `ValueError: timeout must be positive` is one.
    """
    if words.RAN_OUT.search(message):
        return True
    names = re.findall(r"[^\W\d]\w*", error)
    refused = bool(names) and any(words.REFUSALS.search(name) for name in names)
    return not refused and bool(words.TIMEOUT_WORD.search(message)) and not words.SETTING_WORDS.search(message)


def set_before(scene: Scene, site: Site) -> Outcome | None:
    """`sock.settimeout(0.1)`, and then `with raises(timeout):` around what the socket does."""
    own = scene.called(site.call)
    if own.name not in _SETTERS or not own.receiver:
        return None
    for act in islice(following(scene, site.chain, site.call), 4):
        if any(call.name in _SETTERS and call.receiver == own.receiver for call in act.calls):
            return None
        if act.kind != "assert":
            continue
        for call in scene.calls(act.node if act.node.type != "with_statement" else act.node.named_children[0]):
            if call.name in words.RAISES and _is_used(scene, own.receiver, act.node):
                said = _said(scene, chain_to(scene.root, act.node), act.node)
                return said or expected(scene, call.node, False)
    return None


def _is_used(scene: Scene, receiver: str, node: Node) -> bool:
    """Whether something, or what it is part of, is spoken of: of `page.context` as of `page`."""
    whole, _, part = receiver.rpartition(".")
    name = whole if whole and part and whole != "self" else receiver
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", scene.text(node)) is not None


def alarmed(scene: Scene, site: Site) -> Outcome | None:
    """`signal.setitimer(.., 0.2)`, and then `with raises(Interrupted):`, which the file's handler raises."""
    if site.api not in ("signal.setitimer", "signal.alarm"):
        return None
    act = next(iter(following(scene, site.chain, site.call)), None)
    if act is None or act.kind != "assert" or act.node.type != "with_statement":
        return None
    for call in scene.calls(act.node.named_children[0]):
        first = arguments_of(call.node, scene.code).at(0, "expected_exception") if call.name in words.RAISES else None
        if first is not None and re.search(rb"\braise %s\b" % re.escape(scene.text(first).encode()), scene.code):
            return Outcome("burned", True, True, call.node)
    return None


def expected(scene: Scene, raises: Node, short: bool) -> Outcome | None:
    """What an expected error says about a timeout that it may come from; one that is `short` may well say it so."""
    error = _error_of(scene, raises)
    if is_timeout_error(error):
        if _simulated(scene, raises, error):
            return Outcome("guard", False, True, raises)
        return Outcome("burned", not words.REFUSALS.search(error), True, raises)
    arguments = arguments_of(raises, scene.code)
    match = arguments.keywords.get("match") or arguments.at(1, "expected_regex")
    if match is not None and _speaks_of_time(scene.text(match), error):
        return Outcome("burned", True, True, raises)
    if words.REFUSALS.search(error):
        return Outcome("guard", True, True, raises)  # what it was given is refused, before any time passes
    if short:
        return Outcome("guard", False, True, raises)  # an error of another name may well say that time is up
    return None


def _simulated(scene: Scene, raises: Node, error: str) -> bool:
    """A fake in the same function, or a library that answers requests itself, raises the error at once."""
    wanted = tuple(name.rpartition(".")[2] for name in re.findall(r"[\w.]+", error))
    chain = chain_to(scene.root, raises) or (scene.root,)
    index = max(0, border(chain))
    start = max(chain[index].start_byte, raises.start_byte - _NEAR)
    whole = chain[index - 1] if index and chain[index - 1].type == "decorated_definition" else chain[index]
    if index and _ANSWERED.search(scene.code, max(whole.start_byte, raises.start_byte - _NEAR), raises.start_byte):
        return True
    for match in _THROWS.finditer(scene.code, start, raises.start_byte):
        thrown = match[1].decode("utf-8", "replace")
        last = thrown.rpartition(".")[2]
        if words.TIMEOUT_ERRORS.search(last) and any(last.endswith(name) or name.endswith(last) for name in wanted):
            return True
    return False


def caught(scene: Scene, site: Site) -> Outcome | None:
    """`try: .. except TimeoutError:`: what the handler does decides."""
    inner: Node = site.call
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "try_statement" and inner.type == "block":
            body = outer.child_by_field_name("body")
            if body is not None and body.id == inner.id:
                clauses = [clause for clause in outer.named_children if clause.type == "except_clause"]
                for clause in clauses:
                    value = clause.child_by_field_name("value")
                    written = scene.text(value) if value is not None else ""
                    if is_timeout_error(written) and not re.search(r"^\(?\s*\w*Cancel", written):
                        return _handled(scene, site, outer, clause)
                if _short(site) and any(
                    _last(scene, clause.named_children[-1]) == "pass_statement" for clause in clauses
                ):
                    return Outcome("guard", False, False)  # as likely as not it is time that may be up
        inner = outer
    return None


def _handled(scene: Scene, site: Site, statement: Node, clause: Node) -> Outcome | None:
    block = next((child for child in reversed(clause.named_children) if child.type == "block"), None)
    if block is None:
        return None
    if fails(scene, block) or _last(scene, block) in ("raise_statement",):
        return Outcome("guard", True, True, clause)
    body = statement.child_by_field_name("body")
    if body is not None and fails(scene, body):
        return Outcome("burned", True, True, clause)
    for other in statement.named_children:
        if other.type == "else_clause":
            after = other.child_by_field_name("body") or other
            if fails(scene, after):
                return Outcome("burned", True, True, clause)
    if _drains(scene, site, block):
        return Outcome("burned", False, True, clause)
    acts = scene.statements(block)
    silent = all(act.type == "pass_statement" for act in acts)
    next_assertion = next(
        (act for act in islice(following(scene, site.chain, site.call), 4) if act.kind == "assert"), None
    )
    if silent and next_assertion is not None and expectation(scene, next_assertion).wants == "nothing":
        return Outcome("burned", False, True, clause)  # expiry is the expected path
    looks = any(
        act_of(scene, act).kind == "assert" for act in acts if act.type in ("assert_statement", "expression_statement")
    )
    if looks:
        return Outcome("burned", False, True, clause)
    return Outcome("guard", False, True, clause)


def _drains(scene: Scene, site: Site, handler: Node) -> bool:
    """`while True:` take one, and leave only when none comes in time: one expiry is always paid."""
    round_ = round_of(scene, site.chain, site.call)
    if (
        round_ is None
        or round_.shape != "endless"
        or _last(scene, handler) not in ("break_statement", "return_statement")
    ):
        return False
    outside = [
        part
        for part in (
            scene.code[round_.node.start_byte : handler.start_byte],
            scene.code[handler.end_byte : round_.node.end_byte],
        )
        if re.search(rb"(?m)^\s*(break|return)\b", part)
    ]
    return not outside


def _last(scene: Scene, block: Node) -> str:
    statements = scene.statements(block)
    return statements[-1].type if statements else ""
