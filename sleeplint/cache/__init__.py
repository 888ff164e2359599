"""Remembers reports and settings from one run to the next, as long as nothing has changed on which they rest.

A file that is the same to the byte, under the same settings, by the same program, with the same files
around it, has the same report. What was remembered by mistake is only forgotten, never believed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from sleeplint.cache import identity, landscape, sealed, store
from sleeplint.cache.landscape import Landscape
from sleeplint.cache.states import FOLDER, LACKS, NEVER, UNSURE, Stamp, States, digest, folder_stamp, settled, stamp
from sleeplint.cache.store import Entry, Store
from sleeplint.engine import Report
from sleeplint.facts import Wait
from sleeplint.finding import Finding, TestCost
from sleeplint.packing import Packed, pack, unpack
from sleeplint.registry import Enabled, Registry
from sleeplint.settings import Settings
from sleeplint.source import Language, language_of
from sleeplint.text import Location

__all__ = ["FOLDER", "Cache", "KeptSettings"]

_MOST_STORES = 8
"""One for each folder from which the program is started, and for runs with and without repairs."""
_MOST_SETTINGS = 64
_SUFFIXES = (".bin", ".json")
_SAID: Any = tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[TestCost, ...]]


class Task(Protocol):
    """What the runner knows of a file before it is read."""

    @property
    def path(self) -> str: ...
    @property
    def root(self) -> Path: ...
    @property
    def in_test(self) -> bool: ...
    @property
    def stamp(self) -> Stamp: ...


class Plan(Protocol):
    """The settings that hold for a file, and the rules that they switch on."""

    @property
    def settings(self) -> Settings: ...
    @property
    def rules(self) -> tuple[Enabled, ...]: ...
    @property
    def production(self) -> bool: ...


class Cache:
    """The memory of one run in one folder. `save` is to be called at its end."""

    def __init__(self, folder: Path, registry: Callable[[], Registry], repairs: bool = False) -> None:
        """Remember in `folder`; reports with `repairs` are told from those without."""
        self._folder = folder
        self._registry = registry
        self._repairs = repairs
        self._states = States()
        self._plans: dict[tuple[int, bool, int], tuple[str, int]] = {}
        self._met: list[str] = []
        """The files of which this run has a report."""
        self._verdicts: dict[int, bool] = {}
        self._same: dict[int, bool] = {}
        self._numbers: dict[str, int | None] = {}
        self._lacking: dict[str, tuple[int, set[str]]] = {}
        """Of folders, the number of their state and the names that were looked for in vain."""
        self._changed = False

    @cached_property
    def settings(self) -> MutableMapping[str, Settings]:
        """The memory of validated settings, by the digest of what they were made from."""
        return KeptSettings(os.fspath(self._folder / f"settings-{self._program[:16]}.json"))

    def recall(self, task: Task, plan: Plan) -> Report | None:
        """The report of an earlier run, if nothing has changed that it rests on."""
        said, number = self._plan(task, plan)
        try:
            quiet = self._known.is_quiet(task.path, number, task.stamp)
            if quiet is None:
                entry = self._known.entry(task.path)
                report = _report(task.path, entry) if entry.plan == said and self._fits(task, entry) else None
            else:
                report = Report(task.path, _language(task.path)) if quiet else None
        except store.MISFITS:
            return None
        if report is not None:
            self._met.append(task.path)
        return report

    def keep(self, task: Task, plan: Plan, report: Report) -> None:
        """Remember a report. What kept a file from being read in full may pass: such a report is not kept."""
        if report.problems:
            return
        entry = Entry(self._plan(task, plan)[0], self._sure(task.stamp))
        if report.digest:
            rests_on = [self._number(path) for path in report.consulted]
            if None in rests_on:
                return
            entry.content = report.digest
            entry.waits, entry.cost_ms = report.totals
            entry.rests_on = tuple(dict.fromkeys(number for number in rests_on if number is not None))
            entry.texts = _texts(report)
        elif entry.stamp == UNSURE:
            return
        self._known.put(task.path, entry)
        self._met.append(task.path)
        self._changed = True

    def landscape(self, asked: object) -> Landscape | None:
        """Which files an earlier run found that was asked the same, if nothing has changed that decides over it."""
        return landscape.read(self._landscape(asked))

    def keep_landscape(
        self, asked: object, found: Landscape, folders: Mapping[str, Iterable[str]], deciders: Iterable[str]
    ) -> None:
        """Remember which files there are, by the folders gone through and the files that decide over others."""
        landscape.write(self._landscape(asked), found, folders, deciders, self._states.began)

    def _landscape(self, asked: object) -> str:
        said = digest(repr((self._program, os.getcwd(), asked)).encode("utf-8", "surrogateescape"))
        return os.fspath(self._folder / f"landscape-{said[:16]}.bin")

    def save(self) -> None:
        """Write down what this run found out, beside what earlier ones did about other files."""
        if not self._changed:
            return
        for number, names in self._lacking.values():
            folder, since, _ = self._known.others[number]
            self._known.others[number] = folder, since, LACKS + "/".join(sorted(names))
        if store.write(self._file, self._known, self._met):
            self._tidy()

    @cached_property
    def _program(self) -> str:
        return identity.of_program(self._registry())

    @cached_property
    def _file(self) -> str:
        # Paths are remembered as they are shown, which depends on where one stands.
        here = digest(repr((self._program, os.getcwd(), self._repairs)).encode("utf-8", "surrogateescape"))
        return os.fspath(self._folder / f"reports-{here[:16]}.bin")

    @cached_property
    def _known(self) -> Store:
        return store.read(self._file)

    def _number(self, path: str) -> int | None:
        """Of another file met by this run, the number of its state; None if it may have changed meanwhile."""
        if path not in self._numbers:
            now = self._states.now(path)
            if now is not None and now[0] == NEVER:
                self._numbers[path] = self._lack(*self._states.lack(path))
            else:
                self._numbers[path] = None if now is None else self._add((path, *now))
        return self._numbers[path]

    def _lack(self, folder: str, name: str) -> int:
        """The number of a folder's state that lacks a name: one for all names that this run looks for in vain."""
        known = self._lacking.get(folder)
        if known is None:
            since = folder_stamp(folder) if settled(folder, self._states.began) else UNSURE
            known = self._lacking[folder] = self._add((folder, since, LACKS)), set()
        number, names = known
        names.add(name)
        return number

    def _add(self, state: tuple[str, Stamp, str]) -> int:
        self._known.others.append(state)
        return len(self._known.others) - 1

    def _sure(self, stamp: Stamp) -> Stamp:
        """A stamp to go by: a file that was just written may be written again without a trace."""
        return stamp if self._states.settled(stamp) else UNSURE

    def _plan(self, task: Task, plan: Plan) -> tuple[str, int]:
        """What decides over a file, and its number in the store."""
        key = (id(plan), task.in_test, id(task.root))
        if key not in self._plans:
            said = (identity.of_plan(plan.settings, plan.rules), plan.production, task.in_test, os.fspath(task.root))
            name = digest(repr(said).encode("utf-8", "surrogateescape"))
            self._plans[key] = name, self._known.plan(name)
        return self._plans[key]

    def _fits(self, task: Task, entry: Entry) -> bool:
        if entry.stamp != task.stamp:
            if not self._states.same(task.path, UNSURE, entry.content):
                return False
            self._known.restamp(task.path, self._sure(task.stamp))
            self._changed = True
        return self._still(entry.rests_on)

    def _still(self, numbers: tuple[int, ...]) -> bool:
        """Whether other files are as they were; what now stands there with the same content is taken note of."""
        group = id(numbers)  # neighbours share one; hashing it would cost as much as looking
        known = self._verdicts.get(group)
        if known is None:
            known = self._verdicts[group] = all(map(self._is_still, numbers))
        return known

    def _is_still(self, number: int) -> bool:
        known = self._same.get(number)
        if known is None:
            path, then, content = self._known.others[number]
            now = self._states.renewed(path, then, content)
            known = self._same[number] = now is not None
            if now is not None and now != then and self._sure(now) == now:
                self._known.others[number] = (path, now, content)
                self._changed = True
        return known

    def _tidy(self) -> None:
        """Of the stores in the folder only the latest stay, and nothing that a crash left half-written."""
        hour = 3600 * 10**9
        try:
            found = sorted(((stamp(entry.path)[1], entry.path) for entry in os.scandir(self._folder)), reverse=True)
            stores = [path for _, path in found if path.endswith(_SUFFIXES)]
            left = [path for time, path in found if path.endswith(".new") and time + hour < self._states.began]
            for path in (*stores[_MOST_STORES:], *left):
                os.unlink(path)
        except OSError:  # another run is tidying up, too
            return


