"""Python's repairs, run: before, after, and what would have broken where none is offered."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sleeplint import engine
from sleeplint.engine import Report
from sleeplint.finding import Applicability
from sleeplint.fixing import Mended, mend
from sleeplint.languages import ALONE
from sleeplint.registry import load
from sleeplint.settings import Settings
from sleeplint.settings.choice import enable
from sleeplint.source import Source

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]

HERE = Path(__file__).parent / "python"
ROWS, CROWD, AT_ONCE = 20, 20, 16
LIMIT_SECS = 5
"""What one test may take before it counts as hanging."""
SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE


@dataclass(frozen=True)
class Recipe:
    module: str
    level: Applicability
    titles: tuple[str, ...]


PARK = "Wait for ever (`{}`): it is cancelled"
DROP = "Drop the sleep: the next line waits for the same thing"
DEADLINE = "Give the poll a deadline that fails the test"
RECIPES = [
    Recipe("event_pacing", SAFE, ("Wait on the event, which ends the pause when it is set",)),
    Recipe(
        "parked_child",
        SAFE,
        ("Say `anyio.sleep_forever`: the scope is cancelled", "Say `trio.sleep_forever`: the scope is cancelled"),
    ),
    Recipe("interval_clock", SAFE, ("Measure the interval with `time.monotonic()`",) * 2),
    Recipe(
        "async_hold",
        UNSAFE,
        (
            *[PARK.format("asyncio.Event().wait()")] * 2,
            PARK.format("trio.sleep_forever()"),
            PARK.format("asyncio.Event().wait()"),
        ),
    ),
    Recipe("covered_settle", UNSAFE, (DROP,) * 3),
    Recipe("async_sleep", UNSAFE, ("Use the runtime's own sleep (`asyncio.sleep`)",)),
    Recipe("async_sleep_alone", SAFE, ("Use the runtime's own sleep (`asyncio.sleep`)",)),
    Recipe("event_poll", UNSAFE, ("Wait for the event, and fail when it does not come",) * 2),
    Recipe("race_arm", UNSAFE, ("Bound it with `asyncio.wait_for`, which fails when time runs out",)),
    Recipe("poll_deadline", UNSAFE, (DEADLINE,) * 3),
]


@dataclass(frozen=True)
class Counter:
    """A file in which a repair would break something, and that repair made by hand all the same."""

    module: str
    old: str
    new: str
    says: str
    """What pytest says about the broken test."""


HANGS = "Timeout"
COUNTERS = [
    Counter("group_waits_for_its_child", "anyio.sleep, 1", "anyio.sleep_forever", HANGS),
    Counter("limit_outlives_the_child", "anyio.sleep, 1", "anyio.sleep_forever", "assert not True"),
    Counter("task_is_awaited_first", "asyncio.sleep(1)", "asyncio.Event().wait()", HANGS),
    Counter("hold_of_two_tasks", "asyncio.sleep(1)", "asyncio.Event().wait()", HANGS),
    Counter("task_that_nobody_keeps", "asyncio.sleep(7200)", "asyncio.Event().wait()", "assert 1 == 2"),
    Counter("loop_that_drains", "time.sleep(0.1)", "stop.wait(0.1)", "< 20"),
    Counter("moment_of_a_file", "time.time()", "time.monotonic()", "< 5"),
    Counter("clock_that_is_patched", "time.time()", "time.monotonic()", "assert 9 < "),
    Counter("request_after_the_pause", "    time.sleep(1)\n", "", "ConnectionRefusedError"),
    Counter("bound_shorter_than_the_pause", "    time.sleep(1)\n", "", "assert False"),
    Counter("asked_too_early", "    time.sleep(1)\n", "", "Empty"),
    Counter("lock_across_the_sleep", "time.sleep(0.05)", "await asyncio.sleep(0.05)", HANGS),
    Counter("loop_that_is_to_block", "time.sleep(0.2)", "await asyncio.sleep(0.2)", "AssertionError"),
    Counter(
        "clock_that_may_win",
        "asyncio.wait([answer, asyncio.create_task(asyncio.sleep(0.3))], return_when=asyncio.FIRST_COMPLETED)",
        "asyncio.wait_for(answer, timeout=0.3)",
        "TimeoutError",
    ),
    Counter("text_that_is_asserted", "    time.sleep(0.25)\n", "", "AssertionError"),
    Counter(
        "thread_that_outlives_the_patience",
        "        while not over:\n            time.sleep(0.01)\n",
        "        end = time.monotonic() + 0.1\n        while not over:\n            assert time.monotonic() < end\n",
        "assert [] == ['in order']",
    ),
]

AGAIN = """
import os
def pytest_generate_tests(metafunc):
    rows = int(os.environ.get("ROWS", "1"))
    if rows > 1 and metafunc.cls is None:
        metafunc.fixturenames.append("row")
        metafunc.parametrize("row", range(rows))
def pytest_collection_modifyitems(config, items):
    rows = int(os.environ.get("ROWS", "1"))
    items.extend(item for item in list(items) if item.cls is not None for _ in range(rows - 1))
