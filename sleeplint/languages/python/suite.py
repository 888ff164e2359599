"""The time limit that the settings of pytest put on every test of a suite."""

from __future__ import annotations

import os
from typing import Final

from sleeplint.facts import Milliseconds
from sleeplint.languages.python.imports import above
from sleeplint.languages.python.modules import Module
from sleeplint.regexes import regex
from sleeplint.source import Project

BY_RUNNER: Final = "pytest-timeout"
"""What bounds every test by the suite's settings."""
_LIMIT: Final = "suite limit of"
_FILES: Final = (
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pyproject.toml", ""),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)
"""In the order in which pytest looks for its settings, each with their section."""
_OPTION: Final = regex(r"(?:^|\s)--timeout[= ](\d+(?:\.\d+)?)(?=\s|$)")
_SECTION: Final = regex(r"(?m)^[ \t]*\[[ \t]*tool\.pytest(?:\.ini_options)?[ \t]*\]")
_SET: Final = regex(r"--timeout|(?<![\w-])timeout[\"']?[ \t]*[=:]")
"""In settings that may set a limit."""
_NUMBER: Final = regex(r"\d+(\.\d+)?")


def suite_limit(module: Module) -> Milliseconds | None:
    """The limit on each test, by the closest settings above a file; None if there is none or it is off."""
    known = module.memory.get(_LIMIT)
    if not isinstance(known, tuple):
        known = module.memory[_LIMIT] = (_closest(module),)
    limit = known[0]
    return limit if isinstance(limit, (int, float)) else None


def _closest(module: Module) -> Milliseconds | None:
    if module.project is None or module.place is None:
        return None
    for folder in above(module.project, os.path.dirname(module.place)):
        module.consulted.update(f"{folder}/{name}" for name, _ in _FILES)
        known = module.project.memory.get((_LIMIT, folder))
        if known is None:
            known = module.project.memory[_LIMIT, folder] = _in_folder(module.project, folder)
        if isinstance(known, tuple):
            limit = known[0]
            return limit if isinstance(limit, (int, float)) else None
    return None


def _in_folder(project: Project, folder: str) -> tuple[Milliseconds | None] | bool:
    """What the settings of one folder say, in a tuple; False if it has none."""
    for name, section in _FILES:
        source = project.source(f"{folder}/{name}")
        if source is None:
            continue
        text = source.code.decode("utf-8", "replace")
        options = _of_toml(text) if name.endswith(".toml") else _of_ini(text, section)
        if options is not None:
            return (_limit(options),)
        if name.endswith("pytest.ini"):
            return (None,)
    return False


def _of_toml(text: str) -> dict[str, object] | None:
    if "pytest" not in text:
        return None
    if _SECTION.search(text) and not _SET.search(text):
        return {}  # settings that say nothing of it; to parse them takes as long as to read a file
    import tomllib

    try:
        found = tomllib.loads(text).get("tool", {}).get("pytest")
        options = found.get("ini_options", found) if found is not None else None
    except (tomllib.TOMLDecodeError, AttributeError):
        return None  # not ours to complain of
    return dict(options) if isinstance(options, dict) else None


def _of_ini(text: str, section: str) -> dict[str, object] | None:
    if f"[{section}]" not in text:
        return None
    if f"\n[{section}]" in f"\n{text}" and not _SET.search(text):
        return {}  # likewise
    from configparser import ConfigParser, Error

    settings = ConfigParser(interpolation=None, strict=False)
    try:
        settings.read_string(text)
    except Error:
        return None  # not ours to complain of
    return dict(settings[section]) if settings.has_section(section) else None


def _limit(options: dict[str, object]) -> Milliseconds | None:
    """`timeout = 30`, or `--timeout=30` among `addopts`; zero is none."""
    if not options:
        return None
    given = options.get("addopts", "")
    written = " ".join(map(str, given)) if isinstance(given, list) else str(given)
    found = _OPTION.search(written)
    value = found[1] if found is not None else str(options.get("timeout", "")).strip()
    if not _NUMBER.fullmatch(value) or not float(value):
        return None
    ms = float(value) * 1000
    return int(ms) if ms == int(ms) else ms
