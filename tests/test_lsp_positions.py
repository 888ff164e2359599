import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from sleeplint.lsp.documents import Document
from sleeplint.lsp.positions import Positions
from sleeplint.text import Span

ENCODINGS = tuple(types.PositionEncodingKind)
TEXTS = st.text(alphabet=st.sampled_from("ab \té😀\u0301\u2028\x0c\ufeff\n\r"), max_size=40)


def units(text: str, encoding: types.PositionEncodingKind) -> int:
    """How many code units a text has, the slow and obvious way."""
    codec = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding.value]
    return len(text.encode(codec[0])) // codec[1]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_emoji_a_combining_mark_and_a_byte_order_mark_before_the_place(encoding: types.PositionEncodingKind) -> None:
    line = "x = '😀e\u0301'; sleep(1)"
    text = f"\ufeff{line}\n"
    positions = Positions(text.encode(), encoding, shift=3)
    offset = line.encode().index(b"sleep")
    assert positions.position(offset) == types.Position(0, units("\ufeffx = '😀e\u0301'; ", encoding))
    assert positions.code_offset(positions.position(offset)) == offset


@given(TEXTS, st.sampled_from(ENCODINGS), st.data())
def test_a_position_leads_back_to_its_offset(
    text: str, encoding: types.PositionEncodingKind, data: st.DataObject
) -> None:
    before = text[: data.draw(st.integers(0, len(text)))]
    if before.endswith("\r") and text[len(before) :].startswith("\n"):
        before = before[:-1]
    positions = Positions(text.encode(), encoding)
    assert positions.offset(positions.position(len(before.encode()))) == len(before.encode())


@given(TEXTS, st.sampled_from(ENCODINGS), st.integers(0, 50), st.integers(0, 50))
def test_any_position_is_somewhere_in_the_text(
    text: str, encoding: types.PositionEncodingKind, line: int, character: int
) -> None:
    data = text.encode()
    offset = Positions(data, encoding).offset(types.Position(line, character))
    assert 0 <= offset <= len(data)
    if encoding is not types.PositionEncodingKind.Utf8:
        data[:offset].decode()


def test_a_place_past_the_end_of_a_line_is_its_end() -> None:
    assert Positions(b"ab\r\ncd", "utf-16").offset(types.Position(0, 99)) == 2
    assert Positions(b"ab\r\ncd", "utf-16").offset(types.Position(9, 0)) == 6


@given(
    TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), TEXTS), max_size=5), st.sampled_from(ENCODINGS)
)
def test_edits_make_the_text_that_the_editor_has(
    text: str, edits: list[tuple[int, int, str]], encoding: types.PositionEncodingKind
) -> None:
    document = Document("file:///a.py", "python", 1, text.encode(), encoding)
    for version, (a, b, put) in enumerate(edits, 2):
        start, end = sorted((min(a, len(text)), min(b, len(text))))
        while 0 < start < len(text) and text[start - 1 : start + 1] == "\r\n":
            start -= 1
        while 0 < end < len(text) and text[end - 1 : end + 1] == "\r\n":
            end += 1
        positions = Positions(text.encode(), encoding)
        where = positions.range(Span(len(text[:start].encode()), len(text[:end].encode())))
        document = document.changed(version, [types.TextDocumentContentChangePartial(range=where, text=put)])
        text = text[:start] + put + text[end:]
    assert document.source.bom + document.source.code == text.encode()
