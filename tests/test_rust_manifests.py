import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.languages.rust import manifests
from sleeplint.languages.rust.manifests import read

ASKED = ("package", "lib", "test", "workspace", "target", "dependencies", "dev-dependencies", "build-dependencies")

MANIFEST = """
# what it is
[package]
name = "store"  # as the registry has it
version.workspace = true
description = '''
Keeps things. '''
edition = '2021'
publish = false
keywords = ["a", # one
  'b',
]

[package.metadata.docs]
rows = [ ["a"], ["b"] ]

[lib]
"path" = "code/store.rs"
[features]
default = ["fast"]
odd = 1.5

[[test]]
name = "whole"
path = "checks/whole.rs"
[[test]]
name = "parts"

[workspace]
members = ["a", "b/*"]
resolver = "2"

[workspace.dependencies]
serde = 1

[dependencies]
tokio = { version = "1", features = [
    "rt", "time"
] , default-features=false}
log = {}
serde.workspace = true
other = { package = 'another', path = "../other" }

[dependencies.long]
version = "2"

[target.'cfg(not(unix))'.dev-dependencies]
"quoted" = "1"
"""


def asked(table: dict[str, Any]) -> dict[str, Any]:
    """Of all that the library's parser finds, what is asked for."""
    found = {key: value for key, value in table.items() if key in ASKED}
    for key, table in found.items():
        if key == "package" and isinstance(table, dict):
            table.pop("metadata", None)
        if key == "workspace" and isinstance(table, dict):
            table.pop("dependencies", None)
    return found


def test_a_manifest_says_what_the_librarys_parser_finds_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = asked(tomllib.loads(MANIFEST))
    monkeypatch.setattr(tomllib, "loads", None)  # it is not needed
    assert read(MANIFEST) == expected
    assert read(MANIFEST.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize(
    "text",
    [
        '[package]\nname = "a\\u0062"\n',
        '[package]\nname = "a"\nname = "b"\n',
        '[package]\nname = "a"\n[package]\nversion = "1"\n',
        '[dependencies.a]\npath = ".."\n[dependencies]\nb = "1"\n',
        '[dependencies]\na = { b = { c = "1" } }\n',
        '[package]\nname = "a"\nnumber = 1\n',
        '[features]\na = """\n[package]\nname = \'b\'\n"""\n[lib]\npath = \'a\'\n',
        "[features]\na = [[1],\n[2]\n]\n[lib]\npath = 'a'\n",
        "[package\n",
        "package = 1\n[package]\n",
        "[test]\n[[test]]\n",
    ],
)
def test_what_is_written_unusually_is_left_to_the_librarys_parser(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(ValueError, match="at "):
            read(text)
        return
    assert asked(read(text)) == asked(expected)


KEYS = st.sampled_from(["name", "a-b", "c_d", '"e f"', "'g.h'", "i.j", "k . l"])
TEXTS = st.sampled_from(['"x"', "'y # no'", '"{"', '"[z]"', "''"])
LISTS = st.lists(TEXTS, max_size=3).flatmap(
    lambda items: st.sampled_from([", ", ",\n\t", ", # [why]\n"]).map(lambda between: f"[{between.join(items)}]")
)
PLAIN = st.one_of(TEXTS, LISTS, st.sampled_from(["true", "false"]))
INLINE = st.lists(st.tuples(KEYS, PLAIN), max_size=3, unique_by=lambda pair: pair[0]).map(
    lambda pairs: "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }"
)
VALUES = st.one_of(PLAIN, INLINE, st.sampled_from(['"""\nlong\n[lib]\n"""', "1", "2.5", "[[1], [2]]", "1979-05-27"]))
ENTRIES = st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}\n")
HEADINGS = st.sampled_from(
    ["[package]", "[lib]", "[[test]]", "[features]", "[ dependencies ]", "[dependencies.a]", "[target.'cfg(a)'.lib]"]
)
LINES = st.one_of(ENTRIES, HEADINGS.map(lambda heading: f"{heading}\n"), st.sampled_from(["\n", "# [lib]\n", "  \n"]))


@given(st.lists(LINES, max_size=12).map("".join))
def test_any_manifest_that_is_valid_says_the_same_to_both(text: str) -> None:
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # Cargo itself says so
    top = {key: value for key, value in whole.items() if key in ASKED}
    assert {key: value for key, value in read(text).items() if key in ASKED} == top


def test_the_readers_own_way_is_the_usual_one() -> None:
    table = manifests._usual('[package]\nname = "a"\n\n[dependencies]\ntokio = { version = "1" }\n')
    assert table == {"package": {"name": "a"}, "dependencies": {"tokio": {"version": "1"}}}
