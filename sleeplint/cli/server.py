"""`sleeplint server`: hands over to the language server, which is an extra."""

from __future__ import annotations

import argparse

from sleeplint.errors import UserError


def run(options: argparse.Namespace) -> int:
    """Serve until the editor leaves. Raises UserError if the extra is not installed."""
    try:
        import pygls  # noqa: F401  (asked for first, so that a mistake of ours is not taken for its absence)
    except ImportError as error:
        raise UserError("the language server needs its extra: pip install 'sleeplint[lsp]'") from error
    from sleeplint import lsp

    lsp.serve()
    return 0
