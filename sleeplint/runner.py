"""Many files: from tasks to reports, in order, in this process or in several."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from sleeplint import engine, languages
from sleeplint.engine import Report
from sleeplint.errors import InternalError
from sleeplint.finding import Applicability, Finding, Problem
from sleeplint.landscape import Landscape
from sleeplint.languages import Surroundings
from sleeplint.planning import Plan, Task, Work
from sleeplint.records import replace
from sleeplint.source import Project, Source, language_of

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from multiprocessing.context import BaseContext

    from sleeplint.cache import Recalled
    from sleeplint.fixing import Mended

POOL_PAYS = 600_000
"""Bytes of source worth parsing from which several processes are faster than one: a pool costs about
40 ms to start, and a core reads 8.5 MB a second."""
SCAN_PAYS = 16_000_000
"""Bytes of source from which even the search for what is worth parsing is left to the processes."""
LIFE = 5_000_000
"""Bytes of source after which processes are replaced: Python gives little memory back before it ends."""
_MOST_HELD = 15_000_000
"""Bytes that other files of one project may take before they are given back, to be opened again where they are asked
for: a project has no end of files, a process has."""
_CHUNK = 64
_SELDOM = (100_000, 10, 10)
"""How many objects are made before those are looked for that hold each other and nobody holds: few of a reader's do."""
_R = TypeVar("_R")
_NO_LANGUAGE = "is neither Rust nor Python by its name; skipped"


class Memory(Protocol):
    """What remembers reports from one run to the next."""

    def recall(self, sights: Landscape, plans: Sequence[Plan]) -> Recalled:
        """What is known of these files, as far as nothing has changed that it rests on."""

    def keep(self, number: int, report: Report) -> None:
        """Remember the report on one of them that was not known."""


def run(
    work: Work, *, jobs: int | None = None, repairs: bool = False, memory: Memory | None = None
) -> Iterator[tuple[int, Report]]:
    """A report for each task, with the task's number, in order, as they become ready.

    Where `memory` knows that there is nothing to say, there is no report. `jobs` is how many processes may
    work; None is one for each core. `repairs` works out fixes too. Nothing that a file holds, and no rule's
    failure, stops the run: it becomes a problem in a report.
    """
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield from _run(work, Linter(work.plans, repairs), jobs, memory)
    finally:
        gc.set_threshold(*usual)


def _run(work: Work, linter: Linter, jobs: int | None, memory: Memory | None) -> Iterator[tuple[int, Report]]:
    if work.stdin is not None:
        yield from ((number, linter.report(task, work.stdin)) for number, task in enumerate(work.tasks))
        return
    known = memory.recall(work.tasks.sights, work.plans) if memory is not None else None
    fresh = known.fresh if known is not None else range(len(work.tasks))
    reports = known.reports if known is not None else {}
    made = _fresh([work.tasks[number] for number in fresh], linter, jobs or _cores())
    for number in sorted([*fresh, *reports]):
        report = reports.get(number)
        if report is None:
            report = next(made)
            if memory is not None:
                memory.keep(number, report)
        yield number, report


def mend(work: Work, level: Applicability) -> Iterator[tuple[Source, Mended] | Report]:
    """Each file before and after its fixes of `level` and below, in order; a report where that was not to be.

    Nothing is written.
    """
    linter = Linter(work.plans, repairs=True)
    for task in work.tasks:
        yield linter.mended(task, work.stdin or linter.open(task), level)


