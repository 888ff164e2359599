"""The language server on standard input and output."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from sleeplint.lsp.isolation import shut_out


def serve() -> int:
    """Serve one editor until it says goodbye; the exit code. Raises ImportError without the extra `sleeplint[lsp]`."""
    shut_out([Path.cwd()])
    import pygls  # noqa: F401  (asked for first, so that a mistake of ours is not taken for its absence)

    from sleeplint.lsp.features import new_server

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
    stdin, stdout = sys.stdin.buffer.raw, sys.stdout.buffer  # type: ignore[union-attr]
    # Editors cancel by habit what was answered long ago, and keep each line of ours as an error.
    logging.getLogger("pygls").setLevel(logging.ERROR)
    sys.stdout = sys.stderr  # what a rule pack prints must not stand between messages
    return new_server().serve(stdin, stdout)
