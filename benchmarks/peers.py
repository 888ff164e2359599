"""sleeplint beside ripgrep, ast-grep, ruff and semgrep on any folder: whole processes, in one run, as ratios.

    python benchmarks/peers.py FOLDER [--program sleeplint] [--runs 5] [--slow] [--write]

FOLDER holds Rust and Python projects; it is copied first, for one measurement changes a file. Every program that is on
PATH takes part; rules for the same sleeps and timeouts are in `benchmarks/rules/`. Four tables are printed: the whole
folder, twenty files, five files without a wait, and the folder once, twice and four times. `--write` puts them between
the marks of `benchmarks/README.md`. Wall times are medians of interleaved runs; other work on the machine moves them,
the ratios less. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from contenders import PATTERN, Contender, peers, sleeplint
from processes import Figures, measure

MARKS = ("<!-- measured -->", "<!-- end -->")
HERE = Path(__file__).parent


def copied(folder: Path, to: Path) -> list[Path]:
    """The Rust and Python files of `folder`, and what says how they belong together, under `to`."""
    for place, folders, files in os.walk(folder):
        if ".git" in folders:
            (to / Path(place, ".git").relative_to(folder)).mkdir(parents=True)
        folders[:] = sorted(name for name in folders if name not in (".git", "target", "node_modules"))
        for name in files:
            if name.endswith((".rs", ".py", ".toml", ".cfg", ".ini")) or name == ".gitignore":
                file = Path(place, name)
                if file.is_file() and not file.is_symlink():
                    target = to / file.relative_to(folder)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, target)
    return sorted(file for file in to.rglob("*") if file.suffix in (".rs", ".py") and file.is_file())


def samples(files: list[Path]) -> tuple[list[str], list[str]]:
    """Ten Rust and ten Python files with waits, and five without, by chance but always the same."""
    chance = random.Random(20)
    with_waits: dict[str, list[str]] = {".rs": [], ".py": []}
    without: list[str] = []
    for file in chance.sample(files, len(files)):
        code = file.read_bytes()
        if re.search(PATTERN.encode(), code):
            with_waits[file.suffix].append(str(file))
        elif code.strip() and not re.search(rb"sleep|wait|timeout|delay", code):
            without.append(str(file))
    return sorted(with_waits[".rs"][:10] + with_waits[".py"][:10]), sorted(without[:5])


def table(title: str, figures: list[Figures]) -> Iterator[str]:
    """Markdown: everybody's figures, and how many times ours they are."""
    ours = figures[0]
    yield f"| {title} | wall s | × | CPU s | MiB |"
    yield "|---|--:|--:|--:|--:|"
    for one in figures:
        yield f"| {one.name} | {one.wall:.3f} | {one.wall / ours.wall:.2f} | {one.processor:.2f} | {one.mib:.0f} |"
    yield ""


def growth(program: str, corpus: Path, work: Path, runs: int) -> Iterator[str]:
    """The same folder once, twice and four times."""
    yield "| sleeplint | cold s | × | cold MiB | warm s | × | warm MiB |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    first: tuple[float, float] | None = None
    for times in (1, 2, 4):
        root = work / f"times{times}"
        for number in range(times):
            shutil.copytree(corpus, root / f"copy{number}")
        cold, warm = measure(sleeplint(program, [str(root)], work / f"cache{times}"), runs)
        first = first or (cold.wall, warm.wall)
        cells = f"{cold.wall:.2f} | {cold.wall / first[0]:.2f} | {cold.mib:.0f}"
        yield f"| {times}x | {cells} | {warm.wall:.2f} | {warm.wall / first[1]:.2f} | {warm.mib:.0f} |"
        shutil.rmtree(root)
    yield ""


def small(title: str, program: str, files: list[str], work: Path, runs: int) -> Iterator[str]:
    """A few files, where starting decides."""
    bare = Contender("python -I -c pass", [sys.executable, "-I", "-c", "pass"])
    ours = [*sleeplint(program, files, work / title.replace(" ", "-"))]
    yield from table(title, measure([*ours, bare, *peers(files, slow=False)], runs * 5))


def versions(program: str) -> str:
    """Who took part, and where."""
    told = []
    for name in (program, "rg", "ast-grep", "ruff", "semgrep"):
        if shutil.which(name):
            done = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
            told.append(" ".join(done.stdout.splitlines()[0].split()[:2]) if done.stdout else name)
    return f"{', '.join(told)}; Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}."


def report(options: argparse.Namespace, work: Path) -> Iterator[str]:
    """Everything, line by line as it is known."""
    corpus = work / "corpus"
    files = copied(options.folder, corpus)
    size = sum(file.stat().st_size for file in files)
    yield f"{len(files):,} Rust and Python files, {size / 1e6:.0f} MB. {versions(options.program)}"
    yield ""
    twenty, clean = samples(files)
    ours = sleeplint(options.program, [str(corpus)], work / "cache", changed=Path(twenty[0]))
    everybody = [*ours, *peers([str(corpus)], options.slow)]
    yield from table("the whole folder", measure(everybody, options.runs))
    yield from small("20 files", options.program, twenty, work, options.runs)
    yield from small("5 files without waits", options.program, clean, work, options.runs)
    if not options.no_growth:
        yield from growth(options.program, corpus, work, options.runs)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--program", default="sleeplint")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow", action="store_true", help="semgrep too")
    parser.add_argument("--no-growth", action="store_true", help="not the folder twice and four times")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    options = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as work:
        for line in report(options, Path(work)):
            print(line, flush=True)
            lines.append(line)
    if options.write:
        page = HERE / "README.md"
        before, rest = page.read_text(encoding="utf-8").split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        text = "\n".join((MARKS[0], "", *lines, MARKS[1]))
        page.write_text(before + text + after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
