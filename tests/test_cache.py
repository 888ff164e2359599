"""What is remembered changes nothing that is said: with a cache, without one, after any change, with a damaged one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sleeplint import cache, cli, planning, runner
from sleeplint.cache import FOLDER, Cache, KeptSettings, Recalled, landscape, sealed, states, store
from sleeplint.cache.columns import Stamps, whole
from sleeplint.engine import Report
from sleeplint.landscape import Landscape
from sleeplint.planning import Plan
from sleeplint.records import replace
from sleeplint.registry import load
from sleeplint.settings import Settings
from sleeplint.settings.resolver import Resolver
from sleeplint.source import UNSURE

HELPER = "import time\n\n\ndef nap(seconds):\n    time.sleep({})\n"
TESTS = (
    "import time\n\n\ndef test_one():\n    time.sleep(5)\n    assert True\n",
    "import time\n\n\ndef test_one():\n    time.sleep(9)\n    assert True\n",
    "from helper import nap\n\n\ndef test_two():\n    nap(7)\n    assert True\n",
    "from helper import PAUSE\nimport time\n\n\ndef test_two():\n    time.sleep(PAUSE)\n",
    "def test_three():\n    assert 1\n",
    "import time  # sleeplint: file-ignore[unknown]\n\n\ndef test_(:\n    time.sleep(3)\n",
)
HELPERS = ("", HELPER.format("seconds"), HELPER.format("seconds / 1000"), "PAUSE = 4\n", "PAUSE = 8\n")
CONFIGS = ("", 'profile = "strict"\n', "budget.max_sleep_secs = 6\n", 'tests = ["src/**"]\n')
RUST = (
    "use std::time::Duration;\n#[test]\nfn waits() { std::thread::sleep(Duration::from_secs(3)); }\n",
    "mod common;\n#[test]\nfn waits() { common::nap_ms(5000); }\n",
    "#[test]\nfn no_wait() { assert!(true); }\n",
)
COMMON = (
    "",
    "pub fn nap_ms(n: u64) { std::thread::sleep(std::time::Duration::from_millis(n)); }\n",
    "pub fn nap_ms(n: u64) { std::thread::sleep(std::time::Duration::from_micros(n)); }\n",
)
TEXTS = {
    "tests/test_a.py": TESTS,
    "tests/test_b.py": TESTS,
    "src/test_like.py": TESTS,
    "tests/helper.py": HELPERS,
    "helper.py": HELPERS,
    ".sleeplint.toml": CONFIGS,
    "tests/.sleeplint.toml": CONFIGS,
    "tests/waits.rs": RUST,
    "tests/common/mod.rs": COMMON,
    "tests/common.rs": COMMON,
    ".gitignore": ("", "test_b.py\n", "src/\n", "!test_b.py\n"),
    "tests/.gitignore": ("", "*.rs\n", "!test_b.py\n"),
    ".git/info/exclude": ("", "/tests/test_a.py\n"),
    "pyproject.toml": ("", '[tool.sleeplint]\nexclude = ["tests/test_a.py"]\n'),
    "tests/CACHEDIR.TAG": ("", "Signature: 8a477f597d28d172789f06886806bc55\n"),
}
ASKED = ((), ("tests",), ("--profile", "strict"), ("--select", "SLP101"), ("--set", "budget.max_sleep_secs=0"))
CHANGES = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(sorted(TEXTS)), st.integers(0, 5)),
    st.tuples(st.just("touch"), st.sampled_from(sorted(TEXTS)), st.just(0)),
    st.tuples(st.just("rename"), st.sampled_from(sorted(TEXTS)), st.integers(0, len(TEXTS) - 1)),
    st.tuples(st.just("mode"), st.sampled_from(sorted(TEXTS)), st.sampled_from([0o600, 0o644, 0o755])),
    st.tuples(st.just("in place"), st.sampled_from(sorted(TEXTS)), st.integers(0, 5)),
    st.tuples(st.just("link"), st.sampled_from(sorted(TEXTS)), st.integers(0, len(TEXTS) - 1)),
    st.tuples(st.just("ask"), st.just(""), st.integers(0, len(ASKED) - 1)),
    st.tuples(st.just("cut"), st.just(""), st.integers(0, 4000)),
    st.tuples(st.just("damage"), st.just(""), st.integers(0, 4000)),
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of tests that rest on each other and on settings."""
    here = tmp_path / "project"
    (here / ".git").mkdir(parents=True)
    (here / "Cargo.toml").write_text('[package]\nname = "waits"\n')
    for path, texts in TEXTS.items():
        write(here / path, texts[0])
    monkeypatch.chdir(here)
    return here


