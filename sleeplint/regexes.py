"""Regular expressions that are compiled when they are first used: one file asks for a fifth of those there are."""

from __future__ import annotations

import re
from typing import AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn")
_made: list[_Regex] = []


class _Regex:
    """As a compiled one to whoever uses it; its methods are that one's own from the first use on."""

    __slots__ = ("_flags", "pattern", *_METHODS)

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __reduce__(self) -> tuple[object, ...]:
        return regex, (self.pattern, self._flags)

    def __getattr__(self, name: str) -> object:
        compiled = re.compile(self.pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, for a module's constants: what is wrong in one is told when it is first used."""
    made = _Regex(pattern, flags)
    _made.append(made)
    return cast("re.Pattern[AnyStr]", made)


def compile_all() -> None:
    """Compile those of all modules that are loaded: for processes that begin as copies of this one."""
    for made in _made:
        made.search  # noqa: B018
