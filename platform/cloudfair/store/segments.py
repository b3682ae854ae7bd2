"""The segments of the logs: the events of each run, in batches of a few thousand, as they were sent.

Every read compares a segment with the checksum that was stored when it was appended. It also compares the positions of
segments with each other and with the head of the log. Damage is an error that names its position, never a shorter
answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import zstandard
from sqlalchemy import func, select, update
from sqlmodel import col

from cloudfair.errors import DamageError, UnableError
from cloudfair.store.checksums import STATE, state_checksum
from cloudfair.store.database import Database
from cloudfair.store.tables import Run, Segment
from fairfacts.errors import EventError
from fairfacts.event import Event
from fairfacts.events import decode

READ_SEGMENTS = 16
"""How many segments one transaction reads. No transaction stays open while the reader works on what it read."""
PIECE_BYTES = 40_000
"""A segment is decoded in pieces of a few hundred events, which stay in the processor's cache: up to twice as fast."""
COLUMNS = (
    col(Segment.first),
    col(Segment.count),
    col(Segment.first_at_ms),
    col(Segment.last_at_ms),
    col(Segment.payload),
    col(Segment.sha256),
)
HEAD = tuple(col(getattr(Run, name)) for name in (*STATE, "state_sha256"))
REMEDY = "restore the database from a copy (Back up in docs/guide/operate.md); fair verify lists all damage of a run"
LARGEST_SEGMENT_BYTES = 1024**3
"""A damaged frame may claim any size; no batch is larger once decompressed."""


class SegmentRow(NamedTuple):
    """A row of the table, unchecked."""

    first: int
    events: int
    first_at_ms: int
    last_at_ms: int
    payload: bytes
    sha256: str


class StoredSegment(NamedTuple):
    """A batch as the log holds it."""

    run: str
    first: int
    """Position of its first event."""
    ndjson: bytes
    sha256: str
    """SHA-256 of the NDJSON when the batch was appended."""

    def events(self, size: int = PIECE_BYTES) -> Iterator[list[Event]]:
        """Yield the events in pieces of about `size` bytes.

        Raises:
            UnableError: this release cannot read them; names the position of the first such event.
        """
        position = self.first
        for piece in pieces(self.ndjson, size):
            try:
                events = decode(piece)
            except EventError as fault:
                position += fault.position
                raise UnableError(
                    f"run {self.run}: this release does not read event {position} of its log ({fault.reason}), which"
                    " another release wrote; read it with that one, or play the run again",
                    what=f"this release does not read event {position} of its log ({fault.reason}), which another"
                    " release wrote",
                    position=position,
                ) from fault
            position += len(events)
            yield events