def write(file: Path, text: str) -> None:
    """Let a file hold a text; an empty one is no file."""
    if not text or file.is_symlink():
        file.unlink(missing_ok=True)
    if not text:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def overwrite(file: Path, text: str) -> None:
    """Put another text in a file's place that leaves its size, inode and time as they were."""
    if not file.exists():
        return
    then = file.stat()
    if len(text) <= then.st_size:
        with file.open("r+") as out:
            out.write(text.ljust(then.st_size, "\n"))
        os.utime(file, ns=(then.st_atime_ns, then.st_mtime_ns))


def change(here: Path, kind: str, path: str, number: int) -> None:
    if kind == "write":
        write(here / path, TEXTS[path][number % len(TEXTS[path])])
    elif kind == "touch":
        if (here / path).exists():
            os.utime(here / path)
    elif kind == "rename":
        if (here / path).exists():
            other = here / sorted(TEXTS)[number]
            other.parent.mkdir(parents=True, exist_ok=True)
            (here / path).replace(other)
    elif kind == "mode":
        if (here / path).exists():
            (here / path).chmod(number)
    elif kind == "link":
        write(here / path, "its folder")
        (here / path).unlink()
        (here / path).symlink_to(here / sorted(TEXTS)[number])
    elif kind == "in place":
        overwrite(here / path, TEXTS[path][number % len(TEXTS[path])])
    elif kind != "ask":
        for file in (here / FOLDER).glob("*-*"):
            data = file.read_bytes()
            at = number % max(len(data), 1)
            file.write_bytes(data[:at] if kind == "cut" else data[:at] + b"\xff" + data[at + 1 :])


@pytest.mark.timeout(600)
@given(st.lists(CHANGES, max_size=6))
@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("certain", [True, False])
def test_a_cache_changes_nothing_that_is_said(
    certain: bool, tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, str, int]]
) -> None:
    here = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        clock = iter(range(10**9, 10**10))
        if certain:  # else everything here is so new that only its content counts
            patch.setattr(states, "GRANULARITY", -(10**12))
            patch.setattr(landscape, "PAYS", 1)
            patch.setattr(landscape, "LOOKOUT_PAYS", 1)
        else:
            patch.setattr(cache, "_FEW", 0)
        patch.chdir(here)
        (here / ".git").mkdir()
        (here / "Cargo.toml").write_text('[package]\nname = "waits"\n')
        for path, texts in TEXTS.items():
            write(here / path, texts[0])
        options: tuple[str, ...] = ()
        for step in [("touch", "helper.py", 0), *changes]:
            change(here, *step)
            if step[0] == "ask":
                options = ASKED[step[2]]
            if certain and step[0] in ("write", "touch") and (here / step[1]).exists():
                os.utime(here / step[1], ns=(0, next(clock) * 10**6))
            plain = outcome("--no-cache", *options)
            assert outcome(*options) == plain
            assert outcome(*options) == plain


def outcome(*options: str) -> object:
    """All findings of the current folder, and the exit code."""
    out = Path("..") / f"out-{os.getpid()}.json"
    out.unlink(missing_ok=True)
    path = () if "tests" in options else (".",)
    code = cli.main(["check", *path, "--output-format", "json", "--output-file", str(out), "-q", *options])
    return code, json.loads(out.read_text()) if out.exists() else None


