"""The log: the events of each run, append-only, in segments of a few thousand.

A run is its log's only writer and numbers its events without gaps. Hence an append states the position it expects, the
same batch can be sent again at will, and a reader knows by arithmetic that it missed nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

import msgspec
import zstandard
from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session, col

from cloudfair.database import name_of, open_database, reason_of
from cloudfair.problems import ConflictError, UnknownError
from cloudfair.tables import Checkpoint, Run, Segment
from fairfacts.errors import BackendError, EventError, did_you_mean

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
READ_SEGMENTS = 16
"""How many segments are read at a time: no transaction stays open while their reader works."""
PIECE_BYTES = 40_000
"""A segment is decoded in pieces of a few hundred events, which stay in the cache: up to twice as fast."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Events that are to be appended together, or not at all."""

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

    @property
    def next(self) -> int:
        """Return the position of the event after the batch."""
        return self.first + self.count


class KeptSegment(NamedTuple):
    """A batch as the log holds it."""

    first: int
    """Position of its first event."""
    ndjson: bytes
    sha256: str
    """Of the NDJSON, as it was when the batch was appended."""


class KeptState(NamedTuple):
    """A checkpoint: what a run's first `position` events add up to."""

    position: int
    digest: str
    """SHA-256 over the NDJSON of those events."""
    state: bytes
    """`fairfacts.measures.State.checkpoint()`."""


class Stretch(NamedTuple):
    """The part of a log from which the state at an instant is rebuilt."""

    checkpoint: KeptState | None
    """The latest that holds nothing that came later; none before the first."""
    end: int
    """Position at which the last segment ends that has events of that instant or before it."""

    @property
    def first(self) -> int:
        """Return the position of the first event that is not in the checkpoint."""
        return self.checkpoint.position if self.checkpoint else 0


