"""All files that a run reads, and what holds for each whatever is in it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from sleeplint.records import dataclass
from sleeplint.settings import Settings
from sleeplint.source import Stamp


def kind(entry: os.DirEntry[str]) -> str:
    """What stands in a folder under a name, as a walk takes it: it follows no link."""
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "neither"


@dataclass(frozen=True, slots=True)
class Situation:
    """What holds for some files, whatever is in them."""

    root: str
    """Their project's folder."""
    settings: int
    """Number of the settings in `Landscape.settings`."""
    in_test: bool
    """The settings say that they are test code."""


@dataclass(frozen=True, slots=True)
class Landscape:
    """All files that a run reads, sorted by path; a column for each thing that is known of them."""

    paths: Sequence[str]
    """As the user gave them."""
    stamps: Sequence[Stamp]
    held: Sequence[int]
    """The numbers of their situations."""
    situations: Sequence[Situation]
    settings: Sequence[Settings]