class KeptSettings(MutableMapping[str, Settings]):
    """Validated settings in a small file, written when there are new ones; a file that does not fit is empty."""

    def __init__(self, file: str) -> None:
        """Look into `file` when asked."""
        self._file = file
        self._now: dict[str, Settings] = {}

    @cached_property
    def _packed(self) -> dict[str, object]:
        try:
            with open(self._file, encoding="utf-8") as text:
                found = json.load(text)
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def __getitem__(self, key: str) -> Settings:
        if key not in self._now:
            try:
                self._now[key] = unpack(Settings, self._packed[key])
            except store.MISFITS as misfit:
                raise KeyError(key) from misfit
        return self._now[key]

    def __setitem__(self, key: str, value: Settings) -> None:
        self._now[key] = value
        packed = pack(value)
        try:
            same = unpack(Settings, json.loads(json.dumps(packed))) == value
        except store.MISFITS:
            same = False
        if same:  # else a rule's option is of a kind that JSON lacks: such settings are validated each time
            self._packed[key] = packed
            latest = dict(list(self._packed.items())[-_MOST_SETTINGS:])
            sealed.replace(self._file, [json.dumps(latest).encode()])

    def __delitem__(self, key: str) -> None:
        self._now.pop(key, None)
        del self._packed[key]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._packed, **self._now})

    def __len__(self) -> int:
        return len({**self._packed, **self._now})


def _texts(report: Report) -> tuple[bytes, ...]:
    """A report but for its numbers, packed: what most readers look at, the waits, and where those stand."""
    parts = ((report.findings, report.silenced, report.costs), tuple(report.waits), tuple(report.wait_locations))
    return tuple(json.dumps(pack(part), separators=(",", ":")).encode() if any(part) else b"" for part in parts)


def _language(path: str) -> Language:
    language = language_of(path)
    if language is None:
        raise ValueError(f"{path}: of no language by its name")
    return language


def _report(path: str, entry: Entry) -> Report:
    said, waits, locations = entry.texts
    findings, silenced, costs = unpack(_SAID, json.loads(said)) if said else ((), (), ())
    return Report(
        path,
        _language(path),
        findings,
        silenced,
        Packed(Wait, waits),
        Packed(Location, locations),
        costs,
        digest=entry.content,
        paid=(entry.waits, entry.cost_ms),
    )