class Log:
    """The logs of all runs in one database.

    Every method may be called from any thread. What `append` has returned for is on disk.

    Raises:
        BackendError: from every method, when the database does not do its part.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = name_of(engine.url)
        """The database's URL, its password masked."""

    @classmethod
    def open(cls, database: str) -> Log:
        """Return the log in a database, made where there is none.

        Raises:
            BackendError: the database cannot be opened or written.
        """
        return cls(open_database(database))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def create_run(
        self, *, scenario: str, seed: int, replication: int, scale: float, version: str, request: str = "null"
    ) -> Run:
        """Return a new run with an empty log, under a readable id that no other run has."""
        while True:
            suffix = "".join(secrets.choice(BASE32) for _ in range(4))
            run = Run(
                id=f"{scenario}-s{seed}-{suffix}",
                scenario=scenario,
                seed=seed,
                replication=replication,
                scale=scale,
                version=version,
                request=request,
            )
            with self._session() as session:
                session.add(run)
                try:
                    session.commit()
                except IntegrityError:  # the id is taken: draw another
                    continue
                session.refresh(run)
                return run

    def runs(self) -> list[Run]:
        """Return every run, the latest first."""
        with self._session() as session:
            return list(session.scalars(select(Run).order_by(col(Run.created_at).desc(), col(Run.id))))

    def run(self, run: str) -> Run:
        """Return a run by its id.

        Raises:
            UnknownError: there is none; names the nearest.
        """
        with self._session() as session:
            if found := session.get(Run, run):
                return found
        raise self._unknown(run)

    def append(self, run: str, batch: Batch, checkpoint: KeptState | None = None) -> None:
        """Append a batch; when this returns, it is on disk. The same batch again changes nothing.

        A checkpoint of an earlier position may be kept in the same transaction, which saves one of its own.

        Raises:
            ConflictError: the batch leaves a gap, overlaps what is kept, or follows the end of the run.
            EventError: the batch begins before the log's latest event.
            UnknownError: there is no such run.
        """
        sha256 = hashlib.sha256(batch.ndjson).hexdigest()
        advance = (
            update(Run)
            .where(
                col(Run.id) == run,
                col(Run.head) == batch.first,
                col(Run.at_ms) <= batch.first_at_ms,
                col(Run.ended).is_(False),
            )
            .values(head=batch.next, at_ms=batch.last_at_ms, ended=batch.ends)
        )
        with self._transaction() as connection:
            # Moving the head is a compare-and-set, and the transaction's first statement: of two writers one waits.
            if connection.execute(advance).rowcount:
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
                if checkpoint:
                    self._keep(connection, run, checkpoint)
            elif not self._is_kept(connection, run, batch, sha256):
                self._refuse(connection, run, batch)

    def segments(self, run: str, first: int = 0, end: int | None = None) -> Iterator[KeptSegment]:
        """Yield each segment that holds events of [first, end), in order."""
        decompressor = zstandard.ZstdDecompressor()
        while end is None or first < end:
            holder = select(func.max(col(Segment.first))).where(col(Segment.run_id) == run, col(Segment.first) <= first)
            query = (
                select(col(Segment.first), col(Segment.count), col(Segment.payload), col(Segment.sha256))
                .where(col(Segment.run_id) == run, col(Segment.first) >= holder.scalar_subquery())
                .order_by(col(Segment.first))
                .limit(READ_SEGMENTS)
            )
            with self._transaction() as connection:
                rows = connection.execute(query).all()
            for start, count, payload, sha256 in rows:
                if start + count <= first:  # the log ends before what was asked for
                    return
                if end is not None and start >= end:
                    return
                yield KeptSegment(start, _decompress(decompressor, payload), sha256)
                first = start + count
            if len(rows) < READ_SEGMENTS:
                return

    def events(self, run: str, first: int, limit: int) -> list[bytes]:
        """Return the events at the positions [first, first + limit), as JSON, as far as the log goes."""
        lines: list[bytes] = []
        for start, ndjson, _ in self.segments(run, first, first + limit):
            lines += ndjson.split(b"\n")[:-1][max(0, first - start) : first + limit - start]
        return lines

    def digest(self, run: str, end: int) -> str:
        """Return the SHA-256 of the NDJSON of the first `end` events, where a segment ends at `end`."""
        digest = hashlib.sha256()
        for _, ndjson, _ in self.segments(run, 0, end):
            digest.update(ndjson)
        return digest.hexdigest()

    def save_checkpoint(self, run: str, checkpoint: KeptState) -> None:
        """Keep a checkpoint, unless one of that position is kept."""
        with self._transaction() as connection:
            self._keep(connection, run, checkpoint)

    def latest_checkpoint(self, run: str) -> KeptState | None:
        """Return the run's latest checkpoint."""
        with self._transaction() as connection:
            return self._checkpoint(connection, run, None)

    def stretch(self, run: str, *, at_ms: int | None = None, position: int | None = None) -> Stretch:
        """Return what the state at an instant is rebuilt from: the moment `at_ms`, or after `position` events."""
        is_begun = col(Segment.first_at_ms) <= at_ms if position is None else col(Segment.first) < position
        begun = (
            select(col(Segment.first), col(Segment.count))
            .where(col(Segment.run_id) == run, is_begun)
            .order_by(col(Segment.first_at_ms).desc(), col(Segment.first).desc())
            .limit(1)
        )
        with self._transaction() as connection:
            row = connection.execute(begun).first()
            if row is None:
                return Stretch(None, 0)
            return Stretch(self._checkpoint(connection, run, row[0]), row[0] + row[1])

    def _checkpoint(self, connection: Connection, run: str, end: int | None) -> KeptState | None:
        query = (
            select(col(Checkpoint.position), col(Checkpoint.digest), col(Checkpoint.state))
            .where(col(Checkpoint.run_id) == run)
            .order_by(col(Checkpoint.position).desc())
            .limit(1)
        )
        row = connection.execute(query if end is None else query.where(col(Checkpoint.position) <= end)).first()
        return row and KeptState(row[0], row[1], zstandard.ZstdDecompressor().decompress(row[2]))

    def _keep(self, connection: Connection, run: str, checkpoint: KeptState) -> None:
        key = (col(Checkpoint.run_id) == run, col(Checkpoint.position) == checkpoint.position)
        if connection.execute(select(col(Checkpoint.position)).where(*key)).first() is None:
            packed = zstandard.ZstdCompressor().compress(checkpoint.state)
            row = checkpoint._asdict() | {"run_id": run, "state": packed}
            connection.execute(insert(Checkpoint).values(row))

    def _is_kept(self, connection: Connection, run: str, batch: Batch, sha256: str) -> bool:
        query = select(col(Segment.count), col(Segment.sha256)).where(
            col(Segment.run_id) == run, col(Segment.first) == batch.first
        )
        return connection.execute(query).first() == (batch.count, sha256)

    def _refuse(self, connection: Connection, run: str, batch: Batch) -> NoReturn:
        """Say why a batch could not be appended and is not kept already."""
        row = connection.execute(
            select(col(Run.head), col(Run.at_ms), col(Run.ended)).where(col(Run.id) == run)
        ).first()
        if row is None:
            raise self._unknown(run)
        head, at_ms, ended = row
        sent = f"run {run}: events {batch.first} to {batch.next - 1} were sent"
        if batch.first < head:
            raise ConflictError(
                f"{sent}, and the log holds other events, or other batches of them, up to {head - 1};"
                f" send what begins at {head}",
                head=head,
            )
        if ended:
            raise ConflictError(f"{sent}, and the run ended with event {head - 1}; start another run", head=head)
        if batch.first > head:
            raise ConflictError(f"{sent}, and the log waits for event {head}; send what begins at {head}", head=head)
        raise EventError(
            f"event 0 of the batch: at_ms is {batch.first_at_ms}, before the {at_ms} of the log's latest event;"
            " send events in the order of their time",
            position=0,
            field="at_ms",
        )

    def _unknown(self, run: str) -> UnknownError:
        ids = [known.id for known in self.runs()]
        return UnknownError(f"there is no run {run}; {did_you_mean(run, ids) if ids else 'none was started yet'}")

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Commit when the block ends well, keep nothing when it does not."""
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._told(), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as fault:
            raise BackendError(
                f"{self.name}: {reason_of(fault)}; see that the database runs and that its disk has room"
            ) from fault


def pieces(ndjson: bytes, size: int = PIECE_BYTES) -> Iterator[bytes]:
    """Yield some lines of a segment at a time, some `size` bytes."""
    start = 0
    while start < len(ndjson):
        end = ndjson.find(b"\n", start + size) + 1 or len(ndjson)
        yield ndjson[start:end]
        start = end


def _decompress(decompressor: zstandard.ZstdDecompressor, payload: bytes) -> bytes:
    """Return the NDJSON of a segment; a frame that does not tell its size is read as a stream."""
    if zstandard.frame_content_size(payload) >= 0:
        return decompressor.decompress(payload)
    return decompressor.decompressobj().decompress(payload)
