"""The rules that are there: ours by name, strangers' through the entry-point group `sleeplint.rules`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType

from sleeplint.errors import InternalError
from sleeplint.finding import Severity
from sleeplint.records import dataclass
from sleeplint.rule import Rule

ENTRY_POINTS = "sleeplint.rules"


@dataclass(frozen=True, slots=True)
class Enabled:
    """A rule with its options set, and the severity it speaks with."""

    rule: Rule
    severity: Severity


@dataclass(frozen=True, slots=True)
class Registry:
    """Every known rule class, ordered by code."""

    rules: tuple[type[Rule], ...]
    troubles: tuple[str, ...] = ()
    """Strangers' packs that could not be used, and why, one line each."""

    def find(self, key: str) -> type[Rule] | None:
        """The rule with that code or name; None if there is none."""
        return next((rule for rule in self.rules if key in (rule.name, rule.code)), None)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every name and code by which a rule can be called."""
        return tuple(key for rule in self.rules for key in (rule.name, rule.code))


def rules_of(module: ModuleType) -> Iterator[type[Rule]]:
    """The rule classes that a module defines or lists."""
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Rule) and value is not Rule and hasattr(value, "code"):
            yield value


@cache
def load(strangers: bool = True) -> Registry:
    """Find the rules. Raises InternalError if there are none of ours, so that no run passes by accident.

    `strangers` looks for other packs in the installed environment; nothing is ever loaded from the
    linted project.
    """
    try:
        import sleeplint_rules
    except ImportError as error:
        raise InternalError(f"the built-in rules cannot be imported ({error}); reinstall sleeplint") from error
    ours = list(sleeplint_rules.RULES)
    if not ours:
        raise InternalError("no built-in rules were found; reinstall sleeplint")
    found = {rule.code: rule for rule in ours}
    troubles: list[str] = []
    for pack, rules in _strangers() if strangers else ():
        if isinstance(rules, str):
            troubles.append(f"rule pack `{pack}`: {rules}")
            continue
        for rule in rules:
            taken = found.get(rule.code) or next((r for r in found.values() if r.name == rule.name), None)
            if taken is None:
                found[rule.code] = rule
            elif taken is not rule:
                troubles.append(f"rule pack `{pack}`: {rule.code} ({rule.name}) is already {taken.code} ({taken.name})")
    return Registry(tuple(sorted(found.values(), key=lambda rule: rule.code)), tuple(troubles))


def _strangers() -> Iterator[tuple[str, Iterable[type[Rule]] | str]]:
    if not _may_have_strangers():
        return
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            loaded = point.load()
        except Exception as error:  # a stranger's module may raise anything; the run goes on and says so
            yield point.name, f"cannot be loaded: {type(error).__name__}: {error}"
            continue
        if isinstance(loaded, ModuleType):
            yield point.name, tuple(rules_of(loaded))
        elif isinstance(loaded, type) and issubclass(loaded, Rule):
            yield point.name, (loaded,)
        else:
            yield point.name, "is neither a module nor a rule class"


def _may_have_strangers() -> bool:
    """Whether an installed package can have an entry point of ours; False is certain.

    `importlib.metadata` costs more to import than most runs take; this looks where it would look.
    """
    for finder in sys.meta_path:
        if hasattr(finder, "find_distributions") and getattr(finder, "__name__", None) != "PathFinder":
            return True  # somebody's own way of being installed
    for place in dict.fromkeys(sys.path):
        try:
            names = os.listdir(place or ".")
        except NotADirectoryError:  # an archive
            return True
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")) and _names_us(os.path.join(place, name, "entry_points.txt")):
                return True
            if name.endswith(".egg"):
                return True
    return False


def _names_us(file: str) -> bool:
    try:
        with open(file, "rb") as lines:
            return ENTRY_POINTS.encode() in lines.read()
    except OSError:  # most packages have no entry points
        return False
