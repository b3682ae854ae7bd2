"""Migrations: an empty database and that of the release before become what the tables say, over both databases."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel
from tests.cloudfair.example import batch, digest_of, example, measures_of

import cloudfair.store.migrations
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.store.database import open_database
from cloudfair.store.log import Log
from cloudfair.store.urls import url_of
from fairfacts.errors import BackendError
from fairfacts.measures import State

EVENTS = example(300)

EARLIER = {
    "run": "id VARCHAR NOT NULL PRIMARY KEY, scenario VARCHAR NOT NULL, seed BIGINT NOT NULL,"
    " replication BIGINT NOT NULL, scale FLOAT NOT NULL, version VARCHAR NOT NULL, request TEXT NOT NULL,"
    " created_at {moment} NOT NULL,"
    " head BIGINT NOT NULL, at_ms BIGINT NOT NULL, ended BOOLEAN NOT NULL",
    "segment": "run_id VARCHAR NOT NULL REFERENCES run (id), first BIGINT NOT NULL, count INTEGER NOT NULL,"
    " first_at_ms BIGINT NOT NULL, last_at_ms BIGINT NOT NULL, sha256 VARCHAR NOT NULL, payload {bytes} NOT NULL,"
    " PRIMARY KEY (run_id, first)",
    "checkpoint": "run_id VARCHAR NOT NULL REFERENCES run (id), position BIGINT NOT NULL, digest VARCHAR NOT NULL,"
    " state {bytes} NOT NULL, PRIMARY KEY (run_id, position)",
}
"""The tables as they were made before there were migrations (release 2d4ca32)."""
TYPES = {
    "sqlite": {"moment": "DATETIME", "bytes": "BLOB"},
    "postgresql": {"moment": "TIMESTAMP WITH TIME ZONE", "bytes": "BYTEA"},
}


@pytest.fixture
def database(empty_database: str) -> str:
    return empty_database


def differences(database: str) -> list[object]:
    """What the tables of a database lack of what `cloudfair.store.tables` says."""
    engine = open_database(database)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
        for name, table in SQLModel.metadata.tables.items():  # of which Alembic compares no primary keys
            key = sa.inspect(connection).get_pk_constraint(name)["constrained_columns"]
            found += [] if key == list(table.primary_key.columns.keys()) else [(name, key)]
    engine.dispose()
    return found


def make_earlier(database: str, *, ended: bool = True) -> str:
    """Make a database of the release before, with a run of some batches and a checkpoint, and return the run."""
    engine = sa.create_engine(url_of(database))
    with engine.begin() as connection:
        for table, columns in EARLIER.items():
            connection.exec_driver_sql(f"CREATE TABLE {table} ({columns.format(**TYPES[engine.dialect.name])})")
        run = ["r", "example", 7, 0, 1.0, "1", "null", "2020-09-04 00:00:00.000000", len(EVENTS), 299_000, ended]
        insert(connection, "run", *run)
        for first in range(0, len(EVENTS), 50):
            one = batch(EVENTS, first, first + 50)
            moments = (one.first_at_ms, one.last_at_ms)
            insert(connection, "segment", "r", first, 50, *moments, digest_of(EVENTS[first : first + 50]), one.payload)
        insert(connection, "checkpoint", "r", 300, digest_of(EVENTS), b"\x28 not of this release")
    engine.dispose()
    return "r"


def insert(connection: sa.Connection, table: str, *values: object) -> None:
    names = {f"v{place}": value for place, value in enumerate(values)}
    connection.execute(sa.text(f"INSERT INTO {table} VALUES ({', '.join(f':{name}' for name in names)})"), names)


def test_empty_database_becomes_what_the_tables_say(database: str) -> None:
    assert differences(database) == []
    assert differences(database) == []  # and is left as it is


def test_tables_that_are_of_this_release_are_not_migrated_again(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database(database).dispose()
    monkeypatch.setattr(command, "upgrade", Mock(side_effect=AssertionError("it takes a lock, and half a second")))
    open_database(database).dispose()


async def test_database_of_the_release_before_is_taken_over_with_its_runs(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    run = make_earlier(database)
    assert differences(database) == []
    log = Log.open(database)
    kept = log.runs.get(run)
    assert (kept.head, kept.ended, kept.pace, kept.fault, log.commands.all(run)) == (300, True, None, None, [])
    assert log.segments.digest(run, 300) == digest_of(EVENTS)
    runs = LiveRuns(log)
    live = await runs.get(run)
    assert live.state().snapshot() == measures_of(EVENTS)
    runs.close()  # what is being written is finished
    assert caplog.messages == []  # a checkpoint that could not be kept is told
    assert State.restore(log.checkpoints.latest(run).state).snapshot() == measures_of(EVENTS)
    assert PointsInTime(log).state(run, 100_000).snapshot() == measures_of(EVENTS[:101])
    log.close()


def test_reader_takes_over_the_database_of_the_release_before(database: str) -> None:
    run = make_earlier(database)
    log = Log.open(database, read_only=True)
    assert (log.runs.get(run).head, log.segments.digest(run, 300)) == (300, digest_of(EVENTS))
    log.close()


def test_run_of_an_earlier_release_that_broke_off_has_no_known_player(database: str) -> None:
    run = make_earlier(database, ended=False)
    log = Log.open(database)
    kept = log.runs.get(run)
    log.close()
    assert (kept.state, kept.silent_since) == ("running", None)


def test_processes_that_start_at_once_migrate_once(database: str) -> None:
    make_earlier(database)
    faults: list[Exception] = []

    def start() -> None:
        try:
            open_database(database).dispose()
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert differences(database) == []


def test_file_that_another_process_writes_when_it_is_first_opened_is_waited_for(tmp_path: Path) -> None:
    database, faults = str(tmp_path / "fair.db"), []
    make_earlier(database)  # in SQLite's own mode, which opening it changes

    def start() -> None:
        try:
            open_database(database).dispose()
        except BackendError as fault:
            faults.append(fault)

    with sqlite3.connect(database) as other:
        other.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=start)
        thread.start()
        thread.join(0.2)  # by then it has found the file locked
    other.close()
    thread.join()
    assert faults == []
    assert differences(database) == []


def test_database_of_a_later_release_is_refused_and_left_as_it_is(database: str) -> None:
    engine = open_database(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BackendError, match=r"'9999': a later release wrote it; install that one, or name another"):
        open_database(database)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9999"
    engine.dispose()


def test_revision_that_is_known_without_alembic_is_the_last_one() -> None:
    scripts = ScriptDirectory(str(Path(cloudfair.store.migrations.__file__).parent))
    assert (scripts.get_heads(), scripts.get_bases()) == (
        [cloudfair.store.migrations.HEAD],
        [cloudfair.store.migrations.BASELINE],
    )