class Linter:
    """Lints one task after another, keeping each repository's other files open for the next."""

    def __init__(
        self,
        plans: Sequence[Plan],
        repairs: bool | Callable[[Finding], bool] = False,
        neighbour: Callable[[Path], Source | None] | None = None,
    ) -> None:
        """Lint by `plans`; `repairs` works out fixes too, or those of the findings it says.

        `neighbour` opens the files that imports lead to, instead of the disk.
        """
        self.plans = plans
        self.repairs = repairs
        self._neighbour = neighbour
        self._projects: dict[Path, Project] = {}
        self._surroundings: dict[tuple[Path, int, bool], Surroundings] = {}

    def forget(self, path: Path) -> None:
        """Another text stands at an absolute path now: read it anew, and what rests on it."""
        for project in self._projects.values():
            languages.forget(project, path)

    def open(self, task: Task) -> Source | Report:
        """The file, or the report that says why there is none."""
        try:
            source = self._held(task) or Source.read(task.absolute)
        except FileNotFoundError:
            return _unread(task, "vanished before it could be read")
        except OSError as error:
            return _unread(task, f"cannot be read: {error.strerror or error}")
        source.path = task.path
        if source.language is None:
            return _unread(task, _NO_LANGUAGE)
        return source

    def _held(self, task: Task) -> Source | None:
        """The file as it was opened already for what others of its project rest on."""
        project = self._projects.get(task.root) if self._neighbour is None else None
        found = project.held(task.absolute) if project is not None else None
        if found is None:
            return None
        from copy import copy

        return copy(found)

    def unread(self, task: Task, source: Source) -> Report | None:
        """The empty report of a file about which there is nothing to say, as a byte search tells; None to read it."""
        assert source.language is not None
        if source.speaks_to_us:
            return None
        plan = self.plans[task.plan]
        if not (plan.production or task.in_test or languages.may_test(source, lambda: _inside(task))):
            return Report(task.path, source.language)
        consulted: set[str] = set()
        if languages.may_wait(source, self._around(task), consulted):
            return None
        if not consulted:
            return Report(task.path, source.language)
        return Report(task.path, source.language, consulted=frozenset(consulted), digest=source.digest)

    def report(self, task: Task, source: Source | Report | None = None) -> Report:
        """What there is to say about a task's file."""
        return self._guarded(task, source, lambda found: self.unread(task, found) or self._lint(task, found))

    def glance(self, task: Task) -> Report | None:
        """What there is to say about a task's file, if a byte search can tell; None if it is to be read."""
        return self._guarded(task, None, lambda found: self.unread(task, found))

    def read(self, task: Task) -> Report:
        """What there is to say about a task's file that is to be read."""
        return self._guarded(task, None, lambda found: self._lint(task, found))

    def _guarded(self, task: Task, source: Source | Report | None, look: Callable[[Source], _R]) -> _R | Report:
        source = source or self.open(task)
        if isinstance(source, Report):
            return source
        if source.language is None:
            return _unread(task, _NO_LANGUAGE)
        try:
            return look(source)
        except Exception as error:  # a reader's mistake on one file must not cost the others theirs
            words = f"reading failed: {type(error).__name__}: {error}"
            return Report(task.path, source.language, problems=(Problem(task.path, words, internal=True),))

    def mended(self, task: Task, source: Source | Report, level: Applicability) -> tuple[Source, Mended] | Report:
        """A task's file before and after its fixes."""
        if isinstance(source, Report) or source.language is None:
            return self.report(task, source)
        from sleeplint import fixing

        try:
            unread = self.unread(task, source)
            if unread is not None:
                return unread
            return source, fixing.mend(source, lambda text: self._lint(task, text), level)
        except Exception as error:  # a repair's mistake must not cost the other files theirs, nor this one its report
            what = str(error) if isinstance(error, InternalError) else f"{type(error).__name__}: {error}"
            report = self.report(task, source)
            problem = Problem(task.path, f"not fixed: {what}", internal=True)
            return replace(report, problems=(*report.problems, problem))

    def _lint(self, task: Task, source: Source) -> Report:
        plan = self.plans[task.plan]
        report = engine.lint(source, plan.rules, plan.settings, self._around(task), repairs=self.repairs)
        if self._neighbour is None and self._projects[task.root].weight > _MOST_HELD:
            self._forget_all()
        return replace(report, digest=source.digest)

    def _around(self, task: Task) -> Surroundings:
        key = task.root, task.plan, task.in_test
        if key not in self._surroundings:
            self._surroundings[key] = self._look_around(task)
        return self._surroundings[key]

    def _look_around(self, task: Task) -> Surroundings:
        if task.root not in self._projects:
            if self._neighbour is None:  # tasks come sorted: whoever leaves a repository does not come back
                self._forget_all()
            project = Project(task.root)
            if self._neighbour is not None:
                project = Project(task.root, self._neighbour, edited=True)
            self._projects[task.root] = project
        plan = self.plans[task.plan]
        return Surroundings(self._projects[task.root], plan.settings.waits, task.in_test, plan.production)

    def _forget_all(self) -> None:
        for project in self._projects.values():
            project.let_go()
        self._projects.clear()
        self._surroundings.clear()


def _inside(task: Task) -> str:
    """A task's path in its repository."""
    root = os.path.join(task.root, "")
    inside = task.absolute[len(root) :] if task.absolute.startswith(root) else task.absolute
    return inside.replace(os.sep, "/")


