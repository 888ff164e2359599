"""Strangers' tables become Settings here, or an error of one line that says which key is wrong and what it should be.

The only importer of pydantic. It validates the same dataclasses that the program works with.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from sleeplint.errors import SettingsError, nearest
from sleeplint.registry import Registry
from sleeplint.rule import Budget, Rule
from sleeplint.settings import Override, Settings
from sleeplint.settings.files import Table

_WANTED = {
    "tuple_type": "a list",
    "string_type": "a string",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "dataclass_type": "a table",
    "mapping_type": "a table",
    "dict_type": "a table",
}
_REFERENCE = "#/definitions/{model}"
_BUDGET = f"{_REFERENCE.format(model='Budget')}/properties/"
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
_GATHERED = ("overrides", "waits", "ignore")
"""Lists to which each further file adds; any other value of a later file replaces the earlier one's."""


def checked(table: Table, registry: Registry) -> dict[str, Any]:
    """The values of one table with its keys as we spell them. Raises SettingsError naming the wrong one."""
    values = _spelled(dict(table.values), Settings, "", table)
    values.pop("extend", None)
    _type_checked(Settings, values, table)
    parts = [("", values), *((f"overrides[{i}].", part) for i, part in enumerate(values.get("overrides", ())))]
    for where, part in parts:
        for key in ("tests", "exclude", "paths"):
            for pattern in part.get(key, ()):
                _pattern(pattern, f"{where}{key}", table)
        for key in ("select", "ignore"):
            for name in part.get(key, ()):
                _rule(name, f"{where}{key}", registry, table)
        if "budget" in part:
            _budget(part["budget"], f"{where}budget", table)
        if "rules" in part:
            part["rules"] = _options(part["rules"], f"{where}rules", registry, table)
    return values


def merged(tables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Checked tables as one, the later ones winning: tables key by key."""
    whole: dict[str, Any] = {}
    for table in tables:
        for key, value in table.items():
            if key in _GATHERED:
                whole[key] = [*whole.get(key, ()), *value]
            elif isinstance(value, Mapping):
                whole[key] = merged([whole.get(key, {}), value])
            else:
                whole[key] = value
    return whole


def settings(values: Mapping[str, Any]) -> Settings:
    """Settings from checked and merged values."""
    made: Settings = _adapter(Settings).validate_python(_json(values, options=False))
    return dataclasses.replace(
        made,
        rules=values.get("rules", {}),
        overrides=tuple(
            dataclasses.replace(override, rules=raw.get("rules", {}))
            for override, raw in zip(made.overrides, values.get("overrides", ()), strict=True)
        ),
    )


def override(values: Mapping[str, Any]) -> Override:
    """What checked and merged values of the command line say, as an override for every path."""
    return settings({"overrides": [{"paths": ["**"], **values}]}).overrides[0]


def schema(registry: Registry) -> dict[str, Any]:
    """The JSON Schema (draft 7, as editors want it) of a settings file, rules' own options included."""
    made = _adapter(Settings).json_schema(ref_template=_REFERENCE)
    definitions = made.pop("$defs")
    budgets = definitions["Budget"]["properties"]
    definitions["Budget"]["properties"] = budgets | {name.upper(): {"$ref": _BUDGET + name} for name in budgets}
    definitions["RuleKey"] = {"description": "A rule's name or code.", "enum": list(registry.keys)}
    definitions["Rules"] = {
        "description": "Rules' own options.",
        "type": "object",
        "properties": dict(_rule_schemas(registry, definitions)),
    }
    keys = {"type": "array", "items": {"$ref": _REFERENCE.format(model="RuleKey")}, "default": []}
    for place in (made, definitions["Override"]):
        rules = {"$ref": _REFERENCE.format(model="Rules")}
        place["properties"] |= {"rules": rules, "select": keys, "ignore": keys}
    definitions["Override"]["properties"]["budget"] = {"$ref": _REFERENCE.format(model="Budget")}
    extend = {
        "type": "string",
        "description": "A settings file, relative to this one, that holds where this is silent.",
    }
    made["properties"] = {"extend": extend, **made["properties"]}
    made["description"] = "How sleeplint judges the waits of a test suite."
    closed = _closed({**made, "definitions": definitions})
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "sleeplint", **closed}


