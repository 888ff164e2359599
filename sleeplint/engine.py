"""The whole pipe: one source in, one report out. Everything else calls this."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress

from sleeplint import languages
from sleeplint.digests import fingerprint
from sleeplint.facts import Milliseconds, TestFile, Wait
from sleeplint.finding import Finding, Problem, Severity, Silencing, TestCost
from sleeplint.languages import Surroundings
from sleeplint.records import dataclass, replace
from sleeplint.registry import Enabled
from sleeplint.rule import Rule
from sleeplint.settings import Settings
from sleeplint.source import Language, Source
from sleeplint.text import Location, Span

__all__ = ["Enabled", "Report", "judge_run", "lint"]


@dataclass(frozen=True, slots=True)
class Report:
    """All that sleeplint says about one file. Plain data; it pickles."""

    path: str
    language: Language
    findings: tuple[Finding, ...] = ()
    """Sorted by position, then rule."""
    silenced: tuple[Finding, ...] = ()
    """What ignore comments silenced."""
    waits: Sequence[Wait] = ()
    wait_locations: Sequence[Location] = ()
    """One for each of `waits`."""
    costs: tuple[TestCost, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: tuple[Problem, ...] = ()
    """What of the file was given up; among `problems` only where no rule speaks of it."""
    consulted: frozenset[str] = frozenset()
    """Other files on which this report rests."""
    digest: str = ""
    """Of the file as it was read; empty if a byte search said that there is nothing to read."""
    paid: tuple[int, Milliseconds] | None = None
    """The `totals`, where they were worked out before."""

    @property
    def totals(self) -> tuple[int, Milliseconds]:
        """How many waits stand in test code, and what that is known to pay for them."""
        if self.paid is not None:
            return self.paid
        costs = [wait.cost_ms or 0 for wait in self.waits if wait.in_test]
        return len(costs), sum(costs)


def lint(
    source: Source,
    rules: Sequence[Enabled],
    settings: Settings,
    around: Surroundings,
    *,
    repairs: bool | Callable[[Finding], bool] = False,
) -> Report:
    """Read one source and judge it. `settings` are those that hold for its path.

    `repairs` also works out a fix for each finding, or for those it says, which costs a second parse of the file.
    """
    file = languages.read(source, around)
    problems: list[Problem] = []
    remarks = list(_judge(rules, file, lambda rule: rule.judge(file, settings.budget), problems))
    spoken = _most_specific(remarks, rules)
    silenced: list[Finding] = []
    silencings: list[Silencing] = []
    if file.pragmas:
        from sleeplint import suppress

        spoken, silenced, silencings = suppress.apply(file, spoken, rules, settings.suppressions)
    spoken += _judge(rules, file, lambda rule: rule.judge_silencing(file, silencings), problems)
    if repairs and spoken:
        wanted = [repairs is True or (callable(repairs) and repairs(finding)) for finding in spoken]
        mended = iter(_mended(source, file, list(compress(spoken, wanted)), problems))
        spoken = [next(mended) if chosen else finding for finding, chosen in zip(spoken, wanted, strict=True)]
    unread = tuple(Problem(file.path, words) for words in file.unread)
    if unread and not any(enabled.rule.tells_unread for enabled in rules):
        problems += unread
    return Report(
        path=file.path,
        language=file.language,
        findings=_placed(source, spoken),
        silenced=_placed(source, silenced),
        waits=file.waits,
        wait_locations=tuple(source.lines.location(wait.span) for wait in file.waits),
        costs=tuple(_costs(source, file)),
        problems=tuple(problems),
        unread=unread,
        consulted=file.consulted,
    )


def judge_run(costs: Iterable[TestCost], rules: Sequence[Enabled], settings: Settings) -> Iterator[Finding]:
    """What the rules say about a whole run, from what each of its tests pays."""
    paid = tuple(costs)
    for enabled in rules:
        for finding in enabled.rule.judge_run(paid, settings.budget):
            told = finding.fingerprint or _identified((finding.code, finding.identity))
            yield replace(finding, severity=enabled.severity, fingerprint=told)


def _judge(
    rules: Sequence[Enabled],
    file: TestFile,
    ask: Callable[[Rule], Iterator[Finding]],
    problems: list[Problem],
) -> Iterator[Finding]:
    for enabled in rules:
        try:
            for finding in ask(enabled.rule):
                yield replace(finding, severity=min(enabled.severity, finding.severity, key=lambda s: s.rank))
        except Exception as error:  # a rule may be a stranger's: name it, and let the others go on
            words = f"rule `{enabled.rule.name}` failed: {type(error).__name__}: {error}"
            problems.append(Problem(file.path, words, internal=True))


def _most_specific(findings: Iterable[Finding], rules: Sequence[Enabled]) -> list[Finding]:
    """One wait, one finding. An info hides no warning: the budget still speaks where a role only whispers."""
    specificity = {enabled.rule.name: enabled.rule.specificity for enabled in rules}

    def weight(finding: Finding) -> tuple[bool, int, int]:
        return finding.severity is not Severity.INFO, specificity[finding.rule], finding.severity.rank

    taken: set[Span] = set()
    kept = []
    for finding in sorted(findings, key=weight, reverse=True):
        if not finding.covers or taken.isdisjoint(finding.covers):
            kept.append(finding)
            taken.update(finding.covers)
    return kept


def _mended(source: Source, file: TestFile, findings: list[Finding], problems: list[Problem]) -> list[Finding]:
    from sleeplint import repairs

    try:
        fixes = repairs.offer(source, file, findings)
    except Exception as error:  # a finding without its fix is still a finding
        words = f"the repairs failed: {type(error).__name__}: {error}"
        problems.append(Problem(file.path, words, internal=True))
        return findings
    return [replace(finding, fix=fix) for finding, fix in zip(findings, fixes, strict=True)]


def _placed(source: Source, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted, with locations and fingerprints."""
    seen: Counter[tuple[str, ...]] = Counter()
    placed = []
    for finding in sorted(findings, key=lambda f: (f.span, f.code)):
        identity = (finding.code, finding.path, finding.test or "", "".join(finding.identity.split()))
        seen[identity] += 1
        placed.append(
            replace(
                finding,
                location=source.lines.location(finding.span),
                related_locations=tuple(source.lines.location(related.span) for related in finding.related),
                fix_locations=tuple(source.lines.location(e.span) for e in finding.fix.edits) if finding.fix else (),
                fingerprint=_identified((*identity, str(seen[identity]))),
            )
        )
    return tuple(placed)


def _identified(identity: Iterable[str]) -> str:
    return fingerprint("\0".join(identity).encode("utf-8", "surrogateescape"))


def _costs(source: Source, file: TestFile) -> Iterator[TestCost]:
    paid: defaultdict[str | None, Milliseconds] = defaultdict(int)
    for wait in file.waits:
        paid[wait.test] += wait.cost_ms or 0
    for test in file.tests:
        if cost := paid.pop(test.name, 0):  # a name that is defined twice pays once
            yield TestCost(file.path, test.name, source.lines.location(test.name_span), cost)
