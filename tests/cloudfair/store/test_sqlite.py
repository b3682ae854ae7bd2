"""What is said of a SQLite file that cannot be opened, and how it is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from sqlalchemy import URL

from cloudfair.store import sqlite
from cloudfair.store.sqlite import OpenFile, arguments, remedy

READ = "see that the file is a database and that you may read it, and its folder"
WRITE = "make its folder, see that it is yours to write, or name another file with --db"


@pytest.mark.parametrize(("read_only", "said"), [(True, READ), (False, WRITE)])
def test_remedy_is_that_of_a_reader_or_of_a_writer(read_only: bool, said: str) -> None:
    assert remedy("unable to open database file", read_only=read_only) == said
    assert remedy("file is not a database", read_only=read_only).startswith("it holds something else")


@pytest.mark.parametrize(
    ("log", "writable", "immutable"),
    [(None, True, False), (None, False, True), (b"", False, True), (b"a page", False, False), (b"a page", True, False)],
)
def test_file_is_read_as_one_that_nobody_changes_only_if_nobody_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: bytes | None, writable: bool, immutable: bool
) -> None:
    if log is not None:
        (tmp_path / "fair.db-wal").write_bytes(log)
    monkeypatch.setattr(sqlite.os, "access", lambda *_: writable)
    assert sqlite._is_immutable(tmp_path / "fair.db") is immutable


@pytest.mark.parametrize(("allowed", "mounted_read_only"), [(True, False), (True, True), (False, False)])
def test_folder_is_writable_if_its_rights_and_its_file_system_are_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: bool, mounted_read_only: bool
) -> None:
    flags = sqlite.os.ST_RDONLY if mounted_read_only else 0
    monkeypatch.setattr(sqlite.os, "access", lambda *_: allowed)
    monkeypatch.setattr(sqlite.os, "statvfs", lambda _: SimpleNamespace(f_flag=flags | 2))
    assert sqlite._is_writable(tmp_path) is (allowed and not mounted_read_only)


@pytest.mark.parametrize("allowed", [True, False])
def test_folder_of_a_system_that_does_not_tell_is_writable_if_its_rights_are_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    monkeypatch.setattr(sqlite.os, "access", lambda *_: allowed)
    for fault in (AttributeError(), OSError()):
        monkeypatch.setattr(sqlite.os, "statvfs", Mock(side_effect=fault))
        assert sqlite._is_writable(tmp_path) is allowed


def test_reader_waits_for_a_lock_as_long_as_a_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, opened = URL.create("sqlite", database=str(tmp_path / "the fair.db")), []
    assert arguments(url, read_only=False) == {"connect_args": {"timeout": 10}}
    monkeypatch.setattr(sqlite3, "connect", lambda *asked, **options: opened.append((asked, options)))
    arguments(url, read_only=True)["creator"]()
    ((asked, options),) = opened
    assert asked == (f"file:{tmp_path}/the%20fair.db?mode=ro",)
    assert options == {"uri": True, "timeout": 10, "check_same_thread": False}


class Locked:
    """A connection to a file that another process has locked a few times long, or for good."""

    def __init__(self, times: int, code: int = sqlite3.SQLITE_BUSY) -> None:
        self.times, self.code, self.said = times, code, list[str]()

    def execute(self, statement: str) -> None:
        self.said.append(statement)
        if len(self.said) <= self.times:
            fault = sqlite3.OperationalError("locked")
            fault.sqlite_errorcode = self.code
            raise fault

    def close(self) -> None:
        self.said.append("closed")


def test_file_is_made_durable_as_soon_as_nobody_holds_it_or_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(
        sqlite, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=lambda s: clock.__setitem__(0, clock[0] + s))
    )
    for times in (0, 3):
        connection = Locked(times)
        sqlite._make_durable(connection, None)  # type: ignore[arg-type]  # a stand-in
        assert connection.said[times:] == [
            "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
        ]  # fmt: skip
    clock[0] = 0.0
    with pytest.raises(sqlite3.OperationalError):
        sqlite._make_durable(Locked(10**9), None)  # type: ignore[arg-type]  # a stand-in
    assert 10.0 <= clock[0] < 10.02
    once = Locked(1, sqlite3.SQLITE_IOERR)
    with pytest.raises(sqlite3.OperationalError):
        sqlite._make_durable(once, None)  # type: ignore[arg-type]  # a stand-in
    assert once.said[1:] == ["closed"]


def test_file_that_is_open_is_the_same_until_it_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "fair.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE run (id)")
    connection.close()
    opened = OpenFile(SimpleNamespace(url=SimpleNamespace(database=str(file))))  # type: ignore[arg-type]  # a stand-in
    with sqlite3.connect(file) as connection:
        connection.execute("INSERT INTO run VALUES (1)")
    connection.close()
    assert opened.fault() is None
    (tmp_path / "fair.db-wal").unlink()
    assert opened.fault() == "the file fair.db-wal beside the database is gone"
    file.unlink()
    assert opened.fault() == "the file of the database is gone"
    opened.close()
