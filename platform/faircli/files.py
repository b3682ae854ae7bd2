"""Files that commands write: they are refused before any work is done, and a result outlives one that fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fairfacts.errors import FairError, LabError


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


@contextmanager
def stored(store: Callable[[], None]) -> Iterator[None]:
    """Store a result, and then run the block that shows it: it is shown as well where it cannot be stored.

    Raises:
        FairError: it cannot be stored; raised when it has been shown.
    """
    trouble = None
    try:
        store()
    except FairError as fault:
        trouble = fault
    yield
    if trouble is not None:
        raise trouble