def _rule_schemas(registry: Registry, definitions: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for rule in registry.rules:
        if dataclasses.fields(rule):
            options = _adapter(rule).json_schema(ref_template=_REFERENCE)
            definitions.update(options.pop("$defs", {}))
            yield rule.name, {**options, "description": rule.summary}
            yield rule.code, {"$ref": f"{_REFERENCE.format(model='Rules')}/properties/{rule.name}"}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _closed(value: Any) -> Any:
    """The schema with every object closed to unknown keys, without pydantic's titles."""
    if isinstance(value, list):
        return [_closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    shut = {key: _closed(item) for key, item in value.items() if not (key == "title" and isinstance(item, str))}
    if isinstance(shut.get("properties"), dict) and shut.get("type") == "object":
        shut.setdefault("additionalProperties", False)
    return shut


def _spelled(values: dict[str, Any], kind: type[Any], where: str, table: Table) -> dict[str, Any]:
    """`values` with known keys only, spelled in lower case. Raises SettingsError with the nearest valid key."""
    hints = get_type_hints(kind)
    known = [field.name for field in dataclasses.fields(kind)] + (["extend"] if kind is Settings else [])
    spelled: dict[str, Any] = {}
    for key, value in values.items():
        name = key.lower() if kind is Budget else key
        if name not in known:
            raise SettingsError(f"{table.origin}: unknown key `{where}{key}`{_hint(name, known, where)}")
        if name in spelled:
            raise SettingsError(f"{table.origin}: `{where}{name}` is given twice, as `{key}` and in lower case")
        inner = Budget if name == "budget" else _dataclass_in(hints.get(name))
        if inner and isinstance(value, dict):
            value = _spelled(value, inner, f"{where}{name}.", table)
        elif inner and isinstance(value, list):
            value = [
                _spelled(item, inner, f"{where}{name}[{i}].", table) if isinstance(item, dict) else item
                for i, item in enumerate(value)
            ]
        elif isinstance(value, str) and get_origin(hints.get(name)) is tuple and table.file is None:
            value = [part.strip() for part in value.split(",") if part.strip()]
        spelled[name] = value
    return spelled


def _dataclass_in(hint: Any) -> type[Any] | None:
    """The dataclass of which `hint` is made: itself, an option of it or a tuple of it."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return hint
    if get_origin(hint) in (tuple, Union, types.UnionType):
        return next((found for part in get_args(hint) if (found := _dataclass_in(part))), None)
    return None


def _hint(word: str, known: Sequence[str], where: str = "") -> str:
    close = nearest(word, known)
    return f"; did you mean `{where}{close}`?" if close else f"; valid are {', '.join(f'`{name}`' for name in known)}"


def _type_checked(kind: type[Any], values: Mapping[str, Any], table: Table, where: str = "") -> Any:
    try:
        return _adapter(kind).validate_json(json.dumps(_json(values)), strict=True)
    except ValidationError as error:
        raise SettingsError(f"{table.origin}: {_words(error, values, where)}") from error


def _words(error: ValidationError, values: Mapping[str, Any], where: str) -> str:
    problem = error.errors(include_url=False)[0]
    at: Any = values
    name = where
    for step in problem["loc"]:  # pydantic ends the path of a union with the member it tried
        if isinstance(at, Mapping) and step in at:
            at, name = at[step], f"{name}.{step}" if name else str(step)
        elif isinstance(at, Sequence) and not isinstance(at, str) and isinstance(step, int) and step < len(at):
            at, name = at[step], f"{name}[{step}]"
    if problem["type"] == "missing":
        return f"`{name}` lacks the key `{problem['loc'][-1]}`"
    if problem["type"] == "literal_error":
        wanted = problem["ctx"]["expected"].replace("'", '"')
        close = (
            nearest(at, wanted.replace(" or ", ",").replace('"', "").replace(" ", "").split(","))
            if at and isinstance(at, str)
            else None
        )
        hint = f"; did you mean {json.dumps(close)}?" if close else ""
        return f"`{name}` must be {wanted}, not {_said(at)}{hint}"
    if problem["type"] == "value_error":
        return f"`{name}`: {problem['ctx']['error']}"
    unioned = sorted({_WANTED.get(p["type"], p["msg"]) for p in error.errors() if p["loc"][:-1] == problem["loc"][:-1]})
    wanted = " or ".join(unioned) if name.rpartition(".")[2] != str(problem["loc"][-1]) and len(unioned) > 1 else ""
    wanted = wanted or _WANTED.get(problem["type"]) or problem["msg"].lower()
    return f"`{name}` must be {wanted}, not {_said(at)}"


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a table"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "..."


def _json(value: Any, options: bool = True) -> Any:
    """`value` as JSON can say it; TOML's dates become what no setting accepts."""
    if isinstance(value, Mapping):
        return {key: _json(item, options) for key, item in value.items() if options or key != "rules"}
    if isinstance(value, (list, tuple)):
        return tuple(_json(item, options) for item in value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    return [[]] if options else value


def _budget(values: Mapping[str, Any], where: str, table: Table) -> None:
    _type_checked(Budget, values, table, where)
    for key, value in values.items():
        if not value >= 0:
            raise SettingsError(f"{table.origin}: `{where}.{key}` must be 0 or more, not {_said(value)}")


def _pattern(pattern: str, where: str, table: Table) -> None:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore import GitIgnorePatternError

    try:
        GitIgnoreSpec.from_lines([pattern])
    except GitIgnorePatternError as error:
        raise SettingsError(f"{table.origin}: `{where}` holds {_said(pattern)}, which is no pattern") from error


def _rule(key: str, where: str, registry: Registry, table: Table) -> type[Rule]:
    rule = registry.find(key)
    if rule is None:
        close = nearest(key, registry.keys)
        hint = f"; did you mean `{close}`?" if close else "; `sleeplint rule` lists them"
        raise SettingsError(f"{table.origin}: `{where}` names an unknown rule `{key}`{hint}")
    return rule


def _options(values: Any, where: str, registry: Registry, table: Table) -> dict[str, dict[str, Any]]:
    """Rules' options under the rules' names, as the rules' own fields want them."""
    checked_options: dict[str, dict[str, Any]] = {}
    for key, options in values.items():
        rule = _rule(key, where, registry, table)
        known = [field.name for field in dataclasses.fields(rule)]
        for option in options:
            if option not in known:
                hint = _hint(option, known) if known else "; the rule has no options"
                raise SettingsError(f"{table.origin}: unknown key `{where}.{key}.{option}`{hint}")
        try:
            made = _type_checked(rule, options, table, f"{where}.{key}")
        except (PydanticUserError, NameError) as error:  # a stranger's rule whose annotations cannot be resolved
            words = " ".join(str(error).split())
            raise SettingsError(f"{table.origin}: `{where}.{key}` cannot be checked: {words}") from error
        checked_options[rule.name] = {option: getattr(made, option) for option in options}
    return checked_options
