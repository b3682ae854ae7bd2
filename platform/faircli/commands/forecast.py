"""`fair forecast`: the final totals of a fair, while it is on."""

from __future__ import annotations

from typing import Annotated

import typer

from faircli.defaults import DATABASE
from faircli.options import Database, Json, RunId


def forecast(
    run: RunId = None,
    *,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="MOMENT",
            help="Look from this moment: 2020-09-06T12:00; by default, the end.",
        ),
    ] = None,
    level: Annotated[
        float, typer.Option(min=0.5, max=0.99, help="Probability that an interval holds the final total.")
    ] = 0.8,
    database: Database = DATABASE,
    as_json: Json = False,
) -> None:
    """Forecast the final total of each headline, with an interval.

    The forecast knows the run's size, its events up to the moment, and the course that such fairs take (`profile.csv`
    of the fair); it knows no parameter of the run. The reported totals stand beside it.

    Examples:
    - `fair forecast` looks from the latest event of the latest run.
    - `fair forecast RUN --at 2020-09-06T12:00` forecasts as one could have done then.
    """
    from cloudfair.projections.point_in_time import PointsInTime
    from cloudfair.store.log import Log
    from faircli.console import note, out, print_json
    from faircli.reader import find_run
    from faircli.tables import table
    from faircli.text import number
    from fairfacts.clock import moment_text, read_moment
    from fairfacts.errors import MomentError
    from fairfacts.evidence.folder import known_fair
    from fairfacts.evidence.forecast import fits_profile, notes_of
    from fairfacts.evidence.forecast import forecast as forecast_of

    log = Log.open(database, read_only=True)
    kept = find_run(log, run)
    points = PointsInTime(log)
    begun = points.state(kept.id, 0).parts.run
    epoch = begun.began
    try:
        at_ms = kept.at_ms if at is None else read_moment(at, epoch, range(begun.duration_ms + 1))
    except MomentError as fault:
        raise MomentError(f"--at: {fault}") from fault
    if at_ms > kept.at_ms:
        raise MomentError(f"--at: {at} is later than the run, which has reached {moment_text(epoch, kept.at_ms)}")
    state = points.state(kept.id, at_ms)
    figures = known_fair(begun.fair.key).figures
    rows = forecast_of(state.snapshot(), figures, level, at_ms, fits=fits_profile(state.parts.run))
    notes = notes_of(state.parts.run, figures)
    if as_json:
        stands = {"run": kept.id, "position": state.position, "at_ms": at_ms, "level": level}
        print_json(stands | {"rows": rows, "notes": notes})
        return
    title = f"{kept.id} at {moment_text(epoch, at_ms)}: {level:.0%} intervals of the final totals"
    columns = [("headline", "left"), *((name, "right") for name in ("now", "expected", "from", "to", "reported"))]
    cells = (
        (row.measure, *map(number, (row.now, row.expected, row.low, row.high)), number(row.reported or ""))
        for row in rows
    )
    for line in notes:
        note(line)
    out.print(table(title, columns, cells))
