"""Each rule on facts built by hand: when it speaks, when it is silent, and what it says."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint import engine
from sleeplint.facts import Confidence, Limit, Loop, Related, Role, Task, Test, TestFile, Wait
from sleeplint.finding import Finding, Severity, Silencing, TestCost
from sleeplint.registry import load
from sleeplint.rule import Budget, Rule, seconds
from sleeplint.settings import Profile, Settings
from sleeplint.settings.choice import enable
from sleeplint.text import Location, Span

ROLES = (
    *("hold", "startup", "settle", "absence", "expiry", "poll", "pacing"),
    *("workload", "race-arm", "yield", "guard", "burned", "sync"),
)
KINDS = ("sleep", "timeout", "interval", "clock-assert")
SLEEP = Wait(
    span=Span(100, 140),
    statement=Span(96, 141),
    language="rust",
    kind="sleep",
    api="tokio::time::sleep",
    duration_ms=200,
    in_test=True,
    role="settle",
    role_confidence="high",
    cost_ms=200,
    written="Duration::from_millis(200)",
    test="tests::works",
    in_async=True,
)
TASK = Task(Span(50, 160), "tokio::spawn", joined=False, keeps="connection")


def sleep(role: Any = "settle", **facts: Any) -> Wait:
    """A sleep in a test that costs its duration, unless said otherwise."""
    if "duration_ms" in facts:
        facts.setdefault("cost_ms", facts["duration_ms"])
    return replace(SLEEP, role=role, **facts)


def hold(**facts: Any) -> Wait:
    return sleep("hold", **{"duration_ms": 5000, "cost_ms": 0, "task": TASK, **facts})


def timeout(role: str = "guard", **facts: Any) -> Wait:
    return sleep(role, **{"kind": "timeout", "api": "tokio::time::timeout", "cost_ms": 0, "duration_ms": 5000, **facts})


def file_of(*waits: Wait, **facts: Any) -> TestFile:
    test = Test("tests::works", Span(0, 900), Span(3, 8), is_async=True, runtime="tokio")
    return TestFile(
        "tests/a.rs", waits[0].language if waits else "rust", True, waits=waits, **{"tests": (test,), **facts}
    )


def spoken(*waits: Wait, profile: Profile = "strict", budget: Budget | None = None, **facts: Any) -> list[Finding]:
    """What all rules of a profile say about a file of these waits, each by itself."""
    return [
        replace(finding, severity=min(entry.severity, finding.severity, key=lambda severity: severity.rank))
        for entry in enable(load(strangers=False), Settings(profile=profile))
        for finding in entry.rule.judge(file_of(*waits, **facts), budget or Budget())
    ]


def names(*waits: Wait, profile: Profile = "strict", **more: Any) -> set[str]:
    return {finding.rule for finding in spoken(*waits, profile=profile, **more)}


def one(name: str, *waits: Wait, profile: Profile = "strict", **more: Any) -> Finding:
    (finding,) = [finding for finding in spoken(*waits, profile=profile, **more) if finding.rule == name]
    return finding


# The roles


@pytest.mark.parametrize(
    ("role", "rule", "default", "strict"),
    [
        ("startup", "startup-sleep", Severity.WARNING, Severity.WARNING),
        ("settle", "settle-sleep", Severity.WARNING, Severity.WARNING),
        ("absence", "absence-sleep", None, Severity.INFO),
        ("expiry", "expiry-sleep", Severity.INFO, Severity.WARNING),
        ("workload", "workload-sleep", None, Severity.INFO),
        ("pacing", "pacing-sleep", None, Severity.WARNING),
    ],
)
def test_a_role_has_its_rule(role: str, rule: str, default: Severity | None, strict: Severity) -> None:
    wait = sleep(role, duration_ms=1000)
    assert [(f.rule, f.severity) for f in spoken(wait, profile="strict")] == [(rule, strict)]
    assert [(f.rule, f.severity) for f in spoken(wait, profile="default")] == ([(rule, default)] if default else [])


@pytest.mark.parametrize(
    ("role", "rule"), [("startup", "startup-sleep"), ("settle", "settle-sleep"), ("expiry", "expiry-sleep")]
)
def test_a_guess_speaks_only_in_strict(role: str, rule: str) -> None:
    wait = sleep(role, role_confidence="low")
    assert names(wait, profile="default") == set()
    assert names(wait, profile="strict") == {rule}


def test_a_watchdog_is_a_guard_though_nobody_joins_it() -> None:
    wait = sleep("guard", role_confidence="low", duration_ms=900_000, cost_ms=0, task=TASK)
    assert names(wait, profile="default") == {"timeout-over-budget"}
    assert names(timeout(duration_ms=900_000, task=TASK), profile="default") == set()


def test_the_shortest_sleeps_of_a_thread_add_up_in_a_loop() -> None:
    short = sleep("pacing", duration_ms=0.01, blocking=True, in_async=False)
    assert names(short) == set()
    assert names(replace(short, repeats=20_000)) == {"pacing-sleep"}
    assert names(replace(short, repeats=None, cost_ms=None)) == {"pacing-sleep"}
    assert names(replace(short, repeats=20_000, blocking=False)) == set()


@pytest.mark.parametrize(("ms", "told"), [(1000, {"expiry-sleep"}), (999, set()), (None, set())])
def test_an_expiry_below_the_sleep_budget_is_told_in_strict_only(ms: int | None, told: set[str]) -> None:
    assert names(sleep("expiry", duration_ms=ms), profile="default") == told
    assert names(sleep("expiry", duration_ms=ms), profile="strict") == {"expiry-sleep"}


def test_a_sleep_of_unknown_purpose_is_a_finding_in_strict() -> None:
    wait = sleep("sync", role_confidence="low")
    assert names(wait, profile="default") == set()
    assert one("settle-sleep", wait).severity is Severity.WARNING


def test_a_timeout_of_unknown_purpose_is_none() -> None:
    assert names(timeout("sync", role_confidence="low", cost_ms=None)) == set()


def test_a_timeout_that_is_known_to_be_paid_is_a_pause_whatever_it_is_for() -> None:
    assert names(timeout("sync", role_confidence="low", duration_ms=200, cost_ms=200)) == {"settle-sleep"}


def test_a_timeout_with_the_role_of_a_sleep_is_a_pause_though_its_price_is_unknown() -> None:
    assert names(timeout("startup", duration_ms=200, cost_ms=None), profile="default") == {"startup-sleep"}


def test_a_timeout_that_is_used_as_a_sleep_is_one() -> None:
    wait = timeout("startup", duration_ms=1500, cost_ms=1500)
    assert names(wait, profile="default") == {"startup-sleep", "sleep-over-budget"}


@pytest.mark.parametrize("role", ["startup", "settle", "absence", "expiry", "workload", "sync", "hold"])
def test_what_never_elapses_is_left_alone(role: str) -> None:
    assert names(sleep(role, duration_ms=5000, cost_ms=0)) == set()


def test_spacing_in_the_background_is_told_though_nobody_pays() -> None:
    assert names(sleep("pacing", cost_ms=0)) == {"pacing-sleep"}


UNBOUNDED = Loop(Span(90, 200), bounded=False, falls_through=False)
BOUNDED = Loop(Span(90, 200), bounded=True, falls_through=False)
SPEAKING = {
    "sleep-over-budget": sleep("sync", duration_ms=5000),
    "connection-hold": sleep("hold", duration_ms=5000, task=TASK),
    "startup-sleep": sleep("startup"),
    "settle-sleep": sleep("settle"),
    "absence-sleep": sleep("absence"),
    "expiry-sleep": sleep("expiry"),
    "workload-sleep": sleep("workload"),
    "pacing-sleep": sleep("pacing"),
    "sleep-ordering": sleep("pacing", order=(Span(300, 340),)),
    "poll-without-deadline": sleep("poll", loop=UNBOUNDED),
    "poll-falls-through": sleep("poll", loop=replace(BOUNDED, falls_through=True)),
    "blocking-sleep": sleep("settle", blocking=True),
    "endless-sleep": sleep("hold", duration_ms=7_200_000),
    "timeout-over-budget": timeout(duration_ms=60_000),
    "burned-timeout": timeout("burned", cost_ms=5000),
    "timeout-too-short": timeout(duration_ms=10),
    "nested-timeout": timeout(limit=Limit(10, "tokio::time::timeout", Span(80, 200))),
    "idle-timeout-over-budget": timeout(duration_ms=60_000, purpose="idle"),
    "elapsed-upper-bound": sleep("guard", kind="clock-assert", bound="upper"),
    "real-clock-under-pause": sleep("sync", blocking=True, paused_clock=True),
    "frozen-clock-async-sleep": sleep("sync", frozen_clock=True),
    "duration-unit": timeout(unit_clash="`A_MS` is given in seconds"),
}
"""For each rule about single waits, one that it speaks about."""


@pytest.mark.parametrize("name", SPEAKING)
@pytest.mark.parametrize(
    "innocence",
    [{"in_test": False}, {"virtual_time": True}, {"kind": "interval"}],
    ids=["production", "virtual", "interval"],
)
def test_a_rule_is_silent_about_what_is_none_of_its_business(name: str, innocence: dict[str, Any]) -> None:
    assert name in names(SPEAKING[name])
    untouched = ("sleep-ordering", "poll-without-deadline", "poll-falls-through", "duration-unit")
    if "kind" not in innocence or name not in untouched:
        assert name not in names(replace(SPEAKING[name], **innocence))


@pytest.mark.parametrize(
    "name", [name for name, wait in SPEAKING.items() if wait.unit_clash is None and not wait.order]
)
def test_nothing_of_no_length_is_a_finding(name: str) -> None:
    if name not in ("poll-without-deadline", "poll-falls-through", "elapsed-upper-bound"):
        assert name not in names(replace(SPEAKING[name], duration_ms=0))


@pytest.mark.parametrize("profile", ["default", "strict"])
@given(
    role=st.sampled_from(ROLES),
    kind=st.sampled_from(KINDS),
    duration=st.sampled_from([None, 0, 1, 1100, 60_000, 7_200_000]),
    cost=st.sampled_from([None, 0, 1100]),
    facts=st.fixed_dictionaries(
        {
            "blocking": st.booleans(),
            "in_async": st.booleans(),
            "paused_clock": st.booleans(),
            "frozen_clock": st.booleans(),
            "unit_clash": st.sampled_from([None, "`A_MS` is given in seconds"]),
            "bound": st.sampled_from([None, "upper", "lower"]),
            "purpose": st.sampled_from(["operation", "connect", "idle", "test-limit"]),
            "loop": st.sampled_from([None, Loop(Span(90, 200), False, False), Loop(Span(90, 200), True, True)]),
            "task": st.sampled_from([None, TASK]),
            "limit": st.sampled_from([None, Limit(1, "tokio::time::timeout", Span(80, 200))]),
            "order": st.sampled_from([(), (Span(300, 340),)]),
        }
    ),
    innocence=st.sampled_from(["production", "virtual", "yield"]),
)
def test_production_code_virtual_time_and_turns_are_never_findings(
    profile: Profile,
    role: str,
    kind: Any,
    duration: int | None,
    cost: int | None,
    facts: dict[str, Any],
    innocence: str,
) -> None:
    wait = sleep(role, kind=kind, duration_ms=duration, cost_ms=cost, **facts)
    if innocence == "production":
        wait = replace(wait, in_test=False)
    elif innocence == "virtual":
        wait = replace(wait, virtual_time=True)
    else:
        wait = replace(
            wait, role="yield", kind="sleep", duration_ms=0, cost_ms=0, order=(), unit_clash=None, loop=None, bound=None
        )
    assert names(wait, profile=profile) == set()


# Budgets


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_a_sleep_over_the_budget_is_an_error(profile: Profile) -> None:
    wait = sleep("expiry", api="std::thread::sleep", duration_ms=1100, blocking=True, in_async=False)
    finding = one("sleep-over-budget", wait, profile=profile)
    assert finding.severity is Severity.ERROR
    assert finding.message == "This sleep of 1.1 s (over the budget of 1 s) is waited out; this test pays 1.1 s for it."


def test_a_sleep_of_just_the_budget_is_within_it() -> None:
    assert "sleep-over-budget" not in names(sleep(duration_ms=1000))
    assert "sleep-over-budget" in names(sleep(duration_ms=1001))
    assert "sleep-over-budget" in names(sleep(duration_ms=1), budget=Budget(max_sleep_secs=0))


@pytest.mark.parametrize(
    "facts",
    [
        {"role": "workload", "cost_ms": None},
        {"role": "hold", "cost_ms": None},
        {"role": "sync", "cost_ms": None, "awaited": None},
        {"role": "sync", "cost_ms": None, "awaited": False},
        {"role": "sync", "cost_ms": None, "task": TASK},
        {"role": "poll", "cost_ms": None},
        {"role": "race-arm", "cost_ms": 0},
        {"role": "sync", "duration_ms": None, "cost_ms": None},
    ],
)
def test_a_sleep_that_nobody_is_known_to_wait_out_has_no_budget(facts: dict[str, Any]) -> None:
    assert "sleep-over-budget" not in names(sleep(**{"duration_ms": 5000, **facts}))


def test_a_sleep_of_the_tests_own_flow_has_one_though_its_price_is_unknown() -> None:
    finding = one("sleep-over-budget", sleep("sync", duration_ms=5000, cost_ms=None, repeats=None))
    assert finding.message == "This sleep of 5 s (over the budget of 1 s) is waited out."


def test_a_guard_over_the_budget() -> None:
    wait = timeout(duration_ms=15_001)
    assert one("timeout-over-budget", wait, profile="default").severity is Severity.WARNING
    assert names(timeout(duration_ms=15_000)) == set()
    assert names(wait, budget=Budget(max_timeout_secs=60)) == set()
    assert "timeout-over-budget" in names(sleep("race-arm", duration_ms=60_000, cost_ms=0))
    assert names(timeout(duration_ms=60_000, purpose="test-limit")) == set()


def test_the_advice_about_a_long_guard_is_not_to_tighten_it() -> None:
    advice = one("timeout-over-budget", timeout(duration_ms=60_000)).advice or ""
    assert advice == (
        "Ask what it guards can need on a slow machine: if that long, say so in a comment at it, or raise "
        "`budget.max_timeout_secs` for these paths."
    )


def test_an_idle_timeout_over_the_budget_speaks_in_strict() -> None:
    wait = timeout(duration_ms=90_000, purpose="idle", api="reqwest::ClientBuilder::pool_idle_timeout")
    assert names(wait, profile="strict") == {"idle-timeout-over-budget"}
    assert names(wait, profile="default") == set()
    assert names(replace(wait, duration_ms=1000)) == set()


def test_the_budget_of_one_test() -> None:
    waits = (
        sleep(),
        sleep(span=Span(200, 240), duration_ms=300),
        sleep(span=Span(300, 340), test=None, duration_ms=900),
    )
    budget = Budget(max_test_sleep_secs=0.4)
    finding = one("test-sleep-budget", *waits, budget=budget)
    assert (finding.span, finding.cost_ms, finding.test, finding.covers) == (Span(3, 8), 500, "tests::works", ())
    assert finding.message == "This test pays 500 ms for its waits, over its budget of 400 ms."
    assert finding.related == (Related(Span(200, 240), "the dearest wait: 300 ms"),)
    assert "test-sleep-budget" not in names(*waits, budget=Budget(max_test_sleep_secs=0.5))
    finding = one("test-sleep-budget", sleep(cost_ms=500_001), budget=Budget(max_test_sleep_secs=500))
    assert finding.message == "This test pays 500001 ms for its waits, over its budget of 500000 ms."
    assert "test-sleep-budget" not in names(*waits)


def rule(name: str) -> Rule:
    found = load(strangers=False).find(name)
    assert found is not None
    return found.configured("strict")


def test_the_budget_of_the_run() -> None:
    costs = (
        TestCost("tests/a.rs", "one", Location(3, 4, 3, 7), 4000),
        TestCost("tests/b.rs", "two", Location(5, 4, 5, 7), 6000),
    )
    budget = Budget(max_suite_sleep_secs=9)
    (finding,) = rule("suite-sleep-budget").judge_run(costs, budget)
    assert (finding.path, finding.location, finding.test) == ("tests/b.rs", Location(5, 4, 5, 7), "two")
    assert finding.message == "The run pays 10 s for its waits, over its budget of 9 s; this test's share is 6 s."
    (finding,) = rule("suite-sleep-budget").judge_run(costs, Budget(max_suite_sleep_secs=9.9995))
    assert finding.message.startswith("The run pays 10000 ms for its waits, over its budget of 9999.5 ms;")
    assert list(rule("suite-sleep-budget").judge_run(costs, Budget(max_suite_sleep_secs=10))) == []
    assert list(rule("suite-sleep-budget").judge_run(costs, Budget())) == []
    assert list(rule("suite-sleep-budget").judge_run((), Budget(max_suite_sleep_secs=0))) == []


# Holds


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_a_hold_that_keeps_something_is_a_finding_though_it_costs_nothing(profile: Profile) -> None:
    finding = one("connection-hold", hold(), profile=profile)
    assert finding.severity is Severity.WARNING
    assert finding.message == "This sleep of 5 s keeps a connection alive for a guessed time."
    assert names(hold(duration_ms=60_000), profile=profile) == {"connection-hold"}


@pytest.mark.parametrize(
    ("keeps", "words"),
    [
        ("connection", "keeps a connection alive"),
        ("listener", "keeps a listener alive"),
        ("task", "keeps its task alive"),
        ("_guard", "keeps `_guard` alive"),
        ("pool.acquire()", "keeps `pool.acquire()` alive"),
    ],
)
def test_a_hold_says_what_it_keeps(keeps: str, words: str) -> None:
    assert words in one("connection-hold", hold(task=replace(TASK, keeps=keeps))).message


@pytest.mark.parametrize("task", [None, replace(TASK, keeps=None)])
def test_a_hold_of_nothing_known_matters_only_where_it_may_be_paid(task: Task | None) -> None:
    assert names(hold(task=task)) == set()
    assert names(hold(task=task, cost_ms=None)) == {"connection-hold"}
    assert names(hold(task=task, duration_ms=800, cost_ms=800)) == {"connection-hold"}
    assert names(hold(task=task, duration_ms=800, cost_ms=800), profile="default") == set()


def test_a_guessed_hold_speaks_only_in_strict_and_where_it_may_be_paid() -> None:
    wait = hold(role_confidence="low", cost_ms=None)
    assert names(wait, profile="default") == set()
    assert "alive" not in one("connection-hold", wait).message
    assert names(replace(wait, cost_ms=0)) == set()


def test_a_task_that_is_nothing_but_a_sleep_holds_nothing() -> None:
    whole = Task(Span(86, 142), "tokio::spawn", joined=False, keeps="task")
    assert names(hold(task=whole)) == set()
    assert names(hold(task=replace(whole, span=Span(86, 143)))) == {"connection-hold"}
    assert names(hold(task=replace(whole, keeps="connection"))) == {"connection-hold"}


def test_a_hold_within_its_budget() -> None:
    assert names(hold(), budget=Budget(max_hold_secs=5)) == set()
    assert names(hold(duration_ms=5001), budget=Budget(max_hold_secs=5)) == {"connection-hold"}
    assert names(hold(duration_ms=None)) == set()


@pytest.mark.parametrize(("profile", "severity"), [("default", Severity.INFO), ("strict", Severity.WARNING)])
def test_an_hour_means_for_ever(profile: Profile, severity: Severity) -> None:
    wait = hold(duration_ms=3_600_000)
    assert [(f.rule, f.severity) for f in spoken(wait, profile=profile)] == [("endless-sleep", severity)]
    assert "endless-sleep" not in names(hold(duration_ms=3_599_999), profile=profile)
    assert "endless-sleep" not in names(hold(duration_ms=3_600_000, program=True), profile=profile)
    assert "endless-sleep" not in names(sleep("race-arm", duration_ms=3_600_000, cost_ms=0), profile=profile)


# Shapes


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_polls(profile: Profile) -> None:
    def told(**facts: Any) -> set[str]:
        return names(sleep("poll", cost_ms=None, repeats=None, duration_ms=2000, **facts), profile=profile)

    assert told(loop=UNBOUNDED) == {"poll-without-deadline"}
    assert told(loop=BOUNDED) == set()
    assert told(loop=replace(BOUNDED, falls_through=True)) == {"poll-falls-through"}
    noticed = replace(BOUNDED, falls_through=True, noticed=True)
    assert told(loop=noticed) == ({"poll-falls-through"} if profile == "strict" else set())
    assert told(loop=None) == set()
    for loop in (UNBOUNDED, replace(BOUNDED, falls_through=True)):
        assert names(sleep("race-arm", loop=loop), profile=profile) == set()
    assert told(loop=UNBOUNDED, limit=Limit(9000, "tokio::time::timeout", Span(80, 210))) == set()
    assert told(loop=UNBOUNDED, task=TASK) == set()
    assert told(loop=UNBOUNDED, task=replace(TASK, joined=True)) == {"poll-without-deadline"}


@pytest.mark.parametrize(("language", "way"), [("rust", "`panic!`"), ("python", "`for .. else: pytest.fail(..)`")])
def test_how_a_poll_can_fail(language: str, way: str) -> None:
    wait = sleep("poll", language=language, loop=replace(BOUNDED, falls_through=True))
    assert way in (one("poll-falls-through", wait).advice or "")


def test_a_limit_on_the_whole_test_bounds_its_polls() -> None:
    limited = Test("tests::works", Span(0, 900), Span(3, 8), limit_ms=60_000)
    assert names(sleep("poll", loop=UNBOUNDED), tests=(limited,)) == set()
    assert names(sleep("poll", loop=UNBOUNDED, test="tests::other"), tests=(limited,)) == {"poll-without-deadline"}


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_blocking_in_async_code(profile: Profile) -> None:
    wait = sleep("sync", role_confidence="low", api="std::thread::sleep", blocking=True, in_async=True)
    finding = one("blocking-sleep", wait, profile=profile)
    assert finding.severity is Severity.WARNING
    assert "`tokio::time::sleep`" in (finding.advice or "")
    assert "blocking-sleep" not in names(replace(wait, in_async=False), profile=profile)
    assert "blocking-sleep" not in names(replace(wait, blocking=False), profile=profile)
    assert "blocking-sleep" not in names(replace(wait, duration_ms=0.9), profile=profile)
    assert "blocking-sleep" in names(replace(wait, duration_ms=None), profile=profile)
    assert "blocking-sleep" in names(replace(wait, duration_ms=1), profile=profile)
    assert "blocking-sleep" not in names(replace(wait, role="yield", duration_ms=None), profile=profile)


def test_sleeps_that_order_tasks_are_one_finding() -> None:
    first = sleep("pacing", order=(Span(200, 240), Span(300, 340)))
    second = sleep("pacing", span=Span(200, 240), order=(Span(100, 140), Span(300, 340)))
    third = sleep("pacing", span=Span(300, 340), order=(Span(100, 140), Span(200, 240)))
    finding = one("sleep-ordering", first, second, third, profile="default")
    assert finding.covers == (Span(100, 140), Span(200, 240), Span(300, 340))
    assert [related.span for related in finding.related] == [Span(200, 240), Span(300, 340)]
    assert finding.message == "This sleep of 200 ms is ordered against 2 other tasks' only by its length."


# Timeouts


def test_a_burned_timeout_informs_in_the_default_profile_from_a_second_on() -> None:
    wait = timeout("burned", duration_ms=1000, cost_ms=1000)
    assert one("burned-timeout", wait, profile="default").severity is Severity.INFO
    assert one("burned-timeout", wait, profile="strict").severity is Severity.WARNING
    short = replace(wait, duration_ms=999, cost_ms=999)
    assert names(short, profile="default") == set()
    assert names(short, profile="strict") == {"burned-timeout"}
    assert names(replace(short, cost_ms=0)) == set()
    assert names(replace(short, duration_ms=0.9)) == set()
    assert names(replace(short, duration_ms=None, cost_ms=None), profile="default") == {"burned-timeout"}


@pytest.mark.parametrize(
    "wait",
    [
        sleep("burned", duration_ms=1000, cost_ms=1000),
        timeout("burned", duration_ms=1000, role_confidence="low", cost_ms=None),
    ],
    ids=["sleep arm", "guess"],
)
def test_a_sleep_arm_and_a_guess_have_the_budget_of_a_sleep(wait: Wait) -> None:
    assert names(wait, profile="default") == set()
    assert names(wait, profile="strict") == {"burned-timeout"}
    assert names(replace(wait, duration_ms=1500), profile="default") == {"burned-timeout"}


def test_a_timeout_that_shows_an_absence_is_burned() -> None:
    assert names(timeout("absence", cost_ms=5000), profile="strict") >= {"burned-timeout"}
    assert "absence-sleep" not in names(timeout("absence", cost_ms=5000))


def test_a_sleep_arm_that_runs_out_is_burned() -> None:
    said = one("burned-timeout", sleep("burned")).message
    assert said == "This sleep arm of 200 ms runs out on every run; this test pays 200 ms for it."
    guessed = one("burned-timeout", timeout("burned", role_confidence="low", cost_ms=None)).message
    assert guessed == "This timeout of 5 s can run out on every run."


def repeated(count: int, **facts: Any) -> tuple[Wait, ...]:
    return tuple(
        timeout(**{"span": Span(n, n + 9), "duration_ms": 3000, "written": "Duration::from_secs(3)", **facts})
        for n in range(0, 10 * count, 10)
    )


def test_a_timeout_that_is_written_often_is_one_finding_in_strict() -> None:
    finding = one("repeated-timeout", *repeated(22))
    assert (finding.span, len(finding.related), finding.covers) == (Span(0, 9), 21, ())
    assert finding.message == "The same timeout of 3 s is written 22 times in this file."
    assert names(*repeated(22), profile="default") == set()


def test_how_often_is_often() -> None:
    assert names(*repeated(5)) == {"repeated-timeout"}
    assert names(*repeated(4)) == set()
    told = enable(load(strangers=False), Settings(select=("SLP203",), rules={"repeated-timeout": {"at_least": 4}}))
    assert [entry.rule.name for entry in told for _ in entry.rule.judge(file_of(*repeated(4)), Budget())] == [
        "repeated-timeout"
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"written": "LIMIT"},
        {"written": "TIMEOUT_3"},
        {"written": "Duration::from_secs(LIMIT_SECS)"},
        {"written": None},
        {"written": "Duration::MAX"},
        {"duration_ms": None},
        {"in_test": False},
        {"kind": "sleep"},
        {"role": "poll"},
        {"purpose": "idle"},
        {"purpose": "test-limit"},
        {"virtual_time": True},
    ],
)
def test_what_is_no_repeated_literal(facts: dict[str, Any]) -> None:
    assert "repeated-timeout" not in names(*repeated(6, **facts))


@pytest.mark.parametrize(
    "written",
    [
        "Duration::from_secs(3)",
        "std::time::Duration::from_millis(3_000)",
        "Duration::new(3, 0)",
        "Some(Duration::from_secs(3))",
        "3",
        "3.0",
        "3 * 1000u64",
        "timeout=3",
        "timedelta(seconds=3)",
        "datetime.timedelta(seconds=3)",
    ],
)
def test_what_is_a_repeated_literal(written: str) -> None:
    assert "repeated-timeout" in names(*repeated(5, written=written))


def test_other_calls_and_other_lengths_are_other_timeouts() -> None:
    mixed = (
        *repeated(3),
        *repeated(3, api="tokio::sync::mpsc::Receiver::recv_timeout"),
        *repeated(3, duration_ms=4000),
    )
    assert names(*mixed) == set()


def test_a_repeated_timeout_does_not_hide_a_burned_one() -> None:
    assert names(*repeated(5, role="burned", cost_ms=3000)) == {"repeated-timeout", "burned-timeout"}


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_a_guard_that_is_too_short(profile: Profile) -> None:
    wait = timeout(duration_ms=49)
    assert names(wait, profile=profile) == {"timeout-too-short"}
    assert names(timeout(duration_ms=50), profile=profile) == set()
    assert names(replace(wait, duration_ms=0), profile=profile) == set()
    assert names(replace(wait, checked=False), profile=profile) == set()
    assert names(replace(wait, loop=BOUNDED), profile=profile) == set()
    assert names(replace(wait, role_confidence="low"), profile=profile) == set()
    assert names(wait, profile=profile, budget=Budget(min_timeout_ms=10)) == set()


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_a_guard_that_its_surroundings_cut_short(profile: Profile) -> None:
    limit = Limit(5000, "tokio::time::timeout", Span(80, 200))
    finding = one("nested-timeout", timeout(limit=limit), profile=profile)
    assert finding.related == (Related(Span(80, 200), "the limit around it"),)
    assert "`tokio::time::timeout` around it ends after 5 s" in finding.message
    assert names(timeout(limit=replace(limit, ms=5001)), profile=profile) == set()
    assert names(timeout("burned", cost_ms=0, limit=limit), profile=profile) == set()
    assert names(timeout(limit=limit, purpose="test-limit"), profile=profile) == set()
    assert names(timeout(limit=limit, duration_ms=None), profile=profile) == set()


# Clocks and units


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_bounds_on_wall_time(profile: Profile) -> None:
    wait = sleep(
        "guard", kind="clock-assert", bound="upper", duration_ms=500, cost_ms=0, api="std::time::Instant::elapsed"
    )
    assert names(wait, profile=profile) == {"elapsed-upper-bound"}
    assert names(replace(wait, bound="lower"), profile=profile) == set()
    deadline = replace(wait, loop=BOUNDED)
    assert names(deadline, profile=profile) == set()
    assert names(wait, sleep("poll", span=Span(150, 190), loop=BOUNDED), profile=profile) == set()
    beyond = sleep("poll", span=Span(150, 190), loop=replace(BOUNDED, span=Span(141, 200)))
    assert names(wait, beyond, profile=profile) == {"elapsed-upper-bound"}
    assert names(replace(wait, duration_ms=None), profile=profile) == {"elapsed-upper-bound"}
    assert names(replace(wait, duration_ms=1999), profile=profile) == {"elapsed-upper-bound"}
    assert ("elapsed-upper-bound" in names(replace(wait, duration_ms=2000), profile=profile)) is (profile == "strict")
    tight = replace(wait, duration_ms=30_000, slack_ms=1000)
    assert "leaves wall time no more than 1 s of room" in one("elapsed-upper-bound", tight, profile=profile).message
    assert ("elapsed-upper-bound" in names(replace(tight, slack_ms=2000), profile=profile)) is (profile == "strict")


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_a_real_clock_in_a_paused_test(profile: Profile) -> None:
    wait = sleep("workload", api="std::thread::sleep", blocking=True, in_async=True, paused_clock=True)
    assert "real-clock-under-pause" in names(wait, profile=profile)
    assert "real-clock-under-pause" not in names(replace(wait, paused_clock=False), profile=profile)
    assert "real-clock-under-pause" not in names(replace(wait, in_async=False, task=TASK), profile=profile)
    assert "real-clock-under-pause" in names(replace(wait, task=TASK), profile=profile)
    assert "real-clock-under-pause" in names(replace(wait, in_async=False), profile=profile)
    assert "real-clock-under-pause" not in names(replace(wait, blocking=False), profile=profile)
    assert "real-clock-under-pause" not in names(replace(wait, role="yield", duration_ms=None), profile=profile)


def test_what_goes_by_the_real_clock_is_called_by_its_name() -> None:
    pause = one("real-clock-under-pause", sleep(blocking=True, paused_clock=True))
    assert pause.message.startswith("This sleep of 200 ms goes by the real clock")
    assert pause.advice == "Use the clock that is paused (`tokio::time::sleep`)."
    bound = one("real-clock-under-pause", sleep("guard", kind="clock-assert", cost_ms=0, paused_clock=True))
    assert bound.message == "This assertion of 200 ms goes by the real clock in a test whose clock is paused."
    assert bound.advice == "Use the clock that is paused."


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_a_runtimes_sleep_under_a_frozen_clock(profile: Profile) -> None:
    wait = sleep("workload", language="python", api="asyncio.sleep", frozen_clock=True)
    assert "frozen-clock-async-sleep" in names(wait, profile=profile)
    assert "frozen-clock-async-sleep" not in names(replace(wait, frozen_clock=False), profile=profile)
    assert "frozen-clock-async-sleep" not in names(replace(wait, blocking=True), profile=profile)
    assert "frozen-clock-async-sleep" not in names(replace(wait, in_async=False), profile=profile)
    assert "frozen-clock-async-sleep" not in names(replace(wait, role="yield", duration_ms=None), profile=profile)


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_units(profile: Profile) -> None:
    finding = one(
        "duration-unit", timeout(duration_ms=5_000_000, unit_clash="`A_MS` is given in seconds"), profile=profile
    )
    assert finding.severity is Severity.ERROR
    assert finding.message == ("This duration of 83.3 min looks to be in another unit: `A_MS` is given in seconds.")


# Which of several speaks


def weightiest(*waits: Wait, profile: Profile) -> str:
    rules = enable(load(strangers=False), Settings(profile=profile))
    (kept,) = engine._most_specific(spoken(*waits, profile=profile), rules)
    return kept.rule


@pytest.mark.parametrize(
    ("wait", "default", "strict"),
    [
        (sleep("startup", duration_ms=5000), "startup-sleep", "startup-sleep"),
        (sleep("expiry", duration_ms=5000), "sleep-over-budget", "expiry-sleep"),
        (sleep("absence", duration_ms=5000), "sleep-over-budget", "sleep-over-budget"),
        (sleep("workload", duration_ms=5000), "sleep-over-budget", "sleep-over-budget"),
        (sleep("pacing", duration_ms=5000), "sleep-over-budget", "pacing-sleep"),
        (sleep("startup", blocking=True), "blocking-sleep", "blocking-sleep"),
        (sleep("pacing", order=(Span(9, 10),)), "sleep-ordering", "sleep-ordering"),
        (timeout(duration_ms=60_000_000, unit_clash="`A`"), "duration-unit", "duration-unit"),
        (sleep("workload", blocking=True, paused_clock=True), "real-clock-under-pause", "real-clock-under-pause"),
        (
            timeout(duration_ms=60_000, limit=Limit(5, "tokio::time::timeout", Span(0, 1))),
            "nested-timeout",
            "nested-timeout",
        ),
    ],
)
def test_one_wait_gets_the_most_specific_finding_and_no_info_hides_a_budget(
    wait: Wait, default: str, strict: str
) -> None:
    assert weightiest(wait, profile="default") == default
    assert weightiest(wait, profile="strict") == strict


# The linter's own


COMMENT = Silencing(Span(10, 60), rules=("startup-sleep",), unused=(), unknown=(), reason="no ready line")


def remarks(name: str, **facts: Any) -> list[str]:
    return [f.message for f in rule(name).judge_silencing(file_of(), [replace(COMMENT, **facts)])]


def test_a_comment_that_silences_something_for_a_reason_is_left_alone() -> None:
    assert remarks("unused-suppression", reason_required=True) == []
    assert remarks("unknown-rule") == []


def test_a_comment_that_silences_nothing() -> None:
    told = remarks("unused-suppression", unused=("startup-sleep", "SLP104"))
    assert told == ["This ignore comment silences nothing of `startup-sleep`, `SLP104`."]


def test_a_comment_without_the_reason_that_is_asked_for() -> None:
    told = ["This ignore comment gives no reason, and the settings ask for one."]
    assert remarks("unused-suppression", reason="", reason_required=True) == told
    assert remarks("unused-suppression", reason="") == []


def test_a_comment_that_cannot_be_understood() -> None:
    told = remarks(
        "unused-suppression", trouble="the closing `]` is missing: write `x`", reason_required=True, reason=""
    )
    assert told == ["This ignore comment silences nothing, because the closing `]` is missing: write `x`."]


def test_a_rule_that_does_not_exist() -> None:
    silencing = replace(COMMENT, unknown=(("startup-slep", "startup-sleep"), ("nonsense", None)))
    found = list(rule("unknown-rule").judge_silencing(file_of(), [silencing]))
    assert [f.message for f in found] == ["There is no rule `startup-slep`.", "There is no rule `nonsense`."]
    assert found[0].advice == "Did you mean `startup-sleep`?"


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_a_file_that_does_not_parse(profile: Profile) -> None:
    finding = one("syntax-error", profile=profile, broken=(Span(7, 9), Span(20, 22)))
    assert finding.severity is Severity.INFO
    assert (finding.span, [related.span for related in finding.related]) == (Span(7, 9), [Span(20, 22)])
    assert names(profile=profile) == set()


def test_production_code_that_does_not_parse_is_not_ours_to_tell() -> None:
    file = TestFile("src/a.rs", "rust", False, broken=(Span(7, 9),), waits=(sleep(in_test=False),))
    assert list(rule("syntax-error").judge(file, Budget())) == []


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_a_file_that_is_not_read_to_its_end(profile: Profile) -> None:
    finding = one("unread-code", profile=profile, unread=("not read: larger than 1.5 MB",))
    assert (finding.severity, finding.span) == (Severity.INFO, Span(0, 0))
    assert finding.message == "This file is not read: larger than 1.5 MB."
    both = one("unread-code", profile=profile, unread=("read in part: a", "read in part: b"))
    assert both.message == "This file is read in part: a; it is read in part: b."


# How they speak


ANY_WAIT = st.builds(
    sleep,
    role=st.sampled_from(ROLES),
    language=st.sampled_from(["rust", "python"]),
    api=st.sampled_from(
        [
            *(
                "tokio::time::sleep",
                "std::thread::sleep",
                "async_std::task::sleep",
                "smol::Timer::after",
                ".recv_timeout",
            ),
            *("futures_timer::Delay::new", "time.sleep", "asyncio.sleep", "trio.sleep", "anyio.sleep", "gevent.sleep"),
            *("eventlet.sleep", "curio.sleep", "tornado.gen.sleep", "twisted.internet.task.deferLater", "broker.join"),
        ]
    ),
    kind=st.sampled_from(KINDS),
    role_confidence=st.sampled_from(["high", "low"]),
    duration_ms=st.sampled_from([None, 10, 1100, 60_000, 7_200_000]),
    cost_ms=st.sampled_from([None, 0, 1100]),
    blocking=st.booleans(),
    in_async=st.booleans(),
    paused_clock=st.booleans(),
    frozen_clock=st.booleans(),
    test=st.sampled_from([None, "tests::works"]),
    repeats=st.sampled_from([None, 1, 5]),
    loop=st.sampled_from([None, UNBOUNDED, replace(BOUNDED, falls_through=True)]),
    task=st.sampled_from([None, TASK, replace(TASK, spawner="multiprocessing.Process"), replace(TASK, keeps=None)]),
    readiness=st.sampled_from([None, "the listener is bound before the spawn"]),
    expires=st.sampled_from([None, "`ttl = 1s`"]),
    bound=st.sampled_from([None, "upper"]),
    purpose=st.sampled_from(["operation", "idle"]),
)
ROLE_WORDS = {
    "startup": "what was just started",
    "settle": "effect of an earlier action",
    "absence": "does not happen",
    "expiry": "elapse in real time",
    "workload": "simulates work",
    "pacing": "spaces or orders",
    "hold": "alive",
}


@given(wait=ANY_WAIT)
def test_messages_are_sentences_and_advice_is_honest(wait: Wait) -> None:
    for finding in spoken(wait):
        for sentence in (finding.message, finding.advice or "Fine."):
            assert sentence.endswith(".")
            assert not sentence.endswith("..")
            assert sentence[0].isupper() or sentence[0] == "`"
            assert "  " not in sentence
        assert "\n" not in finding.message
        assert not any(word in (finding.advice or "") for word in ("yield_now", "shorter", "retries", "save", "delete"))
        other = "asyncio" if wait.language == "rust" else "tokio"
        assert other not in (finding.advice or "")


@pytest.mark.parametrize("role", ["startup", "settle", "absence", "expiry", "workload", "pacing", "sync"])
def test_a_guess_is_not_told_as_a_fact(role: str) -> None:
    (finding,) = spoken(sleep(role, role_confidence="low", expires="ttl = 1"))
    assert finding.message == (
        "This sleep of 200 ms makes the outcome depend on how fast the machine is; this test pays 200 ms for it."
    )
    assert (finding.advice or "").startswith("If it waits for something, wait for that: ")


def test_only_a_sleep_over_the_budget_is_said_to_be() -> None:
    assert "over the budget" not in one("settle-sleep", sleep(duration_ms=1000)).message
    assert "This sleep of 1.01 s (over the budget of 1 s) gives" in one("settle-sleep", sleep(duration_ms=1010)).message
    assert (
        "This sleep of 1001 ms (over the budget of 1000 ms) gives"
        in one("settle-sleep", sleep(duration_ms=1001)).message
    )
    assert one("settle-sleep", sleep(duration_ms=None)).message.startswith("This sleep gives the effect")


def test_a_timeout_over_the_budget_is_never_written_equal_to_it() -> None:
    assert "This timeout of 15001 ms is over the budget of 15000 ms: " in (
        one("timeout-over-budget", timeout(duration_ms=15_001)).message
    )


def test_what_expires_is_quoted() -> None:
    assert "lets `ttl = 1s` elapse" in one("expiry-sleep", sleep("expiry", expires="ttl = 1s")).message
    assert "lets `ttl = 1s` elapse" in one("expiry-sleep", sleep("expiry", expires="`ttl = 1s`")).message
    assert "lets a limit elapse" in one("expiry-sleep", sleep("expiry")).message


@given(wait=ANY_WAIT)
def test_a_message_names_a_role_only_when_the_structure_shows_it(wait: Wait) -> None:
    for finding in spoken(replace(wait, role_confidence="low")):
        if finding.rule not in ("burned-timeout", "poll-without-deadline", "poll-falls-through"):
            assert not [word for word in ROLE_WORDS.values() if word in finding.message]
    for finding in spoken(replace(wait, role_confidence="high")):
        if finding.rule.removesuffix("-sleep") == wait.role:
            assert ROLE_WORDS[wait.role] in finding.message


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        ({"role": "settle"}, "`tokio::sync::Notify`"),
        ({"role": "startup"}, "`tokio::sync::oneshot`"),
        ({"role": "startup", "readiness": "`up` is awaited below"}, "`up` is awaited below"),
        ({"role": "settle", "api": "std::thread::sleep", "in_async": False}, "`std::sync::mpsc`"),
        ({"role": "settle", "api": "std::thread::sleep", "in_async": True, "blocking": False}, "`tokio::sync::Notify`"),
        (
            {"role": "settle", "language": "python", "api": "time.sleep", "in_async": False},
            "`threading.Event.wait(timeout=..)`",
        ),
        ({"role": "settle", "language": "python", "api": "asyncio.sleep"}, "`asyncio.Event`"),
        ({"role": "settle", "language": "python", "api": "trio.sleep"}, "`trio.testing.wait_all_tasks_blocked()`"),
        ({"role": "settle", "language": "python", "api": "anyio.sleep"}, "`anyio.wait_all_tasks_blocked()`"),
        ({"role": "settle", "language": "python", "api": "gevent.sleep"}, "`gevent.event.Event.wait(timeout=..)`"),
        ({"role": "expiry"}, "`#[tokio::test(start_paused = true)]`"),
        ({"role": "expiry", "language": "python", "api": "trio.sleep"}, "`trio.testing.MockClock`"),
        ({"role": "absence"}, "a fence"),
        ({"role": "pacing"}, "`std::fs::File::set_times`"),
        ({"role": "pacing", "language": "python", "api": "time.sleep", "in_async": False}, "`os.utime`"),
        ({"role": "workload"}, "`tokio::sync::oneshot`"),
    ],
)
def test_advice_speaks_of_the_library_at_hand(facts: dict[str, Any], advice: str) -> None:
    (finding,) = spoken(sleep(**facts), tests=())
    assert advice in (finding.advice or "")


PYTHON = {"language": "python", "api": "time.sleep", "in_async": False}


@pytest.mark.parametrize("role", ["settle", "startup", "absence", "workload", "pacing", "hold"])
@pytest.mark.parametrize("confidence", ["high", "low"])
@pytest.mark.parametrize(
    ("facts", "tools"),
    [
        (PYTHON, ("qt",)),
        ({**PYTHON, "api": "pytestqt.qtbot.QtBot.wait"}, ()),
        ({**PYTHON, "api": "PyQt6.QtTest.QTest.qWait"}, ()),
    ],
)
def test_what_blocks_the_loop_of_qt_is_never_advised(
    facts: dict[str, Any], tools: tuple[str, ...], role: Role, confidence: Confidence
) -> None:
    wait = sleep(role, **facts, role_confidence=confidence, duration_ms=3000, cost_ms=3000)
    for finding in spoken(wait, tests=(), tools=tools):
        assert "threading" not in (finding.advice or "")
        assert "a poll" not in (finding.advice or "")
        assert "asyncio" not in (finding.advice or "")


@pytest.mark.parametrize(
    ("facts", "tools", "advice"),
    [
        (PYTHON, ("qt",), "`qtbot.waitSignal` or `qtbot.waitUntil`"),
        ({"api": "pytestqt.qtbot.QtBot.wait"}, (), "`qtbot.waitSignal` or `qtbot.waitUntil`"),
        ({"api": "playwright.sync_api.Page.wait_for_timeout"}, (), "`expect(..)`"),
        ({"api": "playwright.async_api.Page.wait_for_timeout", "in_async": True}, (), "`expect(..)`"),
        (PYTHON, ("playwright",), "`expect(..)`"),
        (PYTHON, ("selenium",), "`WebDriverWait(driver, ..).until(..)`"),
        (PYTHON, ("celery",), "`result.get(timeout=..)`"),
        ({"api": "rospy.sleep"}, (), "what its library offers to wait for it"),
        ({"role": "workload"}, ("selenium",), "`threading.Event`"),
        ({"role": "startup"}, ("selenium",), "Wait until it is ready: `WebDriverWait(..).until(..)`"),
        ({"api": "gevent.sleep"}, ("selenium",), "`gevent.event.Event.wait(timeout=..)`"),
        (
            {"task": Task(Span(1, 9), "threading.Thread", joined=True, keeps=None)},
            ("qt",),
            "`threading.Event.wait(timeout=..)`",
        ),
    ],
)
def test_advice_speaks_of_the_tool_at_hand(facts: dict[str, Any], tools: tuple[str, ...], advice: str) -> None:
    (finding,) = spoken(sleep(**{**PYTHON, **facts}), tests=(), tools=tools)
    assert advice in (finding.advice or "")


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (1e-6, "less than 1 µs"),
        (0.1, "0.1 ms"),
        (250, "250 ms"),
        (3_600_000, "1 h"),
        (86_400_000, "24 h"),
        (10**9, "11.6 days"),
        (10**12, "31.7 years"),
        (10**15, "more than 1000 years"),
    ],
)
def test_a_duration_is_written_for_people(ms: float, said: str) -> None:
    assert seconds(ms) == said


def test_a_blocking_sleep_on_a_trio_loop_is_told_of_trio() -> None:
    wait = sleep(language="python", api="time.sleep", blocking=True, in_async=True)
    trio_test = Test("tests::works", Span(0, 900), Span(3, 8), is_async=True, runtime="trio")
    assert "`trio.sleep`" in (one("blocking-sleep", wait, tests=(trio_test,)).advice or "")


def test_the_price_counts_repetitions_and_names_who_pays() -> None:
    said = one("settle-sleep", sleep(cost_ms=1000, repeats=5)).message
    assert said.endswith("; this test pays 1 s for it in 5 rounds.")
    assert one("settle-sleep", sleep(test=None)).message.endswith("; each test that runs it pays 200 ms for it.")


def test_a_guard_that_something_else_ends_first_is_not_what_a_hang_costs() -> None:
    wait = timeout(duration_ms=60_000)
    assert "timeout-over-budget" in names(wait)
    assert "timeout-over-budget" not in names(replace(wait, limit=Limit(30_000, "pytest-timeout", Span(3, 8))))
    assert "timeout-over-budget" in names(replace(wait, limit=Limit(90_000, "pytest-timeout", Span(3, 8))))
    assert "timeout-over-budget" not in names(replace(wait, task=TASK))
    assert "timeout-over-budget" in names(replace(wait, task=replace(TASK, joined=None)))


def test_a_comment_excuses_a_long_guard_but_not_from_the_convention() -> None:
    wait = timeout(duration_ms=60_000, excused=True)
    assert names(wait, profile="default") == set()
    assert names(wait, profile="strict") == {"timeout-over-budget"}


@pytest.mark.parametrize(
    ("purpose", "ms", "told"),
    [("operation", 5000, True), ("operation", 5001, False), ("connect", 5000, False), ("connect", 4999, True)],
)
def test_a_limit_as_long_as_a_timeout_cuts_it_short_unless_both_begin_together(
    purpose: str, ms: int, told: bool
) -> None:
    limit = Limit(ms, "reqwest::ClientBuilder::timeout", Span(80, 200))
    assert ("nested-timeout" in names(timeout(duration_ms=5000, purpose=purpose, limit=limit))) == told


@pytest.mark.parametrize("rule", ["timeout-over-budget", "nested-timeout"])
def test_guards_of_one_name_are_one_decision(rule: str) -> None:
    limit = Limit(30_000, "pytest-timeout", Span(3, 8)) if rule == "nested-timeout" else None
    first, second, third = (
        timeout(duration_ms=60_000, written="PATIENCE", span=Span(at, at + 30), limit=limit) for at in (100, 200, 300)
    )
    assert [found.span for found in spoken(first, second, profile="strict") if found.rule == rule] == [
        first.span,
        second.span,
    ]
    finding = one(rule, first, second, third, profile="default")
    assert finding.span == first.span
    assert finding.covers == (first.span, second.span, third.span)
    assert [place.span for place in finding.related if place.text == "and here"] == [second.span, third.span]
    assert "`PATIENCE`" in finding.message
    apart = [replace(wait, written="Duration::from_secs(60)") for wait in (first, second)]
    found = [found.span for found in spoken(*apart, profile="default") if found.rule == rule]
    assert found == [first.span, second.span]
    others = [first, replace(second, written="LIMIT"), replace(third, duration_ms=70_000)]
    assert len([found for found in spoken(*others, profile="default") if found.rule == rule]) == 3


def test_a_loop_of_sleeps_is_for_ever_and_no_guessed_time() -> None:
    around = Loop(Span(90, 200), bounded=False, falls_through=False)
    assert names(hold()) == {"connection-hold"}
    assert names(hold(loop=around)) == {"endless-sleep"}
    assert "loop" in one("endless-sleep", hold(loop=around)).message


def test_a_day_is_never_waited_out() -> None:
    assert "sleep-over-budget" in names(sleep("sync", duration_ms=80_000_000, cost_ms=None))
    assert "sleep-over-budget" not in names(sleep("sync", duration_ms=86_400_000, cost_ms=None))


def test_a_sleep_of_next_to_nothing_is_a_turn_of_the_scheduler() -> None:
    assert names(sleep(duration_ms=1)) == {"settle-sleep"}
    assert names(sleep(duration_ms=1e-8)) == set()


def test_a_poll_of_a_helper_may_be_bounded_by_its_callers() -> None:
    wait = sleep("poll", loop=Loop(Span(90, 200), bounded=False, falls_through=False), cost_ms=None)
    assert "so that the test hangs" in one("poll-without-deadline", wait).message
    assert "of its own" in one("poll-without-deadline", replace(wait, test=None)).message


def test_a_helpers_guard_is_not_cut_short_by_the_runner_whose_limit_a_test_may_raise() -> None:
    guard = timeout(duration_ms=10_000, test=None)
    assert names(replace(guard, limit=Limit(10_000, "pytest-timeout", guard.span))) == set()
    assert names(replace(guard, limit=Limit(10_000, "pytest-timeout", Span(80, 200)))) == {"nested-timeout"}
    long = replace(guard, duration_ms=60_000, limit=Limit(10_000, "pytest-timeout", guard.span))
    assert names(long, profile="default") == {"timeout-over-budget"}


def test_a_comment_excuses_a_sleep_that_blocks_on_purpose() -> None:
    wait = sleep("pacing", api="std::thread::sleep", blocking=True, in_async=True, role_confidence="low")
    assert names(wait, profile="default") == {"blocking-sleep"}
    assert "blocking-sleep" not in names(replace(wait, excused=True), profile="default")
    assert "blocking-sleep" in names(replace(wait, excused=True), profile="strict")
