"""Opens the database: SQLite in a file, or PostgreSQL by its URL, with the same tables."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text, update
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlmodel import col

from cloudfair.migrations import BASELINE, HEAD
from cloudfair.tables import Run
from fairfacts.errors import BackendError

BUSY_TIMEOUT_S = 10
TRY_AGAIN_S = 0.01


def open_database(database: str) -> Engine:
    """Return an engine whose tables exist and can be written.

    Raises:
        BackendError: the database cannot be opened or written; names it, its password masked, and the remedy.
    """
    url = url_of(database)
    try:
        engine = create_engine(url, connect_args=_connect_arguments(url))
    except ModuleNotFoundError as fault:
        raise BackendError(
            f"{name_of(url)}: the driver {fault.name} is missing; install it with: pip install 'cloudfair[postgres]'"
        ) from fault
    except NoSuchModuleError as fault:
        raise BackendError(f"{name_of(url)}: {fault}; give a file for SQLite, or a postgresql:// URL") from fault
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _make_durable)
    try:
        _migrate(engine)
        with engine.connect() as connection:  # touches no row, yet fails here and now where the database is read-only
            connection.execute(update(Run).where(col(Run.id) == "").values(head=0))
            connection.rollback()
    except BackendError:
        engine.dispose()
        raise
    except SQLAlchemyError as fault:
        engine.dispose()
        raise BackendError(f"{name_of(url)}: {reason_of(fault)}; {_remedy(url)}") from fault
    return engine


def _migrate(engine: Engine) -> None:
    """Bring the tables to this release's revision, those made before there were migrations too; one process at a time.

    Raises:
        BackendError: they are of a later release.
    """
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_sqlite else "SELECT pg_advisory_xact_lock(4092020)")
        config.attributes["connection"] = connection
        try:
            if _revision(connection) is None and inspect(connection).has_table("run"):
                command.stamp(config, BASELINE)
            command.upgrade(config, HEAD)
        except CommandError as fault:
            raise BackendError(
                f"{name_of(engine.url)}: {fault}: a later release wrote it; install that one, or name another database"
            ) from fault


def _revision(connection: Connection) -> str | None:
    """Return the revision of the tables that are there."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def name_of(url: URL) -> str:
    """Return the URL of a database for people to read: password masked, a file by its absolute path."""
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{Path(url.database or '').absolute()}"
    masked = {key: "***" if "password" in key else value for key, value in url.query.items()}
    return url.set(query=masked).render_as_string(hide_password=True)


def reason_of(fault: SQLAlchemyError) -> str:
    """Return what the database said, in one line and without the statement."""
    return " ".join(str(getattr(fault, "orig", None) or fault).split())


def url_of(database: str) -> URL:
    """Return the URL of a database: as given, or of the SQLite file that is named.

    Raises:
        BackendError: it is none.
    """
    if "://" not in database:
        return URL.create("sqlite", database=database)
    try:
        url = make_url(database)
    except ArgumentError as fault:  # the URL itself is not shown: it may hold a password
        raise BackendError(
            "the database URL cannot be read; write it like sqlite:///fair.db or postgresql://user:password@host/name"
        ) from fault
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise BackendError(f"{database}: a log must outlive the process; name a file, such as sqlite:///fair.db")
    return url


def _connect_arguments(url: URL) -> dict[str, Any]:
    return {"timeout": BUSY_TIMEOUT_S} if url.get_backend_name() == "sqlite" else {"connect_timeout": BUSY_TIMEOUT_S}


def _make_durable(connection: sqlite3.Connection, _: object) -> None:
    """Have every commit reach the disk, and readers not wait for the writer."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as fault:  # to change the mode SQLite does not wait, whatever its timeout
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(TRY_AGAIN_S)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _remedy(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return "make its folder, see that it is yours to write, or name another file with --db"
    return "see that the server runs, that the database exists and that the user may create tables"
