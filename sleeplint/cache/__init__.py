"""Remembers reports and settings from one run to the next, as long as nothing has changed on which they rest.

A file that is the same to the byte, under the same settings, by the same program, with the same files
around it, has the same report. What was remembered by mistake is only forgotten, never believed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from sleeplint.cache import identity, landscape, sealed, store
from sleeplint.cache.columns import Met, Stamps, whole
from sleeplint.cache.states import (
    FOLDER,
    LACKS,
    NEVER,
    States,
    folder_stamp,
    here,
    near,
    settled,
)
from sleeplint.cache.store import NOBODY, Entry, Store
from sleeplint.digests import digest
from sleeplint.engine import Report
from sleeplint.facts import Wait
from sleeplint.finding import Finding, TestCost
from sleeplint.landscape import Landscape, Situation
from sleeplint.packing import Packed, pack, unpack
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.registry import Enabled, Registry
from sleeplint.settings import Settings
from sleeplint.source import UNSURE, Stamp, language_of
from sleeplint.text import Location

__all__ = ["FOLDER", "Cache", "KeptSettings", "Recalled"]

_MOST_STORES = 8
"""One for each folder from which the program is started, and for runs with and without repairs."""
_SETTINGS = "sleeplint settings 1"
_MOST_SETTINGS = 64
_FEW = 64
"""So many other files are sooner looked at than it is found out whether anything rests on them."""
_OURS = regex(r"(?:landscape|reports|settings)-[0-9a-f]{16}\.bin(?:\.\d+\.new)?")
"""Names of the files in the folder, and of those that are being written. It may be one that others use, too."""
_SAID: Any = tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[TestCost, ...]]


class Plan(Protocol):
    """The settings that hold for a file, and the rules that they switch on."""

    @property
    def settings(self) -> Settings: ...
    @property
    def rules(self) -> tuple[Enabled, ...]: ...
    @property
    def production(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is known of a landscape. Of files that are in neither there is nothing to say."""

    fresh: list[int]
    """The numbers of files to be read."""
    reports: dict[int, Report]
    """Reports of earlier runs that say something, by the numbers of their files."""


