"""Two runs, or two ensembles, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from faircli.comparison import is_scaled, reported
from faircli.console import out, print_json, say
from faircli.reader import run_columns
from faircli.resolve import Subject
from faircli.tables import table
from faircli.text import number, short
from fairfacts.clock import HOUR_MS, moment_text
from fairfacts.errors import ScenarioError
from fairfacts.evidence.comparison import Row
from fairfacts.evidence.differences import Difference, differences, series_differences
from fairfacts.evidence.settings import PARAMETERS
from fairlab.ensemble import Ensemble, Paired, paired
from fairlab.replications import numbers

OTHER_PARAMETERS = (
    "parameters: A and B were set alike, and yet played with others; the fair's files, or the model, were changed"
    " between them, so that more than chance lies between A and B"
)


def as_plain(subject: Subject) -> dict[str, Any]:
    """Return what JSON shows of a run or an ensemble."""
    if subject.row:
        return {"run": subject.name, "state": subject.row.state}
    assert subject.ensemble is not None, "it is a run or an ensemble"
    return {"ensemble": subject.name, "replications": len(subject.ensemble.replications)}


def compare_two(
    a: Subject, b: Subject, series: str | None, rows_a: list[Row], rows_b: list[Row], *, as_json: bool
) -> None:
    """Show the measures of two runs or ensembles, or a breakdown of two runs, side by side."""
    differing, settings = _differences(a, b, series), a.settings.against(b.settings)
    if as_json:
        names = {
            "a": run_columns(a.row) if a.row else as_plain(a),
            "b": run_columns(b.row) if b.row else as_plain(b),
        }
        head = names | {"series": series, "settings": settings, "differences": differing}
        print_json(head | {"comparison": {"a": rows_a, "b": rows_b}})
        return
    if settings:
        columns = (("setting", "left"), ("A", "left"), ("B", "left"))
        rows = ((each.setting, each.a or "none", each.b or "none") for each in settings)
        out.print(table("What differs", columns, rows), "")
    if isinstance(differing, dict):
        out.print(_table_of_pairs(differing))
        if unpaired := _in_one_alone(a, b):
            say((f"not compared, as one of the two files is of a release without them: {', '.join(unpaired)}", "dim"))
    elif differing:
        out.print(_table_of_runs(differing, series, a.run.began))
    if series is None:
        _show_figures_of_both(rows_a, rows_b)
    if isinstance(differing, list) and any(row.chance is not None for row in differing):
        say(("by chance: so far apart are two runs of unlike seeds at most, in 95 of 100 pairs (estimated)", "dim"))
    if any(each.setting == PARAMETERS for each in settings):
        say((OTHER_PARAMETERS, "bold"))
    for letter, subject in (("A", a), ("B", b)):
        say(f"{letter}: {subject.line}")


def _differences(a: Subject, b: Subject, series: str | None) -> list[Difference] | dict[str, Paired]:
    """Return how two runs differ, or two ensembles replication by replication; for a run and an ensemble, nothing."""
    if a.state and b.state:
        measures = a.state.snapshot(), b.state.snapshot()
        if series is None:
            return differences(*measures)
        try:
            return series_differences(series, *measures)
        except ScenarioError as fault:
            raise ScenarioError(f"--series {fault}") from fault
    if series is not None:
        raise ScenarioError(f"--series {series}: compares two runs; {a.name} and {b.name} are not both runs")
    both = [subject.ensemble for subject in (a, b) if isinstance(subject.ensemble, Ensemble)]
    return paired(*both) if len(both) == 2 else []


def _in_one_alone(*both: Subject) -> list[str]:
    """Return the measures that are one number in one of two ensembles alone: they are of two releases."""
    measures_a, measures_b = (numbers(each.ensemble.replications[0].measures) for each in both if each.ensemble)
    return [path for path in {**measures_a, **measures_b} if path not in measures_a or path not in measures_b]


def _table_of_runs(rows: Sequence[Difference], series: str | None, epoch: datetime) -> Table:
    by_chance = [] if series else ["by chance"]
    columns = [(series or "measure", "left"), *((name, "right") for name in ("A", "B", "B - A", *by_chance, "B / A"))]
    shown = (
        (
            _clocked(row.measure, epoch) if series and series.endswith("per_hour") else row.measure,
            number(row.a),
            number(row.b),
            number(row.difference),
            *("" if row.chance is None else f"+-{short(row.chance)}" for _ in by_chance),
            "" if row.ratio is None else f"{row.ratio:.3f}",
        )
        for row in rows
    )
    return table("Two runs", columns, shown)


def _table_of_pairs(pairs: dict[str, Paired]) -> Table:
    columns = (("measure", "left"), ("A", "right"), ("B", "right"), ("B - A", "right"), ("its 95 % interval", "right"))
    shown = (
        (
            measure,
            *(number(estimate.mean) for estimate in (pair.a, pair.b, pair.difference)),
            f"{number(pair.difference.low)} to {number(pair.difference.high)}",
        )
        for measure, pair in pairs.items()
    )
    return table("Two ensembles, replication by replication", columns, shown)


def _show_figures_of_both(rows_a: list[Row], rows_b: list[Row]) -> None:
    """Show both beside what was reported; leave out what was given to the model, and what one of them lacks."""
    head = "reported, at this scale" if is_scaled([*rows_a, *rows_b]) else "reported"
    columns = [("figure", "left"), *((name, "right") for name in (head, "A", "B", "A ratio", "B ratio"))]
    of_b = {row.figure: row for row in rows_b}
    both = [(row, of_b[row.figure]) for row in rows_a if row.figure in of_b]
    pairs = [(row_a, row_b) for row_a, row_b in both if "input" not in (row_a.role, row_b.role)]
    cells = (
        (
            row_a.figure,
            "; ".join(dict.fromkeys(reported(row, row.reported) for row in (row_a, row_b))),
            *(short(row.simulated) for row in (row_a, row_b)),
            *("" if row.ratio is None else f"{row.ratio:.3f}" for row in (row_a, row_b)),
            row_a.role,
        )
        for row_a, row_b in pairs
    )
    if not pairs:
        return
    out.print("", table("Reported beside both", [*columns, ("role", "left")], cells), "")


def _clocked(key: str, epoch: datetime) -> str:
    """Return the key of an hour, such as `overseas.33`, with the hour in the fair's time."""
    *origin, hour = key.split(".")
    return " ".join([*origin, moment_text(epoch, int(hour) * HOUR_MS)])
