"""Who runs a function of the file: the test's own flow, background work, or somebody it was handed to."""

from __future__ import annotations

import re
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import border, has_yield
from sleeplint.languages.python.scene import Called, Scene, Use
from sleeplint.languages.python.tree import FUNCTIONS, Chain, arguments_of, decorators_of, is_async
from sleeplint.records import dataclass

How = Literal["called", "spawned", "passed", "registered"]
_CARRIERS = frozenset(
    {
        "argument_list", "keyword_argument", "list", "tuple", "set", "dictionary", "pair", "list_splat", "await",
        "parenthesized_expression", "list_comprehension", "generator_expression", "set_comprehension",
        "dictionary_comprehension", "conditional_expression", "expression_list", "named_expression", "boolean_operator",
    }
)  # fmt: skip
"""Through these a value reaches the call or statement around it."""


@dataclass(frozen=True, slots=True)
class Spawn:
    """A call that starts background work."""

    call: Called
    chain: Chain
    """The ancestors of the call."""


@dataclass(frozen=True, slots=True)
class Run:
    """One way in which a function is run."""

    how: How
    use: Use
    by: Called | None = None
    """The call that spawns it or takes it."""
    spawn: Spawn | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """In whose time a place runs."""

    kind: Literal["test", "fixture", "task", "handler", "called", "unseen", "module"]
    """`called`: a helper that code of this file calls. `unseen`: nothing in this file runs it."""
    spawn: Spawn | None = None
    run: Run | None = None
    function: Node | None = None
    sure: bool = True
    around: Node | None = None
    """Of a nested function that nothing runs: the function around it."""


def is_spawner(scene: Scene, called: Called) -> bool:
    """Whether a call starts background work with a function or coroutine that it is given."""
    if called.name in words.SPAWNERS:
        return True
    if called.name == "start" and re.search(r"(?i)(group|nursery|tg|scope)$", called.receiver):
        return True
    return bool(words.SPAWNER_CLASS.search(called.name)) and "target" in arguments_of(called.node, scene.code).keywords


def name_of(scene: Scene, function: Node) -> str:
    """The name of a function definition; empty for a lambda."""
    name = function.child_by_field_name("name")
    return scene.text(name) if name is not None else ""


def runs_of(scene: Scene, function: Node, chain: Chain) -> tuple[Run, ...]:
    """How the function defined at the end of `chain` is run, as far as this file says."""
    known = scene.memory.get(("runs", function.id))
    if isinstance(known, tuple):
        return known
    found: list[Run] = []
    if function.type == "lambda":
        run = _arrival(scene, Use(function, chain), function, len(chain) - 1, True)
        found += [run] if run is not None else []
    else:
        name = name_of(scene, function)
        method = class_of((*chain, function), len(chain)) is not None
        # A nested function is known only inside the one around it.
        outer = next((node for node in reversed(chain) if node.type in FUNCTIONS), None) if not method else None
        owner = class_of((*chain, function), len(chain)) if method else None
        asked = method and any(
            re.search(r"(^|_)property$", one) for one in decorators(scene, (*chain, function), len(chain))
        )
        # What others call by this name is as likely somebody else's, if the class stands in for something.
        elsewhere = owner is None or (not stands_in(scene, owner) and border(chain) < 0)
        for use in scene.uses(name):
            if not elsewhere and owner is not None and not owner.start_byte <= use.node.start_byte < owner.end_byte:
                continue
            if outer is not None and not (outer.start_byte <= use.node.start_byte < outer.end_byte):
                continue
            run = _run(scene, use, function, method, asked)
            if run is not None:
                found.append(run)
    runs = tuple(found)
    scene.memory["runs", function.id] = runs
    return runs