"""
INI = "[pytest]\npython_files = *.py\nasyncio_default_fixture_loop_scope = function\n"


def judge(source: Source) -> Report:
    settings = Settings(profile="strict")
    report = engine.lint(source, enable(load(strangers=False), settings), settings, ALONE, repairs=True)
    assert report.problems == ()
    return report


def mended(path: Path, level: Applicability) -> Mended:
    return mend(Source(f"tests/test_{path.stem}.py", path.read_bytes()), judge, level)


def run(folder: Path, name: str, *, rows: int = 1, limit: int = 20) -> tuple[str, dict[str, list[float]]]:
    """What pytest prints about a folder, and the seconds that each passed test of each file took."""
    log = folder.parent / f"{folder.name}-{name}.xml"
    plugins = ["-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout"]
    options = [f"--timeout={limit}", "--timeout-method=thread", f"--junit-xml={log}", "--import-mode=importlib"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, "-c", "pytest.ini", "--rootdir", ".", *options],
        cwd=folder,
        env={**os.environ, "ROWS": str(rows), "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    passed: dict[str, list[float]] = {}
    for case in ElementTree.parse(log).iter("testcase") if log.exists() else ():  # a hanging run leaves none
        if not len(case):
            module = case.get("classname", "").split(".")[0]
            passed.setdefault(module, []).append(float(case.get("time", "0")))
    return done.stdout + done.stderr, passed


def laid_out(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / f"{name}.py").write_bytes(data)
    (folder / "conftest.py").write_text(AGAIN)
    (folder / "pytest.ini").write_text(INI)
    return folder


@dataclass(frozen=True)
class Runs:
    """The same tests, before and after."""

    mended: dict[str, Mended]
    before: dict[str, list[float]]
    in_a_row: dict[str, list[float]]
    at_once: list[dict[str, list[float]]]
    said: str


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    home = tmp_path_factory.mktemp("proof")
    repaired = {recipe.module: mended(HERE / "before" / f"{recipe.module}.py", recipe.level) for recipe in RECIPES}
    before = laid_out(home / "before", {r.module: (HERE / "before" / f"{r.module}.py").read_bytes() for r in RECIPES})
    after = laid_out(home / "after", {module: done.source.data for module, done in repaired.items()})
    said_before, first = run(before, "once")
    said_after, rows = run(after, "row", rows=ROWS)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        crowd = list(pool.map(lambda number: run(after, f"crowd{number}", limit=60), range(CROWD)))
    said = "\n".join([said_before, said_after, *(words for words, _ in crowd)])
    yield Runs(repaired, first, rows, [passed for _, passed in crowd], said)
    shutil.rmtree(home)


def how_many(module: str) -> int:
    return (HERE / "before" / f"{module}.py").read_text().count("def test_")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.module)
def test_a_repair_holds(recipe: Recipe, runs: Runs) -> None:
    done = runs.mended[recipe.module]
    assert [finding.fix.title for finding in done.applied if finding.fix] == list(recipe.titles)
    assert recipe.level in {finding.fix.applicability for finding in done.applied if finding.fix}
    assert mend(done.source, judge, UNSAFE).applied == ()
    tests = how_many(recipe.module)
    assert len(runs.before.get(recipe.module, [])) == tests, runs.said
    assert len(runs.in_a_row.get(recipe.module, [])) == tests * ROWS, runs.said
    assert [len(passed.get(recipe.module, [])) for passed in runs.at_once] == [tests] * CROWD, runs.said


def test_what_it_brings(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    """Seconds of each file's tests, before and after: told, not asserted."""
    with capsys.disabled():
        print(f"\n\n{'recipe':<22}{'before':>9}{'after':>9}  (s)")
        for recipe in RECIPES:
            after = runs.in_a_row[recipe.module]
            print(f"{recipe.module:<22}{sum(runs.before[recipe.module]):>9.3f}{sum(after) / ROWS:>9.3f}")
    assert set(runs.before) == {recipe.module for recipe in RECIPES}


@pytest.fixture(scope="module")
def as_they_are(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, list[float]]]:
    """A run of all counter-examples, untouched."""
    files = {counter.module: (HERE / "counter" / f"{counter.module}.py").read_bytes() for counter in COUNTERS}
    return run(laid_out(tmp_path_factory.mktemp("counters") / "as_they_are", files), "once")


@pytest.mark.parametrize("counter", COUNTERS, ids=lambda counter: counter.module)
def test_a_counter_example_is_left_alone_and_would_have_broken(
    counter: Counter, as_they_are: tuple[str, dict[str, list[float]]], tmp_path: Path
) -> None:
    path = HERE / "counter" / f"{counter.module}.py"
    assert mended(path, UNSAFE).source.data == path.read_bytes()
    said, passed = as_they_are
    assert counter.module in passed, said
    text = path.read_text()
    assert counter.old in text
    broken = text.replace(counter.old, counter.new).encode()
    said, passed = run(laid_out(tmp_path / "broken", {counter.module: broken}), "once", limit=LIMIT_SECS)
    assert passed == {}
    assert counter.says in said


def test_every_file_is_run() -> None:
    assert {path.stem for path in (HERE / "before").iterdir()} == {recipe.module for recipe in RECIPES}
    assert {path.stem for path in (HERE / "counter").iterdir()} == {counter.module for counter in COUNTERS}
