"""An open document judged exactly as the command line judges its file: by the runner's `Linter`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sleeplint import registry
from sleeplint.discovery import root_of
from sleeplint.engine import Report
from sleeplint.errors import SettingsError
from sleeplint.finding import Finding, Problem
from sleeplint.lsp.documents import Document, Documents
from sleeplint.planning import Plan, Task
from sleeplint.registry import Registry
from sleeplint.runner import Linter
from sleeplint.settings.files import of_environment
from sleeplint.settings.resolver import InForce, Resolver
from sleeplint.source import Source


class Judge:
    """Finds the settings of each document, and keeps the last good ones while a file is broken.

    `complain` is told of each broken settings file once, until it is mended or broken otherwise.
    """

    def __init__(self, documents: Documents, complain: Callable[[str], None], *, packs: bool = True) -> None:
        """Judge `documents`; `packs` also loads the rule packs of the installed environment."""
        self._documents = documents
        self._complain = complain
        self._packs = packs
        self._last_good: dict[Path, InForce] = {}
        self._complaints: dict[Path, str] = {}
        self.forget()

    def forget(self) -> None:
        """Read settings and neighbouring files afresh from now on."""
        self._resolver = Resolver(self.registry, forced=tuple(of_environment(os.environ)))
        self._plans: dict[int, int] = {}
        self._roots: dict[Path, Path] = {}
        self._linter = Linter([], neighbour=self._open)

    def moved(self, path: Path) -> None:
        """Another text stands at a path than before; nothing that rests on the old one is remembered."""
        self._linter.forget(path)

    def registry(self) -> Registry:
        """The rules that are there."""
        return registry.load(strangers=self._packs)

    def report(self, document: Document, *, repairs: bool | Callable[[Finding], bool] = False) -> Report:
        """What sleeplint says about a document; `repairs`, of all or some findings, take longer than a keystroke."""
        source = document.source
        nothing = Report(source.path, source.language or "python")
        try:
            if source.language is None or self._excluded(document):
                return nothing
            return self.judge(source, document.path, repairs=repairs)
        except (OSError, ValueError) as error:  # the editor's text is there; what lies around its path may not be
            return Report(source.path, source.language or "python", problems=(_unjudged(source, error),))

    def judge(self, source: Source, path: Path | None, *, repairs: bool | Callable[[Finding], bool] = False) -> Report:
        """What sleeplint says about a text that stands, or would stand, at `path`."""
        absolute = Path(os.path.abspath(path or source.path))
        in_force = self._in_force(absolute)
        plan = self._plans.setdefault(id(in_force.settings), len(self._linter.plans))
        if plan == len(self._linter.plans):
            known = Plan.of(self.registry(), in_force.settings)
            self._linter.plans = [*self._linter.plans, known]
        if absolute.parent not in self._roots:
            self._roots[absolute.parent] = root_of(absolute)
        root = self._roots[absolute.parent]
        task = Task(source.path, os.fspath(absolute), root, plan, in_force.in_test, len(source.code))
        self._linter.repairs = repairs
        return self._linter.report(task, source)

    def _excluded(self, document: Document) -> bool:
        if document.path is None:
            return False
        try:
            return self._resolver.folder(document.path.parent).excludes(document.path)
        except SettingsError:  # `_in_force` tells of it
            return False

    def _in_force(self, path: Path) -> InForce:
        folder = path.parent
        try:
            in_force = self._resolver.path(path)
        except SettingsError as error:
            complaint = str(error)
            if complaint not in self._complaints.values():
                self._complain(complaint)
            self._complaints[folder] = complaint
            if folder not in self._last_good:
                self._last_good[folder] = Resolver(self.registry, isolated=True).path(path)
            return self._last_good[folder]
        self._complaints.pop(folder, None)
        self._last_good[folder] = in_force
        return in_force

    def _open(self, path: Path) -> Source | None:
        """Unsaved text stands before what is on disk."""
        unsaved = self._documents.at(path)
        if unsaved is not None:
            return unsaved
        try:
            return Source.read(os.fspath(path))
        except OSError:  # an import that leads nowhere is no news
            return None


def _unjudged(source: Source, error: Exception) -> Problem:
    return Problem(source.path, f"not judged where it lies: {error}")
