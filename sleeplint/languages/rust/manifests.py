"""What a `Cargo.toml` says of a package, its targets and what it depends on."""

from __future__ import annotations

import re
from typing import Any

from sleeplint.regexes import regex

_ASKED = frozenset(
    {"package", "lib", "test", "workspace", "target", "dependencies", "dev-dependencies", "build-dependencies"}
)
"""The tables that are read."""
_ALONE = frozenset({"package", "workspace"})
"""Those of them of which the tables within are not."""
_TEXT = r"\"[^\"\\\n]*\"|'[^'\n]*'"
_KEY = rf"(?:[\w-]+|{_TEXT})"
_KEYS = rf"({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)"
_LIST = rf"\[(?:[^][\"'#]++|{_TEXT}|#[^\n]*)*+\]"
_VALUE = rf"(?:({_TEXT})|(true|false)|({_LIST}))"
_LONG = r"\"\"\"[^\"\\]*\"\"\"|'''[^']*'''"
_END = r"[ \t]*(?:#[^\n]*)?(?:\s*\n\s*|\Z)"
_HEADING = regex(rf"\[(\[?)[ \t]*{_KEYS}[ \t]*\]\]?{_END}", re.ASCII)
_NEXT = regex(r"^[ \t]*(?=\[[\[ \t]*[\w\"'])", re.ASCII | re.MULTILINE)
_ENTRY = regex(
    rf"{_KEYS}[ \t]*=[ \t]*(?:{_VALUE}|\{{((?:[^][{{}}\"'\n]++|{_TEXT}|{_LIST})*+)\}}|({_LONG})){_END}", re.ASCII
)
_INNER = regex(rf"[ \t]*{_KEYS}[ \t]*=[ \t]*{_VALUE}[ \t]*(?:,\s*|\Z)", re.ASCII)
_COMMENT = regex(r"#[^\n]*\s*")
_PART = regex(_KEY, re.ASCII)
_ITEM = regex(rf"({_TEXT})|#[^\n]*")


class _Unusual(Exception):  # noqa: N818 - it is no error of anyone's
    """Something is written as few write it."""


def read(text: str) -> dict[str, Any]:
    """The tables of a manifest that are asked for. Raises ValueError if it is no TOML.

    Nearly all are written in the same few ways, and to load what parses the others takes longer than to read them.
    """
    try:
        return _usual(text.replace("\r\n", "\n"))
    except _Unusual:
        import tomllib

        return tomllib.loads(text)


def _usual(text: str) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    table = whole
    at = len(text) - len(text.lstrip())
    while at < len(text):
        pattern = {"#": _COMMENT, "[": _HEADING}.get(text[at], _ENTRY)
        found = pattern.match(text, at)
        if found is None:
            raise _Unusual
        at = found.end()
        if pattern is _ENTRY:
            _put(table, found[1], _value(found))
        elif pattern is _HEADING:
            keys = _parts(found[2])
            if keys[0] in _ASKED and (keys[0] not in _ALONE or len(keys) == 1):
                table = _opened(whole, keys, several=bool(found[1]))
            else:
                following = _NEXT.search(text, at)
                end = following.end() if following is not None else len(text)
                if '"""' in text[at:end] or "'''" in text[at:end]:  # what looks like a heading may be of a text
                    raise _Unusual
                at = end
    return whole


def _opened(whole: dict[str, Any], keys: list[str], *, several: bool) -> dict[str, Any]:
    """A table, given its heading; one more of `several`."""
    *outer, last = keys
    for key in outer:
        whole = _checked(whole.setdefault(key, {}), dict)
    table: dict[str, Any] = {}
    if several:
        _checked(whole.setdefault(last, []), list).append(table)
    elif whole.setdefault(last, table) is not table:
        raise _Unusual
    return table


def _put(table: dict[str, Any], keys: str, value: Any) -> None:
    *outer, last = [keys] if keys.isidentifier() else _parts(keys)
    for key in outer:
        table = _checked(table.setdefault(key, {}), dict)
    if last in table:
        raise _Unusual
    table[last] = value


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise _Unusual
    return value


def _within(text: str) -> dict[str, Any]:
    """A table in braces, given what stands between them."""
    table: dict[str, Any] = {}
    text = text.rstrip()
    at = 0
    while at < len(text):
        found = _INNER.match(text, at)
        if found is None:
            raise _Unusual
        _put(table, found[1], _value(found))
        at = found.end()
    return table


def _value(found: re.Match[str]) -> Any:
    text, truth, items = found[2], found[3], found[4]
    if text is not None:
        return text[1:-1]
    if truth is not None:
        return truth == "true"
    if items is not None:
        return [item[1][1:-1] for item in _ITEM.finditer(items) if item[1] is not None]
    return _within(found[5]) if found[5] is not None else found[6][3:-3].removeprefix("\n")


def _parts(keys: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(keys)]
