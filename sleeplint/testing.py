"""Runs the examples of rules as tests, for our rules and for strangers'.

A pack's test module needs no more than this:

    import pytest
    from sleeplint.testing import check_example, examples, title

    @pytest.mark.parametrize(("rule", "example"), examples(*my_pack.RULES), ids=title)
    def test_example(rule, example):
        assert check_example(rule, example) == []
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sleeplint import engine
from sleeplint.finding import Finding
from sleeplint.languages import Surroundings
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.registry import Registry, load
from sleeplint.rule import Example, Rule
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source

_MARK = regex(r"[ \t]*(?://|#)[ \t]*error:[ \t]*([a-z0-9-]+(?:,[ \t]*[a-z0-9-]+)*)[ \t]*$", re.MULTILINE)
_PATHS = {"rust": "tests/example.rs", "python": "tests/test_example.py"}


@dataclass(frozen=True, slots=True, order=True)
class _Remark:
    """That a rule speaks on a line of an example, or should."""

    line: int
    rule: str


def examples(*rules: type[Rule]) -> list[tuple[type[Rule], Example]]:
    """Each rule with each of its examples, in order; by default those of all built-in rules."""
    return [(rule, example) for rule in rules or load(strangers=False).rules for example in rule.examples]


def title(value: Any) -> str:
    """What pytest should call a rule or an example."""
    if isinstance(value, Example):
        return f"{value.language}-{value.title or 'example'}"
    return str(getattr(value, "name", value))


def check_example(rule: type[Rule], example: Example) -> list[str]:
    """The differences between what an example's marks say and what is said about it; none if all is well.

    The example is linted as a file of its own, in its profile, by all built-in rules and `rule`. A mark must
    be met exactly; where there is none, no rule may speak. The marks themselves are taken out before.
    """
    marked = Counter(_marks(example.text))
    findings, differences = _lint(rule, example)
    for finding in findings:
        remark = _Remark(finding.location.line, finding.rule)
        if marked[remark] > 0:
            marked[remark] -= 1
        else:
            differences.append(f"line {remark.line}: `{remark.rule}` speaks and is not expected: {finding.message}")
    differences += [
        f"line {remark.line}: `{remark.rule}` is expected and does not speak"
        for remark in sorted(marked)
        for _ in range(marked[remark])
    ]
    return differences


def _marks(text: str) -> Iterator[_Remark]:
    for number, line in enumerate(text.splitlines(), start=1):
        if mark := _MARK.search(line):
            for name in mark[1].split(","):
                yield _Remark(number, name.strip())


def _lint(rule: type[Rule], example: Example) -> tuple[list[Finding], list[str]]:
    """What is said about an example, and what went wrong meanwhile."""
    known = load(strangers=False).rules
    registry = Registry(known if rule in known else (*known, rule))
    settings = Settings(profile=example.profile, budget=example.budget)
    rules = enable(registry, settings)
    source = Source(example.path or _PATHS[example.language], _MARK.sub("", example.text).encode(), example.language)
    report = engine.lint(source, rules, settings, Surroundings())
    said = [*report.findings, *engine.judge_run(report.costs, rules, settings)]
    return said, [problem.message for problem in report.problems]
