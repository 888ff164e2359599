"""Comments that say why a timeout is as long as it is, or that a sleep blocks its thread on purpose."""

from __future__ import annotations

from typing import Final

from sleeplint.regexes import regex

_LONG: Final = r"(?:generous\w*|large|long\w*|high\w*|bigg?\w*|huge|ample|lenient|relaxed|increased?|raised?|bump\w*)"
_BOUND: Final = r"(?:time-?\s?outs?|limits?|deadlines?|bounds?|budgets?|waits?|margins?)"
_EXCUSE: Final = regex(
    rf"(?i)\b{_LONG}\b[^.;]{{0,40}}\b{_BOUND}\b|\b{_BOUND}\b[^.;]{{0,40}}\b{_LONG}\b"
    r"|\b(slow\w*|loaded|busy|overloaded|contended)\b[^.;]{0,30}\b(machines?|ci|runners?|hosts?|boxe?s?|builds?|"
    r"hardware|systems?|env\w*|platforms?|disks?|networks?)\b"
    r"|\b(on|in|under) (ci|load|valgrind|tsan|asan|miri|qemu|sanitizers?|emulation|windows|macos|debug)\b"
    r"|\b(can|may|might|could|will|does|sometimes)\b[^.;]{0,20}\b(take|takes|exceed|need|last)\b"
    r"|\btakes? (a while|long|up to|several|some time|more than|about|around|~?\d)"
    r"|\bgenerous\w*|\bbecause\b"
    r"|\b(enough|more|plenty of|extra|ample) time\b|\bflak\w+|\bcold start\w*"
)


_BLOCKS: Final = regex(
    r"(?i)\bblock(s|ing|ed)?\b|\bfreez\w*|\bfrozen?\b|\bstarv\w*|\bstall\w*|\bhog\w*"
    r"|\b(does not|doesn't|never|without) (yield|giv)\w*|\bsynchronous(ly)?\b"
    r"|\bnoqa\b.*\bASYNC(?:251|101)\b"  # as other linters are told
)


def blocks_on_purpose(comment: str) -> bool:
    """Whether a comment at a blocking sleep speaks of what it blocks."""
    return bool(comment) and _BLOCKS.search(comment) is not None


def is_excuse(comment: str) -> bool:
    """Whether a comment at a timeout accounts for its length."""
    return bool(comment) and _EXCUSE.search(comment) is not None
