"""Which clock? Paused and simulated time in Rust."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.languages import Surroundings, read
from sleeplint.source import Source

SLEEP = "tokio::time::sleep(std::time::Duration::from_secs(60)).await;"
PAUSED_RUNTIME = "fn rt() -> Runtime { Builder::new_current_thread().start_paused(true).build().unwrap() }"
BLOCK = "std::thread::sleep(std::time::Duration::from_secs(60));"


def clocks(code: str) -> list[tuple[bool, bool]]:
    waits = read(Source("tests/a.rs", dedent(code).encode()), Surroundings()).waits
    return [(wait.virtual_time, wait.paused_clock) for wait in waits]


@pytest.mark.parametrize(
    "code",
    [
        f"#[tokio::test(start_paused = true)]\nasync fn f() {{ {SLEEP} }}",
        f'#[tokio::test(flavor = "current_thread", start_paused=true)]\nasync fn f() {{ {SLEEP} }}',
        f"#[rstest]\n#[case(1)]\n#[tokio::test(start_paused = true)]\nasync fn f(#[case] n: u8) {{ {SLEEP} }}",
        f"#[test_log::test(tokio::test(start_paused = true))]\nasync fn f() {{ {SLEEP} }}",
        f"#[tokio::test]\nasync fn f() {{ tokio::time::pause(); {SLEEP} }}",
        f"use tokio::time;\n#[tokio::test]\nasync fn f() {{ time::pause(); g(); {SLEEP} }}",
        f"use tokio::time::pause;\n#[tokio::test]\nasync fn f() {{ pause(); {SLEEP} }}",
        "#[test]\nfn f() { let rt = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();"
        f" rt.block_on(async {{ {SLEEP} }}); }}",
        f"#[test]\nfn f() {{ let mut sim = turmoil::Builder::new().build(); sim.client(1, async {{ {SLEEP} }}); }}",
        f"#[madsim::test]\nasync fn f() {{ {SLEEP} }}",
        f"{PAUSED_RUNTIME}\n#[test]\nfn f() {{ rt().block_on(async {{ {SLEEP} }}); }}",
        f"{PAUSED_RUNTIME}\n#[test]\nfn f() {{ let rt = rt(); rt.block_on(async {{ {SLEEP} }}); }}",
        f"fn still(f: impl Future) {{ Builder::new_current_thread().start_paused(true).build().unwrap().block_on(f) }}"
        f"\n#[test]\nfn f() {{ still(async {{ {SLEEP} }}); }}",
        f"fn setup() {{ tokio::time::pause(); }}\n#[tokio::test]\nasync fn f() {{ setup(); {SLEEP} }}",
        f"#[tokio::test(start_paused = true)]\nasync fn f() {{ {SLEEP} tokio::time::resume(); }}",
        f"async fn helper() {{ {SLEEP} }}\n#[tokio::test(start_paused = true)]\nasync fn f() {{ helper().await; }}",
        f"async fn inner() {{ {SLEEP} }}\nasync fn outer() {{ inner().await }}\n"
        "#[tokio::test(start_paused = true)]\nasync fn f() { outer().await; }",
    ],
)
def test_time_is_virtual(code: str) -> None:
    assert clocks(code) == [(True, True)]


@pytest.mark.parametrize(
    "code",
    [
        f"#[tokio::test]\nasync fn f() {{ {SLEEP} }}",
        f"#[tokio::test(start_paused = false)]\nasync fn f() {{ {SLEEP} }}",
        f"#[tokio::test]\nasync fn f() {{ {SLEEP} tokio::time::pause(); }}",
        f"#[tokio::test]\nasync fn f() {{ tokio::time::pause(); tokio::time::resume(); {SLEEP} }}",
        f"#[tokio::test]\nasync fn f() {{ player.pause(); {SLEEP} }}",
        f"fn pause() {{}}\n#[tokio::test]\nasync fn f() {{ pause(); {SLEEP} }}",
        f"#[tokio::test(start_paused = true)]\nasync fn e() {{}}\n#[tokio::test]\nasync fn f() {{ {SLEEP} }}",
        f"async fn helper() {{ {SLEEP} }}\n#[tokio::test(start_paused = true)]\nasync fn e() {{ helper().await; }}\n"
        "#[tokio::test]\nasync fn f() { helper().await; }",
        f"pub async fn helper() {{ {SLEEP} }}\n#[tokio::test(start_paused = true)]\nasync fn f() {{ helper().await; }}",
        f"#[tokio::test(start_paused = true)]\nasync fn f() {{ tokio::time::resume(); {SLEEP} }}",
        f"fn setup() {{ tokio::time::pause(); }}\n#[tokio::test]\nasync fn f() {{ {SLEEP} setup(); }}",
        f"fn setup() {{ tokio::time::pause(); }}\n#[tokio::test]\nasync fn f() {{ player.setup(); {SLEEP} }}",
        f"fn setup() {{ time::pause(); time::resume(); }}\nuse tokio::time;\n"
        f"#[tokio::test]\nasync fn f() {{ setup(); {SLEEP} }}",
        f"{PAUSED_RUNTIME}\nfn live() -> Runtime {{ Builder::new_current_thread().build().unwrap() }}\n"
        f"#[test]\nfn f() {{ let a = rt(); let b = live(); b.block_on(async {{ {SLEEP} }}); }}",
        f"async fn one() {{ {SLEEP} two().await }}\nasync fn two() {{ one().await }}",
    ],
)
def test_time_is_real(code: str) -> None:
    assert clocks(code) == [(False, False)]


def test_blocking_sleeps_and_the_standard_clock_stay_real_under_a_pause() -> None:
    code = f"""
    #[tokio::test(start_paused = true)]
    async fn f() {{
        let real = std::time::Instant::now();
        let paused = tokio::time::Instant::now();
        {BLOCK}
        {SLEEP}
        assert!(real.elapsed() < std::time::Duration::from_secs(1));
        assert!(paused.elapsed() < std::time::Duration::from_secs(90));
    }}
    """
    assert clocks(code) == [(False, True), (True, True), (False, True), (True, True)]


def test_a_helper_of_paused_tests_is_paused_for_real_clocks_too() -> None:
    code = f"async fn helper() {{ {BLOCK} }}\n#[tokio::test(start_paused = true)]\nasync fn f() {{ helper().await; }}"
    assert clocks(code) == [(False, True)]


CLOCKED = """
use std::time::{{Duration, Instant}};
#[test]
fn f() {{
    {}
}}
"""


def assertions(body: str) -> list[tuple[str, float | None, str | None, str | None]]:
    waits = read(Source("tests/a.rs", CLOCKED.format(body).encode()), Surroundings()).waits
    return [(w.api, w.duration_ms, w.bound, w.written) for w in waits if w.kind == "clock-assert"]


@pytest.mark.parametrize(
    ("body", "milliseconds", "bound"),
    [
        ("let s = Instant::now(); go(); assert!(s.elapsed() < Duration::from_secs(2));", 2000, "upper"),
        ("let s = Instant::now(); go(); assert!(Duration::from_secs(2) > s.elapsed());", 2000, "upper"),
        ("let s = Instant::now(); let took = s.elapsed(); assert!(took <= Duration::from_secs(2));", 2000, "upper"),
        ("let s = Instant::now(); let ms = s.elapsed().as_millis(); assert!(ms < 150);", 150, "upper"),
        ("let s = Instant::now(); assert!(s.elapsed().as_secs_f64() < 1.5);", 1500, "upper"),
        ("let s = Instant::now(); assert_eq!(s.elapsed().as_secs(), 5);", 5000, "upper"),
        ("let s = Instant::now(); assert!(s.elapsed().lt(&Duration::from_secs(3)));", 3000, "upper"),
        ("let s = Instant::now(); assert!(s.elapsed() >= Duration::from_millis(50));", 50, "lower"),
        ("let s = Instant::now(); assert!(!(s.elapsed() > Duration::from_secs(2)));", 2000, "upper"),
        (
            "let s = Instant::now(); let t = s.elapsed();"
            ' assert!(t > Duration::from_secs(1) && t < Duration::from_secs(2), "late");',
            2000,
            "upper",
        ),
        ("let s = Instant::now(); let t = s.elapsed().as_millis(); assert!((10..90).contains(&t));", 90, "upper"),
        ("let s; { s = Instant::now(); } assert!(s.elapsed() < Duration::from_secs(2));", 2000, "upper"),
        ("let s = Instant::now(); let off = 500 - s.elapsed().as_millis(); assert!(off < 10);", None, "upper"),
        ("let s = Instant::now(); assert!(s.elapsed() < limit);", None, "upper"),
    ],
)
def test_assertions_on_elapsed_time(body: str, milliseconds: float | None, bound: str) -> None:
    found = assertions(body)
    assert [(api, ms, side) for api, ms, side, _ in found] == [("std::time::Instant::elapsed", milliseconds, bound)]


@pytest.mark.parametrize(
    "body",
    [
        "let elapsed = counter.elapsed(); assert!(elapsed < 3);",
        "let s = Instant::now(); assert!(elapsed < Duration::from_secs(2));",
        "let s = Instant::now(); let e = Instant::now(); assert!(s < e);",
        "let s = Instant::now(); assert!(queue.len() < 3);",
        "let s = Instant::now(); if s.elapsed() < Duration::from_secs(2) { go(); }",
        "let a = Instant::now(); let x = a.elapsed(); let y = a.elapsed(); assert!(x < y);",
    ],
)
def test_other_comparisons_are_none(body: str) -> None:
    assert assertions(body) == []


def test_two_moments_subtracted_are_elapsed_time() -> None:
    body = (
        "let a = Instant::now(); go(); let b = Instant::now(); assert!(b.duration_since(a) < Duration::from_secs(1));"
    )
    body += "assert!(b - a < Duration::from_secs(1));"
    assert [(api, ms) for api, ms, _, _ in assertions(body)] == [("std::time::Instant::duration_since", 1000)] * 2


PAUSED = "let paused = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();"
REAL = "let real = Builder::new_current_thread().enable_all().build().unwrap();"


@pytest.mark.parametrize(
    ("code", "virtual"),
    [
        (
            f"#[test]\nfn f() {{ {PAUSED} {REAL} paused.block_on(async {{ {SLEEP} }});"
            f" real.block_on(async {{ {SLEEP} }}); }}",
            [True, False],
        ),
        (f"#[test]\nfn f() {{ {REAL} {PAUSED} real.spawn(async {{ {SLEEP} }}); }}", [False]),
        (
            f"#[tokio::test(start_paused = true)]\nasync fn f() {{ {SLEEP} std::thread::spawn(|| {{"
            f" let rt = tokio::runtime::Runtime::new().unwrap(); rt.block_on(async {{ {SLEEP} }}); }}).join(); }}",
            [True, False],
        ),
        (
            f"#[tokio::test(start_paused = true)]\nasync fn f() {{ let set = Pool::new(); set.spawn({SLEEP[:-7]}); }}",
            [True],
        ),
    ],
)
def test_a_second_runtime_has_a_clock_of_its_own(code: str, virtual: list[bool]) -> None:
    assert [one for one, _ in clocks(code)] == virtual
