"""Logs: the same events kept by Cloudfair, in a row each by SQLModel, and by the package `eventsourcing`.

All get what a client sends: batches of NDJSON. They decode it, since a log takes in no event that it cannot read, and
have it on disk before the next batch. The package keeps the events as those of an aggregate.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import zstandard
from sqlalchemy import Engine, MetaData, event, insert
from sqlmodel import Field, Session, SQLModel, create_engine

from cloudfair.api.batch import check, unpack
from cloudfair.release import release
from cloudfair.settings import Settings
from cloudfair.store.log import Log
from fairfacts.event import Event
from fairfacts.events import decode, encode, type_name
from fairfacts.parts.runs import REPRODUCING, RunStarted
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

BATCH_EVENTS = 16_384
SAVED_EVENTS = 500
"""How many `eventsourcing` saves at a time. It puts them into one pipeline of PostgreSQL, which stalls at thousands."""


class Kept(NamedTuple):
    """What one of them needed."""

    who: str
    version: str
    seconds: float
    """Processor time of the process; that of PostgreSQL's own processes is not in it."""
    events: int


class Beside(SQLModel):
    """What is no table of the backend."""

    metadata = MetaData()


class EventRow(Beside, table=True):
    """An event in a row of its own."""

    __tablename__ = "event"

    run: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    type: str
    at_ms: int
    body: str


def batches(scale: float) -> list[bytes]:
    """Return the log of a fair in batches of NDJSON."""
    events: list[Event] = [event for _, some in play(load_scenario("ciftis2020", scale=scale), 7) for event in some]
    return [encode(events[first : first + BATCH_EVENTS]) for first in range(0, len(events), BATCH_EVENTS)]


def kept(who: str, sent: list[bytes], database: str) -> Kept:
    """Keep batches in a database: a path of SQLite, or a URL of PostgreSQL. Return what it took."""
    append, package = WAYS[who](database, sent)
    began = time.process_time()
    for batch in sent:
        append(batch)
    return Kept(who, package, time.process_time() - began, sum(batch.count(b"\n") for batch in sent))


def _by_cloudfair(database: str, sent: list[bytes]) -> tuple[Callable[[bytes], None], str]:
    """Check a batch as the intake does, and append it. The client has compressed it, as `fair run` does."""
    log, settings, first = Log.open(database), Settings(), 0
    started = msgspec.json.decode(sent[0].split(b"\n", 1)[0], type=RunStarted)
    run = log.runs.create(**{name: getattr(started, name) for name in REPRODUCING}).id
    compressed = {batch: zstandard.ZstdCompressor(level=1).compress(batch) for batch in sent}

    def append(ndjson: bytes) -> None:
        nonlocal first
        batch, events = check(first, *unpack(compressed[ndjson], "zstd", settings.max_batch_bytes), settings)
        log.batches.append(run, batch)
        first += len(events)

    return append, release()


def _rows(ndjson: bytes, first: int) -> Iterator[dict[str, Any]]:
    lines = ndjson.decode().splitlines()
    for position, (happened, line) in enumerate(zip(decode(ndjson), lines, strict=True), first):
        name = type_name(type(happened))
        yield {"run": "fair", "position": position, "type": name, "at_ms": happened.at_ms, "body": line}


def _by_rows(
    database: str, write: Callable[[Session, Iterable[dict[str, Any]]], None]
) -> tuple[Callable[[bytes], None], str]:
    engine, first = _engine(database), 0
    EventRow.metadata.create_all(engine)

    def append(ndjson: bytes) -> None:
        nonlocal first
        with Session(engine) as session:
            write(session, _rows(ndjson, first))
            session.commit()
        first += ndjson.count(b"\n")

    return append, version("sqlmodel")


def _by_objects(database: str, _: list[bytes]) -> tuple[Callable[[bytes], None], str]:
    return _by_rows(database, lambda session, rows: session.add_all([EventRow(**row) for row in rows]))


def _by_statement(database: str, _: list[bytes]) -> tuple[Callable[[bytes], None], str]:
    return _by_rows(database, lambda session, rows: session.connection().execute(insert(EventRow), list(rows)))


def _by_eventsourcing(database: str, _: list[bytes]) -> tuple[Callable[[bytes], None], str]:
    """Have each event happen to an aggregate, which is saved after some hundreds of them."""
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate
    from eventsourcing.domain import event as happens

    class Fair(Aggregate):
        @happens("Begun")
        def __init__(self) -> None:
            self.count = 0

        @happens("Happened")
        def happen(self, type: str, at_ms: int, body: str) -> None:  # noqa: ARG002  # the package keeps them
            self.count += 1

    log: Any = Application(env=_environment(database))
    fair = Fair()

    def append(ndjson: bytes) -> None:
        for number, row in enumerate(_rows(ndjson, 0), 1):
            fair.happen(type=row["type"], at_ms=row["at_ms"], body=row["body"])
            if number % SAVED_EVENTS == 0:
                log.save(fair)
        log.save(fair)

    return append, version("eventsourcing")


WAYS = {
    "Cloudfair": _by_cloudfair,
    "SQLModel, a row each": _by_objects,
    "SQLModel, one statement": _by_statement,
    "eventsourcing": _by_eventsourcing,
}


def _engine(database: str) -> Engine:
    if database.startswith("postgresql"):
        return create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    engine = create_engine(f"sqlite:///{database}")

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    return engine


def _environment(database: str) -> dict[str, str]:
    if not database.startswith("postgresql"):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": database}
    name, _, host = database.removeprefix("postgresql://fair@/").partition("?host=")
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": name,
        "POSTGRES_HOST": host,
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "fair",
        "POSTGRES_PASSWORD": "none",
    }


def size(database: Path) -> int:
    """Return the bytes of a database of SQLite, with what is beside it."""
    return sum(file.stat().st_size for file in database.parent.glob(f"{database.name}*"))
