"""The language server on standard input and output."""

from __future__ import annotations

import logging
import sys
from pathlib import Path


def serve() -> None:
    """Serve one editor until it says goodbye. Raises ImportError without the extra `sleeplint[lsp]`."""
    # `python -m` puts the current folder first: opening a workspace must not run its code.
    here = Path.cwd()
    sys.path[:] = [entry for entry in sys.path if entry and Path(entry) != here]
    from sleeplint.lsp.server import new_server

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    new_server().start_io()
