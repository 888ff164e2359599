import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.engine import Report
from sleeplint.errors import InternalError, PathError
from sleeplint.finding import Applicability, Finding, Fix, Severity
from sleeplint.fixing import mend, unified_diff, write
from sleeplint.fixing.choosing import apply, choose
from sleeplint.source import Source
from sleeplint.text import Edit, Span

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY_ONLY


def fixable(*edits: tuple[int, int, str], level: Applicability = SAFE, name: str = "") -> Finding:
    fix = Fix("Mend it", level, tuple(Edit(Span(start, end), text) for start, end, text in edits))
    start = edits[0][0] if edits else 0
    fingerprint = name or repr(edits)
    return Finding(
        "r", "SLP999", Severity.WARNING, "a.py", Span(start, start + 1), "It is bad.", fix=fix, fingerprint=fingerprint
    )


def replacing(old: bytes, new: str, level: Applicability = SAFE) -> Callable[[Source], Report]:
    """A linter that wants every `old` to be `new`."""

    def lint(source: Source) -> Report:
        found = []
        at = source.code.find(old)
        while at >= 0:
            found.append(fixable((at, at + len(old), new), level=level, name=f"{old!r}{at}"))
            at = source.code.find(old, at + len(old))
        return Report(source.path, "python", tuple(found))

    return lint


def test_fixes_that_touch_wait_for_the_next_round() -> None:
    first, touching, apart = fixable((0, 3, "x")), fixable((3, 5, "y")), fixable((6, 7, "z"))
    assert choose([first, touching, apart], SAFE) == [first, apart]


def test_all_edits_of_a_fix_go_together() -> None:
    first, two = fixable((0, 3, "x")), fixable((1, 2, "y"), (9, 9, "z"))
    later = fixable((9, 10, "w"))
    assert choose([first, two, later], SAFE) == [first, later]


@pytest.mark.parametrize(
    ("level", "expected"), [(SAFE, ["safe"]), (UNSAFE, ["safe", "unsafe"])], ids=["--fix", "--unsafe-fixes"]
)
def test_only_what_the_user_asked_for_is_chosen(level: Applicability, expected: list[str]) -> None:
    findings = [
        fixable((0, 1, "x"), level=SAFE, name="safe"),
        fixable((3, 4, "x"), level=UNSAFE, name="unsafe"),
        fixable((6, 7, "x"), level=DISPLAY, name="display"),
        Finding("r", "SLP999", Severity.INFO, "a.py", Span(0, 0), "It has no fix."),
    ]
    assert [finding.fingerprint for finding in choose(findings, level)] == expected


@given(st.binary(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.text("ab", max_size=3))))
def test_bytes_outside_the_edits_stay(code: bytes, wanted: list[tuple[int, int, str]]) -> None:
    edits: list[Edit] = []
    end = 0
    for a, b, text in sorted(wanted):
        start, stop = min(a, b, len(code)), min(max(a, b), len(code))
        if start >= end:
            edits.append(Edit(Span(start, stop), text))
            end = stop
    changed = apply(code, edits)
    position = shift = 0
    for edit in edits:
        assert changed[position + shift : edit.span.start + shift] == code[position : edit.span.start]
        position = edit.span.end
        shift += len(edit.text) - (edit.span.end - edit.span.start)
    assert changed[position + shift :] == code[position:]


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap at byte 2"):
        apply(b"abcdef", [Edit(Span(0, 3), ""), Edit(Span(2, 4), "")])


def test_mending_goes_on_until_still() -> None:
    done = mend(Source("a.py", b"aaaa = 1\n"), replacing(b"aa", "a"), SAFE)
    assert done.source.data == b"a = 1\n"
    assert done.report.findings == ()
    assert done.changed


def test_what_is_held_back_is_counted() -> None:
    done = mend(Source("a.py", b"b = b\n"), replacing(b"b", "c", UNSAFE), SAFE)
    assert (done.changed, done.held_back, done.source.data) == (False, 2, b"b = b\n")


def test_fixes_that_fight_are_our_bug() -> None:
    def lint(source: Source) -> Report:
        return (replacing(b"a", "b") if b"a" in source.code else replacing(b"b", "a"))(source)

    with pytest.raises(InternalError, match=r"a\.py: the fixes of r do not come to rest after 10 rounds"):
        mend(Source("a.py", b"a = 1\n"), lint, SAFE)


