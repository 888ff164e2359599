"""What a maintainer would wave away: Rust code on which an earlier reading was wrong, each beside its near miss."""

from __future__ import annotations

import re

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import Surroundings, read
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.source import Source

HEAD = """\
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

"""


def waits(body: str) -> list[Wait]:
    code = f"{HEAD}#[tokio::test]\nasync fn works() {{\n{body}\n}}\n"
    return list(read(Source("tests/a.rs", code.encode())).waits)


ELAPSED = [
    ("assert_eq!(start.elapsed().as_secs(), 5);", 5000, 1000),
    ("assert!(start.elapsed().as_secs() == 5);", 5000, 1000),
    ("assert_eq!(start.elapsed().as_millis(), 5);", 5, 1),
    ("assert!(start.elapsed().as_secs() < 5);", 5000, None),
    ("assert_eq!(start.elapsed().as_secs_f64(), 5.0);", 5000, None),
    ("assert_eq!(start.elapsed(), Duration::from_secs(5));", 5000, None),
]


@pytest.mark.parametrize(("assertion", "ms", "slack"), ELAPSED)
def test_whole_units_that_are_equal_may_be_one_longer(assertion: str, ms: int, slack: int | None) -> None:
    (wait,) = waits(f"let start = Instant::now();\nact().await;\n{assertion}")
    assert (wait.kind, wait.bound, wait.duration_ms, wait.slack_ms) == ("clock-assert", "upper", ms, slack)


@pytest.mark.parametrize(
    ("assertion", "ms"),
    [
        ("assert_eq!(span.started, start.duration_since(UNIX_EPOCH).unwrap().as_nanos());", None),
        ("assert!(token.expires > now.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 60);", None),
        ("let began = start.duration_since(UNIX_EPOCH).unwrap();\nassert!(span.started >= began);", None),
        ("assert!(now.duration_since(start).unwrap() < Duration::from_secs(5));", 5000),
        ("assert!((day(now) - day(start)).as_secs() < 5);", 5000),
    ],
)
def test_a_time_of_day_is_no_time_that_passed(assertion: str, ms: int | None) -> None:
    told = re.sub(r"day\((\w+)\)", r"\1.duration_since(UNIX_EPOCH).unwrap()", assertion)
    clock = "use std::time::{SystemTime, UNIX_EPOCH};"
    found = waits(f"{clock}\nlet start = SystemTime::now();\nact().await;\nlet now = SystemTime::now();\n{told}")
    assert [wait.duration_ms for wait in found] == ([ms] if ms else [])


def test_a_loop_that_only_sleeps_says_so() -> None:
    (wait,) = waits("let job = tokio::spawn(async { loop { sleep(Duration::from_secs(9)).await; } });\njob.abort();")
    assert (wait.role, wait.cost_ms) == ("hold", 0)
    assert wait.loop is not None
    assert not wait.loop.bounded
    (wait,) = waits("let job = tokio::spawn(async { sleep(Duration::from_secs(9)).await; });\njob.abort();")
    assert (wait.role, wait.loop) == ("hold", None)


@pytest.mark.parametrize(("seconds", "cost"), [(86_399, 86_399_000), (86_400, None), (31_536_000, None)])
def test_a_day_is_never_paid(seconds: int, cost: int | None) -> None:
    (wait,) = waits(f"poke().await;\nsleep(Duration::from_secs({seconds})).await;\nassert!(poked());")
    assert wait.cost_ms == cost


LOOPS = {
    "takes a connection and sleeps": (
        "loop { let (_peer, _) = listener.accept().await.unwrap(); sleep(LONG).await; }",
        "hold high 0 connection",
    ),
    "takes connections while they come": (
        "while let Ok((peer, _)) = listener.accept().await { sleep(LONG).await; drop(peer); }",
        "hold high 0 connection",
    ),
    "goes through connections": (
        "for peer in listener.incoming() { let _peer = peer.unwrap(); sleep(LONG).await; }",
        "hold high 0 connection",
    ),
    "answers late": (
        "while let Ok((mut peer, _)) = listener.accept().await { sleep(LONG).await; answer(peer).await; }",
        "workload low None connection",
    ),
    "goes through jobs": ("for job in jobs { job.run().await; sleep(LONG).await; }", "pacing low None task"),
}


@pytest.mark.parametrize(("loop", "expected"), LOOPS.values(), ids=LOOPS)
def test_a_servers_loop_that_does_nothing_with_its_connections_holds_them(loop: str, expected: str) -> None:
    (wait,) = waits(
        f"const LONG: Duration = Duration::from_secs(5);\ntokio::spawn(async move {{ {loop} }});\nlook().await;"
    )
    assert wait.task is not None
    assert f"{wait.role} {wait.role_confidence} {wait.cost_ms} {wait.task.keeps}" == expected


OWN = Surroundings(calls=(Call("mine::testing::pause", "sleep", Argument(0, "ms")),))


@pytest.mark.parametrize(
    ("function", "pause", "blocks"),
    [
        ("#[test]\nfn works()", "pause(5000);", True),
        ("#[test]\nfn works()", "mine::testing::pause(5000);", True),
        ("#[tokio::test]\nasync fn works()", "pause(5000).await;", False),
        ("#[tokio::test]\nasync fn works()", "pause(5000);", True),
        ("#[tokio::test]\nasync fn works()", "let rest = pause(5000); rest.await;", False),
    ],
)
def test_a_call_that_the_user_taught_is_waited_for_where_it_stands_alone(
    function: str, pause: str, blocks: bool
) -> None:
    code = f"use mine::testing::pause;\n{function} {{ poke(); {pause} assert!(poked()); }}\n"
    (wait,) = read(Source("tests/a.rs", code.encode()), OWN).waits
    assert (wait.duration_ms, wait.cost_ms, wait.awaited) == (5000, 5000, True)
    assert wait.blocking is blocks


CLOSURES = [
    ("std::thread::sleep(LONG);", True),
    ("(0..3).for_each(|_| std::thread::sleep(LONG));", True),
    ("let rest = || std::thread::sleep(LONG); rest();", True),
    ("Mock::given(any()).respond_with(move |_: &Request| { std::thread::sleep(LONG); Answer::new(200) });", False),
    ("std::thread::spawn(|| std::thread::sleep(LONG));", False),
    ('module.register_method::<Answer, _>("rest", |_| { std::thread::sleep(LONG); Ok("rested") });', False),
    ("let rest = move || std::thread::sleep(LONG); serve(Worker::new(rest.clone())).await;", False),
    ("let rest = Box::new(move |_: &Request| std::thread::sleep(LONG)); serve(Mock::with_hook(rest)).await;", False),
    ("let rest = Some(Box::new(|| std::thread::sleep(LONG))); serve(Mock { rest }).await;", False),
    ("let rest = Box::new(|| std::thread::sleep(LONG)); rest();", True),
    ("let slow = Hook { ended: move || std::thread::sleep(LONG) }; serve(slow).await;", False),
]


@pytest.mark.parametrize(("code", "in_async"), CLOSURES)
def test_a_plain_closure_that_is_handed_to_somebody_may_run_anywhere(code: str, in_async: bool) -> None:
    (wait,) = waits(f"const LONG: Duration = Duration::from_secs(5);\n{code}")
    assert wait.in_async is in_async
