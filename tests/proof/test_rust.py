"""Rust's repairs, compiled and run: before, after, and what would have broken where none is offered."""

import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from sleeplint import engine
from sleeplint.engine import Report
from sleeplint.finding import Applicability
from sleeplint.fixing import Mended, mend
from sleeplint.languages import Surroundings
from sleeplint.registry import load
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]

HERE = Path(__file__).parent / "rust"
REGISTRY = "/usr/share/cargo/registry"
LIMIT_SECS = 8
"""What one test may take before it counts as hanging."""
SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE


@dataclass(frozen=True)
class Recipe:
    module: str
    level: Applicability
    titles: tuple[str, ...]


READY = "Wait until the {} says that its listener is bound"
DELETE = "Delete the sleep: the listener is bound before the task starts"
PARK = "Park the task on `std::future::pending`"
RELEASE = "Hold the {} until `hold_tx` is dropped before the join"
POLL = "Poll what is asserted, bounded"
AWAIT = "Await the runtime's sleep, which needs tokio's feature `time`"
LIMIT = "Put a timeout that fails around the poll"
RECIPES = [
    Recipe("hold_detached", SAFE, (PARK,)),
    Recipe("hold_in_helper", UNSAFE, (f"{PARK}, unless a caller waits for its end",)),
    Recipe("hold_in_spawned_function", UNSAFE, (f"{PARK}, unless a caller waits for its end",)),
    Recipe("hold_joined", SAFE, (RELEASE.format("task"),)),
    Recipe("hold_beyond_a_timeout", SAFE, (RELEASE.format("task"),)),
    Recipe("hold_tells_that_it_has_begun", SAFE, (RELEASE.format("thread"),)),
    Recipe("hold_thread", SAFE, (RELEASE.format("thread"),)),
    Recipe("endless_loop", SAFE, (PARK,)),
    Recipe("startup_bound_here", SAFE, (DELETE,)),
    Recipe("startup_bound_in_helper", SAFE, (DELETE,)),
    Recipe("startup_bound_elsewhere", UNSAFE, (DELETE,)),
    Recipe("startup_binds_inside", UNSAFE, (READY.format("task"),)),
    Recipe("startup_binds_in_thread", UNSAFE, (READY.format("thread"),)),
    Recipe("settle_joins_the_worker", UNSAFE, ("Wait for the task to end",)),
    Recipe("settle_receives", UNSAFE, ("Wait for the message on `rx`, bounded",)),
    Recipe("settle_receives_in_thread", UNSAFE, ("Wait for the message on `rx`, bounded",)),
    Recipe("settle_polls", UNSAFE, (POLL,)),
    Recipe("settle_polls_in_thread", UNSAFE, (POLL,)),
    Recipe("settle_before_a_wait", UNSAFE, ("Delete the sleep: what follows waits by itself",)),
    Recipe("expiry_on_paused_clock", UNSAFE, ("Run the test on tokio's paused clock",)),
    Recipe("poll_without_deadline", UNSAFE, (LIMIT, LIMIT)),
    Recipe("blocking_in_async", UNSAFE, (AWAIT, POLL)),
    Recipe("tight_guard", UNSAFE, ("Raise the guard to 5 s",)),
    Recipe("repeated_timeout", SAFE, ("Name it once, as `TIMEOUT`",)),
    Recipe("task_that_only_sleeps", SAFE, ("Delete the task that only sleeps",)),
]
PARKED = ["hold_detached", "hold_joined", "hold_in_helper", "hold_thread", "hold_beyond_a_timeout"]
COUNTERS = sorted(path.stem for path in (HERE / "counter").glob("*.rs"))
BROKEN = sorted(path.stem for path in (HERE / "broken").glob("*.rs"))
UNCOMPILABLE = sorted(path.stem for path in (HERE / "uncompilable").glob("*.rs"))


def lint(source: Source) -> Report:
    settings = Settings(profile="strict")
    return engine.lint(source, enable(load(strangers=False), settings), settings, Surroundings(), repairs=True)


