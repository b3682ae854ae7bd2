"""One database: SQLite in a file, or PostgreSQL by its URL, with the same tables."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event, false, text, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, col

from cloudfair.errors import DamageError
from cloudfair.store import postgres, sqlite
from cloudfair.store.migrating import is_current, migrate
from cloudfair.store.scan import Integrity, rows_make_whole_logs
from cloudfair.store.tables import Run
from cloudfair.store.urls import name_of, url_of
from fairfacts.errors import BackendError

WRITERS = 8
"""How many threads write to PostgreSQL: a lock on one run's rows then stops only one of them."""
CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
NO_TEXT = "Could not decode to UTF-8"
"""How the message of SQLite's driver about a damaged text begins."""


class Database:
    """One open database. The errors of its driver become a BackendError that names the database and the remedy."""

    def __init__(self, engine: Engine, *, read_only: bool) -> None:
        self._engine = engine
        self._dialect = sqlite if engine.dialect.name == "sqlite" else postgres
        self._file = None if engine.dialect.name != "sqlite" or read_only else sqlite.OpenFile(engine)
        self.name = name_of(engine.url)
        """The database's URL, its password masked."""
        self.writers = 1 if engine.dialect.name == "sqlite" else WRITERS
        """How many threads may write at a time; SQLite has one writer."""

    @classmethod
    def open(cls, database: str, *, read_only: bool) -> Database:
        """Open a database; as `open_database`."""
        return cls(open_database(database, read_only=read_only), read_only=read_only)

    def close(self) -> None:
        """Close all connections; one that a thread still uses is closed as soon as it gives it back."""
        event.listen(self._engine, "checkin", _close)
        self._engine.dispose()
        if self._file:
            self._file.close()
            self._file = None  # SQLite removes the file beside the database with the last connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit when the block ends well; change nothing when it raises.

        Raises:
            BackendError: the database fails, or its file is no longer the one that its path names.
        """
        with self._errors_named(), self._engine.begin() as connection:
            yield connection
        self._check_file()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Yield a session, whose objects stay readable after it is closed; raises as `transaction`."""
        with self._errors_named(), Session(self._engine, expire_on_commit=False) as session:
            yield session
        self._check_file()

    def integrity(self) -> Integrity:
        """Return what the database finds wrong with its pages and indexes, and what it cannot look at."""
        try:
            with self.transaction() as connection:
                findings: Integrity = self._dialect.integrity(connection)
                return findings
        except DamageError as fault:
            return Integrity([str(fault)], [])

    def can_rebuild_indexes(self) -> bool:
        """Return whether nothing is lost if the indexes are made again: whether the rows alone make whole logs.

        A damaged row can bear another key than the one in its index. Then only the index still finds the row.
        """
        try:
            with self.transaction() as connection:
                return rows_make_whole_logs(self._dialect.scan(connection))
        except DamageError:
            return False

    def rebuild_indexes(self) -> bool:
        """Make the indexes again if a check finds them wrong and they can be; return whether it did."""
        if not any("index" in line for line in self.integrity().faults) or not self.can_rebuild_indexes():
            return False
        with self.transaction() as connection:
            for statement in self._dialect.REINDEX:
                connection.execute(text(statement))
        return True

    def _check_file(self) -> None:
        file = self._file  # another thread may close the database
        if file and (fault := file.fault()):
            raise BackendError(
                f"{self.name}: {fault}, so that nothing more is stored in it: stop the backend, put the file back from"
                " a copy (Back up in docs/guide/operate.md), and start it again"
            )

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except UnicodeDecodeError as fault:
            raise _garbled(self.name, fault) from fault
        except SQLAlchemyError as fault:
            reason = reason_of(fault)
            if _is_damage(fault):
                raise DamageError(
                    f"{self.name}: {reason}; restore the database from a copy (Back up in docs/guide/operate.md);"
                    " fair verify names what is damaged"
                ) from fault
            raise BackendError(
                f"{self.name}: {reason}; see that the database runs and that its disk has room"
            ) from fault


def open_database(database: str, *, read_only: bool = False) -> Engine:
    """Return an engine on a database whose tables exist: made if necessary, and writable unless `read_only`.

    A reader makes no file, takes no lock and needs no writable disk; a standby of PostgreSQL will do. It migrates the
    tables of an earlier release only if it may write.

    Raises:
        BackendError: the database cannot be opened; names it, its password masked, and the remedy.
    """
    url = url_of(database)
    is_sqlite = url.get_backend_name() == "sqlite"
    if read_only and is_sqlite and not _exists(url.database or ""):
        raise BackendError(f"{name_of(url)}: there is no such database; fair run makes one, or name another with --db")
    try:
        arguments = (sqlite if is_sqlite else postgres).arguments(url, read_only=read_only)
        engine = create_engine(url, **arguments)
    except ModuleNotFoundError as fault:
        raise BackendError(
            f"{name_of(url)}: the driver {fault.name} is missing; install it with: pip install 'cloudfair[postgres]'"
        ) from fault
    except ArgumentError as fault:
        raise BackendError(f"{name_of(url)}: {fault}; correct what follows the ? of the URL") from fault
    (sqlite if is_sqlite else postgres).prepare(engine, read_only=read_only)
    try:
        _check(engine, database, read_only=read_only)
    except BackendError:
        engine.dispose()
        raise
    except UnicodeDecodeError as fault:
        engine.dispose()
        raise _garbled(name_of(url), fault) from fault
    except UnicodeError as fault:  # of the codec of host names
        engine.dispose()
        raise BackendError(f"{name_of(url)}: {fault}: its host is no name of a host; correct the URL") from fault
    except SQLAlchemyError as fault:
        engine.dispose()
        reason = reason_of(fault)
        remedy = (sqlite if is_sqlite else postgres).remedy(reason, read_only=read_only)
        raise BackendError(f"{name_of(url)}: {reason}; {remedy}") from fault
    return engine


def _close(connection: DBAPIConnection | None, _: ConnectionPoolEntry) -> None:
    if connection is not None:
        connection.close()


def _exists(file: str) -> bool:
    """Return whether there is a file; False for a name that is too long, for which `Path` raises."""
    return os.path.exists(file)  # noqa: PTH110  # as the docstring says


def _check(engine: Engine, database: str, *, read_only: bool) -> None:
    if read_only:
        if not is_current(engine):
            open_database(database).dispose()  # migrates the tables
        return
    if engine.dialect.name != "sqlite":
        postgres.check_encoding(engine)
    migrate(engine)
    with engine.connect() as connection:  # touches no row, yet fails here and now if the database is read-only
        connection.execute(update(Run).where(false()).values(head=col(Run.head)))


def reason_of(fault: SQLAlchemyError) -> str:
    """Return the database's own words for an error, in one line and without the statement."""
    return " ".join(str(getattr(fault, "orig", None) or fault).split())


def _garbled(name: str, fault: UnicodeDecodeError) -> DamageError:
    """Return the error for a database whose message the driver cannot decode, as it quotes a damaged name."""
    return DamageError(
        f"{name}: names of its tables are damaged ({fault}); restore the database from a copy (Back up in"
        " docs/guide/operate.md)"
    )


def _is_damage(fault: SQLAlchemyError) -> bool:
    cause = getattr(fault, "orig", None)
    return getattr(cause, "sqlstate", None) in postgres.CORRUPT or (
        isinstance(cause, sqlite3.Error)
        and (getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in CORRUPT or str(cause).startswith(NO_TEXT))
    )
