"""What an assertion after a wait expects: that something happened, or that nothing did."""

from __future__ import annotations

import re
from typing import Literal

from tree_sitter import Node

from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import Act
from sleeplint.languages.python.scene import Scene, parts
from sleeplint.languages.python.tree import arguments_of, bare
from sleeplint.records import dataclass
from sleeplint.regexes import regex

_EMPTY = regex(r"""^(None|0|0\.0|\[\]|\{\}|\(\)|b?""|b?''|False|set\(\)|dict\(\)|list\(\)|frozenset\(\))$""")
_COUNT = regex(r"^len\(|(?i:(^|[._])(n|num|count|calls?)(_|$)|(count|total)$)")
"""What is counted: that it stays below a bound is no sign of more of it."""
_QUIET_ERRORS = regex(r"(Empty|Timeout|TimedOut|WouldBlock|BlockingIO|TooSlow|\bFull\b)")
_ABSENT_NAMES = regex(r"(?i)assert_(not|no)_|assertNot(In|Called)|assertNo|not_expect|expect_no|_no_|_not_")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an assertion wants to see."""

    wants: Literal["happened", "nothing", "gone", "still"]
    """`gone`: a state ended or a thing is empty, which is an effect only if something removed it.
    `still`: a lasting state goes on."""
    sure: bool


HAPPENED = Expectation("happened", True)


def expectation(scene: Scene, act: Act) -> Expectation:
    """What an act of kind `assert` expects."""
    node = act.node
    if node.type == "with_statement":
        clause = node.named_children[0]
        quiet = _QUIET_ERRORS.search(scene.text(clause)) or any(c.name == "assertNoLogs" for c in scene.calls(clause))
        return Expectation("nothing", True) if quiet else HAPPENED
    if node.type == "if_statement":  # `if condition: fail` asserts its negation
        condition = node.child_by_field_name("condition")
        return _of_condition(scene, condition, True) if condition is not None else HAPPENED
    if node.type == "assert_statement":
        condition = node.named_child(0)
        return _of_condition(scene, condition, False) if condition is not None else HAPPENED
    return _of_call(scene, act.calls[0].node, act.calls[0].name) if act.calls else HAPPENED


def _of_call(scene: Scene, call: Node, name: str) -> Expectation:
    arguments = arguments_of(call, scene.code).positional
    first = arguments[0] if arguments else None
    texts = [scene.text(argument).strip() for argument in arguments[:2]]
    match name:
        case "assertTrue" | "assert_" | "assert_true" if first is not None:
            return _of_condition(scene, first, False)
        case "assertFalse" | "assert_false" if first is not None:
            return _of_condition(scene, first, True)
        case "assertIsNone" if first is not None:
            return _emptiness(scene, first)
        case (
            "assertEqual" | "assertListEqual" | "assertDictEqual" | "assertIs" | "assertSequenceEqual" | "assertEquals"
        ):
            if len(texts) == 2:
                for side, other in ((0, 1), (1, 0)):
                    if _EMPTY.match(texts[side]):
                        return _emptiness(scene, arguments[other], texts[side])
                    if texts[side] == "True":
                        return _of_condition(scene, arguments[other], False)
        case "assertNotIn":
            return Expectation("gone", False)
        case "assertRaises" | "assertRaisesRegex" if texts:
            return Expectation("nothing", True) if _QUIET_ERRORS.search(texts[0]) else HAPPENED
        case "assertIsNotNone" | "assertNotEqual" | "assertIn":
            return HAPPENED
    if _ABSENT_NAMES.search(name) or words.NEGATING_HELPER.search(name):
        return Expectation("nothing", True)
    return HAPPENED


def _of_condition(scene: Scene, condition: Node, negated: bool) -> Expectation:
    node = bare(condition)
    while node.type in ("not_operator", "boolean_operator"):
        if node.type == "not_operator":
            argument = node.child_by_field_name("argument")
            negated = not negated
        else:
            argument = node.child_by_field_name("left")
        if argument is None:
            return HAPPENED
        node = bare(argument)
    if node.type == "comparison_operator":
        return _of_comparison(scene, node, negated)
    name = _predicate(scene, node)
    if words.NEGATING_HELPER.search(name):
        negated = not negated
    if words.EMPTINESS.search(name):
        return HAPPENED if negated else _emptiness(scene, node)
    if words.HAPPENINGS.search(name):
        return Expectation("nothing", True) if negated else HAPPENED
    if words.STATES.search(name):
        return Expectation("gone", True) if negated else Expectation("still", False)
    return Expectation("nothing", False) if negated else HAPPENED


def _of_comparison(scene: Scene, node: Node, negated: bool) -> Expectation:
    operands = node.named_children
    if len(operands) != 2:
        return HAPPENED
    between = scene.code[operands[0].end_byte : operands[1].start_byte].decode("utf-8", "replace")
    operator = " ".join(between.split()).strip("() ")
    left, right = (scene.text(operand).strip() for operand in operands)
    if operator in ("not in", "in"):
        absent = (operator == "not in") != negated
        return Expectation("gone", False) if absent else HAPPENED
    if operator in ("!=", "is not", "<>"):
        negated = not negated
    elif operator in ("<", "<="):
        return HAPPENED if negated or not _COUNT.search(left) else Expectation("gone", False)
    elif operator not in ("==", "is"):
        return HAPPENED
    for value, other in ((left, operands[1]), (right, operands[0])):
        if value in ("True", "False"):
            return _of_condition(scene, other, negated != (value == "False"))
        if _EMPTY.match(value):
            return HAPPENED if negated else _emptiness(scene, other, value)
    return HAPPENED


def _emptiness(scene: Scene, node: Node, value: str = "None") -> Expectation:
    """Something is None, zero or empty: a process that has no exit code yet did not end; one whose code is 0 did."""
    name = _predicate(scene, node)
    if re.search(r"(?i)(poll|returncode|exitcode|exit_code|exception)$", name):
        return HAPPENED if value == "0" else Expectation("nothing", True)
    if words.HAPPENINGS.search(name):
        return Expectation("nothing", True)
    if words.STATES.search(name):
        return Expectation("gone", True)
    return Expectation("gone", False)


def _predicate(scene: Scene, node: Node) -> str:
    """The word that says what is asked: the last name of a call or attribute; within `len(..)` its argument's."""
    node = bare(node)
    for _ in range(6):
        if node.type == "await" and node.named_child_count:
            node = bare(node.named_children[0])
        elif node.type == "call":
            name = scene.called(node).name
            if name not in ("len", "bool", "any", "all", "sum", "list", "set", "tuple", "sorted"):
                return name
            arguments = arguments_of(node, scene.code).positional
            if not arguments:
                return name
            node = bare(arguments[0])
        elif node.type == "attribute":
            last = node.child_by_field_name("attribute")
            return scene.text(last) if last is not None else ""
        elif node.type == "subscript":
            value = node.child_by_field_name("value")
            if value is None:
                return ""
            node = bare(value)
        elif node.type in ("generator_expression", "list_comprehension"):
            body = node.child_by_field_name("body")
            if body is None:
                return ""
            node = bare(body)
        else:
            return scene.text(node) if node.type == "identifier" else ""
    return ""


