"""What a user can decide: plain data, and its resolution for one path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sleeplint.languages.catalogue import Call
from sleeplint.records import dataclass, field, replace
from sleeplint.rule import Budget

Profile = Literal["default", "strict"]


@dataclass(frozen=True, slots=True)
class Suppressions:
    """How ignore comments are treated."""

    require_reason: bool = False
    """A comment without a reason is a finding."""


@dataclass(frozen=True, slots=True)
class Override:
    """Settings for some paths. What is None or empty is left as it was."""

    paths: tuple[str, ...]
    """Gitignore-style globs, relative to the settings file."""
    profile: Profile | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    budget: Mapping[str, Any] = field(default_factory=dict)
    """The budgets that differ, by name."""
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """The resolved settings of one settings file, or of none."""

    profile: Profile = "default"
    tests: tuple[str, ...] = ()
    """Gitignore-style globs of more test code than the readers recognise by themselves."""
    exclude: tuple[str, ...] = ()
    """Gitignore-style globs of what is not linted."""
    select: tuple[str, ...] = ()
    """Rules, by name or code, to report; empty means the profile's."""
    ignore: tuple[str, ...] = ()
    budget: Budget = field(default_factory=Budget)
    overrides: tuple[Override, ...] = ()
    """Later ones win."""
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Each rule's own options, by rule name."""
    waits: tuple[Call, ...] = ()
    """The project's own calls that wait."""
    suppressions: Suppressions = field(default_factory=Suppressions)
    fail_on: Literal["error", "warning", "info"] = "warning"
    """The least severity that makes the exit code 1."""

    def with_override(self, override: Override) -> Settings:
        """These settings where `override` holds."""
        return replace(
            self,
            profile=override.profile or self.profile,
            select=override.select or self.select,
            ignore=self.ignore + override.ignore,
            budget=replace(self.budget, **override.budget),
            rules={
                name: {**self.rules.get(name, {}), **override.rules.get(name, {})}
                for name in (*self.rules, *(n for n in override.rules if n not in self.rules))
            },
        )
