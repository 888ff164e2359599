"""The inventory of waits: an object a line, one document, or a table for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TextIO

from sleeplint import __version__
from sleeplint.engine import Report
from sleeplint.reporters import WAITS_FORMATS
from sleeplint.reporters.excerpt import plain
from sleeplint.reporters.objects import wait_objects, whole
from sleeplint.reporters.summary import counted
from sleeplint.rule import seconds


class Inventory(Protocol):
    """Writes waits to one stream."""

    def report(self, report: Report) -> None:
        """Take one file's waits."""

    def finish(self, files: int) -> None:
        """Write what comes after the last of so many files."""


def create(name: str, out: TextIO, *, everything: bool, width: int = 80) -> Inventory:
    """The writer of a format; `everything` includes production code."""
    return _WRITERS[name](out, everything, width)


class _Lines:
    def __init__(self, out: TextIO, everything: bool, width: int) -> None:
        self._out = out
        self._everything = everything

    def report(self, report: Report) -> None:
        for wait in wait_objects(report, self._everything):
            self._out.write(json.dumps(wait, ensure_ascii=False) + "\n")

    def finish(self, files: int) -> None:
        """Nothing follows."""


class _Gathering:
    def __init__(self, out: TextIO, everything: bool, width: int) -> None:
        self._out = out
        self._everything = everything
        self._width = width
        self._waits: list[dict[str, Any]] = []

    def report(self, report: Report) -> None:
        self._waits.extend(wait_objects(report, self._everything))


class _Document(_Gathering):
    def finish(self, files: int) -> None:
        whole_run = {
            "version": 1,
            "tool": {"name": "sleeplint", "version": __version__},
            "waits": self._waits,
            "summary": {
                "files": files,
                "waits": len(self._waits),
                "cost_ms": whole(sum(wait["cost_ms"] or 0 for wait in self._waits)),
                "by_kind": _counts(self._waits, "kind"),
                "by_role": _counts(self._waits, "role"),
            },
        }
        json.dump(whole_run, self._out, indent=2, ensure_ascii=False)
        self._out.write("\n")


class _Table(_Gathering):
    """Grouped by file, as a reader of the suite goes through it."""

    def finish(self, files: int) -> None:
        for line in self._lines(files):
            self._out.write(line.rstrip() + "\n")

    def _lines(self, files: int) -> Iterator[str]:
        path = None
        for wait in self._waits:
            if wait["path"] != path:
                if path is not None:
                    yield ""
                path = wait["path"]
                yield plain(path)
            yield self._row(wait)
        if self._waits:
            yield ""
        yield f"{counted(len(self._waits), 'wait')} in {counted(files, 'file')}."
        for key in ("kind", "role"):
            yield from self._totals(key)

    def _row(self, wait: Mapping[str, Any]) -> str:
        long = "?" if wait["duration_ms"] is None else seconds(wait["duration_ms"])
        role = wait["role"] + ("" if wait["role_confidence"] == "high" else "?")
        note = " virtual" if wait["virtual_time"] else ""
        where = f"{wait['line']}:{wait['column']}"
        head = f"  {where:>8}  {wait['kind']:<8} {long:>8}  {role:<9}{_cost(wait):>9}{note}  "
        test = f"  {wait['test']}" if wait["test"] else ""
        room = max(self._width - len(head), 20)
        return head + _cut(plain(wait["api"] + test), room)

    def _totals(self, key: str) -> Iterator[str]:
        if not self._waits:
            return
        yield ""
        yield f"  by {key:<14}waits      cost"
        for name, count in _counts(self._waits, key).items():
            paid = sum(wait["cost_ms"] or 0 for wait in self._waits if wait[key] == name)
            yield f"  {name:<14}{count:>8,}{seconds(paid) if paid else '-':>10}"


_WRITERS: Mapping[str, Callable[[TextIO, bool, int], Inventory]] = dict(
    zip(WAITS_FORMATS, (_Table, _Document, _Lines), strict=True)
)


def _cost(wait: Mapping[str, Any]) -> str:
    if wait["cost_ms"] is None:
        return "cost ?"
    return f"cost {seconds(wait['cost_ms'])}" if wait["cost_ms"] else "free"


def _counts(waits: list[dict[str, Any]], key: str) -> dict[str, int]:
    """How many there are of each, the most frequent first."""
    counts = Counter(wait[key] for wait in waits)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"
