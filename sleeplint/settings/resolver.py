"""Which settings hold for a path: the closest file's, its overrides, and what the user says on top."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Mapping, MutableMapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sleeplint import __version__
from sleeplint.digests import digest
from sleeplint.records import dataclass, field, replace
from sleeplint.registry import Registry
from sleeplint.settings import Override, Settings
from sleeplint.settings.files import NAMES, Table, at, chain, in_folder

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FORCIBLE = frozenset({"profile", "select", "ignore", "budget", "rules"})
"""What holds over every path's override when it is said on the command line or in the environment."""


@dataclass(frozen=True)
class Globs:
    """Gitignore-style patterns, relative to a folder."""

    folder: Path
    patterns: tuple[str, ...]

    def match(self, path: Path, folder: bool = False) -> bool:
        """Whether the absolute `path` is meant; `folder` says that it is one."""
        if not self.patterns or not path.is_relative_to(self.folder):
            return False
        inside = path.relative_to(self.folder).as_posix()
        return self._spec.match_file(inside + "/" if folder else inside)

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        from pathspec import GitIgnoreSpec

        return GitIgnoreSpec.from_lines(self.patterns)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings of one settings file and all that it extends, or of none."""

    settings: Settings = field(default_factory=Settings)
    files: tuple[str, ...] = ()
    """The settings files that were read, the closest first, absolute."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each value was set, by dotted key."""
    tests: tuple[Globs, ...] = ()
    exclude: tuple[Globs, ...] = ()
    overrides: tuple[Globs, ...] = ()
    """Where each of `settings.overrides` holds."""

    @property
    def by_path(self) -> bool:
        """Whether other settings may hold for one file than for its neighbour."""
        return bool(self.tests or self.overrides)

    def excludes(self, path: Path, folder: bool = False) -> bool:
        """Whether the settings leave the absolute `path` out."""
        return any(globs.match(path, folder) for globs in self.exclude)


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings that hold for one file."""

    settings: Settings
    in_test: bool
    """The settings say that it is test code."""


class Resolver:
    """Finds the settings of any path, and reads each settings file once.

    `config` is read instead of all others, its globs relative to the current folder; `isolated`
    reads none. `forced` are the environment's and the command line's tables, in order of increasing
    force. `memory` keeps validated settings by the digest of all that they were made from; whoever
    keeps it between runs spares them the import of pydantic.
    """

    def __init__(
        self,
        registry: Callable[[], Registry],
        *,
        config: Path | None = None,
        isolated: bool = False,
        forced: Sequence[Table] = (),
        memory: MutableMapping[str, Settings] | None = None,
    ) -> None:
        self._registry = registry
        self._config = config
        self._isolated = isolated
        self._forced = tuple(forced)
        self._memory = memory if memory is not None else {}
        self._folders: dict[Path, Resolved] = {}
        self._files: dict[Path | None, Resolved] = {}
        self._in_force: dict[tuple[int, tuple[int, ...]], Settings] = {}

    @property
    def asked(self) -> str:
        """What was asked of this resolver; equal for two that find the same settings in the same files."""
        forced = [(table.origin, table.values) for table in self._forced]
        return repr((self._config, self._isolated, forced))

    @property
    def files(self) -> list[str]:
        """The settings files that were read so far, absolute."""
        return [file for resolved in self._files.values() for file in resolved.files]

    def folder(self, folder: Path, names: Container[str] = NAMES) -> Resolved:
        """What holds in an absolute folder, in which `names` are known to be. Raises SettingsError."""
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = self._closest(folder, names)
        return known

    def path(self, path: Path) -> InForce:
        """What holds for an absolute path to a file. Raises SettingsError."""
        resolved = self.folder(path.parent)
        if not resolved.by_path:
            return InForce(resolved.settings, False)
        in_test = any(globs.match(path) for globs in resolved.tests)
        holding = tuple(number for number, globs in enumerate(resolved.overrides) if globs.match(path))
        if not holding:
            return InForce(resolved.settings, in_test)
        key = id(resolved), holding
        if key not in self._in_force:
            settings = resolved.settings
            for number in holding:
                settings = settings.with_override(resolved.settings.overrides[number])
            self._in_force[key] = settings
        return InForce(self._in_force[key], in_test)

    def _closest(self, folder: Path, names: Container[str]) -> Resolved:
        if self._config is not None:
            return self._read(self._config, lambda: replace(at(self._config), folder=Path.cwd()))  # type: ignore[arg-type]
        if self._isolated:
            return self._read(None, lambda: None)
        table = in_folder(folder, names)
        if table is not None:
            return self._read(table.file, lambda: table)
        return self.folder(folder.parent) if folder.parent != folder else self._read(None, lambda: None)

    def _read(self, file: Path | None, open_table: Callable[[], Table | None]) -> Resolved:
        if file not in self._files:
            table = open_table()
            self._files[file] = self._resolve(chain(table) if table else ())
        return self._files[file]

    def _resolve(self, tables: tuple[Table, ...]) -> Resolved:
        if not tables and not self._forced:
            return Resolved()
        settings = self._validated(tables)
        spots = (*tables, *self._forced)
        overrides = [Globs(table.folder, tuple(entry["paths"])) for table in spots for entry in _overrides(table)]
        anywhere = [Globs(Path(Path.cwd().anchor), ("**",))] * (len(settings.overrides) - len(overrides))
        return Resolved(
            settings=settings,
            files=tuple(os.fspath(table.file) for table in reversed(tables) if table.file),
            origins=dict(_origins(spots)),
            tests=_last(spots, "tests", settings.tests),
            exclude=_last(spots, "exclude", settings.exclude),
            overrides=(*overrides, *anywhere),
        )

    def _validated(self, tables: tuple[Table, ...]) -> Settings:
        registry = self._registry()
        made_from = (__version__, registry.keys, [(t.origin, t.values) for t in (*tables, *self._forced)])
        known = digest(repr(made_from).encode("utf-8", "surrogateescape"))
        if known not in self._memory:
            from sleeplint.settings import validation

            said = validation.merged([validation.checked(table, registry) for table in self._forced])
            top = {key: value for key, value in said.items() if key in FORCIBLE}
            rest = {key: value for key, value in said.items() if key not in FORCIBLE}
            whole = validation.merged([*(validation.checked(table, registry) for table in tables), rest])
            settings = validation.settings(whole)
            if top:
                forced: Override = validation.override(top)
                overrides = (*settings.overrides, replace(forced, ignore=()))
                settings = replace(settings.with_override(forced), overrides=overrides)
            self._memory[known] = settings
        return self._memory[known]


def _overrides(table: Table) -> Iterable[Mapping[str, Any]]:
    entries: Iterable[Mapping[str, Any]] = table.values.get("overrides", ())
    return entries


def _last(tables: Sequence[Table], key: str, patterns: tuple[str, ...]) -> tuple[Globs, ...]:
    """The patterns under `key`, relative to the folder of the table that has the last word on it."""
    folder = next((table.folder for table in reversed(tables) if key in table.values), None)
    return (Globs(folder, patterns),) if folder is not None and patterns else ()


def _origins(tables: Sequence[Table]) -> Iterable[tuple[str, str]]:
    counts: dict[str, int] = {}
    for table in tables:
        for key, value in table.values.items():
            if key in ("overrides", "waits"):
                for _ in value:
                    yield f"{key}[{counts.setdefault(key, 0)}]", table.origin
                    counts[key] += 1
            elif isinstance(value, Mapping):
                for inner, item in value.items():
                    name = inner.lower() if key == "budget" else inner
                    if isinstance(item, Mapping):
                        yield from ((f"{key}.{name}.{option}", table.origin) for option in item)
                    else:
                        yield f"{key}.{name}", table.origin
            else:
                yield key, table.origin
