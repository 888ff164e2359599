"""`sleeplint check`: findings, and the exit code that they come to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from typing import TYPE_CHECKING

from sleeplint import planning, runner
from sleeplint.cli import session
from sleeplint.cli.progress import Progress
from sleeplint.cli.streams import colored, complain, opened, width
from sleeplint.engine import Report, judge_run
from sleeplint.errors import UserError
from sleeplint.finding import Applicability, Finding, Problem, Severity
from sleeplint.planning import Work
from sleeplint.registry import Registry
from sleeplint.reporters import SHOW_FIXES, STATISTICS, Reporter, View, create
from sleeplint.reporters.tally import Tally
from sleeplint.source import Source, language_of

if TYPE_CHECKING:
    from sleeplint.cli.mending import Mending


def run(options: argparse.Namespace) -> int:
    """Lint, write every output, and say how it went."""
    rules = session.registry()
    cache = session.cache(options, repairs=_shows_fixes(options))
    resolver = session.resolver(options, cache)
    stdin = session.standard_input(options)
    work = planning.plan(
        options.paths or ["."], rules, resolver, force_exclude=options.force_exclude, stdin=stdin, memory=cache
    )
    mending = _mending(options, work)
    reports = (
        enumerate(mending.reports())
        if mending
        else runner.run(work, jobs=options.jobs, repairs=_shows_fixes(options), memory=cache)
    )
    tally = Tally(files=len(work.tasks), problems=list(work.problems))
    failed = False
    with ExitStack() as stack:
        if cache is not None:
            stack.callback(cache.save)
        reporters = list(_reporters(options, rules, stdin, stack))
        progress = Progress(len(work.tasks), wanted=not options.quiet)
        for number, report in reports:
            progress.reach(number)
            if report.findings or report.silenced:
                progress.clear()
            tally.add(report)
            failed |= _fails(report, options.fail_on or work.settings(number).fail_on)
            _tell(reporters, report)
        progress.clear()
        for report in _of_the_run(tally, work):
            failed |= _fails(report, options.fail_on or work.plans[0].settings.fail_on)
            _tell(reporters, report)
        tally.exit_code = _exit_code(options, tally, mending, failed)
        for reporter in reporters:
            reporter.finish(tally)
    if options.verbose:
        session.account(work, resolver)
    if not options.quiet:
        complain(tally.problems)
        if mending:
            print(f"sleeplint: {mending.summary()}", file=sys.stderr)
    return tally.exit_code


def _exit_code(options: argparse.Namespace, tally: Tally, mending: Mending | None, failed: bool) -> int:
    if any(problem.internal for problem in tally.problems):
        return 3
    if mending and mending.failed:
        return 2
    return int((failed or bool(mending and mending.diff and mending.files)) and not options.exit_zero)


def _fails(report: Report, fail_on: str) -> bool:
    """Whether a finding is bad enough for the exit code."""
    return any(finding.severity.rank >= Severity(fail_on).rank for finding in report.findings)


def _reporters(
    options: argparse.Namespace, rules: Registry, stdin: Source | None, stack: ExitStack
) -> Iterator[Reporter]:
    """One for each output; standard output may be taken by a difference or a mended text."""
    taken = options.diff or (options.fix and stdin is not None)
    for output in options.outputs:
        if output.file is None and taken:
            continue
        out = stack.enter_context(opened(output.file))
        view = View(
            rules,
            session.quoting(stdin),
            color=colored(options.color, out),
            width=width(),
            show_suppressed=options.show_suppressed,
            quiet=options.quiet,
            category=options.sarif_category,
        )
        counts = options.statistics and output.file is None
        yield create(STATISTICS if counts else output.format, out, view)


def _mending(options: argparse.Namespace, work: Work) -> Mending | None:
    if not (options.fix or options.diff):
        if options.unsafe_fixes:
            raise UserError("--unsafe-fixes says which fixes to apply; add --fix, or --diff to see them first")
        return None
    from sleeplint.cli.mending import Mending

    level = Applicability.UNSAFE if options.unsafe_fixes else Applicability.SAFE
    return Mending(work, level, options.diff)


def _shows_fixes(options: argparse.Namespace) -> bool:
    return any(output.format in SHOW_FIXES for output in options.outputs)


def _tell(reporters: Iterable[Reporter], report: Report) -> None:
    for reporter in reporters:
        reporter.report(report)


def _of_the_run(tally: Tally, work: Work) -> Iterator[Report]:
    """What the rules say about the run as a whole, file by file."""
    found: list[Finding] = []
    for enabled in work.plans[0].rules if work.plans else ():
        try:
            found.extend(judge_run(tally.costs, [enabled], work.plans[0].settings))
        except Exception as error:  # a rule may be a stranger's: name it, and let the others speak
            words = f"rule `{enabled.rule.name}` failed: {type(error).__name__}: {error}"
            tally.problems.append(Problem("the run", words, internal=True))
    found.sort(key=lambda finding: (finding.path, finding.location, finding.code))
    for path, findings in groupby(found, key=lambda finding: finding.path):
        report = Report(path, language_of(path) or "python", tuple(findings))
        tally.add_findings(report.findings)
        yield report