def mended(folder: str, module: str, level: Applicability) -> Mended:
    code = (HERE / folder / f"{module}.rs").read_bytes()
    return mend(Source(f"tests/{folder}/{module}.rs", code), lint, level)


@dataclass(frozen=True)
class Program:
    """A compiled test program and what the compiler said about it."""

    binary: Path
    diagnostics: Counter[str]

    def run(self, *arguments: str, limit: float = LIMIT_SECS) -> tuple[bool, float]:
        """Whether it passes within the limit, and the seconds it took."""
        begun = time.monotonic()
        try:
            done = subprocess.run(
                [str(self.binary), "--quiet", *arguments], capture_output=True, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired:
            return False, limit
        assert b"running 0 tests" not in done.stdout, f"no test is called {arguments}"
        return done.returncode == 0, time.monotonic() - begun


@dataclass(frozen=True)
class Crate:
    programs: dict[str, Program]
    refused: dict[str, str]
    """Of each program that does not compile, what the compiler says."""


@pytest.fixture(scope="session")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Crate:
    if shutil.which("cargo") is None or not any(Path(REGISTRY).glob("tokio-1*")):
        pytest.fail("needs cargo and librust-tokio-dev, which .ci/run installs")
    folder = tmp_path_factory.mktemp("crate")
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").write_text("")
    (folder / ".cargo").mkdir()
    (folder / ".cargo" / "config.toml").write_text(
        f'[source.crates-io]\nreplace-with = "packaged"\n[source.packaged]\ndirectory = "{REGISTRY}"\n'
    )
    shutil.copy(HERE / "Cargo.toml", folder)
    for stage in ("before", "after", "broken"):
        target = folder / "tests" / stage
        target.mkdir(parents=True)
        shutil.copy(HERE / "support.rs", target)
        for module in modules(stage):
            (target / f"{module}.rs").write_bytes(text(stage, module))
        (target / "main.rs").write_text(
            "#[allow(dead_code)]\nmod support;\n" + "".join(f"mod {m};\n" for m in modules(stage))
        )
    for module in UNCOMPILABLE:
        shutil.copy(HERE / "uncompilable" / f"{module}.rs", folder / "tests")
    build = os.environ.get("CARGO_TARGET_DIR", str(tmp_path_factory.mktemp("target")))
    environment = {**os.environ, "CARGO_TARGET_DIR": build, "CARGO_NET_OFFLINE": "true", "CARGO_INCREMENTAL": "0"}
    command = ["cargo", "build", "--offline", "--keep-going", "--tests", "--message-format=json"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    programs: dict[str, Program] = {}
    said: dict[str, Counter[str]] = {}
    refused: dict[str, str] = {}
    for message in map(json.loads, done.stdout.splitlines()):
        if message["reason"] == "compiler-message" and "tests" in message["target"]["src_path"]:
            name, diagnostic = message["target"]["name"], message["message"]
            if diagnostic["level"] == "error" and diagnostic["spans"]:
                refused.setdefault(name, diagnostic["rendered"])
            elif diagnostic["level"] == "warning" and diagnostic["spans"]:
                said.setdefault(name, Counter())[diagnostic["rendered"]] += 1
        elif message["reason"] == "compiler-artifact" and message.get("executable"):
            name = message["target"]["name"]
            programs[name] = Program(Path(message["executable"]), Counter())
    for name, program in programs.items():
        program.diagnostics.update(said.get(name, Counter()))
    assert {"before", "after", "broken"} <= set(programs), refused or done.stderr.decode()
    return Crate(programs, refused)


def modules(stage: str) -> list[str]:
    match stage:
        case "before":
            return [recipe.module for recipe in RECIPES] + [f"counter_{module}" for module in COUNTERS]
        case "after":
            return [recipe.module for recipe in RECIPES]
        case _:
            return BROKEN


def text(stage: str, module: str) -> bytes:
    match stage:
        case "before" if module.startswith("counter_"):
            return (HERE / "counter" / f"{module.removeprefix('counter_')}.rs").read_bytes()
        case "before":
            return (HERE / "before" / f"{module}.rs").read_bytes()
        case "after":
            return mended("before", module, UNSAFE).source.data
        case _:
            return (HERE / "broken" / f"{module}.rs").read_bytes()


@pytest.fixture(scope="session")
def seconds(crate: Crate) -> Iterator[dict[tuple[str, str], tuple[bool, float]]]:
    """Each module's outcome and time, before and after; printed as a table at the end."""
    wanted = [(stage, module) for stage in ("before", "after") for module in modules(stage)]

    def timed(key: tuple[str, str]) -> tuple[bool, float]:
        stage, module = key
        return crate.programs[stage].run(f"{module}::", limit=30)

    with ThreadPoolExecutor(8) as pool:
        results = dict(zip(wanted, pool.map(timed, wanted), strict=True))
    yield results
    rows = [(r.module, r.level.value, results["before", r.module][1], results["after", r.module][1]) for r in RECIPES]
    lines = [f"{'recipe':<28}{'level':<10}{'before':>9}{'after':>9}"]
    lines += [f"{module:<28}{level:<10}{before:>7.2f} s{after:>7.2f} s" for module, level, before, after in rows]
    print("\n\n" + "\n".join(lines))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.module)
def test_the_recipe_holds(recipe: Recipe, seconds: dict[tuple[str, str], tuple[bool, float]]) -> None:
    done = mended("before", recipe.module, UNSAFE)
    by_fix = mended("before", recipe.module, SAFE)
    titles = tuple(finding.fix.title for finding in done.applied if finding.fix)
    assert titles == recipe.titles
    assert by_fix.changed == (recipe.level is SAFE)
    assert done.report.findings == ()
    assert not mend(done.source, lint, UNSAFE).changed
    assert seconds["before", recipe.module][0], "the test as people wrote it fails"
    assert seconds["after", recipe.module][0], "the repaired test fails"


@pytest.mark.parametrize("module", PARKED)
def test_a_park_takes_no_time(module: str, seconds: dict[tuple[str, str], tuple[bool, float]]) -> None:
    passed, took = seconds["after", module]
    assert passed
    assert took < 2, "it still waits for something"


def test_the_compiler_says_nothing_new(crate: Crate) -> None:
    assert crate.programs["before"].diagnostics == Counter()
    assert crate.programs["after"].diagnostics == Counter()


@pytest.mark.parametrize("threads", [1, 16])
def test_repaired_tests_pass_twenty_times(crate: Crate, threads: int) -> None:
    outcomes = [crate.programs["after"].run(f"--test-threads={threads}", limit=60)[0] for _ in range(20)]
    assert outcomes == [True] * 20


@pytest.mark.parametrize("module", COUNTERS)
def test_a_counter_example_is_declined(module: str, seconds: dict[tuple[str, str], tuple[bool, float]]) -> None:
    done = mended("counter", module, UNSAFE)
    assert [finding.fix.title for finding in done.applied if finding.fix] == []
    assert done.report.waits, "nothing was read"
    assert seconds["before", f"counter_{module}"][0], "the test as people wrote it fails"


@pytest.fixture(scope="session")
def outcome_of_broken(crate: Crate) -> dict[str, bool]:
    with ThreadPoolExecutor(8) as pool:
        run: Callable[[str], bool] = lambda module: crate.programs["broken"].run(f"{module}::")[0]  # noqa: E731
        return dict(zip(BROKEN, pool.map(run, BROKEN), strict=True))


@pytest.mark.parametrize("module", BROKEN)
def test_the_repair_would_have_broken_it(module: str, outcome_of_broken: dict[str, bool]) -> None:
    assert module in COUNTERS
    assert not outcome_of_broken[module], "the broken version passes: it shows nothing"


@pytest.mark.parametrize("module", UNCOMPILABLE)
def test_the_repair_would_not_have_compiled(crate: Crate, module: str) -> None:
    code = module.partition("_")[0].upper()
    wanted = (
        "future cannot be sent between threads safely" if module.startswith("future_not_send") else f"error[{code}]"
    )
    assert wanted in crate.refused[module]
