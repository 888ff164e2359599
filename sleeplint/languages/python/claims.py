"""What a condition says of what: to see whether two places of a test say the same, or the opposite."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.languages.python.flow import Act, is_assertion
from sleeplint.languages.python.scene import Called, Scene
from sleeplint.languages.python.tree import arguments_of, bare
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_VALUE = regex(
    r"""^([\d._]+|[A-Z][A-Z_\d]*|[\w.]*\.[A-Z_\d]+|[bru]*["'].*["']|None|True|False|\[\]|\{\}|\(\)|set\(\))$"""
)
"""What a thing may be: a literal, or a constant."""
_UNTIL = regex(r"(?i)^(_?(wait|poll|eventually|retry|until|await|assert_eventually)\w*|assert\w+eventually)$")
"""Functions that return when what they are given holds."""
_TRUTHS = {"assertTrue": False, "assert_": False, "assert_true": False, "assertFalse": True, "assert_false": True}
_RELATIONS = {
    "assertEqual": "==", "assertEquals": "==", "assertIs": "==", "assertListEqual": "==", "assertDictEqual": "==",
    "assertNotEqual": "!=", "assertIsNot": "!=", "assertGreater": ">", "assertLess": "<", "assertGreaterEqual": ">=",
    "assertLessEqual": "<=",
}  # fmt: skip
_OPERATORS = {"is": "==", "is not": "!=", "<>": "!="}
_NEGATED = {"==": "!=", "!=": "==", "in": "not in", "not in": "in", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class Claim:
    """Something is so."""

    subject: str
    relation: str
    value: str

    def opposes(self, other: Claim) -> bool:
        """Whether both speak of the same and cannot hold together."""
        if self.subject != other.subject or self == other:
            return False
        both = {self.relation, other.relation}
        if self.value == other.value:
            return _NEGATED.get(self.relation) == other.relation
        return both == {"=="}


def claim_of(scene: Scene, act: Act) -> Claim | None:
    """What is so once an act has passed: an assertion, the end of a loop, the return of what waits for a condition."""
    node = act.node
    if node.type == "assert_statement":
        condition = node.named_child(0)
        return _of(scene, condition, False) if condition is not None else None
    if node.type == "if_statement":  # `if condition: fail`
        return passed_over(scene, node)
    if node.type != "expression_statement":
        return None
    for call in act.calls[:2]:
        given = arguments_of(call.node, scene.code).positional
        found = _waited_for(scene, given[0]) if given and _UNTIL.match(call.name) else _asserted(scene, call)
        if found is not None:
            return found
    return None


def _waited_for(scene: Scene, condition: Node) -> Claim | None:
    """What is so once a function that waits for a condition has returned: the condition, or what it asserts."""
    if condition.type in ("identifier", "attribute"):
        return Claim(f"{_written(scene, condition)}()", "==", "True")
    body = condition.child_by_field_name("body") if condition.type == "lambda" else None
    if body is None:
        return None
    said = _asserted(scene, scene.called(bare(body))) if bare(body).type == "call" else None
    return said or _of(scene, body, False)


def _asserted(scene: Scene, call: Called) -> Claim | None:
    """What is so once a call that asserts something has returned."""
    arguments = arguments_of(call.node, scene.code).positional
    if call.name in _TRUTHS and arguments:
        return _of(scene, arguments[0], _TRUTHS[call.name])
    if call.name == "assertIsNone" and arguments:
        return Claim(_written(scene, arguments[0]), "==", "None")
    if call.name in _RELATIONS and len(arguments) >= 2:
        return _related(_written(scene, arguments[0]), _RELATIONS[call.name], _written(scene, arguments[1]))
    if call.name in ("assertIn", "assertNotIn") and len(arguments) >= 2:
        relation = "in" if call.name == "assertIn" else "not in"
        return Claim(_written(scene, arguments[1]), relation, _written(scene, arguments[0]))
    if is_assertion(call.name) and not arguments:
        return Claim(_written(scene, call.node), "==", "True")
    return None


def passed_over(scene: Scene, compound: Node) -> Claim | None:
    """What is so when a `while` loop has ended by its condition, or an `if` was passed over."""
    condition = compound.child_by_field_name("condition")
    return _of(scene, condition, True) if condition is not None else None


def _of(scene: Scene, condition: Node, negated: bool) -> Claim | None:
    node = bare(condition)
    while node.type in ("not_operator", "await"):
        negated = negated != (node.type == "not_operator")
        inner = node.child_by_field_name("argument") or node.named_child(0)
        if inner is None:
            return None
        node = bare(inner)
    if node.type == "boolean_operator":
        first = node.child_by_field_name("left")
        both = re.search(rb"\band\b", scene.code[node.start_byte : node.end_byte]) is not None
        return _of(scene, first, negated) if first is not None and both and not negated else None
    if node.type != "comparison_operator":
        return Claim(_written(scene, node), "!=" if negated else "==", "True")
    operands = node.named_children
    if len(operands) != 2:
        return None
    between = scene.code[operands[0].end_byte : operands[1].start_byte].decode("utf-8", "replace")
    relation = " ".join(between.split()).strip("() ")
    relation = _OPERATORS.get(relation, relation)
    relation = _NEGATED.get(relation, relation) if negated else relation
    left, right = _written(scene, operands[0]), _written(scene, operands[1])
    if relation in ("in", "not in"):
        return Claim(right, relation, left)
    return _related(left, relation, right)


def _related(left: str, relation: str, right: str) -> Claim:
    if relation not in ("==", "!="):
        return Claim(left, relation, right)
    subject, value = (right, left) if _VALUE.match(left) and not _VALUE.match(right) else (left, right)
    if value == "False":
        return Claim(subject, "!=" if relation == "==" else "==", "True")
    return Claim(subject, relation, value)


def _written(scene: Scene, node: Node) -> str:
    return re.sub(r"^await", "", "".join(scene.text(bare(node)).split()))
