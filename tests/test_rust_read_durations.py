"""How long? Durations of Rust, folded."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.facts import Milliseconds
from sleeplint.languages import Surroundings, read
from sleeplint.source import Project, Source


def durations(code: str) -> list[Milliseconds | None]:
    return [wait.duration_ms for wait in read(Source("tests/a.rs", dedent(code).encode())).waits]


def folded(expression: str, before: str = "", items: str = "") -> Milliseconds | None:
    (duration,) = durations(f"""
        use std::time::{{Duration, Instant}};
        {items}
        #[tokio::test]
        async fn waits() {{ {before} tokio::time::sleep({expression}).await; }}
    """)
    return duration


@pytest.mark.parametrize(
    ("expression", "milliseconds"),
    [
        ("Duration::from_secs(5)", 5000),
        ("<Duration>::from_secs(5)", 5000),
        ("<std::time::Duration>::from_secs(5)", 5000),
        ("std::time::Duration::from_secs(5)", 5000),
        ("core::time::Duration::from_millis(1_500_u64)", 1500),
        ("Duration::from_micros(1)", 0.001),
        ("Duration::from_nanos(5_000_000)", 5),
        ("Duration::from_mins(2)", 120_000),
        ("Duration::from_hours(1)", 3_600_000),
        ("Duration::from_secs_f64(0.25)", 250),
        ("Duration::from_secs_f32(1.5f32)", 1500),
        ("Duration::new(2, 500_000_000)", 2500),
        ("Duration::ZERO", 0),
        ("Duration::from_millis(5) * 3", 15),
        ("3 * Duration::from_millis(5)", 15),
        ("Duration::from_secs(1) / 4", 250),
        ("Duration::from_secs(2) + Duration::from_millis(15)", 2015),
        ("Duration::from_secs(2) - Duration::from_millis(15)", 1985),
        ("Duration::from_secs(1).mul_f64(0.5)", 500),
        ("Duration::from_secs(1).saturating_sub(Duration::from_secs(9))", 0),
        ("Duration::from_secs(3600 * 24 * 365)", 31_536_000_000),
        ("Duration::from_secs(7 / 2)", 3000),
        ("Duration::from_secs_f64(7.0 / 2.0)", 3500),
        ("Duration::from_millis(0x10 + 0b1)", 17),
        ("Duration::from_secs(5u32 as u64)", 5000),
        ("Duration::from_secs(u64::from(5u32))", 5000),
        ("Duration::from_secs(u64::MAX)", (2**64 - 1) * 1000),
        ("Duration::from_secs(u32::MAX.into())", (2**32 - 1) * 1000),
        ("Duration::from_millis(1 << 10)", 1024),
        ("Duration::from_millis(100).into()", 100),
        ("Some(Duration::from_millis(100)).unwrap()", 100),
        ("{ Duration::from_millis(100) }", 100),
        ("tokio::time::Duration::from_secs(1)", 1000),
        ("Duration::from_secs(1).max(Duration::from_secs(2))", 2000),
        ("Duration::from_millis(Duration::from_secs(2).as_millis() as u64 / 2)", 1000),
        ("5.seconds()", 5000),
    ],
)
def test_constant_expressions_are_folded(expression: str, milliseconds: float) -> None:
    assert folded(expression) == milliseconds


@pytest.mark.parametrize(
    "before",
    [
        "let d = Duration::from_millis(40);",
        "let ms = 40; let d = Duration::from_millis(ms);",
        "let d = Duration::from_millis(20); let d = d * 2;",
        "let mut d = Duration::from_millis(40); let other = 1;",
        "let (d, n) = (Duration::from_millis(40), 2);",
        "let d: Duration = LOCAL; const LOCAL: Duration = Duration::from_millis(40);",
    ],
)
def test_a_binding_of_the_same_function_is_followed(before: str) -> None:
    assert folded("d", before) == 40


@pytest.mark.parametrize(
    ("before", "expression"),
    [
        ("let mut d = Duration::from_millis(40); d = other();", "d"),
        ("let mut d = Duration::from_millis(40); loop { d *= 2; }", "d"),
        ("let mut d = Duration::from_millis(40); back_off(&mut d);", "d"),
        ("let d = if slow { Duration::from_secs(1) } else { Duration::from_secs(2) };", "d"),
        ("let d = std::env::var(x).map(Duration::from_secs).unwrap();", "d"),
        ("let d = config.timeout;", "d"),
        ("", "unknown"),
        ("", "self.interval"),
        ("", "Duration::from_millis(rand::random::<u64>() % 100)"),
        ("for n in 0..3 {} let n = rng();", "Duration::from_secs(n)"),
        ("", "Duration::from_secs(-1)"),
        ("", "Duration::from_secs(1 / 0)"),
        ("", "Duration::from_secs(CYCLE)"),
        ("", "Mine::from_secs(1)"),
    ],
)
def test_what_the_source_does_not_say_is_unknown(before: str, expression: str) -> None:
    assert folded(expression, before, "const CYCLE: u64 = OTHER; const OTHER: u64 = CYCLE;") is None


def test_inner_bindings_hide_outer_ones() -> None:
    code = """
    use std::{thread::sleep, time::Duration};
    const D: Duration = Duration::from_secs(9);
    #[test]
    fn f() {
        let ms = 5;
        for ms in [1, 2] { sleep(Duration::from_millis(ms)); }
        run(|ms| sleep(Duration::from_millis(ms)));
        if let Some(ms) = x { sleep(Duration::from_millis(ms)); }
        match x { Some(ms) => sleep(Duration::from_millis(ms)), _ => {} }
        sleep(Duration::from_millis(ms));
    }
    fn g(D: Duration) { go(); sleep(D); }
    fn h() { sleep(D); }
    """
    assert durations(code) == [None, None, None, None, 5, None, 9000]


def test_constants_of_file_module_impl_and_function() -> None:
    code = """
    use std::{thread::sleep, time::Duration};
    const SHORT: Duration = Duration::from_millis(640);
    static HOUR: Duration = Duration::from_secs(60 * 60);
    struct Server;
    impl Server {
        const GRACE: Duration = Duration::from_millis(30);
        fn stop(&self) { sleep(Self::GRACE); sleep(Server::GRACE * 2); }
    }
    mod inner { pub const TICKS: u64 = 3; }
    fn short() -> Duration { SHORT }
    fn scaled(n: u32) -> Duration { SHORT * n }
    #[cfg(unix)] const ODD: Duration = Duration::from_secs(1);
    #[cfg(windows)] const ODD: Duration = Duration::from_secs(2);
    #[test]
    fn f() {
        sleep(SHORT + Duration::from_millis(15));
        sleep(HOUR);
        sleep(Duration::from_secs(inner::TICKS));
        sleep(short());
        sleep(scaled(2));
        sleep(ODD);
    }
    """
    assert durations(code) == [30, 60, 655, 3_600_000, 3000, 640, 1280, None]


def test_deadlines_are_measured_from_now() -> None:
    code = """
    use tokio::time::{sleep_until, timeout_at, Duration, Instant};
    async fn f(start: Instant) {
        let deadline = Instant::now() + Duration::from_secs(3);
        sleep_until(deadline).await;
        timeout_at(Instant::now() + Duration::from_millis(10), g()).await;
        sleep_until(start + Duration::from_secs(1)).await;
        sleep_until((std::time::Instant::now() + Duration::from_secs(1)).into()).await;
    }
    """
    assert durations(code) == [3000, 10, None, 1000]


def test_units_belong_to_the_call() -> None:
    code = """
    fn f() {
        std::thread::sleep_ms(20);
        gloo_timers::future::TimeoutFuture::new(30);
        embassy_time::Timer::after_secs(2);
        tokio::time::interval_at(start, std::time::Duration::from_millis(5));
    }
    """
    assert durations(code) == [20, 30, 2000, 5]


def test_imported_constants_are_followed(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["app", "limits"]\n',
        "app/Cargo.toml": '[package]\nname = "app"\n',
        "app/src/lib.rs": "pub mod config;\n",
        "app/src/config.rs": "use std::time::Duration;\npub const TTL: Duration = Duration::from_secs(BASE);\n"
        "const BASE: u64 = limits::BASE * 2;\n",
        "app/tests/a.rs": "mod shared;\nuse app::config;\nuse shared::TICK;\n"
        "fn f() { std::thread::sleep(config::TTL + TICK); }\n",
        "app/tests/shared.rs": "use std::time::Duration;\npub const TICK: Duration = Duration::from_millis(5);\n",
        "limits/Cargo.toml": '[package]\nname = "limits"\n',
        "limits/src/lib.rs": "pub const BASE: u64 = 4;\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    source = Source.read(str(tmp_path / "app/tests/a.rs"))
    (wait,) = read(source, Surroundings(Project(tmp_path))).waits
    assert (wait.duration_ms, wait.written) == (8005, "config::TTL + TICK")


def test_a_doubling_chain_of_bindings_is_folded_at_once() -> None:
    lets = "let a0 = 1u64; " + " ".join(f"let a{n} = a{n - 1} + a{n - 1};" for n in range(1, 28))
    assert folded("Duration::from_millis(a27)", lets) == 2**27


def test_numbers_do_not_grow_without_bound() -> None:
    assert folded("Duration::from_secs(9u64.pow(64).pow(64).pow(64).pow(64))") is None


@given(st.integers(0, 10**9), st.integers(1, 10**4), st.integers(0, 10**9))
def test_arithmetic_agrees_with_integers(a: int, b: int, c: int) -> None:
    assert folded(f"Duration::from_millis({a} * {b} + {c} / {b} - {c} % {b} + {c})") == a * b + c // b - c % b + c


@pytest.mark.parametrize(
    ("argument", "clash"),
    [
        ("Duration::from_secs(TIMEOUT_MS)", "`TIMEOUT_MS` is given in seconds"),
        ("Duration::from_millis(config.wait_secs)", "`wait_secs` is given in milliseconds"),
        ("Duration::from_secs(limits::DELAY_MILLIS.into())", "`DELAY_MILLIS` is given in seconds"),
        ("Duration::from_millis(TIMEOUT_MS)", None),
        ("Duration::from_secs(TIMEOUT_MS / 1000)", None),
        ("Duration::from_millis(tests)", None),
        ("Duration::from_secs(5)", None),
    ],
)
def test_a_name_that_speaks_of_another_unit(argument: str, clash: str | None) -> None:
    code = f"fn f() {{ std::thread::sleep({argument}); }}"
    (wait,) = read(Source("tests/a.rs", code.encode()), Surroundings()).waits
    assert wait.unit_clash == clash


CELL = "static LIMIT: std::sync::OnceLock<Duration> = std::sync::OnceLock::new();"
FIELDS = "struct Limits { least: Duration, most: Duration }\n"
LIMITS = FIELDS + "const LIMITS: Limits = Limits { least: Duration::ZERO, most: Duration::from_secs(2) };"


@pytest.mark.parametrize(
    ("expression", "items", "milliseconds"),
    [
        ("*PAUSE", "lazy_static! { static ref PAUSE: Duration = Duration::from_millis(250); }", 250),
        (
            "*PAUSE * 2",
            "lazy_static::lazy_static! {\n    static ref A: u8 = 1;\n"
            "    pub static ref PAUSE: Duration = Duration::from_millis(N);\n}\nconst N: u64 = 7;",
            14,
        ),
        ("*PAUSE", "lazy_static! { static ref PAUSE: Duration = from_environment(); }", None),
        ("*PAUSE", "lazy_static! { static ref OTHER: Duration = Duration::from_millis(250); }", None),
        ("*LIMIT.get_or_init(|| Duration::from_secs(3))", CELL, 3000),
        ("limit()", CELL + " fn limit() -> Duration { *LIMIT.get_or_init(|| Duration::from_secs(3)) }", 3000),
        (
            "limit()",
            CELL + " fn limit() -> Duration { *LIMIT.get_or_init(|| Duration::from_secs(3)) }"
            " fn set(limit: Duration) { LIMIT.set(limit).unwrap() }",
            None,
        ),
        ("LIMITS.most", LIMITS, 2000),
        ("LIMITS.least + LIMITS.most / 2", LIMITS, 1000),
        ("LIMITS.average", LIMITS, None),
    ],
)
def test_durations_that_are_made_once(expression: str, items: str, milliseconds: float | None) -> None:
    assert folded(expression, items=items) == milliseconds


@pytest.mark.parametrize(
    ("before", "milliseconds"),
    [
        ("let limits = Limits { least: Duration::ZERO, most: Duration::from_secs(3) };", 3000),
        ("let limits = Limits { most: Duration::from_secs(3), ..Limits::default() };", 3000),
        ("let mut limits = Limits { least: Duration::ZERO, most: Duration::from_secs(3) }; change(&mut limits);", None),
        ("let limits = Limits::new(Duration::from_secs(3));", None),
        ("let most = Duration::from_secs(3); let limits = Limits { least: Duration::ZERO, most };", None),
    ],
)
def test_a_field_of_a_struct_that_is_written_out(before: str, milliseconds: float | None) -> None:
    assert folded("limits.most", before, FIELDS) == milliseconds


@pytest.mark.parametrize(
    ("items", "expression", "milliseconds"),
    [
        ("type Span = std::time::Duration;", "Span::from_millis(16)", 16),
        ("type Span = Duration;", "Span::from_millis(16) * 2", 32),
        ("type Span = Duration; type Frame = Span;", "Frame::from_millis(16)", 16),
        ("type Span = Duration; const FRAME: Span = Span::from_millis(16);", "FRAME", 16),
        ("type Span = Duration;", "Span::ZERO", 0),
        ("mod units { pub type Span = std::time::Duration; } use units::Span as S;", "S::from_millis(16)", 16),
        ("mod units { pub type Span = std::time::Duration; }", "units::Span::from_millis(16)", 16),
        ("type Span = Ticks;", "Span::from_millis(16)", None),
        ("struct Span; impl Span { fn from_millis(n: u64) -> Duration { ticks(n) } }", "Span::from_millis(16)", None),
        ("type One = Other; type Other = One;", "One::from_millis(16)", None),
    ],
)
def test_a_type_may_have_another_name(items: str, expression: str, milliseconds: float | None) -> None:
    assert folded(expression, items=items) == milliseconds
