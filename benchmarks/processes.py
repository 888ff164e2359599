"""One run of a whole process: wall time, processor time, and the memory of all its processes together."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from contenders import Contender

_LOOK = 0.01
"""Seconds between two looks at a process's memory."""


@dataclass(frozen=True)
class Run:
    """Seconds of wall and of processor time."""

    wall: float
    processor: float


@dataclass(frozen=True)
class Figures:
    """Medians of several runs, and the peak of memory of one more."""

    name: str
    wall: float
    processor: float
    mib: float


def run(command: Sequence[str]) -> Run:
    """One run to its end. Raises RuntimeError if the program fails in its own eyes."""
    started = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment())
    assert process.stderr is not None
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 123):  # rg, ast-grep and xargs say with these that they found or did not find
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {told.decode(errors='replace').strip()}")
    return Run(wall, usage.ru_utime + usage.ru_stime)


def peak_mib(command: Sequence[str]) -> float:
    """The most memory that a run's processes held at one time, pages that they share counted once."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment())
    most = 0
    ended = threading.Event()

    def look() -> None:
        nonlocal most
        while not ended.wait(_LOOK):
            most = max(most, sum(map(_held, _family(process.pid))))

    watcher = threading.Thread(target=look)
    watcher.start()
    process.wait()
    ended.set()
    watcher.join()
    return most / 1024


def measure(contenders: Iterable[Contender], runs: int) -> list[Figures]:
    """Each contender `runs` times, in turn, so that whatever else the machine does strikes all alike."""
    contenders = list(contenders)
    taken: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    for _ in range(runs):
        for contender in contenders:
            contender.before()
            taken[contender.name].append(run(contender.command))
    figures = []
    for contender in contenders:
        contender.before()
        walls = statistics.median(one.wall for one in taken[contender.name])
        processor = statistics.median(one.processor for one in taken[contender.name])
        figures.append(Figures(contender.name, walls, processor, peak_mib(contender.command)))
    return figures


def _environment() -> dict[str, str]:
    """As a user's: byte code is written and used."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _family(parent: int) -> list[int]:
    """A process and all below it."""
    family = [parent]
    for member in family:
        try:
            for thread in Path(f"/proc/{member}/task").iterdir():
                family += map(int, (thread / "children").read_text().split())
        except OSError:  # it has just ended
            continue
    return family


def _held(process: int) -> int:
    """KiB of a process's memory, its share of what it shares with others."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
