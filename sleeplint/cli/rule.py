"""`sleeplint rule`: a rule's page, or the list of all."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import json
from collections.abc import Iterator

from sleeplint.cli import session
from sleeplint.errors import UserError, nearest
from sleeplint.finding import Severity
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
        print("\n".join(_page(rule)))
    return 0


def _list(rules: tuple[type[Rule], ...]) -> None:
    widest = max(len(rule.name) for rule in rules)
    print(f"{'code':<6}  {'rule':<{widest}}  {'default':<7}  {'strict':<7}")
    for rule in rules:
        print(f"{rule.code:<6}  {rule.name:<{widest}}  {_level(rule.default):<7}  {_level(rule.strict):<7}")
    print("\n`sleeplint rule NAME` explains one.")


def _page(rule: type[Rule]) -> Iterator[str]:
    yield f"{rule.name} ({rule.code})"
    yield ""
    yield f"In the default profile: {_level(rule.default)}. In the strict profile: {_level(rule.strict)}."
    yield ""
    yield inspect.cleandoc(rule.__doc__ or rule.summary)
    options = dataclasses.fields(rule)
    if options:
        yield ""
        yield f"Options, under [rules.{rule.name}]:"
        yield from (f"    {field.name} = {_default(field)}" for field in options)
    for example in rule.examples:
        yield ""
        yield f"{example.title or 'Example'} ({example.language}):"
        yield from (f"    {line}".rstrip() for line in inspect.cleandoc(example.code).splitlines())


def _object(rule: type[Rule]) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "default": rule.default.value if rule.default else None,
        "strict": rule.strict.value if rule.strict else None,
        "options": {field.name: _default(field) for field in dataclasses.fields(rule)},
        "explanation": inspect.cleandoc(rule.__doc__ or rule.summary),
    }


def _default(field: dataclasses.Field[object]) -> str:
    value = field.default if field.default is not dataclasses.MISSING else None
    if field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    return json.dumps(value, default=str, ensure_ascii=False)


def _level(severity: Severity | None) -> str:
    return severity.value if severity else "off"
