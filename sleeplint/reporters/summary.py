"""What a run comes to, in a few lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.finding import Applicability, Severity
from sleeplint.reporters.excerpt import plain
from sleeplint.reporters.tally import Tally
from sleeplint.rule import seconds

MOST_EXPENSIVE = 5


def summary(tally: Tally) -> Iterator[str]:
    """Findings, rules, costs; a single line when nothing was found."""
    silenced = f" ({tally.silenced:,} silenced by comments)" if tally.silenced else ""
    if not tally.findings:
        yield f"Nothing to report{silenced}. {inventory(tally)}."
        return
    worst = ", ".join(
        counted(tally.severities[severity], noun)
        for severity, noun in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note"))
        if tally.severities[severity]
    )
    yield f"{counted(tally.findings, 'finding')}: {worst}{silenced}"
    width = len(f"{max(tally.rules.values()):,}")
    yield from (f"  {count:>{width},}  {name} ({code})" for code, name, count in by_rule(tally))
    yield from _fixable(tally)
    yield ""
    yield f"{inventory(tally)}."
    expensive = tally.most_expensive(MOST_EXPENSIVE)
    if expensive:
        yield "The tests that pay most:"
        paid = [seconds(cost.cost_ms) for cost in expensive]
        width = max(map(len, paid))
        for cost, words in zip(expensive, paid, strict=True):
            yield f"  {words:>{width}}  {plain(cost.path)}:{cost.location.line}  {plain(cost.test)}"


def inventory(tally: Tally) -> str:
    """What was read, and what its waits cost."""
    read = f"{counted(tally.files, 'file')}, {counted(tally.waits, 'wait')} in tests"
    if not tally.cost_ms:
        return read
    return f"{read}, known to cost {seconds(tally.cost_ms)} a run"


def _fixable(tally: Tally) -> Iterator[str]:
    safe, unsafe = tally.fixable[Applicability.SAFE], tally.fixable[Applicability.UNSAFE]
    ways = [f"{safe:,} with --fix"] * bool(safe)
    ways += [f"{unsafe:,}{' more' if safe else ''} with --fix --unsafe-fixes"] * bool(unsafe)
    if ways:
        yield f"Can be fixed: {', '.join(ways)}; --diff shows how."


def by_rule(tally: Tally) -> list[tuple[str, str, int]]:
    """Code, name and number of findings of each rule, the most frequent first."""
    return [(*rule, count) for rule, count in sorted(tally.rules.items(), key=lambda item: (-item[1], item[0]))]


def counted(number: int, noun: str) -> str:
    """`1 wait`, `2 waits`, `1,200 waits`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
