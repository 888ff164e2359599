"""Files that are read as a whole or not at all: a line on top says how long the index is and what it must add up to.

What follows the index is told apart by its users. JSON, never pickle: a file in a folder that others can
write must not run code. What does not fit is dropped, never trusted.
"""

from __future__ import annotations

import json
import os
from typing import Any
from zlib import crc32

_TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by sleeplint.
# For information about cache directory tags see https://bford.info/cachedir/
"""
MISFITS = (OSError, ValueError, TypeError, OverflowError, MemoryError, RecursionError)
"""What comes of reading a file that is none of ours, or damaged."""


def read(file: str, form: str) -> tuple[Any, bytes]:
    """The index of a file of this form, and what follows it. Raises one of MISFITS."""
    with open(file, "rb") as data:
        head = data.readline(200).split(b"\t")
        if len(head) != 3 or head[0] != form.encode():
            raise ValueError(f"not a {form}")
        index = data.read(int(head[1]))
        if crc32(index) != int(head[2]):
            raise ValueError("damaged")
        return json.loads(index), data.read()


def write(file: str, form: str, index: Any, rest: list[bytes]) -> bool:
    """Put an index and what follows it in a file's place at once; False if that cannot be."""
    packed = json.dumps(index, separators=(",", ":")).encode()
    return replace(file, [f"{form}\t{len(packed)}\t{crc32(packed)}\n".encode(), packed, *rest])


def replace(file: str, parts: list[bytes]) -> bool:
    """Write a file as a whole or not at all, in a folder that tells others to pass over it."""
    folder = os.path.dirname(file)
    mine = f"{file}.{os.getpid()}.new"
    try:
        if not os.path.isdir(folder):
            os.makedirs(folder, exist_ok=True)
            _label(folder)
        with open(mine, "wb") as out:
            out.writelines(parts)
        os.replace(mine, file)
    except OSError:  # a folder that cannot be written to: then nothing is remembered
        try:
            os.unlink(mine)
        except OSError:
            return False
        return False
    return True


def _label(folder: str) -> None:
    for name, text in ((".gitignore", "# Made by sleeplint.\n*\n"), ("CACHEDIR.TAG", _TAG)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
