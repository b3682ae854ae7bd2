"""Files that commands write: each is whole, or stays what it was before.

A result often takes minutes, and its file replaces an earlier good one: a disk that is full may cost neither.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from secrets import token_hex

import msgspec

from fairfacts.errors import FairError

REMEDY = "see that its disk has room and that you may write there, or name another file"


def write_file(path: Path, content: bytes, error: type[FairError], remedy: str = REMEDY) -> None:
    """Write a file, whole or not at all: where it cannot be written, what was there before stays.

    Raises:
        FairError: it cannot be written; of the class `error`.
    """
    try:
        if path.exists() and not path.is_file():  # a device or a pipe: it keeps nothing that could be lost
            path.write_bytes(content)
        else:
            _replace(Path(os.path.realpath(path)), content)  # a link stays a link
    except (OSError, ValueError) as fault:  # a path with a NUL is a ValueError
        reason = getattr(fault, "strerror", None) or fault
        raise error(f"{path}: cannot be written ({reason}); {remedy}") from fault


def write_json(path: Path, thing: object, error: type[FairError], indent: int = 1) -> None:
    """Write a thing to one of our own JSON files, which `read_json` reads; with an indent below 0 on one line.

    Raises:
        FairError: it cannot be written; of the class `error`.
    """
    write_file(path, msgspec.json.format(msgspec.json.encode(thing), indent=indent) + b"\n", error)


def _replace(file: Path, content: bytes) -> None:
    """Write the content beside a file, and put it in its place once all of it is on disk."""
    is_there = file.exists()
    if is_there and not os.access(file, os.W_OK):  # to replace it, the system asks for its folder alone
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    scratch = file.with_name(f".{token_hex(8)}.unfinished")  # not of its name, which may be as long as names can be
    try:
        with scratch.open("xb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        if is_there:
            shutil.copymode(file, scratch)
        scratch.replace(file)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
