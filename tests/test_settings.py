"""Where settings come from, which win, and how a mistake in them is told."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint import registry
from sleeplint.errors import SettingsError
from sleeplint.finding import Severity
from sleeplint.languages.catalogue import Argument, Call
from sleeplint.registry import Registry
from sleeplint.rule import Rule
from sleeplint.settings import Settings, validation
from sleeplint.settings.choice import enable
from sleeplint.settings.files import Table, of_environment, of_option
from sleeplint.settings.resolver import Resolver
from sleeplint.settings.validation import schema

SCHEMA = Path(__file__).parent.parent / "sleeplint" / "schemas" / "settings.json"


@dataclass(frozen=True)
class Repeated(Rule):
    """The same timeout again and again."""

    code = "SLP203"
    name = "repeated-timeout"
    strict = Severity.WARNING
    at_least: int = 5
    apis: tuple[str, ...] = ()


@dataclass(frozen=True)
class Startup(Rule):
    """A sleep before the first use."""

    code = "SLP103"
    name = "startup-sleep"
    default = Severity.WARNING
    strict = Severity.ERROR


@dataclass(frozen=True)
class Budgeted(Rule):
    """A sum that is limited when it is set."""

    code = "SLP114"
    name = "test-sleep-budget"


REGISTRY = Registry((Startup, Budgeted, Repeated))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def resolver(*options: str, environment: Mapping[str, str] | None = None, **more: object) -> Resolver:
    forced = (*of_environment(environment or {}), *map(of_option, options))
    return Resolver(lambda: REGISTRY, forced=forced, **more)  # type: ignore[arg-type]


def settings(text: str, folder: Path, *options: str, path: str = "test_a.py") -> Settings:
    (folder / "sleeplint.toml").write_text(text)
    return resolver(*options).path(folder / path).settings


def complaint(text: str, folder: Path, *options: str) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(text, folder, *options)
    return str(caught.value)


def test_without_any_file_the_defaults_hold_and_pydantic_stays_away(here: Path) -> None:
    assert resolver().path(here / "a.py").settings == Settings()
    program = (
        "import sys; from pathlib import Path; from sleeplint.settings.resolver import Resolver\n"
        "from sleeplint.registry import Registry\n"
        "Resolver(lambda: Registry(())).path(Path('/nowhere/at/all/a.py')); print('pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=SCHEMA.parents[2]
    )
    assert done.stdout == "False\n"


def test_all_that_can_be_set(here: Path) -> None:
    said = settings(
        """
        profile = "strict"
        tests = ["t/**"]
        exclude = ["vendor/**"]
        select = ["SLP103"]
        ignore = ["repeated-timeout"]
        fail_on = "info"
        suppressions.require_reason = true
        [budget]
        MAX_SLEEP_SECS = 2
        max_timeout_secs = 0.5
        [rules.SLP203]
        at_least = 3
        apis = ["tokio::time::timeout"]
        [[waits]]
        call = "project::testing::pause"
        kind = "sleep"
        seconds = { argument = 0, unit = "ms" }
        """,
        here,
    )
    assert (said.profile, said.tests, said.exclude, said.fail_on) == ("strict", ("t/**",), ("vendor/**",), "info")
    assert (said.select, said.ignore) == (("SLP103",), ("repeated-timeout",))
    assert (said.budget.max_sleep_secs, said.budget.max_timeout_secs, said.budget.max_hold_secs) == (2, 0.5, 0)
    assert said.rules == {"repeated-timeout": {"at_least": 3, "apis": ("tokio::time::timeout",)}}
    assert said.waits == (Call("project::testing::pause", "sleep", Argument(0, "ms")),)
    assert said.suppressions.require_reason


def test_the_first_file_of_a_folder_wins_entirely(here: Path) -> None:
    written = {
        "Cargo.toml": "[package.metadata.sleeplint]\nfail_on = 'error'\n[workspace.metadata.sleeplint]\ntests = ['w']",
        "pyproject.toml": "[tool.sleeplint]\ntests = ['p']",
        "sleeplint.toml": "tests = ['s']",
        ".sleeplint.toml": "tests = ['h']",
    }
    found = []
    for name, text in written.items():
        (here / name).write_text(text)
        said = resolver().path(here / "a.py").settings
        found.append((said.tests, said.fail_on))
    assert found == [((), "error"), (("p",), "warning"), (("s",), "warning"), (("h",), "warning")]


def test_a_workspace_can_say_it_and_manifests_that_do_not_are_passed_over(here: Path) -> None:
    (here / "Cargo.toml").write_text("[workspace.metadata.sleeplint]\nprofile = 'strict'")
    inner = here / "crate" / "tests"
    inner.mkdir(parents=True)
    (here / "crate" / "Cargo.toml").write_text("[package]\nname = 'sleeplint-user'")
    (here / "crate" / "pyproject.toml").write_text("this = is no TOML, and nobody asked")
    assert resolver().path(inner / "a.rs").settings.profile == "strict"


def test_the_closest_file_wins_entirely_unless_it_extends(here: Path) -> None:
    (here / "sleeplint.toml").write_text("profile = 'strict'\nignore = ['SLP103']\nbudget.max_sleep_secs = 9")
    inner = here / "inner"
    inner.mkdir()
    (inner / "sleeplint.toml").write_text("budget.max_hold_secs = 3")
    alone = resolver().path(inner / "a.py").settings
    assert (alone.profile, alone.budget.max_sleep_secs, alone.budget.max_hold_secs) == ("default", 1, 3)
    (inner / "sleeplint.toml").write_text("extend = '../sleeplint.toml'\nignore = ['SLP203']\nbudget.max_hold_secs = 3")
    heir = resolver().path(inner / "a.py").settings
    assert (heir.profile, heir.budget.max_sleep_secs, heir.budget.max_hold_secs) == ("strict", 9, 3)
    assert heir.ignore == ("SLP103", "SLP203")


def test_globs_start_at_the_file_that_writes_them(here: Path) -> None:
    (here / "sleeplint.toml").write_text(
        "tests = ['inner/t/**']\nexclude = ['inner/x/*']\n[[overrides]]\npaths = ['inner/e2e/**']\nprofile = 'strict'"
    )
    inner = here / "inner"
    inner.mkdir()
    (inner / "sleeplint.toml").write_text(
        "extend = '../sleeplint.toml'\n[[overrides]]\npaths = ['e2e/b/**']\nignore = ['SLP103']"
    )
    at = resolver()
    assert [at.path(inner / name).in_test for name in ("t/a.py", "a.py", "inner/t/a.py")] == [True, False, False]
    assert at.folder(inner).excludes(inner / "x" / "a.py")
    assert not at.folder(inner).excludes(inner / "y" / "a.py")
    (inner / "own").mkdir()
    (inner / "own" / "sleeplint.toml").write_text("extend = '../../sleeplint.toml'\nexclude = ['x/*']")
    assert at.folder(inner / "own").excludes(inner / "own" / "x" / "a.py")
    assert not at.folder(inner / "own").excludes(inner / "x" / "a.py")
    assert at.path(inner / "e2e" / "a.py").settings.profile == "strict"
    assert at.path(inner / "e2e" / "a.py").settings.ignore == ()
    assert at.path(inner / "e2e" / "b" / "a.py").settings.ignore == ("SLP103",)
    assert at.path(inner / "a.py").settings.profile == "default"


def test_of_overrides_the_later_wins(here: Path) -> None:
    text = """
        budget.max_sleep_secs = 1
        rules.repeated-timeout.at_least = 2
        [[overrides]]
        paths = ["tests/**"]
        budget = { max_sleep_secs = 3, MAX_HOLD_SECS = 4 }
        rules.SLP203.apis = ["x"]
        [[overrides]]
        paths = ["tests/slow/**"]
        budget.max_sleep_secs = 5
        """
    slow = settings(text, here, path="tests/slow/test_a.py")
    assert (slow.budget.max_sleep_secs, slow.budget.max_hold_secs) == (5, 4)
    assert slow.rules == {"repeated-timeout": {"at_least": 2, "apis": ("x",)}}
    assert settings(text, here, path="tests/test_a.py").budget.max_sleep_secs == 3
    assert settings(text, here).budget.max_sleep_secs == 1


def test_what_is_said_at_the_prompt_holds_over_files_and_overrides(here: Path) -> None:
    text = (
        "budget.max_sleep_secs = 1\n[[overrides]]\npaths = ['slow/**']\nbudget.max_sleep_secs = 5\nprofile = 'strict'"
    )
    for option in ("budget.max_sleep_secs=0", "budget.MAX_SLEEP_SECS=0"):
        for path in ("a.py", "slow/a.py"):
            assert settings(text, here, option, path=path).budget.max_sleep_secs == 0
    assert settings(text, here, "profile=default", path="slow/a.py").profile == "default"
    assert settings(text, here, "ignore=SLP103, SLP203").ignore == ("SLP103", "SLP203")
    assert settings(text, here, "rules.repeated-timeout.at_least=3").rules == {"repeated-timeout": {"at_least": 3}}
    assert settings(text, here, 'exclude=["a,b"]').exclude == ("a,b",)


def test_the_environment_holds_over_files_and_under_options(here: Path) -> None:
    (here / "sleeplint.toml").write_text("budget.max_sleep_secs = 1")
    environment = {
        "SLEEPLINT_BUDGET__MAX_SLEEP_SECS": "2",
        "SLEEPLINT_RULES__REPEATED_TIMEOUT__AT_LEAST": "7",
        "OTHER": "x",
    }
    said = resolver(environment=environment).path(here / "a.py").settings
    assert (said.budget.max_sleep_secs, said.rules["repeated-timeout"]) == (2, {"at_least": 7})
    said = resolver("budget.max_sleep_secs=3", environment=environment).path(here / "a.py").settings
    assert said.budget.max_sleep_secs == 3


def test_a_named_file_is_read_instead_of_all_others_its_globs_from_here(here: Path) -> None:
    (here / "sleeplint.toml").write_text("profile = 'strict'")
    (here / "ci").mkdir()
    (here / "ci" / "own.toml").write_text("exclude = ['vendor/**']")
    named = resolver(config=here / "ci" / "own.toml")
    assert named.path(here / "a.py").settings.profile == "default"
    assert named.folder(here).excludes(here / "vendor" / "a.py")
    assert resolver(isolated=True).path(here / "a.py").settings == Settings()


def test_where_each_value_was_set(here: Path) -> None:
    (here / "sleeplint.toml").write_text("profile = 'strict'\nbudget.MAX_SLEEP_SECS = 2\n[[overrides]]\npaths = ['x']")
    inner = here / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[tool.sleeplint]\nextend = '../sleeplint.toml'\nrules.SLP203.at_least = 3")
    resolved = resolver("budget.max_hold_secs=1").folder(inner)
    assert resolved.origins == {
        "profile": "sleeplint.toml",
        "budget.max_sleep_secs": "sleeplint.toml",
        "overrides[0]": "sleeplint.toml",
        "extend": "inner/pyproject.toml [tool.sleeplint]",
        "rules.SLP203.at_least": "inner/pyproject.toml [tool.sleeplint]",
        "budget.max_hold_secs": "--set budget.max_hold_secs=1",
    }
    assert [Path(file).name for file in resolved.files] == ["pyproject.toml", "sleeplint.toml"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("profil = 'strict'", "unknown key `profil`; did you mean `profile`?"),
        ("budget.max_slep_secs = 1", "unknown key `budget.max_slep_secs`; did you mean `budget.max_sleep_secs`?"),
        ("budget.MAX_SLEEP = 1", "unknown key `budget.MAX_SLEEP`; did you mean `budget.max_sleep_secs`?"),
        ("zzz = 1", "unknown key `zzz`; valid are `profile`, `tests`, `exclude`, `select`, `ignore`, `budget`, "),
        ("profile = 'strct'", '`profile` must be "default" or "strict", not "strct"; did you mean "strict"?'),
        ("tests = 'tests/**'", '`tests` must be a list, not "tests/**"'),
        ("exclude = ['a', 1]", "`exclude[1]` must be a string, not 1"),
        ("exclude = ['!']", '`exclude` holds "!", which is no pattern'),
        ("budget.max_sleep_secs = '1'", '`budget.max_sleep_secs` must be a number, not "1"'),
        ("budget.max_sleep_secs = true", "`budget.max_sleep_secs` must be a number, not true"),
        ("budget.max_sleep_secs = -1", "`budget.max_sleep_secs` must be 0 or more, not -1"),
        ("budget.max_sleep_secs = nan", "`budget.max_sleep_secs` must be 0 or more, not NaN"),
        ("budget = 3", "`budget` must be a table, not 3"),
        ("budget.max_sleep_secs = 1\nbudget.MAX_SLEEP_SECS = 1", "`budget.max_sleep_secs` is given twice"),
        ("suppressions.require_reason = 'yes'", '`suppressions.require_reason` must be true or false, not "yes"'),
        ("fail_on = 2020-01-01", '`fail_on` must be "error", "warning" or "info", not "2020-01-01"'),
        ("select = ['startp-sleep']", "`select` names an unknown rule `startp-sleep`; did you mean `startup-sleep`?"),
        ("ignore = ['qqq']", "`ignore` names an unknown rule `qqq`; `sleeplint rule` lists them"),
        ("rules.repeated.at_least = 1", "`rules` names an unknown rule `repeated`; did you mean `repeated-timeout`?"),
        ("rules = ['x']", '`rules` must be a table, not ["x"]'),
        ("rules.SLP203 = 1", "`rules.SLP203` must be a table, not 1"),
        ("rules.SLP203.at_lest = 1", "unknown key `rules.SLP203.at_lest`; did you mean `at_least`?"),
        ("rules.startup-sleep.x = 1", "unknown key `rules.startup-sleep.x`; the rule has no options"),
        ("rules.SLP203.at_least = 1.5", "`rules.SLP203.at_least` must be a whole number, not 1.5"),
        ("[[overrides]]\nprofile = 'strict'", "`overrides[0]` lacks the key `paths`"),
        ("overrides = [1]", "`overrides[0]` must be a table, not 1"),
        ("[[overrides]]\npaths = ['x']\nbuget.max_hold_secs = 1", "unknown key `overrides[0].buget`; did you mean"),
        (
            "[[overrides]]\npaths = ['x']\nbudget.max_hold_secs = 'x'",
            "`overrides[0].budget.max_hold_secs` must be a number",
        ),
        ("[[overrides]]\npaths = ['x']\nselect = ['x']", "`overrides[0].select` names an unknown rule `x`"),
        ("[[waits]]\ncall = 'x'", "`waits[0]` lacks the key `kind`"),
        ("[[waits]]\ncall = 'x'\nkind = 'slep'", '`waits[0].kind` must be "sleep", "timeout", "interval" or'),
        (
            "[[waits]]\ncall = 'x'\nkind = 'sleep'\nsecods = 1",
            "unknown key `waits[0].secods`; did you mean `waits[0].seconds`?",
        ),
        (
            "[[waits]]\ncall = 'x'\nkind = 'sleep'\nseconds = { argument = 1.5 }",
            "`waits[0].seconds.argument` must be a string or a whole number, not 1.5",
        ),
        ("extend = 1", '`extend` must be a path, such as "../sleeplint.toml"'),
        ("extend = 'none.toml'", "`extend` names none.toml, which does not exist"),
        ("extend = 'sleeplint.toml'", "`extend` leads back to sleeplint.toml; break the circle"),
        ("profile = ", "is not valid TOML: Invalid value (at end of document)"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_file_key_and_remedy(here: Path, text: str, words: str) -> None:
    said = complaint(text, here)
    assert said.startswith(f"sleeplint.toml: {words}")
    assert "\n" not in said


KEYS = st.sampled_from(
    [field.name for field in fields(Settings)] + ["extend", "paths", "SLP203", "max_sleep_secs", "x"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["strict", "SLP103", "x", ""])
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, VALUES, max_size=3))
def test_no_table_leads_to_anything_but_settings_or_one_line(values: dict[str, object]) -> None:
    table = Table("a.toml", Path("/"), values, Path("/a.toml"))
    words = "a.toml: "
    try:
        enable(REGISTRY, validation.settings(validation.checked(table, REGISTRY)))
    except SettingsError as error:
        words = str(error)
    assert words.startswith("a.toml: ")
    assert "\n" not in words


def test_a_date_is_no_text(here: Path) -> None:
    (here / "sleeplint.toml").write_text("tests = [2000-01-01]")
    with pytest.raises(SettingsError, match=r"^sleeplint\.toml: `tests\[0\]` must be a string"):
        resolver().folder(here)


def test_a_mistake_at_the_prompt_names_the_option(here: Path) -> None:
    assert complaint("", here, "budget.max_slep_secs=1") == (
        "--set budget.max_slep_secs=1: unknown key `budget.max_slep_secs`; did you mean `budget.max_sleep_secs`?"
    )
    assert complaint("", here, "profile") == "--set profile: write KEY=VALUE, such as `--set budget.max_sleep_secs=2`"
    with pytest.raises(
        SettingsError, match=re.escape("SLEEPLINT_PROFIL: unknown key `profil`; did you mean `profile`?")
    ):
        resolver(environment={"SLEEPLINT_PROFIL": "strict"}).path(here / "a.py")


def test_files_that_cannot_be_read_are_the_users_mistake(here: Path) -> None:
    (here / "sleeplint.toml").write_bytes(b"profile = '\xff'")
    with pytest.raises(SettingsError, match=r"^sleeplint\.toml: is not valid TOML: 'utf-8' codec"):
        resolver().folder(here)
    (here / "sleeplint.toml").write_bytes(b"\xef\xbb\xbfprofile = 'strict'")
    assert resolver().folder(here).settings.profile == "strict"
    (here / "empty").mkdir()
    (here / "empty" / "pyproject.toml").write_text("[project]\nname = 'sleeplint'")
    (here / "sleeplint.toml").write_text("extend = 'empty/pyproject.toml'")
    with pytest.raises(SettingsError, match=re.escape("empty/pyproject.toml: has no table [tool.sleeplint]")):
        resolver().folder(here)


def test_validated_settings_can_be_kept_between_runs(here: Path) -> None:
    memory: dict[str, Settings] = {}
    (here / "sleeplint.toml").write_text("profile = 'strict'")
    first = resolver(memory=memory).folder(here).settings
    [digest] = memory
    memory[digest] = Settings(fail_on="error")
    assert resolver(memory=memory).folder(here).settings.fail_on == "error"
    (here / "sleeplint.toml").write_text("profile = 'default'")
    assert resolver(memory=memory).folder(here).settings.profile == "default"
    assert first.profile == "strict"


@pytest.mark.parametrize(
    ("said", "spoken"),
    [
        (Settings(), [("startup-sleep", "warning")]),
        (Settings(profile="strict"), [("startup-sleep", "error"), ("repeated-timeout", "warning")]),
        (Settings(select=("SLP203",)), [("repeated-timeout", "warning")]),
        (Settings(select=("test-sleep-budget",)), [("test-sleep-budget", "warning")]),
        (Settings(profile="strict", ignore=("SLP103",)), [("repeated-timeout", "warning")]),
        (Settings(select=("SLP103",), ignore=("startup-sleep",)), []),
    ],
)
def test_which_rules_speak_and_how_loud(said: Settings, spoken: list[tuple[str, str]]) -> None:
    assert [(one.rule.name, one.severity.value) for one in enable(REGISTRY, said)] == spoken


def test_a_rule_gets_its_options() -> None:
    [_, repeated] = enable(REGISTRY, Settings(profile="strict", rules={"repeated-timeout": {"at_least": 9}}))
    assert repeated.rule == Repeated(at_least=9)


def test_the_schema_in_the_repository_is_the_programs() -> None:
    assert json.loads(SCHEMA.read_text()) == schema(registry.load(strangers=False))


def test_the_schema_accepts_what_the_program_accepts_and_refuses_what_it_refuses() -> None:
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    jsonschema.Draft7Validator.check_schema(validator.schema)
    good = {
        "extend": "../sleeplint.toml",
        "profile": "strict",
        "budget": {"MAX_SLEEP_SECS": 1, "max_test_sleep_secs": 2.5},
        "select": ["SLP103"],
        "overrides": [{"paths": ["x"], "budget": {"max_hold_secs": 1}, "ignore": ["startup-sleep"]}],
        "rules": {"repeated-timeout": {"at_least": 3}, "SLP203": {"at_least": 3}},
        "waits": [{"call": "x", "kind": "sleep", "seconds": {"argument": 0, "unit": "ms"}}],
    }
    assert list(validator.iter_errors(good)) == []
    refused: list[dict[str, object]] = [
        {"profil": "strict"},
        {"budget": {"max_slep_secs": 1}},
        {"budget": {"MAX_SLEEP_SECS": "1"}},
        {"overrides": [{}]},
        {"overrides": [{"paths": [], "budget": {"x": 1}}]},
        {"select": ["no-such-rule"]},
        {"rules": {"repeated-timeout": {"x": 1}}},
        {"waits": [{"call": "x"}]},
    ]
    for bad in refused:
        assert list(validator.iter_errors(bad)) != [], bad
