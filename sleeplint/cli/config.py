"""`sleeplint config`: the settings that hold somewhere, and where each was set."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sleeplint.cli import session
from sleeplint.errors import PathError
from sleeplint.settings.files import shown
from sleeplint.settings.resolver import Resolved


def run(options: argparse.Namespace) -> int:
    """Print the resolved settings of a file or folder, or the schema."""
    if options.schema:
        from sleeplint.settings.validation import schema

        print(json.dumps(schema(session.registry()), indent=2, ensure_ascii=False))
        return 0
    path = Path(os.path.abspath(options.path))
    if not path.exists():
        raise PathError(f"{options.path}: no such file or folder")
    resolver = session.resolver(options)
    base = resolved = resolver.folder(path if path.is_dir() else path.parent)
    if path.is_file():
        resolved = dataclasses.replace(base, settings=resolver.path(path).settings)
    moved = _moved(base, resolved)
    values = [
        (key, value, f"an override for {options.path}" if key in moved else resolved.origins.get(key, "default"))
        for key, value in _flat(dataclasses.asdict(resolved.settings))
    ]
    if options.output_format == "json":
        print(
            json.dumps(
                {
                    "files": [shown(Path(file)) for file in resolved.files],
                    "settings": {key: {"value": value, "origin": origin} for key, value, origin in values},
                },
                indent=2,
                ensure_ascii=False,
                default=str,
            )
        )
        return 0
    for file in resolved.files:
        print(f"# {shown(Path(file))}")
    if not resolved.files:
        print("# no settings file; write one as sleeplint.toml, or as [tool.sleeplint] in pyproject.toml")
    lines = [(f"{key} = {json.dumps(value, default=str, ensure_ascii=False)}", origin) for key, value, origin in values]
    widest = max(len(line) for line, _ in lines if len(line) < 60)
    for line, origin in lines:
        print(f"{line:<{widest}}  # {origin}")
    return 0


def _moved(base: Resolved, here: Resolved) -> set[str]:
    """The keys whose value is another than the file's own base."""
    before = dict(_flat(dataclasses.asdict(base.settings)))
    return {key for key, value in _flat(dataclasses.asdict(here.settings)) if before.get(key) != value}


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and (value or prefix):
            yield from _flat(value, f"{prefix}{key}.")
        elif key in ("overrides", "waits") and value:
            yield from ((f"{key}[{number}]", item) for number, item in enumerate(value))
        else:
            yield prefix + key, value
