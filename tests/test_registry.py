"""Which rules are found, by which keys, and what a stranger's pack can and cannot do."""

import importlib.metadata
import pkgutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sleeplint_rules
from sleeplint import registry
from sleeplint.errors import InternalError
from sleeplint.rule import Rule, Severity
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable

RULES = sleeplint_rules.RULES
CODES_AND_NAMES = [(rule.code, rule.name) for rule in RULES]


PACK = """
from dataclasses import dataclass
from sleeplint.rule import Rule

@dataclass(frozen=True)
class LateSleep(Rule):
    \"\"\"A late sleep.\"\"\"

    code = "LATE1"
    name = "late-sleep"
"""


@dataclass(frozen=True)
class FridaySleep(Rule):
    """A sleep on a Friday."""

    code = "FRI001"
    name = "friday-sleep"
    default = Severity.INFO


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No registry is kept from one test to the next."""
    registry.load.cache_clear()
    yield
    registry.load.cache_clear()


def install(monkeypatch: pytest.MonkeyPatch, **points: object) -> None:
    """Let entry points be there that load these objects; an exception is raised instead."""

    @dataclass
    class Point:
        name: str
        loaded: object

        def load(self) -> object:
            if isinstance(self.loaded, Exception):
                raise self.loaded
            return self.loaded

    def entry_points(group: str) -> list[Point]:
        assert group == "sleeplint.rules"
        return [Point(name, loaded) for name, loaded in points.items()]

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
    monkeypatch.setattr(registry, "_may_have_strangers", lambda: True)


def module(**members: Any) -> ModuleType:
    made = ModuleType("pack")
    vars(made).update(members)
    return made


def test_codes_and_names_are_unique() -> None:
    keys = [key for pair in CODES_AND_NAMES for key in pair]
    assert sorted(keys) == sorted(set(keys))


def test_rules_stand_in_the_order_of_their_codes() -> None:
    assert [code for code, _ in CODES_AND_NAMES] == sorted(code for code, _ in CODES_AND_NAMES)


def test_every_module_of_the_pack_is_listed() -> None:
    modules = {found.name for found in pkgutil.iter_modules(sleeplint_rules.__path__)}
    listed = {rule.__module__.removeprefix("sleeplint_rules.") for rule in RULES}
    assert {name for name in modules if not name.startswith("_")} == listed


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_named_as_its_file(rule: type[Rule]) -> None:
    assert rule.__module__ == f"sleeplint_rules.{rule.name.replace('-', '_')}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_can_be_found_by_both_keys(rule: type[Rule]) -> None:
    found = registry.load(strangers=False)
    assert found.find(rule.name) is rule
    assert found.find(rule.code) is rule
    assert found.find(rule.code.lower()) is None


def test_keys_name_every_rule_twice() -> None:
    assert registry.load(strangers=False).keys == tuple(key for code, name in CODES_AND_NAMES for key in (name, code))


def test_a_strangers_pack_joins_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, fridays=module(FridaySleep=FridaySleep, Rule=Rule, something=7))
    found = registry.load()
    assert found.troubles == ()
    assert found.find("friday-sleep") is FridaySleep
    assert [rule.code for rule in found.rules] == sorted(["FRI001", *(code for code, _ in CODES_AND_NAMES)])
    assert [e.severity for e in enable(found, Settings(select=("FRI001",)))] == [Severity.INFO]


def test_a_stranger_may_name_a_single_class(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, fridays=FridaySleep)
    assert registry.load().find("FRI001") is FridaySleep


def test_strangers_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, fridays=FridaySleep)
    assert registry.load(strangers=False).find("FRI001") is None


@pytest.mark.parametrize("key", [{"code": "SLP103"}, {"name": "startup-sleep"}])
def test_a_stranger_cannot_take_a_key_of_ours(monkeypatch: pytest.MonkeyPatch, key: dict[str, str]) -> None:
    class Usurper(FridaySleep):
        code = key.get("code", FridaySleep.code)
        name = key.get("name", FridaySleep.name)

    install(monkeypatch, fridays=Usurper)
    found = registry.load()
    startup = found.find("startup-sleep")
    assert startup is not None
    assert startup.__module__ == "sleeplint_rules.startup_sleep"
    assert found.troubles == (
        f"rule pack `fridays`: {Usurper.code} ({Usurper.name}) is already SLP103 (startup-sleep)",
    )


def test_a_pack_that_fails_is_named_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, broken=RuntimeError("no such thing"), fridays=FridaySleep, odd=7)
    found = registry.load()
    assert found.troubles == (
        "rule pack `broken`: cannot be loaded: RuntimeError: no such thing",
        "rule pack `odd`: is neither a module nor a rule class",
    )
    assert found.find("FRI001") is FridaySleep


@pytest.mark.parametrize("kind", ["dist-info", "egg-info"])
def test_a_pack_is_found_where_packages_are_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    info = tmp_path / f"fridays-1.0.{kind}"
    info.mkdir()
    about = "METADATA" if kind == "dist-info" else "PKG-INFO"
    (info / about).write_text("Metadata-Version: 2.1\nName: fridays\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[sleeplint.rules]\nfridays = installed_fridays\n")
    (tmp_path / "installed_fridays.py").write_text(PACK)
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert registry.load().find("late-sleep") is not None
    finally:
        sys.modules.pop("installed_fridays", None)


def test_a_pack_in_an_archive_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "fridays.zip", "w") as archive:
        archive.writestr("fridays-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: fridays\nVersion: 1.0\n")
        archive.writestr("fridays-1.0.dist-info/entry_points.txt", "[sleeplint.rules]\nfridays = archived_fridays\n")
        archive.writestr("archived_fridays.py", PACK)
    monkeypatch.syspath_prepend(tmp_path / "fridays.zip")
    try:
        assert registry.load().find("late-sleep") is not None
    finally:
        sys.modules.pop("archived_fridays", None)


def test_no_rules_at_all_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sleeplint_rules, "RULES", ())
    with pytest.raises(InternalError, match="no built-in rules were found"):
        registry.load()


def test_a_missing_pack_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sleeplint_rules", None)
    with pytest.raises(InternalError, match="the built-in rules cannot be imported"):
        registry.load()
