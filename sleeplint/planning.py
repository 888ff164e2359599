"""What a run has to do: from paths to tasks, each with all that decides what is said about it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, overload

from sleeplint.discovery import Discovery, Found, discover, root_of
from sleeplint.finding import Problem
from sleeplint.landscape import Landscape, Situation
from sleeplint.records import dataclass, field
from sleeplint.registry import Enabled, Registry
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.settings.files import NAMES
from sleeplint.settings.resolver import Resolver
from sleeplint.source import Source


@dataclass(frozen=True, slots=True)
class Task:
    """One file to lint, with all that decides what is said about it. Plain data; it pickles."""

    path: str
    absolute: str
    root: Path
    """The repository or workspace around it."""
    plan: int
    """Number of its plan in `Work.plans`."""
    in_test: bool
    size: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings that hold for some files, and the rules that they switch on."""

    settings: Settings
    rules: tuple[Enabled, ...]
    production: bool = False
    """Production code's waits are asked for too: by the user, or by a stranger's rule, for all we know."""

    @classmethod
    def of(cls, registry: Registry, settings: Settings, production: bool = False) -> Plan:
        """What to do under `settings`."""
        rules = enable(registry, settings)
        ours = all(type(enabled.rule).__module__.startswith("sleeplint_rules.") for enabled in rules)
        return cls(settings, rules, production or not ours)


class Tasks(Sequence[Task]):
    """One for each file of a landscape, made when somebody looks at it: most are remembered and need none."""

    def __init__(self, sights: Landscape) -> None:
        """Go by what is known of the files."""
        self.sights = sights
        self._roots = {situation.root: Path(situation.root) for situation in sights.situations}

    def __len__(self) -> int:
        return len(self.sights.paths)

    @overload
    def __getitem__(self, number: int) -> Task: ...

    @overload
    def __getitem__(self, number: slice) -> list[Task]: ...

    def __getitem__(self, number: int | slice) -> Task | list[Task]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        path = self.sights.paths[number]
        held = self.sights.situations[self.sights.held[number]]
        size = self.sights.stamps[number][0]
        return Task(path, os.path.abspath(path), self._roots[held.root], held.settings, held.in_test, size)


class Landscapes(Protocol):
    """What remembers from one run to the next which files there are."""

    def landscape(self, asked: object) -> Landscape | None:
        """Which files an earlier run found that was asked the same, if nothing has changed that decides over it."""

    def keep_landscape(
        self, asked: object, landscape: Landscape, folders: Mapping[str, Mapping[str, str]], deciders: Iterable[str]
    ) -> None:
        """Remember which files there are.

        That goes by the folders gone through, with the kind of each name in them, and by the files that decide over
        others.
        """


@dataclass(slots=True)
class Work:
    """All that a run has to do."""

    tasks: Tasks
    plans: list[Plan]
    problems: list[Problem] = field(default_factory=list)
    """What kept files from being found."""
    stdin: Source | None = None
    """Standard input, which stands in for the one task's file."""

    def settings(self, number: int) -> Settings:
        """What holds for a task's file."""
        sights = self.tasks.sights
        return self.plans[sights.situations[sights.held[number]].settings].settings


def plan(
    paths: Sequence[str],
    registry: Registry,
    resolver: Resolver,
    *,
    force_exclude: bool = False,
    stdin: Source | None = None,
    production: bool = False,
    memory: Landscapes | None = None,
) -> Work:
    """Find the files and what holds for each; `production` asks for production code's waits too. Raises UserError.

    `memory` spares the search where nothing has changed since the last.
    """
    if stdin is not None:
        absolute = os.path.abspath(stdin.path)
        found = Discovery([Found(stdin.path, absolute, len(stdin.code))])
        if force_exclude and resolver.folder(Path(absolute).parent).excludes(Path(absolute)):
            found.files.clear()
        return _work(_surveyed(found, resolver), registry, production, stdin=stdin)
    asked = (tuple(paths), force_exclude, resolver.asked)
    readable = all(os.access(path, os.R_OK) for path in paths)  # else the search tells what is wrong with them
    landscape = memory.landscape(asked) if memory is not None and readable else None
    if landscape is not None:
        return _work(landscape, registry, production)
    found = discover(paths, resolver, force_exclude=force_exclude)
    landscape = _surveyed(found, resolver)
    if memory is not None and not found.problems:
        memory.keep_landscape(asked, landscape, found.folders, [*found.deciders, *resolver.files])
    return _work(landscape, registry, production, problems=found.problems)


def _surveyed(found: Discovery, resolver: Resolver) -> Landscape:
    """What holds for each file that was found."""
    if not found.files:  # even then a mistake in the settings is told
        resolver.folder(Path.cwd())
    numbers: dict[int, int] = {}
    settings: list[Settings] = []
    situations: dict[Situation, int] = {}
    held = []
    roots: dict[str, str] = {}
    marks: dict[str, str] = {}
    shared: dict[str, int] = {}  # by folder, where its files' names make no difference
    for file in found.files:
        folder = os.path.dirname(file.absolute)
        known = shared.get(folder)
        if known is None:
            if folder not in roots:
                roots[folder] = os.fspath(root_of(file.absolute, marks))
            resolved = resolver.folder(Path(folder), found.folders.get(folder, NAMES))
            force = resolver.path(Path(file.absolute))
            number = numbers.setdefault(id(force.settings), len(settings))
            if number == len(settings):
                settings.append(force.settings)
            known = situations.setdefault(Situation(roots[folder], number, force.in_test), len(situations))
            if not resolved.by_path:
                shared[folder] = known
        held.append(known)
    paths, stamps = [file.path for file in found.files], [file.stamp for file in found.files]
    return Landscape(paths, stamps, held, list(situations), settings)


def _work(
    sights: Landscape,
    registry: Registry,
    production: bool,
    stdin: Source | None = None,
    problems: Sequence[Problem] = (),
) -> Work:
    plans = [Plan.of(registry, settings, production) for settings in sights.settings]
    return Work(Tasks(sights), plans, list(problems), stdin)
