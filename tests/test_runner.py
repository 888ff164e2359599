"""Many files: order, processes, and what one bad file or rule may cost the others."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

from sleeplint import engine, planning, runner
from sleeplint.cache import Recalled
from sleeplint.engine import Report
from sleeplint.finding import Severity
from sleeplint.landscape import Landscape
from sleeplint.languages import Surroundings
from sleeplint.planning import Plan, Work
from sleeplint.registry import Enabled, Registry, load
from sleeplint.rule import Budget, Finding, Rule, TestFile
from sleeplint.settings import Settings
from sleeplint.settings.resolver import Resolver
from sleeplint.source import Source

SLEEPS = "import time\n\n\ndef test_it():\n    time.sleep(%d)\n"


@dataclass(frozen=True)
class EverySleep(Rule):
    """A sleep."""

    code = "T100"
    name = "every-sleep"
    default = Severity.WARNING

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        for wait in file.waits:
            yield self.finding(file, wait, f"Sleeps {wait.duration_ms} ms.")


@dataclass(frozen=True)
class Stumbling(Rule):
    """Fails on one file."""

    code = "T101"
    name = "stumbling"
    default = Severity.WARNING

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        if file.path.endswith("test_3.py"):
            raise ZeroDivisionError("of its own")
        yield from ()


@dataclass(frozen=True)
class Deadly(Rule):
    """Ends the process that reads one file, as a lack of memory does."""

    code = "T102"
    name = "deadly"
    default = Severity.WARNING

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        if file.path.endswith("test_3.py"):
            os.kill(os.getpid(), signal.SIGKILL)
        yield from ()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number in range(6):
        (tmp_path / f"test_{number}.py").write_text(SLEEPS % number)
    (tmp_path / "idle.py").write_text("x = 1\n")
    return tmp_path


def planned(*rules: type[Rule], paths: tuple[str, ...] = (".",), stdin: Source | None = None) -> Work:
    registry = Registry(rules)
    return planning.plan(paths, registry, Resolver(lambda: registry), stdin=stdin)


def ran(work: Work, jobs: int | None = None, memory: runner.Memory | None = None) -> list[Report]:
    return [report for _, report in runner.run(work, jobs=jobs, memory=memory)]


def messages(reports: Iterator[Report] | list[Report]) -> list[tuple[str, list[str]]]:
    return [(report.path, [finding.message for finding in report.findings]) for report in reports]


EXPECTED = [("idle.py", []), *((f"test_{number}.py", [f"Sleeps {number * 1000} ms."]) for number in range(6))]


def test_reports_come_in_the_order_of_paths(here: Path) -> None:
    assert messages(ran(planned(EverySleep), jobs=1)) == EXPECTED


@pytest.mark.parametrize(("scan_pays", "pool_pays"), [(0, 0), (1 << 40, 0), (1 << 40, 1 << 40)])
def test_several_processes_say_the_same(
    here: Path, monkeypatch: pytest.MonkeyPatch, scan_pays: int, pool_pays: int
) -> None:
    monkeypatch.setattr(runner, "SCAN_PAYS", scan_pays)
    monkeypatch.setattr(runner, "POOL_PAYS", pool_pays)
    assert ran(planned(EverySleep), jobs=2) == ran(planned(EverySleep), jobs=1)


def test_processes_that_begin_from_nothing_say_the_same(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they do where a process cannot be copied."""

    def planned_for_all() -> Work:
        return planning.plan(["."], load(), Resolver(load))

    monkeypatch.setattr(runner, "SCAN_PAYS", 0)
    monkeypatch.setattr(runner, "_context", lambda: get_context("spawn"))
    reports = ran(planned_for_all(), jobs=2)
    assert any(report.findings for report in reports)
    assert reports == ran(planned_for_all(), jobs=1)


