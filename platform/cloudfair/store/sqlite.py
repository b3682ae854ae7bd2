"""SQLite: how its files are opened, and whether an open file still is the one that its path names."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, event, text

from cloudfair.store.scan import QUERIES, Integrity, Scan

BUSY_S = 10
TRY_AGAIN_S = 0.01


def arguments(url: URL, *, read_only: bool) -> dict[str, Any]:
    """Return the arguments of `create_engine`."""
    if not read_only:
        return {"connect_args": {"timeout": BUSY_S}}
    file = Path(url.database or "").absolute()
    uri = f"file:{quote(os.fsencode(file))}?mode=ro{'&immutable=1' if _is_immutable(file) else ''}"
    return {"creator": lambda: sqlite3.connect(uri, uri=True, timeout=BUSY_S, check_same_thread=False)}


def prepare(engine: Engine, *, read_only: bool) -> None:
    """Make every commit of the engine durable."""
    if not read_only:
        event.listen(engine, "connect", _make_durable)


def remedy(fault: str, *, read_only: bool) -> str:
    """Return the remedy if a file cannot be opened."""
    if "not a database" in fault:
        return "it holds something else; name another file with --db"
    if read_only:
        return "see that the file is a database and that you may read it, and its folder"
    return "make its folder, see that it is yours to write, or name another file with --db"


class OpenFile:
    """The file that an engine has opened: what is written is on disk only while its path still names that file."""

    def __init__(self, engine: Engine) -> None:
        file = Path(engine.url.database or "").absolute()
        log = Path(f"{file}-wal")
        # SQLite makes the log anew once nobody has it open. While this connection lasts, it is one and the same.
        self._open = sqlite3.connect(file, check_same_thread=False)
        self._open.execute("SELECT count(*) FROM sqlite_master").fetchone()
        self._files = [
            (file, "the file of the database", _identity(file)),
            (log, f"the file {log.name} beside the database", _identity(log)),
        ]

    def fault(self) -> str | None:
        """Return what happened to the file, None if it is still there."""
        for file, name, identity in self._files:
            if (now := _identity(file)) != identity:
                return f"{name} is gone" if now is None else f"{name} was replaced by another"
        return None

    def close(self) -> None:
        """Close the file."""
        self._open.close()


REINDEX = ("REINDEX",)
"""The statements that make the indexes again."""


def integrity(connection: Connection) -> Integrity:
    """Return what SQLite finds wrong with pages and indexes."""
    lines = [str(line) for line in connection.execute(text("PRAGMA integrity_check")).scalars()]
    return Integrity([] if lines == ["ok"] else lines, [])


def scan(connection: Connection) -> Scan:
    """Read the keys of the rows without an index."""
    return Scan(*(list(connection.execute(text(query.format(unindexed="NOT INDEXED")))) for query in QUERIES))


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _is_immutable(file: Path) -> bool:
    """Return whether nobody can change a file; SQLite then reads it without the files beside it.

    It is so if its folder cannot be written and no write-ahead log lies beside it.
    """
    log = Path(f"{file}-wal")  # of "/" as well, which has no name
    return not (log.exists() and log.stat().st_size) and not _is_writable(file.parent)


def _is_writable(folder: Path) -> bool:
    """Return whether files can be made in a folder; root can do so except in a read-only file system."""
    try:
        is_read_only = bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except (AttributeError, OSError):  # Windows has no such call
        is_read_only = False
    return os.access(folder, os.W_OK) and not is_read_only


def _make_durable(connection: sqlite3.Connection, _: object) -> None:
    """Make every commit reach the disk, and let readers go on while the writer writes."""
    with ExitStack() as at_fault:
        at_fault.callback(connection.close)  # SQLAlchemy would leave it open
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        at_fault.pop_all()


def _write_ahead(connection: sqlite3.Connection) -> None:
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as fault:  # SQLite does not wait to change the mode, whatever its timeout
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(TRY_AGAIN_S)