class Counting:
    """A cache that says what is read all the same."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.read: list[str] = []

    def recall(self, sights: Landscape, plans: Sequence[Plan]) -> Recalled:
        return self.cache.recall(sights, plans)

    def keep(self, number: int, report: Report) -> None:
        self.read.append(report.path)
        self.cache.keep(number, report)


def counted(paths: tuple[str, ...] = (".",), repairs: bool = False) -> Counting:
    """One run that remembers, and what it read."""
    cache = Cache(Path(FOLDER), load, repairs)
    counting = Counting(cache)
    work = planning.plan(paths, load(), Resolver(load, memory=cache.settings), memory=cache)
    for _ in runner.run(work, jobs=1, repairs=repairs, memory=counting):
        pass
    cache.save()
    return counting


@pytest.fixture
def settled(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that nobody has touched for long."""
    monkeypatch.setattr(states, "GRANULARITY", -(10**12))
    return project


def test_what_has_not_changed_is_not_read_again(settled: Path) -> None:
    everything = sorted(path for path in TEXTS if path.endswith((".py", ".rs")) and (settled / path).exists())
    assert counted().read == everything
    assert counted().read == []


def test_one_change_reads_one_file(settled: Path) -> None:
    counted()
    write(settled / "tests/test_a.py", TESTS[1] + "\n")
    assert counted().read == ["tests/test_a.py"]
    assert counted().read == []


def test_a_touched_file_is_known_by_its_content(settled: Path) -> None:
    counted()
    os.utime(settled / "tests/test_a.py", (5, 5))
    assert counted().read == []


def test_what_rests_on_a_changed_file_is_read_again(settled: Path) -> None:
    write(settled / "tests/test_a.py", TESTS[2])
    write(settled / "helper.py", HELPERS[1])
    counted()
    write(settled / "helper.py", HELPERS[2])
    assert "tests/test_a.py" in counted().read


def test_what_rested_on_an_absence_is_read_again(settled: Path) -> None:
    write(settled / "tests/test_a.py", TESTS[2])
    counted()
    write(settled / "tests/helper.py", HELPERS[1])
    assert "tests/test_a.py" in counted().read


def test_what_a_folder_lacked_that_had_just_changed_is_looked_for_again(project: Path) -> None:
    (project / "helper.py").unlink(missing_ok=True)
    write(project / "tests/test_a.py", TESTS[2])
    assert counted(("tests/test_a.py",)).read == ["tests/test_a.py"]
    assert counted(("tests/test_a.py",)).read == []
    write(project / "helper.py", HELPERS[1])
    assert counted(("tests/test_a.py",)).read == ["tests/test_a.py"]


@pytest.mark.parametrize(("link", "late"), [("helper.py", "late.py"), ("away", "late/helper.py")])
def test_what_a_link_lacked_to_lead_to_is_looked_for_again(settled: Path, link: str, late: str) -> None:
    write(settled / "tests/test_a.py", "from helper import nap\nfrom away.helper import nap as doze\n" + TESTS[1])
    (settled / "helper.py").unlink(missing_ok=True)
    (settled / "tests" / link).symlink_to(settled.parent / late.split("/")[0])
    counted()
    write(settled.parent / late, HELPERS[1])
    assert "tests/test_a.py" in counted().read


