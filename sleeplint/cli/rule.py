"""`sleeplint rule`: a rule's page, or the list of all."""

from __future__ import annotations

import argparse
import dataclasses
import json

from sleeplint.cli import session
from sleeplint.errors import UserError, nearest
from sleeplint.finding import Severity
from sleeplint.pages import options as options_of
from sleeplint.pages import page, sections
from sleeplint.rule import Rule


def run(options: argparse.Namespace) -> int:
    """Print one rule's page or all rules, a line each."""
    registry = session.registry()
    if options.name is None:
        if options.output_format == "json":
            print(json.dumps([_object(rule) for rule in registry.rules], indent=2, ensure_ascii=False))
        else:
            _list(registry.rules)
        return 0
    rule = registry.find(options.name)
    if rule is None:
        close = nearest(options.name, registry.keys)
        hint = f"did you mean `{close}`?" if close else "`sleeplint rule` lists them"
        raise UserError(f"no rule `{options.name}`; {hint}")
    if options.output_format == "json":
        print(json.dumps(_object(rule), indent=2, ensure_ascii=False))
    else:
        print(page(rule), end="")
    return 0


def _list(rules: tuple[type[Rule], ...]) -> None:
    widest = max(len(rule.name) for rule in rules)
    print(f"{'code':<6}  {'rule':<{widest}}  {'default':<7}  {'strict':<7}")
    for rule in rules:
        print(f"{rule.code:<6}  {rule.name:<{widest}}  {_level(rule.default):<7}  {_level(rule.strict):<7}")
    print("\n`sleeplint rule NAME` explains one.")


def _object(rule: type[Rule]) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "default": rule.default.value if rule.default else None,
        "strict": rule.strict.value if rule.strict else None,
        "options": [dataclasses.asdict(option) for option in options_of(rule)],
        "explanation": dict(sections(rule)),
    }


def _level(severity: Severity | None) -> str:
    return severity.value if severity else "off"
