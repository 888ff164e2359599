"""The test tools that a file works with and that have waits of their own."""

from __future__ import annotations

import re
from typing import Final

from sleeplint.languages.python.imports import imports_of
from sleeplint.languages.python.modules import Module

_TOOL_OF: Final = {
    "PyQt5": "qt",
    "PyQt6": "qt",
    "PySide2": "qt",
    "PySide6": "qt",
    "qtpy": "qt",
    "pytestqt": "qt",
    "playwright": "playwright",
    "selenium": "selenium",
    "seleniumwire": "selenium",
    "seleniumbase": "selenium",
    "celery": "celery",
}
_QTBOT: Final = re.compile(rb"\bqtbot\b")


def tools_of(module: Module) -> tuple[str, ...]:
    """The tools that a file imports, or whose fixture it asks for, in order."""
    roots = {path.partition(".")[0] for path in imports_of(module.code)}
    found = {tool for package, tool in _TOOL_OF.items() if package in roots}
    if _QTBOT.search(module.code):
        found.add("qt")
    return tuple(tool for tool in dict.fromkeys(_TOOL_OF.values()) if tool in found)
