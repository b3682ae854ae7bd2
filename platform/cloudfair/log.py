"""The log: the events of each run, append-only, in segments of a few thousand.

A run is its log's only writer and numbers its events without gaps. Hence an append states the position it expects, the
same batch can be sent again at will, and a reader knows by arithmetic that it missed nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple, NoReturn

import msgspec
import zstandard
from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session, col

from cloudfair.database import name_of, open_database, reason_of
from cloudfair.problems import ConflictError, UnknownError
from cloudfair.tables import Checkpoint, Command, Received, Run, Segment, now
from fairfacts.errors import BackendError, EventError, did_you_mean
from fairfacts.measures import Parts

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
READ_KEYS = 500
"""How many keys are looked up at a time: databases bound the parameters of a statement."""
READ_SEGMENTS = 16
"""How many segments are read at a time: no transaction stays open while their reader works."""
HEARD_FOR = timedelta(seconds=5)
"""That a player which has nothing to send is there is written down once in so long: each time costs a commit."""
PIECE_BYTES = 40_000
"""A segment is decoded in pieces of a few hundred events, which stay in the cache: up to twice as fast."""

SHAPE = hashlib.sha256(msgspec.json.encode(msgspec.json.schema(Parts))).hexdigest()[:16]
"""Of the measures' state: a checkpoint of another shape is of another release, and may not say the same."""
UPSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


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
    received: tuple[str, ...] = ()
    """Keys of the CloudEvents that its events were; kept with it, so that none is taken in twice."""

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


class OpenCommand(NamedTuple):
    """A command that its run has not obeyed yet."""

    number: int
    body: str
    """JSON: a `fairfacts.commands.AnyCommand`."""


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

    def heads(self, runs: list[str]) -> dict[str, int]:
        """Return how many events the log of each run holds."""
        with self._transaction() as connection:
            return dict(connection.execute(select(col(Run.id), col(Run.head)).where(col(Run.id).in_(runs))).all())

    def append(
        self, run: str, batch: Batch, checkpoints: Iterable[KeptState] = (), pace: str | None = None
    ) -> list[OpenCommand]:
        """Append a batch; when this returns, it is on disk. The same batch again changes nothing.

        Checkpoints of earlier positions may be kept in the same transaction, which saves one of their own. Returns the
        commands that wait for the run.

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
            .values(head=batch.next, at_ms=batch.last_at_ms, ended=batch.ends, pace=pace, fault=None, heard_at=now())
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
                for checkpoint in checkpoints:
                    self._keep(connection, run, checkpoint)
                if batch.received:
                    connection.execute(insert(Received), [{"run_id": run, "key": key} for key in batch.received])
            elif not self._is_kept(connection, run, batch, sha256):
                self._refuse(connection, run, batch)
            return self._open(connection, run)

    def received(self, run: str, keys: list[str]) -> set[str]:
        """Return those of some CloudEvents that were taken in before."""
        found: set[str] = set()
        with self._transaction() as connection:
            for first in range(0, len(keys), READ_KEYS):
                asked = col(Received.key).in_(keys[first : first + READ_KEYS])
                query = select(col(Received.key)).where(col(Received.run_id) == run, asked)
                found.update(connection.scalars(query))
        return found

    def attend(self, run: str, first: int, pace: str | None) -> list[OpenCommand]:
        """Return the commands that wait for a run whose player stands at `first`; note its pace, and that it is there.

        Raises:
            ConflictError: the log does not end there.
            UnknownError: there is no such run.
        """
        kept = self.run(run)
        if kept.head != first:
            raise ConflictError(
                f"run {run}: its player says that it stands at {first}, and the log ends at {kept.head};"
                f" send what begins at {kept.head}",
                head=kept.head,
            )
        with self._transaction() as connection:
            was_heard = kept.heard_at is not None and now() - kept.heard_at < HEARD_FOR
            if (kept.pace, kept.fault, was_heard) != (pace, None, True):
                connection.execute(update(Run).where(col(Run.id) == run).values(pace=pace, fault=None, heard_at=now()))
            return self._open(connection, run)

    def fail(self, run: str, fault: str) -> None:
        """Note why a run is played no more, unless it has ended or was stopped on command."""
        goes_on = (col(Run.id) == run, col(Run.ended).is_(False), func.coalesce(col(Run.pace), "") != "stopped")
        with self._transaction() as connection:
            connection.execute(update(Run).where(*goes_on).values(fault=fault))

    def command(self, run: str, body: str) -> Command:
        """Keep a command, and return it.

        Raises:
            ConflictError: the run has ended.
            UnknownError: there is no such run.
        """
        kept = self.run(run)
        if kept.ended:
            raise ConflictError(
                f"run {run} ended with event {kept.head - 1} and takes no commands; start another run", head=kept.head
            )
        while True:
            with self._session() as session:
                number = session.scalar(select(func.count()).where(col(Command.run_id) == run)) or 0
                command = Command(run_id=run, number=number, body=body)
                session.add(command)
                try:
                    session.commit()
                except IntegrityError:  # another was faster: take the next number
                    continue
                return command

    def commands(self, run: str) -> list[Command]:
        """Return every command that was said to a run, in their order.

        Raises:
            UnknownError: there is no such run.
        """
        self.run(run)
        with self._session() as session:
            query = select(Command).where(col(Command.run_id) == run).order_by(col(Command.number))
            return list(session.scalars(query))

    def obey(self, run: str, number: int, at_ms: int, refused: str | None) -> Command:
        """Note at which simulated moment a run obeyed a command, or why it could not; the same again changes nothing.

        Raises:
            ConflictError: it was noted at another moment.
            UnknownError: there is no such command.
        """
        with self._session() as session:
            command = session.get(Command, (run, number))
            if command is None:
                raise UnknownError(f"run {run} has no command {number}; GET /runs/{run}/commands lists them")
            if command.applied_at is None:
                command.applied_at, command.applied_at_ms, command.refused = now(), at_ms, refused
                session.commit()
            elif command.applied_at_ms != at_ms:
                raise ConflictError(
                    f"run {run}: command {number} was obeyed at {command.applied_at_ms} ms, not at {at_ms} ms;"
                    " read the commands again",
                    head=self.run(run).head,
                )
            return command

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

    def save_checkpoints(self, run: str, checkpoints: Iterable[KeptState]) -> None:
        """Keep checkpoints, each in the place of one of its position."""
        with self._transaction() as connection:
            for checkpoint in checkpoints:
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
            .where(col(Checkpoint.run_id) == run, col(Checkpoint.shape) == SHAPE)
            .order_by(col(Checkpoint.position).desc())
            .limit(1)
        )
        row = connection.execute(query if end is None else query.where(col(Checkpoint.position) <= end)).first()
        return row and KeptState(row[0], row[1], zstandard.ZstdDecompressor().decompress(row[2]))

    def _keep(self, connection: Connection, run: str, checkpoint: KeptState) -> None:
        row = checkpoint._asdict() | {"state": zstandard.ZstdCompressor().compress(checkpoint.state), "shape": SHAPE}
        upsert = UPSERTS[connection.dialect.name](Checkpoint).values(row | {"run_id": run})
        connection.execute(upsert.on_conflict_do_update(index_elements=("run_id", "position"), set_=row))

    def _open(self, connection: Connection, run: str) -> list[OpenCommand]:
        query = (
            select(col(Command.number), col(Command.body))
            .where(col(Command.run_id) == run, col(Command.applied_at).is_(None))
            .order_by(col(Command.number))
        )
        return [OpenCommand(number, body) for number, body in connection.execute(query)]

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
