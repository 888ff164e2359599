import re

from hypothesis import given
from hypothesis import strategies as st

from sleeplint.text import LineIndex, Location, Span

TEXTS = st.text(alphabet=st.sampled_from("ab \té😀\u0301\u2028\n\r"), max_size=60)


@given(TEXTS, st.data())
def test_a_position_leads_back_to_its_offset(text: str, data: st.DataObject) -> None:
    before = text[: data.draw(st.integers(0, len(text)))]
    offset = len(before.encode())
    index = LineIndex(text.encode())
    if not (before.endswith("\r") and text[len(before) :].startswith("\n")):  # inside a line break
        assert index.offset(*index.position(offset)) == offset


@given(TEXTS)
def test_lines_put_together_are_the_text(text: str) -> None:
    code = text.encode()
    index = LineIndex(code)
    spans = [index.line_span(line) for line in range(1, index.lines + 1)]
    assert b"".join(code[span.start : span.end] for span in spans) == code


def test_columns_count_characters_and_lines_end_at_any_break() -> None:
    index = LineIndex("é😀x\r\ny\rz\nw".encode())
    assert index.location(Span(6, 7)) == Location(1, 3, 1, 4)
    assert [index.line_text(line) for line in range(1, index.lines + 1)] == ["é😀x", "y", "z", "w"]


def test_bytes_that_are_not_utf8_count_one_column_each() -> None:
    assert LineIndex(b"\xff\xfe!").position(2) == (1, 3)


def test_spans_contain_and_overlap() -> None:
    assert Span(2, 4) in Span(1, 5)
    assert Span(1, 5) not in Span(2, 4)
    assert Span(1, 3).overlaps(Span(2, 9))
    assert not Span(1, 3).overlaps(Span(3, 9))


@given(st.binary(max_size=20) | st.lists(st.sampled_from([b"\n", b"\r", b"\x0b\x0c\x1c\x85", b"a"])).map(b"".join))
def test_a_line_ends_at_three_breaks_and_no_others(code: bytes) -> None:
    index = LineIndex(code)
    starts = [0, *(match.end() for match in re.finditer(rb"\r\n|\n|\r", code))]
    assert [index.line_span(line).start for line in range(1, index.lines + 1)] == starts
