"""What the server may import: what is installed, and never what lies in a folder that somebody opened."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import sleeplint

_STARTED_IN = os.path.realpath(Path.cwd())
_OURS = os.path.dirname(os.path.dirname(os.path.realpath(sleeplint.__file__)))


def shut_out(folders: Iterable[Path]) -> None:
    """Import nothing more from within `folders` that only the current folder or `PYTHONPATH` brought in.

    `python -m` puts the current folder first, and a `PYTHONPATH` of `src` means another folder in each
    workspace. What the installed environment names stays, even if it lies in a workspace: its own
    folders, and the projects that its `.pth` files install in place.
    """
    said = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    loose = {_STARTED_IN, *(os.path.realpath(os.path.join(_STARTED_IN, entry)) for entry in said)}
    opened = [os.path.realpath(folder) for folder in folders]
    sys.path[:] = [entry for entry in sys.path if not _lies_loose(os.path.realpath(entry), loose, opened)]


def _lies_loose(entry: str, loose: set[str], opened: list[str]) -> bool:
    return entry in loose and not _within(entry, _OURS) and any(_within(entry, folder) for folder in opened)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
