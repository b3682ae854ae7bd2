"""`fair query`: SQL over the events of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from faircli.defaults import DATABASE
from faircli.options import Database, Json, Parquet, RunId

if TYPE_CHECKING:
    from cloudfair.export.sql import Answer

MAX_ROWS = 100_000
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE")
"""DuckDB's types whose columns are shown right-justified."""


def query(
    run: RunId = None,
    sql: Annotated[
        str | None,
        typer.Argument(metavar="SQL", help="One SELECT in DuckDB's SQL; by default, list the tables and columns."),
    ] = None,
    *,
    rows: Annotated[int, typer.Option(min=1, max=MAX_ROWS, help="Rows at most.")] = 1_000,
    time_s: Annotated[float, typer.Option("--time", min=0.1, help="Seconds that the query may take.")] = 60.0,
    memory_mib: Annotated[int, typer.Option("--memory", min=64, help="MiB of memory that it may take.")] = 1024,
    parquet: Parquet = None,
    database: Database = DATABASE,
    as_json: Json = False,
) -> None:
    """Ask a run in SQL: each type of event is a table.

    Examples:
    - `fair query` lists the tables and their columns.
    - `fair query "select count(*) from visit.started"` asks the latest run.
    - `fair query RUN "select hour(clock), count(*) from negotiation.requested group by all order by 1"` counts requests
      by hour of the day.
    """
    import asyncio

    from cloudfair.export.archive import Archive, parquet_folder
    from cloudfair.export.sql import Limits, ask
    from cloudfair.store.log import Log
    from faircli.console import note, print_json
    from faircli.progress import events_progress
    from faircli.reader import find_run
    from fairfacts.errors import ScenarioError

    if sql is None and run is not None and " " in run.strip():
        run, sql = None, run  # one argument with blanks is a query of the latest run: no id has blanks
    if sql is None:
        if database != DATABASE:
            Log.open(database, read_only=True)  # says whether there is such a database
        _list_tables(as_json=as_json)
        return
    log = Log.open(database, read_only=True)
    row = find_run(log, run)
    with events_progress("Writing Parquet", row.head) as reached:
        archived = Archive(log, parquet_folder(database, parquet)).as_of_now(row.id, reached)
    with archived:
        answer = asyncio.run(ask(archived.folder, sql, Limits(time_s=time_s, memory_mib=memory_mib, rows=rows)))
    if answer.fault is not None:
        raise ScenarioError(f"run {row.id}: {answer.fault}")
    if as_json:
        shown = {"run": row.id, "position": archived.position, "columns": answer.columns, "rows": answer.rows}
        print_json(shown | {"truncated": answer.truncated})
        return
    _show(answer)
    if not row.ended:
        note((f"as of event {archived.position:,} of a run that goes on", "dim"))


def _list_tables(*, as_json: bool) -> None:
    from cloudfair.export.parquet import columns_of
    from faircli.console import out, print_json
    from faircli.tables import table
    from fairfacts.events import EVENT_TYPES, type_name

    tables = {type_name(event_type): columns_of(event_type) for event_type in EVENT_TYPES}
    if as_json:
        print_json(
            [
                {"table": name, "columns": [{"name": column, "type": kind} for column, kind in columns.items()]}
                for name, columns in tables.items()
            ]
        )
        return
    rows = ((name, ", ".join(columns)) for name, columns in tables.items())
    out.print(table("Tables", (("table", "left"), ("columns", "text")), rows))


def _show(answer: Answer) -> None:
    from faircli.console import note, out
    from faircli.tables import table

    columns = ((column.name, "right" if column.type in NUMBERS else "left") for column in answer.columns)
    out.print(table("", columns, (map(_cell, row) for row in answer.rows)))
    if answer.truncated:
        note((f"the first {len(answer.rows):,} rows; --rows gives more", "dim"))


def _cell(value: Any) -> str:
    import msgspec

    from faircli.text import number

    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return "" if value is None else str(value) if isinstance(value, str | bool) else msgspec.json.encode(value).decode()