def _run(scene: Scene, use: Use, function: Node, method: bool, asked: bool) -> Run | None:
    parent = use.chain[-1]
    expression, index = use.node, len(use.chain) - 1
    if parent.type == "attribute":
        last = parent.child_by_field_name("attribute")
        if not method or last is None or last.id != use.node.id:
            return None
        owner = parent.child_by_field_name("object")
        if owner is not None and scene.text(owner).startswith("super("):
            return None
        expression, index = parent, index - 1
        if asked:  # a property is run by being named; in its own body somebody else's is meant
            own = function.start_byte <= use.node.start_byte < function.end_byte
            return None if own else Run("called", use)
    elif method:
        return None
    if parent.type in ("function_definition", "class_definition", "parameters", "default_parameter"):
        return None
    if parent.type == "keyword_argument":
        name = parent.child_by_field_name("name")
        if name is not None and name.id == use.node.id:
            return None
    outer = use.chain[index]
    if outer.type == "call":
        callee = outer.child_by_field_name("function")
        if callee is not None and callee.id == expression.id:
            return _arrival(scene, use, outer, index - 1, False, is_async(function) or has_yield(scene, function))
    if outer.type == "decorator":
        return None
    return _arrival(scene, use, expression, index, True)


def _arrival(scene: Scene, use: Use, value: Node, index: int, by_name: bool, coroutine: bool = False) -> Run | None:
    """What becomes of a function (`by_name`) or of the result of calling it, seen from `value` outward."""
    chain = use.chain
    while index >= 0:
        outer = chain[index]
        if outer.type == "call":
            callee = outer.child_by_field_name("function")
            if callee is not None and callee.id == value.id:
                return Run("called", use)  # `Thread(target=f).start()` was met before as a call of its own
            called = scene.called(outer)
            if is_spawner(scene, called):
                return Run("spawned", use, called, Spawn(called, chain[:index]))
            if called.name == "partial":
                value, index = outer, index - 1
                continue
            if called.name in words.RUNNERS:
                if called.name == "wait" and not by_name:
                    return Run("spawned", use, called, Spawn(called, chain[:index]))
                if not coroutine or called.name not in ("wait_for", "shield"):
                    return Run("called", use, called)
                value, index, by_name = outer, index - 1, False
                continue
            if by_name or coroutine:
                return Run("passed", use, called)
            return Run("called", use, called)
        if outer.type == "lambda":  # `Thread(target=lambda: f(1))`
            value, index, by_name = outer, index - 1, True
            continue
        if outer.type in _CARRIERS:
            if outer.type == "await" and not by_name:
                return Run("called", use)
            value, index = outer, index - 1
            continue
        if outer.type == "assignment":
            left = outer.child_by_field_name("left")
            if (by_name or coroutine) and left is not None and left.type in ("attribute", "subscript"):
                return Run("registered", use)
            if coroutine and left is not None and left.type == "identifier":
                return _started_later(scene, use, scene.text(left), outer) or Run("called", use)
            return Run("passed" if by_name else "called", use)
        if outer.type == "return_statement" and (by_name or coroutine):
            return Run("passed", use)
        if outer.type in ("default_parameter", "comparison_operator", "assert_statement"):
            return None if by_name else Run("called", use)
        return Run("called", use) if not by_name else None
    return None


def _started_later(scene: Scene, use: Use, name: str, made: Node) -> Run | None:
    """`jobs = [job() for ..]; gather(*jobs)`: coroutines that are made here and started there."""
    for later in scene.uses(name):
        if later.node.start_byte < made.end_byte:
            continue
        for index in range(len(later.chain) - 1, border(later.chain), -1):
            outer = later.chain[index]
            if outer.type == "call":
                called = scene.called(outer)
                if called.name in words.SPAWNERS:
                    return Run("spawned", use, called, Spawn(called, later.chain[:index]))
            elif outer.type not in _CARRIERS:
                break
    return None


def decorators(scene: Scene, chain: Chain, index: int) -> list[str]:
    """What decorates the function at `chain[index]`, as written, arguments cut."""
    if index < 1 or chain[index - 1].type != "decorated_definition":
        return []
    return [scene.text(decorator).split("(")[0] for decorator in decorators_of(chain[index - 1])]


def class_of(chain: Chain, index: int) -> Node | None:
    """The class of which the function at `chain[index]` is a method."""
    for outer in reversed(chain[:index]):
        if outer.type == "class_definition":
            return outer
        if outer.type not in ("block", "decorated_definition", "if_statement"):
            return None
    return None


