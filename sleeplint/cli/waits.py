"""`sleeplint waits`: the inventory, every wait, judged or not."""

from __future__ import annotations

import argparse
from contextlib import ExitStack

from sleeplint import planning, runner
from sleeplint.cli import session
from sleeplint.cli.streams import complain, opened, width
from sleeplint.reporters import inventory


def run(options: argparse.Namespace) -> int:
    """Read, and write every wait in each output's format."""
    rules = session.registry()
    stdin = session.standard_input(options)
    cache = session.cache(options)
    resolver = session.resolver(options, cache)
    work = planning.plan(
        options.paths or ["."],
        rules,
        resolver,
        force_exclude=options.force_exclude,
        stdin=stdin,
        production=options.all,
        memory=cache,
    )
    problems = list(work.problems)
    with ExitStack() as stack:
        if cache is not None:
            stack.callback(cache.save)
        outs = [(output, stack.enter_context(opened(output.file))) for output in options.outputs]
        writers = [inventory.create(output.format, out, everything=options.all, width=width()) for output, out in outs]
        for _, report in runner.run(work, jobs=options.jobs, memory=cache):
            problems.extend(dict.fromkeys((*report.problems, *report.unread)))
            for writer in writers:
                writer.report(report)
        for writer in writers:
            writer.finish(len(work.tasks))
    if not options.quiet:
        complain(problems)
    return 3 if any(problem.internal for problem in problems) else 0
