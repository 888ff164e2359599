"""The words of the command line: commands, options, and what is meant by a mistyped one."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from sleeplint import __version__
from sleeplint.cli.streams import width
from sleeplint.errors import UserError, nearest
from sleeplint.records import dataclass
from sleeplint.reporters import FORMATS, WAITS_FORMATS

COMMANDS = {
    "check": "say what is wrong with the waits of a test suite",
    "waits": "list every wait of a test suite, judged or not",
    "rule": "explain a rule, or list them all",
    "config": "show the settings that hold, and where each was set",
    "server": "serve an editor on standard input and output (LSP)",
}


@dataclass(frozen=True, slots=True)
class Output:
    """A format, and the file it goes to; None is standard output."""

    format: str
    file: str | None


class _Help(argparse.HelpFormatter):
    """Knows how wide to write; else argparse imports what tells it, for it makes one of these for each option."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=width() - 2)


class _Parser(argparse.ArgumentParser):
    """Says a mistake in one line, with what was probably meant."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}; see `{self.prog} --help`")

    def misspelled(self, word: str) -> NoReturn:
        """Refuse an option that is none."""
        option = word.partition("=")[0]
        close = nearest(option, self._option_string_actions)
        raise UserError(
            f"unknown option `{option}`; " + (f"did you mean `{close}`?" if close else f"see `{self.prog} --help`")
        )


class _InOrder(argparse.Action):
    """Keeps `--output-format` and `--output-file` in the order in which they stand."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        kind = "file" if self.dest == "output_file" else "format"
        namespace.outputs = [*namespace.outputs, (kind, values)]


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The options of one command; `run` is what executes it. Raises UserError, or SystemExit for --help."""
    first = next((word for word in words if not word.startswith("-")), None)
    if first is not None and first not in COMMANDS:
        close = nearest(first, COMMANDS)
        path = f"; did you mean `sleeplint check {first}`?" if os.path.exists(first) else None
        hint = f"; did you mean `{close}`?" if close else path or f"; there are {', '.join(COMMANDS)}"
        raise UserError(f"no command `{first}`{hint}")
    if words and words[0] == first:  # the usual way: to make the parsers of all commands takes as long as to parse
        options, extra = _taught(_Parser(prog=f"sleeplint {first}", **_about(first)), first).parse_known_args(words[1:])
    else:
        options, extra = _parser(first).parse_known_args(words)
    if extra:
        if extra[0].startswith("-"):
            options.parser.misspelled(extra[0])
        raise UserError(f"one argument too many: `{extra[0]}`; see `sleeplint {options.command} --help`")
    if hasattr(options, "outputs"):
        options.outputs = _paired(options.outputs)
    return options


def _parser(asked: str | None) -> _Parser:
    """Knows all commands, and the options of the one that is asked for."""
    parser = _Parser(
        prog="sleeplint",
        description="Find the fixed sleeps, oversized timeouts and connection holds of Rust and Python tests.",
        allow_abbrev=False,
        formatter_class=_Help,
    )
    parser.add_argument("--version", action="version", version=f"sleeplint {__version__}")
    commands = parser.add_subparsers(
        dest="command",
        required=True,
        metavar="COMMAND",
        parser_class=_Parser,
        prog=parser.prog,  # else argparse formats a usage for it, and imports what that needs
    )
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, **_about(name))
        if name == asked:
            _taught(command, name)
    return parser


def _about(command: str) -> dict[str, Any]:
    summary = COMMANDS[command]
    description = summary[0].upper() + summary[1:] + "."
    return {"description": description, "allow_abbrev": False, "formatter_class": _Help}


def _taught(parser: _Parser, command: str) -> _Parser:
    """A parser that knows the options of a command."""
    parser.set_defaults(command=command, run=_runner(command), parser=parser)
    globals()[f"_{command}"](parser)
    return parser


def _runner(name: str) -> Callable[[argparse.Namespace], int]:
    """The command's own module, imported when it is run."""

    def run(options: argparse.Namespace) -> int:
        code: int = import_module(f"sleeplint.cli.{name}").run(options)
        return code

    return run


def _check(parser: argparse.ArgumentParser) -> None:
    _paths(parser)
    _settings(parser)
    _output(parser, FORMATS)
    group = parser.add_argument_group("fixes")
    group.add_argument("--fix", action="store_true", help="apply the fixes that keep the meaning")
    group.add_argument("--unsafe-fixes", action="store_true", help="those too that may change what a test proves")
    group.add_argument("--diff", action="store_true", help="show what would be fixed; write nothing")
    parser.add_argument(
        "--sarif-category", metavar="NAME", help="the category of a SARIF run, if one commit gets several"
    )
    group = parser.add_argument_group("what counts")
    group.add_argument(
        "--fail-on",
        type=_one_of(("error", "warning", "info")),
        metavar="SEVERITY",
        help="the least severity that makes the exit code 1: error, warning (default) or info",
    )
    group.add_argument("--exit-zero", action="store_true", help="exit with 0 whatever is found")
    group.add_argument("--show-suppressed", action="store_true", help="show what ignore comments silence, too")
    group.add_argument("--statistics", action="store_true", help="count findings by rule instead of listing them")
    _running(parser)


