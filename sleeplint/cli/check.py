"""`sleeplint check`: findings, and the exit code that they come to."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from sleeplint import runner
from sleeplint.cli import session
from sleeplint.cli.progress import Progress
from sleeplint.cli.streams import colored, complain, opened, width
from sleeplint.engine import Report, judge_run
from sleeplint.finding import Severity
from sleeplint.reporters import STATISTICS, Reporter, View, create
from sleeplint.reporters.tally import Tally
from sleeplint.runner import Work
from sleeplint.source import language_of


def run(options: argparse.Namespace) -> int:
    """Lint, write every output, and say how it went."""
    rules = session.registry()
    resolver = session.resolver(options)
    stdin = session.standard_input(options)
    work = runner.plan(options.paths or ["."], rules, resolver, force_exclude=options.force_exclude, stdin=stdin)
    tally = Tally(problems=list(work.problems))
    with ExitStack() as stack:
        reporters = []
        for output in options.outputs:
            out = stack.enter_context(opened(output.file))
            view = View(
                rules,
                session.quoting(stdin),
                color=colored(options.color, out),
                width=width(),
                show_suppressed=options.show_suppressed,
                quiet=options.quiet,
            )
            counts = options.statistics and output.file is None
            reporters.append(create(STATISTICS if counts else output.format, out, view))
        progress = Progress(len(work.tasks), wanted=not options.quiet)
        for report in runner.run(work, jobs=options.jobs, repairs=_shows_fixes(options)):
            progress.step()
            tally.add(report)
            if report.findings or report.silenced:
                progress.clear()
            _tell(reporters, report)
        progress.clear()
        for report in _of_the_run(tally, work):
            tally.add_findings(report.findings)
            _tell(reporters, report)
        for reporter in reporters:
            reporter.finish(tally)
    if options.verbose:
        session.account(work, resolver)
    if not options.quiet:
        complain(tally.problems)
    if any(problem.internal for problem in tally.problems):
        return 3
    fail_on = options.fail_on or resolver.folder(Path.cwd()).settings.fail_on
    return int(tally.worst() >= Severity(fail_on).rank and not options.exit_zero)


def _shows_fixes(options: argparse.Namespace) -> bool:
    return any(output.format not in ("concise",) for output in options.outputs)


def _tell(reporters: Iterable[Reporter], report: Report) -> None:
    for reporter in reporters:
        reporter.report(report)


def _of_the_run(tally: Tally, work: Work) -> Iterator[Report]:
    """What the rules say about the run as a whole, file by file."""
    if not work.plans:
        return
    first = work.plans[0]
    found = sorted(judge_run(tally.costs, first.rules, first.settings), key=lambda f: (f.path, f.location, f.code))
    for path, findings in groupby(found, key=lambda finding: finding.path):
        yield Report(path, language_of(path) or "python", tuple(findings))
