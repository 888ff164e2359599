"""Who it is that made a report: the program, the rules, the settings. Another one's reports are worth nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache

from sleeplint import __version__
from sleeplint.cache.states import stamp
from sleeplint.digests import digest
from sleeplint.registry import Enabled, Registry
from sleeplint.settings import Settings

_OURS = ("sleeplint", "sleeplint_rules")


def of_program(registry: Registry) -> str:
    """The program with its rule packs, down to the very files: a version alone says little to who develops it."""
    packs = {rule.__module__ for rule in registry.rules if rule.__module__.split(".")[0] not in _OURS}
    return _digest(__version__, sys.version, _files(), _installed(), [*_modules(sorted(packs))], registry.keys)


def of_plan(settings: Settings, rules: Iterable[Enabled]) -> str:
    """The settings that hold for some files, and the rules that they switch on, with their options."""
    spoken = [(type(e.rule).__module__, e.rule.code, repr(e.rule), str(e.severity)) for e in rules]
    return _digest(settings, spoken)


def _digest(*parts: object) -> str:
    return digest(repr(parts).encode("utf-8", "surrogateescape"))


def _modules(names: Iterable[str]) -> Iterator[object]:
    for name in names:
        file = getattr(sys.modules.get(name), "__file__", None)
        yield name, stamp(file) if file else None


def _installed() -> list[object]:
    """The folders of installed packages: each change of version leaves its time there."""
    places = (place for place in sys.path if os.path.basename(place) in ("site-packages", "dist-packages"))
    return [(place, os.stat(place).st_mtime_ns) for place in places if os.path.isdir(place)]


@cache
def _files() -> list[object]:
    found: list[object] = []
    for name in _OURS:
        home = getattr(sys.modules.get(name), "__file__", None)
        pending = [os.path.dirname(home)] if home else []
        while pending:
            try:
                entries = sorted(os.scandir(pending.pop()), key=lambda entry: entry.path)
            except OSError:  # not installed as files: then the version must do
                continue
            for entry in entries:
                if entry.name.endswith(".py"):
                    found.append((entry.path, stamp(entry.path)))
                elif entry.is_dir() and entry.name != "__pycache__":
                    pending.append(entry.path)
    return found
