"""Files that commands write: they are refused before any work is done, and never overwritten halfway."""

from __future__ import annotations

import os
from pathlib import Path

from fairfacts.errors import LabError


def check_output(path: Path | None, *, suffixes: tuple[str, ...] = (), option: str = "-o") -> None:
    """Refuse an output file that cannot be written, or whose name promises another format.

    Raises:
        LabError: its folder is missing, it is a folder, or its suffix is none of `suffixes`.
    """
    if path is None:
        return
    if suffixes and path.suffix.lower() not in suffixes:
        raise LabError(f"{option} {path}: ends in {path.suffix or 'no suffix'}; name a file in {' or '.join(suffixes)}")
    if os.path.isdir(path):  # noqa: PTH112  # no, where Path raises: of a name that is too long for a file
        raise LabError(f"{option} {path}: is a folder; name a file in it")
    if not os.path.isdir(path.parent):  # noqa: PTH112  # no, where Path raises: of a name that is too long for a file
        raise LabError(f"{option} {path}: there is no folder {path.parent}; make it, or name another file")


def make_folder(folder: Path) -> Path:
    """Return a folder, made where it is missing.

    Raises:
        LabError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise LabError(f"{folder}: is no folder and cannot be made one ({fault.strerror}); name another") from fault
    return folder


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        LabError: it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as fault:
        raise LabError(f"{path}: cannot be written ({fault.strerror}); name another file") from fault