class Segments:
    """The table of segments, to read from; `cloudfair.store.batches` appends to it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, run: str, first: int = 0, end: int | None = None) -> Iterator[StoredSegment]:
        """Yield each segment that holds events of [first, end), in order, as far as the log goes.

        Raises:
            DamageError: a segment is missing, or is not what was appended.
        """
        is_first = True
        while True:
            head, rows = self._rows(run, first)
            stop = head if end is None else min(end, head)
            for row in rows:
                if first >= stop:
                    return
                if not _is_whole(row) or not _holds(row, first, may_begin_before=is_first):
                    raise missing(run, first)
                yield checked(run, row)
                first, is_first = row.first + row.events, False
            if first >= stop:
                return
            if len(rows) < READ_SEGMENTS:
                raise missing(run, first)

    def lines(self, run: str, first: int, limit: int) -> list[bytes]:
        """Return the events at the positions [first, first + limit), as JSON, as far as the log goes."""
        lines: list[bytes] = []
        for segment in self.read(run, first, first + limit):
            lines += segment.ndjson.split(b"\n")[:-1][max(0, first - segment.first) : first + limit - segment.first]
        return lines

    def digest(self, run: str, end: int) -> str:
        """Return the SHA-256 of the NDJSON of the first `end` events; a segment must end at `end`."""
        digest = hashlib.sha256()
        for segment in self.read(run, 0, end):
            digest.update(segment.ndjson)
        return digest.hexdigest()

    def fingerprint(self, run: str, end: int) -> str:
        """Return what tells the first `end` events, as this log stores them, from any others; no event is read."""
        query = select(col(Segment.first), col(Segment.sha256)).where(
            col(Segment.run_id) == run, col(Segment.first) < end
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(col(Segment.first))).all()
        return hashlib.sha256("".join(f"{first} {sha256}\n" for first, sha256 in rows).encode()).hexdigest()

    def rows(self, run: str) -> Iterator[SegmentRow]:
        """Yield the rows of a run's segments as they are stored, unchecked; for the verification of a log.

        Raises:
            DamageError: a row holds no positions.
        """
        start = end = 0
        while True:
            query = select(*COLUMNS).where(col(Segment.run_id) == run, col(Segment.first) >= start)
            with self._database.transaction() as connection:
                result = connection.execute(query.order_by(col(Segment.first)).limit(READ_SEGMENTS))
                rows = [SegmentRow(*row) for row in result]
            for row in rows:
                if not _is_whole(row):
                    raise _changed(run, end, "its row holds no positions")
                yield row
                start, end = row.first + 1, row.first + row.events
            if len(rows) < READ_SEGMENTS:
                return

    def set_moments(self, run: str, first: int, first_at_ms: int, last_at_ms: int) -> None:
        """Set the moments of a segment, which follow from its events."""
        moments = {"first_at_ms": first_at_ms, "last_at_ms": last_at_ms}
        with self._database.transaction() as connection:
            connection.execute(
                update(Segment).where(col(Segment.run_id) == run, col(Segment.first) == first).values(moments)
            )

    def _rows(self, run: str, first: int) -> tuple[int, Sequence[SegmentRow]]:
        """Return the head of the log, and some rows, from the segment that holds the event at `first`."""
        holder = select(func.max(col(Segment.first))).where(col(Segment.run_id) == run, col(Segment.first) <= first)
        query = (
            select(*COLUMNS)
            .where(col(Segment.run_id) == run, col(Segment.first) >= holder.scalar_subquery())
            .order_by(col(Segment.first))
            .limit(READ_SEGMENTS)
        )
        with self._database.transaction() as connection:
            head = _head(run, connection.execute(select(*HEAD).where(col(Run.id) == run)).first())
            return head, [SegmentRow(*row) for row in connection.execute(query)]


def _head(run: str, row: Any) -> int:
    """Return the head of a run from its row.

    Raises:
        DamageError: the row is not what was written.
    """
    if row is None:
        return 0
    if row.state_sha256 not in ("", state_checksum(run, row._mapping)):
        raise DamageError(
            f"run {run}: its row is not what was written: its checksum does not fit; {REMEDY}",
            run=run,
            table="run",
            position=0,
        )
    return int(row.head)


def checked(run: str, row: SegmentRow) -> StoredSegment:
    """Return the segment of a row.

    Raises:
        DamageError: it is not what was appended; says why.
    """
    try:
        ndjson = _decompressed(row.payload)
    except (zstandard.ZstdError, MemoryError, TypeError) as fault:
        raise _changed(run, row.first, f"it cannot be decompressed ({fault})") from fault
    if hashlib.sha256(ndjson).hexdigest() != row.sha256:
        raise _changed(run, row.first, "its SHA-256 differs from the stored one")
    if (count := ndjson.count(b"\n")) != row.events:
        raise _changed(run, row.first, f"it holds {count} events, and its row says {row.events}")
    return StoredSegment(run, row.first, ndjson, row.sha256)


def missing(run: str, first: int) -> DamageError:
    """Return the error for an event that no segment holds, though the log is longer."""
    return DamageError(
        f"run {run}: the segment with event {first} is missing from the log; {REMEDY}",
        run=run,
        table="segment",
        position=first,
    )


def pieces(ndjson: bytes, size: int = PIECE_BYTES) -> Iterator[bytes]:
    """Yield a segment in pieces of whole lines, each of about `size` bytes."""
    start = 0
    while start < len(ndjson):
        end = ndjson.find(b"\n", start + size) + 1 or len(ndjson)
        yield ndjson[start:end]
        start = end


def _changed(run: str, first: int, reason: str) -> DamageError:
    return DamageError(
        f"run {run}: the segment at event {first} is not what was appended: {reason}; {REMEDY}",
        what=f"is not what was appended: {reason}",
        run=run,
        table="segment",
        position=first,
    )


def _is_whole(row: SegmentRow) -> bool:
    """Return whether positions are numbers: SQLite reads values of any type from a damaged row."""
    return all(isinstance(value, int) for value in row[:4])


def _holds(row: SegmentRow, first: int, *, may_begin_before: bool) -> bool:
    return row.first == first or (may_begin_before and first < row.first + row.events)


def _decompressed(payload: bytes) -> bytes:
    """Return the NDJSON of a segment; it is read as a stream, as a frame need not state its size.

    Raises:
        ZstdError: it is no frame, or claims more than a segment can have. A frame that ends early fails its checksum.
    """
    size = zstandard.frame_content_size(payload)
    if size > LARGEST_SEGMENT_BYTES:
        raise zstandard.ZstdError(f"the frame claims {size} bytes")
    return zstandard.ZstdDecompressor().decompressobj().decompress(payload)