def test_processes_that_are_replaced_say_the_same(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SCAN_PAYS", 0)
    monkeypatch.setattr(runner, "LIFE", 20)
    pools = []
    really = runner.pool

    def counted(linter: runner.Linter, jobs: int) -> AbstractContextManager[Executor]:
        pools.append(jobs)
        return really(linter, jobs)

    monkeypatch.setattr(runner, "pool", counted)
    assert ran(planned(EverySleep), jobs=2) == ran(planned(EverySleep), jobs=1)
    assert len(pools) > 2


def test_a_file_that_vanishes_or_is_no_source_is_told_and_the_others_are_read(here: Path) -> None:
    (here / "notes.txt").write_text("time.sleep(1)")
    work = planned(EverySleep, paths=("test_0.py", "test_1.py", "notes.txt"))
    (here / "test_0.py").unlink()
    reports = ran(work, jobs=1)
    assert [(p.path, p.message, p.internal) for report in reports for p in report.problems] == [
        ("notes.txt", "is neither Rust nor Python by its name; skipped", False),
        ("test_0.py", "vanished before it could be read", False),
    ]
    assert messages(reports)[2] == EXPECTED[2]


def test_a_rule_that_fails_costs_only_its_own_word_on_that_file(here: Path) -> None:
    reports = ran(planned(EverySleep, Stumbling), jobs=1)
    assert messages(reports) == EXPECTED
    assert [(p.path, p.message, p.internal) for report in reports for p in report.problems] == [
        ("test_3.py", "rule `stumbling` failed: ZeroDivisionError: of its own", True)
    ]


def test_a_reader_that_fails_costs_only_that_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = engine.lint

    def stumble(
        source: Source, rules: Sequence[Enabled], settings: Settings, around: Surroundings, *, repairs: bool
    ) -> Report:
        if source.path == "test_3.py":
            raise RecursionError("too deep")
        return really(source, rules, settings, around, repairs=repairs)

    monkeypatch.setattr(engine, "lint", stumble)
    reports = ran(planned(EverySleep), jobs=1)
    assert messages(reports) == [(path, [] if path == "test_3.py" else said) for path, said in EXPECTED]
    assert [p.message for p in reports[4].problems] == ["reading failed: RecursionError: too deep"]
    assert reports[4].problems[0].internal


def test_a_process_that_dies_costs_only_the_file_that_killed_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SCAN_PAYS", 0)
    reports = ran(planned(EverySleep, Deadly), jobs=2)
    assert messages(reports) == [(path, [] if path == "test_3.py" else said) for path, said in EXPECTED]
    assert [(p.path, p.internal) for report in reports for p in report.problems] == [("test_3.py", True)]


def test_standard_input_stands_in_for_its_file(here: Path) -> None:
    (here / "sleeplint.toml").write_text("ignore = []\nexclude = ['other/**']")
    work = planned(EverySleep, stdin=Source("test_0.py", SLEEPS.encode() % 9))
    assert messages(ran(work)) == [("test_0.py", ["Sleeps 9000 ms."])]


def test_a_memory_is_asked_first_and_told_what_it_did_not_know(here: Path) -> None:
    kept: dict[str, Report] = {}
    asked: list[str] = []

    class Notebook:
        def recall(self, sights: Landscape, plans: Sequence[Plan]) -> Recalled:
            asked.extend(sights.paths)
            numbers = {path: number for number, path in enumerate(sights.paths)}
            said = {numbers[path]: report for path, report in kept.items() if report.findings}
            return Recalled([number for path, number in numbers.items() if path not in kept], said)

        def keep(self, number: int, report: Report) -> None:
            assert report.path not in kept
            kept[report.path] = report

    first = ran(planned(EverySleep), jobs=1, memory=Notebook())
    del kept["test_2.py"]
    (here / "test_2.py").write_text(SLEEPS % 7)
    (here / "test_3.py").write_text(SLEEPS % 8)
    second = messages(ran(planned(EverySleep), jobs=1, memory=Notebook()))
    assert messages(first) == EXPECTED
    assert second == [*EXPECTED[1:3], ("test_2.py", ["Sleeps 7000 ms."]), *EXPECTED[4:]]
    assert asked == [path for path, _ in EXPECTED] * 2


def test_each_file_is_judged_by_its_own_settings(here: Path) -> None:
    (here / "slow").mkdir()
    (here / "slow" / "test_x.py").write_text(SLEEPS % 5)
    (here / "sleeplint.toml").write_text("tests = ['idle.py']\n[[overrides]]\npaths = ['/test_*']\nignore = ['T100']")
    work = planned(EverySleep)
    assert [said for _, said in messages(ran(work)) if said] == [["Sleeps 5000 ms."]]
    assert [task.path for task in work.tasks if task.in_test] == ["idle.py"]


def test_production_code_is_read_only_when_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import time\ntime.sleep(1)\n")
    registry = load()
    for asked in (False, True):
        work = planning.plan([str(tmp_path)], registry, Resolver(load, isolated=True), production=asked)
        (report,) = ran(work)
        assert bool(report.waits) is asked


@pytest.mark.parametrize("project", ["python-service", "rust-workspace", "many-languages"])
def test_a_project_that_takes_too_much_memory_is_opened_anew(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but memory is given back."""

    def reports() -> list[Report]:
        registry = load(strangers=False)
        paths = [str(Path(__file__).parent.parent / "fixtures" / "projects" / project)]
        work = planning.plan(paths, registry, Resolver(lambda: registry, isolated=True))
        return [report for _, report in runner.run(work, jobs=1)]

    roomy = reports()
    opened: list[str] = []

    def read(path: str) -> Source:
        opened.append(path)
        return original(path)

    original = Source.read
    monkeypatch.setattr(Source, "read", read)
    assert reports() == roomy
    once = len(opened)
    monkeypatch.setattr(runner, "_MOST_HELD", 0)
    assert reports() == roomy
    assert len(opened) > 2 * once


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/test_a.py", "import time\n\n\nasync def test_it():\n    time.sleep(2)\n    assert True\n"),
        (
            "tests/a.rs",
            "#[tokio::test]\nasync fn holds() {\n    std::thread::sleep(std::time::Duration::from_secs(2));\n"
            "    assert!(true);\n}\n",
        ),
    ],
    ids=["python", "rust"],
)
def test_nothing_of_ours_is_left_to_load_once_all_is_prepared(path: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / path).write_text(text)
    program = """
import sys
from sleeplint import languages, planning, repairs, runner
from sleeplint.registry import load
from sleeplint.settings.resolver import Resolver
from sleeplint.source import language_of

work = planning.plan(["."], load(), Resolver(load))
linter = runner.Linter(work.plans, repairs=True)
(task,) = work.tasks
repairs.prepare(language_of(task.path))
languages.prepare(language_of(task.path))
before = set(sys.modules)
print([finding.rule for finding in linter.report(task).findings if finding.fix])
print(sorted(name for name in set(sys.modules) - before if name.startswith(("sleeplint", "libcst", "tree_sitter"))))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['blocking-sleep']", "[]"]
