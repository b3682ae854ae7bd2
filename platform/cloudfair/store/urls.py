"""The names of databases: a SQLite file by its path, any database by its URL; what is not understood is refused."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from fairfacts.errors import BackendError

DRIVERS = {"sqlite": ("", "pysqlite"), "postgres": ("", "psycopg"), "postgresql": ("", "psycopg")}
"""By name of a database, the drivers that a URL may name."""
SETTLED = ("autocommit", "client_encoding", "conninfo", "connect_timeout", "context", "cursor_factory", "row_factory")
"""Options of PostgreSQL's driver that no text can set, or that cloudfair needs as it sets them itself."""
NEVER = "none"


def url_of(database: str) -> URL:
    """Return the URL of a database: the given one, or that of the SQLite file with this path.

    Raises:
        BackendError: it is neither, or says what cloudfair does not do.
    """
    try:
        url = make_url(database) if "://" in database else URL.create("sqlite", database=database)
    except (ArgumentError, ValueError) as fault:  # a ValueError: the port is no number
        raise BackendError(  # the URL itself is not shown: it may hold a password
            "the database URL cannot be read; write it like sqlite:///fair.db or"
            " postgresql://user:password@host:5432/name"
        ) from fault
    backend, _, driver = url.drivername.partition("+")
    if backend not in DRIVERS:
        raise BackendError(
            f"{backend}:// is no database that cloudfair can use; name a file, or a URL such as"
            " sqlite:///fair.db or postgresql://user@host/name"
        )
    if driver not in DRIVERS[backend]:
        raise BackendError(f"{url.drivername}://: cloudfair has a driver of its own; write {backend}://")
    if backend == "sqlite":
        _check_file(database, url)
        return url
    _check_options(url)
    return url.set(drivername="postgresql+psycopg")


def prepare_threshold(url: URL) -> dict[str, int | None]:
    """Return after how many executions PostgreSQL's driver prepares a statement, if a URL says so; None is never.

    Raises:
        BackendError: it is no such number.
    """
    value = url.query.get("prepare_threshold")
    if value is None:
        return {}
    if isinstance(value, str) and (value.lower() == NEVER or (value.isascii() and value.isdigit())):
        return {"prepare_threshold": None if value.lower() == NEVER else int(value)}
    raise BackendError(
        f"{name_of(url)}: prepare_threshold is no number; give how many executions it takes to prepare a statement,"
        f" or {NEVER} behind a pooler that knows no prepared statements"
    )


def _check_file(database: str, url: URL) -> None:
    """Refuse what is not the name of one file: what is written would be elsewhere than where it is looked for.

    Raises:
        BackendError: it is in memory, a URI of SQLite's own, on another machine, or has options.
    """
    remedy = "name a file alone, such as fair.db or sqlite:///fair.db"
    if url.host or url.username:
        raise BackendError(f"sqlite://: what stands before the third / is no file; {remedy}")
    if url.database in (None, "", ":memory:"):
        raise BackendError(
            f"{database or 'no database is named'}: a log must outlive the process; name a file, such as"
            " sqlite:///fair.db"
        )
    if (url.database or "").startswith("file:"):
        raise BackendError(f"{database}: URIs of SQLite's own (file:) are not taken; {remedy}")
    if url.query:
        raise BackendError(f"{database}: SQLite is opened without options ({', '.join(url.query)}); {remedy}")


def _check_options(url: URL) -> None:
    """Refuse options of PostgreSQL that a URL cannot set; those that it can, its driver checks.

    Raises:
        BackendError: it names one, or the value of one is of another type.
    """
    if settled := [name for name in SETTLED if name in url.query]:
        raise BackendError(f"{name_of(url)}: cloudfair sets {settled[0]} itself; leave it out of the URL")
    prepare_threshold(url)


def shown(path: Path) -> str:
    """Return the absolute path of a file in UTF-8; bytes that are no UTF-8, which the system allows, as numbers."""
    return os.fsencode(path.absolute()).decode(errors="backslashreplace")


def name_of(url: URL) -> str:
    """Return the URL of a database for people to read: its password masked, a file by its absolute path."""
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{shown(Path(url.database or ''))}"
    masked = {key: "***" if "password" in key else value for key, value in url.query.items()}
    return url.set(query=masked).render_as_string(hide_password=True)
