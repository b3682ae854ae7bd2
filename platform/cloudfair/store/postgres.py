"""PostgreSQL: how its connections are made."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError

from cloudfair.store.scan import QUERIES, Integrity, Scan
from cloudfair.store.tables import TABLES
from cloudfair.store.urls import name_of, prepare_threshold
from fairfacts.errors import BackendError

CONNECT_S = 10
LOCK_S = 5
"""How long a statement waits for a lock. After that it fails, so that a lock that is held longer does not cost a
thread."""
STATEMENT_S = 60
CORRUPT = ("XX001", "XX002")
"""The SQLSTATE codes of damaged rows and indexes."""
REINDEX = tuple(f"REINDEX TABLE {table.__tablename__}" for table in TABLES)
"""The statements that make the indexes again."""
NO_AMCHECK = "the indexes: the extension amcheck is not installed; a superuser may say CREATE EXTENSION amcheck"
SETTINGS = {
    "DateStyle": "ISO",  # the driver reads moments in no other
    "TimeZone": "UTC",
    "extra_float_digits": "3",  # less, and a scale is read rounded
    "default_transaction_isolation": "read committed",  # a row that another backend changed is looked at again
    "idle_session_timeout": "0",  # the engine keeps connections for the next request
}
"""Settings of our sessions, whatever the database or role has set; a server may not know them all."""
SETTLE = (
    "SELECT set_config(name, wanted, false) FROM pg_settings"
    " JOIN unnest(%s::text[], %s::text[]) AS ours(name, wanted) USING (name)"
)
DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
"""What was acknowledged is on disk. A database that asks for more, such as a standby's answer, keeps its setting."""
WHOLE = ("UTF8", "SQL_ASCII")
"""Encodings in which a database can store names in every script; the second one stores bytes as they come."""


def arguments(url: URL, *, read_only: bool) -> dict[str, Any]:
    """Return the arguments of `create_engine`."""
    options = {"postgresql_readonly": True} if read_only else {}
    session = {"connect_timeout": CONNECT_S, "client_encoding": "utf8", "autocommit": False} | prepare_threshold(url)
    return {"connect_args": session, "execution_options": options}


def prepare(engine: Engine, *, read_only: bool) -> None:
    """Set the session settings of the engine's connections, and how long each statement may wait."""
    del read_only
    event.listen(engine, "connect", _settle)


def remedy(fault: str, *, read_only: bool) -> str:
    """Return what helps when a database cannot be opened."""
    del read_only
    if "invalid port number" in fault:
        return "correct the port of the URL"
    if fault.startswith("invalid") or ": invalid" in fault:  # the name or value of an option, as libpq words it
        return "correct what follows the ? of the URL"
    return "see that the server runs, that the database exists and that the user may create tables"


def check_encoding(engine: Engine) -> None:
    """Check that a database can store every name.

    Raises:
        BackendError: its encoding lacks some characters.
    """
    with engine.connect() as connection:
        encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding not in WHOLE:
        raise BackendError(
            f"{name_of(engine.url)}: its encoding is {encoding}, which cannot hold every name; make the"
            " database with ENCODING 'UTF8' TEMPLATE template0"
        )


def _settle(connection: Any, _: object) -> None:
    """Set what the database or role may have set otherwise, and the time limits of statements."""
    with ExitStack() as at_fault, connection.cursor() as cursor:
        at_fault.callback(connection.close)  # SQLAlchemy would leave it open
        cursor.execute(f"SET lock_timeout = '{LOCK_S}s'")
        cursor.execute(f"SET statement_timeout = '{STATEMENT_S}s'")
        cursor.execute(SETTLE, (list(SETTINGS), list(SETTINGS.values())))
        cursor.execute(DURABLE)
        connection.commit()
        at_fault.pop_all()


def integrity(connection: Connection) -> Integrity:
    """Return what the extension `amcheck` finds wrong with the indexes.

    Damaged pages are found by PostgreSQL itself when they are read, by its checksums.
    """
    if not connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'")):
        return Integrity([], [NO_AMCHECK])
    indexes = text(
        "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid"
        " WHERE relnamespace = current_schema()::regnamespace ORDER BY 1"
    )
    findings = Integrity([], [])
    for index in connection.scalars(indexes).all():
        try:
            with connection.begin_nested():
                connection.execute(text("SELECT bt_index_check(CAST(:index AS regclass), true)"), {"index": index})
        except DBAPIError as fault:
            is_damage = getattr(fault.orig, "sqlstate", None) in CORRUPT
            (findings.faults if is_damage else findings.unchecked).append(
                f"index {index}: {fault.orig}".partition("\n")[0]
            )
    return findings


def scan(connection: Connection) -> Scan:
    """Read the keys of the rows without an index."""
    for way in ("indexscan", "indexonlyscan", "bitmapscan"):
        connection.execute(text(f"SET LOCAL enable_{way} = off"))
    return Scan(*(list(connection.execute(text(query.format(unindexed="")))) for query in QUERIES))
