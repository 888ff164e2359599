"""What every command that reads files does first: find the rules, the settings, the text."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sleeplint.discovery import root_of
from sleeplint.errors import PathError, UserError
from sleeplint.planning import Work
from sleeplint.registry import Registry, load
from sleeplint.settings.files import Table, of_environment, of_option, shown
from sleeplint.settings.resolver import Resolver
from sleeplint.source import Source

if TYPE_CHECKING:
    from sleeplint.cache import Cache


def cache(options: argparse.Namespace, *, repairs: bool = False) -> Cache | None:
    """What is remembered from run to run, by default at the root of the project in which one stands."""
    if options.no_cache:
        return None
    from sleeplint.cache import FOLDER, Cache

    folder = options.cache_dir
    here = Path(os.path.abspath(folder)) if folder else root_of(Path.cwd() / FOLDER) / FOLDER
    return Cache(here, load, repairs)


def resolver(options: argparse.Namespace, cache: Cache | None = None) -> Resolver:
    """Finds settings as the command line wants. Raises UserError."""
    config = None
    if options.config is not None:
        config = Path(os.path.abspath(options.config))
        if not config.is_file():
            raise PathError(f"--config {options.config}: no such file")
        if options.isolated:
            raise UserError("--config and --isolated contradict each other; leave one out")
    memory = cache.settings if cache is not None else None
    return Resolver(load, config=config, isolated=options.isolated, forced=tuple(_forced(options)), memory=memory)


def registry() -> Registry:
    """The rules; says on standard error which packs could not be used."""
    found = load()
    for trouble in found.troubles:
        print(f"sleeplint: {trouble}", file=sys.stderr)
    return found


def standard_input(options: argparse.Namespace) -> Source | None:
    """The text of `-`, if that is the path. Raises UserError."""
    if "-" not in options.paths:
        if options.stdin_filename is not None:
            raise UserError("--stdin-filename names standard input; give `-` as the path")
        return None
    if len(options.paths) > 1:
        raise UserError("`-` is standard input and stands alone; leave out the other paths")
    if sys.stdin is None:  # whoever started us had closed it
        raise UserError("`-` is standard input, and that is closed")
    name = options.stdin_filename or "stdin.py"
    source = Source(name.replace("\\", "/"), sys.stdin.buffer.read())
    if source.language is None:
        raise UserError(f"--stdin-filename {name}: neither Rust nor Python by its name; end it with .rs or .py")
    return source


def quoting(stdin: Source | None) -> Callable[[str], Source | None]:
    """How reporters get the text they quote."""
    kept: dict[str, Source | None] = {}

    def source(path: str) -> Source | None:
        if stdin is not None and path == stdin.path:
            return stdin
        if path not in kept:
            kept.clear()  # reports come file by file
            try:
                kept[path] = Source.read(path)
            except OSError:  # it vanished since it was read; the finding goes without its quotation
                kept[path] = None
        return kept[path]

    return source


def account(work: Work, resolver: Resolver) -> None:
    """Say on standard error what was read, and which settings held."""
    folders = dict.fromkeys(os.path.dirname(task.absolute) for task in work.tasks)
    files = dict.fromkeys(file for folder in folders for file in resolver.folder(Path(folder)).files)
    held = ", ".join(shown(Path(file)) for file in files) or "no settings file"
    roots = ", ".join(shown(root) for root in dict.fromkeys(task.root for task in work.tasks)) or "none"
    print(f"sleeplint: {len(work.tasks)} files; settings: {held}; projects: {roots}", file=sys.stderr)


def _forced(options: argparse.Namespace) -> Iterator[Table]:
    yield from of_environment(os.environ)
    here = Path.cwd()
    for key in ("profile", "select", "ignore"):
        said = getattr(options, key, None)
        if said:
            words = (
                said if isinstance(said, str) else [w.strip() for part in said for w in part.split(",") if w.strip()]
            )
            yield Table(f"--{key}", here, {key: words})
    for text in options.set or ():
        yield of_option(text)