def test_a_file_that_changes_while_it_is_looked_at_is_not_known(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = settled / "helper.py"
    write(file, HELPERS[1])

    def changing(path: str) -> str:
        write(file, HELPERS[2])
        return content(path)

    content = states.content
    known = states.States()
    monkeypatch.setattr(states, "GRANULARITY", 0)
    os.utime(file, (5, 5))
    known.began = file.stat().st_ctime_ns + 1
    monkeypatch.setattr(states, "content", changing)
    assert known.now(str(file)) is None


def test_what_is_looked_for_in_vain_is_one_matter_for_each_folder(settled: Path) -> None:
    write(settled / "tests/test_a.py", "from far.away.helper import nap\nfrom far.off import doze\n" + TESTS[1])
    read = counted().read
    write(settled / "tests/else.py", "x = 1\n")
    assert counted().read == ["tests/else.py"]
    write(settled / "far/away/helper.py", HELPERS[1])
    assert "tests/test_a.py" in counted().read
    assert "tests/test_a.py" in read


@pytest.fixture
def remembered(settled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose landscape is known, and no walk goes through it again."""
    monkeypatch.setattr(landscape, "PAYS", 1)
    counted()

    def walks(*_: object, **__: object) -> None:
        raise AssertionError("the project was walked again")

    monkeypatch.setattr(planning, "discover", walks)
    return settled


def test_a_landscape_is_walked_once(remembered: Path) -> None:
    assert counted().read == []
    write(remembered / "tests/test_a.py", TESTS[1] + "\n")
    assert counted().read == ["tests/test_a.py"]


@pytest.mark.parametrize(
    "path",
    [
        "tests/new.py",
        "tests/.gitignore",
        ".gitignore",
        ".git/info/exclude",
        "sleeplint.toml",
        "tests/pyproject.toml",
        "../.gitignore",
        "../sleeplint.toml",
    ],
)
def test_what_decides_over_files_has_them_walked_again(remembered: Path, path: str) -> None:
    write(remembered / path, "# new\n")
    with pytest.raises(AssertionError, match="walked again"):
        counted()


@pytest.mark.parametrize("name", ["tests/test_a.py", "src"])
@pytest.mark.parametrize("was_link", [True, False])
def test_another_kind_of_thing_under_the_same_name_has_them_walked_again(
    settled: Path, monkeypatch: pytest.MonkeyPatch, name: str, was_link: bool
) -> None:
    monkeypatch.setattr(landscape, "PAYS", 1)
    place, elsewhere = settled / name, settled.parent / "elsewhere"

    def turn() -> None:
        if place.is_symlink():
            place.unlink()
            elsewhere.rename(place)
        else:
            place.rename(elsewhere)
            place.symlink_to(elsewhere)

    if was_link:
        turn()
    counted()
    turn()
    assert outcome() == outcome("--no-cache")


@pytest.fixture
def excluded(settled: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Named paths of which one is excluded."""
    monkeypatch.setattr(landscape, "PAYS", 1)
    write(settled / ".sleeplint.toml", 'exclude = ["tests/test_a.py"]\n')
    return ("--force-exclude", "tests/test_a.py", "tests/test_b.py")


def test_a_named_file_that_is_excluded_is_missed_when_it_has_gone(excluded: tuple[str, ...]) -> None:
    command = ["check", *excluded, "--output-format", "json", "-q"]
    assert [cli.main(command), cli.main(command)] == [1, 1]
    Path("tests/test_a.py").unlink()
    assert cli.main(command) == 2


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="all is readable")
def test_a_named_file_that_cannot_be_read_is_told(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landscape, "PAYS", 1)
    command = ["check", "tests/test_a.py", "--output-format", "json", "-q"]
    assert [cli.main(command), cli.main(command)] == [1, 1]
    Path("tests/test_a.py").chmod(0)
    assert cli.main(command) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="no copies of processes here")
