"""The names of databases: which are understood, and how they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudfair.store.urls import SETTLED, name_of, prepare_threshold, url_of
from fairfacts.errors import BackendError


@pytest.mark.parametrize(
    ("database", "driver", "name"),
    [
        ("fair.db", "sqlite", f"sqlite:///{Path('fair.db').absolute()}"),
        ("/data/fair.db", "sqlite", "sqlite:////data/fair.db"),
        ("sqlite:////data/fair.db", "sqlite", "sqlite:////data/fair.db"),
        ("postgres://me:secret@host/fair", "postgresql+psycopg", "postgresql+psycopg://me:***@host/fair"),
        ("postgresql://me@host/fair", "postgresql+psycopg", "postgresql+psycopg://me@host/fair"),
        ("postgresql+psycopg://host/fair", "postgresql+psycopg", "postgresql+psycopg://host/fair"),
        (
            "postgresql://host/fair?password=secret&sslmode=on",
            "postgresql+psycopg",
            "postgresql+psycopg://host/fair?password=%2A%2A%2A&sslmode=on",
        ),
    ],
)
def test_database_is_named_by_its_file_or_url_without_its_password(database: str, driver: str, name: str) -> None:
    url = url_of(database)
    assert (url.drivername, name_of(url)) == (driver, name)


@pytest.mark.parametrize(
    ("database", "reason"),
    [
        (":memory:", "a log must outlive the process"),
        ("sqlite://", "a log must outlive the process"),
        ("mysql://host/fair", "mysql:// is no database that cloudfair can use"),
        ("://nothing", "the database URL cannot be read"),
        ("postgresql://fair:secret@127.0.0.1:abc/fair", "the database URL cannot be read"),
        ("", "^no database is named: a log must outlive the process"),
        ("sqlite:///:memory:", "a log must outlive the process"),
        ("sqlite://fair.db", r"what stands before the third / is no file; name a file alone, such as fair\.db"),
        ("sqlite:///file::memory:?cache=shared&uri=true", r"\(file:\) are not taken; name a file alone"),
        ("sqlite:///file:x.db?uri=true&mode=memory", r"\(file:\) are not taken; name a file alone"),
        ("file:x.db", r"\(file:\) are not taken; name a file alone"),
        ("sqlite:////vmem?vfs=memdb&uri=true", r"without options \(vfs, uri\); name a file alone"),
        ("sqlite:///y.db?uri=true&mode=ro", r"without options \(uri, mode\); name a file alone"),
        ("sqlite:///y.db?timeout=abc", r"without options \(timeout\); name a file alone"),
        ("sqlite+aiosqlite:///x.db", r"^sqlite\+aiosqlite://: cloudfair has a driver of its own; write sqlite://"),
        ("sqlite+pysqlcipher:///x.db", "cloudfair has a driver of its own; write sqlite://"),
        ("postgresql+asyncpg://fair:secret@host/fair", "cloudfair has a driver of its own; write postgresql://"),
        ("postgres+psycopg2://host/fair", "cloudfair has a driver of its own; write postgres://"),
        *(
            (f"postgresql://fair:secret@host/fair?{name}=abc", f"cloudfair sets {name} itself; leave it out of the URL")
            for name in SETTLED
        ),
        ("postgresql://fair:secret@host/fair?prepare_threshold=abc", "prepare_threshold is no number; give how many"),
        ("postgresql://host/fair?prepare_threshold=1&prepare_threshold=2", "prepare_threshold is no number"),
    ],
)
def test_what_is_no_database_is_refused(database: str, reason: str) -> None:
    with pytest.raises(BackendError, match=reason) as told:
        url_of(database)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("", {}),
        ("?prepare_threshold=0", {"prepare_threshold": 0}),
        ("?prepare_threshold=12", {"prepare_threshold": 12}),
        ("?prepare_threshold=None", {"prepare_threshold": None}),
    ],
)
def test_what_must_be_a_number_is_one(query: str, given: dict[str, int | None]) -> None:
    assert prepare_threshold(url_of(f"postgresql://host/fair{query}")) == given
