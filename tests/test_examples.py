"""The examples of every built-in rule."""

import pytest

from sleeplint.rule import Example, Rule
from sleeplint.testing import check_example, examples, title


@pytest.mark.parametrize(("rule", "example"), examples(), ids=title)
def test_a_rule_does_as_its_example_shows(rule: type[Rule], example: Example) -> None:
    assert check_example(rule, example) == []
