"""`fair query` and `fair export`: SQL over a run that has ended, and its events in the formats of other tools."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import msgspec
import typer
from rich.progress import Progress

from cloudfair import tables
from cloudfair.cloudevents import Envelope, envelope_of
from cloudfair.command.kept import kept_run
from cloudfair.command.options import DEFAULT_DATABASE, DEFAULT_HOST, DEFAULT_PORT, Database, Json, KeptRun, Parquet
from cloudfair.command.show import err, number, out, print_json, table
from cloudfair.log import Log
from cloudfair.parquet import Archive, columns_of, parquet_folder, write_csv, write_parquet
from cloudfair.query import MAX_ROWS, Answer, Limits, ask
from cloudfair.reading.directory import Directory
from cloudfair.reading.programme import Sessions
from cloudfair.timetables import timetable_of
from fairfacts.errors import BackendError, ScenarioError
from fairfacts.events import EVENT_TYPES, type_name
from fairfacts.timetable import to_icalendar, to_schedule

STDOUT = "-"


class Format(StrEnum):
    """What a run can be exported to."""

    PARQUET = "parquet"
    NDJSON = "ndjson"
    CSV = "csv"
    CLOUDEVENTS = "cloudevents"
    ICALENDAR = "ics"
    SCHEDULE = "json"


FOLDERS = (Format.PARQUET, Format.CSV)
TIMETABLES = (Format.ICALENDAR, Format.SCHEDULE)


def query(
    run: KeptRun = None,
    sql: Annotated[
        str | None, typer.Argument(help="One SELECT in DuckDB's SQL; without one, the tables and their columns.")
    ] = None,
    *,
    rows: Annotated[int, typer.Option(min=1, max=MAX_ROWS, help="Rows at most.")] = 1_000,
    time_s: Annotated[float, typer.Option("--time", min=0.1, help="Seconds that the query may take.")] = 60.0,
    memory_mib: Annotated[int, typer.Option("--memory", min=64, help="MiB of memory that it may take.")] = 1024,
    parquet: Parquet = None,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Ask a run that has ended in SQL: each type of event is a table of that name.

    `fair query RUN "select hour(clock), count(*) from negotiation.requested group by all order by 1"`
    """
    if sql is None:
        _list_tables(as_json=as_json)
        return
    log = Log.open(database)
    kept = kept_run(log, run)
    with _progress("Writing Parquet", kept.head) as told:
        folder = Archive(log, parquet_folder(database, parquet)).of(kept.id, told)
    answer = asyncio.run(ask(folder, sql, Limits(time_s=time_s, memory_mib=memory_mib, rows=rows)))
    if answer.fault is not None:
        raise ScenarioError(f"run {kept.id}: {answer.fault}")
    if as_json:
        print_json({"run": kept.id, "columns": answer.columns, "rows": answer.rows, "truncated": answer.truncated})
        return
    _show(answer)


def export(
    run: KeptRun = None,
    *,
    to: Annotated[Format, typer.Option("--to", help="What to export to.")] = Format.PARQUET,
    into: Annotated[
        str | None,
        typer.Option("--into", help="Folder (parquet, csv), or file (- is standard output), to be made."),
    ] = None,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Write a run's events for other tools: Parquet or CSV, a file for each type of event; NDJSON; CloudEvents.

    NDJSON is the log itself: its `sha256sum` is the run's digest. CloudEvents come one a line. `ics` and `json` are the
    programme alone: iCalendar, and `schedule.json` of frab and pretalx.
    """
    log = Log.open(database)
    kept = kept_run(log, run)
    if kept.head == 0:
        raise BackendError(f"run {kept.id} has no events yet; export it once it has begun")
    target = into or f"{kept.id}.{to.value}"
    if target == STDOUT and to in FOLDERS:
        raise ScenarioError(f"--into {STDOUT}: {to.value} is a folder of files; name one")
    with _progress(f"Writing {target}", kept.head) as told:
        if to is Format.PARQUET:
            write_parquet(log, kept.id, Path(target), told)
        elif to is Format.CSV:
            write_csv(log, kept.id, Path(target), told)
        else:
            content = _programme(log, kept, to) if to in TIMETABLES else _lines(log, kept, to)
            with _opened(target) as file:
                for position, lines in content:
                    file.write(lines)
                    told(position)
    if as_json and target != STDOUT:
        print_json({"run": kept.id, "format": to.value, "into": str(Path(target).absolute()), "events": kept.head})
    elif target != STDOUT:
        out.print(f"{kept.head:,} events of run {kept.id} are in {target}", highlight=False, soft_wrap=True)


def _lines(log: Log, run: tables.Run, to: Format) -> Iterator[tuple[int, bytes]]:
    """Yield a segment's events at a time in a format of lines, and the position after them."""
    envelope: Envelope | None = None
    for first, ndjson, _ in log.segments(run.id):
        lines = ndjson.split(b"\n")[:-1]
        if to is Format.CLOUDEVENTS:
            envelope = envelope or envelope_of(log, run.id)
            lines = [envelope.around(position, line) for position, line in enumerate(lines, first)]
        yield first + len(lines), b"".join(line + b"\n" for line in lines)


def _programme(log: Log, run: tables.Run, to: Format) -> Iterator[tuple[int, bytes]]:
    """Yield the programme, as it stands at the log's end."""
    directory = Directory(run.id, log, (Sessions,))
    asyncio.run(directory.catch_up(run.head))
    timetable = timetable_of(directory, run.scenario, directory.now.at_ms)
    base_url = f"http://{DEFAULT_HOST}:{DEFAULT_PORT}/runs/{run.id}/sessions"
    yield (
        run.head,
        to_icalendar(timetable) if to is Format.ICALENDAR else to_schedule(timetable, str(run.head), base_url),
    )


@contextmanager
def _opened(target: str) -> Iterator[IO[bytes]]:
    """Yield a file that is made, or standard output."""
    if target == STDOUT:
        yield sys.stdout.buffer
        return
    try:
        with Path(target).open("xb") as file:
            yield file
    except OSError as fault:
        raise BackendError(f"{target}: {fault.strerror}; name another file with --into") from fault


@contextmanager
def _progress(what: str, events: int) -> Iterator[Callable[[int], None]]:
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(what, total=events)
        yield lambda position: progress.update(task, completed=position)


def _list_tables(*, as_json: bool) -> None:
    known = {type_name(event_type): columns_of(event_type) for event_type in EVENT_TYPES}
    if as_json:
        print_json([{"table": name, "columns": [{"name": column, "type": kind} for column, kind in columns.items()]}
                    for name, columns in known.items()])  # fmt: skip
        return
    rows = ((name, ", ".join(columns)) for name, columns in known.items())
    out.print(table("Tables", (("table", "left"), ("columns", "text")), rows))


def _show(answer: Answer) -> None:
    columns = ((column.name, "right" if column.type in _NUMBERS else "left") for column in answer.columns)
    out.print(table("", columns, (map(_cell, row) for row in answer.rows)))
    if answer.truncated:
        err.print(f"[dim]the first {len(answer.rows):,} rows; --rows gives more[/]")


_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE")


def _cell(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return "" if value is None else str(value) if isinstance(value, str | bool) else msgspec.json.encode(value).decode()
