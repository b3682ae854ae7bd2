"""Brings the tables of a database to this release's revision."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from cloudfair.store.migrations import BASELINE, HEAD
from cloudfair.store.urls import name_of
from fairfacts.errors import BackendError

BEGIN = {
    "sqlite": ("BEGIN IMMEDIATE",),
    "postgresql": (
        "SET LOCAL lock_timeout = 0",
        "SET LOCAL statement_timeout = 0",
        "SELECT pg_advisory_xact_lock(4092020)",
    ),
}
"""By dialect, the statements that let one process migrate at a time, for as long as that takes."""


def is_current(engine: Engine) -> bool:
    """Return whether the tables are of this release's revision."""
    with engine.connect() as connection:
        return _revision(connection) == HEAD


def migrate(engine: Engine) -> None:
    """Bring the tables to this release's revision, also those made before there were migrations.

    Raises:
        BackendError: they are of a later release.
    """
    if is_current(engine):
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        for statement in BEGIN[engine.dialect.name]:
            connection.exec_driver_sql(statement)
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
    """Return the revision of the tables, None if they have none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
