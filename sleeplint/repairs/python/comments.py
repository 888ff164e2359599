"""Comments that only speak of giving time, and go with the sleep that they speak of."""

from __future__ import annotations

from sleeplint.regexes import regex

_GIVES_TIME = regex(
    r"(?i)^#+\s*(?:(?:we|just|now|then|also|first|and|need to|have to|must|should|please|so|to)\s+)*"
    r"(?:give|gives|let|allow|wait|waits|sleep|sleeps|pause|hack|make sure|ensure|enough time|some time|delay)\b"
)
_SAYS_MORE = regex(
    r"(?i)\b(?:todo|fixme|xxx|noqa|pragma|nosec|type:|pylint|mypy|ruff|sleeplint|because|see|bug|issue)|#\d|://"
)
_LONG = 120


def only_gives_time(comment: str) -> bool:
    """Whether a comment says nothing but that something is given time or waited for."""
    return bool(_GIVES_TIME.search(comment)) and not _SAYS_MORE.search(comment) and len(comment) <= _LONG
