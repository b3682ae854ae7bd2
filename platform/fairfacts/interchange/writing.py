"""Files that commands write: each is whole, or stays what it was before.

A result often takes minutes, and its file replaces an earlier good one: a disk that is full may cost neither.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import IO

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
    with _written_beside(file) as opened:
        opened.write(content)
        if is_there:
            shutil.copymode(file, opened.name)


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that appears at `path` once the block ends well, and not before: half a file may look whole.

    Raises:
        OSError: something is there already, or it cannot be written.
    """
    _check_free(path)
    with _written_beside(path) as opened:
        yield opened
        _check_free(path)  # another process may have been quicker


def _check_free(path: Path) -> None:
    try:
        path.lstat()
    except FileNotFoundError:
        return
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


@contextmanager
def _written_beside(file: Path) -> Iterator[IO[bytes]]:
    """Yield a file beside another one, and put it in its place once all of it is on disk.

    A process that is killed leaves it beside: its name ends in `.unfinished`.
    """
    scratch = file.with_name(f".{token_hex(8)}.unfinished")  # not of its name, which may be as long as names can be
    try:
        with scratch.open("xb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        scratch.replace(file)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
