"""Opening a database: durable for the backend, without any write for a reader, bounded where somebody holds a lock."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import psycopg
import pytest
import sqlalchemy as sa
from tests.cloudfair.example import batch, digest_of, example

from cloudfair.errors import DamageError
from cloudfair.projections.live import measures_of
from cloudfair.store import database as database_module
from cloudfair.store import postgres
from cloudfair.store import sqlite as sqlite_module
from cloudfair.store.database import WRITERS, Database
from cloudfair.store.log import Log
from fairfacts.errors import BackendError

EVENTS = example(100)
NEW = {"scenario": "example", "seed": 7, "replication": 0, "scale": 1.0, "version": "1"}


def begun(log: Log) -> str:
    run = log.runs.create(**NEW).id
    log.batches.append(run, batch(EVENTS, 0, 50))
    return run


def remove(file: Path) -> None:
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()


def replace(file: Path) -> None:
    other = file.with_name("other.db")
    with sqlite3.connect(file) as source, sqlite3.connect(other) as target:
        source.backup(target)
    source.close()
    target.close()
    other.replace(file)


def remove_write_ahead_log(file: Path) -> None:
    file.with_name(f"{file.name}-wal").unlink()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (remove, "the file of the database is gone"),
        (lambda file: shutil.rmtree(file.parent), "the file of the database is gone"),
        (replace, "the file of the database was replaced by another"),
        (remove_write_ahead_log, r"the file fair.db-wal beside the database is gone"),
    ],
    ids=["files removed", "folder removed", "file replaced", "write-ahead log removed"],
)
def test_nothing_is_acknowledged_into_a_file_that_its_path_no_longer_names(
    tmp_path: Path, harm: object, reason: str
) -> None:
    file = tmp_path / "data" / "fair.db"
    file.parent.mkdir()
    log = Log.open(str(file))
    run = begun(log)
    harm(file)  # type: ignore[operator]  # one of the above
    for write in (
        lambda: log.batches.append(run, batch(EVENTS, 50, 100)),
        lambda: log.commands.add(run, '{"kind":"pause"}'),
        lambda: log.runs.create(**NEW),
    ):
        with pytest.raises(BackendError, match=f"{reason}, so that nothing more is stored in it: stop the backend"):
            write()
    log.close()


def test_a_write_ahead_log_that_is_made_again_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "fair.db"
    log = Log.open(str(file))
    run = begun(log)
    remove_write_ahead_log(file)
    file.with_name("fair.db-wal").touch()
    with pytest.raises(BackendError, match=r"the file fair.db-wal beside the database was replaced by another"):
        log.batches.append(run, batch(EVENTS, 50, 100))
    log.close()


def files_of(file: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in file.parent.iterdir()}


def test_reader_needs_no_lock_and_makes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "fair.db"
    log = Log.open(str(file))
    run = begun(log)
    with sqlite3.connect(file) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM checkpoint")
        reader = Log.open(str(file), read_only=True)
        assert reader.runs.get(run).head == 50
        assert reader.segments.digest(run, 50) == digest_of(EVENTS[:50])
        other.rollback()
        log.batches.append(run, batch(EVENTS, 50, 100))
        assert reader.segments.digest(run, 100) == digest_of(EVENTS)  # and sees what comes
        with pytest.raises(BackendError, match="readonly database; see that the database runs and that its disk has"):
            reader.runs.create(**NEW)
        reader.close()
    other.close()
    log.close()
    with pytest.raises(BackendError, match=r"typo.db: there is no such database; fair run makes one"):
        Log.open(str(tmp_path / "typo.db"), read_only=True)
    assert not (tmp_path / "typo.db").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_reader_reads_from_a_read_only_file_system(tmp_path: Path) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    file = folder / "fair.db"
    log = Log.open(str(file))
    run = begun(log)
    log.close()
    read = (
        f"from cloudfair.store.log import Log; log = Log.open('{file}', read_only=True);"
        f" print(log.runs.get('{run}').head, log.segments.digest('{run}', 50))"
    )
    mount = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder} && ! touch {folder}/x 2>/dev/null"
    script = f'{mount} && {sys.executable} -c "{read}"'
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, timeout=60)
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(f"this machine does not let root mount: {done.stderr.strip()}")
    assert done.stdout.split() == ["50", digest_of(EVENTS[:50])], done.stderr


def test_reader_reads_from_a_standby(postgres_socket: str, database: str) -> None:
    if not database.startswith("postgresql"):
        pytest.skip("SQLite has no standby")
    log = Log.open(database)
    run = begun(log)
    log.close()
    with psycopg.connect(database, autocommit=True) as connection:  # what a standby refuses, this refuses
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
    with pytest.raises(BackendError, match="read-only transaction"):
        Log.open(database)
    reader = Log.open(database, read_only=True)
    assert reader.segments.digest(run, 50) == digest_of(EVENTS[:50])
    assert measures_of(reader, run).position == 50
    reader.close()


def test_lock_on_the_row_of_a_run_is_waited_for_so_long_and_stops_no_other(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.startswith("postgresql"):
        pytest.skip("SQLite locks no rows")
    monkeypatch.setattr(postgres, "LOCK_S", 1)
    log = Log.open(database)
    locked, free = begun(log), begun(log)
    with psycopg.connect(database) as other:
        other.execute("SELECT 1 FROM run WHERE id = %s FOR UPDATE", [locked])
        began, refusals = time.monotonic(), []

        def append() -> None:
            try:
                log.batches.append(locked, batch(EVENTS, 50, 100))
            except BackendError as fault:
                refusals.append(str(fault))

        waiting = threading.Thread(target=append)
        waiting.start()
        log.batches.append(free, batch(EVENTS, 50, 100))
        assert time.monotonic() - began < 0.9
        waiting.join(30)
        assert len(refusals) == 1
        assert "lock timeout" in refusals[0]
    log.batches.append(locked, batch(EVENTS, 50, 100))
    log.close()


def test_connection_that_is_in_use_when_the_database_closes_is_closed_after_that(database: str) -> None:
    opened = Database.open(database, read_only=False)
    with opened.transaction() as connection:  # as a thread whose caller left
        in_use = connection.connection.dbapi_connection
        opened.close()
        assert connection.scalar(sa.text("SELECT 1")) == 1
    assert in_use is not None
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        in_use.cursor().execute("SELECT 1")


def test_damaged_page_is_damage_and_not_a_fault_of_the_disk(tmp_path: Path) -> None:
    file = tmp_path / "fair.db"
    log = Log.open(str(file))
    begun(log)
    with log._database.transaction() as connection:
        page = connection.execute(sa.text("SELECT rootpage FROM sqlite_master WHERE name = 'run'")).scalar_one()
        size = connection.execute(sa.text("PRAGMA page_size")).scalar_one()
    log.close()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(content)
    reader = Log.open(str(file), read_only=True)
    with pytest.raises(DamageError, match="database disk image is malformed; restore the database from a copy"):
        reader.runs.all()
    reader.close()


def test_text_that_cannot_be_decoded_is_damage(tmp_path: Path) -> None:
    file = tmp_path / "fair.db"
    log = Log.open(str(file))
    run = begun(log)
    with log._database.transaction() as connection:
        connection.execute(sa.text("UPDATE run SET scenario = CAST(x'ff' AS TEXT)"))
    with pytest.raises(DamageError, match="UTF-8"):
        log.runs.get(run)
    log.close()


@pytest.mark.parametrize(("code", "is_damage"), [*((code, True) for code in postgres.CORRUPT), ("53100", False)])
def test_damage_of_which_postgresql_tells_is_told_from_a_full_disk(
    sqlite: str, monkeypatch: pytest.MonkeyPatch, code: str, *, is_damage: bool
) -> None:
    log = Log.open(sqlite)
    fault = sa.exc.InternalError("SELECT", None, SimpleNamespace(sqlstate=code))  # type: ignore[arg-type]  # a stand-in
    monkeypatch.setattr(sa.orm.Session, "get", Mock(side_effect=fault))
    with pytest.raises(BackendError) as told:
        log.runs.get("mine")
    assert isinstance(told.value, DamageError) is is_damage
    log.close()


def test_complaint_that_the_driver_cannot_read_is_damage(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite quotes the damaged name of a table in it."""
    log = Log.open(sqlite)
    fault = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    monkeypatch.setattr(sa.orm.Session, "get", Mock(side_effect=fault))
    with pytest.raises(DamageError, match=f"{sqlite}: names of its tables are damaged .*; restore the database"):
        log.runs.get("mine")
    log.close()


