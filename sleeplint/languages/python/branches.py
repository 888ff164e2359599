"""Branches that are never taken: of old Pythons, and under constants that say no."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tree_sitter import Node

from sleeplint.languages.python.tree import Chain, bare, first_of, text_of
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from sleeplint.languages.python.modules import Module

MAX_STEPS = 4
_TODAY = (3, 14)
"""The Python that runs the tests, as far as branches by version go."""
_VERSION = regex(
    r"sys\.version_info(?:\[0\]|\[:2\]|\.major)?\s*(>=|<=|==|!=|<|>)\s*\(?\s*(\d{1,3})(?:\s*,\s*(\d{1,3}))?[^()]*\)?"
)
_OLD = regex(r"(?:\w+\.)?(?:IS_|is_)?(?:PY|py)2")
_NEW = regex(r"(?:\w+\.)?(?:IS_|is_)?(?:PY|py)3")


def is_dead(module: Module, node: Node) -> bool:
    """Whether what stands at a node is never run, by the conditions around it."""
    chain = (*module.chain(node), node)
    for position, holder in enumerate(chain[:-1]):
        if holder.type != "if_statement":
            continue
        inside = chain[position + 1]
        branches = [part for part in holder.named_children if part.type in ("elif_clause", "else_clause")]
        condition = holder.child_by_field_name("condition")
        if inside == condition:
            continue
        taken = says(module, condition) if condition is not None else None
        for branch in (holder, *branches):
            if branch == inside or (branch == holder and inside not in branches):
                if branch.type != "else_clause" and taken is False:
                    return True
                break
            if taken:
                return True  # one before is always taken
            following = branches[branches.index(branch) + 1] if branch in branches else branches[0]
            condition = following.child_by_field_name("condition")
            taken = says(module, condition) if condition is not None else None
    return False


def is_fallback(chain: Chain) -> bool:
    """Whether something stands in for what could not be had: in an `except`."""
    return any(node.type == "except_clause" for node in chain)


def says(module: Module, condition: Node, steps: int = 0) -> bool | None:
    """What a condition always comes to; None if it hangs on anything."""
    condition = bare(condition)
    match condition.type:
        case "true" | "false":
            return condition.type == "true"
        case "not_operator":
            inner = first_of(condition)
            said = says(module, inner, steps + 1) if inner is not None and steps <= MAX_STEPS else None
            return None if said is None else not said
    text = text_of(condition, module.code)
    if _OLD.fullmatch(text):
        return False
    if _NEW.fullmatch(text):
        return True
    version = _VERSION.fullmatch(text)
    if version is not None:
        return _of_today(version)
    return _constant(module, text, steps) if condition.type == "identifier" else None


def _of_today(version: re.Match[str]) -> bool:
    major, minor = int(version[2]), version[3]
    today, given = (_TODAY[:1], (major,)) if minor is None else (_TODAY, (major, int(minor)))
    match version[1]:
        case ">=":
            return today >= given
        case "<=":
            return today <= given
        case ">":
            return today > given or minor is None
        case "<":
            return today < given
        case "==":
            return today == given
    return today != given


def _constant(module: Module, name: str, steps: int) -> bool | None:
    bindings = module.globals.names.get(name, ())
    if len(bindings) != 1 or steps > MAX_STEPS:
        return None
    binding = bindings[0]
    if binding.kind == "value" and binding.index is None:
        return says(module, binding.node, steps + 1)
    if binding.kind != "from":
        return None
    owner, _, label = binding.path.rpartition(".")
    if binding.path.startswith(".") and not owner.strip("."):
        owner = "." * (len(binding.path) - len(binding.path.lstrip(".")))
    target = module.module_at(owner) if owner else None
    return _constant(target, label, steps + 1) if target is not None else None
