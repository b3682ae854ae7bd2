"""The names of databases: which are understood, and how they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudfair.store.urls import name_of, url_of
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
        ("", "a log must outlive the process"),
        (":memory:", "a log must outlive the process"),
        ("sqlite://", "a log must outlive the process"),
        ("mysql://host/fair", "mysql:// is no database that cloudfair can use"),
        ("://nothing", "the database URL cannot be read"),
        ("postgresql://fair:secret@127.0.0.1:abc/fair", "the database URL cannot be read"),
    ],
)
def test_what_is_no_database_is_refused(database: str, reason: str) -> None:
    with pytest.raises(BackendError, match=reason) as told:
        url_of(database)
    assert "secret" not in str(told.value)
