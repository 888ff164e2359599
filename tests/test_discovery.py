"""Which files a run reads."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sleeplint.discovery import discover, root_of
from sleeplint.errors import PathError
from sleeplint.registry import Registry
from sleeplint.settings.files import of_option
from sleeplint.settings.resolver import Resolver


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def grow(folder: Path, *files: str, **written: str) -> None:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written.get(name, ""))


def found(*paths: str, options: tuple[str, ...] = (), force_exclude: bool = False) -> list[str]:
    resolver = Resolver(lambda: Registry(()), forced=tuple(map(of_option, options)))
    discovery = discover(paths or (".",), resolver, force_exclude=force_exclude)
    assert discovery.problems == []
    return [file.path for file in discovery.files]


def test_rust_and_python_files_sorted_each_once(here: Path) -> None:
    grow(here, "b/x.rs", "b.py", "a/y.PYI", "a/z.txt", "a/Makefile", "b/a.py")
    everything = ["a/y.PYI", "b.py", "b/a.py", "b/x.rs"]
    assert found() == everything
    assert found("b", ".", "b/x.rs", "./b.py") == everything


def test_paths_are_shown_as_they_were_given(here: Path) -> None:
    grow(here, "t/a.py")
    assert found("./t/") == ["t/a.py"]
    assert found("t/../t") == ["t/a.py"]
    assert found(os.fspath(here)) == [f"{here.as_posix()}/t/a.py"]


def test_what_is_no_ones_source_is_passed_over(here: Path) -> None:
    grow(here, "Cargo.toml", "target/debug/a.rs", "x/target/b.rs", "node_modules/c.py", ".git/d.py", ".tox/e.py")
    grow(here, "env/pyvenv.cfg", "env/f.py", "built/CACHEDIR.TAG", "built/g.rs", "__pycache__/h.py", ".hidden.py")
    assert found() == [".hidden.py", "x/target/b.rs"]


def test_git_ignored_files_are_passed_over_as_git_does(here: Path) -> None:
    grow(here, "a.py", "gen/b.py", "gen/keep.py", "lib/c.py", "lib/d.py", "lib/deep/d.py", "deep/e.py", "out/f.py")
    (here / ".gitignore").write_text("# generated\n/gen/*\n!gen/keep.py\nd.py\n!\nout/\n")
    (here / "lib" / ".gitignore").write_text("!d.py\n/deep\n")
    (here / ".git" / "info").mkdir(parents=True)
    (here / ".git" / "info" / "exclude").write_text("a.py\n")
    assert found() == ["deep/e.py", "gen/keep.py", "lib/c.py", "lib/d.py"]
    assert found("lib") == ["lib/c.py", "lib/d.py"]
    assert found("out", "a.py") == ["a.py", "out/f.py"]


@pytest.mark.skipif(shutil.which("git") is None, reason="asks git itself")
def test_git_agrees(here: Path) -> None:
    grow(here, "a.py", "gen/b.py", "gen/keep.py", "lib/c.py", "lib/d.py", "lib/deep/d.py", "x/lib/e.py", "doc/a/f.py")
    subprocess.run(["git", "init", "-q"], check=True, cwd=here)
    (here / ".gitignore").write_text("gen/*\n!gen/keep.py\nd.py\n/lib/c*\ndoc/**/f.py\n")
    (here / "lib" / ".gitignore").write_text("!d.py\ndeep/\n")
    (here / "x" / ".gitignore").write_text("*\n!lib\n")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"], check=True, cwd=here, capture_output=True, text=True
    )
    assert found() == sorted(listed.stdout.split())


def test_git_ignore_files_hold_without_git_too(here: Path) -> None:
    grow(here, "a/b.py", "a/c.py")
    (here / "a" / ".gitignore").write_text("b.py")
    assert found() == ["a/c.py"]
    assert found("a/b.py") == ["a/b.py"]


def test_excluded_files_are_read_only_if_they_are_named(here: Path) -> None:
    grow(here, "a.py", "vendor/b.py", "vendor/deep/c.py")
    options = ('exclude=["vendor/**"]',)
    assert found(options=options) == ["a.py"]
    assert found("vendor/b.py", options=options) == ["vendor/b.py"]
    assert found("vendor/b.py", "a.py", options=options, force_exclude=True) == ["a.py"]
    assert found("vendor", options=options, force_exclude=True) == []


def test_links_are_not_followed_and_lead_into_no_circle(here: Path) -> None:
    grow(here, "a/b.py")
    (here / "a" / "up").symlink_to(here)
    (here / "a" / "again.py").symlink_to(here / "a" / "b.py")
    (here / "broken.py").symlink_to(here / "nowhere.py")
    assert found() == ["a/b.py"]
    assert found("a/again.py") == ["a/again.py"]


def test_a_path_that_does_not_exist_is_the_users_mistake(here: Path) -> None:
    with pytest.raises(PathError, match=r"^none: no such file or folder$"):
        found("none")


def test_an_unreadable_folder_is_told_and_the_others_are_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(here, "a.py", "locked/b.py")
    really = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(os, "scandir", refuse)
    discovery = discover(["."], Resolver(lambda: Registry(())))
    assert [file.path for file in discovery.files] == ["a.py"]
    [problem] = discovery.problems
    assert (problem.path, problem.message, problem.internal) == (
        "locked",
        "the folder cannot be read: Permission denied",
        False,
    )


def test_the_repository_around_a_path(here: Path) -> None:
    grow(
        here,
        "ws/Cargo.toml",
        "ws/crate/Cargo.toml",
        "ws/crate/tests/a.rs",
        "py/pyproject.toml",
        "py/tests/a.py",
        "b/c.py",
    )
    (here / "ws" / "Cargo.toml").write_text("[workspace]\nmembers = ['crate']")
    assert root_of(here / "ws" / "crate" / "tests" / "a.rs") == here / "ws"
    assert root_of(here / "py" / "tests" / "a.py") == here / "py"
    assert root_of(here / "b" / "c.py") == here
    (here / ".git").mkdir()
    assert root_of(here / "ws" / "crate" / "tests" / "a.rs") == here
