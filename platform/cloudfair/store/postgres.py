"""PostgreSQL: how its connections are made."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError

from cloudfair.store.scan import QUERIES, Integrity, Scan
from cloudfair.store.tables import TABLES

CONNECT_S = 10
LOCK_S = 5
"""How long a statement waits for a lock: whoever holds it longer gets this statement's error in place of its thread."""
STATEMENT_S = 60
CORRUPT = ("XX001", "XX002")
"""The states of errors that tell of damaged rows or indexes."""
REINDEX = tuple(f"REINDEX TABLE {table.__tablename__}" for table in TABLES)
"""The statements that make the indexes again."""
NO_AMCHECK = "the indexes: the extension amcheck is not installed; a superuser may say CREATE EXTENSION amcheck"
REMEDY = "see that the server runs, that the database exists and that the user may create tables"


def arguments(*, read_only: bool) -> dict[str, Any]:
    """Return the arguments of `create_engine`."""
    options = {"postgresql_readonly": True} if read_only else {}
    return {"connect_args": {"connect_timeout": CONNECT_S}, "execution_options": options}


def prepare(engine: Engine, *, read_only: bool) -> None:
    """Bound what each statement of the engine's connections may wait."""
    del read_only
    event.listen(engine, "connect", _bound)


def _bound(connection: Any, _: object) -> None:
    """Set the time limits of a connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_S}s'")
        cursor.execute(f"SET statement_timeout = '{STATEMENT_S}s'")
    connection.commit()


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
    found = Integrity([], [])
    for index in connection.scalars(indexes).all():
        try:
            with connection.begin_nested():
                connection.execute(text("SELECT bt_index_check(CAST(:index AS regclass), true)"), {"index": index})
        except DBAPIError as fault:
            is_damage = getattr(fault.orig, "sqlstate", None) in CORRUPT
            (found.faults if is_damage else found.unchecked).append(f"index {index}: {fault.orig}".partition("\n")[0])
    return found


def scan(connection: Connection) -> Scan:
    """Read the keys of the rows without an index."""
    for way in ("indexscan", "indexonlyscan", "bitmapscan"):
        connection.execute(text(f"SET LOCAL enable_{way} = off"))
    return Scan(*(list(connection.execute(text(query.format(unindexed="")))) for query in QUERIES))
