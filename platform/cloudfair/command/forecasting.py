"""`fair forecast`: what a fair's headlines will come to, while it is on."""

from __future__ import annotations

from typing import Annotated

import typer
from fastapi.exceptions import RequestValidationError

from cloudfair.command.kept import kept_run
from cloudfair.command.options import DEFAULT_DATABASE, Database, Json, KeptRun
from cloudfair.command.show import number, out, print_json, simulated_clock, table
from cloudfair.log import Log
from cloudfair.moments import Moments, moment_ms
from fairfacts.errors import ScenarioError
from fairfacts.figures import load_figures
from fairfacts.forecast import forecast as forecast_of

COLUMNS = (
    ("headline", "left"),
    ("now", "right"),
    ("expected", "right"),
    ("from", "right"),
    ("to", "right"),
    ("reported", "right"),
)


def forecast(
    run: KeptRun = None,
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", help="The moment to look from, such as 2020-09-06T12:00; the latest event's without it."),
    ] = None,
    level: Annotated[float, typer.Option(min=0.5, max=0.99, help="Share of the intervals that hold what comes.")] = 0.8,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Say what each headline of a fair will come to at its end, with an interval, beside what was reported.

    It is made of what has come by the moment and of the course that fairs take (`seeds/profile.csv`); of the run it
    knows nothing else than its size. `fair forecast RUN --at 2020-09-06T12:00` says what was to be said then.
    """
    log = Log.open(database)
    kept = kept_run(log, run)
    moments = Moments(log)
    epoch = moments.state(kept.id, 0).parts.run.epoch
    try:
        at_ms = kept.at_ms if at is None else min(moment_ms(at, epoch), kept.at_ms)
    except RequestValidationError as fault:
        raise ScenarioError(f"--at: {fault.errors()[0]['msg']}") from fault
    state = moments.state(kept.id, at_ms)
    rows = forecast_of(state.snapshot(), load_figures(), level, at_ms)
    if as_json:
        print_json({"run": kept.id, "position": state.position, "at_ms": at_ms, "level": level, "rows": rows})
        return
    title = f"{kept.id} at {simulated_clock(epoch, at_ms)}: {level:.0%} intervals of the final totals"
    cells = (
        (row.measure, *map(number, (row.now, row.expected, row.low, row.high)), number(row.reported or ""))
        for row in rows
    )
    out.print(table(title, COLUMNS, cells))
