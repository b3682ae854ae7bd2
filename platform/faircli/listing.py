"""Lists the runs of a SQLite file without the backend's libraries: `fair runs` and completion answer at once.

It only reads: it makes no file and brings no table up to date. Where that is not enough, `list_runs` says so.
"""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from cloudfair.store.checksums import fixed_checksum, state_checksum
from cloudfair.store.states import RunState, silent_since, state_of
from fairfacts.errors import BackendError

BUSY_S = 0.2
"""How long a lock is waited for before the full way is taken."""
COLUMNS = (
    *("id", "scenario", "seed", "replication", "scale", "version", "created_at", "head", "at_ms", "pace", "fault"),
    *("ended", "heard_at", "request", "player", "sha256", "state_sha256"),
)


class NotListedError(Exception):
    """The runs are not in a SQLite file of this release, or it cannot be read just now."""


class ListedRun(NamedTuple):
    """A run, as a list shows it."""

    id: str
    scenario: str
    seed: int
    replication: int
    scale: float
    version: str
    created_at: datetime
    head: int
    at_ms: int
    pace: str | None
    fault: str | None
    state: RunState
    silent_since: datetime | None


def list_runs(database: str) -> list[ListedRun]:
    """Return the runs of a SQLite file, the latest first.

    Raises:
        BackendError: the file does not exist.
        NotListedError: read the runs with `cloudfair.store` instead.
    """
    path = _path_of(database)
    if not os.path.exists(path):  # noqa: PTH110  # no, where Path raises: of a name that is too long for a file
        raise BackendError(f"{path}: there is no such database; fair run makes one, or name another with --db")
    query = f"SELECT {', '.join(COLUMNS)} FROM run ORDER BY created_at DESC, id"  # noqa: S608  # our own names
    try:
        connection = sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro", uri=True, timeout=BUSY_S)
    except sqlite3.Error as fault:
        raise NotListedError(str(fault)) from fault
    try:
        return [_run(dict(zip(COLUMNS, row, strict=True))) for row in connection.execute(query)]
    except (sqlite3.Error, ValueError, TypeError) as fault:
        raise NotListedError(str(fault)) from fault
    finally:
        connection.close()


def _path_of(database: str) -> Path:
    scheme, is_url, rest = database.partition("://")
    file = rest.removeprefix("/") if is_url else database
    if is_url and (scheme != "sqlite" or file == rest or "?" in rest):
        raise NotListedError(f"{scheme} is not a plain SQLite file")
    if file in ("", ":memory:") or file.startswith("file:"):
        raise NotListedError("no file is named")
    return Path(file)


def _run(row: dict[str, Any]) -> ListedRun:
    created_at, heard_at = _moment(row["created_at"]), _moment(row.pop("heard_at"))
    if created_at is None:
        raise ValueError("a run without its beginning")
    row |= {"created_at": created_at, "ended": bool(row["ended"])}
    if row["sha256"] not in ("", fixed_checksum(row)) or row["state_sha256"] not in (
        "",
        state_checksum(row["id"], row),
    ):
        raise ValueError(f"the row of {row['id']} is not what was written")  # the full way leaves it out, and says so
    for name in ("request", "player", "sha256", "state_sha256"):
        del row[name]
    state = state_of(ended=row.pop("ended"), fault=row["fault"], pace=row["pace"])
    silent = silent_since(state, heard_at or created_at, pace=row["pace"], head=row["head"])
    return ListedRun(**row | {"state": state, "silent_since": silent})


def _moment(value: object) -> datetime | None:
    """Return a moment of the table: UTC, without its zone."""
    return None if value is None else datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
