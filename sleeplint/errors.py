"""What can go wrong, and which exit code says so.

SleeplintError
├── UserError            exit 2: the user can mend it; one line says what, where and how
│   ├── SettingsError    a settings file, an option or an environment variable
│   └── PathError        a path that was named and cannot be read or does not exist
└── InternalError        exit 3: our mistake; names the file and the rule at fault
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class SleeplintError(Exception):
    """Anything that sleeplint itself raises. Its text is one line, fit to be shown as it is."""

    exit_code: ClassVar[int] = 3


class UserError(SleeplintError):
    """The user's mistake: the text says what, where, and what to do."""

    exit_code = 2


class SettingsError(UserError):
    """A settings file, a command-line setting or an environment variable that cannot be used."""


class PathError(UserError):
    """A path that the user named and that cannot be read."""


class InternalError(SleeplintError):
    """Our mistake. The run goes on without what failed."""


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that `word` was probably meant to be; None if none is close."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(words), n=1, cutoff=0.6)), None)
