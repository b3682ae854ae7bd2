"""The record of what a message broker has acknowledged, so that every run is published whole and each event once."""

from __future__ import annotations

import logging
from typing import NamedTuple

from sqlalchemy import and_, delete, func, select
from sqlmodel import col

from cloudfair.store.checkpoints import UPSERTS
from cloudfair.store.database import Database
from cloudfair.store.tables import Publication, Run

_logger = logging.getLogger(__name__)


class Unpublished(NamedTuple):
    """A run with events that a destination has not acknowledged yet."""

    run: str
    position: int
    """Every event before this position is acknowledged."""
    head: int
    ended: bool


class Publications:
    """The table of publications."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unpublished(self, destination: str) -> list[Unpublished]:
        """Return the runs with events that the destination has not acknowledged, the latest run first.

        A damaged record is removed, with a warning: the publisher then asks the destination what it has.
        """
        record = and_(col(Publication.run_id) == col(Run.id), col(Publication.destination) == destination)
        columns = (col(Publication.position), col(Publication.sha256), col(Run.id), col(Run.head), col(Run.ended))
        query = (
            select(*columns)
            .outerjoin_from(Run, Publication, record)
            .where(func.coalesce(col(Publication.position), 0) != col(Run.head))
            .order_by(col(Run.created_at).desc(), col(Run.id))
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        unpublished = []
        for position, sha256, run, head, ended in rows:
            known = Publication(run_id=run, destination=destination, position=position or 0, sha256=sha256 or "")
            if not known.is_whole():
                _logger.warning("run %s: the record of what is published is damaged; %s is asked", run, destination)
                self._remove(known)
                known.position = 0
            if known.position < head:
                unpublished.append(Unpublished(run, known.position, head, ended))
        return unpublished

    def record(self, run: str, destination: str, position: int) -> None:
        """Record that every event of a run before `position` is acknowledged; a record never goes back."""
        row = Publication(run_id=run, destination=destination, position=position)
        values = row.model_dump() | {"sha256": row.checksum()}
        with self._database.transaction() as connection:
            statement = UPSERTS[connection.dialect.name](Publication).values(values)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=("run_id", "destination"),
                    set_={"position": position, "sha256": values["sha256"]},
                    where=col(Publication.position) < position,
                )
            )

    def damaged(self, run: str) -> list[Publication]:
        """Return the records of a run whose checksums do not fit."""
        with self._database.session() as session:
            rows = session.scalars(select(Publication).where(col(Publication.run_id) == run))
            return [row for row in rows if not row.is_whole()]

    def remove_damaged(self, run: str) -> int:
        """Remove the records of a run whose checksums do not fit, and return how many they were."""
        damaged = self.damaged(run)
        for row in damaged:
            self._remove(row)
        return len(damaged)

    def _remove(self, row: Publication) -> None:
        """Remove a record, unless it was written again meanwhile."""
        with self._database.transaction() as connection:
            connection.execute(
                delete(Publication).where(
                    col(Publication.run_id) == row.run_id,
                    col(Publication.destination) == row.destination,
                    col(Publication.sha256) == row.sha256,
                )
            )
