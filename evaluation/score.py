"""Scores sleeplint on hand-labelled waits of public test suites.

    python evaluation/score.py CHECKOUTS evaluation/rust-dev.jsonl [...]

CHECKOUTS is a folder that holds each repository under its short name, at the commit that the labels
name. Nothing is fetched. The `sleeplint` that is scored is the one on PATH (or `--program`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]
MERGED = {"settle", "startup", "absence", "expiry", "sync"}


@dataclass
class Score:
    """Counts of right answers, and what is wrong."""

    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def count(self, figure: str, correct: bool, place: str, words: str = "") -> None:
        self.total[figure] += 1
        self.right[figure] += correct
        if not correct:
            self.wrong.append(f"{figure}: {place}: {words}")


def rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def ask(program: str, folder: Path, arguments: list[str], paths: list[str]) -> str:
    done = subprocess.run(
        [*program.split(), *arguments, "--isolated", *paths], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(f"{program} failed in {folder} with exit code {done.returncode}: {done.stderr}")
    return done.stdout


def findings(program: str, folder: Path, profile: str, paths: list[str]) -> dict[tuple[str, int], list[str]]:
    """The rules that speak of a wait itself, by place. `repeated-timeout` speaks of a file's habit."""
    told: dict[tuple[str, int], list[str]] = defaultdict(list)
    text = ask(program, folder, ["check", "--profile", profile, "--output-format", "json", "--exit-zero"], paths)
    for finding in json.loads(text)["findings"]:
        if finding["code"].startswith(("SLP1", "SLP2")) and finding["rule"] != "repeated-timeout":
            told[finding["path"], finding["line"]].append(finding["rule"])
    return told


def same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other), 1)


def likeness(label: Row, wait: Row) -> tuple[bool, bool, bool]:
    return label["kind"] == wait["kind"], label["api"] == wait["api"], same(label["duration_ms"], wait["duration_ms"])


def score_repository(
    program: str, folder: Path, labels: list[Row], ranges: dict[str, list[int] | None], score: Score
) -> None:
    name = folder.name
    paths = sorted({label["path"] for label in labels})
    found: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for text in ask(program, folder, ["waits", "--all", "--output-format", "jsonl"], paths).splitlines():
        wait = json.loads(text)
        found[wait["path"], wait["line"]].append(wait)
    told = {profile: findings(program, folder, profile, paths) for profile in ("strict", "default")}
    skipped = {(row["path"], row["line"]) for row in labels if row.get("doubtful") or row.get("wrapper_body")}
    for label in labels:
        key = (label["path"], label["line"])
        place = f"{name}/{label['path']}:{label['line']}"
        if not label["is_wait"] or label.get("doubtful") or label.get("wrapper_body"):
            continue
        candidates = found.get(key, [])
        wait = max(candidates, key=lambda candidate: likeness(label, candidate), default=None)
        if wait is not None:
            candidates.remove(wait)
        if label["in_test"]:
            score.count("found", wait is not None, place, f"{label['api']} {label['kind']}")
        if wait is None:
            if label["in_test"]:
                judge(score, label, told, key, place)
            continue
        compare(score, label, wait, place)
        if label["in_test"]:
            judge(score, label, told, key, place)
    for (path, line), rest in found.items():
        allowed = ranges.get(path)
        for wait in rest:
            outside = allowed is not None and not allowed[0] <= line <= allowed[1]
            if wait["in_test"] and not outside and (path, line) not in skipped:
                score.count("taken for waits", True, f"{name}/{path}:{line}")
                score.wrong.append(f"taken for a wait: {name}/{path}:{line}: {wait['api']} {wait['kind']}")


def compare(score: Score, label: Row, wait: Row, place: str) -> None:
    def detail(key: str) -> str:
        return f"said {wait[key]!r}, is {label[key]!r}"

    score.count("kind", label["kind"] == wait["kind"], place, detail("kind"))
    score.count("callee", label["api"] == wait["api"], place, detail("api"))
    score.count("duration", same(label["duration_ms"], wait["duration_ms"]), place, detail("duration_ms"))
    score.count("test or production", label["in_test"] == wait["in_test"], place, detail("in_test"))
    score.count("clock", label["virtual_time"] == wait["virtual_time"], place, detail("virtual_time"))
    if not label["in_test"]:
        return
    score.count("enclosing test", label["test"] == wait["test"], place, detail("test"))
    roles = {label["role"], *label.get("role_alternatives", ())}
    merged = wait["role"] in roles or (wait["role"] in MERGED and bool(roles & MERGED))
    score.count("role", label["role"] == wait["role"], place, f"{detail('role')} ({wait['role_confidence']})")
    score.count("role or alternative", wait["role"] in roles, place)
    score.count("role merged", merged, place)
    if wait["role_confidence"] == "high":
        score.count("role high", wait["role"] in roles, place, detail("role"))
    score.count("cost", same(label["cost_ms"], wait["cost_ms"]), place, detail("cost_ms"))


def judge(score: Score, label: Row, told: dict[str, dict[tuple[str, int], list[str]]], key: Any, place: str) -> None:
    for profile, spoken in told.items():
        rules = spoken.get(key, [])
        words = f"{', '.join(rules) or 'silent'}; {label['role']}, {label['duration_ms']} ms, {label.get('note', '')}"
        if rules:
            score.count(f"{profile} precision", label[profile], place, words)
        if label[profile]:
            score.count(f"{profile} recall", bool(rules), place, words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument("--program", default="sleeplint")
    parser.add_argument("--wrong", metavar="FIGURE", help="list what is wrong about this figure (`all`: everything)")
    given = parser.parse_args()
    for path in given.labels:
        score = Score()
        by_repository: dict[str, list[Row]] = defaultdict(list)
        for label in rows(path):
            by_repository[label["repository"].split("/")[1]].append(label)
        files = path.with_name(path.name.rsplit("-", 1)[0] + "-files.jsonl")
        for name, labels in sorted(by_repository.items()):
            ranges = {row["path"]: row.get("lines") for row in rows(files) if row["repository"].endswith(f"/{name}")}
            score_repository(given.program, given.checkouts / name, labels, ranges, score)
        report(path, score, given.wrong)


def report(path: Path, score: Score, wanted: str | None) -> None:
    print(f"{path.name}")
    found = score.right["found"]
    false = score.total.pop("taken for waits", 0)
    print(f"  {'taken for waits':20} {false:5} of {found + false:5}  {false / max(1, found + false):.3f}")
    for figure, total in score.total.items():
        print(f"  {figure:20} {score.right[figure]:5} of {total:5}  {score.right[figure] / total:.3f}")
    for line in chosen(score.wrong, wanted):
        print(f"  {line}")


def chosen(wrong: Iterable[str], wanted: str | None) -> Iterator[str]:
    if wanted is not None:
        yield from (line for line in wrong if wanted == "all" or line.startswith(wanted))


if __name__ == "__main__":
    main()
