"""The tables that hold the logs of runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Index, LargeBinary, Text, TypeDecorator
from sqlmodel import Field, SQLModel

from cloudfair.store.checksums import FIXED, STATE, fixed_checksum, sha256_of, state_checksum
from cloudfair.store.states import RunState, silent_since, state_of
from fairfacts.wall_clock import now


class UtcDateTime(TypeDecorator[datetime]):
    """A date and time in UTC. SQLite does not store the zone; it is added when the value is read.

    A damaged date is read as it is stored, as SQLite does with damaged values of other columns. The check of the row
    then reports it.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Return the value with its zone."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return the function that makes a date of a stored value."""
        date_of = super().result_processor(dialect, coltype)

        def read(value: Any) -> Any:
            try:
                return date_of(value) if date_of else value
            except (ValueError, TypeError):
                return value

        return read


class Run(SQLModel, table=True):
    """A run of a scenario, and where its log stands."""

    id: str = Field(primary_key=True)
    scenario: str
    seed: int = Field(sa_type=BigInteger)
    replication: int = Field(sa_type=BigInteger)
    scale: float
    version: str
    request: str = Field(sa_type=Text)
    """JSON: what the client needs to resume the run; the backend does not read it."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    head: int = Field(default=0, sa_type=BigInteger)
    """How many events the log holds: the position of the next one."""
    at_ms: int = Field(default=0, sa_type=BigInteger)
    """Simulated time of the latest event."""
    ended: bool = False
    pace: str | None = None
    """How it is played, as its player last reported: `max`, simulated seconds a second, `paused` or `stopped`."""
    fault: str | None = Field(default=None, sa_type=Text)
    """Why it is no longer played, if its playing failed and that was reported."""
    player: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often the run was taken up. Only the latest player may append; an earlier one that is still alive may not."""
    heard_at: datetime | None = Field(default_factory=now, sa_type=UtcDateTime)
    """The time of its player's latest heartbeat, within some seconds; null if an earlier release received it."""
    sha256: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Checksum of what never changes about a run; empty in a row of an earlier release."""
    state_sha256: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Checksum of where the log and its playing stand; empty in a row that an earlier release wrote last."""

    @property
    def silent_since(self) -> datetime | None:
        """Return the time of the player's last heartbeat if it is overdue, else None."""
        return silent_since(self.state, self.heard_at or self.created_at, pace=self.pace, head=self.head)

    @property
    def has_player(self) -> bool:
        """Return whether a process took the run up, or said how it plays it. A file's log or CloudEvents have none."""
        return self.player > 0 or self.pace not in (None, "stopped")

    @property
    def state(self) -> RunState:
        """Return how the run stands."""
        return state_of(ended=self.ended, fault=self.fault, pace=self.pace)

    def checksum(self) -> str:
        """Return the SHA-256 of what never changes about a run."""
        return fixed_checksum({name: getattr(self, name) for name in FIXED})

    def is_whole(self) -> bool:
        """Return whether the checksums fit, or the row has none, and the dates are dates."""
        return self.sha256 in ("", self.checksum()) and self.is_state_whole() and self.has_dates()

    def has_dates(self) -> bool:
        """Return whether the dates are dates; the date of the heartbeat has no checksum."""
        return isinstance(self.created_at, datetime) and isinstance(self.heard_at, datetime | None)

    def is_state_whole(self) -> bool:
        """Return whether the checksum of the state fits, or the row has none."""
        return self.state_sha256 in ("", state_checksum(self.id, self.stands()))

    def stands(self) -> dict[str, Any]:
        """Return the columns `STATE`: where the log and its playing stand."""
        return {name: getattr(self, name) for name in STATE}


class Segment(SQLModel, table=True):
    """A batch of a run's events, as it was sent."""

    __table_args__ = (Index("segment_moment", "run_id", "first_at_ms", "first"),)

    run_id: str = Field(primary_key=True, foreign_key="run.id")
    first: int = Field(primary_key=True, sa_type=BigInteger)
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
    position: int = Field(primary_key=True, sa_type=BigInteger)
    digest: str
    """SHA-256 over the NDJSON of those events."""
    state: bytes = Field(sa_type=LargeBinary)
    """`fairfacts.measures.State.checkpoint()`, compressed with zstd."""
    shape: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Structure of the measures (`cloudfair.store.checkpoints.SHAPE`); a checkpoint of another shape is not read."""
    sha256: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Checksum of the whole row; a checkpoint that it does not fit is not read."""


class Command(SQLModel, table=True):
    """An operator's command to a run. It stays stored: its disruption, if it is one, is needed to reproduce the run."""

    run_id: str = Field(primary_key=True, foreign_key="run.id")
    number: int = Field(primary_key=True)
    """From 0, in the order in which the commands came."""
    body: str = Field(sa_type=Text)
    """JSON: a `fairfacts.operator_commands.OperatorCommand`."""
    asked_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the run applied or refused it; null while it is pending."""
    applied_at_ms: int | None = Field(default=None, sa_type=BigInteger)
    """The simulated moment at which it was applied or refused."""
    refused: str | None = Field(default=None, sa_type=Text)
    """Why the run could not apply it."""
    sha256: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Checksum of the whole row; empty in a row of an earlier release."""

    def checksum(self) -> str:
        """Return the SHA-256 of the row."""
        times = (self.asked_at, self.applied_at, self.applied_at_ms)
        return sha256_of(self.run_id, self.number, self.body, *times, self.refused)

    def is_whole(self) -> bool:
        """Return whether the checksum fits, or the row has none, and the dates are dates."""
        has_dates = isinstance(self.asked_at, datetime) and isinstance(self.applied_at, datetime | None)
        return self.sha256 in ("", self.checksum()) and has_dates


class Received(SQLModel, table=True):
    """A CloudEvent of another producer that was appended as an event."""

    run_id: str = Field(primary_key=True, foreign_key="run.id")
    key: str = Field(primary_key=True)
    """Made from its source and id (`cloudfair.api.cloudevent.CloudEvent`)."""
    content: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """SHA-256 of its content; empty in a row of an earlier release."""
    sha256: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Checksum of the row; empty in a row of an earlier release."""

    def checksum(self) -> str:
        """Return the SHA-256 of the row."""
        return sha256_of(self.run_id, self.key, *([self.content] if self.content else []))


class Publication(SQLModel, table=True):
    """How many events of a run a message broker has acknowledged."""

    run_id: str = Field(primary_key=True, foreign_key="run.id")
    destination: str = Field(primary_key=True)
    """The broker and its stream."""
    position: int = Field(sa_type=BigInteger)
    """Every event before this position is acknowledged."""
    sha256: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Checksum of the row; empty in a row of an earlier release."""

    def checksum(self) -> str:
        """Return the SHA-256 of the row."""
        return sha256_of(self.run_id, self.destination, self.position)

    def is_whole(self) -> bool:
        """Return whether the checksum fits, or the row has none."""
        return self.sha256 in ("", self.checksum())


TABLES: tuple[Any, ...] = (Run, Segment, Checkpoint, Command, Received, Publication)
