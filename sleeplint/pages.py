"""A rule's page as Markdown, from its class: for the command line, the editor, SARIF and rules/README.md.

`python -m sleeplint.pages` prints the page of all built-in rules, which is rules/README.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sleeplint import HOME
from sleeplint.registry import load
from sleeplint.rule import Example, Rule, Severity

_GENERATED = "<!-- Generated from the rules by `python -m sleeplint.pages > rules/README.md`: do not edit. -->"
_INTRODUCTION = """\
# The rules

Every rule has a stable code and a name; both are accepted wherever a rule is named. The severities are those of
the profiles `default` and `strict`; a dash means that the rule is off there. One wait gets one finding, that of the
most specific rule.
"""


@dataclass(frozen=True, slots=True)
class Option:
    """One of a rule's options, as its page shows it. Values are spelled as TOML does."""

    name: str
    type: str
    default: str
    strict: str
    """The default in the strict profile."""
    text: str
    """Its docstring; empty if the source cannot be read."""


def page(rule: type[Rule], level: int = 1) -> str:
    """Everything there is to say about a rule. `level` is that of its heading."""
    mark = "#" * level
    parts = [f"{mark} `{rule.name}` ({rule.code})", rule.summary, _severities(rule)]
    parts += [f"{mark}# {heading}\n\n{text}" for heading, text in sections(rule).items()]
    if known := options(rule):
        parts.append(f"{mark}# Options\n\nSet under `[tool.sleeplint.rules.{rule.name}]`.\n\n{_table(known)}")
    if rule.examples:
        parts.append(f"{mark}# Examples")
        parts += [_shown(example) for example in rule.examples]
    return "\n\n".join(parts) + "\n"


def address(rule: type[Rule]) -> str:
    """Where a built-in rule's page can be read on the web; a stranger's rule has the project's own page."""
    if not rule.__module__.startswith("sleeplint_rules."):
        return HOME
    return f"{HOME}/blob/main/rules/README.md#{rule.name}-{rule.code.lower()}"


def sections(rule: type[Rule]) -> Mapping[str, str]:
    """The sections of a rule's docstring, by heading, in order."""
    import inspect

    texts: dict[str, list[str]] = {}
    for line in inspect.cleandoc(rule.__doc__ or "").splitlines():
        if line.startswith("## "):
            texts[line[3:].strip()] = []
        elif texts:
            next(reversed(texts.values())).append(line)
    return {heading: "\n".join(lines).strip() for heading, lines in texts.items()}


def options(rule: type[Rule]) -> tuple[Option, ...]:
    """What can be set of a rule."""
    texts = _field_docstrings(rule)
    return tuple(
        Option(
            name=field.name,
            type=field.type.__name__ if isinstance(field.type, type) else str(field.type),
            default=_toml(getattr(rule.configured("default"), field.name)),
            strict=_toml(getattr(rule.configured("strict"), field.name)),
            text=texts.get(field.name, ""),
        )
        for field in fields(rule)
    )


def index(rules: Iterable[type[Rule]]) -> str:
    """The page of several rules: a table, then the page of each."""
    known = tuple(rules)
    rows = [
        f"| {rule.code} | [`{rule.name}`](#{rule.name}-{rule.code.lower()}) | {rule.summary} "
        f"| {_word(rule.default)} | {_word(rule.strict)} |"
        for rule in known
    ]
    table = "\n".join(("| code | name | what it sees | default | strict |", "|---|---|---|---|---|", *rows))
    return "\n".join((_GENERATED, "", _INTRODUCTION, table, "", *(page(rule, level=2) for rule in known)))


def _severities(rule: type[Rule]) -> str:
    return f"In the profile `default`: {rule.default or 'off'}. In the profile `strict`: {rule.strict or 'off'}."


def _word(severity: Severity | None) -> str:
    return severity.value if severity else "–"


def _table(known: Iterable[Option]) -> str:
    rows = [
        f"| `{option.name}` | `{option.type}` | `{option.default}`"
        + (f", in the strict profile `{option.strict}`" if option.strict != option.default else "")
        + f" | {' '.join(option.text.split())} |"
        for option in known
    ]
    return "\n".join(("| option | type | default | meaning |", "|---|---|---|---|", *rows))


def _shown(example: Example) -> str:
    budget = "".join(
        f", with `budget.{name} = {_toml(value)}`"
        for name, value in _differences(example.budget, type(example.budget)())
    )
    title = f"{example.title or 'An example'} (profile `{example.profile}`{budget}):"
    return f"{title}\n\n```{example.language}\n{example.text}```"


def _differences(value: Any, usual: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        if getattr(value, field.name) != getattr(usual, field.name):
            yield field.name, getattr(value, field.name)


def _toml(value: Any) -> str:
    """A plain value as TOML spells it."""
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, ensure_ascii=False)


def _field_docstrings(rule: type[Rule]) -> Mapping[str, str]:
    """The strings that stand below a class's fields; none where the source cannot be had."""
    import ast
    import inspect
    from textwrap import dedent

    try:
        tree = ast.parse(dedent(inspect.getsource(rule)))
    except (OSError, TypeError, SyntaxError):  # typed in, or compiled without its source
        return {}
    (definition,) = tree.body
    if not isinstance(definition, ast.ClassDef):
        return {}
    texts = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                texts[name] = text
    return texts


if __name__ == "__main__":
    sys.stdout.buffer.write(index(load(strangers=False).rules).encode())