class Cache:
    """The memory of one run in one folder. `save` is to be called at its end."""

    def __init__(self, folder: Path, registry: Callable[[], Registry], repairs: bool = False) -> None:
        """Remember in `folder`; reports with `repairs` are told from those without."""
        self._folder = folder
        self._registry = registry
        self._repairs = repairs
        self._states = States()
        self._here = here()
        self._paths: Sequence[str] = ()
        """The files of this run."""
        self._judged = whole()
        """The numbers of the plans by which they are judged now."""
        self._stamps = Stamps()
        """Their stamps."""
        self._met = Met()
        self._numbers: dict[str, int | None] = {}
        self._lacking: dict[str, tuple[int, set[str]]] = {}
        """Of folders, the number of their state and the names that were looked for in vain."""
        self._ready: dict[int, Report] = {}
        """Reports of earlier runs, unpacked, by row."""
        self._changed = False

    @cached_property
    def settings(self) -> MutableMapping[str, Settings]:
        """The memory of validated settings, by the digest of what they were made from."""
        return KeptSettings(os.fspath(self._folder / f"settings-{self._program[:16]}.bin"))

    def recall(self, sights: Landscape, plans: Sequence[Plan]) -> Recalled:
        """The reports of earlier runs on these files, as far as nothing has changed that they rest on.

        `plans` are made of the landscape's settings.
        """
        said = [self._plan(plans[situation.settings], situation) for situation in sights.situations]
        try:
            return self._recalled(sights, said)
        except sealed.MISFITS:
            self._forget()
            return self._recalled(sights, said)

    def _recalled(self, sights: Landscape, said: Sequence[str]) -> Recalled:
        known = self._known
        plans = list(map(known.plan, said))
        self._paths = sights.paths
        self._judged = whole(map(plans.__getitem__, sights.held))
        self._stamps = stamps = sights.stamps if isinstance(sights.stamps, Stamps) else Stamps(sights.stamps)
        rows = known.rows(sights.paths)
        moved = known.moved(rows, self._judged, stamps)
        fresh = {number for number in moved if not self._is_same(rows[number], self._judged[number], stamps[number])}
        rests = [known.rests[row] if row != NOBODY else NOBODY for row in rows]
        stale = self._stale({*rests} - {NOBODY})
        if stale:
            fresh.update(number for number, group in enumerate(rests) if group in stale)
        self._make_ready(rows)
        numbers = rows if isinstance(rows, range) else {row: number for number, row in enumerate(rows)}
        told = {numbers[row]: report for row, report in self._ready.items() if row in numbers}
        return Recalled(sorted(fresh), {number: told[number] for number in told.keys() - fresh})

    def _make_ready(self, rows: Iterable[int]) -> None:
        """Unpack what was said of the files in these rows. Raises one of MISFITS."""
        known = self._known
        for row in known.entries.keys() & rows - self._ready.keys():
            self._ready[row] = _report(known.paths[row], known.contents[row], known.entries[row])

    def keep(self, number: int, report: Report) -> None:
        """Remember the report on one of the files that were recalled.

        What kept a file from being read in full may pass: such a report is not kept.
        """
        if report.problems or report.unread:
            return
        before, self._changed = self._changed, False  # who is interrupted half-way saves nothing
        self._changed = self._put(number, report) or before

    def _put(self, number: int, report: Report) -> bool:
        """Whether a report was remembered: what it rests on may be changing."""
        state = self._judged[number], self._sure(self._stamps[number])
        if not report.digest:
            if state[1] == UNSURE:
                return False
            self._known.put(report.path, state)
            return True
        rests_on = [self._number(path) for path in report.consulted]
        if None in rests_on:
            return False
        texts = _texts(report)
        entry = Entry(*report.totals, texts) if any(texts) else None
        others = dict.fromkeys(other for other in rests_on if other is not None)
        self._known.put(report.path, state, report.digest, others, entry)
        return True

    def landscape(self, asked: object) -> Landscape | None:
        """Which files an earlier run found that was asked the same, if nothing has changed that decides over it."""
        try:
            remembered = landscape.Remembered(self._landscape(asked))
        except sealed.MISFITS:
            return None
        try:
            try:
                self._make_ready(self._known.rows(remembered.paths))
            except sealed.MISFITS:
                self._forget()
            found, self._met = remembered.as_it_is(self._states.began)
            return found
        finally:
            remembered.leave()

    def keep_landscape(
        self, asked: object, found: Landscape, folders: Mapping[str, Mapping[str, str]], deciders: Iterable[str]
    ) -> None:
        """Remember which files there are, by the folders gone through and the files that decide over others."""
        landscape.write(self._landscape(asked), found, folders, deciders, self._states.began)

    def _landscape(self, asked: object) -> str:
        said = digest(repr((self._program, self._here, asked)).encode("utf-8", "surrogateescape"))
        return os.fspath(self._folder / f"landscape-{said[:16]}.bin")

    def save(self) -> None:
        """Write down what this run found out, beside what earlier ones did about other files."""
        if not self._changed:
            return
        for number, names in self._lacking.values():
            folder, since, _ = self._known.others[number]
            self._known.others[number] = folder, since, LACKS + "/".join(sorted(names))
        if store.write(self._file, self._known, self._paths):
            self._tidy()

    @cached_property
    def _program(self) -> str:
        return identity.of_program(self._registry())

    @cached_property
    def _file(self) -> str:
        # Paths are remembered as they are shown, which depends on where one stands.
        said = digest(repr((self._program, self._here, self._repairs)).encode("utf-8", "surrogateescape"))
        return os.fspath(self._folder / f"reports-{said[:16]}.bin")

    @cached_property
    def _known(self) -> Store:
        return store.read(self._file)

    def _forget(self) -> None:
        """Go on as if nothing had been remembered: it is none of ours, or damaged."""
        self._known = Store()
        self._ready = {}

    def _number(self, path: str) -> int | None:
        """Of another file met by this run, the number of its state; None if it may have changed meanwhile."""
        if path not in self._numbers:
            now = self._states.now(path)
            if now is not None and now[0] == NEVER:
                lack = self._states.lack(path)
                self._numbers[path] = None if lack is None else self._lack(*lack)
            else:
                self._numbers[path] = None if now is None else self._known.other((near(path, self._here), *now))
        return self._numbers[path]

    def _lack(self, folder: str, name: str) -> int:
        """The number of a folder's state that lacks a name: one for all names that this run looks for in vain."""
        known = self._lacking.get(folder)
        if known is None:
            since = folder_stamp(folder)
            since = since if settled(folder, self._states.began) else UNSURE  # asked last: it may be changing
            known = self._lacking[folder] = self._known.other((near(folder, self._here), since, LACKS)), set()
        number, names = known
        names.add(name)
        return number

    def _sure(self, stamp: Stamp) -> Stamp:
        """A stamp to go by: a file that was just written may be written again without a trace."""
        return stamp if self._states.settled(stamp) else UNSURE

    def _plan(self, plan: Plan, situation: Situation) -> str:
        """What decides over a file, whatever is in it."""
        said = (identity.of_plan(plan.settings, plan.rules), plan.production, situation.in_test, situation.root)
        return digest(repr(said).encode("utf-8", "surrogateescape"))

    def _is_same(self, row: int, judged: int, now: Stamp) -> bool:
        """Whether a file has the same content at another time; that is taken note of."""
        known = self._known
        if row == NOBODY or known.judged[row] != judged or not known.contents[row]:
            return False
        if not self._states.same(known.paths[row], UNSURE, known.contents[row]):
            return False
        known.stamps.put(row, self._sure(now))
        self._changed = True
        return True

    def _stale(self, groups: set[int]) -> set[int]:
        """Those of some groups of other files in which one has changed."""
        known = self._known
        asked = self._met.moved(known.others.paths, known.others.stamps)
        if len(asked) > _FEW:
            asked.intersection_update(chain.from_iterable(map(known.groups.__getitem__, groups)))
        asked = {number for number in asked if not self._states.unmoved(*known.others[number])}
        doubtful = {group: asked.intersection(known.groups[group]) for group in groups if asked}
        gone = {number for number in set[int]().union(*doubtful.values()) if not self._is_still(number)}
        return {group for group, numbers in doubtful.items() if not gone.isdisjoint(numbers)}

    def _is_still(self, number: int) -> bool:
        """Whether another file is as it was; what now stands there with the same content is taken note of."""
        path, then, content = self._known.others[number]
        now = self._states.renewed(path, then, content)
        if now is not None and now != then and self._sure(now) == now:
            self._known.others[number] = (path, now, content)
            self._changed = True
        return now is not None

    def _tidy(self) -> None:
        """Of the stores in the folder only the latest stay, and nothing that a crash left half-written."""
        hour = 3600 * 10**9
        try:
            with os.scandir(self._folder) as entries:
                ours = [entry for entry in entries if _OURS.fullmatch(entry.name)]
            found = sorted(((entry.stat().st_mtime_ns, entry.path) for entry in ours), reverse=True)
            stores = [path for _, path in found if not path.endswith(".new")]
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
            found, _ = sealed.read(self._file, _SETTINGS)
        except sealed.MISFITS:
            return {}
        return found if isinstance(found, dict) else {}

    def __getitem__(self, key: str) -> Settings:
        if key not in self._now:
            try:
                self._now[key] = unpack(Settings, self._packed[key])
            except sealed.MISFITS as misfit:
                raise KeyError(key) from misfit
        return self._now[key]

    def __setitem__(self, key: str, value: Settings) -> None:
        self._now[key] = value
        packed = pack(value)
        try:
            same = unpack(Settings, json.loads(json.dumps(packed))) == value
        except sealed.MISFITS:
            same = False
        if same:  # else a rule's option is of a kind that JSON lacks: such settings are validated each time
            self._packed[key] = packed
            latest = dict(list(self._packed.items())[-_MOST_SETTINGS:])
            sealed.write(self._file, _SETTINGS, latest, {})

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


def _report(path: str, content: str, entry: Entry) -> Report:
    said, waits, locations = entry.texts
    findings, silenced, costs = unpack(_SAID, json.loads(said)) if said else ((), (), ())
    language = language_of(path)
    if language is None:
        raise ValueError(f"{path}: of no language by its name")
    return Report(
        path,
        language,
        findings,
        silenced,
        Packed(Wait, waits),
        Packed(Location, locations),
        costs,
        digest=content,
        paid=(entry.waits, entry.cost_ms),
    )
