"""The tables that hold the logs of runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import BigInteger, DateTime, Dialect, Index, LargeBinary, Text, TypeDecorator
from sqlmodel import Field, SQLModel

State = Literal["running", "paused", "stopped", "failed", "ended"]
STATES: tuple[State, ...] = get_args(State)
SILENT_AFTER = timedelta(seconds=30)
"""A player asks for commands four times a second while it has nothing to send, and waits this long for an answer."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        del dialect
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


def now() -> datetime:
    """Return the wall clock in UTC."""
    return datetime.now(UTC)


class Run(SQLModel, table=True):
    """A run of a scenario, and where its log stands."""

    id: str = Field(primary_key=True)
    scenario: str
    seed: int = Field(sa_type=BigInteger)
    replication: int = Field(sa_type=BigInteger)
    scale: float
    version: str
    request: str = Field(sa_type=Text)
    """JSON: whatever the client needs to take the run up again; the backend does not look into it."""
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    head: int = Field(default=0, sa_type=BigInteger)
    """How many events the log holds: the position of the next one."""
    at_ms: int = Field(default=0, sa_type=BigInteger)
    """Simulated time of the latest event."""
    ended: bool = False
    pace: str | None = None
    """How it is played, as its player last said: `max`, simulated seconds a second, `paused` or `stopped`."""
    fault: str | None = Field(default=None, sa_type=Text)
    """Why it is played no more, where it broke off and somebody noticed."""
    heard_at: datetime | None = Field(default_factory=now, sa_type=Moment)
    """When its player was last heard of, to some seconds; null where an earlier release was the last to hear of it."""

    @property
    def silent_since(self) -> datetime | None:
        """Return when its player was last heard of (or it was begun), where it is to be played and that is long ago."""
        heard_at = self.heard_at or self.created_at
        return heard_at if self.state in ("running", "paused") and now() - heard_at > SILENT_AFTER else None

    @property
    def state(self) -> State:
        """Return how it stands."""
        if self.ended:
            return "ended"
        if self.fault is not None:
            return "failed"
        if self.pace == "stopped":
            return "stopped"
        return "paused" if self.pace == "paused" else "running"


class Segment(SQLModel, table=True):
    """A batch of a run's events, as it was sent."""

    __table_args__ = (Index("segment_moment", "run_id", "first_at_ms", "first"),)

    run_id: str = Field(primary_key=True, foreign_key="run.id")
    first: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    """Position of its first event."""
    count: int
    first_at_ms: int = Field(sa_type=BigInteger)
    last_at_ms: int = Field(sa_type=BigInteger)
    sha256: str
    """Of the NDJSON, in hexadecimal."""
    payload: bytes = Field(sa_type=LargeBinary)
    """The NDJSON, compressed with zstd."""


class Checkpoint(SQLModel, table=True):
    """The measures of a run after its first `position` events; there is one at the end of every run."""

    run_id: str = Field(primary_key=True, foreign_key="run.id")
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    digest: str
    """SHA-256 over the NDJSON of those events."""
    state: bytes = Field(sa_type=LargeBinary)
    """`fairfacts.measures.State.checkpoint()`, compressed with zstd."""
    shape: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Of the measures (`cloudfair.log.SHAPE`); a checkpoint of another shape is left aside, and made anew."""


class Command(SQLModel, table=True):
    """What an operator said to a run; kept for good, as the disruptions among them are part of what reproduces it."""

    run_id: str = Field(primary_key=True, foreign_key="run.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """From 0, in the order in which they were said."""
    body: str = Field(sa_type=Text)
    """JSON: a `fairfacts.commands.Command`."""
    asked_at: datetime = Field(default_factory=now, sa_type=Moment)
    applied_at: datetime | None = Field(default=None, sa_type=Moment)
    """When the run obeyed, or refused."""
    applied_at_ms: int | None = Field(default=None, sa_type=BigInteger)
    """The simulated moment of it."""
    refused: str | None = Field(default=None, sa_type=Text)
    """Why the run could not obey."""


class Received(SQLModel, table=True):
    """A CloudEvent of another producer that was taken in."""

    run_id: str = Field(primary_key=True, foreign_key="run.id")
    key: str = Field(primary_key=True)
    """Of its source and id (`cloudfair.producers.CloudEvent`)."""


TABLES: tuple[Any, ...] = (Run, Segment, Checkpoint, Command, Received)
