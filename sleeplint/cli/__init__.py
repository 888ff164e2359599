"""The command line: arguments in, an exit code out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from sleeplint.errors import SleeplintError

INTERRUPTED = 130
BROKEN_PIPE = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; never raises for what the user or a file did."""
    for stream in (sys.stdout, sys.stderr):  # a file's name may hold what the terminal cannot show
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        from sleeplint.cli.arguments import parse  # takes long enough to be interrupted

        options = parse(words)
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except SleeplintError as error:
        print(f"sleeplint: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("sleeplint: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever was reading has enough; keep the interpreter from complaining at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as error:
        if "-v" in words or "--verbose" in words:
            import traceback

            traceback.print_exc()
        what = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"sleeplint: internal error: {what}; this is a bug: run again with -v and report it", file=sys.stderr)
        return SleeplintError.exit_code
