"""`fair export`: the events of a run, or its programme, in the formats of other tools."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from faircli.defaults import DATABASE, HOST, PORT
from faircli.options import Database, Json, RunId

if TYPE_CHECKING:
    from cloudfair.store import tables
    from cloudfair.store.log import Log
    from fairfacts.interchange.timetable import Timetable

STDOUT = "-"


class Format(StrEnum):
    """A format of the export."""

    PARQUET = "parquet"
    NDJSON = "ndjson"
    CSV = "csv"
    CLOUDEVENTS = "cloudevents"
    ICALENDAR = "ics"
    SCHEDULE = "json"


FOLDERS = (Format.PARQUET, Format.CSV)
TIMETABLES = (Format.ICALENDAR, Format.SCHEDULE)


def export(
    run: RunId = None,
    *,
    to: Annotated[Format, typer.Option("--to", help="Format.")] = Format.PARQUET,
    into: Annotated[
        str | None,
        typer.Option("--into", metavar="PATH", help="New folder (parquet, csv) or new file; - is standard output."),
    ] = None,
    database: Database = DATABASE,
    as_json: Json = False,
) -> None:
    """Write a run's events for other tools: Parquet, CSV, NDJSON, CloudEvents, timetables.

    Parquet and CSV are a folder with one file for each type of event. NDJSON is the log itself: its `sha256sum` is the
    run's digest. CloudEvents come one a line. `ics` and `json` hold the programme alone: iCalendar, and the
    `schedule.json` of frab and pretalx.

    Examples:
    - `fair export` writes Parquet files of the latest run.
    - `fair export RUN --to ndjson --into - | sha256sum` prints the digest of the log.
    - `fair export RUN --to ics --into programme.ics` writes the programme for a calendar.
    """
    from cloudfair.store.log import Log
    from cloudfair.store.urls import shown
    from faircli.console import note, print_json, say, warn
    from faircli.reader import check_begun, find_run
    from fairfacts.errors import ScenarioError

    log = Log.open(database, read_only=True)
    row = find_run(log, run)
    check_begun(row, "export")
    target = f"{row.id}.{to.value}" if into is None else into
    if not target:
        raise ScenarioError("--into: names nothing; name a folder or a file, or leave it out")
    if target == STDOUT and to in FOLDERS:
        raise ScenarioError(f"--into {STDOUT}: {to.value} is a folder of files; name one")
    if target == STDOUT and as_json:
        warn(f"--json: is ignored with --into {STDOUT}, as the events go to standard output")
    sessions = _write(log, row, to, target)
    if not row.ended:
        note((f"as of event {row.head:,} of a run that has not ended", "dim"))
    if target == STDOUT:
        return
    if as_json:
        head = {"run": row.id, "format": to.value, "into": shown(Path(target))}
        print_json(head | ({"events": row.head} if sessions is None else {"sessions": sessions}))
        return
    what = f"{row.head:,} events" if sessions is None else f"{sessions:,} sessions"
    say(f"wrote {what} of run {row.id} to {target}")


def _write(log: Log, run: tables.Run, to: Format, target: str) -> int | None:
    """Write the export; return the number of sessions where it is a programme."""
    from cloudfair.export.parquet import write_csv, write_parquet
    from faircli.progress import events_progress

    with events_progress(f"Writing {target}", run.head) as reached:
        if to is Format.PARQUET:
            write_parquet(log, run.id, Path(target), reached)
        elif to is Format.CSV:
            write_csv(log, run.id, Path(target), reached)
        elif to in TIMETABLES:
            timetable = _programme(log, run)
            content = _encoded(timetable, run, to)
            with _opened(target) as file:
                file.write(content)
            written = [entry for entry in timetable.entries if to is Format.ICALENDAR or not entry.cancelled]
            return len(written)  # schedule.json cannot mark a cancelled session
        else:
            with _opened(target) as file:
                for position, lines in _lines(log, run, to):
                    file.write(lines)
                    reached(position)
    return None


def _lines(log: Log, run: tables.Run, to: Format) -> Iterator[tuple[int, bytes]]:
    """Yield a segment's events at a time in a format of lines, and the position after them."""
    from cloudfair.export.cloudevents import envelope_of

    envelope = envelope_of(log, run.id) if to is Format.CLOUDEVENTS else None
    for segment in log.segments.read(run.id):
        first, lines = segment.first, segment.ndjson.split(b"\n")[:-1]
        if envelope is not None:
            lines = [envelope.around(position, line) for position, line in enumerate(lines, first)]
        yield first + len(lines), b"".join(line + b"\n" for line in lines)


def _programme(log: Log, run: tables.Run) -> Timetable:
    """Return the programme, as it stands at the end of the log."""
    import asyncio

    from cloudfair.api.resources.programme import Sessions
    from cloudfair.api.timetables import timetable_of
    from cloudfair.projections.read_model.model import ReadModel

    model = ReadModel(run.id, log.segments, (Sessions,))
    asyncio.run(model.catch_up(run.head))
    return timetable_of(model, run.scenario, model.now.at_ms, run.scale)


def _encoded(timetable: Timetable, run: tables.Run, to: Format) -> bytes:
    from fairfacts.interchange.ics import to_icalendar
    from fairfacts.interchange.schedule_json import to_schedule

    if to is Format.ICALENDAR:
        return to_icalendar(timetable)
    base_url = f"http://{HOST}:{PORT}/runs/{run.id}/sessions"
    return to_schedule(timetable, str(run.head), base_url)


@contextmanager
def _opened(target: str) -> Iterator[IO[bytes]]:
    """Yield a new file, which is there only once it is whole, or standard output."""
    import sys

    from fairfacts.errors import BackendError
    from fairfacts.interchange.writing import new_file

    if target == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with new_file(Path(target)) as file:
            yield file
    except OSError as fault:
        raise BackendError(f"{target}: {fault.strerror}; name another file with --into") from fault