def _unread(task: Task, words: str) -> Report:
    return Report(task.path, language_of(task.path) or "python", problems=(Problem(task.path, words),))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _fresh(tasks: list[Task], linter: Linter, jobs: int) -> Iterator[Report]:
    """Reports in the order of `tasks`, by as many processes as pay."""
    if jobs > 1 and len(tasks) > 1 and sum(task.size for task in tasks) > SCAN_PAYS:
        yield from _pooled(tasks, linter, jobs)
        return
    if jobs == 1 or len(tasks) == 1 or sum(task.size for task in tasks) <= POOL_PAYS:
        yield from map(linter.report, tasks)
        return
    quick: dict[int, Report] = {}
    worth: list[Task] = []
    for number, task in enumerate(tasks):
        known = linter.glance(task)
        if known is not None:
            quick[number] = known
        else:
            worth.append(task)
    pays = len(worth) > 1 and sum(task.size for task in worth) > POOL_PAYS
    slow = _pooled(worth, linter, jobs) if pays else map(linter.read, worth)
    for number in range(len(tasks)):
        yield quick[number] if number in quick else next(slow)


def _pooled(tasks: list[Task], linter: Linter, jobs: int) -> Iterator[Report]:
    """Reports by processes that are replaced now and then: what they held of other projects is given back."""
    generations = list(_generations(tasks))
    _prepare(tasks, repairs=linter.repairs is True and len(generations) > 1)
    for generation in generations:
        yield from _generation(list(_chunks(generation, jobs)), linter, jobs)


def _prepare(tasks: Iterable[Task], *, repairs: bool) -> None:
    """Load once what all processes need, where they begin as copies of this one."""
    if _context().get_start_method() == "fork":
        for language in sorted({language for task in tasks if (language := language_of(task.path))}):
            if repairs:
                from sleeplint.repairs import prepare

                prepare(language)
            languages.prepare(language)


def _generation(chunks: list[list[Task]], linter: Linter, jobs: int) -> Iterator[Report]:
    from concurrent.futures.process import BrokenProcessPool

    while chunks:
        with pool(linter, jobs) as executor:
            futures = [executor.submit(_lint_chunk, chunk) for chunk in chunks]
            try:
                for future in futures:
                    yield from future.result()
                    chunks.pop(0)
            except BrokenProcessPool:  # a process died: go on without the file that killed it
                pass
        if chunks:
            yield from (_alone(task, linter) for task in chunks.pop(0))


def _alone(task: Task, linter: Linter) -> Report:
    from concurrent.futures.process import BrokenProcessPool

    with pool(linter, 1) as executor:
        try:
            return executor.submit(_lint_chunk, [task]).result()[0]
        except BrokenProcessPool:
            words = "the process that read it died (out of memory?); skipped"
            return Report(task.path, language_of(task.path) or "python", problems=(Problem(task.path, words, True),))


def _generations(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """As many files as one process may read in its life; a project is not torn apart where it need not be."""
    generation: list[Task] = []
    size = 0
    for task in tasks:
        if generation and (size > 2 * LIFE or (size > LIFE and task.root is not generation[-1].root)):
            yield generation
            generation, size = [], 0
        generation.append(task)
        size += task.size
    if generation:
        yield generation


def _chunks(tasks: Iterable[Task], jobs: int) -> Iterator[list[Task]]:
    """Neighbours stay together, for they import each other; several chunks for each process."""
    tasks = list(tasks)
    most = max(sum(task.size for task in tasks) // (jobs * 8), 1)
    chunk: list[Task] = []
    size = 0
    for task in tasks:
        chunk.append(task)
        size += task.size
        if len(chunk) == _CHUNK or size > most:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _context() -> BaseContext:
    """How processes begin: on Linux as copies of this one, which has loaded everything and has one thread only."""
    from multiprocessing import get_context

    return get_context("fork" if sys.platform == "linux" else None)


@contextmanager
def pool(linter: Linter, jobs: int) -> Iterator[Executor]:
    """The executor that lints chunks. Leaving it early drops what has not begun."""
    from concurrent.futures import ProcessPoolExecutor

    about = linter.plans, linter.repairs is True
    executor = ProcessPoolExecutor(jobs, _context(), initializer=_begin, initargs=about)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


_linter: Linter


def _begin(plans: Sequence[Plan], repairs: bool) -> None:
    import signal
    from threading import Thread

    global _linter
    gc.set_threshold(*_SELDOM)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the one that is asked for a clean end is the parent
    Thread(target=_end_with_parent, daemon=True).start()
    _linter = Linter(plans, repairs)
    gc.freeze()  # what all processes share stays shared, and is not gone through each time


def _end_with_parent() -> None:
    """One that is killed cannot tell its processes to end, and they would wait for ever for what to read next."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _lint_chunk(tasks: list[Task]) -> list[Report]:
    return list(map(_linter.report, tasks))
