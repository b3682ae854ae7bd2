"""Appends batches of events to the logs of runs.

A run is its log's only writer and numbers its events without gaps. Hence an append states the position that it expects,
and a client may send the same batch again. A reader knows by arithmetic that it missed nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NoReturn

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlmodel import col

from cloudfair.errors import ConflictError
from cloudfair.store.checkpoints import Checkpoints, StoredCheckpoint
from cloudfair.store.checksums import state_checksum
from cloudfair.store.commands import Commands, PendingCommand
from cloudfair.store.database import Database
from cloudfair.store.runs import Runs
from cloudfair.store.tables import Received, Run, Segment
from fairfacts.errors import EventError
from fairfacts.wall_clock import now

READ_KEYS = 500
"""How many keys one statement looks up: databases limit the parameters of a statement."""
HEARTBEAT_EVERY = timedelta(seconds=5)
"""How often the heartbeat of an idle player is written: each write costs a commit."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Events that are appended together or not at all."""

    first: int
    """Position of the first event."""
    count: int
    first_at_ms: int
    last_at_ms: int
    ends: bool
    """Whether the last event ends the run."""
    ndjson: bytes
    payload: bytes
    """The NDJSON, compressed with zstd."""
    received: Mapping[str, str] = {}  # msgspec copies it
    """By key of the CloudEvent that an event came from, the SHA-256 of its content. Stored with the events, so that
    none is taken in twice."""

    @property
    def next(self) -> int:
        """Return the position of the event after the batch."""
        return self.first + self.count

    def sha256(self) -> str:
        """Return the SHA-256 of the NDJSON, in hexadecimal."""
        return hashlib.sha256(self.ndjson).hexdigest()


