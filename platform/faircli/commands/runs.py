"""`fair runs`: the runs that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from faircli.defaults import DATABASE
from faircli.options import Database, Json

if TYPE_CHECKING:
    from cloudfair.store import tables
    from faircli.listing import ListedRun


def runs(*, database: Database = DATABASE, as_json: Json = False) -> None:
    """List the runs that are kept, the latest first.

    Examples:
    - `fair runs --db fairs.db` lists the runs of another database.
    - `fair runs --json` prints every column.
    """
    from faircli.console import out, print_json, say
    from faircli.tables import fitting_table

    listed = _runs(database)
    if as_json:
        print_json([_columns_of(run) for run in listed])
        return
    # the columns that matter most come first: a narrow terminal shows no more
    columns = [("run", "left"), ("events", "right"), ("state", "left"), ("begun", "left"), ("scale", "right")]
    columns += [("seed", "right"), ("scenario", "left")]
    rows = [
        (
            run.id,
            f"{run.head:,}",
            run.state,
            f"{run.created_at.astimezone():%Y-%m-%d %H:%M}",
            f"{run.scale:g}",
            str(run.seed),
            run.scenario,
        )
        for run in listed
    ]
    out.print(fitting_table("Runs", columns, rows, out.width))
    for run in listed:
        if run.silent_since:
            say(f"{run.id}: its player is silent since {run.silent_since.astimezone():%Y-%m-%d %H:%M}")
    if not listed:
        say("none yet: fair run ciftis2020 plays one")


def _runs(database: str) -> Sequence[ListedRun | tables.Run]:
    """Return the runs of a database: of a SQLite file at once, of any other with the backend's libraries."""
    from faircli.listing import NotListedError, list_runs

    try:
        return list_runs(database)
    except NotListedError:
        from cloudfair.store.log import Log

        return Log.open(database, read_only=True).runs.all()


def _columns_of(run: ListedRun | tables.Run) -> dict[str, Any]:
    if isinstance(run, tuple):
        return run._asdict()
    from faircli.reader import run_columns

    return run_columns(run)
