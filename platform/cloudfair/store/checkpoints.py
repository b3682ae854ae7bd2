"""The checkpoints of runs: the measures after some of their events.

They are derived data: the log alone makes them. A checkpoint whose checksum does not fit is never used; the state is
then folded from an earlier one, or from the log's first event.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
import zstandard
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from cloudfair.store.database import Database
from cloudfair.store.tables import Checkpoint, Segment
from fairfacts.measures import GAUGES, FairState

SHAPE = hashlib.sha256(msgspec.json.encode([msgspec.json.schema(FairState), GAUGES])).hexdigest()[:16]
"""Marks the structure of the measures: a checkpoint of another shape is from another release and is not read."""
UPSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
COLUMNS = (col(Checkpoint.position), col(Checkpoint.digest), col(Checkpoint.state), col(Checkpoint.sha256))
LARGEST_POSITION = 2**62

_logger = logging.getLogger(__name__)


class CheckpointRow(NamedTuple):
    """A row of the table, unchecked."""

    position: int
    digest: str
    state: bytes
    sha256: str


class StoredCheckpoint(NamedTuple):
    """The measures of a run after its first `position` events."""

    position: int
    digest: str
    """SHA-256 over the NDJSON of those events."""
    state: bytes
    """`fairfacts.measures.State.checkpoint()`."""


class Stretch(NamedTuple):
    """The part of a log from which the state as of a point in time is rebuilt."""

    checkpoint: StoredCheckpoint | None
    """The latest checkpoint without later events; None before the first one."""
    end: int
    """Position after the last segment that has events of that point in time or before it."""

    @property
    def first(self) -> int:
        """Return the position of the first event that is not in the checkpoint."""
        return self.checkpoint.position if self.checkpoint else 0


class Checkpoints:
    """The table of checkpoints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, run: str, checkpoints: Iterable[StoredCheckpoint]) -> None:
        """Save checkpoints; each replaces one of the same position."""
        with self._database.transaction() as connection:
            for checkpoint in checkpoints:
                self.upsert(connection, run, checkpoint)

    def upsert(self, connection: Connection, run: str, checkpoint: StoredCheckpoint) -> None:
        """Save a checkpoint within a transaction of the caller's."""
        state = zstandard.ZstdCompressor().compress(checkpoint.state)
        sha256 = _checksum(run, checkpoint.position, checkpoint.digest, state)
        row = checkpoint._asdict() | {"state": state, "shape": SHAPE, "sha256": sha256}
        statement = UPSERTS[connection.dialect.name](Checkpoint).values(row | {"run_id": run})
        connection.execute(statement.on_conflict_do_update(index_elements=("run_id", "position"), set_=row))

    def latest(self, run: str, end: int = LARGEST_POSITION) -> StoredCheckpoint | None:
        """Return the run's latest checkpoint at `end` or before it whose checksum fits."""
        with self._database.transaction() as connection:
            return self._latest(connection, run, end)

    def unfit(self, run: str) -> list[int]:
        """Return the positions of the checkpoints of this shape whose checksum does not fit, ascending."""
        with self._database.transaction() as connection:
            return sorted(row.position for row in self._rows(connection, run, LARGEST_POSITION) if not _fits(run, row))

    def left_aside(self, run: str) -> list[int]:
        """Return the positions of the checkpoints of another shape, ascending: another release made them."""
        query = select(col(Checkpoint.position)).where(col(Checkpoint.run_id) == run, col(Checkpoint.shape) != SHAPE)
        with self._database.transaction() as connection:
            return list(connection.scalars(query.order_by(col(Checkpoint.position))))

    def all(self, run: str) -> Iterator[StoredCheckpoint]:
        """Yield the checkpoints of a run whose checksum fits, the latest first."""
        with self._database.transaction() as connection:
            rows = list(self._rows(connection, run, LARGEST_POSITION))
        return (_read(row) for row in rows if _fits(run, row))

    def discard(self, run: str, first: int = 0) -> None:
        """Delete the checkpoints of a run from a position on; the log makes them again."""
        with self._database.transaction() as connection:
            connection.execute(
                delete(Checkpoint).where(col(Checkpoint.run_id) == run, col(Checkpoint.position) >= first)
            )

    def stretch(self, run: str, *, at_ms: int | None = None, position: int | None = None) -> Stretch:
        """Return the stretch from which a state is rebuilt: as of the moment `at_ms`, or after `position` events."""
        is_begun = col(Segment.first_at_ms) <= at_ms if position is None else col(Segment.first) < position
        last_begun = (
            select(col(Segment.first), col(Segment.count))
            .where(col(Segment.run_id) == run, is_begun)
            .order_by(col(Segment.first_at_ms).desc(), col(Segment.first).desc())
            .limit(1)
        )
        with self._database.transaction() as connection:
            row = connection.execute(last_begun).first()
            if row is None:
                return Stretch(None, 0)
            return Stretch(self._latest(connection, run, row[0]), row[0] + row[1])

    def _latest(self, connection: Connection, run: str, end: int) -> StoredCheckpoint | None:
        for row in self._rows(connection, run, end):
            if _fits(run, row):
                return _read(row)
            _logger.warning("a checkpoint is damaged and is not used: run %s, position %s", run, row.position)
        return None

    def _rows(self, connection: Connection, run: str, end: int) -> Iterator[CheckpointRow]:
        """Yield the rows at `end` or before it, the latest first, one at a time: a state has some 64 KB."""
        while True:
            query = (
                select(*COLUMNS)
                .where(col(Checkpoint.run_id) == run, col(Checkpoint.shape) == SHAPE, col(Checkpoint.position) <= end)
                .order_by(col(Checkpoint.position).desc())
                .limit(1)
            )
            if (row := connection.execute(query).first()) is None:
                return
            yield CheckpointRow(*row)
            end = row[0] - 1


def _checksum(run: str, position: int, digest: str, state: bytes) -> str:
    return hashlib.sha256(f"{run} {position} {digest} {SHAPE} ".encode() + state).hexdigest()


def _fits(run: str, row: CheckpointRow) -> bool:
    return isinstance(row.state, bytes) and row.sha256 == _checksum(run, row.position, row.digest, row.state)


def _read(row: CheckpointRow) -> StoredCheckpoint:
    return StoredCheckpoint(row.position, row.digest, zstandard.ZstdDecompressor().decompress(row.state))