class Batches:
    """Writes what the players of runs send."""

    def __init__(self, database: Database, runs: Runs, checkpoints: Checkpoints, commands: Commands) -> None:
        self._database, self._runs, self._checkpoints, self._commands = database, runs, checkpoints, commands

    def append(
        self,
        run: str,
        batch: Batch,
        checkpoints: Iterable[StoredCheckpoint] = (),
        pace: str | None = None,
        player: int = 0,
    ) -> list[PendingCommand]:
        """Append a batch; when this returns, it is on disk. The same batch again changes nothing.

        `checkpoints` are of earlier positions; the same transaction saves them, which spares a commit. `player` is the
        number of the player that sends the batch; 0 if nobody took the run up. Returns the pending commands of the run.

        Raises:
            ConflictError: the batch leaves a gap, overlaps the log, or follows the end of the run, or another player
                took the run up.
            EventError: the batch begins before the log's latest event.
            UnknownError: there is no such run.
        """
        sha256 = batch.sha256()
        with self._database.transaction() as connection:
            # Moving the head is a compare-and-set, and the transaction's first statement: of two writers one waits.
            if self._advance(connection, run, batch, pace, player):
                self._insert(connection, run, batch, sha256)
                for checkpoint in checkpoints:
                    self._checkpoints.upsert(connection, run, checkpoint)
            elif not _is_repeated(connection, run, batch, sha256):
                self._runs.check_player(connection, run, player)
                self._refuse(connection, run, batch)
            return self._commands.pending(connection, run)

    def poll(self, run: str, first: int, pace: str | None, player: int = 0) -> list[PendingCommand]:
        """Return the pending commands of a run whose player has nothing to send, and record its pace and heartbeat.

        Raises:
            ConflictError: the log does not end at `first`, where the player stands, or another took the run up.
            UnknownError: there is no such run.
        """
        row = self._runs.get(run)
        is_recent = row.heard_at is not None and abs(now() - row.heard_at) < HEARTBEAT_EVERY
        is_written = (row.pace, row.fault, is_recent) == (pace, None, True)
        with self._database.transaction() as connection:
            self._runs.check_player(connection, run, player)
            values = row.stands() | {"pace": pace, "fault": None, "heard_at": now()}
            if row.head == first and (is_written or self._runs.move(connection, row, values)):
                return self._commands.pending(connection, run)
        head = self._runs.get(run).head
        raise ConflictError(
            f"run {run}: its player stands at event {first}, and the log ends at {head}; send what begins at {head}",
            head=head,
        )

    def received(self, run: str, keys: list[str]) -> dict[str, str]:
        """Return which of these keys belong to CloudEvents that were taken in before, with the SHA-256 of each content.

        The SHA-256 is empty for those that an earlier release took in.
        """
        known: dict[str, str] = {}
        with self._database.transaction() as connection:
            for first in range(0, len(keys), READ_KEYS):
                some = col(Received.key).in_(keys[first : first + READ_KEYS])
                rows = select(col(Received.key), col(Received.content)).where(col(Received.run_id) == run, some)
                known.update((key, content) for key, content in connection.execute(rows))
        return known

    def damaged_keys(self, run: str) -> list[str]:
        """Return the keys of CloudEvents whose rows do not fit their checksums; for the verification of a log."""
        with self._database.session() as session:
            rows = session.scalars(select(Received).where(col(Received.run_id) == run))
            return [row.key for row in rows if row.sha256 not in ("", row.checksum())]

    def _advance(self, connection: Connection, run: str, batch: Batch, pace: str | None, player: int) -> bool:
        """Move the head of the log to the end of the batch, if the batch and its player fit; return whether they do."""
        fits = (
            col(Run.id) == run,
            col(Run.head) == batch.first,
            col(Run.at_ms) <= batch.first_at_ms,
            col(Run.ended).is_(False),
            col(Run.player) == player,
        )
        stands = {"head": batch.next, "at_ms": batch.last_at_ms, "ended": batch.ends, "pace": pace, "fault": None}
        stands |= {"player": player}
        values = stands | {"state_sha256": state_checksum(run, stands), "heard_at": now()}
        return bool(connection.execute(update(Run).where(*fits).values(values)).rowcount)

    def _insert(self, connection: Connection, run: str, batch: Batch, sha256: str) -> None:
        connection.execute(
            insert(Segment).values(
                run_id=run,
                first=batch.first,
                count=batch.count,
                first_at_ms=batch.first_at_ms,
                last_at_ms=batch.last_at_ms,
                sha256=sha256,
                payload=batch.payload,
            )
        )
        if batch.received:
            rows = [Received(run_id=run, key=key, content=content) for key, content in batch.received.items()]
            connection.execute(insert(Received), [row.model_dump() | {"sha256": row.checksum()} for row in rows])

    def _refuse(self, connection: Connection, run: str, batch: Batch) -> NoReturn:
        """Raise the error that says why a batch cannot be appended to a run."""
        query = select(col(Run.head), col(Run.at_ms), col(Run.ended)).where(col(Run.id) == run)
        head, at_ms, ended = connection.execute(query).one()
        if batch.first == head and not ended:
            raise EventError(
                f"at_ms is {batch.first_at_ms}, before the {at_ms} of the log's latest event",
                "send events in the order of their time",
                position=0,
                field="at_ms",
            )
        sent = f"run {run}: events {batch.first} to {batch.next - 1} were sent"
        if batch.first < head:
            raise ConflictError(
                f"{sent}, and the log holds other events, or other batches of them, up to {head - 1};"
                f" send what begins at {head}",
                head=head,
            )
        if ended:
            raise ConflictError(f"{sent}, and the run ended with event {head - 1}; start another run", head=head)
        raise ConflictError(f"{sent}, and the log waits for event {head}; send what begins at {head}", head=head)


def _is_repeated(connection: Connection, run: str, batch: Batch, sha256: str) -> bool:
    """Return whether the log holds the same batch at the same position."""
    query = select(col(Segment.count), col(Segment.sha256)).where(
        col(Segment.run_id) == run, col(Segment.first) == batch.first
    )
    return connection.execute(query).first() == (batch.count, sha256)