@pytest.mark.parametrize("step", [(Cache, "_make_ready"), (landscape.Remembered, "as_it_is")])
def test_who_is_interrupted_leaves_no_process_behind(
    settled: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(landscape, "PAYS", 1)
    monkeypatch.setattr(landscape, "LOOKOUT_PAYS", 1)
    counted()
    monkeypatch.setattr(*step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        counted()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_landscape_is_that_of_one_question(remembered: Path) -> None:
    with pytest.raises(AssertionError, match="walked again"):
        counted(("tests",))


def test_a_folder_that_has_just_changed_is_known_by_its_names(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landscape, "PAYS", 1)
    monkeypatch.setattr(landscape, "settled", lambda path, _: os.path.isfile(path))
    time = (project / "tests").stat().st_mtime_ns
    counted()
    write(project / "tests/new.py", TESTS[0])
    os.utime(project / "tests", ns=(time, time))  # as if within the same tick of the clock
    assert "tests/new.py" in counted().read


def test_names_that_come_and_go_do_not_matter(remembered: Path) -> None:
    (remembered / "tests/__pycache__").mkdir()
    assert counted().read == []


def test_a_folder_that_holds_the_same_at_another_time_is_noted_once(remembered: Path) -> None:
    (file,) = (remembered / FOLDER).glob("landscape-*")
    then = file.read_bytes()
    os.utime(remembered / "tests", (5, 5))
    assert counted().read == []
    noted = file.read_bytes()
    assert noted != then
    assert counted().read == []
    assert file.read_bytes() == noted


def test_what_decides_over_files_and_has_just_changed_is_not_trusted(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landscape, "PAYS", 1)
    counted()
    assert list((project / FOLDER).glob("landscape-*")) == []


def test_other_settings_other_reports(settled: Path) -> None:
    read = counted().read
    write(settled / ".sleeplint.toml", CONFIGS[2])
    assert counted().read == read


def test_runs_with_repairs_have_reports_of_their_own(settled: Path) -> None:
    read = counted().read
    assert counted(repairs=True).read == read
    assert counted().read == []


def test_a_run_of_one_file_forgets_no_other(settled: Path) -> None:
    counted()
    assert counted(("tests/test_a.py",)).read == []
    write(settled / "tests/test_a.py", TESTS[1] + "\n")
    counted(("tests/test_a.py",))
    assert counted().read == []


def test_what_was_just_written_is_known_by_its_content_only(project: Path) -> None:
    file = project / "tests/test_a.py"
    write(file, TESTS[0])
    time = file.stat().st_mtime_ns
    counted(("tests/test_a.py",))
    file.write_text(TESTS[1])  # as long as the other
    os.utime(file, ns=(time, time))
    assert counted(("tests/test_a.py",)).read == ["tests/test_a.py"]


@pytest.mark.parametrize("step", [(Stamps, "put"), (store.Store, "_group")])
def test_what_is_half_remembered_is_not_saved(
    settled: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str]
) -> None:
    counted()
    for name in ("a", "b"):
        write(settled / f"tests/test_{name}.py", TESTS[1])
    done, calls = getattr(*step), iter((False, True))

    def interrupted(*words: object) -> object:
        told = done(*words)
        if next(calls):
            raise KeyboardInterrupt
        return told

    with monkeypatch.context() as patch:
        patch.setattr(*step, interrupted)
        assert cli.main(["check", ".", "-q"]) == cli.INTERRUPTED
    assert outcome() == outcome("--no-cache")


def test_the_folder_keeps_itself_out_of_repositories_and_backups(project: Path) -> None:
    counted()
    assert (project / FOLDER / ".gitignore").read_text().endswith("*\n")
    assert (project / FOLDER / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_a_folder_that_cannot_be_made_is_no_trouble(project: Path) -> None:
    (project / FOLDER).write_text("a file stands in the way")
    assert outcome() == outcome("--no-cache")


def test_no_cache_leaves_no_trace(project: Path) -> None:
    outcome("--no-cache")
    assert not (project / FOLDER).exists()


def test_who_is_interrupted_while_writing_leaves_nothing_half_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.write(str(project / FOLDER / "s"), filled(3))
    assert list((project / FOLDER).glob("s*")) == []


def test_a_cache_can_stand_elsewhere(project: Path, tmp_path: Path) -> None:
    outcome("--cache-dir", str(tmp_path / "elsewhere"))
    assert (tmp_path / "elsewhere" / "CACHEDIR.TAG").exists()
    assert not (project / FOLDER).exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"\n",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(store.FORMAT.encode(), b"sleeplint cache 0"),
        lambda data: b"sleeplint cache 5\t99999999999999999999\n",
        lambda data: b"sleeplint cache 5\tx\n" + data,
        lambda data: data[:-40] + b"x" * 40,
        lambda data: signed(b"[]"),
        lambda data: signed(b"[[[], []], {}]\n"),
        lambda data: signed(b"[" * 100_000 + b"\n"),
        lambda data: resealed(data, rests=b"\1" * 4),
        lambda data: resealed(data, contents=b""),
        lambda data: resealed(data, members=b""),
        lambda data: resealed(data, stamps=b"\0" * 32),
        lambda data: resealed(data, judged=b""),
        lambda data: resealed(data, others=b"no path\0"),
        lambda data: resealed(data, texts=b"[" * 10_000),
        lambda data: resealed(data, lengths=b""),
        lambda data: miscounted(data),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_damaged_store_is_as_none(
    settled: Path, monkeypatch: pytest.MonkeyPatch, known: bool, spoil: Callable[[bytes], bytes]
) -> None:
    if known:  # which files there are
        monkeypatch.setattr(landscape, "PAYS", 1)
        monkeypatch.setattr(landscape, "LOOKOUT_PAYS", 1)
    plain = outcome("--no-cache")
    outcome()
    for file in (settled / FOLDER).glob("reports-*"):
        file.write_bytes(spoil(file.read_bytes()))
    assert outcome() == plain
    assert outcome() == plain


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-40] + b"x" * 40,
        lambda data: resealed(data, landscape.FORMAT, held=b""),
        lambda data: resealed(data, landscape.FORMAT, held=b"\x7f" * 4 * len(list(Path().rglob("*.[pr][ys]")))),
        lambda data: resealed(data, landscape.FORMAT, paths=b"tests/test_a.py\0"),
        lambda data: resealed(data, landscape.FORMAT, folders=b""),
        lambda data: resealed(data, landscape.FORMAT, stamps=b""),
        lambda data: resealed(data, landscape.FORMAT, deciders=b""),
    ],
)
def test_a_damaged_landscape_is_as_none(
    settled: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(landscape, "PAYS", 1)
    plain = outcome("--no-cache")
    outcome()
    (file,) = (settled / FOLDER).glob("landscape-*")
    file.write_bytes(spoil(file.read_bytes()))
    assert outcome() == plain
    assert outcome() == plain


def signed(body: bytes) -> bytes:
    """A store that adds up, whatever it says."""
    from zlib import crc32

    return f"{store.FORMAT}\t{crc32(body)}\n".encode() + body


def miscounted(data: bytes) -> bytes:
    """A store that says a word where it has to say how many."""
    file = Path("miscounted")
    file.write_bytes(data)
    (plans, _, told), columns = sealed.read(str(file), store.FORMAT)
    assert sealed.write(str(file.absolute()), store.FORMAT, [plans, "many", told], columns)
    data = file.read_bytes()
    file.unlink()
    return data


def resealed(data: bytes, form: str = store.FORMAT, **changed: bytes) -> bytes:
    """A file of a form with other columns."""
    file = Path("resealed")
    file.write_bytes(data)
    index, columns = sealed.read(str(file), form)
    assert set(changed) <= set(columns)
    assert sealed.write(str(file.absolute()), form, index, {**columns, **changed})
    data = file.read_bytes()
    file.unlink()
    return data


def test_two_runs_at_once_do_each_other_no_harm(project: Path) -> None:
    plain = outcome("--no-cache")
    command = [sys.executable, "-m", "sleeplint", "check", ".", "--output-format", "json"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for run in runs:
        out, _ = run.communicate(timeout=60)
        assert (run.returncode, json.loads(out)) == plain
    assert outcome() == plain
    assert [file.name for file in (project / FOLDER).glob("*.new")] == []


def test_old_stores_are_thrown_away(project: Path) -> None:
    (project / FOLDER).mkdir()
    for number in range(20):
        old = project / FOLDER / f"reports-{number:016}.bin"
        old.write_bytes(b"old")
        os.utime(old, (number, number))
    half = project / FOLDER / f"reports-{1:016}.bin.77.new"
    half.write_bytes(b"half")
    os.utime(half, (1, 1))
    others = {project / FOLDER / name for name in ("package.json", "weights.bin", "reports-x.bin", "notes.new")}
    for other in others:
        other.write_bytes(b"somebody else's")
        os.utime(other, (1, 1))
    counted()
    assert {file for file in others if file.exists()} == others
    left = sorted(file.name for file in set((project / FOLDER).glob("reports-*")) - others)
    assert len(left) == 8
    assert "reports-0000000000000000.bin" not in left
    assert "reports-0000000000000019.bin" in left
    assert half.name not in left


def filled(number: int) -> store.Store:
    made = store.Store(plans=["plan"])
    for n in range(number):
        entry = store.Entry(1, 2.5, (b"x" * 100,))
        made.put(f"{n}.py", (0, (1, 2, 3, 4)), "digest", [made.other((f"{n}", (1, 2, 3, 4), ""))], entry)
    return made


def test_a_store_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = filled(3)
    made.put("quiet.py", (0, (1, -2, -3, 2**64 - 1)))
    made.put("\udcff.py", (0, UNSURE), "digest")
    assert store.write(str(tmp_path / "s"), made)
    found = store.read(str(tmp_path / "s"))
    assert found == replace(made, most_others=found.most_others)


def test_another_name_of_the_last_file_is_a_file_of_its_own() -> None:
    made = filled(3)
    rows = made.rows(["0.py", "link.py"])
    assert rows == [0, store.NOBODY]
    assert made.moved(rows, whole([0, 0]), Stamps([(1, 2, 3, 4)] * 2)) == {1}
    assert store.Store().moved([store.NOBODY], whole([0]), Stamps([UNSURE])) == {0}


def test_a_folder_is_known_by_its_names_only(tmp_path: Path) -> None:
    then = states.content(str(tmp_path))
    known = states.States()
    assert not known.unmoved(str(tmp_path), states.stamp(str(tmp_path)), then)
    assert known.same(str(tmp_path), UNSURE, then)


def test_a_store_has_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_BYTES", 1000)
    assert store.write(str(tmp_path / "s"), filled(30), ["7.py"])
    found = store.read(str(tmp_path / "s"))
    assert len(found.paths) == 10
    assert [found.others[number][0] for number in found.groups[found.rests[0]]] == ["7"]
    monkeypatch.setattr(store, "MOST_FILES", 4)
    assert store.write(str(tmp_path / "s"), filled(30), ["7.py"])
    assert store.read(str(tmp_path / "s")).paths == ["7.py", "0.py", "1.py", "2.py"]


def test_a_store_does_not_grow_with_every_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_SPARE_OTHERS", 2)
    file = tmp_path / "s"
    store.write(str(file), filled(5))
    sizes = []
    for turn in range(20):
        known = store.read(str(file))
        other = known.other((f"other {turn}", (1, 2, 3, 4), ""))
        known.put("1.py", (0, (1, 2, 3, 4)), "digest", [other], store.Entry(1, 2, (b"%100d" % turn,)))
        assert store.write(str(file), known)
        again = store.read(str(file))
        assert again.entries[1].texts == (b"%100d" % turn,)
        assert [again.others[number][0] for number in again.groups[again.rests[1]]] == [f"other {turn}"]
        sizes.append(file.stat().st_size)
    assert max(sizes) < 2 * sizes[0] + 1000


def test_settings_are_validated_once(project: Path) -> None:
    write(project / ".sleeplint.toml", CONFIGS[1] + CONFIGS[2])
    program = (
        "import sys; from sleeplint.cli import main; main(['check', '.', '-q']);sys.exit('pydantic' in sys.modules)"
    )
    codes = [subprocess.run([sys.executable, "-c", program], capture_output=True, check=False) for _ in range(2)]
    assert [done.returncode for done in codes] == [1, 0]


def test_damaged_settings_are_validated_anew(project: Path) -> None:
    write(project / ".sleeplint.toml", CONFIGS[2])
    plain = outcome("--no-cache")
    outcome()
    (file,) = (project / FOLDER).glob("settings-*")
    data = file.read_bytes()
    file.write_bytes(data.replace(b"[6.0,", b"[1.0,"))
    assert file.read_bytes() != data
    assert outcome() == plain


def test_settings_that_json_cannot_say_are_not_kept(tmp_path: Path) -> None:
    kept = KeptSettings(str(tmp_path / "settings-1.json"))
    kept["a"] = plain = Settings(select=("SLP101",), rules={"repeated-timeout": {"at_least": 4}})
    kept["b"] = strange = Settings(rules={"some-rule": {"names": ("x", "y")}})
    assert (kept["a"], kept["b"]) == (plain, strange)
    again = KeptSettings(str(tmp_path / "settings-1.json"))
    assert again["a"] == plain
    assert "b" not in again


@given(st.binary(max_size=300))
def test_any_bytes_are_a_store(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("store") / "s"
    for text in (data, signed(data)):
        file.write_bytes(text)
        assert store.read(str(file)) == store.Store()
