"""Ignore comments: what each one asks for, which findings it silences, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sleeplint.errors import nearest
from sleeplint.facts import Pragma, TestFile
from sleeplint.finding import Finding, Silencing
from sleeplint.records import dataclass, field, replace
from sleeplint.regexes import regex
from sleeplint.registry import Enabled, load
from sleeplint.settings import Suppressions

_VERB = regex(r"sleeplint:\s*([A-Za-z][\w-]*)?")
_KEYS = regex(r"\s*\[([^\][]*)\]")
# Another tool's comment behind ours, such as mypy's or a formatter's, is no reason.
_NEXT_COMMENT = regex(r"(?:^|\s)(?:#|//)\s.*|\*/\s*$", re.DOTALL)
_VERBS = ("ignore", "file-ignore")


@dataclass(slots=True)
class _Comment:
    """An ignore comment that can be understood, and which of its keys have silenced something."""

    pragma: Pragma
    whole_file: bool
    reason: str
    named: dict[str, str] = field(default_factory=dict)
    """Rule name by key as the comment spells it."""
    unknown: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Names of the rules that it silenced."""

    def speaks_of(self, finding: Finding) -> bool:
        """Whether `finding` stands where this comment holds, and its rule is named."""
        if finding.rule not in self.named.values():
            return False
        covers = self.pragma.covers
        starts_inside = covers.start <= finding.span.start < covers.end
        return self.whole_file or starts_inside or (finding.statement is not None and finding.statement in covers)

    @property
    def reach(self) -> int:
        """How many bytes it holds for: of two comments about one finding the closer one answers."""
        return 1 << 62 if self.whole_file else self.pragma.covers.end - self.pragma.covers.start


def apply(
    file: TestFile, findings: Sequence[Finding], rules: Sequence[Enabled], settings: Suppressions
) -> tuple[list[Finding], list[Finding], list[Silencing]]:
    """Part `findings` into those that speak and those that a comment silences.

    The third part says of each comment what came of it, in the order in which they stand.
    """
    if not file.pragmas:
        return list(findings), [], []
    read = [_read(pragma, rules) for pragma in file.pragmas]
    comments = sorted((c for c in read if isinstance(c, _Comment)), key=lambda comment: comment.reach)
    spoken: list[Finding] = []
    silenced: list[Finding] = []
    for finding in findings:
        closest = next((comment for comment in comments if comment.speaks_of(finding)), None)
        if closest is None:
            spoken.append(finding)
        else:
            closest.used.add(finding.rule)
            silenced.append(replace(finding, suppressed_by=closest.reason))
    enabled = {entry.rule.name for entry in rules}
    return spoken, silenced, [_silencing(comment, enabled, settings) for comment in read]


def _read(pragma: Pragma, rules: Sequence[Enabled]) -> _Comment | Silencing:
    """The comment, or the Silencing that says why it is none."""
    verb = _VERB.match(pragma.text)
    if verb is None or verb[1] not in _VERBS:
        return _trouble(pragma, _unknown_verb(verb[1] if verb else None))
    keys = _KEYS.match(pragma.text, verb.end())
    if keys is None:
        opened = pragma.text[verb.end() :].lstrip().startswith("[")
        missing = "the closing `]` is missing" if opened else "it names no rule"
        return _trouble(pragma, f"{missing}: write `sleeplint: {verb[1]}[rule-name] reason`")
    names = [key.strip() for key in keys[1].split(",") if key.strip()]
    if not names:
        return _trouble(pragma, f"it names no rule: write `sleeplint: {verb[1]}[rule-name] reason`")
    whole_file = verb[1] == "file-ignore"
    if whole_file and not pragma.in_head:
        return _trouble(pragma, "`file-ignore` holds only in the comment at the head of the file, before any code")
    comment = _Comment(pragma, whole_file, _reason(pragma.text[keys.end() :]))
    for key in dict.fromkeys(names):
        name = _name(key, rules)
        if name is None:
            comment.unknown.append(key)
        else:
            comment.named[key] = name
    return comment


def _name(key: str, rules: Iterable[Enabled]) -> str | None:
    """The name of the rule called `key`; the whole registry is asked only for what is not enabled."""
    for enabled in rules:
        if key in (enabled.rule.name, enabled.rule.code):
            return enabled.rule.name
    rule = load().find(key)
    return rule.name if rule else None


def _reason(text: str) -> str:
    return _NEXT_COMMENT.sub("", text).strip().lstrip("-–—:").strip()


def _silencing(comment: _Comment | Silencing, enabled: set[str], settings: Suppressions) -> Silencing:
    if isinstance(comment, Silencing):
        return comment
    return Silencing(
        span=comment.pragma.span,
        rules=tuple(dict.fromkeys(comment.named.values())),
        unused=tuple(k for k, name in comment.named.items() if name in enabled and name not in comment.used),
        unknown=tuple((key, nearest(key, load().keys)) for key in comment.unknown),
        reason=comment.reason,
        reason_required=settings.require_reason,
    )


def _trouble(pragma: Pragma, words: str) -> Silencing:
    return Silencing(span=pragma.span, rules=(), unused=(), unknown=(), reason="", trouble=words)


def _unknown_verb(verb: str | None) -> str:
    if verb is None:
        return "it says nothing: write `sleeplint: ignore[rule-name] reason`"
    close = nearest(verb, _VERBS)
    hint = f"did you mean `{close}`?" if close else "write `sleeplint: ignore[rule-name] reason`"
    return f"`{verb}` is not a word that sleeplint knows: {hint}"