@pytest.mark.parametrize(
    "fault",
    [
        BackendError("it is of a later release"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        sa.exc.OperationalError("SELECT 1", None, Exception("disk I/O error")),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_database_that_cannot_be_opened_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    disposed = []
    monkeypatch.setattr(database_module, "_check", Mock(side_effect=fault))
    monkeypatch.setattr(sa.Engine, "dispose", lambda engine: disposed.append(engine))
    with pytest.raises(BackendError):
        database_module.open_database(str(tmp_path / "fair.db"))
    assert len(disposed) == 1


def test_connection_that_breaks_while_it_is_settled_is_closed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    engine = database_module.open_database(database)
    sa.event.listen(engine, "connect", lambda connection, _: made.append(connection), insert=True)
    engine.dispose()
    monkeypatch.setattr(postgres, "DURABLE", "SELECT 1 / 0")
    monkeypatch.setattr(sqlite_module, "_write_ahead", Mock(side_effect=sqlite3.OperationalError("disk I/O error")))
    with pytest.raises(sa.exc.DBAPIError):
        engine.connect()
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        made[0].cursor().execute("SELECT 1")


def test_sqlite_has_one_writer_and_postgresql_several(database: str) -> None:
    log = Log.open(database)
    assert log.writers == (1 if database.startswith("sqlite") else WRITERS)
    log.close()


def test_indexes_of_a_database_that_cannot_be_read_are_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log.open(str(tmp_path / "fair.db"))
    assert log.can_rebuild_indexes() is True
    monkeypatch.setattr(log._database._dialect, "scan", Mock(side_effect=DamageError("a page is damaged")))
    assert log.can_rebuild_indexes() is False
    monkeypatch.setattr(log._database._dialect, "integrity", Mock(side_effect=DamageError("a page is damaged")))
    assert log.integrity() == (["a page is damaged"], [])
    log.close()
