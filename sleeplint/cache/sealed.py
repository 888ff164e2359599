"""Files that are read as a whole or not at all: a line on top says what all the rest must add up to.

An index in JSON, then columns of bytes, and never a pickle: a file in a folder that others can write must
not run code. What does not fit is dropped, never trusted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import reduce
from itertools import accumulate, pairwise
from typing import Any
from zlib import crc32

_TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by sleeplint.
# For information about cache directory tags see https://bford.info/cachedir/
"""
MISFITS = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    MemoryError,
    RecursionError,
)
"""What comes of reading a file that is none of ours, or damaged."""


def read(file: str, form: str) -> tuple[Any, dict[str, memoryview]]:
    """The index of a file of this form, and the columns that follow it. Raises one of MISFITS."""
    with open(file, "rb", buffering=0) as data:  # a buffer would copy all of it once more
        whole = data.read()
    start = whole.index(b"\n", 0, 200) + 1
    head = whole[:start].split(b"\t")
    if len(head) != 2 or head[0] != form.encode():
        raise ValueError(f"not a {form}")
    rest = memoryview(whole)[start:]
    if crc32(rest) != int(head[1]):
        raise ValueError("damaged")
    at = whole.index(b"\n", start) + 1
    index, lengths = json.loads(whole[start:at])
    places = pairwise(accumulate(lengths.values(), initial=at - start))
    return index, {name: rest[begin:end] for name, (begin, end) in zip(lengths, places, strict=True)}


def write(file: str, form: str, index: Any, columns: Mapping[str, bytes | memoryview]) -> bool:
    """Put an index and columns in a file's place at once; False if that cannot be."""
    lengths = {name: len(column) for name, column in columns.items()}
    head = json.dumps([index, lengths], separators=(",", ":")).encode() + b"\n"
    check = reduce(lambda check, part: crc32(part, check), columns.values(), crc32(head))
    return _replace(file, [f"{form}\t{check}\n".encode(), head, *columns.values()])


def _replace(file: str, parts: Iterable[bytes | memoryview]) -> bool:
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
        return False
    finally:
        with suppress(OSError):  # as a rule it has taken its place
            os.unlink(mine)
    return True


def _label(folder: str) -> None:
    for name, text in ((".gitignore", "# Made by sleeplint.\n*\n"), ("CACHEDIR.TAG", _TAG)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
