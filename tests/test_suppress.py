from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint import suppress
from sleeplint.facts import Pragma, TestFile
from sleeplint.finding import Finding, Severity, Silencing
from sleeplint.registry import Enabled, Registry
from sleeplint.rule import Rule
from sleeplint.settings import Suppressions
from sleeplint.text import Span


class Startup(Rule):
    code = "SLP103"
    name = "startup-sleep"


class Settle(Rule):
    code = "SLP104"
    name = "settle-sleep"


class Poll(Rule):
    code = "SLP110"
    name = "poll-without-deadline"


RULES = (Enabled(Startup(), Severity.WARNING), Enabled(Settle(), Severity.WARNING))
LINE = Span(100, 140)


@pytest.fixture(autouse=True)
def three_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Registry((Startup, Settle, Poll))
    monkeypatch.setattr(suppress, "load", lambda: known)


def comment(text: str, covers: Span = LINE, in_head: bool = False) -> Pragma:
    return Pragma(Span(130, 130 + len(text)), text, covers, in_head)


def finding(rule: type[Rule] = Startup, start: int = 110, statement: Span | None = None) -> Finding:
    return Finding(rule.name, rule.code, Severity.WARNING, "a.rs", Span(start, start + 5), "A wait.", None, statement)


def apply(
    pragmas: Sequence[Pragma], findings: Sequence[Finding], settings: Suppressions | None = None
) -> tuple[list[Finding], list[Finding], list[Silencing]]:
    file = TestFile("a.rs", "rust", True, pragmas=tuple(pragmas))
    return suppress.apply(file, findings, RULES, settings or Suppressions())


def trouble(text: str, in_head: bool = False) -> str | None:
    _, _, [silencing] = apply([comment(text, in_head=in_head)], [finding()])
    return silencing.trouble


@pytest.mark.parametrize(
    "text",
    [
        "sleeplint: ignore[startup-sleep] the port is bound late",
        "sleeplint:ignore[SLP103]",
        "sleeplint: ignore [ settle-sleep , startup-sleep ]",
        "sleeplint: ignore[no-such-rule, startup-sleep]",
    ],
)
def test_a_comment_silences_the_rules_it_names(text: str) -> None:
    spoken, silenced, _ = apply([comment(text)], [finding()])
    assert (spoken, [one.rule for one in silenced]) == ([], ["startup-sleep"])


def test_it_silences_no_other_rule_and_no_other_line() -> None:
    elsewhere = [finding(Settle), finding(start=99), finding(start=140)]
    spoken, silenced, _ = apply([comment("sleeplint: ignore[startup-sleep]")], elsewhere)
    assert (spoken, silenced) == (elsewhere, [])


def test_it_holds_for_a_statement_that_lies_within_its_lines() -> None:
    inside = finding(start=90, statement=Span(100, 130))
    assert apply([comment("sleeplint: ignore[startup-sleep]")], [inside])[0] == []


def test_the_reason_goes_with_what_is_silenced() -> None:
    for text, reason in {
        "sleeplint: ignore[startup-sleep] the port is bound late": "the port is bound late",
        "sleeplint: ignore[startup-sleep]: bound late": "bound late",
        "sleeplint: ignore[startup-sleep] -- bound late */": "bound late",
        "sleeplint: ignore[startup-sleep]": "",
        "sleeplint: ignore[startup-sleep]  # noqa: E501": "",
        "sleeplint: ignore[startup-sleep] see #12": "see #12",
    }.items():
        assert [one.suppressed_by for one in apply([comment(text)], [finding()])[1]] == [reason]


def test_file_ignore_holds_for_the_whole_file_and_only_from_its_head() -> None:
    text = "sleeplint: file-ignore[startup-sleep] an example"
    far = finding(start=9000)
    assert apply([comment(text, Span(0, 0), in_head=True)], [far])[0] == []
    spoken, _, [silencing] = apply([comment(text)], [far])
    assert spoken == [far]
    assert silencing.trouble == "`file-ignore` holds only in the comment at the head of the file, before any code"


def test_a_comment_that_silences_nothing_is_unused_as_far_as_its_rules_are_enabled() -> None:
    _, _, [silencing] = apply([comment("sleeplint: ignore[SLP103, settle-sleep, SLP110] why")], [finding(Settle)])
    assert silencing.unused == ("SLP103",)
    assert silencing.rules == ("startup-sleep", "settle-sleep", "poll-without-deadline")
    assert silencing.reason == "why"


def test_the_closest_of_two_comments_answers_so_that_the_other_is_unused() -> None:
    close, far = comment("sleeplint: ignore[SLP103] close"), comment("sleeplint: ignore[SLP103] far", Span(0, 900))
    _, [silenced], silencings = apply([far, close], [finding()])
    assert silenced.suppressed_by == "close"
    assert [one.unused for one in silencings] == [("SLP103",), ()]


def test_an_unknown_rule_comes_with_the_nearest_one() -> None:
    _, _, [silencing] = apply([comment("sleeplint: ignore[startup-slep, SLP10, zzz]")], [])
    assert silencing.unknown == (("startup-slep", "startup-sleep"), ("SLP10", "SLP110"), ("zzz", None))


def test_settings_can_ask_for_a_reason() -> None:
    _, _, [silencing] = apply([comment("sleeplint: ignore[SLP103]")], [finding()], Suppressions(require_reason=True))
    assert silencing.reason_required


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sleeplint: ignore", "it names no rule: write `sleeplint: ignore[rule-name] reason`"),
        ("sleeplint: ignore[ , ]", "it names no rule: write `sleeplint: ignore[rule-name] reason`"),
        ("sleeplint: ignore startup-sleep", "it names no rule: write `sleeplint: ignore[rule-name] reason`"),
        (
            "sleeplint: ignore[startup-sleep",
            "the closing `]` is missing: write `sleeplint: ignore[rule-name] reason`",
        ),
        ("sleeplint: ingore[x]", "`ingore` is not a word that sleeplint knows: did you mean `ignore`?"),
        ("sleeplint:", "it says nothing: write `sleeplint: ignore[rule-name] reason`"),
    ],
)
def test_a_comment_that_cannot_be_understood_says_why(text: str, words: str) -> None:
    assert trouble(text) == words


@given(st.text(alphabet=st.sampled_from("sleplint: ignor[]fc-,SLP103 #/\n*"), max_size=40), st.booleans())
def test_any_text_is_a_silencing_and_no_finding_is_lost(tail: str, in_head: bool) -> None:
    given_findings = [finding(), finding(Settle)]
    spoken, silenced, silencings = apply([comment("sleeplint:" + tail, in_head=in_head)], given_findings)
    assert len(spoken) + len(silenced) == len(given_findings)
    assert len(silencings) == 1
