"""The names of databases: a SQLite file by its path, any database by its URL."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from fairfacts.errors import BackendError


def url_of(database: str) -> URL:
    """Return the URL of a database: the given one, or that of the SQLite file with this path.

    Raises:
        BackendError: it is neither.
    """
    try:
        url = make_url(database) if "://" in database else URL.create("sqlite", database=database)
    except (ArgumentError, ValueError) as fault:  # a ValueError: the port is no number
        raise BackendError(  # the URL itself is not shown: it may hold a password
            "the database URL cannot be read; write it like sqlite:///fair.db or"
            " postgresql://user:password@host:5432/name"
        ) from fault
    if url.get_backend_name() not in ("sqlite", "postgres", "postgresql"):
        raise BackendError(
            f"{url.get_backend_name()}:// is no database that cloudfair can use; name a file, or a URL such as"
            " sqlite:///fair.db or postgresql://user@host/name"
        )
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise BackendError(f"{database}: a log must outlive the process; name a file, such as sqlite:///fair.db")
    return url


def shown(path: Path) -> str:
    """Return the absolute path of a file in UTF-8: of other bytes, which the system takes as well, the numbers."""
    return os.fsencode(path.absolute()).decode(errors="backslashreplace")


def name_of(url: URL) -> str:
    """Return the URL of a database for people to read: its password masked, a file by its absolute path."""
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{shown(Path(url.database or ''))}"
    masked = {key: "***" if "password" in key else value for key, value in url.query.items()}
    return url.set(query=masked).render_as_string(hide_password=True)
