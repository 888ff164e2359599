"""Where settings are written down: the files of a folder, what they extend, the environment, the command line."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sleeplint.errors import SettingsError
from sleeplint.records import dataclass

NAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    ".sleeplint.toml": ((),),
    "sleeplint.toml": ((),),
    "pyproject.toml": (("tool", "sleeplint"),),
    "Cargo.toml": (("package", "metadata", "sleeplint"), ("workspace", "metadata", "sleeplint")),
}
"""The files of a folder in the order in which they are asked, and in each the tables."""
PREFIX = "SLEEPLINT_"


@dataclass(frozen=True, slots=True)
class Table:
    """Settings as one place writes them, not yet looked at."""

    origin: str
    """What people call the place: a path, `pyproject.toml [tool.sleeplint]`, `--set select`."""
    folder: Path
    """Globs and `extend` are relative to it."""
    values: Mapping[str, Any]
    file: Path | None = None


def in_folder(folder: Path, names: Container[str] = NAMES) -> Table | None:
    """The settings of one folder, from the first of its files that has any. Raises SettingsError.

    `names` are what is known to be in the folder.
    """
    for name in NAMES:
        if name in names and (file := folder / name).is_file() and (table := _table(file)) is not None:
            return table
    return None


def at(file: Path) -> Table:
    """The settings of a file that was named: by `--config`, by `extend`. Raises SettingsError."""
    table = _table(file)
    if table is None:
        wanted = " or ".join(f"[{'.'.join(keys)}]" for keys in NAMES[file.name])
        raise SettingsError(f"{shown(file)}: has no table {wanted}; add one or name another file")
    return table


def chain(table: Table) -> tuple[Table, ...]:
    """A table and all that it extends, the most basic first. Raises SettingsError."""
    tables = [table]
    while (base := tables[0].values.get("extend")) is not None:
        heir = tables[0]
        if not isinstance(base, str):
            raise SettingsError(f'{heir.origin}: `extend` must be a path, such as "../sleeplint.toml"')
        file = Path(os.path.normpath(heir.folder / base))
        if any(file == seen.file for seen in tables):
            raise SettingsError(f"{heir.origin}: `extend` leads back to {shown(file)}; break the circle")
        if not file.is_file():
            raise SettingsError(f"{heir.origin}: `extend` names {shown(file)}, which does not exist")
        tables.insert(0, at(file))
    return tuple(tables)


def of_environment(environment: Mapping[str, str], but: Iterable[str] = ()) -> Iterator[Table]:
    """`SLEEPLINT_BUDGET__MAX_SLEEP_SECS=2` and the like; `but` are variables that are no settings."""
    spared = {PREFIX + name for name in but}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in spared:
            keys = name.removeprefix(PREFIX).lower().split("__")
            if keys[0] == "rules" and len(keys) > 1:  # a variable's name has no hyphens, a rule's has
                keys[1] = keys[1].replace("_", "-")
            yield Table(name, Path.cwd(), _nested(keys, _value(environment[name])))


def of_option(text: str) -> Table:
    """`--set KEY=VALUE`, the key dotted, the value as TOML writes it or a bare word. Raises SettingsError."""
    key, equals, value = text.partition("=")
    keys = [part.strip() for part in key.split(".")]
    if not equals or not all(keys):
        raise SettingsError(f"--set {text}: write KEY=VALUE, such as `--set budget.max_sleep_secs=2`")
    return Table(f"--set {text}", Path.cwd(), _nested(keys, _value(value.strip())))


def shown(path: Path) -> str:
    """A path for people: relative to the current folder if it lies there."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _table(file: Path) -> Table | None:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{shown(file)}: cannot be read: {error.strerror or error}") from error
    places = NAMES.get(file.name, ((),))
    if () not in places and b"sleeplint" not in data:  # most manifests: spare them the parser
        return None
    import tomllib

    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise SettingsError(f"{shown(file)}: is not valid TOML: {words}") from error
    for keys in places:
        found = _descend(document, keys)
        if found is not None:
            heading = f" [{'.'.join(keys)}]" if keys else ""
            if not isinstance(found, dict):
                raise SettingsError(f"{shown(file)}: `{'.'.join(keys)}` must be a table")
            return Table(shown(file) + heading, file.parent, found, file)
    return None


def _descend(document: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def _nested(keys: list[str], value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    return dict(value)


def _value(text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"] if "\n" not in text else text
    except tomllib.TOMLDecodeError:
        return text
