"""The archive: runs as Parquet, each in a folder of its own, written when they are first asked for.

It is a cache. A manifest holds the checksum of each file, and what tells the log from any other of the run: a database
that was put back from a copy may have another. A folder that does not fit its manifest or the log is written again.

Several processes may share it. One of them writes the files of a run, under a lock of `.locks`, and the others wait for
these. Whoever reads a folder holds a shared lock on its manifest, and nobody deletes it meanwhile.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from cloudfair.errors import UnfinishedError, unfinished
from cloudfair.export.parquet import clear_unfinished, locked, new_folder, remedy_of, write_parquet
from cloudfair.export.sql import SUFFIX
from cloudfair.store.log import Log
from cloudfair.store.urls import url_of
from fairfacts.errors import BackendError
from fairfacts.events import EVENT_TYPES, type_name

MANIFEST, LOCKS = "manifest.json", ".locks"
FORMAT = 3
"""Of the files; a folder of another format is written again."""
FRESH_S = 30.0
"""How old the files of a run that goes on may be: to write them again takes as long as to read the whole log."""

_logger = logging.getLogger(__name__)


class Manifest(msgspec.Struct, frozen=True):
    """What a folder holds."""

    format: int
    run: str
    position: int
    """How many events of the run."""
    log: str
    """The fingerprint of the log up to there."""
    files: dict[str, str]
    """SHA-256 of each file by its name."""


class _AsOf(NamedTuple):
    """What a folder must hold; each is of the manifest."""

    run: str
    position: int
    log: str


class Archived:
    """A run as Parquet, as of a position. Nobody deletes it before it is closed: use it in a `with`."""

    def __init__(self, folder: Path, position: int, manifest: int) -> None:
        """`position` is how many events of the run it holds, `manifest` the descriptor that takes the lock."""
        self.folder, self.position, self._manifest = folder, position, manifest

    def hold(self) -> None:
        """Take the lock, once whoever deletes the folder has done so."""
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(self._manifest, fcntl.LOCK_SH)

    def close(self) -> None:
        """Let others delete it."""
        if self._manifest >= 0:
            os.close(self._manifest)
            self._manifest = -1

    __del__ = close
    """Of a request that was cancelled while its thread went on."""

    def __enter__(self) -> Archived:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Latest(NamedTuple):
    """What was last found of a run."""

    folder: Path
    as_of: _AsOf
    found_at: float
    """By the monotonic clock."""


def parquet_folder(database: str, named: str | None) -> Path:
    """Return the folder for runs as Parquet: the named one, or `cloudfair.parquet` beside the file `cloudfair.db`."""
    if named is not None:
        return Path(named)
    url = url_of(database)
    file = Path(url.database or "cloudfair") if url.get_backend_name() == "sqlite" else Path("cloudfair")
    return file.with_suffix(SUFFIX)


class Archive:
    """The folders of runs. Every method is safe to call from any thread."""

    def __init__(self, log: Log, folder: Path) -> None:
        self._log, self._folder = log, folder
        self._writing = threading.Lock()
        self._latest: dict[str, _Latest] = {}
        clear_unfinished(folder)

    def of(self, run: str, on_progress: Callable[[int], None] = lambda _: None) -> Path:
        """Return the folder of a run that has ended.

        Raises:
            UnknownError: there is no such run.
            UnfinishedError: it has not ended.
            BackendError: DuckDB is missing, or the folder cannot be written.
            DamageError: the log is not what was appended.
        """
        row = self._log.runs.get(run)
        if not row.ended:
            raise unfinished(run, f"its log stands at event {row.head}, and files are made of a whole one", row.player)
        with self.as_of_now(run, on_progress) as archived:
            return archived.folder

    def as_of_now(self, run: str, on_progress: Callable[[int], None] = lambda _: None) -> Archived:
        """Return the files of a run: of all its events, or, while it goes on, as they were half a minute ago at most.

        Raises:
            UnknownError: there is no such run.
            UnfinishedError: it has no events yet.
            BackendError: DuckDB is missing, or the folder cannot be written.
            DamageError: the log is not what was appended.
        """
        row = self._log.runs.get(run)  # a run that is known has a name that may be a folder's
        if row.head == 0:
            raise UnfinishedError(f"run {run} has no events yet; ask again once it has begun")
        with self._writing:
            if not row.ended and (fresh := self._fresh(run)):
                return fresh
            folder = self._folder / (run if row.ended else f"{run}@{row.head}")
            as_of = _AsOf(run, row.head, self._log.segments.fingerprint(run, row.head))
            archived = _opened(folder, as_of) or self._written(folder, as_of, on_progress)
            self._clear_earlier(run, folder)
            self._latest[run] = _Latest(folder, as_of, time.monotonic())
        return archived

    def _fresh(self, run: str) -> Archived | None:
        """Return the latest files of a run that goes on, if they are not too old."""
        latest = self._latest.get(run)
        if latest is None or time.monotonic() - latest.found_at >= FRESH_S:
            return None
        return _opened(latest.folder, latest.as_of)

    def _clear_earlier(self, run: str, folder: Path) -> None:
        """Delete earlier files of a run that nobody reads."""
        for earlier in self._folder.glob(f"{run}@*"):
            if earlier != folder:
                with suppress(OSError), locked(earlier / MANIFEST):
                    shutil.rmtree(earlier)

    def _written(self, folder: Path, as_of: _AsOf, on_progress: Callable[[int], None]) -> Archived:
        """Write a folder, unless another process has written it meanwhile."""
        locks = self._folder / LOCKS
        try:
            locks.mkdir(parents=True, exist_ok=True)
            with locked(locks / as_of.run, wait=True):
                while (archived := _opened(folder, as_of)) is None:
                    self._discard(folder)
                    self._write(folder, as_of, on_progress)
                return archived
        except OSError as fault:
            raise BackendError(f"{folder}: {fault.strerror}; {remedy_of(fault)}") from fault

    def _write(self, folder: Path, as_of: _AsOf, on_progress: Callable[[int], None]) -> None:
        clear_unfinished(self._folder)
        with new_folder(folder) as made:
            written = made / "written"
            write_parquet(self._log, as_of.run, written, on_progress, as_of.position)
            for file in written.iterdir():
                file.rename(made / file.name)
            written.rmdir()
            files = {file.name: _sha256(file) for file in made.iterdir()}
            (made / MANIFEST).write_bytes(msgspec.json.encode(Manifest(FORMAT, *as_of, files)))

    def _discard(self, folder: Path) -> None:
        """Delete a folder that does not fit its manifest or the log."""
        if not folder.exists():
            return
        _logger.warning("%s does not fit its manifest or the log, and is written again", folder)
        try:
            with locked(folder / MANIFEST, wait=True):  # whoever reads it found it whole
                shutil.rmtree(folder)
        except OSError as fault:
            raise BackendError(f"{folder}: {fault.strerror}; remove it, it is written again when asked for") from fault


def _opened(folder: Path, as_of: _AsOf) -> Archived | None:
    """Return the files of a run as of a position, held for a reader; None if they are not there, or not as written."""
    try:
        archived = Archived(folder, as_of.position, os.open(folder / MANIFEST, os.O_RDONLY))
    except OSError:
        return None
    archived.hold()
    if _is_whole(folder, as_of):
        return archived
    archived.close()
    return None


def _is_whole(folder: Path, as_of: _AsOf) -> bool:
    """Return whether a folder holds every file of a run as of a position, each as it was written."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        names = sorted(f"{type_name(event_type)}{SUFFIX}" for event_type in EVENT_TYPES)
        if (manifest.format, manifest.run, manifest.position, manifest.log) != (FORMAT, *as_of):
            return False
        return sorted(manifest.files) == names and all(
            _sha256(folder / name) == sha256 for name, sha256 in manifest.files.items()
        )
    except (OSError, ValueError, RecursionError):  # a ValueError: no JSON, or no UTF-8
        return False


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
