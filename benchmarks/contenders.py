"""Who is measured: sleeplint cold, warm and after one change, and the programs that it is compared with."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RULES = Path(__file__).parent / "rules"
PATTERN = r"sleep\(|timeout\("


@dataclass(frozen=True)
class Contender:
    """A program as somebody would start it; `before` runs unmeasured ahead of each start."""

    name: str
    command: Sequence[str]
    before: Callable[[], None] = field(default=lambda: None)


def sleeplint(program: str, paths: list[str], cache: Path, changed: Path | None = None) -> Iterator[Contender]:
    """Cold, warm, and warm after `changed` got one more line at its end; cold with fixes, as people read it."""
    whole = [program, "check", "--isolated", "--exit-zero", "--quiet"]
    command = [*whole, "--output-format", "concise"]
    kept = ["--cache-dir", str(cache)]

    def primed() -> None:
        if not cache.exists():
            subprocess.run([*command, *kept, *paths], stdout=subprocess.DEVNULL, check=True)

    def touched() -> None:
        primed()
        assert changed is not None
        with changed.open("a", encoding="utf-8") as file:
            file.write("\n")

    yield Contender("sleeplint, cold", [*command, "--no-cache", *paths])
    yield Contender("sleeplint, warm", [*command, *kept, *paths], primed)
    if changed is not None:
        yield Contender("sleeplint, one file changed", [*command, *kept, *paths], touched)
        yield Contender("sleeplint, cold, with fixes", [*whole, "--no-cache", *paths])


def peers(paths: list[str], slow: bool) -> Iterator[Contender]:
    """Those of the other programs that are installed, twelve like rules each where there are rules.

    `slow` asks for semgrep too, which takes minutes.
    """
    tree = ["ast-grep", "scan", "-r", str(RULES / "ast-grep.yml")]
    search = ["rg", PATTERN, "-g", "*.rs", "-g", "*.py"]
    piped = f'{shlex.join(search)} -l0 "$@" | xargs -0r {shlex.join(tree)}'
    known = {
        ("rg",): Contender("ripgrep", [*search, *paths]),
        ("ast-grep",): Contender("ast-grep, 12 rules", [*tree, *paths]),
        ("rg", "xargs", "ast-grep"): Contender("ripgrep's files to ast-grep", ["sh", "-c", piped, "sh", *paths]),
        ("ruff",): Contender(
            "ruff ASYNC (Python half)",
            ["ruff", "check", "--isolated", "--no-cache", "--exit-zero", "-q", "--select", "ASYNC", *paths],
        ),
    }
    yield from (contender for programs, contender in known.items() if all(map(shutil.which, programs)))
    if slow and shutil.which("semgrep"):
        options = ["--metrics=off", "--disable-version-check", "--quiet", "--config", str(RULES / "semgrep.yml")]
        yield Contender("semgrep, 12 rules", ["semgrep", "scan", *options, *paths])
