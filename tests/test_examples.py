"""The examples of every built-in rule."""

import re
from dataclasses import replace

import pytest

from sleeplint.rule import Example, Rule
from sleeplint.testing import check_example, examples, title


@pytest.mark.parametrize(("rule", "example"), examples(), ids=title)
def test_a_rule_does_as_its_example_shows(rule: type[Rule], example: Example) -> None:
    assert check_example(rule, example) == []


REASON = (
    "must not have an effect until the lease is no longer valid: slow on CI, a generous timeout, simulates a slow "
    "peer, gives the server time to start, nothing may arrive, blocks the loop on purpose"
)
"""Every word of it means something where it is no ignore comment's."""


@pytest.mark.parametrize(
    ("rule", "example"),
    [
        (rule, example)
        for rule, example in examples()
        if not rule.code.startswith("SLP9") and rule.name != "suite-sleep-budget"  # that one speaks of no single line
    ],
    ids=title,
)
def test_a_reason_to_ignore_is_no_evidence_about_the_wait(rule: type[Rule], example: Example) -> None:
    text = re.sub(
        r"(//|#) (?:error|warning|info): ([\w, -]+)$",
        lambda mark: f"{mark[1]} sleeplint: ignore[{mark[2]}] {REASON}",
        example.text,
        flags=re.MULTILINE,
    )
    assert check_example(rule, replace(example, code=text)) == []