def test_a_fix_that_breaks_the_file_is_dropped_and_the_others_stay() -> None:
    def lint(source: Source) -> Report:
        found = [fixable((0, 1, "(("), name="breaks")]
        if b"1" in source.code:
            at = source.code.index(b"1")
            found.append(fixable((at, at + 1, "2"), name="holds"))
        return Report(source.path, "python", tuple(found))

    done = mend(Source("a.py", b"a = 1\n"), lint, SAFE)
    assert done.source.data == b"a = 2\n"
    assert [finding.fingerprint for finding in done.applied] == ["holds"]


def test_a_fix_that_the_encoding_cannot_say_is_dropped() -> None:
    done = mend(Source("a.py", b"# coding: latin-1\na = 1\n"), replacing(b"1", "'\u20ac'"), SAFE)
    assert done.source.data == b"# coding: latin-1\na = 1\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfa = 1\r\n\tb = 2\r\n\x0cc = 3",
        b"# coding: latin-1\r\n# \xe9\xff\na = 1\n",
        "a = 1 # é\n".encode("utf-16"),
        b"a = 1\rb = 2\r",
    ],
    ids=["bom, crlf, tab, form feed, no final newline", "coding cookie", "utf-16", "lone cr"],
)
def test_a_mended_file_is_byte_identical_outside_the_edit(data: bytes) -> None:
    source = Source("a.py", data)
    done = mend(source, replacing(b"a = 1", "a = 7"), SAFE)
    assert done.source.data == source.encode(source.code.replace(b"a = 1", b"a = 7"))
    assert len(done.applied) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n"),
        (b"a\r\nb\r\n", b"a\r\nB\r\n"),
        (b"a\nb", b"a\nB"),
        (b"a\nb", b"a\nb\n"),
        (b"\xef\xbb\xbfa\n\xff\n", b"\xef\xbb\xbfA\n\xff\n"),
        (b"a\rb\rc", b"a\rB\rc"),
        (b"x\x0cy\nz\n", b"x\x0cY\nz\n"),
    ],
)
def test_git_applies_the_diff(tmp_path: Path, before: bytes, after: bytes) -> None:
    (tmp_path / "sub dir").mkdir()
    path = tmp_path / "sub dir" / "a b.py"
    path.write_bytes(before)
    patch = unified_diff("sub dir/a b.py", before, after)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=tmp_path, input=patch, check=True)
    assert path.read_bytes() == after


def test_no_change_no_diff() -> None:
    assert unified_diff("a.py", b"a", b"a") == b""


def test_writing_keeps_permissions_and_links(tmp_path: Path) -> None:
    target, link = tmp_path / "target.py", tmp_path / "link.py"
    target.write_bytes(b"old")
    target.chmod(0o751)
    link.symlink_to(target)
    write(str(link), b"old", b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o751
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.py", "target.py"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"edited")
    with pytest.raises(PathError, match="changed while it was linted"):
        write(str(path), b"old", b"new")
    assert path.read_bytes() == b"edited"


def test_a_vanished_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PathError, match=r"a\.py: cannot be written: No such file or directory"):
        write(str(tmp_path / "a.py"), b"old", b"new")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PathError, match="No space left"):
        write(str(path), b"old", b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.py", b"old")]


KILLED = """
import sys
from pathlib import Path
from sleeplint.fixing import write
folder = Path(sys.argv[1])
old, new = b"o" * 200_000, b"n" * 300_000
print("ready", flush=True)
while True:
    for path in sorted(folder.glob("*.py")):
        write(str(path), old, new)
        old, new = (new, old) if path.name == "9.py" else (old, new)
"""


def test_a_kill_in_the_middle_leaves_each_file_whole(tmp_path: Path) -> None:
    old, new = b"o" * 200_000, b"n" * 300_000
    for number in range(10):
        (tmp_path / f"{number}.py").write_bytes(old)
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while (tmp_path / "3.py").stat().st_size == len(old):  # it is at work
            pass
        process.kill()
    assert {path.read_bytes() for path in tmp_path.glob("?.py")} <= {old, new}
