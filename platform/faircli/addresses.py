"""The backends of this user that listen on this machine: each leaves a note of its address while it serves."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec


class Note(msgspec.Struct, frozen=True):
    """Where a backend listens."""

    url: str
    process: int


@contextlib.contextmanager
def noted(url: str) -> Iterator[None]:
    """Leave a note of a backend of this process for as long as the block lasts; where none can be left, do without."""
    note, path = Note(url, os.getpid()), _folder() / f"{os.getpid()}.json"
    try:
        with contextlib.suppress(OSError):
            _make(path.parent)
            path.write_bytes(msgspec.json.encode(note))
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def listening() -> list[str]:
    """Return the URLs of this user's backends, as their notes say; notes of processes that are gone are removed."""
    urls: list[str] = []
    with contextlib.suppress(OSError):
        folder = _folder()
        if folder.stat().st_uid != os.getuid():  # another user's notes would lead a run, and its token, to that user
            return []
        for path in sorted(folder.glob("*.json")):
            note = _read(path)
            if note is None or not _lives(note.process):
                path.unlink(missing_ok=True)
            else:
                urls.append(note.url)
    return urls


def _read(path: Path) -> Note | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        return None


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it lives, and is another user's
    return True


def _folder() -> Path:
    """Return the folder of the notes: in the user's own for as long as a session lasts, or in the temporary one."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "cloudfair" if runtime else Path(tempfile.gettempdir()) / f"cloudfair-{os.getuid()}"


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} is another user's")
