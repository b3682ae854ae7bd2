"""A database that cannot be opened is told at once, with the remedy; one that is closed is let go."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from cloudfair.store.database import open_database
from cloudfair.store.log import Log
from fairfacts.errors import BackendError


@pytest.mark.parametrize("read_only", [False, True])
def test_file_that_is_no_database_is_told(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(BackendError) as told:
        open_database(str(path), read_only=read_only)
    assert str(told.value) == (
        f"sqlite:///{path}: file is not a database; it holds something else; name another file with --db"
    )


def test_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"missing/fair.db: unable to open database file; make its folder"):
        open_database(f"sqlite:///{tmp_path}/missing/fair.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "fair.db"
    open_database(str(path)).dispose()
    path.chmod(0o444)
    with pytest.raises(BackendError, match="readonly database"):
        open_database(str(path))


@pytest.mark.parametrize("database", ["sqlite://", "sqlite:///:memory:", ":memory:", ""])
def test_log_in_memory_is_refused(database: str) -> None:
    with pytest.raises(BackendError, match=r"a log must outlive the process; name a file"):
        open_database(database)


def test_server_that_is_not_there_is_told_with_the_password_masked() -> None:
    with pytest.raises(BackendError) as told:
        open_database("postgresql://fair:secret@127.0.0.1:1/fair")
    message = str(told.value)
    assert message.startswith("postgresql+psycopg://fair:***@127.0.0.1:1/fair: ")
    assert message.endswith("see that the server runs, that the database exists and that the user may create tables")
    assert "secret" not in message


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://fair:secret@127.0.0.1/fair?port=abc", "port=abc: Received non-integer port arguments"),
        ("postgresql://fair:secret@a..b/fair", "its host is no name of a host; correct the URL"),
        ("postgresql://fair:secret@127.0.0.1:99999/fair", 'invalid port number: "99999"; correct the port of the URL'),
        *(
            (
                f"postgresql://fair:secret@127.0.0.1:1/fair?{option}",
                r"invalid .*; correct what follows the \? of the URL",
            )
            for option in ("foo=bar", "sslmode=abc", "target_session_attrs=abc", "gssencmode=abc", "keepalives=abc")
        ),
    ],
)
def test_url_that_the_driver_cannot_take_is_told(url: str, said: str) -> None:
    with pytest.raises(BackendError, match=said) as told:
        open_database(url)
    assert "secret" not in str(told.value)


def test_other_kinds_of_database_are_refused() -> None:
    with pytest.raises(BackendError, match="orakel:// is no database that cloudfair can use; name a file, or a URL"):
        open_database("orakel://fair")


def test_check_of_a_log_finds_that_its_database_is_gone(sqlite: str) -> None:
    log = Log.open(sqlite)
    assert log.name == f"sqlite:///{sqlite}"
    log.check()
    Path(sqlite).unlink()
    with pytest.raises(BackendError, match="the file of the database is gone"):
        log.check()
    log.close()


def test_log_that_is_closed_leaves_the_file_of_its_database_alone(sqlite: str) -> None:
    """SQLite removes the files beside it as the last connection is closed, in whichever thread that is."""
    log = Log.open(sqlite)
    log.runs.all()
    closing = threading.Thread(target=log.close)
    closing.start()
    closing.join()
    assert [file.name for file in Path(sqlite).parent.iterdir()] == ["fair.db"]
