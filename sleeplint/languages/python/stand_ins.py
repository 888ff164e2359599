"""Classes of test code with a base: those that the system under test drives, and those that drive it."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.python.flow import border
from sleeplint.languages.python.scene import Scene, Use
from sleeplint.languages.python.tasks import name_of
from sleeplint.languages.python.tree import Chain
from sleeplint.regexes import regex

_PRETENDS = regex(
    r"(^|_)(?i:mock|fake|stub|dummy|no_?op|null|slow|hang|blocking|stuck|lazy|stall|delay|sleep|flaky)"
    r"|Mock|Fake|Stub|Dummy|No[Oo]p|Null|Slow|Hang|Blocking|Stuck|Lazy|Stall|Delay|Sleep|Flaky"
)
"""Names of what stands in for something."""
_CALLED_BACK = regex(
    r"(Handler|Listener|Protocol|Middleware|Plugin|Task|TaskSet|Worker|Job|Actor|Callback|Backend|Transport|User|"
    r"Interface|Subscriber|Observer|Monitor|Consumer|Operator|Sensor|Processor|Kernel|Endpoint|Resource|Servicer)$"
)
"""Bases whose methods are there for a framework to call."""
_DRIVES = regex(
    r"(?i)(page|screen|dialog|modal|form|component|widget|view|steps|api|client|helper|driver|browser|session|fixture|"
    r"harness|robot|mixin|base|object)s?$"
)
"""Names of what tests drive the system with."""
_ASKS = frozenset(
    {
        "isinstance", "issubclass", "super", "cast", "raises", "patch", "object", "Mock", "MagicMock", "AsyncMock",
        "create_autospec", "enter_context", "enter_async_context", "print", "repr", "str", "type", "len", "closing",
        "TypeVar", "hasattr", "getattr", "setattr", "append", "addCleanup", "start", "list", "tuple", "set", "dict",
    }
)  # fmt: skip
"""Calls that take a class or an object, and have nothing done with it."""
_AROUND = frozenset({"list", "tuple", "set", "dictionary", "pair", "parenthesized_expression", "list_splat"})


def is_driven_from_outside(scene: Scene, owner: Node, function: Node) -> bool:
    """Whether the system under test calls a method of a class, as far as the class and its uses in the file tell."""
    known = scene.memory.get(("driven", function.id))
    if isinstance(known, bool):
        return known
    answer = _is_driven(scene, owner, function)
    scene.memory["driven", function.id] = answer
    return answer


def drives(scene: Scene, owner: Node) -> bool:
    """Whether a class is called as people call what tests drive a system with, such as a page or a client."""
    name = _name(scene, owner)
    return not _PRETENDS.search(name) and _DRIVES.search(name) is not None


def _is_driven(scene: Scene, owner: Node, function: Node) -> bool:
    name = _name(scene, owner)
    if _PRETENDS.search(name):
        return True
    if _delays_its_base(scene, function):
        return True
    uses = [use for use in scene.uses(name) if not owner.start_byte <= use.node.start_byte < owner.end_byte]
    if any(_calls(scene, use, name_of(scene, function)) for use in uses):
        return False
    bases = owner.child_by_field_name("superclasses")
    written = [scene.text(base) for base in bases.named_children] if bases is not None else []
    if any(_CALLED_BACK.search(base.partition("[")[0]) for base in written):
        return True
    return any(_hands(scene, use) for use in uses)


def _name(scene: Scene, owner: Node) -> str:
    name = owner.child_by_field_name("name")
    return scene.text(name) if name is not None else ""


def _delays_its_base(scene: Scene, function: Node) -> bool:
    """Whether a method sleeps before it does what its base does: `sleep(1); return super().save()`."""
    own = re.escape(name_of(scene, function))
    written = scene.code[function.start_byte : function.end_byte].decode("utf-8", "replace")
    return re.search(rf"sleep\((?s:.*)\bsuper\([^()]*\)\.{own}\(", written) is not None


def _instance(scene: Scene, use: Use) -> tuple[Node, int] | None:
    """The call that makes an object of the class used here, and its place in the chain."""
    index = len(use.chain) - 1
    value = use.node
    if use.chain[index].type == "attribute":  # module.Class(..)
        value, index = use.chain[index], index - 1
    outer = use.chain[index] if index >= 0 else None
    callee = outer.child_by_field_name("function") if outer is not None and outer.type == "call" else None
    return (outer, index) if outer is not None and callee is not None and callee.id == value.id else None


def _calls(scene: Scene, use: Use, method: str) -> bool:
    """Whether a method is called on the class, on an object made here, or on the name that it gets."""
    made = _instance(scene, use)
    index = made[1] if made is not None else len(use.chain)
    outer = use.chain[index - 1]
    if outer.type == "attribute":
        return scene.text(outer.child_by_field_name("attribute") or outer) == method
    given = _given(scene, use.chain, index) if made is not None else None
    if given is None:
        return False
    called = re.compile(rb"(?<![\w.])(?:self\.)?%s\.%s\b" % (re.escape(given.encode()), re.escape(method.encode())))
    return called.search(scene.code) is not None


def _given(scene: Scene, chain: Chain, index: int) -> str | None:
    """The name under which what stands at a place of a chain is known from there on."""
    for outer in reversed(chain[:index]):
        if outer.type == "assignment":
            left = outer.child_by_field_name("left")
            written = scene.text(left).removeprefix("self.") if left is not None else ""
            return written if re.fullmatch(r"\w+", written) else None
        if outer.type == "as_pattern":
            alias = outer.child_by_field_name("alias")
            return scene.text(alias) if alias is not None else None
        if outer.type not in ("await", "parenthesized_expression"):
            return None
    return None


def _hands(scene: Scene, use: Use) -> bool:
    """Whether the class, or an object made of it here, is handed to something that may call it."""
    made = _instance(scene, use)
    value, index = made if made is not None else (use.node, len(use.chain))
    if _is_handed(scene, value, use.chain[:index]):
        return True
    given = _given(scene, use.chain, index) if made is not None else None
    if given is None:
        return False
    first = border(use.chain)
    start, end = (use.chain[first].start_byte, use.chain[first].end_byte) if first >= 0 else (0, len(scene.code))
    later = [other for other in scene.uses(given) if max(start, use.node.end_byte) <= other.node.start_byte < end]
    if any(other.chain[-1].type == "attribute" and _is_called(other.chain) for other in later):
        return False  # the test works with it itself
    return any(_is_handed(scene, other.node, other.chain) for other in later)


def _is_called(chain: Chain) -> bool:
    """Whether the attribute at the end of a chain is a method that is called there."""
    callee = chain[-2].child_by_field_name("function") if len(chain) > 1 and chain[-2].type == "call" else None
    return callee is not None and callee.id == chain[-1].id


def _is_handed(scene: Scene, value: Node, chain: Chain) -> bool:
    for index in range(len(chain) - 1, -1, -1):
        outer = chain[index]
        if outer.type == "attribute":
            last = outer.child_by_field_name("attribute")
            if last is None or last.id != value.id:
                return False
        elif outer.type == "argument_list":
            holder = chain[index - 1] if index else None
            return holder is not None and holder.type == "call" and scene.called(holder).name not in _ASKS
        elif outer.type == "keyword_argument":
            name = outer.child_by_field_name("name")
            if name is None or name.id == value.id or scene.text(name) in ("spec", "autospec", "params"):
                return False
        elif outer.type == "assignment":
            left = outer.child_by_field_name("left")
            return left is not None and left.type in ("attribute", "subscript") and left.id != value.id
        elif outer.type == "return_statement":
            return True
        elif outer.type not in _AROUND:
            return False
        value = outer
    return False