def subject(scene: Scene, act: Act) -> str:
    """What an assertion speaks of, without what it should be."""
    node = act.node
    if node.type == "assert_statement":
        condition = node.named_child(0)
        inner = bare(condition) if condition is not None else node
        while inner.type == "not_operator":
            inner = bare(inner.child_by_field_name("argument") or inner.named_children[0])
        if inner.type == "comparison_operator":
            inner = inner.named_children[0]
        return scene.text(inner)
    if act.calls and node.type == "expression_statement":
        arguments = arguments_of(act.calls[0].node, scene.code).positional
        written = [scene.text(argument) for argument in arguments[:2]]
        telling = [
            text for text in written if not re.fullmatch(r"[\d.]+|[A-Z_\d.]+|['\"].*['\"]|None|True|False", text)
        ]
        if telling:
            return telling[0]
    return scene.text(node)


def takes_time(scene: Scene, node: Node) -> bool:
    """`time() - start`: whether a statement takes one reading of a clock from another."""
    if scene.code.find(b"-", node.start_byte, node.end_byte) < 0:
        return False
    return any(
        _reads_clock(scene, part.child_by_field_name("left")) or _reads_clock(scene, part.child_by_field_name("right"))
        for part in parts(node)
        if part.type == "binary_operator" and part.children[1].type == "-"
    )


def _reads_clock(scene: Scene, node: Node | None) -> bool:
    return node is not None and node.type == "call" and bool(words.READS_CLOCK.fullmatch(scene.called(node).name))


def names_in(scene: Scene, node: Node) -> set[str]:
    """The identifiers that a statement reads or writes."""
    return {scene.text(part) for part in parts(node) if part.type == "identifier"}