def standing_of(scene: Scene, chain: Chain, test_name: int | None, depth: int = 3) -> Standing:
    """In whose time a place with these ancestors runs. `test_name` is where the enclosing test's name starts."""
    index = border(chain)
    if index < 0:
        return Standing("module")
    function = chain[index]
    known = scene.memory.get((f"standing {test_name} {depth}", function.id))
    if not isinstance(known, Standing):
        known = _standing(scene, chain, index, test_name, depth)
        scene.memory[f"standing {test_name} {depth}", function.id] = known
    return known


def _standing(scene: Scene, chain: Chain, index: int, test_name: int | None, depth: int) -> Standing:
    function = chain[index]
    name = function.child_by_field_name("name")
    if name is not None and name.start_byte == test_name:
        return Standing("test", function=function)
    written = decorators(scene, chain, index)
    owner = class_of(chain, index)
    own_name = name_of(scene, function)
    if any("fixture" in decorator for decorator in written) or own_name in words.FIXTURE_METHODS:
        return Standing("fixture", function=function)
    if own_name.startswith("test") and border(chain[:index]) < 0:
        return Standing("test", function=function)
    if any(not words.PLAIN_DECORATORS.search(decorator) for decorator in written) and not is_test_class(scene, owner):
        return Standing("handler", function=function)
    if owner is not None and own_name == "run":
        bases = owner.child_by_field_name("superclasses")
        if bases is not None and re.search(r"(Thread|Process|Greenlet|Runnable)\b", scene.text(bases)):
            return Standing("task", function=function)
    runs = runs_of(scene, function, chain[:index])
    spawned = next((run for run in runs if run.how == "spawned"), None)
    called = next((run for run in runs if run.how == "called"), None)
    handed = next((run for run in runs if run.how in ("passed", "registered")), None)
    if spawned is not None:
        return Standing("task", spawned.spawn, spawned, function, sure=called is None)
    if handed is not None and own_name.startswith("_test") and is_test_class(scene, owner):
        return Standing("test", function=function)  # what a list of tests, or a loader, calls by another name
    if handed is not None:
        return Standing("handler", None, handed, function, sure=called is None)
    if called is not None:
        if depth and not (function.start_byte <= called.use.node.start_byte < function.end_byte):
            around = standing_of(scene, called.use.chain, None, depth - 1)
            nested = around.function is not None and around.function.end_byte >= function.end_byte
            if (around.kind == "task" and around.spawn is not None) or (around.kind == "handler" and nested):
                return Standing(around.kind, around.spawn, around.run, function, sure=False)
            if around.kind == "unseen" and index == 1:
                return Standing("unseen", function=function, sure=False)
        return Standing("called", None, called, function)
    outer = border(chain[:index])
    return Standing("unseen", function=function, around=chain[outer] if outer >= 0 else None)


def _is_test_class(scene: Scene, owner: Node | None) -> bool:
    if owner is None:
        return False
    name, bases = owner.child_by_field_name("name"), owner.child_by_field_name("superclasses")
    if bases is not None and re.search(r"Test(Case|Base|s)?\b|TestCase", scene.text(bases)):
        return True
    if name is None or not re.match(r"Test|.*Tests?$", scene.text(name)):
        return False
    return bool(re.search(rb"def test", scene.code[owner.start_byte : owner.end_byte]))


def stands_in(scene: Scene, owner: Node) -> bool:
    """Whether a class derives from one of the system under test, and so is called by it."""
    bases = owner.child_by_field_name("superclasses")
    return bases is not None and any(
        not words.PLAIN_BASES.search(scene.text(base))
        for base in bases.named_children
        if base.type not in ("keyword_argument", "comment")
    )


def is_test_class(scene: Scene, owner: Node | None) -> bool:
    """Whether a class holds tests, rather than standing in for something."""
    if owner is None:
        return False
    known = scene.memory.get(("test-class", owner.id))
    if isinstance(known, bool):
        return known
    answer = _is_test_class(scene, owner)
    scene.memory["test-class", owner.id] = answer
    return answer
