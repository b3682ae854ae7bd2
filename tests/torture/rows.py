"""Flipped bits in the rows of a PostgreSQL database, and rows that are gone."""

from __future__ import annotations

import atexit
import contextlib
import functools
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlmodel import SQLModel
from tests.cloudfair.conftest import new_postgres
from tests.cloudfair.postgres import postgres
from tests.torture.kept import Kept
from tests.torture.trouble import Random, Trouble

from cloudfair.store.urls import url_of

TABLES = ("run", "segment", "segment", "segment", "checkpoint", "command")


@functools.cache
def kept() -> tuple[Kept, str]:
    """Return a database, and the directory of the socket of its server, which ends with this process."""
    opened = contextlib.ExitStack()
    atexit.register(opened.close)
    directory = opened.enter_context(postgres())
    return Kept(new_postgres(directory, "template0", name="whole")), directory


def flipped(value: Any, random: Random) -> Any:
    """Return a value of a column with a flipped bit, or what comes nearest to that."""
    match value:
        case bool():
            return not value
        case int():
            return value ^ (1 << random.randrange(31))
        case float():
            return -value
        case bytes():
            place = random.randrange(len(value))
            return value[:place] + bytes([value[place] ^ (1 << random.randrange(8))]) + value[place + 1 :]
        case str() if value:
            place = random.randrange(len(value))
            return (
                value[:place]
                + chr(ord(value[place]) ^ 1 << random.randrange(1, 5)).replace("\0", "x")
                + value[place + 1 :]
            )
        case _:
            return value.replace(year=value.year + 1) if value else "x"


def statement(database: str, random: Random) -> sa.Executable:
    """Return a statement that damages a random row of a database."""
    table = SQLModel.metadata.tables[random.choice(TABLES)]
    engine = sa.create_engine(url_of(database))
    with engine.connect() as connection:
        row = random.choice(list(connection.execute(sa.select(table).order_by(*table.primary_key))))._mapping
    engine.dispose()
    this = [column == row[column] for column in table.primary_key]
    # a command that is gone as a whole changes no event, and no other row says that there was one
    if random.random() < 0.1 and table.name != "command":
        return sa.delete(table).where(*this)
    column = random.choice([column for column in table.c if row[column] is not None])
    return sa.update(table).where(*this).values({column: flipped(row[column], random)})


def damage(database: str, by: sa.Executable) -> None:
    """Execute a statement as no backend could: without a look at foreign keys."""
    engine = sa.create_engine(url_of(database))
    with engine.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(by)
    engine.dispose()


def make(random: Random, _: Path) -> int:
    """Damage a row, and hold that nobody is told anything wrong."""
    whole, directory = kept()
    databases = [new_postgres(directory, "whole") for _ in range(2)]
    by = statement(databases[0], random)
    try:
        for database in databases:
            damage(database, by)
        whole.hold(*databases)
    finally:
        with psycopg.connect(f"postgresql://fair@/postgres?host={directory}", autocommit=True) as connection:
            for database in databases:
                name = url_of(database).database
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
    return 1


ROWS = Trouble("rows", make, full=200, short=3)
