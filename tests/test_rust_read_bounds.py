"""Whatever a Rust file holds, it is read as far as it can be, in bounded time."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sleeplint.facts import TestFile
from sleeplint.languages import Surroundings, may_wait, read
from sleeplint.languages.rust import parsing
from sleeplint.source import Project, Source
from sleeplint.text import Span

SLEEP = "std::thread::sleep(std::time::Duration::from_secs(1));"


def read_text(code: str | bytes, path: str = "tests/a.rs") -> TestFile:
    return read(Source(path, code if isinstance(code, bytes) else dedent(code).encode()), Surroundings())


def test_the_rest_of_a_broken_file_is_read() -> None:
    code = f"#[test]\nfn a() {{ {SLEEP} }}\nfn broken( {{ let = ; }}\n#[test]\nfn b() {{ {SLEEP} }}\n"
    file = read_text(code)
    assert len(file.waits) == 2
    assert file.broken
    assert all(0 <= span.start <= span.end <= len(code) for span in file.broken)
    assert read_text(f"fn a() {{ {SLEEP} }}").broken == ()


@pytest.mark.parametrize(
    "code",
    [
        f"fn f() {{ {'(' * 30_000}{SLEEP}",
        "fn f() {" + "{" * 20_000 + SLEEP + "}" * 20_000 + "}",
        "fn f() {" + "select!{" * 3_000 + SLEEP + "}" * 3_000 + "}",
        "fn f() { std::thread::sleep(" + "1+" * 30_000 + "1) }",
        "fn f() { x" + ".timeout(D)" * 3_000 + " }",
        "use " + "a::{" * 20_000 + "sleep" + "}" * 20_000 + "; fn f() { sleep(D); }",
        "fn f() { sleep(D) " + 'r#"' * 50_000,
        "#[cfg(" + "all(" * 20_000 + "test" + ")" * 20_000 + f")] mod t {{ fn f() {{ {SLEEP} }} }}",
        "\x00\xff\r\r sleep(D) \r",
        "",
        "sleep(",
    ],
    ids=range(11),
)
@pytest.mark.timeout(15)
def test_hostile_text_ends_soon(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "SECONDS_LIMIT", 0.3)
    assert read_text(code.encode("latin-1")).language == "rust"


def test_what_is_given_up_is_said() -> None:
    deep = "fn f() {" + "{" * 5_000 + SLEEP + "}" * 5_000 + "}"
    assert any("nested" in words for words in read_text(deep).unread)
    large = b"// " + b"x" * 6_000_000 + b"\nfn f() { sleep(D); }"
    file = read_text(large)
    assert file.waits == ()
    assert any("larger than" in words for words in file.unread)


PIECES = st.sampled_from(
    [
        "use tokio::time::{self, sleep};",
        "use super::*;",
        "mod x;",
        "mod tests {",
        "#[cfg(test)]",
        "#[tokio::test(start_paused = true)]",
        "#[timeout(5)]",
        "async fn f(d: Duration) {",
        "impl X { const A: u64 = 1;",
        "let d = Duration::from_secs(X::A);",
        "sleep(d).await;",
        "std::thread::sleep(",
        "rx.recv_timeout(Some(d))",
        "tokio::select! {",
        "_ = timeout(d, g()) =>",
        "assert!(start.elapsed() <",
        "let start = Instant::now();",
        "// sleeplint: ignore[x]",
        "/* sleeplint: file-ignore",
        '"sleep(5)"',
        "macro_rules! m { ($x:expr) => {",
        "|x|",
        "if let Some(d) = x",
        "\u00e4",
        "}",
        ")",
        "{",
        ";",
        ",",
        "\n",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=30))
def test_any_text_is_read_and_its_spans_lie_within(tmp_path: Path, pieces: list[str]) -> None:
    code = " ".join(pieces).encode()
    source = Source(str(tmp_path / "src/lib.rs"), code)
    file = read(source, Surroundings(Project(tmp_path)))
    whole = Span(0, len(code))
    for wait in file.waits:
        assert wait.span in whole
        assert wait.span.start < wait.span.end
        assert wait.statement in whole
    assert list(file.waits) == sorted(file.waits, key=lambda wait: wait.span)
    assert all(pragma.span in whole and pragma.covers in whole for pragma in file.pragmas)
    assert may_wait(source) or not (file.waits or file.pragmas)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(code: bytes) -> None:
    assert read_text(code + b" sleep(D); " + code).language == "rust"


def pragmas(code: str) -> list[tuple[str, str, bool]]:
    source = Source("tests/a.rs", dedent(code).encode())
    file = read(source, Surroundings())
    return [(p.text, source.code[p.covers.start : p.covers.end].decode().strip(), p.in_head) for p in file.pragmas]


def test_comments_that_speak_to_us() -> None:
    code = """\
    // sleeplint: file-ignore[startup-sleep] slow machine
    use std::thread::sleep;

    // sleeplint: ignore[hold]
    #[test]
    fn whole() { one(); }

    fn f() {
        sleep(
            D,
        ); // sleeplint: ignore[SLP101] why
        // sleeplint: ignore
        next();
        /* sleeplint: ignore[x] */
        other();
        let text = "// sleeplint: ignore[no]"; // speaks of sleeplint: ignore[neither]
    }
    """
    assert pragmas(code) == [
        ("sleeplint: file-ignore[startup-sleep] slow machine", "use std::thread::sleep;", True),
        ("sleeplint: ignore[hold]", "fn whole() { one(); }", False),
        ("sleeplint: ignore[SLP101] why", "sleep(\n        D,\n    ); // sleeplint: ignore[SLP101] why", False),
        ("sleeplint: ignore", "next();", False),
        ("sleeplint: ignore[x]", "other();", False),
    ]


def test_a_comment_in_a_macro_covers_its_arm() -> None:
    code = """\
    fn f() {
        select! {
            _ = sleep(D) => {} // sleeplint: ignore[a]
            // sleeplint: ignore[b]
            _ = sleep(E) => {}
        }
    }
    """
    assert [(text, "sleep(D)" in covers, "sleep(E)" in covers) for text, covers, _ in pragmas(code)] == [
        ("sleeplint: ignore[a]", True, False),
        ("sleeplint: ignore[b]", False, True),
    ]


@pytest.mark.parametrize("code", ["fn main() {}", "fn f() { let sleeper = 1; asleep!(); }", "struct Timeout;"])
def test_a_file_without_a_name_of_the_catalogue_is_not_parsed(code: str) -> None:
    assert not may_wait(Source("tests/a.rs", code.encode()))