def _waits(parser: argparse.ArgumentParser) -> None:
    _paths(parser)
    parser.add_argument("--all", action="store_true", help="production code's waits, too")
    _settings(parser, rules=False)
    _output(parser, WAITS_FORMATS)
    _running(parser)


def _rule(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="a rule's name or code; without one, all are listed")
    parser.add_argument(
        "--output-format", type=_one_of(("text", "json")), default="text", metavar="FORMAT", help="text or json"
    )


def _config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="for which file or folder (default: here)")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of a settings file")
    parser.add_argument(
        "--output-format", type=_one_of(("text", "json")), default="text", metavar="FORMAT", help="text or json"
    )
    _settings(parser)


def _server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stdio", action="store_true", help="accepted for editors that pass it; it is the only way")


def _paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders (default: here); `-` is standard input"
    )
    parser.add_argument("--stdin-filename", metavar="NAME", help="what standard input is called")
    parser.add_argument("--force-exclude", action="store_true", help="leave out excluded files even if they are named")


def _settings(parser: argparse.ArgumentParser, rules: bool = True) -> None:
    group = parser.add_argument_group("settings")
    if rules:
        group.add_argument("--profile", type=_one_of(("default", "strict")), metavar="NAME", help="default or strict")
        group.add_argument("--select", action="append", metavar="RULE[,RULE]", help="these rules only")
        group.add_argument("--ignore", action="append", metavar="RULE[,RULE]", help="not these rules")
    group.add_argument(
        "--set",
        action="append",
        metavar="KEY=VALUE",
        help="any setting, such as budget.max_sleep_secs=0; holds over all settings files",
    )
    group.add_argument(
        "--config", metavar="FILE", help="the settings file, instead of the closest; its globs start here"
    )
    group.add_argument("--isolated", action="store_true", help="read no settings file")


def _output(parser: argparse.ArgumentParser, formats: Iterable[str]) -> None:
    group = parser.add_argument_group("output")
    names = tuple(formats)
    group.add_argument("--output-format", action=_InOrder, type=_one_of(names), metavar="FORMAT", help=", ".join(names))
    group.add_argument(
        "--output-file",
        action=_InOrder,
        metavar="FILE",
        help="where the format named beside it goes; the terminal still gets its own; can be repeated in pairs",
    )
    parser.set_defaults(outputs=[])
    group.add_argument("--color", type=_one_of(("auto", "always", "never")), default="auto", metavar="WHEN")
    group.add_argument("-q", "--quiet", action="store_true", help="findings only: no summary, no notes")
    group.add_argument("-v", "--verbose", action="store_true", help="say which settings hold and what was read")


def _running(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("running")
    group.add_argument("--jobs", type=_positive, metavar="N", help="how many processes may work (default: one a core)")
    group.add_argument("--no-cache", action="store_true", help="remember nothing, and believe nothing remembered")
    group.add_argument(
        "--cache-dir", metavar="DIR", help="where results are remembered (default: .sleeplint_cache in the project)"
    )


def _positive(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not `{text}`")
    return int(text)


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def one(text: str) -> str:
        if text not in words:
            close = nearest(text, words)
            hint = f"did you mean `{close}`?" if close else f"there are {', '.join(words)}"
            raise argparse.ArgumentTypeError(f"unknown value `{text}`; {hint}")
        return text

    return one


def _paired(said: Sequence[tuple[str, str]]) -> tuple[Output, ...]:
    """Formats with their files: a file belongs to the format before it, or else to the one after.

    What stays without a file goes to standard output, which always gets one format.
    """
    formats: list[str | None] = []
    files: list[str | None] = []
    for kind, value in said:
        mine, other = (formats, files) if kind == "format" else (files, formats)
        if mine and mine[-1] is None:
            mine[-1] = value
        else:
            mine.append(value)
            other.append(None)
    outputs = [Output(form or "full", None if file == "-" else file) for form, file in zip(formats, files, strict=True)]
    spoken = [output for output in outputs if output.file is None]
    if len(spoken) > 1:
        raise UserError(
            f"standard output cannot be both {spoken[0].format} and {spoken[1].format}; give one an --output-file"
        )
    return tuple(outputs) if spoken else (Output("full", None), *outputs)
