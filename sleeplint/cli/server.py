"""`sleeplint server`: hands over to the language server, which is an extra."""

from __future__ import annotations

import argparse

from sleeplint.errors import UserError


def run(options: argparse.Namespace) -> int:
    """Serve until the editor leaves. Raises UserError if the extra is not installed."""
    from sleeplint import lsp

    try:
        return lsp.serve()
    except ModuleNotFoundError as error:
        if error.name != "pygls":
            raise
        raise UserError("the language server needs its extra: pip install 'sleeplint[lsp]'") from error
