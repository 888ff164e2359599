"""Examples as tests: what counts as a difference, with a stranger's rule."""

from collections.abc import Iterator
from dataclasses import dataclass

import sleeplint_rules
from sleeplint.rule import Budget, Example, Finding, Rule, Severity, TestFile
from sleeplint.testing import check_example, examples, title


@dataclass(frozen=True)
class AnySleep(Rule):
    """A sleep, whatever for."""

    code = "ANY001"
    name = "any-sleep"
    default = Severity.WARNING
    strict = Severity.WARNING
    specificity = 1000

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        for wait in file.waits:
            if wait.kind == "sleep" and wait.duration_ms:
                yield self.finding(file, wait, "This is a sleep.")


def python(code: str, **more: object) -> Example:
    return Example("python", code, **more)  # type: ignore[arg-type]


SLEEPY = """
    import time

    def test_naps():
        time.sleep(0.3){mark}
"""


def test_an_example_that_keeps_its_word() -> None:
    assert check_example(AnySleep, python(SLEEPY.format(mark="  # error: any-sleep"))) == []
    rust = """
        #[test]
        fn naps() {
            std::thread::sleep(std::time::Duration::from_millis(300)); // error: any-sleep
        }
    """
    assert check_example(AnySleep, Example("rust", rust)) == []


def test_a_finding_without_a_mark() -> None:
    assert check_example(AnySleep, python(SLEEPY.format(mark=""))) == [
        "line 4: `any-sleep` speaks and is not expected: This is a sleep."
    ]


def test_a_mark_without_a_finding() -> None:
    assert check_example(AnySleep, python("import time\ntime.sleep(0)  # error: any-sleep, settle-sleep")) == [
        "line 2: `any-sleep` is expected and does not speak",
        "line 2: `settle-sleep` is expected and does not speak",
    ]


def test_a_mark_is_met_only_once() -> None:
    both = SLEEPY.format(mark="; time.sleep(0.3)  # error: any-sleep")
    assert check_example(AnySleep, python(both)) == ["line 4: `any-sleep` speaks and is not expected: This is a sleep."]
    twice = SLEEPY.format(mark="; time.sleep(0.3)  # error: any-sleep, any-sleep")
    assert check_example(AnySleep, python(twice)) == []


def test_other_rules_must_be_silent_too() -> None:
    slow = SLEEPY.replace("0.3", "3").format(mark="  # error: sleep-over-budget")
    assert check_example(AnySleep, python(slow)) == [
        "line 4: `any-sleep` speaks and is not expected: This is a sleep.",
        "line 4: `sleep-over-budget` is expected and does not speak",
    ]


def test_an_example_has_its_own_profile_and_budget() -> None:
    (rule,) = [rule for rule in sleeplint_rules.RULES if rule.name == "sleep-over-budget"]
    nap = SLEEPY.format(mark="  # error: sleep-over-budget")
    assert check_example(rule, python(nap, profile="default", budget=Budget(max_sleep_secs=0.2))) == []
    assert check_example(rule, python(nap, profile="default")) == [
        "line 4: `sleep-over-budget` is expected and does not speak"
    ]


def test_a_rule_that_fails_is_a_difference() -> None:
    class Broken(AnySleep):
        def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
            raise KeyError("oh")

    assert check_example(Broken, python("import time\ntime.sleep(0)")) == ["rule `any-sleep` failed: KeyError: 'oh'"]


def test_which_examples_there_are() -> None:
    @dataclass(frozen=True)
    class Shown(AnySleep):
        """A rule with two examples."""

        examples = (python("a"), Example("rust", "b", title="A nap"))

    assert examples(Shown) == [(Shown, Shown.examples[0]), (Shown, Shown.examples[1])]
    assert [title(value) for value in (Shown, *Shown.examples)] == ["any-sleep", "python-example", "rust-A nap"]
    assert len(examples()) == sum(len(rule.examples) for rule in sleeplint_rules.RULES)
