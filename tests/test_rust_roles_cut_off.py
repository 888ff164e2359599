"""Simulated work that something shorter cuts off, and what the timeout pays that does it."""

from textwrap import dedent, indent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
use std::time::Duration;
use tokio::time::{sleep, timeout};
"""


def one_test(name: str, body: str) -> str:
    return f"#[tokio::test]\nasync fn {name}() {{\n{indent(dedent(body), '    ')}\n}}\n"


def in_test(body: str) -> list[Wait]:
    return list(read(Source("tests/a.rs", (HEAD + one_test("works", body)).encode())).waits)


def told(body: str) -> list[tuple[str, float | None]]:
    """Role and cost."""
    return [(wait.role, wait.cost_ms) for wait in in_test(body)]


SLOW = """
    let slow = service_fn(|_request| async move {
        sleep(Duration::from_secs(60)).await;
        Ok(Response::new())
    });
"""


@pytest.mark.parametrize(
    "call",
    [
        "let _ = timeout(Duration::from_millis(50), slow.call(request)).await;",
        "let service = layer.layer(slow); let _ = timeout(Duration::from_millis(50), service.oneshot(request)).await;",
        "let a = layer.layer(slow); let b = log(a); let _ = timeout(Duration::from_millis(50), b.ask()).await;",
    ],
)
def test_a_timeout_shorter_than_what_it_bounds_runs_out_though_nobody_looks(call: str) -> None:
    assert told(SLOW + call) == [("workload", 0), ("burned", 50)]


def test_a_timeout_of_something_else_is_a_guard() -> None:
    call = "let other = layer.layer(quick); let _ = timeout(Duration::from_millis(50), other.oneshot(request)).await;"
    assert told(SLOW + call) == [("workload", None), ("guard", 0)]


def test_a_longer_timeout_is_a_guard() -> None:
    call = "let _ = timeout(Duration::from_secs(90), slow.call(request)).await;"
    assert [role for role, _ in told(SLOW + call)] == ["workload", "guard"]


@pytest.mark.parametrize(
    ("limit", "cost"),
    [
        ("TimeoutBody::new(Duration::from_millis(50), body)", 0),
        ("Client::new().with_timeout(Duration::from_millis(50)).body(body)", 0),
        ("TimeoutBody::new(Duration::from_millis(500), body)", 200),
        ("Body::limited(body)", None),
        ("TimeoutBody::new(Duration::from_secs(5), DeadlineBody::new(Duration::from_millis(5), body))", None),
    ],
)
def test_the_one_limit_that_the_code_under_test_is_given_cuts_off(limit: str, cost: int | None) -> None:
    body = f"""
        let body = SlowBody {{ sleep: sleep(Duration::from_millis(200)) }};
        let limited = {limit};
        check(limited.frame().await);
    """
    assert told(body) == [("workload", cost)]


def test_a_limit_does_not_cut_off_the_test_itself() -> None:
    body = """
        let client = Client::new().with_timeout(Duration::from_millis(50));
        client.publish("a").await;
        sleep(Duration::from_millis(200)).await;
        assert_eq!(seen.len(), 1);
    """
    assert [cost for _, cost in told(body)] == [200]


HANDLER = """
async fn slow_handler(_request: Request) -> Result<Response, Error> {
    sleep(Duration::from_secs(10)).await;
    Ok(Response::new())
}
"""


@pytest.mark.parametrize(
    ("uses", "cost"),
    [
        (["TimeoutLayer::new(Duration::from_millis(10)).service_fn(slow_handler)"], 0),
        (
            [
                "TimeoutLayer::new(Duration::from_millis(10)).service_fn(slow_handler)",
                "Timeout::with_status(service_fn(slow_handler), LATE, Duration::from_millis(20))",
            ],
            0,
        ),
        (
            [
                "TimeoutLayer::new(Duration::from_millis(10)).service_fn(slow_handler)",
                "Layer::new().service_fn(slow_handler)",
            ],
            None,
        ),
        (["TimeoutLayer::new(Duration::from_secs(90)).service_fn(slow_handler)"], None),
        ([], None),
    ],
)
def test_a_handler_that_all_who_use_it_cut_off(uses: list[str], cost: int | None) -> None:
    tests = "".join(
        f"\n#[tokio::test]\nasync fn works_{at}() {{\n    let service = {use};\n    service.call(ask()).await;\n}}\n"
        for at, use in enumerate(uses)
    )
    (wait,) = read(Source("tests/a.rs", (HEAD + tests + HANDLER).encode())).waits
    assert (wait.role, wait.cost_ms) == ("workload", cost)


@pytest.mark.parametrize(
    ("use", "limit", "expected"),
    [
        ("let server = serve(any().and_then(late));", 1, ("workload", 0)),
        ("let server = serve(any().and_then(late));", 9, ("workload", None)),
        ("let server = serve(late().await);", 9, ("sync", 3000)),
    ],
)
def test_a_function_that_is_given_by_its_name_answers_late(
    use: str, limit: int, expected: tuple[str, int | None]
) -> None:
    body = f"""
        async fn late() -> Result<Answer, Infallible> {{
            sleep(Duration::from_secs(3)).await;
            Ok("at last")
        }}
        {use}
        let server = tokio::spawn(server);
        let asker = Asker {{ refresh_timeout: Duration::from_secs({limit}) }};
        assert!(asker.ask().await.is_err());
    """
    other = "async fn late() {}\nlate().await;"
    (wait,) = read(Source("tests/a.rs", f"{HEAD}{one_test('one', body)}{one_test('other', other)}".encode())).waits
    assert (wait.role, wait.cost_ms) == expected


def test_a_function_that_is_given_by_its_name_may_start_something() -> None:
    body = """
        fn starts() -> bool {
            std::thread::spawn(|| serve(listen()));
            std::thread::sleep(Duration::from_secs(2));
            true
        }
        static STARTED: LazyLock<bool> = LazyLock::new(starts);
        assert!(*STARTED);
    """
    assert told(body) == [("startup", 2000)]
