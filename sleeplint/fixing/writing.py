"""A file replaced as a whole: whoever reads it sees the old or the new content, never a part."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from sleeplint.errors import PathError


def write(path: str, before: bytes, after: bytes) -> None:
    """Put `after` into the file at `path`, if it still holds `before`.

    The permissions stay; a symbolic link stays a link, and its target is written. Raises PathError
    if the file changed since it was read, or cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.read_bytes() != before:
            raise PathError(f"{path}: changed while it was linted, so it was not fixed; run again")
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".sleeplint", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(after)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(target, temporary)
            _copy_owner(target, temporary)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PathError(f"{path}: cannot be written: {error.strerror or error}") from error


def _copy_owner(source: Path, target: Path) -> None:
    """Keep owner and group as far as this user may."""
    if hasattr(os, "chown"):
        status = source.stat()
        with contextlib.suppress(PermissionError):
            os.chown(target, status.st_uid, status.st_gid)
