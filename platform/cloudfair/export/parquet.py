"""A run as Parquet: one file for each type of event, its columns the event's fields.

Ahead of the fields stand `position` (in the log), `at_ms`, and `clock`, the moment as the fair's clocks showed it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect

from cloudfair.export.sql import SUFFIX, parquet_of, pattern_of, require_duckdb, text_of
from cloudfair.store.log import Log
from cloudfair.store.segments import Segments
from cloudfair.store.tables import Run
from fairfacts.clock import clock_changes
from fairfacts.errors import BackendError
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, type_name
from fairfacts.parts.runs import RunMeasures, RunStarted

if TYPE_CHECKING:
    import duckdb

TYPE_AT = len(b'{"type":"')
"""Where an event's type stands in its line."""
UNFINISHED, LOCK = ".unfinished", "lock"
INNER = re.compile(r'"exception_message":"((?:[^"\\]|\\.)*)"')
"""What DuckDB says in the words of another exception."""
UNITS = {
    "ms": "milliseconds (at_ms: since cloudfair.epoch)",
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
    "usd": "US dollars",
    "m2": "square metres",
    "km": "kilometres",
}
"""By the last word of a column's name."""
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


def file_of(folder: Path, event_type: type[Event]) -> Path:
    """Return the file of an event type."""
    return folder / f"{type_name(event_type)}{SUFFIX}"


def write_parquet(
    log: Log, run: str, folder: Path, on_progress: Callable[[int], None] = lambda _: None, end: int | None = None
) -> None:
    """Write a run's events, the first `end` or all, to a new folder; a type without events has a file too.

    The folder appears complete or not at all. `on_progress` is called with the number of events read.

    Raises:
        BackendError: DuckDB is missing, the folder exists already, or it cannot be written.
        DamageError: the log is not what was appended.
    """
    row = log.runs.get(run)
    with duck() as connection, new_folder(folder) as made, tempfile.TemporaryDirectory(dir=made.parent) as scratch:
        lines = Path(scratch)
        started = _sort_by_type(log.segments, run, lines, on_progress, end)
        about, clock = _about(row, started), _clock(started)
        for event_type in EVENT_TYPES:
            source = lines / type_name(event_type)
            _convert(connection, event_type, source, file_of(made, event_type), clock, about)


def write_csv(log: Log, run: str, folder: Path, on_progress: Callable[[int], None] = lambda _: None) -> None:
    """Write a run's events to a new folder as CSV, with the same columns as in Parquet; as `write_parquet`."""
    with duck() as connection, new_folder(folder) as made:
        parquet = made.parent / "parquet"
        write_parquet(log, run, parquet, on_progress)
        for file in parquet.iterdir():
            target = made / file.with_suffix(".csv").name
            _copy(connection, f"(FROM {parquet_of(file)}) TO {text_of(str(target))} (HEADER)")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes `folder` when the block ends well.

    While the block runs, the folder beside it holds a lock: `clear_unfinished` leaves it alone.

    Raises:
        BackendError: the folder exists already, or cannot be written.
    """
    try:
        _check_free(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _scratch(folder) as scratch:
            made = scratch / "made"  # not of its name, which may be of another file in there
            made.mkdir()
            yield made
            _check_free(folder)  # another process may have been quicker
            made.rename(folder)
    except OSError as fault:
        raise BackendError(f"{folder}: {fault.strerror}; {remedy_of(fault)}") from fault


def remedy_of(fault: OSError) -> str:
    """Return what helps where a folder cannot be written."""
    is_full = fault.errno in (errno.ENOSPC, errno.EDQUOT)
    return "make room on its disk, or name a folder on another" if is_full else "name a folder that is yours to write"


def _check_free(folder: Path) -> None:
    if folder.exists():
        raise BackendError(f"{folder} is there already; remove it, or name another folder")


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Yield a folder beside `folder` that holds a lock, and delete it after the block."""
    while True:
        with (
            tempfile.TemporaryDirectory(
                prefix=f".{folder.name}-", suffix=UNFINISHED, dir=folder.parent, ignore_cleanup_errors=True
            ) as scratch,
            ExitStack() as lock,
        ):
            try:
                lock.enter_context(locked(Path(scratch, LOCK)))
            except (BlockingIOError, FileNotFoundError):  # taken for what a killed writer left, before it had its lock
                continue
            yield Path(scratch)
            return


def clear_unfinished(folder: Path) -> None:
    """Delete what writers that were killed left in a folder."""
    for scratch in folder.glob(f".*{UNFINISHED}"):
        with suppress(OSError), locked(scratch / LOCK):  # held by a writer that lives
            shutil.rmtree(scratch)


