"""Time limits that an attribute puts on a whole test: `#[timeout(Duration::from_secs(5))]`."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from sleeplint.facts import Milliseconds
from sleeplint.languages.rust.durations import Durations
from sleeplint.languages.rust.names import FileNames, path_of
from sleeplint.languages.rust.values import Value, over, whole
from sleeplint.records import dataclass
from sleeplint.regexes import regex
from sleeplint.text import Span

_LIMIT = regex(rb"#\s*\[\s*(?:\w+\s*::\s*)*(timeout)\s*\(")


@dataclass(frozen=True, slots=True)
class TestLimit:
    """A limit on a test."""

    span: Span
    """From the attribute's path to its end."""
    statement: Span
    function: int
    """Where the test's function starts."""
    api: str
    limit_ms: Milliseconds | None
    written: str


def limits(names: FileNames, durations: Durations) -> Iterator[TestLimit]:
    """Every such attribute of a file, in order."""
    grove = names.reading.grove
    for match in _LIMIT.finditer(grove.code):
        chain = grove.chain(*match.span(1))
        index = next((i for i in range(len(chain) - 1, -1, -1) if chain[i].type == "attribute_item"), None)
        if index is None or index == 0:
            continue
        item, above = chain[index], chain[:index]
        function = _function_after(item, above[-1])
        body = next((child for child in item.named_children if child.type == "attribute"), None)
        tree = body.child_by_field_name("arguments") if body is not None else None
        if function is None or body is None or tree is None:
            continue
        expression = grove.arguments(tree)
        path = path_of(body.named_children[0], grove.code)
        if expression is None or path is None:
            continue
        found = names.look_up(path, (*above, function))
        value = durations.value(expression, (*above, function), names)
        api = found.path if found is not None and found.external else "::".join(path)
        if api == "timeout":
            api = "rstest::timeout" if value is not None and value.shape == "duration" else "ntest::timeout"
        span = Span(body.start_byte, body.end_byte)
        yield TestLimit(
            span,
            Span(item.start_byte, item.end_byte),
            function.start_byte,
            api,
            _milliseconds(value, api),
            grove.text(expression),
        )


def _milliseconds(value: Value | None, api: str) -> Milliseconds | None:
    if value is not None and value.shape == "duration":
        return whole(over(value.amount, 10**6))
    if value is None or value.shape != "number":
        return None
    # embedded-test counts in seconds, ntest in milliseconds
    return whole(value.amount * 1000 if api.startswith("embedded_test") else value.amount)


def _function_after(item: Node, above: Node) -> Node | None:
    for child in above.named_children:
        if child.start_byte <= item.start_byte or child.type in {"attribute_item", "line_comment", "block_comment"}:
            continue
        return child if child.type == "function_item" else None
    return None
