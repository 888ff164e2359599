"""The test tools that a file works with and that have waits of their own."""

from __future__ import annotations

from typing import Final

from sleeplint.facts import TOOL_OF_PACKAGE
from sleeplint.languages.python.imports import imports_of
from sleeplint.languages.python.modules import Module
from sleeplint.regexes import regex

_QTBOT: Final = regex(rb"qtbot(?<!\wqtbot)\b")


def tools_of(module: Module) -> tuple[str, ...]:
    """The tools that a file imports, or whose fixture it asks for, in order."""
    named = [package for package in TOOL_OF_PACKAGE if package.encode() in module.code]
    roots = {path.partition(".")[0] for path in imports_of(module.code)} if named else set()
    found = {TOOL_OF_PACKAGE[package] for package in named if package in roots}
    if _QTBOT.search(module.code):
        found.add("qt")
    return tuple(tool for tool in dict.fromkeys(TOOL_OF_PACKAGE.values()) if tool in found)
