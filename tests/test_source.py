import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.source import Project, Source, language_of


@pytest.mark.parametrize(
    ("path", "language"), [("a/b.rs", "rust"), ("b.PY", "python"), ("b.pyi", "python"), ("b.txt", None), ("rs", None)]
)
def test_a_file_name_tells_its_language(path: str, language: str | None) -> None:
    assert language_of(path) == language


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1\n",
        codecs.BOM_UTF8 + "x = 'é'\r\n".encode(),
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"#!/bin/sh\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n",
        codecs.BOM_UTF16_LE + "x = 'é'\n".encode("utf-16-le"),
        b"# coding: no-such-thing\nx = 1\n",
        b"# coding: utf-8\nx = '\xff'\n",
        b"# coding: rot13\nk = 1\n",
        b"\x00\xff",
        b"",
    ],
)
def test_encoding_gives_back_the_same_bytes(data: bytes) -> None:
    source = Source("a.py", data)
    assert source.encode(source.code) == data


@given(st.binary(max_size=80))
def test_any_bytes_survive(data: bytes) -> None:
    for path in ("a.py", "a.rs"):
        source = Source(path, data)
        assert source.encode(source.code) == data


def test_the_code_is_utf8_whatever_the_file_says() -> None:
    assert Source("a.py", b"# coding: latin-1\nx = '\xe9'\n").code == "# coding: latin-1\nx = 'é'\n".encode()
    assert Source("a.rs", codecs.BOM_UTF16_BE + "fn".encode("utf-16-be")).code == b"fn"


def test_an_editors_text_ignores_its_cookie() -> None:
    source = Source("a.py", "\ufeff# coding: latin-1\nx = 'é😀'\n".encode(), encoding="utf-8")
    assert (source.code, source.bom) == ("# coding: latin-1\nx = 'é😀'\n".encode(), codecs.BOM_UTF8)


def test_a_project_reads_a_file_once_and_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.py").write_bytes(b"x")
    (tmp_path / "b.py").write_bytes(b"y")
    project = Project(tmp_path / "in")
    first = project.source(tmp_path / "in" / "a.py")
    assert first is not None
    assert project.source(tmp_path / "in" / "a.py") is first
    assert project.source(tmp_path / "b.py") is None
    assert project.source(tmp_path / "in" / "none.py") is None


@pytest.mark.parametrize("path", ["a.rs", "tests/a.rs", "./tests/../a.rs", "/a.rs", "..", "tests/", "."])
def test_a_project_knows_absolute_paths(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)

    assert [project.absolute(path) for _ in range(2)] == [os.path.abspath(path)] * 2


def test_a_file_that_was_opened_is_held(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    project = Project(tmp_path)
    place = str(tmp_path / "a.py")

    assert project.held(place) is None
    assert project.source(place) is project.held(place)
