"""Timeouts that are to run out, where what says so stands apart from the call."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.elapsed import MEASURED, Assertion
from sleeplint.languages.python.flow import Act, border, following, preceding
from sleeplint.languages.python.loops import Round, round_of
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.neighbours import assigned
from sleeplint.languages.python.scene import Scene, parts
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of, bare, chain_to, statement_alone
from sleeplint.regexes import regex

_NEAR = 6
_OUTCOMES = frozenset({"run_until_complete", "run_sync", "result"})
_LEAVES = frozenset({"break_statement", "return_statement"})
_WAY_OUT = regex(rb"(?m)^\s*(break|return)\b")
_NOTHING_CAME = regex(r"^(?:not (\w+)|(\w+) (?:is|==) None|len\((\w+)\) *== *0|(\w+) *== *(?:\[\]|\{\}|\(\)))$")
_LACKS = r"(?:not NAME|NAME is None|len\(NAME\) *(?:== *0|<=? *\w+))(?! *[-+*/.\w])"
"""The condition, or its first part, under which there is not yet enough by a name."""
_KEPT_IN = frozenset({"call", "argument_list", "list", "list_comprehension"})
_MOST_OF_IT = 0.5
"""A timeout that passes takes at least this share of its length."""


def takes(name: str) -> bool:
    """Whether a method takes what others put there, and gives nothing when none comes in time.

    What reads a stream does not: it gives nothing at the end of the stream too.
    """
    return bool(words.TAKES.match(name)) or name in ("wait", "acquire")


def drained(scene: Scene, site: Site) -> Node | None:
    """`while True: batch = take(timeout=1)`, and leaves only when none came: where it leaves.

    `while batch := take(timeout=1)` says the same by its condition. The last call always runs out.
    """
    round_ = round_of(scene, site.chain, site.call)
    if round_ is None or round_.node.type != "while_statement" or not takes(scene.called(site.call).name):
        return None
    loop, condition = round_.node, round_.node.child_by_field_name("condition")
    body = loop.child_by_field_name("body")
    if body is None:
        return None
    if condition is not None and condition.start_byte <= site.call.start_byte < condition.end_byte:
        asks = _is_what_came(scene, condition, site.call)
        return condition if asks and not _WAY_OUT.search(scene.code, body.start_byte, body.end_byte) else None
    if round_.shape != "endless":
        return None
    name = _name_given(scene, site)
    after = next(following(scene, site.chain, site.call), None) if name else None
    head = after.node if after is not None else None
    leaving = next((one for one in scene.statements(body) if _is_headed_by(one, head)), None)
    branch = leaving.child_by_field_name("consequence") if leaving is not None else None
    if leaving is None or head is None or branch is None or leaving.child_by_field_name("alternative") is not None:
        return None
    asked = _NOTHING_CAME.match(" ".join(scene.text(bare(head)).split()))
    if asked is None or name not in asked.groups():
        return None
    last = scene.statements(branch)[-1:]
    if not last or last[0].type not in _LEAVES:
        return None
    others = (body.start_byte, leaving.start_byte), (leaving.end_byte, body.end_byte)
    return None if any(_WAY_OUT.search(scene.code, start, end) for start, end in others) else leaving


def tries_again(scene: Scene, site: Site, round_: Round) -> bool:
    """Whether a loop asks in its condition for what each round waits a while for.

    `while batch is None: batch = take(timeout=1)`; `while job.is_alive(): job.join(0.1)`.
    """
    condition = round_.node.child_by_field_name("condition") if round_.shape == "condition" else None
    if condition is None or condition.start_byte <= site.call.start_byte < condition.end_byte:
        return False
    own = scene.called(site.call)
    if own.name == "join":
        return scene.text(bare(condition)) == f"{own.receiver}.is_alive()" and statement_alone(site.chain)
    name = _gathers(scene, site) if words.TAKES.match(own.name) else None
    asked = " ".join(scene.text(bare(condition)).split())
    return name is not None and re.match(_LACKS.replace("NAME", re.escape(name)), asked) is not None


def _gathers(scene: Scene, site: Site) -> str | None:
    """The name that is given what a call takes, or to which that is added."""
    for index in range(len(site.chain) - 1, border(site.chain), -1):
        outer = site.chain[index]
        if outer.type == "augmented_assignment":
            left = outer.child_by_field_name("left")
            return scene.text(left) if left is not None and left.type == "identifier" else None
        if outer.type == "call" and scene.called(outer).name in ("extend", "append", "update"):
            return scene.called(outer).receiver
        if outer.type not in ("await", "parenthesized_expression", "argument_list"):
            break
    return _name_given(scene, site)


def _is_headed_by(statement: Node, head: Node | None) -> bool:
    if statement.type != "if_statement" or head is None:
        return False
    condition = statement.child_by_field_name("condition")
    return condition is not None and condition.id == head.id


def _is_what_came(scene: Scene, condition: Node, call: Node) -> bool:
    """Whether a condition asks for nothing but that a call gives something."""
    inner = bare(condition)
    if inner.type == "comparison_operator":
        if not re.search(r"(is not|!=)\s*None$", scene.text(inner)):
            return False
        inner = bare(inner.named_children[0])
    while inner.type in ("await", "named_expression") and inner.named_children:
        inner = bare(inner.named_children[-1])
    return inner.id == call.id


def _name_given(scene: Scene, site: Site) -> str | None:
    """The name under which the outcome of a call, awaited or not, is known."""
    for outer in reversed(site.chain[border(site.chain) + 1 :]):
        if outer.type == "assignment":
            left = outer.child_by_field_name("left")
            return scene.text(left) if left is not None and left.type == "identifier" else None
        if outer.type not in ("await", "parenthesized_expression"):
            return None
    return None


def raised_later(scene: Scene, site: Site) -> Node | None:
    """`job = work(timeout=1)`, and later `with raises(..): await job`: the call that expects the error.

    The job may go by another name in between: `task = create_task(job)`.
    """
    if any(outer.type in ("await", "yield") for outer in site.chain[border(site.chain) + 1 :]):
        return None
    statement = next((outer for outer in site.chain[border(site.chain) + 1 :] if outer.type == "assignment"), None)
    left = statement.child_by_field_name("left") if statement is not None else None
    if left is None or left.type != "identifier" or not _is_started(scene, site, statement):
        return None
    known = {scene.text(left)}
    for act in islice(following(scene, site.chain, site.call), _NEAR):
        if act.node.type == "with_statement" and act.kind == "assert":
            awaited = any(_ends(scene, part) and _mentions(scene, part, known) for part in _inside(act.node))
            expecting = next((call for call in act.calls if call.name in words.RAISES), None)
            return expecting.node if awaited and expecting is not None else None
        if not _mentions(scene, act.node, known):
            continue
        expecting = next((call for call in act.calls if call.name in words.RAISES), None)
        if expecting is not None:  # `assertRaises(TimeoutError, job.result)`
            return expecting.node
        given = assigned(scene, act) or _gone_through(scene, act)
        if not given or any(part.type in ("await", "yield") for part in parts(act.node)):
            return None  # it is awaited, cancelled, or handed on
        known |= given
    return None


def _gone_through(scene: Scene, act: Act) -> set[str]:
    """The name of the loop for what an act gives one by one: `for job in jobs[1:]:`."""
    chain = chain_to(scene.root, act.node) if act.node.type in ("identifier", "subscript") else None
    loop = chain[-1] if chain else None
    left = loop.child_by_field_name("left") if loop is not None and loop.type == "for_statement" else None
    return {scene.text(left)} if left is not None and left.type == "identifier" else set()


def gathered(scene: Scene, site: Site) -> tuple[Node, bool] | None:
    """`gather(wait_for(..), return_exceptions=True)`: where its outcome is looked at, and whether it is a timeout."""
    index = len(site.chain) - 1
    if index < 1 or site.chain[index].type != "argument_list" or scene.called(site.chain[index - 1]).name != "gather":
        return None
    call = site.chain[index - 1]
    arguments = arguments_of(call, scene.code)
    keep = arguments.keywords.get("return_exceptions")
    if keep is None or scene.text(keep) != "True" or site.call not in arguments.positional:
        return None
    statement = next((n for n in reversed(site.chain) if n.type == "assignment"), None)
    left = statement.child_by_field_name("left") if statement is not None else None
    if left is None:
        return None
    place = arguments.positional.index(site.call)
    several = left.named_children if left.type in ("pattern_list", "tuple_pattern") else []
    name = scene.text(several[place] if place < len(several) else left)
    own = re.compile(rf"(?<![\w.]){re.escape(name)}\b" + ("" if several else rf"(?:\[{place}\]|(?!\[))"))
    for act in islice(following(scene, site.chain, site.call), _NEAR):
        written = scene.text(act.node)
        if act.kind == "assert" and own.search(written):
            expired = words.TIMEOUT_ERRORS.search(written) and not re.search(r"\bnot (isinstance|any)\b|Not", written)
            return act.node, bool(expired)
    return None


def _is_started(scene: Scene, site: Site, statement: Node | None) -> bool:
    """Whether what a name is given is the call, or a task made from it."""
    if statement is None:
        return False
    between = site.chain[site.chain.index(statement) + 1 :]
    tasks = (scene.called(outer).name in words.SPAWNERS for outer in between if outer.type == "call")
    return (site.in_async or any(tasks)) and all(outer.type in _KEPT_IN for outer in between)


def _ends(scene: Scene, part: Node) -> bool:
    """Whether a part of a statement waits for the outcome of a job that it names."""
    return part.type in ("await", "yield") or (part.type == "call" and scene.called(part).name in _OUTCOMES)


def _inside(statement: Node) -> list[Node]:
    body = statement.child_by_field_name("body")
    return [part for child in body.named_children for part in parts(child)] if body is not None else []


def _mentions(scene: Scene, node: Node, names: set[str]) -> bool:
    return any(part.type == "identifier" and scene.text(part) in names for part in parts(node))


def outlasted(scene: Scene, site: Site) -> Node | None:
    """A clock is read, the call made, and at least its timeout must have passed: the assertion that says so."""
    if not site.duration_ms or not isinstance(scene.names, Names):
        return None
    least = [one for one in _assertions(scene.names) if one.bound == "lower" and one.duration_ms]
    if not least:
        return None
    for act in islice(preceding(scene, site.chain, site.call), 3):
        if _reads_clock(act):
            break
        if act.kind == "wait":
            return None
    else:
        return None
    for act in islice(following(scene, site.chain, site.call), _NEAR):
        if any(_takes_time(scene, call.node) for call in act.calls):
            return None  # that may be what took the time
        for one in least:
            ms = one.duration_ms
            same = act.node.start_byte <= one.node.start_byte < act.node.end_byte
            if same and ms is not None and site.duration_ms * _MOST_OF_IT <= ms <= site.duration_ms:
                return act.node
    return None


def _takes_time(scene: Scene, call: Node) -> bool:
    site = scene.sites.get(call.id)
    return site is not None and site.kind != "clock-assert"


def _reads_clock(act: Act) -> bool:
    return act.node.type == "expression_statement" and any(call.name in words.CLOCKS for call in act.calls)


def _assertions(names: Names) -> tuple[Assertion, ...]:
    known = names.module.memory.get(MEASURED)
    return known if isinstance(known, tuple) else ()