@contextmanager
def locked(file: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of a file for the length of the block; the system releases it when the process dies.

    Raises:
        BlockingIOError: another one holds it, and it is not to be waited for.
        FileNotFoundError: whoever held it has deleted the file.
    """
    with file.open("ab") as opened:
        if sys.platform != "win32":  # there, a file that is open cannot be deleted
            import fcntl

            fcntl.flock(opened, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            if not os.fstat(opened.fileno()).st_nlink:
                raise FileNotFoundError(errno.ENOENT, "No such file", str(file))
        yield


def _sort_by_type(
    segments: Segments, run: str, folder: Path, on_progress: Callable[[int], None], end: int | None
) -> RunStarted | None:
    """Write each event's line, with its position, to the file of its type; return the run's first event, if any."""
    position, started = 0, None
    with ExitStack() as opened:
        files = {
            type_name(event_type).encode(): opened.enter_context((folder / type_name(event_type)).open("wb"))
            for event_type in EVENT_TYPES
        }
        for segment in segments.read(run, 0, end):
            for line in segment.ndjson.split(b"\n")[:-1]:
                if position == end:
                    break
                started = started or msgspec.json.decode(line, type=RunStarted)
                file = files.get(line[TYPE_AT : line.find(b'"', TYPE_AT)]) or files[_type_of(line)]
                file.write(b'{"position":%d,%b\n' % (position, line[line.index(b"{") + 1 :]))
                position += 1
            on_progress(position)
    return started


def _type_of(line: bytes) -> bytes:
    """Return the type of an event that another client wrote: with spaces, or with its fields in another order."""
    return msgspec.json.decode(line, type=_Typed).type.encode()


class _Typed(msgspec.Struct):
    type: str


def _about(run: Run, started: RunStarted | None) -> dict[str, str]:
    """Return the metadata of a run's files; those of a file's own columns come on top."""
    return {
        "cloudfair.run": run.id,
        "cloudfair.fair": run.scenario,
        "cloudfair.seed": str(run.seed),
        "cloudfair.replication": str(run.replication),
        "cloudfair.scale": repr(run.scale),
        "cloudfair.version": run.version,
        "cloudfair.epoch": started.epoch if started else "",
        "cloudfair.zone": str(started.began.tzinfo) if started else "",
    }


def units_of(event_type: type[Event]) -> dict[str, str]:
    """Return the units of an event type's columns: units stand last in a field's name."""
    units = {"clock": "local date and time of the fair, in cloudfair.zone", "position": "event of the log, from 0"}
    for column in columns_of(event_type):
        if unit := UNITS.get(column.rpartition("_")[2]):
            units[column] = unit
    return units


def _convert(
    connection: duckdb.DuckDBPyConnection,
    event_type: type[Event],
    lines: Path,
    file: Path,
    clock: str,
    about: Mapping[str, str],
) -> None:
    """Convert the lines of one type. Every column, its type and its source are stated: nothing is guessed.

    Args:
        connection: to DuckDB.
        event_type: the type.
        lines: the file with its lines.
        file: the file to write.
        clock: SQL of the fair's local date and time.
        about: the metadata.
    """
    columns = columns_of(event_type)
    chosen = ", ".join(map(_quoted, columns)).replace('"clock"', f"{clock} AS clock")
    del columns["clock"]
    types = ", ".join(f"{_quoted(name)}: {text_of(kind)}" for name, kind in columns.items())
    settings = f"format = 'newline_delimited', hive_partitioning = false, columns = {{{types}}}"
    metadata = dict(about) | {"cloudfair.units": json.dumps(units_of(event_type))}
    pairs = ", ".join(f"{text_of(name)}: {text_of(value)}" for name, value in metadata.items())
    _copy(
        connection,
        f"(SELECT {chosen} FROM read_json({pattern_of(lines)}, {settings}))"  # noqa: S608  # of the event's own fields
        f" TO {text_of(str(file))} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{pairs}}})",
    )


@contextmanager
def _held_back() -> Iterator[None]:
    """Hold Ctrl-C back to the end of the block.

    DuckDB takes it for itself, raises an error of its own, and may then wait for its threads for ever (seen in 2.0).
    """
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return
    interrupts: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if interrupts:
        usual(signal.SIGINT, None)


def _copy(connection: duckdb.DuckDBPyConnection, what: str) -> None:
    """Have DuckDB copy a table to a file.

    Raises:
        BackendError: it cannot: the disk is full, say, or an event has a field twice.
        KeyboardInterrupt: Ctrl-C was pressed; it is heard when the file at hand is written.
    """
    import duckdb

    try:
        with _held_back():
            connection.execute(f"COPY {what}")
    except duckdb.Error as fault:
        inner = INNER.search(str(fault))  # of a thread of DuckDB's
        reason = inner[1].replace('\\"', '"') if inner else str(fault).partition("\n")[0]
        raise BackendError(f"{reason}; see that the disk has room and that the log is whole: fair verify") from fault


def _clock(started: RunStarted | None) -> str:
    """Return the SQL of the fair's local date and time: the elapsed time, and by how much its clocks have changed."""
    began = started.began if started else RunMeasures().began
    changes = clock_changes(began, started.duration_ms if started else 0)
    ahead = " ".join(f"WHEN at_ms >= {since_ms} THEN {ahead_ms}" for since_ms, ahead_ms in reversed(changes))
    shown_ms = f"at_ms + CASE {ahead} ELSE 0 END" if changes else "at_ms"
    return f"TIMESTAMP {text_of(began.replace(tzinfo=None).isoformat(' '))} + to_milliseconds({shown_ms})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
