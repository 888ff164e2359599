"""One module for each output format; each has a class `Reporter`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Protocol, TextIO, cast

from sleeplint.engine import Report
from sleeplint.records import dataclass
from sleeplint.registry import Registry
from sleeplint.reporters.tally import Tally
from sleeplint.source import Source

FORMATS: Mapping[str, str] = {
    "full": "full",
    "concise": "concise",
    "json": "json_document",
    "jsonl": "json_lines",
    "github": "github",
    "markdown": "markdown",
    "sarif": "sarif",
    "gitlab": "gitlab",
    "junit": "junit",
}
"""The module of each format that `check` can write."""
SHOW_FIXES = frozenset({"full", "json", "jsonl", "sarif"})
"""The formats that show fixes; working them out takes time that the others need not pay."""
WAITS_FORMATS = ("full", "json", "jsonl")
"""The formats that `waits` can write; `sleeplint.reporters.inventory` has them all."""
STATISTICS = "statistics"
"""The module that counts instead of listing."""


@dataclass(frozen=True, slots=True)
class View:
    """What a reporter may know beyond the reports."""

    registry: Registry
    source: Callable[[str], Source | None]
    """The text of a reported path, to quote it; None if it is gone."""
    color: bool = False
    width: int = 80
    show_suppressed: bool = False
    """What ignore comments silenced is shown too, marked as such."""
    quiet: bool = False
    """Findings only, no summary."""
    category: str | None = None
    """SARIF's category of the run, for consumers that take several runs of one tool."""


class Reporter(Protocol):
    """Writes reports to one stream, in one format."""

    def report(self, report: Report) -> None:
        """Take one file's report. Called in order; may write at once."""

    def finish(self, tally: Tally) -> None:
        """Write what has to come after the last report."""


def create(name: str, out: TextIO, view: View) -> Reporter:
    """The reporter of the format called `name`, or STATISTICS, writing to `out`."""
    module = import_module(f"{__name__}.{FORMATS.get(name, name)}")
    return cast("Reporter", module.Reporter(out, view))
