"""A run as Parquet: one file for each type of event, its columns the event's fields.

Ahead of the fields stand `position` (in the log), `at_ms`, and `clock`, the moment as the fair's clocks showed it.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect

from cloudfair.database import url_of
from cloudfair.log import Log
from cloudfair.problems import UnfinishedError
from cloudfair.query import SUFFIX, require_duckdb, text_of
from fairfacts.errors import BackendError
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, type_name
from fairfacts.runs import RunStarted

if TYPE_CHECKING:
    import duckdb

TYPE_AT = len(b'{"type":"')
"""Where an event's type stands in its line."""
_SCALARS: Mapping[type, str] = {
    inspect.BoolType: "BOOLEAN",
    inspect.IntType: "BIGINT",
    inspect.FloatType: "DOUBLE",
    inspect.StrType: "VARCHAR",
    inspect.LiteralType: "VARCHAR",
}


def duck() -> duckdb.DuckDBPyConnection:
    """Return a DuckDB in memory.

    Raises:
        BackendError: it is not installed; names the remedy.
    """
    require_duckdb()
    import duckdb

    return duckdb.connect(":memory:")


def columns_of(event_type: type[Event]) -> dict[str, str]:
    """Return the columns of an event type's file, each with its SQL type."""
    info: Any = inspect.type_info(event_type)
    fields = {field.encode_name: _sql_type(field.type) for field in info.fields}
    return {"position": "BIGINT", "at_ms": fields.pop("at_ms"), "clock": "TIMESTAMP"} | fields


def _sql_type(field: Any) -> str:
    """Return the SQL type of a field; JSON where a value may have one of several shapes."""
    match field:
        case inspect.UnionType(types=types):
            others = [member for member in types if not isinstance(member, inspect.NoneType)]
            return _sql_type(others[0]) if len(others) == 1 else "JSON"
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return f"{_sql_type(item)}[]"
        case inspect.DictType(value_type=value):
            return f"MAP(VARCHAR, {_sql_type(value)})"
        case inspect.StructType(tag=None, fields=fields):
            return f"STRUCT({', '.join(f'{_quoted(each.encode_name)} {_sql_type(each.type)}' for each in fields)})"
    return _SCALARS.get(type(field), "JSON")


def parquet_folder(database: str, named: str | None) -> Path:
    """Return the folder for runs as Parquet: the one named, or `cloudfair.parquet` beside the file `cloudfair.db`."""
    if named is not None:
        return Path(named)
    url = url_of(database)
    file = Path(url.database or "cloudfair") if url.get_backend_name() == "sqlite" else Path("cloudfair")
    return file.with_suffix(SUFFIX)


class Archive:
    """The runs that were written as Parquet, each in a folder of its own, and kept for the next who asks."""

    def __init__(self, log: Log, folder: Path) -> None:
        self._log, self._folder = log, folder
        self._writing = threading.Lock()

    def of(self, run: str, on_progress: Callable[[int], None] = lambda _: None) -> Path:
        """Return the folder of a run that has ended; it is written when it is first asked for.

        Raises:
            UnknownError: there is no such run.
            UnfinishedError: it has not ended.
            BackendError: DuckDB is missing, or the folder cannot be written.
        """
        kept = self._log.run(run)  # a run that is known has a name that may be a folder's
        if not kept.ended:
            raise UnfinishedError(
                f"run {run} has not ended: its log stands at event {kept.head}; ask again once it has,"
                f" or complete it with fair run --resume {run}"
            )
        folder = self._folder / run
        with self._writing:
            if not folder.is_dir():
                write_parquet(self._log, run, folder, on_progress)
        return folder


def file_of(folder: Path, event_type: type[Event]) -> Path:
    """Return the file of an event type."""
    return folder / f"{type_name(event_type)}{SUFFIX}"


def write_parquet(log: Log, run: str, folder: Path, on_progress: Callable[[int], None] = lambda _: None) -> None:
    """Write a run's events to `folder`, which is made whole or not at all; a type without events has a file too.

    `on_progress` is told how many events were read.

    Raises:
        BackendError: DuckDB is missing, the folder is there already, or it cannot be written.
    """
    with duck() as connection, _made(folder) as made, tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        lines = Path(scratch)
        epoch = _sort_by_type(log, run, lines, on_progress)
        for event_type in EVENT_TYPES:
            _convert(connection, event_type, lines / type_name(event_type), file_of(made, event_type), epoch)


def write_csv(log: Log, run: str, folder: Path, on_progress: Callable[[int], None] = lambda _: None) -> None:
    """Write a run's events to `folder` as CSV, with the same columns as in Parquet.

    Raises:
        BackendError: as `write_parquet` does.
    """
    with duck() as connection, _made(folder) as made:
        parquet = made.parent / "parquet"
        write_parquet(log, run, parquet, on_progress)
        for file in parquet.iterdir():
            target = made / file.with_suffix(".csv").name
            connection.execute(f"COPY (FROM {text_of(str(file))}) TO {text_of(str(target))} (HEADER)")


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """Yield a folder that becomes `folder` when the block ends well."""
    if folder.exists():
        raise BackendError(f"{folder} is there already; remove it, or name another folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            made = Path(scratch, folder.name)
            made.mkdir()
            yield made
            made.rename(folder)
    except OSError as fault:
        raise BackendError(f"{folder}: {fault.strerror}; name a folder that is yours to write") from fault


def _sort_by_type(log: Log, run: str, folder: Path, on_progress: Callable[[int], None]) -> str:
    """Write each event's line, with its position, to the file of its type; return the run's epoch."""
    position, epoch = 0, ""
    with ExitStack() as opened:
        files = {
            type_name(event_type).encode(): opened.enter_context((folder / type_name(event_type)).open("wb"))
            for event_type in EVENT_TYPES
        }
        for segment in log.segments(run):
            for line in segment.ndjson.split(b"\n")[:-1]:
                epoch = epoch or msgspec.json.decode(line, type=RunStarted).epoch
                file = files.get(line[TYPE_AT : line.find(b'"', TYPE_AT)]) or files[_type_of(line)]
                file.write(b'{"position":%d,%b\n' % (position, line[line.index(b"{") + 1 :]))
                position += 1
            on_progress(position)
    return epoch


def _type_of(line: bytes) -> bytes:
    """Return the type of an event that was not written as we write it: spaces, or another order of fields."""
    return msgspec.json.decode(line, type=_Typed).type.encode()


class _Typed(msgspec.Struct):
    type: str


def _convert(
    connection: duckdb.DuckDBPyConnection, event_type: type[Event], lines: Path, file: Path, epoch: str
) -> None:
    columns = columns_of(event_type)
    chosen = ", ".join(map(_quoted, columns)).replace(
        '"clock"', f"TIMESTAMP {text_of(_clock(epoch))} + to_milliseconds(at_ms) AS clock"
    )
    del columns["clock"]
    types = ", ".join(f"{_quoted(name)}: {text_of(kind)}" for name, kind in columns.items())
    source = f"read_json({text_of(str(lines))}, format = 'newline_delimited', columns = {{{types}}})"
    connection.execute(
        f"COPY (SELECT {chosen} FROM {source})"  # noqa: S608  # of the event's own fields
        f" TO {text_of(str(file))} (FORMAT parquet, COMPRESSION zstd)"
    )


def _clock(epoch: str) -> str:
    return datetime.fromisoformat(epoch).replace(tzinfo=None).isoformat(" ")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
