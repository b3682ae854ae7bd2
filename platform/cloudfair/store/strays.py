"""Rows that belong to no run: the row of their run in the table `run` is lost, or its id changed.

No run shows a gap for them, and no list shows their run. They occur in SQLite alone, as PostgreSQL checks its foreign
keys. SQLite does not, if pages of its file are damaged or another program writes it.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from cloudfair.store.database import Database
from cloudfair.store.tables import Checkpoint, Command, Publication, Received, Run, Segment


class Strays(NamedTuple):
    """The rows of a table that bear the same id, which no run has."""

    table: str
    run_id: str
    rows: int
    first: int
    """The position of the first of them in the log, or its number."""

    def __str__(self) -> str:
        return f"{self.rows} {'rows are' if self.rows > 1 else 'row is'} of {self.run_id!a}, which is no run"


_POSITIONS: dict[type[Segment | Checkpoint | Command | Received | Publication], Mapped[int] | ColumnElement[int]] = {
    Segment: col(Segment.first),
    Checkpoint: col(Checkpoint.position),
    Command: col(Command.number),
    Received: literal(0),
    Publication: col(Publication.position),
}
"""The tables whose rows belong to runs, each with the position of a row."""


def strays(database: Database) -> list[Strays]:
    """Return the rows that belong to no run, whatever their checksums.

    Raises:
        DamageError: the database cannot read them.
    """
    groups: list[Strays] = []
    with database.session() as session:
        for table, position in _POSITIONS.items():
            owner = col(table.run_id)
            query = select(owner, func.count(), func.min(position)).group_by(owner).order_by(owner)
            rows = session.execute(query.where(owner.not_in(select(col(Run.id)))))
            groups += [Strays(table.__name__.lower(), *row) for row in rows]
    return groups
