"""A rule's page: what it says, that every rule has all of it, and that rules/README.md is fresh."""

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from sleeplint import pages
from sleeplint.pages import Option
from sleeplint.registry import load
from sleeplint.rule import Budget, Example, Rule, Severity
from sleeplint_rules import RULES

README = Path(__file__).parent.parent / "rules" / "README.md"


@dataclass(frozen=True)
class NapAtNoon(Rule):
    """A nap is taken
    at noon.

    Between the lines.

    ## Why

    It is hot.

    ## What to do instead

    Sleep at night.

    ## Fix safety

    None.
    """

    code = "NAP001"
    name = "nap-at-noon"
    strict = Severity.INFO
    strict_options = MappingProxyType({"longest": 2})
    examples = (
        Example(
            "python",
            """
            import time

            time.sleep(5)  # error: nap-at-noon
            """,
            title="A nap",
            budget=Budget(max_hold_secs=3, max_test_sleep_secs=7.5),
        ),
    )

    longest: int = 5
    """The longest
    nap."""
    places: tuple[str, ...] = ("bed",)


def test_a_page_says_everything_about_a_rule() -> None:
    assert (
        pages.page(NapAtNoon)
        == """\
# `nap-at-noon` (NAP001)

A nap is taken at noon.

In the profile `default`: off. In the profile `strict`: info.

## Why

It is hot.

## What to do instead

Sleep at night.

## Fix safety

None.

## Options

Set under `[tool.sleeplint.rules.nap-at-noon]`.

| option | type | default | meaning |
|---|---|---|---|
| `longest` | `int` | `5`, in the strict profile `2` | The longest nap. |
| `places` | `tuple[str, ...]` | `["bed"]` |  |

## Examples

A nap (profile `strict`, with `budget.max_hold_secs = 3`, with `budget.max_test_sleep_secs = 7.5`):

```python
import time

time.sleep(5)  # error: nap-at-noon
```
"""
    )


def test_options_can_be_had_without_source() -> None:
    typed = type("Typed", (NapAtNoon,), {"__module__": "nowhere"})
    assert pages.options(typed) == (
        Option("longest", "int", "5", "2", ""),
        Option("places", "tuple[str, ...]", '["bed"]', '["bed"]', ""),
    )


def test_headings_can_stand_lower() -> None:
    headings = [line for line in pages.page(NapAtNoon, level=3).splitlines() if line.startswith("#")]
    assert headings == [
        "### `nap-at-noon` (NAP001)",
        *("#### Why", "#### What to do instead", "#### Fix safety", "#### Options", "#### Examples"),
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_whole_page(rule: type[Rule]) -> None:
    assert rule.summary.endswith(".")
    assert ". " not in rule.summary
    assert tuple(pages.sections(rule)) == ("Why", "What to do instead", "Fix safety")
    assert all(text.endswith(".") for text in pages.sections(rule).values())
    assert all(option.text for option in pages.options(rule))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_shows_what_it_sees_and_what_it_leaves_alone(rule: type[Rule]) -> None:
    languages = {example.language for example in rule.examples}
    only_one = {"idle-timeout-over-budget": {"rust"}, "frozen-clock-async-sleep": {"python"}}
    assert languages == only_one.get(rule.name, {"rust", "python"})
    assert any(f"error: {rule.name}" in example.code for example in rule.examples)
    assert all(example.title for example in rule.examples)


def test_the_readme_is_fresh() -> None:
    fresh = pages.index(load(strangers=False).rules)
    assert README.read_text(encoding="utf-8") == fresh, "run `python -m sleeplint.pages > rules/README.md`"


def test_the_readme_says_that_it_is_generated() -> None:
    assert "Generated" in README.read_text(encoding="utf-8").splitlines()[0]
