"""What `use` declarations import."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sleeplint.languages.rust.words import places
from sleeplint.regexes import regex

Path = tuple[str, ...]

_COMMENT = regex(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_USE_TOKEN = regex(r"r#|\w+|::|[{},*]")
_GLOB = regex(rb"^(?![ \t]*//)[^\n;]*?\buse\s[^;]*?\*[^;]*;", re.MULTILINE)
_DECLARED = regex(
    rb"(?:\b(?:fn|mod|const|static|mut|struct|enum|union|type|trait|crate|as)\s|macro_rules\s*!|\*/)\s*(?:r#)?\Z"
)
_NEAR = 80
"""Bytes before a name that are looked back at."""
_NESTED = 32
"""Groups within one another in a `use`; each repeats the path so far."""


def use_paths(text: str) -> Iterator[tuple[str | None, Path]]:
    """What a `use` declaration imports: each name with its path; None is the name of a glob."""
    tokens = _USE_TOKEN.findall(_COMMENT.sub(" ", text).replace("r#", ""))
    if "use" in tokens:
        tokens = tokens[tokens.index("use") + 1 :]
    prefixes: list[Path] = []
    prefix: Path = ()
    segments: list[str] = []
    alias: str | None = None
    index = 0

    def finish() -> Iterator[tuple[str | None, Path]]:
        if not segments:
            return
        if segments[-1] == "*":
            yield None, (*prefix, *segments[:-1])
            return
        path = (*prefix, *segments)
        if path[-1] == "self" and len(path) > 1:
            path = path[:-1]
        if alias != "_":
            yield alias or path[-1], path
        else:
            yield f"_ {'::'.join(path)}", path

    while index < len(tokens):
        token = tokens[index]
        index += 1
        match token:
            case "{":
                if len(prefixes) == _NESTED:
                    return
                prefixes.append(prefix)
                prefix = (*prefix, *segments)
                segments, alias = [], None
            case "}" | ",":
                yield from finish()
                segments, alias = [], None
                if token == "}" and prefixes:
                    prefix = prefixes.pop()
            case "as":
                alias = tokens[index] if index < len(tokens) else None
                index += 1
            case "::":
                pass
            case _:
                segments.append(token)
    yield from finish()


def may_name(code: bytes, name: bytes) -> bool:
    """Whether a text may declare or import something of that name, by a search of its bytes; False is certain."""
    return any(
        _DECLARED.search(code, max(0, at - _NEAR), at) or b"use" in code[code.rfind(b";", 0, at) + 1 : at]
        for at in places(code, name)
    )


def globs(code: bytes) -> Iterator[Path]:
    """What a file imports all names of, wherever in it, by a search of its bytes: nothing is left out."""
    for match in _GLOB.finditer(code):
        yield from (path for name, path in use_paths(match[0].decode("utf-8", "replace")) if name is None)
