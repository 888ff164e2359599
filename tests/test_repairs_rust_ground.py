"""What a file under repair says of its words, against a walk through its whole tree."""

from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sleeplint.facts import TestFile
from sleeplint.repairs.rust.ground import _BEFORE, _NAMES, Ground, Word, inside
from sleeplint.source import Source

ROOT = Path(__file__).parent.parent
FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "fixtures").rglob("*.rs"))
ODD = """
fn default(r#type: u8, union: u8) -> Made { let größe = r#type; Made { union, größe: default(größe, union).more } }
fn raw<'a>(b: &'a str) { label!(b, "b b", r#"b"#, b'b', /* b */ b.b, b::b); b .. b; 0..b; }
"""


@cache
def ground(path: str) -> Ground:
    source = Source(path, ODD.encode()) if path == "odd.rs" else Source.read(str(ROOT / path))
    return Ground(source, TestFile(path, "rust", in_test=True))


@cache
def every_word(path: str) -> list[Word]:
    here = ground(path)
    return [
        Word(node.start_byte, node.end_byte, here.text(node))
        for node in inside(here.grove.root)
        if node.type in _NAMES and not _BEFORE.search(here.bare[: node.start_byte])
    ]


PLACES = st.tuples(st.sampled_from([*FILES, "odd.rs"]), st.floats(0, 1), st.floats(0, 1))


@given(PLACES)
def test_the_words_of_a_range_are_those_that_begin_in_it(place: tuple[str, float, float]) -> None:
    path, *shares = place
    start, end = sorted(int(share * len(ground(path).code)) for share in shares)
    assert ground(path).words_in(start, end) == [word for word in every_word(path) if start <= word.start < end]


@given(PLACES, st.data())
def test_the_uses_of_a_name_are_the_words_that_say_it(place: tuple[str, float, float], data: st.DataObject) -> None:
    path, *shares = place
    start, end = sorted(int(share * len(ground(path).code)) for share in shares)
    name = data.draw(st.sampled_from(sorted({word.name for word in every_word(path)})))
    expected = [word for word in every_word(path) if word.name == name and start <= word.start < end]
    assert ground(path).uses(name, start, end) == expected


def test_outer_holders_come_first() -> None:
    for path in FILES:
        kinds = {"source_file", "declaration_list", "block"}
        walked = [node for node in inside(ground(path).grove.root) if node.type in kinds]
        assert ground(path).holders == walked
